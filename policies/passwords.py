"""Is a password good enough? Long rather than contrived: NIST SP 800-63B 5.1.1.2; GB/T 22239-2019 8.1.4.1 a.

How it is kept is for identity/passwords.py. Nothing of the password is in a reason.
"""

from policies.holdings import Refusal

SHORTEST = 12
LONGEST = 128
DISTINCT = 5
"""Different characters it has at least."""


def refuse_password(password: str, login: str) -> Refusal | None:
    """Why the password may not be used; None where it may."""
    if len(password) < SHORTEST:
        return Refusal("password", f"口令至少 {SHORTEST} 个字符 a password has at least {SHORTEST} characters")
    if len(password) > LONGEST:
        return Refusal("password", f"口令至多 {LONGEST} 个字符 a password has at most {LONGEST} characters")
    if len(set(password)) < DISTINCT:
        return Refusal("password", f"口令至少含 {DISTINCT} 种字符 at least {DISTINCT} different characters")
    if login and login.casefold() in password.casefold():
        return Refusal("password", "口令不得含登录名 a password does not contain the login")
    if not password.isprintable():
        return Refusal("password", "口令不得含控制字符 a password has no control characters")
    return None
