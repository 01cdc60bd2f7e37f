"""Places inside strings of a document."""

from __future__ import annotations

import pytest

from workflows.core import model, places


@pytest.mark.parametrize(
    ("text", "position", "offset", "expected"),
    [
        ('{"a": "x ${1 +}"}', (1, 7), 2, (1, 10)),
        ('{"a": "\\"\\u0041\\n${x}"}', (1, 7), 3, (1, 18)),
        ('{"a": "\\ud83d\\ude00${x}"}', (1, 7), 1, (1, 20)),
        ('{\n "a": "first\nsecond ${x}"}', (2, 7), 13, (3, 8)),
        ('{"a": "short"}', (1, 7), 40, (1, 7)),
        ("a: some ${x}", (1, 4), 5, (1, 4)),
        ("", (1, 1), 0, (1, 1)),
        ('"x"', (0, 0), 1, (0, 0)),
    ],
    ids=["plain", "escapes", "a pair of surrogates", "a line break inside", "behind the end", "YAML", "nothing", "nowhere"],
)
def test_where_a_character_is_written(text: str, position: tuple[int, int], offset: int, expected: tuple[int, int]) -> None:
    assert places.inside(text, model.Position(*position), offset) == model.Position(*expected)
