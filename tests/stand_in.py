"""A vendor stand-in over real HTTP that answers each step with the output that a case recorded for it."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from activities import settings as settings_module
from starter import local_service
from starter.sandbox import app, server
from workflows import converter


@dataclass
class Recorded:
    """Answers by step id; `seen` holds (step, idempotency key, arguments) of each request."""

    outputs: Mapping[str, Any]
    seen: list[tuple[str, str, Any]] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        step = request.headers["x-ordinaut-step"]
        body = converter.decode(await request.body())
        self.seen.append((step, request.headers["idempotency-key"], body["params"]["arguments"]))
        recorded = self.outputs[step]
        if isinstance(recorded, dict) and set(recorded) == {"$error"}:
            answer = Response(converter.encode({"error": recorded["$error"]["message"]}), 422, media_type="application/json")
        else:
            answer = Response(converter.encode(recorded), 200, media_type="application/json")
        await answer(scope, receive, send)


@contextlib.asynccontextmanager
async def serving(outputs: Mapping[str, Any]) -> AsyncIterator[tuple[Recorded, dict[str, str]]]:
    """The stand-in on a port of 127.0.0.1, and the environment that sends every service to it."""
    recorded = Recorded(outputs)
    async with server.asgi_server(recorded) as url:
        environment = app.endpoints(url)
        yield recorded, {**environment, **local_service.no_rate_limits(environment, settings_module.Settings.from_mapping({}))}
