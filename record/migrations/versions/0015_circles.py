"""What lists and figures ask of a matter's state, in columns: basis, circle, open, asked; and indexes for them."""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_TOGETHER = 1_000
_OVER = ("closed", "cancelled", "merged", "archived", "refused")
_INDEXES: dict[str, tuple[tuple[str, ...], str | None]] = {
    "ix_matters_stage": (("stage", "id", "circle"), None),
    "ix_matters_light": (("light", "id", "circle"), None),
    "ix_matters_basis": (("basis", "id", "circle"), None),
    "ix_matters_circle": (("circle", "basis", "id"), None),
    "ix_matters_due": (("due_at", "id"), None),
    "ix_matters_registered": (("registered_at", "id", "circle", "closed_at"), None),
    "ix_matters_closed": (("closed_at", "id", "circle"), None),
    "ix_matters_level": (("id", "circle", "level"), "level >= 1"),
    "ix_matters_asked": (("asked", "circle", "id"), "asked IS NOT NULL"),
    "ix_matters_open": (
        ("circle", "basis", "light", "overdue_from", "due_at", "suspended", "stage", "open"),
        "open IS {yes}",
    ),
    "ix_matters_suspended": (("id", "circle", "suspended"), "suspended IS {yes}"),
}


def upgrade() -> None:
    """Add the columns, fill them from where the matters stand, and index what is asked."""
    op.add_column("matters", sa.Column("basis", sa.String))
    op.add_column("matters", sa.Column("circle", sa.String))
    op.add_column("matters", sa.Column("open", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("matters", sa.Column("asked", sa.Text))
    if not op.get_context().as_sql:
        _fill()
    op.drop_index("ix_matters_stage", "matters")
    op.drop_index("ix_matters_light", "matters")
    for name, (columns, where) in _INDEXES.items():
        only = {
            f"{dialect}_where": sa.text(where.format(yes=yes))
            for dialect, yes in (("sqlite", "1"), ("postgresql", "true"))
            if where is not None
        }
        op.create_index(name, "matters", list(columns), **only)  # type: ignore[arg-type]
    op.create_index("ix_notices_entry", "notices", ["entry"])
    op.create_index(
        "ix_cases_open",
        "cases",
        ["proposed_at", "id"],
        sqlite_where=sa.text("open IS 1"),
        postgresql_where=sa.text("open IS true"),
    )


def _fill() -> None:
    connection = op.get_bind()
    said = sa.text("UPDATE matters SET basis = :basis, circle = :circle, open = :open, asked = :asked WHERE id = :id")
    chosen = "SELECT id, state FROM snapshots WHERE id > :last ORDER BY id LIMIT :many"
    last = ""
    while rows := connection.execute(sa.text(chosen), {"last": last, "many": _TOGETHER}).all():
        connection.execute(said, [_row(row.id, json.loads(row.state)) for row in rows])
        last = rows[-1].id


def _row(matter_id: str, state: dict[str, Any]) -> dict[str, Any]:
    terms = state.get("terms")
    row = {"id": matter_id, "basis": None, "circle": None, "open": state["stage"] not in _OVER, "asked": None}
    if not terms:
        return row
    lead, office, leader = (str(terms[name]) for name in ("lead", "office", "leader"))
    return {
        **row,
        "basis": terms["basis"],
        "circle": f"{len(lead)} {len(office)} {lead}{office}{leader}",
        "asked": _asked(state, terms),
    }


def _asked(state: dict[str, Any], terms: dict[str, Any]) -> str | None:
    clocks, extension = state.get("clocks") or {}, state.get("extension")
    objection, transfer = state.get("objection"), state.get("transfer")
    questions = {
        "approval": "approval" in clocks or state["stage"] == "awaiting_approval",
        "verification": "verification" in clocks or state["stage"] == "submitted",
        "extension": extension is not None and extension.get("state", "pending") == "pending",
        "contested": state.get("contested_at") is not None,
        "to": transfer["to"] if transfer else None,
        "objected": objection is not None,
        "by": objection.get("by") if objection else None,
        "circulation": state.get("circulation") is not None,
    }
    open_ones = {name: value for name, value in questions.items() if value not in (False, None)}
    if not open_ones:
        return None
    posts = {name: terms[name] for name in ("lead", "office", "leader")}
    if terms.get("reviewers"):
        posts["reviewers"] = terms["reviewers"]
    return json.dumps({**posts, **open_ones}, ensure_ascii=False, separators=(",", ":"))


def downgrade() -> None:
    """There is no way back: restore a backup instead. Raises RuntimeError."""
    raise RuntimeError("the record is never migrated backwards: restore a backup instead")
