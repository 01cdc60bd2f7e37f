"""What stands for something that is not there, for the evaluator: `default` forgives it, everything else is an error that names it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any

import jinja2

from workflows.core import errors, values


class Missing(jinja2.StrictUndefined):
    """A name, key or index that is not there. Any use but `default` and `is defined` raises MissingValue."""

    __slots__ = ("_words",)

    def __init__(self, hint: str | None = None, obj: Any = None, name: str | None = None, exc: Any = None, advice: str = "") -> None:
        super().__init__(hint or f"'{name}' is not set on the way taken here", obj, name)
        self._words = advice

    def error(self) -> errors.MissingValue:
        """The error that names what is missing and what is there."""
        return errors.MissingValue(str(self._undefined_hint), self._words)

    def _fail(self, *args: Any, **kwargs: Any) -> Any:
        raise self.error()

    _fail_with_undefined_error = _fail
    __iter__ = __str__ = __len__ = __eq__ = __ne__ = __bool__ = __hash__ = __contains__ = _fail
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = _fail
    __lt__ = __le__ = __gt__ = __ge__ = __call__ = __getitem__ = __neg__ = __pos__ = __int__ = __float__ = _fail


def there_is(names: Iterable[str], limit: int = 12) -> str:
    """`there is: a, b, c` for a message."""
    known = [str(name) for name in names]
    if not known:
        return "there is nothing"
    more = f" and {len(known) - limit} more" if len(known) > limit else ""
    return f"there is: {', '.join(known[:limit])}{more}"


def suggestion(name: str, known: Iterable[str]) -> str:
    """`did you mean 'x'?` or ""."""
    near = difflib.get_close_matches(name, [str(item) for item in known], 1)
    return f"did you mean '{near[0]}'?" if near else ""


def member(holder: Any, key: Any, path: str) -> Missing:
    """The absence of `key` in `holder`, which the author wrote as `path`."""
    place = f"'{path}'" if path else values.type_name(holder)
    if isinstance(holder, values.Skipped):
        return Missing(
            f"{place} is null because {holder.reason}, so '{key}' cannot be read", advice="guard it with | default(...) or an if"
        )
    if holder is None:
        return Missing(f"{place} is null, so '{key}' cannot be read", advice="guard it with | default(...)")
    if isinstance(holder, dict):
        return _absent_key(holder, key, place)
    if isinstance(holder, list | tuple):
        return _absent_item(holder, key, place)
    what = f"'{path}' is {values.shown(holder)}" if path else values.shown(holder)
    return Missing(f"{what}, so '{key}' cannot be read", advice="only objects have members; what looks like a method is a filter")


def _absent_key(holder: dict[str, Any], key: Any, place: str) -> Missing:
    if isinstance(holder, values.Rows):
        return Missing(f"no row '{values.key_text(key)}' in {place}; {there_is(holder.keys_found())}", advice="give it a | default(...)")
    advice = suggestion(str(key), holder)
    reason = holder.get("reason")
    if isinstance(reason, str) and reason:
        advice = reason
    return Missing(f"'{key}' is missing in {place}; {there_is(holder)}", advice=advice)


def _absent_item(holder: list[Any] | tuple[Any, ...], key: Any, place: str) -> Missing:
    count = f"{len(holder)} item{'' if len(holder) == 1 else 's'}"
    if isinstance(key, int):
        return Missing(f"no item {key} in {place}; it is a list of {count}")
    advice = "its length is | length" if key in ("length", "count", "size") else "take one with [0], or all with | map(attribute=...)"
    return Missing(f"{place} is a list of {count}, so '{key}' cannot be read", advice=advice)
