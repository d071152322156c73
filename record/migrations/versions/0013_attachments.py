"""Files handed in beside what is said; the files themselves lie apart, by their hashes."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")
_SERIAL = sa.Integer().with_variant(sa.BigInteger(), "postgresql")
_UNNAMED = sa.text("message_id IS NULL")


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


def downgrade() -> None:
    """There is no way back: it would lose what acts name. Raises RuntimeError."""
    raise RuntimeError("the record is never migrated backwards: restore a backup instead")
