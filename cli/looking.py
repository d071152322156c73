"""How does a command show what is protected? Only with `--open REASON`, and the look is on record before it is shown.

Whoever can run a command on this machine can read its files; so the look names the account it was run under, and the
master key's file is what keeps others out. Signed-in persons look through the console and the interface.
"""

import getpass
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from sqlmodel import Session

from cli.instants import now
from cli.problems import Problem
from record import looks
from record.looks import Looked, Looker, NoPurposeError
from record.store import Store

Open = Annotated[
    str | None,
    typer.Option(
        "--open",
        metavar="REASON",
        help="打开受保护内容,须说明理由,并记录在案。 Show what is masked; say why: the look goes on record.",
    ),
]


OPEN_AT_THE_MACHINE = "--open: 不能经接口打开 protected fields are not opened over DUBAN_API_URL"


def at_this_machine() -> Looker:
    """Who looks from a command line: the account it runs under."""
    try:
        account = getpass.getuser()
    except (KeyError, OSError):
        account = "unknown"
    return Looker("cli", account=account)


@contextmanager
def reading(store: Store, reason: str | None, targets: Callable[[Session], Iterable[str]]) -> Iterator[Session]:
    """A transaction that reads: with masks, or with these targets open where a reason is given, after the look.

    What it reads is to be shown after the block, when the look is durable.
    """
    if reason is None:
        with store.reading() as session:
            yield session
        return
    with store.writing() as session:
        looked(session, reason, targets(session))
        yield session


def looked(session: Session, reason: str, targets: Iterable[str], fields: Iterable[str] = ()) -> Looked:
    """Put the look on record and open the targets for this transaction. Raises Problem where no reason is given."""
    try:
        return looks.look(
            session, targets, at_this_machine(), reason, at=now(), may=lambda _target: True, fields=fields
        )
    except NoPurposeError as error:
        raise Problem(f"--open: {error}") from error
