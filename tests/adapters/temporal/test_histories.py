"""Workflows that were parked before an upgrade go on after it.

The histories were recorded with ``handle.fetch_history()`` and ``to_json()``. One that does not
replay any more means that workflows of the version before would fail: change the code so that it
does, and record new ones beside it.
"""

from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer

from tests.adapters.temporal.workflows import WORKFLOWS

RECORDED = sorted((Path(__file__).parent / "histories").glob("*.json"))


@pytest.mark.parametrize("recorded", RECORDED, ids=lambda path: path.stem)
async def test_a_recorded_history_replays(recorded: Path) -> None:
    history = WorkflowHistory.from_json("a-workflow", recorded.read_text())
    await Replayer(workflows=WORKFLOWS).replay_workflow(history)


def test_there_are_recorded_histories() -> None:
    assert len(RECORDED) >= 5
