"""A payload or an answer as blocks: its lines, as many as a message has room for."""

from __future__ import annotations

from ...tasks.model import Json
from ..showing import Line, lines
from .texts import MOST_OF_SECTION, Block, escaped, section

_LONGEST_LINE = 700
# What HTML does not fold together.
_INDENT = "\N{NO-BREAK SPACE}" * 4


def payload_blocks(value: Json, schema: Json, most: int = 2) -> list[Block]:
    """Show a JSON object under its schema's titles.

    Args:
        value: The object.
        schema: The JSON Schema it satisfies.
        most: How many sections to fill at most.

    Returns:
        The sections, and a line that says how much is not in them.
    """
    shown = lines(value, schema)
    texts, kept = [""], 0
    for line in shown.lines:
        text = _line(line)
        whole = f"{texts[-1]}\n{text}" if texts[-1] else text
        if len(escaped(whole, len(whole) * 6)) <= MOST_OF_SECTION:
            texts[-1] = whole
        elif len(texts) < most:
            texts.append(text)
        else:
            break
        kept += 1
    left_out = shown.left_out + len(shown.lines) - kept
    if left_out:
        texts.append(f"… and {left_out} more line{'' if left_out == 1 else 's'} in the dashboard.")
    return [section(text) for text in texts if text]


def _line(line: Line) -> str:
    text = line.text if len(line.text) <= _LONGEST_LINE else line.text[:_LONGEST_LINE] + "…"
    told = ": ".join(filter(None, (line.label, text))) if text else f"{line.label}:"
    return "\n".join(_INDENT * line.depth + part for part in told.split("\n"))
