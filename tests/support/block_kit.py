"""Slack's limits on messages and views, as its documentation gives them: `problems_of_*`."""

import re
from collections.abc import Callable, Iterator
from typing import Any, cast

Block = dict[str, Any]

_OPTION_LISTS = {
    "radio_buttons": 10,
    "checkboxes": 10,
    "static_select": 100,
    "multi_static_select": 100,
}
_INPUTS = {
    *("plain_text_input", "radio_buttons", "checkboxes", "static_select", "multi_static_select"),
    *("datepicker", "timepicker", "datetimepicker", "number_input", "email_text_input"),
}


def problems_of_message(text: Any, blocks: Any) -> list[str]:
    """Say why Slack would not take a message."""
    found: list[str] = []
    if not isinstance(text, str) or not text or len(text) > 40_000:
        found.append("text: must have 1 to 40,000 characters")
    if isinstance(text, str):
        found += _markup("text", text)
    return found + ([] if blocks is None else list(_blocks(blocks, 50, inputs=False)))


def problems_of_view(view: Any) -> list[str]:
    """Say why Slack would not take a view."""
    view = _object(view)
    if view.get("type") != "modal":
        return ["view: must be a modal"]
    found = list(_text("title", view.get("title"), 24, plain=True))
    for name in ("submit", "close"):
        if name in view:
            found += _text(name, view[name], 24, plain=True)
    if len(view.get("private_metadata", "")) > 3_000 or len(view.get("callback_id", "")) > 255:
        found.append("view: private_metadata or callback_id too long")
    blocks = _list(view.get("blocks"))
    found += _blocks(blocks, 100, inputs=True)
    asks = any(block.get("type") == "input" for block in blocks)
    if asks and "submit" not in view:
        found.append("view: inputs need a submit button")
    return found


def _object(part: Any) -> Block:
    return cast("Block", part) if isinstance(part, dict) else {}


def _list(part: Any) -> list[Block]:
    return cast("list[Block]", part) if isinstance(part, list) else []


def _blocks(part: Any, most: int, *, inputs: bool) -> Iterator[str]:
    blocks = _list(part)
    if not 1 <= len(blocks) <= most:
        yield f"blocks: must be 1 to {most}"
        return
    ids = [block["block_id"] for block in blocks if "block_id" in block]
    if len(set(ids)) < len(ids) or any(not 1 <= len(one) <= 255 for one in ids):
        yield "blocks: block_id repeated or too long"
    for at, block in enumerate(blocks):
        check = _BLOCKS.get(block.get("type"))
        if check is None or (block["type"] == "input" and not inputs):
            yield f"blocks/{at}: unsupported block"
        else:
            yield from check(f"blocks/{at}", block)
    if len(str(blocks)) > 250_000 or (not inputs and _letters(blocks) > 13_200):
        yield "blocks: too long in all"


def _letters(part: Any) -> int:
    if isinstance(part, dict):
        return sum(map(_letters, _object(part).values()))
    if isinstance(part, list):
        return sum(map(_letters, _list(part)))
    return len(part) if isinstance(part, str) else 0


def _text(at: str, part: Any, most: int, *, plain: bool = False) -> Iterator[str]:
    text = _object(part)
    kind, said = text.get("type"), text.get("text")
    if not isinstance(said, str):
        yield f"{at}: must be a text object"
        return
    if kind not in (("plain_text",) if plain else ("plain_text", "mrkdwn")):
        yield f"{at}: wrong type of text"
    if not 1 <= len(said) <= most:
        yield f"{at}: must have 1 to {most} characters, has {len(said)}"
    allowed = {"plain_text": {"type", "text", "emoji"}, "mrkdwn": {"type", "text", "verbatim"}}
    if text.keys() - allowed.get(str(kind), set()):
        yield f"{at}: unknown properties"
    if kind == "plain_text" and ("<" in said or ">" in said):
        yield f"{at}: not escaped"
    if kind == "mrkdwn":
        yield from _markup(at, said)


def _markup(at: str, said: str) -> Iterator[str]:
    """Refuse links, and mentions but of one person: ours has dates, and whom it is for."""
    for number, part in enumerate(said.split("<")[1:]):
        one_person = number == 0 and said.startswith("<") and re.match(r"@[UW][A-Z0-9]+> ", part)
        if not part.startswith("!date^") and not one_person:
            yield f"{at}: a mention or a link"


def _section(at: str, block: Block) -> Iterator[str]:
    yield from _text(f"{at}/text", block.get("text"), 3_000)


def _header(at: str, block: Block) -> Iterator[str]:
    yield from _text(f"{at}/text", block.get("text"), 150, plain=True)


def _context(at: str, block: Block) -> Iterator[str]:
    elements = block.get("elements", [])
    if not 1 <= len(elements) <= 10:
        yield f"{at}: must have 1 to 10 elements"
    for element in elements:
        yield from _text(f"{at}/elements", element, 2_000)


def _actions(at: str, block: Block) -> Iterator[str]:
    elements = block.get("elements", [])
    if not 1 <= len(elements) <= 25:
        yield f"{at}: must have 1 to 25 elements"
    names = [element.get("action_id") for element in elements]
    if len(set(names)) < len(names):
        yield f"{at}: action_id repeated"
    for element in elements:
        yield from _button(f"{at}/elements", element)


def _button(at: str, element: Block) -> Iterator[str]:
    if element.get("type") != "button":
        yield f"{at}: must be a button"
    yield from _text(f"{at}/text", element.get("text"), 75, plain=True)
    if not 1 <= len(element.get("action_id", "")) <= 255:
        yield f"{at}: action_id"
    if not 1 <= len(element.get("value", "x")) <= 2_000:
        yield f"{at}: value"
    url = element.get("url", "https://x")
    if len(url) > 3_000 or not url.startswith(("http://", "https://")):
        yield f"{at}: url"
    if element.get("style", "primary") not in ("primary", "danger"):
        yield f"{at}: style"


def _input(at: str, block: Block) -> Iterator[str]:
    yield from _text(f"{at}/label", block.get("label"), 2_000, plain=True)
    if "hint" in block:
        yield from _text(f"{at}/hint", block["hint"], 2_000, plain=True)
    element = block.get("element", {})
    if element.get("type") not in _INPUTS or not element.get("action_id"):
        yield f"{at}: unsupported element"
    if not 0 <= len(element.get("initial_value", "")) <= 3_000:
        yield f"{at}: initial_value"
    most = _OPTION_LISTS.get(element.get("type"))
    if most is not None:
        yield from _options(at, element, most)


def _options(at: str, element: Block, most: int) -> Iterator[str]:
    options = element.get("options", [])
    if not 1 <= len(options) <= most:
        yield f"{at}: must have 1 to {most} options"
    for option in options:
        yield from _text(f"{at}/options", option.get("text"), 75, plain=True)
        if not 1 <= len(option.get("value", "")) <= 150:
            yield f"{at}/options: value"
    begun = [element["initial_option"]] if "initial_option" in element else []
    if any(one not in options for one in element.get("initial_options", begun)):
        yield f"{at}: what it begins with is none of the options"


def _nothing(_at: str, _block: Block) -> Iterator[str]:
    yield from ()


_BLOCKS: dict[Any, Callable[[str, Block], Iterator[str]]] = {
    "section": _section,
    "header": _header,
    "context": _context,
    "actions": _actions,
    "divider": _nothing,
    "input": _input,
}
