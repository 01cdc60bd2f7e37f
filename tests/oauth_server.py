"""An OAuth 2 server and an API behind it, for the tests: authlib's server side judges our requests, and rotates, ends and revokes tokens."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import time
import urllib.parse
from collections import defaultdict
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from authlib.oauth2 import rfc6749, rfc6750, rfc7523
from authlib.oauth2.rfc6749 import grants
from authlib.oauth2.rfc7636 import CodeChallenge
from starlette import applications, requests, responses, routing

from starter.sandbox import server

CLIENT_ID = "ordinaut-tests"
CLIENT_SECRET = "client-s3cret-7f2c"
USER = "ana@example.com"


@dataclass
class Client(rfc6749.ClientMixin):
    """The one application that the server knows."""

    client_id: str = CLIENT_ID
    client_secret: str = CLIENT_SECRET
    auth_method: str = "client_secret_post"
    redirects: tuple[str, ...] = ()

    def get_client_id(self) -> str:
        return self.client_id

    def get_default_redirect_uri(self) -> str | None:
        return None

    def get_allowed_scope(self, scope: str) -> str:
        return scope or ""

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri.startswith("http://127.0.0.1:") and redirect_uri.endswith("/callback")

    def check_client_secret(self, client_secret: str) -> bool:
        return secrets.compare_digest(self.client_secret, client_secret)

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method == self.auth_method

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return True


@dataclass
class Token(rfc6749.TokenMixin):
    """A token that was given out."""

    access: str
    refresh: str | None
    scope: str
    expires_at: float
    revoked: bool = False

    def check_client(self, client: Client) -> bool:
        return True

    def get_scope(self) -> str:
        return self.scope

    def usable(self) -> bool:
        return not self.revoked and time.time() < self.expires_at


@dataclass
class Code(rfc6749.AuthorizationCodeMixin):
    """An authorization code."""

    code: str
    redirect_uri: str
    scope: str
    code_challenge: str
    code_challenge_method: str

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope


@dataclass
class OAuth:
    """The server's state, to look at and to change."""

    url: str = ""
    client: Client = field(default_factory=Client)
    tokens: list[Token] = field(default_factory=list)
    codes: dict[str, Code] = field(default_factory=dict)
    forms: list[dict[str, str]] = field(default_factory=list)  # of token requests, in order
    calls: list[requests.Request] = field(default_factory=list)  # of the API
    life_seconds: int = 3_600
    delay_seconds: float = 0.0  # of each token request
    public_key: Any = None  # for JWT bearer grants
    denies: bool = False  # the person refuses

    def revoke_access(self) -> None:
        """Every access token ends at once; refresh tokens stay good."""
        for token in self.tokens:
            token.expires_at = 0

    def revoke_all(self) -> None:
        """Every token ends, refresh tokens too."""
        for token in self.tokens:
            token.revoked = True

    @property
    def grants(self) -> list[str]:
        """The grant types of the token requests so far."""
        return [form.get("grant_type", "") for form in self.forms]


class _Payload(rfc6749.OAuth2Payload):
    def __init__(self, values: dict[str, str]) -> None:
        self._values = values

    @property
    def data(self) -> dict[str, str]:
        return self._values

    @property
    def datalist(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for name, value in self._values.items():
            found[name].append(value)
        return found


class _Request(rfc6749.OAuth2Request):
    def __init__(self, method: str, uri: str, headers: Any, query: dict[str, str], form: dict[str, str]) -> None:
        super().__init__(method=method, uri=uri, headers=headers)
        self._query, self._form = query, form
        self.payload = _Payload({**query, **form})

    @property
    def args(self) -> dict[str, str]:
        return self._query

    @property
    def form(self) -> dict[str, str]:
        return self._form


class _Server(rfc6749.AuthorizationServer):
    def __init__(self, state: OAuth) -> None:
        super().__init__()
        self.state = state
        self.register_token_generator(
            "default",
            rfc6750.BearerTokenGenerator(
                lambda **_: secrets.token_urlsafe(24), lambda **_: secrets.token_urlsafe(24), lambda *_: state.life_seconds
            ),
        )
        self.register_grant(_ClientCredentials)
        self.register_grant(_Refresh)
        self.register_grant(_AuthorizationCode, [_Challenge(required=True)])
        self.register_grant(_JwtBearer)

    def query_client(self, client_id: str) -> Client | None:
        return self.state.client if client_id == self.state.client.client_id else None

    def save_token(self, token: dict[str, Any], request: Any) -> None:
        life = token.get("expires_in", self.state.life_seconds)
        self.state.tokens.append(Token(token["access_token"], token.get("refresh_token"), token.get("scope", ""), time.time() + life))

    def create_oauth2_request(self, request: Any) -> _Request:
        return request  # type: ignore[no-any-return]

    def handle_response(self, status: int, body: Any, headers: Any) -> responses.Response:
        if isinstance(body, dict):
            return responses.JSONResponse(body, status, dict(headers))
        return responses.Response(body, status, dict(headers))

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        return None


class _ClientCredentials(grants.ClientCredentialsGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic", "client_secret_post")


class _Refresh(grants.RefreshTokenGrant):
    """Each refresh token is good once: the answer has a new one."""

    TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic", "client_secret_post", "none")
    INCLUDE_NEW_REFRESH_TOKEN = True

    def authenticate_refresh_token(self, refresh_token: str) -> Token | None:
        found = next((token for token in self.server.state.tokens if token.refresh == refresh_token), None)
        return found if found is not None and not found.revoked else None

    def authenticate_user(self, refresh_token: Token) -> str:
        return USER

    def revoke_old_credential(self, refresh_token: Token) -> None:
        refresh_token.revoked = True


class _AuthorizationCode(grants.AuthorizationCodeGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic", "client_secret_post", "none")

    def save_authorization_code(self, code: str, request: Any) -> None:
        data = request.payload.data
        self.server.state.codes[code] = Code(
            code, request.payload.redirect_uri, request.payload.scope or "", data["code_challenge"], data["code_challenge_method"]
        )

    def query_authorization_code(self, code: str, client: Client) -> Code | None:
        return self.server.state.codes.get(code)  # type: ignore[no-any-return]

    def delete_authorization_code(self, authorization_code: Code) -> None:
        del self.server.state.codes[authorization_code.code]

    def authenticate_user(self, authorization_code: Code) -> str:
        return USER


class _Challenge(CodeChallenge):
    SUPPORTED_CODE_CHALLENGE_METHOD = ["S256"]  # noqa: RUF012


class _JwtBearer(rfc7523.JWTBearerGrant):
    def resolve_issuer_client(self, issuer: str) -> Client | None:
        return self.server.query_client(issuer)  # type: ignore[no-any-return]

    def resolve_client_public_key(self, client: Client) -> Any:
        return self.server.state.public_key

    def authenticate_user(self, subject: str) -> str | None:
        return subject if subject == USER else None

    def has_granted_permission(self, client: Client, user: str) -> bool:
        return True

    def get_audiences(self) -> list[str]:
        return [self.server.state.url]


@contextlib.asynccontextmanager
async def running(**settings: Any) -> AsyncIterator[OAuth]:
    """The server, until the block ends: /authorize, /token, and /api/... for whoever has a good token."""
    state = OAuth(**settings)
    judge = _Server(state)

    async def token(request: requests.Request) -> responses.Response:
        form = dict(urllib.parse.parse_qsl((await request.body()).decode(), strict_parsing=True))
        state.forms.append(form)
        await asyncio.sleep(state.delay_seconds)
        return judge.create_token_response(_Request("POST", str(request.url), request.headers, {}, form))  # type: ignore[no-any-return]

    async def authorize(request: requests.Request) -> responses.Response:
        asked = _Request("GET", str(request.url), request.headers, dict(request.query_params), {})
        grant = judge.get_consent_grant(asked, USER)
        user = None if state.denies else USER
        return judge.create_authorization_response(asked, grant_user=user, grant=grant)  # type: ignore[no-any-return]

    async def api(request: requests.Request) -> responses.Response:
        state.calls.append(request)
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        if not any(one.access == given and one.usable() for one in state.tokens):
            return responses.JSONResponse({"error": "invalid_token"}, 401)
        return responses.JSONResponse({"ok": True, "call": len(state.calls)})

    application = applications.Starlette(
        routes=[
            routing.Route("/token", token, methods=["POST"]),
            routing.Route("/authorize", authorize),
            routing.Route("/api/{rest:path}", api, methods=["GET", "POST"]),
        ]
    )
    before = os.environ.get("AUTHLIB_INSECURE_TRANSPORT")
    os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"  # authlib wants https elsewhere
    try:
        async with server.asgi_server(application) as url:
            state.url = url
            yield state
    finally:
        os.environ.pop("AUTHLIB_INSECURE_TRANSPORT")
        if before is not None:
            os.environ["AUTHLIB_INSECURE_TRANSPORT"] = before
