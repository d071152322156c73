"""How does somebody with the database in his hands change what was recorded? Around the triggers."""

from typing import Any

from sqlalchemy import create_engine, text

from record import ledger
from record.store import Store


def tamper(store: Store, *statements: str, **values: Any) -> None:
    engine = create_engine(store.url)
    with engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            for name in ("acts", "seals", "seal_leaves", "signing_keys", "certificates"):
                connection.execute(text(f"DROP TRIGGER IF EXISTS {name}_refuse_update"))
                connection.execute(text(f"DROP TRIGGER IF EXISTS {name}_refuse_delete"))
        else:
            # A superuser's way: no trigger fires in this session, those behind foreign keys included.
            connection.execute(text("SET LOCAL session_replication_role = replica"))
        for statement in statements:
            connection.execute(text(statement), values)
    engine.dispose()


def refuse_inserts(store: Store, table: str, saying: str) -> None:
    """Make every later insert into the table fail with these words."""
    engine = create_engine(store.url)
    with engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            body = f"BEGIN SELECT RAISE(ABORT, '{saying}'); END"
        else:
            function = f"$$ BEGIN RAISE EXCEPTION '{saying}'; END $$"
            connection.execute(text(f"CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS {function}"))
            body = "FOR EACH ROW EXECUTE FUNCTION refuse()"
        connection.execute(text(f"CREATE TRIGGER refusing BEFORE INSERT ON {table} {body}"))
    engine.dispose()


def faults(store: Store) -> list[tuple[str, int, ledger.FaultKind]]:
    with store.reading() as session:
        return [(fault.target, fault.seq, fault.kind) for fault in ledger.verify(session)]
