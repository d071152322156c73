"""The programming interface: keys under which requests were made, and subscriptions by webhook."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")


def upgrade() -> None:
    """Add both tables."""
    op.create_table(
        "request_keys",
        sa.Column("person", sa.String, primary_key=True),
        sa.Column("key", sa.String, primary_key=True),
        sa.Column("fingerprint", sa.String, nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "webhooks",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("person", sa.String, nullable=False),
        sa.Column("post", sa.String, nullable=False),
        sa.Column("url", sa.String, nullable=False),
        sa.Column("organs", sa.Text, nullable=False),
        sa.Column("acts", sa.Text, nullable=False),
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("ended_at", _INSTANT),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_webhooks_live", "webhooks", ["ended_at", "id"])


def downgrade() -> None:
    """There is no way back: it would lose what was subscribed. Raises RuntimeError."""
    raise RuntimeError("the record is never migrated backwards: restore a backup instead")
