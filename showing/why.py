"""Why does a matter stand as it does, or why did one act happen? The dossier is put together from the record here."""

from collections.abc import Iterable, Sequence
from datetime import date

from sqlmodel import Session

from models.access import Scope
from models.acts import ActName
from models.contract import is_account, is_proceeding, matter_of
from models.explanations import Explanation, Telling
from models.policy import Policy
from policies.block_procedures import BlockProcedure, load_blocks
from policies.documents import DocumentError
from policies.explaining.counted import versions
from policies.explaining.dossier import Dossier
from policies.explaining.explanation import why_act, why_now
from policies.explaining.proceeding import ProceedingDossier, why_stands, why_step
from policies.explaining.tracing import Numbered
from policies.procedures import load_text
from policies.wording import act_words
from record import calendars, cases, deliveries, outbox, parties, procedures, proceedings, views
from record.ledger import Entry, entries
from record.outbox import NoticeState


class UnknownTargetError(LookupError):
    """Nothing is recorded under this id."""


class UnknownActError(LookupError):
    """Not an act of this target; `absent` where it is a possible one that has not happened."""

    def __init__(self, text: str, *, absent: bool = False) -> None:
        super().__init__(text)
        self.absent = absent


def explained(session: Session, target: str, act: str | None, *, full: bool) -> Explanation:
    """Why the target stands as it does, or why its act (a number, or a name) happened; `full` adds what people wrote.

    Raises UnknownTargetError, UnknownActError.
    """
    own = [] if is_account(target) else entries(session, target)
    if not own:
        raise UnknownTargetError(target)
    if is_proceeding(target):
        return _of_steps(session, target, own, act, full=full)
    matter_id = matter_of(target)
    card = views.register_of(session, [matter_id], now=own[-1].act.at, scope=Scope.everything()).get(matter_id)
    state = card.state if card else None
    matter = own if matter_id == target else entries(session, matter_id)
    standing = cases.seen(session, target) if matter_id != target else None
    dossier = Dossier(
        target=target,
        matter=_numbered(matter),
        case=() if matter_id == target else _numbered(own),
        calendars=versions(calendars.notices(session)),
        state=state,
        policy=_policy(session, matter, state.policy if state else ""),
        standing=standing,
        case_policy=_policy(session, own, standing.policy if standing else "") if matter_id != target else None,
        revoked=tuple(case for case, cited in cases.cited_by(session, standing).items() if cited.standing is None)
        if standing
        else (),
    )
    if act is None:
        return why_now(dossier, _told(session, own[-1]), full=full)
    entry = _entry(own, act)
    return why_act(dossier, entry.seq, _told(session, entry), full=full)


def _of_steps(session: Session, target: str, own: Sequence[Entry], act: str | None, *, full: bool) -> Explanation:
    """The same of a proceeding, a petition or a duty, by the text of its procedure that is kept."""
    state = proceedings.seen(session, target)
    dossier = ProceedingDossier(
        target=target,
        chain=_numbered(own),
        calendars=versions(calendars.notices(session)),
        state=state,
        procedure=procedure_of(session, state.policy if state else ""),
        holders=parties.holders(session, target),
    )
    if act is None:
        return why_stands(dossier, _told(session, own[-1]), full=full)
    entry = _entry(own, act)
    return why_step(dossier, entry.seq, _told(session, entry), full=full)


def procedure_of(session: Session, key: str) -> BlockProcedure | None:
    """The procedure of a proceeding's policy key, from the text kept in the record; None where none is kept."""
    version = key.partition("/")[0]
    try:
        return load_blocks(procedures.get(session, version), version)
    except (KeyError, DocumentError):
        return None


def _numbered(chain: Iterable[Entry]) -> tuple[Numbered, ...]:
    return tuple(Numbered(entry.seq, entry.act) for entry in chain)


def _entry(chain: Sequence[Entry], act: str) -> Entry:
    """The entry of that number or, by name, the last one; raises UnknownActError."""
    if act.isdecimal():
        found = next((entry for entry in chain if entry.seq == int(act)), None)
    else:
        name = {act_words(name): name for name in ActName}.get(act)
        try:
            name = name or ActName(act.replace("-", "_"))
        except ValueError as error:
            known = ", ".join(dict.fromkeys(entry.act.act.value for entry in chain))
            raise UnknownActError(
                f"ACT {act}: 没有这种记录 not an act;可接受 accepted: 1..{len(chain)}, {known}"
            ) from error
        found = next((entry for entry in reversed(chain) if entry.act.act is name), None)
    if found is None:
        known = ", ".join(dict.fromkeys(entry.act.act.value for entry in chain))
        text = f"{chain[0].target} 没有这条记录 has no such act: {act};可接受 accepted: 1..{len(chain)}, {known}"
        raise UnknownActError(text, absent=True)
    return found


def _policy(session: Session, chain: Sequence[Entry], key: str) -> Policy | None:
    """The policy of that key, else the first of `chain`, from the text kept in the record; None where none is."""
    keys = [entry.act.ruling.policy for entry in chain if entry.act.ruling and entry.act.ruling.policy]
    key = key or next(iter(keys), "")
    version, _, on = key.partition("/")
    try:
        return load_text(procedures.get(session, version), version).in_force(date.fromisoformat(on))
    except (KeyError, LookupError, ValueError):
        return None


def _told(session: Session, entry: Entry) -> list[Telling]:
    """Every post that was told of the act: in its inbox, and over the channels that leave the house."""
    inside = [
        Telling(post=one.recipient, channel=one.channel.value, state=one.state.value, at=one.delivered_at,
                proof="收件箱登记 entered in the inbox" if one.delivered_at else None)
        for one in outbox.of_act(session, entry.target, entry.seq)
    ]  # fmt: skip
    outside = [
        Telling(
            post=one.recipient,
            channel=one.channel,
            state=one.state.value,
            at=one.delivered_at or one.attempted_at or one.due_at,
            attempts=one.attempts,
            proof=one.receipt if one.state is NoticeState.DELIVERED else None,
            failure=one.failure,
        )
        for one in deliveries.of_act(session, entry.target, entry.seq)
    ]
    return sorted([*inside, *outside], key=lambda one: (one.post, one.at is None, one.at))
