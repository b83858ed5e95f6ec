"""SQLite files for the tests, with the schema: it is made once, and copied."""

import tempfile
from functools import cache
from pathlib import Path

from sqlalchemy import URL, create_engine

from awaithumans.server.store.migrate import migrate


def migrated(path: Path) -> Path:
    """Make a file with the schema and without rows, as a server does, if there is none."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)
        path.write_bytes(_template())
    return path


@cache
def _template() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "template.db"
        engine = create_engine(URL.create("sqlite", database=str(path)))
        migrate(engine)
        engine.dispose()
        return path.read_bytes()
