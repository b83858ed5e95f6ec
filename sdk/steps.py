"""Steps: what to do is decided in generators; here it is done, blocking or awaited."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
from collections.abc import Generator
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

from awaithumans.pacing import Pace
from awaithumans.transport import AsyncTransport, Call, Operation, Outcome, SyncTransport

T = TypeVar("T")

_LOG = logging.getLogger("awaithumans")


@dataclass(frozen=True)
class Pause:
    """Do nothing for so many seconds."""

    seconds: float


@dataclass(frozen=True)
class Say:
    """Tell the person at the terminal, if there is one."""

    line: str


@dataclass(frozen=True)
class Warn:
    """Tell the program's log."""

    line: str


Command: TypeAlias = Call | Pause | Say | Warn
Steps: TypeAlias = Generator[Command, Any, T]
"""Yields commands, is sent the outcome of each call, and returns a result or raises."""


def call(operation: Operation[T], **arguments: Any) -> Steps[Outcome[T]]:
    """Ask for one call; arguments that are None are left out."""
    given = {name: value for name, value in arguments.items() if value is not None}
    outcome: Outcome[T] = yield Call(operation, given)
    return outcome


def run_sync(
    steps: Steps[T], transport: SyncTransport, pace: Pace, limit: float | None = None
) -> T:
    """Take the steps one after the other, blocking.

    Args:
        steps: What to do.
        transport: Makes the calls.
        pace: Makes the pauses.
        limit: See ``SyncTransport.perform``.

    Returns:
        What the steps return.
    """
    outcome: Outcome[Any] | None = None
    with contextlib.closing(steps):
        while True:
            try:
                command = steps.send(outcome)
            except StopIteration as end:
                return end.value
            outcome = None
            if isinstance(command, Call):
                outcome = transport.perform(command, limit)
            elif isinstance(command, Pause):
                pace.sleep(command.seconds)
            else:
                _tell(command)


async def run_async(
    steps: Steps[T], transport: AsyncTransport, pace: Pace, limit: float | None = None
) -> T:
    """Take the steps one after the other in the running event loop; else as ``run_sync``."""
    outcome: Outcome[Any] | None = None
    with contextlib.closing(steps):
        while True:
            try:
                command = steps.send(outcome)
            except StopIteration as end:
                return end.value
            outcome = None
            if isinstance(command, Call):
                outcome = await transport.perform(command, limit)
            elif isinstance(command, Pause):
                await pace.asleep(command.seconds)
            else:
                _tell(command)


def _tell(command: Say | Warn) -> None:
    if isinstance(command, Warn):
        _LOG.warning("%s", command.line)
    else:
        _say(command.line)


def _say(line: str) -> None:
    """Write one line to stderr: only to a terminal, and not when it was asked to be quiet."""
    if os.environ.get("AWAITHUMANS_QUIET") == "1":
        return
    # No stderr (pythonw), a closed one or a full disk must not end a wait.
    with contextlib.suppress(AttributeError, OSError, ValueError):
        if sys.stderr.isatty():
            sys.stderr.write(line + "\n")
            sys.stderr.flush()
