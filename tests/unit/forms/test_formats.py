"""Texts in the formats that pydantic writes are checked, so that the agent can read them."""

import datetime

import pydantic
import pytest
from pydantic import AnyUrl, TypeAdapter
from pydantic_core import to_json

from awaithumans.server.forms.validation import compile_schema

GOOD = {
    "date": ["2024-02-29", "0001-01-01", "9999-12-31"],
    "date-time": [
        "2024-02-29T23:59:59Z",
        "2024-01-01t00:00:00z",
        "2024-01-01 00:00:00+00:00",
        "2024-01-01T00:00:00",
        "2024-01-01T00:00:00.123456-23:59",
        "2024-01-01T00:00:00.123456789Z",
    ],
    "time": ["00:00:00", "23:59:59.5Z", "12:00:00+05:30"],
    "duration": ["P1D", "PT1H30M", "-PT0.5S", "P1Y2M3W4DT5H6M7.5S", "+P1W"],
    "uri": [
        "https://example.com/a?b=c#d",
        "http://user:pw@host:8080/",
        "urn:isbn:123",
        "mailto:a@b.c",
        "https://example.com/\u00fc",
        "http://[::1]:80/",
    ],
    "email": ["sue@example.com", "s.u+e@sub.example.co", "o'hara@ex-ample.com"],
    "uuid": ["12345678-1234-5678-1234-567812345678", "ABCDEF00-0000-0000-0000-000000000000"],
    "uuid4": ["12345678-1234-4678-8234-567812345678"],
    "ipv4": ["127.0.0.1", "255.255.255.255"],
    "ipv6": ["::1", "fe80::1:2", "::ffff:1.2.3.4"],
    "ipv4network": ["10.0.0.0/8"],
    "ipv6network": ["fd00::/8"],
    "ipv4interface": ["10.0.0.1/8"],
    "ipv6interface": ["fd00::1/8"],
    "ipvanyaddress": ["10.0.0.1", "::1"],
    "ipvanynetwork": ["10.0.0.0/8", "fd00::/8"],
    "ipvanyinterface": ["10.0.0.1/8"],
}
BAD = {
    "date": [
        "",
        "2023-02-29",
        "2024-1-1",
        "0000-01-01",
        "20240101",
        "2024-01-01T00:00:00Z",
        "٢٠٢٤-01-01",
    ],
    "date-time": [
        "2024-01-01",
        "2024-02-30T00:00:00Z",
        "2024-01-01T24:00:00Z",
        "2024-01-01T00:00:60Z",
        "2024-01-01T00:00:00+24:00",
        "2024-01-01T00:00:00 Z",
        "2024-01-01_00:00:00Z",
        "tomorrow",
    ],
    "time": ["24:00:00", "12:00", "12:00:00+5", "noon"],
    "duration": ["", "P", "PT", "1D", "PT5", "P1H", "P1S", "1 day", "pt5s"],
    "uri": [
        "",
        "example.com",
        "/path",
        "http://",
        "http://a b",
        "https://[bad",
        "http://x:99999/",
        "x://\n",
    ],
    "email": [
        "",
        "sue",
        "sue@",
        "@example.com",
        "sue@example",
        "a b@example.com",
        "a@b@example.com",
        "Sue <sue@example.com>",
        "sue@-a.com",
        ".a@example.com",
        "a..b@example.com",
        "sue@example.com.",
    ],
    "uuid": [
        "",
        "12345678123456781234567812345678",
        "urn:uuid:12345678-1234-5678-1234-567812345678",
    ],
    "uuid4": ["12345678-1234-5678-1234-567812345678", "x"],
    "ipv4": ["256.0.0.1", "1.2.3", "01.2.3.4", "::1"],
    "ipv6": ["1.2.3.4", ":::1", "g::1"],
    "ipv4network": ["10.0.0.1/8", "10.0.0.0/33"],
    "ipv6network": ["fd00::1/8"],
    "ipv4interface": ["10.0.0.1/33"],
    "ipv6interface": ["::/129"],
    "ipvanyaddress": ["x"],
    "ipvanynetwork": ["x"],
    "ipvanyinterface": ["x"],
}


@pytest.mark.parametrize(("form", "text"), [(f, t) for f, texts in GOOD.items() for t in texts])
def test_what_is_in_the_format_passes(form: str, text: str) -> None:
    assert compile_schema({"format": form}).problems(text) == []


@pytest.mark.parametrize(("form", "text"), [(f, t) for f, texts in BAD.items() for t in texts])
def test_what_is_not_in_the_format_is_a_problem(form: str, text: str) -> None:
    (problem,) = compile_schema({"format": form}).problems(text)

    assert problem.msg.startswith("must be a")


@pytest.mark.parametrize("form", sorted(BAD))
def test_formats_only_describe_where_they_are_not_asserted(form: str) -> None:
    schema = compile_schema({"format": form}, assert_formats=False)

    assert schema.problems(BAD[form][0]) == []


@pytest.mark.parametrize("form", ["binary", "password", "path", "json-string", "hostname", "regex"])
def test_a_format_that_is_not_known_is_not_checked(form: str) -> None:
    assert compile_schema({"format": form}).problems("[ anything") == []


@pytest.mark.parametrize("form", sorted(GOOD))
def test_a_format_is_one_of_texts_only(form: str) -> None:
    assert compile_schema({"format": form}).problems([None, 1, {}]) == []


@pytest.mark.parametrize("form", sorted(GOOD))
def test_an_endless_text_is_refused_unread(form: str) -> None:
    assert compile_schema({"format": form}).problems("1" * 9_000) != []


PYDANTIC = {
    "date": "date",
    "date-time": "datetime",
    "time": "time",
    "duration": "timedelta",
}


@pytest.mark.parametrize(("form", "text"), [(f, t) for f in (*PYDANTIC, "uri") for t in GOOD[f]])
def test_what_passes_can_be_read_by_pydantic(form: str, text: str) -> None:
    kind = AnyUrl if form == "uri" else getattr(datetime, PYDANTIC[form])

    TypeAdapter(kind).validate_json(to_json(text))


def test_the_version_of_pydantic_is_one_that_is_supported() -> None:
    assert pydantic.VERSION >= "2.11"
