"""One browser for all tests of the dashboard, one server for each module."""

import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from functools import partial
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.dashboard.browsing import Tab, chromium, tab_of
from tests.dashboard.site import Site, people_of
from tests.support.process import ServerProcess

_BUILD = Path(__file__).parents[2] / "scripts" / "dashboard.py"
Open = Callable[..., AbstractAsyncContextManager[Tab]]


@pytest.fixture(scope="session")
def built() -> None:
    """Build the dashboard, if its sources changed."""
    done = subprocess.run(
        [sys.executable, str(_BUILD), "build"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def site(built: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server with people, for all tests of a module."""
    server = ServerProcess(tmp_path_factory.mktemp("site")).start()
    site = people_of(server)
    yield site
    site.agent.close()
    server.kill()


@pytest.fixture
def open_tab(browser: Browser, site: Site) -> Open:
    """Opens tabs on the module's server; see `tab_of`."""
    return partial(tab_of, browser, site)
