"""Tokens of the expression language for Jinja's parser: JavaScript's operators, decimals, durations, back-quoted literals."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from jinja2 import lexer as jinja_lexer

from workflows.core import errors, limits, marks

_TOKEN: Final = re.compile(
    r"""
    (?P<space>\s+)
  | (?P<duration>\d+(?:\.\d+)?(?:mo|[smhdwy])\b)
  | (?P<float>\d+\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+)
  | (?P<integer>\d+)
  | (?P<name>[^\W\d]\w*)
  | (?P<string>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")
  | (?P<literal>`[^`]*`)
  | (?P<foreign>\?\?|\?\.(?=[^\W\d])|=>)
  | (?P<operator>===|!==|==|!=|<=|>=|&&|\|\||\*\*|//|[-+*/%~<>=()\[\]{}.,:;|?!])
    """,
    re.VERBOSE | re.DOTALL,
)
_OPERATORS: Final = {
    "===": "eq", "!==": "ne", "==": "eq", "!=": "ne", "<=": "lteq", ">=": "gteq", "<": "lt", ">": "gt", "=": "assign",
    "**": "pow", "//": "floordiv", "+": "add", "-": "sub", "*": "mul", "/": "div", "%": "mod", "~": "tilde",
    "(": "lparen", ")": "rparen", "[": "lbracket", "]": "rbracket", "{": "lbrace", "}": "rbrace",
    ".": "dot", ",": "comma", ":": "colon", ";": "semicolon", "|": "pipe", "?": "question", "!": "bang",
}  # fmt: skip
_NAMES: Final = {"forloop": "loop", "null": "none"}
_FOREIGN_HINTS: Final = {
    "??": "what is missing or null is replaced by | default(...)",
    "?.": "write a plain dot; what is missing is replaced by | default(...)",
    "=>": "there are no functions to write here; use a filter: | map(attribute='name'), | selectattr('name')",
}
_ESCAPE: Final = re.compile(r"\\(u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|.)", re.DOTALL)
_ESCAPES: Final = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}

Token = tuple[str, Any]


@dataclass(frozen=True, slots=True)
class Through(marks.Mark):
    """A mark whose value goes through a filter of our own (an expression), or a `filter` block of ours. Its name ends with `!`,
    so that no author can write it."""

    through: str = ""


def expression_tokens(source: str) -> Iterator[Token]:
    """The (type, value) pairs of one expression.

    >>> [value for _, value in expression_tokens("a.b === `20`")]
    ['a', '.', 'b', '===', 20]

    Raises:
        EvaluationError: a character that starts nothing, an open string.
        LimitExceeded: the expression is too long, or its brackets too deep.
    """
    if len(source) > limits.MAX_EXPRESSION_CHARS:
        raise errors.LimitExceeded(
            f"an expression of more than {limits.MAX_EXPRESSION_CHARS:,} characters (MAX_EXPRESSION_CHARS)",
            "prepare it with system.transform",
        )
    position, depth, count, before = 0, 0, 0, ""
    while position < len(source):
        match = _TOKEN.match(source, position)
        if match is None:
            raise _bad_character(source, position)
        position = match.end()
        kind, text = match.lastgroup or "", match.group()
        if kind == "space":
            continue
        count += 1
        depth += (text in ("(", "[", "{")) - (text in (")", "]", "}"))
        if count > limits.MAX_EXPRESSION_TOKENS or depth > limits.MAX_EXPRESSION_DEPTH:
            raise too_deep()
        # after a dot every name is a member's: steps.x.null
        yield ("name", text) if kind == "name" and before == "." else _token(kind, text)
        before = text


def _token(kind: str, text: str) -> Token:
    match kind:
        case "foreign":
            raise errors.EvaluationError(f"'{text}' is no operator here", _FOREIGN_HINTS[text])
        case "duration":
            return "duration", text
        case "float":
            return "float", text
        case "integer":
            if len(text) > limits.MAX_NUMBER_DIGITS:
                raise errors.LimitExceeded(f"a number of more than {limits.MAX_NUMBER_DIGITS} digits (MAX_NUMBER_DIGITS)")
            return "integer", int(text)
        case "name":
            return "name", _NAMES.get(text, text)
        case "string":
            return "string", _ESCAPE.sub(_unescaped, text[1:-1])
        case "literal":
            return "literal", text[1:-1]
    if text in ("&&", "||"):
        return "name", "and" if text == "&&" else "or"
    return _OPERATORS[text], text


def _unescaped(match: re.Match[str]) -> str:
    escape = match.group(1)
    if len(escape) > 1:
        return chr(int(escape[1:], 16))
    return _ESCAPES.get(escape, escape)


def _bad_character(source: str, position: int) -> errors.EvaluationError:
    character = source[position]
    if character in "'\"`":
        return errors.EvaluationError(f"the text that opens with {character} at character {position + 1} is not closed")
    hints = {"&": "'and' is written &&", "@": "a filter is written | name", "$": "inside an expression a name needs no $"}
    return errors.EvaluationError(f"unexpected {character!r} at character {position + 1} of '{source[:80]}'", hints.get(character, ""))


def too_deep() -> errors.LimitExceeded:
    """The error for an expression that nests or chains too much."""
    return errors.LimitExceeded(
        f"an expression with more than {limits.MAX_EXPRESSION_TOKENS:,} words or nested deeper than {limits.MAX_EXPRESSION_DEPTH}"
        " (MAX_EXPRESSION_TOKENS, MAX_EXPRESSION_DEPTH)",
        "split it: system.transform can prepare values",
    )


def value_stream(source: str) -> jinja_lexer.TokenStream:
    """The tokens of a lone expression."""
    return jinja_lexer.TokenStream(_jinja(expression_tokens(source)), None, None)


def text_stream(segments: tuple[marks.Mark, ...]) -> jinja_lexer.TokenStream:
    """The tokens of a text with marks."""
    return jinja_lexer.TokenStream(_within_limits(segments), None, None)


def _within_limits(segments: Iterable[marks.Mark]) -> Iterator[jinja_lexer.Token]:
    count, tokens = 0, 0
    for mark in segments:
        if mark.kind == "text":
            yield jinja_lexer.Token(1, "data", mark.content)
            continue
        count += 1
        for token in _marked(mark):
            tokens += 1
            yield token
        if count > limits.MAX_TEMPLATE_MARKS or tokens > limits.MAX_TEMPLATE_TOKENS:
            raise too_many_marks()


def too_many_marks() -> errors.LimitExceeded:
    """The error for a text whose templates would take too long to read."""
    return errors.LimitExceeded(
        f"a text with more than {limits.MAX_TEMPLATE_MARKS:,} templates, or more than {limits.MAX_TEMPLATE_TOKENS:,} words in them"
        " (MAX_TEMPLATE_MARKS, MAX_TEMPLATE_TOKENS)",
        "loop over a list with {% for %}",
    )


def _marked(mark: marks.Mark) -> Iterator[jinja_lexer.Token]:
    begin = "variable" if mark.kind == "expression" else "block"
    through = mark.through if isinstance(mark, Through) else ""
    filters: list[Token] = []
    if mark.format is not None:
        filters += [("pipe", "|"), ("name", "format_number"), ("lparen", "("), ("string", mark.format), ("rparen", ")")]
    if through and mark.kind == "expression":
        filters += [("pipe", "|"), ("name", through)]
    yield jinja_lexer.Token(1, f"{begin}_begin", "")
    yield from _jinja([("lparen", "(")] if filters else [])
    yield from _jinja(expression_tokens(mark.content))
    yield from _jinja([("rparen", ")"), *filters] if filters else [])
    if through and mark.kind == "block":
        yield from _jinja([("name", through)])
    yield jinja_lexer.Token(1, f"{begin}_end", "")


def _jinja(tokens: Any) -> Iterator[jinja_lexer.Token]:
    for kind, value in tokens:
        yield jinja_lexer.Token(1, kind, value)
