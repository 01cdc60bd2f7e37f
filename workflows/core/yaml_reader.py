"""The reader of YAML 1.2 documents, for the document reader: the same tree as from JSON, with the same places and problems."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, NoReturn

from ruamel.yaml import YAML, events
from ruamel.yaml.error import YAMLError

from workflows.core import errors, findings, limits, marks, model, yaml_mistakes, yaml_scalars

#: The scanner takes these for line breaks, as YAML 1.1 did, and would fold them away; in YAML 1.2 they are text.
_OLD_BREAKS: Final = ("\x85", "\u2028", "\u2029")

#: What the parser itself trips over on hostile text, as on "\UFFFFFFFF".
_PARSER_SLIPS: Final = (ArithmeticError, AssertionError, AttributeError, LookupError, RuntimeError, TypeError, ValueError)


def parse(text: str) -> model.Node:
    """The tree of a document, or what is wrong with it.

    >>> parse("a: [1, yes]").entries[0].value.items[1].value
    'yes'

    Raises:
        DocumentError: with every problem that could be found.
    """
    composer = _Composer(text)
    root: model.Node = model.Const(None)
    try:
        root = composer.document()
    except findings.Stopped:
        pass
    if composer.findings.problems:
        raise errors.DocumentError(composer.findings.in_order())
    return root


@dataclass(frozen=True, slots=True)
class _Anchored:
    """A node that aliases may repeat, and what each repetition costs."""

    node: model.Node
    members: int
    characters: int
    height: int


class _Composer:
    """Makes nodes of the parser's events. The parser is driven event by event, so that limits hold before memory is spent."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.findings = findings.Findings(text)
        self._hidden = _hide_old_breaks(text)
        self._events: Iterator[Any] = iter(YAML(typ="safe", pure=True).parse(self._hidden.text))
        self._path: list[str] = []
        self._anchors: dict[str, _Anchored | None] = {}
        self._before = self._read = 0  # the offsets after the last event but one, and after the last
        self._members = 0
        self._characters = 0
        self._deepest = 0

    def document(self) -> model.Node:
        """The only document of the stream."""
        self._next()
        if isinstance(self._next(), events.StreamEndEvent):
            self._stop("empty", "the document is empty", 0, findings.HOW_TO_BEGIN)
        root = self._value(self._next(), 0)
        self._next()
        after = self._next()
        if not isinstance(after, events.StreamEndEvent):
            self._stop(
                "several-documents", "a second document begins here", after.start_mark.index, "put each document into a file of its own"
            )
        return root

    def _problem(self, code: str, message: str, offset: int, hint: str = "") -> None:
        self.findings.add(code, message, offset, "".join(self._path).lstrip("."), hint)

    def _stop(self, code: str, message: str, offset: int, hint: str = "") -> NoReturn:
        self._problem(code, message, offset, hint)
        raise findings.Stopped

    def _next(self) -> Any:
        try:
            event = next(self._events)
        except YAMLError as error:
            mistake = yaml_mistakes.explained(error, self.text)
            noted = self.findings.problems[-1] if self.findings.problems else None
            if noted is None or noted.code != "unquoted-template" or noted.line != self.findings.at(mistake.offset).line:
                self._problem(mistake.code, mistake.message, mistake.offset, mistake.hint)
        except _PARSER_SLIPS as error:
            self._problem("not-yaml", f"YAML cannot be read: {findings.shown(str(error))}", self._read)
        else:
            self._before, self._read = self._read, event.end_mark.index
            return event
        raise findings.Stopped

    def _value(self, event: Any, depth: int) -> model.Node:
        """The node that begins with this event."""
        if isinstance(event, events.AliasEvent):
            return self._alias(event, depth)
        self._spend(1, 0, event.start_mark.index)
        if event.anchor is None:
            return self._fresh(event, depth)
        members, characters, deepest = self._members, self._characters, self._deepest
        self._deepest = depth
        self._anchors[event.anchor] = None  # open: an alias to it in here would have no end
        node = self._fresh(event, depth)
        self._anchors[event.anchor] = _Anchored(node, self._members - members + 1, self._characters - characters, self._deepest - depth)
        self._deepest = max(deepest, self._deepest)
        return node

    def _fresh(self, event: Any, depth: int) -> model.Node:
        if isinstance(event, events.ScalarEvent):
            return self._scalar(event)
        self._check_depth(depth + 1, event.start_mark.index)
        self._deepest = max(self._deepest, depth + 1)
        if isinstance(event, events.SequenceStartEvent):
            return self._array(event, depth + 1)
        if self._is_template(event):
            return model.Const(None)
        return self._object(event, depth + 1)

    def _alias(self, event: Any, depth: int) -> model.Node:
        anchored = self._anchors.get(event.anchor)
        offset = event.start_mark.index
        if anchored is None:
            inside = event.anchor in self._anchors
            message = f"'*{event.anchor}' stands inside its own anchor" if inside else f"'*{event.anchor}' has no anchor before it"
            self._problem("yaml-alias", message, offset, "write the value out" if inside else f"an anchor is written &{event.anchor}")
            return model.Const(None)
        self._spend(anchored.members, anchored.characters, offset)
        self._check_depth(depth + anchored.height, offset)
        self._deepest = max(self._deepest, depth + anchored.height)
        return anchored.node

    def _spend(self, members: int, characters: int, offset: int) -> None:
        self._members += members
        self._characters += characters
        if self._members > limits.MAX_VALUE_ITEMS:
            message = f"the document has more than {limits.MAX_VALUE_ITEMS:,} members, aliases written out (MAX_VALUE_ITEMS)"
            self._stop("too-large", message, offset, "let a tool or the database give the data")
        if self._characters > limits.MAX_TEXT_CHARS:
            message = f"the document has more than {limits.MAX_TEXT_CHARS:,} characters, aliases written out (MAX_TEXT_CHARS)"
            self._stop("too-large", message, offset, "put the text into params once")

    def _check_depth(self, depth: int, offset: int) -> None:
        if depth > limits.MAX_DEPTH:
            hint = "move parts of the document into tools or params"
            self._stop("too-deep", f"lists and objects are nested deeper than {limits.MAX_DEPTH} levels (MAX_DEPTH)", offset, hint)

    def _array(self, event: Any, depth: int) -> model.Array:
        self._check_tag(event, "seq")
        items: list[model.Node] = []
        while not isinstance(item := self._next(), events.SequenceEndEvent):
            self._path.append(f"[{len(items)}]")
            items.append(self._value(item, depth))
            self._path.pop()
        return model.Array(tuple(items), self.findings.at(event.start_mark.index))

    def _object(self, event: Any, depth: int) -> model.Object:
        self._check_tag(event, "map")
        entries: list[model.Entry] = []
        seen: dict[str, model.Position] = {}
        while not isinstance(item := self._next(), events.MappingEndEvent):
            position = self.findings.at(item.start_mark.index)
            key = self._key(item, depth)
            written = str(key.source if isinstance(key, model.Text) else key.value)
            known = isinstance(key, model.Text) or key.value is not None
            self._path.append(f".{findings.shown(written, 60)}" if known else ".?")
            if isinstance(key, model.Const) and known:
                if written in seen:
                    message = f'the key "{findings.shown(written)}" stands twice in one object'
                    self._problem(
                        "duplicate-key", message, item.start_mark.index, f"the first one stands at {findings.place(seen[written])}"
                    )
                seen.setdefault(written, position)
            entries.append(model.Entry(key, self._value(self._next(), depth), position))
            self._path.pop()
        return model.Object(tuple(entries), self.findings.at(event.start_mark.index))

    def _key(self, event: Any, depth: int) -> model.Text | model.Const:
        """The key that begins with this event; what is no text is noted and read as null."""
        offset = event.start_mark.index
        if isinstance(event, events.MappingStartEvent) and self._is_template(event):
            return model.Const(None, self.findings.at(offset))
        if isinstance(event, events.CollectionStartEvent):
            self._skip(event)
            self._problem("wrong-key", "a list or object stands where a key is expected", offset, "a key is text")
            return model.Const(None, self.findings.at(offset))
        if isinstance(event, events.ScalarEvent) and event.value == "<<" and event.implicit[0] and event.tag is None:
            self._problem(
                "merge-key", "the merge key << is not read", offset, "write the entries out, or use an alias for the whole object"
            )
            return model.Const(None, self.findings.at(offset))
        node = self._value(event, depth)
        if isinstance(node, model.Text) or (isinstance(node, model.Const) and isinstance(node.value, str)):
            return node
        written = findings.shown(self.text[offset : event.end_mark.index])
        self._problem("wrong-key", f"the key {written} is no text" if written else "an empty key", offset, f'put it in quotes: "{written}"')
        return model.Const(None, self.findings.at(offset))

    def _scalar(self, event: Any) -> model.Node:
        empty = event.value == "" and event.implicit[0]
        # Where there is no value, the parser's marks are at what comes next, maybe lines later.
        offset, end = (self._before, self._before) if empty else (event.start_mark.index, event.end_mark.index)
        position = self.findings.at(offset)
        text = self._hidden.shown(event.value)
        self._spend(0, len(text), offset)
        try:
            if event.tag is not None:
                value = yaml_scalars.tagged(text, event.tag)
            else:
                value = yaml_scalars.plain(text) if event.implicit[0] else text
        except errors.EvaluationError as error:
            self._problem("wrong-number" if event.tag is None else "yaml-tag", error.message, offset, error.hint)
            return model.Const(None, position)
        if event.implicit[0] and yaml_mistakes.cut_by_comment(self.text, end, empty):
            message = "' #' begins a comment, so the template after it would be lost"
            self._problem("unquoted-template", message, end, "put the whole text in quotes")
        return self._text(value, position, offset) if isinstance(value, str) else model.Const(value, position)

    def _text(self, text: str, position: model.Position, offset: int) -> model.Node:
        try:
            text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le") if not text.isascii() else text
        except UnicodeDecodeError:
            hint = "write the character itself, or both halves"
            self._problem("wrong-escape", "half a character: a \\ud800 to \\udfff without its other half", offset, hint)
            return model.Const(None, position)
        return model.Text(text, position) if marks.has_marks(text) else model.Const(text, position)

    def _is_template(self, event: Any) -> bool:
        """Notes a `{{ e }}` without quotes, which YAML takes for an object in an object, and passes it."""
        offset = event.start_mark.index
        if not (event.flow_style and self.text.startswith("{{", offset)):
            return False
        written = findings.shown(self.text[offset : self._skip(event)])
        self._problem("unquoted-template", "a template without quotes is an object in YAML", offset, f'put it in quotes: "{written}"')
        return True

    def _skip(self, event: Any) -> int:
        """Passes the collection that begins with this event; the offset after it."""
        depth = 1
        while depth:
            event = self._next()
            self._check_depth(depth, event.start_mark.index)
            depth += isinstance(event, events.CollectionStartEvent)
            depth -= isinstance(event, events.CollectionEndEvent)
        end: int = event.end_mark.index
        return end

    def _check_tag(self, event: Any, kind: str) -> None:
        if not yaml_scalars.is_collection_tag(event.tag, kind):
            self._problem(
                "yaml-tag", f"the tag {yaml_scalars.shown_tag(event.tag)} is not read", event.start_mark.index, "leave the tag away"
            )


class _Hidden:
    """A text whose old line breaks are replaced by characters that it does not hold, one for one."""

    def __init__(self, text: str, there: dict[int, str], back: dict[int, str]) -> None:
        self.text = text.translate(there) if there else text
        self._back = back

    def shown(self, text: str) -> str:
        """A part of it as the author wrote it."""
        return text.translate(self._back) if self._back else text


def _hide_old_breaks(text: str) -> _Hidden:
    found = [character for character in _OLD_BREAKS if character in text]
    free = (chr(code) for code in range(0xE000, 0xF900) if chr(code) not in text)
    there = dict(zip((ord(character) for character in found), free, strict=False))
    return _Hidden(text, there, {ord(stand_in): chr(code) for code, stand_in in there.items()})
