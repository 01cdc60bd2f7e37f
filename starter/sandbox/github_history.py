"""What happened in the repositories of GitHub's stand-in before: merged pull requests, counts of a search, commits by week."""

from __future__ import annotations

import datetime
from typing import Any, Final

#: The first word of a search that each count answers.
COUNTS: Final = {"is:pr is:merged": 4, "is:pr created": 14, "is:issue created": 9, "is:issue closed": 13}

MERGED: Final[tuple[dict[str, Any], ...]] = tuple(
    {"number": number, "title": title, "labels": [{"name": label} for label in labels], "state": "closed"}
    for number, title, labels in (
        (98, "Exports as CSV", ["enhancement"]),
        (97, "feat: search by reference number", []),
        (96, "Rounding of invoices in EUR", ["bug"]),
        (95, "Newer pins", ["dependencies"]),
    )
)

_WEEK: Final = 7 * 24 * 60 * 60
#: A Sunday, as GitHub begins its weeks; the last of the weeks below begins some days before the day of the catalog's examples.
_FIRST_SUNDAY: Final = int(datetime.datetime(2025, 11, 2, tzinfo=datetime.UTC).timestamp())
_WEEKS: Final = 160


def _person(login: str, first: int, each_week: int) -> dict[str, Any]:
    weeks = [
        {"w": _FIRST_SUNDAY + number * _WEEK, "a": 10 * each_week, "d": each_week, "c": each_week if number >= first else 0}
        for number in range(_WEEKS)
    ]
    return {"total": sum(week["c"] for week in weeks), "weeks": weeks, "author": {"login": login}}


CONTRIBUTORS: Final = [_person("ana", 0, 12), _person("ion", 0, 7), _person("elena", 10, 1)]
