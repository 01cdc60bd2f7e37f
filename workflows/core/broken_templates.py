"""What is wrong with a template that cannot be read, for the checker: each of its expressions by itself, so that none hides another."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from workflows.core import errors, expressions, findings, marks, projections

_CLOSES: Final = {"endif": "if", "endfor": "for", "endset": "set"}
_BLOCKS: Final = frozenset({*_CLOSES, *_CLOSES.values(), "elif", "else", "raw", "endraw"})
_WORD: Final = re.compile(r"[a-z]+")
_DOTS: Final = re.compile(r"\.\.")


class Fault(NamedTuple):
    """One thing that is wrong: where in the template it stands (characters from 0), None where it has no place of its own."""

    message: str
    hint: str
    offset: int | None = None


def faults(source: str, lone: bool, error: errors.EvaluationError) -> Iterator[Fault]:
    """Everything wrong with a template; `error` is what reading it as a whole said.

    >>> list(faults("${a +} of ${b}", False, error))
    [Fault("in '${a +}': the expression ends too early", "write what stands behind the '+'", 0)]
    """
    if lone:
        yield _told(source, error)
        return
    try:
        parts = marks.split(source)
    except marks.MarkError as broken:
        yield _told(source, error)._replace(offset=broken.offset)
        return
    found = [fault for part in parts if part.kind == "expression" and (fault := _fault(source, part))]
    yield from found or [_of_blocks(source, parts, error)]


def _fault(source: str, part: marks.Mark) -> Fault | None:
    try:
        expressions.value(part.content)
    except errors.EvaluationError as error:
        told = _told(part.content, error)
        return told._replace(message=f"in '{findings.shown(source[part.start : part.end], 60)}': {told.message}", offset=part.start)
    return None


def _of_blocks(source: str, parts: tuple[marks.Mark, ...], error: errors.EvaluationError) -> Fault:
    """A fault of the blocks together: one that nothing closes, or that closes nothing."""
    opened: list[marks.Mark] = []
    for part in parts:
        word = _first_word(part)
        if part.kind != "block":
            continue
        if word not in _BLOCKS:
            return _told(source, error)._replace(offset=part.start)
        if word in _CLOSES.values() and not (word == "set" and "=" in part.content):
            opened.append(part)
        elif word in _CLOSES:
            if not opened or _first_word(opened[-1]) != _CLOSES[word]:
                return Fault(error.message, error.hint or _stray_hint(word, opened), part.start)
            opened.pop()
    if opened:
        word = _first_word(opened[-1])
        return Fault(error.message, error.hint or f"close it where it ends: {{% end{word} %}}", opened[-1].start)
    return _told(source, error)


def _stray_hint(word: str, opened: list[marks.Mark]) -> str:
    if opened:
        return f"close the block '{{% {_first_word(opened[-1])} %}}' before it: {{% end{_first_word(opened[-1])} %}}"
    return f"take it out, or open the block before it: {{% {_CLOSES[word]} ... %}}"


def _first_word(part: marks.Mark) -> str:
    found = _WORD.match(part.content)
    return found[0] if found else ""


def _told(source: str, error: errors.EvaluationError) -> Fault:
    if projection := projections.rewritten(source):
        return Fault("a projection of JMESPath is written with the filter jmespath here", f"write {projection}")
    return Fault(error.message, error.hint or _hint(source))


def _hint(source: str) -> str:
    """What to do about an expression that ends too early, or that has two dots in a row."""
    if _DOTS.search(source):
        return f"write one dot: {_DOTS.sub('.', source)}"
    end = re.search(r"(\+|-|\*|/|%|~|\||==|!=|<=|>=|<|>|,|\(|\[|\band|\bor|\bnot|\bin|\bis|\bif|\belse)\s*$", source)
    return f"write what stands behind the '{end[1]}'" if end else ""
