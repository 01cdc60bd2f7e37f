"""YAML 1.2 becomes the same tree as JSON, with places; what is not read is refused in full sentences."""

from __future__ import annotations

import json
import time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflows.core import errors, limits, model, relaxed_json, yaml_reader


def plain(node: Any) -> Any:
    """The value of a tree; a text with marks as `("text", source)`."""
    match node:
        case model.Const():
            return node.value
        case model.Text():
            return ("text", node.source)
        case model.Array():
            return [plain(item) for item in node.items]
        case model.Object():
            return {plain(entry.key): plain(entry.value) for entry in node.entries if isinstance(entry, model.Entry)}
    raise TypeError(type(node))


def told(text: str) -> list[str]:
    """The problems of a document: `code line:column path: message (hint)`."""
    with pytest.raises(errors.DocumentError) as caught:
        yaml_reader.parse(text)
    return [sentence(problem) for problem in caught.value.problems]


def sentence(problem: errors.Problem) -> str:
    path = f" {problem.path}" if problem.path else ""
    hint = f" ({problem.hint})" if problem.hint else ""
    return f"{problem.code} {problem.line}:{problem.column}{path}: {problem.message}{hint}"


SCALARS = st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_characters="${", exclude_categories=["Cs"]))
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text('abé \n"', max_size=4), inner, max_size=4), max_leaves=15
)


@settings(deadline=None)
@given(VALUES)
def test_json_is_yaml_and_every_value_is_kept(value: Any) -> None:
    text = json.dumps(value)
    assert plain(yaml_reader.parse(text)) == value == plain(relaxed_json.parse(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("yes", "yes", id="yes is text"),
        pytest.param("off", "off", id="off is text"),
        pytest.param("2026-01-01", "2026-01-01", id="dates are text"),
        pytest.param("12:30:00", "12:30:00", id="times are text"),
        pytest.param("1_000", "1_000", id="underscores are text"),
        pytest.param("=", "=", id="equals is text"),
        pytest.param("true", True, id="true"),
        pytest.param("FALSE", False, id="FALSE"),
        pytest.param("tRue", "tRue", id="tRue is text"),
        pytest.param("~", None, id="tilde"),
        pytest.param("Null", None, id="Null"),
        pytest.param("42", 42, id="integer"),
        pytest.param("+5", 5, id="plus"),
        pytest.param("012", 12, id="leading zero is decimal"),
        pytest.param("0o17", 15, id="octal"),
        pytest.param("0x1F", 31, id="hexadecimal"),
        pytest.param("1.50", Decimal("1.50"), id="digits kept"),
        pytest.param(".5", Decimal("0.5"), id="no zero before the point"),
        pytest.param("1e3", Decimal("1E+3"), id="exponent"),
        pytest.param("!!str 5", "5", id="tag str"),
        pytest.param("! 5", "5", id="tag !"),
        pytest.param("!!float 3", Decimal("3"), id="tag float"),
        pytest.param("!!int 3", 3, id="tag int"),
        pytest.param("'5'", "5", id="single quotes"),
        pytest.param('"\\ud83d\\ude00 \\x41"', "😀 A", id="escapes of both kinds"),
        pytest.param('"a\u2028b\x85c"', "a\u2028b\x85c", id="old line breaks are text"),
        pytest.param("|\n  a\n   b\n", "a\n b\n", id="literal text"),
        pytest.param(">-\n  a\n  b\n", "a b", id="folded text"),
        pytest.param("a: !!map {b: !!seq [1]}", {"a": {"b": [1]}}, id="tags of lists and objects"),
        pytest.param("a:\nb: ''", {"a": None, "b": ""}, id="no value"),
        pytest.param("'5': x\n'<<': y", {"5": "x", "<<": "y"}, id="quoted keys"),
        pytest.param("a: &x {n: [1]}\nb: *x\nc: [*x]", {"a": {"n": [1]}, "b": {"n": [1]}, "c": [{"n": [1]}]}, id="aliases"),
        pytest.param("&k a: 1\nb: *k", {"a": 1, "b": "a"}, id="a key's anchor"),
        pytest.param("--- # c\na: 1 # d\n...\n", {"a": 1}, id="comments and document marks"),
        pytest.param("%YAML 1.1\n---\na: yes", {"a": "yes"}, id="always by the 1.2 schema"),
        pytest.param("a: ${x}\nb: PR ${n}", {"a": ("text", "${x}"), "b": ("text", "PR ${n}")}, id="templates without quotes"),
        pytest.param(
            "a: '{{ x }}'\nb: |\n  {% if c %}\n  d\n  {% endif %}",
            {"a": ("text", "{{ x }}"), "b": ("text", "{% if c %}\nd\n{% endif %}")},
            id="templates",
        ),
        pytest.param('"${k}": 1', {("text", "${k}"): 1}, id="template as key"),
    ],
)
def test_yaml(text: str, expected: Any) -> None:
    value = plain(yaml_reader.parse(text))
    assert (value, type(value)) == (expected, type(expected))
    assert str(value) == str(expected)


def test_places_count_lines_and_characters_from_1() -> None:
    root = yaml_reader.parse("# é\r\npayload:\r\n  😀é: [1, 'b']\n  c: |\n    d\n")
    assert isinstance(root, model.Object)
    (payload,) = root.entries
    assert isinstance(payload, model.Entry)
    assert isinstance(payload.value, model.Object)
    first, second = payload.value.entries
    assert isinstance(first, model.Entry)
    assert isinstance(first.value, model.Array)
    assert isinstance(second, model.Entry)
    nodes = [root, payload, payload.value, first, first.key, first.value, *first.value.items, second, second.value]
    assert [(node.position.line, node.position.column) for node in nodes] == [
        (2, 1), (2, 1), (3, 3), (3, 3), (3, 3), (3, 7), (3, 8), (3, 11), (4, 3), (4, 6),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "",
            'empty 1:1: the document is empty (begin with {"title": "...", "payload": {"pipeline": [{"id": "...", "uses": "...", "with": {}}]}})',
            id="empty",
        ),
        pytest.param(
            "# only\n",
            'empty 1:1: the document is empty (begin with {"title": "...", "payload": {"pipeline": [{"id": "...", "uses": "...", "with": {}}]}})',
            id="comment only",
        ),
        pytest.param(
            "a: 1\nb: {k: 1, k: 2}",
            'duplicate-key 2:11 b.k: the key "k" stands twice in one object (the first one stands at line 2, column 5)',
            id="twice",
        ),
        pytest.param(
            "a: {{ x | default(0) }}",
            'unquoted-template 1:4 a: a template without quotes is an object in YAML (put it in quotes: "{{ x | default(0) }}")',
            id="bare braces",
        ),
        pytest.param(
            "a: {{ x }} kg",
            'unquoted-template 1:4 a: a template without quotes is an object in YAML (put it in quotes: "{{ x }}")',
            id="braces with text after",
        ),
        pytest.param(
            "{{ k }}: 1",
            'unquoted-template 1:1: a template without quotes is an object in YAML (put it in quotes: "{{ k }}")',
            id="braces as root",
        ),
        pytest.param(
            "a:\n  {{ k }}: 1",
            'unquoted-template 2:3 a: a template without quotes is an object in YAML (put it in quotes: "{{ k }}")',
            id="braces as key",
        ),
        pytest.param(
            "a: [${x}]",
            "unquoted-template 1:5 a: a template without quotes that YAML reads in its own way (put the whole text in quotes)",
            id="in a flow list",
        ),
        pytest.param(
            "a: ${c ? x : y}\nb: ${ {'k': 1} }",
            "unquoted-template 1:4: a template without quotes that YAML reads in its own way (put the whole text in quotes)",
            id="colon in a template",
        ),
        pytest.param(
            "- {% for x in xs %}",
            "unquoted-template 1:3: a template without quotes that YAML reads in its own way"
            " (put the whole text in quotes; blocks without quotes are read in JSON documents only)",
            id="block",
        ),
        pytest.param(
            "a: PR #${n}",
            "unquoted-template 1:6 a: ' #' begins a comment, so the template after it would be lost (put the whole text in quotes)",
            id="template cut off",
        ),
        pytest.param(
            "a: #{{n}}",
            "unquoted-template 1:2 a: ' #' begins a comment, so the template after it would be lost (put the whole text in quotes)",
            id="template cut off at once",
        ),
        pytest.param("5: x", 'wrong-key 1:1: the key 5 is no text (put it in quotes: "5")', id="number as key"),
        pytest.param("true: x", 'wrong-key 1:1: the key true is no text (put it in quotes: "true")', id="true as key"),
        pytest.param(": x", 'wrong-key 1:1: an empty key (put it in quotes: "")', id="empty key"),
        pytest.param("? [a]\n: b", "wrong-key 1:3: a list or object stands where a key is expected (a key is text)", id="list as key"),
        pytest.param("a: &l [1]\n*l : b", 'wrong-key 2:1: the key *l is no text (put it in quotes: "*l")', id="list as key by alias"),
        pytest.param(
            "<<: {a: 1}",
            "merge-key 1:1: the merge key << is not read (write the entries out, or use an alias for the whole object)",
            id="merge key",
        ),
        pytest.param("a: !secret x", "yaml-tag 1:4 a: the tag !secret is not read (leave the tag away)", id="own tag"),
        pytest.param("a: !!set {}", "yaml-tag 1:4 a: the tag !!set is not read (leave the tag away)", id="set"),
        pytest.param("a: !!binary aGk=", "yaml-tag 1:4 a: the tag !!binary is not read (leave the tag away)", id="binary"),
        pytest.param("a: !!int x", "yaml-tag 1:4 a: 'x' does not fit the tag !!int (leave the tag away)", id="wrong tag"),
        pytest.param(
            "a: .nan",
            "wrong-number 1:4 a: '.nan' is no number here (there is no NaN and no infinity; null says that there is no number)",
            id="nan",
        ),
        pytest.param(
            "a: -.Inf",
            "wrong-number 1:4 a: '-.Inf' is no number here (there is no NaN and no infinity; null says that there is no number)",
            id="infinity",
        ),
        pytest.param(f"a: {'9' * 401}", "wrong-number 1:4 a: a number of more than 400 digits (MAX_NUMBER_DIGITS)", id="401 digits"),
        pytest.param("a: 1e999999999999", "wrong-number 1:4 a: a number of more than 400 digits (MAX_NUMBER_DIGITS)", id="huge exponent"),
        pytest.param("a: *x", "yaml-alias 1:4 a: '*x' has no anchor before it (an anchor is written &x)", id="alias without anchor"),
        pytest.param(
            "a: &x [*x]", "yaml-alias 1:8 a[0]: '*x' stands inside its own anchor (write the value out)", id="alias inside its anchor"
        ),
        pytest.param(
            "a: 1\n---\nb: 2",
            "several-documents 2:1: a second document begins here (put each document into a file of its own)",
            id="two documents",
        ),
        pytest.param(
            'a: "\\ud800"',
            "wrong-escape 1:4 a: half a character: a \\ud800 to \\udfff without its other half"
            " (write the character itself, or both halves)",
            id="half",
        ),
        pytest.param(
            'a: "\\d"', "wrong-escape 1:6 a: '\\d' is no escape of YAML (a backslash in double quotes is written \\\\)", id="escape"
        ),
        pytest.param(
            'a: "\\u00"', "wrong-escape 1:7 a: an escape with too few hexadecimal digits (for example \\u00e9)", id="short escape"
        ),
        pytest.param(
            'a: "\\UFFFFFFFF"', "not-yaml 1:2 a: YAML cannot be read: Python int too large to convert to C int", id="escape beyond Unicode"
        ),
        pytest.param(
            "a: \x01", "control-character 1:4: a control character in the document (write it as an escape in double quotes)", id="control"
        ),
        pytest.param(
            "a: 'x\nb: 1\n",
            "unclosed 1:4 a: the text that opens here is not closed (close it with the quote that opened it)",
            id="open text",
        ),
        pytest.param(
            'a: "x\\',
            "unclosed 1:4 a: the text that opens here is not closed (close it with the quote that opened it)",
            id="open text and escape",
        ),
        pytest.param("a: {b: 1\n", "unclosed 2:1 a: the document ends where '}' is expected (close what is open)", id="open object"),
        pytest.param(
            "a: [1 2\nb: 3",
            "not-yaml 2:2 a: found something else where ',' or ']' is expected (put text that holds brackets in quotes)",
            id="open list",
        ),
        pytest.param("a:\n\t- 1", "not-yaml 2:1 a: a tab stands where the line begins (indent with spaces)", id="tab"),
        pytest.param(
            "a: - b", "not-yaml 1:4 a: a '- ' where no list item can stand (items of one list begin in one column)", id="item in a line"
        ),
        pytest.param("a: [,]", "not-yaml 1:5 a: a value is missing before ',' (write null if there is none)", id="comma alone"),
        pytest.param("a: !<x y", "yaml-tag 1:7 a: a tag that cannot be read (put text that begins with ! in quotes)", id="broken tag"),
        pytest.param(
            "a: |x\n  b", "not-yaml 1:5 a: something follows the | or > of a text (the text begins on the next line)", id="text after |"
        ),
        pytest.param("a: @x", "not-yaml 1:4 a: a text without quotes cannot begin with '@' (put the text in quotes)", id="at sign"),
        pytest.param(
            "a: b: c",
            "not-yaml 1:5: a ': ' where no key can stand (put text that holds ': ' in quotes; keys of one object begin in one column)",
            id="two colons",
        ),
        pytest.param(
            "- a\nb: c",
            "not-yaml 2:1: this does not fit the indentation around it (members of one list or object begin in one column)",
            id="indentation",
        ),
        pytest.param(
            "a:\nkey\nb: 1", "missing-colon 3:1 a: a colon is missing after the key (a key is written key: value)", id="missing colon"
        ),
        pytest.param("'a' 'b'", "not-yaml 1:5: something follows the end of the document (a document is one object)", id="more"),
    ],
)
def test_a_problem_is_told(text: str, expected: str) -> None:
    assert told(text) == [expected]


def test_several_problems_are_told_at_once_in_order() -> None:
    assert [line.partition(": ")[0] for line in told("a: {{ x }}\n5: !t 1\na: .inf\nb: [1")] == [
        "unquoted-template 1:4 a",
        "wrong-key 2:1",
        "yaml-tag 2:4 ?",
        "duplicate-key 3:1 a",
        "wrong-number 3:4 a",
        "unclosed 4:6 b",
    ]


def test_a_problem_knows_its_path() -> None:
    text = "payload:\n  pipeline:\n  - id: a\n  - with:\n      channel: {{ x }}\n"
    assert told(text)[0].startswith("unquoted-template 5:16 payload.pipeline[1].with.channel: ")


def test_aliases_cannot_multiply_without_end() -> None:
    laughs = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n" + "".join(f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12))
    (problem,) = told(laughs)
    assert problem.startswith("too-large 6:")
    assert problem.endswith(
        "the document has more than 200,000 members, aliases written out (MAX_VALUE_ITEMS) (let a tool or the database give the data)"
    )


def test_text_cannot_multiply_without_end() -> None:
    assert told(f"a: &a '{'x' * 600_000}'\nb: *a") == [
        "too-large 2:4 b: the document has more than 1,048,576 characters, aliases written out (MAX_TEXT_CHARS)"
        " (put the text into params once)"
    ]


def test_depth_is_limited() -> None:
    message = "lists and objects are nested deeper than 64 levels (MAX_DEPTH) (move parts of the document into tools or params)"
    yaml_reader.parse("[" * 64 + "]" * 64)
    assert told("[" * 65) == [f"too-deep 1:65 {'[0]' * 64}: {message}"]
    nested = "k0: &k0 [1]\n" + "".join(f"k{n}: &k{n} [*k{n - 1}]\n" for n in range(1, 70))
    assert told(nested) == [f"too-deep 64:12 k63[0]: {message}"]


@pytest.mark.parametrize(
    "repeated", ["[", "- ", "? ", "{a: ", "{{", "{{x}},", '"', '"\\', "&a ", "*a ", "!a ", "a: ", "{a,", "\t", "%a"], ids=repr
)
def test_a_hostile_document_ends_soon(repeated: str) -> None:
    begin = time.monotonic()
    with pytest.raises(errors.DocumentError):
        yaml_reader.parse(repeated * (limits.MAX_DOCUMENT_BYTES // 4 // len(repeated)))
    assert time.monotonic() - begin < 30


EXAMPLE = """\
title: Daily
payload:
  params: {team: &team [a, "b"], n: 1.50}
  pipeline:
  - id: say
    uses: slack.enterprise
    with:
      channel: '#x'
      text: "PR ${n} {{ today }}"
      more: |
        {% for x in xs %}
        {{ x }}
      again: *team
"""


@settings(max_examples=120, deadline=None)
@given(st.integers(0, len(EXAMPLE)), st.integers(0, 20), st.text(st.sampled_from("{}[]\"':,%$ \\\n\t/#a*&!|>?-.<"), max_size=6))
def test_any_damage_is_a_document_error(start: int, length: int, inserted: str) -> None:
    try:
        yaml_reader.parse(EXAMPLE[:start] + inserted + EXAMPLE[start + length :])
    except errors.DocumentError as error:
        assert all(problem.line > 0 and problem.column > 0 and problem.message for problem in error.problems)
