"""Are recorded matters handed out in pages, each with everything that happened to it and its cases?"""

from datetime import datetime, timedelta

from models.acts import ActName
from models.matters import MatterState
from record import lives
from record.store import Store
from tests.record.builders import NOW, a_matter, a_refused_registration, an_act, append, keep_cases, save


def test_admitted_matters_come_in_pages_by_id_and_day_of_registration(store: Store) -> None:
    with store.writing() as session:
        for number in (3, 1, 2):
            save(session, a_matter(f"m{number}", title=f"第{number}件"))
        save(session, a_refused_registration("m4"))
    with store.reading() as session:
        first = lives.registered(session, limit=2)
        second = lives.registered(session, limit=2, after=first.next)
        assert (first.items, second.items, second.next) == (("m1", "m2"), ("m3",), None)
        assert lives.registered(session, since=NOW, until=NOW + timedelta(seconds=1)).items == ("m1", "m2", "m3")
        assert lives.registered(session, since=NOW + timedelta(seconds=1)).items == ()
        assert lives.registered(session, until=NOW).items == ()


def test_a_life_has_the_acts_of_the_matter_and_its_cases_in_the_order_of_recording(store: Store) -> None:
    with store.writing() as session:
        for matter_id in ("m1", "m10"):
            save(session, a_matter(matter_id, title=matter_id))
            append(session, an_act(ActName.SUPERVISED, matter_id), message_id=None)
            proposed = append(session, an_act(ActName.CASE_PROPOSED, f"{matter_id}/case1", subject="区教育局长"))
            keep_cases(session, proposed)
            append(session, an_act(ActName.SIGNED, matter_id), message_id="#1")
    with store.reading() as session:
        found = lives.lives(session, ["m1"])
        assert list(found) == ["m1"]
        assert [(entry.target, entry.act.act.value, entry.message_id) for entry in found["m1"]] == [
            ("m1", "supervised", None),
            ("m1/case1", "case_proposed", None),
            ("m1", "signed", "#1"),
        ]
        assert lives.lives(session, ["m1", "m10"])["m10"][-1].target == "m10"


def a_child(matter_id: str, root: str, registered_at: datetime = NOW) -> MatterState:
    return a_matter(matter_id, title=matter_id).model_copy(
        update={"parent": root, "root": root, "registered_at": registered_at}
    )


def test_a_family_is_handed_out_whole_under_the_name_of_the_matter_at_its_top(store: Store) -> None:
    with store.writing() as session:
        for matter_id in ("m1", "m2"):
            save(session, a_matter(matter_id, title=matter_id))
        for matter_id, root in (("a", "m2"), ("z", "m1"), ("b", "m2")):
            save(session, a_child(matter_id, root))
        for target in ("m2", "a", "z", "m1", "b", "m2"):
            append(session, an_act(ActName.SIGNED, target))
        keep_cases(session, append(session, an_act(ActName.CASE_PROPOSED, "a/case1", subject="区教育局长")))
    with store.reading() as session:
        first = lives.registered(session, limit=1)
        assert (first.items, lives.registered(session, limit=1, after=first.next).items) == (("m1",), ("m2",))
        found = lives.lives(session, ["m1", "m2"])
        assert {family: [entry.target for entry in entries] for family, entries in found.items()} == {
            "m1": ["z", "m1"],
            "m2": ["m2", "a", "b", "m2", "a/case1"],
        }


def test_a_family_is_found_by_the_day_on_which_any_of_its_matters_was_registered(store: Store) -> None:
    later = NOW + timedelta(days=3)
    with store.writing() as session:
        for matter_id in ("m1", "m2"):
            save(session, a_matter(matter_id, title=matter_id))
        save(session, a_child("a", "m2", later))
    with store.reading() as session:
        assert lives.registered(session, since=later).items == ("m2",)
        assert lives.registered(session, until=later).items == ("m1", "m2")
        assert lives.registered(session, since=later + timedelta(seconds=1)).items == ()


def test_the_last_act_and_the_measures_of_a_record_are_known(store: Store) -> None:
    later = NOW + timedelta(hours=1)
    with store.reading() as session:
        assert (lives.last_act_at(session), lives.measures(session)) == (None, [])
    with store.writing() as session:
        append(session, an_act(ActName.MEASURE_DECIDED, "m1/case1", later, subject="区教育局长"))
        append(session, an_act(ActName.SIGNED, "m1", NOW))
    with store.reading() as session:
        assert lives.last_act_at(session) == later
        assert lives.measures(session) == [("区教育局长", later)]
