"""Builds the server out of its rooms, and holds it to the contract."""

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version

from fastapi import FastAPI

from .api import auth, contract, pages, parity, parts, refusals, setup, system, tasks
from .api.edge import Edge
from .auth.callers import Callers
from .auth.passwords import Passwords
from .clock import Clock, SystemClock
from .config import Settings
from .scheduler.deadlines import DeadlineClock
from .store.sqlite import SqliteStore
from .tasks.checking import Checker
from .tasks.service import Tasks
from .wake.local import LocalWaker


@dataclass(frozen=True, slots=True)
class Server:
    """A server that is built: the application, and the parts that its process steers.

    `running()` opens the database and starts the jobs; requests can be served within it.
    """

    app: FastAPI
    waker: LocalWaker
    callers: Callers
    tasks: Tasks
    base_url: str
    running: Callable[[], AbstractAsyncContextManager[None]]


def build(settings: Settings, admin_token: str, clock: Clock | None = None) -> Server:
    """Build the server; nothing is opened before it is `running`.

    Args:
        settings: Where it listens, where it keeps its data, how it is reached.
        admin_token: The bearer token of agents and automation.
        clock: What time it is; the machine's clock by default.

    Raises:
        ContractBroken: The routes differ from `openapi.yaml`.
    """
    clock = clock or SystemClock()
    store = SqliteStore(settings.database_path)
    waker, deadlines, passwords = LocalWaker(), DeadlineClock(clock), Passwords()
    service = Tasks(store, waker, deadlines, Checker(), clock)
    callers = Callers(store, passwords, admin_token, clock)

    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    base_url = settings.base_url
    parts.install(
        app,
        parts.Parts(
            service,
            callers,
            store,
            deadlines,
            waker,
            version("awaithumans"),
            base_url,
            clock.now(),
        ),
    )
    for room in (tasks, auth, setup, system):
        app.include_router(room.routes)
    app.include_router(pages.router(base_url))
    refusals.install(app, base_url)
    app.add_middleware(Edge, base_url=base_url)
    parity.hold_to_contract(app)
    app.openapi = contract.document
    running = partial(_running, store, deadlines, service, waker, passwords)
    return Server(app, waker, callers, service, base_url, running)


@asynccontextmanager
async def _running(
    store: SqliteStore,
    deadlines: DeadlineClock,
    service: Tasks,
    waker: LocalWaker,
    passwords: Passwords,
) -> AsyncGenerator[None]:
    """Open the database and start the jobs; end them, and let whoever waits go, on the way out."""
    await store.start()
    try:
        deadlines.start(service)
        yield
    finally:
        await deadlines.stop()
        waker.close()
        await store.stop()
        passwords.close()
