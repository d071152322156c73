"""What is open, by when it is due: a stage of a million matters is listed in that order without being sorted."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the index."""
    op.create_index(
        "ix_matters_open_due",
        "matters",
        ["due_at", "id", "stage", "circle"],
        sqlite_where=sa.text("open IS 1"),
        postgresql_where=sa.text("open IS true"),
    )


def downgrade() -> None:
    """There is no way back: the record is never migrated backwards. Raises RuntimeError."""
    raise RuntimeError("the record is never migrated backwards: restore a backup instead")
