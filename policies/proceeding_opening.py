"""May this be opened, and how does it begin? A proceeding, a petition or a duty; its procedure says the rest."""

from datetime import datetime

from models.acts import ActName
from models.proceeding_messages import Open
from models.proceedings import Channel, ProceedingStage, ProceedingTerms
from policies import access
from policies.authority import Refused, given
from policies.proceeding_drafts import ProceedingDraft
from policies.relations import Situation

_RULE = "opening"


def open_(draft: ProceedingDraft, message: Open) -> None:
    """Admit it: `opened`, then its first step begins. Refuses what lacks a title, or names what does not exist."""
    if draft.facts.plan is None:
        raise Refused(f"没有这个程序 unknown procedure: {message.procedure or '无 none'}", _RULE)
    kind = draft.state.id.partition("/")[0]
    if draft.plan.of != kind:
        raise Refused(f"程序 {draft.plan.name} 用于 is for: {draft.plan.of}", _RULE)
    if message.by is not None or message.voice is not None:
        access.check(access.SITE_NEEDS[access.SiteCommand.OPEN], Situation(message.by, message, draft.facts.directory))
    terms = _terms(draft, message)
    draft.change(
        terms=terms, policy=draft.plan.key, opened_at=draft.at, stage=ProceedingStage.UNDER_WAY,
    )  # fmt: skip
    draft.note(ActName.OPENED, by=message.by, subject=terms.subject, entry=_RULE)
    for block in draft.plan.steps:
        draft.blocks[type(block)].opened(draft, block)
        if draft.ended:
            return
    draft.begin(0)


def _terms(draft: ProceedingDraft, message: Open) -> ProceedingTerms:
    directory = draft.facts.directory
    title = given(message.title, "名称 title", _RULE)
    lead_name = given(message.lead or message.office, "承办单位 lead", _RULE)
    office_name = message.office or lead_name
    for organ in (lead_name, office_name, *message.co):
        if directory.find(organ) is None:
            raise Refused(f"名录中没有该单位 unknown organ: {organ}", _RULE)
    if lead_name in message.co:
        raise Refused(f"承办单位不能同时是协办单位 the lead is also a co-handler: {lead_name}", _RULE)
    above = directory.above(directory.find(office_name))
    leader = message.leader or (above.head if above else directory.organ(office_name).head)
    for post in (leader, *message.panel):
        if not directory.has_post(post):
            raise Refused(f"名录中没有该岗位 unknown post: {post}", _RULE)
    received_at: datetime = message.received_at or draft.at
    if received_at.utcoffset() is None:
        raise Refused("收件时间缺少时区 received_at has no offset", _RULE)
    if received_at > draft.at:
        raise Refused("收件时间晚于登记时间 received later than it is opened", _RULE)
    if draft.plan.of == "petition" and message.channel is None:
        accepted = "、".join(Channel)
        raise Refused(f"缺少来源渠道 channel is required;可接受 accepted: {accepted}", _RULE)
    return ProceedingTerms(
        procedure=draft.plan.name, title=title, lead=lead_name, office=office_name, leader=leader,
        co=tuple(dict.fromkeys(message.co)), subject=message.subject, event_on=message.event_on,
        received_at=received_at, period=message.period, panel=message.panel,
        representatives=message.representatives, public=message.public, source=message.source,
        channel=message.channel, anonymous=message.anonymous, urgent=message.urgent, prominent=message.prominent,
    )  # fmt: skip
