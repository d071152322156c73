"""Child matters: where they come from, and which matters and cases another one's transaction has moved."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns of a child and the table of those that must look."""
    op.add_column("matters", sa.Column("parent", sa.String))
    op.add_column("matters", sa.Column("root", sa.String))
    child = sa.text("root IS NOT NULL")
    op.create_index("ix_matters_root", "matters", ["root", "id"], sqlite_where=child, postgresql_where=child)
    op.create_table(
        "stirred",
        sa.Column("target", sa.String, primary_key=True),
        sa.Column("family", sa.String, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_stirred_family", "stirred", ["family", "target"])


def downgrade() -> None:
    """There is no way back: it would lose who belongs to whom. Raises RuntimeError."""
    raise RuntimeError("the record is never migrated backwards: restore a backup instead")
