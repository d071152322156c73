"""Files in the form of a command: handed in, named in the act, shown on the page, given to whom the act is shown."""

import hashlib
import re
from pathlib import Path

import httpx2
import pytest

from models.acts import ActName
from models.messages import ReportProgress, Sign
from record import ledger
from tests.files import PDF, PNG, office
from tests.web.console.conftest import House, hidden
from tests.workflows.cast import CO, HANDLER
from web.api import attachments

pytestmark = pytest.mark.either_database("files in forms; what is kept of them is claimed in tests/record")

PAGE = "/console/matters/m1"
HASH = hashlib.sha256(PDF).hexdigest()
FILE = ("attachments", ("进展 报告.pdf", PDF, "text/html"))


@pytest.fixture
def matter(house: House) -> str:
    house.app.include_router(attachments.routes)
    return house.launch("m1", co=(CO,))


def report(house: House, who: str, *files: tuple[str, tuple[str, bytes, str]], **said: str) -> httpx2.Response:
    form = hidden(house.get(who, PAGE).text, f"{PAGE}/commands/report_progress")
    assert form is not None
    data = {**form, "text": "已完成摸底", **said}
    return house.as_(who).post(f"{PAGE}/commands/report_progress", data=data, files=list(files))


def named(house: House) -> list[str]:
    with house.store.reading() as session:
        said = [entry.act.detail.get("said", {}) for entry in ledger.entries(session, "m1")]
    return [one for kept in said for one in kept.get("attachments", [])]


def kept(house: House) -> list[Path]:
    place: Path = house.app.state.web.settings.attachments_path
    return [one for one in place.rglob("*") if one.is_file()]


def download(house: House, who: str, hash_: str = HASH) -> httpx2.Response:
    return house.get(who, f"/api/v1/attachments/{hash_}?of=m1")


def test_files_chosen_in_the_form_are_named_by_the_act_and_linked_where_it_is_told(house: House, matter: str) -> None:
    shown = report(house, "handler", FILE, ("attachments", ("照片.png", PNG, "image/png")))
    assert shown.status_code == 200
    assert named(house) == [HASH, hashlib.sha256(PNG).hexdigest()]
    assert len(kept(house)) == 2
    link = re.search(
        r'<a href="(/api/v1/attachments/[^"]+)" download>进展 报告.pdf</a> <span[^>]*>pdf \d+ B<', shown.text
    )
    assert link
    given = house.get("leader", link[1].replace("&amp;", "&"))
    assert (given.status_code, given.content) == (200, PDF)
    assert given.headers["content-disposition"].startswith("attachment; ")
    assert given.headers["content-type"] == "application/octet-stream"
    assert given.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in given.headers["content-security-policy"]


def test_who_is_not_shown_the_act_gets_no_file_and_no_hint_of_one(house: House, matter: str) -> None:
    report(house, "handler", FILE)
    missing = download(house, "leader", "0" * 64)
    assert missing.status_code == 404
    assert [download(house, who).status_code for who in ("handler", "officer", "leader", "auditor")] == [200] * 4
    for who in ("stranger", "co-handler", "admin"):
        refused = download(house, who)
        assert (refused.status_code, refused.json()["detail"]) == (404, missing.json()["detail"])
    assert download(house, "nobody").status_code == 401


def test_a_co_handler_is_given_what_its_own_act_names(house: House, matter: str) -> None:
    report(house, "co-handler", FILE)
    assert download(house, "co-handler").status_code == 200
    assert "进展 报告.pdf" in house.get("co-handler", PAGE).text


def test_a_file_that_is_not_what_it_says_is_refused_at_its_field_and_the_rest_is_kept(
    house: House, matter: str
) -> None:
    hostile = ("attachments", ("台账.docx", office("docx", **{"word/vbaProject.bin": b"x"}), "x/y"))
    shown = report(house, "handler", FILE, hostile)
    assert shown.status_code == 422
    wrong = re.search(r'<p class="wrong"[^>]*>(.*?)</p>', shown.text, re.DOTALL)
    assert wrong
    assert "台账.docx" in wrong[1]
    assert "宏" in wrong[1]
    assert ActName.PROGRESS_REPORTED not in house.acts("m1")
    # What was taken need not be chosen again.
    again = hidden(shown.text, f"{PAGE}/commands/report_progress")
    assert again is not None
    assert f'name="attachments" value="{HASH}" checked> 已提交:进展 报告.pdf' in shown.text
    data = {**again, "text": "已完成摸底", "attachments": HASH}
    assert house.as_("handler").post(f"{PAGE}/commands/report_progress", data=data).status_code == 200
    assert named(house) == [HASH]


def test_the_same_form_with_the_same_file_sent_again_does_nothing_more(house: House, matter: str) -> None:
    form = hidden(house.get("handler", PAGE).text, f"{PAGE}/commands/report_progress")
    assert form is not None
    data = {**form, "text": "已完成摸底"}
    send = [
        house.as_("handler").post(f"{PAGE}/commands/report_progress", data=data, files=[FILE]).status_code
        for _ in range(2)
    ]
    assert send == [200, 200]
    assert house.acts("m1").count(ActName.PROGRESS_REPORTED) == 1
    assert len(kept(house)) == 1


def test_a_stranger_and_a_page_of_another_site_hand_in_nothing(house: House, matter: str) -> None:
    data = {"csrf": house.csrf("stranger"), "message": "m" * 32, "text": "x"}
    path = f"{PAGE}/commands/report_progress"
    assert house.as_("stranger").post(path, data=data, files=[FILE]).status_code == 404
    assert house.as_("stranger").post(path, data={**data, "csrf": "0"}, files=[FILE]).status_code == 403
    api = house.as_("stranger").post("/api/v1/attachments?of=m1", files={"file": FILE[1]})
    assert api.status_code == 403
    assert house.get("handler", path).status_code == 404
    assert kept(house) == []


def test_who_may_know_a_matter_and_say_nothing_with_files_hands_in_nothing(house: House, matter: str) -> None:
    csrf = house.get("auditor", "/api/v1/session").json()["csrf"]
    sent = house.as_("auditor").post(
        "/api/v1/attachments?of=m1", files={"file": FILE[1]}, headers={"X-CSRF-Token": csrf}
    )
    assert sent.status_code == 403
    csrf = house.get("leader", "/api/v1/session").json()["csrf"]
    sent = house.as_("leader").post(
        "/api/v1/attachments?of=m1", files={"file": FILE[1]}, headers={"X-CSRF-Token": csrf}
    )
    assert sent.status_code == 403
    assert kept(house) == []


def test_a_command_that_carries_no_files_takes_none(house: House, matter: str) -> None:
    form = house.form("handler", "m1", "sign")
    assert form is not None
    shown = house.as_("handler").post(f"{PAGE}/commands/sign", data=form, files=[FILE])
    assert shown.status_code == 200
    assert kept(house) == []
    assert ActName.SIGNED in house.acts("m1")


def test_a_refused_message_names_no_file_and_says_so_on_record(house: House, matter: str) -> None:
    house.say("m1", Sign, HANDLER)
    shown = report(house, "handler", attachments="0" * 64)
    assert shown.status_code == 409
    assert house.acts("m1")[-1] is ActName.REFUSED
    assert named(house) == []


def test_a_larger_file_than_is_taken_is_refused_at_its_field(house: House, matter: str) -> None:
    large = PDF[:-6] + b"0" * house.app.state.web.settings.attachment_megabytes * 1024 * 1024 + PDF[-6:]
    shown = report(house, "handler", ("attachments", ("x.pdf", large, "application/pdf")))
    assert shown.status_code == 422
    assert "20 MB" in shown.text
    assert kept(house) == []


def test_the_interface_lists_the_files_that_acts_name(house: House, matter: str) -> None:
    report(house, "handler", FILE)
    house.say("m1", ReportProgress, HANDLER, text="无附件")
    (one,) = house.get("leader", "/api/v1/attachments?of=m1").json()["items"]
    assert (one["hash"], one["name"], one["type"], one["size"], one["by"]) == (
        HASH, "进展 报告.pdf", "pdf", len(PDF), HANDLER,
    )  # fmt: skip
    assert house.get("co-handler", "/api/v1/attachments?of=m1").json()["items"] == []
    assert house.get("stranger", "/api/v1/attachments?of=m1").status_code == 404


def test_nothing_large_is_read_from_somebody_who_is_not_signed_in(house: House, matter: str) -> None:
    path = f"/console/matters/{matter}/commands/report_progress"
    large = {"attachments": ("a.pdf", b"%PDF-1.4\n" + b"0" * 2_000_000)}
    told = house.as_("nobody").post(path, data={"csrf": "0"}, files=large)
    assert told.status_code == 413
    # Whoever is signed in comes as far as the form, which then does not prove that it is ours.
    assert house.as_("handler").post(path, data={"csrf": "0"}, files=large).status_code == 403
