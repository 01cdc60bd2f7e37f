"""Relaxed JSON becomes a tree with places; what JSON refuses is refused in full sentences, several at a time where that is sound."""

from __future__ import annotations

import json
import pathlib
import time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflows.core import errors, limits, model, relaxed_json

PIPELINES = sorted((pathlib.Path(__file__).parents[2] / "reference" / "pipelines").glob("*.json"))


def plain(node: Any) -> Any:
    """The JSON value of a tree without blocks and bare values; texts as they are written."""
    match node:
        case model.Const():
            return node.value
        case model.Text():
            return node.source
        case model.Array():
            return [plain(item) for item in node.items]
        case model.Object():
            return {plain(entry.key): plain(entry.value) for entry in node.entries}  # type: ignore[union-attr]
    return node


def shape(node: Any) -> Any:
    """A tree without its places, short enough to write down."""
    match node:
        case model.Const():
            return node.value
        case model.Text():
            return ("text", node.source)
        case model.Expr():
            return ("value", node.source)
        case model.Array():
            return [shape(item) for item in node.items]
        case model.Object():
            return ("object", [shape(entry) for entry in node.entries])
        case model.Entry():
            return (shape(node.key), shape(node.value))
        case model.For():
            return (
                "for",
                node.targets,
                node.iterable,
                node.condition,
                [shape(part) for part in node.body],
                [shape(part) for part in node.orelse],
            )
        case model.If():
            branches = [(condition, [shape(part) for part in body]) for condition, body in node.branches]
            return ("if", branches, [shape(part) for part in node.orelse])
        case model.Set():
            return ("set", node.name, node.source)
    raise TypeError(type(node))


def told(text: str) -> list[str]:
    """The problems of a document: `code line:column path: message (hint)`."""
    with pytest.raises(errors.DocumentError) as caught:
        relaxed_json.parse(text)
    return [sentence(problem) for problem in caught.value.problems]


def sentence(problem: errors.Problem) -> str:
    path = f" {problem.path}" if problem.path else ""
    hint = f" ({problem.hint})" if problem.hint else ""
    return f"{problem.code} {problem.line}:{problem.column}{path}: {problem.message}{hint}"


# --- plain JSON ---

SCALARS = st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_characters="${", exclude_categories=["Cs"]))
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text('abé😀 \n"\\', max_size=4), inner, max_size=5),
    max_leaves=30,
)


@given(VALUES, st.booleans(), st.sampled_from([None, 2]))
def test_every_json_value_is_kept(value: Any, ascii_only: bool, indent: int | None) -> None:
    assert plain(relaxed_json.parse(json.dumps(value, ensure_ascii=ascii_only, indent=indent))) == value


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=Decimal("-1e50"), max_value=Decimal("1e50"), places=3))
def test_decimals_keep_their_digits(number: Decimal) -> None:
    value = plain(relaxed_json.parse(format(number, "f")))
    assert (type(value), str(value)) == (Decimal, format(number, "f"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("0", 0, id="zero"),
        pytest.param("-12", -12, id="negative"),
        pytest.param("1234.50", Decimal("1234.50"), id="digits kept"),
        pytest.param("1e3", Decimal("1E+3"), id="exponent"),
        pytest.param("-0.0", Decimal("-0.0"), id="negative zero"),
        pytest.param("9" * 400, int("9" * 400), id="400 digits"),
        pytest.param("1e399", Decimal("1E+399"), id="400 digits written out"),
        pytest.param(r'"\"\\\/\b\f\n\r\t\u00e9\u20AC\ud83d\ude00\u0000"', '"\\/\b\f\n\r\té€😀\0', id="escapes"),
        pytest.param('"\x7f\x85\u2028 😀"', "\x7f\x85\u2028 😀", id="characters as they are"),
        pytest.param(" \t\r\n[ ]\n", [], id="spaces"),
        pytest.param('{"a":{"b":[]}}', {"a": {"b": []}}, id="nested"),
    ],
)
def test_plain_json(text: str, expected: Any) -> None:
    value = plain(relaxed_json.parse(text))
    assert (value, type(value)) == (expected, type(expected))
    assert str(value) == str(expected)


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"], ids=["LF", "CR LF", "CR"])
def test_places_count_lines_and_characters_from_1(newline: str) -> None:
    root = relaxed_json.parse(newline.join(["{", '  "😀é": [1, {{ x }},', '\t"${y}"]', "}"]))
    assert isinstance(root, model.Object)
    entry = root.entries[0]
    assert isinstance(entry, model.Entry)
    assert isinstance(entry.value, model.Array)
    assert [node.position for node in (root, entry, entry.key, entry.value, *entry.value.items)] == [
        model.Position(1, 1),
        model.Position(2, 3),
        model.Position(2, 3),
        model.Position(2, 9),
        model.Position(2, 10),
        model.Position(2, 13),
        model.Position(3, 2),
    ]


# --- templates ---


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param('["PR #${n}", "${x}", "$5", "{# c #}"]', [("text", "PR #${n}"), ("text", "${x}"), "$5", "{# c #}"], id="texts"),
        pytest.param(r'"\u007b{ x }}"', ("text", "{{ x }}"), id="marks after unescaping"),
        pytest.param('{"${k}": 1}', ("object", [(("text", "${k}"), 1)]), id="key"),
        pytest.param("[{{ x | default(0) }}, ${ y }, {{- z -}}]", [("value", "x | default(0)"), ("value", "y"), ("value", "z")], id="bare"),
        pytest.param('{"a":{{ {"b": 1} }}}', ("object", [("a", ("value", '{"b": 1}'))]), id="bare object"),
        pytest.param("[{{ x:,.2f }}]", [("text", "{{ x:,.2f }}")], id="a bare value with a format is text"),
        pytest.param('[{{ "a, ]}" }}]', [("value", '"a, ]}"')], id="quotes in a bare value"),
        pytest.param("[{% for x in xs %}{{ x }}{% endfor %}]", [("for", ("x",), "xs", "", [("value", "x")], [])], id="loop"),
        pytest.param(
            '{{% for k, v in o | items if v %}"${k}": {{ v }},{% else %}"none": 1{% endfor %}}'.replace("{{%", "{ {%"),
            ("object", [("for", ("k", "v"), "o | items", "v", [(("text", "${k}"), ("value", "v"))], [("none", 1)])]),
            id="loop over pairs with condition and else in an object",
        ),
        pytest.param(
            "[{% for (a, b) in f(x if y, 'in') %}1{% endfor %}]",
            [("for", ("a", "b"), "f(x if y, 'in')", "", [1], [])],
            id="words in brackets",
        ),
        pytest.param("[{% for a in s.if %}1{% endfor %}]", [("for", ("a",), "s.if", "", [1], [])], id="a member named if"),
        pytest.param(
            "[{% if a %}1{% elif b %}2, 3{% else %}{% endif %}]",
            [("if", [("a", [1]), ("b", [2, 3])], [])],
            id="condition with all branches",
        ),
        pytest.param("[{%- set n = a == b -%}{{ n }}]", [("set", "n", "a == b"), ("value", "n")], id="set"),
        pytest.param("[\n{%\n if\n a\n %}\n]".replace("\n]", "\n{% endif %}]"), [("if", [("a", [])], [])], id="line breaks in a block"),
    ],
)
def test_templates_outside_and_inside_texts(text: str, expected: Any) -> None:
    assert shape(relaxed_json.parse(text)) == expected


def test_blocks_keep_their_places() -> None:
    root = relaxed_json.parse("[\n  {% for x in xs %}\n  {% if x %} {% set a = x %}{{ a }} {% endif %}\n{% endfor %}]")
    assert isinstance(root, model.Array)
    (loop,) = root.items
    assert isinstance(loop, model.For)
    (choice,) = loop.body
    assert [part.position for part in (loop, choice, *choice.branches[0][1])] == [
        model.Position(2, 3),
        model.Position(3, 3),
        model.Position(3, 14),
        model.Position(3, 29),
    ]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("[1, {% if a %}2{% endif %}]", id="before a block"),
        pytest.param("[1 {% if a %}, 2{% endif %}]", id="inside at the start"),
        pytest.param("[{% if a %}1,{% endif %} 2]", id="inside at the end"),
        pytest.param("[{% if a %}1{% endif %}, 2]", id="after"),
        pytest.param("[1 {% if a %}{% endif %} 2]", id="none"),
        pytest.param("[,,{% if a %},,{% endif %},,]", id="commas only"),
        pytest.param("[1,{% if a %},2,{% else %},{% endif %},3]", id="doubled by conditions"),
        pytest.param("[{% for x in y %}1{% if not forloop.last %},{% endif %} {% endfor %}]", id="Liquid's way"),
        pytest.param("[{% set x = 1 %}, 1]", id="after set"),
    ],
)
def test_commas_next_to_a_block_are_punctuation(text: str) -> None:
    relaxed_json.parse(text)


@pytest.mark.parametrize("file", PIPELINES, ids=lambda file: file.stem)
def test_the_reference_pipelines_are_read(file: pathlib.Path) -> None:
    root = relaxed_json.parse(file.read_text("utf-8"))
    assert isinstance(root, model.Object)
    assert [plain(entry.key) for entry in root.entries if isinstance(entry, model.Entry)][-1] == "payload"


@pytest.mark.parametrize("stem", ["automated-pr-review", "automated-release", "business-metrics", "weekly-all-hands"])
def test_a_reference_pipeline_that_is_plain_json_keeps_every_value(stem: str) -> None:
    text = next(file for file in PIPELINES if file.stem == stem).read_text("utf-8")
    assert plain(relaxed_json.parse(text)) == json.loads(text, parse_float=Decimal)


def test_twelve_reference_pipelines() -> None:
    assert len(PIPELINES) == 12


def test_blocks_nested_in_blocks_with_commas_only() -> None:
    text = '[ {% for lead in xs %} {% if c %}"{{ lead.id }}"{% if not forloop.last %},{% endif %}{% endif %} {% endfor %} ]'
    comma = ("if", [("not forloop.last", [])], [])
    assert shape(relaxed_json.parse(text)) == [("for", ("lead",), "xs", "", [("if", [("c", [("text", "{{ lead.id }}"), comma])], [])], [])]


# --- problems ---

FOLLOWS = '{"a": 1, "b": '


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "",
            'empty 1:1: the document is empty (begin with {"title": "...", "payload": {"pipeline": [{"id": "...", "uses": "...", "with": {}}]}})',
            id="empty",
        ),
        pytest.param("[1,,2]", "extra-comma 1:4: two commas in a row (remove it)", id="doubled comma"),
        pytest.param("[1,]", "extra-comma 1:3: a comma after the last item (remove it)", id="trailing comma"),
        pytest.param('{"a": 1,}', "extra-comma 1:8: a comma after the last item (remove it)", id="trailing comma in an object"),
        pytest.param("[,1]", "extra-comma 1:2: a comma before the first item (remove it)", id="leading comma"),
        pytest.param("[{% if a %}1,,2{% endif %}]", "extra-comma 1:14: two commas in a row (remove it)", id="doubled comma in a block"),
        pytest.param('{"a": [1\n2]}', "missing-comma 1:9 a: a comma is missing (items are separated by commas)", id="missing comma"),
        pytest.param(
            "[{% if a %}1 2{% endif %}]",
            "missing-comma 1:13: a comma is missing (items are separated by commas)",
            id="missing comma in a block",
        ),
        pytest.param("[1; 2]", "not-json 1:3: found ';' where a comma or ']' is expected", id="semicolon"),
        pytest.param('{"a" 1}', 'missing-colon 1:6 a: a colon is missing after the key "a"', id="missing colon"),
        pytest.param('{"a" = 1}', "missing-colon 1:6 a: found '=' after the key \"a\" (a colon stands between key and value)", id="equals"),
        pytest.param('{"a": , "b": 1}', 'missing-value 1:7 a: the key "a" has no value (write null if there is none)', id="no value"),
        pytest.param('{"a"}', 'missing-value 1:5 a: the key "a" has no value (write null if there is none)', id="key alone"),
        pytest.param(
            '{"a": {"k": 1,\n "k": 2}}',
            'duplicate-key 2:2 a.k: the key "k" stands twice in one object (the first one stands at line 1, column 8)',
            id="twice",
        ),
        pytest.param(
            '{"p": [{"q": [1,',
            "unclosed 1:17 p[0].q: the document ends too early; still open: '[' of line 1, column 14, '{' of line 1, column 8,"
            " '[' of line 1, column 7, '{' of line 1, column 1 (close with ] } ] })",
            id="truncated",
        ),
        pytest.param(
            "[" * 7,
            "unclosed 1:8 [0][0][0][0][0][0]: the document ends too early; still open: '[' of line 1, column 7,"
            " '[' of line 1, column 6, '[' of line 1, column 5,"
            " '[' of line 1, column 4, '[' of line 1, column 3 and 2 more (is the file complete?)",
            id="truncated deep",
        ),
        pytest.param(
            "[\n {% for x in xs %} 1,",
            "unclosed 2:22: the document ends too early; still open: '{% for x in xs %}' of line 2, column 2,"
            " '[' of line 1, column 1 (close with {% endfor %} ])",
            id="truncated in a block",
        ),
        pytest.param("[1, 2}", "unclosed 1:6: found '}' where ']' is expected (still open: '[' of line 1, column 1)", id="wrong bracket"),
        pytest.param(
            "[{% if a %}1]",
            "unclosed 1:13: found ']' inside a block (still open: '{% if a %}' of line 1, column 2)",
            id="bracket in a block",
        ),
        pytest.param(
            FOLLOWS + '"x\n}',
            'unclosed 1:15 b: the text that opens here is not closed: "x (close it with "; a line break in it is written \\n)',
            id="open text",
        ),
        pytest.param(
            '{"a": "x\n "b": 1}',
            'unclosed 1:7 a: the text that opens here is not closed: "x (close it with "; a line break in it is written \\n)',
            id="lost quote",
        ),
        pytest.param(
            '"\\',
            'unclosed 1:1: the text that opens here is not closed: "\\ (close it with "; a line break in it is written \\n)',
            id="ends in escape",
        ),
        pytest.param('{"a": "x\ny"}', "control-character 1:9 a: a line break inside a text (write it as \\n)", id="line break"),
        pytest.param('"a\tb\tc"', "control-character 1:3: the control character U+0009 inside a text (write it as \\t)", id="tab"),
        pytest.param('"\x01"', "control-character 1:2: the control character U+0001 inside a text (write it as \\u0001)", id="control"),
        pytest.param(r'"C:\dir"', r"wrong-escape 1:4: '\d' is no escape of JSON (a backslash itself is written \\: '\\d')", id="escape"),
        pytest.param(
            r'"\u12z"', r"wrong-escape 1:2: '\u12' is no escape of JSON (four hexadecimal digits follow \u, for example \u00e9)", id="hex"
        ),
        pytest.param(
            r'"\ud800x"', r"wrong-escape 1:2: '\ud800' is half a character (write the character itself, or both halves)", id="high half"
        ),
        pytest.param(
            r'"\udc00"', r"wrong-escape 1:2: '\udc00' is half a character (write the character itself, or both halves)", id="low half"
        ),
        pytest.param(
            "[01]",
            "wrong-number 1:2 [0]: '01' is no number of JSON (a number has no leading zero; put codes and telephone numbers in quotes)",
            id="01",
        ),
        pytest.param("[+1]", "wrong-number 1:2 [0]: '+1' is no number of JSON (a number has no plus sign)", id="+1"),
        pytest.param("[.5]", "wrong-number 1:2 [0]: '.5' is no number of JSON (write the zero before the point)", id=".5"),
        pytest.param("[1.]", "wrong-number 1:2 [0]: '1.' is no number of JSON (write digits after the point, or leave it away)", id="1."),
        pytest.param("[0x1F]", "wrong-number 1:2 [0]: '0x1F' is no number of JSON (write it in decimal digits)", id="0x1F"),
        pytest.param("[1_000]", "wrong-number 1:2 [0]: '1_000' is no number of JSON (write the digits without _)", id="1_000"),
        pytest.param(
            "[NaN]",
            "wrong-number 1:2 [0]: 'NaN' is no number of JSON (there is no NaN and no infinity; null says that there is no number)",
            id="NaN",
        ),
        pytest.param(
            "[-Infinity]",
            "wrong-number 1:2 [0]: '-Infinity' is no number of JSON (there is no NaN and no infinity; null says that there is no number)",
            id="-Infinity",
        ),
        pytest.param(
            "[2026-01-01]", "wrong-number 1:2 [0]: '2026-01-01' is no number of JSON (if it is text, put it in quotes)", id="date"
        ),
        pytest.param("[" + "9" * 401 + "]", "wrong-number 1:2 [0]: a number of more than 400 digits (MAX_NUMBER_DIGITS)", id="401 digits"),
        pytest.param("[1e400]", "wrong-number 1:2 [0]: a number of more than 400 digits (MAX_NUMBER_DIGITS)", id="401 digits written out"),
        pytest.param(
            "[1e-400]", "wrong-number 1:2 [0]: a number of more than 400 digits (MAX_NUMBER_DIGITS)", id="400 digits after the point"
        ),
        pytest.param(
            "[1e99999999999999999999]", "wrong-number 1:2 [0]: a number of more than 400 digits (MAX_NUMBER_DIGITS)", id="huge exponent"
        ),
        pytest.param("[True]", "unquoted-text 1:2 [0]: 'True' is no word of JSON (write true)", id="True"),
        pytest.param("[None]", "unquoted-text 1:2 [0]: 'None' is no word of JSON (write null)", id="None"),
        pytest.param("[tru]", "unquoted-text 1:2 [0]: text without quotes: tru (did you mean true?)", id="tru"),
        pytest.param(
            '{"a": daily report}', 'unquoted-text 1:7 a: text without quotes: daily report (put it in quotes: "daily report")', id="words"
        ),
        pytest.param("{a: 1}", 'unquoted-text 1:2: a key without quotes: a (put it in quotes: "a")', id="key without quotes"),
        pytest.param(
            "{'a': 1}", "single-quotes 1:2: a text in single quotes: 'a' (JSON has double quotes only: \"...\")", id="single quotes"
        ),
        pytest.param(
            "['a]",
            'single-quotes 1:2 [0]: a text that opens with a single quote and is not closed (JSON has double quotes only: "...")',
            id="single open",
        ),
        pytest.param(
            "[“a”]",
            "not-json 1:2 [0]: found '“' where a value is expected (texts stand in straight double quotes: \"...\")",
            id="curly quotes",
        ),
        pytest.param(
            "[1 // one\n]",
            "comment 1:4: a comment: // one (JSON has no comments; put the words into 'description', or write the document in YAML)",
            id="comment //",
        ),
        pytest.param(
            "[1 /* a\nb */]",
            "comment 1:4: a comment: /* a b */ (JSON has no comments; put the words into 'description', or write the document in YAML)",
            id="comment /* */",
        ),
        pytest.param(
            "# x\n[]",
            "comment 1:1: a comment: # x (JSON has no comments; put the words into 'description', or write the document in YAML)",
            id="comment #",
        ),
        pytest.param(
            "[] /*",
            "comment 1:4: a comment that is not closed"
            " (JSON has no comments; put the words into 'description', or write the document in YAML)",
            id="open comment",
        ),
        pytest.param(
            "[1,\u00a02]",
            "not-json 1:4: the character U+00A0 looks like a space and is none in JSON (type a plain space in its place)",
            id="no-break space",
        ),
        pytest.param("[] x", "not-json 1:4: something follows the end of the document: x (a document is one object)", id="more"),
        pytest.param("[@]", "not-json 1:2 [0]: found '@' where a value is expected", id="at sign"),
        pytest.param("{[]: 1}", "not-json 1:2: found '[' where a key in double quotes is expected", id="list as key"),
        pytest.param(
            "[{{ x }]",
            "wrong-mark 1:2 [0]: '{{' is not closed (what opens with '{{' closes with '}}', but there is a '}' at line 1, column 7)",
            id="mark",
        ),
        pytest.param(
            "[\n${f(x}]",
            "wrong-mark 2:1 [0]: '${' is not closed ('(' is not closed before the '}' at line 2, column 6)",
            id="bracket in a mark",
        ),
        pytest.param(
            "[{{ ]",
            "wrong-mark 1:2 [0]: '{{' is not closed (what opens with '{{' closes with '}}', but there is a ']' at line 1, column 5)",
            id="open mark",
        ),
        pytest.param("[{{ x", "wrong-mark 1:2 [0]: '{{' is not closed (close it with '}}')", id="mark at the end"),
        pytest.param("[${}]", "wrong-mark 1:2 [0]: '${' holds nothing (for example ${params.name})", id="empty mark"),
        pytest.param(
            '{"a": {{ x }}kg}', "wrong-mark 1:14 a: 'k' follows a template directly (put the whole text in quotes)", id="text after a mark"
        ),
        pytest.param(
            '{"a": ${{ x }}}',
            "not-json 1:7 a: found '$' where a value is expected"
            " (outside quotes write {{ x }} or ${x}; in quotes, ${{ x }} is a dollar sign and a value)",
            id="dollar and mark",
        ),
        pytest.param(
            "{ {{ k }}: 1}",
            'wrong-key 1:3: a template without quotes stands where a key is expected (put it in quotes: "{{ k }}")',
            id="bare key",
        ),
        pytest.param(
            '{"a": {% if x %}1{% endif %}}',
            "wrong-block 1:7 a: '{% if x %}' stands where a value is expected"
            " (a value that depends on a condition is written {{ a if c else b }})",
            id="block as value",
        ),
        pytest.param(
            "[{% endif %}]", "wrong-block 1:2: '{% endif %}' belongs to no block (here is open: '[' of line 1, column 1)", id="stray end"
        ),
        pytest.param(
            "[{% for x in xs %}{% endif %}]",
            "wrong-block 1:19: found '{% endif %}' where '{% endfor %}' is expected (still open: '{% for x in xs %}' of line 1, column 2)",
            id="crossed blocks",
        ),
        pytest.param(
            "[{% if x %}{% else %}{% else %}{% endif %}]",
            "wrong-block 1:22: found '{% else %}' where '{% endif %}' is expected (still open: '{% if x %}' of line 1, column 2)",
            id="two elses",
        ),
        pytest.param(
            "[{% fro x in xs %}1{% endfor %}]", "wrong-block 1:2: unknown block '{% fro %}' (did you mean 'for'?)", id="unknown block"
        ),
        pytest.param(
            "[{% include 'x' %}]",
            "wrong-block 1:2: unknown block '{% include %}' (outside quotes there is: for, if, elif, else, endfor, endif, set)",
            id="include",
        ),
        pytest.param("[{% raw %}]", "wrong-block 1:2: '{% raw %}' stands outside quotes (it can only stand inside a text)", id="raw"),
        pytest.param(
            "[{% if %}{% endif %}]", "wrong-block 1:2: '{% if %}' has no condition (for example {% if a > 1 %})", id="if without condition"
        ),
        pytest.param(
            "[{% if a %}{% else if b %}{% endif %}]",
            "wrong-block 1:12: '{% else %}' takes nothing more (an else with a condition is {% elif ... %})",
            id="else if",
        ),
        pytest.param(
            "[{% for x %}{% endfor %}]",
            "wrong-block 1:2: '{% for %}' has no 'in' (for example {% for item in steps.query.rows %})",
            id="for without in",
        ),
        pytest.param(
            "[{% for x in %}{% endfor %}]",
            "wrong-block 1:2: '{% for %}' has nothing after 'in' (for example {% for item in steps.query.rows %})",
            id="for in nothing",
        ),
        pytest.param(
            "[{% for a.b in c %}{% endfor %}]",
            "wrong-block 1:2: '{% for %}' has no loop variable that can be read: 'a.b' (for example {% for item in steps.query.rows %})",
            id="for with a path",
        ),
        pytest.param(
            "[{% for x in y if %}{% endfor %}]",
            "wrong-block 1:2: the 'if' of '{% for %}' has no condition (for example {% for item in items if item.price > 5 %})",
            id="for if nothing",
        ),
        pytest.param(
            "[{% set a %}]",
            "wrong-block 1:2: '{% set %}' takes one name and a value (for example {% set total = a + b %})",
            id="set without value",
        ),
    ],
)
def test_a_problem_is_told(text: str, expected: str) -> None:
    assert told(text) == [expected]


def test_several_problems_are_told_at_once_in_order() -> None:
    assert told('{\'a\': 01,, b: True\n "c": "\\q" // d\n, "c": 1}') == [
        "single-quotes 1:2: a text in single quotes: 'a' (JSON has double quotes only: \"...\")",
        "wrong-number 1:7 a: '01' is no number of JSON (a number has no leading zero; put codes and telephone numbers in quotes)",
        "extra-comma 1:10: two commas in a row (remove it)",
        'unquoted-text 1:12: a key without quotes: b (put it in quotes: "b")',
        "unquoted-text 1:15 b: 'True' is no word of JSON (write true)",
        "missing-comma 1:19: a comma is missing (items are separated by commas)",
        "wrong-escape 2:8 c: '\\q' is no escape of JSON (a backslash itself is written \\\\: '\\\\q')",
        "comment 2:12: a comment: // d (JSON has no comments; put the words into 'description', or write the document in YAML)",
        'duplicate-key 3:3 c: the key "c" stands twice in one object (the first one stands at line 2, column 2)',
    ]


def test_a_key_may_stand_in_several_branches() -> None:
    relaxed_json.parse('{"a": 0 {% if x %}, "a": 1 {% else %}, "a": 2 {% endif %}}')
    assert [line.split(" (")[0] for line in told('{ {% if x %}"a": 1, "a": 2 {% endif %}}')] == [
        'duplicate-key 1:21 a: the key "a" stands twice in one object'
    ]


def test_a_problem_knows_its_path() -> None:
    text = '{"payload": {"pipeline": [{"id": "a"}, {"with": {"channel": nope}}]}}'
    assert told(text)[0].startswith("unquoted-text 1:61 payload.pipeline[1].with.channel: ")


def test_fifty_problems_are_enough() -> None:
    assert len(told("[" + "nope, " * 100)) == 50


def test_depth_is_limited() -> None:
    relaxed_json.parse("[" * limits.MAX_DEPTH + "]" * limits.MAX_DEPTH)
    deep = "[{% if a %}" * 40
    message = "lists, objects and blocks are nested deeper than 64 levels (MAX_DEPTH) (move parts of the document into tools or params)"
    assert told("[" * 65) == [f"too-deep 1:65 {'[0]' * 64}: {message}"]
    assert told(deep) == [f"too-deep 1:{32 * 11 + 1} {'[0]' * 32}: {message}"]


def test_members_are_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_VALUE_ITEMS", 2_000)
    relaxed_json.parse("[" + "1," * (limits.MAX_VALUE_ITEMS - 1) + "1]")
    assert told("[" + "1," * limits.MAX_VALUE_ITEMS + "1]") == [
        "too-large 1:4003: the document has more than 2,000 members (MAX_VALUE_ITEMS) (let a tool or the database give the data)"
    ]


@pytest.mark.parametrize(
    ("start", "repeated"),
    [
        pytest.param("", "[", id="open lists"),
        pytest.param("", '{"a":', id="open objects"),
        pytest.param('"', "a", id="open text"),
        pytest.param('"', "\n", id="line breaks in a text"),
        pytest.param('"', "\\", id="backslashes"),
        pytest.param("[", ",", id="commas"),
        pytest.param("[", "{{", id="open marks"),
        pytest.param("[", "{{a}},", id="marks"),
        pytest.param("[", "{% if a %}", id="open blocks"),
        pytest.param("[", "{% set a = 1 %}", id="assignments"),
        pytest.param("[", "{% for x in ", id="open block marks"),
        pytest.param("{", '"a":1,', id="duplicate keys"),
        pytest.param("", "#\n", id="comments"),
        pytest.param("", "/*", id="open comments"),
        pytest.param("", "1", id="digits"),
        pytest.param("", "a", id="letters"),
        pytest.param("", "\r", id="line ends"),
        pytest.param("[1", " ", id="spaces"),
        pytest.param("[", "'", id="single quotes"),
    ],
)
def test_a_hostile_document_takes_linear_time(start: str, repeated: str) -> None:
    hostile = start + repeated * (limits.MAX_DOCUMENT_BYTES // 4 // len(repeated))
    begin = time.thread_time()
    with pytest.raises(errors.DocumentError):
        relaxed_json.parse(hostile)
    assert time.thread_time() - begin < 5  # quadratic time would be minutes


@settings(max_examples=150)
@given(st.data())
def test_any_damage_is_a_document_error(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(PIPELINES)).read_text("utf-8")
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 40)))
    inserted = data.draw(st.text(st.sampled_from("{}[]\"':,%$ \\\n/#ax1-."), max_size=6))
    try:
        relaxed_json.parse(text[:start] + inserted + text[end:])
    except errors.DocumentError as error:
        assert all(problem.line > 0 and problem.column > 0 and problem.message for problem in error.problems)
