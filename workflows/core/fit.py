"""Fits the arguments of a call to a tool's input schema and checks its output, for tool calls and mock runs alike."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from workflows.core import errors, fit_example, fit_problems, fit_schema, fit_words, limits

#: JSON's way to write a number that reads back as it stands: no exponent, no leading zero, no "-0".
_INTEGER: Final = re.compile(r"0|-?[1-9][0-9]*")
_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")


@dataclass(frozen=True, slots=True)
class Fitted:
    """Arguments that fit. `changed` says that `value` is not what was given.

    `notices` are warnings for the result of the step: text that was cut, lists that were spliced in.
    `conversions` tells of numbers and texts that were converted; nothing was lost there.
    """

    value: Any
    changed: bool
    notices: list[str] = field(default_factory=list)
    conversions: list[str] = field(default_factory=list)


def arguments(schema: fit_schema.Schema, value: Any, is_valid: Callable[[Any], bool] | None = None) -> Fitted:
    """Fits the arguments of a call to the tool's input schema; what fits as it stands is handed back as it is.

    A number becomes text where only text is wanted, exactly convertible text becomes a number or boolean where only that is wanted,
    a list inside a list is spliced in where the items are no lists, and a text marked `x-cut` is cut to its `maxLength`.

    arguments(slack_schema, {"channel": 5}) -> Fitted({"channel": "5"}, changed=True, ...)

    `is_valid` is a faster validator of the same schema. It must check `fit_schema.FORMATS` too and may refuse too much, never too little.

    Raises:
        errors.ToolError: of kind INVALID_INPUT, with every violation, under `details["problems"]` too.
    """
    try:
        if _is_valid(schema, value, is_valid):
            return Fitted(value, changed=False)
        fitter = _Fitter(schema)
        fitted = fitter.fit(schema, value, "with")
        if fitted is value or not _is_valid(schema, fitted, is_valid):
            _refuse(errors.INVALID_INPUT, fit_problems.find(schema, fitted, "with"))
    except RecursionError:
        raise _too_deep(errors.INVALID_INPUT, "with") from None
    return Fitted(fitted, fitted is not value, fitter.notices, fitter.conversions)


def output(schema: fit_schema.Schema, value: Any, is_valid: Callable[[Any], bool] | None = None) -> None:
    """Checks a tool's output against its output schema; nothing is converted.

    Raises:
        errors.ToolError: of kind BAD_OUTPUT, with every violation.
    """
    try:
        if not _is_valid(schema, value, is_valid):
            _refuse(errors.BAD_OUTPUT, fit_problems.find(schema, value, "output"))
    except RecursionError:
        raise _too_deep(errors.BAD_OUTPUT, "output") from None


def example(schema: fit_schema.Schema) -> Any:
    """A made-up value that fits a schema, the same one each time: {"type": "integer", "minimum": 3} -> 3."""
    return fit_example.make(schema)


def _is_valid(schema: fit_schema.Schema, value: Any, is_valid: Callable[[Any], bool] | None) -> bool:
    if is_valid is None:
        return bool(fit_schema.validator(schema).is_valid(value))
    try:
        return is_valid(value)
    except (TypeError, ValueError, OverflowError):  # a value that the faster one cannot read, such as a very long number
        return False


def _refuse(kind: str, violations: list[fit_problems.Violation]) -> None:
    if violations:
        problems = [{"path": found.path, "message": found.message, "hint": found.hint} for found in violations]
        raise errors.ToolError(kind, errors.cut("; ".join(map(str, violations))), {"problems": problems})


def _too_deep(kind: str, path: str) -> errors.ToolError:
    message = f"nested too deeply to be checked, expected at most {limits.MAX_DEPTH} levels"
    return errors.ToolError(kind, f"{path}: {message}", {"problems": [{"path": path, "message": message, "hint": ""}]})


class _Fitter:
    """Walks a schema and a value together and converts what the schema asks for; gathers what it did."""

    def __init__(self, root: fit_schema.Schema) -> None:
        self.root = root
        self.notices: list[str] = []
        self.conversions: list[str] = []

    def fit(self, schema: fit_schema.Schema, value: Any, path: str, depth: int = 0) -> Any:
        """The value, converted; the same object where nothing was."""
        if isinstance(schema, bool) or depth > 4 * limits.MAX_DEPTH:
            return value
        for part in self._also(schema, value):
            value = self.fit(part, value, path, depth + 1)
        value = self._choice(schema, value, path, depth)
        match value:
            case dict():
                return self._object(schema, value, path, depth)
            case list():
                return self._array(schema, value, path, depth)
        return self._scalar(schema, value, path)

    def _also(self, schema: Mapping[str, Any], value: Any) -> list[fit_schema.Schema]:
        """The schemas that hold for the same value: `$ref`, `allOf`, `then` or `else`."""
        parts: list[Any] = list(schema.get("allOf", ()))
        if isinstance(reference := schema.get("$ref"), str):
            parts.append(fit_schema.resolve(self.root, reference))
        if "if" in schema:
            parts.append(schema.get("then" if self._fits(schema["if"], value) else "else"))
        return [part for part in parts if part is not None]

    def _fits(self, schema: fit_schema.Schema, value: Any) -> bool:
        return bool(fit_schema.validator(self.root).evolve(schema=schema).is_valid(value))

    def _choice(self, schema: Mapping[str, Any], value: Any, path: str, depth: int) -> Any:
        """`anyOf`, `oneOf`: converts only if no branch fits as it stands and all that fit afterwards agree."""
        for word in ("anyOf", "oneOf"):
            branches = schema.get(word, ())
            if not branches or any(self._fits(branch, value) for branch in branches):
                continue
            found: dict[str, tuple[Any, _Fitter]] = {}
            for branch in branches:
                trial = _Fitter(self.root)
                fitted = trial.fit(branch, value, path, depth + 1)
                if fitted is not value and self._fits(branch, fitted):
                    found[canonical(fitted)] = (fitted, trial)
            if len(found) == 1:
                value, trial = next(iter(found.values()))
                self.notices += trial.notices
                self.conversions += trial.conversions
        return value

    def _object(self, schema: Mapping[str, Any], value: dict[str, Any], path: str, depth: int) -> dict[str, Any]:
        properties = schema.get("properties", {})
        patterns = schema.get("patternProperties", {})
        others = schema.get("additionalProperties", True)
        changed = {}
        for key, item in value.items():
            parts = [properties[key]] if key in properties else []
            parts += [part for pattern, part in patterns.items() if re.search(pattern, key)]
            fitted = item
            for part in parts or [others]:
                fitted = self.fit(part, fitted, fit_words.path_to(path, [key]), depth + 1)
            if fitted is not item:
                changed[key] = fitted
        return {**value, **changed} if changed else value

    def _array(self, schema: Mapping[str, Any], value: list[Any], path: str, depth: int) -> list[Any]:
        first = schema.get("prefixItems", ())
        items = schema.get("items", True)
        value = self._spliced(items, value, path, len(first))
        fitted = [
            self.fit(first[index] if index < len(first) else items, item, f"{path}[{index}]", depth + 1) for index, item in enumerate(value)
        ]
        return fitted if any(new is not old for new, old in zip(fitted, value, strict=True)) else value

    def _spliced(self, items: fit_schema.Schema, value: list[Any], path: str, start: int) -> list[Any]:
        """`["${params.members}"]`: a list that stands where a member should becomes the members themselves, one level deep."""
        inner = [index for index, item in enumerate(value) if index >= start and isinstance(item, list)]
        if not inner or fit_schema.allows(items, "array", self.root):
            return value
        spliced: list[Any] = []
        for index, item in enumerate(value):
            if index in inner:
                self.notices.append(f"{path}[{index}]: a list of {len(item)} was spliced into the list around it")
                spliced += item
            else:
                spliced.append(item)
        return spliced

    def _scalar(self, schema: Mapping[str, Any], value: Any, path: str) -> Any:
        types = fit_schema.types_of(schema)
        fitted = _converted(types, value) if types else value
        if fitted is not value:
            kinds = "number to text" if isinstance(fitted, str) else f"text to {'boolean' if isinstance(fitted, bool) else 'number'}"
            self.conversions.append(f"{path}: converted from {kinds}")
        longest = schema.get("maxLength")
        if schema.get("x-cut") is True and longest is not None and isinstance(fitted, str) and len(fitted) > longest:
            self.notices.append(f"{path}: cut from {len(fitted):,} to {longest:,} characters")
            fitted = fitted[: int(longest)]
        return fitted


def _converted(types: frozenset[str], value: Any) -> Any:
    """The value as the one type that it can become without loss, else itself."""
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return _number_text(value) if "string" in types and not types & {"number", "integer"} else value
    if not isinstance(value, str) or "string" in types:
        return value
    if "boolean" in types and value in ("true", "false"):
        return value == "true"
    if types & {"number", "integer"} and len(value) <= limits.MAX_NUMBER_DIGITS:
        if _INTEGER.fullmatch(value):
            return int(value)
        if "number" in types and _NUMBER.fullmatch(value):
            return Decimal(value)
    return value


def _number_text(value: int | Decimal) -> Any:
    """The number's digits, an exponent written out; the number itself where that is longer than a number may be."""
    if isinstance(value, int):
        return str(value) if abs(value) < 10**limits.MAX_NUMBER_DIGITS else value
    digits = value.as_tuple()
    if not isinstance(digits.exponent, int) or len(digits.digits) + abs(digits.exponent) > 2 * limits.MAX_NUMBER_DIGITS:
        return value
    return format(value, "f")


def canonical(value: Any) -> str:
    """A JSON value as one text: keys sorted, decimals with their digits, nothing between the parts; for digests and comparisons."""
    match value:
        case dict():
            return "{" + ",".join(f"{json.dumps(key)}:{canonical(value[key])}" for key in sorted(value)) + "}"
        case list() | tuple():
            return "[" + ",".join(map(canonical, value)) + "]"
        case Decimal():
            return str(value)
    return json.dumps(value)
