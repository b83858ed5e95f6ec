import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from awaithumans.server.api.strict import parse


def nested(levels: int, core: str) -> bytes:
    """Return an object `levels` deep, lists and objects in turn, around a core."""
    opening = "".join('{"a":' if level % 2 == 0 else "[" for level in range(levels))
    closing = "".join("}" if level % 2 == 0 else "]" for level in reversed(range(levels)))
    return f"{opening}{core}{closing}".encode()


GOOD: dict[str, tuple[bytes, Any]] = {
    "empty": (b"{}", {}),
    "space around": (b" \n\t\r{ } ", {}),
    "plain": (
        b'{"a": [1, -2.5, "x", true, false, null]}',
        {"a": [1, -2.5, "x", True, False, None]},
    ),
    "unicode": ('{"é": "日本 🎉"}'.encode(), {"é": "日本 🎉"}),
    "escaped unicode": (rb'{"a": "\u00e9\ud83c\udf89"}', {"a": "é🎉"}),
    "text about NUL": (rb'{"a": "\\u0000"}', {"a": r"\u0000"}),
    "big integer": (b'{"a": 1' + b"0" * 400 + b"}", {"a": 10**400}),
    "exponents": (b'{"a": [1e3, 1E-3, 1e-999]}', {"a": [1000.0, 0.001, 0.0]}),
    "largest float": (b'{"a": 1.7976931348623157e308}', {"a": 1.7976931348623157e308}),
    "many digits": (b'{"a": 0.' + b"1" * 400 + b"}", {"a": 1 / 9}),
    "negative zero": (b'{"a": -0.0}', {"a": -0.0}),
    "last of two keys": (b'{"a": 1, "a": 2}', {"a": 2}),
    "many brackets, not deep": (b'{"a": [' + b"[]," * 99 + b"{}]}", {"a": [[]] * 99 + [{}]}),
    "brackets in a text": (b'{"a": "' + b"[" * 99 + b'"}', {"a": "[" * 99}),
}
BAD: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "EOF"),
    "a list": (b"[]", "a JSON object is expected"),
    "a text": (b'"a"', "a JSON object is expected"),
    "null": (b"null", "a JSON object is expected"),
    "more after it": (b"{} {}", "trailing characters"),
    "half of it": (b'{"a": [1', "EOF"),
    "trailing comma": (b'{"a": 1,}', "trailing comma"),
    "single quotes": (b"{'a': 1}", "key must be a string"),
    "a comment": (b"{} // done", "trailing characters"),
    "leading zero": (b'{"a": 01}', "invalid number"),
    "a plus": (b'{"a": +1}', "expected value"),
    "NaN": (b'{"a": NaN}', "expected value"),
    "Infinity": (b'{"a": Infinity}', "expected value"),
    "minus Infinity": (b'{"a": -Infinity}', "invalid number"),
    "overflow": (b'{"a": 1e400}', "a number is too large"),
    "negative overflow": (b'{"a": [[-1E+999]]}', "a number is too large"),
    "overflow in digits": (b'{"a": ' + b"9" * 310 + b".5}", "a number is too large"),
    "integer of 5,000 digits": (b'{"a": ' + b"1" * 5000 + b"}", "number out of range"),
    "NUL in a value": (rb'{"a": "x\u0000"}', "NUL"),
    "NUL in a key": (rb'{"a": {"\u0000": 1}}', "NUL"),
    "NUL in a list": (rb'{"a": ["\u0000"]}', "NUL"),
    "raw NUL": (b'{"a": "\x00"}', "control character"),
    "lone surrogate": (rb'{"a": "\ud800"}', "hex escape"),
    "surrogates the wrong way round": (rb'{"a": "\udc00\ud800"}', "surrogate"),
    "surrogate in UTF-8": (b'{"a": "\xed\xa0\x80"}', "invalid unicode"),
    "not UTF-8": (b'{"a": "\xff"}', "invalid unicode"),
    "UTF-16": ("{}".encode("utf-16"), "expected value"),
    "byte order mark": (b"\xef\xbb\xbf{}", "expected value"),
    "very deep": (nested(5000, "1"), "recursion limit"),
    "200,000 open brackets": (b"[" * 200_000, "recursion limit"),
}


@pytest.mark.parametrize(("body", "value"), GOOD.values(), ids=GOOD)
def test_json_is_read(body: bytes, value: Any) -> None:
    assert parse(body) == value


@pytest.mark.parametrize(("body", "why"), BAD.values(), ids=BAD)
def test_what_is_not_the_contracts_json_is_refused_with_the_reason(body: bytes, why: str) -> None:
    with pytest.raises(json.JSONDecodeError, match=why):
        parse(body)


@pytest.mark.parametrize("core", ["1", '"x"', "null", "[]", "{}"])
def test_64_levels_are_read_and_65_are_not(core: str) -> None:
    own = core in ("[]", "{}")
    parse(nested(64 - own, core))
    with pytest.raises(json.JSONDecodeError, match="nested over 64 levels deep"):
        parse(nested(65 - own, core))


@pytest.mark.parametrize("levels", [1, 63, 64])
def test_a_nul_is_found_at_any_depth(levels: int) -> None:
    with pytest.raises(json.JSONDecodeError, match="NUL"):
        parse(nested(levels, r'"\u0000"'))


def test_a_refusal_never_echoes_the_body() -> None:
    for body in (
        b'{"a": sk-secret}',
        b'{"sk-secret"}',
        b'{"a": "sk-secret',
        rb'{"sk-secret\u0000": 1}',
    ):
        with pytest.raises(json.JSONDecodeError) as error:
            parse(body)
        assert "secret" not in str(error.value)
        assert error.value.doc == ""


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=5)
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=10,
)


@given(st.dictionaries(texts, values, max_size=4), st.booleans())
@settings(max_examples=80, deadline=None)
def test_whatever_json_can_say_comes_back_as_it_was(
    value: dict[str, Any], ascii_only: bool
) -> None:
    body = json.dumps(value, ensure_ascii=ascii_only).encode()
    assert repr(parse(body)) == repr(value)


@given(st.binary(max_size=40))
@settings(max_examples=80, deadline=None)
def test_any_bytes_are_an_object_or_a_refusal(body: bytes) -> None:
    with suppress(json.JSONDecodeError):
        assert isinstance(parse(body), dict)
