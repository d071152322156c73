"""The bases of every shape: frozen, and strict about names they do not know."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, SerializerFunctionWrapHandler, model_serializer

# Frozen shapes refuse the ordinary way, also to what makes a new one of them.
_set = object.__setattr__


class Shape(BaseModel):
    """A value: equal by content, never changed in place, refusing unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A value that differs in `update`, which is not validated (pydantic's own, at a fifth of its time).

        A transition makes some twenty of them. No shape has private attributes or fields beyond its own.
        """
        if deep:
            return super().model_copy(update=update, deep=True)
        made = object.__new__(type(self))
        kept, known = self.__dict__.copy(), self.__pydantic_fields_set__.copy()
        if update:
            kept.update(update)
            known.update(update)
        _set(made, "__dict__", kept)
        _set(made, "__pydantic_fields_set__", known)
        _set(made, "__pydantic_extra__", None)
        _set(made, "__pydantic_private__", None)
        return made


class Compact(Shape):
    """A shape whose payload leaves out what has its default: histories are kept for years.

    What is `always_told` stays: the discriminator of a message, so that it can be told from others.
    """

    always_told: ClassVar[frozenset[str]] = frozenset({"do"})

    @model_serializer(mode="wrap")
    def _without_defaults(self, handler: SerializerFunctionWrapHandler) -> dict[str, object]:
        own, defaults = self.__dict__, defaults_of(type(self))
        return {
            name: value
            for name, value in handler(self).items()
            if name not in defaults or (own[name] is not defaults[name] and own[name] != defaults[name])
        }


@lru_cache(maxsize=512)
def defaults_of(shape: type[BaseModel]) -> dict[str, object]:
    """What the fields of a shape are where nothing was said; without those that are always said."""
    return {
        name: field.get_default(call_default_factory=True, validated_data={})
        for name, field in shape.model_fields.items()
        if not field.is_required() and name not in getattr(shape, "always_told", ())
    }


class Voice(Compact):
    """Who spoke through a post: the person signed in and, where the post was lent to him, whose principal.

    Set by what has authenticated the person, never taken from what he said.
    """

    person: str
    principal: str | None = None


class Spoken(Compact):
    """What every command has: who speaks through which post, and the id under which a repetition is recognised.

    `voice` is None where nobody signed in: in rehearsals, and at the machine of the office itself.
    """

    message_id: str
    by: str | None = None
    voice: Voice | None = None
