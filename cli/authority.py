"""May whoever runs this command do that to the site? policies/access.py decides; refusals are on record.

Who it is, is said by the token (cli/voices.py); without one it is the machine itself, which the table lets look after
the site and not decide what takes a person. A refusal stands in the chain of the person's account.
"""

from cli.instants import now
from cli.kept import organs, record
from cli.problems import ExitCode, Problem
from cli.voices import speaker
from models.access import SiteCommand, View
from models.acts import ActName
from models.contract import ACCOUNTS, person_target
from policies import speakers
from policies.access import ACCESS
from policies.authority import Refused
from policies.directory import Directory
from policies.relations import Site, Standing
from policies.speakers import Speaker
from record import accounts, targets
from record.accounts import Asking
from record.store import Store
from settings import Settings, load_token


def allowed(
    store: Store, chosen: Settings, what: SiteCommand | View, *, by: str | None = None, of: str | None = None
) -> Speaker:
    """Who runs this command, where the table lets him; `of` names the matter or case that it is about.

    Raises Problem (exit 1) where it does not, once that is on record.
    """
    at = now()
    asking = speaker(store, by, at, acts=isinstance(what, SiteCommand))
    standings: list[Standing] = [Site(chosen.office)]
    if of is not None:
        with store.reading() as session:
            state = targets.seen(session, of)
        # The site's own posts look after the site; what is in a matter or a case is for whom that lets see it.
        about: list[Standing] = [state] if state is not None else []
        standings = about if isinstance(what, View) and about else [*standings, *about]
    # Who speaks through no post stands in no relation that a directory tells; a backup is made with a broken one too.
    directory = organs(chosen) if asking.post is not None else Directory([])
    try:
        speakers.check(what.value, asking, directory, *standings)
    except Refused as refused:
        when = Asking(at, asking.voice.person if asking.voice else None)
        _on_record(store, when, refused, asked=what.value, post=asking.post, of=of)
        raise Problem(refused.reason, ExitCode.REFUSED) from refused
    return asking


def allowed_here(chosen: Settings, what: SiteCommand | View) -> None:
    """As `allowed`, for a command that opens no record itself: nor does this, where no token is given."""
    if load_token() is None and ACCESS[what.value].machine:
        return
    with record(chosen) as store:
        allowed(store, chosen, what)


def _on_record(store: Store, when: Asking, refused: Refused, **told: str | None) -> None:
    chain = person_target(when.by) if when.by else ACCOUNTS
    with store.writing() as session:
        accounts.tell(session, chain, ActName.REFUSED, when, reason=refused.reason, rule=refused.rule, **told)


__all__ = ["allowed", "allowed_here"]
