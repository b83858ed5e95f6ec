import io
import json
import logging
import re
import warnings
from collections.abc import Iterator
from typing import Any

import pytest

from awaithumans.server.observing import logs, marks
from awaithumans.server.observing.logs import Format, Level
from awaithumans.server.observing.marks import Marks

_log = logging.getLogger("awaithumans.server.somewhere")
_SECRET = "a-secret-that-is-known"


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    """What is set for the whole process, as it was before."""
    root, ours = logging.getLogger(), logging.getLogger("awaithumans")
    before = root.handlers[:], root.level, ours.level, logging.raiseExceptions
    yield
    root.handlers[:], level, own, logging.raiseExceptions = before
    root.setLevel(level)
    ours.setLevel(own)
    logging.captureWarnings(False)


def written(kind: Format = "json", level: Level = "info") -> io.StringIO:
    """Log from here on; return where to."""
    stream = io.StringIO()
    logs.configure(kind, level, [_SECRET], stream)
    return stream


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_is_an_object_with_time_level_logger_and_message() -> None:
    stream = written()
    _log.warning("%d tasks\nare late", 3)
    (line,) = lines(stream)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line.pop("time"))
    assert line == {
        "level": "warning",
        "logger": "awaithumans.server.somewhere",
        "message": "3 tasks\nare late",
    }


def test_a_line_has_the_ids_of_its_request_and_its_fields() -> None:
    stream = written()
    begun = marks.begin(Marks("abc", "0" * 32))
    _log.info("done", extra={"fields": {"status": 200, "route": None, "what": [_SECRET]}})
    marks.end(begun)
    _log.info("outside")
    first, second = lines(stream)
    assert (first["request_id"], first["trace_id"]) == ("abc", "0" * 32)
    assert (first["status"], first["route"], first["what"]) == (200, None, "['[removed]']")
    assert "request_id" not in second


def test_text_is_a_line_that_nobody_can_forge() -> None:
    stream = written("text")
    begun = marks.begin(Marks("abc"))
    _log.error("failed\n2026-01-01 INFO all is well \x1b[2J", extra={"fields": {"status": 500}})
    marks.end(begun)
    (line,) = stream.getvalue().splitlines()
    assert "failed\\x0a2026" in line
    assert "\x1b" not in line
    assert line.endswith("status=500 request_id=abc")
    assert "ERROR   awaithumans.server.somewhere: " in line


@pytest.mark.parametrize("kind", ["json", "text"])
def test_secrets_are_in_no_part_of_a_line(kind: Format) -> None:
    stream = written(kind)
    try:
        raise OSError(1, f"could not open {_SECRET}")
    except OSError:
        _log.exception("with %s", _SECRET, extra={"fields": {"what": _SECRET}})
    assert _SECRET not in stream.getvalue()
    assert stream.getvalue().count("[removed]") == 3


@pytest.mark.parametrize("kind", ["json", "text"])
def test_an_exception_is_told_by_kind_and_place_and_not_by_what_people_wrote(kind: Format) -> None:
    stream = written(kind)
    payload = "Ann's salary is 4711"
    try:
        try:
            raise KeyError(payload)
        except KeyError as error:
            raise ValueError(payload) from error
    except ValueError:
        _log.exception("it failed")
    text = stream.getvalue()
    assert "4711" not in text
    assert "which led to:" in text
    assert text.index("KeyError") < text.index("ValueError")
    assert "test_logs.py" in text


def test_exceptions_that_go_round_in_a_circle_are_told_once() -> None:
    one, two = ValueError("x"), KeyError("y")
    one.__cause__, two.__cause__ = two, one
    assert logs.told(one) == "KeyError\nwhich led to:\nValueError"


def test_what_the_system_says_of_itself_is_told() -> None:
    assert logs.told(OSError(28, "No space left on device")) == "OSError: No space left on device"


@pytest.mark.parametrize(
    ("level", "ours", "theirs"),
    [
        ("debug", ["debug", "info", "warning", "error"], ["warning", "error"]),
        ("info", ["info", "warning", "error"], ["warning", "error"]),
        ("error", ["error"], ["error"]),
    ],
)
def test_our_lines_are_written_from_the_level_on_and_those_of_libraries_from_warning(
    level: Level, ours: list[str], theirs: list[str]
) -> None:
    stream = written(level=level)
    for name in ("debug", "info", "warning", "error"):
        for logger in (_log, logging.getLogger("uvicorn.error")):
            getattr(logger, name)("x")
    found = lines(stream)
    assert [line["level"] for line in found if line["logger"] == _log.name] == ours
    assert [line["level"] for line in found if line["logger"] != _log.name] == theirs


def test_a_warning_of_python_is_a_line_too() -> None:
    stream = written()
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logs.configure("json", "info", [], stream)
        warnings.warn("old", DeprecationWarning, stacklevel=1)
        logging.captureWarnings(False)
    (line,) = lines(stream)
    assert (line["logger"], line["level"]) == ("py.warnings", "warning")


def test_a_line_that_can_not_be_written_is_not_shown_in_another_way(
    capsys: pytest.CaptureFixture[str],
) -> None:
    written()
    _log.error("%d", "no number, but a payload")
    assert "payload" not in capsys.readouterr().err


def test_a_library_that_sets_its_own_level_is_held_to_warning_all_the_same() -> None:
    stream = written(level="debug")
    loud = logging.getLogger("some_library")
    loud.setLevel(logging.DEBUG)
    loud.debug("what was sent")
    loud.warning("it failed")
    assert [line["message"] for line in lines(stream)] == ["it failed"]
