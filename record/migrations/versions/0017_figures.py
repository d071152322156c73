"""Figures that no page has to count: tallies by circle and basis, days, what cases are asked; and indexes for lists.

The tallies are kept by triggers on the matters, whoever writes them: also a program of the revision before, which
knows nothing of them and goes on counting in its own table. They are made from the matters; the columns of cases are
worked out from their states.
"""

import json
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_TOGETHER = 1_000
_OPEN = ("proposed", "filed", "investigated", "notified", "deciding")
_AS_IT_IS = ("subject", "organs", "office", "leader", "lead", "panel", "reviewers", "proposer", "recused", "answerers",
             "recorded_overdue", "waived")  # fmt: skip

_ASKED, _OVERDUE = "asked IS NOT NULL", "overdue_from IS NOT NULL"
_MILESTONE = "act IN ('overdue', 'imported_overdue', 'supervised', 'rectification_ordered')"
_TOLD = "act NOT IN ('reminded', 'sign_reminded', 'light_changed', 'progress_reported', 'refused', 'step_begun')"
_DROPPED = ("ix_matters_open", "ix_matters_overdue", "ix_matters_twin", "ix_matters_closed", "ix_matters_registered")
_INDEXES: dict[str, tuple[str, tuple[str, ...], str | None]] = {
    "ix_matters_overdue": ("matters", ("overdue_from", "id", "circle", "basis"), _OVERDUE),
    "ix_matters_twin": ("matters", ("lead", "title", "circle", "id"), None),
    "ix_matters_closed": ("matters", ("closed_at", "id", "circle", "registered_at"), None),
    "ix_matters_registered": ("matters", ("registered_at", "id", "circle"), None),
    "ix_acts_reached": ("acts", ("target", "at", "act"), _MILESTONE),
    "ix_acts_told": ("acts", ("at",), _TOLD),
    "ix_cases_proposed": ("cases", ("proposed_at", "id"), None),
    "ix_cases_asked": ("cases", ("proposed_at", "id"), _ASKED),
    "ix_proceedings_due": ("proceedings", ("kind", "due_at", "id"), None),
    "ix_proceedings_opened": ("proceedings", ("kind", "opened_at", "id"), None),
    "ix_proceedings_public": ("proceedings", ("id",), "public IS {yes}"),
}

# --- the lines of a matter --------------------------------------------------------------------------------------------

_STANDING = ("circle", "basis", "stage", "light", "level", "suspended", "cases_open", "registered_at", "closed_at")
_ON_SQLITE = {
    "escalated": "({of}.level >= 1)", "suspended": "{of}.suspended",
    # The zone has had one offset since 1991.
    "day": "date({of}.{at}, '+8 hours')",
}  # fmt: skip
_ON_POSTGRESQL = {
    "escalated": "({of}.level >= 1)::int", "suspended": "{of}.suspended::int",
    "day": "({of}.{at} AT TIME ZONE 'Asia/Shanghai')::date",
}  # fmt: skip
_LINES = (
    "SELECT {basis} AS basis, coalesce({of}.circle, '') AS circle, {of}.stage AS stage, {of}.light AS light,"
    " {by} AS matters, {by} * {escalated} AS escalated, {by} * {suspended} AS suspended,"
    " {by} * {of}.cases_open AS cases_open{source}"
)
_DAYS = (
    "SELECT {day} AS day, coalesce({of}.circle, '') AS circle, {registered} AS registered, {closed} AS closed{source}"
)
_BASES = ("''", "'=' || coalesce({of}.basis, '')")
_ADD = {
    "tally_lines": "INSERT INTO tally_lines (basis, circle, stage, light, matters, escalated, suspended, cases_open)"
    " SELECT basis, circle, stage, light, sum(matters), sum(escalated), sum(suspended), sum(cases_open)"
    " FROM ({lines}) AS lines WHERE true GROUP BY basis, circle, stage, light"
    " HAVING sum(matters) <> 0 OR sum(escalated) <> 0 OR sum(suspended) <> 0 OR sum(cases_open) <> 0"
    " ORDER BY basis, circle, stage, light",
    "days": "INSERT INTO days (day, circle, registered, closed) SELECT day, circle, sum(registered), sum(closed)"
    " FROM ({lines}) AS lines WHERE day IS NOT NULL GROUP BY day, circle"
    " HAVING sum(registered) <> 0 OR sum(closed) <> 0 ORDER BY day, circle",
}
_MOVED = {
    "tally_lines": " ON CONFLICT (basis, circle, stage, light) DO UPDATE SET"
    " matters = tally_lines.matters + excluded.matters, escalated = tally_lines.escalated + excluded.escalated,"
    " suspended = tally_lines.suspended + excluded.suspended,"
    " cases_open = tally_lines.cases_open + excluded.cases_open",
    "days": " ON CONFLICT (day, circle) DO UPDATE SET registered = days.registered + excluded.registered,"
    " closed = days.closed + excluded.closed",
}


def _lines(dialect: str, signs: Iterable[tuple[str, int, str]]) -> dict[str, str]:
    """What is added to the lines of each table: of which row (`of`), how often, and behind which FROM or WHERE."""
    said = _ON_SQLITE if dialect == "sqlite" else _ON_POSTGRESQL
    lines: dict[str, list[str]] = {"tally_lines": [], "days": []}
    for of, by, source in signs:
        words = {name: text.format(of=of, at="{at}") for name, text in said.items() if name != "day"}
        lines["tally_lines"] += [
            _LINES.format(basis=basis.format(of=of), of=of, by=by, source=source, **words) for basis in _BASES
        ]
        lines["days"] += [
            _DAYS.format(
                day=said["day"].format(of=of, at=f"{what}_at"), of=of, source=source,
                **{name: by if name == what else 0 for name in ("registered", "closed")},
            )
            for what in ("registered", "closed")
        ]  # fmt: skip
    return {name: _ADD[name].format(lines=" UNION ALL ".join(parts)) for name, parts in lines.items()}


def _keep_counting(dialect: str) -> None:
    """The triggers that move a matter from its lines to others, in the transaction that moves it."""
    changed = " OR ".join(
        f"OLD.{name} IS {'NOT' if dialect == 'sqlite' else 'DISTINCT FROM'} NEW.{name}" for name in _STANDING
    )
    if dialect == "sqlite":
        for what, signs, condition in (
            ("INSERT", [("NEW", 1, "")], ""),
            ("DELETE", [("OLD", -1, "")], ""),
            (f"UPDATE OF {', '.join(_STANDING)}", [("OLD", -1, ""), ("NEW", 1, "")], f" WHEN {changed}"),
        ):
            moved = "; ".join(f"{said}{_MOVED[name]}" for name, said in _lines(dialect, signs).items())
            op.execute(
                f"CREATE TRIGGER matters_counted_{what.split()[0].lower()} AFTER {what} ON matters{condition}"
                f" BEGIN {moved}; END"
            )
        return
    gone, come = " WHERE TG_OP <> 'INSERT'", " WHERE TG_OP <> 'DELETE'"
    moved = "; ".join(
        f"{said}{_MOVED[name]}" for name, said in _lines(dialect, [("OLD", -1, gone), ("NEW", 1, come)]).items()
    )
    op.execute(
        f"CREATE FUNCTION matters_counted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {moved}; RETURN NULL; END $$"
    )
    counted = "FOR EACH ROW {when}EXECUTE FUNCTION matters_counted()"
    op.execute(f"CREATE TRIGGER matters_counted AFTER INSERT OR DELETE ON matters {counted.format(when='')}")
    op.execute(
        f"CREATE TRIGGER matters_counted_again AFTER UPDATE OF {', '.join(_STANDING)} ON matters"
        f" {counted.format(when=f'WHEN ({changed}) ')}"
    )


def upgrade() -> None:
    """Make the tables, fill what stands, and let the triggers keep it from then on."""
    dialect = op.get_context().dialect.name
    op.create_table(
        "tally_lines",
        *(sa.Column(name, sa.String, primary_key=True) for name in ("basis", "circle", "stage", "light")),
        *(sa.Column(name, sa.Integer, nullable=False) for name in ("matters", "escalated", "suspended", "cases_open")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "days",
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("circle", sa.String, primary_key=True),
        sa.Column("registered", sa.Integer, nullable=False),
        sa.Column("closed", sa.Integer, nullable=False),
        sqlite_with_rowid=False,
    )
    for said in _lines(dialect, [("matters", 1, " FROM matters")]).values():
        op.execute(said)
    _keep_counting(dialect)
    op.create_table("unmeasured", sa.Column("matter", sa.String, primary_key=True), sqlite_with_rowid=False)
    op.execute(
        "INSERT INTO unmeasured (matter) SELECT id FROM matters WHERE stage IN ('closed', 'archived')"
        " AND NOT EXISTS (SELECT 1 FROM finished WHERE matter = matters.id) AND EXISTS (SELECT 1 FROM acts"
        " WHERE target = matters.id AND act = 'closed')"
    )
    op.add_column("cases", sa.Column("title", sa.String))
    op.add_column("cases", sa.Column("red", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("cases", sa.Column("asked", sa.Text))
    # Written down as a script it finds no cases to work out.
    if not op.get_context().as_sql:
        _fill()
    for name in _DROPPED:
        op.drop_index(name, "matters")
    for name, (table, columns, where) in _INDEXES.items():
        only = {
            f"{which}_where": sa.text(where.format(yes=yes))
            for which, yes in (("sqlite", "1"), ("postgresql", "true"))
            if where is not None
        }
        op.create_index(name, table, list(columns), **only)  # type: ignore[arg-type]


def _fill() -> None:
    connection = op.get_bind()
    said = sa.text("UPDATE cases SET title = :title, red = :red, asked = :asked WHERE id = :id")
    chosen = sa.text(
        "SELECT cases.id, cases.due_at, case_snapshots.state FROM case_snapshots"
        " JOIN cases ON cases.id = case_snapshots.id WHERE case_snapshots.id > :last"
        " ORDER BY case_snapshots.id LIMIT :many"
    )
    last = ""
    while rows := connection.execute(chosen, {"last": last, "many": _TOGETHER}).all():
        connection.execute(said, [_row(row.id, row.due_at is not None, json.loads(row.state)) for row in rows])
        last = rows[-1].id


def _row(case_id: str, owed: bool, state: dict[str, Any]) -> dict[str, Any]:
    stage, climbed = state.get("stage", "blank"), state.get("climbed") or {}
    asked = json.dumps(_asked(stage, state), ensure_ascii=False, separators=(",", ":"))
    return {
        "id": case_id,
        "title": state.get("title"),
        "red": bool(climbed),
        "asked": asked if owed or stage in _OPEN else None,
    }


def _asked(stage: str, state: dict[str, Any]) -> dict[str, Any]:
    facts, investigation = state.get("facts"), state.get("investigation") or {}
    took_part = {*state.get("voted", ()), *(state[one]["by"] for one in ("filing", "decision") if state.get(one))}
    said = {
        **{name: state[name] for name in _AS_IT_IS if state.get(name)},
        "voted": [vote["member"] for vote in state.get("votes", ())],
        "took_part": sorted(took_part),
        "investigated": investigation.get("posts"),
        "clocks": sorted(state.get("clocks") or {}),
        "climbed": sorted((state.get("climbed") or {}).items()),
    }
    heavier = {} if facts is None else {"heavier": facts.get("heavier", False)}
    return {"stage": stage, **{name: value for name, value in said.items() if value}, **heavier}


def downgrade() -> None:
    """There is no way back: restore a backup instead. Raises RuntimeError."""
    raise RuntimeError("the record is never migrated backwards: restore a backup instead")
