"""A file handed in with a statement: its name masked, its content opened for a reason, the look on record."""

import hashlib
import re

import pytest

from models.acts import ActName
from tests.files import PDF
from tests.web.console.case_house import CASE, PAGE, with_case
from tests.web.console.conftest import House
from tests.workflows.cast import LEADER

pytestmark = pytest.mark.either_database("a case's page; how it is sealed is claimed in tests/record")

HASH = hashlib.sha256(PDF).hexdigest()
OPENING = f"{PAGE}/attachments/{HASH}/openings"


def test_a_file_of_a_case_is_got_for_a_reason_by_whom_its_materials_are(house: House) -> None:
    case = with_case(house, "notified")
    form = {**case.form("head", "give_statement"), "text": "系暴雨所致"}
    sent = house.as_("head").post(
        f"{PAGE}/commands/give_statement", data=form, files={"attachments": ("某甲的说明.pdf", PDF, "x/y")}
    )
    assert sent.status_code == 200, sent.text
    assert house.acts(CASE)[-1] is ActName.STATEMENT_GIVEN
    page = case.page("leader")
    assert "某甲" not in page
    assert re.search(r"〔案卷材料.*?〕 <span class=\"far\">pdf", page)
    assert f'action="{OPENING}"' in page
    said = {"csrf": case.csrf("leader"), "reason": "核对申辩材料"}
    client = house.as_("leader")
    assert client.post(OPENING, data={**said, "reason": " "}).status_code == 422
    assert client.post(OPENING, data={**said, "csrf": "0"}).status_code == 403
    assert client.get(OPENING).status_code == 404
    assert case.looks() == []
    got = client.post(OPENING, data=said)
    assert (got.status_code, got.content) == (200, PDF)
    assert "%E6%9F%90%E7%94%B2" in got.headers["content-disposition"]
    assert case.looks() == [(ActName.LOOKED_AT, LEADER, "核对申辩材料")]
    for who in ("stranger", "admin", "auditor"):
        refused = house.as_(who).post(OPENING, data={**said, "csrf": house.csrf(who) if who != "admin" else "0"})
        assert refused.status_code in (403, 404)
    assert PDF not in house.as_("stranger").get(OPENING).content
