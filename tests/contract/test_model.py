"""Thousands of steps against the model, over a real connection and with a moving clock (S1)."""

import logging
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test  # pyright: ignore[reportUnknownVariableType] -- its settings are not annotated

from tests.contract.attackers import Api
from tests.contract.driving import ByProcess, Driver, Within
from tests.support.process import ServerProcess

_SOAK = bool(os.environ.get("AWAITHUMANS_SOAK"))
_STEPS_OF_ONE = 50
_STEPS = 10_000 if _SOAK else 1_000


@pytest.fixture
def by_process(server: ServerProcess) -> Iterator[ByProcess]:
    driver = ByProcess(server)
    yield driver
    driver.close()


@pytest.fixture
def within(tmp_path: Path) -> Iterator[Within]:
    driver = Within(tmp_path / "data")
    yield driver
    driver.close()


def test_a_server_process_is_what_the_model_says(by_process: ByProcess, server: ServerProcess):
    _walk(by_process)
    log = server.output()
    assert "Traceback" not in log
    assert "ERROR" not in log
    with server.client() as client:
        assert client.get("/api/ready").status_code == 200


def test_with_a_clock_to_move_the_server_is_what_the_model_says(
    within: Within, caplog: pytest.LogCaptureFixture
):
    with caplog.at_level(logging.WARNING):
        _walk(within)
    assert [record.getMessage() for record in caplog.records if record.exc_info] == []


def _walk(driver: Driver) -> None:
    walker = type("Api", (Api,), {"driver": driver, "steps": 0, "settled": 0})
    started, judged = time.monotonic(), driver.judge.judged
    run_state_machine_as_test(
        walker,
        settings=settings(
            max_examples=_STEPS // 30,
            stateful_step_count=_STEPS_OF_ONE,
            derandomize=not _SOAK,
            database=None,
            deadline=None,
            # Shrinking a failure takes minutes: AWAITHUMANS_SOAK=1 does it.
            phases=(Phase.generate, Phase.shrink) if _SOAK else (Phase.generate,),
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        ),
    )
    seconds = time.monotonic() - started
    asked = driver.judge.judged - judged
    print(f"{walker.steps} steps, {asked} requests, {walker.settled} settled, {seconds:.0f} s")
    assert walker.steps >= 0.8 * _STEPS
    assert walker.settled >= _STEPS / 50
