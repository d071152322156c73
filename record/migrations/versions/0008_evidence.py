"""Signed heads over the record, holds, and the one way in which the body of an act may be removed."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0005"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")
_REFUSAL = "the ledger is append-only"
_SEALED = ("seals", "seal_leaves", "signing_keys", "certificates")
_SAME = ("id", "target", "seq", "act", "at", "processed_at", "previous", "hash")
_EMPTIED = (
    "NEW.body = '' AND NEW.subject IS NULL AND NEW.message_id IS NULL AND EXISTS (SELECT 1 FROM certificates"
    " WHERE certificates.target = OLD.target AND OLD.seq <= certificates.upto)"
)


def upgrade() -> None:
    """Make the tables and the triggers."""
    op.create_table(
        "seals",
        sa.Column("no", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("made_at", _INSTANT, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("hash", sa.String, nullable=False),
        sa.Column("signature", sa.String, nullable=False),
    )
    op.create_table(
        "seal_leaves",
        sa.Column("kind", sa.String, primary_key=True),
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("no", sa.Integer, sa.ForeignKey("seals.no"), primary_key=True, autoincrement=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("hash", sa.String, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_seal_leaves_no", "seal_leaves", ["no"])
    op.create_table(
        "signing_keys",
        sa.Column("no", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("id", sa.String, nullable=False),
        sa.Column("public", sa.String, nullable=False),
        sa.Column("added_at", _INSTANT, nullable=False),
        sa.Column("endorsed_by", sa.String),
        sa.Column("endorsement", sa.String),
        sa.UniqueConstraint("id", name="uq_signing_keys_id"),
    )
    for name in ("holds", "destructions"):
        op.create_table(
            name,
            sa.Column("target", sa.String, primary_key=True),
            sa.Column("seq", sa.Integer, nullable=False),
            sqlite_with_rowid=False,
        )
    op.create_table(
        "certificates",
        sa.Column("target", sa.String, primary_key=True),
        sa.Column("upto", sa.Integer, nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("destroyed_at", _INSTANT, nullable=False),
        sqlite_with_rowid=False,
    )
    if op.get_context().dialect.name == "sqlite":
        _triggers_of_sqlite()
    else:
        _triggers_of_postgresql()


def _triggers_of_sqlite() -> None:
    same = " AND ".join(f"NEW.{name} IS OLD.{name}" for name in _SAME)
    op.execute("DROP TRIGGER acts_refuse_update")
    op.execute(
        f"CREATE TRIGGER acts_refuse_update BEFORE UPDATE ON acts WHEN NOT ({same} AND {_EMPTIED})"
        f" BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
    )
    for name in _SEALED:
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {name}_refuse_{change.lower()} BEFORE {change} ON {name}"
                f" BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
            )


def _triggers_of_postgresql() -> None:
    same = " AND ".join(f"NEW.{name} IS NOT DISTINCT FROM OLD.{name}" for name in _SAME)
    op.execute("DROP TRIGGER acts_refuse_change ON acts")
    op.execute(
        "CREATE TRIGGER acts_refuse_change BEFORE DELETE OR TRUNCATE ON acts"
        " FOR EACH STATEMENT EXECUTE FUNCTION acts_refuse()"
    )
    op.execute(
        "CREATE FUNCTION acts_refuse_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF {same} AND {_EMPTIED} THEN RETURN NEW; END IF; RAISE EXCEPTION '{_REFUSAL}'; END $$"
    )
    op.execute(
        "CREATE TRIGGER acts_refuse_update BEFORE UPDATE ON acts FOR EACH ROW EXECUTE FUNCTION acts_refuse_update()"
    )
    for name in _SEALED:
        op.execute(
            f"CREATE TRIGGER {name}_refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {name}"
            " FOR EACH STATEMENT EXECUTE FUNCTION acts_refuse()"
        )


def downgrade() -> None:
    """There is no way back: it would lose the seals. Raises RuntimeError."""
    raise RuntimeError("the record is never migrated backwards: restore a backup instead")
