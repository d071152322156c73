"""With what secret is a webhook signed, and how? As standardwebhooks.com has it: HMAC-SHA256 over id, time and body.

A subscription's secret is made of the site's key, its id and its generation, so that none has to be kept.
"""

import base64
import hashlib
import hmac
import os
import secrets
from pathlib import Path

from settings import Settings, secret

SECRET = "whsec_"  # noqa: S105 - how every secret begins
_KEY_BYTES = 32


def secret_of(key: bytes, webhook_id: str, generation: int) -> str:
    """The secret of a subscription, as its owner is told it: `whsec_` and base64."""
    made = hmac.new(key, f"webhook\0{webhook_id}\0{generation}".encode(), hashlib.sha256).digest()
    return SECRET + base64.b64encode(made).decode()


def signature(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """The header webhook-signature of a message sent at `timestamp` (seconds since 1970)."""
    key = base64.b64decode(secret.removeprefix(SECRET))
    signed = b".".join((message_id.encode(), str(timestamp).encode(), body))
    return f"v1,{base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()}"


def webhook_key(settings: Settings) -> bytes:
    """The key of a site with these settings: behind the reference they name, else in its data directory.

    Raises LookupError, OSError.
    """
    if settings.webhook_key is not None:
        return secret(settings.webhook_key).encode()
    return kept_key(settings.data_dir / "webhook.key")


def kept_key(file: Path) -> bytes:
    """The site's key in this file, made at the first time, readable for its owner only. Raises OSError."""
    if file.exists():
        return file.read_bytes()
    file.parent.mkdir(parents=True, exist_ok=True)
    made = file.with_name(f"{file.name}.{secrets.token_hex(8)}")
    descriptor = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as out:
            out.write(secrets.token_bytes(_KEY_BYTES))
        # Whole or not at all, and never over one that another process has made.
        os.link(made, file)
    except FileExistsError:
        pass
    finally:
        made.unlink()
    return file.read_bytes()
