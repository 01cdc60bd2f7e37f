"""Zendesk's search: the tickets of a support desk with their times and ratings, in pages by cursor."""

from __future__ import annotations

import re
import urllib.parse
from typing import Any, Final

from starter.sandbox import api, vendor, zendesk_bridge

SERVICE: Final = "zendesk"
TOOLS: Final[vendor.Tools] = zendesk_bridge.TOOLS
_OPENED: Final = 131
_LIMITS: Final = {"x-rate-limit": "700", "x-rate-limit-remaining": "699"}
_WORD: Final = re.compile(r"(solved|created)(>|>=|<)(\d+(hours|days|weeks|months)|\d{4}-\d\d-\d\d)")
_MAX_PAGE: Final = 1000

#: Solved tickets: minutes to the first reply and to the solution, and how the customer rated it.
_SOLVED: Final = ((12, 90, "good"), (30, 150, "good"), (45, 186, "unoffered"), (8, 240, "bad"), (None, 1254, "offered"))


def refusal(status: int, words: str) -> api.Answer:
    """Zendesk's form of an error."""
    return api.Answer({"error": _NAMES.get(status, "InternalError"), "description": words}, status, _LIMITS)


def export(request: api.Request, memory: vendor.Memory) -> Any:
    """GET /api/v2/search/export: one type of things, 1,000 a page at most; `type` in the query is an error."""
    if vendor.need(request.query, "filter[type]") != "ticket":
        raise vendor.Refused("filter[type] is not valid", vendor.UNPROCESSABLE)
    _check(request.query)
    size, start = int(request.query.get("page[size]", 100)), int(request.query.get("page[after]", 0))
    if size > _MAX_PAGE:
        raise vendor.Refused("page[size] cannot be greater than 1000", vendor.BAD_REQUEST)
    found = [_ticket(number, *facts) for number, facts in enumerate(_SOLVED, start=1)]
    more = start + size < len(found)
    answer = {
        "results": found[start : start + size],
        "meta": {"has_more": more, "after_cursor": str(start + size) if more else None},
        "links": {"prev": None, "next": _address(request, start + size) if more else None},
    }
    return api.Answer(answer, headers=_LIMITS)


def count(request: api.Request, memory: vendor.Memory) -> Any:
    """GET /api/v2/search/count."""
    _check(request.query)
    return api.Answer({"count": _OPENED}, headers=_LIMITS)


def _check(query: Any) -> None:
    words = vendor.need(query, "query").removeprefix("type:ticket ").split()
    wrong = next((word for word in words if not _WORD.fullmatch(word)), None)
    if wrong is not None:
        raise vendor.Refused(f"invalid search: {wrong}", vendor.UNPROCESSABLE)


def _ticket(number: int, reply: int | None, full: int, score: str) -> dict[str, Any]:
    times = {"reply_time_in_minutes": _minutes(reply), "full_resolution_time_in_minutes": _minutes(full)}
    return {"id": number, "result_type": "ticket", "status": "solved", "satisfaction_rating": {"score": score}, "metric_set": times}


def _minutes(value: int | None) -> dict[str, int | None]:
    return {"calendar": value, "business": value}


def _address(request: api.Request, after: int) -> str:
    query = urllib.parse.urlencode({**request.query, "page[after]": after})
    return f"http://{request.headers['host']}/{SERVICE}/api/v2/search/export?{query}"


def me(request: api.Request, memory: vendor.Memory) -> Any:
    """GET /api/v2/users/me.json: an anonymous user where the credentials are none or wrong."""
    user: dict[str, Any] = {"id": None, "name": "Anonymous user", "email": "invalid@example.com", "role": "end-user"}
    if api.CREDENTIALS & set(request.headers) and not api.are_wrong(request.headers):
        user = {"id": 35436, "name": "Sandbox", "email": "support@company.com", "role": "agent"}
    return api.Answer({"user": user}, headers=_LIMITS)


_NAMES: Final = {401: "Couldn't authenticate you", 404: "RecordNotFound", 422: "RecordInvalid", 429: "APIRateLimitExceeded"}

#: Who is nobody is told so with status 200.
ANONYMOUS: Final = ("GET /api/v2/users/me.json",)
API: Final[api.Routes] = {
    "GET /api/v2/users/me.json": me,
    "GET /api/v2/search/count": count,
    "GET /api/v2/search/export": export,
}
