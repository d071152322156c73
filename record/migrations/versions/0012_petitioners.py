"""Petitioners, kept apart from their petitions and sealed; the receipts by which they follow them."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")


def upgrade() -> None:
    """Add the three tables."""
    op.create_table(
        "petitioners",
        sa.Column("ref", sa.String, primary_key=True),
        sa.Column("document", sa.Text, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "petitioner_marks",
        sa.Column("mark", sa.String, primary_key=True),
        sa.Column("ref", sa.String, primary_key=True),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_petitioner_marks_ref", "petitioner_marks", ["ref"])
    op.create_table(
        "receipts",
        sa.Column("petition", sa.String, primary_key=True),
        sa.Column("digest", sa.String, nullable=False),
        sa.Column("ref", sa.String),
        sa.Column("issued_at", _INSTANT, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_receipts_ref", "receipts", ["ref"])


def downgrade() -> None:
    """There is no way back: it would lose who turned to the office. Raises RuntimeError."""
    raise RuntimeError("the record is never migrated backwards: restore a backup instead")
