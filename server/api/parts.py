"""What the handlers work with: the running server's parts, handed in by `app`."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Protocol

from fastapi import Depends, FastAPI, Request

from ..auth.callers import Callers
from ..auth.keys import Keys
from ..auth.links import Links
from ..auth.sessions import Sessions
from ..auth.setup import FirstRun
from ..channels.email.inbound import Inbound
from ..channels.email.senders import Senders
from ..channels.email.trial import Trial
from ..directory.service import Directory
from ..events.feed import Feed
from ..observing.metrics import Metrics
from ..outbox.service import Outbox
from ..tasks.service import Tasks
from ..tasks.statistics import Statistician

if TYPE_CHECKING:
    from ..channels.slack.channel import SlackChannel


class Database(Protocol):
    """What the status page asks of the store."""

    kind: str

    async def check(self) -> None:
        """Write something; StorageUnavailable if that fails."""
        ...

    async def revision(self) -> str:
        """Return the migration that the database is at."""
        ...


class Ears(Protocol):
    """What the status page asks of whoever listens to other processes."""

    listening: bool


class Clockwork(Protocol):
    """What the status page asks of the deadlines' job."""

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        ...


class Sending(Protocol):
    """What the status page asks of the relay."""

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        ...

    @property
    def sending(self) -> int:
        """How many attempts run."""
        ...


class Lot(Protocol):
    """What the status page asks of the waker."""

    @property
    def parked(self) -> int:
        """How many requests wait."""
        ...


@dataclass(slots=True)
class Leaving:
    """Whether the process has been told to stop."""

    begun: bool = False


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of the running server."""

    tasks: Tasks
    statistician: Statistician
    directory: Directory
    callers: Callers
    sessions: Sessions
    keys: Keys
    links: Links
    first_run: FirstRun
    outbox: Outbox
    senders: Senders
    trial: Trial
    inbound: Inbound
    slack: "SlackChannel | None"
    relay: Sending
    database: Database
    ears: Ears | None
    deadlines: Clockwork
    waker: Lot
    metrics: Metrics
    metrics_public: bool
    leaving: Leaving
    feed: Feed
    version: str
    base_url: str
    started_at: datetime


def install(app: FastAPI, parts: Parts) -> None:
    """Hand the parts to the handlers of `app`."""
    app.state.parts = parts


async def _parts(request: Request) -> Parts:
    return request.app.state.parts


Having = Annotated[Parts, Depends(_parts)]
