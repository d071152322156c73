"""Which addresses may this process speak to, and how safely?

Off this machine everything is encrypted: a password, a person's name and a proposed case are no plain text for a
network. Judged by what is written; no name is looked up. What is done with an address is for record/ and embedded.py.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

ENCRYPTED = ("require", "verify-ca", "verify-full")
"""PostgreSQL's sslmodes that never fall back to plain text; verify-full alone also knows whom it speaks to."""

_POSTGRESQL = "postgresql+psycopg"
# Names that other programs give a PostgreSQL URL; one driver is installed.
_ALIASES = {"postgres", "postgresql", _POSTGRESQL}
_SQLITE = {"sqlite", "sqlite+pysqlite"}


def is_loopback(address: str) -> bool:
    """Whether `host:port` (or a host alone) is this machine itself, by its name or number; no name is looked up."""
    host = address.rsplit(":", 1)[0] if address.count(":") == 1 or address.startswith("[") else address
    host = host.strip("[]")
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


# Names under which others register theirs (publicsuffix.org), as far as offices use them: x.gov.cn is not y.gov.cn.
_REGISTRIES = frozenset(f"{kind}.cn" for kind in ("ac", "com", "edu", "gov", "mil", "net", "org"))


def same_site(one: str, other: str) -> bool:
    """Whether a browser takes two origins (`https://host:port`) for one site: else it keeps a session from crossing.

    Of one site are the same scheme with the same host, whatever the ports, or with names registered under one name.
    Judged by what is written: a name that others register under is known for China's common ones only.
    """
    first, second = urlsplit(one), urlsplit(other)
    if first.scheme != second.scheme:
        return False
    return first.hostname == second.hostname or (
        _registered(first.hostname) is not None and _registered(first.hostname) == _registered(second.hostname)
    )


def _registered(host: str | None) -> str | None:
    """The name that is somebody's own, with everything under it; None for a number and for a name of one word."""
    labels = (host or "").rstrip(".").split(".")
    if ":" in (host or "") or labels[-1].isdecimal():
        return None
    wanted = 3 if ".".join(labels[-2:]) in _REGISTRIES else 2
    return ".".join(labels[-wanted:]) if len(labels) >= wanted else None


def database_url(text: str) -> str:
    """The database's URL as record/ takes it: PostgreSQL under the installed driver's name, whatever was written.

    Raises ValueError, in words, for another kind of database, one in memory, one without host or name, or plain text
    to another machine.
    """
    try:
        url = make_url(text)
    except ArgumentError:
        raise ValueError("不是数据库地址 not a database URL") from None
    if url.drivername in _ALIASES:
        url = url.set(drivername=_POSTGRESQL)
        _check_postgresql(url)
        return url.render_as_string(hide_password=False)
    if url.drivername not in _SQLITE:
        raise ValueError("既非 SQLite 也非 PostgreSQL neither sqlite nor postgresql")
    if url.database in (None, "", ":memory:") or "mode=memory" in text:
        raise ValueError("记录须存于文件 the record is kept in a file")
    return text


@dataclass(frozen=True, slots=True)
class WebhookAddress:
    """Where a webhook is sent: `target` is path and query, `host` a name or a number."""

    secure: bool
    host: str
    port: int
    target: str


_LONGEST_URL = 500


def webhook_address(url: str, hosts: Collection[str]) -> WebhookAddress:
    """The address a webhook's URL names, where the site's settings list its host (`host`, `host:port`).

    https, or http to this machine itself; without a listed port only the usual one. Raises ValueError, in words.
    """
    if len(url) > _LONGEST_URL or not re.fullmatch(r"[\x21-\x7e]+", url) or "\\" in url or "#" in url:
        raise ValueError("不是可用的地址 not an address that can be used")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ValueError("不是可用的地址 not an address that can be used") from None
    host = (parts.hostname or "").rstrip(".")
    if "@" in parts.netloc or not host or parts.scheme not in ("https", "http"):
        raise ValueError("须为 https 地址,不含用户名口令 an https address without a user's name")
    secure = parts.scheme == "https"
    if not secure and not is_loopback(host):
        raise ValueError("本机以外须用 https off this machine https is required")
    usual = 443 if secure else 80
    listed = {one.lower() for one in hosts}
    if f"{host}:{port or usual}" not in listed and not (host in listed and (port or usual) == usual):
        raise ValueError("不在站点允许的主机之列 not a host that the site's settings allow")
    target = parts.path or "/"
    return WebhookAddress(secure, host, port or usual, f"{target}?{parts.query}" if parts.query else target)


def may_stand_for(host: str, number: str) -> bool:
    """Whether `number`, to which the name of a listed host was resolved, may be connected to.

    Never this machine, its link, or nobody in particular, unless that is what was listed: a name that changes its mind
    must not lead inside (169.254.169.254 is where clouds keep their secrets).
    """
    address = ip_address(number)
    inside = address.is_loopback or address.is_link_local or address.is_multicast or address.is_unspecified
    return is_loopback(host) if address.is_loopback else not inside


def _check_postgresql(url: URL) -> None:
    if not url.database:
        raise ValueError("缺少数据库名 no database is named")
    hosts = _listed(url.host) or _listed(url.query.get("host"))
    if not hosts:
        # The driver would take it from variables that nobody who reads the settings sees.
        raise ValueError(
            "缺少主机（套接字写作 ?host=/run/postgresql）no host is named (a socket: ?host=/run/postgresql)"
        )
    away = [host for host in (*hosts, *_listed(url.query.get("hostaddr"))) if not _is_here(host)]
    if away and url.query.get("sslmode") not in ENCRYPTED:
        raise ValueError(
            f"拒绝以明文连接 {away[0]}：本机以外须在地址后加 ?sslmode=verify-full（或 verify-ca、require）"
            f" refusing plain text to {away[0]}: off this machine the URL says sslmode={'|'.join(ENCRYPTED)}"
        )


def _is_here(host: str) -> bool:
    return host.startswith(("/", "@")) or is_loopback(host)


def _listed(given: str | tuple[str, ...] | None) -> list[str]:
    texts = (given,) if isinstance(given, str) else given or ()
    return [host for text in texts for host in text.split(",") if host]
