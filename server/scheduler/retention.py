"""Removes tasks that were settled long ago, in small batches, if the operator wants that."""

import asyncio
import logging
from datetime import timedelta

from ..errors import StorageUnavailable
from ..tasks.service import Tasks

_log = logging.getLogger(__name__)

# Small enough that other writes get in between; each batch is one transaction.
_BATCH = 200
_PAUSE_SECONDS = 0.05
_EVERY = timedelta(hours=1)


class Retention:
    """Removes settled tasks once they are old enough.

    Args:
        keep: For how long a settled task is kept; None keeps all for ever.
    """

    def __init__(self, keep: timedelta | None) -> None:
        self._keep = keep
        self._job: asyncio.Task[None] | None = None

    def start(self, tasks: Tasks) -> None:
        """Begin to remove what is old, at once and then every hour."""
        if self._keep is not None:
            self._job = asyncio.get_running_loop().create_task(self._run(tasks, self._keep))

    async def stop(self) -> None:
        """Stop; what is left is removed after the next start."""
        if self._job is not None:
            self._job.cancel()
            await asyncio.gather(self._job, return_exceptions=True)

    async def _run(self, tasks: Tasks, keep: timedelta) -> None:
        while True:
            try:
                removed = 0
                while batch := await tasks.purge(keep, _BATCH):
                    removed += batch
                    await asyncio.sleep(_PAUSE_SECONDS)
                if removed:
                    _log.info("removed %d tasks that were settled over %s ago", removed, keep)
            except StorageUnavailable:
                _log.warning("could not remove old tasks; trying again in an hour")
            except Exception:  # noqa: BLE001 -- a job that ends silently is worse than any error
                _log.exception("removing old tasks failed; trying again in an hour")
            await asyncio.sleep(_EVERY.total_seconds())
