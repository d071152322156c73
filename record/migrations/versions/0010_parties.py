"""Who has a part in a matter or a case besides what its row says: for lists that show each reader what is his."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_LISTS = (
    ("snapshots", "co_handler", ("terms", "co")),
    ("snapshots", "reviewer", ("terms", "reviewers")),
    ("case_snapshots", "organ", ("organs",)),
    ("case_snapshots", "panel", ("panel",)),
    ("case_snapshots", "reviewer", ("reviewers",)),
    ("case_snapshots", "investigator", ("investigation", "posts")),
    ("case_snapshots", "recused", ("recused",)),
)
_SINGLE = (
    ("snapshots", "new_lead", ("transfer", "to")),
    ("case_snapshots", "subject", ("subject",)),
    ("case_snapshots", "office", ("office",)),
    ("case_snapshots", "leader", ("leader",)),
    ("case_snapshots", "proposer", ("proposer",)),
)


def upgrade() -> None:
    """Add the table, fill it from where matters and cases stand, and index what readers are found by."""
    op.create_table(
        "parties",
        sa.Column("party", sa.String, primary_key=True),
        sa.Column("role", sa.String, primary_key=True),
        sa.Column("target", sa.String, primary_key=True),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_parties_target", "parties", ["target"])
    op.create_index("ix_matters_leader", "matters", ["leader", "id"])
    op.create_index(
        "ix_matters_public",
        "matters",
        ["id"],
        sqlite_where=sa.text("public IS 1"),
        postgresql_where=sa.text("public IS true"),
    )
    on_sqlite = op.get_context().dialect.name == "sqlite"
    for table, role, path in _LISTS:
        where = (
            f"json_each(s.state, '$.{'.'.join(path)}') AS e"
            if on_sqlite
            else (f"json_array_elements_text(s.state::json #> '{{{','.join(path)}}}') AS e(value)")
        )
        chosen = f"SELECT DISTINCT e.value, '{role}', s.id FROM {table} AS s, {where}"  # noqa: S608 - constants above
        _fill(f"{chosen} WHERE e.value <> ''")
    for table, role, path in _SINGLE:
        value = (
            f"json_extract(s.state, '$.{'.'.join(path)}')"
            if on_sqlite
            else (f"s.state::json #>> '{{{','.join(path)}}}'")
        )
        chosen = f"SELECT {value}, '{role}', s.id FROM {table} AS s"  # noqa: S608 - constants above
        _fill(f"{chosen} WHERE {value} <> ''")


def _fill(chosen: str) -> None:
    op.execute(f"INSERT INTO parties (party, role, target) {chosen}")


def downgrade() -> None:
    """There is no way back: restore a backup instead. Raises RuntimeError."""
    raise RuntimeError("the record is never migrated backwards: restore a backup instead")
