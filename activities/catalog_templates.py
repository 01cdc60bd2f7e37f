"""The templates of a tool definition, for the checker of catalogs: each can be read, and reads only names that are there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from activities import catalog_problems
from workflows.core import broken_templates, date_words, errors, expressions, fit_words, leaves, marks, number_format

REQUEST: Final = ("arguments", "key", "settings")
ANSWER: Final = (*REQUEST, "answer", "status", "headers")


@dataclass(frozen=True, slots=True)
class Names:
    """What templates may read. `arguments` is None where the schemas let any name through."""

    roots: tuple[str, ...] = REQUEST
    arguments: frozenset[str] | None = None
    settings: frozenset[str] = frozenset()
    dates: bool = False  # whether the date words of a run can be read

    def with_roots(self, *roots: str) -> Names:
        """The same with other names at the top."""
        return replace(self, roots=roots)


def check(value: Any, path: str, names: Names) -> Iterator[errors.Problem]:
    """Every template in a value that cannot be read, or reads what is not there."""
    match value:
        case str() if marks.has_marks(value):
            yield from _check_text(value, path, names)
        case list():
            for number, item in enumerate(value):
                yield from check(item, f"{path}[{number}]", names)
        case Mapping():
            for key, member in value.items():
                at = fit_words.path_to(path, [key])
                yield from check(key, at, names)
                yield from check(member, at, names)


def check_expression(value: Any, path: str, names: Names) -> Iterator[errors.Problem]:
    """The same for what has to be one expression and nothing around it: a text around it would make it always true."""
    if isinstance(value, str) and leaves.marks_lone(value) is None:
        message = f"found text {fit_words.brief(value)}, expected one expression and nothing around it, like ${{answer.error}}"
        yield problem(message, path)
    yield from check(value, path, names)


def _check_text(source: str, path: str, names: Names) -> Iterator[errors.Problem]:
    lone = leaves.marks_lone(source)
    read = source if lone is None else lone
    try:
        # Reading finds every mistake; compiling, which takes four times as long, is left to the worker that calls the tool.
        found = expressions.references(read, lone is not None)
        for mark in () if lone is not None else marks.split(source):
            if mark.format is not None:
                number_format.check(mark.format)
    except errors.EvaluationError as error:
        for fault in broken_templates.faults(read, lone is not None, error):
            yield problem(fault.message, path, fault.hint)
        return
    for reference in sorted(found):
        yield from _check_reference(reference, path, names)


def _check_reference(reference: tuple[str, ...], path: str, names: Names) -> Iterator[errors.Problem]:
    root, member = reference[0], reference[1] if len(reference) > 1 else ""
    if names.dates and date_words.is_date_word(root):
        return
    if root not in names.roots:
        yield problem(f"reads '{root}', expected {fit_words.one_of(names.roots)}", path, _meant(root, names.roots))
    elif root == "settings" and member and member not in names.settings:
        hint = _meant(member, names.settings) or f'declare it: "configuration": {{"{member}": "what it is"}}'
        yield problem(f"reads the setting '{member}', which configuration does not declare", path, hint)
    elif root == "arguments" and member and names.arguments is not None and member not in names.arguments:
        yield problem(f"reads the argument '{member}', which the input schema does not let through", path, _meant(member, names.arguments))


def _meant(word: str, known: Any) -> str:
    near = fit_words.near(word, sorted(known))
    return f"did you mean '{near}'?" if near else ""


def problem(message: str, path: str, hint: str = "") -> errors.Problem:
    """A finding about a template."""
    return errors.Problem(catalog_problems.BAD_TEMPLATE, message, path=path, hint=hint)
