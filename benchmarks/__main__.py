"""The command: `python -m benchmarks`."""

import argparse
import dataclasses
import gc
import resource
import sys
import time
from collections.abc import Callable, Coroutine
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvloop

from benchmarks import (
    deadlines,
    growth,
    machine,
    report,
    signing_in,
    startup,
    throughput,
    waiting,
)
from benchmarks.client import RequestFailedError
from benchmarks.databases import POSTGRESQL, SQLITE, Cluster, cluster
from benchmarks.plan import QUICK, Bench, Plan, Row
from benchmarks.results import Results, show

DATABASES = {"sqlite": SQLITE, "postgresql": POSTGRESQL}
BOTH = (SQLITE, POSTGRESQL)
# A part that did not come to its end has missed what it would have been held to.
FAILED = 10.0


@dataclass(frozen=True)
class Part:
    """Something that can be measured by itself, and on which databases that says something."""

    measure: Callable[[Bench], Coroutine[Any, Any, list[Row]]]
    databases: tuple[str, ...] = BOTH
    told: str | None = None
    """What its rows say they were measured on; by default the database."""


PARTS = {
    "throughput": Part(throughput.measure),
    "waiting": Part(waiting.measure),
    "two_processes": Part(waiting.measure_two, (POSTGRESQL,), waiting.TWO),
    "growth": Part(growth.measure),
    "deadlines": Part(deadlines.measure),
    "signing_in": Part(signing_in.measure, (SQLITE,)),
    "startup": Part(startup.measure),
    "imports": Part(startup.measure_imports, (SQLITE,), ""),
}


def main() -> int:
    """Measure, print, and record if asked; return the exit code."""
    options = parse()
    sizes = plan(options)
    allow_many_connections(sizes)
    with ExitStack() as stack:
        postgres = None
        if any(POSTGRESQL in on for _, on in chosen(options)):
            postgres = stack.enter_context(cluster())
        facts = machine.describe(postgres)
        print(report.facts(facts), flush=True)
        rows = measure(options, sizes, postgres)
    print(f"\n{report.table(rows)}\n\n{report.verdict(rows)}")
    results = Results.of(facts, sizes, rows)
    if options.output:
        results.write(options.output)
    if options.record:
        results.write()
        show(results)
    return int(options.strict and any(row.holds is False for row in rows))


def measure(options: argparse.Namespace, sizes: Plan, postgres: Cluster | None) -> list[Row]:
    """Measure what was chosen, one part after another."""
    rows: list[Row] = []
    beside: dict[str, Any] = {}
    gc.disable()  # Its pauses would be told as the server's.
    for name, databases in chosen(options):
        part = PARTS[name]
        for database in databases:
            gc.collect()
            began = time.monotonic()
            bench = Bench(sizes, options.command, database, postgres, beside)
            told = database if part.told is None else part.told
            rows += [
                dataclasses.replace(row, part=name, database=told) for row in attempt(part, bench)
            ]
            took = f"{time.monotonic() - began:.0f} s"
            print(f"- measured {name} on {told or 'none'} in {took}", file=sys.stderr, flush=True)
    return rows


def attempt(part: Part, bench: Bench) -> list[Row]:
    """Measure a part; a request that fails ends the part, not the run."""
    try:
        return uvloop.run(part.measure(bench))
    except RequestFailedError as error:
        return [
            Row(
                f"{part.measure.__module__}: ended",
                str(error)[:200],
                target="comes to its end",
                used=FAILED,
            )
        ]


def chosen(options: argparse.Namespace) -> list[tuple[str, list[str]]]:
    """Return the parts that were asked for, each with the databases to measure it on."""
    wanted = [DATABASES[name] for name in options.database or DATABASES]
    return [
        (name, on)
        for name, part in PARTS.items()
        if name in (options.parts or PARTS)
        and (on := [database for database in part.databases if database in wanted])
    ]


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "parts", nargs="*", metavar="part", help=f"measure only these: {', '.join(PARTS)}"
    )
    parser.add_argument(
        "--database", nargs="+", choices=DATABASES, help="measure only on these; by default on both"
    )
    parser.add_argument("--quick", action="store_true", help="a short form, with smaller numbers")
    parser.add_argument("--stored", type=int, help="how many tasks a full database stores")
    parser.add_argument("--strict", action="store_true", help="exit with 1 if a target is missed")
    parser.add_argument(
        "--record", action="store_true", help="write benchmarks/results/ and the README's table"
    )
    parser.add_argument("--output", type=Path, help="write the same files to this folder")
    parser.add_argument(
        "--command",
        type=Path,
        default=Path(sys.executable).parent / "awaithumans",
        help="the awaithumans command to measure; by default the one beside this Python",
    )
    options = parser.parse_args()
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"there is no part {', '.join(unknown)}; there are {', '.join(PARTS)}")
    if options.record and (options.quick or options.parts or options.database):
        parser.error("--record takes a whole run: leave out --quick, --database and the parts")
    return options


def plan(options: argparse.Namespace) -> Plan:
    """Return the sizes that were asked for."""
    sizes = QUICK if options.quick else Plan()
    return dataclasses.replace(sizes, stored=options.stored) if options.stored else sizes


def allow_many_connections(sizes: Plan) -> None:
    """Raise the limit of open files, here and in the processes started from here."""
    needed = sizes.parked_large + sizes.parked_large // 5
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < needed:
        sys.exit(f"{needed} open files are needed, and the hard limit (ulimit -Hn) is {hard}.")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, needed), hard))


if __name__ == "__main__":
    sys.exit(main())
