"""One input of a modal as Block Kit writes it: `block`; and what was put into it: `filled_in`."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from typing import Any, cast

from ...forms import kinds
from ...forms.kinds import Kind, Limits
from .inputs import LONGEST_OPTION, MOST_TYPED, CannotShow, Input
from .texts import Block, plain_text

NONE = "none"
MISSING: Any = object()
YES_NO = (kinds.Option(True, "Yes"), kinds.Option(False, "No"))

_ACTION = "value"
_MOST_RADIOS = 7
_LONGEST_LABEL = 2_000
_TEN_DIGITS = (10**9, 10**10)
# No answer may hold a larger number, and Python does not write the largest.
_MOST_BITS = 1024

_FORMATS: Mapping[str | None, str] = {
    "email": "An email address.",
    "uri": "A link, such as https://example.com.",
    "uuid": "A UUID.",
    "duration": "A duration, such as PT1H30M for an hour and a half.",
    "json-string": "Written as JSON.",
}
_MOMENTS: Mapping[type, str] = {
    kinds.Date: "A date such as 2026-01-31.",
    kinds.Time: "A time such as 18:30.",
    kinds.DateTime: "A date and time such as 2026-01-31 18:30Z.",
    kinds.Integer: "A whole number.",
    kinds.Number: "A number.",
    kinds.Decimal: "A number.",
}


def block(asked: Input, value: Any = MISSING) -> Block:
    """Make the block of an input.

    Args:
        asked: What is asked for.
        value: What is in it from the beginning; what is not of its kind is not shown.

    Raises:
        CannotShow: The value is of its kind, but Slack's input could not give it back.
    """
    made: Block = {
        "type": "input",
        "block_id": asked.block_id,
        "label": plain_text(asked.field.title or asked.field.name, _LONGEST_LABEL),
        "element": {**_element(asked, value), "action_id": _ACTION},
        "optional": asked.may_stay_empty,
    }
    hint = " ".join(filter(None, (asked.field.description, hint_of(asked.kind))))
    return made | ({"hint": plain_text(hint, _LONGEST_LABEL)} if hint else {})


def filled_in(values: Mapping[str, Any], asked: Input) -> str | tuple[str, ...]:
    """Return what was put into an input, as text; nothing is an empty text or tuple.

    Args:
        values: `view.state.values`, as Slack sends it, whatever may be in it.
        asked: What was asked for.
    """
    found = _object(_object(values.get(asked.block_id)).get(_ACTION))
    options = found.get("selected_options")
    if isinstance(options, list):
        return tuple(filter(None, map(_chosen, cast("list[Any]", options))))
    if "selected_option" in found:
        chosen = _chosen(found["selected_option"])
        return "" if chosen == NONE else chosen
    for name in ("value", "selected_date", "selected_time"):
        if isinstance(found.get(name), str):
            return found[name].replace("\r\n", "\n")
    return _moment(found.get("selected_date_time"))


def options_of(kind: Kind) -> tuple[kinds.Option, ...]:
    """Return what there is to choose from, if it is a choice; options are named by position."""
    if isinstance(kind, kinds.Boolean):
        return YES_NO
    return kind.options if isinstance(kind, kinds.Choice) else ()


def hint_of(kind: Kind) -> str:
    """Say what a value has to keep to, before somebody errs."""
    if isinstance(kind, kinds.Text):
        return _sentences(_FORMATS.get(kind.format), _range(kind.min_length, kind.max_length))
    if isinstance(kind, kinds.List):
        if options_of(kind.item):
            return ""
        return _sentences("One per line.", hint_of(kind.item))
    limits = getattr(kind, "limits", Limits())
    picked = isinstance(kind, kinds.Date | kinds.Time | kinds.DateTime)
    return _sentences(
        None if picked else _MOMENTS.get(type(kind)),
        None if limits.more_than is None else f"More than {limits.more_than}.",
        None if limits.less_than is None else f"Less than {limits.less_than}.",
        None if limits.at_least is None else f"At least {limits.at_least}.",
        None if limits.at_most is None else f"At most {limits.at_most}.",
    )


def _element(asked: Input, value: Any) -> Block:
    kind = asked.kind
    if isinstance(kind, kinds.List):
        return _list(kind, value)
    options = options_of(kind)
    if options:
        return _choice(asked, options, value)
    return _ELEMENTS.get(type(kind), _typed)(kind, value)


def _choice(asked: Input, options: tuple[kinds.Option, ...], value: Any) -> Block:
    offered = _offered(options)
    if asked.may_stay_empty:
        offered.append(_option("No answer", NONE))
    kind = "radio_buttons" if len(offered) <= _MOST_RADIOS else "static_select"
    at = _position(options, value)
    return {"type": kind, "options": offered} | (
        {} if at is None else {"initial_option": offered[at]}
    )


def _list(kind: kinds.List, value: Any) -> Block:
    options = options_of(kind.item)
    given: list[Any] = cast("list[Any]", value) if isinstance(value, list) else []
    if not options:
        lines = [_written(kind.item, item) for item in given]
        if any(line is None or not line or line != line.strip() or "\n" in line for line in lines):
            raise CannotShow
        return _text_input("\n".join(filter(None, lines)), several=True)
    offered = _offered(options)
    chosen = [_position(options, item) for item in given]
    if None in chosen or len(set(chosen)) < len(chosen):
        raise CannotShow
    initial = [offered[at] for at in chosen if at is not None]
    element: Block = {"type": "multi_static_select", "options": offered}
    return element | ({"initial_options": initial} if initial else {})


def _typed(kind: Kind, value: Any) -> Block:
    text = _written(kind, value) or ""
    long = isinstance(kind, kinds.Text) and kind.long
    return _text_input(text, several=long or "\n" in text)


def _date(kind: Kind, value: Any) -> Block:
    text = _written(kind, value)
    try:
        datetime.strptime(text or "", "%Y-%m-%d").replace(tzinfo=timezone.utc)
    except ValueError:
        return {"type": "datepicker"}
    return {"type": "datepicker", "initial_date": text}


def _time(kind: Kind, value: Any) -> Block:
    """Make a picker, which holds minutes without a zone; for anything else, a text."""
    text = _written(kind, value)
    if not text:
        return {"type": "timepicker"}
    if len(text) == len("18:30:00") and text.endswith(":00"):
        return {"type": "timepicker", "initial_time": text[:5]}
    return _text_input(text)


def _date_time(kind: Kind, value: Any) -> Block:
    """Make a picker, which holds minutes of the reader's own zone; for anything else, a text."""
    text = _written(kind, value)
    if not text:
        return {"type": "datetimepicker"}
    try:
        at = datetime.fromisoformat(text.upper().replace("Z", "+00:00"))
    except ValueError:
        return _text_input(text)
    least, most = _TEN_DIGITS
    if at.tzinfo is None or at.second or at.microsecond or not least <= at.timestamp() < most:
        return _text_input(text)
    return {"type": "datetimepicker", "initial_date_time": int(at.timestamp())}


_ELEMENTS: Mapping[type, Callable[[Kind, Any], Block]] = {
    kinds.Date: _date,
    kinds.Time: _time,
    kinds.DateTime: _date_time,
}


def _text_input(text: str, *, several: bool = False) -> Block:
    if len(text) > MOST_TYPED:
        raise CannotShow
    element: Block = {"type": "plain_text_input", "multiline": several}
    return element | ({"initial_value": text} if text else {})


def _written(kind: Kind, value: Any) -> str | None:
    """Write a value as a person would; None when it is not of the kind."""
    if isinstance(kind, kinds.Integer | kinds.Number | kinds.Decimal):
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if number and isinstance(value, int) and value.bit_length() > _MOST_BITS:
            raise CannotShow
        if number:
            return json.dumps(value)
        return value if isinstance(kind, kinds.Decimal) and isinstance(value, str) else None
    return value if isinstance(value, str) else None


def _offered(options: tuple[kinds.Option, ...]) -> list[Block]:
    return [_option(option.label, str(at)) for at, option in enumerate(options)]


def _option(label: str, value: str) -> Block:
    return {"text": plain_text(label, LONGEST_OPTION), "value": value}


def _position(options: tuple[kinds.Option, ...], value: Any) -> int | None:
    """Find a value among the options; 1 is not true, as it is to Python."""
    for at, option in enumerate(options):
        if option.value == value and type(option.value) is type(value):
            return at
    return None


def _chosen(option: Any) -> str:
    value = _object(option).get("value")
    return value if isinstance(value, str) else ""


def _moment(seconds: Any) -> str:
    least, most = _TEN_DIGITS
    if not isinstance(seconds, int) or not least <= seconds < most:
        return ""
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def _object(part: Any) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", part) if isinstance(part, Mapping) else {}


def _range(least: int | None, most: int | None) -> str | None:
    if least and most:
        return f"{least} to {most} characters."
    if least:
        return f"At least {least} character{'' if least == 1 else 's'}."
    return f"At most {most} character{'' if most == 1 else 's'}." if most else None


def _sentences(*parts: str | None) -> str:
    return " ".join(filter(None, parts))
