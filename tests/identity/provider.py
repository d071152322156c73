"""A provider of identity as a process of its own that answers as it is told to: rightly, or wrongly in one way.

`python -m tests.identity.provider PORT` serves it. What is wrong is chosen by the client's id: `client` is right,
`client-expired`, `client-foreign`, `client-nonce`, … get an ID token that is wrong in that way.
"""

import base64
import hmac
import json
import sys
import time
from typing import Any
from urllib.parse import urlencode

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, RedirectResponse
from joserfc import jwt
from joserfc.jwk import RSAKey

PORT = int(sys.argv[1]) if len(sys.argv) > 1 else 0
ISSUER = f"http://127.0.0.1:{PORT}"
KEY = RSAKey.generate_key(2048, {"kid": "right"})
FOREIGN = RSAKey.generate_key(2048, {"kid": "right"})
CODES: dict[str, dict[str, str]] = {}

app = FastAPI()


def encoded(part: bytes) -> bytes:
    return base64.urlsafe_b64encode(part).rstrip(b"=")


@app.get("/.well-known/openid-configuration")
def configuration() -> dict[str, Any]:
    return {
        "issuer": ISSUER,
        "authorization_endpoint": f"{ISSUER}/authorize",
        "token_endpoint": f"{ISSUER}/token",
        "jwks_uri": f"{ISSUER}/jwks",
        "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
    }


@app.get("/jwks")
def jwks() -> dict[str, Any]:
    return {"keys": [KEY.as_dict(private=False)]}


@app.get("/authorize")
def authorize(request: Request) -> RedirectResponse:
    asked = dict(request.query_params)
    code = f"code-{len(CODES)}"
    CODES[code] = asked
    back = {"code": code, "state": asked["state"]}
    return RedirectResponse(f"{asked['redirect_uri']}?{urlencode(back)}", 303)


@app.post("/token")
async def token(request: Request) -> JSONResponse:
    asked = CODES.pop(str((await request.form())["code"]), None)
    if asked is None:
        return JSONResponse({"error": "invalid_grant"}, 400)
    wrong = asked["client_id"].partition("-")[2]
    now = int(time.time())
    claims: dict[str, Any] = {
        "iss": ISSUER, "aud": asked["client_id"], "sub": "head", "iat": now, "exp": now + 300, "nonce": asked["nonce"],
    }  # fmt: skip
    wrongly: dict[str, dict[str, Any]] = {
        "expired": {"iat": now - 7200, "exp": now - 3600},
        "nonce": {"nonce": "another"},
        "issuer": {"iss": "https://another.example.invalid"},
        "audience": {"aud": "somebody-else"},
        "party": {"aud": [asked["client_id"], "other"], "azp": "other"},
        "early": {"nbf": now + 3600},
        "blank": {"sub": ""},
    }
    claims |= wrongly.get(wrong, {})
    for gone in {"no_nonce": ["nonce"], "no_exp": ["exp"]}.get(wrong, []):
        del claims[gone]
    key = FOREIGN if wrong == "foreign" else KEY
    id_token = jwt.encode({"alg": "RS256", "kid": "right"}, claims, key)
    if wrong == "symmetric":
        # What everybody knows, the public key, taken for a secret.
        signed = b".".join((encoded(b'{"alg":"HS256","kid":"right"}'), encoded(json.dumps(claims).encode())))
        mac = hmac.digest(KEY.as_pem(private=False), signed, "sha256")
        id_token = b".".join((signed, encoded(mac))).decode()
    if wrong == "unsigned":
        id_token = "eyJhbGciOiJub25lIn0." + id_token.split(".")[1] + "."
    answer = {"access_token": "opaque", "token_type": "Bearer", "expires_in": 300, "id_token": id_token}
    if wrong == "no_token":
        del answer["id_token"]
    return JSONResponse(answer)


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=PORT, log_level="warning")
