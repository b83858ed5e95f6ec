"""Slack the whole way: Socket Mode, two processes, and secrets that nobody gets to see."""

import asyncio
import io
import logging
import time
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from awaithumans.server.observing import logs
from tests.channels.slack.office import YES_NO, Office, office
from tests.support.clock import RunningClock
from tests.support.inprocess import in_process
from tests.support.receiver import receiver
from tests.support.slack import APP_TOKEN, CLIENT_ID, CLIENT_SECRET, TOKEN, Slack, slack
from tests.support.slack_manners import answers, fails, slow
from tests.support.slack_requests import SECRET
from tests.support.timing import in_time

SOCKET: dict[str, Any] = {"slack_app_token": APP_TOKEN, "slack_signing_secret": None}


async def test_a_laptop_is_asked_and_answered_by_socket_mode(tmp_path: Path) -> None:
    async with receiver() as listening:
        async with office(tmp_path, callback_allow_private=True, **SOCKET) as acme:
            await acme.hire("sue")
            await acme.slack.has(lambda it: it.sockets)
            task, message = await acme.posted(callback_url=listening.url)
            url = acme.slack.response_url("sue")
            press = acme.press_of(message, "Claim", "sue", url)
            assert await acme.slack.send("interactive", press) == {}
            await acme.slack.has(lambda it: "Answer" in message.labels)
            await acme.slack.send("interactive", acme.press_of(message, "Answer", "sue", url))
            await acme.slack.has(lambda it: any(one.get("submit") for one in it.views.values()))
            (view_id,) = acme.slack.views
            bad = acme.filled(view_id, Approved="Yes")
            bad["view"]["state"]["values"] = {}
            assert (await acme.slack.send("interactive", bad))["response_action"] == "errors"
            sent = acme.filled(view_id, Approved="Yes")
            assert await acme.slack.send("interactive", sent) == {"response_action": "clear"}
            (call,) = await listening.got(1)
            assert call.json["completed_via_channel"] == "slack"
            assert (await acme.state(task))["status"] == "completed"
            listed = (await acme.client.get("/api/channels/slack/installations")).json()
            assert listed["socket_mode"] == "connected"
            assert "by Socket Mode, which is connected" in listed["detail"]
        assert acme.slack.sockets == []


async def test_a_slack_that_is_down_keeps_no_server_from_starting(tmp_path: Path) -> None:
    async with slack() as down:
        down.always("apps.connections.open", answers(503))
        url = down.url.removesuffix("/api/")
        settings: dict[str, Any] = SOCKET | {"slack_bot_token": TOKEN, "slack_url": url}
        async with in_process(tmp_path, **settings) as served:
            await down.has(lambda it: it.called("apps.connections.open"))
            listed = (await served.client.get("/api/channels/slack/installations")).json()
            assert (listed["socket_mode"], listed["configured"]) == ("connecting", True)
            assert (await served.client.get("/api/ready")).status_code == 200


async def test_the_list_of_workspaces_waits_for_no_slack_that_is_silent(tmp_path: Path) -> None:
    async with office(tmp_path) as acme:
        acme.slack.then("auth.test", slow(9))
        began = time.monotonic()
        listed = (await acme.client.get("/api/channels/slack/installations")).json()
        in_time(time.monotonic() - began, 4)
        assert listed["items"] == []
        listed = (await acme.client.get("/api/channels/slack/installations")).json()
        assert [one["team_id"] for one in listed["items"]] == ["T0ACME"]


@asynccontextmanager
async def two(folder: Path, url: str) -> AsyncGenerator[tuple[Office, Office]]:
    """Run two servers with one Slack and one database."""
    clock = RunningClock()
    async with AsyncExitStack() as stack:
        made: Slack = await stack.enter_async_context(slack())
        settings: dict[str, Any] = {
            "slack_bot_token": TOKEN,
            "slack_signing_secret": SECRET,
            "slack_url": made.url.removesuffix("/api/"),
            "database_url": url,
        }
        one, other = [
            await stack.enter_async_context(in_process(folder, clock, **settings)) for _ in range(2)
        ]
        yield Office(one, made), Office(other, made)


async def test_two_processes_post_one_message_and_it_shows_the_last_state(
    tmp_path: Path, database_url: str
) -> None:
    async with two(tmp_path, database_url) as (one, other):
        await one.hire("sue")
        await one.hire("bob")
        tasks = await asyncio.gather(*(one.task(response_schema=YES_NO) for _ in range(8)))
        await one.slack.has(lambda it: len(it.messages) == 8)
        assert len(one.slack.called("chat.postMessage")) == 8
        posted = list(one.slack.messages.values())
        presses: list[Any] = []
        for message in posted:
            presses += [one.press(message, "Claim"), other.press(message, "Claim", "bob")]
        await asyncio.gather(*presses)
        for task in tasks:
            await other.becomes(task, "assigned")
        ends = [
            office.client.post(f"{task}/complete", json={"response": {"approved": True}})
            for task, office in zip(tasks, [one, other] * 4, strict=True)
        ]
        assert {each.status_code for each in await asyncio.gather(*ends)} == {200}
        await one.slack.has(
            lambda it: all(each.text.startswith("Answered") for each in it.messages.values())
        )
        await asyncio.sleep(0.3)
        assert all(each.labels == [] for each in one.slack.messages.values())
        assert len(one.slack.responses) == 8


async def test_no_secret_of_slack_is_seen_anywhere(tmp_path: Path, log: io.StringIO) -> None:
    logging.getLogger().setLevel(logging.DEBUG)
    canaries = (TOKEN, APP_TOKEN, SECRET, CLIENT_SECRET, "ticket=secret")
    # Without what takes secrets out of lines: they must not be in them to begin with.
    logs.configure("json", "debug", [], log)
    seen: list[str] = []
    settings: dict[str, Any] = {
        "slack_app_token": APP_TOKEN,
        "slack_client_id": CLIENT_ID,
        "slack_client_secret": CLIENT_SECRET,
    }
    async with office(tmp_path, **settings) as acme:
        olga = await acme.served.person("olga@example.com", "operator")
        await acme.slack.has(lambda it: it.sockets)
        for code in ("token_expired", "invalid_auth", f"echo_{TOKEN}"):
            acme.slack.then("chat.postMessage", fails(code, echo=TOKEN))
            task = await acme.task()
            await acme.notes(task, lambda it: it["last_error"] is not None)
            seen += [(await acme.client.get(path)).text for path in (task, f"{task}/audit")]
        led = await olga.browser.get("/api/channels/slack/oauth/start")
        seen += [led.text, str(led.headers)]
        acme.slack.then("oauth.v2.access", fails("bad_client_secret", echo=CLIENT_SECRET))
        state = led.headers["location"].partition("state=")[2]
        ended = await olga.browser.get(
            f"/api/channels/slack/oauth/callback?code=code-444&state={state}",
            headers={
                "Cookie": olga.browser.headers["cookie"]
                + "; "
                + led.headers["set-cookie"].partition(";")[0]
            },
        )
        assert ended.headers["location"] == "/slack?error=bad_client_secret"
        seen.append((await acme.raw(b"payload=nonsense")).text)
        target = {"target": "slack:#nowhere"}
        seen.append((await acme.client.post("/api/channels/slack/test", json=target)).text)
        for path in ("/api/status", "/api/channels/slack/installations", "/metrics"):
            seen.append((await acme.client.get(path)).text)
        await acme.slack.drop()
        await asyncio.sleep(0.1)
    everything = [*seen, log.getvalue()]
    assert [secret for secret in canaries if any(secret in text for text in everything)] == []


async def test_installed_tokens_are_encrypted_in_the_database(tmp_path: Path) -> None:
    settings: dict[str, Any] = {
        "slack_bot_token": None,
        "slack_client_id": CLIENT_ID,
        "slack_client_secret": CLIENT_SECRET,
    }
    async with office(tmp_path, **settings) as acme:
        olga = await acme.served.person("olga@example.com", "operator")
        led = await olga.browser.get("/api/channels/slack/oauth/start")
        state = led.headers["location"].partition("state=")[2]
        cookie = led.headers["set-cookie"].partition(";")[0]
        both = {"Cookie": f"{olga.browser.headers['cookie']}; {cookie}"}
        query = {"code": "code-444", "state": state}
        path = "/api/channels/slack/oauth/callback"
        olga.browser.cookies.clear()
        ended = await olga.browser.get(path, params=query, headers=both)
        assert ended.headers["location"] == "/slack?installed=T0ACME"
        await acme.posted()
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.is_file())
    assert b"T0ACME" in kept
    assert TOKEN.encode() not in kept
