"""The filters that work on lists and objects, for `filters.py`."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Final

from jinja2 import filters as jinja_filters

from workflows.core import arithmetic, errors, grammar, limits, missing, operands, texts, values

Group = jinja_filters._GroupTuple


def _length(context: Any, value: Any) -> int:
    if isinstance(value, str | list | tuple | dict | range):
        return len(value)
    return len(operands.as_list(context, value, "length"))


def _sum(context: Any, value: Any, attribute: Any = None, start: Any = 0) -> Any:
    getter = operands.attribute(context, attribute)
    total = operands.present(start)
    for item in operands.as_list(context, value, "sum"):
        total = context.environment.call_binop(context, "+", total, getter(item))
    return total


def _sort_key(context: Any, attribute: Any, case_sensitive: bool) -> Callable[[Any], Any]:
    getter = operands.attribute(context, attribute)

    def ordered(left: Any, right: Any) -> int:
        context.budget.operations(1)
        texts.weigh_both(left, right, context.budget)
        return values.compare(left, right)

    wrap = functools.cmp_to_key(ordered)

    def key(item: Any) -> Any:
        value = getter(item)
        return wrap(value.lower() if isinstance(value, str) and not case_sensitive else value)

    return key


def _sort(context: Any, value: Any, reverse: bool = False, case_sensitive: bool = False, attribute: Any = None) -> list[Any]:
    return sorted(operands.as_list(context, value, "sort"), key=_sort_key(context, attribute, case_sensitive), reverse=bool(reverse))


def _extreme(choose: Callable[..., Any], name: str) -> Callable[..., Any]:
    def extreme(context: Any, value: Any, *more: Any, case_sensitive: bool = False, attribute: Any = None) -> Any:
        items = [value, *more] if more else operands.as_list(context, value, name)
        if not items:
            return missing.Missing("", explain=lambda: (f"{name} of an empty list", "give it a | default(...)"))
        return choose(items, key=_sort_key(context, attribute, case_sensitive))

    return extreme


def _unique(context: Any, value: Any, case_sensitive: bool = False, attribute: Any = None) -> list[Any]:
    getter = operands.attribute(context, attribute)
    seen, kept = set(), []
    for item in operands.as_list(context, value, "unique"):
        context.budget.operations(1)
        key = getter(item)
        mark = _mark(context, key, case_sensitive)
        if mark not in seen:
            seen.add(mark)
            kept.append(item)
    return kept


def _mark(context: Any, key: Any, case_sensitive: bool) -> str:
    """The same text for equal keys: 1 and 1.0 are one key, 1 and "1" are two."""
    if isinstance(key, str):
        context.budget.operations(len(key) // 1_000)
        return f'"{key if case_sensitive else key.lower()}'
    if values.is_number(key):
        return values.scalar_text(arithmetic.shortest(key))
    made = texts.compact_json(key, context.budget)
    context.budget.operations(len(made) // 100)
    return made


def _groupby(context: Any, value: Any, attribute: Any, default: Any = None, case_sensitive: bool = False) -> list[Any]:
    getter = operands.attribute(context, attribute)
    groups: dict[str, tuple[Any, list[Any]]] = {}
    for item in operands.as_list(context, value, "groupby"):
        context.budget.operations(2)
        key = getter(item)
        mark = _mark(context, key, case_sensitive)
        groups.setdefault(mark, (key, []))[1].append(item)
    key_of = _sort_key(context, None, case_sensitive)
    return [Group(key, members) for key, members in sorted(groups.values(), key=lambda group: key_of(group[0]))]


def _first(context: Any, value: Any) -> Any:
    return _end_item(context, value, 0, "first")


def _last(context: Any, value: Any) -> Any:
    return _end_item(context, value, -1, "last")


def _end_item(context: Any, value: Any, index: int, name: str) -> Any:
    items = value if isinstance(value, str) else operands.as_list(context, value, name)
    if not items:
        what = "an empty text" if isinstance(value, str) else "an empty list"
        return missing.Missing("", explain=lambda: (f"{name} of {what}", "give it a | default(...)"))
    return items[index]


def _reverse(context: Any, value: Any) -> Any:
    return context.environment.cut(
        context, value if isinstance(value, str) else operands.as_list(context, value, "reverse"), None, None, -1
    )


def _object(context: Any, value: Any, name: str) -> dict[str, Any]:
    if isinstance(operands.present(value), dict):
        context.budget.operations(len(value))
        return dict(value)
    raise errors.EvaluationError(f"{name} takes an object, not {values.shown(value)}", operands.null_hint(value, "{}"))


def _items(context: Any, value: Any) -> list[list[Any]]:
    return [[key, member] for key, member in _object(context, value, "items").items()]


def _dictsort(context: Any, value: Any, case_sensitive: bool = False, by: str = "key", reverse: bool = False) -> list[list[Any]]:
    key = _sort_key(context, None, case_sensitive)
    return sorted(_items(context, value), key=lambda pair: key(pair[1 if by == "value" else 0]), reverse=bool(reverse))


def _slice(context: Any, value: Any, slices: int, fill_with: Any = None) -> list[list[Any]]:
    context.budget.operations(_small(slices, "slice"))
    return [
        list(part) for part in jinja_filters.sync_do_slice(operands.as_list(context, value, "slice"), _small(slices, "slice"), fill_with)
    ]


def _batch(context: Any, value: Any, linecount: int, fill_with: Any = None) -> list[list[Any]]:
    context.budget.operations(_small(linecount, "batch") // 50)
    return [list(part) for part in jinja_filters.do_batch(operands.as_list(context, value, "batch"), _small(linecount, "batch"), fill_with)]


def _small(count: Any, name: str) -> int:
    if isinstance(operands.present(count), int) and not isinstance(count, bool) and 1 <= count <= limits.MAX_RANGE:
        return int(count)
    raise errors.LimitExceeded(f"{name} takes a whole number from 1 to {limits.MAX_RANGE:,} (MAX_RANGE), not {values.shown(count)}")


def _of_jinja(function: Callable[..., Any], name: str, kind: str, place: int) -> Callable[..., Any]:
    """map, select and their kin: Jinja's, over a counted list, giving a list. `place` is where a filter's or test's name stands."""

    def call(context: Any, value: Any, *arguments: Any, **named: Any) -> list[Any]:
        table = context.environment.filters if kind == "filter" else context.environment.tests
        for used in arguments[place : place + 1]:
            if not isinstance(operands.present(used), str) or used not in table or used.endswith("!"):
                raise grammar.unknown(kind, used if isinstance(used, str) else values.shown(used), table)
        if not arguments[place:] and not named and name == "map":
            raise errors.EvaluationError("map needs an attribute or a filter", "map(attribute='name') or map('upper')")
        made = function(context, operands.as_list(context, value, name), *arguments, **named)
        return [operands.present(item) for item in made] if name == "map" else list(made)

    return call


def _contains(context: Any, value: Any, item: Any) -> bool:
    return bool(context.environment.compare(context, "in", item, operands.present(value)))


TABLE: Final[dict[str, Callable[..., Any]]] = {
    "length": _length,
    "count": _length,
    "first": _first,
    "last": _last,
    "sum": _sum,
    "sort": _sort,
    "min": _extreme(min, "min"),
    "max": _extreme(max, "max"),
    "unique": _unique,
    "groupby": _groupby,
    "reverse": _reverse,
    "items": _items,
    "dictsort": _dictsort,
    "slice": _slice,
    "batch": _batch,
    "contains": _contains,
    "keys": lambda context, value: list(_object(context, value, "keys")),
    "values": lambda context, value: list(_object(context, value, "values").values()),
    "list": lambda context, value: operands.as_list(context, list(value) if isinstance(value, str) else value, "list"),
    "map": _of_jinja(jinja_filters.sync_do_map, "map", "filter", 0),
    "select": _of_jinja(jinja_filters.sync_do_select, "select", "test", 0),
    "reject": _of_jinja(jinja_filters.sync_do_reject, "reject", "test", 0),
    "selectattr": _of_jinja(jinja_filters.sync_do_selectattr, "selectattr", "test", 1),
    "rejectattr": _of_jinja(jinja_filters.sync_do_rejectattr, "rejectattr", "test", 1),
}
