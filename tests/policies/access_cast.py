"""A fixed cast, every moment a matter and a case can be in, and every command well said: role × command × relation."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from pydantic import TypeAdapter

from models.cases import CaseState
from models.matters import MatterState, Severity
from models.messages import Command, Outcome
from policies import case, matter
from policies.directory import Directory
from policies.drafting import Facts
from tests.builders import (
    ABOVE,
    CAST,
    CO,
    CO_HANDLER,
    HEAD,
    LEAD,
    LEADER,
    NOBODY,
    OFFICE,
    OFFICE_HEAD,
    OFFICER,
    OTHER,
    STRANGER,
    Life,
)
from tests.case_builders import JUDGE, CaseLife

POSTS: tuple[str | None, ...] = (
    *dict.fromkeys(post for organ in CAST for post in (organ.head, organ.handler)), NOBODY, "", None,
)  # fmt: skip
DIRECTORY = Directory(CAST)
_COMMAND: TypeAdapter[Any] = TypeAdapter(Command)
_TALK = {
    "kind": "talk_record", "persons": [LEADER, HEAD], "place": "会议室", "time": "2026-03-25T11:00+08:00",
    "date": "2026-03-25",
    "content": "诫勉", "letter": "建议函", "reply": "同意", "text": "全文", "receipt": "签收", "medium": "区政府网",
}  # fmt: skip

SAID: dict[str, tuple[dict[str, Any], ...]] = {
    "approve": ({"granted": True}, {}),
    "sign": ({},),
    "report_progress": ({"text": "进展"}, {"text": "完成", "done": True}),
    "request_extension": ({"limit": "1wd", "reason": "暴雨"},),
    "decide_extension": ({"granted": True},),
    "suspend": ({"reason": "等待", "until": "3d"},),
    "resume": ({},),
    "submit": ({"text": "办结", "without_co": "不影响"},),
    "verify": ({"passed": True, "method": "document"}, {"passed": False, "reason": "不实"}),
    "cancel": ({"reason": "停办"},),
    "object_assignment": ({"reason": "不属本单位职责"},),
    "uphold_assignment": ({"reason": "属其职责"},),
    "request_transfer": ({"to": OTHER, "reason": "职责调整"},),
    "accept_transfer": ({},),
    "refuse_transfer": ({"reason": "不属职责"},),
    "object": ({"text": "不服"},),
    "decide_objection": ({"upheld": False, "reason": "维持"}, {"upheld": True, "to": OTHER, "reason": "成立"}),
    "reopen": ({"reason": "回访未解决"},),
    "split": ({"children": [{"title": "子项", "lead": OTHER, "limit": "2wd"}]},),
    "urge": ({"text": "请抓紧"},),
    "summon": ({"text": "约谈"},),
    "circulate": ({"text": "通报"},),
    "raise_urgency": ({"urgency": "特急"},),
    "merge": ({"into": "m2"},),
    "praise": ({"text": "表扬"},),
    "correct": ({"entry": 1, "text": "更正", "fields": {"title": "更正后的标题"}},),
    "propose": (
        {"subject": "公安局长", "facts": "检查发现", "severity": "ordinary"},
        {"subject": "公安局长", "facts": "检查发现", "office": OFFICE, "leader": LEADER},
    ),
    "file": ({},),
    "decline": ({"reason": "不足以立案"},),
    "investigate": (
        {"posts": [CO_HANDLER, "财政局长"], "text": "属实"},
        {"posts": ["区政府承办岗", "市政府承办岗"], "text": "属实"},
    ),
    "notify_facts": ({"text": "未报结", "receipt": "本人签收"},),
    "give_statement": ({"text": "材料延误"},),
    "waive_statement": ({},),
    "answer_statement": ({"text": "已核实"},),
    "mitigate": ({"reason": "主动报告"},),
    "aggravate": ({"reason": "隐瞒"},),
    "vote": ({"choice": "proposed"}, {"choice": "proposed", "member": JUDGE}),
    "recuse": (
        {"reason": "利害关系"},
        {"reason": "利害关系", "member": JUDGE},
        {"reason": "利害关系", "member": LEADER},
    ),
    "decide": ({},),
    "serve": ({"receipt": "签收"},),
    "execute": ({"evidence": _TALK}, {"evidence": _TALK, "document": {"organ": "组织部", "number": "1号"}}),
    "record": ({},),
    "request_review": ({"text": "请复核"},),
    "decide_review": ({"outcome": "upheld", "reason": "维持"},),
    "withdraw": ({"reason": "重复"},),
    "prolong": ({"reason": "案情复杂"},),
    "refer": ({"track": "Z1", "to": "监委", "document": "移送函", "receipt": "签收"},),
}  # fmt: skip
"""Every command as it could be admitted."""


def commands(by: str | None) -> list[Any]:
    """Every command, well said, by this post."""
    return [
        _COMMAND.validate_python({"message_id": f"{do}{number}", "do": do, "by": by, **fields})
        for do, ways in SAID.items()
        for number, fields in enumerate(ways)
    ]


@dataclass(frozen=True)
class Moment:
    """One state of a matter or a case, with the facts that hold then, and who answers what is said to it."""

    name: str
    state: MatterState | CaseState
    facts: Facts
    answer: Callable[[Any], Outcome]


def _of_matter(name: str, life: Life) -> Moment:
    facts = replace(life.facts, recorded=lambda _: [act.act for act in life.acts])

    def answer(message: Any) -> Outcome:
        outcome = matter.step(life.state, message, life.now, facts).outcome
        assert outcome is not None
        return outcome

    return Moment(name, life.state, facts, answer)


def _of_case(name: str, life: CaseLife) -> Moment:
    def answer(message: Any) -> Outcome:
        outcome = case.step(life.state, message, life.now, life.facts).outcome
        assert outcome is not None
        return outcome

    return Moment(name, life.state, life.facts, answer)


def matters() -> list[Moment]:
    """Every moment of a matter that matters to what can be said: stages, and what can be pending in them."""
    found: list[Moment] = []

    def keep(name: str, life: Life) -> Life:
        assert life.answer.accepted or name == "refused", (name, life.answer)
        found.append(_of_matter(name, life))
        return life

    def anew(**said: Any) -> Life:
        life = Life(co=[CO], limit="5wd", reviewers=["监委承办岗"], **said)
        life.others["m2"] = Life(title="另一件").state.model_copy(update={"id": "m2"})
        return life

    def after(*said: tuple[str, str, str, dict[str, Any]], **registered: Any) -> Life:
        life = anew(**registered)
        for when, do, by, fields in said:
            life.say(when, do, by, **fields)
            assert life.answer.accepted, (do, life.answer)
        return life

    handler = HEAD
    submitted = ("03-03 10:00", "submit", handler, {"text": "办结", "without_co": "不影响"})
    returned = ("03-03 11:00", "verify", OFFICER, {"passed": False, "method": "document"})
    closed = ("03-03 11:00", "verify", OFFICER, {"passed": True, "method": "document"})
    keep("refused", Life(lead="没有的单位"))
    keep("awaiting approval", anew(basis="自行立项"))
    keep("assigned", anew())
    keep("signed", after(("03-02 10:00", "sign", handler, {})))
    contest = ("03-02 10:00", "object_assignment", handler, {"reason": "不属职责"})
    keep("contested", after(contest))
    transfer = ("03-02 11:00", "request_transfer", handler, {"to": OTHER, "reason": "职责"})
    keep("transfer pending", after(transfer))
    keep(
        "transfer pending after an objection",
        after(contest, ("03-02 11:00", "request_transfer", OFFICER, {"to": OTHER})),
    )
    keep("transferred", after(transfer, ("03-02 12:00", "accept_transfer", STRANGER, {})))
    keep("extension pending", after(("03-03 10:00", "request_extension", handler, {"limit": "1wd", "reason": "雨"})))
    keep("suspended", after(("03-03 10:00", "suspend", OFFICER, {"reason": "等待", "until": "3d"})))
    keep("circulation pending", after(("03-03 10:00", "circulate", OFFICER, {"text": "通报"})))
    keep(
        "split",
        after(("03-03 10:00", "split", OFFICER, {"children": [{"title": "子", "lead": OTHER, "limit": "2wd"}]})),
    )
    keep("submitted", after(submitted))
    keep("returned", after(submitted, returned))
    keep("objection pending", after(submitted, returned, ("03-03 12:00", "object", handler, {"text": "不服"})))
    keep("closed", after(submitted, closed))
    keep("objection to a closing", after(submitted, closed, ("03-03 12:00", "object", handler, {"text": "不服"})))
    keep("cancelled", after(("03-03 10:00", "cancel", LEADER, {"reason": "停办"})))
    keep("merged", after(("03-03 10:00", "merge", OFFICER, {"into": "m2"})))
    keep("archived", after(submitted, closed).wait("05-10 18:00"))
    keep("supervised", anew().wait("03-10 10:00"))
    keep("rectifying", anew().wait("03-13 10:00"))
    keep("with a case", anew().wait("03-20 10:00"))
    keep("the office's own", anew(lead=OFFICE))
    keep(
        "the office's own, submitted",
        after(("03-03 10:00", "submit", OFFICER, {"text": "办结", "without_co": "无"}), lead=OFFICE),
    )
    asked = ("03-03 10:00", "request_extension", "区政府承办岗", {"limit": "1wd", "reason": "雨"})
    keep("the leader's own, extension pending", after(asked, lead="区政府"))
    keep("of an independent lead", anew(lead="监委"))
    return found


def cases() -> list[Moment]:
    """Every moment of a case that matters to what can be said."""
    found: list[Moment] = [_of_case("blank", CaseLife(opened=False))]

    def keep(name: str, life: CaseLife) -> CaseLife:
        found.append(_of_case(name, life))
        return life

    def said(life: CaseLife, when: str, do: str, by: str, **fields: Any) -> CaseLife:
        assert life.say(when, do, by, **fields).accepted, (do, by)
        return life

    def proposed_by_the_office() -> CaseLife:
        life = CaseLife(opened=False)
        return said(life, "03-20 09:00", "propose", OFFICER, subject=HEAD, facts="检查发现", leader=LEADER,
                    panel=[LEADER, JUDGE, OFFICER], reviewers=["财政局长"])  # fmt: skip

    keep("proposed", CaseLife())
    keep("proposed by the office", proposed_by_the_office())
    keep("filing overdue", CaseLife().wait("03-27 10:00"))
    keep("filing overdue twice", CaseLife().wait("04-03 10:00"))
    keep("declined", said(CaseLife(), "03-20 10:00", "decline", LEADER, reason="不足"))
    keep("filed", CaseLife().filed())
    filed = said(proposed_by_the_office(), "03-20 10:00", "file", LEADER)
    keep("filed, to be investigated", filed)
    investigated = said(proposed_by_the_office(), "03-20 10:00", "file", LEADER)
    keep("investigated", said(investigated, "03-20 11:00", "investigate", "区政府承办岗",
                              posts=["区政府承办岗", "市政府承办岗"], text="属实"))  # fmt: skip
    keep("notified", CaseLife().notified())
    keep("statement given", said(CaseLife().notified(), "03-23 09:00", "give_statement", HEAD, text="延误"))
    answered = said(CaseLife().notified(), "03-23 09:00", "give_statement", HEAD, text="延误")
    keep("statement answered", said(answered, "03-23 10:00", "answer_statement", OFFICER, text="已核实"))
    keep("deciding", CaseLife().heard())
    keep("a member recused", said(CaseLife().heard(), "03-23 11:00", "recuse", JUDGE, reason="亲属"))
    voted = CaseLife().heard()
    for minute, member in ((10, LEADER), (11, JUDGE)):
        said(voted, f"03-24 09:{minute}", "vote", member, choice="proposed")
    keep("voted", voted)
    keep("decided", CaseLife().decided())
    keep("served", CaseLife().served())
    keep("served, of a measure that needs a document", CaseLife(severity=Severity.GRAVE).served())
    keep("review requested", said(CaseLife().served(), "03-26 10:00", "request_review", HEAD, text="请复核"))
    keep(
        "review overdue",
        said(CaseLife().served(), "03-26 10:00", "request_review", HEAD, text="请").wait("04-28 10:00"),
    )
    executed = said(CaseLife().served(), "03-25 12:00", "execute", OFFICER, evidence=_TALK)
    keep("executed", executed)
    keep("against an organ", CaseLife(subject=LEAD).notified())
    keep("against the office's head", CaseLife(subject=OFFICE_HEAD, lead=OFFICE))
    keep("against the leader", CaseLife(subject=LEADER, lead="区政府"))
    keep("above the top", CaseLife(subject=ABOVE, leader="省长", lead="市政府"))
    return found
