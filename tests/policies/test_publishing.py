"""What was made public: only of what is marked public, and of that only what was posted or published."""

import pytest

from models.acts import ActName
from policies.publishing import publication
from tests.policies.blocks.walks import Walk

OFFICE, LEAD = "区信访局承办岗", "区教育局承办岗"


def walked(public: bool | None) -> Walk:
    walk = Walk("petition", public=public)
    assert walk.say("03-02 10:00", OFFICE, "route", to="区信访局").accepted
    assert walk.say("03-02 11:00", OFFICE, "check_items").accepted
    assert walk.say("03-03 10:00", OFFICE, "finish", text="内部", evidence={"处理意见书": "1号"}).accepted
    assert walk.say("03-03 11:00", OFFICE, "finish", evidence={"答复": "已停工", "送达方式": "邮寄"}).accepted
    assert walk.say("03-04 11:00", OFFICE, "call_back", satisfied=True).accepted
    assert walk.say("03-04 12:00", OFFICE, "finish", text="工地已停工", evidence={"公布载体": "区政府网"}).accepted
    return walk


def test_of_a_public_petition_only_the_published_result_is_public() -> None:
    walk = walked(public=True)
    (found,) = [one for act in walk.acts if (one := publication(act, walk.state.terms)) is not None]
    assert (found.act, found.medium, found.text, found.until) == (ActName.PUBLISHED, "区政府网", "工地已停工", None)


@pytest.mark.parametrize("public", [False, None])
def test_nothing_is_public_that_is_not_marked_so(public: bool | None) -> None:
    walk = walked(public)
    assert [act for act in walk.acts if publication(act, walk.state.terms) is not None] == []
    assert publication(walk.acts[-1], None) is None


def test_a_notice_is_public_from_its_posting_to_its_end_and_objections_never_are() -> None:
    walk = Walk("unit_notice", lead="区教育局", office="区教育局", public=True)
    assert walk.say("03-02 10:00", LEAD, "publish", medium="公示栏", text="名单").accepted
    assert walk.say("03-02 11:00", OFFICE, "raise_objection", text="不实").accepted
    assert walk.say("03-02 12:00", LEAD, "answer_objection", number="1", upheld=False, reason="已核查").accepted
    walk.wait("03-10 09:00")
    found = [one for act in walk.acts if (one := publication(act, walk.state.terms)) is not None]
    assert [(one.act, one.medium, one.text) for one in found] == [
        (ActName.NOTICE_POSTED, "公示栏", "名单"), (ActName.NOTICE_ENDED, None, None),
    ]  # fmt: skip
    assert found[0].until is not None
