"""What is wrong with a template, told so that it can be mended."""


class TemplateError(ValueError):
    """A template that cannot be used; `mistakes` says where, why and what is accepted, one line each."""

    def __init__(self, where: str, mistakes: tuple[str, ...]) -> None:
        super().__init__("\n".join(f"{where}: {mistake}" for mistake in mistakes))
        self.mistakes = mistakes
