import inspect
import re
from typing import Any

import pytest

from awaithumans.server.errors import (
    EmailIdentityInvalid,
    FieldProblem,
    Refusal,
    TooManyAttempts,
    ValidationFailed,
    every_refusal,
)

KINDS = every_refusal()


def made(kind: type[Refusal]) -> Refusal:
    """Return a refusal with its own message, or with one if it has none."""
    arguments: tuple[Any, ...] = (
        ("It happened. Do this.",) if kind.__init__ is Refusal.__init__ else ()
    )
    if kind is EmailIdentityInvalid:
        return kind([FieldProblem(("body", "sender"), "must be an address")])
    return TooManyAttempts(61) if kind is TooManyAttempts else kind(*arguments)


@pytest.mark.parametrize("kind", KINDS)
def test_every_refusal_has_a_status_a_code_and_a_page(kind: type[Refusal]) -> None:
    assert kind.status in {400, 401, 403, 404, 405, 409, 410, 413, 422, 429, 500, 501, 502, 503}
    assert re.fullmatch(r"[A-Z][A-Z_]+", kind.code)
    assert len((inspect.getdoc(kind) or "").split("\n\n")) >= 2


@pytest.mark.parametrize("kind", KINDS)
def test_every_message_is_made_of_sentences(kind: type[Refusal]) -> None:
    refusal = made(kind)
    assert str(refusal) == refusal.message
    assert refusal.message.endswith(".")


def test_codes_are_unique_and_sorted_by_status() -> None:
    codes = [kind.code for kind in KINDS]
    assert len(set(codes)) == len(codes)
    assert [kind.status for kind in KINDS] == sorted(kind.status for kind in KINDS)


def test_what_passes_by_itself_says_when_to_try_again() -> None:
    for kind in KINDS:
        assert (kind.retry_after is not None) == (kind.status == 503)
        assert kind.retry_after is None or kind.retry_after <= 5


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(1, "1 minute,"), (60, "1 minute,"), (61, "2 minutes,"), (900, "15 minutes,")],
)
def test_who_tried_too_often_is_told_how_long_to_wait(seconds: int, told: str) -> None:
    refusal = TooManyAttempts(seconds)
    assert told in refusal.message
    assert refusal.retry_after == seconds


def test_a_refusal_carries_the_fields_at_fault() -> None:
    problem = FieldProblem(("body", "task"), "is required")
    assert ValidationFailed("No.", [problem]).problems == (problem,)
