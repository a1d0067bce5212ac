"""Alembic's entry: runs the migrations on the connection that `twin.history.migrate` gives it."""

from alembic import context

from twin.history.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # SQLite can roll a CREATE TABLE back, so a migration is all or nothing there too.
    transactional_ddl=True,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
