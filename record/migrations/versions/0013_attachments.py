"""Files handed in beside what is said; what each post did; by when a matter's lead owes something, what is asked.

The files themselves lie apart, by their hashes. What stands in the new columns of matters follows from their states,
and is worked out here for those that stand.
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")
_SERIAL = sa.Integer().with_variant(sa.BigInteger(), "postgresql")
_UNNAMED = sa.text("message_id IS NULL")
_HANDLED, _ASKED = sa.text("handled_by IS NOT NULL"), sa.text("asked_by IS NOT NULL")

_OVER = ("refused", "closed", "cancelled", "merged", "archived")
_SETTLED = (*_OVER, "awaiting_approval", "submitted")
_BY_THE_LEAD = ("signing", "progress", "limit", "returned", "supervision", "rectification",
                "explanation")  # fmt: skip
# The body of what was destroyed is empty, and nothing is to be read of it.
_DONE_BEFORE = """
    INSERT INTO doings (post, at, target, seq)
    SELECT told.post, told.at, told.target, told.seq FROM (
        SELECT CASE WHEN body = '' THEN NULL ELSE {said_by} END AS post, at, target, seq FROM acts
        WHERE target IN (SELECT id FROM matters UNION SELECT id FROM cases UNION SELECT id FROM proceedings)
    ) AS told WHERE told.post IS NOT NULL
"""
_TOGETHER = 1_000
_NEVER = "9999-12-31T00:00:00+00:00"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "attachments",
        sa.Column("id", _SERIAL, primary_key=True),
        sa.Column("target", sa.String, nullable=False),
        sa.Column("hash", sa.String, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("type", sa.String, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("by", sa.String, nullable=False),
        sa.Column("person", sa.String),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("message_id", sa.String),
        sa.Column("kept", sa.String),
        sa.UniqueConstraint("target", "hash", "by", name="uq_attachments_target_hash_by"),
    )
    op.create_index("ix_attachments_unnamed", "attachments", ["at"], sqlite_where=_UNNAMED, postgresql_where=_UNNAMED)
    op.create_index("ix_attachments_kept", "attachments", ["kept"])
    op.create_table(
        "doings",
        sa.Column("post", sa.String, primary_key=True),
        sa.Column("at", _INSTANT, primary_key=True),
        sa.Column("target", sa.String, primary_key=True),
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        sqlite_with_rowid=False,
    )
    said_by = "json_extract(body, '$.by')" if op.get_bind().dialect.name == "sqlite" else "body::json ->> 'by'"
    op.execute(_DONE_BEFORE.format(said_by=said_by))
    op.add_column("matters", sa.Column("handled_by", _INSTANT))
    op.add_column("matters", sa.Column("asked_by", _INSTANT))
    # Written down as a script it finds no matters to work out.
    if not op.get_context().as_sql:
        _work_out()
    op.create_index(
        "ix_matters_handled", "matters", ["lead", "handled_by", "id"], sqlite_where=_HANDLED,
        postgresql_where=_HANDLED,
    )  # fmt: skip
    op.create_index("ix_matters_asked_by", "matters", ["asked_by", "id"], sqlite_where=_ASKED, postgresql_where=_ASKED)


def _work_out() -> None:
    connection = op.get_bind()
    matters = sa.table("matters", *(sa.column(name) for name in ("id", "stage", "suspended")),
                       sa.column("handled_by", _INSTANT), sa.column("asked_by", _INSTANT))  # fmt: skip
    snapshots = sa.table("snapshots", sa.column("id"), sa.column("state"))
    chosen = sa.select(matters.c.id, matters.c.stage, matters.c.suspended, snapshots.c.state).join_from(
        matters, snapshots, snapshots.c.id == matters.c.id
    )
    on_sqlite = connection.dialect.name == "sqlite"
    changed = (
        matters.update()
        .where(matters.c.id == sa.bindparam("of"))
        .values({name: sa.bindparam(f"to_{name}") for name in ("handled_by", "asked_by")})
    )
    last = ""
    while rows := connection.execute(chosen.where(matters.c.id > last).order_by(matters.c.id).limit(_TOGETHER)).all():
        last = rows[-1].id
        if found := _found(rows, on_sqlite):
            connection.execute(changed, found)


def _found(rows: Sequence[Any], on_sqlite: bool) -> list[dict[str, Any]]:
    found = []
    for row in rows:
        state = json.loads(row.state)
        clocks = {kind: clock["due_at"] for kind, clock in state.get("clocks", {}).items()}
        if _reported(state):
            clocks.pop("progress", None)
        owed = [] if row.stage in _SETTLED or row.suspended else [clocks[one] for one in _BY_THE_LEAD if one in clocks]
        asked = _asked(row.stage, state, {} if row.suspended else clocks)
        if owed or asked:
            found.append(
                {
                    "of": row.id,
                    "to_handled_by": _kept(min(owed, key=datetime.fromisoformat), on_sqlite) if owed else None,
                    "to_asked_by": _kept(min(asked.values(), key=datetime.fromisoformat), on_sqlite) if asked else None,
                }
            )
    return found


def _reported(state: dict[str, Any]) -> bool:
    reported, since = state.get("last_report_at"), state.get("period_from")
    if reported is None:
        return False
    return since is None or datetime.fromisoformat(reported) >= datetime.fromisoformat(since)


def _asked(stage: str, state: dict[str, Any], clocks: dict[str, str]) -> dict[str, str]:
    extension = state.get("extension")
    open_ = {
        "approval": ("approval" in clocks or stage == "awaiting_approval", ("approval",)),
        "extension": (extension is not None and extension.get("state", "pending") == "pending", ("limit",)),
        "verification": ("verification" in clocks or stage == "submitted", ("verification",)),
        "assignment": (state.get("contested_at") is not None, ("assignment_objection",)),
        "transfer": (state.get("transfer") is not None, ("transfer",)),
        "objection": (state.get("objection") is not None, ("objection", "assignment_objection")),
        "circulation": (state.get("circulation") is not None, ("circulation",)),
    }
    return {
        what: next((clocks[one] for one in kinds if one in clocks), _NEVER)
        for what, (is_open, kinds) in open_.items()
        if is_open
    }


def _kept(instant: str, on_sqlite: bool) -> Any:
    at = datetime.fromisoformat(instant)
    return at.astimezone(UTC).isoformat(timespec="microseconds") if on_sqlite else at


def downgrade() -> None:
    """There is no way back: it would lose what acts name. Raises RuntimeError."""
    raise RuntimeError("the record is never migrated backwards: restore a backup instead")
