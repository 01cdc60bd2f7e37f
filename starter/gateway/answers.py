"""HTTP answers, for the endpoints."""

from __future__ import annotations

from typing import Any

from starlette.responses import PlainTextResponse, Response

from activities import json_text
from starter.gateway import refusals
from starter.gateway.kinds import base


def json_answer(content: dict[str, Any], status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """JSON as the command line prints it."""
    return Response(json_text.encode(content), status, headers, "application/json")


def reply(said: base.Reply) -> Response:
    """What a sender is answered where all went well."""
    if isinstance(said.content, dict):
        return json_answer(said.content)
    return PlainTextResponse(said.content) if said.content else Response()


def refusal(refused: refusals.Refused) -> Response:
    """{"ok": false, "error": {"type": "unsigned", "message": "..."}}"""
    error = {"type": refusals.OUTCOMES.get(refused.status, "refused"), "message": refused.message}
    return json_answer({"ok": False, "error": error}, refused.status, refused.headers)
