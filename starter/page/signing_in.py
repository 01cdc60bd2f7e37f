"""Signing in and out: by the company, by a token, or by a name that nobody checks where only this machine is trusted."""

from __future__ import annotations

import logging

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from starter.approvals import deciding
from starter.page import audit, problems, security, sessions, tokens_file
from starter.page import desk as desks

_LOG = logging.getLogger(__name__)
_MAX_NAME_CHARS = 200


async def form(desk: desks.Desk, request: Request) -> Response:
    """`GET /sign-in`: the ways there are; where there is none, what to set."""
    if not desk.ways.any:
        return desk.page(request, "unconfigured.html", 503)
    if request.state.session is not None and request.state.session.person is not None:
        return RedirectResponse("/", 303)
    return _form(desk, request, security.local_path(request.query_params.get("next", "/")))


async def send(desk: desks.Desk, request: Request) -> Response:
    """`POST /sign-in`: a token, or a name."""
    session = request.state.session
    fields = await security.form(request)
    if session is None:
        raise problems.Problem(401, "Sign in again", "The form was open for too long.", sign_in=True)
    security.check_own(request, desk.ways, session, fields)
    then = security.local_path(fields.get("next", "/"))
    if desk.ways.tokens_file is not None and "token" in fields:
        return _by_token(desk, request, fields["token"].strip(), then)
    if desk.ways.local and "who" in fields:
        return _by_name(desk, request, fields["who"].strip(), then)
    raise problems.Problem(400, "Not understood", "There is no such way to sign in here.", sign_in=True)


async def to_provider(desk: desks.Desk, request: Request) -> Response:
    """`GET /sign-in/oidc`: off to the company's sign-in."""
    if desk.provider is None:
        raise problems.Problem(404, "Not here", "There is nothing at this address.")
    location, flow = await desk.provider.begin(security.local_path(request.query_params.get("next", "/")))
    identity, session = desk.sessions.opened()
    session.flow = flow
    desk.sessions.end(request.cookies.get(desk.cookie))
    answer = RedirectResponse(location, 303)
    desk.remember(answer, identity)
    return answer


async def from_provider(desk: desks.Desk, request: Request) -> Response:
    """`GET /sign-in/oidc/callback`: back from there."""
    if desk.provider is None:
        raise problems.Problem(404, "Not here", "There is nothing at this address.")
    session: sessions.Session | None = request.state.session
    flow = session.flow if session is not None else None
    if session is not None:
        session.flow = None  # an answer counts once
    try:
        person = await desk.provider.end(flow, request.query_params)
    except problems.Problem as problem:
        audit.write(request, "sign-in refused", method=deciding.OIDC)
        problem.sign_in = True
        raise
    assert flow is not None
    return _signed_in(desk, request, person, flow.then)


async def out(desk: desks.Desk, request: Request) -> Response:
    """`POST /sign-out`: the session ends."""
    session = request.state.session
    if session is not None:
        security.check_own(request, desk.ways, session, await security.form(request))
        if session.person is not None:
            audit.write(request, "sign-out", who=session.person.who, method=session.person.method)
    desk.sessions.end(request.cookies.get(desk.cookie))
    answer = RedirectResponse("/sign-in", 303)
    desk.forget(answer)
    return answer


def _form(desk: desks.Desk, request: Request, then: str, problem: str = "", status: int = 200) -> Response:
    """The sign-in form, in a session of its own: what it sends is ours alone."""
    identity = None
    if request.state.session is None:
        identity, request.state.session = desk.sessions.opened()
    answer = desk.page(request, "sign_in.html", status, ways=desk.ways, then=then, problem=problem)
    if identity is not None:
        desk.remember(answer, identity)
    return answer


def _by_token(desk: desks.Desk, request: Request, token: str, then: str) -> Response:
    assert desk.ways.tokens_file is not None
    address = request.client.host if request.client else ""
    if wait := desk.wrong.seconds_to_wait(address):
        raise problems.Problem(
            429, "Too many", f"Too many wrong tokens; try again in {wait} s.", sign_in=True, headers={"Retry-After": str(wait)}
        )
    entry = tokens_file.of_token(tokens_file.read(desk.ways.tokens_file), token)
    if entry is None:
        desk.wrong.add(address)
        audit.write(request, "sign-in refused", method=deciding.TOKEN)
        return _form(desk, request, then, "Nobody has this token.", 403)
    return _signed_in(desk, request, entry.person, then, entry.digest)


def _by_name(desk: desks.Desk, request: Request, who: str, then: str) -> Response:
    if not who or len(who) > _MAX_NAME_CHARS or not who.isprintable():
        return _form(desk, request, then, f"Say who you are in 1 to {_MAX_NAME_CHARS} characters.", 400)
    return _signed_in(desk, request, deciding.Person(who, (), deciding.LOCAL), then)


def _signed_in(desk: desks.Desk, request: Request, person: deciding.Person, then: str, proof: str = "") -> Response:
    desk.check_name(person)
    identity = desk.sessions.signed_in(request.cookies.get(desk.cookie), person, proof)
    audit.write(request, "sign-in", who=person.who, method=person.method, roles=list(person.roles))
    answer = RedirectResponse(then, 303)
    desk.remember(answer, identity)
    return answer
