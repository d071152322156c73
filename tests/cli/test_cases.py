"""`show` and `why` of a case, `policy show ladder`: what it was opened from and rests on, what nobody has checked."""

from collections.abc import Callable, Iterator

import pytest

from activities.recording import Recording
from models.acts import ActName
from models.contract import TransitionOrder
from record import cases, ledger, outbox
from record.store import Store
from rehearsal.scenarios import PlannedCommand, load
from tests.builders import SCENARIOS, at, sample_directory
from tests.cli.conftest import Said

NOW = at("2026-03-04 09:00")
SERIES, OTHER, FIRST = "series/case1", "series/case2", "inspection/case1"


class Lived:
    """The cases of a scenario file, told to the recorder command by command."""

    def __init__(self, url: str, file: str) -> None:
        (path,) = SCENARIOS.glob(f"{file}-*.yaml")
        self.store = Store(url)
        self.store.migrate()
        self._recording = Recording(self.store, sample_directory())
        self._planned = [item for item in load(path).planned if isinstance(item, PlannedCommand)]

    def until(self, target: str, do: str) -> "Lived":
        """Say everything up to the first command `do` to the target, included."""
        while self._planned:
            item = self._planned.pop(0)
            order = TransitionOrder(matter_id=item.target, at=item.at, message=item.command)
            self._recording.record_transition(order)
            if (item.target, item.command.do) == (target, do):
                return self
        raise AssertionError(f"{target} {do} is not in the file")

    def of(self, target: str, act: ActName) -> ledger.Entry:
        """The last entry of that name."""
        with self.store.reading() as session:
            return [entry for entry in ledger.entries(session, target) if entry.act.act is act][-1]


@pytest.fixture
def lived(empty: dict[str, str]) -> Iterator[Callable[[str], Lived]]:
    opened: list[Lived] = []

    def live(file: str) -> Lived:
        opened.append(Lived(empty["DUBAN_DATABASE_URL"], file))
        return opened[-1]

    yield live
    for one in opened:
        one.store.close()


def test_a_case_is_shown_with_its_source_and_what_became_of_the_cases_it_rests_on(
    lived: Callable[[str], Lived], command: Callable[..., Said], empty: dict[str, str]
) -> None:
    life = lived("116").until(SERIES, "propose")
    before = command("show", SERIES, "--json", **empty).json
    assert before["source"] == {
        "kind": "series",
        "reference": None,
        "cases": [
            {"id": "inspection/case1", "stage": "decided", "standing": "P1"},
            {"id": "inspection/case2", "stage": "decided", "standing": "P3"},
            {"id": "inspection/case3", "stage": "decided", "standing": "P4"},
        ],
    }
    life.until(FIRST, "decide_review")
    shown = command("show", SERIES, **empty)
    assert "系列案件（inspection/case1、inspection/case2、inspection/case3） series" in shown.out
    assert "inspection/case1 已撤销并恢复" in shown.out
    assert "inspection/case2 已决定 P3" in shown.out
    assert command("show", FIRST, "--json", **empty).json["source"]["reference"] == "督检〔2026〕1号"


def test_a_revoked_case_tells_the_office_of_those_that_rest_on_it(
    lived: Callable[[str], Lived], command: Callable[..., Said], empty: dict[str, str]
) -> None:
    life = lived("116").until(FIRST, "decide_review")
    restored = life.of(FIRST, ActName.RESTORED)
    assert restored.act.detail["rested_on_by"] == [SERIES, OTHER]
    with life.store.reading() as session:
        told = {notice.recipient for notice in outbox.of_act(session, FIRST, restored.seq)}
        assert [one.id for one in cases.resting_on(session, "inspection/case2")] == [SERIES, OTHER]
        assert [one.id for one in cases.resting_on(session, "inspection/case")] == []
        assert [one.id for one in cases.open_against(session, "区教育局长")] == [SERIES]
    assert "市长" in told
    now = command("why", SERIES, "--json", **empty).json
    assert "所依案件的决定已撤销:inspection/case1。" in [words["zh"] for words in now["happened"]]
    revoked = command("why", FIRST, "restored", "--json", **empty).json
    assert any(SERIES in words["en"] for words in revoked["happened"])


def test_why_names_the_source_of_a_proposal_and_of_every_later_act_of_the_case(
    lived: Callable[[str], Lived], command: Callable[..., Said], empty: dict[str, str]
) -> None:
    lived("111").until("audit/case1", "file")
    proposed = command("why", "audit/case1", "case_proposed", "--json", **empty).json
    assert {
        "zh": "案件来源:审计（审字〔2026〕3号）。",
        "en": "It was opened from: audit (审字〔2026〕3号).",
    } in proposed["happened"]
    filed = command("why", "audit/case1", "case_filed", "--json", **empty).json
    assert any("来源:审计（审字〔2026〕3号）" in fact["words"]["zh"] for fact in filed["facts"])
    refused = command("why", "audit/case1", "1", "--json", **empty).json
    assert refused["rule"]["entry"] == "source"
    assert {number["name"] for number in refused["rule"]["numbers"]} == {"accumulation"}
    assert any("reference" in words["en"] for words in refused["instead"])


def test_what_nobody_has_checked_is_marked_in_the_card_its_clocks_and_the_explanation(
    lived: Callable[[str], Lived], command: Callable[..., Said], empty: dict[str, str]
) -> None:
    lived("119").until(FIRST, "record")
    card = command("show", FIRST, "--json", **empty).json
    assert card["unverified"] == {"P6": ["effect"]}
    assert {one["clock"] for one in card["clocks"] if one["unverified"]} == {"effect"}
    shown = command("show", FIRST, **empty)
    assert "P6 调整工作岗位 transfer from the post(未核实 unverified: effect)" in shown.out
    assert "影响期满(未核实 unverified)" in shown.out
    assert "执行到期(未核实 unverified)" not in shown.out
    now = command("why", FIRST, "--json", **empty).json
    (period,) = [number for number in now["rule"]["numbers"] if number["name"] == "P6 effect"]
    assert period["value"] == "12mo(未核实 unverified)"
    assert period["source"].endswith("(未核实 unverified)")


def test_the_end_of_an_unverified_period_is_explained_with_its_mark(
    lived: Callable[[str], Lived], command: Callable[..., Said], empty: dict[str, str]
) -> None:
    life = lived("119").until(FIRST, "record")
    recording = Recording(life.store, sample_directory())
    with life.store.reading() as session:
        state = cases.seen(session, FIRST)
    assert state is not None
    ends_at = max(clock.due_at for clock in state.clocks.values())
    recording.record_transition(TransitionOrder(matter_id=FIRST, at=ends_at))
    ended = life.of(FIRST, ActName.EFFECT_ENDED)
    assert ended.act.at == ends_at
    explained = command("why", FIRST, "effect_ended", "--json", **empty).json
    assert any("P6 12mo: common knowledge" in words["zh"] for words in explained["happened"])
    assert "(未核实 unverified)" in str(explained["happened"])


def test_a_case_of_before_sources_were_kept_is_shown_by_what_is_known(
    lived: Callable[[str], Lived], command: Callable[..., Said], empty: dict[str, str]
) -> None:
    life = lived("111").until("audit/case1", "file")
    with life.store.writing() as session:
        state = cases.load(session, "audit/case1")
        assert state is not None
        for case_id, matter_id in (("old/case1", None), ("m9/case1", "m9")):
            old = state.model_copy(update={"id": case_id, "source": None, "matter_id": matter_id})
            cases.save(session, old, seq=1, at=NOW, last_act=ActName.CASE_PROPOSED, next_at=None, due_at=None)
    assert "未写明 not said" in command("show", "old/case1", **empty).out
    assert "督办事项 matter" in command("show", "m9/case1", **empty).out


def test_the_ladder_is_shown_with_a_source_beside_every_value_and_the_marks(command: Callable[..., Said]) -> None:
    said = command("policy", "show", "ladder")
    assert said.code == 0
    marked = [line for line in said.out.splitlines() if "unverified" in line]
    assert len(marked) == 3
    content = command("policy", "show", "ladder", "--json").json
    values = [
        value
        for measure in content["measures"]
        for dated in measure["dated"]
        for name, value in dated.items()
        if name != "from"
    ]
    assert len(values) == 6 * len(content["measures"])
    assert all(value["source"] for value in values)
    assert "U6" in said.out
    assert "good_faith" in said.out
