"""What a page offers in a case is what the rules would admit: tried at every moment of a case, for every post."""

from collections.abc import Iterator
from typing import Any

from models.case_messages import Investigate
from models.cases import CaseState
from policies.case_offering import OFFERED, offers, shape_of
from tests.builders import CAST, HEAD, LEADER, OFFICER
from tests.case_builders import JUDGE
from tests.policies.access_cast import POSTS, cases, commands

EVIDENCE = {
    "kind": "assessment", "result": "不称职", "sheet": "考核表", "content": "全文", "time": "2026-03-25T11:00+08:00",
}  # fmt: skip
ALSO: dict[str, tuple[dict[str, Any], ...]] = {
    "propose": ({"subject": HEAD, "facts": "检查发现"}, {"subject": LEADER, "facts": "检查发现"}),
    "investigate": (
        {"posts": ["区政府承办岗", "公安局承办岗"], "text": "属实"},
        {"posts": ["公安局承办岗", "公安局长"], "text": "属实"},
        {"posts": ["教育局承办岗", "公安局长"], "text": "属实"},
    ),
    "vote": tuple(
        {"choice": choice, "member": member, "reason": "从轻"}
        for choice in ("proposed", "dismiss", "P0")
        for member in (LEADER, JUDGE, OFFICER)
    ),
    "recuse": tuple(
        {"member": post, "reason": "亲属"} for organ in CAST for post in (organ.head, organ.handler)
    ),
    "decide": ({"choice": "dismiss", "reason": "不足"}, {"reason": "容错", "criterion": "force_majeure"}),
    "decide_review": ({"outcome": "revoked", "reason": "不当"},),
    "execute": ({"evidence": EVIDENCE}, {"adopted": False, "document": {"organ": "组织部", "number": "1号"}}),
}  # fmt: skip
"""More ways in which a command may be admitted, beside those of the cast."""


def said(by: str) -> Iterator[Any]:
    """Every command by this post, in every way."""
    yield from (one for one in commands(by) if one.do in OFFERED)
    for do, ways in ALSO.items():
        yield from (shape_of(do)(message_id=f"{do}+{number}", by=by, **way) for number, way in enumerate(ways))
    for other in ("公安局承办岗", "公安局长"):
        yield Investigate(message_id=f"with {other}", by=by, posts=(by, other), text="属实")


def test_whatever_the_rules_admit_when_it_is_well_said_is_offered_and_nothing_else() -> None:
    seen: set[str] = set()
    wrong: list[tuple[str, str | None, set[str]]] = []
    for moment in cases():
        assert isinstance(moment.state, CaseState)
        assert moment.at is not None
        for post in POSTS:
            offered = set(offers(moment.state, post, moment.at, moment.facts))
            admitted = {one.do for one in said(post) if moment.answer(one).accepted} if post else set()
            if admitted != offered:
                wrong.append((moment.name, post, admitted ^ offered))
            seen |= offered
    assert wrong == []
    assert seen == set(OFFERED)


def test_every_command_offered_has_its_own_shape() -> None:
    assert [shape_of(do).model_fields["do"].default for do in OFFERED] == list(OFFERED)
