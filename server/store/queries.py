"""Everything that a unit of work can ask of the database."""

from .access_queries import AccessReader, AccessWriter
from .delivery_queries import DeliveryReader, DeliveryWriter
from .event_queries import EventReader, EventWriter
from .link_queries import LinkReader, LinkWriter
from .people_queries import PeopleReader, PeopleWriter
from .sender_queries import SenderReader, SenderWriter
from .slack_queries import SlackReader, SlackWriter
from .statistics_queries import StatisticsReader
from .task_queries import TaskReader, TaskWriter


class Reader(
    TaskReader,
    PeopleReader,
    AccessReader,
    DeliveryReader,
    EventReader,
    SlackReader,
    LinkReader,
    SenderReader,
    StatisticsReader,
):
    """Queries within one view of the database."""


class Writer(
    TaskWriter,
    PeopleWriter,
    AccessWriter,
    DeliveryWriter,
    EventWriter,
    LinkWriter,
    SlackWriter,
    SenderWriter,
    StatisticsReader,
):
    """Queries and changes within one transaction."""
