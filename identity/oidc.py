"""Is this whom the office's own provider of identity says he is? OpenID Connect Core 1.0, authorization code flow.

With PKCE (RFC 7636, S256), a state and a nonce for every sign-in, each good once and for minutes. Of what the provider
sends the ID token alone is read: signature by its published keys, issuer, audience, expiry and nonce; then everything
is let go of. No token is kept, logged or put into an error.
"""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
from authlib.common.security import generate_token
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

import addresses
import logs
from identity.secrets import kept, new_secret, same
from record import sessions
from record.sessions import Pending
from record.store import Store

log = logs.get(__name__)

PENDING_FOR = timedelta(minutes=10)
PENDING_MOST = 10_000
LEEWAY_SECONDS = 60
TIMEOUT_SECONDS = 10.0
_ANSWER_BYTES = 512 * 1024
_KEPT_SECONDS = 600.0
_VERIFIER_LENGTH = 64

_ALGORITHMS = frozenset(
    {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"}
)
"""Signatures that only the provider can make: none that rest on a secret the client has too, and never `none`."""


class ProviderUnavailableError(Exception):
    """The provider does not answer, or not as one; trying again may help."""


class NotVouchedError(Exception):
    """What came back does not prove who somebody is; the message says in which way, without any of it."""


@dataclass(frozen=True, slots=True)
class Vouched:
    """Whom the provider vouches for: its id of him, and what the configured claim says."""

    issuer: str
    subject: str
    login: str


@dataclass(frozen=True, slots=True)
class Departure:
    """Where to send a browser, and what it has to bring back beside what the provider says."""

    url: str
    secret: str


class Provider:
    """A provider by its issuer, as the client `client_id` that it sends people back to at `redirect_uri`.

    `secret` gives the client's secret when it is needed (None: a public client). `claim` names a person's login.
    """

    def __init__(
        self,
        issuer: str,
        client_id: str,
        *,
        redirect_uri: str,
        claim: str = "sub",
        secret: Callable[[], str | None] = lambda: None,
    ) -> None:
        self._issuer = issuer.rstrip("/")
        self._client_id = client_id
        self._redirect_uri = redirect_uri
        self._claim = claim
        self._secret = secret
        self._loopback = addresses.is_loopback(urlsplit(issuer).netloc)
        self._lock = threading.Lock()
        self._known: dict[str, tuple[float, Mapping[str, Any]]] = {}

    def depart(self, store: Store, at: datetime) -> Departure:
        """Send somebody to the provider. Raises ProviderUnavailableError."""
        metadata = self._metadata()
        secret, verifier = new_secret(), generate_token(_VERIFIER_LENGTH)
        state, nonce = new_secret(), new_secret()
        with self._client() as client:
            url, _ = client.create_authorization_url(
                metadata["authorization_endpoint"], state=state, nonce=nonce, code_verifier=verifier
            )
        with store.writing() as session:
            sessions.prune(session, at)
            if sessions.pending_number(session) >= PENDING_MOST:
                raise ProviderUnavailableError("too many sign-ins are under way")
            sessions.begin_pending(session, kept(secret), Pending(state, nonce, verifier, at + PENDING_FOR))
        return Departure(str(url), secret)

    def arrive(self, store: Store, secret: str, query: str, at: datetime) -> Vouched:
        """Whom the provider vouches for, by what came back in the `query` to the browser that holds `secret`.

        Raises NotVouchedError, also for what came back before, and ProviderUnavailableError.
        """
        with store.writing() as session:
            pending = sessions.take_pending(session, kept(secret))
        if pending is None or at >= pending.expires_at:
            raise NotVouchedError("no sign-in is under way")
        try:
            told = parse_qs(query, keep_blank_values=True, max_num_fields=20)
        except ValueError:
            raise NotVouchedError("query") from None
        if not same(_only(told, "state"), pending.state):
            raise NotVouchedError("state")
        if "error" in told:
            raise NotVouchedError("the provider refused")
        if told.get("iss", [self._issuer])[0].rstrip("/") != self._issuer:
            # RFC 9207: another provider's answer.
            raise NotVouchedError("issuer")
        code = _only(told, "code")
        if not code:
            raise NotVouchedError("code")
        return self._vouched(self._exchanged(code, pending.verifier), pending.nonce, at)

    def _exchanged(self, code: str, verifier: str) -> Mapping[str, Any]:
        metadata = self._metadata()
        try:
            with self._client() as client:
                answer = client.fetch_token(
                    metadata["token_endpoint"], grant_type="authorization_code", code=code, code_verifier=verifier
                )
        except OAuthError:
            # Its text can hold what was sent.
            raise NotVouchedError("the provider did not take the code") from None
        except (httpx2.HTTPError, ValueError, TypeError):
            raise ProviderUnavailableError("token endpoint") from None
        if not isinstance(answer, Mapping) or not isinstance(answer.get("id_token"), str):
            raise NotVouchedError("no ID token")
        return answer

    def _vouched(self, answer: Mapping[str, Any], nonce: str, at: datetime) -> Vouched:
        metadata = self._metadata()
        offered = metadata.get("id_token_signing_alg_values_supported") or ["RS256"]
        algorithms = sorted(_ALGORITHMS.intersection(offered))
        token = self._decoded(str(answer["id_token"]), algorithms)
        claims = CodeIDToken(
            token.claims,
            token.header,
            options={
                "iss": {"essential": True, "value": str(metadata["issuer"])},
                "aud": {"essential": True, "value": self._client_id},
                "sub": {"essential": True, "allow_blank": False},
                "nonce": {"essential": True, "value": nonce},
            },
            params={"client_id": self._client_id, "nonce": nonce, "access_token": answer.get("access_token")},
        )
        try:
            claims.validate(now=int(at.timestamp()), leeway=LEEWAY_SECONDS)
        except (JoseError, TypeError, ValueError) as error:
            raise NotVouchedError(f"ID token: {getattr(error, 'claim', None) or type(error).__name__}") from None
        login = claims.get(self._claim)
        if not isinstance(login, str) or not login.strip():
            raise NotVouchedError("ID token: no such claim")
        if self._claim == "email" and claims.get("email_verified") is False:
            raise NotVouchedError("ID token: e-mail not verified")
        return Vouched(self._issuer, str(claims["sub"]), login)

    def _decoded(self, token: str, algorithms: list[str]) -> Any:
        """The token, its signature checked; keys are asked for once more when it is signed by one not known yet."""
        for fresh in (False, True):
            try:
                keys = KeySet.import_key_set(self._keys(fresh=fresh))  # type: ignore[arg-type]
                return jwt.decode(token, keys, algorithms=algorithms)
            except (JoseError, ValueError, TypeError, KeyError):
                continue
        raise NotVouchedError("ID token: signature")

    # --- what the provider tells of itself ----------------------------------------------------------------------------

    def _metadata(self) -> Mapping[str, Any]:
        """OpenID Connect Discovery 1.0. Raises ProviderUnavailableError for what is not this provider's."""
        told = self._fetched(f"{self._issuer}/.well-known/openid-configuration")
        if str(told.get("issuer", "")).rstrip("/") != self._issuer:
            raise ProviderUnavailableError("another issuer")
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            url = told.get(name)
            if not isinstance(url, str) or not self._safe(url):
                raise ProviderUnavailableError(name)
        return told

    def _safe(self, url: str) -> bool:
        parts = urlsplit(url)
        return parts.scheme == "https" or (
            parts.scheme == "http" and self._loopback and addresses.is_loopback(parts.netloc)
        )

    def _keys(self, *, fresh: bool) -> Mapping[str, Any]:
        return self._fetched(str(self._metadata()["jwks_uri"]), fresh=fresh)

    def _fetched(self, url: str, *, fresh: bool = False) -> Mapping[str, Any]:
        now = time.monotonic()
        with self._lock:
            known = self._known.get(url)
        if known is not None and not fresh and now - known[0] < _KEPT_SECONDS:
            return known[1]
        try:
            with httpx2.Client(timeout=TIMEOUT_SECONDS, follow_redirects=False, trust_env=not self._loopback) as client:
                answer = client.get(url)
            answer.raise_for_status()
            told = answer.json() if len(answer.content) <= _ANSWER_BYTES else None
        except (httpx2.HTTPError, ValueError):
            raise ProviderUnavailableError(urlsplit(url).path) from None
        if not isinstance(told, dict):
            raise ProviderUnavailableError(urlsplit(url).path)
        with self._lock:
            self._known[url] = (now, told)
        return told

    def _client(self) -> Any:
        try:
            secret = self._secret()
        except LookupError as error:
            raise ProviderUnavailableError(str(error)) from None
        return OAuth2Client(
            self._client_id,
            secret,
            scope="openid" if self._claim == "sub" else "openid profile email",
            redirect_uri=self._redirect_uri,
            code_challenge_method="S256",
            timeout=TIMEOUT_SECONDS,
            follow_redirects=False,
            trust_env=not self._loopback,
        )


def _only(told: Mapping[str, list[str]], name: str) -> str:
    """The one value of that name; "" where there is none, or more than one."""
    values = told.get(name, [])
    return values[0] if len(values) == 1 else ""
