"""Everything that a unit of work can ask of the database."""

from .access_queries import AccessReader, AccessWriter
from .delivery_queries import DeliveryReader, DeliveryWriter
from .people_queries import PeopleReader, PeopleWriter
from .task_queries import TaskReader, TaskWriter


class Reader(TaskReader, PeopleReader, AccessReader, DeliveryReader):
    """Queries within one view of the database."""


class Writer(TaskWriter, PeopleWriter, AccessWriter, DeliveryWriter):
    """Queries and changes within one transaction."""
