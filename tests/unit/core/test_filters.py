"""Filters beyond the examples of docs/language.md: their edges and their errors."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests import language

ROWS = [{"t": "b", "n": 2, "o": {"x": 1}}, {"t": "a", "n": Decimal("1.5"), "o": {"x": 2}}, {"t": "B", "n": 3, "o": {"x": 2}}]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("params.rows | sort(attribute='n') | map(attribute='t')", ["a", "b", "B"]), ("params.rows | sort(attribute='t') | map(attribute='t')", ["a", "b", "B"]),
        ("params.rows | sort(attribute='t', case_sensitive=true) | map(attribute='t')", ["B", "a", "b"]), ("params.rows | map(attribute='o.x') | list", [1, 2, 2]),
        ("params.rows | unique(attribute='o.x') | length", 2), ("params.rows | groupby('o.x') | length", 2), ("params.rows | max(attribute='n') ", ROWS[2]),
        ("params.rows | sum(attribute='n')", Decimal("6.5")), ("[] | sum", 0), ("[[1], [2]] | sum(start=[])", [1, 2]), ("['b', 'A', 'a'] | sort", ["A", "a", "b"]), ("[2, 1] | min", 1),
        ("['a', 'A', 'b'] | unique", ["a", "b"]), ("['a', 'A'] | unique(case_sensitive=true)", ["a", "A"]), ("[1, '1', 1.0, true] | unique", [1, "1", True]), ("'abc' | reverse", "cba"),
        ("'abc' | first ~ ('abc' | last)", "ac"), ("{'a': 1} | list", ["a"]), ("{} | items", []), ("'' | split(',')", [""]), ("'a  b' | split", ["a", "b"]), ("'a,b,c' | split(',', 1)", ["a", "b,c"]),
        ("'aXbX' | replace('X', '-', 1)", "a-bX"), ("5 | upper", "5"), ("today | upper", "2026-11-23"), ("'abc' | truncate(3)", "abc"), ("'abc def ghi' | truncate(8, true, '')", "abc def "),
        ("'a b' | urlencode", "a%20b"), ("'a/b?c' | urlencode", "a/b%3Fc"), ("{'a b': 'c&d', 'e': 1} | urlencode", "a+b=c%26d&e=1"), ("'x' | trim('x')", ""), ("'0.50' | number", Decimal("0.50")),
        ("'abc' | number('?')", "?"), ("'x' | int(7)", 7), ("true | int", 1), ("-1.9 | int", -1), ("[1, 2, 3, 4] | batch(3, 0)", [[1, 2, 3], [4, 0, 0]]), ("[1, 2, 3] | slice(2, 0)", [[1, 2], [3, 0]]),
        ("[1, null] | select | list", [1]), ("[{'a': 1}, {'a': 0}] | selectattr('a') | list", [{"a": 1}]), ("[3, 4] | select('>', 3)", [4]), ("[3, 4] | reject('gt', 3)", [3]), ("[3, 4] | map('string')", ["3", "4"]),
        ("[[1, 2], [3]] | map('sum')", [3, 3]), ("[2.5, 3.5] | map('round')", [3, 4]), ("['a'] | map('replace', 'a', 'b')", ["b"]), ("[{'a': 1}, {}] | map(attribute='a', default=0)", [1, 0]),
        ("{'b': 2, 'a': 3} | dictsort(by='value')", [["b", 2], ["a", 3]]), ("{'b': 2, 'a': 3} | dictsort(reverse=true)", [["b", 2], ["a", 3]]), ("'a\n\nb' | indent(1, true, true)", " a\n \n b"),
        ("'a\nb' | indent('> ')", "a\n> b"), ("'abcdef' | wordwrap(4)", "abcd\nef"), ("'a bb ccc' | wordwrap(4)", "a bb\nccc"), ("'' | wordwrap", ""), ("[1, [2]] | json", "[1,[2]]"),
    ],
)  # fmt: skip
def test_edges(expression: str, expected: Any) -> None:
    source = "${ " + expression.replace("\n", "\\n") + " }"
    assert language.exact(language.value(source, rows=ROWS)) == language.exact(expected)


@pytest.mark.parametrize(
    ("expression", "sentence"),
    [
        ("null | upper", "upper takes text, not null (give null a value with | default(''))"),
        ("[1] | upper", "upper takes text, not a list of 1 item"),
        ("true | replace('a', 'b')", "replace takes text, not true"),
        ("null | length", "length takes a list, not null (give null a value with | default([]))"),
        ("5 | length", "length takes a list, not the number 5"),
        ("'ab' | sum", 'sum takes a list, not text "ab"'),
        ("null | items", "items takes an object, not null (give null a value with | default({}))"),
        ("[1] | keys", "keys takes an object, not a list of 1 item"),
        ("[] | first", "first of an empty list (give it a | default(...))"),
        ("'' | last", "last of an empty text (give it a | default(...))"),
        ("[] | max", "max of an empty list (give it a | default(...))"),
        ("'abc' | truncate(2)", "truncate to 2 leaves no room for its end '...'"),
        ("'abc' | truncate('x')", 'truncate takes a whole number, not text "x"'),
        ("'abc' | replace('a')", "replace does not take these arguments (it is written x | replace(old, new, count*); those with * may be left away)"),
        ("'abc' | upper(1)", "upper does not take these arguments (it is written x | upper)"),
        ("'abc' | truncate(9, foo=1)", "truncate does not take these arguments (it is written x | truncate(length*, killwords*, end*, leeway*); those with * may be left away)"),
        ("length()", "length does not take these arguments (it is written x | length)"),
        ("join(1)", "join takes a list, not the number 1"),
        ("range(1, 2, 3, 4)", "range() takes one to three whole numbers (range(stop) or range(start, stop, step))"),
        ("range(1, 5, 0)", "range() with step 0 never ends"),
        ("[1] | map", "map needs an attribute or a filter (map(attribute='name') or map('upper'))"),
        ("[1] | map('uper')", "no filter 'uper' (did you mean 'upper'?)"),
        ("[1] | select('evn')", "no test 'evn' (did you mean 'even'?)"),
        ("[1] | batch(0)", "batch takes a whole number from 1 to 10,000 (MAX_RANGE), not the number 0"),
        ("'a' | center(-1)", "center takes a width from 0 to 10,000 (MAX_RANGE), not the number -1"),
        ("'a' | split('')", "split needs a separator of at least one character"),
        ("[{'a': 1}] | sum(attribute='b')", "'b' is missing in an object; there is: a"),
        ("[{'a': 1}] | sort(attribute='b')", "'b' is missing in an object; there is: a"),
        ("[{'a': 1}] | map(attribute='b')", "'b' is missing in an object; there is: a"),
        ("5 | contains(1)", "'in' looks into a list, an object or a text, not into the number 5"),
        ("[1] | jmespath(5)", "jmespath takes its query as text, not the number 5 (for example | jmespath('[*].name'))"),
        ("[1] | jmespath('[')", "'[' is no JMESPath query (Invalid jmespath expression: Incomplete expression)"),
        ("[1] | jmespath('nope(@)')", "the query 'nope(@)' failed (Unknown function: nope())"),
    ],
)  # fmt: skip
def test_errors(expression: str, sentence: str) -> None:
    assert language.error("${ " + expression + " }") == sentence


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("[*].n", [2, Decimal("1.5"), 3]), ("[?n > `1.5`].t", ["b", "B"]), ("sum([*].n)", Decimal("6.5")), ("avg([*].n)", Decimal("2.166666666666666666666666667")), ("max_by(@, &n).t", "B"),
        ("sort_by(@, &n)[].t", ["a", "b", "B"]), ("[?o.x == `2`].t", ["a", "B"]), ("[0].o.x", 1), ("[].o.x | max(@)", 2), ("length(@)", 3), ("[?contains(t, 'a')].n", [Decimal("1.5")]),
        ("[*].{name: t, n: n} | [0]", {"name": "b", "n": 2}), ("nope", None), ("[?t > `1`]", []), ("to_string([0].n)", "2"), ("to_string([*].o)", '[{"x":1},{"x":2},{"x":2}]'), ("to_number('1.50')", Decimal("1.50")),
        ("type([1].n)", "number"), ("abs(`-1.5`)", Decimal("1.5")), ("ceil(`1.2`)", 2), ("floor(`-1.2`)", -2), ("[?n == `2.0`].t", ["b"]), ("join(', ', [*].t)", "b, a, B"), ("not_null(a, b, [0].t)", "b"),
        ("reverse([*].t)", ["B", "a", "b"]), ("keys([0])", ["t", "n", "o"]), ("contains([*].n, `1.50`)", True), ("[?!(n > `2`)].t", ["b", "a"]), ("min([*].n)", Decimal("1.5")),
    ],
)  # fmt: skip
def test_jmespath_with_exact_numbers(query: str, expected: Any) -> None:
    assert language.exact(language.value('${params.rows | jmespath("' + query + '")}', rows=ROWS)) == language.exact(expected)
