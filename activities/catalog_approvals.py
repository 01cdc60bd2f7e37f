"""Everything wrong with the approvals of a tool definition, for the loader of the catalog: better than a payment that fails on Friday."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from activities import catalog_problems
from workflows.core import broken_templates, check_references, durations, errors, expressions, fit_words, leaves, marks
from workflows.core.approvals import request

#: Members of a rule that are durations.
_DURATIONS: Final = ("timeout", "remind_every", "escalate_after")
_ROOT: Final = "arguments"
#: Words with which a schema declares members elsewhere.
_OPEN: Final = ("$ref", "allOf", "anyOf", "oneOf", "if", "patternProperties")
#: Types of arguments that are no condition by themselves, in words.
_KINDS: Final = {"string": "text", "integer": "a number", "number": "a number", "array": "a list", "object": "an object"}


def check(definition: Any, where: str) -> list[errors.Problem]:
    """Every problem of a definition's approvals that its form (catalogs/schema.json) does not show: conditions, names, durations."""
    if not isinstance(definition, Mapping):
        return []
    actions = definition.get("actions")
    if not isinstance(actions, Mapping):
        return list(_rule(definition.get("approval"), fit_words.path_to(where, ["approval"]), [definition.get("input_schema")]))
    found = []
    if definition.get("approval"):
        message = "found an approval beside actions, expected it at the actions that need one: here it guards none of them"
        found.append(_problem(message, fit_words.path_to(where, ["approval"])))
    for name, action in actions.items():
        if isinstance(action, Mapping):
            schemas = [definition.get("input_schema"), action.get("input_schema")]
            found += _rule(action.get("approval"), fit_words.path_to(where, ["actions", name, "approval"]), schemas)
    return found


def _rule(rule: Any, path: str, schemas: Sequence[Any]) -> Iterator[errors.Problem]:
    if not isinstance(rule, Mapping):
        return
    yield from _members(rule, path)
    cases = rule.get("when")
    for number, case in enumerate(cases if isinstance(cases, list) else ()):
        if isinstance(case, Mapping):
            at = fit_words.path_to(path, ["when", number])
            yield from _members(case, at)
            yield from _escalation({**rule, **case}, case, at)
            if isinstance(case.get("if"), str):
                yield from _condition(case["if"], fit_words.path_to(at, ["if"]), schemas)
    yield from _escalation(rule, rule, path)


def _members(rule: Mapping[str, Any], path: str) -> Iterator[errors.Problem]:
    """Durations that cannot be read, and templates, which nobody would evaluate."""
    for key in _DURATIONS:
        if key not in rule or not isinstance(rule[key], str | int | float) or isinstance(rule[key], bool):
            continue
        try:
            span = durations.seconds(rule[key], positive=True)
        except errors.EvaluationError as error:
            yield _problem(error.message, fit_words.path_to(path, [key]), error.hint)
            continue
        if key == "remind_every" and span.total_seconds() < request.MIN_REMIND_SECONDS:
            message = f"found {span.total_seconds():g} s, expected at least {request.MIN_REMIND_SECONDS} s"
            yield _problem(message, fit_words.path_to(path, [key]))
    for key in ("title", "approvers", "escalate_to", "exclude"):
        given = rule.get(key)
        for one in given if isinstance(given, list) else [given]:
            if isinstance(one, str) and marks.has_marks(one):
                yield _problem(f"found a template {fit_words.brief(one)}, expected plain text", fit_words.path_to(path, [key]))


def _escalation(whole: Mapping[str, Any], own: Mapping[str, Any], path: str) -> Iterator[errors.Problem]:
    if "escalate_after" in own and "escalate_to" not in whole:
        yield _problem("found it without 'escalate_to', expected both: who may decide then", fit_words.path_to(path, ["escalate_after"]))


def _condition(source: str, path: str, schemas: Sequence[Any]) -> Iterator[errors.Problem]:
    """A condition that cannot be read, reads what no call has, or is surely no condition; each would hold always or never."""
    expression: str | None = source
    if marks.has_marks(source):
        expression = leaves.marks_lone(source)
    if expression is None:
        yield _problem(f"found text {fit_words.brief(source)}, expected one expression, like arguments.amount > 10000", path)
        return
    expression = expression.strip()
    try:
        reads = expressions.references(expression, True)
    except errors.EvaluationError as error:
        for fault in broken_templates.faults(expression, True, error):
            yield _problem(fault.message, path, fault.hint)
        return
    for read in sorted(reads):
        yield from _read(read, path, schemas)
    if kind := _kind(expression, reads, schemas):
        yield _problem(f"gives {kind}, expected true or false", path, "compare it, as in arguments.amount > 10000")


def _read(read: tuple[str, ...], path: str, schemas: Sequence[Any]) -> Iterator[errors.Problem]:
    if read[0] != _ROOT:
        is_argument = read[0] in (_properties(schemas) or {})
        hint = f"write {_ROOT}.{'.'.join(read)}" if is_argument else f"did you mean '{_ROOT}'?" if fit_words.near(read[0], [_ROOT]) else ""
        yield _problem(f"reads '{read[0]}', expected '{_ROOT}': a rule sees the arguments of the call alone", path, hint)
        return
    declared: Sequence[Any] = schemas
    for depth, name in enumerate(read[1:], 1):
        known = _properties(declared)
        if known is None:
            return
        if name not in known:
            near = fit_words.near(name, sorted(known))
            hint = f"did you mean '{near}'?" if near else f"it declares {', '.join(sorted(known))}"
            message = f"reads the argument '{'.'.join(read[1 : depth + 1])}', which the input schema does not declare"
            yield _problem(message, path, hint)
            return
        declared = known[name]


def _properties(schemas: Sequence[Any]) -> dict[str, list[Any]] | None:
    """The members that schemas of one value declare, each with its schemas; None where they may have others."""
    found: dict[str, list[Any]] = {}
    for schema in schemas:
        if not isinstance(schema, Mapping):
            continue
        if any(word in schema for word in _OPEN) or isinstance(schema.get("additionalProperties"), Mapping):
            return None
        properties = schema.get("properties")
        for name, own in properties.items() if isinstance(properties, Mapping) else ():
            found.setdefault(name, []).append(own)
    return found or None


def _kind(expression: str, reads: frozenset[tuple[str, ...]], schemas: Sequence[Any]) -> str:
    """What a condition surely gives where that is no boolean: "a number"; else ""."""
    if surely := check_references.not_boolean(expression):
        return surely
    if len(reads) != 1 or expression != ".".join(alone := next(iter(reads))) or alone[0] != _ROOT:
        return ""
    declared: Sequence[Any] = schemas
    for name in alone[1:]:
        declared = (_properties(declared) or {}).get(name, [])
    kinds = [own["type"] for own in declared if isinstance(own, Mapping) and "type" in own]
    return _KINDS.get(kinds[0], "") if kinds and isinstance(kinds[0], str) else ""


def _problem(message: str, path: str, hint: str = "") -> errors.Problem:
    return errors.Problem(catalog_problems.BAD_APPROVAL, message, path=path, hint=hint)
