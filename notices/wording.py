"""What does a notice say? Words from notices/templates by act and by the recipient's role, in Chinese and English.

A recipient learns which act, of which matter, until when and what it means to his post; texts, reasons and evidence
stay in the system. Templates run in a sandbox, and what goes into HTML is escaped.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Any

from jinja2 import StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from models.acts import Act
from models.base import Shape
from models.contract import is_proceeding
from models.policy import Role
from policies.documents import Document
from policies.wording import act_words, moment

# Whom it concerns that a case rested on a revoked one: its office, and whoever is told for its sake alone.
_CONCERNED = (None, Role.OFFICE)
_PLAIN = {"zh": "特此告知。", "en": "For your information."}


class _Words(Shape):
    zh: str
    en: str


class _Said(Shape):
    subject: _Words
    says: _Words
    do: dict[Role, _Words]


class _StepSaid(Shape):
    subject: _Words
    says: _Words
    asks: str


class _Frame(Shape):
    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class Content:
    """One notice to be worded: the act, the matter it belongs to, and the role in which the recipient is told.

    `lead`, `title` and `urgency` are None for a matter that was never registered, `role` for a post that has none.
    `link` leads to the matter, where the office has such an address.
    """

    recipient: str
    matter: str
    act: Act
    role: Role | None = None
    title: str | None = None
    lead: str | None = None
    urgency: str | None = None
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """A worded notice: one line of subject, and the same text for people plain and as HTML."""

    subject: str
    text: str
    html: str


class Wording:
    """The templates of one office; `said` by act name, `steps` the same of proceedings, `frames` around them."""

    def __init__(
        self, said: Mapping[str, _Said], frames: Mapping[str, _Frame], steps: Mapping[str, _Said] | None = None
    ) -> None:
        self._said = said
        self._steps = steps or {}
        self._frames = frames
        # Compiled once: a template takes some hundred times as long to compile as to fill in.
        self._text = cache(ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False).from_string)
        self._html = cache(ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=True).from_string)

    @property
    def acts(self) -> frozenset[str]:
        """The acts that have words of their own; any other is told by its name."""
        return frozenset(self._said) | frozenset(self._steps)

    def has(self, act: str, role: Role, target: str = "") -> bool:
        """Whether the act of that target (default: of a matter or case) has words of its own for that role."""
        said = self._of(target)
        return act in said and role in said[act].do

    def _of(self, target: str) -> Mapping[str, _Said]:
        return self._steps if is_proceeding(target) else self._said

    def notice(self, content: Content, *, repeated: bool = False) -> Message:
        """One notice as a message of its own; `repeated` where it may have arrived over another channel."""
        return self._framed("notice", {**self._words(content), "repeated": repeated})

    def digest(self, recipient: str, day: str, contents: Sequence[Content], *, repeated: bool = False) -> Message:
        """Several notices to one recipient as one message; `day` is how it is dated, `repeated` as for a notice."""
        notices = [self._words(content) for content in contents]
        return self._framed("digest", {"recipient": recipient, "day": day, "notices": notices, "repeated": repeated})

    def test(self, recipient: str) -> Message:
        """A message that asks for nothing."""
        return self._framed("test", {"recipient": recipient})

    def _framed(self, name: str, words: Mapping[str, Any]) -> Message:
        frame = self._frames[name]
        return Message(
            " ".join(self._text(frame.subject).render(words).split()),
            self._text(frame.text).render(words).strip() + "\n",
            self._html(frame.html).render(words).strip() + "\n",
        )

    def _words(self, content: Content) -> dict[str, Any]:
        act = content.act
        words: dict[str, Any] = {
            "recipient": content.recipient,
            "matter": content.matter,
            "title": content.title or "",
            "lead": content.lead or "",
            "urgency": content.urgency or "",
            "subject": act.subject or "",
            "due": moment(act.due) if act.due else "",
            "due_on": moment(act.due, weekday=True) if act.due else "",
            "days_left": act.days_left,
            "provisional": bool(act.provisional),
            "at": moment(act.at, weekday=True),
            "link": content.link or "",
            "resting": "、".join(act.detail.get("rested_on_by", ())) if content.role in _CONCERNED else "",
        }
        said = self._of(act.target).get(act.act.value)
        if said is None:
            name = act_words(act.act)
            spoken = {
                "subject": {"zh": name, "en": act.act.value},
                "says": {"zh": f"{name}。", "en": f"{act.act.value}."},
            }
        else:
            spoken = {"subject": said.subject.model_dump(), "says": said.says.model_dump()}
        own = said.do.get(content.role) if said is not None and content.role is not None else None
        spoken["do"] = own.model_dump() if own is not None else _PLAIN
        words["said"] = {
            part: {language: self._text(text).render(words) for language, text in both.items()}
            for part, both in spoken.items()
        }
        return words


@lru_cache(maxsize=1)
def shipped() -> Wording:
    """The templates that ship; raises DocumentError with file and line of every mistake in them."""
    acts, frames = _document("acts"), _document("frames")
    return Wording(
        {name: acts.read(_Said, content, (name,)) for name, content in acts.content.items()},
        {name: frames.read(_Frame, content, (name,)) for name, content in frames.content.items()},
        _steps(_document("steps")),
    )


def _steps(document: Document) -> dict[str, _Said]:
    """What is told of proceedings: what an act asks of each role stands once for every act of its group."""
    asks: dict[str, dict[Role, _Words]] = {}
    for group, by_role in document.content["asks"].items():
        words = {name: document.read(_Words, said, ("asks", group, name)) for name, said in by_role.items()}
        asks[group] = {role: words.get(role.value, words["*"]) for role in Role}
    found = {}
    for name, content in document.content["acts"].items():
        said = document.read(_StepSaid, content, ("acts", name))
        found[name] = _Said(subject=said.subject, says=said.says, do=asks[said.asks])
    return found


def _document(name: str) -> Document:
    text = (resources.files("notices") / "templates" / f"{name}.yaml").read_text(encoding="utf-8")
    return Document(text, f"notices/templates/{name}.yaml")
