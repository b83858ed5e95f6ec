"""Everything that a unit of work can ask of the database: tasks, people, what lets them in."""

from .access_queries import AccessReader, AccessWriter
from .event_queries import EventReader, EventWriter
from .people_queries import PeopleReader, PeopleWriter
from .statistics_queries import StatisticsReader
from .task_queries import TaskReader, TaskWriter


class Reader(TaskReader, PeopleReader, AccessReader, EventReader, StatisticsReader):
    """Queries within one view of the database."""


class Writer(TaskWriter, PeopleWriter, AccessWriter, EventWriter, StatisticsReader):
    """Queries and changes within one transaction."""
