"""What is wrong with a template that cannot be read, for the checker: each of its expressions by itself, so that none hides another."""

from __future__ import annotations

from collections.abc import Iterator

from workflows.core import errors, expressions, findings, marks, projections


def faults(source: str, lone: bool, error: errors.EvaluationError) -> Iterator[tuple[str, str]]:
    """(message, hint) of everything wrong with it; `error` is what reading it as a whole said.

    >>> list(faults("${a +} of ${b}", False, error))
    [("in '${a +}': the expression ends too early", '')]
    """
    if lone:
        yield _told(source, error)
        return
    try:
        parts = marks.split(source)
    except marks.MarkError:
        yield _told(source, error)
        return
    found = [fault for part in parts if part.kind == "expression" and (fault := _fault(source, part))]
    yield from found or [_told(source, error)]


def _fault(source: str, part: marks.Mark) -> tuple[str, str] | None:
    try:
        expressions.value(part.content)
    except errors.EvaluationError as error:
        message, hint = _told(part.content, error)
        return f"in '{findings.shown(source[part.start : part.end], 60)}': {message}", hint
    return None


def _told(source: str, error: errors.EvaluationError) -> tuple[str, str]:
    if projection := projections.rewritten(source):
        return "a projection of JMESPath is written with the filter jmespath here", f"write {projection}"
    return error.message, error.hint
