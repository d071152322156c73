"""The policy room as it is read: every parameter in words, every procedure drawn as it runs, for whom policies are."""

import re

import pytest

from models.matters import Stage
from models.policy import Policy
from policies.block_procedures import all_shipped
from policies.procedure_words import PARAMETERS
from policies.procedures import STANDARD, shipped
from tests.web.console.conftest import House

pytestmark = pytest.mark.either_database("pages that are read")

ROOM = "/console/policies"


def plain(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_every_parameter_of_a_policy_has_a_name_and_a_section() -> None:
    undated = {"key", "name", "title", "escalation", "tell", "documents", "sources"}
    assert PARAMETERS.keys() == Policy.model_fields.keys() - undated


def test_the_standard_procedure_is_a_table_of_values_in_words_with_units_days_and_sources(house: House) -> None:
    shown = house.get("leader", f"{ROOM}/view/{STANDARD}").text
    for name in shipped(STANDARD).in_force(house.clock().date()).sources:
        if name in PARAMETERS:
            assert f"<code>{name}</code>" in shown
            assert PARAMETERS[name][1] in shown
    text = plain(shown)
    assert "督办单时限 supervision 平件 3个工作日；急件 2个工作日；特急 1个工作日 (工作日) 自 2004-01-01 现行" in text
    assert "依据: R17" in text
    assert "批准领导、批准领导的上一级" in text


def test_the_drawing_has_every_stage_and_limit_and_the_list_says_the_same(house: House) -> None:
    shown = house.get("leader", f"{ROOM}/view/{STANDARD}/drawing").text
    svg, listed = re.search(r"<svg.*?</svg>", shown, re.DOTALL), re.search(r"<ol>.*?</ol>", shown, re.DOTALL)
    assert svg
    assert listed
    drawn = re.findall(r"<text[^>]*>([^<]+)</text>", svg[0])
    for words in ("办理中", "督办中", "整改中", "待核验", "退回重办", "已销号", "已撤销", "已并案", "已归档", "待批准"):
        assert words in drawn
    # All but that of a refused registration, and where it begins.
    assert svg[0].count('class="title"') == len(Stage)
    assert any("平件 3个工作日、急件 2个工作日、特急 1个工作日" in one for one in drawn)
    assert all(one in plain(listed[0]) for one in drawn)
    assert "style=" not in shown


def test_every_procedure_of_blocks_is_listed_and_drawn(house: House) -> None:
    room = house.get("leader", ROOM).text
    assert len(all_shipped()) > 100
    for one in all_shipped():
        assert f'href="{ROOM}/view/{one.name}"' in room
    shown = house.get("leader", f"{ROOM}/view/window_acceptance").text
    drawn = re.findall(r"<text[^>]*>([^<]+)</text>", shown)
    assert any("1. 当场验明、一次性告知" in one for one in drawn)
    assert any("依法视为同意" in one for one in drawn)
    assert "20个工作日" in plain(shown)
    for one in all_shipped()[::12]:
        assert house.get("leader", f"{ROOM}/view/{one.name}").status_code == 200, one.name


def test_the_ladder_has_every_measure_with_its_source(house: House) -> None:
    shown = house.get("leader", f"{ROOM}/ladder").text
    assert "责令书面检查" in shown
    assert "it214.net" in shown


def test_policies_are_for_who_is_signed_in_and_drafts_for_who_may_draft(house: House) -> None:
    for who in ("officer", "leader", "handler", "admin", "auditor"):
        assert house.get(who, ROOM).status_code == 200
    assert house.get("nobody", ROOM).headers["location"] == "/sign-in"
    drafting = {
        who for who in ("officer", "leader", "handler", "admin", "auditor") if "起草" in house.get(who, ROOM).text
    }
    assert drafting == {"officer", "leader"}
    for key in ("nothing", "standard@000000000000", "../etc", "%00"):
        assert house.get("leader", f"{ROOM}/view/{key}").status_code in (404, 422)
    house.as_("leader").cookies.set("duban-language", "en")
    assert "working days" in house.get("leader", f"{ROOM}/view/{STANDARD}").text
    assert "limit" in house.get("leader", f"{ROOM}/view/{STANDARD}/drawing").text
