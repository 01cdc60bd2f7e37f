"""The parts that compiled trees are made of, for `template.py`: places of errors, loops, choices, keys."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from workflows.core import errors, expressions, operands, scope, values

_Made = TypeVar("_Made")

Evaluate = Callable[[scope.Scope], Any]
#: Appends to the items of an array or the entries of an object, and returns the scope for what follows.
Fill = Callable[[scope.Scope, Any], scope.Scope]


def placed_at(path: str, evaluate: Evaluate) -> Evaluate:
    """The same, with the place put before what an error says."""

    def placed(names: scope.Scope) -> Any:
        try:
            return evaluate(names)
        except errors.EvaluationError as error:
            raise located(error, path) from None

    return placed


def located(error: errors.EvaluationError, path: str) -> errors.EvaluationError:
    """The error with its place in front, once."""
    if not path or error.message.startswith("in "):
        return error
    made = type(error)(f"in {path}: {error.message}", error.hint)
    made.place = path
    return made


def compiled_at(path: str, compile_it: Callable[[], _Made]) -> _Made:
    """What compiling gives; the place is put before what its error says."""
    try:
        return compile_it()
    except errors.EvaluationError as error:
        raise located(error, path) from None


def in_round(number: int, evaluate: Callable[[], Any]) -> None:
    try:
        evaluate()
    except errors.EvaluationError as error:
        if "round " not in error.message:
            raise type(error)(f"{error.message} [round {number + 1} of the loop]", error.hint) from None
        raise


def truth(source: str, path: str) -> Callable[[scope.Scope], bool]:
    evaluate = placed_at(path, lambda names: bool(operands.present(expressions.value(source)(names))))
    expressions.value(source)
    return evaluate


def choose(branches: list[tuple[Callable[[scope.Scope], bool], Fill]], orelse: Fill) -> Fill:
    def fill(names: scope.Scope, made: Any) -> scope.Scope:
        for condition, body in branches:
            if condition(names):
                body(names, made)
                return names
        orelse(names, made)
        return names

    return fill


def key_text(key: Any, path: str) -> str:
    if isinstance(key, str):
        return key
    if values.is_number(key):
        return values.scalar_text(key)
    raise errors.EvaluationError(f"in {path}: a key is text, not {values.shown(key)}")


def loop_items(names: scope.Scope, value: Any) -> list[Any]:
    if isinstance(value, str) or not isinstance(operands.present(value), list | tuple | dict):
        hint = value.reason if isinstance(value, values.Skipped) else "give null a value with | default([])" if value is None else ""
        raise errors.EvaluationError(f"a loop takes a list, not {values.shown(value)}", hint)
    names.budget.operations(2 * len(value))
    return list(value)


def bound_names(targets: list[str], item: Any, path: str) -> dict[str, Any]:
    if len(targets) == 1:
        return {targets[0]: item}
    if isinstance(item, list | tuple) and len(item) == len(targets):
        return dict(zip(targets, item, strict=True))
    raise errors.EvaluationError(f"in {path}: a loop with {len(targets)} variables over {values.shown(item)}", "for objects: | items")


def loop_facts(number: int, length: int) -> dict[str, Any]:
    return {
        "index": number + 1,
        "index0": number,
        "first": number == 0,
        "last": number == length - 1,
        "length": length,
        "revindex": length - number,
        "revindex0": length - number - 1,
    }
