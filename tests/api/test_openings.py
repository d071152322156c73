"""Protected fields over HTTP: masked everywhere, opened for whom they are, for a reason, with the look on record."""

import io
import zipfile
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from models.acts import ActName
from policies.masking import protection
from record import documents, looks
from tests.api.conftest import EVERYBODY, World
from tests.api.test_matrix import ROUTES
from tests.workflows.cast import HEAD, LEADER, OFFICER

FACTS, REASON, NOTED = "经查台账造假三处", "线索初核属实拟予立案", "经核查所列事实成立"
WORDS = (FACTS, REASON, NOTED)
MASK = protection().masks["case_material"]


@pytest.fixture(scope="module")
def case(world: World) -> str:
    """A case with facts, reasons and papers."""
    matter = world.launch(title=f"治理校外培训 {uuid4().hex[:6]}", public=True).json()["id"]
    case = f"{matter}/case1"
    said: list[tuple[str, str, str, dict[str, Any]]] = [
        ("officer", matter, "propose", {"subject": HEAD, "facts": FACTS, "severity": "ordinary"}),
        ("leader", case, "file", {"reason": REASON}),
        ("officer", case, "investigate", {"posts": ["区政府承办岗", "督查室主任"], "text": NOTED}),
        ("officer", case, "notify_facts", {"text": FACTS, "receipt": {"signed": HEAD}}),
    ]
    for who, target, command, more in said:
        answer = world.do(who, target, command, **more)
        assert answer.status_code == 200, answer.text
    return case


def looked(world: World, case: str) -> list[tuple[ActName, str | None, str | None, str | None]]:
    with world.store.reading() as session:
        return [(one.act.act, one.act.by, one.act.person, one.act.reason) for one in looks.looks_at(session, case)]


def opened(world: World, who: str, target: str, reason: str = "审核立案材料") -> httpx2.Response:
    kind = "cases" if "/" in target else "matters"
    return world.as_(who).post(f"/{kind}/{target}/openings", json={"reason": reason})


def person(world: World, who: str) -> str:
    return str(world.as_(who).get("/me").json()["person"])


def test_a_leader_opens_a_case_and_the_look_is_on_record_with_its_reason(world: World, case: str) -> None:
    shown = world.as_("leader").get(f"/cases/{case}").json()
    assert shown["allegation"] == MASK
    before = looked(world, case)

    answer = opened(world, "leader", case)

    assert answer.status_code == 200, answer.text
    assert answer.json()["case"]["allegation"] == FACTS
    reasons = {one["act"]: one["reason"] for one in answer.json()["timeline"] if "reason" in one}
    assert reasons["case_filed"] == REASON
    assert looked(world, case)[len(before) :] == [(ActName.LOOKED_AT, LEADER, person(world, "leader"), "审核立案材料")]
    # It opened that one answer, nothing afterwards.
    assert world.as_("leader").get(f"/cases/{case}").json()["allegation"] == MASK


def test_the_subject_may_read_the_file_against_him(world: World, case: str) -> None:
    answer = opened(world, "head", case)
    assert answer.status_code == 200, answer.text
    assert answer.json()["case"]["allegation"] == FACTS
    assert looked(world, case)[-1][:2] == (ActName.LOOKED_AT, HEAD)


def test_the_proposal_in_the_matter_is_opened_with_its_case(world: World, case: str) -> None:
    matter = case.partition("/")[0]
    masked = world.as_("officer").get(f"/matters/{matter}/timeline").text
    assert FACTS not in masked
    answer = opened(world, "officer", matter)
    assert answer.status_code == 200, answer.text
    assert answer.json()["opened"] == [case]
    proposed = [one for one in answer.json()["timeline"] if one["act"] == "accountability_proposed"]
    assert len(proposed) == 1
    assert FACTS in str(proposed)
    assert looked(world, case)[-1][:2] == (ActName.LOOKED_AT, OFFICER)


def test_who_may_know_of_the_case_and_not_read_it_is_refused_on_record(world: World, case: str) -> None:
    before = looked(world, case)
    for target in (case, case.partition("/")[0]):
        answer = opened(world, "auditor", target)
        assert (answer.status_code, answer.json()["type"]) == (403, "urn:duban:problem:not-opened")
        assert FACTS not in answer.text
    added = looked(world, case)[len(before) :]
    assert added == [(ActName.REFUSED, None, person(world, "auditor"), "审核立案材料")] * 2


@pytest.mark.parametrize("who", ["stranger", "co-handler", "administrator", "operator"])
def test_who_may_not_know_of_the_case_finds_nothing_and_leaves_no_trace(world: World, case: str, who: str) -> None:
    before = looked(world, case)
    assert opened(world, who, case).status_code == 404
    assert opened(world, who, case.partition("/")[0]).status_code in (403, 404)
    assert opened(world, who, "2026-9999/case1").status_code == 404
    assert looked(world, case) == before


@pytest.mark.parametrize("reason", ["", " ", "x", " x ", "\t\n", "x" * 501, "a\x00b"])
def test_without_a_reason_nothing_is_opened(world: World, case: str, reason: str) -> None:
    before = looked(world, case)
    assert opened(world, "leader", case, reason).status_code == 422
    assert looked(world, case) == before


def test_a_paper_of_a_case_is_given_only_for_a_reason(world: World, case: str) -> None:
    with world.store.reading() as session:
        papers = [
            one for one in documents.issued(session, matter_id=case.partition("/")[0]).items if one.target == case
        ]
    (paper,) = [one for one in papers if one.kind == "fact_notice"]
    closed = world.as_("leader").get(f"/documents/{paper.id}/file")
    assert (closed.status_code, closed.json()["type"]) == (409, "urn:duban:problem:not-opened")
    answer = world.as_("leader").post(f"/documents/{paper.id}/openings", json={"reason": "存档备查"})
    assert answer.status_code == 200, answer.text
    assert FACTS in written(answer)
    assert looked(world, case)[-1] == (ActName.LOOKED_AT, LEADER, person(world, "leader"), "存档备查")
    assert world.as_("auditor").post(f"/documents/{paper.id}/openings", json={"reason": "存档"}).status_code == 404


def test_no_route_shows_a_protected_field_to_anybody_without_an_opening(world: World, case: str) -> None:
    matter, _, name = case.partition("/")
    kind, _, named = world.proceeding.partition("/")
    with world.store.reading() as session:
        papers = [one.id for one in documents.issued(session, matter_id=matter).items]
    asked = seen = 0
    shown = []
    for operation in ROUTES:
        method, _, path = operation.partition(" ")
        if method != "GET":
            continue
        for paper in papers if "{document_id}" in path else [0]:
            for who in (None, *EVERYBODY):
                place = path.format(
                    matter_id=matter, case=name, document_id=paper, year=2026, kind=kind,
                    name=named if "/proceedings/" in path else "standard", number=1,
                    webhook_id=f"wh-{'0' * 24}", person="u1", hash="0" * 64, period="2026-05",
                )  # fmt: skip
                asks: dict[str, dict[str, Any]] = {"/events": {"wait": 0}, "/verification": {"matter": matter}}
                more = asks.get(path, {})
                answer = world.as_(who).get(place, params=more)
                text = written(answer)
                asked += 1
                seen += answer.status_code == 200
                shown += [f"{who} {place}: {word}" for word in WORDS if word in text]
    assert shown == []
    assert seen > asked / 4


def written(answer: httpx2.Response) -> str:
    """What an answer says; of a Word or Excel file, the text in all its parts."""
    if not answer.content.startswith(b"PK"):
        return answer.content.decode(errors="replace")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as file:
        return "".join(file.read(name).decode(errors="replace") for name in file.namelist())
