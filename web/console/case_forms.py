"""What does the form of a command to this case ask for? Its message's fields, with the choices that the rules know.

Measures, criteria and tracks are the ladder's, members those of the case; which are admitted is for the rules.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from models.base import Spoken
from models.cases import CaseState
from models.explanations import Words
from models.ladder import Criterion, Effect, Ladder, Measure, Track
from policies import panel, seats
from policies.case_offering import shape_of
from policies.directory import Directory
from policies.ladder import is_lighter, measures_of
from web.api.bodies import CASE_BODIES, Body
from web.console.forms import Field, Kind, Option, Parts, form_of

_DAYS = frozenset({"date", "start", "end"})
_PERSONS = frozenset({"persons", "recipients"})
_PREFERRED = ("date", "content", "letter")
_REQUIRED: Mapping[str, frozenset[str]] = {
    "vote": frozenset({"choice"}),
    "decide_review": frozenset({"outcome"}),
    "refer": frozenset({"track"}),
    "notify_facts": frozenset({"receipt.kind"}),
    "serve": frozenset({"receipt.kind"}),
}


def body_of(do: str) -> type[Body]:
    """The bounds of what a command may say."""
    return CASE_BODIES[do]


def case_fields(do: str, state: CaseState, ladder: Ladder, directory: Directory) -> tuple[Field, ...]:
    """The fields of the form of one of OFFERED, to this case as it stands; raises KeyError for any other command."""
    shape: type[Spoken] = shape_of(do)
    fields = form_of(
        shape,
        choices={name: one for name, one in _choices(do, state, ladder, directory).items() if one},
        parts={"evidence": evidence_parts(ladder, state.standing)} if do == "execute" and state.standing else None,
        left_out=frozenset({"measure"}) if do == "notify_facts" and state.facts is None else frozenset(),
    )
    needed = _REQUIRED.get(do, frozenset())
    return tuple(replace(one, required=True) if one.name in needed else one for one in fields)


def _choices(do: str, state: CaseState, ladder: Ladder, directory: Directory) -> dict[str, Sequence[Option]]:
    match do:
        case "mitigate":
            return {"criterion": _criteria(ladder, Effect.MITIGATION)}
        case "aggravate":
            return {"criterion": _criteria(ladder, Effect.AGGRAVATION)}
        case "vote":
            return {
                "choice": _verdicts(state, ladder),
                "criterion": _criteria(ladder, Effect.EXEMPTION),
                "member": _posts(state.panel),
            }
        case "decide":
            return {"choice": _verdicts(state, ladder), "criterion": _criteria(ladder, Effect.EXEMPTION)}
        case "recuse":
            posts = (*state.panel, state.leader, *state.reviewers, *seats.office_posts(state, directory))
            # Also who has stood down: the same form sent again has to be read as it was.
            return {"member": _posts(one for one in posts if one)}
        case "notify_facts":
            return {"measure": [measure_option(one) for one in _track(state, ladder)]}
        case "decide_review":
            before = state.review.before if state.review else state.standing
            return {"measure": _lighter(state, ladder, before)}
        case "refer":
            tracks = (Track.DISCIPLINE, Track.CRIME)
            return {"track": [measure_option(one) for one in ladder.measures if one.track in tracks]}
    return {}


def measure_option(one: Measure) -> Option:
    """A measure to be chosen, with the mark of what nobody has checked."""
    return Option(one.code, measure_words((one,)))


def measure_words(measures: Iterable[Measure]) -> Words:
    """Measures in words; a mark says that a value of one is unverified."""
    found = list(measures)
    return Words(
        zh="、".join(f"{one.code} {one.zh}{'(含未核实内容)' if one.unverified else ''}" for one in found),
        en=", ".join(f"{one.code} {one.en}{' (some values unverified)' if one.unverified else ''}" for one in found),
    )


def choice_words(choice: str, ladder: Ladder) -> Words:
    """What a member voted, or a panel came to, in words."""
    return _DISMISSING.get(choice) or measure_words(measures_of(ladder, choice))


_DISMISSING = {
    panel.DISMISS: Words(zh="不予问责", en="Dismiss: no accountability"),
    panel.EXEMPT: Words(zh="容错免责(写明情形和理由)", en="Exempt (name the criterion and the reason)"),
}


def _track(state: CaseState, ladder: Ladder) -> list[Measure]:
    found = (one for one in ladder.measures if one.track is state.track)
    return sorted(found, key=lambda one: one.rank)


def _lighter(state: CaseState, ladder: Ladder, than: str | None) -> list[Option]:
    if than is None:
        return []
    found = [measure_option(one) for one in _track(state, ladder) if is_lighter(ladder, one.code, than)]
    return found[::-1]


def _verdicts(state: CaseState, ladder: Ladder) -> list[Option]:
    """What may be chosen: what was proposed, whatever is lighter, nothing at all."""
    proposed = measure_words(measures_of(ladder, state.measure))
    named = Words(zh=f"同意所建议的 {proposed.zh}", en=f"As proposed: {proposed.en}")
    return [
        Option(panel.PROPOSED, named),
        *_lighter(state, ladder, state.measure),
        *(Option(choice, words) for choice, words in _DISMISSING.items()),
    ]


def _criteria(ladder: Ladder, effect: Effect) -> list[Option]:
    return [_criterion(one) for one in ladder.criteria if one.effect is effect]


def _criterion(one: Criterion) -> Option:
    marks = ("(未核实)", " (unverified)") if one.unverified else ("", "")
    return Option(one.code, Words(zh=one.zh + marks[0], en=one.en + marks[1]))


def _posts(posts: Iterable[str]) -> list[Option]:
    return [Option(one, Words(zh=one, en=one)) for one in dict.fromkeys(posts)]


def evidence_parts(ladder: Ladder, measure: str) -> Parts:
    """The parts that the measure must leave behind; of those that may stand for each other, one is asked."""
    asked: dict[str, Kind] = {}
    for entry in measures_of(ladder, measure):
        for part in entry.evidence.value.parts:
            names = part.split("|")
            name = next((one for one in _PREFERRED if one in names), names[0])
            asked[name] = Kind.DATE if name in _DAYS else Kind.NAMES if name in _PERSONS else Kind.TEXT
    return tuple(asked.items())
