"""How does somebody with the database in his hands change what was recorded? Around the triggers."""

from typing import Any

from sqlalchemy import create_engine, text

from record import ledger
from record.store import Store


def tamper(store: Store, *statements: str, **values: Any) -> None:
    engine = create_engine(store.url)
    with engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            connection.execute(text("DROP TRIGGER IF EXISTS acts_refuse_update"))
            connection.execute(text("DROP TRIGGER IF EXISTS acts_refuse_delete"))
        else:
            connection.execute(text("ALTER TABLE acts DISABLE TRIGGER ALL"))
        for statement in statements:
            connection.execute(text(statement), values)
    engine.dispose()


def faults(store: Store) -> list[tuple[str, int, ledger.FaultKind]]:
    with store.reading() as session:
        return [(fault.target, fault.seq, fault.kind) for fault in ledger.verify(session)]
