"""Protected fields are opened for a reason, for whom they are, in one answer, and the look is on record."""

import io
import re
import zipfile

import pytest

from models.acts import ActName
from policies.masking import protection
from record import documents
from tests.web.console.case_house import (
    ALLEGED,
    CASE,
    FOUND,
    MATERIALS,
    MATTER,
    MEMBER,
    PAGE,
    REASON,
    SERVED,
    with_case,
)
from tests.web.console.conftest import House
from tests.workflows.cast import HEAD, LEADER

MASK = protection().masks["case_material"]
MATTER_PAGE = f"/console/matters/{MATTER}"


def shown(text: str) -> set[str]:
    return {one for one in MATERIALS if one in text}


def test_a_page_shows_masks_until_a_reason_opens_one_answer(house: House) -> None:
    case = with_case(house, "notified")
    assert MASK in case.page("leader")
    assert shown(case.page("leader")) == set()
    opened = case.open("leader", "审核告知内容")
    assert opened.status_code == 200
    assert shown(opened.text) == {ALLEGED, REASON, FOUND, SERVED}
    assert MASK not in opened.text
    assert case.looks() == [(ActName.LOOKED_AT, LEADER, "审核告知内容")]
    assert shown(case.page("leader")) == set(), "it opened that one answer, nothing afterwards"
    assert case.open("head", "查阅案卷").status_code == 200
    assert case.looks()[-1][:2] == (ActName.LOOKED_AT, HEAD)
    assert SERVED in case.open("member", "表决前阅卷").text
    assert case.looks()[-1][:2] == (ActName.LOOKED_AT, MEMBER)


@pytest.mark.either_database("a form's answer")
def test_without_a_reason_nothing_is_opened_and_the_field_says_so(house: House) -> None:
    case = with_case(house, "filed")
    for reason in ("", " ", "看", "x" * 501):
        answer = case.open("leader", reason)
        assert answer.status_code == 422
        assert 'aria-invalid="true"' in answer.text
        assert shown(answer.text) == set()
    assert case.looks() == []


@pytest.mark.either_database("addresses")
def test_materials_are_never_in_a_page_that_a_link_leads_to(house: House) -> None:
    case = with_case(house, "filed")
    for path in (f"{PAGE}/openings", f"{PAGE}/openings?reason=审核", f"{MATTER_PAGE}/openings"):
        got = house.get("leader", path)
        assert got.status_code == 404
    said = {"csrf": case.csrf("leader"), "reason": "审核材料"}
    client = house.as_("leader")
    assert client.post(f"{PAGE}/openings", data={**said, "csrf": "0"}).status_code == 403
    elsewhere = {"origin": "https://evil.invalid"}
    assert client.post(f"{PAGE}/openings", data=said, headers=elsewhere).status_code == 403
    assert case.looks() == []


def test_who_may_know_of_the_case_and_not_read_it_is_refused_on_record(house: House) -> None:
    case = with_case(house, "filed")
    answer = case.open("auditor", "例行审计")
    assert answer.status_code == 403
    assert "此次请求已记录" in answer.text
    assert shown(answer.text) == set()
    assert case.looks() == [(ActName.REFUSED, None, "例行审计")]


def test_who_may_not_know_of_the_case_finds_nothing_and_leaves_no_trace(house: House) -> None:
    case = with_case(house, "filed")
    for who in ("stranger", "handler", "co-handler"):
        assert case.open(who).status_code == 404
        assert case.open(who, target=MATTER_PAGE).status_code == 404
    assert case.looks() == []


def test_the_materials_of_its_cases_are_opened_on_the_page_of_the_matter(house: House) -> None:
    case = with_case(house, "filed")
    assert f'href="{PAGE}"' in house.get("officer", MATTER_PAGE).text
    opened = case.open("officer", "核对提请内容", MATTER_PAGE)
    assert opened.status_code == 200
    assert shown(opened.text) == {ALLEGED, REASON}
    assert case.looks()[-1][0] is ActName.LOOKED_AT
    assert shown(house.get("officer", MATTER_PAGE).text) == set()


def test_a_paper_of_a_case_is_downloaded_for_a_reason(house: House) -> None:
    case = with_case(house, "notified")
    page = case.page("leader")
    paper = re.search(r'action="(/console/documents/\d+/openings)"', page)
    assert paper
    said = {"csrf": case.csrf("leader"), "reason": "存档备查"}
    assert house.as_("leader").post(paper[1], data={**said, "reason": ""}).status_code == 422
    assert house.get("leader", paper[1]).status_code == 404
    for who in ("stranger", "handler", "auditor"):
        refused = house.as_(who).post(paper[1], data={**said, "csrf": case.csrf(who)})
        assert refused.status_code == 404, who
    assert case.looks() == []
    with house.store.reading() as session:
        (notice,) = [one for one in documents.issued(session, matter_id=CASE).items if one.kind == "fact_notice"]
    file = house.as_("leader").post(f"/console/documents/{notice.id}/openings", data=said)
    assert file.status_code == 200
    with zipfile.ZipFile(io.BytesIO(file.content)) as parts:
        assert SERVED in parts.read("word/document.xml").decode()
    assert case.looks() == [(ActName.LOOKED_AT, LEADER, "存档备查")]


@pytest.mark.either_database("pages")
def test_no_page_tells_anybody_a_word_of_what_was_written_in_a_case(house: House) -> None:
    case = with_case(house, "served")
    pages = ("/console", "/console/matters", MATTER_PAGE, f"{MATTER_PAGE}/why", "/console/cases", PAGE, f"{PAGE}/why")
    acts = tuple(f"{PAGE}/why?act={seq}" for seq in range(1, len(case.acts()) + 1))
    outside = ("handler", "co-handler", "stranger")
    told: list[str] = []
    seen = 0
    for who in ("officer", "leader", "head", "member", "auditor", *outside):
        for path in (*pages, *(acts if who == "officer" else ())):
            got = house.get(who, path)
            told += [f"{who} {path}"] if shown(got.text) else []
            seen += got.status_code == 200
            if who in outside:
                assert got.status_code == 404 or f'href="{PAGE}' not in got.text, (who, path)
    assert told == []
    assert seen > 35
