"""A fixed cast, every moment a matter and a case can be in, and every command well said: role × command × relation."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from pydantic import TypeAdapter

from models.blocks import (
    Approval,
    Block,
    Checklist,
    Criterion,
    Deadline,
    Escalation,
    Feedback,
    Filing,
    FirstOffence,
    Indicator,
    Joint,
    Level,
    Meeting,
    Missed,
    MoreTime,
    Plan,
    PublicNotice,
    Recurrence,
    Replies,
    Routing,
    Score,
    Vote,
)
from models.cases import CaseState
from models.matters import MatterState, Severity
from models.messages import Command, Outcome
from models.policy import Role
from models.proceeding_messages import Open
from models.proceedings import ProceedingState
from policies import case, matter, proceeding
from policies.calendar import standard_calendar
from policies.counting import counting
from policies.directory import Directory
from policies.drafting import Facts
from policies.procedures import STANDARD, shipped
from tests.builders import (
    ABOVE,
    CAST,
    CO,
    CO_HANDLER,
    HANDLER,
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
    at,
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
    """One state of a matter, a case or a proceeding, the facts that hold then, and who answers what is said to it.

    `at` is the instant of a moment of a matter or a case.
    """

    name: str
    state: MatterState | CaseState | ProceedingState
    facts: Facts
    answer: Callable[[Any], Outcome]
    at: datetime | None = None


def _of_matter(name: str, life: Life) -> Moment:
    facts = replace(life.facts, recorded=lambda _: [act.act for act in life.acts])

    def answer(message: Any) -> Outcome:
        outcome = matter.step(life.state, message, life.now, facts).outcome
        assert outcome is not None
        return outcome

    return Moment(name, life.state, facts, answer, life.now)


def _of_case(name: str, life: CaseLife) -> Moment:
    def answer(message: Any) -> Outcome:
        outcome = case.step(life.state, message, life.now, life.facts).outcome
        assert outcome is not None
        return outcome

    return Moment(name, life.state, life.facts, answer, life.now)


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


# --- proceedings, petitions and duties --------------------------------------------------------------------------------

_BLOCKS: dict[str, Block] = {
    "deadline": Deadline(
        name="s", title="限时", limit="5wd", more_time=MoreTime(longest="3wd"), pauses=("等待",),
        missed=Missed(again="5wd"),
    ),
    "petition": Deadline(name="s", title="答复", limit="5wd"),
    "checklist": Checklist(name="s", title="材料", limit="5wd", items=("申请书", "证明")),
    "approval": Approval(name="s", title="审批", by=(Role.LEADER,), limit="5wd", validity="5wd"),
    "all_of": Approval(name="s", title="会签", by=(Role.LEADER, Role.OFFICE_HEAD), limit="5wd", all_of=True),
    "vote": Vote(name="s", title="表决", by=(Role.OFFICE,)),
    "meeting": Meeting(name="s", title="会议", by=(Role.OFFICE,)),
    "joint": Joint(name="s", title="会办", limit="5wd", opinion="3wd"),
    "escalation": Escalation(
        name="s", title="上报",
        levels=(Level(holder=Role.LEAD_HANDLER, limit="2wd"), Level(holder=Role.LEAD_HEAD, limit="2wd")),
    ),
    "public_notice": PublicNotice(name="s", title="公示", limit="5wd", length="7d", answer="3wd"),
    "filing": Filing(name="s", title="移送", limit="5wd", what="transfer", to=(Role.CO_HANDLERS,), receipt="5wd"),
    "indicator": Indicator(
        name="s", title="指标", target=Decimal(95), every="1mo", period="3mo", due_within="5d", most=Decimal(100)
    ),
    "score": Score(name="s", title="评分", criteria=(Criterion(name="时效", full=10),), passed=6),
    "first_offence": FirstOffence(name="s", title="首违"),
    "routing": Routing(name="s", title="分办", by=(Role.OFFICE, Role.OFFICE_HEAD), objection="5wd", decision="2wd"),
    "duty": Recurrence(name="s", title="月报", every="1mo", late="12h", most=5),
}  # fmt: skip
"""A procedure of one such step, and one to follow it."""

PROCEEDING_SAID: dict[str, tuple[dict[str, Any], ...]] = {
    "finish": ({"evidence": {"处理": "已办"}},),
    "check_items": ({"missing": ["证明"]}, {}),
    "supplement": ({"items": ["证明"]},),
    "reject": ({"reason": "不属职责"},),
    "grant": ({"evidence": {"集体讨论记录": "一致"}},),
    "use_permit": ({"purpose": "检查"},),
    "deny": ({"reason": "不符合条件"},),
    "opine": ({"agreed": True, "text": "同意"},),
    "convene": ({"on": "2026-03-20", "organs": [CO, OTHER]},),
    "send_out": ({"what": "材料"},),
    "hold": ({"present": [CO, OTHER]},),
    "cast": ({"agreed": True},),
    "stand_down": ({"reason": "亲属"},),
    "count_votes": ({"present": [LEADER, OFFICE_HEAD]},),
    "answer_opinion": ({"representative": CO, "adopted": True, "reason": "合理"},),
    "publish": ({"medium": "区政府网"},),
    "call_back": ({"satisfied": True}, {"satisfied": False, "text": "未解决"}),
    "raise_objection": ({"text": "不实"},),
    "answer_objection": ({"number": "1", "upheld": False, "reason": "已核查"},),
    "send_paper": ({"number": "函1号"},),
    "acknowledge": ({}, {"accepted": False, "reason": "不属职责"}),
    "report_value": ({"value": "96"},),
    "assess": ({"marks": {"时效": 8}, "reason": "迟一日"},),
    "register_offence": ({"text": "占道"},),
    "route": ({"to": OTHER, "reason": "其职责"}, {"reason": "本级不能解决"}),
    "accept_routing": ({},),
    "object_routing": ({"reason": "不属职责"},),
    "uphold_routing": ({"reason": "属其职责"},),
    "follow_up": ({"text": "昨夜又施工"},),
    "rate": ({"satisfied": True},),
    "link": ({"to": "proceeding/2", "reason": "重复"}, {"to": "petition/2", "reason": "重复"}),
    "trigger": ({"reason": "追加"},),
    "pause_duty": ({"reason": "停报"},),
    "continue_duty": ({},),
    "backfill": ({"since": "2026-01-01", "until": "2026-01-31"},),
    "request_extension": ({"limit": "1wd", "reason": "暴雨"},),
    "decide_extension": ({"granted": True},),
    "suspend": ({"reason": "等待", "until": "3d"},),
    "resume": ({},),
    "cancel": ({"reason": "停办"},),
}  # fmt: skip
"""Every command to a proceeding as it could be admitted."""


def proceeding_commands(by: str | None) -> list[Any]:
    """Every command to a proceeding, well said, by this post."""
    return [
        _COMMAND.validate_python({"message_id": f"{do}{number}", "do": do, "by": by, **fields})
        for do, ways in PROCEEDING_SAID.items()
        for number, fields in enumerate(ways)
    ]


class Course:
    """One proceeding as it is lived through the pure core, under a plan of that block and a step to follow."""

    def __init__(self, name: str, *blocks: Block, **said: Any) -> None:
        of = "duty" if name == "duty" else "petition" if name in ("petition", "feedback") else "proceeding"
        steps = blocks or ((_BLOCKS[name],) if of == "duty" else (_BLOCKS[name], _AFTER))
        plan = Plan.model_validate({"key": "p/2026-01-01", "name": "p", "title": "程序", "of": of, "steps": steps})
        self.now = at("03-02 09:00")
        self.state = proceeding.blank(f"{of}/1")
        self.facts = Facts(
            policy=shipped(STANDARD).in_force(self.now.date()), calendar=standard_calendar(),
            counting=counting(self.now.date()), directory=DIRECTORY, measures_decided=lambda *_: 0, plan=plan,
            other_proceeding=lambda target: self.state.model_copy(update={"id": target}) if target[-1] == "2" else None,
        )  # fmt: skip
        opened = {
            "procedure": "p", "title": "事项", "lead": LEAD, "office": OFFICE, "leader": LEADER, "co": [CO],
            "panel": [LEADER, OFFICE_HEAD, JUDGE], "subject": OTHER, "message_id": "open",
            **({"channel": "web"} if of == "petition" else {}), **said,
        }  # fmt: skip
        self._hear(Open.model_validate(opened))

    def _hear(self, message: Any) -> Outcome:
        step = proceeding.step(self.state, message, self.now, self.facts)
        assert step.outcome is not None
        assert step.outcome.accepted, step.outcome
        self.state = step.state
        return step.outcome

    def say(self, when: str, do: str, by: str, place: int = 0, **fields: Any) -> "Course":
        """Say it as it is well said, with what is given besides."""
        self.now = at(when)
        said = {"message_id": f"{when}{do}{by}", "do": do, "by": by, **PROCEEDING_SAID[do][place], **fields}
        self._hear(_COMMAND.validate_python(said))
        return self

    def wait(self, when: str) -> "Course":
        """Let time pass."""
        self.now = at(when)
        self.state = proceeding.step(self.state, None, self.now, self.facts).state
        return self


_AFTER = Deadline(name="after", title="办结", limit="5wd", shown=("处理",))


def proceedings() -> list[Moment]:
    """Every moment of a proceeding that matters to what can be said: each block at work, and what can be pending."""
    found: list[Moment] = []

    def keep(name: str, course: Course) -> None:
        def answer(message: Any) -> Outcome:
            outcome = proceeding.step(course.state, message, course.now, course.facts).outcome
            assert outcome is not None
            return outcome

        found.append(Moment(f"steps: {name}", course.state, course.facts, answer))

    for name in _BLOCKS:
        keep(name, Course(name))
    clerk, boss = HANDLER, HEAD
    keep("deadline missed", Course("deadline").wait("03-10 10:00"))
    keep("deadline missed twice", Course("deadline").wait("03-17 10:00"))
    keep("more time asked", Course("deadline").say("03-03 10:00", "request_extension", clerk))
    keep("paused", Course("deadline").say("03-03 10:00", "suspend", OFFICER))
    keep("told what is missing", Course("checklist").say("03-03 10:00", "check_items", clerk))
    granted = Course("approval").say("03-03 10:00", "grant", LEADER)
    keep("granted", granted)
    keep("one of two agreed", Course("all_of").say("03-03 10:00", "grant", LEADER))
    keep("voted", Course("vote").say("03-03 10:00", "cast", LEADER).say("03-03 11:00", "cast", OFFICE_HEAD))
    keep("convened", Course("meeting").say("03-03 10:00", "convene", OFFICER, on="2026-03-03"))
    met = Course("meeting", _BLOCKS["meeting"], Replies(name="r", title="答复", by=(Role.OFFICE,)), _AFTER)
    met.say("03-03 10:00", "convene", OFFICER, on="2026-03-03").say(
        "03-03 11:00", "hold", OFFICER, opinions={CO: "宜缓"}
    )
    keep("opinions to be answered", met)
    told = Meeting(name="s", title="会议", by=(Role.OFFICE,), notices={"材料": "1d"})
    keep("to be told of", Course("meeting", told, _AFTER).say("03-03 10:00", "convene", OFFICER))
    keep("opinion given", Course("joint").say("03-03 10:00", "opine", CO_HANDLER))
    keep("handed up", Course("escalation").say("03-03 10:00", "route", clerk, 1))
    keep("posted", Course("public_notice").say("03-03 10:00", "publish", clerk))
    keep(
        "objected",
        Course("public_notice").say("03-03 10:00", "publish", clerk).say("03-03 11:00", "raise_objection", STRANGER),
    )
    keep("sent", Course("filing").say("03-03 10:00", "send_paper", clerk))
    keep(
        "not taken",
        Course("filing").say("03-03 10:00", "send_paper", clerk).say("03-03 11:00", "acknowledge", CO_HANDLER, 1),
    )
    keep("a part has ended", Course("indicator").wait("04-01 10:00"))
    keep("handed", Course("routing").say("03-03 10:00", "route", OFFICER))
    keep(
        "objected to the routing",
        Course("routing").say("03-03 10:00", "route", OFFICER).say("03-03 11:00", "object_routing", STRANGER),
    )
    answered = Course(
        "feedback",
        _BLOCKS["deadline"],
        Feedback(name="f", title="回访", by=(Role.OFFICE,), redo="s", limit="2wd"),
        _AFTER,
    )
    keep("to be called back", answered.say("03-03 10:00", "finish", boss))
    keep("duty paused", Course("duty").say("03-03 10:00", "pause_duty", OFFICER))
    done = Course("deadline").say("03-03 10:00", "finish", clerk).say("03-03 11:00", "finish", clerk)
    keep("ended", done)
    keep("cancelled", Course("deadline").say("03-03 10:00", "cancel", LEADER))
    keep("linked", Course("deadline").say("03-03 10:00", "link", OFFICER))
    keep(
        "of the leader's own organ",
        Course("deadline", lead="区政府").say("03-03 10:00", "request_extension", "区政府承办岗"),
    )
    return found
