"""The approvals page as one ASGI application, for the gateway, which puts it at `/`."""

from __future__ import annotations

import time
from collections.abc import Callable

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from temporalio import client

from activities import settings as settings_module
from starter.approvals import deciding
from starter.page import approvals, audit, guard, oidc, runs, schedules, security, sessions, signing_in, ways, wrong_tokens
from starter.page import desk as desks


def made(settings: settings_module.Settings, temporal: client.Client, clock: Callable[[], float] = time.time) -> Starlette:
    """The page; `clock` gives seconds since 1970.

    Raises:
        settings.SettingsError: what is set for signing in cannot be used.
        errors.ToolError: ORDINAUT_GATEWAY_KEY holds no key.
    """
    configured = ways.read(settings)
    deciding.gateway_key(settings)  # a wrong one is told at the start, not to whoever decides first
    audit.set_up()
    desk = desks.Desk(
        settings,
        temporal,
        clock,
        configured,
        sessions.Sessions(clock),
        wrong_tokens.WrongTokens(clock),
        oidc.Provider(settings, configured.oidc, clock) if configured.oidc else None,
        desks.templates(settings),
    )
    application = Starlette(
        routes=_routes(desk), middleware=[Middleware(security.Headers)], exception_handlers={HTTPException: _elsewhere(desk)}
    )
    application.router.redirect_slashes = False
    return application


def _routes(desk: desks.Desk) -> list[Route | Mount]:
    everybody, people = guard.open_to_all, guard.for_people
    return [
        Route("/sign-in", everybody(desk, signing_in.form), methods=["GET"]),
        Route("/sign-in", everybody(desk, signing_in.send), methods=["POST"]),
        Route("/sign-in/oidc", everybody(desk, signing_in.to_provider), methods=["GET"]),
        Route(ways.CALLBACK, everybody(desk, signing_in.from_provider), methods=["GET"]),
        Route("/sign-out", everybody(desk, signing_in.out), methods=["POST"]),
        Route("/", people(desk, approvals.inbox), methods=["GET"]),
        Route("/approvals/{run_id:path}/{name}/payload.json", people(desk, approvals.as_json), methods=["GET"]),
        Route("/approvals/{run_id:path}/{name}", people(desk, approvals.one), methods=["GET"]),
        Route("/approvals/{run_id:path}/{name}", people(desk, approvals.decide), methods=["POST"]),
        Route("/runs", people(desk, runs.latest), methods=["GET"]),
        Route("/runs/{run_id:path}", people(desk, runs.one), methods=["GET"]),
        Route("/schedules", people(desk, schedules.applied), methods=["GET"]),
        Mount("/static", StaticFiles(directory=desks.FOLDER / "static")),
    ]


def _elsewhere(desk: desks.Desk) -> Callable[[Request, Exception], Response]:
    def answered(request: Request, error: Exception) -> Response:
        return guard.failed(desk, request, error)

    return answered
