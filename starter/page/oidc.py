"""Sign-in by OpenID Connect, for companies: authorization code with PKCE; the ID token is checked in full before a name is believed.

Sources: OpenID Connect Core 1.0 (3.1.3.7), Discovery 1.0 (4.3), RFC 7636 (PKCE), RFC 9207 (iss in the answer).
"""

from __future__ import annotations

import hmac
import logging
import secrets as random
import time
import urllib.parse
from collections.abc import Callable, Mapping
from typing import Any, Final

import httpx
from authlib.oauth2 import client as oauth
from authlib.oauth2.rfc6749 import parameters
from authlib.oidc import core as openid
from joserfc import errors as jose_errors
from joserfc import jwk, jwt

from activities import environment_names as names
from activities import settings as settings_module
from starter.approvals import deciding
from starter.page import claims as claims_module
from starter.page import oidc_flow, problems, ways

_LOG = logging.getLogger(__name__)

SCOPE: Final = "openid email profile"
#: Signatures that a provider can make with a key that only it has; "none" and those by the client's secret are not among them.
ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
DISCOVERY: Final = "/.well-known/openid-configuration"
TIMEOUT_SECONDS: Final = 10.0
#: Clocks differ a little.
LEEWAY_SECONDS: Final = 60
#: Keys and addresses of the provider are asked for anew after this time, or where a key is not among them.
KEPT_SECONDS: Final = 600.0
_ADDRESSES: Final = ("authorization_endpoint", "token_endpoint", "jwks_uri")


class Provider:
    """The company's sign-in."""

    def __init__(self, settings: settings_module.Settings, way: ways.OpenIdConnect, clock: Callable[[], float] = time.time) -> None:
        self._settings = settings
        self._way = way
        self._clock = clock
        self._known: tuple[float, dict[str, Any]] | None = None
        self._keys: tuple[float, dict[str, Any]] | None = None

    async def begin(self, then: str) -> tuple[str, oidc_flow.Flow]:
        """Where to send the browser, and what it must bring back.

        Raises:
            problems.Problem: the provider does not answer, or its answer cannot be used.
        """
        facts = await self._facts()
        flow = oidc_flow.Flow(random.token_urlsafe(32), random.token_urlsafe(32), random.token_urlsafe(48), then)
        made = oauth.OAuth2Client(
            None, self._way.client_id, scope=SCOPE, redirect_uri=self._way.redirect_uri, code_challenge_method="S256"
        ).create_authorization_url(facts["authorization_endpoint"], flow.state, flow.verifier, nonce=flow.nonce)
        return made[0], flow

    async def end(self, flow: oidc_flow.Flow | None, answer: Mapping[str, str]) -> deciding.Person:
        """The person whom the provider vouches for; `answer` is what the browser brought back.

        Raises:
            problems.Problem: it is no answer to this flow, or the ID token cannot be believed.
        """
        if flow is None or not hmac.compare_digest(flow.state.encode(), answer.get("state", "").encode("utf-8", "surrogatepass")):
            raise _unbelieved("the answer is not to a sign-in that this browser began", "state")
        if "iss" in answer and answer["iss"] != self._way.issuer:
            raise _unbelieved("the answer comes from another issuer", "iss of the answer")
        if "error" in answer:
            raise _refused(answer)
        given = await self._exchanged(answer.get("code", ""), flow)
        found = await self._completed(await self._checked(given, flow.nonce), given)
        person = claims_module.person(found, self._way.roles_claim)
        if isinstance(person, str):
            raise _unbelieved(person, "claims")
        return person

    async def _exchanged(self, code: str, flow: oidc_flow.Flow) -> dict[str, Any]:
        facts = await self._facts()
        body = parameters.prepare_token_request(
            "authorization_code", code=code, redirect_uri=self._way.redirect_uri, code_verifier=flow.verifier
        )
        form = dict(urllib.parse.parse_qsl(body))
        auth = None
        offered = facts.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        if "client_secret_basic" in offered:
            # RFC 6749, 2.3.1: both parts are written as in a form first.
            auth = httpx.BasicAuth(urllib.parse.quote_plus(self._way.client_id), urllib.parse.quote_plus(self._secret()))
        else:
            form |= {"client_id": self._way.client_id, "client_secret": self._secret()}
        answer = await self._asked("POST", facts["token_endpoint"], data=form, auth=auth)
        if not isinstance(answer.get("id_token"), str):
            raise _unbelieved(f"the provider gave no ID token ({str(answer.get('error', 'no reason'))[:60]})", "token endpoint")
        return answer

    async def _checked(self, given: Mapping[str, Any], nonce: str) -> dict[str, Any]:
        """The claims of the ID token, once signature, issuer, audience, times and nonce are found right."""
        try:
            token = await self._verified(given["id_token"])
            options: dict[str, Any] = {
                "iss": {"essential": True, "value": self._way.issuer},
                "aud": {"essential": True, "value": self._way.client_id},
                "nonce": {"essential": True, "value": nonce},
            }
            params = {"nonce": nonce, "client_id": self._way.client_id, "access_token": given.get("access_token")}
            found = openid.CodeIDToken(token.claims, token.header, options, params)
            found.validate(now=int(self._clock()), leeway=LEEWAY_SECONDS)
        except (jose_errors.JoseError, ValueError, TypeError, KeyError) as error:
            raise _unbelieved("its ID token cannot be believed", _short(error)) from None
        return dict(found)

    async def _completed(self, found: dict[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
        """The claims, and where they do not name the person or the roles, those of the UserInfo endpoint: providers may keep them there."""
        url, token = (await self._facts()).get("userinfo_endpoint"), given.get("access_token")
        named = "email" in found or "preferred_username" in found
        if (named and claims_module.has_roles(found, self._way.roles_claim)) or not isinstance(url, str) or not isinstance(token, str):
            return found
        more = await self._asked("GET", url, {"Authorization": f"Bearer {token}"})
        if more.get("sub") != found["sub"]:  # Core 5.3.2: it may be another person's
            raise _unbelieved("its answers are about two people", "sub of UserInfo")
        return {**more, **found}

    async def _verified(self, token: str) -> jwt.Token:
        """The token, its signature checked; where no key fits, the keys are asked for once more, since they may have been changed."""
        for fresh in (False, True):
            keys = jwk.KeySet.import_key_set(await self._key_set(fresh))  # type: ignore[arg-type]
            try:
                return jwt.decode(token, keys, algorithms=list(ALGORITHMS))
            except (jose_errors.InvalidKeyIdError, jose_errors.BadSignatureError, ValueError):
                if fresh:
                    raise
        raise AssertionError("one of both gives or raises")

    async def _facts(self) -> dict[str, Any]:
        if self._known is None or self._clock() - self._known[0] >= KEPT_SECONDS:
            facts = await self._asked("GET", self._way.issuer.rstrip("/") + DISCOVERY)
            if facts.get("issuer") != self._way.issuer:
                raise problems.Problem(502, "Sign-in", f"{names.OIDC_ISSUER} is not what the provider calls itself; they must be the same")
            if missing := [key for key in _ADDRESSES if not isinstance(facts.get(key), str)]:
                raise problems.Problem(502, "Sign-in", f"the provider's configuration lacks {', '.join(missing)}")
            self._known = (self._clock(), facts)
        return self._known[1]

    async def _key_set(self, fresh: bool) -> dict[str, Any]:
        if fresh or self._keys is None or self._clock() - self._keys[0] >= KEPT_SECONDS:
            self._keys = (self._clock(), await self._asked("GET", (await self._facts())["jwks_uri"]))
        return self._keys[1]

    async def _asked(self, method: str, url: str, headers: Mapping[str, str] | None = None, **more: Any) -> dict[str, Any]:
        try:
            async with httpx.AsyncClient(timeout=TIMEOUT_SECONDS, trust_env=True) as http:
                answer = (await http.request(method, url, headers={"Accept": "application/json", **(headers or {})}, **more)).json()
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            _LOG.warning("the sign-in's provider cannot be asked at %s: %s", url, type(error).__name__)
            raise problems.Problem(502, "Sign-in", "the company's sign-in does not answer; try again in a moment") from None
        if not isinstance(answer, dict):
            raise problems.Problem(502, "Sign-in", "the company's sign-in answers with what cannot be read")
        return answer

    def _secret(self) -> str:
        found = self._settings.secret(names.OIDC_CLIENT_SECRET)
        return found.reveal() if found is not None else ""


def _unbelieved(message: str, why: str) -> problems.Problem:
    """The log says why; a browser that is not believed need not know."""
    _LOG.warning("a sign-in was refused: %s: %s", message, why)
    return problems.Problem(403, "Sign-in", f"{message}; sign in again")


def _refused(answer: Mapping[str, str]) -> problems.Problem:
    word = "".join(char for char in answer["error"][:60] if char.isalnum() or char in "_-")
    return _unbelieved(f"the company's sign-in let nobody in ({word})", word)


def _short(error: Exception) -> str:
    """What is wrong, without what was sent: `invalid_claim: nonce`."""
    if isinstance(error, jose_errors.ClaimError):
        return f"{error.error}: {error.claim}"
    return error.error if isinstance(error, jose_errors.JoseError) else type(error).__name__
