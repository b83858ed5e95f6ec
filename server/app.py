"""Builds the server out of its rooms, and holds it to the contract."""

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from importlib.metadata import version
from typing import TYPE_CHECKING, TypeAlias

from fastapi import Depends, FastAPI
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from .api import (
    auth,
    bundle,
    contract,
    events,
    keys,
    pages,
    parity,
    parts,
    refusals,
    setup,
    stats,
    system,
    tasks,
    users,
)
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
from .events.feed import Feed
from .events.others import Processes
from .scheduler.deadlines import DeadlineClock
from .scheduler.hearing import Hearing
from .scheduler.retention import Retention
from .store.sqlite import SqliteStore
from .tasks.checking import Checker
from .tasks.service import Tasks
from .tasks.statistics import Statistician
from .wake.local import LocalWaker

if TYPE_CHECKING:
    from .store.postgres import PostgresStore
    from .wake.postgres import PostgresEars

Database: TypeAlias = "SqliteStore | PostgresStore"


@dataclass(frozen=True, slots=True)
class Server:
    """A server that is built: the application, and the parts that its process steers.

    `running()` opens the database and starts the jobs; requests can be served within it.
    """

    app: FastAPI
    waker: LocalWaker
    feed: Feed
    first_run: FirstRun
    tasks: Tasks
    base_url: str
    running: Callable[[], AbstractAsyncContextManager[None]]

    def release(self) -> None:
        """Let go of everybody who waits: the server stops."""
        self.waker.close()
        self.feed.close()


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
    store = _store(settings)
    waker, deadlines, passwords = LocalWaker(), DeadlineClock(clock), Passwords()
    others = None if settings.postgres is None else Processes(store)
    feed = Feed(store, clock, others)
    service = Tasks(store, waker, deadlines, Checker(), clock, feed)
    ears = _ears(settings, Hearing(service, waker, deadlines, feed, others))
    first_run = FirstRun(store, passwords, clock)

    base_url = settings.base_url
    app = _application(
        settings,
        parts.Parts(
            tasks=service,
            statistician=Statistician(store, clock),
            directory=Directory(store, passwords, clock),
            callers=Callers(store, admin_token, clock),
            sessions=Sessions(store, passwords, clock),
            keys=Keys(store, clock),
            first_run=first_run,
            database=store,
            ears=ears,
            deadlines=deadlines,
            waker=waker,
            feed=feed,
            version=version("awaithumans"),
            base_url=base_url,
            started_at=clock.now(),
        ),
    )
    days = settings.retention_days
    retention = Retention(None if days is None else timedelta(days=days))
    streams = (feed,) if others is None else (feed, others)
    running = partial(
        _running, store, ears, deadlines, retention, service, waker, streams, passwords
    )
    return Server(app, waker, feed, first_run, service, base_url, running)


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
    for room in (tasks, events, stats, users, keys, auth, setup, system):
        app.include_router(room.routes)
    lost = pages.install(app, bundle.find(), made.base_url)
    refusals.install(app, made.base_url, lost)
    app.add_middleware(Edge, base_url=made.base_url)
    if settings.trusted_proxies:
        app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=settings.trusted_proxies)
    parity.hold_to_contract(app)
    app.openapi = contract.document
    return app


def _store(settings: Settings) -> Database:
    if settings.postgres is None:
        return SqliteStore(settings.database_path)
    from .store.postgres import PostgresStore

    return PostgresStore(settings.postgres)


def _ears(settings: Settings, hearing: Hearing) -> "PostgresEars | None":
    """Return what listens to other processes; with SQLite there are none."""
    if settings.postgres is None:
        return None
    from .wake.postgres import CHANNEL, PostgresEars

    return PostgresEars(settings.postgres, CHANNEL, hearing.heard, hearing.missed)


@asynccontextmanager
async def _running(
    store: Database,
    ears: "PostgresEars | None",
    deadlines: DeadlineClock,
    retention: Retention,
    service: Tasks,
    waker: LocalWaker,
    streams: tuple[Feed | Processes, ...],
    passwords: Passwords,
) -> AsyncGenerator[None]:
    """Open the database and start the jobs; end them, and let whoever waits go, on the way out."""
    await store.start()
    try:
        if ears is not None:
            ears.start()
        deadlines.start(service)
        retention.start(service)
        yield
    finally:
        await retention.stop()
        await deadlines.stop()
        if ears is not None:
            await ears.stop()
        waker.close()
        for part in streams:
            await part.stop()
        await store.stop()
        passwords.close()
