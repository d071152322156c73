"""How is a message refused, and what does it take to be heard?

`Refused` carries the reason in words and the rule it rests on. By what right somebody speaks is for policies/access.py.
"""


class Refused(Exception):
    """A message that the rules do not admit: why, and by which rule."""

    def __init__(self, reason: str, rule: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.rule = rule


def offered(limit: str | None) -> str:
    """The limit of a step; refuses a step that the procedure version of this matter does not know."""
    if limit is None:
        raise Refused("现行程序未开通此操作 this procedure does not offer it", "procedure")
    return limit


def given(text: str | None, name: str, rule: str) -> str:
    """What was said, without spaces around it; refuses nothing at all. `name` is the field, Chinese first."""
    if not (text or "").strip():
        raise Refused(f"缺少{name} is required", rule)
    return (text or "").strip()
