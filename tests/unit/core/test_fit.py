"""Arguments are fitted by the few named conversions, and whatever does not fit is told in full sentences."""

from __future__ import annotations

import copy
from decimal import Decimal
from typing import Any

import hypothesis
import jsonschema
import pytest
from hypothesis import strategies as st

from workflows.core import errors, fit, fit_problems, fit_schema, fit_words

TEXT = {"type": "string"}
NUMBER = {"type": "number"}
INTEGER = {"type": "integer"}
BOOLEAN = {"type": "boolean"}
TEXTS = {"type": "array", "items": TEXT}


def with_(schema: Any) -> dict[str, Any]:
    """A schema of arguments with one member, x."""
    return {"type": "object", "properties": {"x": schema}}


def refusal(schema: Any, value: Any) -> str:
    with pytest.raises(errors.ToolError) as caught:
        fit.arguments(schema, value)
    assert caught.value.kind == errors.INVALID_INPUT
    return caught.value.message


@pytest.mark.parametrize(
    ("schema", "given", "expected"),
    [
        pytest.param(TEXT, 5, "5", id="integer to text"),
        pytest.param(TEXT, -7, "-7", id="negative integer to text"),
        pytest.param(TEXT, Decimal("1234.50"), "1234.50", id="decimal to text keeps its digits"),
        pytest.param(TEXT, Decimal("1E+3"), "1000", id="exponent is written out"),
        pytest.param(TEXT, Decimal("1E-7"), "0.0000001", id="small exponent is written out"),
        pytest.param({"type": ["string", "null"]}, 5, "5", id="number where text or null is wanted"),
        pytest.param(INTEGER, "42", 42, id="text to integer"),
        pytest.param(INTEGER, "-1", -1, id="negative text to integer"),
        pytest.param(NUMBER, "42", 42, id="text to number stays integer"),
        pytest.param(NUMBER, "-1.50", Decimal("-1.50"), id="text to decimal keeps its digits"),
        pytest.param(BOOLEAN, "true", True, id="text to true"),
        pytest.param(BOOLEAN, "false", False, id="text to false"),
        pytest.param({"type": ["integer", "null"]}, "3", 3, id="text where integer or null is wanted"),
        pytest.param(TEXTS, [1, "a"], ["1", "a"], id="items"),
        pytest.param({"type": "object", "additionalProperties": TEXT}, {"a": 1}, {"a": "1"}, id="additional members"),
        pytest.param(
            {"type": "object", "patternProperties": {"^n_": INTEGER}}, {"n_a": "1", "b": "1"}, {"n_a": 1, "b": "1"}, id="patterns"
        ),
        pytest.param({"prefixItems": [INTEGER], "items": TEXT}, ["1", 2], [1, "2"], id="first items have their own schemas"),
        pytest.param({"anyOf": [INTEGER, {"type": "null"}]}, "42", 42, id="anyOf: the only branch that fits afterwards"),
        pytest.param({"oneOf": [TEXTS, {"type": "object"}]}, [1], ["1"], id="oneOf: inside a branch"),
        pytest.param({"allOf": [TEXT, {"minLength": 1}]}, 5, "5", id="allOf"),
        pytest.param(TEXTS, [["a", "b"], "c"], ["a", "b", "c"], id="list spliced into texts"),
        pytest.param(TEXTS, [[1, 2]], ["1", "2"], id="spliced and then converted"),
        pytest.param(TEXTS, [[]], [], id="empty list spliced"),
        pytest.param({"items": {"$ref": "#/properties/y"}}, [["a"]], ["a"], id="items by reference, no lists"),
    ],
)
def test_converts(schema: Any, given: Any, expected: Any) -> None:
    whole = {**with_(schema), "properties": {"x": schema, "y": TEXT}}
    fitted = fit.arguments(whole, {"x": given})
    assert fitted.value == {"x": expected}
    assert fitted.changed
    assert repr(fitted.value) == repr({"x": expected})  # 42 is no Decimal("42"), true no 1


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        pytest.param(TEXT, "5", id="text"),
        pytest.param({"type": ["integer", "string"]}, 5, id="number where both are welcome"),
        pytest.param({"type": ["integer", "string"]}, "5", id="text where both are welcome"),
        pytest.param(NUMBER, Decimal("0.3"), id="decimal is a number"),
        pytest.param(INTEGER, Decimal("2.0"), id="2.0 is an integer"),
        pytest.param({}, [["a"]], id="no schema"),
        pytest.param({"type": "array"}, [["a"]], id="lists in a list of anything"),
        pytest.param({"type": "array", "items": {"type": "array"}}, [["a"]], id="lists in a list of lists"),
        pytest.param({"items": {"anyOf": [TEXT, {"type": "array"}]}}, [["a"]], id="lists where items may be lists"),
        pytest.param({"anyOf": [INTEGER, TEXT]}, "42", id="anyOf: a branch fits already"),
        pytest.param({"multipleOf": Decimal("0.1")}, Decimal("0.3"), id="0.3 is three times 0.1"),
        pytest.param({"type": "string", "format": "date"}, "2024-02-29", id="leap day"),
        pytest.param({"type": "string", "format": "date-time"}, "2026-11-23T18:00:00+02:00", id="time with offset"),
        pytest.param({"type": "string", "format": "date-time"}, "2026-11-23T18:00:00.123Z", id="time in UTC"),
        pytest.param({"type": "string", "format": "date-time"}, "2026-11-23T18:00:00", id="time without offset"),
        pytest.param({"type": "string", "format": "e-mail"}, "nonsense", id="unknown format only describes"),
    ],
)
def test_leaves_what_fits_as_it_is(schema: Any, value: Any) -> None:
    given = {"x": value}
    fitted = fit.arguments(with_(schema), given)
    assert fitted.value is given
    assert not fitted.changed
    assert not fitted.notices and not fitted.conversions


@pytest.mark.parametrize(
    ("schema", "value", "sentence"),
    [
        pytest.param(TEXT, True, "with.x: found true, expected text", id="boolean to text"),
        pytest.param(TEXT, None, "with.x: found null, expected text", id="null to text"),
        pytest.param(TEXT, ["a"], 'with.x: found list ["a"], expected text', id="list to text"),
        pytest.param(INTEGER, "007", 'with.x: found text "007", expected an integer', id="leading zero"),
        pytest.param(INTEGER, "1.0", 'with.x: found text "1.0", expected an integer', id="decimal text to integer"),
        pytest.param(NUMBER, "1e3", 'with.x: found text "1e3", expected a number', id="exponent"),
        pytest.param(NUMBER, " 1", 'with.x: found text " 1", expected a number', id="blank"),
        pytest.param(NUMBER, "1,5", 'with.x: found text "1,5", expected a number', id="comma"),
        pytest.param(NUMBER, "1\n", 'with.x: found text "1\\n", expected a number', id="newline"),
        pytest.param(NUMBER, "٣", 'with.x: found text "٣", expected a number', id="digit of another script"),
        pytest.param(NUMBER, "NaN", 'with.x: found text "NaN", expected a number', id="not a number"),
        pytest.param(INTEGER, Decimal("2.5"), "with.x: found number 2.5, expected an integer", id="fraction to integer"),
        pytest.param(BOOLEAN, "True", 'with.x: found text "True", expected true or false', id="Python's True"),
        pytest.param(BOOLEAN, 1, "with.x: found number 1, expected true or false", id="1 is not true"),
        pytest.param(INTEGER, True, "with.x: found true, expected an integer", id="true is not 1"),
        pytest.param(TEXTS, "a", 'with.x: found text "a", expected a list', id="text is no list"),
        pytest.param(TEXTS, [[["a"]]], 'with.x[0]: found list ["a"], expected text', id="spliced one level deep only"),
        pytest.param(
            {"anyOf": [INTEGER, BOOLEAN]}, "yes", 'with.x: found text "yes", expected an integer or true or false', id="no branch fits"
        ),
        pytest.param(
            {"type": "string", "enum": ["low", "medium", "high"]},
            "medum",
            'with.x: found text "medum", expected one of "low", "medium", "high" (did you mean \'medium\'?)',
            id="near choice",
        ),
        pytest.param({"const": "a"}, "b", 'with.x: found text "b", expected "a"', id="constant"),
        pytest.param({"type": "string", "maxLength": 3}, "abcd", "with.x: found 4 characters, expected at most 3", id="too long"),
        pytest.param({"type": "string", "minLength": 1}, "", "with.x: found 0 characters, expected at least 1", id="too short"),
        pytest.param({"pattern": "^[A-Z]+$"}, "a", 'with.x: found text "a", expected text that matches ^[A-Z]+$', id="pattern"),
        pytest.param({"maximum": 1}, Decimal("1.01"), "with.x: found 1.01, expected at most 1", id="maximum"),
        pytest.param({"exclusiveMinimum": 0}, 0, "with.x: found 0, expected more than 0", id="exclusive minimum"),
        pytest.param({"multipleOf": Decimal("0.1")}, Decimal("0.35"), "with.x: found 0.35, expected a multiple of 0.1", id="multiple"),
        pytest.param({"minItems": 1}, [], "with.x: found 0 items, expected at least 1", id="too few items"),
        pytest.param({"uniqueItems": True}, [1, Decimal("1.0")], "with.x: found list [1,1.0], expected no item twice", id="twice"),
        pytest.param({"not": {"type": "null"}}, None, "with.x: found null, which is not allowed here", id="not"),
        pytest.param(
            {"type": "string", "format": "date"},
            "2026-02-30",
            'with.x: found text "2026-02-30", expected a date like 2026-11-23',
            id="no day",
        ),
        pytest.param(
            {"type": "string", "format": "date"},
            "20260203",
            'with.x: found text "20260203", expected a date like 2026-11-23',
            id="no dashes",
        ),
        *(
            pytest.param(
                {"type": "string", "format": "date-time"},
                text,
                f'with.x: found text "{text}", expected a date and time like 2026-11-23T18:00:00+02:00',
                id=f"no time: {text}",
            )
            for text in (
                "tomorrow",
                "2026-11-23",
                "2026-11-23T25:00:00Z",
                "2026-11-23T18:00:00+25:00",
                "2026-13-01T00:00:00Z",
                "next_friday_3pm",
            )
        ),
    ],
)
def test_refuses(schema: Any, value: Any, sentence: str) -> None:
    assert refusal(with_(schema), {"x": value}) == sentence


def test_missing_argument_names_what_was_expected_and_a_near_name() -> None:
    schema = {"type": "object", "required": ["channel"], "properties": {"channel": {"type": "string", "description": "Channel name"}}}
    assert refusal(schema, {}) == "with.channel: missing, expected text: Channel name"
    assert refusal(schema, {"chanel": "#a"}) == (
        "with.channel: missing, expected text: Channel name ('chanel' is there; did you mean 'channel'?)"
    )


def test_unknown_argument_lists_the_known_ones() -> None:
    schema = {"type": "object", "properties": {"channel": TEXT, "message": TEXT}, "additionalProperties": False}
    assert refusal(schema, {"chanel": "#a", "zzz": 1}) == (
        "with.chanel: unknown, expected one of channel, message (did you mean 'channel'?); with.zzz: unknown, expected one of channel, message"
    )


def test_a_choice_between_arguments_is_told_by_their_names() -> None:
    schema = {"oneOf": [{"required": ["query"]}, {"required": ["queries"]}], "properties": {"query": TEXT, "queries": TEXTS}}
    assert refusal(schema, {"qery": "a"}) == "with: missing, expected query or queries ('qery' is there; did you mean 'query'?)"
    assert refusal(schema, {"query": "a", "queries": []}) == "with: found query and queries, expected only one of them"


def test_the_branch_that_was_meant_is_the_one_told() -> None:
    circle = {"type": "object", "required": ["r"], "properties": {"kind": {"const": "circle"}, "r": NUMBER}}
    square = {"type": "object", "required": ["a"], "properties": {"kind": {"const": "square"}, "a": NUMBER}}
    assert refusal(with_({"anyOf": [circle, square]}), {"x": {"kind": "square"}}) == "with.x.a: missing, expected a number"


def test_all_violations_are_told_at_once_with_their_paths() -> None:
    schema = with_({"type": "array", "items": {"type": "object", "required": ["id"], "properties": {"id": TEXT, "my key": INTEGER}}})
    with pytest.raises(errors.ToolError) as caught:
        fit.arguments(schema, {"x": [{"id": None}, {"my key": "a"}]})
    assert caught.value.details == {
        "problems": [
            {"path": "with.x[0].id", "message": "found null, expected text", "hint": ""},
            {"path": "with.x[1].id", "message": "missing, expected text", "hint": ""},
            {"path": 'with.x[1]["my key"]', "message": 'found text "a", expected an integer', "hint": ""},
        ]
    }
    assert str(caught.value) == (
        'with.x[0].id: found null, expected text; with.x[1].id: missing, expected text; with.x[1]["my key"]: found text "a", expected an integer'
    )


def test_of_many_violations_the_first_are_told() -> None:
    with pytest.raises(errors.ToolError) as caught:
        fit.arguments(with_(TEXTS), {"x": [None] * 250})
    problems = caught.value.details["problems"]
    assert len(problems) == fit_problems.MAX_PROBLEMS + 1
    assert problems[-1]["message"] == "more than 100 problems; the others are not listed"


def test_a_long_value_is_cut_in_the_message() -> None:
    message = refusal(with_({"enum": ["a"]}), {"x": "b" * 5000})
    assert message == 'with.x: found text "' + "b" * (fit_words.MAX_SHOWN_CHARS - 1) + '..., expected "a"'


def test_the_given_value_is_never_changed_in_place() -> None:
    schema = with_({"type": "array", "items": {"type": "object", "properties": {"a": TEXT}}})
    given = {"x": [{"a": 1}, {"a": "b"}]}
    before = copy.deepcopy(given)
    fitted = fit.arguments(schema, given)
    assert given == before
    assert fitted.value == {"x": [{"a": "1"}, {"a": "b"}]}
    assert fitted.value["x"][1] is given["x"][1]  # what fits is not copied


def test_key_order_is_kept() -> None:
    fitted = fit.arguments({"properties": {"b": TEXT}}, {"c": 1, "b": 2, "a": 3})
    assert list(fitted.value) == ["c", "b", "a"]


def test_a_number_with_a_huge_exponent_is_no_multiple_and_no_crash() -> None:
    schema = with_({"type": "number", "multipleOf": Decimal("0.1")})
    assert refusal(schema, {"x": Decimal("1E+999999999")}) == "with.x: found 1E+999999999, expected a multiple of 0.1"


SCHEMAS = st.sampled_from(
    [
        with_(TEXT),
        with_({"type": ["integer", "null"]}),
        with_({"type": "array", "items": {"type": ["string", "boolean"]}}),
        with_({"anyOf": [BOOLEAN, TEXTS, {"type": "object", "additionalProperties": NUMBER}]}),
        with_({"type": "string", "maxLength": 3, "x-cut": True}),
        {"type": "object", "additionalProperties": {"$ref": "#"}, "maxProperties": 2},
    ]
)
SCALARS = (
    st.none() | st.booleans() | st.integers() | st.decimals(allow_nan=False, allow_infinity=False) | st.text() | st.from_regex(r"-?[0-9.]+")
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3), max_leaves=8
)


@hypothesis.settings(max_examples=120, deadline=None)
@hypothesis.given(SCHEMAS, VALUES)
def test_whatever_comes_it_fits_in_the_end_or_is_refused_and_is_not_touched(schema: dict[str, Any], value: Any) -> None:
    arguments = {"x": value}
    before = copy.deepcopy(arguments)
    try:
        fitted = fit.arguments(schema, arguments)
    except errors.ToolError as refused:
        assert refused.kind == errors.INVALID_INPUT
        assert refused.details["problems"]
        return
    finally:
        assert repr(arguments) == repr(before)
    fit.output(schema, fitted.value)
    assert not fit.arguments(schema, fitted.value).changed


def test_x_cut_cuts_and_says_so() -> None:
    schema = with_({"type": "string", "maxLength": 1000, "x-cut": True})
    fitted = fit.arguments(schema, {"x": "é" * 1200})
    assert fitted.value == {"x": "é" * 1000}
    assert fitted.notices == ["with.x: cut from 1,200 to 1,000 characters"]
    assert refusal(with_({"type": "string", "maxLength": 3}), {"x": "abcd"}) == "with.x: found 4 characters, expected at most 3"


def test_splicing_is_a_notice_and_conversion_is_none() -> None:
    fitted = fit.arguments(with_(TEXTS), {"x": [["a", 2]]})
    assert fitted.notices == ["with.x[0]: a list of 2 was spliced into the list around it"]
    assert fitted.conversions == ["with.x[1]: converted from number to text"]


def test_branches_that_disagree_convert_nothing() -> None:
    schema = {"anyOf": [{"properties": {"a": TEXT}}, {"properties": {"b": INTEGER}}]}
    assert refusal(schema, {"a": 1, "b": "1"}) == "with.a: found number 1, expected text"


def test_then_converts_where_if_holds() -> None:
    schema = {"if": {"properties": {"kind": {"const": "n"}}, "required": ["kind"]}, "then": with_(INTEGER), "else": with_(TEXT)}
    assert fit.arguments(schema, {"kind": "n", "x": "1"}).value == {"kind": "n", "x": 1}
    assert fit.arguments(schema, {"kind": "t", "x": 1}).value == {"kind": "t", "x": "1"}


def test_schemas_that_hold_themselves_are_followed() -> None:
    tree = {"$defs": {"node": {"properties": {"id": TEXT, "below": {"items": {"$ref": "#/$defs/node"}}}}}, "$ref": "#/$defs/node"}
    assert fit.arguments(tree, {"below": [{"id": 1, "below": [{"id": 2}]}]}).value == {"below": [{"id": "1", "below": [{"id": "2"}]}]}


def test_a_reference_to_itself_ends() -> None:
    with pytest.raises(errors.ToolError, match="nested too deeply"):
        fit.arguments({"$ref": "#"}, {"x": 1})


def test_a_value_nested_without_end_is_refused_with_a_reason() -> None:
    tree = {"properties": {"below": {"$ref": "#"}, "id": TEXT}}
    value: dict[str, Any] = {"id": None}
    for _ in range(5000):
        value = {"below": value}
    assert refusal(tree, value) == "with: nested too deeply to be checked, expected at most 64 levels"


def test_schemas_are_never_fetched() -> None:
    with pytest.raises(errors.OrdinautError) as caught:
        fit.arguments({"$ref": "http://localhost:1/schema.json"}, {})
    assert str(caught.value) == (
        "the schema refers to 'http://localhost:1/schema.json', expected a reference inside itself such as '#/$defs/name'"
    )


def test_huge_numbers_do_not_become_text() -> None:
    assert refusal(with_(TEXT), {"x": Decimal("1E+999999999")}) == "with.x: found number 1E+999999999, expected text"
    assert refusal(with_(TEXT), {"x": 10**500}) == "with.x: found number of more than 80 digits, expected text"
    assert refusal(with_(INTEGER), {"x": "9" * 401}).startswith('with.x: found text "999')


def test_the_fast_validator_is_asked_first_and_may_refuse_too_much() -> None:
    asked = []

    def never(value: Any) -> bool:
        asked.append(value)
        return False

    assert fit.arguments(with_(TEXT), {"x": "a"}, never).value == {"x": "a"}
    assert asked == [{"x": "a"}]
    assert not fit.arguments(with_(TEXT), {"x": "a"}, lambda value: True).changed


def test_a_fast_validator_that_cannot_read_the_value_is_passed_over() -> None:
    def broken(value: Any) -> bool:
        raise ValueError("too long a number")

    assert fit.arguments(with_(TEXT), {"x": 1}, broken).value == {"x": "1"}


def test_output_is_checked_and_never_converted() -> None:
    schema = {"type": "object", "required": ["count"], "properties": {"count": INTEGER}}
    fit.output(schema, {"count": 1, "more": "passes"})
    with pytest.raises(errors.ToolError) as caught:
        fit.output(schema, {"count": "1"})
    assert caught.value.kind == errors.BAD_OUTPUT
    assert caught.value.message == 'output.count: found text "1", expected an integer'


def test_output_of_another_kind_is_told_at_its_root() -> None:
    with pytest.raises(errors.ToolError) as caught:
        fit.output({"type": "object"}, ["a"])
    assert caught.value.message == 'output: found list ["a"], expected an object'


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        pytest.param(TEXT, "text", id="text"),
        pytest.param({"type": "string", "maxLength": 2}, "te", id="short text"),
        pytest.param({"type": "string", "minLength": 6}, "textxx", id="long text"),
        pytest.param({"type": "string", "format": "date"}, "2026-01-15", id="date"),
        pytest.param({"type": "string", "format": "date-time"}, "2026-01-15T09:00:00+00:00", id="date-time"),
        pytest.param({"type": "string", "default": "a", "enum": ["b", "a"]}, "a", id="default"),
        pytest.param({"enum": ["b", "a"]}, "b", id="first choice"),
        pytest.param({"type": "string", "examples": ["AX"]}, "AX", id="example"),
        pytest.param({"const": 7}, 7, id="constant"),
        pytest.param(INTEGER, 1, id="integer"),
        pytest.param({"type": "integer", "minimum": 3}, 3, id="minimum"),
        pytest.param({"type": "number", "exclusiveMinimum": 1, "exclusiveMaximum": 2}, Decimal("1.5"), id="between"),
        pytest.param({"type": "number", "exclusiveMinimum": 1, "maximum": Decimal("1.2")}, Decimal("1.2"), id="up to"),
        pytest.param({"type": "integer", "exclusiveMinimum": 4}, 5, id="more than"),
        pytest.param({"type": "number", "minimum": Decimal("1.1"), "multipleOf": Decimal("0.5")}, Decimal("1.5"), id="multiple of a half"),
        pytest.param({"type": "number", "maximum": -1}, -1, id="maximum"),
        pytest.param({"type": "number", "minimum": 0, "maximum": 1}, 1, id="share"),
        pytest.param({"type": "integer", "minimum": 5, "multipleOf": 4}, 8, id="multiple"),
        pytest.param(BOOLEAN, True, id="boolean"),
        pytest.param({"type": "null"}, None, id="null"),
        pytest.param({"type": ["null", "string"]}, "text", id="text rather than null"),
        pytest.param(TEXTS, ["text"], id="list"),
        pytest.param({"type": "array", "items": INTEGER, "minItems": 2}, [1, 1], id="list of two"),
        pytest.param({"type": "array", "maxItems": 0}, [], id="empty list"),
        pytest.param(
            {"type": "object", "required": ["b"], "properties": {"a": TEXT, "b": INTEGER}}, {"a": "text", "b": 1}, id="optional members too"
        ),
        pytest.param(
            {"properties": {"a": TEXT}, "allOf": [{"properties": {"b": INTEGER}, "required": ["b"]}]}, {"a": "text", "b": 1}, id="all"
        ),
        pytest.param({"anyOf": [INTEGER, TEXT]}, 1, id="first form"),
        pytest.param(
            {"properties": {"a": TEXT, "b": TEXT}, "oneOf": [{"required": ["a"]}, {"required": ["b"]}]}, {"a": "text"}, id="one of two"
        ),
        pytest.param({"$defs": {"n": INTEGER}, "properties": {"a": {"$ref": "#/$defs/n"}}}, {"a": 1}, id="reference"),
        pytest.param({}, {}, id="anything"),
        pytest.param(True, {}, id="true"),
    ],
)
def test_example_is_made_up_and_fits(schema: Any, expected: Any) -> None:
    made = fit.example(schema)
    assert made == expected
    assert type(made) is type(expected)
    assert fit.example(schema) == made
    fit.output(schema, made)


def test_example_of_a_schema_that_holds_itself_ends() -> None:
    tree = {"type": "object", "required": ["id"], "properties": {"id": TEXT, "below": {"type": "array", "items": {"$ref": "#"}}}}
    fit.output(tree, fit.example(tree))


@pytest.mark.parametrize(
    ("schema", "sentence"),
    [
        pytest.param({"type": "strng"}, 'input_schema.type: found text "strng"', id="type"),
        pytest.param({"required": "a"}, 'input_schema.required: found text "a", expected a list', id="required"),
        pytest.param(
            {"properties": {"a": 5}}, "input_schema.properties.a: found number 5, expected an object or true or false", id="member"
        ),
        pytest.param({"maxLength": -1}, "input_schema.maxLength: found -1, expected at least 0", id="limit"),
        pytest.param(
            {"$ref": "#/$defs/a"},
            "input_schema: found the reference '#/$defs/a', expected one inside this schema such as '#/$defs/name'",
            id="reference to nothing",
        ),
        pytest.param(
            {"properties": {"a": {"pattern": "("}}},
            "input_schema.properties.a: found the pattern '(', expected a regular expression: missing ), unterminated subpattern at position 0",
            id="pattern",
        ),
    ],
)
def test_what_is_no_schema_is_told(schema: Any, sentence: str) -> None:
    found = fit_problems.find_in_schema(schema, "input_schema")
    assert str(found[0]).startswith(sentence)


def test_data_in_a_schema_is_not_taken_for_references() -> None:
    assert fit_problems.find_in_schema({"default": {"$ref": "nowhere"}, "properties": {"$ref": TEXT}}, "s") == []


def test_one_schema_object_is_compiled_once() -> None:
    schema = with_(TEXT)
    assert fit_schema.validator(schema) is fit_schema.validator(schema)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        pytest.param({"b": 1, "a": [True, None]}, '{"a":[true,null],"b":1}', id="keys sorted"),
        pytest.param(Decimal("0.70"), "0.70", id="digits kept"),
        pytest.param("é\n", '"\\u00e9\\n"', id="text escaped"),
    ],
)
def test_canonical(value: Any, text: str) -> None:
    assert fit.canonical(value) == text


def test_our_validator_agrees_with_the_standard_on_what_it_refuses() -> None:
    assert not jsonschema.Draft202012Validator({"type": "integer"}).is_valid(Decimal("2.0"))  # why we have a type checker of our own
