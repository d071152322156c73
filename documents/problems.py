"""What is wrong with a template, told so that it can be mended."""

from policies.showing import harmless, on_one_line

_LONGEST = 1_500


class TemplateError(ValueError):
    """A template that cannot be used; `mistakes` says where, why and what is accepted, one line each."""

    def __init__(self, where: str, mistakes: tuple[str, ...]) -> None:
        # What is repeated of the file (names of parts, of fields, of targets) is made fit to be shown.
        self.mistakes = tuple(harmless(mistake, _LONGEST) for mistake in mistakes)
        super().__init__("\n".join(f"{on_one_line(where, 200)}: {mistake}" for mistake in self.mistakes))
