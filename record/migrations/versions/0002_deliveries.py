"""Notices that leave the house: one row per act, recipient and channel, with the proof of delivery."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")
_SERIAL = sa.Integer().with_variant(sa.BigInteger(), "postgresql")


def upgrade() -> None:
    """Make the table and its indexes."""
    op.create_table(
        "deliveries",
        sa.Column("recipient", sa.String, primary_key=True),
        sa.Column("channel", sa.String, primary_key=True),
        sa.Column("entry", _SERIAL, sa.ForeignKey("acts.id"), primary_key=True),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("parcel", sa.String),
        sa.Column("queued_at", _INSTANT, nullable=False),
        sa.Column("due_at", _INSTANT),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("doubtful", sa.Boolean, nullable=False),
        sa.Column("attempted_at", _INSTANT),
        sa.Column("delivered_at", _INSTANT),
        sa.Column("provider_key", sa.String),
        sa.Column("receipt", sa.String),
        sa.Column("failure", sa.String),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_deliveries_parcel", "deliveries", ["parcel", "channel"])
    op.create_index("ix_deliveries_state", "deliveries", ["state", "entry"])
    op.create_index("ix_deliveries_entry", "deliveries", ["entry"])


def downgrade() -> None:
    """There is no way back: it would destroy the proof of what was delivered. Raises RuntimeError."""
    raise RuntimeError("the record is never migrated backwards: restore a backup instead")
