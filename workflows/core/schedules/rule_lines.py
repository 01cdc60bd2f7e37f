"""The lines of a recurrence, RRULE:..., for the RFC 5545 reader: unfolded, and split into name, parameters and value."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NoReturn

from workflows.core import errors

NAMES: Final = ("DTSTART", "RRULE", "EXRULE", "RDATE", "EXDATE")
MAX_CHARS: Final = 200_000
_PARAMETERS: Final = {"DTSTART": ("TZID", "VALUE"), "RDATE": ("TZID", "VALUE"), "EXDATE": ("TZID", "VALUE")}
_PROPERTY: Final = re.compile(r"\s*([A-Za-z][A-Za-z0-9-]*)\s*((?:;[^:\"]*(?:\"[^\"]*\"[^:\"]*)*)?):(.*)", re.DOTALL)
_STARTS: Final = re.compile(rf"\s*(?:(?:{'|'.join(NAMES)})\s*[:;]|FREQ\s*=)", re.IGNORECASE)
_EXAMPLE: Final = "FREQ=WEEKLY;BYDAY=MO;BYHOUR=9;BYMINUTE=0"


@dataclass(frozen=True, slots=True)
class Line:
    """One line: `name` in upper case, `parameters` without quotes, `value` as written, `text` the whole."""

    name: str
    parameters: Mapping[str, str]
    value: str
    text: str


def split(text: str) -> list[Line]:
    """The lines of a recurrence. A line without a name is an RRULE; one that begins with a space goes on the line before (folded).

    Raises:
        ScheduleError: nothing is there, or a line that no recurrence has.
    """
    if len(text) > MAX_CHARS:
        _fail(f"the rule has {len(text):,} characters; at most {MAX_CHARS:,} are read", "list fewer dates", "")
    if not text.strip():
        _fail("the rule is empty", f"write one like {_EXAMPLE}", "")
    return [_line(line) for line in _unfolded(text)]


def _unfolded(text: str) -> list[str]:
    lines: list[str] = []
    for line in re.split(r"\r\n|\n|\r", text):
        if not line.strip():
            continue
        if lines and line[0] in " \t" and not _STARTS.match(line):
            lines[-1] += line[1:]
        else:
            lines.append(line)
    return [line.strip() for line in lines]


def _line(text: str) -> Line:
    match = _PROPERTY.fullmatch(text)
    if match is None:
        _check_nameless(text)
        return Line("RRULE", {}, text, text)
    name, value = match[1].upper(), match[3].strip()
    if name not in NAMES:
        _unknown(name, text)
    if not value:
        _fail(f"{name} has no value", f"write it after {name}:, or take the line out", text)
    return Line(name, _parameters(name, match[2], text), value, text)


def _check_nameless(text: str) -> None:
    """Tells a line that is meant for another name, or is no rule at all: "DTSTART=20270101", "every day"."""
    name = re.split(r"[=;\s]", text, maxsplit=1)[0].upper()
    if name in NAMES and name not in ("RRULE", "EXRULE") and text[len(name) : len(name) + 1] == "=":
        rest = text[len(name) + 1 :]
        _fail(f"after {name} stands '='", f"write a colon: {name}:{_cut(rest)}", text)
    if name in ("RRULE", "EXRULE") and len(text) > len(name):
        rule = text[len(name) :].lstrip(" ;=")
        _fail(f"after {name} stands no colon", f"write {name}:{_cut(rule)}", text)
    if "=" not in text and len(text.split()) in (5, 6, 7):
        _fail(f"'{_cut(text)}' looks like cron, not like a rule", 'set schedule_kind to "cron"', text)
    if "=" not in text:
        _fail(f"'{_cut(text)}' is no rule", f"write one like {_EXAMPLE}", text)


def _unknown(name: str, text: str) -> NoReturn:
    near = difflib.get_close_matches(name, NAMES, 1, 0.6)
    hint = f"did you mean {near[0]}?" if near else f"the lines are {', '.join(NAMES)}"
    _fail(f"a rule has no line {_cut(name)}", hint, text)


def _parameters(name: str, written: str, text: str) -> dict[str, str]:
    parameters: dict[str, str] = {}
    for piece in written.split(";")[1:]:
        key, equals, value = (part.strip() for part in piece.partition("="))
        key = key.upper()
        if not equals or key not in _PARAMETERS.get(name, ()):
            allowed = " and ".join(_PARAMETERS.get(name, ())) or "none"
            hint = f"write {name}:{_cut(written[1:])}" if name in ("RRULE", "EXRULE") and "=" in piece else f"allowed: {allowed}"
            _fail(f"{name} has no parameter '{_cut(piece)}'", hint, text)
        if key in parameters:
            _fail(f"{name} has the parameter {key} twice", "write it once", text)
        parameters[key] = value.strip('"') if key == "TZID" else value.upper()
    return parameters


def _cut(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:60]}..."


def _fail(message: str, hint: str, part: str) -> NoReturn:
    raise errors.ScheduleError(message, hint, part=_cut(part))
