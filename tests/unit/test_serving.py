import asyncio
import signal
from types import SimpleNamespace

import pytest
import uvicorn

from awaithumans.server import serving


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_the_end_of_a_drain_that_was_cut_short_hurries_nobody(number: signal.Signals) -> None:
    made = SimpleNamespace(leaving=SimpleNamespace(begun=False), drain_seconds=0.05)
    process = vars(serving)["_Process"](uvicorn.Config("none", log_config=None), made, None)
    process.handle_exit(number, None)
    assert (made.leaving.begun, process.should_exit) == (True, False)
    process.handle_exit(number, None)
    assert process.should_exit
    await asyncio.sleep(0.1)
    assert not process.force_exit


async def test_a_drain_ends_by_itself() -> None:
    made = SimpleNamespace(leaving=SimpleNamespace(begun=False), drain_seconds=0.01)
    process = vars(serving)["_Process"](uvicorn.Config("none", log_config=None), made, None)
    process.handle_exit(signal.SIGINT, None)
    await asyncio.sleep(0.05)
    assert (process.should_exit, process.force_exit) == (True, False)
