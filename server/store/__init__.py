"""Where everything is kept: tables, queries, migrations, and one writer for SQLite."""
