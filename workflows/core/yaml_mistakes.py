"""What the YAML parser complains about, in words that help, for the YAML reader; and what it would pass over in silence."""

from __future__ import annotations

import re
from typing import Any, Final, NamedTuple

_MARK: Final = re.compile(r"\{\{|\{%|\$\{")
_CUT_OFF: Final = re.compile(r"[ \t]++#(?:\$\{|\{\{|\{%)")
#: (the parser's words, code, message, hint); `{0}` is the first group.
_KNOWN: Final = (
    (r"found character '\\t' that cannot start", "not-yaml", "a tab stands where the line begins", "indent with spaces"),
    (r"found character (.+) that cannot start", "not-yaml", "a text without quotes cannot begin with {0}", "put the text in quotes"),
    (
        r"mapping values are not allowed here",
        "not-yaml",
        "a ': ' where no key can stand",
        "put text that holds ': ' in quotes; keys of one object begin in one column",
    ),
    (r"sequence entries are not allowed", "not-yaml", "a '- ' where no list item can stand", "items of one list begin in one column"),
    (r"expected the node content, but found '(.+)'", "not-yaml", "a value is missing before '{0}'", "write null if there is none"),
    (
        r"expected URI|expected '[!>]' but|undefined tag handle",
        "yaml-tag",
        "a tag that cannot be read",
        "put text that begins with ! in quotes",
    ),
    (
        r"chomping or indentation|a comment or a line break",
        "not-yaml",
        "something follows the | or > of a text",
        "the text begins on the next line",
    ),
    (r"expected '<document start>'", "not-yaml", "something follows the end of the document", "a document is one object"),
    (
        r"expected <block end>, but found",
        "not-yaml",
        "this does not fit the indentation around it",
        "members of one list or object begin in one column",
    ),
    (r"could not find expected ':'", "missing-colon", "a colon is missing after the key", "a key is written key: value"),
    (r"expected ',' or '(.)', but got '<stream end>'", "unclosed", "the document ends where '{0}' is expected", "close what is open"),
    (r"expected ',' or '(.)'", "not-yaml", "found something else where ',' or '{0}' is expected", "put text that holds brackets in quotes"),
    (
        r"found unknown escape character '?(.)",
        "wrong-escape",
        "'\\{0}' is no escape of YAML",
        "a backslash in double quotes is written \\\\",
    ),
    (r"expected escape sequence", "wrong-escape", "an escape with too few hexadecimal digits", "for example \\u00e9"),
    (
        r"special characters are not allowed",
        "control-character",
        "a control character in the document",
        "write it as an escape in double quotes",
    ),
    (r"unacceptable character", "control-character", "a control character in the document", "write it as an escape in double quotes"),
)
_CUT_OFF_ALL: Final = re.compile(r"[-:]?[ \t]++#(?:\$\{|\{\{|\{%)")


class Mistake(NamedTuple):
    """One complaint of the parser, as a problem without its path."""

    code: str
    message: str
    offset: int
    hint: str


def explained(error: Any, text: str) -> Mistake:
    """The parser's complaint in our words: the place, what was found, what to do."""
    problem = str(getattr(error, "problem", None) or getattr(error, "reason", None) or "something that YAML does not know")
    offset = _offset(error, len(text))
    in_quotes = "double-quoted" in str(error) or "quoted scalar" in str(error)
    if in_quotes and getattr(error, "context_mark", None) is not None and offset >= len(text):
        return Mistake(
            "unclosed", "the text that opens here is not closed", error.context_mark.index, "close it with the quote that opened it"
        )
    template = _template_before(text, offset)
    if template >= 0:
        hint = "put the whole text in quotes"
        if text.startswith("{%", template):
            hint += "; blocks without quotes are read in JSON documents only"
        return Mistake("unquoted-template", "a template without quotes that YAML reads in its own way", template, hint)
    for pattern, code, message, hint in _KNOWN:
        if match := re.search(pattern, problem):
            return Mistake(code, message.format(*match.groups()), offset, hint)
    return Mistake("not-yaml", f"YAML cannot be read here: {problem.splitlines()[0][:200]}", offset, "")


def _offset(error: Any, length: int) -> int:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    if mark is not None:
        return min(int(mark.index), length)
    position = getattr(error, "position", 0)  # of a character that cannot be read
    return min(position, length) if isinstance(position, int) else 0


def _template_before(text: str, offset: int) -> int:
    """The offset of a template without quotes in this line, before the place; -1 where there is none."""
    start = max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset)) + 1
    match = _MARK.search(text, start, offset + 2)
    if match is None or any(quote in text[start : match.start()] for quote in "'\""):
        return -1
    return match.start()


def cut_by_comment(text: str, end: int, empty: bool) -> bool:
    """Whether a template follows as in `PR #${n}`, where YAML drops it as a comment; `empty` is for a place without a value."""
    return (_CUT_OFF_ALL if empty else _CUT_OFF).match(text, end) is not None
