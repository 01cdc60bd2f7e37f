"""The tests of the language, `x is defined`, `n is even`; also used by select and reject."""

from __future__ import annotations

import functools
from decimal import Decimal
from typing import Any, Final

import jinja2

from workflows.core import errors, missing, moments, values


def _comparing(operator: str) -> Any:
    @jinja2.pass_context
    def test(context: Any, value: Any, other: Any) -> bool:
        return bool(context.environment.compare(context, operator, value, other))

    return test


def _present(value: Any) -> Any:
    if isinstance(value, missing.Missing):
        raise value.error()
    return value


def _integer(value: Any) -> bool:
    return isinstance(_present(value), int) and not isinstance(value, bool)


def _divisible(value: Any, by: Any) -> bool:
    return _integer(value) and _integer(by) and by != 0 and value % by == 0


def _guarded(name: str, test: Any) -> Any:
    """A test as Jinja calls it; wrong arguments are told in the words of the language."""

    @functools.wraps(test)
    def call(*arguments: Any, **named: Any) -> bool:
        try:
            return bool(test(*arguments, **named))
        except TypeError:
            raise errors.EvaluationError(f"the test '{name}' does not take these arguments", f"for example x is {name}(3)") from None

    return call


_TABLE: Final[dict[str, Any]] = {
    "defined": lambda value: not isinstance(value, missing.Missing),
    "undefined": lambda value: isinstance(value, missing.Missing),
    "none": lambda value: values.is_null(_present(value)),
    "null": lambda value: values.is_null(_present(value)),
    "true": lambda value: _present(value) is True,
    "false": lambda value: _present(value) is False,
    "boolean": lambda value: isinstance(_present(value), bool),
    "number": lambda value: values.is_number(_present(value)),
    "integer": _integer,
    "float": lambda value: isinstance(_present(value), Decimal),
    "string": lambda value: isinstance(_present(value), str),
    "text": lambda value: isinstance(_present(value), str),
    "mapping": lambda value: isinstance(_present(value), dict),
    "object": lambda value: isinstance(_present(value), dict),
    "list": lambda value: isinstance(_present(value), list | tuple),
    "sequence": lambda value: isinstance(_present(value), list | tuple | str),
    "iterable": lambda value: isinstance(_present(value), list | tuple | dict | str),
    "date": lambda value: isinstance(_present(value), moments.Day | moments.Moment),
    "even": lambda value: _divisible(value, 2),
    "odd": lambda value: _integer(value) and value % 2 == 1,
    "divisibleby": _divisible,
    "lower": lambda value: isinstance(_present(value), str) and value.islower(),
    "upper": lambda value: isinstance(_present(value), str) and value.isupper(),
    **{name: _comparing(operator) for operator, names in {
        "eq": ("eq", "equalto", "=="), "ne": ("ne", "!="), "lt": ("lt", "lessthan", "<"), "lteq": ("le", "<="),
        "gt": ("gt", "greaterthan", ">"), "gteq": ("ge", ">="), "in": ("in",),
    }.items() for name in names},
}  # fmt: skip

TESTS: Final[dict[str, Any]] = {name: _guarded(name, test) for name, test in _TABLE.items()}
