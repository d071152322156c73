"""Drafts of the office's procedure, and what they came to when they were tried on the past."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_SERIAL = sa.Integer().with_variant(sa.BigInteger(), "postgresql")
_INSTANT = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")


def upgrade() -> None:
    """Add the two tables."""
    op.create_table(
        "policy_drafts",
        sa.Column("number", _SERIAL, primary_key=True),
        sa.Column("message_id", sa.String, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("base", sa.String, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("by", sa.String),
        sa.Column("person", sa.String),
        sa.Column("changed_at", _INSTANT, nullable=False),
        sa.UniqueConstraint("message_id", name="uq_policy_drafts_message_id"),
    )
    op.create_table(
        "policy_runs",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("draft", sa.Integer, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("old", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("new_on", sa.Date, nullable=False),
        sa.Column("since", sa.Date),
        sa.Column("until", sa.Date),
        sa.Column("by", sa.String),
        sa.Column("person", sa.String),
        sa.Column("asked_at", _INSTANT, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("done", sa.Integer, nullable=False),
        sa.Column("total", sa.Integer, nullable=False),
        sa.Column("note", sa.Text),
        sa.Column("result", sa.Text),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_policy_runs_draft", "policy_runs", ["draft"])


def downgrade() -> None:
    """There is no way back: it would lose what somebody drafts. Raises RuntimeError."""
    raise RuntimeError("the record is never migrated backwards: restore a backup instead")
