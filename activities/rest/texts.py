"""Long texts of a request, for the rest transport: cut at a named limit, told to the reader and in the step's result, never silently."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from activities.rest import parts
from workflows.core import errors, scope, values


@dataclass(frozen=True, slots=True)
class Text:
    """One text: where it comes from, and how long it may be. `setting` is a variable with another limit, "" for none."""

    text: parts.Part
    max_chars: int
    setting: str = ""


@dataclass(frozen=True, slots=True)
class Cut:
    """The texts by name, and a warning for each that was cut."""

    texts: Mapping[str, str]
    warnings: list[str]


def of(given: Mapping[str, Text], names: scope.Scope, setting: Callable[[str], str | None]) -> Cut:
    """The texts, each cut to its limit. What is cut ends with a line that says so, for whoever reads it at the vendor.

    Raises:
        ToolError: INVALID_INPUT, a text cannot be made, or the setting holds no number.
    """
    made, warnings = {}, []
    for name, text in given.items():
        whole, most = _whole(text, names), _limit(text, setting)
        made[name] = whole
        if len(whole) > most:
            left_out = f"{len(whole) - most:,} of {len(whole):,} characters"
            made[name] = f"{whole[:most]}\n[cut here: {left_out} are left out]"
            setting_name = f" ({text.setting})" if text.setting else ""
            warnings.append(f"the text '{name}' was cut to {most:,} characters{setting_name}: {left_out} were not sent")
    return Cut(made, warnings)


def _whole(text: Text, names: scope.Scope) -> str:
    value = text.text.value(names)
    if isinstance(value, bool | dict | list) or value is None:
        raise errors.ToolError(errors.INVALID_INPUT, f"{text.text.path}: found {values.type_name(value)}, expected text")
    return values.scalar_text(value)


def _limit(text: Text, setting: Callable[[str], str | None]) -> int:
    given = (setting(text.setting) or "").strip() if text.setting else ""
    if not given:
        return text.max_chars
    if not given.isascii() or not given.isdigit() or int(given) == 0:
        raise errors.ToolError(
            errors.INVALID_INPUT, f"{text.setting}: found {given!r}, expected a number of characters like {text.max_chars}"
        )
    return int(given)
