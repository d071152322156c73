"""The bases of every shape: frozen, and strict about names they do not know."""

from pydantic import BaseModel, ConfigDict, SerializerFunctionWrapHandler, model_serializer


class Shape(BaseModel):
    """A value: equal by content, never changed in place, refusing unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Compact(Shape):
    """A shape whose payload leaves out what has its default: histories are kept for years.

    The discriminator of a message stays, so that the message can be told from others.
    """

    @model_serializer(mode="wrap")
    def _without_defaults(self, handler: SerializerFunctionWrapHandler) -> dict[str, object]:
        return {name: value for name, value in handler(self).items() if not self._is_default(name)}

    def _is_default(self, name: str) -> bool:
        field = type(self).model_fields.get(name)
        if field is None or field.is_required() or name == "do":
            return False
        return bool(getattr(self, name) == field.get_default(call_default_factory=True, validated_data={}))


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
