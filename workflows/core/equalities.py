"""What an expression demands to be equal, for those who look for a value without evaluating: the routers of events."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from jinja2 import nodes

from workflows.core import expressions, operands, scope


@dataclass(frozen=True, slots=True)
class Equality:
    """`root.issue.key == EXPRESSION`: the expression cannot hold where the member at `path` is not equal to `value(names)`."""

    path: tuple[str, ...]
    value: Callable[[scope.Scope], Any]


@functools.lru_cache(maxsize=2_048)
def of(source: str, root: str) -> tuple[Equality, ...]:
    """The equalities between members of `root` and expressions without `root` that must all be true for `source` to be.

    >>> [one.path for one in of("event.issue.key == 'SHOP-7' and event.n > 1", "event")]
    [('issue', 'key')]

    Raises:
        EvaluationError: the expression cannot be read.
    """
    found = []
    for part in _conjuncts(expressions.parsed(source)):
        if not isinstance(part, nodes.Compare) or [one.op for one in part.ops] != ["eq"]:
            continue
        left, right = part.expr, part.ops[0].expr
        for one, other in ((left, right), (right, left)):
            path = _members(one, root)
            if path and not expressions.reads_name(other, root):
                found.append(Equality(path, _value(other)))
    return tuple(found)


def _conjuncts(node: nodes.Expr) -> Iterator[nodes.Expr]:
    """The parts that `and` joins; each of them is true where the whole is."""
    stack = [node]
    while stack:
        one = stack.pop()
        if isinstance(one, nodes.And):
            stack += [one.right, one.left]
        else:
            yield one


def _members(node: nodes.Expr, root: str) -> tuple[str, ...]:
    """("issue", "key") for `root.issue.key` and `root["issue"].key`; () for everything else, `root.items[0]` too."""
    match node:
        case nodes.Getattr() if node.node == nodes.Name(root, "load"):
            return (node.attr,)
        case nodes.Getitem(arg=nodes.Const(value=str() as name)) if node.node == nodes.Name(root, "load"):
            return (name,)
        case nodes.Getattr() if before := _members(node.node, root):
            return (*before, node.attr)
        case nodes.Getitem(arg=nodes.Const(value=str() as name)) if before := _members(node.node, root):
            return (*before, name)
    return ()


def _value(node: nodes.Expr) -> Callable[[scope.Scope], Any]:
    evaluate = expressions.of_node(node)
    return lambda names: operands.present(evaluate(names))
