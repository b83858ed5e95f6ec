"""How soon the server serves, and how long importing the package takes."""

import statistics
import subprocess
import sys
import tempfile
from time import perf_counter

from benchmarks.plan import Bench, Row

SERVING_SECONDS = 2
IMPORT_MS = 150
PACKAGE = "import awaithumans"
# What an agent does; most of it is what httpx and pydantic take by themselves, the floor.
FIRST_USE = "from awaithumans import await_human"
DEPENDENCIES = "import httpx, pydantic"


async def measure(bench: Bench) -> list[Row]:
    """Start the server several times, once before that to warm up."""
    seconds = [_start(bench) for _ in range(bench.plan.starts + 1)][1:]
    middle, worst = statistics.median(seconds), max(seconds)
    return [
        Row(
            "awaithumans dev, from the command to serving",
            f"median {middle:.2f} s, worst {worst:.2f} s (n={len(seconds)})",
            "none",
            f"<= {SERVING_SECONDS} s",
            worst / SERVING_SECONDS,
            data={"seconds": seconds},
        )
    ]


async def measure_imports(bench: Bench) -> list[Row]:
    """Start the interpreter several times, each way once before that to warm up."""
    return _import_rows(bench.plan.imports)


def _start(bench: Bench) -> float:
    with bench.server() as server, server.running("dev") as target:
        return target.start_seconds


def _import_rows(count: int) -> list[Row]:
    times: dict[str, list[float]] = {
        code: [] for code in ("pass", PACKAGE, FIRST_USE, DEPENDENCIES)
    }
    with tempfile.TemporaryDirectory() as directory:
        for _ in range(count + 1):
            for code, found in times.items():
                found.append(_run(code, directory))
    bare = statistics.median(times["pass"][1:]) * 1000
    took = {code: statistics.median(found[1:]) * 1000 - bare for code, found in times.items()}
    how = f"(medians of {count}, less bare Python)"
    return [
        Row(
            PACKAGE,
            f"{took[PACKAGE]:.0f} ms {how}",
            f"bare Python {bare:.0f} ms",
            f"<= {IMPORT_MS} ms",
            took[PACKAGE] / IMPORT_MS,
            data={"ms": took[PACKAGE], "bare_ms": bare},
        ),
        Row(
            FIRST_USE,
            f"{took[FIRST_USE]:.0f} ms {how}",
            f"{DEPENDENCIES}: {took[DEPENDENCIES]:.0f} ms",
            "shown",
            data={"ms": took[FIRST_USE], "floor_ms": took[DEPENDENCIES]},
        ),
    ]


def _run(code: str, directory: str) -> float:
    began = perf_counter()
    subprocess.run([sys.executable, "-c", code], cwd=directory, check=True)
    return perf_counter() - began
