"""Socket Mode holds a connection, answers what comes over it, and never gives up."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from itertools import pairwise
from typing import Any

import pytest

from awaithumans.server.channels.slack import socket
from awaithumans.server.channels.slack.socket import SocketMode
from tests.support.slack import APP_TOKEN, Slack, slack
from tests.support.slack_manners import answers, fails, limited, slow
from tests.support.slack_requests import block_action, message_event
from tests.support.timing import in_time

PAUSES = (0.05, 0.1)


@pytest.fixture
async def stand_in() -> AsyncIterator[Slack]:
    async with slack() as made:
        yield made


class Handler:
    """Notes what comes, and answers it."""

    def __init__(self) -> None:
        self.got: list[tuple[str, dict[str, Any]]] = []
        self.answer: dict[str, Any] | None = {"response_action": "clear"}
        self.takes = 0.0

    async def __call__(self, kind: str, payload: dict[str, Any]) -> dict[str, Any] | None:
        await asyncio.sleep(self.takes)
        self.got.append((kind, payload))
        if self.answer is None and kind == "interactive":
            raise ValueError("canary-words")
        return self.answer


@pytest.fixture
def handler() -> Handler:
    return Handler()


@pytest.fixture
async def mode(stand_in: Slack, handler: Handler) -> AsyncIterator[SocketMode]:
    made = SocketMode(APP_TOKEN, handler, stand_in.url, seconds=2, pauses=PAUSES)
    yield made
    await made.stop()


async def test_a_press_is_answered_with_what_the_handler_says(
    mode: SocketMode, stand_in: Slack, handler: Handler
) -> None:
    await mode.start()
    await stand_in.has(lambda it: it.sockets)
    press = block_action({"action_id": "ah_claim", "value": "tsk_1"})

    assert await stand_in.send("interactive", press) == {"response_action": "clear"}
    assert handler.got == [("interactive", press)]
    assert mode.connected


async def test_an_event_is_acknowledged_without_a_payload(
    mode: SocketMode, stand_in: Slack, handler: Handler
) -> None:
    await mode.start()
    await stand_in.has(lambda it: it.sockets)

    assert await stand_in.send("events_api", message_event("ok")) == {}
    assert handler.got[0][0] == "events_api"


async def test_a_slow_handler_is_acknowledged_in_time_and_finishes(
    mode: SocketMode, stand_in: Slack, handler: Handler, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "_ANSWER_WITHIN", 0.1)
    handler.takes = 0.4
    await mode.start()
    await stand_in.has(lambda it: it.sockets)

    assert await stand_in.send("interactive", block_action({})) == {}
    assert handler.got == []
    await stand_in.has(lambda _: handler.got)


async def test_one_slow_request_does_not_keep_another_waiting(
    mode: SocketMode, stand_in: Slack, handler: Handler
) -> None:
    handler.takes = 0.5
    await mode.start()
    await stand_in.has(lambda it: it.sockets)
    began = time.monotonic()

    await asyncio.gather(*(stand_in.send("events_api", message_event("ok")) for _ in range(10)))

    in_time(time.monotonic() - began, 2.5)


async def test_a_handler_that_fails_is_logged_and_not_acknowledged(
    mode: SocketMode, stand_in: Slack, handler: Handler, caplog: pytest.LogCaptureFixture
) -> None:
    handler.answer = None
    await mode.start()
    await stand_in.has(lambda it: it.sockets)

    with pytest.raises(asyncio.TimeoutError):
        await stand_in.send("interactive", block_action({}), within=0.3)
    assert "A request of Slack's failed." in caplog.text
    assert await stand_in.send("events_api", message_event("ok")) == {}


async def test_a_lost_connection_is_opened_again(mode: SocketMode, stand_in: Slack) -> None:
    await mode.start()
    await stand_in.has(lambda it: it.opened == 1)

    await stand_in.drop()

    await stand_in.has(lambda it: it.opened == 2 and it.sockets)
    assert await stand_in.send("events_api", message_event("ok")) == {}


async def test_before_slack_closes_a_connection_there_is_another(
    mode: SocketMode, stand_in: Slack, handler: Handler
) -> None:
    await mode.start()
    await stand_in.has(lambda it: it.opened == 1 and it.sockets)
    first = stand_in.sockets[0]

    await stand_in.refresh()

    await stand_in.has(lambda it: it.opened == 2 and first not in it.sockets)
    assert len(stand_in.sockets) == 1
    assert await stand_in.send("events_api", message_event("ok")) == {}


async def test_a_refused_token_is_logged_in_slacks_words_and_tried_again(
    stand_in: Slack, handler: Handler, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    stand_in.then("apps.connections.open", *[fails("invalid_auth")] * 3)
    mode = SocketMode(APP_TOKEN, handler, stand_in.url, seconds=2, pauses=PAUSES)

    await mode.start()
    assert not mode.connected
    await stand_in.has(lambda _: mode.connected)
    await mode.stop()

    calls = [call.at for call in stand_in.called("apps.connections.open")]
    pauses = [after - before for before, after in pairwise(calls)]
    assert [pause > least for pause, least in zip(pauses, (0.04, 0.09, 0.09), strict=True)] == (
        [True] * 3
    )
    assert caplog.text.count("invalid_auth: The token is not valid.") == 3
    for secret in (APP_TOKEN, "ticket"):
        assert secret not in caplog.text


async def test_a_limit_of_slacks_is_kept_to(mode: SocketMode, stand_in: Slack) -> None:
    stand_in.then("apps.connections.open", limited(1))

    await mode.start()
    await stand_in.has(lambda _: mode.connected)

    first, second = stand_in.called("apps.connections.open")
    assert second.at - first.at >= 0.95


async def test_a_websocket_that_is_refused_is_tried_again(
    stand_in: Slack, handler: Handler, caplog: pytest.LogCaptureFixture
) -> None:
    stand_in.then("link", answers(408))
    mode = SocketMode(APP_TOKEN, handler, stand_in.url, seconds=0.3, pauses=PAUSES)

    await mode.start()
    await stand_in.has(lambda _: mode.connected)
    await mode.stop()

    assert "unreachable: No connection to Slack" in caplog.text
    assert not mode.connected


async def test_a_slack_that_is_not_there_never_stops_the_server(handler: Handler) -> None:
    mode = SocketMode(APP_TOKEN, handler, "http://127.0.0.1:9/api/", seconds=1, pauses=PAUSES)

    await mode.start()
    await asyncio.sleep(0.3)
    assert not mode.connected
    await mode.stop()


async def test_it_ends_at_once_and_answers_what_it_has_begun(
    mode: SocketMode, stand_in: Slack, handler: Handler
) -> None:
    handler.takes = 0.3
    await mode.start()
    await stand_in.has(lambda it: it.sockets)
    answered = asyncio.create_task(stand_in.send("interactive", block_action({})))
    await asyncio.sleep(0.1)
    began = time.monotonic()

    await mode.stop()

    in_time(time.monotonic() - began, 2)
    assert await answered == {"response_action": "clear"}
    assert not mode.connected
    assert [task for task in asyncio.all_tasks() if "slack_sdk" in repr(task)] == []


async def test_it_ends_at_once_while_it_connects(mode: SocketMode, stand_in: Slack) -> None:
    stand_in.then("link", slow(5))
    await mode.start()
    await stand_in.has(lambda it: it.called("apps.connections.open"))
    await asyncio.sleep(0.1)
    began = time.monotonic()

    await mode.stop()

    in_time(time.monotonic() - began, 2)


async def test_an_answer_for_a_connection_that_was_lost_is_let_go(
    mode: SocketMode, stand_in: Slack, handler: Handler, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "awaithumans.slack")
    handler.takes = 0.3
    await mode.start()
    await stand_in.has(lambda it: it.sockets)
    lost = asyncio.create_task(stand_in.send("interactive", block_action({}), within=1))
    await asyncio.sleep(0.1)

    await stand_in.drop()

    await stand_in.has(lambda it: handler.got and it.opened == 2 and it.sockets)
    assert await stand_in.send("events_api", message_event("ok")) == {}
    with pytest.raises(asyncio.TimeoutError):
        await lost


async def test_it_can_end_before_it_has_begun(handler: Handler) -> None:
    await SocketMode(APP_TOKEN, handler).stop()
