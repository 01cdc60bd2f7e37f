"""Problem codes of documents, and the list that gathers them, for the parser and the checker. Codes are stable: scripts match them."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any, Final

from workflows.core import errors, model, places

#: Every code of the parser and the checker, with its meaning; docs/problems.md is held true to it by a test.
CODES: Final[dict[str, str]] = {
    "cannot-open": "a file that is not there, or may not be read",
    "unknown-key": "a key that means nothing here",
    "missing-key": "a key that must be there",
    "wrong-type": "a value of another type than expected",
    "wrong-value": "a value that is not among the allowed ones",
    "blocks-not-here": "a {% %} block where only plain keys and items can stand",
    "wrong-name": "a name with characters that a pipeline's name cannot hold",
    "wrong-id": "an id or save_as that expressions could not spell",
    "duplicate-id": "two steps with one id",
    "duplicate-name": "two pipelines with one name",
    "overwritten-output": "two steps save under one name; the later overwrites",
    "shadowed-output": "a save_as that a root or date word hides; it is reached as steps.NAME only",
    "unknown-tool": "an address that the catalog does not hold",
    "unknown-action": "an action that the tool does not have",
    "unavailable-tool": "a tool whose transport is not available in this version",
    "missing-argument": "an argument that the tool requires",
    "unknown-argument": "an argument that the tool's schema does not know",
    "unlikely-argument": "an argument that the tool's schema does not declare but lets through, spelt almost like one that it declares",
    "wrong-argument": "an argument that the tool's schema refuses, or that excludes another one",
    "wrong-statement": "SQL that the database transport would refuse",
    "converted-argument": "an argument that is converted or spliced to fit the tool's schema",
    "template-syntax": "a template that cannot be read",
    "unknown-name": "a template reads a name that nothing has",
    "unknown-output": "a template reads steps.NAME that no step saves",
    "forward-reference": "a template reads the output of its own or a later step",
    "unknown-field": "a template reads a field that the tool's declared output lacks",
    "unguarded-skip": "a template reads inside the output of a step that may be skipped",
    "missing-parameter": "a template reads a parameter that is neither declared nor given",
    "undeclared-parameter": "a template reads a parameter that is not declared; it must be given at the start",
    "not-boolean": "a condition whose value is no boolean",
    "unknown-time-zone": "a time zone that does not exist",
    "no-time-zone": "date words or a schedule without a time zone of their own",
    "wrong-duration": "a duration that cannot be read",
    "wrong-schedule": "a schedule that cannot be read",
    "never-due": "a schedule that never comes due",
    "wrong-time": "a time that cannot be read, or that leaves nothing between start_at and end_at",
    "wrong-holidays": "a holiday code, closed day or file of closed days that cannot be used",
    "no-effect": "a setting that changes nothing for this schedule",
    "ended-schedule": "a schedule whose times are all past",
    "no-start": "a rule that takes its time of day, day or phase from the moment it is first applied",
    "read-otherwise": "a schedule that is read otherwise than its words may suggest",
    "clock-change": "a time of day that the clocks skip or repeat when the zone changes its offset",
    "many-runs": "a schedule so frequent that a standstill would queue very many runs",
    "outdated-holidays": "holidays that are known for the past only, or not for long",
    "usual-weekend": "a country whose weekend is not the one of the schedule",
    "database-clock": "SQL that reads the database's clock; wrong in a backfill and around midnight",
    "sql-from-text": "SQL whose quotes around a template vanish: the value is bound as a parameter",
    "no-effect-yet": "a setting that this version reads but does not act on",
    "nobody-approves": "a step that needs an approval which the policy lets nobody give",
    "too-large": "a document or plan above a limit: bytes, members, or text copied by YAML aliases",
}


class Gathered:
    """The problems found so far in one document."""

    def __init__(self) -> None:
        self.problems: list[errors.Problem] = []
        self.text = ""  # the document, for places inside its strings

    def inside(self, position: model.Position, offset: int | None) -> model.Position:
        """The place of a character of the string at this position; the string's own where there is no offset."""
        return position if offset is None else places.inside(self.text, position, offset)

    def error(self, code: str, message: str, path: str, position: model.Position, hint: str = "") -> None:
        """Adds an error."""
        self._add(code, message, path, position, hint, "error")

    def warning(self, code: str, message: str, path: str, position: model.Position, hint: str = "") -> None:
        """Adds a warning."""
        self._add(code, message, path, position, hint, "warning")

    def _add(self, code: str, message: str, path: str, position: model.Position, hint: str, severity: str) -> None:
        assert code in CODES, code
        problem = errors.Problem(code, message, path, position.line, position.column, hint, severity)
        if problem not in self.problems:
            self.problems.append(problem)

    @property
    def has_errors(self) -> bool:
        """Whether a run must not start."""
        return any(problem.severity == "error" for problem in self.problems)

    def sorted(self) -> tuple[errors.Problem, ...]:
        """In the order of the document."""
        return tuple(sorted(self.problems, key=lambda problem: (problem.line, problem.column)))


def did_you_mean(found: str, known: Iterable[str], otherwise: str = "") -> str:
    """`did you mean 'x'?`, or what else there is to say."""
    near = difflib.get_close_matches(found, list(known), 1, 0.6)
    return f"did you mean '{near[0]}'?" if near else otherwise


def described(node: Any) -> str:
    """The word for a node in messages."""
    match node:
        case model.Const(value=None):
            return "null"
        case model.Const(value=bool()):
            return "true" if node.value else "false"
        case model.Const(value=str()):
            return f'text "{str(node.value)[:40]}"'
        case model.Const():
            return f"the number {node.value}"
        case model.Text() | model.Expr():
            return "a template"
        case model.Array():
            return "a list"
        case model.Object():
            return "an object"
    return "a {% %} block"
