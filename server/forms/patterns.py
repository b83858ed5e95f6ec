"""Patterns: which engine runs one, what it costs, and what is too large to be run at all."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import jsonschema_rs

from .problems import Loc, Problem, SchemaError

# How often the backtracking engine may turn round in one match. Look-arounds written by hand need
# a few dozen; what needs thousands grows without end on the next longer text.
MOST_BACKTRACKS = 1_000
MOST_PATTERNS = 200

_LINEAR_SIZES = tuple(1 << power for power in range(9, 24, 2))
_BACKTRACKING_SIZES = (1 << 12, 1 << 16)
_MOST_TOGETHER = 16 << 20
_CACHE = 1 << 18
# The linear engine was seen to take up to 0.07 ns for each byte of the compiled pattern and each
# byte of text, when its cache is of no use.
_NS_PER_BYTE = 0.1

_NOT_A_PATTERN = "must be a regular expression that this server can run: valid, and not too large"
_TOO_MANY = f"is one pattern too many: {MOST_PATTERNS} different ones are allowed"
_TOO_LARGE = "is one pattern too many: together they are too large to be run"

# pydantic writes decimals with a look-ahead ("not only signs and points"), and with one of two
# tails. The same without look-around is two patterns that must both match; where the tail offers
# `\d{0,n}` with no end behind it, that always matches, so only the look-ahead says anything.
_DECIMAL_START = "^(?!^[-+.]*$)"
_NOT_ONLY_SIGNS = "[^-+.]"
_DECIMAL_TAIL = re.compile(r"\[\+-\]\?0\*\\d\*\\\.\?\\d(\*|\{0,\d+\}0\*)\$")
_OPEN_TAIL = re.compile(r"\[\+-\]\?0\*\(\?:\\d\{0,\d+\}\|\(\?=.*\)")


@dataclass(frozen=True)
class Patterns:
    """How the patterns of one schema are run.

    Attributes:
        options: What the validator is told about them.
        ns_per_byte: What each costs at worst for a byte of text.
        backtracking: Those that the linear engine cannot run.
    """

    options: jsonschema_rs.RegexOptions | jsonschema_rs.FancyRegexOptions
    ns_per_byte: dict[str, float]
    backtracking: frozenset[str]


def taken_apart(pattern: str) -> list[str]:
    """Write pydantic's patterns for decimals as patterns that the linear engine can run.

    Returns:
        Patterns that must all match; any other pattern alone.
    """
    tail = pattern.removeprefix(_DECIMAL_START)
    if tail != pattern and _DECIMAL_TAIL.fullmatch(tail):
        return ["^" + tail, _NOT_ONLY_SIGNS]
    if tail != pattern and _OPEN_TAIL.match(tail):
        return [_NOT_ONLY_SIGNS]
    return [pattern]


def is_decimal(pattern: str) -> bool:
    """Whether `pattern` is pydantic's for a decimal, or one that `taken_apart` made of it."""
    return (
        pattern.startswith(_DECIMAL_START)
        or pattern == _NOT_ONLY_SIGNS
        or _DECIMAL_TAIL.fullmatch(pattern[1:]) is not None
    )


def examine(patterns: Iterable[tuple[str, Loc]]) -> Patterns:
    """Decide how to run `patterns`, each given with where it stands.

    Raises:
        SchemaError: When one is invalid or too large, or there are too many.
    """
    costs: dict[str, float] = {}
    backtracking: set[str] = set()
    together = 0
    for pattern, loc in patterns:
        if pattern in costs:
            continue
        if len(costs) == MOST_PATTERNS:
            raise SchemaError([Problem(loc, _TOO_MANY)])
        size, linear = _size(pattern, loc)
        together += size
        if together > _MOST_TOGETHER:
            raise SchemaError([Problem(loc, _TOO_LARGE)])
        costs[pattern] = size * _NS_PER_BYTE * (1 if linear else MOST_BACKTRACKS)
        if not linear:
            backtracking.add(pattern)
    return Patterns(_options(bool(backtracking)), costs, frozenset(backtracking))


def _options(backtracking: bool) -> jsonschema_rs.RegexOptions | jsonschema_rs.FancyRegexOptions:
    if backtracking:
        return jsonschema_rs.FancyRegexOptions(MOST_BACKTRACKS, _LINEAR_SIZES[-1], _CACHE)
    return jsonschema_rs.RegexOptions(_LINEAR_SIZES[-1], _CACHE)


def _size(pattern: str, loc: Loc) -> tuple[int, bool]:
    """Find the size that `pattern` compiles to, and whether the linear engine runs it."""
    for size in _LINEAR_SIZES:
        if _compiles(pattern, jsonschema_rs.RegexOptions(size, _CACHE)):
            return size, True
    for size in _BACKTRACKING_SIZES:
        options = jsonschema_rs.FancyRegexOptions(MOST_BACKTRACKS, size, _CACHE)
        if _compiles(pattern, options):
            return size, False
    raise SchemaError([Problem(loc, _NOT_A_PATTERN)])


def _compiles(
    pattern: str, options: jsonschema_rs.RegexOptions | jsonschema_rs.FancyRegexOptions
) -> bool:
    try:
        jsonschema_rs.Draft202012Validator(
            {"pattern": pattern}, pattern_options=options, offline=True
        )
    except ValueError:
        return False
    return True
