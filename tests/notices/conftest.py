"""Peers that end with their test."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.notices.peers import Mood, Peer, http_service, mail_server


@pytest.fixture
def mail() -> Iterator[Peer]:
    """A mail server that takes everything until told otherwise."""
    with ExitStack() as stack:
        yield stack.enter_context(mail_server(Peer()))


@pytest.fixture
def web() -> Iterator[Peer]:
    """An HTTP service that takes everything until told otherwise."""
    with ExitStack() as stack:
        yield stack.enter_context(http_service(Peer(then=Mood.TAKES)))
