"""Rankings by net time: as a bulletin of the period has them, and down to their matters."""

import re
from datetime import UTC, date, datetime

from sqlalchemy import delete

from models.bulletins import BulletinKind
from models.messages import Cancel, Resume, Sign, Submit, Suspend, Verify
from models.rows import FinishedRow, table
from policies.bulletins import bulletin
from record import bulletins, finished
from tests.web.console.conftest import House
from tests.workflows.cast import CO, CO_HANDLER, HANDLER, LEADER, OFFICER
from web.api.parts import calendar_of

PAGE = "/console/rankings"


def finish(house: House, matter: str, by: str = HANDLER) -> None:
    house.say(matter, Submit, by, text="办结", without_co="无")
    house.say(matter, Verify, OFFICER, passed=True, method="document", evidence={"document": "报告"})


def lived(house: House) -> None:
    """Two matters of one lead, one paused and one late, and one of another lead."""
    house.launch("m1", limit="15wd")
    house.launch("m2", limit="5wd")
    house.launch("m3", limit="15wd", lead=CO)
    house.say("m1", Sign, HANDLER)
    house.say("m1", Suspend, OFFICER, until="2026-03-06", reason="等待批复")
    house.passes("m1", "m2", days=7)
    house.say("m1", Resume, OFFICER)
    house.passes("m1", "m2", "m3", days=7)
    finish(house, "m1")
    finish(house, "m2")
    finish(house, "m3", CO_HANDLER)


def test_the_page_ranks_as_a_bulletin_of_the_same_period_does(house: House) -> None:
    lived(house)
    with house.store.reading() as session:
        calendar = calendar_of(session)
        happened = list(bulletins.happened(session, datetime.max.replace(tzinfo=UTC)))
    expected = bulletin(happened, BulletinKind.MONTH, "2026-03", date(2026, 3, 31), calendar).ranking
    assert len(expected) == 2
    shown = house.get("leader", f"{PAGE}?period=2026-03").text
    rows = re.findall(r"<tr><td>(\d+)</td>.*?>([^<>]+)</a></th>.*?</tr>", shown, re.DOTALL)
    assert rows == [(str(one.place), one.organ) for one in expected]
    for one in expected:
        opened = house.get("leader", f"{PAGE}?period=2026-03&organ={one.organ}").text
        for matter in one.matters:
            line = re.search(rf'/console/matters/{matter.target}">.*?</tr>', opened, re.DOTALL)
            assert line is not None
            time = matter.time
            numbers = [time.gross, time.paused, time.extended, time.elsewhere]
            assert [int(cell) for cell in re.findall(r"<td>(\d+)</td>", line[0])] == numbers
            assert f"<strong>{time.net}</strong>" in line[0]
            assert ("超期" in line[0]) is not matter.in_time


def test_what_was_closed_before_times_were_noted_is_measured_when_it_is_asked_for(house: House) -> None:
    lived(house)
    house.launch("m4")
    house.say("m4", Cancel, LEADER, reason="停办")
    before = house.get("leader", f"{PAGE}?period=2026").text
    assert "财政局</a>" in before
    with house.store.writing() as session:
        # As the revision that made the table of what is not measured has found them.
        session.execute(delete(table(FinishedRow)))
        for matter in ("m1", "m2", "m3"):
            finished.leave(session, matter)
    assert house.get("leader", f"{PAGE}?period=2026").text == before


def test_only_what_the_visitor_sees_whole_is_ranked(house: House) -> None:
    lived(house)
    assert "财政局" in house.get("leader", f"{PAGE}?period=2026").text
    shown = house.get("handler", f"{PAGE}?period=2026").text
    assert "教育局" in shown
    assert "财政局</a>" not in shown
    assert house.get("admin", PAGE).status_code == 404


def test_a_period_that_cannot_be_read_is_refused_with_what_would_be(house: House) -> None:
    shown = house.get("leader", f"{PAGE}?period=2026-13")
    assert shown.status_code == 422
    assert "2026-Q2" in shown.text
    assert "没有您可见" in house.get("leader", f"{PAGE}?period=2025").text
