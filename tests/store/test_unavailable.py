"""A database that is locked, full or gone: refusals while it lasts, and no restart afterwards."""

import asyncio
import sqlite3
import subprocess
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from awaithumans.server.errors import StorageUnavailable
from awaithumans.server.store import sqlite as module
from awaithumans.server.store.queries import Writer
from tests.store.kept import Kept, kept_in
from tests.support.made import APPROVED, SUE
from tests.support.timing import at_most

DATABASES = ["sqlite"]


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for a lock for 0.1 s instead of 5."""
    pragmas = tuple(
        "PRAGMA busy_timeout = 100" if "busy_timeout" in pragma else pragma
        for pragma in module._PRAGMAS  # pyright: ignore[reportPrivateUsage] -- to shorten one
    )
    monkeypatch.setattr(module, "_PRAGMAS", pragmas)


@contextmanager
def locked(path: Path) -> Generator[None]:
    """Hold the database's write lock, as a backup or a curious person would."""
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


async def still_serves(kept: Kept) -> None:
    full = await kept.created()
    done = await kept.tasks.complete(full.task.id, APPROVED, SUE)
    assert done.task.status == "completed"
    assert [e.action for e in await kept.tasks.audit(full.task.id)] == ["created", "completed"]


async def until_refused(kept: Kept, size: int) -> None:
    """Store tasks of this size until the database takes no more."""
    outcomes = await asyncio.gather(
        *(kept.created(payload={"amount": 1, "customer": "c" * size}) for _ in range(200)),
        return_exceptions=True,
    )
    assert StorageUnavailable in {type(outcome) for outcome in outcomes}


def growing_to(pages: int) -> Callable[[Writer], None]:
    """Return a unit of work that lets the file grow no further; 2**31 - 2 is SQLite's own limit."""

    def work(tx: Writer) -> None:
        vars(tx)["_connection"].exec_driver_sql(f"PRAGMA max_page_count = {pages}")

    return work


async def test_a_locked_database_refuses_writes_goes_on_reading_and_recovers(
    impatient: None, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with kept_in(path) as kept:
        full = await kept.created()
        with locked(path):
            for _ in range(3):
                with pytest.raises(StorageUnavailable):
                    await kept.tasks.cancel(full.task.id, "a secret reason", SUE)
                assert (await kept.tasks.get(full.task.id)).task == full.task
            assert await kept.store.revision()
        await still_serves(kept)
        assert (await kept.tasks.get(full.task.id)).task == full.task
        assert "database is locked" in caplog.text
        assert "secret" not in caplog.text


@pytest.mark.parametrize("command", ["create", "complete"])
async def test_a_short_lock_is_waited_out(kept: Kept, command: str) -> None:
    full = await kept.created()
    act = (
        kept.created() if command == "create" else kept.tasks.complete(full.task.id, APPROVED, SUE)
    )
    with locked(kept.path):
        write = asyncio.create_task(act)
        await asyncio.sleep(0.1)
        assert not write.done()
    await write


async def test_many_writes_to_a_locked_database_are_refused_together(
    impatient: None, path: Path
) -> None:
    async with kept_in(path) as kept:
        with locked(path), at_most(3):
            outcomes = await asyncio.gather(
                *(kept.created() for _ in range(200)), return_exceptions=True
            )
        assert {type(outcome) for outcome in outcomes} == {StorageUnavailable}
        assert await kept.ids() == []
        await still_serves(kept)


async def test_a_refused_write_wakes_nobody(impatient: None, path: Path) -> None:
    async with kept_in(path) as kept:
        full = await kept.created()
        poll = asyncio.create_task(kept.tasks.poll(full.task.id, 30))
        await asyncio.sleep(0.05)
        with locked(path), pytest.raises(StorageUnavailable):
            await kept.tasks.complete(full.task.id, APPROVED, SUE)
        assert not poll.done()
        await kept.tasks.complete(full.task.id, APPROVED, SUE)
        assert (await asyncio.wait_for(poll, 1)).status == "completed"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 2 MiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)]
    try:
        subprocess.run(mount, check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"a file system can't be mounted here: {getattr(error, 'stderr', error)}")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


async def test_a_full_disk_refuses_writes_goes_on_reading_and_recovers(small_disk: Path) -> None:
    async with kept_in(small_disk / "tasks.db") as kept:
        full = await kept.created()
        ballast = small_disk / "ballast"
        with ballast.open("wb", buffering=0) as file, suppress(OSError):
            for _ in range(10_000):
                file.write(bytes(4096))
        await until_refused(kept, 10_000)
        there = await kept.ids(limit=200)
        assert full.task.id in there
        for _ in range(3):
            with pytest.raises(StorageUnavailable):
                await kept.created(payload={"amount": 1, "customer": "c" * 100_000})
        assert await kept.ids(limit=200) == there
        ballast.unlink()
        await still_serves(kept)
    async with kept_in(small_disk / "tasks.db") as kept:
        assert set(await kept.ids(limit=200)) >= set(there)


async def test_a_database_that_may_not_grow_refuses_writes_and_recovers(kept: Kept) -> None:
    full = await kept.created()
    await kept.store.write(growing_to(1))
    for _ in range(3):
        await until_refused(kept, 100_000)
        assert (await kept.tasks.get(full.task.id)).task == full.task
    await kept.store.write(growing_to(2**31 - 2))
    await still_serves(kept)


async def test_of_writes_that_wait_together_those_that_fit_or_none_are_stored(kept: Kept) -> None:
    await kept.store.write(growing_to(60))
    outcomes = await asyncio.gather(
        *(kept.created(payload={"amount": 1, "customer": "c" * 20_000}) for _ in range(60)),
        return_exceptions=True,
    )
    acknowledged = {full.task.id for full in outcomes if not isinstance(full, BaseException)}
    refused = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
    assert refused
    assert all(isinstance(outcome, StorageUnavailable) for outcome in refused)
    assert set(await kept.ids(limit=200)) == acknowledged


async def test_a_database_that_was_deleted_refuses_writes(kept: Kept) -> None:
    await kept.created()
    for file in kept.path.parent.glob("tasks.db*"):
        file.unlink()
    with pytest.raises(StorageUnavailable):
        await kept.created()


async def test_a_damaged_table_is_an_unavailable_database_not_a_crash(
    kept: Kept, caplog: pytest.LogCaptureFixture
) -> None:
    await kept.created()
    connection = sqlite3.connect(kept.path)
    connection.execute("ALTER TABLE audit_entries RENAME TO elsewhere")
    connection.close()
    with pytest.raises(StorageUnavailable):
        await kept.created()
    with pytest.raises(StorageUnavailable):
        await kept.store.read(lambda tx: tx.audit("tsk_1"))
    assert "no such table" in caplog.text
    connection = sqlite3.connect(kept.path)
    connection.execute("ALTER TABLE elsewhere RENAME TO audit_entries")
    connection.close()
    await still_serves(kept)
