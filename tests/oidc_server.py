"""A company's sign-in (OpenID Connect) for the tests: it checks what the page sends as the standard says, and can be told to lie."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import secrets
import urllib.parse
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

from joserfc import jwk, jwt
from starlette import applications, requests, responses, routing

from starter.gateway import serving

CLIENT_ID = "ordinaut"
CLIENT_SECRET = "s3cret+/ä&="  # form encoding makes a difference to it
KEY = jwk.RSAKey.generate_key(2048, {"kid": "one"})


@dataclass
class Issuer:
    """The provider's state, to look at and to change."""

    clock: Callable[[], float]
    url: str = ""
    claims: dict[str, Any] = field(default_factory=lambda: {"email": "ana@company.com", "email_verified": True, "roles": ["finance"]})
    #: Claims of the ID token that are not what they should be: {"nonce": "other"}; None takes one away.
    lies: dict[str, Any] = field(default_factory=dict)
    userinfo: dict[str, Any] | None = None
    algorithm: str = "RS256"
    key: jwk.RSAKey = field(default_factory=lambda: KEY)
    signs_with: Any = None
    refuses: str = ""
    post_only: bool = False
    asked: list[dict[str, str]] = field(default_factory=list)  # of the authorization endpoint
    exchanges: int = 0
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)

    async def discovery(self, request: requests.Request) -> responses.Response:
        facts = {
            "issuer": self.lies.get("issuer", self.url),
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/jwks",
            "token_endpoint_auth_methods_supported": ["client_secret_post"] if self.post_only else ["client_secret_basic"],
            **({"userinfo_endpoint": f"{self.url}/userinfo"} if self.userinfo is not None else {}),
        }
        return responses.JSONResponse(facts)

    async def authorize(self, request: requests.Request) -> responses.Response:
        given = dict(request.query_params)
        self.asked.append(given)
        assert (given["client_id"], given["response_type"], given["code_challenge_method"]) == (CLIENT_ID, "code", "S256")
        assert "openid" in given["scope"].split()
        code = secrets.token_urlsafe(16)
        self._codes[code] = given
        answer = {"error": self.refuses} if self.refuses else {"code": code}
        answer |= {"state": given["state"], "iss": self.lies.get("iss of the answer", self.url)}
        return responses.RedirectResponse(f"{given['redirect_uri']}?{urllib.parse.urlencode(answer)}", 302)

    async def token(self, request: requests.Request) -> responses.Response:
        self.exchanges += 1
        form = {name: values[0] for name, values in urllib.parse.parse_qs((await request.body()).decode()).items()}
        if self._client(request, form) != (CLIENT_ID, CLIENT_SECRET):
            return responses.JSONResponse({"error": "invalid_client"}, 401)
        asked = self._codes.pop(form.get("code", ""), None)
        if asked is None or form["redirect_uri"] != asked["redirect_uri"] or _challenge(form["code_verifier"]) != asked["code_challenge"]:
            return responses.JSONResponse({"error": "invalid_grant"}, 400)
        return responses.JSONResponse({"access_token": "access", "token_type": "Bearer", "id_token": self._id_token(asked["nonce"])})

    def _client(self, request: requests.Request, form: dict[str, str]) -> tuple[str, str]:
        if self.post_only:
            return form.get("client_id", ""), form.get("client_secret", "")
        name, _, secret = base64.b64decode(request.headers["authorization"].removeprefix("Basic ")).decode().partition(":")
        return urllib.parse.unquote_plus(name), urllib.parse.unquote_plus(secret)

    def _id_token(self, nonce: str) -> str:
        now = int(self.clock())
        claims = {"iss": self.url, "sub": "u-1", "aud": CLIENT_ID, "iat": now, "exp": now + 300, "nonce": nonce, **self.claims}
        claims |= self.lies.get("claims", {})
        claims = {name: value for name, value in claims.items() if value is not None}
        if self.algorithm == "none":
            parts = [base64.urlsafe_b64encode(text).rstrip(b"=").decode() for text in (b'{"alg":"none"}', json.dumps(claims).encode())]
            return f"{parts[0]}.{parts[1]}."
        key = self.signs_with or self.key
        header = {"alg": self.algorithm, "kid": getattr(key, "kid", None) or "one"}
        return jwt.encode(header, claims, key, algorithms=[self.algorithm])

    async def jwks(self, request: requests.Request) -> responses.Response:
        return responses.JSONResponse({"keys": [self.key.as_dict(private=False)]})

    async def user(self, request: requests.Request) -> responses.Response:
        assert request.headers["authorization"] == "Bearer access"
        return responses.JSONResponse(self.userinfo)


@contextlib.asynccontextmanager
async def running(clock: Callable[[], float]) -> AsyncIterator[Issuer]:
    """The provider, until the block ends."""
    issuer = Issuer(clock)
    application = applications.Starlette(
        routes=[
            routing.Route("/.well-known/openid-configuration", issuer.discovery),
            routing.Route("/authorize", issuer.authorize),
            routing.Route("/token", issuer.token, methods=["POST"]),
            routing.Route("/jwks", issuer.jwks),
            routing.Route("/userinfo", issuer.user),
        ]
    )
    async with serving.server(application, "127.0.0.1", 0) as (host, port):
        issuer.url = f"http://{host}:{port}"
        yield issuer


def _challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
