"""Is the record as it was? Seals, what befell workflows, and the chains recomputed, for whom may ask (engine.md 5)."""

from dataclasses import asdict
from datetime import date
from typing import Annotated

from fastapi import Query
from pydantic import Field
from sqlmodel import Session

from evidence import sealing
from models.access import View
from models.evidence import IncidentKind, Seal, SigningKey
from models.matters import MatterState
from record import incidents, ledger, matters, seals
from record.incidents import Reported
from record.looks import chain_of, with_cases
from record.pages import cut
from web.api import authority
from web.api.limits import Speaker
from web.api.parts import Paged, WebNow, paged, router
from web.api.shapes import At, Out, Page
from web.api.texts import MATTER_ID

routes = router("证据 evidence")


class IncidentOut(Out):
    """What befell a workflow from outside; `closed_at` is null until it is dealt with."""

    seq: int
    target: str = Field(examples=["2026-0143"])
    kind: IncidentKind
    run_id: str
    reason: str
    reported_at: At
    closed_at: At | None


@routes.get("/incidents", summary="流程遭外部干预的报告 What befell workflows from outside")
def list_incidents(asked: Annotated[Paged, Query()], caller: Speaker, web: WebNow) -> Page[IncidentOut]:
    """按报告次序。 In the order of reporting."""
    authority.site(web, caller, View.INCIDENTS)
    after = _behind(asked.after)
    with web.store.reading() as session:
        found = [one for one in incidents.listed(session) if one.seq > after]
    return paged(lambda: cut(found[: asked.limit + 1], asked.limit, lambda one: str(one.seq)), _incident)


def _incident(one: Reported) -> IncidentOut:
    return IncidentOut(**asdict(one))


def _behind(after: str | None) -> int:
    """The number behind which a page begins; 404 for a cursor that no page gave."""
    if after is None:
        return 0
    if not after.isdecimal() or len(after) > 9:
        raise authority.not_found()
    return int(after)


class SealOut(Out):
    """The signed head over the whole record on a day; `line` is what an outside body keeps of it."""

    no: int
    day: date
    made_at: At
    extra: bool
    missed: int
    leaves: int
    entries: int
    disputed: int
    root: str
    previous: str
    key: str
    hash: str
    signature: str
    line: str


class KeyOut(Out):
    """A public key that signs or signed, in hexadecimal; `endorsed_by` is the key before it."""

    id: str
    public: str
    added_at: At
    endorsed_by: str | None
    endorsement: str | None


class SealsOut(Page[SealOut]):
    """Seals in their order, and every key that signs or signed."""

    keys: list[KeyOut]


@routes.get("/seals", summary="每日封存 The signed heads")
def list_seals(asked: Annotated[Paged, Query()], caller: Speaker, web: WebNow) -> SealsOut:
    """按编号;`line` 供外存。 By number; keep `line` outside."""
    authority.site(web, caller, View.VERIFICATION)
    with web.store.reading() as session:
        rows = []
        for row in seals.kept(session, _behind(asked.after)):
            rows.append(row)
            if len(rows) > asked.limit:
                break
        keys = seals.keys(session)
    page = cut([sealing.read(row) for row in rows], asked.limit, lambda one: str(one.no))
    return SealsOut(
        items=[_seal(one) for one in page.items], next=page.next, keys=[_key(one) for one in keys.values()]
    )  # fmt: skip


def _seal(one: Seal) -> SealOut:
    return SealOut(**one.model_dump(exclude={"body"}), line=one.line)


def _key(one: SigningKey) -> KeyOut:
    return KeyOut(**one.model_dump())


class FaultOut(Out):
    """Something that does not agree: at which entry of which chain, and in words."""

    target: str
    seq: int
    kind: str
    text: str


class VerifiedOut(Out):
    """The chains recomputed, and every entry that does not agree."""

    chains: list[str]
    faults: list[FaultOut]


@routes.get("/verification", summary="核对记录链 Verify chains")
def verify(
    matter: Annotated[str, Query(pattern=MATTER_ID, description="事项编号 a matter", examples=["2026-0143"])],
    caller: Speaker,
    web: WebNow,
) -> VerifiedOut:
    """重算一件事项、其案件及其查看记录的链;全部核对与流程历史对照用 `starter.py verify`。

    Recomputes the chains of one matter, its cases and the looks at them; all of it, and histories, by the command line.
    """
    authority.site(web, caller, View.VERIFICATION)
    with web.store.reading() as session:
        _known(session, matter)
        chains = [one for own in with_cases(session, matter) for one in (own, chain_of(own))]
        faults = ledger.verify(session, chains)
    return VerifiedOut(
        chains=chains,
        faults=[FaultOut(target=one.target, seq=one.seq, kind=one.kind.value, text=one.text) for one in faults],
    )


def _known(session: Session, matter: str) -> MatterState:
    state = matters.seen(session, matter)
    if state is None:
        raise authority.not_found()
    return state
