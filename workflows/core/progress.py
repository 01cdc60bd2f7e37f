"""A run's progress for people: Markdown for the Web UI, and the result kept within what a query can answer."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Sequence
from typing import Any, Final

from workflows.core import errors, limits, run

#: The Web UI draws no check boxes; these signs are in every font.
MARKS: Final = {
    run.PENDING: "○",
    run.RUNNING: "▶",
    run.WAITING: "◐",
    run.COMPLETED: "✓",
    run.SKIPPED: "–",
    run.FAILED: "✗",
}
_MAX_ERROR_CHARS: Final = 500
#: What begins a tag or comment, and what makes a link of a text in brackets.
_DRAWN: Final = re.compile(r"<(?=[A-Za-z/!?])|\](?:\(|\[|:)")
_MAX_ACTION_CHARS: Final = 60
#: Of a longer pipeline the steps around the present one are shown.
_MAX_STEPS: Final = 100


def markdown(title: str, record: run.RunRecord, asks: Sequence[str] = ()) -> str:
    """The steps with their state, whom it asks for an approval, and the error where there is one."""
    lines = [f"### {safe(' '.join(title.split()))}", "", f"due {record.nominal_time} · **{record.status}**", ""]
    start = _first_shown(record.steps)
    after = len(record.steps) - start - _MAX_STEPS
    if start:
        lines.append(f"- {start:,} steps before")
    lines += [_line(step) for step in record.steps[start : start + _MAX_STEPS]]
    if after > 0:
        lines.append(f"- {after:,} steps after")
    lines += [line for ask in asks for line in ("", f"> {_literal(ask)}")]
    if record.error:
        lines += ["", f"> **{record.error['type']}**: {_literal(record.error['message'][:_MAX_ERROR_CHARS])}"]
    return "\n".join(lines)


def safe(text: str) -> str:
    """A title or description for the Web UI: its Markdown stays, but nothing in it is drawn as HTML, a link or a picture.

    >>> print(safe("Sales <b>daily</b> [x](http://a.b)"))
    Sales \\<b>daily\\</b> [x]\\(http://a.b)
    """
    return _DRAWN.sub(lambda found: found[0][:-1] + "\\" + found[0][-1], text)


def _literal(text: str) -> str:
    """A vendor's words as a code span, so that the Web UI draws no link, picture or heading out of them.

    >>> _literal("no `id`")
    '`` no `id` ``'
    """
    line = " ".join(text.split())
    fence = "`" * (1 + max(map(len, re.findall("`+", line)), default=0))
    return f"{fence} {line} {fence}" if "`" in line else f"`{line}`"


def _line(step: run.StepRecord) -> str:
    action = step.arguments.get("action") if step.arguments else None
    tool = f"{step.uses} {action[:_MAX_ACTION_CHARS]}" if isinstance(action, str) else step.uses
    attempts = f" ({step.attempts} attempts)" if step.attempts > 1 else ""
    return f"- {MARKS[step.status]} **{step.id}** {_literal(tool)} {step.status}{attempts}"


def _first_shown(steps: list[run.StepRecord]) -> int:
    if len(steps) <= _MAX_STEPS:
        return 0
    present = next((number for number, step in enumerate(steps) if step.status not in (run.COMPLETED, run.SKIPPED)), len(steps))
    return max(0, min(present - _MAX_STEPS // 2, len(steps) - _MAX_STEPS))


def given_time(text: Any) -> datetime.datetime:
    """A nominal time as a run is given it, ISO 8601 with offset.

    >>> given_time("2026-11-23T18:00:00+02:00").hour
    18

    Raises:
        errors.ToolError: it is no such text.
    """
    try:
        time = datetime.datetime.fromisoformat(text)
    except (TypeError, ValueError):
        time = None
    if time is None or time.tzinfo is None:
        raise errors.ToolError(
            errors.INVALID_INPUT, f"the nominal time {str(text)[:60]!r} is no time with its offset, like 2026-11-23T18:00:00+02:00"
        )
    return time


def without_plan(given: Any, start: datetime.datetime, error: dict[str, Any] | None) -> run.RunRecord:
    """What is known of a run whose plan cannot be loaded; `error` is None where it has not been tried yet."""
    try:
        nominal = given_time(given["nominal_time"])
    except (KeyError, TypeError, errors.ToolError):
        nominal = start
    record = run.RunRecord(nominal.replace(microsecond=0).isoformat(), steps=[], error=error)
    if error:
        record.status = run.FAILED
    return record


def within_limit(result: dict[str, Any]) -> dict[str, Any]:
    """The result, with the largest outputs and arguments replaced by a note until Temporal can carry it."""
    result = writable(result)
    size = _size(result)
    if size <= limits.MAX_PAYLOAD_BYTES:
        return result
    steps = [dict(step) for step in result["steps"]]
    parts = sorted(((_size(step[key]), number, key) for number, step in enumerate(steps) for key in ("output", "with")), reverse=True)
    for part, number, key in parts:
        if size <= limits.MAX_PAYLOAD_BYTES:
            break
        steps[number][key] = {"left_out": f"{part:,} bytes; 'ordinaut show' has it"}
        size -= part
    return {**result, "steps": steps}


def _size(value: Any) -> int:
    """Bytes as JSON, control characters as they are escaped (six for one); a decimal counts two more than it takes."""
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str).encode())


def writable(value: Any) -> Any:
    """The same value, with U+FFFD for halves of surrogate pairs, which a template can make and no UTF-8 can hold."""
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, dict):
        return {writable(key): writable(member) for key, member in value.items()}
    return [writable(member) for member in value] if isinstance(value, list) else value
