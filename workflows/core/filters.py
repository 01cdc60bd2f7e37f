"""The filters of the language. Each takes Jinja's context first, spends the budget, and is exact, strict and deterministic."""

from __future__ import annotations

import functools
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

import jinja2
from jinja2 import filters as jinja_filters

from workflows.core import arithmetic, budget, errors, limits, missing, moments, number_format, texts, values
from workflows.core import jmespath_query as queries
from workflows.core import text_filters as text

Group = jinja_filters._GroupTuple
_UNSET: Final = object()


def is_absent(value: Any) -> bool:
    """Missing or null."""
    return isinstance(value, missing.Missing) or values.is_null(value)


def present(value: Any) -> Any:
    """The value, or the error that says what is missing."""
    if isinstance(value, missing.Missing):
        raise value.error()
    return value


def as_list(context: Any, value: Any, name: str) -> list[Any]:
    """The items of a list (an object gives its keys), counted against the budget."""
    present(value)
    if isinstance(value, str) or (not isinstance(value, list | tuple | dict | range) and not hasattr(value, "__next__")):
        hint = value.reason if isinstance(value, values.Skipped) else "give null a value with | default([])" if value is None else ""
        raise errors.EvaluationError(f"{name} takes a list, not {values.shown(value)}", hint)
    items = list(value)
    context.budget.operations(1 + len(items))
    return items


def _attribute(context: Any, attribute: Any) -> Callable[[Any], Any]:
    """The getter for `attribute='a.b'`; what is missing is an error."""
    if attribute is None:
        return present
    getter = jinja_filters.make_attrgetter(context.environment, attribute)
    return lambda item: present(getter(item))


def _rounds(context: Any, value: Any, weight: int, chars: int) -> Any:
    """What a loop runs over; each round spends the weight of the loop's body."""
    items = as_list(context, value, "a loop")
    context.budget.operations(len(items) * weight)
    context.budget.text(len(items) * chars)
    return items


def _default(context: Any, value: Any, default: Any = "", boolean: bool = False) -> Any:
    return default if is_absent(value) or (boolean and not value) else value


def _length(context: Any, value: Any) -> int:
    if isinstance(value, str | list | tuple | dict | range):
        return len(value)
    return len(as_list(context, value, "length"))


def _sum(context: Any, value: Any, attribute: Any = None, start: Any = 0) -> Any:
    getter = _attribute(context, attribute)
    return arithmetic.total([getter(item) for item in as_list(context, value, "sum")], start)


def _sort_key(context: Any, attribute: Any, case_sensitive: bool) -> Callable[[Any], Any]:
    getter = _attribute(context, attribute)

    def ordered(left: Any, right: Any) -> int:
        context.budget.operations(1)
        return values.compare(left, right)

    wrap = functools.cmp_to_key(ordered)

    def key(item: Any) -> Any:
        value = getter(item)
        return wrap(value.lower() if isinstance(value, str) and not case_sensitive else value)

    return key


def _sort(context: Any, value: Any, reverse: bool = False, case_sensitive: bool = False, attribute: Any = None) -> list[Any]:
    return sorted(as_list(context, value, "sort"), key=_sort_key(context, attribute, case_sensitive), reverse=bool(reverse))


def _extreme(choose: Callable[..., Any], name: str) -> Callable[..., Any]:
    def extreme(context: Any, value: Any, *more: Any, case_sensitive: bool = False, attribute: Any = None) -> Any:
        items = [value, *more] if more else as_list(context, value, name)
        if not items:
            return missing.Missing(f"{name} of an empty list", advice="give it a | default(...)")
        return choose(items, key=_sort_key(context, attribute, case_sensitive))

    return extreme


def _unique(context: Any, value: Any, case_sensitive: bool = False, attribute: Any = None) -> list[Any]:
    getter = _attribute(context, attribute)
    seen, kept = set(), []
    for item in as_list(context, value, "unique"):
        key = getter(item)
        mark = texts.compact_json(key.lower() if isinstance(key, str) and not case_sensitive else key, context.budget)
        if mark not in seen:
            seen.add(mark)
            kept.append(item)
    return kept


def _groupby(context: Any, value: Any, attribute: Any, default: Any = None, case_sensitive: bool = False) -> list[Any]:
    getter = _attribute(context, attribute)
    groups: dict[str, tuple[Any, list[Any]]] = {}
    for item in as_list(context, value, "groupby"):
        key = getter(item)
        mark = texts.compact_json(key.lower() if isinstance(key, str) and not case_sensitive else key, context.budget)
        groups.setdefault(mark, (key, []))[1].append(item)
    key_of = _sort_key(context, None, case_sensitive)
    return [Group(key, members) for key, members in sorted(groups.values(), key=lambda group: key_of(group[0]))]


def _first(context: Any, value: Any) -> Any:
    return context.environment.member(value if isinstance(value, str) else as_list(context, value, "first"), 0, "")


def _last(context: Any, value: Any) -> Any:
    return context.environment.member(value if isinstance(value, str) else as_list(context, value, "last"), -1, "")


def _reverse(context: Any, value: Any) -> Any:
    return value[::-1] if isinstance(value, str) else as_list(context, value, "reverse")[::-1]


def _object(value: Any, name: str) -> dict[str, Any]:
    if isinstance(present(value), dict):
        return dict(value)
    raise errors.EvaluationError(f"{name} takes an object, not {values.shown(value)}")


def _items(context: Any, value: Any) -> list[list[Any]]:
    return [[key, member] for key, member in _object(value, "items").items()]


def _dictsort(context: Any, value: Any, case_sensitive: bool = False, by: str = "key", reverse: bool = False) -> list[list[Any]]:
    key = _sort_key(context, None, case_sensitive)
    return sorted(_items(context, value), key=lambda pair: key(pair[1 if by == "value" else 0]), reverse=bool(reverse))


def _slice(context: Any, value: Any, slices: int, fill_with: Any = None) -> list[list[Any]]:
    return [list(part) for part in jinja_filters.sync_do_slice(as_list(context, value, "slice"), _small(slices, "slice"), fill_with)]


def _batch(context: Any, value: Any, linecount: int, fill_with: Any = None) -> list[list[Any]]:
    return [list(part) for part in jinja_filters.do_batch(as_list(context, value, "batch"), _small(linecount, "batch"), fill_with)]


def _small(count: Any, name: str) -> int:
    if isinstance(count, int) and 1 <= count <= limits.MAX_RANGE:
        return count
    raise errors.LimitExceeded(f"{name} takes a whole number from 1 to {limits.MAX_RANGE:,} (MAX_RANGE), not {values.shown(count)}")


def _of_jinja(function: Callable[..., Any], name: str) -> Callable[..., Any]:
    """map, select and their kin: Jinja's, over a counted list, giving a list."""

    def call(context: Any, value: Any, *arguments: Any, **named: Any) -> list[Any]:
        made = function(context, as_list(context, value, name), *arguments, **named)
        return [present(item) for item in made] if name == "map" else list(made)

    return call


def _contains(context: Any, value: Any, item: Any) -> bool:
    return bool(context.environment.compare(context, "in", item, present(value)))


def _number(context: Any, value: Any, default: Any = _UNSET) -> Any:
    if values.is_number(present(value)):
        return value
    number = arithmetic.parse_number(value) if isinstance(value, str) else int(str(value)) if isinstance(value, moments.Year) else None
    if number is None and default is _UNSET:
        raise errors.EvaluationError(f"{values.shown(value)} is no number", "written like 1234.50, without spaces or group marks")
    return default if number is None else number


def _int(context: Any, value: Any, default: Any = _UNSET) -> Any:
    if isinstance(value, bool):
        return int(value)
    number = _number(context, value, default)
    return int(number) if isinstance(number, Decimal) else number


def _round(context: Any, value: Any, precision: Any = None, method: str = "common") -> Any:
    return arithmetic.rounded(present(value), precision, method)


def _abs(context: Any, value: Any) -> Any:
    return arithmetic.negative(value) if values.is_number(present(value)) and value < 0 else arithmetic.positive(value)


def _date(context: Any, value: Any, pattern: str = "%Y-%m-%d") -> str:
    return moments.format_date(present(value), pattern)


def _json(context: Any, value: Any, indent: Any = None) -> str:
    made = texts.compact_json(texts.leaving(value, context.budget), context.budget)
    return made if indent is None else text.indented_json(context, texts.leaving(value, context.budget), indent)


def _bind(context: Any, value: Any) -> str:
    """A value in a statement becomes a bound parameter; see sql.py."""
    return str(context.parameters.bind(texts.leaving(value, context.budget)))


def _name(context: Any, value: Any) -> str:
    """A table or column name in a statement, from the tool's allow-list; see sql.py."""
    return str(context.parameters.name(present(value)))


def _format(context: Any, value: Any, specification: str) -> str:
    return number_format.formatted(value, specification)


def _counted(function: Callable[..., Any]) -> Any:
    """A filter as Jinja calls it: with the context; what it makes is counted."""

    @functools.wraps(function)
    def call(context: Any, *arguments: Any, **named: Any) -> Any:
        context.budget.operations(1)
        try:
            made = function(context, *arguments, **named)
        except TypeError as error:
            raise errors.EvaluationError("a filter was given arguments that do not fit", str(error).partition("() ")[2]) from None
        if isinstance(made, str):
            context.budget.operations(len(made) // 100)
            if len(made) > limits.MAX_TEXT_CHARS:
                raise budget.text_too_long()
        return made

    return jinja2.pass_context(call)


_TABLE: Final[dict[str, Callable[..., Any]]] = {
    "_rounds": _rounds, "_name": _name, "_bind": _bind, "format_number": _format,
    "default": _default, "d": _default, "length": _length, "count": _length, "first": _first, "last": _last, "sum": _sum,
    "sort": _sort, "min": _extreme(min, "min"), "max": _extreme(max, "max"), "unique": _unique, "groupby": _groupby,
    "reverse": _reverse, "items": _items, "dictsort": _dictsort, "slice": _slice, "batch": _batch, "contains": _contains,
    "keys": lambda context, value: list(_object(value, "keys")),
    "values": lambda context, value: list(_object(value, "values").values()),
    "list": lambda context, value: list(value) if isinstance(value, str) else as_list(context, value, "list"),
    "map": _of_jinja(jinja_filters.sync_do_map, "map"),
    "select": _of_jinja(jinja_filters.sync_do_select, "select"),
    "reject": _of_jinja(jinja_filters.sync_do_reject, "reject"),
    "selectattr": _of_jinja(jinja_filters.sync_do_selectattr, "selectattr"),
    "rejectattr": _of_jinja(jinja_filters.sync_do_rejectattr, "rejectattr"),
    "jmespath": lambda context, value, query: queries.search(context, query, texts.leaving(value, context.budget)),
    "number": _number, "to_number": _number, "float": _number, "int": _int, "round": _round, "abs": _abs, "date": _date,
    "json": _json, "tojson": _json,
    **text.TABLE,
}  # fmt: skip

FILTERS: Final[dict[str, Any]] = {name: _counted(function) for name, function in _TABLE.items()}
