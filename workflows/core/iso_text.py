"""Dates and times written as text, for the comparisons of the language: ISO 8601 as people, databases and vendors write it."""

from __future__ import annotations

import datetime
import functools
import re
from typing import Final

_MAX_CHARS: Final = 64
_TEXT: Final = re.compile(
    r"""(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})
    (?:[Tt ](?P<time>(?:[01][0-9]|2[0-3]):[0-9]{2}(?::[0-9]{2})?)(?:(?<=:[0-9]{2}:[0-9]{2})[.,](?P<fraction>[0-9]+))?
    (?:[ ]?(?P<zone>[Zz]|UTC|(?P<sign>[+-])(?P<hours>[0-9]{2})(?::?(?P<minutes>[0-9]{2})(?::(?P<seconds>[0-9]{2}))?)?))?)?""",
    re.VERBOSE,
)


@functools.lru_cache(maxsize=1024)  # a list is often compared with one date, and pure
def read(text: str) -> datetime.date | datetime.datetime | None:
    """The date (`2026-11-23`) or time (`2026-11-23T10:00:00+02:00`) that a text says; None where it says none.

    A time without offset gives a datetime without zone. Read too: a space for the T, `Z`, `UTC`, `+0200`, `+02`, no seconds,
    fractions (cut after microseconds).
    """
    match = _TEXT.fullmatch(text) if len(text) <= _MAX_CHARS else None
    if match is None:
        return None
    try:
        if match["time"] is None:
            return datetime.date.fromisoformat(match["date"])
        wall = datetime.datetime.fromisoformat(f"{match['date']}T{match['time']}")
        return wall.replace(microsecond=int((match["fraction"] or "0")[:6].ljust(6, "0")), tzinfo=_offset(match))
    except ValueError:
        return None


def _offset(match: re.Match[str]) -> datetime.timezone | None:
    """The fixed offset that was written, if any; ValueError where no clock has it."""
    if match["zone"] is None:
        return None
    if match["sign"] is None:
        return datetime.UTC
    hours, minutes, seconds = (int(match[part] or 0) for part in ("hours", "minutes", "seconds"))
    if minutes > 59 or seconds > 59:
        raise ValueError(match["zone"])
    size = datetime.timedelta(hours=hours, minutes=minutes, seconds=seconds)
    return datetime.timezone(size if match["sign"] == "+" else -size)
