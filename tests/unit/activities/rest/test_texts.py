"""Long texts of a request: cut at their limit, told at the vendor and in the result, and never read as templates."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests import vendors

REST = {
    "path": "/ask",
    "texts": {"rows": {"text": "${arguments.rows | json}", "max_chars": 10, "setting": "ACME_MAX_CHARS"}, "note": {"text": "${arguments.note}", "max_chars": 5}},
    "body": {"rows": "${texts.rows}", "note": "${texts.note}"},
}  # fmt: skip
CONFIGURATION = {"ACME_MAX_CHARS": "most characters of rows"}


def asked(arguments: dict[str, Any], **variables: str) -> vendors.Called:
    return vendors.call(REST, {"/ask": vendors.reply({"ok": True})}, arguments, variables=variables, configuration=CONFIGURATION)


def sent(found: vendors.Called) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(found.requests[0].body)
    return body


def test_a_text_within_its_limit_goes_out_whole() -> None:
    found = asked({"rows": [1, 2, 3, 4], "note": "12345"})
    assert sent(found) == {"rows": "[1,2,3,4]", "note": "12345"}
    assert "warnings" not in found.whole


def test_a_text_that_is_too_long_is_cut_and_that_is_told() -> None:
    found = asked({"rows": [10, 20, 30, 40], "note": "123456"})
    assert sent(found) == {
        "rows": "[10,20,30,\n[cut here: 3 of 13 characters are left out]",
        "note": "12345\n[cut here: 1 of 6 characters are left out]",
    }
    assert found.whole["warnings"] == [
        "the text 'rows' was cut to 10 characters (ACME_MAX_CHARS): 3 of 13 characters were not sent",
        "the text 'note' was cut to 5 characters: 1 of 6 characters were not sent",
    ]


def test_the_variable_holds_another_limit() -> None:
    assert sent(asked({"rows": [10, 20, 30, 40], "note": ""}, ACME_MAX_CHARS=" 13 "))["rows"] == "[10,20,30,40]"


@pytest.mark.parametrize("value", ["many", "0", "-5", "1e3", "²"])
def test_a_limit_that_is_no_number_is_refused_before_anything_is_sent(value: str) -> None:
    found = asked({"rows": [], "note": ""}, ACME_MAX_CHARS=value)
    assert found.failure == ("invalid input", True, f"ACME_MAX_CHARS: found {value!r}, expected a number of characters like 10")
    assert found.requests == []


def test_what_is_no_text_is_refused() -> None:
    found = asked({"rows": [], "note": ["a"]})
    assert found.failure == ("invalid input", True, "rest.texts.note.text: found a list of 1 item, expected text")


def test_templates_in_a_value_are_data() -> None:
    assert sent(asked({"rows": ["${key}"], "note": "{{ 1 }"}))["rows"] == '["${key}"]'
