"""Recovery of a record on PostgreSQL to a point in time loses nothing before it and brings nothing back after it."""

from tests.backup.drill import play


def test_recovery_to_an_instant_has_every_act_before_it_and_none_after(postgresql_url: str) -> None:
    told = play()

    assert told.recovered.acts == told.acknowledged
    assert (told.wrong, told.wrong_recovered) == (50, 0)
    assert told.faults == []
