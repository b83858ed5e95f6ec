"""The hostile half of the model: the same tasks, and clients that send anything."""

import json
from typing import Any
from urllib.parse import quote

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.contract.driving import Request
from tests.contract.hostile import CANARY, NEVER, PERHAPS, WHOLES, Body, fill, spot
from tests.contract.model import ANYTHING, CHOICE, TEXT, Clients, of_a_task
from tests.contract.places import BODIES, QUERIES, STRANGE_IDS
from tests.support.bodies import APPROVED, refund


class Api(Clients):
    """What hostile clients do, among the others."""

    @of_a_task
    @rule(
        pick=CHOICE, operation=st.sampled_from(sorted(BODIES)), name=st.sampled_from(sorted(NEVER))
    )
    def send_what_is_no_json(self, pick: int, operation: str, name: str) -> None:
        path, valid, way = self._place(pick, operation)
        self._send_hostile(path, fill(spot(valid, *way), NEVER[name]))

    @of_a_task
    @rule(
        pick=CHOICE,
        operation=st.sampled_from(sorted(BODIES)),
        name=st.sampled_from(sorted(WHOLES)),
    )
    def send_what_is_no_body(self, pick: int, operation: str, name: str) -> None:
        path, valid, _ = self._place(pick, operation)
        self._send_hostile(path, WHOLES[name](json.dumps(valid).encode()))

    @rule(
        name=st.sampled_from(sorted(PERHAPS)),
        place=st.sampled_from(["payload", "initial_response"]),
    )
    def send_strange_json(self, name: str, place: str) -> None:
        valid = refund(payload={}, payload_schema=ANYTHING)
        body = fill(spot(valid, place, "x"), PERHAPS[name])
        answer = self.driver.ask(Request("POST", "/api/tasks", body=body))
        if answer.status_code == 422:
            self.refused(answer, 422)
            return
        sent = json.loads(body.content)
        self.made(answer, sent, None)
        assert self.ask("GET", self.tasks[-1].path).json()[place] == sent[place]

    @rule(
        identifier=st.sampled_from(STRANGE_IDS) | TEXT.filter(lambda text: text.strip(".") != ""),
        action=st.sampled_from(["", "/audit", "/poll", "/open", "/complete", "/cancel"]),
    )
    def ask_for_what_is_not_there(self, identifier: str, action: str) -> None:
        path = f"/api/tasks/{quote(identifier, safe='', errors='surrogatepass')}{action}"
        reading = action in ("", "/audit", "/poll")
        answer = self.ask(
            "GET" if reading else "POST", path, json=APPROVED if action == "/complete" else None
        )
        self.refused(answer, 404)

    @rule(query=st.sampled_from(QUERIES))
    def ask_for_a_strange_list(self, query: tuple[dict[str, Any], int]) -> None:
        params, status = query
        answer = self.ask("GET", "/api/tasks", params=params)
        assert answer.status_code == status, answer.text
        assert status == 200 or CANARY not in answer.text

    def _place(self, pick: int, operation: str) -> tuple[str, dict[str, Any], tuple[str, ...]]:
        path, valid, way = BODIES[operation]
        whole = refund(payload_schema=ANYTHING) if path == "/api/tasks" else valid
        return path.format(task=self.pick(pick).path), whole, way

    def _send_hostile(self, path: str, body: Body) -> None:
        answer = self.driver.ask(Request("POST", path, body=body))
        self.refused(answer, body.status)
