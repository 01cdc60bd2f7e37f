"""The filters of the language. Each takes Jinja's context first, spends the budget, and is exact, strict and deterministic."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

import jinja2
from jinja2 import filters as jinja_filters

from workflows.core import arithmetic, budget, errors, grammar, limits, missing, moments, number_format, texts, values
from workflows.core import jmespath_query as queries
from workflows.core import text_filters as text

Group = jinja_filters._GroupTuple
_UNSET: Final = object()
_NUMBER_HINT: Final = "a number is written like 1234.50, without spaces or group marks"


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


def _attribute(context: Any, attribute: Any) -> Callable[[Any], Any]:
    """The getter for `attribute='a.b'`; what is missing is an error."""
    if attribute is None:
        return present
    getter = jinja_filters.make_attrgetter(context.environment, attribute)
    return lambda item: present(getter(item))


def _rounds(context: Any, value: Any, weight: int, chars: int, targets: int) -> Any:
    """What a loop runs over; each round spends the weight of the loop's body."""
    items = as_list(context, value, "a loop")
    context.budget.operations(len(items) * weight)
    context.budget.text(len(items) * chars)
    for item in items if targets > 1 else ():
        parts_of(item, targets, "a loop")
    return items


def parts_of(value: Any, count: int, name: str) -> Any:
    """A list with as many items as there are names for them."""
    if isinstance(present(value), list | tuple) and len(value) == count:
        return value
    raise errors.EvaluationError(f"{name} with {count} names takes lists of {count}, not {values.shown(value)}", "for objects: | items")


def _default(context: Any, value: Any, default: Any = "", boolean: bool = False) -> Any:
    return default if is_absent(value) or (boolean and not value) else value


def _length(context: Any, value: Any) -> int:
    if isinstance(value, str | list | tuple | dict | range):
        return len(value)
    return len(as_list(context, value, "length"))


def _sum(context: Any, value: Any, attribute: Any = None, start: Any = 0) -> Any:
    getter = _attribute(context, attribute)
    total = present(start)
    for item in as_list(context, value, "sum"):
        total = context.environment.call_binop(context, "+", total, getter(item))
    return total


def _sort_key(context: Any, attribute: Any, case_sensitive: bool) -> Callable[[Any], Any]:
    getter = _attribute(context, attribute)

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
    return sorted(as_list(context, value, "sort"), key=_sort_key(context, attribute, case_sensitive), reverse=bool(reverse))


def _extreme(choose: Callable[..., Any], name: str) -> Callable[..., Any]:
    def extreme(context: Any, value: Any, *more: Any, case_sensitive: bool = False, attribute: Any = None) -> Any:
        items = [value, *more] if more else as_list(context, value, name)
        if not items:
            return missing.Missing("", explain=lambda: (f"{name} of an empty list", "give it a | default(...)"))
        return choose(items, key=_sort_key(context, attribute, case_sensitive))

    return extreme


def _unique(context: Any, value: Any, case_sensitive: bool = False, attribute: Any = None) -> list[Any]:
    getter = _attribute(context, attribute)
    seen, kept = set(), []
    for item in as_list(context, value, "unique"):
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
    getter = _attribute(context, attribute)
    groups: dict[str, tuple[Any, list[Any]]] = {}
    for item in as_list(context, value, "groupby"):
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
    items = value if isinstance(value, str) else as_list(context, value, name)
    if not items:
        what = "an empty text" if isinstance(value, str) else "an empty list"
        return missing.Missing("", explain=lambda: (f"{name} of {what}", "give it a | default(...)"))
    return items[index]


def _reverse(context: Any, value: Any) -> Any:
    return context.environment.cut(context, value if isinstance(value, str) else as_list(context, value, "reverse"), None, None, -1)


def _object(context: Any, value: Any, name: str) -> dict[str, Any]:
    if isinstance(present(value), dict):
        context.budget.operations(len(value))
        return dict(value)
    raise errors.EvaluationError(f"{name} takes an object, not {values.shown(value)}", null_hint(value, "{}"))


def _items(context: Any, value: Any) -> list[list[Any]]:
    return [[key, member] for key, member in _object(context, value, "items").items()]


def _dictsort(context: Any, value: Any, case_sensitive: bool = False, by: str = "key", reverse: bool = False) -> list[list[Any]]:
    key = _sort_key(context, None, case_sensitive)
    return sorted(_items(context, value), key=lambda pair: key(pair[1 if by == "value" else 0]), reverse=bool(reverse))


def _slice(context: Any, value: Any, slices: int, fill_with: Any = None) -> list[list[Any]]:
    context.budget.operations(_small(slices, "slice"))
    return [list(part) for part in jinja_filters.sync_do_slice(as_list(context, value, "slice"), _small(slices, "slice"), fill_with)]


def _batch(context: Any, value: Any, linecount: int, fill_with: Any = None) -> list[list[Any]]:
    context.budget.operations(_small(linecount, "batch") // 50)
    return [list(part) for part in jinja_filters.do_batch(as_list(context, value, "batch"), _small(linecount, "batch"), fill_with)]


def _small(count: Any, name: str) -> int:
    if isinstance(present(count), int) and not isinstance(count, bool) and 1 <= count <= limits.MAX_RANGE:
        return int(count)
    raise errors.LimitExceeded(f"{name} takes a whole number from 1 to {limits.MAX_RANGE:,} (MAX_RANGE), not {values.shown(count)}")


def _of_jinja(function: Callable[..., Any], name: str, kind: str, place: int) -> Callable[..., Any]:
    """map, select and their kin: Jinja's, over a counted list, giving a list. `place` is where a filter's or test's name stands."""

    def call(context: Any, value: Any, *arguments: Any, **named: Any) -> list[Any]:
        table = context.environment.filters if kind == "filter" else context.environment.tests
        for used in arguments[place : place + 1]:
            if not isinstance(present(used), str) or used not in table or used.endswith("!"):
                raise grammar.unknown(kind, used if isinstance(used, str) else values.shown(used), table)
        if not arguments[place:] and not named and name == "map":
            raise errors.EvaluationError("map needs an attribute or a filter", "map(attribute='name') or map('upper')")
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
        raise errors.EvaluationError(f"{values.shown(value)} is no number", null_hint(value, "0") or _NUMBER_HINT)
    return default if number is None else number


def _int(context: Any, value: Any, default: Any = _UNSET) -> Any:
    if isinstance(value, bool):
        return int(value)
    number = _number(context, value, default)
    return arithmetic.truncated(number) if isinstance(number, Decimal) else number


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


def _usage(name: str, function: Callable[..., Any]) -> str:
    """How a filter is written, `x | truncate(length, killwords, end, leeway)`; * marks what may be left away."""
    parameters = list(inspect.signature(function).parameters.values())[2:]
    shown = [f"{one.name}{'*' if one.default is not one.empty else ''}" for one in parameters if one.kind is one.POSITIONAL_OR_KEYWORD]
    optional = "; those with * may be left away" if any(one.endswith("*") for one in shown) else ""
    return f"it is written x | {name}{'(' + ', '.join(shown) + ')' if shown else ''}{optional}"


def _counted(name: str, function: Callable[..., Any]) -> Any:
    """A filter as Jinja calls it: with the context; what it makes is counted."""
    usage, forgiving = _usage(name, function), name in ("default", "d")

    def call(context: Any, *arguments: Any, **named: Any) -> Any:
        context.budget.operations(1)
        if not forgiving:
            for argument in (*arguments, *named.values()):
                present(argument)
        try:
            made = function(context, *arguments, **named)
        except (TypeError, ValueError, OverflowError, jinja2.TemplateError):  # Python's and Jinja's words would not help
            raise errors.EvaluationError(f"{name} does not take these arguments", usage) from None
        if isinstance(made, str):
            context.budget.operations(len(made) // 100)
            if len(made) > limits.MAX_TEXT_CHARS:
                raise budget.text_too_long()
        return made

    return jinja2.pass_context(call)


_TABLE: Final[dict[str, Callable[..., Any]]] = {
    "rounds!": _rounds, "name!": _name, "bind!": _bind, "format_number": _format,
    "parts!": lambda context, value, count: parts_of(value, count, "{% set %}"),
    "default": _default, "d": _default, "length": _length, "count": _length, "first": _first, "last": _last, "sum": _sum,
    "sort": _sort, "min": _extreme(min, "min"), "max": _extreme(max, "max"), "unique": _unique, "groupby": _groupby,
    "reverse": _reverse, "items": _items, "dictsort": _dictsort, "slice": _slice, "batch": _batch, "contains": _contains,
    "keys": lambda context, value: list(_object(context, value, "keys")),
    "values": lambda context, value: list(_object(context, value, "values").values()),
    "list": lambda context, value: as_list(context, list(value) if isinstance(value, str) else value, "list"),
    "map": _of_jinja(jinja_filters.sync_do_map, "map", "filter", 0),
    "select": _of_jinja(jinja_filters.sync_do_select, "select", "test", 0),
    "reject": _of_jinja(jinja_filters.sync_do_reject, "reject", "test", 0),
    "selectattr": _of_jinja(jinja_filters.sync_do_selectattr, "selectattr", "test", 1),
    "rejectattr": _of_jinja(jinja_filters.sync_do_rejectattr, "rejectattr", "test", 1),
    "jmespath": lambda context, value, query: queries.search(context, query, texts.leaving(value, context.budget)),
    "number": _number, "to_number": _number, "float": _number, "int": _int, "round": _round, "abs": _abs, "date": _date,
    "json": _json, "tojson": _json,
    **text.TABLE,
}  # fmt: skip

FILTERS: Final[dict[str, Any]] = {name: _counted(name, function) for name, function in _TABLE.items()}
