"""A thousand templates that try to stall a worker or to escape: each ends with an error of ours or a harmless value, and quickly."""

from __future__ import annotations

import itertools
import statistics
import time
from typing import Any

import pytest

from tests import hostile_shapes, language
from workflows.core import errors, limits, sizes, template

COUNT = 1_000
#: The language asks for 100 ms; the bounds leave room for a machine that is busy with other work.
MEDIAN_SECONDS = 0.1
LONGEST_SECONDS = 0.5


def attempt(source: Any) -> tuple[float, Any, errors.EvaluationError | None]:
    """(seconds of CPU time, value, error) of compiling and evaluating, as a step of a run does."""
    scope = language.names(hostile_shapes.DATA)
    start = time.thread_time()
    made, failure = None, None
    try:
        made = (template.compile_json(source) if isinstance(source, str) else template.compile_tree(source)).evaluate(scope)
        sizes.check_size(made, "the value")
    except errors.EvaluationError as error:
        failure = error
    return time.thread_time() - start, made, failure


@pytest.mark.parametrize("part", range(4))
def test_a_thousand_hostile_templates_end_quickly_and_harmlessly(part: int) -> None:
    language.value("${today}")  # what is loaded once is not counted
    taken: dict[str, float] = {}
    for name, source in itertools.islice(hostile_shapes.shapes(COUNT, seed=7), part, None, 4):
        seconds, made, failure = attempt(source)
        # CPU time too is noisy on a busy machine: a template is slow if it is slow each time
        taken[name] = seconds if seconds < LONGEST_SECONDS else min(seconds, *(attempt(source)[0] for _ in range(2)))
        if failure is None:
            assert sizes.size_of(made) <= limits.MAX_PAYLOAD_BYTES, name
        else:
            assert len(errors.cut(str(failure))) <= errors.MAX_MESSAGE_CHARS + 50, name
            assert "Traceback" not in str(failure) and "object at 0x" not in str(failure), name
    slowest = sorted(taken.items(), key=lambda item: item[1], reverse=True)[:10]
    assert len(taken) == COUNT // 4
    assert statistics.median(taken.values()) < MEDIAN_SECONDS
    assert slowest[0][1] < LONGEST_SECONDS, slowest


@pytest.mark.parametrize("source", hostile_shapes.ESCAPES)
def test_no_template_escapes(source: str) -> None:
    _, made, failure = attempt(source)
    said = str(failure) if failure else language.exact(made)
    for sign in ("<class", "<function", "<bound", "object at 0x", "__main__", "workflows.core", "jinja2", "Traceback", "/etc/passwd:"):
        assert sign not in said, said


@pytest.mark.parametrize(
    ("source", "limit"),
    [
        ("${range(10 ** 9)}", "MAX_RANGE"), ("${'x' * 10 ** 9}", "MAX_TEXT_CHARS"), ("${[1] * 10 ** 9}", "MAX_VALUE_ITEMS"), ("${10 ** 10 ** 10}", "MAX_NUMBER_DIGITS"),
        ("{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}", "MAX_OPERATIONS"), ("${" + "(" * 60 + "1" + ")" * 60 + "}", "MAX_EXPRESSION_DEPTH"),
        ("${" + "1 + " * 600 + "1}", "MAX_EXPRESSION_TOKENS"), ("${" + "a" * 9_000 + "}", "MAX_EXPRESSION_CHARS"), ("{% if true %}" * 20 + "{% endif %}" * 20, "MAX_BLOCK_DEPTH"),
        ("x" * 300_000 + "${1}", "MAX_TEMPLATE_CHARS"), ("${1}" * 1_500, "MAX_TEMPLATE_MARKS"), ("${1 + 2 + 3}" * 900, "MAX_TEMPLATE_TOKENS"), ("${5:>9999}", "MAX_WIDTH"),
        ("x${params.huge}", "MAX_TEXT_CHARS"), ("${params.double}", "MAX_OPERATIONS"), ("${[" * 1 + "params.deep, [[[[[[params.deep]]]]]]]}", "MAX_DEPTH"),
    ],
)  # fmt: skip
def test_each_limit_is_named(source: str, limit: str) -> None:
    _, _, failure = attempt(source)
    assert isinstance(failure, errors.LimitExceeded), failure
    assert limit in failure.message
    assert failure.kind == "limit exceeded"


EMPLOYEES = [
    {"id": n, "name": f"Employee {n}", "idnp": str(2_000_000_000_000 + n), "salary": "12345.67", "hours": 160, "department": "IT", "since": "2020-01-01"} for n in range(2_000)
]  # fmt: skip


def test_a_report_over_two_thousand_employees_passes() -> None:
    fields = ", ".join(f'"{name}": {{{{ e.{name} | default(0) }}}}' for name in EMPLOYEES[0])
    source = '{"employees": [{% for e in params.employees %} {' + fields + "}{% if not forloop.last %},{% endif %} {% endfor %}]}"
    start = time.thread_time()
    made = language.relaxed(source, employees=EMPLOYEES)
    assert made == {"employees": EMPLOYEES}
    assert time.thread_time() - start < LONGEST_SECONDS


def test_a_text_over_a_thousand_rows_passes() -> None:
    source = (
        "{% for e in params.employees[:1000] %}- {{ e.name }} ({{ e.id }}): {{ e.salary | number | round(2) }}"
        "{% if e.hours > 150 %} full time{% endif %}{% if not forloop.last %}, {% endif %}\n{% endfor %}"
    )
    made = language.value(source, employees=EMPLOYEES)
    assert made.count("\n") == 1_000
    assert made.startswith("- Employee 0 (0): 12345.67 full time, \n")


def test_hostile_trees_outside_strings_stop_too() -> None:
    loop = {"in": "range(10000)", "as": ["a"]}
    inner = {"$for": {**loop, "as": ["b"], "body": [{"$text": "${a + b}"}]}}
    for body in (
        [inner],
        [{"$text": "${params.big}"}],
        [[1] * 100],
        [{"$set": ["x", "range(10000)"]}] * 8,
        [{"$if": {"branches": [["false", []]] * 20, "else": []}}],
    ):
        seconds, _, failure = attempt([{"$for": {**loop, "body": body}}])
        assert isinstance(failure, errors.LimitExceeded), body
        assert seconds < LONGEST_SECONDS, body
