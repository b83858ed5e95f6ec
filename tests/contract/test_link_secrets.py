"""S10: the secrets of links stand in addresses, and nowhere else."""

import io
import json
from pathlib import Path

import httpx
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from awaithumans.server.observing import tracing
from tests.support.bodies import APPROVED, yes_or_no
from tests.support.inprocess import InProcess, cookies_of, in_process

_SUE = "sue@example.com"
_METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS")


async def _links(served: InProcess) -> tuple[str, str, str]:
    """Return a new task, and the secrets of a link to open and one to answer it."""
    task_id = (await served.client.post("/api/tasks", json=yes_or_no())).json()["id"]
    opening, answering = [
        await served.link(task_id, _SUE, purpose) for purpose in ("open", "answer")
    ]
    return task_id, opening, answering


def _told(answer: httpx.Response) -> str:
    return answer.text + str(answer.headers)


async def test_no_secret_of_a_link_is_in_a_log_a_span_an_answer_or_the_database(
    tmp_path: Path, log: io.StringIO
):
    exporter = InMemorySpanExporter()
    drawing = tracing.drawing(SimpleSpanProcessor(exporter), "1.2.3")
    async with in_process(tmp_path / "data", tracing=drawing) as served:
        browser = served.browser()
        secrets: set[str] = set()
        answers: list[httpx.Response] = []
        for number in range(15):
            task_id, opening, answering = await _links(served)
            paths = (
                f"/api/links/{opening}",
                f"/api/channels/email/action/{answering}?choice={number % 3}",
                f"/api/channels/email/action/{answering}",
                f"/api/links/{opening}/more",
                f"/api/links/{opening}{opening}",
                f"/login?next={opening}",
            )
            for method in _METHODS:
                for path in paths:
                    answer = await browser.request(method, path, headers={"Referer": path})
                    secrets |= {cookie.value for cookie in cookies_of(answer).values()} - {""}
                    answer.headers.pop("set-cookie", None)
                    answers.append(answer)
            answers.append(await served.browser().get(paths[0]))
            answers.append(await browser.post(f"/api/tasks/{task_id}/complete", json=APPROVED))
            answers.append(await served.client.get(f"/api/tasks/{task_id}/audit"))
            secrets |= {opening, answering}
    assert len(secrets) >= 30
    told = {answer.json()["message"] for answer in answers if answer.status_code == 405}
    assert "/api/links/{token} takes GET, POST, not PUT." in told
    assert {200, 303, 404, 405, 409, 410, 422} <= {answer.status_code for answer in answers}
    spans = "\n".join(span.to_json() for span in exporter.get_finished_spans())
    lines = log.getvalue()
    assert "/api/links/{token}" in spans
    assert "/api/links/{token}" in lines
    files = b"".join(path.read_bytes() for path in (tmp_path / "data").glob("awaithumans.db*"))
    places = [lines, spans, files.decode("latin-1"), *map(_told, answers)]
    assert [secret for secret in secrets if any(secret in place for place in places)] == []


async def test_a_page_of_a_link_tells_other_sites_nothing_of_it(served: InProcess):
    _, opening, answering = await _links(served)
    for path in (f"/api/links/{opening}", f"/api/channels/email/action/{answering}?choice=0"):
        page = await served.stranger.get(path)
        # The origin alone: the secret is in the path.
        assert page.headers["referrer-policy"] == "strict-origin"
        assert "http" not in page.text
        assert json.dumps(path)[1:-1] not in page.text
