"""S8: hostile callback targets; no connection is made, whatever the name says at which moment."""

import asyncio
import shutil
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from awaithumans.server.clock import SystemClock
from awaithumans.server.outbox.resolving import NoSuchHost, Resolver
from awaithumans.server.outbox.signing import Signer
from awaithumans.server.outbox.webhooks import WebhookSender
from awaithumans.server.tasks.deliveries import Delivery, Outcome
from tests.support.made import NOW
from tests.support.receiver import answers, drips, hangs, receiver
from tests.support.timing import in_time

# With `{port}` a receiver listens there, and would take whatever comes.
HOSTILE = [
    "http://127.0.0.1:{port}/", "http://127.1:{port}/", "http://127.0.1:{port}/",
    "http://2130706433:{port}/", "http://0x7f000001:{port}/", "http://0x7f.0.0.1:{port}/",
    "http://0177.0.0.1:{port}/", "http://017700000001:{port}/", "http://0x7f.1:{port}/",
    "http://127.000.000.001:{port}/", "http://127.255.255.254:{port}/", "http://0:{port}/",
    "http://0.0.0.0:{port}/", "http://0x0:{port}/", "http://localhost:{port}/",
    "http://LOCALHOST:{port}/", "http://localhost.:{port}/", "http://[::1]:{port}/",
    "http://[::]:{port}/", "http://[0:0:0:0:0:0:0:1]:{port}/", "http://[::ffff:127.0.0.1]:{port}/",
    "http://[::ffff:7f00:1]:{port}/", "http://[::127.0.0.1]:{port}/", "http://[64:ff9b::7f00:1]/",
    "http://[64:ff9b:1::7f00:1]/", "http://[2002:7f00:1::]/", "http://[2001::7f00:1]/",
    "http://[::1%25lo]:{port}/", "http://[fe80::1]/", "http://[fec0::1]/", "http://[fc00::1]/",
    "http://[fd00:ec2::254]/latest/meta-data/", "http://[ff02::1]/", "http://[100::1]/",
    "http://169.254.169.254/latest/meta-data/", "http://2852039166/", "http://0xa9fea9fe/",
    "http://[::ffff:169.254.169.254]/", "http://169.254.170.2/v2/credentials",
    "http://100.100.100.200/latest/meta-data/", "http://192.0.0.192/", "http://168.63.129.16/",
    "http://10.0.0.1/", "http://172.16.0.1/", "http://192.168.0.1/", "http://100.64.0.1/",
    "http://198.18.0.1/", "http://192.0.2.1/", "http://203.0.113.7/", "http://224.0.0.1/",
    "http://255.255.255.255/", "http://240.0.0.1/", "http://user:secret@127.0.0.1:{port}/",
    "http://example.com@127.0.0.1:{port}/", "http://127.0.0.1:{port}\\@example.com/",
    "http://127.0.0.1:{port}#@example.com/", "http://example.com:{port}:80/",
    "http://127.0.0.1%00.example.com:{port}/", "http://ⓛocalhost:{port}/", "http://①②⑦.0.0.1/",
    "ftp://127.0.0.1:{port}/", "file:///etc/passwd", "gopher://127.0.0.1:{port}/_x", "//127.0.0.1/",
]  # fmt: skip
PUBLIC = "93.184.215.14"
_connects: list[Any] = []
_watching = False


def _watch(event: str, arguments: Any) -> None:
    if _watching and event == "socket.connect":
        _connects.append(arguments[1])


# It can't be taken away again, so it is there for good, and looks away meanwhile.
sys.addaudithook(_watch)


@contextmanager
def watching() -> Generator[list[Any]]:
    """Note every address that this process connects to."""
    global _watching
    _connects.clear()
    _watching = True
    try:
        yield _connects
    finally:
        _watching = False


class Names(Resolver):
    """Answers what it is told, one answer after the other; the last one stays."""

    def __init__(self, *answers: list[str]) -> None:
        super().__init__()
        self.left = list(answers)
        self.asked = 0

    async def addresses(self, host: str) -> list[str]:
        self.asked += 1
        return self.left.pop(0) if len(self.left) > 1 else self.left[0]


def sender(resolver: Resolver | None = None, **changes: Any) -> WebhookSender:
    given: dict[str, Any] = {"allow_private": False, "version": "1.2.3", "seconds": 5.0} | changes
    return WebhookSender(Signer([bytes(32)]), resolver or Resolver(), SystemClock(), **given)


def to(url: str) -> Delivery:
    times = {"since": NOW, "next_attempt_at": NOW, "created_at": NOW, "lease_until": NOW}
    return Delivery(
        *("dlv_1", "webhook", "tsk_1", url, "host", "receiver", "pending", 0),
        **times,
        last_status_code=None,
        last_error=None,
        delivered_at=None,
    )


async def sent(how: WebhookSender, url: str) -> Outcome:
    return await asyncio.wait_for(how.send(to(url), "{}"), 20)


def test_the_list_is_long_enough():
    assert len(set(HOSTILE)) >= 60


async def test_no_connection_is_made_to_a_hostile_target():
    how = sender()
    async with receiver() as there:
        with watching() as connects:
            for url in HOSTILE:
                outcome = await sent(how, url.format(port=there.port))
                assert outcome.status_code is None, url
                assert outcome.error, url
                assert "127." not in outcome.error
        assert connects == []
        assert there.connections == 0


@pytest.mark.parametrize(
    "found",
    [["127.0.0.1"], [PUBLIC, "127.0.0.1"], ["::1", PUBLIC], ["fe80::1%eth0"], [PUBLIC, "10.0.0.1"]],
)
async def test_a_name_with_one_address_that_is_refused_is_refused(found: list[str]):
    with watching() as connects:
        outcome = await sent(sender(Names(found)), "http://innocent.example/")
    assert outcome == Outcome(None, "the host's address is not allowed")
    assert connects == []


async def test_a_name_is_looked_up_once_an_attempt_and_its_answer_is_where_it_goes():
    async with receiver() as there:
        names = Names(["127.0.0.1"], ["10.0.0.1"])
        how = sender(names, allow_private=True)
        with watching() as connects:
            outcome = await sent(how, f"http://rebinding.example:{there.port}/x?y=z")
        assert outcome.error is None
        assert (names.asked, connects) == (1, [("127.0.0.1", there.port)])
        (call,) = there.calls
        assert call.path == "/x?y=z"
        assert call.headers["host"] == f"rebinding.example:{there.port}"
        assert call.headers["user-agent"] == "awaithumans/1.2.3"


async def test_a_name_that_was_good_is_looked_at_again_with_the_next_attempt():
    names = Names([PUBLIC], ["127.0.0.1"])
    how = sender(names, seconds=0.5)
    with watching() as connects:
        await sent(how, "http://rebinding.example:9/")
        assert {address for address, *_ in connects} <= {PUBLIC}
        connects.clear()
        outcome = await sent(how, "http://rebinding.example:9/")
    assert outcome.error == "the host's address is not allowed"
    assert (names.asked, connects) == (2, [])


async def test_a_redirect_is_not_followed():
    async with receiver() as elsewhere:
        location = f"location: {elsewhere.url}\r\n"
        for status in (301, 302, 303, 307, 308):
            async with receiver(answers(status, headers=location)) as there:
                outcome = await sent(sender(allow_private=True), there.url)
            assert outcome.error == f"the receiver answered {status}; redirects are not followed"
        assert elsewhere.connections == 0


async def test_a_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch):
    async with receiver() as proxy, receiver() as there:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        assert (await sent(sender(allow_private=True), there.url)).error is None
        assert (proxy.connections, there.connections) == (0, 1)


@pytest.mark.parametrize("manner", [hangs, drips])
async def test_an_attempt_ends_in_time_whatever_hangs(manner: Any):
    async with receiver(manner) as there:
        began = asyncio.get_running_loop().time()
        outcome = await sent(sender(allow_private=True, seconds=0.5), there.url)
        in_time(asyncio.get_running_loop().time() - began, 1.5)
    assert outcome.error == "no complete answer within 0.5 s"


async def test_the_next_address_is_tried_where_there_is_no_connection():
    async with receiver() as there:
        names = Names(["127.0.0.2", "::1", "127.0.0.1"])
        url = f"http://several.example:{there.port}/"
        assert (await sent(sender(names, allow_private=True), url)).error is None
        assert there.connections == 1


async def test_nobody_there_is_an_outcome():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/"
        outcome = await sent(sender(allow_private=True), url)
    assert outcome == Outcome(None, "no connection to the host")


async def test_a_name_without_an_address_is_an_outcome():
    outcome = await sent(sender(), "https://receiver.invalid/")
    assert outcome == Outcome(None, "the host has no address")


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A file with a key and a certificate of its own for receiver.example."""
    if shutil.which("openssl") is None:
        pytest.skip("there is no openssl to make a certificate with")
    file = tmp_path / "receiver.pem"
    made = ("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    named = ("-subj", "/CN=receiver", "-addext", "subjectAltName=DNS:receiver.example")
    files = ("-days", "2", "-keyout", file, "-out", tmp_path / "certificate")
    subprocess.run(["openssl", *made, *named, *files], check=True, capture_output=True, timeout=20)
    file.write_text(file.read_text() + (tmp_path / "certificate").read_text())
    return file


async def test_tls_is_with_the_name_though_the_connection_is_to_the_address(certificate: Path):
    theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    theirs.load_cert_chain(certificate)
    names: list[str | None] = []
    theirs.sni_callback = lambda _socket, name, _context: names.append(name)
    trusting = ssl.create_default_context(cafile=certificate)

    async def post(host: str, tls: ssl.SSLContext | None) -> str | None:
        how = sender(Names(["127.0.0.1"]), allow_private=True, tls=tls)
        return (await sent(how, f"https://{host}:{there.port}/")).error

    async with receiver(tls=theirs) as there:
        assert await post("receiver.example", trusting) is None
        assert (names, len(there.calls)) == (["receiver.example"], 1)
        for host, tls in (("receiver.example", None), ("other.example", trusting)):
            assert await post(host, tls) == "TLS failed: certificate verify failed"
        assert len(there.calls) == 1


async def test_a_silent_nameserver_keeps_neither_the_loop_nor_others_waiting(
    monkeypatch: pytest.MonkeyPatch,
):
    real, asked = socket.getaddrinfo, 0

    def slow(host: Any, *rest: Any, **named: Any) -> Any:
        nonlocal asked
        if host == "silent.example":
            asked += 1
            ended.wait(10)
            raise socket.gaierror
        return real(host, *rest, **named)

    ended = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", slow)
    resolver = Resolver(most=2)
    silent = [asyncio.create_task(resolver.addresses("silent.example")) for _ in range(5)]
    try:
        found = await asyncio.wait_for(resolver.addresses("localhost"), 2)
        assert set(found) <= {"127.0.0.1", "::1"}
        assert asked == 1
        silent[0].cancel()
    finally:
        ended.set()
    outcomes = await asyncio.wait_for(asyncio.gather(*silent, return_exceptions=True), 5)
    assert isinstance(outcomes[0], asyncio.CancelledError)
    assert all(isinstance(outcome, NoSuchHost) for outcome in outcomes[1:])
