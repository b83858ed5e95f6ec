"""The queries of the statistics: counts of ranges of indexes, never of whole tables."""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import get_args

from sqlalchemy import Connection, bindparam, func, literal, select, text, union_all

from ..ids import earliest_id
from ..tasks.model import Channel, Status
from .tables import COMPLETED, tasks

_BY_STATUS = union_all(
    *(
        select(literal(status).label("status"), func.count())
        .select_from(tasks)
        .where(tasks.c.status == status, tasks.c.id >= bindparam("since"))
        for status in get_args(Status)
    )
)
_BY_CHANNEL = (
    select(tasks.c.completed_via_channel, func.count())
    .where(COMPLETED, tasks.c.completed_at >= bindparam("since", type_=tasks.c.completed_at.type))
    .group_by(tasks.c.completed_via_channel)
)
_NEWEST_ANSWERS = (
    select(tasks.c.completed_at, tasks.c.created_at)
    .where(COMPLETED, tasks.c.completed_at >= bindparam("since", type_=tasks.c.completed_at.type))
    .order_by(tasks.c.completed_at.desc())
    .limit(bindparam("most"))
)
# Counts of many ranges in one query; each is a walk along an index, and no row is read.
_RANGES = """
WITH days(place, first_id, end_id, first, ending) AS (VALUES {values})
SELECT place,
    (SELECT count(*) FROM tasks WHERE id >= first_id AND id < end_id),
    (SELECT count(*) FROM tasks
     WHERE completed_at IS NOT NULL AND completed_at >= first AND completed_at < ending)
FROM days ORDER BY place
"""


class StatisticsReader:
    """What the statistics read."""

    _connection: Connection

    def count_by_status(self, since: datetime) -> dict[Status, int]:
        """Return how many of the tasks made since then are in each status; none are left out."""
        rows = self._connection.execute(_BY_STATUS, {"since": earliest_id("tsk", since)})
        return {status: count for status, count in rows if count}

    def count_by_channel(self, since: datetime) -> dict[Channel | None, int]:
        """Return how many answers since then came by each channel."""
        rows = self._connection.execute(_BY_CHANNEL, {"since": since})
        return {row[0]: row[1] for row in rows}

    def count_by_day(self, days: Sequence[datetime]) -> list[tuple[int, int]]:
        """Return how many tasks were made, and how many answered, between each time and the next.

        Args:
            days: Beginnings, in order, and the last day's end.
        """
        values: list[str] = []
        given: dict[str, object] = {}
        instant = tasks.c.completed_at.type
        for place, (first, ending) in enumerate(pairwise(days)):
            values.append(f"({place}, :a{place}, :b{place}, :c{place}, :d{place})")
            given[f"a{place}"] = earliest_id("tsk", first)
            given[f"b{place}"] = earliest_id("tsk", ending)
            given[f"c{place}"] = first
            given[f"d{place}"] = ending
        typed = [
            bindparam(f"{name}{place}", type_=instant)
            for place in range(len(values))
            for name in "cd"
        ]
        query = text(_RANGES.format(values=", ".join(values))).bindparams(*typed)
        return [(made, answered) for _, made, answered in self._connection.execute(query, given)]

    def newest_waits(self, since: datetime, most: int) -> list[float]:
        """Return how many seconds the newest answers since then took to come."""
        rows = self._connection.execute(_NEWEST_ANSWERS, {"since": since, "most": most})
        return [(answered - made).total_seconds() for answered, made in rows]
