"""Starts and stops what is measured: the server on a fresh database, and the floor."""

import base64
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_bytes, token_urlsafe

import psutil

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 30
STOP_SECONDS = 15


@dataclass(frozen=True)
class Target:
    """Something that serves the contract on 127.0.0.1."""

    name: str
    port: int
    token: str
    process: psutil.Process
    start_seconds: float
    """From the command to the first answer of `/api/ready`."""


@dataclass(frozen=True)
class Server:
    """How the server under test is run: the `awaithumans` command, and where its data lies."""

    command: Path
    data: Path
    url: str | None = None
    """Of its PostgreSQL database; None for a SQLite file in its data directory."""
    key: str = field(default_factory=lambda: base64.urlsafe_b64encode(token_bytes(32)).decode())
    """The payload key, the same for each process on this data."""

    @property
    def file(self) -> Path:
        """The SQLite file that the server keeps in its data directory."""
        return self.data / "awaithumans.db"

    @contextmanager
    def running(self, verb: str = "serve") -> Iterator[Target]:
        """Run `awaithumans serve` (or `dev`, whose token is its own) until the block ends."""
        port = free_port()
        token = token_urlsafe(24)
        home = Path(tempfile.mkdtemp(prefix="home-", dir=self.data.parent))
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "AWAITHUMANS_HOST": "127.0.0.1",
            "AWAITHUMANS_PORT": str(port),
            "AWAITHUMANS_DATA_DIR": str(self.data),
        }
        if verb == "serve":  # `dev` generates these itself, and that counts.
            environment |= {
                "AWAITHUMANS_PUBLIC_URL": f"http://127.0.0.1:{port}",
                "AWAITHUMANS_ADMIN_API_TOKEN": token,
                "AWAITHUMANS_PAYLOAD_KEY": self.key,
            }
        if self.url is not None:
            environment["AWAITHUMANS_DATABASE_URL"] = self.url
        command = [str(self.command), verb]
        with _running("server", command, environment, home, (port, token)) as target:
            yield target


@contextmanager
def floor() -> Iterator[Target]:
    """Run the floor until the block ends."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="floor-") as directory:
        environment = dict(os.environ) | {"PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-m", "benchmarks.floor", str(port)]
        with _running("floor", command, environment, Path(directory), (port, "none")) as target:
            yield target


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


@contextmanager
def _running(
    name: str,
    command: list[str],
    environment: dict[str, str],
    directory: Path,
    address: tuple[int, str],
) -> Iterator[Target]:
    port, token = address
    log = directory / "log"
    started = time.perf_counter()
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            env=environment,
            cwd=directory,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait_until_ready(process, port, log)
        seconds = time.perf_counter() - started
        yield Target(name, port, token, psutil.Process(process.pid), seconds)
    finally:
        _stop(process)


def _wait_until_ready(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        if _is_ready(port):
            return
        time.sleep(0.01)
    tail = log.read_text(errors="replace")[-2000:]
    raise RuntimeError(f"{process.args} did not get ready within {START_SECONDS} s:\n{tail}")


def _is_ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/ready", timeout=2):
            return True
    except (urllib.error.URLError, OSError):
        return False


def _stop(process: "subprocess.Popen[bytes]") -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
