"""Why a value does not fit its schema, in people's words: for the checker, for tool calls and for the readers of catalogs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from workflows.core import fit_schema, fit_words

MAX_PROBLEMS: Final = 100  # told of one value
MAX_DESCRIPTION_CHARS: Final = 100

#: A jsonschema.ValidationError; its stubs give most attributes a type that says little.
Fault = Any


@dataclass(frozen=True, slots=True)
class Violation:
    """One place where a value does not fit: `with.channel`, `missing, expected text`, and a near match or "" as hint."""

    path: str
    message: str
    hint: str = ""

    def __str__(self) -> str:
        text = f"{self.path}: {self.message}" if self.path else self.message
        return f"{text} ({self.hint})" if self.hint else text


def find(schema: fit_schema.Schema, value: Any, where: str, fast: Callable[[Any], bool] | None = None) -> list[Violation]:
    """Every violation, at most MAX_PROBLEMS and then one that says so; [] where the value fits.

    `where` is the path of the value itself: find(schema, {}, "with") -> [Violation("with.channel", "missing, expected text")]
    `fast` is a quick check of the same schema, whose yes is taken.
    """
    if fast is not None and fast(value):
        return []
    return _told(fit_schema.validator(schema).iter_errors(value), where)


def find_in_schema(schema: Any, where: str, fast: Callable[[Any], bool] | None = None) -> list[Violation]:
    """Why something is no JSON Schema (2020-12) that can be used: its form, references that lead nowhere, patterns that do not compile.

    `fast` is a quick check of the form, whose yes is taken.
    """
    found = [] if fast is not None and fast(schema) else _told(fit_schema.meta_validator().iter_errors(schema), where)
    if found:
        return found
    for reference in fit_schema.references(schema):
        if fit_schema.resolve(schema, reference) is None:
            message = f"found the reference '{reference}', expected one inside this schema such as '#/$defs/name'"
            found.append(Violation(where, message))
    for path, part in fit_schema.parts(schema, where):
        for pattern in [part.get("pattern"), *_keys(part.get("patternProperties"))]:
            if isinstance(pattern, str) and (reason := _why_no_pattern(pattern)):
                found.append(Violation(path, f"found the pattern '{pattern}', expected a regular expression: {reason}"))
    return found


def _keys(value: Any) -> list[str]:
    return list(value) if isinstance(value, Mapping) else []


def _why_no_pattern(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        return str(error)
    return ""


def _told(faults: Iterable[Fault], where: str) -> list[Violation]:
    found: dict[Violation, None] = {}  # in order, each once
    for fault in faults:
        found.update(dict.fromkeys(_violations(fault, where)))
        if len(found) > MAX_PROBLEMS:  # finding them all could take long
            return [*list(found)[:MAX_PROBLEMS], Violation(where, f"more than {MAX_PROBLEMS} problems; the others are not listed")]
    return list(found)


def _violations(fault: Fault, where: str) -> Iterator[Violation]:
    """The violations that one fault of jsonschema stands for; `absolute_path` is where it found it."""
    path = fit_words.path_to(where, fault.absolute_path)
    if fault.validator == "required":
        yield _missing(fault, where)
    elif fault.validator in ("additionalProperties", "unevaluatedProperties"):
        yield from _unknown(fault, where)
    elif fault.validator in ("anyOf", "oneOf"):
        yield from _no_branch(fault, where)
    elif fault.validator == "enum":
        known = [choice for choice in fault.validator_value if isinstance(choice, str)]
        likely = fit_words.near(fault.instance, known) if isinstance(fault.instance, str) else ""
        yield Violation(
            path, f"found {fit_words.shown(fault.instance)}, expected {fit_words.expected(_schema(fault))}", _did_you_mean(likely)
        )
    else:
        yield Violation(path, _plain(fault))


def _schema(fault: Fault) -> Mapping[str, Any]:
    return fault.schema if isinstance(fault.schema, Mapping) else {}


def _did_you_mean(name: str) -> str:
    return f"did you mean '{name}'?" if name else ""


def _missing(fault: Fault, where: str) -> Violation:
    # jsonschema tells the missing name only inside its sentence, in Python's quotes.
    name = next(name for name in fault.validator_value if fault.message.startswith(f"{name!r} "))
    known = _schema(fault).get("properties", {})
    wanted = fit_words.expected(known.get(name, {}))
    description = known[name].get("description", "") if isinstance(known.get(name), Mapping) else ""
    message = f"missing, expected {wanted}" if wanted else "missing"
    if description and len(description) <= MAX_DESCRIPTION_CHARS:
        message += f": {description}"
    likely = fit_words.near(name, [key for key in fault.instance if key not in known])
    return Violation(
        fit_words.path_to(where, [*fault.absolute_path, name]), message, f"'{likely}' is there; did you mean '{name}'?" if likely else ""
    )


def _unknown(fault: Fault, where: str) -> Iterator[Violation]:
    schema = _schema(fault)
    known = list(schema.get("properties", {}))
    if fault.validator == "unevaluatedProperties":
        yield Violation(
            fit_words.path_to(where, fault.absolute_path),
            f"found {fit_words.shown(fault.instance)}, expected no members beside the described ones",
        )
        return
    wanted = f", expected {fit_words.one_of(known)}" if known else ", expected no members"
    for name in fault.instance:
        if name not in known and not _matches(name, schema.get("patternProperties", {})):
            unused = [key for key in known if key not in fault.instance]
            yield Violation(
                fit_words.path_to(where, [*fault.absolute_path, name]), f"unknown{wanted}", _did_you_mean(fit_words.near(name, unused))
            )


def _matches(name: str, patterns: Mapping[str, Any]) -> bool:
    return any(re.search(pattern, name) for pattern in patterns)


def _no_branch(fault: Fault, where: str) -> Iterator[Violation]:
    """`anyOf`, `oneOf`: tells of the branch that was most likely meant, else of all in one sentence."""
    path = fit_words.path_to(where, fault.absolute_path)
    branches: list[Any] = fault.validator_value
    needs = [branch["required"] for branch in branches if isinstance(branch, Mapping) and set(branch) == {"required"}]
    if not fault.context:
        yield Violation(path, _several_branches(fault, needs))
    elif len(needs) == len(branches):
        yield Violation(path, "missing, expected " + " or ".join(" and ".join(names) for names in needs), _misspelt(fault, branches))
    elif likely := [group for group in _by_branch(fault) if not any(map(_is_of_another_kind, group))]:
        for inner in min(likely, key=_distance):
            yield from _violations(inner, where)
    else:
        words = list(dict.fromkeys(word for branch in branches if (word := fit_words.expected(branch))))
        yield Violation(path, f"found {fit_words.shown(fault.instance)}, expected {' or '.join(words) or 'another form'}")


def _several_branches(fault: Fault, needs: list[list[str]]) -> str:
    """`oneOf` where more than one fits."""
    given = [" and ".join(names) for names in needs if all(name in fault.instance for name in names)]
    if given:
        return f"found {' and '.join(given)}, expected only one of them"
    return f"found {fit_words.shown(fault.instance)}, which fits several forms; expected one"


def _by_branch(fault: Fault) -> list[list[Fault]]:
    groups: dict[Any, list[Fault]] = {}
    for inner in fault.context:
        groups.setdefault(inner.relative_schema_path[0], []).append(inner)
    return list(groups.values())


def _is_of_another_kind(inner: Fault) -> bool:
    """The value itself is of another kind than the branch wants, so that nothing inside it is worth telling."""
    return not inner.relative_path and inner.validator in ("type", "const", "enum")


def _distance(group: list[Fault]) -> tuple[int, int]:
    """How far a branch is from what was meant: one told apart by a constant is farther than one that lacks something."""
    return sum(inner.validator in ("const", "enum") for inner in group), len(group)


def _misspelt(fault: Fault, branches: list[Any]) -> str:
    for name in (name for branch in branches for name in branch["required"]):
        if likely := fit_words.near(name, [key for key in fault.instance if key not in _schema(fault).get("properties", {})]):
            return f"'{likely}' is there; did you mean '{name}'?"
    return ""


def _count(value: int, noun: str) -> str:
    return f"{value:,} {noun}" + ("" if value == 1 else "s")


#: keyword -> (instance, keyword's value) -> sentence.
_SENTENCES: Final[Mapping[str, Callable[[Any, Any], str]]] = {
    "const": lambda found, wanted: f"found {fit_words.shown(found)}, expected {fit_words.bare(wanted)}",
    "type": lambda found, wanted: f"found {fit_words.shown(found)}, expected {fit_words.expected({'type': wanted})}",
    "format": lambda found, wanted: f"found {fit_words.shown(found)}, expected {fit_words.FORMATS.get(wanted, wanted)}",
    "pattern": lambda found, wanted: f"found {fit_words.shown(found)}, expected text that matches {wanted}",
    "maxLength": lambda found, wanted: f"found {_count(len(found), 'character')}, expected at most {wanted:,}",
    "minLength": lambda found, wanted: f"found {_count(len(found), 'character')}, expected at least {wanted:,}",
    "maxItems": lambda found, wanted: f"found {_count(len(found), 'item')}, expected at most {wanted:,}",
    "minItems": lambda found, wanted: f"found {_count(len(found), 'item')}, expected at least {wanted:,}",
    "maxProperties": lambda found, wanted: f"found {_count(len(found), 'member')}, expected at most {wanted:,}",
    "minProperties": lambda found, wanted: f"found {_count(len(found), 'member')}, expected at least {wanted:,}",
    "minimum": lambda found, wanted: f"found {fit_words.brief(found)}, expected at least {wanted}",
    "maximum": lambda found, wanted: f"found {fit_words.brief(found)}, expected at most {wanted}",
    "exclusiveMinimum": lambda found, wanted: f"found {fit_words.brief(found)}, expected more than {wanted}",
    "exclusiveMaximum": lambda found, wanted: f"found {fit_words.brief(found)}, expected less than {wanted}",
    "multipleOf": lambda found, wanted: f"found {fit_words.brief(found)}, expected a multiple of {wanted}",
    "uniqueItems": lambda found, wanted: f"found {fit_words.shown(found)}, expected no item twice",
    "not": lambda found, wanted: f"found {fit_words.shown(found)}, which is not allowed here",
    "contains": lambda found, wanted: (
        f"found {fit_words.shown(found)}, expected an item that is {fit_words.expected(wanted) or 'of another form'}"
    ),
    "dependentRequired": lambda found, wanted: (
        f"found {', '.join(key for key in wanted if key in found)}, expected beside it "
        + ", ".join(name for key in wanted if key in found for name in wanted[key] if name not in found)
    ),
}


def _plain(fault: Fault) -> str:
    sentence = _SENTENCES.get(str(fault.validator))
    if sentence is not None:
        return sentence(fault.instance, fault.validator_value)
    if fault.validator is None:  # the schema `false`
        return f"found {fit_words.shown(fault.instance)}, expected nothing here"
    return f"found {fit_words.shown(fault.instance)}, which does not fit '{fault.validator}' of its schema"
