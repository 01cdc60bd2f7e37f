"""The reader of documents, for the command line and tests: bytes of a JSON or YAML file to a template tree with places."""

from __future__ import annotations

import pathlib
from typing import Final

from workflows.core import errors, findings, limits, model, relaxed_json, yaml_reader

#: Every problem code of the readers, with its meaning.
CODES: Final = findings.CODES

_JSON: Final = (".json",)
_YAML: Final = (".yaml", ".yml")
_BYTE_ORDER_MARKS: Final = (
    (b"\xff\xfe\x00\x00", ""),
    (b"\x00\x00\xfe\xff", ""),
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)


def read_document(data: bytes, filename: str) -> model.Object:
    """The tree of a document. A name ending in .json, .yaml or .yml says what it is; else a first `{` or `[` means JSON.

    >>> read_document(b'{"title": "Daily"}', "daily.json").entries[0].value.value
    'Daily'

    Raises:
        DocumentError: with every problem that could be found; its codes are in CODES.
    """
    text = decode(data)
    root = yaml_reader.parse(text) if is_yaml(text, filename) else relaxed_json.parse(text)
    if not isinstance(root, model.Object):
        hint = 'for example {"title": "...", "payload": {"pipeline": [...]}}'
        raise _error("not-object", f"the document is {_described(root)}, not an object", root.position, hint)
    return root


def is_yaml(text: str, filename: str) -> bool:
    """Whether a document is read as YAML: by its name, else by its first character."""
    suffix = pathlib.PurePath(filename).suffix.lower()
    if suffix in _JSON or suffix in _YAML:
        return suffix in _YAML
    return not text.lstrip().startswith(("{", "["))


def decode(data: bytes) -> str:
    """The text of a document: UTF-8, or UTF-16 with a byte-order mark.

    Raises:
        DocumentError: it is too large, in another encoding, or holds a NUL.
    """
    if len(data) > limits.MAX_DOCUMENT_BYTES:
        message = f"the document is larger than {limits.MAX_DOCUMENT_BYTES:,} bytes (MAX_DOCUMENT_BYTES)"  # no more is read of it
        raise _error("too-large", message, model.Position(1, 1), "let a tool or the database give the data")
    encoding = next((encoding for mark, encoding in _BYTE_ORDER_MARKS if data.startswith(mark)), "utf-8")
    if not encoding:
        raise _error("unreadable", "the document is in UTF-32", model.Position(1, 1), "save it in UTF-8")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise _undecodable(data, encoding, error) from None
    if (offset := text.find("\0")) >= 0:
        message = f"the character {offset + 1:,} is a NUL; a document is text"
        raise _error("unreadable", message, findings.Findings(text).at(offset), "save it in UTF-8")
    return text


def _undecodable(data: bytes, encoding: str, error: UnicodeDecodeError) -> errors.DocumentError:
    before = data[: error.start].decode(encoding, "ignore")
    name = "UTF-16" if encoding == "utf-16" else "UTF-8"
    message = f"the byte {error.start + 1:,} (0x{data[error.start]:02X}) is no {name}"
    return _error("unreadable", message, findings.Findings(before).at(len(before)), "save the document in UTF-8")


def _described(root: model.Node) -> str:
    match root:
        case model.Array():
            return "a list"
        case model.Text() | model.Expr():
            return "a template"
        case model.Const(value=None):
            return "null"
        case model.Const(value=bool()):
            return "true" if root.value else "false"
        case model.Const(value=str()):
            return "text"
    return "a number"


def _error(code: str, message: str, position: model.Position, hint: str = "") -> errors.DocumentError:
    return errors.DocumentError([errors.Problem(code, message, "", position.line, position.column, hint)])
