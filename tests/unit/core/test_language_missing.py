"""The fine print "Missing and null" of the language."""

from __future__ import annotations

from typing import Any

import pytest

from tests import language
from workflows.core import errors

GIVEN: dict[str, Any] = {"name": "Ann", "nothing": None, "object": {"first": {"second": 1}}, "list": [1, 2, 3], "text": "abc"}


@pytest.mark.parametrize(
    "path",
    [
        "params.x", "params.x.y", "params.x.y.z", "params.object.x", "params.object.first.x.y", "params.list[9]", "params.list[9].a.b", "params.list[-4]",
        "params['x']['y']", "params.nothing", "params.nothing.x", "params.nothing.x.y[0].z", "nothing_like_it", "nothing_like_it.a.b", "steps.x.y", "event.x",
        "params[params.x]", "params.object[params.nothing_here].y",
    ],
)  # fmt: skip
def test_default_forgives_what_is_missing_or_null_anywhere_before_it(path: str) -> None:
    assert language.value("${" + path + " | default('d')}", **GIVEN) == "d"
    assert language.value("x ${" + path + " | default(0)}", **GIVEN) == "x 0"
    assert language.value("${default(" + path + ", 'd')}", **GIVEN) == "d"
    assert language.relaxed("{{ " + path + " | default(0) }}", **GIVEN) == 0


@pytest.mark.parametrize(("path", "value"), [("params.name", "Ann"), ("params.object.first.second", 1), ("params.list[0]", 1)])
def test_default_keeps_what_is_there(path: str, value: Any) -> None:
    assert language.value("${" + path + " | default('d')}", **GIVEN) == value


@pytest.mark.parametrize("falsy", [0, "", False, [], {}])
def test_default_keeps_what_only_counts_as_false(falsy: Any) -> None:
    assert language.exact(language.value("${params.x | default(7)}", x=falsy)) == language.exact(falsy)
    assert language.value("${params.x | default(7, true)}", x=falsy) == 7


def test_default_forgives_only_the_path_before_it() -> None:
    assert language.error("${params.x.y + 1 | default(0)}", **GIVEN).startswith("'x' is missing in 'params'")
    assert language.error("${(params.x | length) | default(0)}", **GIVEN).startswith("'x' is missing in 'params'")


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("${params.x}", "'x' is missing in 'params'; there is: name, nothing, object, list, text"),
        ("${params.nam}", "'nam' is missing in 'params'; there is: name, nothing, object, list, text (did you mean 'name'?)"),
        ("${params.object.first.third}", "'third' is missing in 'params.object.first'; there is: second"),
        ("${params['x']}", "'x' is missing in 'params'; there is: name, nothing, object, list, text"),
        ("${params.list[3]}", "no item 3 in 'params.list'; it is a list of 3 items"),
        ("${params.list[-4]}", "no item -4 in 'params.list'; it is a list of 3 items"),
        ("${params.text[9]}", "no item 9 in 'params.text'; it is a text of 3 characters"),
        ("${params.list.x}", "'params.list' is a list of 3 items, so 'x' cannot be read (take one with [0], or all with | map(attribute=...))"),
        ("${params.list.length}", "'params.list' is a list of 3 items, so 'length' cannot be read (there are no methods; use the filter | length)"),
        ("${params.name.upper()}", "'params.name' is text \"Ann\", so 'upper' cannot be read (there are no methods; use the filter | upper)"),
        ("${params.object.items()}", "'items' is missing in 'params.object'; there is: first (there are no methods; use the filter | items)"),
        ("${params.nothing.x}", "'params.nothing' is null, so 'x' cannot be read (guard it with | default(...))"),
        ("${params.name.x}", "'params.name' is text \"Ann\", so 'x' cannot be read (only objects have members)"),
        ("${nam}", "nothing is called 'nam'; there is: steps, params, and the date words"),
        ("${parms.x}", "nothing is called 'parms'; there is: steps, params, and the date words (did you mean 'params'?)"),
        ("${next_fryday}", "nothing is called 'next_fryday'; there is: steps, params, and the date words (did you mean 'next_friday'?)"),
        ("${steps.x}", "'x' is missing in 'steps'; there is nothing"),
        ("${params[params.list[5]]}", "no item 5 in 'params.list'; it is a list of 3 items"),
        ("${params[null]}", "'null' is missing in 'params'; there is: name, nothing, object, list, text"),
        ("${params.list[true]}", "'params.list' is a list of 3 items, so 'true' cannot be read (take one with [0], or all with | map(attribute=...))"),
    ],
)  # fmt: skip
def test_everywhere_else_what_is_missing_is_an_error_that_lists_what_is_there(source: str, sentence: str) -> None:
    assert language.error(source, **GIVEN) == sentence


@pytest.mark.parametrize(
    "use",
    [
        "{}", "{} ~ 'x'", "{} + 1", "1 + {}", "-{}", "{} == 1", "1 != {}", "{} > 1", "{} in [1]", "1 in {}", "not {}", "!{}", "{} && true", "true && {}",
        "{} ? 1 : 2", "{} | length", "{} | upper", "{} | sum", "[{}]", "[1, {}]", "{'a': @}", "{}[0]", "{}.a", "{}[0:1]", "'abc'[{}:]", "range({})", "length({})",
        "{}()", "{} | round", "{} | json", "{} | replace('a', 'b')", "'a' | replace('a', {})", "[1] | join({})", "{} is number", "{} is none",
        "[[1]] | map(attribute={}) ", "{}:,.2f", "1 | round({})", "{} | jmespath('a')", "{} | date('%Y')", "{} | sort", "{} | contains(1)", "{} if true else 1",
    ],
)  # fmt: skip
def test_every_use_of_what_is_missing_is_the_same_error(use: str) -> None:
    with pytest.raises(errors.MissingValue, match="'x' is missing in 'params'"):
        language.value("${ " + use.replace("{}", "params.x").replace("@", "params.x") + " }")


@pytest.mark.parametrize(
    "source", ["{% if params.x %}a{% endif %}", "{% for a in params.x %}a{% endfor %}", "{% set a = params.x %}{{ a }}", "a {{ params.x }}"]
)
def test_blocks_refuse_what_is_missing(source: str) -> None:
    assert language.error(source, **GIVEN).startswith("'x' is missing in 'params'")


def test_is_defined_asks_without_an_error() -> None:
    assert language.value("${params.x is defined}", **GIVEN) is False
    assert language.value("${params.x.y.z is undefined}", **GIVEN) is True
    assert language.value("${params.nothing is defined}", **GIVEN) is True
    assert language.value("${params.nothing is null}", **GIVEN) is True
    assert language.value("${not_null(params.x, params.nothing, 5)}", **GIVEN) == 5


@pytest.mark.parametrize(
    ("expression", "sentence"),
    [
        ("params.nothing > 1", "null and the number 1 have no order (give null a value with | default(0))"),
        ("1 <= params.nothing", "the number 1 and null have no order (give null a value with | default(0))"),
        ("'5' > 3", 'text "5" and the number 3 have no order (turn the text into a number with | number)'),
        ("3 < '5'", 'the number 3 and text "5" have no order (turn the text into a number with | number)'),
        ("true > 0", "true and the number 0 have no order (only two numbers, two texts or two dates can be ordered)"),
        ("params.object > 1", "an object and the number 1 have no order (only two numbers, two texts or two dates can be ordered)"),
        ("[3, null] | sort", "null and the number 3 have no order (give null a value with | default(0))"),
        ("['a', 1] | max", 'the number 1 and text "a" have no order (turn the text into a number with | number)'),
    ],
)  # fmt: skip
def test_ordering_null_or_text_against_a_number_is_an_error(expression: str, sentence: str) -> None:
    assert language.error("${" + expression + "}", **GIVEN) == sentence


def test_the_hint_about_numbers_works() -> None:
    assert language.value("${'5' | number > 3}") is True


def test_a_long_name_and_a_large_object_are_shown_cut() -> None:
    given = {f"key_{number}": number for number in range(5_000)}
    sentence = language.error("${params.o['" + "x" * 500 + "']}", o=given)
    assert sentence == f"'{'x' * 60}...' is missing in 'params.o'; there is: {', '.join(list(given)[:12])} and 4,988 more"


@pytest.mark.parametrize("condition", ["steps.a.urgent", "${steps.a.urgent}", "{{ steps.a.urgent }}", "steps.a.urgent > 1", "!a.urgent"])
def test_an_if_that_reads_what_is_missing_suggests_default(condition: str) -> None:
    result = language.ran(
        language.document(
            {"id": "a", "uses": "system.transform", "with": {"template": {"c": 1}}, "save_as": "a"},
            {"id": "b", "uses": "system.transform", "with": {"template": 1}, "if": condition},
        )
    )
    assert result["status"] == "failed"
    path = "a" if condition == "!a.urgent" else "steps.a"
    assert result["error"]["message"] == (
        f"in if: 'urgent' is missing in '{path}'; there is: c (| default(false) makes a missing value false)"
    )


def test_an_event_that_is_not_there_is_named() -> None:
    assert language.error("${event.number}") == (
        "this run was not started by an event, so 'event' cannot be read (give it one: --event @payload.json)"
    )
