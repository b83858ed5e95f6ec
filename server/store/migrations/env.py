"""What Alembic runs: every missing step in one transaction, so that half a step is never kept."""

from alembic import context

from awaithumans.server.store.tables import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection, target_metadata=metadata, render_as_batch=True, transactional_ddl=True
)
with context.begin_transaction():
    context.run_migrations()
