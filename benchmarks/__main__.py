"""The command: `python -m benchmarks`."""

import argparse
import dataclasses
import gc
import resource
import sys
import time
from collections.abc import Callable, Coroutine
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
from benchmarks.plan import QUICK, Bench, Plan, Row

MEASUREMENTS: dict[str, Callable[[Bench], Coroutine[Any, Any, list[Row]]]] = {
    "throughput": throughput.measure,
    "waiting": waiting.measure,
    "growth": growth.measure,
    "deadlines": deadlines.measure,
    "signing_in": signing_in.measure,
    "startup": startup.measure,
}


def main() -> int:
    """Measure, print, and record if asked; return the exit code."""
    options = parse()
    bench = Bench(plan(options), options.command)
    allow_many_connections(bench.plan)
    facts = machine.describe()
    print(report.facts(facts), flush=True)
    rows: list[Row] = []
    gc.disable()  # Its pauses would be told as the server's.
    for name in options.only or MEASUREMENTS:
        gc.collect()
        began = time.monotonic()
        rows += uvloop.run(MEASUREMENTS[name](bench))
        print(f"- measured {name} in {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    print(f"\n{report.table(rows)}\n\n{report.verdict(rows)}")
    if options.record:
        report.record(facts, bench.plan, rows)
    return int(options.strict and any(row.holds is False for row in rows))


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a short form, with smaller numbers")
    parser.add_argument("--stored", type=int, help="how many tasks a full database stores")
    parser.add_argument("--only", nargs="+", choices=MEASUREMENTS, help="measure only these")
    parser.add_argument("--strict", action="store_true", help="exit with 1 if a target is missed")
    parser.add_argument("--record", action="store_true", help="write benchmarks/results/")
    parser.add_argument(
        "--command",
        type=Path,
        default=Path(sys.executable).parent / "awaithumans",
        help="the awaithumans command to measure; by default the one beside this Python",
    )
    options = parser.parse_args()
    if options.record and (options.quick or options.only):
        parser.error("--record takes a whole run: leave out --quick and --only")
    return options


def plan(options: argparse.Namespace) -> Plan:
    """Return the sizes that were asked for."""
    chosen = QUICK if options.quick else Plan()
    return dataclasses.replace(chosen, stored=options.stored) if options.stored else chosen


def allow_many_connections(plan: Plan) -> None:
    """Raise the limit of open files, here and in the processes started from here."""
    needed = plan.parked_large + plan.parked_large // 5
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < needed:
        sys.exit(f"{needed} open files are needed, and the hard limit (ulimit -Hn) is {hard}.")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, needed), hard))


if __name__ == "__main__":
    sys.exit(main())
