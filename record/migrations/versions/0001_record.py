"""The first tables of the record, and the triggers that keep the ledger as it was written."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")
_SERIAL = sa.Integer().with_variant(sa.BigInteger(), "postgresql")
_REFUSAL = "the ledger is append-only"


def upgrade() -> None:
    """Make the tables, their indexes and the triggers."""
    op.create_table(
        "acts",
        sa.Column("id", _SERIAL, primary_key=True),
        sa.Column("target", sa.String, nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("act", sa.String, nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("subject", sa.String),
        sa.Column("message_id", sa.String),
        sa.Column("processed_at", _INSTANT, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("previous", sa.String, nullable=False),
        sa.Column("hash", sa.String, nullable=False),
        sa.UniqueConstraint("target", "seq", name="uq_acts_target_seq"),
    )
    measures = sa.text("act = 'measure_decided'")
    op.create_index("ix_acts_measures", "acts", ["subject", "at"], sqlite_where=measures, postgresql_where=measures)
    op.create_table(
        "heads",
        sa.Column("target", sa.String, primary_key=True),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("hash", sa.String, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "matters",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("title", sa.String),
        sa.Column("lead", sa.String),
        sa.Column("office", sa.String),
        sa.Column("leader", sa.String),
        sa.Column("urgency", sa.String),
        sa.Column("public", sa.Boolean),
        sa.Column("policy", sa.String, nullable=False),
        sa.Column("stage", sa.String, nullable=False),
        sa.Column("light", sa.String, nullable=False),
        sa.Column("level", sa.Integer, nullable=False),
        sa.Column("suspended", sa.Boolean, nullable=False),
        sa.Column("due_at", _INSTANT),
        sa.Column("overdue_from", _INSTANT),
        sa.Column("next_at", _INSTANT),
        sa.Column("registered_at", _INSTANT),
        sa.Column("assigned_at", _INSTANT),
        sa.Column("closed_at", _INSTANT),
        sa.Column("last_act", sa.String, nullable=False),
        sa.Column("last_act_at", _INSTANT, nullable=False),
        sa.Column("cases_open", sa.Integer, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_matters_lead", "matters", ["lead", "id"])
    op.create_index("ix_matters_office", "matters", ["office", "id"])
    op.create_index("ix_matters_stage", "matters", ["stage", "id"])
    op.create_index("ix_matters_light", "matters", ["light", "id"])
    op.create_index("ix_matters_twin", "matters", ["lead", "title"])
    overdue = sa.text("overdue_from IS NOT NULL")
    op.create_index(
        "ix_matters_overdue",
        "matters",
        ["overdue_from", "id", "lead"],
        sqlite_where=overdue,
        postgresql_where=overdue,
    )
    op.create_index(
        "ix_matters_lead_overdue",
        "matters",
        ["lead", "overdue_from", "id"],
        sqlite_where=overdue,
        postgresql_where=overdue,
    )
    op.create_table(
        "snapshots",
        sa.Column("id", sa.String, sa.ForeignKey("matters.id"), primary_key=True),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
    )
    op.create_table(
        "tallies",
        sa.Column("lead", sa.String, primary_key=True),
        sa.Column("stage", sa.String, primary_key=True),
        sa.Column("light", sa.String, primary_key=True),
        sa.Column("matters", sa.Integer, nullable=False),
        sa.Column("escalated", sa.Integer, nullable=False),
        sa.Column("cases_open", sa.Integer, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "answers",
        sa.Column("target", sa.String, primary_key=True),
        sa.Column("message_id", sa.String, primary_key=True),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "cases",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("matter_id", sa.String, nullable=False),
        sa.Column("subject", sa.String),
        sa.Column("severity", sa.String),
        sa.Column("measure", sa.String),
        sa.Column("count", sa.Integer),
        sa.Column("open", sa.Boolean, nullable=False),
        sa.Column("proposed_at", _INSTANT, nullable=False),
        sa.Column("ended_at", _INSTANT),
    )
    op.create_index("ix_cases_matter", "cases", ["matter_id", "id"])
    op.create_index("ix_cases_subject", "cases", ["subject", "id"])
    op.create_table(
        "notices",
        sa.Column("recipient", sa.String, primary_key=True),
        sa.Column("channel", sa.String, primary_key=True),
        sa.Column("entry", _SERIAL, sa.ForeignKey("acts.id"), primary_key=True),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("queued_at", _INSTANT, nullable=False),
        sa.Column("delivered_at", _INSTANT),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "numbers",
        sa.Column("source_key", sa.String, primary_key=True),
        sa.Column("matter_id", sa.String, nullable=False),
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.UniqueConstraint("year", "number", name="uq_numbers_year_number"),
        sa.UniqueConstraint("matter_id", name="uq_numbers_matter"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "calendar_notices",
        sa.Column("id", _SERIAL, primary_key=True),
        sa.Column("number", sa.String, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("added_at", _INSTANT, nullable=False),
        sa.UniqueConstraint("number", name="uq_calendar_notices_number"),
    )
    op.create_table(
        "policy_versions",
        sa.Column("key", sa.String, primary_key=True),
        sa.Column("text", sa.Text, nullable=False),
    )
    _refuse_changes()


def _refuse_changes() -> None:
    if op.get_context().dialect.name == "sqlite":
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER acts_refuse_{change.lower()} BEFORE {change} ON acts"
                f" BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION acts_refuse() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION '{_REFUSAL}'; END $$"
    )
    op.execute(
        "CREATE TRIGGER acts_refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON acts"
        " FOR EACH STATEMENT EXECUTE FUNCTION acts_refuse()"
    )


def downgrade() -> None:
    """There is no way back: it would destroy the ledger. Raises RuntimeError."""
    raise RuntimeError("the record is never migrated backwards: restore a backup instead")
