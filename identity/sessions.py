"""Who is signed in, for how long, and through which post does he speak?

A session is kept by the hash of its secret; it ends when idle, after a while in any case, when signed out, and with a
new password or a lock. Local dates are those of Asia/Shanghai.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from identity.holdings import Standing, posts_of, standing
from identity.secrets import TOKEN_PREFIX, kept, new_secret
from models.identity import ActingPost, Caller, TokenScope
from policies.deadlines import local_date
from record import credentials, sessions
from record.store import Store

_NOTED_EVERY = timedelta(minutes=1)
"""How exactly it is kept when a session was last used: a write for each request would be too much."""


@dataclass(frozen=True, slots=True)
class Bearer:
    """Whoever sent a token, and what it lets him do."""

    caller: Caller
    scope: TokenScope


class Sessions:
    """The sessions of a record; one unused for `idle` is over, and any after `longest`."""

    def __init__(self, store: Store, *, idle: timedelta, longest: timedelta) -> None:
        self._store = store
        self._idle = idle
        self._longest = longest

    def begin(self, person: str, at: datetime) -> str:
        """Sign the person in; the secret for his browser. His only post, if it is his own, is chosen for him."""
        secret = new_secret()
        with self._store.writing() as session:
            sessions.prune(session, at)
            posts = posts_of(session, person, local_date(at))
            own = [post for post in posts if post.principal is None]
            chosen = own[0] if len(own) == 1 else None
            new = sessions.SignedIn(
                person,
                chosen.post if chosen else None,
                None,
                began_at=at,
                seen_at=at,
                expires_at=at + self._longest,
            )
            sessions.begin(session, kept(secret), new)
        return secret

    def standing(self, secret: str, at: datetime) -> Standing | None:
        """How whoever holds the secret stands now; None where the session is over or he may not sign in."""
        hashed = kept(secret)
        with self._store.reading() as session:
            known = sessions.find(session, hashed)
            if known is None or at >= known.expires_at or at - known.seen_at >= self._idle:
                return None
            chosen = ActingPost(post=known.post, principal=known.principal) if known.post else None
            found = standing(session, known.person, chosen, local_date(at))
        if found is not None and at - known.seen_at >= _NOTED_EVERY:
            with self._store.writing() as session:
                sessions.seen(session, hashed, at)
        return found

    def choose(self, secret: str, post: ActingPost, at: datetime) -> Standing | None:
        """Speak through that post from now on; None where the session is over or the post is not his to act through."""
        known = self.standing(secret, at)
        if known is None or post not in known.posts:
            return None
        with self._store.writing() as session:
            sessions.choose(session, kept(secret), post)
        return self.standing(secret, at)

    def end(self, secret: str) -> None:
        """Sign out; harmless twice."""
        with self._store.writing() as session:
            sessions.end(session, kept(secret))

    def bearer(self, token: str, at: datetime) -> Bearer | None:
        """Whoever sent this access token; None where it is none, or in force no longer."""
        if not token.startswith(TOKEN_PREFIX):
            return None
        with self._store.reading() as session:
            known = credentials.token(session, kept(token))
            if known is None or not known.in_force(at):
                return None
            chosen = ActingPost(post=known.post, principal=known.principal) if known.post else None
            found = standing(session, known.person, chosen, local_date(at))
        return Bearer(found.caller, known.scope) if found else None
