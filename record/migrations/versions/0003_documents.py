"""Official documents and the templates they were issued on."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")
_SERIAL = sa.Integer().with_variant(sa.BigInteger(), "postgresql")


def upgrade() -> None:
    """Make the two tables and their indexes."""
    op.create_table(
        "documents",
        sa.Column("id", _SERIAL, primary_key=True),
        sa.Column("entry", _SERIAL, sa.ForeignKey("acts.id"), nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("title", sa.String, nullable=False),
        sa.Column("matter_id", sa.String, nullable=False),
        sa.Column("organ", sa.String, nullable=False),
        sa.Column("mark", sa.String, nullable=False),
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("no", sa.Integer, nullable=False),
        sa.Column("number", sa.String, nullable=False),
        sa.Column("issued_at", _INSTANT, nullable=False),
        sa.Column("facts", sa.Text, nullable=False),
        sa.Column("template", sa.String),
        sa.Column("content", sa.String),
        sa.UniqueConstraint("entry", "kind", name="uq_documents_entry_kind"),
        sa.UniqueConstraint("organ", "mark", "year", "no", name="uq_documents_organ_mark_year_no"),
    )
    op.create_index("ix_documents_matter", "documents", ["matter_id", "id"])
    op.create_index("ix_documents_number", "documents", ["number"])
    op.create_table(
        "document_templates",
        sa.Column("hash", sa.String, primary_key=True),
        sa.Column("file", sa.LargeBinary, nullable=False),
    )


def downgrade() -> None:
    """There is no way back: it would destroy the record. Raises RuntimeError."""
    raise RuntimeError("the record is never migrated backwards: restore a backup instead")
