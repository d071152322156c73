"""`why`: what an office reads and prints, on both databases, without a server; the texts were checked by hand."""

import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from pydantic import TypeAdapter
from rich.cells import cell_len

from activities.recording import Recording
from cli.explained import plain
from cli.tables import PAGE_WIDTH
from models.acts import ActName
from models.contract import TransitionOrder
from models.messages import Command, Registration
from policies.deadlines import SHANGHAI
from policies.explaining.dossier import Dossier
from policies.explaining.explanation import why_act
from record.store import Store
from rehearsal.scenarios import load
from tests.builders import SCENARIOS, sample_directory
from tests.cli.conftest import Said
from tests.policies.test_explanation import dossiers

GOLDEN = Path(__file__).parent / "why"
HANDLER, OFFICER, LEADER = "区教育局承办岗", "区政府督查室承办岗", "区长"
MATTER, WRITTEN = "2026-0001", "大雪封山,器材进不来"

_COMMAND: TypeAdapter[Command] = TypeAdapter(Command)


class Office:
    """One matter recorded as a worker records it: signed twice, an extension nobody decided, nobody submits."""

    def __init__(self, url: str) -> None:
        self._store = Store(url)
        self._store.migrate()
        self._recording = Recording(self._store, sample_directory())
        registration = Registration(
            message_id="r", title="校舍加固 | [一]", lead="区教育局", office="区政府督查室", leader=LEADER, limit="5wd"
        )
        self.order("2026-02-10T09:00", registration)
        self.say("2026-02-10T15:00", "sign", HANDLER)
        self.say("2026-02-10T16:00", "sign", HANDLER)
        self.say("2026-02-12T10:00", "request_extension", HANDLER, limit="3wd", reason=WRITTEN)
        for instant in ("2026-02-24T18:00", "2026-02-27T18:00", "2026-03-05T18:00"):
            self.order(instant)
        self._store.close()

    def order(self, instant: str, message: Registration | Command | None = None) -> None:
        at = datetime.fromisoformat(instant).replace(tzinfo=SHANGHAI)
        self._recording.record_transition(TransitionOrder(matter_id=MATTER, at=at, message=message, known_seq=0))

    def say(self, instant: str, do: str, by: str, **fields: object) -> None:
        self.order(instant, _COMMAND.validate_python({"message_id": instant, "do": do, "by": by, **fields}))


@pytest.fixture
def why(command: Callable[..., Said], empty: dict[str, str]) -> Callable[..., Said]:
    """`why` beside a record that holds the one matter, and no server."""
    Office(empty["DUBAN_DATABASE_URL"])
    return lambda *arguments: command("why", *arguments, **empty)


# --- golden texts -----------------------------------------------------------------------------------------------------


def text(file: str, target: str, act: ActName, which: int = -1) -> str:
    (path,) = SCENARIOS.glob(f"{file}-*.yaml")
    dossier: Dossier = next(one for one in dossiers(load(path)) if one.target == target)
    shown = plain(why_act(dossier, [one.seq for one in dossier.chain if one.act.act is act][which]))
    # A new parameter of the procedure gives its file another version; none of these texts is about that.
    return re.sub(r"@[0-9a-f]{12}/", "@000000000000/", shown)


@pytest.mark.parametrize(
    ("name", "file", "target", "act", "which"),
    [
        ("reminder", "01", "m1", ActName.REMINDED, 0),
        ("overdue", "03", "m1", ActName.OVERDUE, 0),
        ("extension-lapsed", "04", "m2", ActName.EXTENSION_LAPSED, 0),
        ("refusal", "04", "m2", ActName.REFUSED, 0),
        ("proposal", "02", "m1/case1", ActName.CASE_PROPOSED, 0),
        ("decision-overdue", "89", "m1/case1", ActName.DECISION_OVERDUE, 0),
        ("measure-decided", "99", "m1/case1", ActName.MEASURE_DECIDED, 0),
        ("case-lapsed", "90", "m1/case1", ActName.CASE_LAPSED, 0),
        ("case-refusal", "87", "m1/case1", ActName.REFUSED, 0),
        ("withdrawn-finding", "34", "m1", ActName.FINDING_WITHDRAWN, 0),
        ("split-child", "08", "m1b", ActName.OVERDUE, 0),
        ("suspended", "135", "m1", ActName.OVERDUE, 0),
    ],
)
def test_the_text_is_as_it_was_checked_by_hand(name: str, file: str, target: str, act: ActName, which: int) -> None:
    assert text(file, target, act, which) == (GOLDEN / f"{name}.txt").read_text(encoding="utf-8")


# --- the command ------------------------------------------------------------------------------------------------------


def test_an_act_is_named_by_number_by_name_or_in_chinese(why: Callable[..., Said]) -> None:
    by_name = why(MATTER, "overdue", "--json")

    assert by_name.code == 0, by_name.err
    assert by_name.json["act"] == "overdue"
    assert why(MATTER, str(by_name.json["seq"]), "--json").json == by_name.json
    assert why(MATTER, "超期", "--json").json == by_name.json
    # The last of that name.
    orders = why(MATTER, "rectification_ordered", "--json").json
    assert orders["at"] == "2026-03-05T18:00:00+08:00"


def test_the_answer_for_people_has_rule_facts_days_notices_and_who_could_have_stopped_it(
    why: Callable[..., Said],
) -> None:
    shown = why(MATTER, "overdue").out

    for words in (
        f"{MATTER} 校舍加固 | [一]:第11条 超期 why overdue (#11)",
        "docs/contract/engine.md 3.1, 3.8",
        "程序版本 policy: standard@",
        "日历版本 calendar: ",
        "R3 收到当日不计",
        "立项时所定(第1条)",
        "调休上班 (春节)",
        "逐日推算 the days come to: 2026-02-24 18:00 周二,与记录一致 as recorded",
        "收件箱登记 entered in the inbox",
        "牵头单位 the lead: 区教育局",
        "grant the extension that was asked for",
        "2026-02-24 18:00 周二",
    ):
        assert words in shown, words


def test_a_refusal_says_what_would_be_accepted(why: Callable[..., Said]) -> None:
    found = why(MATTER, "refused", "--json").json

    assert found["rule"]["entry"] == "signing"
    assert "已签收 already signed" in str(found["happened"])
    assert found["instead"]
    assert found["could"] == []


def test_where_a_matter_and_a_case_stand_is_explained(why: Callable[..., Said]) -> None:
    matter, case = why(MATTER, "--json").json, why(f"{MATTER}/case1", "--json").json

    assert "light: red" in str(matter["happened"])
    assert [clock["kind"] for clock in matter["clocks"]] == ["rectification"]
    assert matter["clocks"][0]["due_at"] == matter["clocks"][0]["derived_at"] == "2026-03-12T18:00:00+08:00"
    assert {way["until"] for way in matter["can"]} == {"2026-03-12T18:00:00+08:00"}
    assert "the case is open, stage: proposed" in str(case["happened"])
    (filing,) = case["clocks"]
    assert filing["kind"] == "filing"
    assert filing["due_at"] == filing["derived_at"]
    assert {way["until"] for way in case["can"]} == {filing["due_at"]}
    assert why(f"{MATTER}/case1", "case_proposed", "--json").json["clocks"][0]["kind"] == "rectification"
    assert why(MATTER).code == why(f"{MATTER}/case1").code == 0


def test_a_case_that_an_office_opened_by_itself_is_explained_without_a_matter(
    command: Callable[..., Said], empty: dict[str, str]
) -> None:
    case = "inspection/case1"
    said = {"do": "propose", "by": OFFICER, "subject": "区教育局长", "facts": "检查发现", "severity": "serious"}
    proposal = _COMMAND.validate_python({"message_id": "p", **said})
    store = Store(empty["DUBAN_DATABASE_URL"])
    store.migrate()
    at = datetime(2026, 3, 2, 9, tzinfo=SHANGHAI)
    order = TransitionOrder(matter_id=case, at=at, message=proposal, known_seq=0)
    Recording(store, sample_directory()).record_transition(order)
    store.close()
    now, proposed = (command("why", case, *act, "--json", **empty).json for act in ((), ("case_proposed",)))

    assert [clock["kind"] for clock in now["clocks"]] == ["filing"]
    assert now["clocks"][0]["due_at"] == now["clocks"][0]["derived_at"] == "2026-03-09T18:00:00+08:00"
    assert {number["name"] for number in proposed["rule"]["numbers"]} == {"measures", "accumulation", "case_filing"}
    assert {way["until"] for way in proposed["can"]} == {"2026-03-09T18:00:00+08:00"}
    assert proposed["could"] == []


def test_documents_issued_with_the_act_are_named(why: Callable[..., Said]) -> None:
    found = why(MATTER, "supervised", "--json").json

    assert [paper["title"] for paper in found["papers"]] == ["督办单"]
    assert found["papers"][0]["number"].endswith("〔2026〕1号")


def test_what_a_post_wrote_is_shown_only_in_full(why: Callable[..., Said]) -> None:
    assert WRITTEN not in why(MATTER, "extension_requested").out
    assert WRITTEN in why(MATTER, "extension_requested", "--full").out


def test_a_file_is_written_as_markdown_or_as_text_for_a_page(why: Callable[..., Said], tmp_path: Path) -> None:
    for name in ("why.md", "why.txt"):
        assert why(MATTER, "overdue", "--output", tmp_path / name).code == 0
    page, text = (tmp_path / "why.md").read_text(encoding="utf-8"), (tmp_path / "why.txt").read_text(encoding="utf-8")

    assert page.startswith(f"# {MATTER} 校舍加固 \\| \\[一]:第11条 超期")
    rows = [line for line in page.splitlines() if line.startswith("|")]
    assert len(rows) > 20
    assert all(line.endswith("|") for line in rows)
    assert "【通知与送达 Notices and proof of delivery】" in text
    assert max(cell_len(line) for line in text.splitlines()) <= PAGE_WIDTH
    # Columns stand under each other although some letters are two columns wide.
    days = [line for line in text.splitlines() if line.startswith(" 2026-02-1")]
    assert len({cell_len(line[: line.index("周") + 2]) for line in days}) == 1


def test_the_answers_to_questions_that_cannot_be_answered(why: Callable[..., Said], tmp_path: Path) -> None:
    unknown, absent, later = why("2026-0999"), why(MATTER, "closed"), why(MATTER, "99")
    assert (unknown.code, absent.code, later.code) == (1, 1, 1)
    assert "2026-0999" in unknown.err
    assert "可接受 accepted: 1..16" in absent.err
    nonsense, kind = why(MATTER, "elapsed"), why(MATTER, "--output", tmp_path / "why.pdf")
    assert (nonsense.code, kind.code) == (2, 2)
    assert ".md, .txt" in kind.err
    assert why(MATTER, "--output", tmp_path / "no" / "why.md").code == 2


def test_without_a_record_the_command_is_unavailable(command: Callable[..., Said], empty: dict[str, str]) -> None:
    assert command("why", MATTER, **empty).code == 3
