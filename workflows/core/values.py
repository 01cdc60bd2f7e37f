"""What values are and mean, for the evaluator: JSON types with exact decimals, date words, null that knows why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from workflows.core import errors, limits, moments

_END: Final = object()
NUMBERS: Final = (int, Decimal)
DATES: Final = (moments.Day, moments.Moment, moments.Year)
SCALARS: Final = (str, bool, int, Decimal, type(None))


class Skipped:
    """The output of a step that was skipped by its `if`: null, but it can say why."""

    __slots__ = ("reason",)

    def __init__(self, reason: str) -> None:
        self.reason = reason

    def __bool__(self) -> bool:
        return False


class Rows(dict[str, Any]):
    """A query's output, `{"rows": [...], "count": n}`; `out[key]` finds a row by its first column or `key_by`."""

    __slots__ = ("_index", "key_by")

    def __init__(self, output: Mapping[str, Any], key_by: str | None = None) -> None:
        super().__init__(output)
        self.key_by = key_by
        self._index: dict[str, list[dict[str, Any]]] | None = None

    def find(self, key: Any) -> list[dict[str, Any]]:
        """The rows with this key, compared as text."""
        if self._index is None:
            self._index = {}
            for row in self.get("rows") or []:
                column = self.key_by or next(iter(row), "")
                if column in row:
                    self._index.setdefault(key_text(row[column]), []).append(row)
        return self._index.get(key_text(key), [])

    def keys_found(self) -> Iterator[str]:
        """The keys there are, in the rows' order."""
        self.find("")
        return iter(self._index or {})


def key_text(value: Any) -> str:
    """A key as text: 7 and "7" are the same key."""
    return value if isinstance(value, str) else scalar_text(value)


def is_null(value: Any) -> bool:
    """Null, also that of a skipped step."""
    return value is None or isinstance(value, Skipped)


def is_number(value: Any) -> bool:
    """An integer or a decimal; true and false are no numbers."""
    return isinstance(value, NUMBERS) and not isinstance(value, bool)


def type_name(value: Any) -> str:
    """The word for a value in messages: "a list of 3 items", "text", "null"."""
    match value:
        case None | Skipped():
            return "null"
        case bool():
            return "true" if value else "false"
        case int() | Decimal():
            return "a number"
        case str():
            return "text"
        case list() | tuple():
            return f"a list of {len(value)} item{'' if len(value) == 1 else 's'}"
        case dict():
            return "an object"
        case moments.Day():
            return "a date"
        case moments.Moment():
            return "a time"
        case moments.Year():
            return "a year"
    return "a duration" if type(value).__name__ == "Duration" else "no value of the language"


def shown(value: Any, limit: int = 60) -> str:
    """A value for a message: its kind and, for scalars, itself: `text "abc"`, `the number 5`, `null`."""
    match value:
        case str():
            return f'text "{value if len(value) <= limit else value[:limit] + "..."}"'
        case bool() | None | Skipped():
            return type_name(value)
        case int() | Decimal():
            text = scalar_text(value)
            return f"the number {text if len(text) <= limit else text[:limit] + '...'}"
    if isinstance(value, DATES):
        return f"{type_name(value)} ({value})"
    return type_name(value)


def scalar_text(value: Any) -> str:
    """A scalar as text inside text: numbers as in JSON, an exponent written out, `true`, `null`."""
    if isinstance(value, str):
        return value
    if value is None or isinstance(value, Skipped):
        return "null"
    if value is True:
        return "true"
    if value is False:
        return "false"
    if isinstance(value, Decimal):
        check_digits(value)
        return format(value, "f")
    return str(value)


def check_digits(value: Decimal) -> None:
    """Refuses a decimal whose digits would fill the memory when written out; such ones come from documents and tools.

    Raises:
        LimitExceeded: it has more than MAX_NUMBER_DIGITS digits.
    """
    if not value.is_finite() or value.adjusted() >= limits.MAX_NUMBER_DIGITS or int(value.as_tuple().exponent) < -limits.MAX_NUMBER_DIGITS:
        raise too_many_digits()


def too_many_digits() -> errors.LimitExceeded:
    """The error for a number that is too long to write out."""
    return errors.LimitExceeded(
        f"a number of more than {limits.MAX_NUMBER_DIGITS} digits (MAX_NUMBER_DIGITS)", "round it, or keep it as text"
    )


def equal(left: Any, right: Any) -> bool:
    """`==`: 1 equals 1.0, true does not equal 1, dates equal their ISO text."""
    if is_null(left) or is_null(right):
        return is_null(left) and is_null(right)
    if isinstance(left, DATES) or isinstance(right, DATES):
        return _dates_equal(left, right)
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, list | tuple | dict):
        return _members_equal(left, right)
    return bool(left == right)


def _members_equal(left: Any, right: Any) -> bool:
    """Lists and objects, with a stack of its own: see texts._JsonWriter."""
    stack = [(left, right)]
    while stack:
        one, other = stack.pop()
        if isinstance(one, list | tuple) and isinstance(other, list | tuple):
            if len(one) != len(other):
                return False
            stack.extend(zip(one, other, strict=True))
        elif isinstance(one, dict) and isinstance(other, dict):
            if one.keys() != other.keys():
                return False
            stack.extend((member, other[key]) for key, member in one.items())
        elif isinstance(one, list | tuple | dict) or not equal(one, other):
            return False
    return True


def _dates_equal(left: Any, right: Any) -> bool:
    try:
        return moments.compare(left, right) == 0
    except errors.EvaluationError:
        return False


def compare(left: Any, right: Any) -> int:
    """-1, 0 or 1, for numbers, texts, dates and lists of them.

    Raises:
        EvaluationError: the two have no order (null, text against a number, objects).
    """
    if (is_number(left) and is_number(right)) or (isinstance(left, str) and isinstance(right, str)):
        return int(left > right) - int(left < right)
    if isinstance(left, DATES) or isinstance(right, DATES):
        return moments.compare(left, right)
    if isinstance(left, list | tuple) and isinstance(right, list | tuple):
        return _compare_lists(left, right)
    raise errors.EvaluationError(f"{shown(left)} and {shown(right)} have no order", _order_hint(left, right))


def _compare_lists(left: Any, right: Any) -> int:
    """By the first members that differ, else the shorter first; with a stack of its own: see texts._JsonWriter."""
    stack = [(iter(left), iter(right))]
    while stack:
        one, other = (next(members, _END) for members in stack[-1])
        if one is _END or other is _END:
            if one is not other:
                return -1 if one is _END else 1
            stack.pop()
        elif isinstance(one, list | tuple) and isinstance(other, list | tuple):
            stack.append((iter(one), iter(other)))
        elif order := compare(one, other):
            return order
    return 0


def _order_hint(left: Any, right: Any) -> str:
    if is_null(left) or is_null(right):
        null = left if is_null(left) else right
        return null.reason if isinstance(null, Skipped) else "give null a value with | default(0)"
    if (isinstance(left, str) and is_number(right)) or (is_number(left) and isinstance(right, str)):
        return "turn the text into a number with | number"
    return "only two numbers, two texts or two dates can be ordered"
