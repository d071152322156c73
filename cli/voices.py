"""Who speaks at the command line? Whoever shows a token (DUBAN_TOKEN); nobody, at the machine of the office itself.

Then an act names the post and no person: it was done by somebody who may use this machine, as docs/doubts.md says.
"""

from datetime import datetime, timedelta

from cli.problems import ExitCode, Problem
from identity.sessions import Bearer, Sessions
from models.base import Voice
from models.identity import TokenScope
from policies.speakers import Speaker
from record.store import Store
from settings import load_token

_ANY = timedelta(0)


def signed_in(store: Store, at: datetime) -> Bearer | None:
    """Whoever's token is given; None where none is. Raises Problem for one that is not in force."""
    token = load_token()
    if token is None:
        return None
    found = Sessions(store, idle=_ANY, longest=_ANY).bearer(token, at)
    if found is None:
        raise Problem("DUBAN_TOKEN: 令牌无效、过期或已吊销 the token is unknown, over or revoked", ExitCode.REFUSED)
    return found


def speaking(store: Store, by: str | None, at: datetime) -> tuple[str | None, Voice | None]:
    """Through which post is spoken, and by whom: `by` and nobody at the machine itself, the token's post with a token.

    Raises Problem where the token is not in force, only reads, or is for another post than `by`.
    """
    found = speaker(store, by, at)
    if found.post is None and not found.machine:
        raise _other_post(None, by)
    return found.post, found.voice


def speaker(store: Store, by: str | None, at: datetime, *, acts: bool = True) -> Speaker:
    """Who asks for something at the site: whoever the token stands for, with his roles, or the machine itself.

    At the machine `by` is taken as it is given, and nobody vouches for a person. Raises Problem where the token is not
    in force, only reads although something is to be done (`acts`), or is for another post than `by`.
    """
    found = signed_in(store, at)
    if found is None:
        return Speaker(post=by, machine=True)
    caller = found.caller
    if acts and found.scope is not TokenScope.ACT:
        raise Problem("此令牌只可读取。 This token only reads.", ExitCode.REFUSED)
    if by not in (None, caller.post):
        raise _other_post(caller.post, by)
    return Speaker(caller.post, caller.voice, frozenset(role.value for role in caller.roles))


def _other_post(post: str | None, by: str | None) -> Problem:
    return Problem(
        f"DUBAN_TOKEN 的岗位是 {post or '–'},不是 {by or '–'}。 "
        f"The token speaks through {post or '–'}, not {by or '–'}.",
        ExitCode.REFUSED,
    )
