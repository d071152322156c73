"""Is everything there that was acknowledged, once, and does everybody tell the same? Asked of the house from outside.

Each claim of decision 0032 is a function that names what is wrong, in a line each; no line: the claim holds.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

from sqlmodel import Session

from cli.histories import histories, misdirected
from cli.verifying import differing
from models.acts import ActName
from models.contract import matter_of
from record import deliveries, documents, ledger, matters, tallies, targets
from record.deliveries import Delivery
from record.ledger import Entry
from record.outbox import NoticeState
from tests.endurance.house import House
from tests.endurance.living import as_written, in_lines, lived_again, standing, unlike
from tests.endurance.plan import Plan
from tests.endurance.stream import Journal, Stream

_SETTLED = frozenset(NoticeState) - {NoticeState.QUEUED, NoticeState.SENDING}
_LATE = timedelta(seconds=2)
_LOOKS = 8


@dataclass(frozen=True, slots=True)
class Audited:
    """What an audit saw: what was wrong, and how much there was to look at."""

    faults: tuple[str, ...]
    entries: int
    lost: int
    doubled: int
    seconds: float


class Audit:
    """Looks at one house."""

    def __init__(self, house: House, plan: Plan, journal: Journal, stream: Stream) -> None:
        self._house = house
        self._plan = plan
        self._journal = journal
        self._stream = stream
        self._clock_set: list[tuple[datetime, int, int]] = []
        self._began_again = False
        self._chance = Random(f"looks/{plan.seed}")  # noqa: S311 - a seeded plan
        self.drills_compared = False
        self.apart = set[str]()
        """Targets of which something is known that no plan says: they are not lived again."""

    def clock_was_set(self, before: int, after: int) -> None:
        """The clock of the house's machine was set, from so many seconds beside the director's to so many."""
        self._clock_set.append((datetime.now(UTC), before, after))

    def histories_began(self) -> None:
        """The histories of before are lost: of what is over nobody knows any more."""
        self._began_again = True

    async def settle(self, within: float = 60) -> list[str]:
        """Wait until every clock due has struck and no notice is on its way; who is late is a fault."""
        until = time.monotonic() + within
        while True:
            with self._house.store.reading() as session:
                late = targets.late(session, datetime.now(UTC) - _LATE)
                late = {one: at for one, at in late.items() if not self.drilled(one) and one not in self.apart}
            if not late:
                return []
            if time.monotonic() > until:
                return [f"{one}: due at {at.isoformat()} and has not struck" for one, at in sorted(late.items())]
            await asyncio.sleep(0.2)

    def record(self) -> Audited:
        """What the record says by itself, against what was acknowledged."""
        began = time.monotonic()
        with self._house.store.reading() as session:
            entries = list(ledger.recorded(session))
            lost = list(self._lost(session, entries))
            twice = list(doubled(entries))
            faults = [
                *lost,
                *twice,
                *self._journal.contradicted,
                *(fault.text for fault in ledger.verify(session)),
                *(fault.text for fault in documents.verify(session)),
                *_miscounted(session),
                *self._unlike(session, entries),
            ]
        return Audited(tuple(faults), len(entries), len(lost), len(twice), time.monotonic() - began)

    async def histories(self, sample: int | None = None) -> list[str]:
        """Whether Temporal's histories and the record agree: of `sample` targets by lot, or of all there are.

        Of those that go on; the lot is the plan's: the same seed draws it again.
        """
        with self._house.store.reading() as session:
            going_on, stages = targets.going_on(session), targets.stages(session)
        known = [one for one in stages if one in going_on or (sample is None and not self._began_again)]
        # A drill's clock was in the history alone: once that is lost it is nobody's to keep.
        chosen = [one for one in known if not (self._began_again and self.drilled(one)) and not one.startswith("duty/")]
        if sample is not None:
            chosen = self._chance.sample(chosen, min(sample, len(chosen)))
        faults: list[str] = []
        for _ in range(_LOOKS):
            faults = await self._compared(chosen, everything=sample is None)
            if not faults:
                break
            # Whoever keeps it may have been woken just now, and not have looked yet.
            await asyncio.sleep(1)
        return faults

    async def _compared(self, chosen: list[str], *, everything: bool) -> list[str]:
        client = self._house.client
        seen = await histories(client, chosen)
        # What was said to a target without a running workflow another workflow has seen.
        aside = [one async for one in misdirected(client)] if everything else []
        faults = differing(self._house.store, [witness for one in (*seen, *aside) for witness in one.witnessed])
        missing = [f"{one.target}: {one.state.value if one.state else ''}, and no history has seen anything of it"
                   for one in seen if not one.witnessed]  # fmt: skip
        return [*missing, *(fault.text for fault in faults)]

    async def notices(self, within: float = 120) -> list[str]:
        """Whether each notice arrived once for its act, recipient and channel, or is accounted for."""
        until = time.monotonic() + within
        while True:
            found = self._deliveries()
            waiting = [one for one in found if one.state not in _SETTLED]
            if not waiting or time.monotonic() > until:
                break
            await asyncio.sleep(0.5)
        faults = [f"{_named(one)}: still {one.state.value}" for one in waiting]
        arrived = self._house.mail.keys
        keys = Counter(str(one.provider_key) for one in found if one.provider_key is not None)
        faults += [f"{key}: the key of {number} notices" for key, number in keys.items() if number > 1]
        for one in found:
            copies = arrived[str(one.provider_key)]
            if one.state is NoticeState.DELIVERED and copies == 0:
                faults.append(f"{_named(one)}: on record as delivered, and never arrived")
            elif copies > 1 and one.attempts < copies:
                faults.append(f"{_named(one)}: arrived {copies} times after {one.attempts} attempts")
            elif copies and one.state not in (NoticeState.DELIVERED, NoticeState.UNCONFIRMED, NoticeState.FAILED,
                                              NoticeState.UNDELIVERED):  # fmt: skip
                faults.append(f"{_named(one)}: arrived, and is on record as {one.state.value}")
        faults += [f"{key}: arrived, and nobody knows of it" for key in arrived if key not in keys]
        return faults

    def counted_notices(self) -> dict[str, int]:
        """How many notices came to what; copies beyond the first carry the same Message-ID."""
        states = Counter(one.state.value for one in self._deliveries())
        arrived = self._house.mail.keys
        return {**states, "arrived": len(arrived), "copies": sum(arrived.values()) - len(arrived)}

    # --- claims -----------------------------------------------------------------------------------------------------

    def _lost(self, session: Session, entries: list[Entry]) -> Iterator[str]:
        """Acknowledged and not there, with another answer, or about another instant."""
        at: dict[tuple[str, str], datetime] = {}
        for entry in entries:
            if entry.message_id is not None:
                at.setdefault((entry.target, entry.message_id), entry.act.at)
        for key, one in self._journal.first.items():
            answer = matters.answered(session, *key)
            if answer is None:
                yield f"{key}: acknowledged, and not on record"
            elif answer.accepted != one.accepted:
                yield f"{key}: acknowledged as {one.accepted}, on record as {answer.accepted}"
            elif key not in at:
                yield f"{key}: acknowledged, and no act tells of it"
            elif not one.drilled and not self._within(at[key], one.sent_at, one.answered_at):
                yield f"{key}: on record at {at[key]}, said from {one.sent_at} to {one.answered_at}"

    def _within(self, at: datetime, sent_at: datetime, answered_at: datetime) -> bool:
        """Whether the instant is one that the machine's clock may have shown between the two of the director's."""
        shown = {0}
        for when, before, after in self._clock_set:
            if sent_at <= when + _LATE:
                # What was on its way when the clock was set was perhaps taken before.
                shown |= {before, after} if answered_at >= when else {before}
            else:
                shown = {after}
        if any(sent_at <= when and when - _LATE <= answered_at for when in self._house.server_started_at):
            shown.add(0)
        back, ahead = timedelta(seconds=min(shown)), timedelta(seconds=max(shown))
        second = timedelta(seconds=1)
        return sent_at - second + back <= at <= answered_at + second + ahead

    def _unlike(self, session: Session, entries: list[Entry]) -> Iterator[str]:
        """Whose acts, light or due instants are not those of an undisturbed life."""
        by_family: dict[str, list[Entry]] = {}
        families = self._families()
        for entry in entries:
            family = families(entry.target)
            if family is not None:
                by_family.setdefault(family, []).append(entry)
        for life in self._plan.lives:
            said = self._journal.said.get(life.name)
            own = by_family.get(life.name, [])
            if said and own:
                ids = {one.message.message_id: self._stream.message_id(one) for one in said}
                wanted = lived_again(said, ids, own, self._house.directory)
                yield from unlike(in_lines(entry.act for entry in own), wanted.acts)
                yield from self._standing(session, wanted.standing)
        if self._stream.drilled.is_set() and not self.drills_compared:
            self.drills_compared = True
            for number, scenario in enumerate(self._plan.drills):
                own = by_family.get(f"d{number}", [])
                wanted = as_written(scenario, self._house.directory)
                yield from unlike(in_lines(entry.act for entry in own), wanted.acts)
                yield from self._standing(session, wanted.standing)

    @staticmethod
    def _standing(session: Session, wanted: Mapping[str, str]) -> Iterator[str]:
        for target, stands in wanted.items():
            state = targets.seen(session, target)
            found = "nowhere" if state is None else standing(state)
            if found != stands:
                yield f"{target}: stands at {found}, undisturbed at {stands}"

    def _families(self) -> Callable[[str], str | None]:
        names = {life.name for life in self._plan.lives}

        def family(target: str) -> str | None:
            if target in self.apart:
                return None
            root = matter_of(target).removeprefix("petition/")
            for name in (root, root[:-1], root.partition("-")[0]):
                if name in names:
                    return name
            return root.partition("m")[0] if self.drilled(target) else None

        return family

    @staticmethod
    def drilled(target: str) -> bool:
        return target.startswith("d") and target[1:2].isdigit()

    def _deliveries(self) -> list[Delivery]:
        found: list[Delivery] = []
        with self._house.store.reading() as session:
            after: str | None = None
            while True:
                page = deliveries.deliveries(session, limit=500, after=after)
                found += page.items
                after = page.next
                if not after:
                    return found


def doubled(entries: list[Entry]) -> Iterator[str]:
    """The same act twice for one message, or of one clock at one instant; a finding taken back that does not stand."""
    others = [entry for entry in entries if entry.act.act is not ActName.FINDING_WITHDRAWN]
    said = Counter(
        (entry.target, entry.message_id, entry.act.act, _told_apart(entry)) for entry in others if entry.message_id
    )
    struck = Counter(
        (entry.target, entry.act.at, entry.act.act, entry.act.subject, _told_apart(entry))
        for entry in others
        if entry.message_id is None
    )
    for key, number in [*said.items(), *struck.items()]:
        if number > 1:
            yield f"{key[0]}: {number} times {key[1]} {key[2]}"
    yield from _taken_back_twice(entries)


def _told_apart(entry: Entry) -> str:
    """What tells two acts of one cause apart: the clock or child they are about."""
    return f"{entry.act.due} {sorted(map(str, entry.act.detail.items())) if entry.act.detail else ''}"


def _taken_back_twice(entries: list[Entry]) -> Iterator[str]:
    """One decision may take back several findings of one name, and says the same of each: no more than there are."""
    standing = Counter[tuple[str, str]]()
    for entry in entries:
        if entry.act.act is not ActName.FINDING_WITHDRAWN:
            standing[entry.target, entry.act.act.value] += 1
            continue
        finding = entry.target, str(entry.act.reason)
        standing[finding] -= 1
        if standing[finding] < 0:
            yield f"{entry.target}: takes {entry.act.reason} back once more than it was found"


def _miscounted(session: Session) -> Iterator[str]:
    """Roll-ups that are not what a recount comes to."""
    for one in tallies.differing(session):
        yield f"{one.line}: tallied as {one.kept}, recounted {one.counted}"


def _named(one: Delivery) -> str:
    return f"notice of {one.entry.target}#{one.entry.seq} to {one.recipient}"
