"""Bodies that no friendly client sends. They carry a canary, which no refusal may."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

CANARY = "canary-4711"
LIMIT = 5 * 1024 * 1024

_C = CANARY.encode()
_TEXT = b'"%b"' % _C
_SPOT = "@@"
_JSON = {"Content-Type": "application/json"}

# JSON values, or what looks like one, that are refused wherever they stand.
NEVER: dict[str, bytes] = {
    "NaN": b"NaN",
    "Infinity": b"Infinity",
    "minus Infinity": b"-Infinity",
    "an infinite number": b"1e400",
    "an infinite negative number": b"-1.5E+999",
    "an infinite number in digits": b"9" * 400 + b".0",
    "infinity in a list": b"[%b, 1e309]" % _TEXT,
    "a high surrogate": b'"%b\\ud800"' % _C,
    "a low surrogate": b'"\\udc00%b"' % _C,
    "surrogates the wrong way round": b'"\\udc00\\ud800 %b"' % _C,
    "a surrogate in a name": b'{"\\ud83d": %b}' % _TEXT,
    "NUL": b'"%b\\u0000"' % _C,
    "NUL in a name": b'{"a\\u0000": %b}' % _TEXT,
    "a bare NUL": b'"%b\x00"' % _C,
    "a bare line break": b'"%b\n"' % _C,
    "no UTF-8": b'"%b\xff"' % _C,
    "overlong UTF-8": b'"%b\xc0\x80"' % _C,
    "a surrogate in UTF-8": b'"%b\xed\xa0\x80"' % _C,
    "beyond Unicode": b'"%b\xf4\x90\x80\x80"' % _C,
    "half a character": b'"%b\xe2\x98"' % _C,
    "500 lists deep": b"[" * 500 + _TEXT + b"]" * 500,
    "500 objects deep": b'{"a":' * 500 + _TEXT + b"}" * 500,
    "100,000 lists deep": b"[" * 100_000,
    "65 lists deep": b"[" * 65 + _TEXT + b"]" * 65,
    "a number of 5,000 digits": b"7" * 5000,
    "a number that starts with zero": b"007",
    "a hexadecimal number": b"0x10",
    "a bare word": _C,
    "other quotes": b"'%b'" % _C,
    "a comment": b"/* %b */ 1" % _C,
    "a comma too many": b"[%b,]" % _TEXT,
    "undefined": b"undefined",
    "nothing": b"",
}
# JSON that is as strange as it may be; taken where the schema has no objection.
PERHAPS: dict[str, bytes] = {
    "a name twice": b'{"a": 1, "a": {"b": 2}, "a": 3}',
    "a huge integer": b"1" + b"0" * 300,
    "a huge negative integer": b"-" + b"9" * 1200,
    "an integer of 2,000 digits": b"8" * 2000,
    "the largest number": b"1.7976931348623157e308",
    "the smallest number": b"5e-324",
    "less than the smallest number": b"1e-400",
    "minus zero": b"-0.0",
    "many decimals": b"0." + b"1" * 5000,
    "60 lists deep": b"[" * 60 + b"]" * 60,
    "an emoji in two halves": b'"\\ud83d\\ude00"',
    "what Unicode has no character for": '"\U0010ffff\ufffe\uffff"'.encode(),
    "control characters": b'"\\u0001\\u001f\\u007f\\u2028"',
    "right to left": '"\u202e\u2066"'.encode(),
    "a megabyte of text": b'"' + b"x" * (1 << 20) + b'"',
    "a proto": b'{"__proto__": {"a": 1}, "constructor": 1, "__class__": 2}',
    "SQL": b'"\'; DROP TABLE tasks; --"',
    "a name without letters": b'{"": 1, " ": 2, "$ref": "http://127.0.0.1:9/x", "~0/": 3}',
    "null": b"null",
}


@dataclass(frozen=True)
class Body:
    """A body with its headers; `chunked` bodies are sent without their length."""

    content: bytes
    headers: dict[str, str] = field(default_factory=lambda: dict(_JSON))
    chunked: bool = False
    status: int = 422

    @property
    def encoded(self) -> dict[bytes, bytes]:
        """The headers in bytes, because one may hold what is no ASCII."""
        return {name.encode(): value.encode("latin-1") for name, value in self.headers.items()}


def _as(kind: str | None) -> Callable[[bytes], Body]:
    return lambda valid: Body(valid, {"Content-Type": kind} if kind else {})


# What is made of a valid body: refused wherever a body is wanted.
WHOLES: dict[str, Callable[[bytes], Body]] = {
    "null": lambda _: Body(b"null"),
    "a list": lambda valid: Body(b"[%b]" % valid),
    "an empty list": lambda _: Body(b"[]"),
    "a text": lambda _: Body(_TEXT),
    "a number": lambda _: Body(b"42"),
    "a truth": lambda _: Body(b"true"),
    "a space": lambda _: Body(b" "),
    "an object too few": lambda valid: Body(valid[:-1]),
    "half of it": lambda valid: Body(valid[: len(valid) // 2]),
    "an object too many": lambda valid: Body(valid + b"{}"),
    "rubbish at the end": lambda valid: Body(valid + _C),
    "a byte order mark": lambda valid: Body(b"\xef\xbb\xbf" + valid),
    "UTF-16": lambda valid: Body(valid.decode().encode("utf-16")),
    "UTF-32": lambda valid: Body(valid.decode().encode("utf-32")),
    "a NUL at the end": lambda valid: Body(valid + b"\x00"),
    "an unknown field": lambda valid: Body(valid[:-1] + b', "unknown": %b}' % _TEXT),
    "plain text": _as("text/plain"),
    "XML": _as("application/xml"),
    "a form": _as("application/x-www-form-urlencoded"),
    "a form of parts": _as("multipart/form-data; boundary=x"),
    "no type": _as(None),
    "a type that is none": _as("\u00ff"),
    "too much": lambda valid: Body(valid + b" " * (LIMIT + 1 - len(valid)), status=413),
    "too much in chunks": lambda valid: Body(
        valid + b" " * (LIMIT + 1 - len(valid)), chunked=True, status=413
    ),
}


def spot(body: dict[str, Any], *way: str) -> dict[str, Any]:
    """Mark the place in `body` where a fragment goes."""
    if len(way) == 1:
        return body | {way[0]: _SPOT}
    return body | {way[0]: spot(body.get(way[0]) or {}, *way[1:])}


def fill(body: dict[str, Any], fragment: bytes) -> Body:
    """Put a fragment into the marked place."""
    return Body(json.dumps(body).encode().replace(b'"%b"' % _SPOT.encode(), fragment))
