"""What is the same petition or petitioner, what is kept out of its words, and how whoever asked is heard again."""

from datetime import date

import pytest

from models.access import Relation, View
from models.acts import ActName
from models.petitions import Identity
from models.proceedings import ProceedingStage
from policies import petitions
from policies.access import PROCEEDING_NEEDS, may_view
from tests.policies.blocks.walks import Walk

OFFICE, LEAD = "区信访局承办岗", "区教育局承办岗"
WHO = Identity(
    name="赵某某", phone="139-0000-0000", id_number="11010119000101001x", address="某街某号", employer="某厂"
)


# --- the same one -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed", ["13900000000", "139 0000 0000", "+86 139-0000-0000", "0086139000 00000", "１３９００００００００"]
)
def test_a_phone_number_is_the_same_however_it_is_typed(typed: str) -> None:
    assert petitions.plain_phone(typed) == "13900000000"
    assert petitions.marks(Identity(phone=typed)) == petitions.marks(Identity(phone="13900000000"))


def test_nothing_is_recognised_by_a_name_or_an_address() -> None:
    assert petitions.marks(Identity(name="赵某某", address="某街某号", employer="某厂")) == {}
    assert set(petitions.marks(WHO)) == {"phone", "id_number"}


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [
        ("噪声扰民", "噪声 扰民!", 100),  # the same letters
        ("噪声扰民", "夜间噪声扰民", 75),  # 3 pairs of 3 and 5
        ("夜间施工噪声", "夜间施工扬尘", 60),  # 3 of 5 and 5: at the threshold
        ("施工噪声", "施工扬尘大", 28),  # 1 of 3 and 4: rounded down
        ("水", "火", 0),
        ("", "", 0),
    ],
)
def test_titles_are_compared_by_their_pairs_of_characters(one: str, other: str, shared: int) -> None:
    assert petitions.similarity(one, other) == petitions.similarity(other, one) == shared


def test_what_intake_goes_by_is_dated() -> None:
    assert petitions.in_force(date(2026, 3, 2)).similarity == 60
    assert "答复" in petitions.in_force(date(2004, 1, 1)).answers
    with pytest.raises(LookupError):
        petitions.in_force(date(2003, 12, 31))


# --- what stands apart ------------------------------------------------------------------------------------------------


def test_an_identity_is_kept_out_of_the_words_however_it_is_written() -> None:
    text = "我是赵某某(赵 某某),电话13900000000或１３９-００００-００００,证号 110101 19000101 001X,住某街某号,在某厂"
    told = petitions.withheld(text, WHO)
    assert [part for part in ("赵", "1390", "１３９", "001X", "某街", "某厂") if part in told] == []
    assert told.count(petitions.WITHHELD) == 7
    assert told.startswith("我是")


def test_others_and_an_anonymous_petitioner_leave_the_words_as_they_are() -> None:
    text = "李某的工地,电话 13811112222"
    assert petitions.withheld(text, WHO) == text
    assert petitions.withheld(text, Identity()) == text
    assert Identity(name=" ", phone=None).told == {}


# --- heard again ------------------------------------------------------------------------------------------------------


def test_whoever_asked_follows_up_and_who_has_it_in_hand_is_told() -> None:
    walk = Walk("petition")
    before = dict(walk.state.clocks)
    assert walk.say("03-02 10:00", None, "follow_up", text="昨夜又施工").accepted  # type: ignore[arg-type]
    (act,) = walk.of(ActName.FOLLOWED_UP)
    assert (act.by, act.subject) == (None, None)
    assert OFFICE in act.tell
    assert walk.state.clocks == before
    # The words that come in by phone are entered by who has it in hand; nobody else enters any.
    assert walk.say("03-02 11:00", OFFICE, "follow_up", text="来电补充").accepted
    assert not walk.say("03-02 11:00", "区教育局承办岗", "follow_up", text="代为补充").accepted
    assert not walk.say("03-02 11:00", None, "follow_up").accepted  # type: ignore[arg-type]


def answered() -> Walk:
    """A petition that was routed to its lead, handled and answered; the call back is owed."""
    walk = Walk("petition")
    assert walk.say("03-02 10:00", OFFICE, "route", to="区教育局").accepted
    assert walk.say("03-02 11:00", LEAD, "accept_routing").accepted
    assert walk.say("03-02 14:00", LEAD, "check_items").accepted
    assert walk.say("03-03 10:00", LEAD, "finish", evidence={"处理意见书": "意见1号"}).accepted
    assert walk.say("03-03 11:00", LEAD, "finish", evidence={"答复": "已责令停工", "送达方式": "邮寄"}).accepted
    return walk


def test_whoever_asked_judges_the_answer_and_that_is_no_call_back() -> None:
    walk = answered()
    before = walk.state
    assert not walk.say("03-04 09:00", None, "rate", satisfied=False).accepted  # type: ignore[arg-type]
    assert not walk.say("03-04 09:00", None, "rate").accepted  # type: ignore[arg-type]
    assert walk.say("03-04 09:00", None, "rate", satisfied=False, text="仍在施工").accepted  # type: ignore[arg-type]
    (act,) = walk.of(ActName.RATED)
    assert (act.by, act.value) == (None, "dissatisfied")
    assert OFFICE in act.tell
    assert (walk.state.step, walk.state.clocks) == (before.step, before.clocks)
    assert not walk.of(ActName.CALLED_BACK)
    assert walk.say("03-04 10:00", OFFICE, "call_back", satisfied=True).accepted
    assert walk.say("03-04 11:00", None, "rate", satisfied=True).accepted  # type: ignore[arg-type]


def test_nothing_is_judged_before_the_answer_or_by_a_post() -> None:
    walk = Walk("petition")
    refused = walk.say("03-02 10:00", None, "rate", satisfied=True)  # type: ignore[arg-type]
    assert (refused.accepted, refused.rule) == (False, "rating")
    walk = answered()
    for post in (OFFICE, LEAD):
        assert not walk.say("03-04 09:00", post, "rate", satisfied=True).accepted


def test_whoever_holds_both_codes_has_his_repetition_linked() -> None:
    walk = Walk("petition")
    walk.open(2)
    said = {"to": "petition/1", "reason": "诉求人自述的重复件"}
    assert walk.say("03-02 10:00", None, "link", which=2, **said).accepted  # type: ignore[arg-type]
    assert walk.states["petition/2"].linked_to == "petition/1"


def test_without_a_post_nothing_else_is_heard() -> None:
    walk = Walk("petition")
    assert not walk.say("03-02 10:00", None, "cancel", reason="撤诉").accepted  # type: ignore[arg-type]
    assert not walk.say("03-02 10:00", None, "route", to="区教育局").accepted  # type: ignore[arg-type]


def test_after_it_has_ended_nobody_follows_up() -> None:
    walk = Walk("petition")
    walk.say("03-02 10:00", OFFICE, "cancel", reason="撤诉")
    assert not walk.say("03-02 11:00", None, "follow_up", text="还有").accepted  # type: ignore[arg-type]


def test_a_linked_petitioner_is_heard_by_the_one_it_goes_on_with_and_only_as_one_of_its_own() -> None:
    walk = Walk("petition")
    walk.open(2)
    walk.say("03-02 10:00", OFFICE, "link", which=2, to="petition/1", reason="同一诉求")
    assert walk.states["petition/2"].stage is ProceedingStage.LINKED
    said = {"text": "昨夜又施工", "about": "petition/2"}
    assert walk.say("03-02 11:00", None, "follow_up", which=1, **said).accepted  # type: ignore[arg-type]
    assert walk.of(ActName.FOLLOWED_UP)[0].subject == "petition/2"
    other = {"text": "昨夜又施工", "about": "petition/9"}
    assert not walk.say("03-02 12:00", None, "follow_up", which=1, **other).accepted  # type: ignore[arg-type]


def test_the_code_alone_shows_a_petition_and_no_relation_of_a_post_does() -> None:
    assert may_view(View.RECEIPT, {Relation.PETITIONER})
    assert not any(may_view(View.RECEIPT, {one}) for one in Relation if one is not Relation.PETITIONER)
    allowed = {view for view in View if may_view(view, {Relation.PETITIONER})}
    assert allowed == {View.RECEIPT}
    assert [do for do, need in PROCEEDING_NEEDS.items() if Relation.PETITIONER in need.any_of] == [
        "link", "follow_up", "rate",
    ]  # fmt: skip
