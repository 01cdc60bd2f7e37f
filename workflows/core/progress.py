"""A run's progress for people: Markdown for the Web UI, and the result kept within what a query can answer."""

from __future__ import annotations

from typing import Any, Final

from workflows.core import limits, run, template

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


def markdown(title: str, record: run.RunRecord) -> str:
    """The steps with their state, and the error where there is one."""
    lines = [f"### {title}", "", f"due {record.nominal_time} · **{record.status}**", ""]
    for step in record.steps:
        action = step.arguments.get("action") if step.arguments else None
        tool = f"{step.uses} {action}" if isinstance(action, str) else step.uses
        attempts = f" ({step.attempts} attempts)" if step.attempts > 1 else ""
        lines.append(f"- {MARKS[step.status]} **{step.id}** `{tool}` {step.status}{attempts}")
    if record.error:
        lines += ["", f"> **{record.error['type']}**: {record.error['message'][:_MAX_ERROR_CHARS]}"]
    return "\n".join(lines)


def within_limit(result: dict[str, Any]) -> dict[str, Any]:
    """The result, with the largest outputs and arguments replaced by a note until Temporal can carry it."""
    size = template.size_of(result)
    if size <= limits.MAX_PAYLOAD_BYTES:
        return result
    steps = [dict(step) for step in result["steps"]]
    parts = sorted(
        ((template.size_of(step[key]), number, key) for number, step in enumerate(steps) for key in ("output", "with")), reverse=True
    )
    for part, number, key in parts:
        if size <= limits.MAX_PAYLOAD_BYTES:
            break
        steps[number][key] = {"left_out": f"{part:,} bytes; 'ordinaut show' has it"}
        size -= part
    return {**result, "steps": steps}
