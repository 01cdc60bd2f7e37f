"""The parser of relaxed JSON, for the document reader: JSON in which template marks may also stand outside texts, as a tree.

    {"ids": [{% for lead in leads %}"{{ lead.id }}"{% if not forloop.last %},{% endif %}{% endfor %}], "total": {{ total }}}

Commas next to a block are punctuation: conditions may leave them over or out. Between two plain items one comma stands, as in JSON.
"""

from __future__ import annotations

from typing import Any, Final

from workflows.core import blocks, errors, findings, json_scanner, limits, marks, model

_CLOSER: Final = {"[": "]", "{": "}"}


def parse(text: str) -> model.Node:
    """The tree of a document, or all that is wrong with it.

    >>> parse('[1, {{ x }}]').items[1].source
    'x'

    Raises:
        DocumentError: with every problem that could be found.
    """
    parser = _Parser(text)
    root: model.Node = model.Const(None)
    try:
        root = parser.document()
    except findings.Stopped:
        pass
    if parser.findings.problems:
        raise errors.DocumentError(parser.findings.in_order())
    return root


class _Parser(json_scanner.Scanner):
    """One method a rule of the grammar; each begins where `position` is and leaves it after what it read."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._members_read = 0

    def document(self) -> model.Node:
        self._prose()
        root = self._value()
        self.skip_space()
        if self.position < len(self.text):
            found = findings.shown(self.text[self.position : self.position + 41].split("\n")[0])
            self.stop("not-json", f"something follows the end of the document: {found}", self.position, "a document is one object")
        return root

    def _prose(self) -> None:
        """A file of words is none of JSON's; one problem says so."""
        self.next()
        start = self.position
        if self.at_word() and self.word_is_text():
            found = findings.shown(self.bare_text())
            hint = 'a document is one object: {"title": "...", "payload": {"pipeline": [...]}}; a YAML document ends in .yaml or .yml'
            self.stop("not-json", f"found '{found}' where the '{{' of a document is expected", start, hint)

    def _value(self) -> model.Node:
        character = self.next()
        start = self.position
        position = self.findings.at(start)
        if marks.opens(self.text, start):
            return self._expression(position)
        match character:
            case "{":
                return model.Object(self._container("{"), position)
            case "[":
                return model.Array(self._container("["), position)
            case '"':
                return _text(self.string(), position)
            case "'":
                return _text(self.single_quoted(), position)
        if not self.at_word():
            self._unexpected(character, "a value")
        return model.Const(self.word(), position)

    def _unexpected(self, character: str, expected: str) -> None:
        hint = ""
        if self.text.startswith("${{", self.position):
            hint = "outside quotes write {{ x }} or ${x}; in quotes, ${{ x }} is a dollar sign and a value"
        elif character in "]}" and self.open:
            hint = f"still open: {self.innermost()}"
        elif character in "`\u201c\u201d\u2018\u2019\u00ab\u00bb":
            hint = 'texts stand in straight double quotes: "..."'
        self.stop("not-json", f"found '{findings.shown(character)}' where {expected} is expected", self.position, hint)

    def _expression(self, position: model.Position) -> model.Node:
        start = self.position
        mark = self._mark()
        if mark.kind == "block":
            hint = "a value that depends on a condition is written {{ a if c else b }}"
            self.stop("wrong-block", f"'{{% {findings.shown(mark.content)} %}}' stands where a value is expected", start, hint)
        follows = self.text[mark.end : mark.end + 1]
        if follows and follows not in " \t\r\n,]}:" and not self.text.startswith(("{%", "/*", "//", "#"), mark.end):
            self.stop("wrong-mark", f"'{findings.shown(follows)}' follows a template directly", mark.end, "put the whole text in quotes")
        if mark.format is not None:  # a format makes text
            return model.Text(self.text[start : mark.end], position)
        return model.Expr(mark.content, position)

    def _mark(self) -> marks.Mark:
        start = self.position
        try:
            mark = marks.scan(self.text, start)
        except marks.MarkError as error:
            hint = error.reason if error.at is None else f"{error.reason} at {self.place(error.at)}"
            what = "holds nothing" if error.message.endswith("holds nothing") else "is not closed"
            self.stop("wrong-mark", f"'{self.text[start : start + 2]}' {what}", start, hint)
        self.position = mark.end
        return mark

    def _container(self, opener: str) -> tuple[Any, ...]:
        start, closer = self.position, _CLOSER[opener]
        self.enter(opener, start, closer)
        self.position += 1
        members, _ = self._body(opener == "{", False)
        found = self.text[self.position]
        if found != closer:
            self.stop("unclosed", f"found '{found}' where '{closer}' is expected", self.position, f"still open: {self.innermost()}")
        self.position += 1
        self.open.pop()
        return members

    def _body(self, in_object: bool, in_block: bool) -> tuple[tuple[Any, ...], blocks.Divider]:
        """The members up to what closes them, and in a block the `{% else %}` or `{% end... %}` that does."""
        members: list[Any] = []
        seen: dict[str, model.Position] = {}
        before = "block" if in_block else "start"
        ended = self.position
        while True:
            commas = self._commas()
            character = self.next()
            start = self.position
            if self.text.startswith("{%", start):
                block, before = self._block(in_object, in_block), "block"
                if isinstance(block, blocks.Divider):
                    return tuple(members), block
                if block is not None:
                    members.append(block)
            elif character in "]}":
                self._check_commas(before, commas, "end", start)
                if in_block:
                    self.stop("unclosed", f"found '{character}' inside a block", start, f"still open: {self.innermost()}")
                return tuple(members), blocks.Divider("")
            else:
                if before == "item" and not commas and not self._begins_member(character):
                    self._unexpected(character, f"a comma or '{self.open[-1][2]}'")
                self._check_commas(before, commas, "item", ended)
                members.append(self._entry(seen) if in_object else self._item(len(members)))
                self._count()
                before, ended = "item", self.position

    def _begins_member(self, character: str) -> bool:
        return character in "{[\"'" or marks.opens(self.text, self.position) or self.at_word()

    def _count(self) -> None:
        self._members_read += 1
        if self._members_read > limits.MAX_VALUE_ITEMS:
            message = f"the document has more than {limits.MAX_VALUE_ITEMS:,} members (MAX_VALUE_ITEMS)"
            self.stop("too-large", message, self.position, "let a tool or the database give the data")

    def _commas(self) -> list[int]:
        offsets: list[int] = []
        self.skip_space()
        while self.text.startswith(",", self.position):
            offsets.append(self.position)
            self.position += 1
            self.skip_space()
        return offsets

    def _check_commas(self, before: str, commas: list[int], after: str, place: int) -> None:
        """One comma between two items, none elsewhere; next to a block any number."""
        if before == "block":
            return
        wanted = 1 if before == after == "item" else 0
        if len(commas) < wanted:
            self.problem("missing-comma", "a comma is missing", place, "items are separated by commas")
        elif len(commas) > wanted:
            where = (
                "two commas in a row" if wanted else "a comma after the last item" if before == "item" else "a comma before the first item"
            )
            self.problem("extra-comma", where, commas[wanted], "remove it")

    def _item(self, index: int) -> model.Node:
        self.path.append(f"[{index}]")
        value = self._value()
        self.path.pop()
        return value

    def _entry(self, seen: dict[str, model.Position]) -> model.Entry:
        start = self.position
        position = self.findings.at(start)
        key = _text(self._key(), position)
        written = str(key.source if isinstance(key, model.Text) else key.value)
        self.path.append(f".{findings.shown(written, 60)}")
        if isinstance(key, model.Const):
            if written in seen:
                message = f'the key "{findings.shown(written)}" stands twice in one object'
                self.problem("duplicate-key", message, start, f"the first one stands at {findings.place(seen[written])}")
            seen.setdefault(written, position)
        value = self._value() if self._colon(written) else model.Const(None, position)
        self.path.pop()
        return model.Entry(key, value, position)

    def _key(self) -> str:
        start, character = self.position, self.text[self.position]
        if character == '"':
            return self.string()
        if character == "'":
            return self.single_quoted()
        if marks.opens(self.text, start):
            mark = self._mark()
            written = self.text[start : mark.end]
            self.problem(
                "wrong-key",
                "a template without quotes stands where a key is expected",
                start,
                f'put it in quotes: "{findings.shown(written)}"',
            )
            return written
        if not self.at_word():
            self._unexpected(character, "a key in double quotes")
        word = self.bare_text()
        self.problem("unquoted-text", f"a key without quotes: {findings.shown(word)}", start, f'put it in quotes: "{findings.shown(word)}"')
        return word

    def _colon(self, key: str) -> bool:
        """Reads the colon after a key; whether a value follows."""
        character = self.next()
        if character in ":=":
            if character == "=":
                self.problem(
                    "missing-colon",
                    f"found '=' after the key \"{findings.shown(key)}\"",
                    self.position,
                    "a colon stands between key and value",
                )
            self.position += 1
            character = self.next()
        elif character not in ",}]":
            self.problem("missing-colon", f'a colon is missing after the key "{findings.shown(key)}"', self.position)
        if character in ",}]":
            self.problem("missing-value", f'the key "{findings.shown(key)}" has no value', self.position, "write null if there is none")
            return False
        return True

    def _block(self, in_object: bool, in_block: bool) -> Any:
        """A loop, condition or assignment; the divider that ends the block around it; None for what could not be read."""
        start = self.position
        position = self.findings.at(start)
        written = self._mark().content
        try:
            head: blocks.Head | None = blocks.read(written)
        except errors.EvaluationError as error:
            self.problem("wrong-block", error.message, start, error.hint)
            head = blocks.stand_in(written)
        match head:
            case blocks.Assignment():
                return model.Set(head.name, head.source, position)
            case blocks.Loop():
                return self._loop(head, in_object, written, start)
            case blocks.Condition():
                return self._condition(head, in_object, written, start)
            case blocks.Divider() if not in_block:
                self.problem("wrong-block", f"'{{% {head.keyword} %}}' belongs to no block", start, f"here is open: {self.innermost()}")
                return None
        return head

    def _loop(self, head: blocks.Loop, in_object: bool, written: str, start: int) -> model.For:
        self.enter(f"{{% {findings.shown(written)} %}}", start, "{% endfor %}")
        body, divider = self._body(in_object, True)
        orelse: tuple[Any, ...] = ()
        if divider.keyword == "else":
            orelse, divider = self._body(in_object, True)
        self._closes(divider, "endfor")
        return model.For(head.targets, head.iterable, body, orelse, head.condition, self.findings.at(start))

    def _condition(self, head: blocks.Condition, in_object: bool, written: str, start: int) -> model.If:
        self.enter(f"{{% {findings.shown(written)} %}}", start, "{% endif %}")
        branches: list[tuple[str, tuple[Any, ...]]] = []
        condition = head.condition
        while True:
            body, divider = self._body(in_object, True)
            branches.append((condition, body))
            if divider.keyword != "elif":
                break
            condition = divider.condition
        orelse: tuple[Any, ...] = ()
        if divider.keyword == "else":
            orelse, divider = self._body(in_object, True)
        self._closes(divider, "endif")
        return model.If(tuple(branches), orelse, self.findings.at(start))

    def _closes(self, divider: blocks.Divider, expected: str) -> None:
        if divider.keyword != expected:
            start = self.text.rfind("{%", 0, self.position)
            message = f"found '{{% {divider.keyword} %}}' where '{{% {expected} %}}' is expected"
            self.stop("wrong-block", message, start, f"still open: {self.innermost()}")
        self.open.pop()


def _text(text: str, position: model.Position) -> model.Text | model.Const:
    return model.Text(text, position) if marks.has_marks(text) else model.Const(text, position)
