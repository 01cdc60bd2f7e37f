"""The one scanner of template marks inside a text, for the document reader, the checker and the compiler of texts.

${e}  {{ e }}                 expression; ends where its brackets and quoted texts are closed
{% if c %}                    block
{% raw %}...{% endraw %}      plain text
$${e}  ${{ e }}               a dollar sign, then an expression
{# #}                         plain text
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from workflows.core import errors

_ANY: Final = re.compile(r"\$\{|\{\{|\{%")
#: Read from left to right: the `$` of `$${` and of `${{` is no part of the mark.
_OPENING: Final = re.compile(r"\$\{(?!\{)|\{\{|\{%")
_RAW: Final = re.compile(r"\{%[-+]?\s*+raw\s*+([-+]?)%\}")
_ENDRAW: Final = re.compile(r"\{%([-+]?)\s*+endraw\s*+[-+]?%\}")
#: What matters inside a mark: whole quoted texts, then brackets, `? :`, and quotes that do not close.
_INSIDE: Final = re.compile(r"""'(?:[^'\\]|\\.)*+'|"(?:[^"\\]|\\.)*+"|`[^`]*+`|[()\[\]{}?:'"`]""", re.DOTALL)
_CLOSER_OF: Final = {"(": ")", "[": "]", "{": "}"}
_EXAMPLES: Final = {"${": "for example ${params.name}", "{{": "for example {{ params.name }}", "{%": "for example {% if a > 1 %}"}
_CLOSES: Final = {"${": "}", "{{": "}}", "{%": "%}"}


class MarkError(errors.EvaluationError):
    """A mark that is not closed, or holds nothing.

    `offset` (from 0) says where in the text it opens, `at` where the reason stands, None where that is no one place.
    """

    def __init__(self, message: str, hint: str = "", offset: int = 0, at: int | None = None, reason: str = "") -> None:
        self.offset = offset
        self.at = at
        self.reason = reason  # the hint without the place
        super().__init__(message, hint)


@dataclass(frozen=True, slots=True)
class Mark:
    """One part of a text. `start` and `end` are offsets into the text, marks included.

    `kind` is "text", "expression" or "block"; `content` is the text, or what stands between the marks, stripped and without its
    format; `format` is what follows the last `:` of `${total:,}`, None where there is none.
    """

    kind: str
    content: str
    format: str | None
    start: int
    end: int


def has_marks(source: str) -> bool:
    """Whether anything in the text may be a mark; a text without is a constant."""
    return _ANY.search(source) is not None


def split(source: str) -> tuple[Mark, ...]:
    """The parts of a text in order.

    >>> [(mark.kind, mark.content, mark.format) for mark in split("PR #${n}: {{ total:,.2f }}")]
    [('text', 'PR #', None), ('expression', 'n', None), ('text', ': ', None), ('expression', 'total', ',.2f')]

    Raises:
        MarkError: a mark is not closed, or holds nothing.
    """
    parts: list[Mark] = []
    position, strip_start = 0, False
    while (opening := _OPENING.search(source, position)) is not None:
        start = opening.start()
        raw = _raw(source, start)
        mark = scan(source, start) if raw is None else Mark("text", "", None, start, raw[1].end())
        strip_end, strip_next = _whitespace_control(source, mark)
        _add_text(parts, source, (position, start), strip_start, strip_end)
        if raw is None:
            parts.append(mark)
        else:
            _add_text(parts, source, (raw[0].end(), raw[1].start()), raw[0].group(1) == "-", raw[1].group(1) == "-")
        position, strip_start = mark.end, strip_next
    _add_text(parts, source, (position, len(source)), strip_start, False)
    return tuple(parts)


def lone(source: str) -> Mark | None:
    """The expression, where the text is exactly one `${e}` or `{{ e }}` without a format, and nothing around it.

    A text whose first mark is broken is not lone; `split` says what is wrong with it.
    """
    opening = _OPENING.match(source)
    if opening is None or opening.group() == "{%" or not source.endswith("}"):
        return None
    try:
        mark = scan(source, 0)
    except MarkError:
        return None
    return mark if mark.end == len(source) and mark.format is None else None


def opens(source: str, offset: int) -> bool:
    """Whether a mark opens at this place."""
    return _OPENING.match(source, offset) is not None


def scan(source: str, offset: int) -> Mark:
    """The expression or block that opens at `offset`.

    Raises:
        MarkError: it is not closed, or holds nothing.
    """
    opener = source[offset : offset + 2]
    end, colon = _end(source, offset, opener)
    inner = offset + 2
    stop = end - len(_CLOSES[opener])
    if opener != "${":  # whitespace control is no part of the expression
        signs = "-+" if opener == "{%" else "-"
        inner += source[inner] in signs
        stop -= stop > inner and source[stop - 1] in signs
    if opener == "{%":
        colon = None  # a block has no format
    content = source[inner : stop if colon is None else colon].strip()
    form = None if colon is None else source[colon + 1 : stop].rstrip()
    if not content:
        raise MarkError(f"'{opener}' at character {offset + 1} holds nothing", _EXAMPLES[opener], offset, None, _EXAMPLES[opener])
    return Mark("block" if opener == "{%" else "expression", content, form, offset, end)


def _end(source: str, offset: int, opener: str) -> tuple[int, int | None]:
    """Where the mark ends, and the offset of the `:` before its format."""
    open_brackets: list[str] = []
    colons: list[int] = []
    questions = 0
    for token in _INSIDE.finditer(source, offset + 2):
        character, at = token.group(), token.start()
        if len(character) > 1:
            continue
        if character in "'\"`":
            raise _not_closed(source, offset, f"nothing closes the {character}", at)
        if character in _CLOSER_OF:
            open_brackets.append(character)
        elif character in ")]}":
            if end := _close(source, offset, at, open_brackets):
                return end, colons[-1] if len(colons) > questions else None
        elif not open_brackets:
            questions += character == "?"
            colons += [at] if character == ":" else []
    raise _not_closed(source, offset, f"close it with '{_CLOSES[opener]}'")


def _close(source: str, offset: int, at: int, open_brackets: list[str]) -> int:
    """The offset after the mark if the bracket here ends it; 0 if it closes a bracket inside, which is taken off."""
    character, opener = source[at], source[offset : offset + 2]
    if open_brackets:
        if _CLOSER_OF[open_brackets[-1]] != character:
            raise _not_closed(source, offset, f"'{open_brackets[-1]}' is not closed before the '{character}'", at)
        open_brackets.pop()
        return 0
    end = _closed_at(source, offset, at, opener) if character == "}" else 0
    if not end:
        raise _not_closed(source, offset, f"what opens with '{opener}' closes with '{_CLOSES[opener]}', but there is a '{character}'", at)
    return end


def _closed_at(source: str, offset: int, at: int, opener: str) -> int:
    """The offset after the mark that this `}` closes, 0 where it closes none."""
    if opener == "${":
        return at + 1
    if opener == "{{":
        return at + 2 if source.startswith("}}", at) else 0
    return at + 1 if at - 1 >= offset + 2 and source[at - 1] == "%" else 0


def _not_closed(source: str, offset: int, reason: str, at: int | None = None) -> MarkError:
    hint = reason if at is None else f"{reason} at character {at + 1}"
    return MarkError(f"'{source[offset : offset + 2]}' at character {offset + 1} is not closed", hint, offset, at, reason)


def _whitespace_control(source: str, mark: Mark) -> tuple[bool, bool]:
    """Whether `{%-` strips the text before the mark, and `-%}` the text after it."""
    if source.startswith("$", mark.start):
        return False, False
    return source[mark.start + 2] == "-", source[mark.end - 3] == "-"


def _raw(source: str, start: int) -> tuple[re.Match[str], re.Match[str]] | None:
    """`{% raw %}` and its `{% endraw %}`, or None where no raw block opens."""
    opening = _RAW.match(source, start)
    if opening is None:
        return None
    closing = _ENDRAW.search(source, opening.end())
    if closing is None:
        raise MarkError(f"'{{% raw %}}' at character {start + 1} is not closed", "close it with '{% endraw %}'", start)
    return opening, closing


def _add_text(parts: list[Mark], source: str, span: tuple[int, int], strip_start: bool, strip_end: bool) -> None:
    content = source[span[0] : span[1]]
    content = content.lstrip() if strip_start else content
    content = content.rstrip() if strip_end else content
    if content:
        parts.append(Mark("text", content, None, *span))
