"""The keys of what is kept sealed, each wrapped by the master key: one table."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "subject_keys",
        sa.Column("subject", sa.String, primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        sa.Column("master", sa.String, nullable=False),
        sa.Column("wrapped", sa.Text),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("destroyed_at", _INSTANT),
        sqlite_with_rowid=False,
    )
    destroyed = sa.text("destroyed_at IS NOT NULL")
    op.create_index(
        "ix_subject_keys_destroyed",
        "subject_keys",
        ["subject"],
        sqlite_where=destroyed,
        postgresql_where=destroyed,
    )


def downgrade() -> None:
    """There is no way back: everything sealed would be lost. Raises RuntimeError."""
    raise RuntimeError("the record is never migrated backwards: restore a backup instead")
