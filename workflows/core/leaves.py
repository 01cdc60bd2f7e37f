"""The templates of a document's tree, for the checker: where each stands, which names are bound there, which conditions hold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from workflows.core import marks, model


@dataclass(frozen=True, slots=True)
class Leaf:
    """One expression or text. `bound` are loop variables and set names; `conditions` the expressions known to be true there."""

    source: str
    lone: bool
    path: str
    position: model.Position
    bound: frozenset[str] = frozenset()
    conditions: tuple[str, ...] = ()
    condition: model.Node | None = (
        None  # what stands here, where only a condition may; it is no template then if it is neither text nor value
    )
    places: tuple[str, ...] = ()  # where conditions stand
    given: frozenset[str] = frozenset()  # names that those conditions are evaluated with


_NUMBER: Final = re.compile(r"\[[0-9]+\]")


def of(node: Any, path: str, conditions: tuple[str, ...] = (), given: frozenset[str] = frozenset()) -> Iterator[Leaf]:
    """Every template of a node, in the order of the document.

    `conditions` are the places where an expression may stand bare, ("conditions[].condition",): each of them is a leaf, whatever it holds.
    `given` are names that have a value only there, {"event"}.
    """
    places = tuple(f"{_NUMBER.sub('[]', path)}.{place}" for place in conditions)
    yield from _walk(node, Leaf("", False, path, model.NOWHERE, places=places, given=given))


def condition(node: model.Node, place: Leaf) -> Leaf:
    """The leaf of what stands where only a condition may: a bare expression, one in `${...}`; else it is not lone."""
    place = replace(place, position=node.position, condition=node)
    match node:
        case model.Const(value=str()):
            return replace(place, source=str(node.value), lone=True)
        case model.Text() | model.Expr():
            return replace(next(_walk(node, place)), condition=node)
    return place


def _walk(node: Any, place: Leaf) -> Iterator[Leaf]:
    match node:
        case model.Text():
            lone = marks_lone(node.source)
            yield replace(place, source=lone if lone is not None else node.source, lone=lone is not None, position=node.position)
        case model.Expr():
            yield replace(place, source=node.source, lone=True, position=node.position)
        case model.Array():
            yield from _items(node.items, place)
        case model.Object():
            yield from _items(node.entries, place)


def marks_lone(source: str) -> str | None:
    """The expression of a string that is exactly one, else None (also where it cannot be read)."""
    try:
        lone = marks.lone(source)
    except marks.MarkError:
        return None
    return lone.content if lone else None


def _items(items: tuple[Any, ...], place: Leaf) -> Iterator[Leaf]:
    number = 0
    for item in items:
        match item:
            case model.Entry():
                shown = str(item.key.value) if isinstance(item.key, model.Const) else "..."
                at = replace(place, path=f"{place.path}.{shown}")
                yield from _walk(item.key, at)
                if at.places and _NUMBER.sub("[]", at.path) in at.places:
                    yield condition(item.value, replace(at, bound=at.bound | at.given))
                else:
                    yield from _walk(item.value, at)
            case model.For():
                yield from _loop(item, place)
            case model.If():
                yield from _choice(item, place)
            case model.Set():
                yield replace(place, source=item.source, lone=True, position=item.position)
                place = replace(place, bound=place.bound | {item.name})
            case _:
                yield from _walk(item, replace(place, path=f"{place.path}[{number}]"))
                number += 1


def _loop(loop: model.For, place: Leaf) -> Iterator[Leaf]:
    yield replace(place, source=loop.iterable, lone=True, position=loop.position)
    inner = replace(place, bound=place.bound | set(loop.targets) | {"loop", "forloop"})
    if loop.condition:
        yield replace(inner, source=loop.condition, lone=True, position=loop.position)
        inner = replace(inner, conditions=(*inner.conditions, loop.condition))
    yield from _items(loop.body, inner)
    yield from _items(loop.orelse, place)


def _choice(choice: model.If, place: Leaf) -> Iterator[Leaf]:
    for condition, body in choice.branches:
        yield replace(place, source=condition, lone=True, position=choice.position)
        yield from _items(body, replace(place, conditions=(*place.conditions, condition)))
    yield from _items(choice.orelse, place)


_BLOCK = re.compile(r"\{%-?\s*if\s+(.*?)\s*-?%\}", re.DOTALL)


def conditions_inside(leaf: Leaf) -> tuple[str, ...]:
    """The conditions of `{% if %}` blocks in a text; a read anywhere in the text is taken as under them."""
    return () if leaf.lone else tuple(_BLOCK.findall(leaf.source))


def normal(condition: str) -> str:
    """A condition for comparing: without its marks and spaces."""
    return re.sub(r"\s+", "", condition.removeprefix("${").removesuffix("}"))
