"""What the commands print: answers go to stdout, everything on the way to stderr; with --json stdout holds one document."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, Final

import click

from activities import json_text
from workflows.core import errors, progress, run

MARKS: Final = {
    run.PENDING: "·",
    run.RUNNING: "→",
    run.WAITING: "…",
    run.COMPLETED: "✓",
    run.SKIPPED: "-",
    run.FAILED: "✗",
}
_BRIEF_CHARS: Final = 160
_COLOURS: Final = {run.COMPLETED: "green", run.FAILED: "red", run.SKIPPED: "bright_black", run.RUNNING: "cyan", run.WAITING: "cyan"}


def json_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """The option --json that every command takes, as the argument `as_json`."""
    option: Callable[..., Any] = click.option("--json", "as_json", is_flag=True, help="Print one JSON document, nothing else, to stdout.")(
        function
    )
    return option


def json_document(value: Any) -> None:
    """One JSON document on stdout: key order kept, decimals with their digits."""
    sys.stdout.buffer.write(json_text.encode(progress.writable(value)) + b"\n")
    sys.stdout.buffer.flush()


def say(text: str = "") -> None:
    """A line of the answer."""
    click.echo(text)


def note(text: str) -> None:
    """A line on the way: progress, warnings, errors."""
    click.echo(text, err=True)


def problem_line(file: str, problem: errors.Problem) -> str:
    """`pipelines/a.json:12:7: error: no tool 'slak.x' in the catalog [unknown-tool] at payload.pipeline[0].uses`, and the hint below."""
    place = f"{file}:{problem.line}:{problem.column}" if problem.line else file
    severity = click.style(problem.severity, fg="red" if problem.severity == "error" else "yellow")
    at = f" at {problem.path}" if problem.path else ""
    hint = f"\n    hint: {problem.hint}" if problem.hint else ""
    return f"{place}: {severity}: {problem.message} [{problem.code}]{at}{hint}"


def problem_json(problem: errors.Problem) -> dict[str, Any]:
    """The contract's form of a problem."""
    return {
        "code": problem.code,
        "severity": problem.severity,
        "line": problem.line,
        "column": problem.column,
        "path": problem.path,
        "message": problem.message,
        "hint": problem.hint,
    }


def step_line(step: dict[str, Any]) -> str:
    """One step of a result: its mark, id, tool and what it gave or why it failed."""
    action = step["with"].get("action") if isinstance(step["with"], dict) else None
    tool = f"{step['uses']} {action}" if isinstance(action, str) else step["uses"]
    mark = click.style(MARKS[step["status"]], fg=_COLOURS.get(step["status"]))
    attempts = f", {step['attempts']} attempts" if step["attempts"] > 1 else ""
    line = f"  {mark} {step['id']:<28} {tool:<40} {step['status']}{attempts}"
    if step["error"]:
        line += f"\n      {step['error']['type']}: {_without_step(step['error']['message'], step['id'])}"
    return line


def result(document: dict[str, Any]) -> None:
    """A run's result for people."""
    colour = {run.COMPLETED: "green", run.FAILED: "red"}.get(document["status"])
    say(f"{document['run_id']}  {click.style(document['status'], fg=colour, bold=True)}  due {document['nominal_time']}")
    for step in document["steps"]:
        say(step_line(step))
    if document["error"] and not document["error"].get("step"):
        say(f"  {document['error']['type']}: {document['error']['message']}")
    for warning in document["warnings"]:
        say(f"  warning: {warning}")


def _without_step(message: str, step: str | None) -> str:
    """A call's message names its step, for those who read it in Temporal; here the step stands before it."""
    return message.removeprefix(f"step {step}: ")


def details(document: dict[str, Any]) -> None:
    """What each step was given and what it gave, a line each; --json has all of it."""
    shown = [step for step in document["steps"] if step["with"] is not None]
    if not shown:
        return
    say()
    for step in shown:
        say(f"  {step['id']}")
        say(f"      with    {_brief(step['with'])}")
        if step["status"] == run.COMPLETED:
            say(f"      output  {_brief(step['output'])}")
    say("\n'--json' shows everything in full length")


def _brief(value: Any) -> str:
    text = json_text.encode(progress.writable(value)).decode()
    return text if len(text) <= _BRIEF_CHARS else f"{text[:_BRIEF_CHARS]}... ({len(text):,} characters)"


def outcome(document: dict[str, Any]) -> None:
    """The end of a run whose steps were told live: how it ended, why, what to know."""
    colour = {run.COMPLETED: "green", run.FAILED: "red"}.get(document["status"])
    counts = ", ".join(f"{count} {status}" for status in MARKS if (count := sum(step["status"] == status for step in document["steps"])))
    counted = f"  ({counts})" if counts else ""  # a plan that could not be loaded has no steps
    say(f"{document['run_id']}  {click.style(document['status'], fg=colour, bold=True)}  due {document['nominal_time']}{counted}")
    if document["error"]:
        step = document["error"].get("step")
        say(f"  {document['error']['type']}{f' at {step}' if step else ''}: {_without_step(document['error']['message'], step)}")
    for warning in document["warnings"]:
        say(f"  warning: {warning}")
