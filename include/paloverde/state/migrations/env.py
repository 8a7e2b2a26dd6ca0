"""Alembic's entry: runs the migrations on the connection that `state.books` hands over."""

from alembic import context

from paloverde.state.tables import METADATA

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=METADATA, transactional_ddl=True)
context.run_migrations()
