"""How long the lead of a closed matter had it in hand; and by what happened in them matters are found."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")
_MILESTONE = sa.text("act IN ('overdue', 'imported_overdue', 'supervised', 'rectification_ordered')")


def upgrade() -> None:
    """Add the table, empty: what was closed before is measured when it is asked for (record/finished.py)."""
    op.create_table(
        "finished",
        sa.Column("matter", sa.String, primary_key=True),
        sa.Column("closed_at", _INSTANT, primary_key=True),
        sa.Column("lead", sa.String, nullable=False),
        sa.Column("circle", sa.String, nullable=False),
        sa.Column("gross", sa.Integer, nullable=False),
        sa.Column("paused", sa.Integer, nullable=False),
        sa.Column("extended", sa.Integer, nullable=False),
        sa.Column("elsewhere", sa.Integer, nullable=False),
        sa.Column("net", sa.Integer, nullable=False),
        sa.Column("late", sa.Boolean, nullable=False),
        sa.Column("again_at", _INSTANT),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_finished_closed", "finished", ["closed_at", "circle", "lead", "again_at", "late", "net"])
    op.create_index("ix_finished_lead", "finished", ["lead", "closed_at"])
    op.create_index(
        "ix_acts_milestones", "acts", ["act", "at", "target"], sqlite_where=_MILESTONE, postgresql_where=_MILESTONE
    )


def downgrade() -> None:
    """There is no way back: the record is never migrated backwards. Raises RuntimeError."""
    raise RuntimeError("the record is never migrated backwards: restore a backup instead")
