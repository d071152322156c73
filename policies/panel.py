"""What has the panel come to? Choices, quorum, majority, the second ballot (engine.md 4, step 7).

Who may vote and who chairs is for policies/seats.py. Nothing here decides by silence: a vote that is not cast is not
counted, and a panel without a quorum has come to nothing.
"""

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum

from models.cases import CaseState, CastVote
from models.ladder import Ladder
from policies.authority import Refused
from policies.directory import Directory
from policies.ladder import is_lighter, read_measure
from policies.seats import eligible

DISMISS, EXEMPT, PROPOSED = "dismiss", "exempt", "proposed"
_WORDS = {
    PROPOSED: PROPOSED, "同意": PROPOSED, "按建议": PROPOSED,
    DISMISS: DISMISS, "不予问责": DISMISS, "dismissed": DISMISS,
    EXEMPT: EXEMPT, "容错": EXEMPT, "免责": EXEMPT, "exempted": EXEMPT,
}  # fmt: skip
LAST_BALLOT = 2


class Verdict(StrEnum):
    """What a ballot stands at."""

    NO_QUORUM = "no_quorum"
    NO_MAJORITY = "no_majority"
    CHOSEN = "chosen"


@dataclass(frozen=True, slots=True)
class Tally:
    """A ballot as it stands: `choice` is what more than half of those voting chose, None without a majority."""

    verdict: Verdict
    votes: int
    needed: int
    choice: str | None = None


def choice_of(state: CaseState, ladder: Ladder, text: str | None) -> str:
    """The choice meant by `text`: dismiss, exempt, or the measure's code; refuses what is none, or too heavy."""
    said, rule = (text or "").strip(), "vote"
    accepted = f"可接受 accepted: proposed ({state.measure}), 较轻的方式 a lighter measure's code, dismiss, exempt"
    if not said:
        raise Refused(f"缺少表决意见 choice is required;{accepted}", rule)
    word = _WORDS.get(said.lower())
    if word == PROPOSED:
        return state.measure
    if word is not None:
        return word
    measure = read_measure(ladder, state.track, said)
    if measure is None:
        raise Refused(f"表决意见读不懂 choice not understood: {said};{accepted}", rule)
    if measure != state.measure and not is_lighter(ladder, measure, state.measure):
        reason = f"{measure} 重于所告知的 {state.measure} is heavier than what was notified"
        raise Refused(f"{reason};须另行告知新事实并由上一级决定 only after new facts, by the organ above", "heavier")
    return measure


def quorum(members: int) -> int:
    """How many votes a panel of so many members not recused needs: two thirds, rounded up."""
    return -(-2 * members // 3)


def tally(state: CaseState, directory: Directory) -> Tally:
    """The current ballot, counting only the votes of members who may still vote."""
    members = eligible(state, directory)
    votes = [vote for vote in state.votes if vote.member in members]
    needed = quorum(len(members))
    if len(votes) < needed or not votes:
        return Tally(Verdict.NO_QUORUM, len(votes), needed)
    choice, most = Counter(vote.choice for vote in votes).most_common(1)[0]
    if 2 * most <= len(votes):
        return Tally(Verdict.NO_MAJORITY, len(votes), needed)
    return Tally(Verdict.CHOSEN, len(votes), needed, choice)


def hung(state: CaseState, directory: Directory) -> bool:
    """Whether the current ballot has a quorum and no majority, so that one more vote is held, or none is left."""
    return tally(state, directory).verdict is Verdict.NO_MAJORITY


def with_vote(state: CaseState, directory: Directory, vote: CastVote) -> tuple[int, tuple[CastVote, ...]]:
    """Ballot and votes after `vote`: the first one after a hung ballot begins the second, in which all vote anew."""
    if any(cast.member == vote.member for cast in state.votes):
        return state.ballot + 1, (vote,)
    return state.ballot, (*state.votes, vote)
