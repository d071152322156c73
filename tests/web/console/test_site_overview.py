"""What looks after the site is shown part by part to whom the table shows it, secrets never."""

import re
from dataclasses import replace
from uuid import uuid4

import pytest

from models.evidence import IncidentKind
from record import incidents, webhooks
from record.incidents import Incident
from record.webhooks import Webhook
from settings import Settings
from tests.web.console.conftest import House
from tests.workflows.cast import OFFICER

pytestmark = pytest.mark.either_database("pages that are read")

SITE = "/console/site"


def parts(house: House, who: str) -> set[str]:
    return set(re.findall(r'<h2 id="(\w+)"', house.get(who, SITE).text))


def test_each_part_is_for_whom_the_table_shows_it(house: House) -> None:
    everything = {"accounts", "incidents", "seals", "hooks", "backups", "settings"}
    assert parts(house, "auditor") == everything
    assert parts(house, "admin") == everything - {"seals"}
    assert parts(house, "leader") == parts(house, "officer") == {"incidents", "seals"}
    assert house.get("handler", SITE).status_code == house.get("stranger", SITE).status_code == 404
    assert 'href="/console/site"' not in house.get("handler", "/console").text


def test_incidents_say_whether_they_are_dealt_with(house: House) -> None:
    with house.store.writing() as session:
        found = Incident("m1", "matter/m1", "r1", IncidentKind.TERMINATED, "流程被终止")
        assert incidents.report(session, found, house.clock(), ())
    shown = house.get("leader", SITE).text
    assert "流程被终止" in shown
    assert "待处置" in shown


def test_the_chains_beside_matters_are_recomputed_on_demand(house: House) -> None:
    csrf = house.csrf("auditor")
    shown = house.as_("auditor").post(f"{SITE}/verify", data={"csrf": csrf})
    assert (shown.status_code, "全部一致" in shown.text) == (200, True)
    assert house.as_("handler").post(f"{SITE}/verify", data={"csrf": house.csrf("handler")}).status_code == 404
    assert house.get("auditor", f"{SITE}/verify").status_code == 404


def test_settings_are_shown_without_a_secret(house: House) -> None:
    web, secret = house.app.state.web, "geheim-7f3a"
    hidden = {name: secret for name, field in Settings.model_fields.items() if not field.repr}
    hidden["database_url"] = f"postgresql://duban:{secret}@db.invalid/duban"
    house.app.state.web = replace(web, settings=web.settings.model_copy(update=hidden))
    shown = house.get("admin", SITE).text
    assert all(f"<code>{name}</code>" in shown for name in Settings.model_fields)
    assert "db.invalid" in shown
    assert secret not in shown


def test_a_subscription_is_ended_once_by_an_administrator(house: House) -> None:
    made = Webhook(id=f"wh-{'0' * 24}", person="u1", post=OFFICER, url="https://hooks.invalid/x", organs=(), acts=(),
                   generation=1, created_at=house.clock())  # fmt: skip
    with house.store.writing() as session:
        webhooks.create(session, made)
    path = f"{SITE}/webhooks/{made.id}/end"
    auditor = {"csrf": house.csrf("auditor"), "message": uuid4().hex}
    assert house.as_("auditor").post(path, data=auditor).status_code == 404
    found = re.search(r'name="csrf" value="([^"]+)"', house.get("admin", SITE).text)
    assert found
    form = {"csrf": found[1], "message": uuid4().hex}
    assert [house.as_("admin").post(path, data=form).status_code for _ in range(2)] == [200, 200]
    assert house.get("admin", path).status_code == 404
    with house.store.reading() as session:
        ended = webhooks.find(session, made.id)
    assert ended
    assert ended.ended_at == house.clock()
