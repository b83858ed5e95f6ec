"""What the numbers were measured on."""

import os
import platform
import sqlite3
import tempfile
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path
from time import perf_counter_ns

import psutil

from benchmarks.databases import Cluster
from benchmarks.samples import Summary, summarize

PROBES = 300
PAGE = b"\0" * 4096


def describe(postgres: Cluster | None) -> dict[str, str]:
    """Return the facts that decide how fast anything here can be, the cost of fsync measured."""
    directory = Path(tempfile.gettempdir())
    found = {
        "date": datetime.now(timezone.utc).isoformat(timespec="minutes"),
        "awaithumans": version("awaithumans"),
        "cores": str(os.cpu_count()),
        "processor": _processor(),
        "memory": f"{psutil.virtual_memory().total / 2**30:.0f} GiB",
        "system": f"{platform.system()} {platform.release()}",
        "Python": platform.python_version(),
        "SQLite": sqlite3.sqlite_version,
        "file system": _file_system(directory),
        "fdatasync after 4 KiB": str(_sync_cost(directory)),
        "load before": f"{os.getloadavg()[0]:.2f}",
    }
    return found | ({} if postgres is None else {"PostgreSQL": postgres.version})


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def _file_system(directory: Path) -> str:
    """Return the type of the file system that temporary directories lie on."""
    holding = [
        partition
        for partition in psutil.disk_partitions(all=True)
        if directory.resolve().is_relative_to(partition.mountpoint)
    ]
    return max(holding, key=lambda partition: len(partition.mountpoint)).fstype


def _sync_cost(directory: Path) -> Summary:
    elapsed_ns: list[int] = []
    with tempfile.TemporaryFile(dir=directory, buffering=0) as file:
        for _ in range(PROBES):
            began_ns = perf_counter_ns()
            file.write(PAGE)
            os.fdatasync(file.fileno())
            elapsed_ns.append(perf_counter_ns() - began_ns)
    return summarize(elapsed_ns)
