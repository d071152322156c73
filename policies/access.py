"""By what right may a command be given, or something be looked at? One table; what is not in it is not allowed.

Every command to a matter or a case, everything done to the site and every view has one row: any one of these relations
suffices, each of those bars. Workflows, interface, console and command line ask here and nowhere else; whether the
moment is right is for policies/admissibility.py and case_admissibility.py. Printed as docs/access.md. engine.md 3, 4.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final, NoReturn

from models.access import Relation as Relation  # noqa: PLC0414 - authority is asked for here
from models.access import Scope as Scope  # noqa: PLC0414
from models.access import SiteCommand as SiteCommand  # noqa: PLC0414
from models.access import View as View  # noqa: PLC0414
from models.cases import CaseClockKind
from models.contract import is_case, is_proceeding
from policies import parties, seats
from policies.authority import Refused
from policies.relations import OfPost as OfPost  # noqa: PLC0414
from policies.relations import Site as Site  # noqa: PLC0414
from policies.relations import (
    Situation,
    extension_decider,
    holds,
    named_member,
    outside,
    recusal_deciders,
    supervisor,
)
from policies.relations import relations as relations  # noqa: PLC0414
from policies.relations import scope as scope  # noqa: PLC0414

Refusal = Callable[[Situation], NoReturn]


# --- in what words it is refused --------------------------------------------------------------------------------------


def _unauthorised(this: Situation) -> NoReturn:
    """The words of a row that has none of its own."""
    raise Refused("无权办理 not authorised for this", "authority")


def _only_lead(this: Situation) -> NoReturn:
    raise Refused(f"只有牵头单位的岗位可以办理 only posts of the lead: {this.terms.lead}", "authority.lead")


def _only_office(this: Situation) -> NoReturn:
    raise Refused(f"只有督办单位的岗位可以办理 only posts of the office: {this.terms.office}", "authority.office")


def _only_leader(this: Situation) -> NoReturn:
    raise Refused(f"只有批准领导可以办理 only the leader: {this.terms.leader}", "authority.leader")


def _only_supervisor(this: Situation) -> NoReturn:
    organ = supervisor(this.terms, this.directory)
    raise Refused(f"只有督办单位的岗位可以办理 only posts of: {organ}", "authority.office")


def _only_parties(this: Situation) -> NoReturn:
    raise Refused("只有牵头、协办单位可以报告进展 only the lead and the co-handlers report", "authority.parties")


def _only_extension_decider(this: Situation) -> NoReturn:
    decider = extension_decider(this.terms, this.directory)
    raise Refused(f"只有批准领导可以审批延期 only the leader decides: {decider}", "authority.leader")


def _only_who_moves_it(this: Situation) -> NoReturn:
    if this.matter.contested_at is not None:
        _only_supervisor(this)
    _only_lead(this)


def _only_new_lead(this: Situation) -> NoReturn:
    transfer = this.matter.transfer
    to = transfer.to if transfer else "无 none"
    raise Refused(f"只有转往单位的岗位可以答复 only posts of: {to}", "authority.lead")


def _only_judge(this: Situation) -> NoReturn:
    if this.matter.contested_at is not None:
        _only_supervisor(this)
    reason = (
        "只有督办单位、批准领导、复核人员或上一级可以审定 only the office, the leader, reviewers or the organ above"
    )
    raise Refused(reason, "authority.office")


def _only_registering_office(this: Situation) -> NoReturn:
    office = getattr(this.standing, "office", None)
    raise Refused(f"只有督办单位的岗位可以立项 only posts of the office: {office}", "authority.office")


def _only_seated(step: CaseClockKind) -> Refusal:
    def refuse_(this: Situation) -> NoReturn:
        seats.refuse_unseated(this.case, this.directory, this.post, step)

    return refuse_


def _only_speaker(this: Situation) -> NoReturn:
    may = "、".join(seats.speakers(this.case, this.directory))
    raise Refused(f"只有被问责人可以办理 only the subject: {may}", "authority.subject")


def _only_proposing_office(this: Situation) -> NoReturn:
    office = getattr(this.said, "office", None)
    raise Refused(f"只有督办单位的岗位可以提出 only posts of the office: {office}", "authority.office")


def _only_office_or_leader(this: Situation) -> NoReturn:
    steps = (CaseClockKind.INVESTIGATION, CaseClockKind.FILING)
    may = dict.fromkeys(post for step in steps for post in seats.holders(this.case, this.directory, step))
    reason = f"只有督办单位或批准领导可以办理 only the office or the leader: {'、'.join(may)}"
    raise Refused(reason, "authority.office")


def _only_member_or_keeper(this: Situation) -> NoReturn:
    raise Refused("只有本人、主持人或督办单位可以登记 only the member, the chair or the office", "authority.panel")


def _only_who_decides_recusal(this: Situation) -> NoReturn:
    member = named_member(this.said)
    accepted = "、".join((member, *recusal_deciders(this.case, this.directory, member)))
    reason = f"只有本人或有权决定回避的可以办理 only he himself or who decides it;可接受 accepted: {accepted}"
    raise Refused(reason, "authority.recusal")


def _only_executor(this: Situation) -> NoReturn:
    """Whoever is of a competent organ is told what bars him; to all others the step is the office's."""
    if outside(this):
        seats.refuse_barred(this.case, this.directory, this.post, seats.OFFICE)
    seats.refuse_unseated(this.case, this.directory, this.post, CaseClockKind.EXECUTION)


def _only_withdrawer(this: Situation) -> NoReturn:
    reason = "立案前由督办单位、立案后由批准领导撤回 the office before filing, the leader after"
    raise Refused(reason, "authority.leader")


def _only_above(this: Situation) -> NoReturn:
    may = seats.superiors(this.case, this.directory, CaseClockKind.DECISION)
    raise Refused(f"只有上一级可以批准延长 only the organ above: {'、'.join(may) or '无 none'}", "authority.above")


BARRED: Mapping[Relation, tuple[str, str]] = {
    **{Relation(bar.value): (words, f"authority.{bar.value}") for bar, words in seats.BAR_WORDS.items()},
    Relation.OBJECTION_OWN: (
        "不得审定本单位提出的异议 nobody decides an objection of his own organ",
        "authority.own",
    ),
    Relation.CONCLUDED: (
        "参与作出结论的不得审定 whoever took part in the conclusion does not decide",
        "authority.part",
    ),
    Relation.HANDLING: (
        "承办单位不得查看诉求人身份 whoever handles it does not see who handed it in",
        "authority.lead",
    ),
}
"""What is said to somebody whom this relation bars, and by which rule."""

# --- the table --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Need:
    """What one command or view needs: any of these relations, and none of those.

    `named_any_of` and `named_none_of` ask the same of the posts that a command names beside its speaker (investigators,
    the member who votes). `persons` is how many different persons have to say it. `machine`: the command line at the
    machine itself may too, where nobody signs in. `note` says what the relations do not, Chinese first. An empty
    `any_of` is nobody.
    """

    any_of: tuple[Relation, ...]
    source: str
    none_of: tuple[Relation, ...] = ()
    named_any_of: tuple[Relation, ...] = ()
    named_none_of: tuple[Relation, ...] = ()
    persons: int = 1
    machine: bool = False
    note: str = ""
    refusal: Refusal = _unauthorised


R: Final = Relation


def _bars(bars: Collection[seats.Bar]) -> tuple[Relation, ...]:
    return tuple(Relation(bar.value) for bar in bars)


def _of_lead(source: str) -> Need:
    return Need((R.LEAD,), source, refusal=_only_lead)


def _of_supervisor(source: str) -> Need:
    return Need((R.SUPERVISOR,), source, refusal=_only_supervisor)


MATTER_NEEDS: Mapping[str, Need] = {
    "approve": Need((R.LEADER,), "3.1, 3.11", refusal=_only_leader),
    "sign": _of_lead("3.2"),
    "report_progress": Need((R.LEAD, R.CO_HANDLER), "3.3", refusal=_only_parties),
    "request_extension": _of_lead("3.5"),
    "decide_extension": Need((R.EXTENSION_DECIDER,), "3.5, 4 (W3)", refusal=_only_extension_decider),
    "suspend": Need((R.OFFICE,), "3.6", refusal=_only_office),
    "resume": Need((R.OFFICE,), "3.6", refusal=_only_office),
    "submit": _of_lead("3.7"),
    "verify": _of_supervisor("3.7, 3.11"),
    "cancel": Need((R.LEADER,), "3.9", refusal=_only_leader),
    "object_assignment": _of_lead("3.2"),
    "uphold_assignment": _of_supervisor("3.2"),
    "request_transfer": Need((R.LEAD_UNCONTESTED, R.SUPERVISOR_CONTESTED), "3.2, 3.6", refusal=_only_who_moves_it),
    "accept_transfer": Need((R.NEW_LEAD,), "3.6", refusal=_only_new_lead),
    "refuse_transfer": Need((R.NEW_LEAD,), "3.6", refusal=_only_new_lead),
    "object": _of_lead("3.9"),
    "decide_objection": Need(
        (R.OBJECTION_JUDGE, R.SUPERVISOR_CONTESTED),
        "3.2, 3.9, 4 (W3)",
        none_of=(R.OBJECTION_OWN, R.CONCLUDED),
        refusal=_only_judge,
    ),
    "reopen": _of_supervisor("3.9"),
    "split": _of_supervisor("3.10"),
    "urge": _of_supervisor("3.11"),
    "summon": _of_supervisor("3.11"),
    "circulate": Need((R.SUPERVISOR, R.LEADER), "3.11", refusal=_only_supervisor),
    "raise_urgency": _of_supervisor("3.11"),
    "merge": _of_supervisor("3.11"),
    "praise": _of_supervisor("3.11"),
    "correct": _of_supervisor("3.11"),
    "propose": Need((R.SUPERVISOR,), "3.8, 4 (W3)", none_of=(R.OWN_ORGAN,), refusal=_only_supervisor),
}
"""Commands to a matter, by `do`."""


def _of_step(step: CaseClockKind, source: str, note: str = "") -> Need:
    return Need((Relation(step.value),), source, note=note, refusal=_only_seated(step))


def _of_office_or_leader(source: str) -> Need:
    return Need((R.INVESTIGATION, R.FILING), source, none_of=_bars(seats.OFFICE), refusal=_only_office_or_leader)


CASE_NEEDS: Mapping[str, Need] = {
    "propose": Need((R.PROPOSING_OFFICE,), "4 step 1", none_of=(R.OWN_ORGAN,), refusal=_only_proposing_office),
    "file": _of_step(CaseClockKind.FILING, "4 step 2"),
    "decline": _of_step(CaseClockKind.FILING, "4 step 2"),
    "investigate": Need(
        (R.NAMED_INVESTIGATOR, R.INVESTIGATION),
        "4 step 3",
        named_none_of=_bars(seats.INVESTIGATOR),
        refusal=_only_seated(CaseClockKind.INVESTIGATION),
    ),
    "notify_facts": _of_step(CaseClockKind.INVESTIGATION, "4 step 4"),
    "give_statement": Need((R.SPEAKER,), "4 step 5", refusal=_only_speaker),
    "waive_statement": Need((R.SPEAKER,), "4 step 5", refusal=_only_speaker),
    "answer_statement": _of_step(CaseClockKind.ANSWER, "4 step 6"),
    "mitigate": _of_office_or_leader("4"),
    "aggravate": _of_office_or_leader("4"),
    "vote": Need(
        (R.VOTING_MEMBER, R.CHAIR, R.SERVICE),
        "4 step 7",
        named_any_of=(R.PANEL,),
        named_none_of=_bars(seats.VOTER),
        refusal=_only_member_or_keeper,
    ),
    "recuse": Need((R.STANDS_DOWN, R.DECIDES_RECUSAL), "4 (W3)", refusal=_only_who_decides_recusal),
    "decide": _of_step(CaseClockKind.DECISION, "4 step 7"),
    "serve": _of_step(CaseClockKind.SERVICE, "4 step 8"),
    "execute": Need((R.EXECUTION, R.COMPETENT), "4 step 9", refusal=_only_executor),
    "record": _of_step(CaseClockKind.RECORD, "4 step 10"),
    "request_review": Need((R.SPEAKER,), "4 review", refusal=_only_speaker),
    "decide_review": _of_step(CaseClockKind.REVIEW, "4 review, W4"),
    "withdraw": Need(
        (R.FILING, R.WITHDRAWS_PROPOSAL), "4 step 1", none_of=_bars(seats.OFFICE), refusal=_only_withdrawer
    ),
    "prolong": Need((R.ABOVE_DECISION,), "4", refusal=_only_above),
    "refer": _of_office_or_leader("4"),
}
"""Commands to a case, by `do`."""


def _only_step_holder(this: Situation) -> NoReturn:
    may = "、".join(
        (*parties.holders(this.proceeding, this.directory), *parties.above(this.proceeding, this.directory))
    )
    raise Refused(f"只有本环节的承办岗位可以办理 only who owes this step: {may or '无 none'}", "authority.step")


def _only_handed(this: Situation) -> NoReturn:
    to = parties.handed(this.proceeding)
    if to is None and this.serves(this.opened.lead):
        raise Refused("没有待接收的分办;已由本单位承办的不得退回 nothing to accept, nothing is sent back", "routing")
    raise Refused(f"只有所交办单位的岗位可以办理 only posts of: {to or '无 none'}", "authority.step")


def _of_step_holder(source: str, *also: Relation) -> Need:
    return Need((R.STEP_HOLDER, R.ABOVE_STEP, *also), source, refusal=_only_step_holder)


PROCEEDING_NEEDS: Mapping[str, Need] = {
    "finish": _of_step_holder("B5"),
    "check_items": _of_step_holder("B3"),
    "supplement": _of_step_holder("B3"),
    "reject": _of_step_holder("B13, B21"),
    "grant": _of_step_holder("C5, I1"),
    "use_permit": Need((R.LEAD, R.CO_HANDLER, R.OFFICE), "I1, I3"),
    "deny": _of_step_holder("C5, I1"),
    "opine": Need((R.CO_HANDLER,), "C4", note="协办单位各自发表意见 each co-handler for itself"),
    "convene": _of_step_holder("E1, J1"),
    "send_out": _of_step_holder("E1"),
    "hold": _of_step_holder("E1, J1"),
    "cast": Need((R.PANEL,), "L3"),
    "stand_down": Need((R.PANEL,), "L3, 4 (W3)"),
    "count_votes": _of_step_holder("L3", R.CHAIR),
    "answer_opinion": _of_step_holder("E2"),
    "publish": _of_step_holder("E2"),
    "call_back": _of_step_holder("G1"),
    "raise_objection": Need((R.POST,), "L2, L4, M6", note="任何岗位都可提出,群众的由承办岗位代录 by any post"),
    "answer_objection": _of_step_holder("L4, M6"),
    "send_paper": _of_step_holder("F3, J2"),
    "acknowledge": _of_step_holder("J2", R.RECEIVER),
    "report_value": _of_step_holder("H15"),
    "assess": _of_step_holder("H1"),
    "register_offence": _of_step_holder("I8"),
    "route": _of_step_holder("G1"),
    "accept_routing": Need((R.HANDED,), "G1", refusal=_only_handed),
    "object_routing": Need((R.HANDED,), "信访工作条例 22", refusal=_only_handed),
    "uphold_routing": _of_step_holder("信访工作条例 22"),
    "link": Need(
        (R.OFFICE, R.PETITIONER),
        "G2",
        refusal=_unauthorised,
        note="诉求人凭两件的凭证码 whoever asked, with the codes of both",
    ),
    "follow_up": Need(
        (R.PETITIONER, R.OFFICE, R.STEP_HOLDER),
        "G2",
        note="来电来访补充的由经办岗位代录 what is said by phone is entered",
    ),
    "rate": Need((R.PETITIONER,), "G15, G16", refusal=_unauthorised, note="评价不代替回访 it is no call back"),
    "trigger": _of_step_holder("D1, D2", R.OFFICE),
    "pause_duty": Need((R.OFFICE, R.LEADER), "7"),
    "continue_duty": Need((R.OFFICE, R.LEADER), "7"),
    "backfill": Need((R.OFFICE, R.LEADER), "7"),
    "request_extension": _of_step_holder("B6"),
    "decide_extension": Need((R.STEP_EXTENDER,), "B6, 4 (W3)"),
    "suspend": _of_step_holder("R13", R.OFFICE),
    "resume": _of_step_holder("R13", R.OFFICE),
    "cancel": Need((R.LEADER, R.OFFICE), "3.9"),
}
"""Commands to a proceeding, a petition or a duty, by `do`; `source` names rows of mechanisms.md, or a section here."""

_ITS_OWN: Final = (R.SUBJECT, R.OWN_ORGAN)
_SAID_TWICE: Final = "一人提请,另一人再办一次即执行 one asks, another says the same and it is done"

SITE_NEEDS: Mapping[SiteCommand, Need] = {
    SiteCommand.LAUNCH: Need((R.OFFICE,), "3.1", machine=True, refusal=_only_registering_office),
    SiteCommand.OPEN: Need((R.OPENING_OFFICE,), "3.1", machine=True),
    SiteCommand.HAND_IN: Need((R.ANYONE,), "1", note="单位开通后 where the office has opened it: DUBAN_PUBLIC_INTAKE"),
    SiteCommand.IMPORT_LEDGER: Need((R.OFFICE,), "7", machine=True),
    SiteCommand.LOAD_CALENDAR: Need((R.OFFICE,), "2, 7", machine=True),
    SiteCommand.DRAFT_POLICY: Need(
        (R.OFFICE, R.LEADER),
        "1, 2",
        machine=True,
        note="含在历史上推演 and trying it on the past",
    ),
    SiteCommand.PUBLISH_POLICY: Need((R.OFFICE_HEAD, R.LEADER), "1, 2", machine=True),
    SiteCommand.MANAGE_TEMPLATES: Need((R.OFFICE_HEAD,), "5", machine=True),
    SiteCommand.MANAGE_ACCOUNTS: Need((R.ADMINISTRATOR,), "1", machine=True),
    SiteCommand.MANAGE_DIRECTORY: Need((R.ADMINISTRATOR,), "1", machine=True),
    SiteCommand.MANAGE_WEBHOOKS: Need((R.ADMINISTRATOR,), "5", machine=True),
    SiteCommand.DELEGATE: Need((R.SELF,), "1", note="岗位由持有人本人委托他人代行 a post is lent by who holds it"),
    SiteCommand.AUTHORISE_AUDITOR: Need((R.LEADER,), "5"),
    SiteCommand.ROTATE_KEYS: Need((R.ADMINISTRATOR,), "5", machine=True),
    SiteCommand.ERASE: Need((R.OFFICE_HEAD, R.LEADER), "5 (W9)", none_of=_ITS_OWN, persons=2, note=_SAID_TWICE),
    SiteCommand.HOLD: Need((R.OFFICE_HEAD, R.LEADER, R.AUDITOR), "5 (W9)"),
    SiteCommand.RELEASE_HOLD: Need(
        (R.OFFICE_HEAD, R.LEADER, R.AUDITOR), "5 (W9)", none_of=_ITS_OWN, persons=2, note=_SAID_TWICE
    ),
    SiteCommand.REQUEST_DESTRUCTION: Need(
        (R.OFFICE, R.LEADER, R.AUDITOR), "5 (W9)", none_of=_ITS_OWN, note="记录须写明办理人 a person is on record"
    ),
    SiteCommand.DESTROY: Need(
        (R.OFFICE_HEAD, R.LEADER, R.AUDITOR),
        "5 (W9)",
        none_of=_ITS_OWN,
        persons=2,
        note="他人已提请的 what another person has asked for",
    ),
    SiteCommand.SIGN_HEADS: Need((R.OFFICE,), "5", machine=True),
    SiteCommand.BACK_UP: Need((R.ADMINISTRATOR,), "5", machine=True),
    SiteCommand.RESTORE: Need((), "5", machine=True, note="只在停机的本机 only at the machine itself, stopped"),
    SiteCommand.RECOVER: Need((R.OFFICE, R.ADMINISTRATOR), "5", machine=True),
    SiteCommand.UPGRADE: Need((R.ADMINISTRATOR,), "7", machine=True),
    SiteCommand.TERMINATE: Need(
        (), "5", note="任何人不得终止流程;发生即作为事件报告 by nobody; where it happens it is reported as an incident"
    ),
}
"""What is done to the site and to files: of a file, relations to it as it stands, and to the office that keeps it."""

_WHOLE = (
    R.OFFICE, R.LEADER, R.LEAD, R.SUPERVISOR, R.REVIEWER, R.ABOVE_LEAD, R.ABOVE_OFFICE, R.AUDITOR, R.AUTHORISED_AUDITOR,
)  # fmt: skip
_PART = (*_WHOLE, R.CO_HANDLER, R.ABOVE_CO_HANDLER, R.NEW_LEAD)
_PROCEEDING = (
    R.OFFICE, R.LEADER, R.LEAD, R.SUPERVISOR, R.ABOVE_LEAD, R.ABOVE_OFFICE, R.PANEL, R.STEP_HOLDER, R.ABOVE_STEP,
    R.AUDITOR, R.AUTHORISED_AUDITOR,
)  # fmt: skip
_SEATED = tuple(Relation(step.value) for step in seats.SEATS)
_IN_CASE = (
    R.OFFICE, R.LEADER, R.SPEAKER, R.PROPOSER, R.PANEL, R.REVIEWER, R.INVESTIGATED, R.ABOVE_OFFICE, R.ABOVE_SUBJECT,
    *_SEATED,
)  # fmt: skip
_AUDITORS = (R.AUDITOR, R.AUTHORISED_AUDITOR)
_SIGNED_IN = (R.POST, R.ADMINISTRATOR, *_AUDITORS)
_OWN_AND_BELOW = (
    "只列本单位及所属单位的、本单位协办的部分、自己批准或复核的 own and below, its part, what it approves or reviews"
)


def _view(any_of: tuple[Relation, ...], source: str, **more: Any) -> Need:
    return Need(any_of, source, machine=True, **more)


VIEW_NEEDS: Mapping[View, Need] = {
    View.PUBLIC_STATUS: _view(
        (R.PUBLIC, *_PART), "1", note="编号、名称、牵头、环节、灯、到期日 number, title, lead, stage, light, due date"
    ),
    View.LINE: _view(_PART, "1, 7"),
    View.PART: _view(_PART, "1, 3.3", note="本单位的部分和与其有关的记录 one's own part, and the acts that concern it"),
    View.MATTER: _view(_WHOLE, "1, 7"),
    View.TIMELINE: _view(_WHOLE, "5, 7"),
    View.WHY: _view(_WHOLE, "2, 7"),
    View.DOCUMENTS: _view(_WHOLE, "3.8, 5"),
    View.DELIVERIES: _view((R.OFFICE, R.LEADER, R.SUPERVISOR, R.ABOVE_OFFICE, *_AUDITORS), "5"),
    View.EVIDENCE: _view((R.OFFICE, R.LEADER, R.SUPERVISOR, *_AUDITORS), "5"),
    View.PROTECTED_IDENTITY: Need(
        (R.OFFICE, R.LEADER, R.SUPERVISOR), "5", none_of=(R.HANDLING,), note="每次查看都是一条记录 every look is an act"
    ),
    View.PROCEEDING: _view(_PROCEEDING, "1, 7", note="含其记录 with its acts"),
    View.PROCEEDING_LINE: _view(
        (*_PROCEEDING, R.CO_HANDLER, R.ABOVE_CO_HANDLER, R.HANDED, R.RECEIVER), "1, 7",
        note="协办、被分办或收件单位只见与其有关的记录 whose part it is: the acts that concern it",
    ),
    View.PUBLICATION: _view(
        (R.PUBLIC, *_PROCEEDING), "1",
        note="已标明公开的,公示、公布的时间、载体和内容 of what is marked public: what was posted and published",
    ),
    View.CASE: _view((*_IN_CASE, *_AUDITORS), "4"),
    View.CASE_TIMELINE: _view((*_IN_CASE, R.AUTHORISED_AUDITOR), "4, 5", none_of=(R.RECUSED,)),
    View.CASE_MATERIALS: Need(
        (*_IN_CASE, R.AUTHORISED_AUDITOR), "4 step 4", none_of=(R.RECUSED,),
        note="被问责人可以阅卷;每次查看都是一条记录 the subject may read the file; every look is an act",
    ),
    View.CASE_VOTES: Need((R.PANEL, R.CHAIR, R.OFFICE, R.AUTHORISED_AUDITOR), "4 step 7",
                          none_of=(R.SUBJECT, R.OWN_ORGAN, R.RECUSED)),
    View.RECEIPT: Need((R.PETITIONER,), "1", note="答复、时限、告知事项,不含身份 answers and limits, no identity"),
    View.INBOX: _view((R.SELF, *_AUDITORS), "7"),
    View.LIST: _view((R.POST, *_AUDITORS), "7", note=_OWN_AND_BELOW),
    View.OVERVIEW: _view((R.POST, *_AUDITORS), "7", note=_OWN_AND_BELOW),
    View.BULLETINS: _view(
        (R.OFFICE, R.LEADER, *_AUDITORS), "7", note="全部在案事项和案件的数字及编号 figures and ids of all on record"
    ),
    View.EXPORT: _view((R.POST, *_AUDITORS), "7", note=_OWN_AND_BELOW),
    View.EVENTS: _view((R.POST, *_AUDITORS), "7", note=_OWN_AND_BELOW),
    View.PREVIEW: _view(_SIGNED_IN, "7"),
    View.REHEARSAL: _view(_SIGNED_IN, "6"),
    View.CALENDAR: _view(_SIGNED_IN, "2"),
    View.POLICIES: _view(_SIGNED_IN, "1"),
    View.DIRECTORY: _view(_SIGNED_IN, "1"),
    View.TEMPLATES: _view(_SIGNED_IN, "3.8"),
    View.PUBLISHED: _view((R.ANYONE,), "1", note="只列已标明公开的事项 only what is marked public"),
    View.HEALTH: _view((R.ANYONE,), "7", note="只答是否在运行 only whether it runs"),
    View.ACCESS: _view((R.ANYONE,), "1", note="本表 this table"),
    View.ACCOUNTS: _view((R.ADMINISTRATOR, *_AUDITORS), "1"),
    View.KEYS: _view((R.ADMINISTRATOR, *_AUDITORS), "5", note="只列编号和日期,不见密钥 numbers and dates, never a key"),
    View.WEBHOOKS: _view((R.ADMINISTRATOR, *_AUDITORS), "5"),
    View.LOOKS: _view((R.OFFICE_HEAD, R.LEADER, *_AUDITORS), "5"),
    View.VERIFICATION: _view((R.OFFICE, R.LEADER, *_AUDITORS), "5"),
    View.INCIDENTS: _view((R.OFFICE, R.LEADER, R.ADMINISTRATOR, *_AUDITORS), "5"),
    View.ARCHIVE: _view((R.OFFICE, R.LEADER, *_AUDITORS), "5 (W9)"),
    View.BACKUPS: _view((R.ADMINISTRATOR, *_AUDITORS), "5"),
    View.SETTINGS: _view((R.ADMINISTRATOR, *_AUDITORS), "7", note="密钥从不显示 secrets never"),
    View.METRICS: _view((R.ADMINISTRATOR, *_AUDITORS), "5"),
    View.HISTORIES: Need((R.LEADER,), "5", note="Temporal 界面中解密阅读 histories decrypted in the Temporal UI"),
}  # fmt: skip
"""What can be looked at."""


def on_matter(do: str) -> str:
    """The name in the table of a command to a matter."""
    return f"matter.{do}"


def on_case(do: str) -> str:
    """The name in the table of a command to a case."""
    return f"case.{do}"


def on_proceeding(do: str) -> str:
    """The name in the table of a command to a proceeding, a petition or a duty."""
    return f"proceeding.{do}"


def name_of(do: str, target: str) -> str:
    """The name in the table of a command to this target."""
    if is_case(target):
        return on_case(do)
    return on_proceeding(do) if is_proceeding(target) else on_matter(do)


ACCESS: Mapping[str, Need] = {
    **{on_matter(do): need for do, need in MATTER_NEEDS.items()},
    **{on_case(do): need for do, need in CASE_NEEDS.items()},
    **{on_proceeding(do): need for do, need in PROCEEDING_NEEDS.items()},
    **{command.value: need for command, need in SITE_NEEDS.items()},
    **{view.value: need for view, need in VIEW_NEEDS.items()},
}
"""The whole table: `matter.sign`, `case.file`, `site.launch`, `view.timeline`."""


# --- asking it --------------------------------------------------------------------------------------------------------


def may(name: str, standing: Collection[Relation]) -> bool:
    """Whether somebody who stands in these relations (see `relations`) may do or see what is `name` in the table.

    False for a name that is not in the table. For a command it answers who may; whether the moment is right, and what
    the command says, is for the rules that hear it. How many persons it takes is asked in policies/speakers.py.
    """
    need = ACCESS.get(name)
    if need is None or any(relation in standing for relation in need.none_of):
        return False
    if need.machine and Relation.MACHINE in standing:
        return True
    return any(relation in standing for relation in need.any_of)


def named_by(names: Collection[str]) -> frozenset[Relation]:
    """Every relation on which it hangs who may do what is of these names; a name that is not in the table adds none."""
    needs = [ACCESS[name] for name in names if name in ACCESS]
    return frozenset(relation for need in needs for relation in (*need.any_of, *need.none_of))


def may_view(view: View, standing: Collection[Relation]) -> bool:
    """Whether somebody who stands in these relations may look at this."""
    return may(view.value, standing)


def check_named(need: Need, post: str, this: Situation) -> None:
    """Refuse a post that a command names and that has not the right `need` says, or is barred (W3).

    `this` is the situation of the speaker.
    """
    named = Situation(post, this.standing, this.directory)
    if need.named_any_of and not any(holds(relation, named) for relation in need.named_any_of):
        raise Refused(f"不是会议成员 not a member of the panel: {post}", "authority.panel")
    for relation in need.named_none_of:
        if holds(relation, named):
            reason, rule = BARRED[relation]
            raise Refused(f"{reason}: {post}", rule)


def check(need: Need | None, this: Situation) -> None:
    """Refuse who has not the right that `need` says, in the words of what bars him or of who may.

    None, a command without a row, is refused to everybody.
    """
    if need is None:
        _unauthorised(this)
    for relation in need.none_of:
        if holds(relation, this):
            reason, rule = BARRED[relation]
            raise Refused(f"{reason}: {this.post}", rule)
    for relation in need.any_of:
        if holds(relation, this):
            return
    need.refusal(this)
