"""Since which revision an older program may go on with these tables: one row in one table.

A revision that an older program cannot live with sets it to itself; one that only adds leaves it alone.
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table, and say that whoever knows it may go on."""
    made = op.create_table("usable_from", sa.Column("revision", sa.String, primary_key=True))
    op.bulk_insert(made, [{"revision": revision}])


def downgrade() -> None:
    """There is no way back: the record is never migrated backwards. Raises RuntimeError."""
    raise RuntimeError("the record is never migrated backwards: restore a backup instead")
