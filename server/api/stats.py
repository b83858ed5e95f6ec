"""The operation of statistics."""

from typing import Annotated

from fastapi import APIRouter, Query

from awaithumans.generated import models

from ..errors import ValidationFailed
from .credentials import By
from .parameters import Number
from .parts import Having
from .refusals import PRIVATE, refuses

routes = APIRouter(tags=["stats"])


@routes.get(
    "/api/stats/tasks",
    operation_id="getTaskStats",
    responses=refuses(*PRIVATE, ValidationFailed),
)
async def get_task_stats(
    _caller: By, parts: Having, window_days: Annotated[Number, Query(ge=1, le=365)] = 30
) -> models.TaskStats:
    """Return how much is asked and how fast it is answered."""
    counted = await parts.statistician.count(window_days)
    return models.TaskStats(
        window_days=counted.window_days,
        since=counted.since,
        created=counted.created,
        by_status=[
            models.StatusCount(status=status, count=count)
            for status, count in counted.by_status.items()
        ],
        by_day=[
            models.DayCount(
                day=each.day.isoformat(), created=each.created, completed=each.completed
            )
            for each in counted.by_day
        ],
        by_channel=[
            models.ChannelCount(channel=channel, completed=count)
            for channel, count in counted.by_channel.items()
        ],
        completion_rate=counted.completion_rate,
        median_seconds=counted.median,
        p95_seconds=counted.p95,
    )
