"""How does a message reach somebody, and what is known afterwards?

One interface for mail (mail.py) and for everything that Apprise reaches over HTTP (hooks.py); an answer (answers.py)
says what is to be done about it.
"""

from collections.abc import Callable
from typing import Protocol

from models.contacts import Contacts, Route
from notices.answers import Answer, ChannelError
from notices.wording import Message


class Channel(Protocol):
    """One way out, ready to be used."""

    @property
    def tells_repetition(self) -> bool:
        """Whether the reader's side can tell a message sent twice by its key, so that sending it again is safe."""

    def provider_key(self, key: str) -> str:
        """How `key` (hexadecimal digits) is written for this channel: as a Message-ID, as an Idempotency-Key."""

    def send(self, message: Message, key: str) -> Answer:
        """Send it, waiting no longer than the channel's patience; never raises for what a peer does."""


Secret = Callable[[str], str]
"""What stands behind a reference (`env:NAME`, `file:PATH`); raises LookupError, which does not quote it."""


def open_channel(route: Route, contacts: Contacts, secret: Secret, patience_seconds: float) -> Channel:
    """The channel a route stands for. Raises ChannelError for one that cannot be used as it is written down."""
    # Apprise takes a quarter of a second to import: only who sends waits for it.
    from notices.hooks import HookChannel, plugin_of  # noqa: PLC0415
    from notices.mail import MailChannel, is_mail  # noqa: PLC0415

    reference = route.url or contacts.mail
    if reference is None:
        raise ChannelError("没有邮件服务器 no mail server: mail")
    try:
        url = secret(reference)
    except LookupError as error:
        raise ChannelError(str(error)) from None
    plugin = plugin_of(url)
    if is_mail(plugin):
        return MailChannel(plugin, route.to, patience_seconds)
    if route.to is not None:
        raise ChannelError("mail 不是邮件服务器 mail is no mail server; 可接受 accepted: mailto://…, mailtos://…")
    return HookChannel(plugin, patience_seconds)
