"""Requests for tokens, for the ways to authenticate that need them: no redirects, no cookies, failures told without secrets."""

from __future__ import annotations

import asyncio
import json
import ssl
import time
from collections.abc import Callable, Mapping
from typing import Any, Final

import httpx

from activities import endpoints, exchange, outcomes, secrets, tokens
from workflows.core import errors

TIMEOUT_SECONDS: Final = 30.0
MAX_ANSWER_BYTES: Final = 1_000_000

#: OAuth's words for a grant or client that will not be accepted again, RFC 6749 5.2; and Slack's.
_FINAL_ERRORS: Final = frozenset({"invalid_grant", "invalid_client", "unauthorized_client", "invalid_refresh_token"})


class Requests:
    """Sends token requests. `mask` takes secrets out of what a vendor says."""

    def __init__(self, mask: Callable[[str], str]) -> None:
        self._mask = mask

    async def send(
        self,
        service: str,
        method: str,
        url: str,
        *,
        form: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> Any:
        """The JSON of an answer of success.

        Raises:
            ToolError: UNREACHABLE, no whole answer came or the service failed; THROTTLED; REJECTED, the service refuses.
                In all cases nothing of the call itself was sent.
        """
        where = endpoints.shown(url)
        sent = {"Accept": "application/json", "User-Agent": exchange.USER_AGENT, **(headers or {})}
        try:
            async with httpx.AsyncClient(verify=tls or True, timeout=TIMEOUT_SECONDS, trust_env=False, follow_redirects=False) as client:
                async with asyncio.timeout(TIMEOUT_SECONDS), client.stream(method, url, data=form, json=body, headers=sent) as response:
                    content = await _read(response)
        except (httpx.RequestError, httpx.InvalidURL, ssl.SSLError, OSError) as error:
            reason = "no whole answer in time" if isinstance(error, TimeoutError) else self._mask(str(error)).rstrip(".")
            reason = reason or type(error).__name__
            raise errors.ToolError(errors.UNREACHABLE, f"{where}: no token for {service}: {reason}; the call was not sent") from None
        answer = _decoded(content)
        failure = self._failure(service, where, response, answer)
        if failure is not None:
            raise failure
        return answer

    def _failure(self, service: str, where: str, response: httpx.Response, answer: Any) -> errors.ToolError | None:
        word = _error_word(answer)
        if response.is_success and word is None and answer is not None:
            return None
        said = f" ({outcomes.quote(self._mask(_error_text(answer, word)))})" if word else ""
        what = f"{where}: no token for {service}: HTTP {response.status_code}{said}"
        if response.status_code == 429 or response.status_code >= 500:
            kind = errors.THROTTLED if response.status_code == 429 else errors.UNREACHABLE
            wait = response.headers.get("retry-after", "")
            return errors.ToolError(kind, f"{what}; the call was not sent", retry_after=float(wait) if wait.isdigit() else None)
        if response.is_success and word is None:
            return errors.ToolError(errors.REJECTED, f"{what}; the answer is no JSON; the call was not sent")
        return errors.ToolError(errors.REJECTED, f"{what}; {_advice(service, word)}; the call was not sent", {"error": word})


async def _read(response: httpx.Response) -> bytes:
    """The answer, at most MAX_ANSWER_BYTES of it: no token is larger."""
    content = b""
    async for part in response.aiter_bytes():
        content += part
        if len(content) > MAX_ANSWER_BYTES:
            return b""
    return content


def token(answer: Any, service: str, now: float | None = None, last: tokens.Token | None = None) -> tokens.Token:
    """The token of an answer, RFC 6749 5.1; without a new refresh token the last one goes on.

    Raises:
        ToolError: REJECTED, there is none in it.
    """
    access = answer.get("access_token") if isinstance(answer, dict) else None
    if not isinstance(access, str) or not access:
        raise errors.ToolError(errors.REJECTED, f"{service}: the answer to the token request has no access_token; the call was not sent")
    issued = time.time() if now is None else now
    refresh = answer.get("refresh_token")
    return tokens.Token(
        access=secrets.Secret(access),
        issued_at=issued,
        expires_at=issued + _life(answer.get("expires_in")),
        refresh=secrets.Secret(refresh) if isinstance(refresh, str) and refresh else last.refresh if last else None,
        scope=str(answer.get("scope") or ""),
        seed=last.seed if last else "",
    )


def _life(given: Any) -> float:
    """Seconds; some vendors write them as text, some leave them out."""
    try:
        return max(float(given), 1.0)
    except (TypeError, ValueError):
        return tokens.DEFAULT_LIFE_SECONDS


def _decoded(content: bytes) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


def _error_word(answer: Any) -> str | None:
    """The vendor's word for an error, also in an answer of success (Slack's `ok: false`)."""
    if not isinstance(answer, dict):
        return None
    if isinstance(answer.get("error"), str) and not answer.get("access_token"):
        return str(answer["error"])
    found = answer.get("errors")
    if isinstance(found, list) and found and isinstance(found[0], dict):  # maib
        return str(found[0].get("errorCode", "error"))
    if isinstance(answer.get("message"), str) and not {"access_token", "token"} & answer.keys():  # GitHub
        return str(answer["message"])
    return None


def _error_text(answer: Any, word: str | None) -> str:
    description = answer.get("error_description") if isinstance(answer, dict) else None
    found = answer.get("errors") if isinstance(answer, dict) else None
    if isinstance(found, list) and found and isinstance(found[0], dict) and found[0].get("errorMessage"):
        description = found[0]["errorMessage"]
    return f"{word}: {description}" if isinstance(description, str) and description else str(word)


def _advice(service: str, word: str | None) -> str:
    if word in ("invalid_grant", "invalid_refresh_token"):
        return f"the grant has ended or was withdrawn: `ordinaut login {service}`, or configure a new one"
    if word in _FINAL_ERRORS:
        return f"check the client id and secret of {service}"
    return f"check what is configured for {service}"
