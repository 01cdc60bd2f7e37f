"""Which templates of a plan read the pipeline's durable counter, so that a run advances it only where somebody looks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from workflows.core import expressions

COUNTER_WORD: Final = "auto_increment_version"


def step_counts(step: Mapping[str, Any], has_conditions: bool) -> bool:
    """Whether a step reads it; `has_conditions`: its tool takes bare expressions as conditions."""
    condition = step.get("if")
    bare = [condition] if isinstance(condition, str) else []
    if has_conditions:
        bare += _bare_conditions(step.get("with"))
    return counts(step.get("with")) or counts(condition) or any(counts({"$value": source}) for source in bare)


def _bare_conditions(node: Any) -> Iterator[str]:
    """The expressions without marks of a step of conditions: each text that is given as a `condition`."""
    members = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, member in members:
        if key == "condition" and isinstance(member, str):
            yield member
        elif isinstance(member, list) and len(member) == 2 and member[0] == "condition" and isinstance(member[1], str):
            yield member[1]  # an entry of an $object
        else:
            yield from _bare_conditions(member)


def counts(node: Any) -> bool:
    """Whether any template of a node in the plan's form reads it."""
    return any(path[0] == COUNTER_WORD for source, lone in sources(node) for path in expressions.references(source, lone))


def sources(node: Any) -> Iterator[tuple[str, bool]]:
    """Every expression and text of a node in the plan's form: (source, whether it is a lone expression)."""
    if isinstance(node, list):
        for item in node:
            yield from sources(item)
    elif isinstance(node, dict):
        kind = next(iter(node), "")
        if len(node) == 1 and kind.startswith("$"):
            yield from _marked_sources(kind, node[kind])
        else:
            for member in node.values():
                yield from sources(member)


def _marked_sources(kind: str, content: Any) -> Iterator[tuple[str, bool]]:
    if kind == "$text":
        yield content, False
    elif kind == "$value":
        yield content, True
    elif kind == "$for":
        yield content["in"], True
        if content.get("if"):
            yield content["if"], True
        yield from sources(content["body"])
        yield from sources(content.get("else", []))
    elif kind == "$if":
        for condition, body in content["branches"]:
            yield condition, True
            yield from sources(body)
        yield from sources(content.get("else", []))
    elif kind == "$set":
        yield content[1], True
    else:
        yield from sources(content)
