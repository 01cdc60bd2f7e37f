"""What an SQL statement does, for the workflow's choice of effect and for the database transport's binding of values.

The judgement is made from the text alone, so it errs to the careful side; the transport does not rest on it:
what is taken for a read runs in a read-only transaction.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

READ: Final = "read"
WRITE: Final = "write"
OTHER: Final = "other"

READS: Final = frozenset({"SELECT", "VALUES", "TABLE"})
WRITES: Final = frozenset({"INSERT", "UPDATE", "DELETE", "MERGE", "REPLACE"})
_VERBS: Final = READS | WRITES | {"WITH", "CREATE", "EXECUTE", "DECLARE", "REFRESH", "CALL"}
_ALLOWED: Final = "SELECT, WITH, VALUES, EXPLAIN, INSERT, UPDATE, DELETE and MERGE"

_TOKEN: Final = re.compile(
    r"""
    (?P<space>\s+)
  | (?P<comment>--[^\r\n]*)
  | (?P<block>/\*)
  | (?P<text>[eE]'[^'\\]*(?:(?:\\.|'')[^'\\]*)*' | '[^']*(?:''[^']*)*')
  | (?P<name>"[^"]*(?:""[^"]*)*" | `[^`]*`)
  | (?P<dollar>\$(?:[^\W\d]\w*)?\$)
  | (?P<cast>::)
  | (?P<parameter>:[^\W\d]\w*)
  | (?P<word>[^\W\d][\w$]*)
  | (?P<number>\d[\w.]*)
  | (?P<open>['"`])
  | (?P<symbol>[,=<>+*%|&!~^@\#?\[\]{}.][\s,=<>+*%|&!~^@\#?\[\]{}.]* | .)
    """,
    re.VERBOSE | re.DOTALL,
)
_BLOCK_EDGE: Final = re.compile(r"/\*|\*/")


class Token(NamedTuple):  # a statement may have hundreds of thousands, and these are cheap to make
    """A piece of a statement.

    `kind` is space, comment, text, name (quoted), parameter, word, number, symbol, or open (a quote that is never closed).
    """

    kind: str
    text: str
    start: int  # characters from the statement's begin


@dataclass(frozen=True, slots=True)
class Statement:
    """What a statement does: `kind` is read, write or other, `reason` says why it is other, else ""."""

    kind: str
    verb: str
    reason: str = ""


def kind(text: str) -> tuple[str, str]:
    """(`read`, `write` or `other`, the reason why an `other` must not run).

    >>> kind("SELECT 1"), kind("WITH x AS (DELETE FROM t RETURNING id) SELECT * FROM x")
    (('read', ''), ('write', ''))
    """
    statement = classify(text)
    return statement.kind, statement.reason


@functools.lru_cache(maxsize=64)
def classify(text: str) -> Statement:
    """The statement's kind, its verb, and the reason where it must not run.

    >>> classify("DROP TABLE t").reason
    'DROP is not allowed here; SELECT, WITH, VALUES, EXPLAIN, INSERT, UPDATE, DELETE and MERGE are'
    """
    found = [token for token in tokens(text) if token.kind not in ("space", "comment")]
    while found and found[-1].text == ";":
        found.pop()
    if not found:
        return Statement(OTHER, "", "the statement is empty")
    if any(token.kind == "open" for token in found):
        return Statement(OTHER, "", "a quote or a comment is not closed")
    if any(token.text == ";" for token in found):
        return Statement(OTHER, "", "only one statement can run at a time; a `;` stands between two")
    return _classify(found)


def tokens(text: str) -> Iterator[Token]:
    """The statement's pieces; joined they are the text again. `:name` is a parameter, but not in quotes, comments or after a `:`.

    >>> [token.text for token in tokens("a::date = :p1") if token.kind == "parameter"]
    [':p1']
    """
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        assert match is not None  # the last branch takes any character
        name, end = match.lastgroup or "symbol", match.end()
        if name == "block":
            end = _comment_end(text, position)
            name = "comment" if end else "open"
        elif name == "dollar":
            closing = text.find(match.group(), end)
            name, end = ("text", closing + len(match.group())) if closing >= 0 else ("open", 0)
        if name == "open":
            end = len(text)
        yield Token("symbol" if name == "cast" else name, text[position:end], position)
        position = end


def _comment_end(text: str, position: int) -> int:
    """Where the comment that begins here ends; PostgreSQL's nest. 0 if it never does."""
    depth = 0
    for edge in _BLOCK_EDGE.finditer(text, position):
        depth += 1 if edge.group() == "/*" else -1
        if depth == 0:
            return edge.end()
    return 0


def _classify(found: Sequence[Token]) -> Statement:
    start = next((index for index, token in enumerate(found) if token.text != "("), 0)
    verb = found[start].text.upper()
    rest = found[start + 1 :]
    if verb in WRITES:
        return Statement(WRITE, verb)
    if verb == "EXPLAIN":
        return _explained(rest)
    if verb not in READS and verb != "WITH":
        shown = verb if found[start].kind == "word" else f"a statement that begins with {verb[:20]}"
        return Statement(OTHER, verb, f"{shown} is not allowed here; {_ALLOWED} are")
    if _writes_inside(found):
        return Statement(WRITE, verb)
    if verb == "WITH":
        verb = _main_verb(rest)
        if verb in WRITES:
            return Statement(WRITE, verb)
    if verb == "SELECT" and any(token.kind == "word" and token.text.upper() == "INTO" for token in found):
        return Statement(OTHER, verb, "SELECT INTO makes a table, which is not allowed here")
    return Statement(READ, verb or "WITH")


def _writes_inside(found: Sequence[Token]) -> bool:
    """Whether a writing verb follows an opening bracket, as in `WITH gone AS (DELETE FROM t RETURNING id)`."""
    for before, token, after in zip(found, found[1:], found[2:], strict=False):
        if before.text == "(" and token.kind == "word" and token.text.upper() in WRITES and after.kind in ("word", "name"):
            return True
    return False


def _main_verb(found: Sequence[Token]) -> str:
    """The verb after the list of a WITH: the first one outside brackets."""
    depth = 0
    for token in found:
        depth += (token.text == "(") - (token.text == ")")
        if depth == 0 and token.kind == "word" and token.text.upper() in READS | WRITES:
            return token.text.upper()
    return ""


def _explained(found: Sequence[Token]) -> Statement:
    """EXPLAIN only plans, but EXPLAIN ANALYZE runs the statement."""
    start = next((i for i, token in enumerate(found) if token.kind == "word" and token.text.upper() in _VERBS), None)
    if start is None:
        return Statement(OTHER, "EXPLAIN", f"EXPLAIN is followed by no statement that is allowed here; {_ALLOWED} are")
    inner = _classify(found[start:])
    runs = any(token.text.upper() in ("ANALYZE", "ANALYSE") for token in found[:start])
    if inner.kind == OTHER or runs:
        return inner
    return Statement(READ, "EXPLAIN")
