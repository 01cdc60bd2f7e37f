"""Composed actions, for the plan: an action of a tool that is made of calls of other tools.

In a catalog                                        in a plan, under `tools[ADDRESS].composed[ACTION]`
    "steps": [{"id": "open",                            "steps": [{"id": "open", "uses": "github.pulls",
               "uses": "github.pulls",                             "with": {"title": {"$text": "${arguments.title}"}},
               "with": {"title": "${arguments.title}"},            "save_as": "opened"}],
               "save_as": "opened"}],                   "output": {"number": {"$text": "${opened.number}"}},
    "output": {"number": "${opened.number}"}            "arguments": [the schemas that arguments must fit], "result": that of the output

Its schemas stand in the plan too, since the run itself fits the arguments and judges the output: no activity does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from workflows.core import model, tree

#: The built-in tool that may stand among the steps of an action: it computes and waits for nothing.
COMPUTED: Final = "system.transform"

#: What schemas say to people only.
_WORDS: Final = ("title", "description", "examples", "$comment", "deprecated")
_NAMED: Final = ("properties", "patternProperties", "$defs", "dependentSchemas")
_LISTED: Final = ("allOf", "anyOf", "oneOf", "prefixItems")
_NESTED: Final = ("items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames")


def used(tool: model.Tool, steps: Iterable[model.Step]) -> list[str]:
    """The composed actions of a tool that steps may call ("" for a tool without actions): all, where a template gives the action."""
    if not tool.actions:
        return [""] if tool.composed(None) else []
    named = {step.action for step in steps}
    return [name for name in tool.actions if tool.composed(name) and (name in named or None in named)]


def planned(tool: model.Tool, action: str) -> dict[str, Any]:
    """A composed action in the plan's form."""
    made = tool.composed(action or None)
    assert made is not None  # asked for those that `used` gives
    result = tool.output_schema_of(action)
    schemas = [schema for schema in (tool.input_schema, tool.input_schema_of(action) if action else {}) if schema]
    return {
        "steps": [_step(step) for step in made["steps"]],
        "output": tree.of_json(made["output"]),
        **({"arguments": [_without_words(schema) for schema in schemas]} if schemas else {}),
        **({"result": _without_words(result)} if result else {}),
    }


def addresses(made: Mapping[str, Any]) -> Iterator[str]:
    """The addresses that the steps of a composed action use, given in a catalog's form or in the plan's."""
    for step in made["steps"]:
        yield step["uses"]


def _step(step: Mapping[str, Any]) -> dict[str, Any]:
    kept = {key: step[key] for key in ("id", "uses", "save_as") if key in step}
    return {**kept, **{key: tree.of_json(step[key]) for key in ("with", "if") if key in step}}


def _without_words(schema: Any) -> Any:
    """A schema without its texts for people, which a plan need not carry; messages name places and limits, never these."""
    if not isinstance(schema, Mapping):
        return schema
    made = {key: part for key, part in schema.items() if key not in _WORDS}
    for key in _NAMED:
        if isinstance(made.get(key), Mapping):
            made[key] = {name: _without_words(part) for name, part in made[key].items()}
    for key in _LISTED:
        if isinstance(made.get(key), list):
            made[key] = [_without_words(part) for part in made[key]]
    for key in _NESTED:
        if key in made:
            made[key] = _without_words(made[key])
    return made
