"""Takes what Slack sends, over HTTP or Socket Mode: done, or under way, when it is acknowledged."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Mapping
from typing import Any

from ...errors import NotReady
from .acting import Acts
from .failures import NoWorkspace, SlackFailure
from .forms import AT_ONCE, Ended, Forms, at_once, lost, saving
from .payloads import Pressed, Removed, Said, Sent, event, interaction

Payload = dict[str, Any]

# For how many seconds one of them may take; what the database or Slack does with them is bounded.
_LONGEST = 60.0
_AT_A_TIME = 32
_MOST = 1_000
_REMEMBERED = 5_000
_LEAVE_WITHIN = 2.0

_log = logging.getLogger("awaithumans.slack")


class Inbound:
    """Handles what people press, send and write.

    What Slack sends once more, for it heard no answer, is done once by this process; what another
    one gets is refused there, for the task has changed.

    Args:
        acts: Carries out what people want.
        forms: Takes forms.
    """

    def __init__(self, acts: Acts, forms: Forms) -> None:
        self._acts = acts
        self._forms = forms
        self._running: set[asyncio.Task[Any]] = set()
        self._room = asyncio.Semaphore(_AT_A_TIME)
        self._taken: dict[str, asyncio.Task[Ended] | None] = {}
        self._stopping = False

    async def __call__(self, kind: str, payload: Mapping[str, Any]) -> Payload | None:
        """Take one request, and return within two seconds what to answer.

        Args:
            kind: "interactive" or "events_api", as Socket Mode names them.
            payload: What Slack sent, whatever it may be.

        Raises:
            NotReady: The server stops, and did not do it.
        """
        if self._stopping:
            raise _stopping()
        if kind == "interactive":
            found = interaction(payload)
            if isinstance(found, Sent):
                return await self._submitted(found)
            if isinstance(found, Pressed) and self._is_new(found.id):
                await self._done(self._acts.press(found))
        elif kind == "events_api":
            happened = event(payload)
            if isinstance(happened, Said) and self._is_new(happened.id):
                await self._done(self._acts.reply(happened))
            elif isinstance(happened, Removed) and self._is_new(happened.id):
                await self._done(self._acts.forget(happened))
        return None

    async def stop(self) -> None:
        """Take nothing more, and let what runs end, for a moment."""
        self._stopping = True
        if self._running:
            await asyncio.wait(set(self._running), timeout=_LEAVE_WITHIN)
        cut_off = set(self._running)
        for task in cut_off:
            task.cancel()
        await asyncio.gather(*cut_off, return_exceptions=True)

    async def _submitted(self, sent: Sent) -> Payload:
        running = self._taken.get(sent.id)
        again = running is not None
        if running is None:
            running = asyncio.get_running_loop().create_task(self._ended(sent))
            self._track(running)
            self._remember(sent.id, running)
        done, _ = await asyncio.wait((running,), timeout=AT_ONCE)
        if done and not running.cancelled():
            return at_once(sent, running.result())
        if not again:
            self._begin(self._shown(sent, running))
        return saving()

    async def _ended(self, sent: Sent) -> Ended:
        try:
            return await asyncio.wait_for(self._forms.take(sent), _LONGEST)
        except Exception:  # noqa: BLE001 -- the person is told, and their draft is kept
            _log.exception("A form that was sent could not be taken.")
            return lost()

    async def _shown(self, sent: Sent, running: asyncio.Task[Ended]) -> None:
        await self._forms.show(sent, await running)

    def _is_new(self, id_: str) -> bool:
        if id_ in self._taken:
            return False
        self._remember(id_, None)
        return True

    def _remember(self, id_: str, running: asyncio.Task[Ended] | None) -> None:
        self._taken[id_] = running
        while len(self._taken) > _REMEMBERED:
            del self._taken[next(iter(self._taken))]

    async def _done(self, work: Coroutine[Any, Any, None]) -> None:
        """Return when it is done, or when Slack has to have its answer.

        So what a dying process had not done yet was not acknowledged either: Slack sends an event
        again, and shows the person that their press failed.

        Raises:
            NotReady: It was cut off.
        """
        running = self._begin(work)
        if running is not None:
            await asyncio.wait((running,), timeout=AT_ONCE)
            if running.cancelled():
                raise _stopping()

    def _begin(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None] | None:
        if len(self._running) >= _MOST:
            work.close()
            _log.error("Slack sends more than can be carried out; what was pressed last is lost.")
            return None
        running = asyncio.get_running_loop().create_task(self._carried_out(work))
        self._track(running)
        return running

    async def _carried_out(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            async with self._room:
                await asyncio.wait_for(work, _LONGEST)
        except (SlackFailure, NoWorkspace) as failure:
            _log.warning("What was done in Slack could not be answered there: %s", failure)
        except Exception:  # noqa: BLE001 -- Slack has its answer; the log is who is left to tell
            _log.exception("What was done in Slack could not be carried out.")
        finally:
            work.close()

    def _track(self, task: asyncio.Task[Any]) -> None:
        self._running.add(task)
        task.add_done_callback(self._running.discard)


def _stopping() -> NotReady:
    return NotReady("The server is stopping, and did not do this. Try again in a moment.")
