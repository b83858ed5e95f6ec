"""Every error of the SDK ends a workflow, and stays what it is on the way through an activity."""

from typing import Any

import pytest
from temporalio import exceptions
from temporalio.api.failure.v1 import Failure
from temporalio.converter import DataConverter
from temporalio.exceptions import (
    ActivityError,
    ApplicationError,
    RetryState,
    TimeoutType,
)

from awaithumans import errors
from awaithumans.adapters.temporal.failures import (
    as_activity_failure,
    as_failure,
    from_failure,
    not_created,
)

ABOUT: dict[str, Any] = {"task_id": "tsk_1", "hint": "Do this.", "docs_url": "http://docs"}
ONE_OF_EACH: list[errors.AwaitHumansError] = [
    errors.AwaitHumansError("It went wrong.", code="SOME_CODE"),
    errors.ConfigurationError("No key."),
    errors.MarketplaceNotAvailableError("None yet."),
    errors.ServerUnreachableError("Nobody.", server_url="http://x", reason="refused", **ABOUT),
    errors.RequestError("No.", status_code=403, **ABOUT),
    errors.TaskCreateError("No.", status_code=422, errors=[{"loc": ["task"], "msg": "?"}], **ABOUT),
    errors.PollError("No.", status_code=404, **ABOUT),
    errors.TaskNotFoundError("Gone.", status_code=404, **ABOUT),
    errors.TaskTimeoutError("Late.", timeout_seconds=60, **ABOUT),
    errors.TaskCancelledError("Withdrawn.", **ABOUT),
    errors.VerificationExhaustedError("Refused.", attempts=3, **ABOUT),
    errors.SchemaValidationError("Not one.", errors=[], response={"a": "secret"}, **ABOUT),
]


def kinds() -> set[type]:
    found = {kind for kind in vars(errors).values() if isinstance(kind, type)}
    return {kind for kind in found if issubclass(kind, errors.AwaitHumansError)}


async def recorded(failure: BaseException) -> Failure:
    written = Failure()
    await DataConverter.default.encode_failure(failure, written)
    return written


def test_there_is_one_of_each() -> None:
    assert {type(error) for error in ONE_OF_EACH} == kinds()


@pytest.mark.parametrize("error", ONE_OF_EACH, ids=lambda error: type(error).__name__)
async def test_an_error_is_both(error: errors.AwaitHumansError) -> None:
    failure = as_failure(error)
    assert isinstance(failure, type(error))
    assert failure.non_retryable
    assert str(failure) == str(error)
    for name, value in vars(error).items():
        assert getattr(failure, name) == value
    written = await recorded(failure)
    assert written.message == error.message
    assert written.application_failure_info.type == type(error).__name__
    assert "secret" not in str(written)


@pytest.mark.parametrize("error", ONE_OF_EACH, ids=lambda error: type(error).__name__)
async def test_an_error_of_an_activity_comes_back_as_it_was(error: errors.AwaitHumansError) -> None:
    written = await recorded(as_activity_failure(error))
    came = from_failure(await DataConverter.default.decode_failure(written))
    assert isinstance(came, type(error))
    assert str(came) == str(error)
    kept = {name: value for name, value in vars(error).items() if name != "response"}
    assert {name: getattr(came, name) for name in kept} == kept


@pytest.mark.parametrize(
    ("error", "again"),
    [
        (errors.ServerUnreachableError("Nobody.", server_url="", reason=""), True),
        (errors.TaskCreateError("Busy.", status_code=503), True),
        (errors.TaskCreateError("Slower.", status_code=429), True),
        (errors.TaskCreateError("Not yet.", status_code=501), False),
        (errors.TaskCreateError("Wrong.", status_code=422), False),
        (errors.TaskCreateError("Never sent."), False),
        (errors.ConfigurationError("No key."), False),
    ],
)
def test_an_activity_is_tried_again_where_that_can_help(
    error: errors.AwaitHumansError, again: bool
) -> None:
    assert as_activity_failure(error).non_retryable is not again


@pytest.mark.parametrize(
    "failure",
    [
        None,
        RuntimeError("no"),
        ApplicationError("no"),
        ApplicationError("no", {"code": "X"}, type="SomebodyElses"),
        ApplicationError("no", "a text", type="TaskTimeoutError"),
    ],
)
def test_what_is_not_ours_is_none(failure: BaseException | None) -> None:
    assert from_failure(failure) is None


def activity_error(cause: BaseException) -> ActivityError:
    error = ActivityError(
        "Activity task failed",
        scheduled_event_id=1,
        started_event_id=2,
        identity="worker",
        activity_type="awaithumans_create_task",
        activity_id="1",
        retry_state=RetryState.TIMEOUT,
    )
    error.__cause__ = cause
    return error


def test_no_worker_in_time_is_no_server() -> None:
    late = exceptions.TimeoutError(
        "activity ScheduleToClose timeout",
        type=TimeoutType.SCHEDULE_TO_CLOSE,
        last_heartbeat_details=[],
    )
    error = not_created(activity_error(late), 900)
    assert isinstance(error, errors.ServerUnreachableError)
    assert "within 900 s (activity ScheduleToClose timeout)" in str(error)
    foreign = activity_error(ApplicationError("it broke"))
    assert not_created(foreign, 900) is foreign
