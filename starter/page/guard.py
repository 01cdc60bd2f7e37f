"""What stands before each view of the page: who asks, whether they may, and a page for whatever goes wrong."""

from __future__ import annotations

import logging
import urllib.parse
from collections.abc import Awaitable, Callable
from pathlib import PurePath
from traceback import extract_tb
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from temporalio import service

from starter.page import desk as desks
from starter.page import problems, security, tokens_file
from workflows.core import errors
from workflows.core.approvals import policy

_LOG = logging.getLogger(__name__)

Endpoint = Callable[[Request], Awaitable[Response]]
View = Callable[[desks.Desk, Request], Awaitable[Response]]

_STATUSES: Final = {errors.INVALID_INPUT: 404, errors.UNREACHABLE: 503}


def open_to_all(desk: desks.Desk, view: View) -> Endpoint:
    """A view for everybody: the sign-in."""

    async def answered(request: Request) -> Response:
        try:
            security.check_host(request, desk.ways)
            request.state.session = desk.session(request)
            return await view(desk, request)
        except Exception as error:
            return failed(desk, request, error)

    return answered


def for_people(desk: desks.Desk, view: View) -> Endpoint:
    """A view for people who are signed in and may see. What is posted has to come from our own form."""

    async def checked(_: desks.Desk, request: Request) -> Response:
        session = request.state.session
        if session is None or session.person is None:
            return _to_sign_in(request)
        if request.method == "POST":
            request.state.form = await security.form(request)
            security.check_own(request, desk.ways, session, request.state.form)
        desk.check_sees(session.person)
        return await view(desk, request)

    return open_to_all(desk, checked)


def failed(desk: desks.Desk, request: Request, error: Exception) -> Response:
    """A page that says what went wrong; of a mistake of ours only the log says where."""
    problem = _problem(error)
    answer = desk.page(request, "problem.html", problem.status, problem=problem)
    answer.headers.update(problem.headers)
    return answer


def _to_sign_in(request: Request) -> Response:
    if request.method == "POST":
        message = "You are not signed in, or not any more; nothing was done."
        raise problems.Problem(401, "Signed out", message, sign_in=True, headers={"Connection": "close"})
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse(f"/sign-in?{urllib.parse.urlencode({'next': wanted})}" if wanted != "/" else "/sign-in", 303)


def _problem(error: Exception) -> problems.Problem:
    match error:
        case problems.Problem():
            return error
        case HTTPException():
            return problems.Problem(error.status_code, "Not here", "There is nothing at this address.", headers={"Connection": "close"})
        case errors.ToolError() if error.kind in _STATUSES:
            return problems.Problem(
                _STATUSES[error.kind], "Not found" if error.kind == errors.INVALID_INPUT else "No answer", error.message
            )
        case policy.PolicyError() | tokens_file.TokensFileError():
            _LOG.error("%s", error)
            return problems.Problem(
                500, "Not set up", "A file of the page's settings cannot be used; the gateway's log says which and why."
            )
        case service.RPCError() if error.status in (service.RPCStatusCode.INVALID_ARGUMENT, service.RPCStatusCode.NOT_FOUND):
            return problems.Problem(404, "Not found", "There is no such run.")
        case service.RPCError():
            _LOG.warning("the page's question was not answered by Temporal: %s", error.status.name)
            return problems.Problem(503, "No answer", "Temporal does not answer; try again in a moment.")
        case _:
            place = extract_tb(error.__traceback__)[-1]  # the text of the error may hold what was sent; its place does not
            where = (type(error).__name__, PurePath(place.filename).name, place.lineno)
            _LOG.error("a mistake in Ordinaut, please report it: %s in %s, line %s", *where)
            return problems.Problem(500, "A mistake", "A mistake in Ordinaut; its log says where.")
