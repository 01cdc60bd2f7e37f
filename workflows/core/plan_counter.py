"""Which templates of a plan read the pipeline's durable counter, so that a run advances it only where somebody looks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from workflows.core import errors, expressions

COUNTER_WORD: Final = "auto_increment_version"


def step_counts(step: Mapping[str, Any], conditions: Sequence[str]) -> bool:
    """Whether a step reads it; `conditions` are the places where its tool takes bare expressions, ("conditions[].condition",)."""
    condition = step.get("if")
    bare = [condition] if isinstance(condition, str) else []
    if conditions:
        bare += _bare_conditions(step.get("with"), frozenset(place.rpartition(".")[2] for place in conditions))
    return counts(step.get("with")) or counts(condition) or any(_reads(source) for source in bare)


def _reads(source: str) -> bool:
    """Whether a bare expression reads it; a text of the same name that is none, deeper in the arguments, does not."""
    try:
        return counts({"$value": source})
    except errors.EvaluationError:  # a condition that cannot be read is told where it is compiled
        return False


def _bare_conditions(node: Any, names: frozenset[str]) -> Iterator[str]:
    """The expressions without marks of a step of conditions: each text that is given under one of the names, {"condition"}."""
    members = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, member in members:
        if key in names and isinstance(member, str):
            yield member
        elif (
            isinstance(member, list)
            and len(member) == 2
            and isinstance(member[0], str)
            and member[0] in names
            and isinstance(member[1], str)
        ):
            yield member[1]  # an entry of an $object
        else:
            yield from _bare_conditions(member, names)


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
