"""The inbox, one approval, and deciding on it."""

from __future__ import annotations

from typing import Any, Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from temporalio import service

from activities import json_text
from starter.approvals import deciding, waiting
from starter.page import audit, problems, runs, shown
from starter.page import desk as desks
from workflows.core import errors, progress
from workflows.core.approvals import book, decision, people

#: The inbox asks so many runs at most, newest first, and waits so long for their answers.
MAX_LISTED: Final = 200
LISTED_SECONDS: Final = 3.0


async def inbox(desk: desks.Desk, request: Request) -> Response:
    """`GET /`: what waits, most urgent first; what this person can decide before the rest."""
    found, silent = await waiting.told(desk.temporal, MAX_LISTED + 1, LISTED_SECONDS)
    person: deciding.Person = request.state.session.person
    found.sort(key=lambda one: str(one["until"]))
    mine = [one for one in found if _can_decide(one, person)]
    others = [one for one in found if not _can_decide(one, person)]
    more = len(found) + len(silent) > MAX_LISTED
    return desk.page(request, "inbox.html", mine=mine, others=others, silent=silent, most=MAX_LISTED, more=more)


async def one(desk: desks.Desk, request: Request) -> Response:
    """`GET /approvals/{run_id}/{name}`."""
    return await _shown(desk, request)


async def as_json(desk: desks.Desk, request: Request) -> Response:
    """`GET /approvals/{run_id}/{name}?payload`: the whole payload, for a file."""
    asked = await _asked(desk, request)
    headers = {"Content-Disposition": 'attachment; filename="payload.json"'}
    return Response(json_text.encode(progress.writable(asked["payload"])), headers=headers, media_type="application/json")


async def decide(desk: desks.Desk, request: Request) -> Response:
    """`POST /approvals/{run_id}/{name}`: approve or reject what was shown."""
    fields, person = request.state.form, request.state.session.person
    run_id, name = request.path_params["run_id"], request.path_params["name"]
    verb, comment = fields.get("verb", ""), fields.get("comment", "").strip()
    facts = {
        "who": person.who,
        "method": person.method,
        "run": run_id,
        "step": name,
        "verb": verb[:20],
        "digest": fields.get("digest", "")[:64],
    }
    try:
        _check_comment(comment)
        stands = await deciding.decide(
            desk.temporal,
            run_id=run_id,
            name=name,
            verb=verb,
            digest=fields.get("digest", ""),
            comment=comment,
            person=person,
            key=None if person.method == deciding.LOCAL else deciding.gateway_key(desk.settings),
            now=desk.now(),
        )
    except errors.ToolError as error:
        audit.write(request, "decision refused", **facts, reason=error.message)
        return await _refused(desk, request, error, comment)
    audit.write(request, "decision", **facts, status=stands["status"], comment=comment)
    request.state.session.news.append(_news(verb, stands))
    over = stands["status"] != "waiting"
    return RedirectResponse(f"/runs/{runs.address(run_id)}" if over else request.url.path, 303)


async def _shown(desk: desks.Desk, request: Request, problem: str = "", status: int = 200, comment: str = "") -> Response:
    asked = await _asked(desk, request)
    person: deciding.Person = request.state.session.person
    return desk.page(
        request,
        "approval.html",
        status,
        asked=asked,
        payload=shown.payload(asked["payload"]) if asked["payload"] is not None else None,
        can_decide=_can_decide(asked, person),
        has_decided=_has_decided(asked, person),
        steps=await runs.steps(desk.temporal, asked["run_id"]),
        problem=problem,
        comment=comment,
        max_comment=decision.MAX_COMMENT_CHARS,
        web_ui=runs.web_ui(desk, asked["run_id"]),
    )


async def _refused(desk: desks.Desk, request: Request, error: errors.ToolError, comment: str) -> Response:
    """The approval as it is now, with the reason; where it waits no longer, the reason alone."""
    if error.kind == errors.UNREACHABLE:
        raise error
    try:
        return await _shown(desk, request, error.message, 409, comment)
    except (errors.ToolError, problems.Problem):
        raise problems.Problem(409, "Nothing was decided", error.message) from None


async def _asked(desk: desks.Desk, request: Request) -> dict[str, Any]:
    run_id, name = request.path_params["run_id"], request.path_params["name"]
    try:
        found = [one for one in await waiting.of_run(desk.temporal, run_id) if one["name"] == name]
    except service.RPCError as error:
        if error.status != service.RPCStatusCode.INVALID_ARGUMENT:
            raise
        found = []
    if not found:
        raise problems.Problem(404, "Nothing waits here", "There is no such approval, or it is decided. The run says how it ended.")
    return found[0]


def _can_decide(asked: dict[str, Any], person: deciding.Person) -> bool:
    """Whether it looks as if the person could: who is asked by name or role and not excluded. The run has the last word."""
    if _has_decided(asked, person):
        return False
    if any(people.same(person.who) == people.same(name) for name in asked["people"]):
        return True
    if person.method == deciding.LOCAL:
        return not asked["people"]  # without a policy everybody is asked
    return people.may(person.who, person.roles, asked["approvers"])


def _has_decided(asked: dict[str, Any], person: deciding.Person) -> bool:
    return any(people.same(one["who"]) == people.same(person.who) for one in asked["decisions"])


def _check_comment(comment: str) -> None:
    if len(comment) > decision.MAX_COMMENT_CHARS:
        raise errors.ToolError(
            errors.INVALID_INPUT, f"the comment has {len(comment):,} characters; at most {decision.MAX_COMMENT_CHARS:,} are taken"
        )


def _news(verb: str, stands: dict[str, Any]) -> str:
    if stands["status"] in book.VERBS.values():
        return f"Done: {stands['step']} is {stands['status']}."
    return f"Your approval counts: {stands['approvals']} of {stands['quorum']}. The run waits for more."
