"""Connections that say half of something, nothing, or nonsense (S2)."""

import asyncio
import json

import httpx
import pytest

from tests.contract.wire import Heard, head, say
from tests.support.bodies import refund
from tests.support.process import ServerProcess

_LIMIT = 15.0
_SLACK = 3.0

_ASK = head("GET", "/api/health")
_TELL = head("POST", "/api/tasks", "Content-Type: application/json", "Content-Length: 100")
_POUR = head("POST", "/api/tasks", "Content-Type: application/json", "Transfer-Encoding: chunked")
_LOST = head("POST", "/api/nothing", "Content-Length: 100000")

# What is said before the silence, and the statuses of the answers that come nevertheless.
_STALLS: dict[str, tuple[tuple[bytes, ...], list[int]]] = {
    "nothing": ((b"",), []),
    "an empty line": ((b"\r\n",), []),
    "half a request line": ((b"GET /api/he",), []),
    "half of the headers": ((_ASK[:-2],), []),
    "headers and no body": ((_TELL,), []),
    "half a body": ((_TELL + b"{",), []),
    "half a chunk": ((_POUR + b"10\r\n{",), []),
    "a body that waits to be asked for": (
        (head("POST", "/api/tasks", "Content-Length: 9", "Expect: 100-continue"),),
        [100],
    ),
    "nothing after an answer": ((_ASK,), [200]),
    "half a request line after an answer": ((_ASK, b"GET /ap"), [200]),
    "an empty line after an answer": ((_ASK, b"\r\n"), [200]),
    "half a body after its refusal": ((_LOST, b"x" * 50_000), [404]),
    "a body after its refusal": ((_LOST, b"x" * 100_000), [404]),
    "half a request behind another": ((_ASK + b"GET /ap",), [200]),
}


async def test_a_stalled_connection_is_closed_and_a_parked_one_is_not(server: ServerProcess):
    async with server.async_client() as client:
        task = (await client.post("/api/tasks", json=refund())).json()
        poll = client.get(f"/api/tasks/{task['id']}/poll", params={"timeout": 17})
        parked, stalled = await asyncio.gather(poll, _stall(server))
    heard = dict(zip(_STALLS, stalled, strict=True))
    assert [name for name, one in heard.items() if not one.closed] == []
    assert [name for name, one in heard.items() if one.seconds < _LIMIT - 1] == []
    assert {name: one.statuses for name, one in heard.items()} == {
        name: statuses for name, (_, statuses) in _STALLS.items()
    }
    assert (parked.status_code, parked.json()["status"]) == (200, "created")
    assert "Traceback" not in server.output()


async def _stall(server: ServerProcess) -> list[Heard]:
    return await asyncio.gather(
        *(say(server, *parts, within=_LIMIT + _SLACK) for parts, _ in _STALLS.values())
    )


async def test_pipelined_requests_are_answered_in_order(server: ServerProcess):
    wanted = [_ASK, head("GET", "/api/nothing"), head("GET", "/api/me"), head("PUT", "/api/tasks")]
    heard = await say(server, b"".join(wanted) + _closing("GET", "/api/version"), within=5)
    assert heard.statuses == [200, 404, 404, 405, 200]


async def test_a_request_behind_a_parked_one_waits_for_its_turn(server: ServerProcess):
    async with server.async_client() as client:
        task = (await client.post("/api/tasks", json=refund())).json()
    poll = head("GET", f"/api/tasks/{task['id']}/poll?timeout=1")
    heard = await say(server, poll + _closing("GET", "/api/health"), within=5)
    assert heard.statuses == [200, 200]
    assert b'"status":"created"' in heard.data


_LONG = "x" * 70_000
_NONSENSE: dict[str, bytes] = {
    "noise": bytes(range(256)) * 8,
    "NULs": b"\x00" * 4096,
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "another protocol": b"SSH-2.0-OpenSSH_9.6\r\n",
    "a method that is none": b"FROBNICATE /api/health HTTP/1.1\r\nHost: x\r\n\r\n",
    "a version that is none": b"GET /api/health HTTP/9.9\r\nHost: x\r\n\r\n",
    "non-ASCII bytes in the path": b"GET /api/\xff\xfe\xe2\x98\x83 HTTP/1.1\r\nHost: x\r\n\r\n",
    "a space in the path": b"GET /api/he alth HTTP/1.1\r\nHost: x\r\n\r\n",
    "a header without a colon": b"GET /api/health HTTP/1.1\r\nHost\r\n\r\n",
    "a NUL in a header": b"GET /api/health HTTP/1.1\r\nHost: x\x00y\r\n\r\n",
    "a line folded into two": b"GET /api/health HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n",
    "two lengths": head("POST", "/api/tasks", "Content-Length: 1", "Content-Length: 2") + b"{}",
    "a length and chunks": head(
        "POST", "/api/tasks", "Content-Length: 5", "Transfer-Encoding: chunked"
    )
    + b"0\r\n\r\n",
    "a negative length": head("POST", "/api/tasks", "Content-Length: -1"),
    "an endless length": head("POST", "/api/tasks", f"Content-Length: {'9' * 5000}"),
    "a chunk of no size": head("POST", "/api/tasks", "Transfer-Encoding: chunked") + b"zz\r\n\r\n",
    "an endless chunk": head("POST", "/api/tasks", "Transfer-Encoding: chunked")
    + b"f" * 32
    + b"\r\n",
}
# Well-formed, and hostile all the same: each has an answer of its own.
_ODD: dict[str, tuple[bytes, set[int]]] = {
    "NUL in a path": (b"/api/tasks/%00", {404}),
    "a byte that is no UTF-8 in a path": (b"/api/tasks/%ff", {404}),
    "a surrogate in a path": (b"/api/tasks/%ed%a0%80", {404}),
    "a broken escape in a path": (b"/api/tasks/%zz", {404}),
    "a slash in a path": (b"/api/tasks/..%2f..%2fetc%2fpasswd", {404}),
    "dots in a path": (b"/api/../../../etc/passwd", {404}),
    "two slashes": (b"//api//tasks", {404}),
    "a slash at the end": (b"/api/tasks/", {404}),
    "another server's URL": (b"http://example.com/api/health", {200}),
    "a path of 70,000 characters": (b"/api/tasks/" + _LONG.encode(), {400, 404, 422, 431}),
    "NUL in a query": (b"/api/tasks?q=%00", {200, 422}),
    "a byte that is no UTF-8 in a query": (b"/api/tasks?q=%ff", {200}),
    "a surrogate in a query": (b"/api/tasks?assigned_to=%ed%a0%80", {200}),
    "an endless number in a query": (b"/api/tasks?limit=" + b"9" * 5000, {422}),
    "other digits in a query": (b"/api/tasks?limit=%D9%A3", {422}),
    "a name twice in a query": (b"/api/tasks?limit=1&limit=2", {200, 422}),
    "a thousand statuses": (b"/api/tasks?" + b"status=created&" * 1000, {422}),
}


@pytest.mark.parametrize("name", _NONSENSE)
async def test_nonsense_is_refused_and_hurts_nobody(shared_server: ServerProcess, name: str):
    before = shared_server.output().count("Traceback")
    heard = await say(shared_server, _NONSENSE[name], within=1)
    assert heard.status == 0 or 400 <= heard.status < 500, heard.data[:200]
    _unharmed(shared_server, before)


async def test_what_is_no_http_is_answered_like_every_error(shared_server: ServerProcess):
    heard = await say(shared_server, b"EHLO mail.example.com\r\n\r\n", within=1)
    assert heard.status == 400
    assert json.loads(heard.data.partition(b"\r\n\r\n")[2])["error_code"] == "BAD_REQUEST"
    assert heard.closed


@pytest.mark.parametrize("name", _ODD)
async def test_an_odd_address_gets_an_answer(shared_server: ServerProcess, name: str):
    target, statuses = _ODD[name]
    before = shared_server.output().count("Traceback")
    request = _closing("GET", "@").replace(b" @ ", b" " + target + b" ")
    heard = await say(shared_server, request, within=5)
    assert heard.status in statuses, heard.data[:300]
    _unharmed(shared_server, before)


@pytest.mark.parametrize("count", [1, 100, 2000])
async def test_huge_headers_hurt_nobody(shared_server: ServerProcess, count: int):
    before = shared_server.output().count("Traceback")
    lines = [f"X-Much-{number}: {_LONG[: 700_000 // count]}" for number in range(count)]
    heard = await say(shared_server, head("GET", "/api/health", *lines), within=1)
    assert heard.status in (0, 200, 400, 431)
    _unharmed(shared_server, before)


@pytest.mark.parametrize(
    "line",
    [
        b"Authorization: Bearer \xff\xfe\xe9",
        b"Authorization: Bearer",
        b"Authorization:",
        b"Authorization: Basic dXNlcjpwYXNz",
        b"Cookie: awaithumans_session=\xff\xfe",
        b"Cookie: awaithumans_session=" + b"x" * 7000,
        b"Cookie: awaithumans_session=;awaithumans_session=\x22",
        b"Cookie: ;;;===",
    ],
)
async def test_credentials_that_are_none_are_a_401(shared_server: ServerProcess, line: bytes):
    before = shared_server.output().count("Traceback")
    start = b"GET /api/auth/me HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
    heard = await say(shared_server, start + line + b"\r\n\r\n", within=5)
    assert heard.status == 401, heard.data[:300]
    assert b"www-authenticate: Bearer" in heard.data
    _unharmed(shared_server, before)


def _closing(method: str, path: str) -> bytes:
    return head(method, path, "Connection: close")


def _unharmed(server: ServerProcess, tracebacks: int) -> None:
    assert httpx.get(f"{server.url}/api/health").status_code == 200
    assert server.output().count("Traceback") == tracebacks


def test_what_was_heard_is_read_right():
    both = Heard(b"HTTP/1.1 200 OK\r\n\r\n{}HTTP/1.1 404 Not Found\r\n\r\n", 0.1, closed=True)
    assert (both.status, both.statuses) == (200, [200, 404])
    assert Heard(b"", 0.1, closed=True).status == 0
