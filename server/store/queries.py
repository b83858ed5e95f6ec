"""Everything that a unit of work can ask of the database: tasks and accounts."""

from .account_queries import AccountReader, AccountWriter
from .task_queries import TaskReader, TaskWriter


class Reader(TaskReader, AccountReader):
    """Queries within one view of the database."""


class Writer(TaskWriter, AccountWriter):
    """Queries and changes within one transaction."""
