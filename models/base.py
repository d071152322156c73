"""The bases of every shape: frozen, and strict about names they do not know."""

from pydantic import BaseModel, ConfigDict, SerializerFunctionWrapHandler, model_serializer


class Shape(BaseModel):
    """A value: equal by content, never changed in place, refusing unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Compact(Shape):
    """A payload that leaves out what is empty: histories are kept for years."""

    @model_serializer(mode="wrap")
    def _without_empty(self, handler: SerializerFunctionWrapHandler) -> dict[str, object]:
        return {name: value for name, value in handler(self).items() if value not in (None, (), [], {}, False)}
