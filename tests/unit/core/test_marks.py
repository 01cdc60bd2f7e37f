"""Marks inside a text are found where they open and close, with their formats, and broken ones are told in full sentences."""

from __future__ import annotations

import itertools
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.core import errors, limits, marks


def parts(source: str) -> list[tuple[str, str, str | None]]:
    return [(mark.kind, mark.content, mark.format) for mark in marks.split(source)]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param("", [], id="empty"),
        pytest.param("plain {text} $5 50%", [("text", "plain {text} $5 50%", None)], id="no marks"),
        pytest.param("PR #${n}", [("text", "PR #", None), ("expression", "n", None)], id="dollar"),
        pytest.param("{{ a }}{{b}}", [("expression", "a", None), ("expression", "b", None)], id="braces"),
        pytest.param("$${x}", [("text", "$", None), ("expression", "x", None)], id="escaped dollar is a dollar and the value"),
        pytest.param("Revenue: ${{ x }}", [("text", "Revenue: $", None), ("expression", "x", None)], id="dollar before braces"),
        pytest.param("$$${x}", [("text", "$$", None), ("expression", "x", None)], id="two dollars before a mark"),
        pytest.param("${ {'a': 1}.a }", [("expression", "{'a': 1}.a", None)], id="braces inside"),
        pytest.param("{{ {'a': {'b': 1}}}}", [("expression", "{'a': {'b': 1}}", None)], id="braces up to the closing ones"),
        pytest.param("${a['}']}", [("expression", "a['}']", None)], id="closing brace in single quotes"),
        pytest.param('${a["\\"}"]}', [("expression", 'a["\\"}"]', None)], id="escaped quote"),
        pytest.param("${a == `}`}", [("expression", "a == `}`", None)], id="closing brace in back-quotes"),
        pytest.param("{{ '}}' }}", [("expression", "'}}'", None)], id="closing braces in quotes"),
        pytest.param('{% if a == "%}" %}x', [("block", 'if a == "%}"', None), ("text", "x", None)], id="closing block mark in quotes"),
        pytest.param("{# ${x} #}", [("text", "{# ", None), ("expression", "x", None), ("text", " #}", None)], id="no comments"),
        pytest.param("{% raw %}${x} {{ y }} {% z %}{% endraw %}!", [("text", "${x} {{ y }} {% z %}", None), ("text", "!", None)], id="raw"),
        pytest.param(
            "a {%- raw -%} ${x} {%- endraw -%} b", [("text", "a", None), ("text", "${x}", None), ("text", "b", None)], id="raw, stripped"
        ),
        pytest.param("{% raw %}{% endraw %}", [], id="empty raw"),
    ],
)
def test_a_text_is_split_into_its_parts(source: str, expected: list[tuple[str, str, str | None]]) -> None:
    assert parts(source) == expected


@pytest.mark.parametrize(
    ("source", "content", "form"),
    [
        pytest.param("${steps.p.total_value:,}", "steps.p.total_value", ",", id="thousands"),
        pytest.param("{{ total : ,.2f }}", "total", " ,.2f", id="space before the format is part of it, as in Python"),
        pytest.param("${a ? b : c}", "a ? b : c", None, id="choice"),
        pytest.param("${a ? b : c:,}", "a ? b : c", ",", id="choice with format"),
        pytest.param("${a ? b ? 1 : 2 : 3}", "a ? b ? 1 : 2 : 3", None, id="nested choice"),
        pytest.param("${(a ? b : c):>10}", "(a ? b : c)", ">10", id="choice in brackets"),
        pytest.param("${a[1:2]}", "a[1:2]", None, id="slice"),
        pytest.param("${ {'a': 1} }", "{'a': 1}", None, id="object"),
        pytest.param("${a | default(':')}", "a | default(':')", None, id="colon in quotes"),
        pytest.param("${x:}", "x", "", id="empty format"),
        pytest.param("{{ x:.1% }}", "x", ".1%", id="per cent"),
    ],
)
def test_a_format_stands_after_the_last_colon(source: str, content: str, form: str | None) -> None:
    assert parts(source) == [("expression", content, form)]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param("a\n{% if x %}\n b\n{% endif %}\n", ["a\n", "if x", "\n b\n", "endif", "\n"], id="newlines are kept"),
        pytest.param("a \n{%- if x -%}\n b {%- endif %} c", ["a", "if x", "b", "endif", " c"], id="minus strips"),
        pytest.param("a {{- x -}} b", ["a", "x", "b"], id="minus strips around values"),
        pytest.param("a {%+ if x +%} b", ["a ", "if x", " b"], id="plus keeps"),
        pytest.param("a ${-x} b", ["a ", "-x", " b"], id="minus after a dollar mark is a minus"),
        pytest.param(" {{- x -}} ", ["x"], id="nothing left"),
    ],
)
def test_whitespace_around_marks(source: str, expected: list[str]) -> None:
    assert [mark.content for mark in marks.split(source)] == expected


def test_offsets_cover_the_marks() -> None:
    source = "a ${x} {{ y:,}}{% set z = 1 %}"
    assert [source[mark.start : mark.end] for mark in marks.split(source)] == ["a ", "${x}", " ", "{{ y:,}}", "{% set z = 1 %}"]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        pytest.param("0123456789 ${x", "'${' at character 12 is not closed (close it with '}')", id="dollar mark"),
        pytest.param(
            "{{ x }",
            "'{{' at character 1 is not closed (what opens with '{{' closes with '}}', but there is a '}' at character 6)",
            id="one brace",
        ),
        pytest.param(
            "{% if x }}",
            "'{%' at character 1 is not closed (what opens with '{%' closes with '%}', but there is a '}' at character 9)",
            id="block",
        ),
        pytest.param("${f(x}", "'${' at character 1 is not closed ('(' is not closed before the '}' at character 6)", id="bracket"),
        pytest.param(
            "${a)}",
            "'${' at character 1 is not closed (what opens with '${' closes with '}', but there is a ')' at character 4)",
            id="extra bracket",
        ),
        pytest.param("${user's}", "'${' at character 1 is not closed (nothing closes the ' at character 7)", id="quote"),
        pytest.param("a {% raw %} b", "'{% raw %}' at character 3 is not closed (close it with '{% endraw %}')", id="raw"),
        pytest.param("${ }", "'${' at character 1 holds nothing (for example ${params.name})", id="empty dollar mark"),
        pytest.param("{{-}}", "'{{' at character 1 holds nothing (for example {{ params.name }})", id="empty braces"),
        pytest.param("{%%}", "'{%' at character 1 holds nothing (for example {% if a > 1 %})", id="empty block"),
        pytest.param("${:,}", "'${' at character 1 holds nothing (for example ${params.name})", id="format only"),
    ],
)
def test_a_broken_mark_is_told(source: str, message: str) -> None:
    with pytest.raises(marks.MarkError) as caught:
        marks.split(source)
    assert str(caught.value) == message
    assert isinstance(caught.value, errors.EvaluationError)
    assert source[caught.value.offset] in "${"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param("${x}", "x", id="dollar"),
        pytest.param("{{ x }}", "x", id="braces"),
        pytest.param("{{- x -}}", "x", id="whitespace control with nothing around"),
        pytest.param("${a} ", None, id="space after"),
        pytest.param(" ${a}", None, id="space before"),
        pytest.param("${a}${b}", None, id="two"),
        pytest.param("${a:,}", None, id="format makes text"),
        pytest.param("$${a}", None, id="dollar before"),
        pytest.param("${{ a }}", None, id="dollar before braces"),
        pytest.param("{% if a %}", None, id="block"),
        pytest.param("${a", None, id="broken: split tells"),
        pytest.param("text", None, id="no mark"),
    ],
)
def test_lone(source: str, expected: str | None) -> None:
    mark = marks.lone(source)
    assert (mark and mark.content) == expected


@pytest.mark.parametrize(
    ("source", "expected"), [("a", False), ("{a}", False), ("$5", False), ("a${", True), ("{{", True), ("{%", True), ("{#", False)]
)
def test_has_marks(source: str, expected: bool) -> None:
    assert marks.has_marks(source) is expected


@given(st.text(alphabet=st.sampled_from("${}%{{-'\"`()[]?:ax raw\\\n")))
def test_any_text_is_split_or_refused(source: str) -> None:
    try:
        found = marks.split(source)
    except marks.MarkError as error:
        assert 0 <= error.offset < len(source)
        return
    assert all(0 <= mark.start < mark.end <= len(source) for mark in found)
    assert all(before.end <= after.start for before, after in itertools.pairwise(found))
    if not marks.has_marks(source):
        assert "".join(mark.content for mark in found) == source


@pytest.mark.parametrize("source", ["${", "{%", "{{'", "$", "{% raw %}", "${a}", "{% ", "${'\\", "${a?:", "{% raw %}{% endraw "], ids=repr)
def test_a_hostile_text_takes_linear_time(source: str) -> None:
    hostile = source * (limits.MAX_DOCUMENT_BYTES // 4 // len(source))
    begin = time.thread_time()
    try:
        marks.split(hostile)
    except marks.MarkError:
        pass
    assert marks.lone(hostile) is None
    assert time.thread_time() - begin < 5  # quadratic time would be minutes
