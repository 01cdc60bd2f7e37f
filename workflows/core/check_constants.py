"""What a schema cannot say of constant arguments, for the checker: one of two must be given, waits, statements that no transport runs."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Final

from workflows.core import durations, errors, event_wait, marks, model, moments, problems, sql_statement, template, tree, values

_VERBS: Final = sorted(sql_statement.READS | sql_statement.WRITES | {"WITH", "EXPLAIN"})


def either(step: model.Step, tool: model.Tool, members: Mapping[str, model.Entry], gathered: problems.Gathered) -> None:
    """Reports that none of the arguments is given of which the tool's schema wants one, or that two are which exclude each other."""
    position, path = step.positions.get("with", step.position), f"{step.path}.with"
    for word in ("oneOf", "anyOf"):
        names = _alternatives(tool.input_schema.get(word))
        given = [name for name in names if name in members]
        choice = " or ".join(f"'{name}'" for name in names)
        if names and not given:
            gathered.error("missing-argument", f"'{tool.address}' needs either {choice}", path, position, "add one of them to 'with'")
        elif word == "oneOf" and len(given) > 1:
            message = f"'{tool.address}' takes either {choice}, not both"
            gathered.error("wrong-argument", message, f"{path}.{given[1]}", members[given[1]].position, f"leave out '{given[1]}'")


def _alternatives(branches: Any) -> list[str]:
    """The names of `[{"required": ["a"]}, {"required": ["b"]}]`; [] where a branch says more."""
    if not isinstance(branches, list) or not all(isinstance(one, Mapping) and set(one) == {"required"} for one in branches):
        return []
    return [name for one in branches for name in one["required"]] if all(len(one["required"]) == 1 for one in branches) else []


def wait(step: model.Step, members: Mapping[str, model.Entry], gathered: problems.Gathered) -> None:
    """Reports a constant duration or time of a system.sleep that it cannot wait for."""
    path = f"{step.path}.with"
    if "duration_seconds" in members and isinstance(node := members["duration_seconds"].value, model.Const):
        try:
            durations.seconds(node.value)
        except errors.EvaluationError as error:
            gathered.error("wrong-duration", error.message, f"{path}.duration_seconds", node.position, error.hint)
    if "until" in members and isinstance(node := members["until"].value, model.Const) and isinstance(node.value, str):
        try:
            until = moments.parse(node.value, datetime.UTC)
        except errors.EvaluationError:  # of no calendar
            until = None
        if not isinstance(until, moments.Moment):
            message = f"{values.shown(node.value)} is not a time with its offset"
            gathered.error(
                "wrong-argument", message, f"{path}.until", node.position, "write it like 2026-11-23T18:00:00+02:00, or ${now + 2h}"
            )


def awaited_event(step: model.Step, members: Mapping[str, model.Entry], gathered: problems.Gathered) -> None:
    """Reports constant arguments of a system.wait_for_event that no run could wait with."""
    for name in ("timeout", "within", "on_timeout"):
        node = members[name].value if name in members else None
        if node is None or template.has_templates(given := tree.to_json(node)):
            continue
        try:
            event_wait.of_arguments({"event_type": "any", name: given}, step.id)
        except errors.ToolError as error:
            code = "wrong-argument" if name == "on_timeout" else "wrong-duration"
            message, _, hint = error.message.removeprefix(f"{event_wait.ADDRESS}: ").partition(" (")
            gathered.error(code, message, f"{step.path}.with.{name}", node.position, hint.removesuffix(")"))


def statement(node: model.Const | model.Text, path: str, tool: model.Tool, gathered: problems.Gathered) -> None:
    """Reports a statement that the database transport would refuse; templates with blocks are left to the run."""
    text = _without_templates(node)
    if text is None or not text.strip():
        return
    found = sql_statement.classify(text)
    if found.kind == sql_statement.OTHER:
        hint = problems.did_you_mean(found.verb, _VERBS)
        gathered.error("wrong-statement", found.reason, path, node.position, hint)
    elif found.kind == sql_statement.WRITE and ".queries[" in path:
        hint = "give it a step of its own, with `query`"
        gathered.error("wrong-statement", f"{found.verb} changes data, and `queries` only reads", path, node.position, hint)
    elif found.kind == sql_statement.WRITE and tool.definition.get("allow_writes") is not True:
        message = f"{found.verb} changes data, which '{tool.address}' does not allow"
        gathered.error("wrong-statement", message, path, node.position, '"allow_writes": true in its definition does')


def _without_templates(node: model.Const | model.Text) -> str | None:
    """A statement with a parameter where a template stands; None where that cannot be said."""
    if isinstance(node, model.Const):
        return node.value if isinstance(node.value, str) else None
    try:
        parts = marks.split(node.source)
    except marks.MarkError:
        return None
    if any(part.kind == "block" for part in parts):
        return None
    text = "".join(part.content if part.kind == "text" else ":p" for part in parts)
    return None if any(token.kind == "open" for token in sql_statement.tokens(text)) else text  # compiling it says so better
