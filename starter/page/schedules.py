"""What is applied, with its next times."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from starter.page import desk as desks
from starter.schedules import listing


async def applied(desk: desks.Desk, request: Request) -> Response:
    """`GET /schedules`: by the next time; what will not start by itself stands behind, by name."""
    rows = await listing.rows(desk.temporal)
    rows.sort(key=lambda row: (row.next.timestamp() if row.next and row.state == listing.ACTIVE else float("inf"), row.name))
    return desk.page(request, "schedules.html", rows=rows)
