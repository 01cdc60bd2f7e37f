"""SQL with templates: the text of a statement takes values only as bound parameters, also where a template stands inside quotes.

SELECT * FROM t WHERE day = '{{today}}' AND n > ${params.n}
SELECT * FROM t WHERE day = :p1 AND n > :p2          {"p1": "2026-11-23", "p2": 5}
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from typing import Any, Final

from workflows.core import environment, errors, expressions, lexer, marks, scope, values

Statement = Callable[[scope.Scope], tuple[str, dict[str, Any]]]

#: What a scan of a statement's own text can be inside of.
_OPENERS: Final = re.compile(r"'|\"|`|--|/\*|\$(?:[A-Za-z_]\w*)?\$")
_CLOSERS: Final = {"'": "'", '"': '"', "`": "`", "--": "\n", "/*": "*/"}
_OWN_PARAMETER: Final = re.compile(r":(p[0-9]+)\b")
#: After these a name stands, and no parameter can: words, a dot, the columns of INSERT, the tables of FROM.
_NAME_BEFORE: Final = re.compile(
    r"""
    \b(?:FROM|JOIN|INTO|UPDATE|TABLE|AS|BY|ONLY|COLUMN|SET|INDEX|VIEW|SCHEMA|COLLATE)\s*$
  | \.\s*$
  | \bINTO\s+[\w."]+\s*\([\w\s,]*$
  | \bFROM\s(?![^$]*\b(?:LIMIT|WHERE)\b)[\w.",\s]+,\s*$
    """,
    re.IGNORECASE | re.VERBOSE,
)
_LOOKED_AT_CHARS: Final = 200


class Parameters:
    """The parameters that one evaluation of a statement binds, p1, p2, ..."""

    def __init__(self, names: frozenset[str] = frozenset(), taken: frozenset[str] = frozenset()) -> None:
        self.values: dict[str, Any] = {}
        self._names = names
        self._taken = taken  # parameters that the author gives
        self._count = 0

    def name(self, value: Any) -> str:
        """A table or column name that the tool's allow-list holds."""
        if isinstance(value, str) and value in self._names:
            return value
        allowed = ", ".join(sorted(self._names))
        raise errors.EvaluationError(f"{values.shown(value)} is no name that this tool allows", f"its definition allows: {allowed}")

    def bind(self, value: Any) -> str:
        """Binds a value; the mark that stands for it. A list binds each of its items, for `IN (...)`."""
        if isinstance(value, list):
            if not value or any(isinstance(item, list | dict) for item in value):
                raise errors.EvaluationError(f"{values.type_name(value)} cannot be a parameter", "a list of scalars with at least one item")
            return ", ".join(self.bind(item) for item in value)
        if isinstance(value, dict):
            raise errors.EvaluationError("an object cannot be a parameter", "bind one of its members, or its JSON: | tojson")
        self._count += 1
        while f"p{self._count}" in self._taken:
            self._count += 1
        name = f"p{self._count}"
        self.values[name] = value
        return f":{name}"


def compile_statement(source: Any, names_allowed: frozenset[str] = frozenset()) -> Statement:
    """Compiles a statement; calling it gives its text with marks and the parameters.

    `names_allowed` are table and column names that a template may stand for (the tool's `names`).

    Raises:
        EvaluationError: a template stands where no parameter can (a table or column name), or quotes do not close.
    """
    if not isinstance(source, str):
        raise errors.EvaluationError(f"a statement is text, not {values.shown(source)}")
    if marks.lone(source) is not None:
        raise errors.EvaluationError("a whole statement cannot come from a template", "write the SQL here; templates give its values")
    if not marks.has_marks(source):
        return lambda names: (source, {})
    taken = frozenset(_OWN_PARAMETER.findall(source))
    render = expressions.of_segments(_with_parameters(expressions.split(source), bool(names_allowed)))

    def evaluate(names: scope.Scope) -> tuple[str, dict[str, Any]]:
        context = environment.Context.of(names)
        context.parameters = Parameters(names_allowed, taken)
        text = expressions.rendered(render, context)
        return text, context.parameters.values

    return evaluate


def _with_parameters(segments: tuple[marks.Mark, ...], names: bool) -> tuple[marks.Mark, ...]:
    """Outside quotes `{{ e }}` becomes a bound value; a quoted part with templates becomes one bound text."""
    made: list[marks.Mark] = []
    inside, quoted = "", _Quoted()
    for mark in segments:
        if mark.kind == "text":
            inside = _scan(mark, inside, quoted, made)
        elif inside == "'":
            quoted.add(mark)
        elif inside:
            raise _no_parameter(mark, {'"': "a quoted name", "`": "a quoted name"}.get(inside, "a comment or $-quoted text"))
        elif mark.kind == "expression":
            made.append(_bound(mark, made, names))
        else:
            made.append(mark)
    if inside == "'" or quoted.parts:
        raise errors.EvaluationError("a quote ' in the statement is not closed")
    return tuple(made)


class _Quoted:
    """The parts of a quoted text that is being read."""

    def __init__(self) -> None:
        self.parts: list[marks.Mark] = []
        self.has_templates = False

    def add(self, mark: marks.Mark) -> None:
        """One more part; a text in it has its doubled quotes undone later."""
        self.parts.append(mark)
        self.has_templates = self.has_templates or mark.kind != "text"

    def take(self) -> list[marks.Mark]:
        """The parts as they join the statement: as they were, or as one bound text."""
        parts, templates = self.parts, self.has_templates
        self.parts, self.has_templates = [], False
        if not templates:
            return [_part(parts, "'"), *parts, _part(parts, "'")]
        inner = [dataclasses.replace(part, content=part.content.replace("''", "'")) if part.kind == "text" else part for part in parts]
        start = parts[0]
        return [
            lexer.Through("block", "filter", None, start.start, start.start, "bind!"),
            *inner,
            marks.Mark("block", "endfilter", None, start.start, start.start),
        ]


def _part(parts: list[marks.Mark], content: str) -> marks.Mark:
    offset = parts[0].start if parts else 0
    return marks.Mark(kind="text", content=content, format=None, start=offset, end=offset)


def _scan(mark: marks.Mark, inside: str, quoted: _Quoted, made: list[marks.Mark]) -> str:
    """Reads a part of the statement's own text; returns what it ends inside of ("" for nothing)."""
    text, position = mark.content, 0

    def plain(end: int) -> None:
        if end > position:
            made.append(dataclasses.replace(mark, content=text[position:end]))

    while True:
        if inside == "'":
            end = _quote_end(text, position)
            quoted.add(dataclasses.replace(mark, content=text[position : end if end >= 0 else len(text)]))
            if end < 0:
                return inside
            made.extend(quoted.take())
            inside, position = "", end + 1
        elif inside:
            end = text.find(_CLOSERS.get(inside, inside), position)
            if end < 0:
                plain(len(text))
                return inside
            end += len(_CLOSERS.get(inside, inside))
            plain(end)
            inside, position = "", end
        else:
            opener = _OPENERS.search(text, position)
            if opener is None:
                plain(len(text))
                return ""
            inside = opener.group()
            stop = opener.start() if inside == "'" else opener.end()
            plain(stop)
            position = opener.end()


def _quote_end(text: str, position: int) -> int:
    """Where the quote closes; '' inside is a quote of the text. -1 if it does not close here."""
    while True:
        end = text.find("'", position)
        if end < 0 or text[end : end + 2] != "''":
            return end
        position = end + 2


def _bound(mark: marks.Mark, before: list[marks.Mark], names: bool) -> marks.Mark:
    written = before[-1].content if before and before[-1].kind == "text" else ""
    if _NAME_BEFORE.search(written[-_LOOKED_AT_CHARS:]):
        if names and mark.format is None:
            return lexer.Through(mark.kind, mark.content, None, mark.start, mark.end, "name!")
        raise _no_parameter(mark, "a name")
    return lexer.Through(mark.kind, mark.content, mark.format, mark.start, mark.end, "bind!")


def _no_parameter(mark: marks.Mark, what: str) -> errors.EvaluationError:
    return errors.EvaluationError(
        f"'{mark.content[:60]}' at character {mark.start + 1} of the statement stands where {what} is expected;"
        " only values can come from templates",
        "write the name itself, or list the names that may stand here in the tool's `names`",
    )
