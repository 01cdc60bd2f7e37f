"""The filters that make text of text, for `filters.py`; those that could blow up know beforehand how much they will make."""

from __future__ import annotations

import html
import urllib.parse
from collections.abc import Callable, Iterator
from typing import Any, Final

from workflows.core import budget as budgets
from workflows.core import errors, limits, operands, texts, values


def text_of(context: Any, value: Any, name: str) -> str:
    """A text, or a scalar's text; lists and objects are refused by name, since their JSON is hardly what was meant."""
    if isinstance(value, str):
        context.budget.operations(len(value) // 100)
        return value
    if values.is_number(value) or isinstance(value, values.DATES):
        return values.scalar_text(value)
    if isinstance(value, list | dict | tuple | bool) or values.is_null(value):
        hint = value.reason if isinstance(value, values.Skipped) else "give null a value with | default('')" if value is None else ""
        raise errors.EvaluationError(f"{name} takes text, not {values.shown(value)}", hint)
    return texts.text_of(value, context.budget)


def whole(value: Any, name: str) -> int:
    """An argument that counts something."""
    if isinstance(value, int) and not isinstance(value, bool):
        return int(value)
    raise errors.EvaluationError(f"{name} takes a whole number, not {values.shown(value)}")


def _width(value: Any, name: str) -> int:
    width = whole(value, name)
    if 0 <= width <= limits.MAX_RANGE:
        return width
    raise errors.LimitExceeded(f"{name} takes a width from 0 to {limits.MAX_RANGE:,} (MAX_RANGE), not {values.shown(value)}")


def _will_make(chars: int) -> None:
    if chars > limits.MAX_TEXT_CHARS:
        raise budgets.text_too_long()


def _plain(name: str, function: Callable[[str], str]) -> Callable[..., str]:
    return lambda context, value: function(text_of(context, value, name))


def _title(value: str) -> str:
    return " ".join(word[:1].upper() + word[1:].lower() for word in value.split(" "))


def _replace(context: Any, value: Any, old: str, new: str, count: int = -1) -> str:
    source, old, new = text_of(context, value, "replace"), text_of(context, old, "replace"), text_of(context, new, "replace")
    _will_make(len(source) + (source.count(old) if old else len(source)) * len(new))
    return source.replace(old, new, -1 if count is None else count)


def _join(context: Any, value: Any, d: Any = "", attribute: Any = None) -> str:
    getter = operands.attribute(context, attribute)
    parts = [texts.text_of(getter(item), context.budget) for item in operands.as_list(context, value, "join")]
    glue = text_of(context, d, "join")
    _will_make(len(glue) * len(parts))
    return glue.join(parts)


def _truncate(context: Any, value: Any, length: int = 255, killwords: bool = False, end: str = "...", leeway: int = 0) -> str:
    source, length = text_of(context, value, "truncate"), whole(length, "truncate")
    if len(source) <= length + leeway:
        return source
    if length < len(end):
        raise errors.EvaluationError(f"truncate to {length} leaves no room for its end '{end}'")
    kept = source[: length - len(end)]
    return (kept if killwords else kept.rsplit(" ", 1)[0]) + end


def _center(context: Any, value: Any, width: int = 80) -> str:
    return text_of(context, value, "center").center(_width(width, "center"))


def _indent(context: Any, value: Any, width: Any = 4, first: bool = False, blank: bool = False) -> str:
    source = text_of(context, value, "indent")
    mark = width if isinstance(width, str) else " " * _width(width, "indent")
    _will_make(len(source) + len(mark) * (source.count("\n") + 1))
    lines = source.split("\n")
    return "\n".join(line if (number == 0 and not first) or (not line and not blank) else mark + line for number, line in enumerate(lines))


def _wordwrap(context: Any, value: Any, width: int = 79) -> str:
    source = text_of(context, value, "wordwrap")
    width = max(_width(width, "wordwrap"), 1)
    context.budget.operations(len(source) // 5)
    return "\n".join("\n".join(_lines(line, width)) for line in source.split("\n"))


def _lines(line: str, width: int) -> Iterator[str]:
    """Words as long as they fit on a line; a longer word is cut."""
    current = ""
    for word in line.split():
        if current and len(current) + 1 + len(word) > width:
            yield current
            current = ""
        end = (len(word) - 1) // width * width  # where the last piece of a long word begins
        for start in range(0, end, width):
            yield word[start : start + width]
        current = f"{current} {word}" if current else word[end:]
    yield current


def _split(context: Any, value: Any, separator: str | None = None, limit: int = -1) -> list[str]:
    if separator == "":
        raise errors.EvaluationError("split needs a separator of at least one character")
    parts = text_of(context, value, "split").split(separator, limit)
    context.budget.operations(len(parts))
    return parts


def _trim(context: Any, value: Any, chars: str | None = None) -> str:
    return text_of(context, value, "trim").strip(chars)


def _string(context: Any, value: Any) -> str:
    return texts.text_of(value, context.budget)


def _urlencode(context: Any, value: Any) -> str:
    if isinstance(value, dict):
        return urllib.parse.urlencode([(key, texts.text_of(member, context.budget)) for key, member in value.items()])
    return urllib.parse.quote(texts.text_of(value, context.budget), safe="/")


def indented_json(context: Any, value: Any, indent: Any, level: int = 0) -> str:
    """JSON over several lines, for people."""
    width = _width(indent, "json")
    pad, end = "\n" + " " * width * (level + 1), "\n" + " " * width * level
    if isinstance(value, dict) and value:
        members = [
            f"{texts.compact_json(key, context.budget)}: {indented_json(context, member, width, level + 1)}"
            for key, member in value.items()
        ]
    elif isinstance(value, list) and value:
        members = [indented_json(context, member, width, level + 1) for member in value]
    else:
        return texts.compact_json(value, context.budget)
    context.budget.text(len(members) * len(pad))
    opening, closing = ("{", "}") if isinstance(value, dict) else ("[", "]")
    return f"{opening}{pad}{(',' + pad).join(members)}{end}{closing}"


def _starts(context: Any, value: Any, prefix: str) -> bool:
    return text_of(context, value, "starts_with").startswith(text_of(context, prefix, "starts_with"))


def _ends(context: Any, value: Any, suffix: str) -> bool:
    return text_of(context, value, "ends_with").endswith(text_of(context, suffix, "ends_with"))


TABLE: Final[dict[str, Callable[..., Any]]] = {
    "upper": _plain("upper", str.upper),
    "lower": _plain("lower", str.lower),
    "capitalize": _plain("capitalize", str.capitalize),
    "title": _plain("title", _title),
    "escape": _plain("escape", html.escape),
    "e": _plain("e", html.escape),
    "trim": _trim,
    "replace": _replace,
    "join": _join,
    "truncate": _truncate,
    "center": _center,
    "indent": _indent,
    "wordwrap": _wordwrap,
    "wordcount": lambda context, value: len(text_of(context, value, "wordcount").split()),
    "split": _split,
    "string": _string,
    "to_string": _string,
    "urlencode": _urlencode,
    "starts_with": _starts,
    "ends_with": _ends,
}
