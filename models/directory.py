"""Who exists: organs and the two posts through which people act in each. Posts, never persons."""

from models.base import Shape


class Organ(Shape):
    """A body that can owe, sponsor or supervise a matter.

    `parent` is the name of the organ above it, or None for the top. `independent` marks bodies (监委 and the like)
    that are reminded and asked, never supervised into a case.
    """

    name: str
    head: str
    handler: str
    parent: str | None = None
    independent: bool = False
    code: str | None = None
    tier: str | None = None
    email: str | None = None
