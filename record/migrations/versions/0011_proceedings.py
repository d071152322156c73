"""Proceedings, petitions and duties: where each stands, and the state its next transition starts from."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")
_OVERDUE = sa.text("overdue_from IS NOT NULL")
_OFFENCES = sa.text("act = 'offence_registered'")


def upgrade() -> None:
    """Add the tables, and index the offences that were registered by their subject."""
    op.create_table(
        "proceedings",
        sa.Column("id", sa.String, primary_key=True),
        *(sa.Column(name, sa.String, nullable=False) for name in ("kind", "procedure", "policy")),
        *(sa.Column(name, sa.String, nullable=False) for name in ("title", "lead", "office", "leader")),
        sa.Column("subject", sa.String),
        sa.Column("channel", sa.String),
        sa.Column("public", sa.Boolean),
        sa.Column("urgent", sa.Boolean, nullable=False),
        sa.Column("stage", sa.String, nullable=False),
        sa.Column("step", sa.String),
        sa.Column("step_title", sa.String),
        sa.Column("light", sa.String, nullable=False),
        sa.Column("level", sa.Integer, nullable=False),
        sa.Column("paused", sa.Boolean, nullable=False),
        *(sa.Column(name, _INSTANT) for name in ("due_at", "overdue_from", "valid_until", "next_at")),
        sa.Column("opened_at", _INSTANT, nullable=False),
        sa.Column("ended_at", _INSTANT),
        sa.Column("last_act", sa.String, nullable=False),
        sa.Column("last_act_at", _INSTANT, nullable=False),
        sa.Column("cases_open", sa.Integer, nullable=False),
        sa.Column("linked_to", sa.String),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_proceedings_kind", "proceedings", ["kind", "id"])
    op.create_index("ix_proceedings_lead", "proceedings", ["lead", "id"])
    op.create_index("ix_proceedings_office", "proceedings", ["office", "id"])
    op.create_index("ix_proceedings_leader", "proceedings", ["leader", "id"])
    op.create_index("ix_proceedings_subject", "proceedings", ["subject", "procedure", "id"])
    op.create_index(
        "ix_proceedings_overdue",
        "proceedings",
        ["overdue_from", "id"],
        sqlite_where=_OVERDUE,
        postgresql_where=_OVERDUE,
    )
    op.create_table(
        "proceeding_snapshots",
        sa.Column("id", sa.String, sa.ForeignKey("proceedings.id"), primary_key=True),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
    )
    op.create_table(
        "proceeding_numbers",
        sa.Column("source_key", sa.String, primary_key=True),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.UniqueConstraint("kind", "year", "number", name="uq_proceeding_numbers_kind_year_number"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_acts_offences", "acts", ["subject", "at"], sqlite_where=_OFFENCES, postgresql_where=_OFFENCES)


def downgrade() -> None:
    """There is no way back: it would lose where proceedings stand. Raises RuntimeError."""
    raise RuntimeError("the record is never migrated backwards: restore a backup instead")
