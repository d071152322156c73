"""Accounts: who may sign in, which posts they hold or were lent, and who is signed in."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")
_SERIAL = sa.Integer().with_variant(sa.BigInteger(), "postgresql")


def _person(name: str = "person", *, primary_key: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String, sa.ForeignKey("persons.id"), primary_key=primary_key, nullable=False)


def upgrade() -> None:
    """Add the tables of accounts."""
    op.create_table(
        "persons",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("login", sa.String, nullable=False),
        sa.Column("name", sa.String),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("registered_at", _INSTANT, nullable=False),
        sa.UniqueConstraint("login", name="uq_persons_login"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "credentials",
        _person(primary_key=True),
        sa.Column("hash", sa.String, nullable=False),
        sa.Column("sample", sa.Boolean, nullable=False),
        sa.Column("set_at", _INSTANT, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "holdings",
        sa.Column("id", _SERIAL, primary_key=True),
        _person(),
        sa.Column("post", sa.String, nullable=False),
        sa.Column("held_from", sa.Date, nullable=False),
        sa.Column("held_to", sa.Date),
    )
    op.create_index("ix_holdings_person", "holdings", ["person"])
    op.create_index("ix_holdings_post", "holdings", ["post"])
    op.create_table(
        "delegations",
        sa.Column("id", _SERIAL, primary_key=True),
        _person("principal"),
        sa.Column("post", sa.String, nullable=False),
        _person(),
        sa.Column("lent_from", sa.Date, nullable=False),
        sa.Column("lent_to", sa.Date, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("revoked_on", sa.Date),
    )
    op.create_index("ix_delegations_person", "delegations", ["person"])
    op.create_index("ix_delegations_principal", "delegations", ["principal"])
    op.create_table(
        "site_roles",
        _person(primary_key=True),
        sa.Column("role", sa.String, primary_key=True),
        sa.Column("given_at", _INSTANT, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "attempts",
        sa.Column("key", sa.String, primary_key=True),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("last_at", _INSTANT, nullable=False),
        sa.Column("blocked_until", _INSTANT),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_attempts_last", "attempts", ["last_at"])
    op.create_table(
        "sessions",
        sa.Column("hash", sa.String, primary_key=True),
        _person(),
        sa.Column("post", sa.String),
        sa.Column("principal", sa.String),
        sa.Column("began_at", _INSTANT, nullable=False),
        sa.Column("seen_at", _INSTANT, nullable=False),
        sa.Column("expires_at", _INSTANT, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_sessions_person", "sessions", ["person"])
    op.create_index("ix_sessions_expires", "sessions", ["expires_at"])
    op.create_table(
        "access_tokens",
        sa.Column("id", _SERIAL, primary_key=True),
        _person(),
        sa.Column("hash", sa.String, nullable=False),
        sa.Column("label", sa.String, nullable=False),
        sa.Column("scope", sa.String, nullable=False),
        sa.Column("post", sa.String),
        sa.Column("principal", sa.String),
        sa.Column("issued_at", _INSTANT, nullable=False),
        sa.Column("expires_at", _INSTANT, nullable=False),
        sa.Column("revoked_at", _INSTANT),
        sa.UniqueConstraint("hash", name="uq_access_tokens_hash"),
    )
    op.create_index("ix_access_tokens_person", "access_tokens", ["person"])
    op.create_table(
        "pending_sign_ins",
        sa.Column("hash", sa.String, primary_key=True),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("nonce", sa.String, nullable=False),
        sa.Column("verifier", sa.String, nullable=False),
        sa.Column("expires_at", _INSTANT, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_pending_sign_ins_expires", "pending_sign_ins", ["expires_at"])


def downgrade() -> None:
    """There is no way back: it would lose who may act. Raises RuntimeError."""
    raise RuntimeError("the record is never migrated backwards: restore a backup instead")
