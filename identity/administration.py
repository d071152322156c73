"""How are accounts looked after? Each change asks its rule and is put on record in one transaction, refusals too.

`by` is the administrator (or the principal who lends his post) as he is signed in; None at the machine of the site
itself, where whoever can write the database could do more anyway. Rules: policies/holdings.py.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlmodel import Session

from identity.holdings import posts_of
from identity.passwords import hashed
from identity.secrets import TOKEN_PREFIX, kept, new_secret
from models.identity import ActingPost, Delegation, Holding, Person, PersonState, SiteRole, TokenScope
from policies.accounts import digest
from policies.deadlines import local_date
from policies.directory import Directory
from policies.holdings import (
    Held,
    Refusal,
    refuse_administration,
    refuse_holding,
    refuse_last_administrator,
    refuse_lending,
    refuse_recalling,
    refuse_role,
    refuse_vacating,
)
from policies.passwords import refuse_login, refuse_password
from record import accounts, credentials
from record.accounts import Asking
from record.store import Store

TOKEN_LONGEST = timedelta(days=366)


class UnknownPersonError(LookupError):
    """Nobody signs in under that name, or has that id."""


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a change: refused with a reason, or done; `number` names a delegation or token that was made."""

    person: Person
    refusal: Refusal | None = None
    number: int | None = None
    secret: str | None = field(default=None, repr=False)

    @property
    def accepted(self) -> bool:
        """Whether it was done."""
        return self.refusal is None


class Administration:
    """The accounts of a record, looked after by `by` (None: at the machine) at the instant `at`."""

    def __init__(self, store: Store, directory: Directory, at: datetime, by: str | None = None) -> None:
        self._store = store
        self._directory = directory
        self._asking = Asking(at, by)

    @property
    def _on(self) -> date:
        return local_date(self._asking.at)

    # --- persons ------------------------------------------------------------------------------------------------------

    def register(self, login: str, name: str | None = None) -> Done:
        """Somebody new who may sign in once he has a password, or through the provider of identity."""
        with self._changing() as session:
            known = accounts.by_login(session, login)
            if known is not None:
                return Done(known, Refusal("login_taken", "登录名已有人使用 the login is taken"))
            why = self._not_administrator(session) or refuse_login(accounts.folded_login(login))
            if why is not None:
                return Done(Person(id="–", login=login), why)
            person_id = accounts.next_id(session)
            told = digest(person_id, accounts.folded_login(login))
            return Done(accounts.register(session, login, name, told, self._asking))

    def rename(self, who: str, name: str | None) -> Done:
        """What the person is called from now on."""
        with self._changing() as session:
            person = _find(session, who)
            why = self._not_administrator(session)
            if why is None:
                accounts.rename(session, person.id, name)
            return self._ended(session, person, why, "rename")

    def lock(self, who: str, reason: str | None = None) -> Done:
        """The person may sign in no longer."""
        with self._changing() as session:
            person = _find(session, who)
            why = self._not_administrator(session)
            if why is None and person.state is PersonState.LOCKED:
                why = Refusal("locked", "账号已停用 the account is locked already")
            why = why or refuse_last_administrator(person.id, self._administrators(session))
            if why is None:
                accounts.lock(session, person.id, reason, self._asking)
            return self._ended(session, person, why, "lock")

    def unlock(self, who: str) -> Done:
        """The person may sign in again; failures of his account are forgotten by the time they take."""
        with self._changing() as session:
            person = _find(session, who)
            why = self._not_administrator(session)
            if why is None and person.state is PersonState.ACTIVE:
                why = Refusal("locked", "账号未停用 the account is not locked")
            if why is None:
                accounts.unlock(session, person.id, self._asking)
            return self._ended(session, person, why, "unlock")

    def set_password(self, who: str, password: str, *, sample: bool = False) -> Done:
        """Another password; whoever was signed in as the person is so no longer. His own he may set himself."""
        with self._store.reading() as session:
            person = _find(session, who)
            own = self._asking.by == person.id
            why = None if own else self._not_administrator(session)
        why = why or refuse_password(password, person.login)
        # It takes a while: outside of the transaction.
        anew = hashed(password) if why is None else ""
        with self._changing() as session:
            if why is None:
                credentials.set_password(session, person.id, anew, digest(anew), self._asking, sample=sample)
            return self._ended(session, person, why, "password")

    # --- posts --------------------------------------------------------------------------------------------------------

    def hold(self, who: str, post: str, since: date, until: date | None = None) -> Done:
        """The person holds the post from `since` to `until`, both included."""
        with self._changing() as session:
            person = _find(session, who)
            new = Holding(person=person.id, post=post, held_from=since, held_to=until)
            why = self._not_administrator(session) or refuse_holding(
                new, _held(session), self._directory, self._asking.by
            )
            if why is None:
                accounts.take_post(session, new, self._asking)
            return self._ended(session, person, why, "hold")

    def vacate(self, who: str, post: str, last_day: date, reason: str | None = None) -> Done:
        """The person holds the post to `last_day`, included, and no longer."""
        with self._changing() as session:
            person = _find(session, who)
            found = next(
                (one for one in accounts.holdings(session, person.id, post)
                 if one.covers(last_day) or (one.held_from > last_day and one.held_to is None)), None,
            )  # fmt: skip
            why = self._not_administrator(session) or refuse_vacating(found, last_day)
            if why is None and found is not None:
                accounts.leave_post(session, found, last_day, self._asking, reason=reason)
            return self._ended(session, person, why, "vacate")

    def lend(self, who: str, post: str, to: str, since: date, until: date, *, reason: str) -> Done:
        """The person lends his post to another. He may do so himself; otherwise an administrator does."""
        with self._changing() as session:
            person, other = _find(session, who), _find(session, to)
            new = Delegation(
                principal=person.id, post=post, person=other.id, lent_from=since, lent_to=until, reason=reason
            )
            own = self._asking.by == person.id
            why = None if own else self._not_administrator(session)
            why = why or refuse_lending(new, _held(session), self._asking.by)
            number = accounts.lend(session, new, self._asking).number if why is None else None
            done = self._ended(session, person, why, "lend")
            return Done(done.person, done.refusal, number)

    def recall(self, number: int) -> Done:
        """What was lent under that number is lent no longer, from today on. Raises UnknownPersonError without one."""
        with self._changing() as session:
            lent = next(iter(accounts.delegations(session, number=number)), None)
            if lent is None:
                raise UnknownPersonError(number)
            why = refuse_recalling(lent, self._asking.by, self._roles(session))
            if why is None:
                accounts.recall(session, lent, self._on, self._asking)
            return self._ended(session, _find(session, lent.principal), why, "recall")

    def give_role(self, who: str, role: SiteRole) -> Done:
        """The person looks after the site in that role."""
        with self._changing() as session:
            person = _find(session, who)
            why = self._not_administrator(session) or refuse_role(
                person.id, role, _held(session), self._on, self._asking.by
            )
            if why is None:
                accounts.give_role(session, person.id, role, self._asking)
            return self._ended(session, person, why, "role")

    def withdraw_role(self, who: str, role: SiteRole) -> Done:
        """The person has the role no longer."""
        with self._changing() as session:
            person = _find(session, who)
            why = self._not_administrator(session)
            if why is None and (person.id, role) not in accounts.roles(session, person.id):
                why = Refusal("role_given", "没有此角色 he does not have this role")
            if role is SiteRole.ADMINISTRATOR:
                why = why or refuse_last_administrator(person.id, self._administrators(session))
            if why is None:
                accounts.withdraw_role(session, person.id, role, self._asking)
            return self._ended(session, person, why, "role")

    # --- tokens -------------------------------------------------------------------------------------------------------

    def issue_token(self, who: str, label: str, scope: TokenScope, post: ActingPost | None, lasting: timedelta) -> Done:
        """A token to act as the person, through `post` (None: none). Its secret is told here and never again."""
        secret = new_secret(TOKEN_PREFIX)
        with self._changing() as session:
            person = _find(session, who)
            own = self._asking.by == person.id
            why = None if own else self._not_administrator(session)
            if why is None and not timedelta(0) < lasting <= TOKEN_LONGEST:
                why = Refusal("token_lasting", "令牌的有效期至多一年 a token lasts for a year at most")
            if why is None and post is not None and post not in posts_of(session, person.id, self._on):
                why = Refusal("not_held", "该人员今日不任、不代该岗 he may not act through this post today")
            number = None
            if why is None:
                new = {
                    "person": person.id, "hash": kept(secret), "label": label, "scope": scope.value,
                    "post": post and post.post, "principal": post and post.principal,
                    "expires_at": self._asking.at + lasting,
                }  # fmt: skip
                number = credentials.issue_token(session, new, digest(kept(secret)), self._asking).number
            done = self._ended(session, person, why, "token")
            return Done(done.person, done.refusal, number, secret if why is None else None)

    def revoke_token(self, number: int) -> Done:
        """The token may be used no longer. Raises UnknownPersonError where there is none."""
        with self._changing() as session:
            token = next((one for one in credentials.tokens(session) if one.number == number), None)
            if token is None:
                raise UnknownPersonError(number)
            person = _find(session, token.person)
            own = self._asking.by == person.id
            why = None if own else self._not_administrator(session)
            if why is None and token.revoked_at is not None:
                why = Refusal("token_revoked", "令牌已吊销 the token is revoked already")
            if why is None:
                credentials.revoke_token(session, token, self._asking)
            return self._ended(session, person, why, "token")

    # --- parts --------------------------------------------------------------------------------------------------------

    @contextmanager
    def _changing(self) -> Iterator[Session]:
        with self._store.writing() as session:
            accounts.held(session)
            yield session

    def _roles(self, session: Session) -> frozenset[SiteRole]:
        by = self._asking.by
        return frozenset(role for _, role in accounts.roles(session, by)) if by else frozenset()

    @staticmethod
    def _administrators(session: Session) -> frozenset[str]:
        """Everybody who looks after accounts and may sign in."""
        active = {one.id for one in accounts.persons(session) if one.state is PersonState.ACTIVE}
        return frozenset(who for who, role in accounts.roles(session) if role is SiteRole.ADMINISTRATOR) & active

    def _not_administrator(self, session: Session) -> Refusal | None:
        return refuse_administration(self._asking.by, self._roles(session))

    def _ended(self, session: Session, person: Person, why: Refusal | None, asked: str) -> Done:
        if why is not None:
            accounts.refused(session, person.id, why.rule, why.reason, self._asking, asked=asked)
        return Done(accounts.person(session, person.id) or person, why)


def _find(session: Session, who: str) -> Person:
    """The person of that login or id. Raises UnknownPersonError."""
    found = accounts.by_login(session, who) or accounts.person(session, who)
    if found is None:
        raise UnknownPersonError(who)
    return found


def _held(session: Session) -> Held:
    return Held(tuple(accounts.holdings(session)), tuple(accounts.delegations(session)), tuple(accounts.roles(session)))
