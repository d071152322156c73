"""How does a message leave by mail, always under the same Message-ID?

Apprise reads the URL (servers, ports, TLS, providers' defaults); the message and the conversation with the server are
the standard library's, since Apprise gives every mail a new Message-ID and hides the server's reply
(docs/decisions/0005-notices.md).
"""

import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any

from apprise.plugins.email import NotifyEmail

from notices.answers import Answer, ChannelError, Verdict
from notices.wording import Message

# Seven bits: a relay that does not know 8BITMIME passes it on unharmed.
_POLICY = SMTP.clone(cte_type="7bit")
_CONVERSATIONS = 3
_LONGEST_REPLY = 160


def is_mail(plugin: Any) -> bool:
    """Whether this plug-in speaks SMTP."""
    return isinstance(plugin, NotifyEmail)


class _RefusedError(Exception):
    """The server answered with this code instead of going on."""

    def __init__(self, step: str, code: int) -> None:
        super().__init__(step, code)
        self.step, self.code = step, code


class MailChannel:
    """One mailbox, reached over the server that the plug-in's URL names.

    `to` is the address; None takes the one in the URL. Each step of the conversation may take `patience_seconds`, all
    of it three times that. Raises ChannelError unless there is exactly one address.
    """

    def __init__(self, plugin: Any, to: str | None, patience_seconds: float) -> None:
        if to is None:
            if len(plugin.targets) != 1 or plugin.cc or plugin.bcc:
                raise ChannelError("邮件渠道须恰有一个收件地址 a mail route has exactly one address: to=")
            to = plugin.targets[0][1]
        try:
            self._to = Address(addr_spec=str(to))
            self._from = Address(plugin.from_addr[0] or "", addr_spec=plugin.from_addr[1])
            str(self._to).encode("ascii")
        except (ValueError, IndexError):
            raise ChannelError("邮箱地址不可用 not an e-mail address that can be used") from None
        self._plugin = plugin
        self._patience = patience_seconds

    @property
    def tells_repetition(self) -> bool:
        """See Channel: mail systems and readers know a message by its Message-ID."""
        return True

    def provider_key(self, key: str) -> str:
        """See Channel."""
        return f"<{key}@{self._from.domain}>"

    def send(self, message: Message, key: str) -> Answer:
        """See Channel."""
        content = self._content(message, key).as_bytes()
        handed_over = False
        try:
            with self._conversation() as smtp:
                _expect("mail", smtp.mail(self._from.addr_spec), 250)
                _expect("rcpt", smtp.rcpt(self._to.addr_spec), 250, 251)
                handed_over = True
                code, reply = smtp.data(content)
                _expect("data", (code, reply), 250)
                return Answer(Verdict.DELIVERED, _shown(code, reply))
        except _RefusedError as error:
            return _judged(error.step, error.code)
        except smtplib.SMTPDataError as error:
            return _judged("data", error.smtp_code)
        except smtplib.SMTPResponseException as error:
            return _judged("session", error.smtp_code)
        except smtplib.SMTPNotSupportedError:
            return Answer(Verdict.REFUSED, "smtp_not_supported")
        except (OSError, smtplib.SMTPException, ValueError):
            # Quoting nothing: what these say can hold addresses.
            return (
                Answer(Verdict.UNKNOWN, "smtp_no_answer") if handed_over else Answer(Verdict.NOT_NOW, "smtp_no_server")
            )

    @contextmanager
    def _conversation(self) -> Iterator[smtplib.SMTP]:
        """A server that has let us in; broken off when all of it takes too long, however busy the server looks."""
        plugin = self._plugin
        context = ssl.create_default_context()
        if not plugin.verify_certificate:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        own, patience = self._from.domain, self._patience
        smtp = (
            smtplib.SMTP_SSL(local_hostname=own, timeout=patience, context=context)
            if plugin.secure_mode == "ssl"
            else smtplib.SMTP(local_hostname=own, timeout=patience)
        )
        # Whom the certificate has to name; the class learns it only where it connects by itself, before any deadline.
        smtp._host = plugin.smtp_host  # type: ignore[attr-defined]
        deadline = threading.Timer(_CONVERSATIONS * self._patience, _break_off, (smtp,))
        deadline.daemon = True
        deadline.start()
        try:
            code, _ = smtp.connect(plugin.smtp_host, plugin.port)
            _expect("session", (code, b""), 220)
            if plugin.secure_mode == "starttls":
                smtp.starttls(context=context)
            smtp.ehlo_or_helo_if_needed()
            if plugin.user and plugin.password:
                smtp.login(plugin.user, plugin.password)
            yield smtp
        finally:
            deadline.cancel()
            # Said, but not waited for: whoever waits here could be killed with a delivery not yet on record.
            with suppress(OSError, smtplib.SMTPException):
                smtp.putcmd("quit")
            smtp.close()

    def _content(self, message: Message, key: str) -> EmailMessage:
        content = EmailMessage(policy=_POLICY)
        content["Subject"] = message.subject
        content["From"] = self._from
        content["To"] = self._to
        content["Message-ID"] = self.provider_key(key)
        content["Date"] = format_datetime(datetime.now(UTC))
        # No out-of-office answers to a machine (RFC 3834).
        content["Auto-Submitted"] = "auto-generated"
        content.set_content(message.text, charset="utf-8", cte="base64")
        content.add_alternative(message.html, subtype="html", charset="utf-8", cte="base64")
        return content


def _expect(step: str, answered: tuple[int, bytes], *codes: int) -> None:
    if answered[0] not in codes:
        raise _RefusedError(step, answered[0])


def _judged(step: str, code: int) -> Answer:
    """RFC 5321 4.2.1: 4yz may be tried again, 5yz may not; -1 is a reply that is none."""
    if code >= 500:
        return Answer(Verdict.REFUSED, f"smtp_{step}_{code}")
    if 400 <= code < 500:
        return Answer(Verdict.NOT_NOW, f"smtp_{step}_{code}")
    return Answer(Verdict.UNKNOWN if step == "data" else Verdict.NOT_NOW, f"smtp_{step}_unreadable")


def _shown(code: int, reply: bytes) -> str:
    text = reply.decode("utf-8", "replace")
    return " ".join("".join(one if one.isprintable() else " " for one in f"{code} {text}").split())[:_LONGEST_REPLY]


def _break_off(smtp: smtplib.SMTP) -> None:
    if smtp.sock is not None:
        with suppress(OSError):
            smtp.sock.shutdown(socket.SHUT_RDWR)
