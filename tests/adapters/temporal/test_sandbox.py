"""However a workflow imports it: the types pass the sandbox, and the errors are caught."""

import warnings
from typing import Any

import pytest
from temporalio.worker import UnsandboxedWorkflowRunner

from tests.adapters.temporal.engine import Engine, result
from tests.adapters.temporal.passed import Passed
from tests.adapters.temporal.unpassed import Unpassed
from tests.adapters.temporal.workflows import CatchErrors


@pytest.mark.parametrize("kind", [Passed, Unpassed])
async def test_answers_and_errors_pass_the_sandbox(engine: Engine, kind: Any) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        async with engine.worker():
            answered = await engine.start(kind)
            response = {"response": {"approved": True}}
            path = f"/api/tasks/{(await engine.open_task())['id']}/complete"
            assert (await engine.humans.post(path, json=response)).status_code == 200
            assert await result(answered) == "approved"
            cancelled = await engine.start(kind)
            await engine.cancel(await engine.open_task())
            assert await result(cancelled) == "cancelled"


async def test_it_works_without_a_sandbox_too(engine: Engine) -> None:
    async with engine.worker(workflow_runner=UnsandboxedWorkflowRunner()):
        handle = await engine.start(CatchErrors)
        await engine.cancel(await engine.open_task())
        assert (await result(handle)).startswith("TaskCancelledError")
