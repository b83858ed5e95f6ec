"""The recorded answers of a dry run: read from a file, or from tasks of a server."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import from_json

from awaithumans import AwaitHumansSync

from .showing import plain

Expected = Literal["pass", "refuse"]
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Recorded:
    """An answer that was given once; `expected` is what a good verifier says of it, if known."""

    name: str
    task: str
    payload: Json
    response_schema: Json
    response: Json
    expected: Expected | None = None


class _Line(BaseModel):
    """A line of the file."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    task: Annotated[str, Field(min_length=1, max_length=2000)]
    response: Json
    payload: Json = {}
    response_schema: Json = {"type": "object"}
    expect: Expected | None = None
    name: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _is_object(cls, value: object) -> object:
        if not isinstance(value, dict):
            raise ValueError("a line must be a JSON object")  # noqa: TRY004 -- pydantic's way to say so
        return value  # pyright: ignore[reportUnknownVariableType] -- pydantic checks what is in it


class NoCases(ValueError):
    """There is nothing to try, or a line of the file is none; the message says which."""


def text_of(path: Path) -> str:
    """Return what is in a file.

    Raises:
        NoCases: It is no text, or can't be read.
    """
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError:
        raise NoCases(f"{path} is not text in UTF-8.") from None
    except OSError as error:
        raise NoCases(f"{path} can't be read: {error.strerror}.") from None


def from_file(path: Path) -> Iterator[Recorded]:
    """Read one answer from each line of a file of JSON lines.

    Raises:
        NoCases: A line is not an answer.
    """
    # Not `splitlines`: JSON's texts may hold what that takes for the end of a line.
    for number, text in enumerate(text_of(path).split("\n"), 1):
        if text.strip():
            yield _read(text, f"{path.name}:{number}")


def from_tasks(task_ids: Sequence[str]) -> Iterator[Recorded]:
    """Read the answers of completed tasks from the server.

    Raises:
        NoCases: A task has no answer.
        AwaitHumansError: The server has no such task, or can't be asked.
    """
    if not task_ids:
        return
    with AwaitHumansSync() as client:
        for task_id in task_ids:
            task = client.tasks.get(task_id)
            if task.response is None:
                raise NoCases(f"{plain(task.id)} is {task.status}: it has no answer to try.")
            yield Recorded(task.id, task.task, task.payload, task.response_schema, task.response)


def _read(text: str, where: str) -> Recorded:
    try:
        line = _Line.model_validate(_json(text, where))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(map(str, first["loc"])) or "the line"
        raise NoCases(f"{where}: {field}: {first['msg']}.") from None
    return Recorded(
        line.name or where,
        line.task,
        line.payload,
        line.response_schema,
        line.response,
        line.expect,
    )


def _json(text: str, where: str) -> object:
    try:
        return from_json(text, allow_inf_nan=False)
    except ValueError as error:
        raise NoCases(f"{where}: not JSON ({error}).") from None
