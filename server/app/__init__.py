"""Builds the server out of its rooms, and holds it to the contract."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING, TypeAlias

from fastapi import APIRouter, Depends, FastAPI
from starlette.routing import BaseRoute
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from ..api import (
    auth,
    bundle,
    contract,
    email,
    events,
    keys,
    links,
    pages,
    parity,
    parts,
    refusals,
    setup,
    slack,
    slack_inbound,
    stats,
    system,
    tasks,
    users,
    webhooks,
)
from ..api.credentials import own_origin
from ..api.edge import Edge
from ..api.watching import Watch
from ..auth.callers import Callers
from ..auth.keys import Keys
from ..auth.links import Links
from ..auth.passwords import Passwords
from ..auth.sessions import Sessions
from ..auth.setup import FirstRun
from ..clock import Clock, SystemClock
from ..config import Settings
from ..directory.service import Directory
from ..events.feed import Feed
from ..events.others import Processes
from ..observing.database import ObservedUnits
from ..observing.deliveries import DeliveryFigures, OwedFigures
from ..observing.metrics import Metrics
from ..observing.requests import RequestFigures
from ..observing.tasks import BacklogFigures, TaskFigures
from ..observing.tracing import TracedUnits, Tracing
from ..outbox.offering import Callbacks
from ..outbox.relay import Relay
from ..outbox.service import Outbox
from ..running import Database, Jobs
from ..scheduler.deadlines import DeadlineClock
from ..scheduler.hearing import Hearing
from ..scheduler.retention import Retention
from ..store.queries import Reader, Writer
from ..store.sqlite import SqliteStore
from ..tasks.checking import Checker
from ..tasks.ports import Admission
from ..tasks.service import Tasks
from ..tasks.statistics import Statistician
from ..verification.offering import Verifiers
from ..wake.local import LocalWaker
from . import carriers, mail
from .slack_channel import carry_slack

if TYPE_CHECKING:
    from ..wake.postgres import PostgresEars

Store: TypeAlias = ObservedUnits[Reader, Writer] | TracedUnits[Reader, Writer]
_VERSION = version("awaithumans")
# After which parts of the timeout people are reminded.
_REMINDERS = (0.5, 0.9)


@dataclass(frozen=True, slots=True)
class Server:
    """A server that is built: the application, and the parts that its process steers.

    Requests can be served while `jobs` are `running()`.
    """

    app: FastAPI
    jobs: Jobs
    first_run: FirstRun
    tasks: Tasks
    base_url: str
    leaving: parts.Leaving
    drain_seconds: float


def build(
    settings: Settings,
    admin_token: str,
    clock: Clock | None = None,
    tracing: Tracing | None = None,
) -> Server:
    """Build the server; nothing is opened before its jobs run.

    Args:
        settings: Where it listens, where it keeps its data, how it is reached.
        admin_token: The bearer token of agents and automation.
        clock: What time it is; the machine's clock by default.
        tracing: Who draws spans; nobody by default.

    Raises:
        ContractBroken: The routes differ from `openapi.yaml`.
        ConfigurationError: A channel is set up by half.
    """
    clock = clock or SystemClock()
    store, metrics = _store(settings), Metrics(clock, _VERSION)
    units = ObservedUnits(store, store.pools, metrics)
    if tracing is not None:
        units = TracedUnits(units, store.kind, tracing)
    jobs = _jobs(settings, store, units, clock, metrics)
    made = _parts(settings, admin_token, clock, units, jobs, metrics)
    app = _application(settings, made, tracing)
    drain = settings.drain_seconds
    return Server(app, jobs, made.first_run, jobs.tasks, settings.base_url, made.leaving, drain)


def _parts(
    settings: Settings,
    admin_token: str,
    clock: Clock,
    units: Store,
    jobs: Jobs,
    metrics: Metrics,
) -> parts.Parts:
    """Return what the handlers work with.

    Raises:
        ConfigurationError: A channel is set up by half.
    """
    mailing = mail.email(settings, jobs.store, jobs.tasks, clock)
    carriers.carry_mails(jobs.relay, jobs.tasks, mailing.sender)
    return parts.Parts(
        tasks=jobs.tasks,
        statistician=Statistician(units, clock),
        directory=Directory(units, jobs.passwords, clock),
        callers=Callers(units, admin_token, clock),
        sessions=Sessions(units, jobs.passwords, clock),
        keys=Keys(units, clock),
        links=Links(units, clock),
        first_run=FirstRun(units, jobs.passwords, clock),
        outbox=_outbox(units, clock, jobs, metrics),
        senders=mailing.senders,
        trial=mailing.trial,
        inbound=mailing.inbound,
        slack=jobs.slack,
        relay=jobs.relay,
        database=jobs.store,
        ears=jobs.ears,
        deadlines=jobs.deadlines,
        waker=jobs.waker,
        feed=jobs.feed,
        metrics=metrics,
        metrics_public=settings.metrics_public,
        leaving=parts.Leaving(),
        version=_VERSION,
        base_url=settings.base_url,
        started_at=clock.now(),
    )


def _outbox(units: Store, clock: Clock, jobs: Jobs, metrics: Metrics) -> Outbox:
    """Return what operators see of the deliveries, and show what is owed and open as figures."""
    outbox = Outbox(units, clock, jobs.relay.wake)
    BacklogFigures(metrics, jobs.tasks.backlog)
    OwedFigures(metrics, clock, outbox.backlog)
    return outbox


def _jobs(
    settings: Settings,
    store: Database,
    units: Store,
    clock: Clock,
    metrics: Metrics,
) -> Jobs:
    waker, deadlines = LocalWaker(), DeadlineClock(clock)
    others = None if settings.postgres is None else Processes(store)
    feed = Feed(store, clock, others)
    relay = Relay(store, clock, DeliveryFigures(metrics), noted=feed.changed)
    figures = TaskFigures(metrics, lambda: waker.parked)
    reminders = _REMINDERS if settings.reminders else ()
    service = Tasks(
        units,
        waker,
        deadlines,
        relay,
        Checker(),
        clock,
        feed,
        figures,
        reminders,
        _admissions(settings),
    )
    carriers.carry_webhooks(relay, settings, clock, _VERSION)
    slack = carry_slack(relay, settings, store, service, clock, Links(units, clock))
    carriers.carry_verifications(relay, settings, store, service, metrics)
    days = settings.retention_days
    return Jobs(
        store=store,
        tasks=service,
        ears=_ears(settings, Hearing(service, waker, deadlines, relay, feed, others)),
        deadlines=deadlines,
        retention=Retention(None if days is None else timedelta(days=days)),
        relay=relay,
        waker=waker,
        feed=feed,
        others=others,
        passwords=Passwords(),
        slack=slack,
    )


def _admissions(settings: Settings) -> tuple[Admission, ...]:
    """Return what refuses new tasks that these settings do not allow."""
    callbacks = Callbacks(
        signs=settings.payload_key is not None,
        allow_private=settings.callback_allow_private,
    )
    return callbacks.admit, Verifiers(carriers.keys(settings)).admit


def _application(settings: Settings, made: parts.Parts, tracing: Tracing | None) -> FastAPI:
    """Return the routes with all that stands around them, held to the contract."""
    app = FastAPI(
        routes=_routes(), openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False
    )
    parts.install(app, made)
    lost = pages.install(app, bundle.find(), made.base_url)
    refusals.install(app, made.base_url, lost)
    app.add_middleware(Edge, base_url=made.base_url)
    app.add_middleware(Watch, figures=RequestFigures(made.metrics), tracing=tracing)
    if settings.trusted_proxies:
        app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=settings.trusted_proxies)
    parity.hold_to_contract(app)
    app.openapi = contract.document
    return app


@cache
def _routes() -> list[BaseRoute]:
    """Return the contract's routes, made once in a process: they hold no part of a server."""
    every = APIRouter(dependencies=[Depends(own_origin)])
    for room in (
        tasks,
        events,
        stats,
        users,
        keys,
        webhooks,
        email,
        slack,
        links,
        auth,
        setup,
        system,
    ):
        every.include_router(room.routes)
    # What Slack sends carries a signature and no cookie: no site can have a browser send it.
    every.routes.extend(slack_inbound.routes.routes)
    return every.routes


def _store(settings: Settings) -> Database:
    if settings.postgres is None:
        return SqliteStore(settings.database_path)
    from ..store.postgres import PostgresStore

    return PostgresStore(settings.postgres)


def _ears(settings: Settings, hearing: Hearing) -> "PostgresEars | None":
    """Return what listens to other processes; with SQLite there are none."""
    if settings.postgres is None:
        return None
    from ..wake.postgres import CHANNEL, PostgresEars

    return PostgresEars(settings.postgres, CHANNEL, hearing.heard, hearing.missed)
