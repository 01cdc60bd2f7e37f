"""The built-in tools: they are computed or waited for by the run itself and cost no activity."""

from __future__ import annotations

import datetime
from typing import Any

from workflows.core import durations, errors, host, moments, template, values


def shown_arguments(arguments: dict[str, Any]) -> dict[str, Any]:
    """The arguments as the result shows them: a condition that could not be evaluated is null, one for later is its text."""
    if any(isinstance(value, template.Later) for value in arguments.values()):
        arguments = {key: value.source if isinstance(value, template.Later) else value for key, value in arguments.items()}
    conditions = arguments.get("conditions")
    if not isinstance(conditions, list) or not any(isinstance(_condition(item), template.Unknown) for item in conditions):
        return arguments
    shown = [{**item, "condition": None} if isinstance(_condition(item), template.Unknown) else item for item in conditions]
    return {**arguments, "conditions": shown}


def _condition(item: Any) -> Any:
    return item.get("condition") if isinstance(item, dict) else None


async def perform(address: str, arguments: dict[str, Any], step: str, world: host.Host) -> Any:
    """Does what a built-in tool does; gives its output.

    Raises:
        ToolError: the arguments do not fit.
    """
    match address:
        case "system.transform":
            if "template" not in arguments:
                raise _invalid(address, "it needs 'template'")
            return arguments["template"]
        case "system.evaluate":
            return evaluate(arguments)
        case "system.sleep":
            return await _sleep(arguments, step, world)
    raise _invalid(address, "this version has no such built-in tool")


def evaluate(arguments: dict[str, Any]) -> dict[str, Any]:
    """`{"triggered": [...], "all": [...], "unknown": [...]}` of conditions that were evaluated with the arguments.

    >>> evaluate({"conditions": [{"name": "late", "severity": "info", "condition": True}]})["triggered"]
    [{'name': 'late', 'severity': 'info', 'value': True}]
    """
    conditions = arguments.get("conditions")
    if not isinstance(conditions, list) or not all(isinstance(item, dict) and "condition" in item for item in conditions):
        raise _invalid("system.evaluate", "'conditions' is a list of {name, condition, severity}")
    everything: list[dict[str, Any]] = []
    unknown: list[dict[str, Any]] = []
    for item in conditions:
        facts = {"name": item.get("name"), "severity": item.get("severity")}
        value = item["condition"]
        if isinstance(value, template.Unknown):
            unknown.append({**facts, "reason": value.reason})
            everything.append({**facts, "value": None})
        elif isinstance(value, str):  # conditions of the document are evaluated by now
            what = f"the condition '{facts['name']}' is {values.shown(value)}, which a template gave"
            raise _invalid("system.evaluate", f"{what}; a condition is written in the document, a template gives its values")
        else:
            everything.append({**facts, "value": bool(value)})
    return {"triggered": [item for item in everything if item["value"]], "all": everything, "unknown": unknown}


async def _sleep(arguments: dict[str, Any], step: str, world: host.Host) -> dict[str, Any]:
    if ("duration_seconds" in arguments) == ("until" in arguments):
        raise _invalid("system.sleep", "it needs either 'duration_seconds' or 'until'")
    if "until" in arguments:
        until = moments.parse(str(arguments["until"]), datetime.UTC)
        if not isinstance(until, moments.Moment):
            raise _invalid("system.sleep", f"'until' is {values.shown(arguments['until'])}, not a time with its offset")
        duration = max(datetime.datetime.fromisoformat(str(until)) - world.now(), datetime.timedelta(0))
    else:
        try:
            duration = durations.seconds(arguments["duration_seconds"])
        except errors.EvaluationError as error:
            raise _invalid("system.sleep", f"'duration_seconds': {error}") from None
    await world.sleep(step, duration)
    return {"slept_seconds": int(duration.total_seconds())}


def _invalid(address: str, message: str) -> errors.ToolError:
    return errors.ToolError(errors.INVALID_INPUT, f"{address}: {message}", {"tool": address})
