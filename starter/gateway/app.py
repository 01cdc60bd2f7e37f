"""The gateway as one ASGI application, for the command and tests: its addresses, and an answer for whatever goes wrong."""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable
from pathlib import PurePath
from traceback import extract_tb
from typing import Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, Mount, Route
from starlette.types import ASGIApp, Scope

from activities import settings as settings_module
from starter.gateway import answers, decisions, delivery, events, health, metrics, refusals, tally, webhooks

_LOG = logging.getLogger(__name__)

Endpoint = Callable[[Request], Awaitable[Response]]
#: The first parts of the gateway's own addresses; whatever else there is belongs to the page, if there is one.
_OWN: Final = ("webhooks", "events", "health", "metrics")


def made(
    settings: settings_module.Settings,
    to: delivery.Delivery,
    *,
    buttons: decisions.Decisions | None = None,
    page: ASGIApp | None = None,
    clock: Callable[[], float] = time.time,
) -> Starlette:
    """The application. `buttons` takes decisions of people in chats, `page` is what people see at `/` (`starter.page.app.made`).

    `clock` gives seconds since 1970.
    """
    counted = metrics.GatewayMetrics()
    hooks = _guarded(webhooks.Webhooks(settings, to, clock, buttons), counted)
    sent = _guarded(events.Events(settings, to, clock), counted)
    pages: list[BaseRoute] = [_Page("/", page)] if page is not None else []
    application = Starlette(
        routes=[
            Route("/webhooks/{kind}/{source}", hooks, methods=["POST"]),
            Route("/events/{type}", sent, methods=["POST"]),
            Route("/events", sent, methods=["POST"]),
            Route("/health", health.Health(to).__call__, methods=["GET"]),
            Route("/metrics", counted.__call__, methods=["GET"]),
            *pages,
        ],
        exception_handlers={HTTPException: _elsewhere},
    )
    application.router.redirect_slashes = False
    return application


class _Page(Mount):
    """The page below `/`, which takes none of the gateway's own addresses, by whatever method."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """See Starlette."""
        return (Match.NONE, {}) if scope.get("path", "").split("/")[1:2] in [[own] for own in _OWN] else super().matches(scope)


def _guarded(endpoint: Endpoint, counted: metrics.GatewayMetrics) -> Endpoint:
    """The endpoint with a refusal answered, a mistake of ours told without what was sent, and everything counted."""

    async def answered(request: Request) -> Response:
        started = time.perf_counter()
        try:
            answer = await endpoint(request)
        except refusals.Refused as refused:
            tally.outcome(request, refusals.OUTCOMES[refused.status])
            answer = answers.refusal(refused)
        except Exception as error:
            tally.outcome(request, tally.FAILED)
            answer = _failed(error)
        counted.record(getattr(request.state, "source", tally.UNPROVED), request.state.outcome, time.perf_counter() - started)
        return answer

    return answered


def _failed(error: Exception) -> Response:
    """The text of the error may hold what was sent; its place does not."""
    place = extract_tb(error.__traceback__)[-1]
    _LOG.error(
        "a mistake in Ordinaut, please report it: %s in %s, line %s", type(error).__name__, PurePath(place.filename).name, place.lineno
    )
    content = {"ok": False, "error": {"type": tally.FAILED, "message": "a mistake in Ordinaut; its log says where"}}
    return answers.json_answer(content, 500)


async def _elsewhere(request: Request, error: Exception) -> Response:
    """An address or a method that there is not. The body is not read, so that the connection ends."""
    assert isinstance(error, HTTPException)
    message = f"{request.method[:20]} is not taken here" if error.status_code == 405 else "there is nothing at this address"
    headers = {**(error.headers or {}), "Connection": "close"}
    return answers.json_answer({"ok": False, "error": {"type": "unknown", "message": message}}, error.status_code, headers)
