"""Cases: where one stands, what happened in it, and why. An id such as 2026-0143/case1 is two parts of the path."""

from typing import Annotated

from fastapi import Query

from models.access import View
from models.explanations import Explanation
from record import cases, views
from showing.cases import case_document
from web.api import authority
from web.api.limits import Speaker
from web.api.matters import WhyOf, explanation, told_to
from web.api.parts import CASE, CaseName, OriginId, WebNow, router, shaped
from web.api.shapes import ActOut, CaseOut, Page

routes = router("案件 cases")


@routes.get(CASE, summary="一个案件的现状 Where a case stands")
def get_case(matter_id: OriginId, case: CaseName, caller: Speaker, web: WebNow) -> CaseOut:
    """环节、对象、措施、席位,各项时限是否按时触发。 Stage, subject, measure, seats, and whether every clock fired."""
    with web.store.reading() as session:
        state = authority.case(session, web, caller, f"{matter_id}/{case}", View.CASE)
        cited = cases.cited_by(session, state)
    return shaped(CaseOut, case_document(state, web.clock(), cited))


@routes.get(f"{CASE}/timeline", summary="案件的全部记录 Every act of a case")
def timeline(matter_id: OriginId, case: CaseName, caller: Speaker, web: WebNow) -> Page[ActOut]:
    """按登记次序。 In the order of recording."""
    case_id = f"{matter_id}/{case}"
    with web.store.reading() as session:
        authority.case(session, web, caller, case_id, View.CASE_TIMELINE)
        entries = views.timeline(session, case_id, scope=authority.scope_of(web, caller), with_cases=False)
        return Page(items=told_to(session, web, caller, entries), next=None)


@routes.get(f"{CASE}/why", summary="案件为什么 Why a case stands as it does")
def why(
    matter_id: OriginId, case: CaseName, asked: Annotated[WhyOf, Query()], caller: Speaker, web: WebNow
) -> Explanation:
    """依据、事实、逐日计算、通知送达、谁可阻止。 The rule, the facts, the days, the notices, and who may stop it."""
    case_id = f"{matter_id}/{case}"
    with web.store.reading() as session:
        authority.case(session, web, caller, case_id, View.CASE_TIMELINE)
        return explanation(session, case_id, asked.act)
