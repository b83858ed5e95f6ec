import ast
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, inspect

from awaithumans.server.store import migrate as module
from awaithumans.server.store.migrate import HEAD, DatabaseTooNew, current_revision, migrate
from awaithumans.server.store.sqlite import SqliteStore
from awaithumans.server.store.tables import metadata
from tests.store.kept import kept_in

MIGRATIONS = Path(module.__file__).parent / "migrations"


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = create_engine(f"sqlite:///{tmp_path / 'tasks.db'}")
    yield engine
    engine.dispose()


def schema(engine: Engine) -> dict[str, Any]:
    """Return everything that SQLite knows of the schema, by table."""
    look = inspect(engine)
    return {
        table: {
            "columns": {
                column["name"]: (str(column["type"]), column["nullable"], column.get("primary_key"))
                for column in look.get_columns(table)
            },
            "indexes": {
                index["name"]: (
                    index["column_names"],
                    index["unique"],
                    str(index.get("dialect_options", {}).get("sqlite_where")),
                )
                for index in look.get_indexes(table)
            },
            "unique": [each["column_names"] for each in look.get_unique_constraints(table)],
            "foreign": [
                (each["constrained_columns"], each["referred_table"], each.get("options"))
                for each in look.get_foreign_keys(table)
            ],
        }
        for table in look.get_table_names()
        if table != "alembic_version"
    }


def test_a_migrated_database_has_exactly_the_tables_that_the_queries_see(engine: Engine) -> None:
    migrate(engine)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={"compare_type": True, "compare_server_default": True},
        )
        assert compare_metadata(context, metadata) == []


def test_a_migrated_database_is_the_one_that_the_tables_would_make(
    engine: Engine, tmp_path: Path
) -> None:
    migrate(engine)
    other = create_engine(f"sqlite:///{tmp_path / 'other.db'}")
    metadata.create_all(other)
    assert schema(engine) == schema(other)
    other.dispose()


def test_the_newest_migration_is_the_one_that_this_version_needs() -> None:
    script = ScriptDirectory(str(MIGRATIONS))
    assert script.get_heads() == [HEAD]
    files = sorted((MIGRATIONS / "versions").glob("[0-9]*.py"))
    assert files[-1].name.startswith(f"{HEAD}_")
    revisions = [revision.revision for revision in script.walk_revisions()]
    assert sorted(revisions) == [file.name.split("_")[0] for file in files]


def test_no_migration_goes_back() -> None:
    for file in (MIGRATIONS / "versions").glob("*.py"):
        names = {n.name for n in ast.parse(file.read_text()).body if isinstance(n, ast.FunctionDef)}
        assert "upgrade" in names
        assert "downgrade" not in names


def test_migrating_again_changes_nothing(engine: Engine) -> None:
    assert current_revision(engine) == ""
    migrate(engine)
    before = schema(engine)
    migrate(engine)
    assert current_revision(engine) == HEAD
    assert schema(engine) == before


def test_a_database_that_is_up_to_date_is_opened_without_alembic(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrate(engine)
    monkeypatch.setattr("alembic.command.upgrade", lambda *_: pytest.fail("it was loaded"))  # pyright: ignore[reportUnknownArgumentType, reportUnknownLambdaType] -- takes anything
    migrate(engine)


@pytest.mark.parametrize("revision", ["9999", "feedface"])
async def test_a_database_of_a_newer_version_is_refused_and_left_alone(
    path: Path, revision: str
) -> None:
    async with kept_in(path) as kept:
        full = await kept.created()
    connection = sqlite3.connect(path)
    connection.execute("UPDATE alembic_version SET version_num = ?", (revision,))
    connection.commit()
    before = "\n".join(connection.iterdump())
    with pytest.raises(DatabaseTooNew):
        await SqliteStore(path).start()
    assert "\n".join(connection.iterdump()) == before
    connection.execute("UPDATE alembic_version SET version_num = ?", (HEAD,))
    connection.commit()
    connection.close()
    async with kept_in(path) as kept:
        assert await kept.tasks.get(full.task.id) == full


async def test_half_a_migration_is_never_kept(path: Path) -> None:
    path.parent.mkdir()
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE setup_tokens (mine TEXT)")
    with pytest.raises(Exception, match="setup_tokens already exists"):
        await SqliteStore(path).start()
    names = connection.execute("SELECT name FROM sqlite_master").fetchall()
    assert names == [("setup_tokens",)]
    connection.execute("DROP TABLE setup_tokens")
    connection.close()
    async with kept_in(path) as kept:
        assert await kept.store.revision() == HEAD
