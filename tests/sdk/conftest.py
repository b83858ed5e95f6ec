from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sdk.standin import StandIn


@pytest.fixture(autouse=True)
def empty_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Nobody's server, key or proxy gets into a test."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    for name in ("AWAITHUMANS_URL", "AWAITHUMANS_ADMIN_API_TOKEN", "AWAITHUMANS_QUIET"):
        monkeypatch.delenv(name, raising=False)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    return home


@pytest.fixture
def standin() -> Iterator[StandIn]:
    server = StandIn()
    yield server
    if server.running:
        server.stop()
