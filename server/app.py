"""Builds the server out of its rooms, and holds it to the contract."""

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version

from fastapi import Depends, FastAPI
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from .api import auth, contract, keys, pages, parity, parts, refusals, setup, system, tasks, users
from .api.credentials import own_origin
from .api.edge import Edge
from .auth.callers import Callers
from .auth.keys import Keys
from .auth.passwords import Passwords
from .auth.sessions import Sessions
from .auth.setup import FirstRun
from .clock import Clock, SystemClock
from .config import Settings
from .directory.service import Directory
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
    first_run: FirstRun
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
    first_run = FirstRun(store, passwords, clock)

    base_url = settings.base_url
    app = _application(
        settings,
        parts.Parts(
            tasks=service,
            directory=Directory(store, passwords, clock),
            callers=Callers(store, admin_token, clock),
            sessions=Sessions(store, passwords, clock),
            keys=Keys(store, clock),
            first_run=first_run,
            database=store,
            deadlines=deadlines,
            waker=waker,
            version=version("awaithumans"),
            base_url=base_url,
            started_at=clock.now(),
        ),
    )
    running = partial(_running, store, deadlines, service, waker, passwords)
    return Server(app, waker, first_run, service, base_url, running)


def _application(settings: Settings, made: parts.Parts) -> FastAPI:
    """Return the routes with all that stands around them, held to the contract."""
    app = FastAPI(
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        dependencies=[Depends(own_origin)],
    )
    parts.install(app, made)
    for room in (tasks, users, keys, auth, setup, system):
        app.include_router(room.routes)
    app.include_router(pages.router(made.base_url))
    refusals.install(app, made.base_url)
    app.add_middleware(Edge, base_url=made.base_url)
    if settings.trusted_proxies:
        app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=settings.trusted_proxies)
    parity.hold_to_contract(app)
    app.openapi = contract.document
    return app


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
