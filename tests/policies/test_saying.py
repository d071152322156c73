"""Does an act give back what was said, word for word, whatever the command?"""

from datetime import datetime
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.acts import Act, ActName
from models.messages import MatterCommand, Registration
from policies.deadlines import SHANGHAI
from policies.saying import SAID, kept, said
from tests.builders import CO, CO_HANDLER, HANDLER, OFFICER, Life, a_matter, at

MESSAGES: tuple[type[Any], ...] = (Registration, *get_args(MatterCommand))
WORDS = st.none() | st.text(max_size=12)
INSTANTS = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(SHANGHAI))  # noqa: DTZ001


@st.composite
def messages(draw: st.DrawFn, shape: type[Any]) -> Any:
    """A message of that shape, every field said or not."""
    fields = {
        name: st.from_type(field.annotation)
        for name, field in shape.model_fields.items()
        if name not in ("do", "voice")
    }
    for name in fields.keys() & {"by", "reason", "limit", "text"}:
        fields[name] = WORDS
    if "evidence" in fields:
        fields["evidence"] = WORDS | st.dictionaries(st.text(max_size=4), st.lists(st.text(max_size=4)), max_size=2)
    if "fields" in fields:
        fields["fields"] = st.none() | st.dictionaries(st.text(max_size=4), st.text(max_size=4), max_size=2)
    if "assigned_at" in fields:
        fields["assigned_at"] = st.none() | INSTANTS
    return shape(**{name: draw(values) for name, values in fields.items()})


@st.composite
def acts(draw: st.DrawFn) -> Act:
    """An act that tells some of the things a command may say, rightly or not."""
    detail = st.fixed_dictionaries({}, optional={"text": WORDS, "limit": WORDS, "passed": st.booleans(), "do": WORDS})
    name = draw(st.sampled_from([ActName.SIGNED, ActName.SUBMITTED, ActName.REGISTERED]))
    return Act(at=at(draw(st.just("03-02 09:00"))), target="m1", act=name, by=draw(WORDS), reason=draw(WORDS),
               detail=draw(detail))  # fmt: skip


@pytest.mark.parametrize("shape", MESSAGES, ids=lambda shape: shape.__name__)
@settings(max_examples=40)
@given(data=st.data())
def test_every_message_is_read_back_from_the_ledger_as_it_was_said(shape: type[Any], data: st.DataObject) -> None:
    message = data.draw(messages(shape))
    written = [
        Act.model_validate_json(act.model_dump_json(exclude_none=True))
        for act in kept(data.draw(st.lists(acts(), min_size=1, max_size=3)), message)
    ]
    (told,) = [one for act in written if (one := said(act, message.message_id)) is not None]
    assert told == message


def test_a_text_is_kept_once() -> None:
    life = Life()
    life.say("03-02 10:00", "report_progress", text="已完成 60%")
    signed, reported = life.acts[-2:]
    assert (signed.act, signed.detail) == (ActName.SIGNED, {})
    assert reported.detail == {"text": "已完成 60%", SAID: {"do": "report_progress"}}


def test_what_the_act_does_not_tell_is_kept_beside_it() -> None:
    life = Life(co=[CO])
    life.say("03-02 10:00", "report_progress", by=CO_HANDLER, done=True)
    assert life.acts[-1].detail == {"finished": [CO], SAID: {"do": "report_progress", "done": True}}
    life.say("03-02 11:00", "suspend", by=OFFICER, reason="等批复", until="10d")
    assert life.the(ActName.SUSPENDED).detail == {SAID: {"do": "suspend", "until": "10d"}}


def test_a_registration_is_kept_on_its_first_act_without_the_defaults_filled_in() -> None:
    registered = Life(limit="5wd", remark="另发").acts[0]
    assert registered.act is ActName.REGISTERED
    assert said(registered, "registration") == a_matter(limit="5wd", remark="另发")
    assert "urgency" not in registered.detail[SAID]


def test_a_refusal_keeps_only_what_was_tried() -> None:
    life = Life()
    life.say("03-02 10:00", "cancel", by=HANDLER, reason="停办")
    refused = life.acts[-1]
    assert (refused.act, refused.detail) == (ActName.REFUSED, {"do": "cancel"})
    assert said(refused, "#1") is None


@pytest.mark.parametrize(
    ("untold", "why"),
    [
        ({"do": "levitate"}, "unknown command: levitate"),
        ({"by": "x"}, "unknown command: None"),
        (["sign"], "unknown command: None"),
        ({"do": ["sign"]}, "unknown command"),
        ({"do": "suspend", "until": 7}, "detail.said.until"),
        ({"do": "sign", "colour": "red"}, "detail.said.colour"),
        ({"do": "register", "assigned_at": "sometime"}, "detail.said.assigned_at"),
    ],
)
def test_what_no_message_can_have_been_is_an_error(untold: object, why: str) -> None:
    act = Act(at=at("03-02 09:00"), target="m1", act=ActName.SIGNED, detail={SAID: untold})
    with pytest.raises(ValueError, match=why):
        said(act, "#1")


def test_an_act_names_the_person_who_spoke_and_his_principal() -> None:
    life = Life()
    life.say("03-02 10:00", "report_progress", text="已核对", voice={"person": "u7", "principal": "u3"})
    signed, reported = life.acts[-2:]
    assert [(act.act, act.by, act.person, act.principal) for act in (signed, reported)] == [
        (ActName.SIGNED, HANDLER, "u7", "u3"),
        (ActName.PROGRESS_REPORTED, HANDLER, "u7", "u3"),
    ]
    assert "voice" not in reported.detail[SAID]


def test_what_was_refused_names_the_person_too_and_what_time_did_names_nobody() -> None:
    life = Life(limit="5wd")
    life.say("03-02 10:00", "sign", voice={"person": "u7"})
    life.say("03-10 10:00", "sign", voice={"person": "u7"})
    assert [act.person for act in life.acts if act.act in (ActName.SIGNED, ActName.REFUSED)] == ["u7", "u7"]
    assert [act.person for act in life.acts if act.act in (ActName.OVERDUE, ActName.SUPERVISED)] == [None, None]
