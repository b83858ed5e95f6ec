"""What a server that stops did not do was not acknowledged to Slack."""

import asyncio
from typing import Any, cast

import pytest

from awaithumans.server.channels.slack import inbound
from awaithumans.server.channels.slack.acting import Acts
from awaithumans.server.channels.slack.forms import Forms
from awaithumans.server.channels.slack.inbound import Inbound
from awaithumans.server.errors import NotReady
from tests.support.slack_requests import message_event


class Slow:
    """Does what it is asked for when it may."""

    def __init__(self) -> None:
        self.may = asyncio.Event()
        self.done = 0

    async def reply(self, _said: Any) -> None:
        await self.may.wait()
        self.done += 1


def written() -> dict[str, Any]:
    return message_event("yes", thread_ts="1767225600.000100")


def made() -> tuple[Slow, Inbound]:
    slow = Slow()
    return slow, Inbound(cast("Acts", slow), cast("Forms", None))


async def test_what_is_cut_off_is_not_acknowledged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbound, "_LEAVE_WITHIN", 0.01)
    slow, take = made()
    sent = asyncio.create_task(take("events_api", written()))
    await asyncio.sleep(0)
    await take.stop()
    with pytest.raises(NotReady):
        await sent
    assert slow.done == 0


async def test_what_ends_in_time_is_acknowledged() -> None:
    slow, take = made()
    sent = asyncio.create_task(take("events_api", written()))
    await asyncio.sleep(0)
    asyncio.get_running_loop().call_later(0.01, slow.may.set)
    await take.stop()
    assert await sent is None
    assert slow.done == 1


async def test_what_comes_after_the_end_is_not_acknowledged() -> None:
    slow, take = made()
    slow.may.set()
    await take.stop()
    with pytest.raises(NotReady):
        await take("events_api", written())
    assert slow.done == 0
