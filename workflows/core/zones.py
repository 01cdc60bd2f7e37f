"""Time zones for the date words, the schedules and the checker: only those of the pinned `tzdata` package, never the system's."""

from __future__ import annotations

import difflib
import functools
import importlib.resources
import re
import zoneinfo
from typing import Final

from workflows.core import errors

_PACKAGE: Final = "tzdata"
_MAX_NAME_CHARS: Final = 64  # the longest name has 32
_OFFSET: Final = re.compile(r"(?:UTC|GMT)?([+-])(\d{1,2})(?::?(\d{2}))?", re.IGNORECASE)
_PLACEHOLDER: Final = "Factory"  # tzdata's "no zone chosen yet"
_MACHINE_ZONES: Final = frozenset({"local", "localtime", "posixrules", "system"})


@functools.cache
def names() -> frozenset[str]:
    """Every name that can be loaded: "Europe/Chisinau", "UTC", links like "US/Eastern" too."""
    listed = importlib.resources.files(_PACKAGE).joinpath("zones").read_text(encoding="utf-8").split()
    return frozenset(listed) - {_PLACEHOLDER}


@functools.cache
def version() -> str:
    """The IANA version of the package, "2026f"."""
    header = importlib.resources.files(_PACKAGE).joinpath("zoneinfo", "tzdata.zi").read_text(encoding="utf-8").split("\n", 1)[0]
    return header.removeprefix("# version ").strip()


def load(name: str) -> zoneinfo.ZoneInfo:
    """The zone of this name; the same object each time.

    Raises:
        EvaluationError: no zone has this name; the message says why and names the nearest one.
    """
    if not isinstance(name, str) or name not in names():
        raise _unknown(name)
    return _read(name)


@functools.cache
def _read(name: str) -> zoneinfo.ZoneInfo:
    # Only called with listed names, so no name can leave the package's folder.
    with importlib.resources.files(_PACKAGE).joinpath("zoneinfo", *name.split("/")).open("rb") as file:
        return zoneinfo.ZoneInfo.from_file(file, key=name)


def _unknown(name: object) -> errors.EvaluationError:
    if not isinstance(name, str):
        return errors.EvaluationError("a time zone is a text like 'Europe/Chisinau'")
    if not name.strip():
        return errors.EvaluationError("the time zone is empty; write a name like 'Europe/Chisinau', or 'UTC'")
    if len(name) > _MAX_NAME_CHARS:
        return errors.EvaluationError(f"no time zone '{name[:_MAX_NAME_CHARS]}...'; a name has at most {_MAX_NAME_CHARS} characters")
    if name.lower() in _MACHINE_ZONES:
        return errors.EvaluationError(f"'{name}' is no time zone: it differs from machine to machine; write a name like 'Europe/Chisinau'")
    if offset := _OFFSET.fullmatch(name):
        return _offset_refused(name, offset)
    near = _near(name)
    if near.casefold() == name.casefold():
        return errors.EvaluationError(f"no time zone '{name}'; upper and lower case count, did you mean '{near}'?")
    advice = f"did you mean '{near}'?" if near else "write a name like 'Europe/Chisinau', or 'UTC'"
    return errors.EvaluationError(f"no time zone '{name}'; {advice}")


def _offset_refused(name: str, offset: re.Match[str]) -> errors.EvaluationError:
    sign, hours, minutes = offset[1], int(offset[2]), int(offset[3] or 0)
    # The names of fixed offsets have the sign of POSIX: Etc/GMT-3 is three hours ahead of UTC.
    fixed = "UTC" if not hours and not minutes else f"Etc/GMT{'-' if sign == '+' else '+'}{hours}"
    advice = f", or '{fixed}' if it never changes" if not minutes and fixed in names() else ""
    reason = f"'{name}' is an offset, not a time zone: a zone changes its offset in summer"
    return errors.EvaluationError(f"{reason}; write a name like 'Europe/Chisinau'{advice}")


def _near(name: str) -> str:
    """The listed name that was meant, or "": other case, the city alone, a slip of the keyboard."""
    wanted = name.strip().replace(" ", "_").casefold()
    if wanted == "z":
        return "UTC"
    by_name = {known.casefold(): known for known in sorted(names())}
    by_city = {known.rsplit("/", 1)[-1].casefold(): known for known in sorted(names(), reverse=True)}
    for table in (by_name, by_city):
        if wanted in table:
            return table[wanted]
    for table, cutoff in ((by_name, 0.75), (by_city, 0.8)):
        if close := difflib.get_close_matches(wanted, table, 1, cutoff):
            return table[close[0]]
    return ""
