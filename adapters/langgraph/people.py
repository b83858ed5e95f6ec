"""The waits of a driver: a task for each question, all waited for side by side."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from types import TracebackType

from awaithumans.adapters.langgraph.questions import Question, Verdict, verdict_on
from awaithumans.client import abandon
from awaithumans.discovery import Endpoint
from awaithumans.errors import TaskTimeoutError
from awaithumans.pacing import Pace
from awaithumans.steps import run_async
from awaithumans.transport import AsyncTransport
from awaithumans.waiting import Settling


class People:
    """Those who are asked, on one server; belongs to one event loop. Use it in ``async with``.

    Left by a cancellation (or Ctrl-C), it cancels the tasks that are to be cancelled on abort;
    left in any other way, it leaves all tasks open, so that another run of the driver finds them.
    """

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._transport = AsyncTransport(endpoint)
        self._pace = Pace()
        self._waits: dict[str, asyncio.Task[Verdict]] = {}
        self._settlings: dict[str, tuple[Question, Settling]] = {}

    async def verdicts(self, questions: Mapping[str, Question]) -> dict[str, Verdict]:
        """Ask what was not asked yet, and wait until at least one of the questions is settled.

        Args:
            questions: All that are open now, by their keys; who is waited for and is not among
                them is not waited for any longer.

        Returns:
            How the questions ended that have ended, by their keys.

        Raises:
            AwaitHumansError: A task was refused, or cannot be waited for.
        """
        for key in self._waits.keys() - questions.keys():
            self._waits.pop(key).cancel()
        for key, question in questions.items():
            if key not in self._waits:
                self._waits[key] = asyncio.ensure_future(self._settle(key, question))
        await asyncio.wait(self._waits.values(), return_when=asyncio.FIRST_COMPLETED)
        ended = [key for key, wait in self._waits.items() if wait.done()]
        return {key: self._waits.pop(key).result() for key in ended}

    async def _settle(self, key: str, question: Question) -> Verdict:
        settling = Settling(question.request, self._endpoint, self._pace)
        self._settlings[key] = question, settling
        try:
            verdict = verdict_on(*await run_async(settling.settling(), self._transport, self._pace))
        except TaskTimeoutError as error:
            verdict = Verdict(
                type="awaithumans.verdict",
                task_id=error.task_id,
                status="timed_out",
                response=None,
                timeout_seconds=error.timeout_seconds,
                verification_attempt=0,
            )
        del self._settlings[key]
        return verdict

    async def __aenter__(self) -> People:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.leave(aborted=kind is not None and not issubclass(kind, Exception))

    async def leave(self, *, aborted: bool) -> None:
        """Wait for nobody any longer.

        Args:
            aborted: Cancel the tasks that are to be cancelled on abort.
        """
        for wait in self._waits.values():
            wait.cancel()
        await asyncio.gather(*self._waits.values(), return_exceptions=True)
        if aborted:
            open_still = [s for question, s in self._settlings.values() if question.cancel_on_abort]
            await asyncio.gather(*(abandon(s, self._transport, self._pace) for s in open_still))
        await self._transport.aclose()
