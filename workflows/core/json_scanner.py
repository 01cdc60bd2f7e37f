"""Words, texts and spaces of relaxed JSON, for its parser; knows where it is, what is open, and where problems go."""

from __future__ import annotations

import difflib
import re
from decimal import Decimal
from typing import Final, NoReturn

from workflows.core import errors, findings, limits, numerals

_SPACE: Final = re.compile(r"[ \t\r\n]*+")
_COMMENT: Final = re.compile(r"//[^\r\n]*+|#[^\r\n]*+|/\*(?:[^*]|\*(?!/))*+\*/")
_NO_SPACE: Final = re.compile(r"[\s\ufeff\u200b\u2060]++")  # what looks like a space and is none in JSON
_PLAIN_TEXT: Final = re.compile(r'[^"\\\x00-\x1f]*+')
_SINGLE_QUOTED: Final = re.compile(r"'((?:[^'\\\r\n]|\\.)*+)'")
#: What follows the quote that closes a text; decides whether a text goes on after a line break.
_LATER_CLOSED: Final = re.compile(r'(?:[^"\\]|\\.)*+"[ \t\r\n]*+[,:\]}]', re.DOTALL)
_WORD: Final = re.compile(r"[-+.\w]++")
_BARE_TEXT: Final = re.compile(r"[^,:\[\]{}\"\r\n]*+")
_NUMERIC: Final = re.compile(r"[-+.]*[0-9]")
_LINE: Final = re.compile(r"[^\r\n]*+")
_HEX: Final = re.compile(r"[0-9a-fA-F]{4}")
_BROKEN_HEX: Final = re.compile(r"\\u[0-9a-fA-F]{0,3}")
_ESCAPES: Final = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_LITERALS: Final[dict[str, bool | None]] = {"true": True, "false": False, "null": None}
_OTHER_LITERALS: Final = {"none": "null", "nil": "null", "undefined": "null", "null": "null", "true": "true", "false": "false"}


class Scanner:
    """Reads one text from the start; `position` is the offset of what comes next."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self.findings = findings.Findings(text)
        #: (what opened, its offset, what closes it) of everything that is open, outermost first.
        self.open: list[tuple[str, int, str]] = []
        self.path: list[str] = []

    def problem(self, code: str, message: str, offset: int, hint: str = "") -> None:
        """Notes a problem at an offset; reading goes on."""
        self.findings.add(code, message, offset, "".join(self.path).lstrip("."), hint)

    def stop(self, code: str, message: str, offset: int, hint: str = "") -> NoReturn:
        """Notes a problem after which nothing sound can be read."""
        self.findings.stop(code, message, offset, "".join(self.path).lstrip("."), hint)

    def place(self, offset: int) -> str:
        """`line 3, column 15`."""
        return findings.place(self.findings.at(offset))

    def enter(self, opener: str, offset: int, closer: str) -> None:
        """Something opens."""
        self.open.append((opener, offset, closer))
        if len(self.open) > limits.MAX_DEPTH:
            hint = "move parts of the document into tools or params"
            self.stop("too-deep", f"lists, objects and blocks are nested deeper than {limits.MAX_DEPTH} levels (MAX_DEPTH)", offset, hint)

    def innermost(self) -> str:
        """`'[' of line 3, column 15`."""
        opener, offset, _ = self.open[-1]
        return f"'{opener}' of {self.place(offset)}"

    def next(self) -> str:
        """The next character after spaces; the document must not end here."""
        self.skip_space()
        if self.position >= len(self.text):
            self._ended()
        return self.text[self.position]

    def _ended(self) -> NoReturn:
        if not self.open:
            self.stop("empty", "the document is empty", len(self.text), findings.HOW_TO_BEGIN)
        still_open = [f"'{opener}' of {self.place(offset)}" for opener, offset, _ in reversed(self.open[-5:])]
        more = f" and {len(self.open) - 5} more" if len(self.open) > 5 else ""
        closers = " ".join(closer for _, _, closer in reversed(self.open[-5:]))
        message = f"the document ends too early; still open: {', '.join(still_open)}{more}"
        self.stop("unclosed", message, len(self.text), f"close with {closers}" if not more else "is the file complete?")

    def skip_space(self) -> None:
        """Moves to the next character that matters; comments and false spaces are noted."""
        while True:
            self.position = _SPACE.match(self.text, self.position).end()  # type: ignore[union-attr]
            character = self.text[self.position : self.position + 1]
            if character in ("/", "#"):
                if not self._skip_comment():
                    return
            elif character and (false_space := _NO_SPACE.match(self.text, self.position)):
                message = f"the character U+{ord(character):04X} looks like a space and is none in JSON"
                self.problem("not-json", message, self.position, "type a plain space in its place")
                self.position = false_space.end()
            else:
                return

    def _skip_comment(self) -> bool:
        comment = _COMMENT.match(self.text, self.position)
        hint = "JSON has no comments; put the words into 'description', or write the document in YAML"
        if comment is not None:
            self.problem("comment", f"a comment: {findings.shown(comment.group())}", self.position, hint)
            self.position = comment.end()
            return True
        if self.text.startswith("/*", self.position):
            self.stop("comment", "a comment that is not closed", self.position, hint)
        return False

    def string(self) -> str:
        """The text that opens with the `"` here, its escapes undone."""
        start = self.position
        parts: list[str] = []
        position, noted = start + 1, False
        while True:
            plain = _PLAIN_TEXT.match(self.text, position)
            parts.append(plain.group())  # type: ignore[union-attr]
            position = plain.end()  # type: ignore[union-attr]
            character = self.text[position : position + 1]
            if character == '"':
                self.position = position + 1
                return "".join(parts)
            if character == "\\":
                position = self._escape(start, position, parts)
            elif character == "":
                self._not_closed(start)
            else:
                if not noted:
                    self._control_character(start, position)
                noted = True
                parts.append(character)
                position += 1

    def _not_closed(self, start: int) -> NoReturn:
        shown = findings.shown(_LINE.match(self.text, start).group())  # type: ignore[union-attr]
        self.stop(
            "unclosed", f"the text that opens here is not closed: {shown}", start, 'close it with "; a line break in it is written \\n'
        )

    def _control_character(self, start: int, position: int) -> None:
        character = self.text[position]
        if character in "\r\n":
            if not _LATER_CLOSED.match(self.text, position):
                self._not_closed(start)
            self.problem("control-character", "a line break inside a text", position, "write it as \\n")
            return
        written = {"\t": "\\t", "\b": "\\b", "\f": "\\f"}.get(character, f"\\u{ord(character):04x}")
        self.problem("control-character", f"the control character U+{ord(character):04X} inside a text", position, f"write it as {written}")

    def _escape(self, start: int, position: int, parts: list[str]) -> int:
        """Reads the escape at `position`; returns the offset after it."""
        character = self.text[position + 1 : position + 2]
        if character in _ESCAPES and character:
            parts.append(_ESCAPES[character])
            return position + 2
        if character == "u" and _HEX.match(self.text, position + 2):
            return self._unicode(position, parts)
        if character == "":
            self._not_closed(start)
        if character == "u":
            found = _BROKEN_HEX.match(self.text, position).group()  # type: ignore[union-attr]
            self.problem(
                "wrong-escape", f"'{found}' is no escape of JSON", position, "four hexadecimal digits follow \\u, for example \\u00e9"
            )
        else:
            found = findings.shown(character)
            self.problem(
                "wrong-escape", f"'\\{found}' is no escape of JSON", position, f"a backslash itself is written \\\\: '\\\\{found}'"
            )
        parts.append(character)
        return position + 2

    def _unicode(self, position: int, parts: list[str]) -> int:
        code, end = int(self.text[position + 2 : position + 6], 16), position + 6
        if 0xD800 <= code < 0xDC00 and self.text.startswith("\\u", end) and _HEX.match(self.text, end + 2):
            low = int(self.text[end + 2 : end + 6], 16)
            if 0xDC00 <= low < 0xE000:
                parts.append(chr(0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00)))
                return end + 6
        if 0xD800 <= code < 0xE000:
            found = self.text[position:end]
            self.problem("wrong-escape", f"'{found}' is half a character", position, "write the character itself, or both halves")
            parts.append("\ufffd")
        else:
            parts.append(chr(code))
        return end

    def single_quoted(self) -> str:
        """A text in single quotes: noted, and read as if it had double ones."""
        match = _SINGLE_QUOTED.match(self.text, self.position)
        if match is None:
            self.stop(
                "single-quotes",
                "a text that opens with a single quote and is not closed",
                self.position,
                'JSON has double quotes only: "..."',
            )
        found = findings.shown(match.group())
        self.problem("single-quotes", f"a text in single quotes: {found}", self.position, 'JSON has double quotes only: "..."')
        self.position = match.end()
        return match.group(1)

    def at_word(self) -> bool:
        """Whether a number, `true`, `null` or a bare word comes next."""
        return _WORD.match(self.text, self.position) is not None

    def word_is_text(self) -> bool:
        """Whether the word that comes next is no number and none like true."""
        word = _WORD.match(self.text, self.position).group()  # type: ignore[union-attr]
        return word.lower() not in {*_LITERALS, *_OTHER_LITERALS} and not _NUMERIC.match(word)

    def word(self) -> int | Decimal | bool | None:
        """The number or literal that comes next; anything else is noted and read as null."""
        start = self.position
        match = _WORD.match(self.text, start)
        word = match.group() if match else ""
        self.position = start + len(word)
        if word in _LITERALS:
            return _LITERALS[word]
        try:
            number = numerals.read_json(word)
        except errors.LimitExceeded as error:
            self.problem("wrong-number", error.message, start, error.hint)
            return None
        if number is None:
            self._wrong_word(word, start)
        return number

    def _wrong_word(self, word: str, start: int) -> None:
        if word.lower() in _OTHER_LITERALS:
            self.problem("unquoted-text", f"'{word}' is no word of JSON", start, f"write {_OTHER_LITERALS[word.lower()]}")
        elif (hint := numerals.why_not(word)) or _NUMERIC.match(word):
            self.problem("wrong-number", f"'{findings.shown(word)}' is no number of JSON", start, hint or "if it is text, put it in quotes")
        else:
            self.position = start
            text = findings.shown(self.bare_text())
            near = difflib.get_close_matches(word[:10], _LITERALS, 1, 0.7)
            hint = f"did you mean {near[0]}?" if near else f'put it in quotes: "{text}"'
            self.problem("unquoted-text", f"text without quotes: {text}", start, hint)

    def bare_text(self) -> str:
        """What stands here up to a character of JSON or the end of the line."""
        match = _BARE_TEXT.match(self.text, self.position)
        self.position = match.end() if match else self.position
        return match.group().strip() if match else ""
