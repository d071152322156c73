"""补办: periods that never were are opened, once, each with its matter."""

import pytest

from models.acts import ActName
from tests.web.console.conftest import House
from tests.web.console.proceeding_house import done_once_by, give, opened

pytestmark = pytest.mark.either_database("a form")

DUTY = "duty/月报"


def test_past_periods_are_opened_once_and_their_matters_are_led_to(house: House) -> None:
    opened(house, DUTY, "monthly_report", title="月报")
    before = house.acts(DUTY).count(ActName.OCCURRED)
    assert give(house, "officer", DUTY, "backfill", since="2026-01-01", until="2026-05-01").status_code == 409
    page = done_once_by(house, "officer", DUTY, "backfill", ActName.OCCURRED, since="2026-01-01", until="2026-01-31")
    assert 'href="/console/matters/duty-月报-2026-01"' in page
    assert house.get("officer", "/console/matters/duty-月报-2026-01").status_code == 200
    assert house.acts("duty-月报-2026-01")[0] in {ActName.REGISTERED, ActName.IMPORTED_OVERDUE}
    assert house.acts(DUTY).count(ActName.OCCURRED) == before + 1
