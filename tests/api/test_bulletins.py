"""Bulletins over HTTP: the figures of a year, as JSON and as files, for whom the whole record is."""

import io
from uuid import uuid4

from openpyxl import load_workbook

from tests.api.conftest import World


def test_a_bulletin_names_what_each_figure_counts_in_every_form(world: World) -> None:
    launched = world.launch().json()["id"]
    at = world.as_("officer").get(f"/matters/{launched}").json()["registered_at"]
    path = f"/bulletins/{at[:7]}"
    told = world.as_("officer").get(path).json()
    figures = {one["name"]: one for one in told["figures"]}
    assert launched in figures["新立项 registered"]["targets"]
    assert all(one["count"] == len(one["targets"]) for one in told["figures"])
    assert (told["kind"], told["first"]) == ("month", f"{at[:7]}-01")
    sheet = world.as_("leader").get(path, params={"format": "xlsx"})
    assert ("新立项 registered", launched) in list(load_workbook(io.BytesIO(sheet.content))["指标明细"].values)
    page = [world.as_("auditor").get(path, params={"format": "docx", "as_of": told["as_of"]}) for _ in range(2)]
    assert page[0].content == page[1].content
    assert "attachment" in page[0].headers["content-disposition"]
    assert world.as_("officer").get(f"/bulletins/{at[:4]}", params={"kind": "accountability"}).json()["ranking"] == []


def test_a_period_that_is_none_or_has_not_begun_is_refused_and_so_is_who_does_not_see_the_whole(world: World) -> None:
    officer = world.as_("officer")
    for path in ("/bulletins/2026-13", "/bulletins/2026-Q5", f"/bulletins/{uuid4().hex}"):
        assert officer.get(path).status_code == 422, path
    for path in ("/bulletins/2199", "/bulletins/0001"):
        assert officer.get(path).status_code == 404, path
    assert officer.get("/bulletins/2025", params={"unknown": "x"}).status_code == 422
    assert world.as_("lead").get("/bulletins/2025").status_code == 403
    assert world.as_(None).get("/bulletins/2025").status_code == 401
