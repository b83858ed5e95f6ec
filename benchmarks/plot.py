"""Draws what was measured as one SVG: of every promise, how much was used."""

from html import escape
from itertools import groupby

from benchmarks.databases import POSTGRESQL, SQLITE
from benchmarks.plan import Row
from benchmarks.waiting import TWO

WIDTH = 980
LEFT = 385  # Where the bars begin, and what is left of them is for labels.
FULL = 350  # The length of a bar that uses all that is promised.
MOST = 1.15  # Longer ones are cut off there.
TOP = 92
BAR, GAP, ROW_GAP = 10, 2, 9
CLASSES = {SQLITE: "a", POSTGRESQL: "b", TWO: "c", "": "d"}
NAMES = {"": "no database"}
STYLE = """
  text { font: 12px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; fill: #1f2328 }
  .title { font-size: 16px; font-weight: 600 }
  .small { font-size: 10.5px; fill: #59636e; paint-order: stroke; stroke: #ffffff; stroke-width: 3 }
  .back { fill: #ffffff } .grid { stroke: #d1d9e0 } .limit { stroke: #cf222e }
  .told { fill: #cf222e } .floor { stroke: #1f2328; stroke-width: 2 }
  .a { fill: #2f6fdb } .b { fill: #c2620a } .c { fill: #1a7f4b } .d { fill: #7a828c }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } .small { fill: #9aa4af; stroke: #0d1117 } .back { fill: #0d1117 }
    .grid { stroke: #30363d } .limit { stroke: #ff7b72 } .told { fill: #ff7b72 }
    .floor { stroke: #e6edf3 }
    .a { fill: #6ea8ff } .b { fill: #f0a04b } .c { fill: #56d18f } .d { fill: #8b949e }
  }
"""


def svg(rows: list[Row], caption: str) -> str:
    """Return the picture: a group of bars for each promise, one bar for each database."""
    promised = [row for row in rows if row.used is not None]
    order = list(dict.fromkeys(row.what for row in promised))
    promised.sort(key=lambda row: order.index(row.what))
    y = TOP
    bars: list[str] = []
    for what, group in groupby(promised, key=lambda row: row.what):
        drawn, y = _group(what, list(group), y)
        bars += drawn
    databases = [name for name in CLASSES if any(row.database == name for row in promised)]
    with_floor = any(row.floor_used is not None for row in promised)
    size = f'width="{WIDTH}" height="{y + 24}" viewBox="0 0 {WIDTH} {y + 24}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-labelledby="what">',
        '<title id="what">How much of each promise is used, by database</title>',
        f"<style>{STYLE}</style>",
        f'<rect class="back" width="{WIDTH}" height="{y + 24}"/>',
        _text(16, 26, "How much of each promise is used: shorter is better", "title"),
        _text(16, 44, caption, "small"),
        *_legend(databases, with_floor),
        *_grid(y),
        *bars,
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _group(what: str, rows: list[Row], y: int) -> tuple[list[str], int]:
    """Draw one promise; return it and where the next begins."""
    height = len(rows) * (BAR + GAP) - GAP
    parts = [_text(LEFT - 10, y + height // 2 + 4, what, anchor="end")]
    for number, row in enumerate(rows):
        parts += _bar(row, y + number * (BAR + GAP))
    floors = [row.floor_used for row in rows if row.floor_used is not None]
    if floors and floors[0] <= MOST:
        x = _x(floors[0])
        parts.append(f'<path class="floor" d="M{x} {y - 2}v{height + 4}"/>')
    return parts, y + height + ROW_GAP


def _bar(row: Row, y: int) -> list[str]:
    used = row.used or 0
    length = max(1.0, min(used, MOST) * FULL)
    told = f"{row.what}, {row.database or 'no database'}: {row.measured}, promised {row.target}"
    size = f'x="{LEFT}" y="{y}" width="{length:.1f}" height="{BAR}" rx="2"'
    title = f"<title>{escape(told)}</title>"
    return [
        f'<rect class="{CLASSES[row.database]}" {size}>{title}</rect>',
        _text(LEFT + length + 6, y + BAR - 1, short(row.measured), "small"),
    ]


def short(measured: str) -> str:
    """Return the figure that is judged, of all that a row tells."""
    figure = measured.split(";")[0].rpartition(" = ")[2]
    return figure.split(" (")[0]


def _legend(databases: list[str], with_floor: bool) -> list[str]:
    parts: list[str] = []
    x = 16
    for name in databases:
        label = NAMES.get(name, name)
        parts.append(
            f'<rect class="{CLASSES[name]}" x="{x}" y="56" width="12" height="12" rx="2"/>'
        )
        parts.append(_text(x + 18, 66, label))
        x += 40 + 7 * len(label)
    if with_floor:
        parts.append(f'<path class="floor" d="M{x + 6} 55v14"/>')
        parts.append(_text(x + 16, 66, "the same in memory"))
    return parts


def _grid(bottom: int) -> list[str]:
    parts: list[str] = []
    for percent in (0, 25, 50, 75, 100):
        x, kind = _x(percent / 100), "limit" if percent == 100 else "grid"
        parts.append(f'<path class="{kind}" d="M{x} {TOP - 8}V{bottom}"/>')
        label = "100 %: what is promised" if percent == 100 else f"{percent} %"
        told = "small told" if percent == 100 else "small"
        parts.append(_text(x, bottom + 14, label, told, "start" if percent == 100 else "middle"))
    return parts


def _x(used: float) -> str:
    return f"{LEFT + used * FULL:.1f}"


def _text(x: float | str, y: float, text: str, kind: str = "", anchor: str = "start") -> str:
    named = f' class="{kind}"' if kind else ""
    at = f'x="{x}"' if isinstance(x, str) else f'x="{x:.1f}"'
    return f'<text{named} {at} y="{y}" text-anchor="{anchor}">{escape(text)}</text>'
