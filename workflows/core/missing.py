"""What stands for something that is not there, for the evaluator: `default` forgives it, everything else is an error that names it."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from typing import Any, Final

import jinja2

from workflows.core import errors, values

#: What is missing, and what to do about it.
Words = tuple[str, str]
_MAX_NAME_CHARS: Final = 60
_MAX_CANDIDATES: Final = 500
#: What authors write as members or methods, and the filters that do it here.
_METHODS: Final = {
    "items": "items", "keys": "keys", "values": "values", "get": "default(...)", "length": "length", "size": "length", "count": "length",
    "upper": "upper", "lower": "lower", "toUpperCase": "upper", "toLowerCase": "lower", "strip": "trim", "trim": "trim", "split": "split",
    "replace": "replace(...)", "join": "join(', ')", "startswith": "starts_with(...)", "startsWith": "starts_with(...)",
    "endswith": "ends_with(...)", "endsWith": "ends_with(...)", "includes": "contains(...)", "contains": "contains(...)",
    "toFixed": "round(2)", "strftime": "date('%d.%m.%Y')", "isoformat": "string", "format": "date('%d.%m.%Y')", "year": "date('%Y')",
    "month": "date('%m')", "day": "date('%d')", "map": "map(attribute=...)", "filter": "selectattr(...)", "toString": "string",
}  # fmt: skip


class Missing(jinja2.StrictUndefined):
    """A name, key or index that is not there. Any use but `default` and `is defined` raises MissingValue.

    `explain` gives the words of the error; it is asked only when they are needed, since most are forgiven.
    """

    __slots__ = ("_explain",)

    def __init__(
        self, hint: str | None = None, obj: Any = None, name: str | None = None, exc: Any = None, explain: Callable[[], Words] | None = None
    ) -> None:
        super().__init__(hint or f"'{name}' is not set on the way taken here", obj, name)
        self._explain = explain

    def error(self) -> errors.MissingValue:
        """The error that names what is missing and what is there."""
        message, advice = self._explain() if self._explain else (str(self._undefined_hint), "")
        return errors.MissingValue(message, advice)

    def _fail(self, *args: Any, **kwargs: Any) -> Any:
        raise self.error()

    _fail_with_undefined_error = _fail
    __iter__ = __str__ = __len__ = __eq__ = __ne__ = __bool__ = __hash__ = __contains__ = _fail
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = _fail
    __lt__ = __le__ = __gt__ = __ge__ = __call__ = __getitem__ = __neg__ = __pos__ = __int__ = __float__ = _fail


def there_is(names: Iterable[Any], limit: int = 12) -> str:
    """`there is: a, b, c` for a message."""
    known = list(names)
    if not known:
        return "there is nothing"
    more = f" and {len(known) - limit:,} more" if len(known) > limit else ""
    return f"there is: {', '.join(map(key_shown, known[:limit]))}{more}"


def suggestion(name: Any, known: Iterable[Any]) -> str:
    """`did you mean 'x'?` or ""; only short names are looked at, and not too many."""
    if not isinstance(name, str) or len(name) > _MAX_NAME_CHARS:
        return ""
    candidates = [item for item in list(known)[:_MAX_CANDIDATES] if isinstance(item, str) and len(item) <= _MAX_NAME_CHARS]
    near = difflib.get_close_matches(name, candidates, 1)
    return f"did you mean '{near[0]}'?" if near else ""


def key_shown(key: Any) -> str:
    """A key or index for a message, as the language writes it and not too long."""
    text = key if isinstance(key, str) else values.scalar_text(key) if isinstance(key, values.SCALARS) else values.type_name(key)
    return text if len(text) <= _MAX_NAME_CHARS else f"{text[:_MAX_NAME_CHARS]}..."


def method_advice(key: Any) -> str:
    """The filter that does what a method of this name does elsewhere, or ""."""
    return f"there are no methods; use the filter | {_METHODS[key]}" if isinstance(key, str) and key in _METHODS else ""


def member(holder: Any, key: Any, path: str) -> Missing:
    """The absence of `key` in `holder`, which the author wrote as `path`."""
    if isinstance(key, Missing):
        return key
    return Missing("", explain=lambda: _words(holder, key, path))


def _words(holder: Any, key: Any, path: str) -> Words:
    place = f"'{path}'" if path else values.type_name(holder)
    if isinstance(holder, values.Skipped):
        return f"{place} is null because {holder.reason}, so '{key_shown(key)}' cannot be read", "guard it with | default(...) or an if"
    if holder is None:
        return f"{place} is null, so '{key_shown(key)}' cannot be read", "guard it with | default(...)"
    if isinstance(holder, values.Rows):
        return f"no row '{key_shown(key)}' in {place}; {there_is(holder.keys_found())}", "give it a | default(...)"
    if isinstance(holder, dict):
        return _absent_key(holder, key, place)
    if isinstance(holder, list | tuple | str) and isinstance(key, int) and not isinstance(key, bool):
        count = f"{len(holder)} {'character' if isinstance(holder, str) else 'item'}{'' if len(holder) == 1 else 's'}"
        return f"no item {key} in {place}; it is a {'text' if isinstance(holder, str) else 'list'} of {count}", ""
    if isinstance(holder, list | tuple):
        advice = method_advice(key) or "take one with [0], or all with | map(attribute=...)"
        what = f"{place} is {values.type_name(holder)}" if path else values.type_name(holder)
        return f"{what}, so '{key_shown(key)}' cannot be read", advice
    what = f"{place} is {values.shown(holder)}" if path else values.shown(holder)
    return f"{what}, so '{key_shown(key)}' cannot be read", method_advice(key) or "only objects have members"


def _absent_key(holder: dict[str, Any], key: Any, place: str) -> Words:
    reason = holder.get("reason")
    advice = reason if isinstance(reason, str) and reason else suggestion(key, holder) or method_advice(key)
    return f"'{key_shown(key)}' is missing in {place}; {there_is(holder)}", advice
