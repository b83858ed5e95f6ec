import os
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy.exc import DatabaseError

from awaithumans.server.store.sqlite import DatabaseInUse, SqliteStore
from tests.store.kept import kept_in

HOLDER = """
import asyncio, sys
from pathlib import Path
from awaithumans.server.store.sqlite import SqliteStore

async def main():
    store = SqliteStore(Path(sys.argv[1]))
    await store.start()
    print("holding", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await store.stop()

asyncio.run(main())
"""


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


async def test_only_its_owner_reads_the_file_and_its_folder(path: Path) -> None:
    before = os.umask(0)
    try:
        async with kept_in(path) as kept:
            await kept.created()
            for name in ("tasks.db", "tasks.db-wal", "tasks.db-shm"):
                assert mode(path.with_name(name)) == 0o600, name
    finally:
        os.umask(before)
    assert mode(path.parent) == 0o700
    assert mode(path) == 0o600


async def test_what_was_kept_is_there_after_a_restart(path: Path) -> None:
    async with kept_in(path) as kept:
        full = await kept.created()
    assert not path.with_name("tasks.db-wal").exists()
    async with kept_in(path) as kept:
        assert await kept.tasks.get(full.task.id) == full


async def test_a_file_that_is_in_use_is_refused_within_one_process(path: Path) -> None:
    async with kept_in(path):
        with pytest.raises(DatabaseInUse, match=str(path)):
            await SqliteStore(path).start()
    async with kept_in(path) as kept:
        await kept.created()


async def test_a_file_that_another_process_uses_is_refused_until_it_ends(path: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"holding\n"
    try:
        with pytest.raises(DatabaseInUse):
            await SqliteStore(path).start()
    finally:
        holder.kill()
        holder.communicate()
    async with kept_in(path) as kept:
        await kept.created()


@pytest.mark.parametrize("content", [b"This is not a database.\n" * 100, os.urandom(8192)])
async def test_what_is_not_a_database_is_refused_and_left_alone(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(DatabaseError, match="not a database"):
        await SqliteStore(path).start()
    assert path.read_bytes() == content


async def test_somebody_elses_database_is_refused_and_left_alone(path: Path) -> None:
    path.parent.mkdir()
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE tasks (mine TEXT)")
    connection.close()
    with pytest.raises(DatabaseError, match="tasks already exists"):
        await SqliteStore(path).start()
    connection = sqlite3.connect(path)
    assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("tasks",)]
    connection.close()


@pytest.mark.parametrize("folder", ["/proc/nope", "/dev/null/nope", "/sys/nope"])
async def test_a_folder_that_cannot_be_made_is_an_error_of_the_system(folder: str) -> None:
    with pytest.raises(OSError, match=r"nope|null"):
        await SqliteStore(Path(folder) / "tasks.db").start()


@pytest.mark.parametrize(
    "name", ["a?b.db", "a#b.db", "a%20b.db", "a b.db", "日本.db", "a;b&c=d.db"]
)
async def test_a_file_may_have_any_name(tmp_path: Path, name: str) -> None:
    async with kept_in(tmp_path / name) as kept:
        await kept.created()
    connection = sqlite3.connect(tmp_path / name)
    assert connection.execute("SELECT count(*) FROM tasks").fetchall() == [(1,)]
    connection.close()


async def test_a_folder_that_is_there_keeps_its_rights(tmp_path: Path) -> None:
    folder = tmp_path / "shared"
    folder.mkdir(mode=0o755)
    async with kept_in(folder / "tasks.db"):
        assert mode(folder) == 0o755
