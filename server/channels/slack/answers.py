"""Makes the answer of what was put into a modal, and puts what is wrong with it to its field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from ...errors import FieldProblem
from ...forms import kinds
from ...forms.kinds import Kind
from ...forms.problems import Loc, way
from ...forms.typing_in import BadInput, parse
from ...tasks.model import Content, Json
from .elements import filled_in, options_of
from .inputs import CannotShow, Group, Input, Part, inputs_in, parts_of

_NOTHING: Any = object()
_REQUIRED = "is required"
_IN_BODY = ("body", "response")
_LONGEST_ERROR = 1_000


@dataclass(frozen=True)
class Read:
    """What a person sent.

    Attributes:
        response: The answer; None when something in it could not be read.
        errors: What is wrong, by the id of the block it is in: what Slack takes as the `errors`
            of a `response_action`.
    """

    response: Json | None
    errors: dict[str, str]


def read(state: Mapping[str, Any], content: Content) -> Read:
    """Read what was filled in.

    Args:
        state: `view.state` of a `view_submission`, whatever may be in it.
        content: The task's.

    Returns:
        The answer, which the server's own check has still to accept; or what is wrong.
    """
    values = state.get("values")
    reader = _Reader(cast("Json", values) if isinstance(values, dict) else {})
    try:
        response = reader.record(parts_of(content.response_schema))
    except CannotShow:
        return Read(None, {})
    return Read(None, reader.errors) if reader.errors else Read(response, {})


def place(problems: Sequence[FieldProblem], content: Content) -> dict[str, str]:
    """Put the problems of a refused answer to the blocks of the modal.

    Args:
        problems: Of `ResponseInvalid`.
        content: The task's.

    Returns:
        Messages by block id; what belongs to no single input stands at the first one it is about.
    """
    try:
        inputs = list(inputs_in(parts_of(content.response_schema)))
    except CannotShow:
        return {}
    messages: dict[str, list[str]] = {}
    for problem in problems:
        path = problem.loc[len(_IN_BODY) :] if problem.loc[:2] == _IN_BODY else problem.loc
        asked, message = _placed(inputs, path, problem.msg)
        if message not in messages.setdefault(asked.block_id, []):
            messages[asked.block_id].append(message)
    return {block: " ".join(said)[:_LONGEST_ERROR] for block, said in messages.items()}


def _placed(inputs: Sequence[Input], path: Loc, msg: str) -> tuple[Input, str]:
    for asked in inputs:
        own = way(asked.field.path)
        if path[: len(own)] == own:
            below = path[len(own) :]
            return asked, _sentence(msg, below[0] if below else None)
    name = path[-1] if path else "The answer"
    for asked in inputs:
        if path and way(asked.field.path)[: len(path)] == path:
            return asked, f"{name} {msg}."
    return inputs[0], f"{name} {msg}."


def _sentence(msg: str, item: str | int | None = None) -> str:
    return f"Item {item + 1} {msg}." if isinstance(item, int) else f"This {msg}."


class _Reader:
    """Reads the inputs one after another, and notes what is wrong."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.errors: dict[str, str] = {}
        self._values = values

    def record(self, parts: Sequence[Part]) -> Json:
        return {name: value for name, value in self._fields(parts) if value is not _NOTHING}

    def _fields(self, parts: Sequence[Part]) -> Iterator[tuple[str, Any]]:
        for part in parts:
            value = self._group(part) if isinstance(part, Group) else self._input(part)
            yield part.field.name, value

    def _group(self, group: Group) -> Any:
        if not group.optional or any(map(self._is_filled_in, inputs_in(group.parts))):
            return self.record(group.parts)
        # Null says what nothing means here; left out, a default that was taken away would be back.
        return None if group.field.required or group.field.default is not None else _NOTHING

    def _is_filled_in(self, asked: Input) -> bool:
        return not _is_empty(asked.kind, filled_in(self._values, asked))

    def _input(self, asked: Input) -> Any:
        given = filled_in(self._values, asked)
        try:
            if _is_empty(asked.kind, given):
                return _of_nothing(asked)
            return _value(asked.kind, given)
        except BadInput as refusal:
            self.errors[asked.block_id] = _sentence(str(refusal))
        except _BadItem as refusal:
            self.errors[asked.block_id] = _sentence(str(refusal), refusal.at)
        return _NOTHING


class _BadItem(ValueError):
    """One of several lines can't be read."""

    def __init__(self, at: int, message: str) -> None:
        super().__init__(message)
        self.at = at


def _is_empty(kind: Kind, given: str | tuple[str, ...]) -> bool:
    if isinstance(given, str) and not isinstance(kind, kinds.Text):
        return not given.strip()
    return not given


def _of_nothing(asked: Input) -> Any:
    """Return what it means that nothing was filled in.

    Raises:
        BadInput: It means nothing that could be sent.
    """
    needed = asked.field.required or asked.cleared
    if asked.nullable:
        return None if needed else _NOTHING
    if not needed:
        return _NOTHING
    if isinstance(asked.kind, kinds.List):
        return _value(asked.kind, ())
    if asked.field.required:
        raise BadInput(_REQUIRED)
    if isinstance(asked.kind, kinds.Text):
        return _value(asked.kind, "")
    raise BadInput("must have a value")


def _value(kind: Kind, given: str | tuple[str, ...]) -> Any:
    if isinstance(kind, kinds.List):
        return _list(kind, given)
    text = given if isinstance(given, str) else "".join(given)
    options = options_of(kind)
    return _option(options, text) if options else parse(kind, text)


def _list(kind: kinds.List, given: str | tuple[str, ...]) -> list[Any]:
    lines = given.split("\n") if isinstance(given, str) else given
    items = [_item(kind.item, at, line.strip()) for at, line in enumerate(filter(str.strip, lines))]
    least, most = kind.min_items, kind.max_items
    if least is not None and len(items) < least:
        raise BadInput(f"must have at least {least} item{'' if least == 1 else 's'}")
    if most is not None and len(items) > most:
        raise BadInput(f"must have at most {most} item{'' if most == 1 else 's'}")
    return items


def _item(kind: Kind, at: int, text: str) -> Any:
    try:
        return _value(kind, text)
    except BadInput as refusal:
        raise _BadItem(at, str(refusal)) from None


def _option(options: Sequence[kinds.Option], text: str) -> Any:
    if not text.isascii() or not text.isdecimal() or not 0 <= int(text[:4]) < len(options):
        raise BadInput("must be one of the options")
    return options[int(text[:4])].value
