"""What does a request find: settings, record, directory, the running office, the clock."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from fastapi import Request

from office import Office
from policies.deadlines import SHANGHAI
from policies.directory import Directory
from record.store import Store
from settings import Settings

OfficeFactory = Callable[[], Awaitable[Office]]
"""The office to speak through; raises UnavailableError while its server does not answer."""

Clock = Callable[[], datetime]


def now() -> datetime:
    """The present instant in Asia/Shanghai, to the second."""
    return datetime.now(SHANGHAI).replace(microsecond=0)


@dataclass(frozen=True, slots=True)
class Web:
    """What one application serves from."""

    settings: Settings
    store: Store
    office: OfficeFactory
    directory: Directory
    clock: Clock = now
    samples: bool = False
    """Whether sample passwords may be used: on a sample record of this machine only."""

    @property
    def secure(self) -> bool:
        """Whether browsers reach it over https, by itself or through what stands before it."""
        return self.settings.web_secure


def web_of(request: Request) -> Web:
    """The dependency that hands a route what the application was made with."""
    return cast(Web, request.app.state.web)
