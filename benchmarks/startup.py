"""How soon the server serves, and how long importing the package takes."""

import statistics
import subprocess
import sys
import tempfile
from time import perf_counter

from benchmarks.plan import Bench, Row

SERVING_SECONDS = 2
IMPORT_MS = 150
IMPORTS = {
    "import awaithumans": "import awaithumans",
    "from awaithumans import await_human": "from awaithumans import await_human",
}


async def measure(bench: Bench) -> list[Row]:
    """Start the server and the interpreter several times, each once before that to warm up."""
    seconds = [_start(bench) for _ in range(bench.plan.starts + 1)][1:]
    middle, worst = statistics.median(seconds), max(seconds)
    serving = Row(
        "awaithumans dev, from the command to serving",
        f"median {middle:.2f} s, worst {worst:.2f} s (n={len(seconds)})",
        "none",
        f"<= {SERVING_SECONDS} s",
        worst <= SERVING_SECONDS,
        {"seconds": seconds},
    )
    return [serving, *_import_rows(bench.plan.imports)]


def _start(bench: Bench) -> float:
    with bench.server() as server, server.running("dev") as target:
        return target.start_seconds


def _import_rows(count: int) -> list[Row]:
    times: dict[str, list[float]] = {name: [] for name in ["bare", *IMPORTS]}
    with tempfile.TemporaryDirectory() as directory:
        for _ in range(count + 1):
            for name, code in ({"bare": "pass"} | IMPORTS).items():
                times[name].append(_run(code, directory))
    middle = {name: statistics.median(values[1:]) * 1000 for name, values in times.items()}
    return [
        Row(
            name,
            f"{middle[name] - middle['bare']:.0f} ms (medians of {count}, less bare Python)",
            f"bare Python {middle['bare']:.0f} ms",
            f"<= {IMPORT_MS} ms",
            middle[name] - middle["bare"] <= IMPORT_MS,
            {"ms": middle[name] - middle["bare"], "bare_ms": middle["bare"]},
        )
        for name in IMPORTS
    ]


def _run(code: str, directory: str) -> float:
    began = perf_counter()
    subprocess.run([sys.executable, "-c", code], cwd=directory, check=True)
    return perf_counter() - began
