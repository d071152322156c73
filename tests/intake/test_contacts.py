"""A contacts file is hostile input: right as a whole, or refused with every line, and no address is ever repeated."""

from datetime import time
from pathlib import Path

import pytest

from intake.contacts import LARGEST_BYTES, ContactsError, read_contacts
from models.contacts import Contact, Contacts, Hours, Route
from tests.builders import ROOT, sample_directory

DIRECTORY = sample_directory()
POST = "区教育局承办岗"


def read(tmp_path: Path, text: str | bytes) -> Contacts:
    path = tmp_path / "contacts.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_contacts(path, DIRECTORY)


def refused(tmp_path: Path, text: str | bytes) -> str:
    with pytest.raises(ContactsError) as caught:
        read(tmp_path, text)
    return str(caught.value)


def test_channels_in_order_with_hours_and_digest_are_read(tmp_path: Path) -> None:
    contacts = read(
        tmp_path,
        "mail: env:MAIL_URL\nposts:\n  区教育局承办岗:\n    hours: any\n    digest: '17:00'\n    channels:\n"
        "      - {name: wecom, url: 'file:/run/secrets/wecom'}\n      - {name: mail, to: q12@example.invalid}\n",
    )

    assert contacts.mail == "env:MAIL_URL"
    assert contacts.routes(POST) == ("wecom", "mail")
    assert contacts.posts == {
        POST: Contact(
            routes=(
                Route(name="wecom", url="file:/run/secrets/wecom"),
                Route(name="mail", to="q12@example.invalid"),
            ),
            hours=Hours.ANY,
            digest_at=time(17),
        )
    }


def test_a_post_that_is_not_listed_has_the_inbox_only(tmp_path: Path) -> None:
    assert read(tmp_path, "posts: {}").find(POST) is None


def test_every_other_post_can_be_reached_at_its_organs_mail(tmp_path: Path) -> None:
    contacts = read(
        tmp_path,
        "mail: env:MAIL_URL\notherwise: organ_mail\nposts:\n  区教育局长: {channels: [{name: sms, url: env:SMS}]}\n",
    )

    assert contacts.routes("区教育局长") == ("sms",)
    found = contacts.find(POST)
    assert found is not None
    assert [route.to for route in found.routes] == ["q12@example.invalid"]
    assert found.hours is Hours.OFFICE


def test_the_shipped_sample_is_right_and_holds_no_channel() -> None:
    assert read_contacts(ROOT / "data" / "contacts.yaml", DIRECTORY) == Contacts()


@pytest.mark.parametrize(
    ("text", "where", "accepted"),
    [
        ("posts: {没有这个岗位: {channels: [{name: a, url: env:X}]}}", "posts.没有这个岗位", "名录"),
        ("posts: {区教育局长: {channels: []}}", "posts.区教育局长.channels", "1..5"),
        ("posts: {区教育局长: {}}", "posts.区教育局长.channels", "1..5"),
        ("posts: {区教育局长: {channels: [{name: Mail, url: env:X}]}}", "channels.0.name", "小写"),
        ("posts: {区教育局长: {channels: [{name: inbox, url: env:X}]}}", "channels.0.name", "小写"),
        (
            "posts: {区教育局长: {channels: [{name: a, url: env:X}, {name: a, url: env:Y}]}}",
            "channels.1.name",
            "distinct",
        ),
        ("posts: {区教育局长: {channels: [{name: a}]}}", "channels.0", "env:"),
        ("posts: {区教育局长: {channels: [{name: a, url: env:X, to: a@b.cn}]}}", "channels.0", "env:"),
        ("posts: {区教育局长: {channels: [{name: a, to: a@b.cn}]}}", "channels.0.to", "mail"),
        ("mail: env:X\nposts: {区教育局长: {channels: [{name: a, to: nobody}]}}", "channels.0.to", "@"),
        ("posts: {区教育局长: {hours: night, channels: [{name: a, url: env:X}]}}", "hours", "office, any"),
        ("posts: {区教育局长: {digest: '25:00', channels: [{name: a, url: env:X}]}}", "digest", "17:00"),
        ("otherwise: sms", "otherwise", "organ_mail"),
        ("otherwise: organ_mail", "otherwise", "env:"),
        ("nosuch: 1", "nosuch", "posts"),
        ("[1, 2]", "document", "posts"),
        ("posts: [1]", "posts", "channels"),
    ],
)
def test_a_mistake_is_named_with_its_line_and_what_would_be_accepted(
    tmp_path: Path, text: str, where: str, accepted: str
) -> None:
    said = refused(tmp_path, "# 第一行\n" + text)

    (line, *_) = [one for one in said.splitlines() if one.startswith("contacts.yaml:")]
    assert line.startswith(f"contacts.yaml:{2 + text.count(chr(10))}: ")
    assert where in line
    assert accepted in line.partition("accepted:")[2]


@pytest.mark.parametrize(
    "text",
    [
        "mail: s3cret\n",
        "posts: {区教育局长: {channels: [{name: a, url: s3cret}]}}",
        "posts: {区教育局长: {channels: [{name: 'wecombot://s3cret', url: env:X}]}}",
        "'mailtos://s3cret': x",
        "'mailtos://s3cret': x\n'mailtos://s3cret': y",
        "posts: {'mailtos://s3cret': {channels: [{name: a, url: env:X}]}}",
        "otherwise: mailtos://s3cret",
        "mail: [mailtos://s3cret",
    ],
)
def test_an_address_is_never_repeated_wherever_it_slipped_to(tmp_path: Path, text: str) -> None:
    assert "s3cret" not in refused(tmp_path, text)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"\xff\xfe\x00", "UTF-8"),
        (b"a: &a [x]\nb: *a\n", "alias"),
        (b"posts: " + b"[" * 200 + b"]" * 200, "deeper"),
        (b"#" * (LARGEST_BYTES + 1), "larger"),
        (b"a: {", "YAML"),
    ],
)
def test_what_is_no_contacts_file_is_refused_early(tmp_path: Path, content: bytes, why: str) -> None:
    assert why in refused(tmp_path, content)


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(ContactsError, match="cannot be read"):
        read_contacts(tmp_path / "none.yaml", DIRECTORY)
