"""The fine print "Text" of the language."""

from __future__ import annotations

import pytest

from tests import language


def test_null_prints_null() -> None:
    assert language.value("x ${params.x}", x=None) == "x null"
    assert language.value("x ${'a' ~ params.x}", x=None) == "x anull"


def test_compact_json_keeps_key_order() -> None:
    assert language.value("x ${params.x}", x={"z": 1, "a": {"y": 2, "b": 3}}) == 'x {"z":1,"a":{"y":2,"b":3}}'


@pytest.mark.parametrize("written", ["é", "Chișinău", "日本", "😀", "naïve – “quoted”"])
def test_json_in_text_prints_non_ascii_as_it_is(written: str) -> None:
    assert language.value("x ${params.x}", x=[written]) == f'x ["{written}"]'


@pytest.mark.parametrize("written", ["<b>", "a & b", "it's", "</script>", "&lt;", "1 > 2"])
def test_nothing_is_escaped_for_html(written: str) -> None:
    assert language.value("x ${params.x}", x=written) == f"x {written}"
    assert language.value("x ${params.x}", x=[written]) == f'x ["{written}"]'


def test_json_in_text_escapes_what_json_must() -> None:
    assert language.value("x ${params.x}", x=['a"b\\c\n\t\x01']) == 'x ["a\\"b\\\\c\\n\\t\\u0001"]'


def test_newlines_around_blocks_and_at_the_end_are_kept() -> None:
    source = "a\n{% if true %}\nb\n{% endif %}\n{% for x in [1, 2] %}\n{{ x }}\n{% endfor %}\nc\n"
    assert language.value(source) == "a\n\nb\n\n\n1\n\n2\n\nc\n"
    assert language.value("${1}\n") == "1\n"
    assert language.value("\r\n{{ 1 }}\r\n") == "\r\n1\r\n"


def test_a_dash_in_a_mark_strips_the_space_beside_it() -> None:
    assert language.value("a  {%- if true -%}  b  {%- endif -%}  c") == "abc"
    assert language.value("a {{- 1 -}} b") == "a1b"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{% if true %}5{% endif %}", "5"),
        ("{% if false %}5{% endif %}", ""),
        ("{% for x in [1, 2] %}{{ x }}{% endfor %}", "12"),
        ("{% set a = 1 %}", ""),
    ],
)
def test_a_string_made_of_blocks_only_is_text(source: str, expected: str) -> None:
    assert language.value(source) == expected


def test_jinja_comments_are_plain_text() -> None:
    assert language.value("{# note #} ${1}") == "{# note #} 1"
    assert language.value("{# ${1} #}") == "{# 1 #}"
    assert language.value("{# note #}") == "{# note #}"


def test_raw_is_left_as_it_stands() -> None:
    assert language.value("{% raw %}${x} {{ y }} {% if %}{% endraw %} ${1}") == "${x} {{ y }} {% if %} 1"


def test_line_statements_and_other_signs_are_plain_text() -> None:
    assert language.value("# for x in y\n## z ${1}\n<% a %> ${1} %} }} }") == "# for x in y\n## z 1\n<% a %> 1 %} }} }"


@pytest.mark.parametrize(
    "written",
    [
        "${params.x}",
        "{{ params.x }}",
        "{% if %}",
        "{% endfor %}",
        "{{",
        "${",
        "%}",
        "{# #}",
        "{% raw %}",
        "$${x}",
        "`1`",
        "a | b",
        "\\",
        "\\n",
        "\n",
        "\x00",
    ],
)
def test_values_from_outside_are_data_and_come_out_as_they_are(written: str) -> None:
    assert language.value("${params.x}", x=written) == written
    assert language.value("a ${params.x} b", x=written) == f"a {written} b"
    assert language.value("${params.x}", x=[{written: written}]) == [{written: written}]
    assert language.value("${params.x | upper | lower ~ ''}", x=written) == written.lower()


def test_set_and_with_give_names() -> None:
    assert language.value("{% set a = params.n + 1 %}{{ a }}{% set a, b = [8, 9] %}{{ a }}{{ b }}", n=1) == "289"
    assert language.value("{% set a %}x{{ params.n }}{% endset %}[{{ a }}]", n=1) == "[x1]"
    assert language.value("{% with a = 2 %}{{ a }}{% endwith %}") == "2"
    assert language.value("{% if true %}{% set a = 1 %}{% endif %}{{ a }}") == "1"


def test_a_name_that_is_set_on_another_way_is_missing() -> None:
    assert language.error("{% if false %}{% set a = 1 %}{% endif %}{{ a }}").startswith("nothing is called 'a'")


def test_two_names_in_a_loop() -> None:
    source = "{% for key, value in params.o | items %}{{ key }}={{ value }};{% endfor %}"
    assert language.value(source, o={"b": 1, "a": 2}) == "b=1;a=2;"
    assert language.error("{% for a, b in params.o %}{% endfor %}", o={"x": 1}) == (
        'a loop with 2 names takes lists of 2, not text "x" (for objects: | items)'
    )


@pytest.mark.parametrize(
    ("source", "expected"),
    [('"a ${1}"', "a 1"), ('{"a": {{ 1 }}, "b": ${2}}', {"a": 1, "b": 2}), ('[{% for x in [1, 2] %} {{ x }}, {% endfor %}]', [1, 2])],
)  # fmt: skip
def test_marks_inside_and_outside_strings(source: str, expected: object) -> None:
    assert language.relaxed(source) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("[{% for x in params.xs %} {{ x }}{% if not forloop.last %},{% endif %} {% endfor %}]", [1, 2, 3]),
        ("[{% for x in params.xs %} {% if x != 2 %} {{ x }} {% endif %}, {% endfor %}]", [1, 3]),
        ("[{% if false %} 1 {% endif %}, 2]", [2]),
        ("[1, {% if false %} 2 {% endif %}]", [1]),
        ("[{% if false %} 1 {% elif true %} 2, 3 {% else %} 4 {% endif %}]", [2, 3]),
        ("[{% if false %} 1 {% else %} 4 {% endif %}, 5]", [4, 5]),
        ('{"a": 1, {% if params.yes %} "b": 2, {% endif %} "c": 3}', {"a": 1, "b": 2, "c": 3}),
        ('{ {% for x in params.xs %} "k${x}": {{ x }}, {% endfor %} }', {"k1": 1, "k2": 2, "k3": 3}),
        ('{"salary": {{ params.none.salary | default(0) }} }', {"salary": 0}),
        ("[{% set y = 5 %} {{ y }}, {% set y = y + 1 %} {{ y }}]", [5, 6]),
        ("[{% for x in params.xs if x > 1 %} {{ x }} {% else %} 0 {% endfor %}]", [2, 3]),
        ("[{% for x in [] %} {{ x }} {% else %} 0 {% endfor %}]", [0]),
        ("[{% for k, v in params.o | items %} [\"${k}\", {{ v }}] {% endfor %}]", [["a", 1]]),
        ("[{% for x in params.xs %}{% for y in params.xs %} {{ x * y }}, {% endfor %}{% endfor %}]", [1, 2, 3, 2, 4, 6, 3, 6, 9]),
    ],
)  # fmt: skip
def test_blocks_outside_strings(source: str, expected: object) -> None:
    assert language.relaxed(source, xs=[1, 2, 3], yes=True, o={"a": 1}) == expected


def test_keys_may_hold_templates() -> None:
    assert language.value({"${params.k}-x": 1}, k="a") == {"a-x": 1}
    assert language.value({"${params.k}": 1}, k=5) == {"5": 1}
    assert language.error({"${params.k}": 1}, k=[1]) == "in ...: a key is text, not a list of 1 item"


def test_keys_that_begin_with_a_dollar_are_data() -> None:
    assert language.value({"$text": "${1 + 1}", "$for": []}) == {"$text": 2, "$for": []}
    assert language.value([{"$if": "x"}]) == [{"$if": "x"}]
