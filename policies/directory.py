"""Who holds which post, and which organ stands above which?

Built once from the organs of an office (its directory file, a scenario's posts); asked by every rule about authority.
"""

from collections.abc import Iterable

from models.directory import Organ


class Directory:
    """Organs by name, with their posts. A post may serve several organs; later organs replace earlier namesakes.

    A post without a name is vacant: nobody acts through it.
    """

    def __init__(self, organs: Iterable[Organ]) -> None:
        self._organs = {organ.name: organ for organ in organs}
        self._serves: dict[str, list[str]] = {}
        for organ in self._organs.values():
            for post in filter(None, dict.fromkeys((organ.head, organ.handler))):
                self._serves.setdefault(post, []).append(organ.name)

    @property
    def organs(self) -> tuple[Organ, ...]:
        """Every organ, in the order in which they were given."""
        return tuple(self._organs.values())

    def with_organs(self, organs: Iterable[Organ]) -> "Directory":
        """This directory with `organs` added or put in place of their namesakes."""
        return Directory([*self._organs.values(), *organs])

    def find(self, name: str | None) -> Organ | None:
        """The organ of that name, or None when there is none."""
        return self._organs.get(name) if name else None

    def organ(self, name: str) -> Organ:
        """The organ of that name; raises KeyError when there is none."""
        return self._organs[name]

    def has_post(self, post: str | None) -> bool:
        """Whether anybody can act through `post`."""
        return post in self._serves

    def serves(self, post: str | None, organ: str | None) -> bool:
        """Whether `post` is the head or the handler of `organ`."""
        return organ is not None and organ in self._serves.get(post or "", ())

    def organ_of(self, post: str | None) -> Organ | None:
        """The organ a post stands for: the first it heads, otherwise the first it serves; None for an unknown post."""
        served = [self._organs[name] for name in self._serves.get(post or "", ())]
        return next((organ for organ in served if organ.head == post), served[0] if served else None)

    def above(self, organ: Organ | None) -> Organ | None:
        """The organ directly above, or None at the top (or when the parent is not in the directory)."""
        return self.find(organ.parent) if organ else None

    def climb(self, post: str, steps: int) -> Organ | None:
        """The organ `steps` above the one `post` stands for, or the top one when there are fewer; None if unknown."""
        organ = self.organ_of(post)
        for _ in range(steps):
            organ = self.above(organ) or organ
        return organ
