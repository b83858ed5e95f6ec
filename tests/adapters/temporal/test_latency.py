"""What the way from a person's answer costs beside Temporal's own from a signal."""

import asyncio
import statistics
import time

import pytest
from temporalio import activity

from tests.adapters.temporal.engine import Engine, result
from tests.adapters.temporal.workflows import Ask, Signalled
from tests.support.timing import in_time

ROUNDS = 20
AT_MOST_SECONDS = 0.010
# Nobody answers in the moment of being asked. In it Temporal's development server holds a signal
# back for 30 ms or more, in which anything of ours would hide.
AT_REST_SECONDS = 0.1


@activity.defn
async def ready() -> None:
    """Do nothing, but as an activity."""


async def from_a_signal(engine: Engine) -> float:
    handle = await engine.start(Signalled)
    await engine.parked(handle)
    await asyncio.sleep(AT_REST_SECONDS)
    began = time.perf_counter()
    await handle.signal(Signalled.answer, "fine")
    await result(handle)
    return time.perf_counter() - began


async def from_an_answer(engine: Engine) -> float:
    handle = await engine.start(Ask, {})
    task = await engine.open_task()
    await engine.parked(handle)
    await asyncio.sleep(AT_REST_SECONDS)
    began = time.perf_counter()
    await engine.answer(task)
    await result(handle)
    return time.perf_counter() - began


@pytest.mark.quiet
async def test_an_answer_is_hardly_slower_than_a_signal(engine: Engine) -> None:
    signals, answers = list[float](), list[float]()
    async with engine.worker([*engine.activities().all(), ready]):
        for _ in range(ROUNDS):
            signals.append(await from_a_signal(engine))
            answers.append(await from_an_answer(engine))
    theirs, ours = statistics.median(signals), statistics.median(answers)
    print(f"answers {1000 * ours:.1f} ms, signals {1000 * theirs:.1f} ms")
    in_time(ours - theirs, AT_MOST_SECONDS, at_least=-theirs)
