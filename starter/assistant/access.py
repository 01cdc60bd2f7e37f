"""Who may speak to the assistant's server over HTTP: those with the token, from a page of this machine or from no page."""

from __future__ import annotations

import hmac

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from activities import secrets


class Guard:
    """An ASGI application that lets a request through with `Authorization: Bearer TOKEN` only."""

    def __init__(self, application: ASGIApp, token: secrets.Secret) -> None:
        self._application = application
        self._expected = f"Bearer {token.reveal()}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers 401 where the token is missing or another one."""
        if scope["type"] == "http":
            given = next((value for name, value in scope["headers"] if name == b"authorization"), b"")
            if not hmac.compare_digest(given, self._expected):
                answer = JSONResponse(
                    {"error": "send the header Authorization: Bearer with the value of ORDINAUT_MCP_TOKEN"},
                    401,
                    {"WWW-Authenticate": "Bearer"},
                )
                await answer(scope, receive, send)
                return
        await self._application(scope, receive, send)
