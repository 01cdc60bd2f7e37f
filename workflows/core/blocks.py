"""Heads of `{% %}` blocks outside quotes, for the document reader: what stands between the marks, taken apart but not compiled."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import Final

from workflows.core import errors

_KEYWORD: Final = re.compile(r"[^\W\d]\w*")
_TARGETS: Final = re.compile(r"\(?\s*[^\W\d]\w*\s*(?:,\s*[^\W\d]\w*\s*)*\)?")
_ASSIGNMENT: Final = re.compile(r"([^\W\d]\w*)\s*=(?!=)\s*(.*)", re.DOTALL)
#: Whole quoted texts, words and brackets: what is needed to find a word outside quotes and brackets.
_TOKEN: Final = re.compile(r"""'(?:[^'\\]|\\.)*+'|"(?:[^"\\]|\\.)*+"|`[^`]*+`|\.?\w+|[()\[\]{}]""", re.DOTALL)
_KNOWN: Final = ("for", "if", "elif", "else", "endfor", "endif", "set")


@dataclass(frozen=True, slots=True)
class Loop:
    """`for TARGETS in ITERABLE if CONDITION`."""

    targets: tuple[str, ...]
    iterable: str
    condition: str = ""


@dataclass(frozen=True, slots=True)
class Condition:
    """`if CONDITION`."""

    condition: str


@dataclass(frozen=True, slots=True)
class Assignment:
    """`set NAME = EXPRESSION`."""

    name: str
    source: str


@dataclass(frozen=True, slots=True)
class Divider:
    """`elif CONDITION`, `else`, `endif` or `endfor`: what goes on or closes a block."""

    keyword: str
    condition: str = ""


Head = Loop | Condition | Assignment | Divider


def read(content: str) -> Head:
    """The head that stands between `{%` and `%}`.

    >>> read("for key, value in prices | items if value > 0")
    Loop(targets=('key', 'value'), iterable='prices | items', condition='value > 0')

    Raises:
        EvaluationError: it is none of `for if elif else endif endfor set`, or lacks a part.
    """
    match = _KEYWORD.match(content)
    keyword = match.group() if match else content[:20]
    rest = content[len(keyword) :].strip()
    match keyword:
        case "for":
            return _loop(rest)
        case "if":
            return Condition(_expression(keyword, rest))
        case "elif":
            return Divider(keyword, _expression(keyword, rest))
        case "set":
            return _assignment(rest)
        case "else" | "endfor" | "endif":
            if rest:
                raise errors.EvaluationError(
                    f"'{{% {keyword} %}}' takes nothing more", "an else with a condition is {% elif ... %}" if keyword == "else" else ""
                )
            return Divider(keyword)
    raise _unknown(keyword)


def _unknown(keyword: str) -> errors.EvaluationError:
    if keyword in ("raw", "endraw"):
        return errors.EvaluationError(f"'{{% {keyword} %}}' stands outside quotes", "it can only stand inside a text")
    near = difflib.get_close_matches(keyword, _KNOWN, 1, 0.6)
    hint = f"did you mean '{near[0]}'?" if near else f"outside quotes there is: {', '.join(_KNOWN)}"
    return errors.EvaluationError(f"unknown block '{{% {keyword[:40]} %}}'", hint)


def _expression(keyword: str, source: str) -> str:
    if not source:
        raise errors.EvaluationError(f"'{{% {keyword} %}}' has no condition", f"for example {{% {keyword} a > 1 %}}")
    return source


def _loop(rest: str) -> Loop:
    example = "for example {% for item in steps.query.rows %}"
    found = _word(rest, "in")
    if found < 0:
        raise errors.EvaluationError("'{% for %}' has no 'in'", example)
    targets, iterable = rest[:found].strip(), rest[found + 2 :].strip()
    if not _TARGETS.fullmatch(targets):
        raise errors.EvaluationError(f"'{{% for %}}' has no loop variable that can be read: '{targets[:40]}'", example)
    at = _word(iterable, "if")
    condition = iterable[at + 2 :].strip() if at >= 0 else ""
    if at >= 0 and not condition:
        raise errors.EvaluationError("the 'if' of '{% for %}' has no condition", "for example {% for item in items if item.price > 5 %}")
    iterable = iterable[:at].strip() if at >= 0 else iterable
    if not iterable:
        raise errors.EvaluationError("'{% for %}' has nothing after 'in'", example)
    return Loop(tuple(name.strip() for name in targets.strip("()").split(",")), iterable, condition)


def _assignment(rest: str) -> Assignment:
    match = _ASSIGNMENT.fullmatch(rest)
    if match is None or not match.group(2).strip():
        raise errors.EvaluationError("'{% set %}' takes one name and a value", "for example {% set total = a + b %}")
    return Assignment(match.group(1), match.group(2).strip())


def _word(source: str, word: str) -> int:
    """The offset of the first such word outside quotes and brackets, -1 where there is none."""
    depth = 0
    for token in _TOKEN.finditer(source):
        text = token.group()
        depth += (text in ("(", "[", "{")) - (text in (")", "]", "}"))
        if text == word and depth == 0:
            return token.start()
    return -1


def stand_in(content: str) -> Head | None:
    """What to go on with after a head that cannot be read, so that its `{% end... %}` still finds it; None for unknown blocks."""
    match = _KEYWORD.match(content)
    keyword = match.group() if match else ""
    match next(iter(difflib.get_close_matches(keyword, _KNOWN, 1, 0.6)), ""):
        case "for":
            return Loop(("item",), "item")
        case "if":
            return Condition("item")
        case "elif" | "else" | "endif" | "endfor" as near:
            return Divider(near)
    return None
