"""Short ways to evaluate templates and to run small documents in memory, for the tests of the language and of its documentation."""

from __future__ import annotations

import datetime
import functools
import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from activities import catalog
from workflows.core import budget, check, date_words, errors, mock, plan, relaxed_json, run, scope, template, texts, tree, zones

#: Monday, 20:00 in the zone of the tests.
NOMINAL = datetime.datetime(2026, 11, 23, 18, 0, tzinfo=datetime.UTC)
ZONE = "Europe/Chisinau"


@functools.cache
@functools.cache
def tools() -> catalog.Catalog:
    """The shipped catalog."""
    return catalog.load([catalog.shipped_folder()])


def names(
    params: Mapping[str, Any] | None = None,
    steps: Mapping[str, Any] | None = None,
    event: Mapping[str, Any] | None = None,
    *,
    nominal: datetime.datetime = NOMINAL,
    zone: str = ZONE,
) -> scope.Scope:
    """The names of an evaluation; every output of `steps` is a bare name too."""
    roots: dict[str, Any] = {"steps": dict(steps or {}), "params": dict(params or {})}
    if event is not None:
        roots["event"] = event
    return scope.Scope(roots, date_words.DateWords(nominal, zones.load(zone)), dict(steps or {}))


def value(source: Any, scope_of: scope.Scope | None = None, **given: Any) -> Any:
    """What JSON with marks in its texts evaluates to: value("${1 + 2}") is 3. `given` are the params."""
    return template.compile_json(source).evaluate(scope_of or names(given))


def text(source: str, **given: Any) -> str:
    """What a template evaluates to, as text inside text."""
    made = value(f"<{source}>", **given)
    assert isinstance(made, str)
    return made[1:-1]


def error(source: Any, scope_of: scope.Scope | None = None, **given: Any) -> str:
    """The whole sentence of the error that an evaluation ends with."""
    try:
        made = value(source, scope_of, **given)
    except errors.EvaluationError as failure:
        return str(failure)
    raise AssertionError(f"{source!r} gave {made!r}, not an error")


def relaxed(source: str, scope_of: scope.Scope | None = None, **given: Any) -> Any:
    """What a piece of relaxed JSON evaluates to."""
    node = tree.to_json(relaxed_json.parse(source))
    return template.compile_tree(node).evaluate(scope_of or names(given))


def exact(made: Any) -> str:
    """A value as JSON text, so that 1, 1.0 and true, and the digits of decimals, are told apart."""
    return texts.compact_json(made, budget.Budget())


def checked(
    document: Mapping[str, Any] | str,
    given: Mapping[str, Any] | None = None,
    filename: str = "test.json",
    catalog_: catalog.Catalog | None = None,
) -> check.Checked:
    """The check, at the nominal time, of a document that is given as JSON or as its text; the tools are the shipped ones or others."""
    data = document if isinstance(document, str) else json.dumps(document, ensure_ascii=False, default=_plain)
    return check.document(data.encode(), filename, catalog_ or tools(), ZONE, given, now=NOMINAL)


def _plain(number: Any) -> Any:
    assert isinstance(number, Decimal)
    return float(number)


def problems(document: Mapping[str, Any] | str, given: Mapping[str, Any] | None = None) -> list[tuple[str, str]]:
    """(code, path) of every problem of a document."""
    return [(problem.code, problem.path) for problem in checked(document, given).problems]


def document(*steps: Mapping[str, Any], params: Mapping[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """A small document with these steps."""
    payload = {"pipeline": list(steps), **({"params": params} if params is not None else {})}
    return {"title": "Test", "timezone": ZONE, **more, "payload": payload}


def ran(
    source: Mapping[str, Any] | str,
    outputs: Mapping[str, Any] | None = None,
    given: Mapping[str, Any] | None = None,
    event: Mapping[str, Any] | None = None,
    nominal: datetime.datetime = NOMINAL,
) -> dict[str, Any]:
    """The result of a mock run of a document."""
    made = checked(source, given or {})
    assert made.plan is not None, [problem.message for problem in made.problems]
    current = run.Run(plan.load(made.plan), nominal, given, event)
    mock.drive(current.walk(mock.MockHost(tools(), outputs or {}, nominal)))
    return current.record.as_json("test")


def arguments(result: Mapping[str, Any], step: str) -> Any:
    """The evaluated `with` of a step of a result."""
    return next(one["with"] for one in result["steps"] if one["id"] == step)


def statuses(result: Mapping[str, Any]) -> Sequence[str]:
    """The states of the steps, in order."""
    return [step["status"] for step in result["steps"]]
