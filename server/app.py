"""Builds the server out of its rooms, and holds it to the contract."""

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cache, partial
from importlib.metadata import version
from typing import TYPE_CHECKING, TypeAlias

from fastapi import APIRouter, Depends, FastAPI
from starlette.routing import BaseRoute
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from .api import (
    auth,
    contract,
    keys,
    pages,
    parity,
    parts,
    refusals,
    setup,
    system,
    tasks,
    users,
    webhooks,
)
from .api.credentials import own_origin
from .api.edge import Edge
from .api.watching import Watch
from .auth.callers import Callers
from .auth.keys import Keys
from .auth.passwords import Passwords
from .auth.sessions import Sessions
from .auth.setup import FirstRun
from .clock import Clock, SystemClock
from .config import Settings
from .directory.service import Directory
from .observing.database import ObservedUnits
from .observing.deliveries import DeliveryFigures, OwedFigures
from .observing.metrics import Metrics
from .observing.requests import RequestFigures
from .observing.tasks import BacklogFigures, TaskFigures
from .observing.tracing import TracedUnits, Tracing
from .outbox.ports import Meter
from .outbox.relay import Relay
from .outbox.resolving import Resolver
from .outbox.service import Outbox
from .outbox.signing import Signer
from .outbox.webhooks import WebhookSender
from .scheduler.deadlines import DeadlineClock
from .scheduler.hearing import Hearing
from .scheduler.retention import Retention
from .store.sqlite import SqliteStore
from .tasks.checking import Checker
from .tasks.service import Tasks
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
    first_run: FirstRun
    tasks: Tasks
    relay: Relay
    base_url: str
    leaving: parts.Leaving
    drain_seconds: float
    running: Callable[[], AbstractAsyncContextManager[None]]


def build(
    settings: Settings,
    admin_token: str,
    clock: Clock | None = None,
    tracing: Tracing | None = None,
) -> Server:
    """Build the server; nothing is opened before it is `running`.

    Args:
        settings: Where it listens, where it keeps its data, how it is reached.
        admin_token: The bearer token of agents and automation.
        clock: What time it is; the machine's clock by default.
        tracing: Who draws spans; nobody by default.

    Raises:
        ContractBroken: The routes differ from `openapi.yaml`.
    """
    clock = clock or SystemClock()
    store, metrics = _store(settings), Metrics(clock, version("awaithumans"))
    units = ObservedUnits(store, store.pools, metrics)
    if tracing is not None:
        units = TracedUnits(units, store.kind, tracing)
    waker, deadlines, passwords = LocalWaker(), DeadlineClock(clock), Passwords()
    relay = _relay(settings, store, clock, DeliveryFigures(metrics))
    figures = TaskFigures(metrics, lambda: waker.parked)
    service = Tasks(units, waker, deadlines, relay, Checker(), clock, figures)
    ears = _ears(settings, Hearing(service, waker, deadlines, relay))
    first_run = FirstRun(units, passwords, clock)
    outbox = Outbox(
        units,
        clock,
        relay.wake,
        signs=settings.payload_key is not None,
        allow_private=settings.callback_allow_private,
    )
    BacklogFigures(metrics, service.backlog)
    OwedFigures(metrics, clock, outbox.backlog)

    base_url, leaving = settings.base_url, parts.Leaving()
    app = _application(
        settings,
        parts.Parts(
            tasks=service,
            directory=Directory(units, passwords, clock),
            callers=Callers(units, admin_token, clock),
            sessions=Sessions(units, passwords, clock),
            keys=Keys(units, clock),
            first_run=first_run,
            outbox=outbox,
            relay=relay,
            database=store,
            ears=ears,
            deadlines=deadlines,
            waker=waker,
            metrics=metrics,
            metrics_public=settings.metrics_public,
            leaving=leaving,
            version=version("awaithumans"),
            base_url=base_url,
            started_at=clock.now(),
        ),
        tracing,
    )
    days = settings.retention_days
    retention = Retention(None if days is None else timedelta(days=days))
    running = partial(_running, store, ears, deadlines, retention, relay, service, waker, passwords)
    drain = settings.drain_seconds
    return Server(app, waker, first_run, service, relay, base_url, leaving, drain, running)


def _application(settings: Settings, made: parts.Parts, tracing: Tracing | None) -> FastAPI:
    """Return the routes with all that stands around them, held to the contract."""
    app = FastAPI(
        routes=_routes(), openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False
    )
    parts.install(app, made)
    refusals.install(app, made.base_url)
    app.add_middleware(Edge, base_url=made.base_url)
    app.add_middleware(Watch, figures=RequestFigures(made.metrics), tracing=tracing)
    if settings.trusted_proxies:
        app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=settings.trusted_proxies)
    parity.hold_to_contract(app)
    app.openapi = contract.document
    return app


@cache
def _routes() -> list[BaseRoute]:
    """Return every route, made once in a process: they hold no part of a server."""
    every = APIRouter(dependencies=[Depends(own_origin)])
    for room in (tasks, users, keys, webhooks, auth, setup, system, pages):
        every.include_router(room.routes)
    return every.routes


def _store(settings: Settings) -> Database:
    if settings.postgres is None:
        return SqliteStore(settings.database_path)
    from .store.postgres import PostgresStore

    return PostgresStore(settings.postgres)


def _relay(settings: Settings, store: Database, clock: Clock, meter: Meter) -> Relay:
    sender = WebhookSender(
        Signer(settings.payload_keys),
        Resolver(),
        clock,
        allow_private=settings.callback_allow_private,
        version=version("awaithumans"),
    )
    return Relay(store, {"webhook": sender}, clock, meter)


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
    relay: Relay,
    service: Tasks,
    waker: LocalWaker,
    passwords: Passwords,
) -> AsyncGenerator[None]:
    """Open the database and start the jobs; end them, and let whoever waits go, on the way out."""
    await store.start()
    try:
        if ears is not None:
            ears.start()
        deadlines.start(service)
        retention.start(service)
        relay.start()
        yield
    finally:
        await relay.stop()
        await retention.stop()
        await deadlines.stop()
        if ears is not None:
            await ears.stop()
        waker.close()
        await store.stop()
        passwords.close()
