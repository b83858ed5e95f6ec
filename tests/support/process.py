"""A real server in a process of its own, in an empty home."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx

TOKEN = "test-admin-token-0123456789"
PAYLOAD_KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
COMMAND = str(Path(sys.executable).parent / "awaithumans")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class ServerProcess:
    """`awaithumans serve` (or `dev`) on a port of its own; `kill` and `start` again as you like."""

    def __init__(self, home: Path, command: str = "serve", **environment: str) -> None:
        self.home = home
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = home / "server.log"
        self.command = command
        self.environment = unmeasured(home) | {
            "AWAITHUMANS_ADMIN_API_TOKEN": TOKEN,
            "AWAITHUMANS_PAYLOAD_KEY": PAYLOAD_KEY,
            "AWAITHUMANS_PUBLIC_URL": self.url,
            "AWAITHUMANS_PORT": str(self.port),
            "AWAITHUMANS_DATA_DIR": str(home / "data"),
            **environment,
        }
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def start(self, ready_within: float = 20.0) -> "ServerProcess":
        self.launch()
        return self.wait_until_ready(ready_within)

    def launch(self) -> None:
        """Start it without waiting for it."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [COMMAND, self.command], env=self.environment, cwd=self.home, stdout=log, stderr=log
            )

    def wait_until_ready(self, ready_within: float = 20.0) -> "ServerProcess":
        assert self.process is not None
        deadline = time.monotonic() + ready_within
        while time.monotonic() < deadline:
            try:
                if httpx.get(f"{self.url}/api/ready", timeout=2).status_code == 200:
                    return self
            except httpx.TransportError:
                pass
            if self.process.poll() is not None:
                break
            time.sleep(0.02)
        raise AssertionError(f"the server did not become ready:\n{self.output()}")

    def kill(self) -> None:
        """End it as a power cut would."""
        self.signal(signal.SIGKILL)

    def stop(self) -> int:
        """End it as an operator would; return the exit code."""
        return self.signal(signal.SIGTERM)

    def signal(self, number: int) -> int:
        if self.process is None:
            return 0
        self.process.send_signal(number)
        code = self.process.wait(30)
        self.process = None
        return code

    def output(self) -> str:
        return self.log.read_text(errors="replace")

    def printed(self, text: str, within: float = 5.0) -> str:
        """Wait until the server has printed `text`; return all that it has."""
        deadline = time.monotonic() + within
        while text not in self.output() and time.monotonic() < deadline:
            time.sleep(0.02)
        assert text in self.output(), self.output()
        return self.output()

    def client(self, **options: Any) -> httpx.Client:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=40, **options)

    def async_client(self, **options: Any) -> httpx.AsyncClient:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        return httpx.AsyncClient(base_url=self.url, headers=headers, timeout=40, **options)


class DevProcess(ServerProcess):
    """`awaithumans dev` with nothing set but its port."""

    def __init__(self, home: Path, **environment: str) -> None:
        super().__init__(home, "dev")
        port = {"AWAITHUMANS_PORT": str(self.port)}
        self.environment = unmeasured(home) | port | environment


def run(home: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command to its end, in an empty home."""
    return subprocess.run(
        [COMMAND, *arguments],
        env=clean_environment(home) | environment,
        cwd=home,
        timeout=30,
        capture_output=True,
        text=True,
        check=False,
    )


def unmeasured(home: Path) -> dict[str, str]:
    """Return a clean environment without the measuring of coverage, which slows a server."""
    clean = clean_environment(home)
    return {name: value for name, value in clean.items() if not name.startswith("COVERAGE")}


def clean_environment(home: Path) -> dict[str, str]:
    """Return this environment without anything of awaithumans, in an empty home."""
    kept = {name: value for name, value in os.environ.items() if "AWAITHUMANS" not in name}
    return kept | {"HOME": str(home)}
