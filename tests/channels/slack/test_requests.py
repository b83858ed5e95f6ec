"""What is not signed by Slack is not read, and what is malformed harms nothing."""

import io
import json
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import urlencode

import pytest

from awaithumans.server.api import strict
from tests.channels.slack.office import EVENTS, INTERACTIONS, Office, office
from tests.support.slack_requests import (
    SECRET,
    block_action,
    form,
    message_event,
    signed,
    url_verification,
)

PRESS = form(block_action({"action_id": "ah_claim", "value": "tsk_1"}))
PATHS = (INTERACTIONS, EVENTS)


def proofs(acme: Office, body: bytes) -> dict[str, dict[str, str]]:
    now = acme.served.clock.now()
    good = signed(body, SECRET, now)
    return {
        "none": {},
        "of another secret": signed(body, "0" * 32, now),
        "of another body": signed(body + b" ", SECRET, now),
        "six minutes old": signed(body, SECRET, now - timedelta(minutes=6)),
        "six minutes ahead": signed(body, SECRET, now + timedelta(minutes=6)),
        "a time that is none": {**good, "X-Slack-Request-Timestamp": "yesterday"},
        "a moved time": {**good, "X-Slack-Request-Timestamp": "1"},
        "no signature": {"X-Slack-Request-Timestamp": good["X-Slack-Request-Timestamp"]},
        "an empty one": {**good, "X-Slack-Signature": ""},
    }


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("body", [PRESS, b"\xff\xfe{", b""])
async def test_a_request_that_slack_did_not_sign_is_refused_unread(
    acme: Office, path: str, body: bytes
) -> None:
    with patch.object(strict, "parse", side_effect=AssertionError("it was read")):
        for proof in proofs(acme, body).values():
            answer = await acme.served.stranger.post(path, content=body, headers=proof)
            found = (answer.status_code, answer.json()["error_code"])
            assert found == (401, "SLACK_SIGNATURE_INVALID"), proof


@pytest.mark.parametrize("path", PATHS)
async def test_a_page_of_another_site_is_no_matter_here_and_a_large_body_is_refused(
    acme: Office, path: str
) -> None:
    body = json.dumps(message_event("hello")).encode() if path == EVENTS else PRESS
    assert (await acme.raw(body, path, Origin="https://evil.example")).status_code == 200
    large = await acme.raw(b"x" * (1024 * 1024 + 1), path)
    assert (large.status_code, large.json()["error_code"]) == (413, "BODY_TOO_LARGE")
    assert "1 MiB" in large.json()["message"]


async def test_the_address_for_events_is_confirmed(acme: Office) -> None:
    asked = url_verification()
    assert (await acme.event(asked)).json() == {"challenge": asked["challenge"]}


HOSTILE: list[Any] = [
    {},
    {"type": "block_actions"},
    {"type": "block_actions", "actions": [None], "user": 1, "team": []},
    {"type": "block_actions", "actions": {}, "user": {"id": "U1"}, "team": {"id": "T1"}},
    {"type": "view_submission", "view": {"callback_id": "ah_form", "private_metadata": "["}},
    {
        "type": "view_submission",
        "view": {"callback_id": "ah_form", "private_metadata": "[" * 100_000, "id": "V0000001"},
        "user": {"id": "U0SUE"},
        "team": {"id": "T0ACME"},
        "trigger_id": "deep",
    },
    {"type": "view_submission", "view": None, "user": {"id": "U0SUE"}, "trigger_id": "1"},
    {"type": "event_callback", "event": None},
    {"type": "event_callback", "event": {"type": "message", "text": 3}, "team_id": "T0ACME"},
    {
        "type": "event_callback",
        "event_id": "E",
        "team_id": "T0X",
        "event": {"type": "tokens_revoked", "tokens": 1},
    },
    {"type": "url_verification", "challenge": 3},
    {"type": "event_callback", "event": {"type": "message"}, "deep": [[[[{}]]]]},
    {**block_action({"action_id": "ah_claim", "value": "tsk_1"}), "team": None, "user": None},
    {**block_action({"action_id": "ah_claim", "value": "tsk_1"}), "response_url": "http://evil"},
    {**block_action({"action_id": ["ah_claim"], "value": {}}), "channel": "x"},
]


async def test_what_is_malformed_is_no_mistake_of_the_server(
    acme: Office, log: io.StringIO
) -> None:
    for payload in HOSTILE:
        for answer in (await acme.send(payload), await acme.event(payload)):
            assert answer.status_code == 200, payload
    bodies = (b"payload=", b"payload=[]", b"payload=%FF", b"payload=nonsense", b"x=1")
    for body in (*bodies, urlencode({"payload": "[" * 100_000}).encode(), b"&" * 100):
        for path in PATHS:
            answer = await acme.raw(body, path)
            assert (answer.status_code, answer.json()["error_code"]) == (422, "VALIDATION_ERROR")
    assert "Traceback" not in log.getvalue()


async def test_a_server_without_slack_says_what_is_missing(tmp_path: Path) -> None:
    settings: dict[str, Any] = {"slack_bot_token": None, "slack_signing_secret": None}
    async with office(tmp_path, **settings) as nothing:
        for path in PATHS:
            answer = await nothing.raw(PRESS, path)
            assert (answer.status_code, answer.json()["error_code"]) == (
                501,
                "FEATURE_NOT_AVAILABLE",
            )
        olga = await nothing.served.person("olga@example.com", "operator")
        begun = await olga.browser.get("/api/channels/slack/oauth/start")
        assert begun.status_code == 501
        ended = await olga.browser.get("/api/channels/slack/oauth/callback?code=1&state=2")
        assert ended.status_code == 501
        listed = (await nothing.client.get("/api/channels/slack/installations")).json()
        assert (listed["items"], listed["configured"]) == ([], False)
        assert "AWAITHUMANS_SLACK_BOT_TOKEN" in listed["detail"]
        target = {"target": "slack:#refunds"}
        tried = (await nothing.client.post("/api/channels/slack/test", json=target)).json()
        assert (tried["ok"], "not set up" in tried["detail"]) == (False, True)
        for path in ("", "/members"):
            call = nothing.client.get if path else nothing.client.delete
            gone = await call(f"/api/channels/slack/installations/T0ACME{path}")
            assert (gone.status_code, gone.json()["error_code"]) == (
                404,
                "SLACK_INSTALLATION_NOT_FOUND",
            )
        told = await nothing.notes(await nothing.task(), lambda it: it["status"] == "abandoned")
        assert told["last_error"] == "the Slack channel is not configured on this server"
