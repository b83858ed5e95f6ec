"""Keeps mails in a folder, one JSON file each, for tests and for trying things out."""

import asyncio
import json
import os
from dataclasses import asdict
from pathlib import Path

from ....clock import Clock
from ....tasks.deliveries import Outcome
from ..mail import Mail


class FileTransport:
    """Writes mails into a folder, which it makes.

    Args:
        folder: Where to; a file's name begins with the time and ends with the delivery's id.
        clock: What time it is.
    """

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder = folder
        self._clock = clock

    async def send(self, mail: Mail, delivery_id: str) -> Outcome:
        """Write it, whole or not at all."""
        try:
            name = await asyncio.to_thread(self._write, mail, delivery_id)
        except OSError as error:
            return Outcome(None, f"{self._folder} can't be written to: {error.strerror}")
        return Outcome(None, None, f"written to {name}")

    def _write(self, mail: Mail, delivery_id: str) -> str:
        now = self._clock.now()
        name = f"{now:%Y%m%dT%H%M%S.%fZ}-{delivery_id}.json"
        kept = {"sent_at": now.isoformat(), "delivery_id": delivery_id, **asdict(mail)}
        self._folder.mkdir(parents=True, exist_ok=True)
        unfinished = self._folder / f".{name}"
        # What opens the links in it is for its reader alone.
        with os.fdopen(
            os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w"
        ) as out:
            json.dump(kept, out, indent=2)
        unfinished.replace(self._folder / name)
        return name
