"""What the database shows each reader is what the table of authority says he may see: the two are held equal."""

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import text

from models.access import Relation, Scope, View
from models.acts import ActName
from models.cases import CaseStage, CaseState
from models.matters import Light, MatterState, Stage
from policies.access import may_view, relations, scope
from policies.machines import light_of
from record import case_lists, outbox, parties, registers, settling, views
from record import cases as kept_cases
from record import matters as kept_matters
from record.case_lists import CaseSought
from record.registers import Sought
from record.store import Store
from tests.builders import ABOVE, CO, CO_HANDLER, CO_HEAD, HANDLER, HEAD, LEADER, OFFICER, STRANGER, Life
from tests.policies.access_cast import DIRECTORY, POSTS, cases, matters
from tests.record.builders import DUE, NOW, an_act, append
from tests.record.builders import save as save_matter

KNOWN = [post for post in POSTS if DIRECTORY.has_post(post)]
EVERYTHING = Scope.everything()
OUTSIDE = {"监委主任", "监委承办岗"}

MATTERS: dict[str, MatterState] = {}
CASES: dict[str, CaseState] = {}
for number, moment in enumerate(matters(), 1):
    assert isinstance(moment.state, MatterState)
    public = moment.state.terms and moment.state.terms.model_copy(update={"public": number % 2 == 0})
    MATTERS[f"m{number}"] = moment.state.model_copy(update={"id": f"m{number}", "terms": public})
for number, moment in enumerate(cases(), 1):
    if isinstance(moment.state, CaseState) and moment.state.proposed_at is not None:
        changed = {"id": f"m3/case{number}", "matter_id": "m3"}
        CASES[f"m3/case{number}"] = moment.state.model_copy(update=changed)


@pytest.fixture
def kept(database_url: str) -> Iterator[Store]:
    """A record of every moment of a matter, and of every one of a case, all of one of these matters."""
    store = Store(database_url)
    store.migrate()
    with store.writing() as session:
        for matter_id, matter in MATTERS.items():
            entries = append(
                session,
                an_act(ActName.REGISTERED, matter_id, by=OFFICER, tell=(HANDLER, HEAD)),
                an_act(ActName.PROGRESS_REPORTED, matter_id, by=CO_HANDLER, detail={"text": "本部分已核对"}),
                an_act(ActName.ASSIGNED, matter_id, tell=(CO_HEAD, HEAD)),
                an_act(ActName.SUBMITTED, matter_id, by=HANDLER, detail={"text": "全部"}),
            )
            outbox.queue(session, entries)
            save_matter(session, matter, seq=4)
        for case_id, case in CASES.items():
            append(session, an_act(ActName.CASE_PROPOSED, case_id, subject=case.subject))
            kept_cases.save(session, case, seq=1, at=NOW, last_act=ActName.CASE_PROPOSED, next_at=None, due_at=None)
    yield store
    store.close()


def visible(view: View, post: str | None, roles: tuple[str, ...] = ()) -> set[str]:
    """The matters of which the table lets this post see that."""
    return {
        matter_id
        for matter_id, matter in MATTERS.items()
        if may_view(view, relations(post, matter, DIRECTORY, roles=roles))
    }


@pytest.mark.parametrize("roles", [(), ("administrator",), ("auditor",), ("authorised_auditor",)])
def test_every_reader_finds_exactly_the_matters_and_cases_the_table_lets_him_see(
    kept: Store, roles: tuple[str, ...]
) -> None:
    for post in (*KNOWN, None) if not roles else (None, STRANGER):
        reader = scope(post, DIRECTORY, roles=roles)
        with kept.reading() as session:
            listed = {line.id for line in views.matters(session, scope=reader, now=DUE, limit=1000).items}
            sought = {line.id for line in registers.found(session, Sought(), scope=reader, now=DUE, limit=1000).items}
            counted = registers.numbers(session, {"all": Sought()}, scope=reader, now=DUE)["all"]
            registered = {line.line.id for line in views.register(session, scope=reader, now=DUE).items}
            carded = {one for one in MATTERS if views.card(session, one, DUE, scope=reader)}
            parted = {one for one in MATTERS if views.part(session, one, DUE, scope=reader)}
            all_cases = {line.id for line in case_lists.found(session, CaseSought(), scope=reader, limit=1000).items}
            number_of_cases = case_lists.number(session, CaseSought(), scope=reader)
            of_m3 = {line.id for line in views.cases(session, "m3", scope=reader)}
            read = {one for one in CASES if views.timeline(session, one, scope=reader)}
            stories = {
                one: [entry.act.act for entry in views.timeline(session, one, scope=reader, with_cases=False)]
                for one in MATTERS
            }
        assert listed - {"m1"} == visible(View.LINE, post, roles) - {"m1"}, post
        assert (sought, counted) == (listed, len(listed)), post
        assert registered - {"m1"} == carded - {"m1"} == visible(View.MATTER, post, roles) - {"m1"}, post
        assert parted == visible(View.PART, post, roles) - {"m1"}, post
        whole = {one for one, acts in stories.items() if len(acts) == 4}
        assert whole - {"m1"} == visible(View.TIMELINE, post, roles) - {"m1"}, post
        assert {one for one, acts in stories.items() if acts} <= visible(View.PART, post, roles) | {"m1"}, post
        if post not in OUTSIDE:
            standing = {one: relations(post, case, DIRECTORY, roles=roles) for one, case in CASES.items()}
            assert of_m3 == {one for one in CASES if may_view(View.CASE, standing[one])}, post
            assert (all_cases, number_of_cases) == (of_m3, len(of_m3)), post
            assert read == {one for one in CASES if may_view(View.CASE_TIMELINE, standing[one])}, post


def test_the_filters_of_the_cases_say_what_their_states_say(kept: Store) -> None:
    organs = {organ for case in CASES.values() for organ in case.organs}
    asked: list[tuple[CaseSought, Callable[[CaseState], bool]]] = [
        *((CaseSought(stage=stage), lambda case, stage=stage: case.stage is stage) for stage in CaseStage),
        *((CaseSought(organ=organ), lambda case, organ=organ: organ in case.organs) for organ in organs),
        *((CaseSought(light=light), lambda case, light=light: light_of(case) is light) for light in Light),
        *((CaseSought(open=wanted), lambda case, wanted=wanted: case.open is wanted) for wanted in (True, False)),
        (CaseSought(text=HEAD), lambda case: case.subject == HEAD),
        (CaseSought(ids=frozenset({"m3/case2"})), lambda case: case.id == "m3/case2"),
    ]
    with kept.reading() as session:
        assert case_lists.organs(session, scope=EVERYTHING) == sorted(organs)
        for sought, fits in asked:
            ids = {one for one, case in CASES.items() if fits(case)}
            found = case_lists.found(session, sought, scope=EVERYTHING, limit=1000).items
            assert {line.id for line in found} == ids, sought
            assert {line.id: line.light for line in found} == {one: light_of(CASES[one]) for one in ids}
            assert case_lists.number(session, sought, scope=EVERYTHING) == len(ids)
        pages, after = list[str](), None
        while True:
            page = case_lists.found(session, CaseSought(), scope=EVERYTHING, after=after, limit=7)
            pages += [line.id for line in page.items]
            if (after := page.next) is None:
                break
    assert len(pages) == len(set(pages)) == len(CASES)


def test_what_an_older_program_did_not_write_of_cases_is_settled_by_their_states(kept: Store) -> None:
    columns = text("SELECT id, title, red, asked FROM cases ORDER BY id")
    with kept.reading() as session:
        before = session.execute(columns).all()
    with kept.writing() as session:
        session.execute(text("UPDATE cases SET title = NULL, red = NOT red, asked = NULL"))

    assert settling.settle(kept).targets >= len(before) > 10

    with kept.reading() as session:
        assert session.execute(columns).all() == before
        assert list(settling.cases_astray(session)) == []


def test_an_outside_body_finds_no_case_but_those_the_table_lets_it_see(kept: Store) -> None:
    seen = set()
    for post in OUTSIDE:
        with kept.reading() as session:
            found = {line.id for line in views.cases(session, "m3", scope=scope(post, DIRECTORY))}
        allowed = {one for one, case in CASES.items() if may_view(View.CASE, relations(post, case, DIRECTORY))}
        assert found <= allowed
        seen |= found
    assert seen


def test_a_co_handler_sees_only_its_part(kept: Store) -> None:
    reader = scope(CO_HEAD, DIRECTORY)
    with kept.reading() as session:
        line = next(line for line in views.matters(session, scope=reader, now=DUE, limit=1000).items if line.id == "m3")
        part = views.part(session, "m3", DUE, scope=reader)
        acts = [entry.act.act for entry in views.timeline(session, "m3", scope=reader)]
        assert views.card(session, "m3", DUE, scope=reader) is None
    assert (line.level, line.cases_open, line.last_act, line.last_act_at) == (None, None, None, None)
    assert part is not None
    assert [one.organ for one in part.parts] == [CO]
    assert acts == [ActName.PROGRESS_REPORTED, ActName.ASSIGNED]


def test_the_matter_s_story_holds_only_the_cases_the_reader_may_read(kept: Store) -> None:
    for post in (HANDLER, HEAD, OFFICER, LEADER, ABOVE):
        reader = scope(post, DIRECTORY)
        with kept.reading() as session:
            told = {entry.target for entry in views.timeline(session, "m3", scope=reader)}
        standing = {one: relations(post, case, DIRECTORY) for one, case in CASES.items()}
        assert told == {"m3"} | {one for one in CASES if may_view(View.CASE_TIMELINE, standing[one])}, post
    with kept.reading() as session:
        assert {entry.target for entry in views.timeline(session, "m3", scope=Scope.audit())} == {"m3"}


def test_the_overview_counts_what_the_reader_sees_whole(kept: Store) -> None:
    for post in KNOWN:
        reader = scope(post, DIRECTORY)
        seen = [MATTERS[one] for one in visible(View.MATTER, post) if MATTERS[one].stage is not Stage.REFUSED]
        with kept.reading() as session:
            overview = views.by_organ(session, DUE, scope=reader)
            late = [line.id for line in views.matters(session, scope=reader, now=DUE, overdue=True, limit=1000).items]
            registered = {line.line.id for line in views.register(session, scope=reader, now=DUE).items}
        assert overview.totals.matters == len(seen), post
        assert overview.totals.stages == {
            stage: number for stage in Stage if (number := sum(one.stage is stage for one in seen))
        }
        assert {one.organ for one in overview.organs} == {one.terms.lead for one in seen if one.terms}
        assert overview.totals.overdue == len(set(late) & registered)
    with kept.reading() as session:
        assert views.by_organ(session, DUE, scope=Scope.nothing()).totals.matters == 0
        assert views.by_organ(session, DUE, scope=Scope.published()).totals.matters == 0


def test_the_public_finds_what_is_marked_public_as_lines_and_nothing_else(kept: Store) -> None:
    public = visible(View.PUBLIC_STATUS, None) - {"m1", "m2"}
    with kept.reading() as session:
        lines = views.published(session, now=DUE, limit=1000).items
        assert {line.id for line in lines} == public
        assert {line.id for line in lines if views.public_status(session, line.id) == line} == public
        assert all(views.public_status(session, one) is None for one in set(MATTERS) - public)
        for reader in (Scope.published(), Scope.nothing()):
            assert views.matters(session, scope=reader, now=DUE).items == ()
            assert views.register(session, scope=reader, now=DUE).items == ()
            assert [views.card(session, one, DUE, scope=reader) for one in MATTERS] == [None] * len(MATTERS)
            assert [views.timeline(session, one, scope=reader) for one in (*MATTERS, *CASES)] == [[]] * (
                len(MATTERS) + len(CASES)
            )
    assert lines
    assert set(vars(type(lines[0]))["__slots__"]) == {"id", "title", "lead", "stage", "light", "due_on"}


def test_pages_of_a_scope_are_full_and_miss_nothing(kept: Store) -> None:
    reader = scope(CO_HANDLER, DIRECTORY)
    found: list[str] = []
    after: str | None = None
    with kept.reading() as session:
        while True:
            page = views.matters(session, scope=reader, now=DUE, limit=4, after=after)
            found += [line.id for line in page.items]
            assert len(page.items) == 4 or page.next is None
            after = page.next
            if after is None:
                break
    assert set(found) == visible(View.LINE, CO_HANDLER)
    assert len(found) == len(set(found))


def test_the_parties_follow_every_transition(kept: Store) -> None:
    life = Life(co=[CO])
    for step in (
        lambda: None,
        lambda: life.say("03-02 11:00", "request_transfer", HEAD, to="公安局", reason="职责"),
        lambda: life.say("03-02 12:00", "accept_transfer", STRANGER),
    ):
        step()
        with kept.writing() as session:
            kept_matters.load(session, "m1")
            append(session, an_act(ActName.PROGRESS_REPORTED, "m1"))
            save_matter(session, life.state, seq=9)
        with kept.reading() as session:
            rows = session.execute(text("SELECT role, party FROM parties WHERE target = 'm1'")).all()
        assert {(row[0], row[1]) for row in rows} == set(parties.of(life.state))


def test_every_relation_of_a_case_that_lists_ask_for_is_kept(kept: Store) -> None:
    with kept.reading() as session:
        rows = session.execute(text("SELECT target, role, party FROM parties")).all()
    said = {(row[0], row[1], row[2]) for row in rows}
    states: list[MatterState | CaseState] = [*MATTERS.values(), *CASES.values()]
    assert said == {(state.id, part, party) for state in states for part, party in parties.of(state)}
    assert Relation.RECUSED in {role for _, role, _ in said}
