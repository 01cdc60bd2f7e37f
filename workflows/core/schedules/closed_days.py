"""Files of closed days, for the parser: the dates in the text or JSON file that `"holidays": {"file": ...}` names."""

from __future__ import annotations

import json
from typing import Final

from workflows.core import errors
from workflows.core.schedules import business_days

#: Dates of one file; a schedule carries them all in its memo.
MAX_DATES: Final = 5_000


def read(data: bytes, name: str) -> tuple[str, ...]:
    r"""The dates of a file, in its order: JSON (a list of texts) or one date a line, where words after it and `#` comments are left out.

    >>> read(b"# closed\n2026-12-31 stocktaking\n", "closed-days.txt")
    ('2026-12-31',)

    Raises:
        ScheduleError: what is no date, with its line; a file that is no text, or with more than MAX_DATES.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _error(f"'{name}' is no text in UTF-8", "save it as UTF-8") from None
    found = _json(text, name) if name.endswith(".json") or text.lstrip().startswith("[") else _lines(text, name)
    if len(found) > MAX_DATES:
        raise _error(f"'{name}' has {len(found):,} dates; at most {MAX_DATES:,} are read (MAX_DATES)", "leave out those long past")
    return found


def _json(text: str, name: str) -> tuple[str, ...]:
    try:
        dates = json.loads(text)
    except (ValueError, RecursionError) as error:
        where = f" at line {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        raise _error(f"'{name}' is no JSON{where}", 'write a list of dates: ["2026-12-31"]') from None
    if not isinstance(dates, list) or not all(isinstance(date, str) for date in dates):
        raise _error(f"'{name}' is no list of dates", 'write ["2026-12-31", "2027-01-04"]')
    return tuple(_date(date, name, f"item {number}") for number, date in enumerate(dates, 1))


def _lines(text: str, name: str) -> tuple[str, ...]:
    lines = ((number, line.partition("#")[0].split()) for number, line in enumerate(text.splitlines(), 1))
    return tuple(_date(words[0], name, f"line {number}") for number, words in lines if words)


def _date(text: str, name: str, where: str) -> str:
    try:
        return business_days.iso_date(text).isoformat()
    except errors.ScheduleError as error:
        raise _error(f"'{name}', {where}: {error.message}", error.hint) from None


def _error(message: str, hint: str) -> errors.ScheduleError:
    return errors.ScheduleError(message, hint, "holidays")
