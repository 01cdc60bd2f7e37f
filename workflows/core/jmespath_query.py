"""The filter `jmespath(...)`: projections and filters of documents of the earlier system, with exact decimals and a bounded result."""

from __future__ import annotations

import functools
from decimal import Decimal
from typing import Any

import jmespath
from jmespath import exceptions as jmespath_exceptions

from workflows.core import errors, limits, texts, values


@functools.lru_cache(maxsize=512)
def _compiled(query: str) -> Any:
    if len(query) > limits.MAX_EXPRESSION_CHARS:
        raise errors.LimitExceeded(f"a query of more than {limits.MAX_EXPRESSION_CHARS:,} characters (MAX_EXPRESSION_CHARS)")
    try:
        compiled = jmespath.compile(query)
    except (jmespath_exceptions.JMESPathError, RecursionError) as error:
        raise errors.EvaluationError(f"'{query[:80]}' is no JMESPath query", str(error).splitlines()[0]) from None
    _exact(compiled.parsed)
    return compiled


def _exact(node: Any) -> None:
    """The literals that JMESPath read as floats become decimals with the digits as written."""
    if isinstance(node, dict):
        if node.get("type") == "literal":
            node["value"] = _decimal(node["value"])
        for child in node.get("children", ()):
            _exact(child)


def _decimal(value: Any) -> Any:
    if isinstance(value, float):
        return Decimal(repr(value))
    if isinstance(value, list):
        return [_decimal(member) for member in value]
    if isinstance(value, dict):
        return {key: _decimal(member) for key, member in value.items()}
    return value


def search(context: Any, query: Any, value: Any) -> Any:
    """What the query finds in a JSON value; null where it finds nothing, as JMESPath does."""
    if not isinstance(query, str):
        raise errors.EvaluationError(f"jmespath takes its query as text, not {values.shown(query)}")
    compiled = _compiled(query)
    context.budget.operations(texts.count_members(value, limits.MAX_OPERATIONS) * (1 + query.count("[")))
    try:
        return _decimal(compiled.search(value))
    except (jmespath_exceptions.JMESPathError, TypeError, ArithmeticError, RecursionError) as error:
        raise errors.EvaluationError(f"the query '{query[:80]}' failed", str(error).splitlines()[0]) from None
