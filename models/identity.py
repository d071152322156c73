"""Who acts: persons known by an opaque id, the posts they hold or were lent, and what a site lets them look after.

A post is held from a day to a day, both included, by one person at a time; on the days between two holders it is
vacant. Days are dates in Asia/Shanghai. Names of persons are kept only where they sign in, never in an act.
"""

from datetime import date
from enum import StrEnum

from models.base import Shape, Voice


class PersonState(StrEnum):
    """Whether a person may sign in."""

    ACTIVE = "active"
    LOCKED = "locked"


class SiteRole(StrEnum):
    """What somebody looks after on the site itself; no such role decides a matter."""

    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"
    OPERATOR = "operator"


SITE_ROLES: dict[SiteRole, str] = {
    SiteRole.ADMINISTRATOR: "系统管理员",
    SiteRole.AUDITOR: "审计员",
    SiteRole.OPERATOR: "运维",
}
"""The roles in Chinese."""


class Person(Shape):
    """Somebody who may sign in: an opaque id such as `u7`, the name to sign in with, and what he is called, if told."""

    id: str
    login: str
    name: str | None = None
    state: PersonState = PersonState.ACTIVE


class Holding(Shape):
    """A person holds a post from a day to a day, both included; `held_to` is None while no end is known."""

    person: str
    post: str
    held_from: date
    held_to: date | None = None

    def covers(self, on: date) -> bool:
        """Whether the post is held on that day."""
        return self.held_from <= on and (self.held_to is None or on <= self.held_to)


class Delegation(Shape):
    """A post lent by its holder, the principal, to another person from a day to a day, both included.

    `number` tells one delegation from another; `revoked_on` is the day from which it holds no more.
    """

    number: int = 0
    principal: str
    post: str
    person: str
    lent_from: date
    lent_to: date
    reason: str
    revoked_on: date | None = None

    def covers(self, on: date) -> bool:
        """Whether the post is lent on that day."""
        return self.lent_from <= on <= self.lent_to and (self.revoked_on is None or on < self.revoked_on)


class ActingPost(Shape):
    """A post a person may act through, in his own right (`principal` None) or for the principal who lent it."""

    post: str
    principal: str | None = None


class TokenScope(StrEnum):
    """What a personal access token lets its bearer do."""

    READ = "read"
    ACT = "act"


class Caller(Shape):
    """Whoever makes a request: the person signed in, the post he acts through now, and his roles on the site.

    `post` is None where he has chosen none, or may act through it no longer.
    """

    person: str
    post: str | None = None
    principal: str | None = None
    roles: frozenset[SiteRole] = frozenset()

    @property
    def voice(self) -> Voice:
        """Who speaks, as a message carries it."""
        return Voice(person=self.person, principal=self.principal)
