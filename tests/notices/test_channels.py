"""What is known after one attempt, asked of a real mail server and a real HTTP service that behave badly."""

import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress

import pytest
import requests

from models.contacts import Contacts, Route
from notices.answers import Answer, ChannelError, Verdict
from notices.channels import Channel, open_channel
from notices.exchanges import Exchange, heard
from notices.hooks import judged
from notices.wording import Message
from settings import secret
from tests.notices.peers import Mood, Peer, free_port

MESSAGE = Message("【督办】交办 Assigned", "请签收。\n", "<p>请签收。</p>\n")
KEY = "0123456789abcdef0123456789abcdef"
PATIENCE = 1.0

Reached = Callable[[Peer], Channel]


def by_mail(peer: Peer, to: str = "jyj@example.invalid") -> Channel:
    contacts = Contacts(mail=f"mailto://127.0.0.1:{peer.port}?from=duban@example.invalid&to=other@example.invalid")
    return open_channel(Route(name="mail", to=to), contacts, secret, PATIENCE)


def by_webhook(peer: Peer) -> Channel:
    return open_channel(Route(name="hook", url=f"json://127.0.0.1:{peer.port}/in"), Contacts(), secret, PATIENCE)


def by_messenger(peer: Peer) -> Channel:
    """A messenger like WeCom whose service may stand on any host: nothing it takes can tell a repetition."""
    url = f"mmost://127.0.0.1:{peer.port}/abcdefghijklmnopqrstuvwxyz"
    return open_channel(Route(name="im", url=url), Contacts(), secret, PATIENCE)


# --- mail -------------------------------------------------------------------------------------------------------------


def test_a_mail_that_is_taken_is_delivered_with_the_servers_words_as_proof(mail: Peer) -> None:
    answer = by_mail(mail).send(MESSAGE, KEY)

    assert answer == Answer(Verdict.DELIVERED, "250 2.0.0 queued as 000001")
    (arrived,) = mail.arrived
    assert (arrived.to, arrived.subject) == ("jyj@example.invalid", MESSAGE.subject)
    assert arrived.text.strip() == "请签收。"


def test_every_attempt_carries_the_same_message_id_and_another_notice_another(mail: Peer) -> None:
    by_mail(mail).send(MESSAGE, KEY)
    by_mail(mail).send(MESSAGE, KEY)
    by_mail(mail).send(MESSAGE, KEY.replace("0", "f"))

    assert by_mail(mail).tells_repetition
    assert mail.keys == {f"<{KEY}@example.invalid>": 2, f"<{KEY.replace('0', 'f')}@example.invalid>": 1}
    assert by_mail(mail).provider_key(KEY) in mail.keys


@pytest.mark.parametrize(
    ("mood", "to", "expected"),
    [
        (Mood.TAKES, "nobody@example.invalid", Answer(Verdict.REFUSED, "smtp_rcpt_550")),
        (Mood.TAKES, "full@example.invalid", Answer(Verdict.NOT_NOW, "smtp_rcpt_452")),
        (Mood.REFUSES, "jyj@example.invalid", Answer(Verdict.REFUSED, "smtp_data_554")),
        (Mood.BUSY, "jyj@example.invalid", Answer(Verdict.NOT_NOW, "smtp_data_451")),
        (Mood.HANGS, "jyj@example.invalid", Answer(Verdict.UNKNOWN, "smtp_no_answer")),
        (Mood.LATE, "jyj@example.invalid", Answer(Verdict.UNKNOWN, "smtp_no_answer")),
        (Mood.TWICE, "jyj@example.invalid", Answer(Verdict.DELIVERED, "250 2.0.0 queued as 000001")),
    ],
)
def test_what_a_mail_server_does_is_told_apart(mail: Peer, mood: Mood, to: str, expected: Answer) -> None:
    mail.then = mood

    assert by_mail(mail, to).send(MESSAGE, KEY) == expected
    assert len(mail.arrived) == (mood in (Mood.LATE, Mood.TWICE))


def test_a_mail_server_that_is_not_there_may_be_later() -> None:
    assert by_mail(Peer(port=free_port())).send(MESSAGE, KEY) == Answer(Verdict.NOT_NOW, "smtp_no_server")


def test_a_mail_server_that_never_stops_talking_is_left() -> None:
    over = threading.Event()

    def talk(listening: socket.socket) -> None:
        connection, _ = listening.accept()
        with connection, suppress(OSError):
            while not over.wait(0.1):
                connection.sendall(b"220-and another thing\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=talk, args=(listening,), daemon=True).start()
        began = time.monotonic()
        answer = by_mail(Peer(port=listening.getsockname()[1])).send(MESSAGE, KEY)
        over.set()

    assert answer == Answer(Verdict.NOT_NOW, "smtp_no_server")
    assert time.monotonic() - began < 3 * PATIENCE + 1


# --- HTTP -------------------------------------------------------------------------------------------------------------


def test_a_webhook_gets_the_key_in_a_header_each_time(web: Peer) -> None:
    assert by_webhook(web).send(MESSAGE, KEY) == Answer(Verdict.DELIVERED, "http_200")
    assert by_webhook(web).send(MESSAGE, KEY) == Answer(Verdict.DELIVERED, "http_200")

    assert by_webhook(web).tells_repetition
    assert web.keys == {KEY: 2}
    assert web.arrived[0].subject == MESSAGE.subject


def test_a_messenger_has_nowhere_to_put_a_key(web: Peer) -> None:
    channel = by_messenger(web)

    assert channel.send(MESSAGE, KEY).verdict is Verdict.DELIVERED
    assert not channel.tells_repetition
    assert web.keys == {"": 1}


@pytest.mark.parametrize(
    ("mood", "expected"),
    [
        (Mood.REFUSES, Answer(Verdict.REFUSED, "http_403")),
        (Mood.BUSY, Answer(Verdict.NOT_NOW, "http_503")),
        (Mood.HANGS, Answer(Verdict.UNKNOWN, "no_answer")),
        (Mood.LATE, Answer(Verdict.UNKNOWN, "no_answer")),
        (Mood.SLAMS, Answer(Verdict.UNKNOWN, "no_answer")),
        (Mood.TWICE, Answer(Verdict.DELIVERED, "http_200")),
    ],
)
@pytest.mark.parametrize("reached", [by_webhook, by_messenger])
def test_what_an_http_service_does_is_told_apart(web: Peer, mood: Mood, expected: Answer, reached: Reached) -> None:
    web.then = mood

    assert reached(web).send(MESSAGE, KEY) == expected
    assert len(web.arrived) == (mood in (Mood.LATE, Mood.SLAMS, Mood.TWICE))


def test_an_http_service_that_is_not_there_may_be_later() -> None:
    assert by_messenger(Peer(port=free_port())).send(MESSAGE, KEY) == Answer(Verdict.NOT_NOW, "no_connection")


@pytest.mark.parametrize(
    ("scheme", "body", "expected"),
    [
        ("wecombot", b'{"errcode":0,"errmsg":"ok"}', Answer(Verdict.DELIVERED, "http_200")),
        (
            "wecombot",
            b'{"errcode":93000,"errmsg":"invalid webhook url"}',
            Answer(Verdict.REFUSED, "http_200_code_93000"),
        ),
        ("wecombot", b'{"errcode":45009,"errmsg":"freq"}', Answer(Verdict.NOT_NOW, "http_200_code_45009")),
        ("dingtalk", b'{"errcode":310000,"errmsg":"sign not match"}', Answer(Verdict.REFUSED, "http_200_code_310000")),
        ("dingtalk", b'{"errcode":130101,"errmsg":"too fast"}', Answer(Verdict.NOT_NOW, "http_200_code_130101")),
        ("feishu", b'{"code":19024,"msg":"key words not found"}', Answer(Verdict.REFUSED, "http_200_code_19024")),
        ("feishu", b'{"StatusCode":0,"code":0}', Answer(Verdict.DELIVERED, "http_200")),
        ("jsons", b'{"errcode":93000}', Answer(Verdict.DELIVERED, "http_200")),
    ],
)
def test_a_refusal_with_http_200_is_a_refusal(scheme: str, body: bytes, expected: Answer) -> None:
    assert judged(frozenset({scheme}), [Exchange(200, body)], taken=True) == expected


def test_a_gateway_that_failed_may_have_passed_it_on() -> None:
    assert judged(frozenset({"wecombot"}), [Exchange(502)], taken=False) == Answer(Verdict.UNKNOWN, "http_502")
    assert judged(frozenset({"wecombot"}), [Exchange(429)], taken=False) == Answer(Verdict.NOT_NOW, "http_429")


def test_what_others_ask_of_the_web_is_not_listened_to(web: Peer) -> None:
    with heard() as exchanges:
        pass
    requests.post(f"http://127.0.0.1:{web.port}/", json={}, timeout=5)

    assert exchanges == []


# --- what is written down ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("route", "contacts"),
    [
        (Route(name="wecom", url="wecombot://"), Contacts()),
        (Route(name="other", url="nonsense://s3cret@host"), Contacts()),
        (Route(name="mail", url="mailto://s3cret:s3cret@example.invalid?to=a@b.invalid,c@d.invalid"), Contacts()),
        (Route(name="mail", to="jyj@example.invalid"), Contacts(mail="json://s3cret@host")),
        (Route(name="mail", to="jyj@example.invalid"), Contacts()),
        (Route(name="sms", url="env:DUBAN_NO_SUCH_VARIABLE"), Contacts()),
        (Route(name="sms", url="file:/no/such/file"), Contacts()),
    ],
)
def test_a_route_that_leads_nowhere_says_so_without_its_address(route: Route, contacts: Contacts) -> None:
    with pytest.raises(ChannelError) as said:
        open_channel(route, contacts, secret, PATIENCE)

    assert "s3cret" not in str(said.value)
    assert said.value.__cause__ is None
