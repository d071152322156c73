"""What came of asking to see protected fields, as a page shows it."""

from dataclasses import dataclass
from http import HTTPStatus

from models.explanations import Words


@dataclass(frozen=True, slots=True)
class Looked:
    """What came of asking for the materials: opened, refused on record, or not asked well (`wrong`)."""

    reason: str
    opened: bool = False
    wrong: Words | None = None

    @property
    def status(self) -> HTTPStatus:
        """How the page with the answer is sent."""
        if self.wrong is not None:
            return HTTPStatus.UNPROCESSABLE_ENTITY
        return HTTPStatus.OK if self.opened else HTTPStatus.FORBIDDEN
