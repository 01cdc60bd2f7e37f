"""Compiled expressions: what they read (for the checker), caching, and that nothing of Python or Jinja shines through."""

from __future__ import annotations

from typing import Any

import pytest

from tests import language
from workflows.core import errors, expressions, scope


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("steps.a.b", {("steps", "a", "b"): False}),
        ("a['b'].c[0]", {("a", "b", "c", "0"): False}),
        ("a[b.c]", {("a",): False, ("b", "c"): False}),
        ("a + b.c * 2", {("a",): False, ("b", "c"): False}),
        ("a.b | default(c.d)", {("a", "b"): True, ("c", "d"): False}),
        ("(a.b ? c.d : e.f) | default(0)", {("a", "b"): False, ("c", "d"): True, ("e", "f"): True}),
        ("a.b | length | default(0)", {("a", "b"): False}),
        ("a.b is defined && a.b > 1", {("a", "b"): False} | {("a", "b"): True}),
        ("not_null(a.b, c)", {("not_null",): False, ("a", "b"): True, ("c",): True}),
        ("upper(a.b)", {("upper",): False, ("a", "b"): False}),
        ("a if b else c", {("a",): False, ("b",): False, ("c",): False}),
        ("'a.b'", {}),
        ("`a`", {}),
        ("1h", {}),
    ],
)
def test_reads_of_an_expression(source: str, found: dict[tuple[str, ...], bool]) -> None:
    reads = expressions.reads(source, True)
    assert {path for path, _ in reads} == set(found) - {("not_null",), ("upper",)} | ({("upper",)} & {path for path, _ in reads})
    for path, guarded in reads:
        if path in found and not source.startswith("a.b is"):
            assert guarded is found[path], path


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("{% for x in xs %}{{ x.a }}{{ y }}{{ loop.index }}{% endfor %}{{ x }}", {("xs",), ("y",), ("x",)}),
        ("{% for x in xs if x.a > z %}{{ x }}{% else %}{{ x }}{% endfor %}", {("xs",), ("z",), ("x",)}),
        ("{% for a, b in xs | items %}{{ a }}{{ b }}{% endfor %}", {("xs",)}),
        ("{% set a = b %}{{ a }}", {("b",)}),
        ("{{ a }}{% set a = b %}", {("a",), ("b",)}),
        ("{% if c %}{% set a = b %}{% endif %}{{ a }}", {("c",), ("b",)}),
        ("{% for x in xs %}{% set a = x %}{% endfor %}{{ a }}", {("xs",), ("a",)}),
        ("{% with a = b %}{{ a }}{% endwith %}{{ a }}", {("b",), ("a",)}),
        ("{% set a %}{{ b }}{% endset %}{{ a }}", {("b",)}),
        ("{% filter upper %}{{ b }}{% endfilter %}", {("b",)}),
        ("no marks", set()),
        ("{% raw %}{{ a }}{% endraw %}", set()),
    ],
)
def test_reads_of_a_text(source: str, found: set[tuple[str, ...]]) -> None:
    assert expressions.references(source, lone=False) == found


def test_an_expression_is_compiled_once() -> None:
    assert expressions.value("a + 1") is expressions.value("a + 1")
    assert expressions.text("x ${a + 1}") is expressions.text("x ${a + 1}")


def test_evaluations_share_nothing() -> None:
    evaluate = expressions.text("{% set b = a %}{{ b }}")
    assert [evaluate(scope.Scope({"a": number})) for number in (1, 2)] == ["1", "2"]
    assert language.value("{{ b | default('-') }}") == "-"


@pytest.mark.parametrize("path", ["steps.a", "steps.a.b.c", "a", "params.x_1.Y"])
def test_paths_read_alike_with_and_without_the_short_way(path: str) -> None:
    names = language.names({"x_1": {"Y": 1}}, {"a": {"b": {"c": 5}}})
    assert expressions.value(path)(names) == expressions.value(f"({path})")(names)


@pytest.mark.parametrize("path", ["nope", "steps.nope.b", "params.x.y", "steps.a.b.c.d"])
def test_the_short_way_gives_the_same_errors(path: str) -> None:
    names = language.names({"x": None}, {"a": {"b": {"c": 5}}})
    sentences = []
    for source in (path, f"[{path}][0]", f"{path} | string"):
        with pytest.raises(errors.MissingValue) as caught:
            expressions.leaving(source, names)
        sentences.append(str(caught.value))
    assert len(set(sentences)) == 1


FOREIGN = (
    "Undefined", "jinja", "Jinja", "NoneType", "object has no", "positional", "TypeError", "'int'", "'str'", "unpack", "subscriptable", "iterable", "None", "True",
    "callable", "template", "print statement", "statement block", "token",
)  # fmt: skip


@pytest.mark.parametrize(
    "source",
    [
        "${1 +}", "${1()}", "${null.a}", "${'a'.b}", "${'a' + 1}", "${[1] + 'a'}", "${null | upper}", "${1 | length}", "${[] | first | upper}", "${'a' | round}", "${truncate('a', 'b')}",
        "${'a' | truncate('b')}", "${'a' | replace('b')}", "${'a' | replace(1, 2, 'x')}", "${'a' | split('a', 'b')}", "${[1] | batch('x')}", "${[1] | slice(0)}", "${[1] | join(1, 2, 3)}",
        "${'a' | indent([])}", "${'a' | center(null)}", "${[1] | sort(foo=1)}", "${range('a')}", "${range()}", "${range(1, 2, 0)}", "${length()}", "${not_null(a=1)}", "${'a'[null]}",
        "${[1]['a']}", "${[1][1.5]}", "${ {'a': 1}[[]] }", "${'a' in 1}", "${1 in 'a'}", "${'a' | map('upper')}", "${[1] | map}", "${[1] | map('nope')}", "${[1] | select('nope')}",
        "${[1] | selectattr('a', 'nope')}", "${[1] | groupby}", "${[1] | groupby('a')}", "${'x' | jmespath('[')}", "${[1] | jmespath(1)}", "${[1] | jmespath('nope(@)')}",
        "${[1] | jmespath('sum(`a`)')}", "{% for a in 1 %}{% endfor %}", "{% for a, b in [1] %}{% endfor %}", "{% set a, b = 1 %}", "{% for a in null %}{% endfor %}", "${-[1]}", "${not}",
        "${1 is nope}", "${1 is divisibleby('a')}", "${1 is eq}", "${'a' | date('%Y')}", "${now - 'a'}", "${now + now}", "${1h + 1}", "${a(}", "{% if %}{% endif %}", "{% for %}{% endfor %}",
        "{% else %}", "{% endif %}", "{% set %}", "{% set a %}", "{{ }}", "${[1, 2}", "${'a}", "${a:b:c}", "${5:q}", "${'a':d}", "${null:,}", "${true | number}", "${`{`}", "${1..2}", "${a b}",
        "${urlencode(1)}", "${1 | urlencode(2)}", "${'a' * 'b'}", "${'a' * 1.5}", "${[1] * null}", "${1 // 'a'}", "${'a' % 1}", "${abs('a')}", "${'a' | abs}", "${[null, 1] | sum}", "${[1, 'a'] | min}",
    ],
)  # fmt: skip
def test_no_word_of_python_or_jinja_shines_through(source: str) -> None:
    try:
        made = language.value(source)
    except errors.EvaluationError as error:
        for word in FOREIGN:
            assert word not in str(error), str(error)
    else:
        language.exact(made)


def test_a_defect_inside_is_still_an_error_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*arguments: Any) -> Any:
        raise ZeroDivisionError("boom")

    monkeypatch.setattr("workflows.core.arithmetic.binary", broken)
    with pytest.raises(errors.EvaluationError, match="boom"):
        expressions.value("1 + 2")(scope.Scope({}))
