"""How does Alembic reach the record? Over the connection Store.migrate hands it; offline (--sql) it only prints.

Run through Store.migrate, inside one transaction that holds every other starting process back.
"""

from alembic import context
from sqlmodel import SQLModel

import models.rows  # noqa: F401  (fills the metadata)

connection = context.config.attributes.get("connection")
if connection is None:
    context.configure(
        url=context.config.get_main_option("sqlalchemy.url"), target_metadata=SQLModel.metadata, literal_binds=True
    )
else:
    heard = context.config.attributes.get("heard", lambda _revision: None)
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        on_version_apply=lambda *, step, **_: heard(step.up_revision_id),
    )
with context.begin_transaction():
    context.run_migrations()
