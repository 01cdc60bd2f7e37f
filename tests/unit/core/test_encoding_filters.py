"""Unix time, Base64 and CSV: exact, and refused where they would guess."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests import language
from workflows.core import errors


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("${'2026-11-23T18:00:00+02:00' | timestamp}", 1_795_449_600),
        ("${'1969-12-31T23:59:59Z' | timestamp}", -1),
        ("${'1970-01-01T00:00:00.250Z' | timestamp}", Decimal("0.25")),
        ("${'Chișinău' | base64}", "Q2hpyJlpbsSDdQ=="),
        ("${'' | base64}", ""),
        ("${[{'a': 1, 'b': 'x,y'}, {'b': 'say \"hi\"', 'c': none}] | csv}", 'a,b,c\n1,"x,y",\n,"say ""hi""",\n'),
        ("${[{'a': ' padded', 'b': 'two\\nlines', 'c': true}] | csv}", 'a,b,c\n" padded","two\nlines",true\n'),
        ("${[] | csv}", ""),
    ],
)
def test_a_value_is_written_for_others(template: str, expected: Any) -> None:
    assert language.value(template) == expected


@pytest.mark.parametrize(
    ("template", "said"),
    [
        (
            "${'2026-11-23T18:00:00' | timestamp}",
            'the time "2026-11-23T18:00:00" has no time zone (write its offset: 2026-11-23T10:00:00+02:00)',
        ),
        (
            "${'2026-11-23' | timestamp}",
            'the date "2026-11-23" has no time zone (write it as a time with offset: 2026-11-23T00:00:00+02:00)',
        ),
        ("${'soon' | timestamp}", '"soon" is no date'),
        ("${5 | timestamp}", "5 is no time"),
        ("${[1] | base64}", "base64"),
        ("${[{'a': 1}, 2] | csv}", "csv takes a list of objects, found the number 2 in it"),
        ("${none | csv}", "null"),
    ],
)
def test_what_cannot_be_written_is_an_error(template: str, said: str) -> None:
    with pytest.raises(errors.EvaluationError) as caught:
        language.value(template)
    assert said in str(caught.value)
