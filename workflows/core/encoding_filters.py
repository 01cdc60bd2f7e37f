"""Filters that write a value the way other systems want it: Unix time, Base64, CSV."""

from __future__ import annotations

import base64
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

from workflows.core import errors, moments, operands, text_filters, texts, values


def _timestamp(context: Any, value: Any) -> int | Decimal:
    """`"2026-11-23T18:00:00+02:00" | timestamp` is 1795449600; a fraction of a second stays."""
    return moments.unix_seconds(operands.present(value))


def _base64(context: Any, value: Any) -> str:
    """`"a b" | base64` is "YSBi"; the text's UTF-8 bytes (RFC 4648, section 4)."""
    return base64.b64encode(text_filters.text_of(context, value, "base64").encode("utf-8", "replace")).decode("ascii")


def _csv(context: Any, value: Any) -> str:
    """A list of objects as CSV (RFC 4180, lines end with LF): first the names of all members, then a line an object."""
    rows = operands.as_list(context, value, "csv")
    for row in rows:
        if not isinstance(row, dict):
            raise errors.EvaluationError(f"csv takes a list of objects, found {values.shown(row)} in it")
    names = list(dict.fromkeys(name for row in rows for name in row))
    context.budget.operations(len(rows) * len(names))
    lines = [names, *([row.get(name) for name in names] for row in rows)]
    return "".join(",".join(_cell(context, cell) for cell in line) + "\n" for line in lines) if names else ""


def _cell(context: Any, value: Any) -> str:
    text = "" if value is None else texts.text_of(value, context.budget)
    return '"' + text.replace('"', '""') + '"' if any(sign in text for sign in ',"\r\n') or text != text.strip() else text


TABLE: Final[dict[str, Callable[..., Any]]] = {"timestamp": _timestamp, "base64": _base64, "csv": _csv}
