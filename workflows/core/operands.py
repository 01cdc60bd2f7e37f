"""What filters are given, for all filters: present or missing, lists and their attributes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jinja2 import filters as jinja_filters

from workflows.core import errors, missing, values


def is_absent(value: Any) -> bool:
    """Missing or null."""
    return isinstance(value, missing.Missing) or values.is_null(value)


def present(value: Any) -> Any:
    """The value, or the error that says what is missing."""
    if isinstance(value, missing.Missing):
        raise value.error()
    return value


def null_hint(value: Any, instead: str) -> str:
    """What to do about null: why it is, or the filter that replaces it; "" for every other value."""
    if isinstance(value, values.Skipped):
        return value.reason
    return f"give null a value with | default({instead})" if value is None else ""


def as_list(context: Any, value: Any, name: str) -> list[Any]:
    """The items of a list (an object gives its keys), counted against the budget."""
    present(value)
    if isinstance(value, str) or (not isinstance(value, list | tuple | dict | range) and not hasattr(value, "__next__")):
        raise errors.EvaluationError(f"{name} takes a list, not {values.shown(value)}", null_hint(value, "[]"))
    items = list(value)
    context.budget.operations(1 + len(items))
    return items


def attribute(context: Any, attribute: Any) -> Callable[[Any], Any]:
    """The getter for `attribute='a.b'`; what is missing is an error."""
    if attribute is None:
        return present
    getter = jinja_filters.make_attrgetter(context.environment, attribute)
    return lambda item: present(getter(item))


def parts_of(value: Any, count: int, name: str) -> Any:
    """A list with as many items as there are names for them."""
    if isinstance(present(value), list | tuple) and len(value) == count:
        return value
    raise errors.EvaluationError(f"{name} with {count} names takes lists of {count}, not {values.shown(value)}", "for objects: | items")
