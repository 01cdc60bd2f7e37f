"""What is wrong with templates that cannot be read, with the place and what to do."""

from __future__ import annotations

import pytest

from tests import language


@pytest.mark.parametrize(
    ("template", "column", "message", "hint"),
    [
        ("sum ${1 +} end", 4, "in '${1 +}': the expression ends too early", "write what stands behind the '+'"),
        ("${params.a | }", 0, "the expression ends too early; expected: a name", "write what stands behind the '|'"),
        ("a {% if true %}b", 2, "the block '{% if %}' is not closed; expected: 'elif' or 'else' or 'endif'", "close it where it ends: {% endif %}"),
        ("{% for x in [1] %}${x}", 0, "the block '{% for %}' is not closed; expected: 'endfor' or 'else'", "close it where it ends: {% endfor %}"),
        ("a {% endfor %}", 2, "'{% endfor %}' belongs to no block", "take it out, or open the block before it: {% for ... %}"),
        (
            "{% if true %}a{% endfor %}{% endif %}",
            14,
            "found '{% endfor %}' where one of these is expected: 'elif' or 'else' or 'endif'",
            "close the block '{% if %}' before it: {% endif %}",
        ),
        ("{% if true %}a{% endif %} b {% endif %}", 28, "'{% endif %}' belongs to no block", "take it out, or open the block before it: {% if ... %}"),
        ("${q..x}", 0, "a name is missing after the dot", "write one dot: q.x"),
    ],
    ids=["early", "early and lone", "open if", "open for", "stray for", "crossed", "stray if", "two dots"],
)  # fmt: skip
def test_a_fault_stands_where_it_is_and_says_what_to_do(template: str, column: int, message: str, hint: str) -> None:
    text = f'{{"payload": {{"pipeline": [{{"id": "a", "uses": "system.transform", "with": {{"template": "{template}"}}}}]}}}}'
    found = [(problem.message, problem.hint, problem.column) for problem in language.checked(text).problems]
    place = text.index(f'"{template}"') + 1
    assert found == [(message, hint, place if template.startswith("${") else place + 1 + column)]
