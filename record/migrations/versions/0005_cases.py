"""Cases as processes of their own: where each stands, and the state its next transition starts from."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")


def upgrade() -> None:
    """Add the columns that lists read, and the table of snapshots."""
    op.add_column("cases", sa.Column("stage", sa.String))
    op.add_column("cases", sa.Column("due_at", _INSTANT))
    op.add_column("cases", sa.Column("next_at", _INSTANT))
    op.add_column("cases", sa.Column("last_act", sa.String))
    op.add_column("cases", sa.Column("last_act_at", _INSTANT))
    op.create_table(
        "case_snapshots",
        sa.Column("id", sa.String, sa.ForeignKey("cases.id"), primary_key=True),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
    )


def downgrade() -> None:
    """There is no way back: it would lose where cases stand. Raises RuntimeError."""
    raise RuntimeError("the record is never migrated backwards: restore a backup instead")
