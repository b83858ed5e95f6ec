"""What a person types becomes the value that was asked for, or they are told what was."""

from typing import Any

import pytest

from awaithumans.server.forms import kinds
from awaithumans.server.forms.kinds import Kind, Limits, Option
from awaithumans.server.forms.typing_in import BadInput, parse

PETS = kinds.Choice(
    (
        Option("cat", "A cat"),
        Option("cow", "A cow"),
        Option(7, "Seven"),
        Option(None, "none"),
        Option(True, "true"),
    )
)


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (kinds.Text(), " as typed ", " as typed "),
        (kinds.Text(format="email"), "sue@example.com", "sue@example.com"),
        (kinds.Text(format="binary"), "anything", "anything"),
        (kinds.Text(format="json-string"), '{"a": 1}', '{"a": 1}'),
        (kinds.Integer(), " +42 ", 42),
        (kinds.Integer(), "-0", 0),
        (kinds.Number(), "3", 3),
        (kinds.Number(), "-.5", -0.5),
        (kinds.Number(), "1e3", 1000.0),
        (kinds.Decimal(), " 12.50 ", "12.50"),
        (kinds.Decimal(), "0.10000000000000000000000001", "0.10000000000000000000000001"),
        (kinds.Boolean(), "Y", True),
        (kinds.Boolean(), "yes", True),
        (kinds.Boolean(), "TRUE", True),
        (kinds.Boolean(), "n", False),
        (kinds.Boolean(), "No", False),
        (kinds.Boolean(), " false ", False),
        (kinds.Date(), " 2025-12-31 ", "2025-12-31"),
        (kinds.Time(), "9:05", "09:05:00"),
        (kinds.Time(), "18:30:15.5z", "18:30:15.5Z"),
        (kinds.Time(), "18:30+02:00", "18:30:00+02:00"),
        (kinds.DateTime(), "2025-12-31 18:30", "2025-12-31T18:30:00"),
        (kinds.DateTime(), "2025-12-31T18:30Z", "2025-12-31T18:30:00Z"),
        (kinds.DateTime(), "2025-12-31t18:30:01 +02:00", "2025-12-31T18:30:01+02:00"),
        (PETS, "cat", "cat"),
        (PETS, "A COW", "cow"),
        (PETS, "1", "cat"),
        (PETS, "2", "cow"),
        (PETS, "7", 7),
        (PETS, "s", 7),
        (PETS, "a ca", "cat"),
        (PETS, "none", None),
        (PETS, "4", None),
        (PETS, "true", True),
        (kinds.Optional(kinds.Integer()), "5", 5),
        (kinds.Optional(kinds.Integer()), "  ", None),
        (kinds.Json(), '{"a": [1, null]}', {"a": [1, None]}),
        (kinds.List(kinds.Text), '["a"]', ["a"]),
        (kinds.Union(()), "3", 3),
    ],
)
def test_what_is_typed_is_understood(kind: Kind, text: str, value: Any) -> None:
    found = parse(kind, text)

    assert found == value
    assert type(found) is type(value)


LIMITS = Limits(at_least=1, at_most=10)


@pytest.mark.parametrize(
    ("kind", "text", "msg"),
    [
        (kinds.Text(min_length=2), "a", "must have at least 2 characters"),
        (kinds.Text(max_length=2), "abc", "must have at most 2 characters"),
        (kinds.Text(format="email"), "sue", "must be an email address"),
        (
            kinds.Text(format="json-string"),
            "{",
            'must be JSON, such as {"name": "value"} or [1, 2]',
        ),
        (kinds.Integer(), "1.5", "must be a whole number"),
        (kinds.Integer(), "", "must be a whole number"),
        (kinds.Integer(), "1_000", "must be a whole number"),
        (kinds.Integer(), "\u0663", "must be a whole number"),
        (kinds.Integer(), "9" * 5_000, "must be a whole number"),
        (kinds.Integer(LIMITS), "0", "must be at least 1"),
        (kinds.Integer(LIMITS), "11", "must be at most 10"),
        (kinds.Number(Limits(more_than=0)), "0", "must be more than 0"),
        (kinds.Decimal(Limits(less_than=0.1)), "0.10", "must be less than 0.1"),
        (kinds.Number(), "nan", "must be a number such as 12.5"),
        (kinds.Number(), "1e999", "must be a smaller number"),
        (kinds.Number(), "1,5", "must be a number such as 12.5"),
        (kinds.Decimal(), "1e5", "must be a decimal number such as 12.50"),
        (kinds.Boolean(), "", "must be yes or no"),
        (kinds.Boolean(), "maybe", "must be yes or no"),
        (kinds.Date(), "31.12.2025", "must be a date such as 2025-12-31"),
        (kinds.Time(), "25:00", "must be a time such as 18:30:00"),
        (kinds.Time(), "noon", "must be a time such as 18:30:00"),
        (
            kinds.DateTime(),
            "2025-12-31",
            "must be an RFC 3339 date-time such as 2025-12-31T18:30:00Z",
        ),
        (kinds.DateTime(), "", "must be an RFC 3339 date-time such as 2025-12-31T18:30:00Z"),
        (PETS, "", "must be one of the options, or a number from 1 to 5"),
        (PETS, "0", "must be one of the options, or a number from 1 to 5"),
        (PETS, "6", "must be one of the options, or a number from 1 to 5"),
        (PETS, "a c", "must be one of the options, or a number from 1 to 5"),
        (PETS, "9" * 5_000, "must be one of the options, or a number from 1 to 5"),
        (kinds.Json(), "NaN", 'must be JSON, such as {"name": "value"} or [1, 2]'),
        (kinds.Json(), "[" * 100_000, 'must be JSON, such as {"name": "value"} or [1, 2]'),
        (kinds.Optional(kinds.Boolean()), "x", "must be yes or no"),
    ],
)
def test_what_is_not_understood_is_answered_with_what_was_asked(
    kind: Kind, text: str, msg: str
) -> None:
    with pytest.raises(BadInput) as refusal:
        parse(kind, text)

    assert str(refusal.value) == msg
