"""How the process logs: lines of JSON for machines, or of text for people, without secrets.

What an exception says about itself may hold what people wrote. A line has its kind and where it
came from, which is our own code, and its words only where they are the system's.
"""

import json
import logging
import sys
import traceback
from collections.abc import Iterable, Iterator
from datetime import datetime, timezone
from typing import Any, Literal, TextIO

from . import marks
from .scrubbing import Scrubber

Format = Literal["json", "text"]
Level = Literal["debug", "info", "warning", "error"]

_OURS = "awaithumans"
# Libraries that tell, below `warning`, what is sent to a model and with what key.
_TALKATIVE = ("anthropic", "openai", "google", "google_genai", "httpx", "httpx2", "httpcore2")
# A line break or an escape sequence in a message would look like a line of its own.
_CONTROL = {code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0))}


def configure(
    kind: Format, level: Level, secrets: Iterable[str], stream: TextIO | None = None
) -> None:
    """Have everything that is logged in this process written in one way.

    Args:
        kind: Lines of JSON, or of text.
        level: From which level on our own lines are written; those of libraries from `warning` on.
        secrets: What no line may hold.
        stream: Where to; standard error by default.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    scrub = Scrubber(secrets)
    handler.setFormatter(JsonLines(scrub) if kind == "json" else TextLines(scrub))
    handler.addFilter(_may_be_written)
    root = logging.getLogger()
    for old in root.handlers[:]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(max(logging.WARNING, getattr(logging, level.upper())))
    logging.getLogger(_OURS).setLevel(level.upper())
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(True)
    # What no line tells need not be found out for each (the HOWTO of logging, "Optimization").
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    # Its own complaint about a line that can't be written would show the line's arguments.
    logging.raiseExceptions = False


class JsonLines(logging.Formatter):
    """A JSON object a line.

    Args:
        scrub: Removes what nobody may read.
    """

    def __init__(self, scrub: Scrubber) -> None:
        super().__init__()
        self._scrub = scrub

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a record."""
        line: dict[str, Any] = {
            "time": _time(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": self._scrub(record.getMessage()),
            **_marks(),
            **_fields(record, self._scrub),
        }
        error = _error(record)
        if error is not None:
            line["exception"] = self._scrub(told(error))
        return json.dumps(line)


class TextLines(logging.Formatter):
    """A line for people: when, how grave, where, what, then the fields.

    Args:
        scrub: Removes what nobody may read.
    """

    def __init__(self, scrub: Scrubber) -> None:
        super().__init__()
        self._scrub = scrub

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a record, and the lines of its exception."""
        message = self._scrub(record.getMessage()).translate(_CONTROL)
        details = {**_fields(record, self._scrub), **_marks()}
        told_of = "".join(f" {name}={value}" for name, value in details.items())
        line = f"{_time(record)} {record.levelname:<7} {record.name}: {message}{told_of}"
        error = _error(record)
        return line if error is None else f"{line}\n{self._scrub(told(error))}"


def _may_be_written(record: logging.LogRecord) -> bool:
    """Hold libraries to `warning`, even one that sets its own level when it is loaded."""
    return record.levelno >= logging.WARNING or record.name.split(".")[0] == _OURS


def told(error: BaseException) -> str:
    """Return what may be told of an exception: the kinds, the places, and the system's words."""
    return "\n".join(_told(error, set()))


def _told(error: BaseException, seen: set[int]) -> Iterator[str]:
    """Return the lines of an exception, those of its reasons first."""
    seen.add(id(error))
    reason = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if reason is not None and id(reason) not in seen:
        yield from _told(reason, seen)
        yield "which led to:"
    for place in traceback.format_tb(error.__traceback__):
        yield place.rstrip("\n")
    kind = type(error)
    name = (
        kind.__qualname__
        if kind.__module__ == "builtins"
        else f"{kind.__module__}.{kind.__qualname__}"
    )
    words = error.strerror if isinstance(error, OSError) else None
    yield f"{name}: {words}" if words else name


def _error(record: logging.LogRecord) -> BaseException | None:
    return record.exc_info[1] if record.exc_info else None


def _time(record: logging.LogRecord) -> str:
    at = datetime.fromtimestamp(record.created, timezone.utc)
    return at.isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def _marks() -> dict[str, str]:
    found = marks.current()
    if found is None:
        return {}
    traced = {} if found.trace_id is None else {"trace_id": found.trace_id}
    return {"request_id": found.request_id, **traced}


def _fields(record: logging.LogRecord, scrub: Scrubber) -> dict[str, Any]:
    """Return what was given as `extra={"fields": {...}}`: numbers as they are, all else as text."""
    given: dict[str, Any] = getattr(record, "fields", {})
    return {
        name: value if value is None or isinstance(value, (int, float)) else scrub(str(value))
        for name, value in given.items()
    }
