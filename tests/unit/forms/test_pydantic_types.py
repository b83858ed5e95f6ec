"""What pydantic writes, its own schema admits: for payloads, and for answers with formats."""

import datetime as dt
import decimal
import enum
import fractions
import ipaddress
import pathlib
import re
import uuid
from typing import Annotated, Any, Literal, NamedTuple

import pytest
from pydantic import (
    AnyUrl,
    AwareDatetime,
    Base64Bytes,
    ByteSize,
    Field,
    HttpUrl,
    IPvAnyAddress,
    Json,
    NaiveDatetime,
    NonNegativeInt,
    PastDate,
    SecretStr,
    TypeAdapter,
)
from pydantic.types import UUID4
from typing_extensions import TypedDict

from awaithumans.server.forms.validation import compile_schema


class Colour(enum.Enum):
    RED = "r"
    ONE = 1


class Point(NamedTuple):
    x: int
    y: int = 0


class Movie(TypedDict, total=False):
    name: str
    year: int


NOW = dt.datetime.fromisoformat("2025-01-31T12:30:15.250000")
ZONE = dt.timezone(dt.timedelta(hours=-5, minutes=-30))
ID = uuid.UUID("12345678-1234-4678-8234-567812345678")
EXAMPLES: list[tuple[Any, list[Any]]] = [
    (int, [0, -1, 2**53, 10**30]),
    (float, [0.5, -0.0, 1e308, 3]),
    (bool, [True, False]),
    (str, ["", "é", "\0"]),
    (None, [None]),
    (Any, [None, 1, {"a": []}]),
    (bytes, [b"abc"]),
    (Base64Bytes, [b"YWJj"]),
    (decimal.Decimal, [decimal.Decimal("12.50"), decimal.Decimal("-0.001"), decimal.Decimal(7)]),
    (
        Annotated[decimal.Decimal, Field(max_digits=5, decimal_places=2, gt=0)],
        [decimal.Decimal("123.45")],
    ),
    (
        dt.datetime,
        [NOW, NOW.replace(tzinfo=dt.timezone.utc), NOW.replace(tzinfo=ZONE, microsecond=0)],
    ),
    (NaiveDatetime, [NOW]),
    (AwareDatetime, [NOW.replace(tzinfo=ZONE)]),
    (dt.date, [NOW.date(), dt.date.min, dt.date.max]),
    (PastDate, [dt.date(2000, 2, 29)]),
    (dt.time, [NOW.time(), dt.time(0, 0), dt.time(1, 2, tzinfo=ZONE)]),
    (dt.timedelta, [dt.timedelta(days=3, hours=1.5), -dt.timedelta(seconds=1), dt.timedelta(0)]),
    (uuid.UUID, [ID]),
    (UUID4, [ID]),
    (AnyUrl, [AnyUrl("https://example.com/a?b=\u00fc"), AnyUrl("urn:a:b")]),
    (HttpUrl, [HttpUrl("http://localhost:8000")]),
    (ipaddress.IPv4Address, [ipaddress.IPv4Address("1.2.3.4")]),
    (ipaddress.IPv6Address, [ipaddress.IPv6Address("::1")]),
    (ipaddress.IPv4Network, [ipaddress.IPv4Network("10.0.0.0/8")]),
    (ipaddress.IPv6Interface, [ipaddress.IPv6Interface("fd00::1/8")]),
    (IPvAnyAddress, [ipaddress.IPv4Address("1.2.3.4"), ipaddress.IPv6Address("::1")]),
    (Colour, [Colour.RED, Colour.ONE]),
    (Literal["a", 1, None, True], ["a", 1, None, True]),
    (Annotated[int, Field(ge=1, lt=10, multiple_of=3)], [3, 9]),
    (Annotated[str, Field(min_length=2, pattern="^[a-z]+$")], ["ab"]),
    (list[int], [[], [1, 2]]),
    (set[str], [{"a", "b"}]),
    (frozenset[int], [frozenset({1})]),
    (tuple[int, str], [(1, "a")]),
    (tuple[int, ...], [(), (1, 2, 3)]),
    (tuple[()], [()]),
    (dict[str, list[int]], [{}, {"a": [1]}]),
    (dict[int, float], [{1: 0.5}]),
    (dict[uuid.UUID, int], [{ID: 1}]),
    (dict[Literal["a", "b"], int], [{"a": 1}]),
    (int | str | None, [1, "a", None]),
    (Point, [Point(1, 2)]),
    (Movie, [{"name": "x"}, {}]),
    (pathlib.Path, [pathlib.Path("/tmp/x")]),
    (re.Pattern, [re.compile("a+")]),
    (ByteSize, [ByteSize(1024)]),
    (NonNegativeInt, [0]),
    (SecretStr, [SecretStr("x")]),
    (fractions.Fraction, [fractions.Fraction(1, 3)]),
]


@pytest.mark.parametrize(("kind", "examples"), EXAMPLES, ids=[str(kind) for kind, _ in EXAMPLES])
def test_what_pydantic_writes_is_admitted(kind: Any, examples: list[Any]) -> None:
    adapter: TypeAdapter[Any] = TypeAdapter(kind)
    document = adapter.json_schema(mode="validation")
    answers, payloads = (compile_schema(document, assert_formats=on) for on in (True, False))

    for example in examples:
        written = adapter.dump_python(example, mode="json")
        assert answers.problems(written) == []
        assert payloads.problems(written) == []


def test_a_text_that_holds_json_is_only_a_text() -> None:
    schema = compile_schema(TypeAdapter(Json[list[int]]).json_schema())

    assert schema.problems("[1]") == []
    assert schema.problems([1]) != []


def test_a_wrong_item_of_a_pair_is_told_at_its_position() -> None:
    schema = compile_schema(TypeAdapter(tuple[int, str]).json_schema())

    assert [(p.loc, p.msg) for p in schema.problems([1, 2])] == [((1,), "must be text")]
    assert [p.msg for p in schema.problems([1])] == ["must have at least 2 items"]
    assert [p.msg for p in schema.problems([1, "a", 3])] == ["must have at most 2 items"]
