import copy
import pickle
from collections.abc import Callable

import pytest

import awaithumans
from awaithumans import errors

EXAMPLES: list[errors.AwaitHumansError] = [
    errors.AwaitHumansError("It broke.", hint="Mend it."),
    errors.ConfigurationError("The address is wrong.", code="SERVER_URL_INVALID"),
    errors.MarketplaceNotAvailableError("There is none."),
    errors.ServerUnreachableError(
        "No answer.", server_url="http://a", reason="refused", task_id="tsk_1", hint="Start it."
    ),
    errors.RequestError("No.", status_code=409, code="TASK_ALREADY_SETTLED", task_id="tsk_1"),
    errors.TaskCreateError("No.", errors=[{"loc": ["payload", 0], "msg": "is required"}]),
    errors.PollError(
        "No.", status_code=401, code="UNAUTHORIZED", docs_url="http://a/api/docs#UNAUTHORIZED"
    ),
    errors.TaskNotFoundError("Gone.", status_code=404, task_id="tsk_1"),
    errors.TaskTimeoutError("Too late.", task_id="tsk_1", timeout_seconds=60),
    errors.TaskCancelledError("Withdrawn.", task_id="tsk_1"),
    errors.VerificationExhaustedError("Refused.", task_id="tsk_1", attempts=3),
    errors.VerificationExhaustedError("No.", task_id="tsk_1", attempts=3, reason="No date."),
    errors.SchemaValidationError("Odd.", task_id="tsk_1", errors=[], response={"a": [1]}),
]


def a_name(error: object) -> str:
    return type(error).__name__


def test_the_examples_here_are_all_the_errors_there_are() -> None:
    exported = {
        kind
        for name in awaithumans.__all__
        if name.endswith("Error")
        for kind in [getattr(awaithumans, name)]
    }
    assert {type(error) for error in EXAMPLES} == exported


@pytest.mark.parametrize("error", EXAMPLES, ids=a_name)
def test_an_error_carries_code_message_hint_and_a_page(error: errors.AwaitHumansError) -> None:
    assert isinstance(error, awaithumans.AwaitHumansError)
    assert error.code == error.code.upper() != ""
    assert error.message
    assert error.docs_url.endswith(f"#{error.code}")
    assert str(error) == f"{error.message} {error.hint}".strip()


def pickled(error: errors.AwaitHumansError) -> errors.AwaitHumansError:
    return pickle.loads(pickle.dumps(error))


AGAIN: dict[str, Callable[[errors.AwaitHumansError], errors.AwaitHumansError]] = {
    "copied": copy.copy,
    "copied deeply": copy.deepcopy,
    "pickled": pickled,
}


@pytest.mark.parametrize("how", AGAIN)
@pytest.mark.parametrize("error", EXAMPLES, ids=a_name)
def test_an_error_crosses_process_boundaries_whole(
    error: errors.AwaitHumansError, how: str
) -> None:
    twin = AGAIN[how](error)
    assert type(twin) is type(error)
    assert vars(twin) == vars(error)
    assert str(twin) == str(error)
    assert twin.args == error.args
