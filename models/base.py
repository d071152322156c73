"""The one base of every shape: frozen, and strict about names it does not know."""

from pydantic import BaseModel, ConfigDict


class Shape(BaseModel):
    """A value: equal by content, never changed in place, refusing unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")
