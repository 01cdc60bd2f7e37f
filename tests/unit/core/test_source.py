"""Bytes become text and a tree, by name or by content; what cannot be read is refused with its place."""

from __future__ import annotations

import pathlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.core import errors, findings, limits, model, source

CORE = pathlib.Path(source.__file__).parent


def told(data: bytes, filename: str = "daily.json") -> list[str]:
    """The problems of a document: `code line:column: message (hint)`."""
    with pytest.raises(errors.DocumentError) as caught:
        source.read_document(data, filename)
    return [f"{one.code} {one.line}:{one.column}: {one.message}" + (f" ({one.hint})" if one.hint else "") for one in caught.value.problems]


def title(data: bytes, filename: str = "daily.json") -> object:
    """The value of a document's only key."""
    (entry,) = source.read_document(data, filename).entries
    assert isinstance(entry, model.Entry)
    assert isinstance(entry.value, model.Const)
    return entry.value.value


@pytest.mark.parametrize(
    ("data", "filename"),
    [
        pytest.param('{"title": "é😀"}'.encode(), "daily.json", id="UTF-8"),
        pytest.param('{"title": "é😀"}'.encode("utf-8-sig"), "daily.json", id="UTF-8 with byte-order mark"),
        pytest.param('{"title": "é😀"}'.encode("utf-16"), "daily.json", id="UTF-16 little end first"),
        pytest.param(b"\xfe\xff" + '{"title": "é😀"}'.encode("utf-16-be"), "daily.json", id="UTF-16 big end first"),
        pytest.param("title: é😀".encode(), "daily.yaml", id="yaml"),
        pytest.param("title: é😀".encode(), "daily.YML", id="yml"),
        pytest.param('{"title": é😀}'.encode(), "daily.yml", id="the name says YAML"),
        pytest.param('\n {"title": "é😀"}'.encode(), "-", id="content says JSON"),
        pytest.param("title: é😀".encode(), "daily", id="content says YAML"),
        pytest.param("\ufefftitle: é😀".encode(), "daily.txt", id="content says YAML, with byte-order mark"),
    ],
)
def test_a_document_is_read(data: bytes, filename: str) -> None:
    assert title(data, filename) == "é😀"


def test_the_first_line_has_no_byte_order_mark() -> None:
    (entry,) = source.read_document('{"a": 1}'.encode("utf-8-sig"), "a.json").entries
    assert entry.position == model.Position(1, 2)


EXAMPLE = ' (for example {"title": "...", "payload": {"pipeline": [...]}})'


@pytest.mark.parametrize(
    ("data", "filename", "expected"),
    [
        pytest.param(
            b"",
            "a.json",
            'empty 1:1: the document is empty (begin with {"title": "...", "payload": {"pipeline": [{"id": "...", "uses": "...", "with": {}}]}})',
            id="empty",
        ),
        pytest.param(
            b"",
            "a.yaml",
            'empty 1:1: the document is empty (begin with {"title": "...", "payload": {"pipeline": [{"id": "...", "uses": "...", "with": {}}]}})',
            id="empty YAML",
        ),
        pytest.param(b"[1]", "a", f"not-object 1:1: the document is a list, not an object{EXAMPLE}", id="list"),
        pytest.param(b" null", "a.json", f"not-object 1:2: the document is null, not an object{EXAMPLE}", id="null"),
        pytest.param(b"false", "a.json", f"not-object 1:1: the document is false, not an object{EXAMPLE}", id="false"),
        pytest.param(b"5", "a.yaml", f"not-object 1:1: the document is a number, not an object{EXAMPLE}", id="number"),
        pytest.param(b"hello", "a", f"not-object 1:1: the document is text, not an object{EXAMPLE}", id="text"),
        pytest.param(b"{{ x }}", "a.json", f"not-object 1:1: the document is a template, not an object{EXAMPLE}", id="template"),
        pytest.param(
            b'{"a": "\xe9"}', "a.json", "unreadable 1:8: the byte 8 (0xE9) is no UTF-8 (save the document in UTF-8)", id="Latin-1"
        ),
        pytest.param(
            "{\n é: \xe9".encode() + b"\xff",
            "a.json",
            "unreadable 2:6: the byte 10 (0xFF) is no UTF-8 (save the document in UTF-8)",
            id="line",
        ),
        pytest.param(
            b"\xff\xfe{",
            "a.json",
            "unreadable 1:1: the byte 3 (0x7B) is no UTF-16 (save the document in UTF-8)",
            id="half a UTF-16 character",
        ),
        pytest.param('{"a": 1}'.encode("utf-32"), "a.json", "unreadable 1:1: the document is in UTF-32 (save it in UTF-8)", id="UTF-32"),
        pytest.param(
            '{"a": 1}'.encode("utf-16-le"),
            "a.json",
            "unreadable 1:2: the character 2 is a NUL; a document is text (save it in UTF-8)",
            id="UTF-16, no mark",
        ),
        pytest.param(
            b" " * (limits.MAX_DOCUMENT_BYTES + 1),
            "a.json",
            "too-large 1:1: the document is larger than 1,048,576 bytes (MAX_DOCUMENT_BYTES) (let a tool or the database give the data)",
            id="too large",
        ),
    ],
)
def test_a_document_is_refused(data: bytes, filename: str, expected: str) -> None:
    assert told(data, filename) == [expected]


def test_the_largest_document_is_read() -> None:
    text = '{"title": "' + "x" * (limits.MAX_DOCUMENT_BYTES - 13) + '"}'
    assert title(text.encode()) == "x" * (limits.MAX_DOCUMENT_BYTES - 13)


@given(st.binary(max_size=60), st.sampled_from(["a.json", "a.yaml", ""]))
def test_any_bytes_are_a_document_or_a_document_error(data: bytes, filename: str) -> None:
    try:
        root = source.read_document(data, filename)
    except errors.DocumentError as error:
        assert error.problems
        assert all(problem.code in source.CODES and problem.line > 0 and problem.column > 0 for problem in error.problems)
    else:
        assert isinstance(root, model.Object)


def test_every_code_is_used() -> None:
    readers = ("source", "relaxed_json", "json_scanner", "yaml_reader", "yaml_mistakes")
    written = "".join((CORE / f"{name}.py").read_text("utf-8") for name in readers)
    assert [code for code in source.CODES if f'"{code}"' not in written] == []


def test_codes_are_kebab_case_with_a_meaning_of_one_line() -> None:
    for code, meaning in findings.CODES.items():
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", code)
        assert meaning
        assert "\n" not in meaning
