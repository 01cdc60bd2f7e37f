"""Waits for events: arguments, matches, pins, and what a step gives when none came."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import hypothesis
import pytest
from hypothesis import strategies

from workflows import converter
from workflows.core import date_words, errors, event_payload, event_wait, expressions, scope, template

HOUR = datetime.timedelta(hours=1)
ROOTS = {"steps": {"create": {"key": "SHOP-7", "big": "x" * 201}}, "params": {"n": 5, "rate": Decimal("1.50"), "list": [1], "none": None}}


def waiting(match: Any = None, event_type: str = "jira.issue_updated", **more: Any) -> event_wait.Wait:
    """The wait of a step whose document holds this match."""
    node = {"event_type": event_type, **more, **({} if match is None else {"match": match})}
    arguments = template.compile_tree(node, "with", later=("match",)).evaluate(scope.Scope(ROOTS))
    return event_wait.of_arguments(arguments, "answer")


def test_what_is_left_out_has_its_default() -> None:
    assert waiting() == event_wait.Wait("answer", "jira.issue_updated", 24 * HOUR, datetime.timedelta(minutes=10))
    assert waiting(timeout=None, within=None, on_timeout=None) == waiting()


def test_what_is_given_counts() -> None:
    made = waiting("event.n == 1", timeout="1h30m", within=0, on_timeout={"value": {"paid": False}})
    assert (made.timeout, made.within, made.on_timeout, made.instead) == (1.5 * HOUR, 0 * HOUR, "value", {"paid": False})
    assert (made.match_text, made.pins) == ("event.n == 1", ((("n",), 1),))


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        pytest.param({"event_type": "a", "matches": "x"}, "there is no argument 'matches'; there are event_type, match, timeout, within, on_timeout", id="unknown"),
        pytest.param({}, "'event_type' is null, expected words of letters, digits, _ and - with points between, at most 200 characters, such as 'jira.issue_updated'", id="no type"),
        pytest.param({"event_type": "a..b"}, "'event_type' is text \"a..b\", expected words of letters, digits, _ and - with points between, at most 200 characters, such as 'jira.issue_updated'", id="type"),
        pytest.param({"event_type": "a", "match": "x"}, "'match' is text \"x\", which a template gave; a match is written in the document", id="match"),
        pytest.param({"event_type": "a", "timeout": 0}, "'timeout': the duration must be longer than 0 seconds: the number 0 (give a number of seconds (90), \"90s\", \"1h30m\", \"2d\", \"1w\" or \"PT1H30M\")", id="timeout"),
        pytest.param({"event_type": "a", "within": "25h"}, "'within' is 1d1h, expected at most 1d", id="within"),
        pytest.param({"event_type": "a", "on_timeout": "value"}, "'on_timeout' is text \"value\", expected \"error\" or {\"value\": ...}, the output where no event came", id="on_timeout"),
        pytest.param({"event_type": "a", "on_timeout": {"value": 1, "x": 2}}, "'on_timeout' is an object, expected \"error\" or {\"value\": ...}, the output where no event came", id="more than a value"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_told(arguments: dict[str, Any], sentence: str) -> None:
    with pytest.raises(errors.ToolError) as caught:
        event_wait.of_arguments(arguments, "answer")
    assert (caught.value.kind, caught.value.message) == ("invalid input", f"system.wait_for_event: {sentence}")


@pytest.mark.parametrize(
    ("match", "payload", "taken"),
    [
        pytest.param(None, {}, True, id="no match"),
        pytest.param(True, {}, True, id="true"),
        pytest.param("event.issue.key == steps.create.key", {"issue": {"key": "SHOP-7"}}, True, id="bare"),
        pytest.param({"$text": "${event.issue.key == steps.create.key}"}, {"issue": {"key": "SHOP-7"}}, True, id="marked"),
        pytest.param({"$value": "event.issue.key == steps.create.key"}, {"issue": {"key": "SHOP-7"}}, True, id="value"),
        pytest.param("event.issue.key == steps.create.key", {"issue": {"key": "SHOP-8"}}, False, id="another"),
        pytest.param("event.issue.key == steps.create.key", {"issue": None}, False, id="missing member"),
        pytest.param("event.n > 3", {"n": "4"}, False, id="no order"),
        pytest.param("event.n > params.n", {"n": Decimal("5.5")}, True, id="decimal"),
        pytest.param("range(event.n) | length > 1", {"n": 10**9}, False, id="above a limit"),
        pytest.param("event.a | default(false)", {}, False, id="default"),
    ],
)
def test_events_that_a_wait_takes(match: Any, payload: dict[str, Any], taken: bool) -> None:
    made = waiting(match)
    assert made.takes(payload) is taken
    assert made.takes(payload) is taken, "it can be asked again"


def test_a_wait_sees_a_payload_of_gitlab_as_pipelines_do() -> None:
    made = waiting("event.iid == 7", "gitlab.merge_request.opened")
    payload = {"object_attributes": {"iid": 7}}
    assert made.takes(payload) and event_wait.fits(made.pins, made.event_type, payload)
    assert made.outcome(payload) == {"object_attributes": {"iid": 7}, "iid": 7}


def test_a_match_that_could_never_hold_fails_at_once() -> None:
    with pytest.raises(errors.MissingValue) as caught:
        waiting("event.issue.key == steps.create.kye")
    assert str(caught.value) == "in with.match: 'kye' is missing in 'steps.create'; there is: key, big (did you mean 'key'?)"


def test_text_around_a_template_is_no_match() -> None:
    with pytest.raises(errors.EvaluationError) as caught:
        waiting({"$text": "${event.n} > 3"})
    assert str(caught.value) == (
        "in with.match: '${event.n} > 3' is text around a template, no condition (write a bare expression, or one in ${...} with nothing around it)"
    )


@pytest.mark.parametrize(
    ("on_timeout", "outcome"), [pytest.param({"value": None}, None, id="null"), pytest.param({"value": [1]}, [1], id="list")]
)
def test_a_value_stands_in_for_an_event_that_did_not_come(on_timeout: Any, outcome: Any) -> None:
    assert waiting(on_timeout=on_timeout).outcome(None) == outcome


@pytest.mark.parametrize(
    ("match", "sentence"),
    [
        pytest.param(None, "no event 'jira.issue_updated' came within 1h30m", id="any"),
        pytest.param("event.n == 1", "no event 'jira.issue_updated' for which event.n == 1 came within 1h30m", id="match"),
        pytest.param(
            f"event.n == '{'x' * 400}'", f"no event 'jira.issue_updated' for which event.n == '{'x' * 288}... came within 1h30m", id="long"
        ),
    ],
)
def test_an_event_that_did_not_come_is_an_error_that_says_all(match: str | None, sentence: str) -> None:
    with pytest.raises(errors.ToolError) as caught:
        waiting(match, timeout="90m").outcome(None)
    assert (caught.value.kind, caught.value.message) == ("timeout", f"system.wait_for_event: {sentence}")


@pytest.mark.parametrize(
    ("match", "pins"),
    [
        pytest.param("event.a == steps.create.big", (), id="long text"),
        pytest.param("event.a == 'a\\nb'", (), id="text of lines"),
        pytest.param("event.a == params.list", (), id="list"),
        pytest.param("event.a == today", (), id="date"),
        pytest.param("event.a == params.rate", ((("a",), Decimal("1.50")),), id="decimal"),
        pytest.param("event.a == 10 ** 30", (), id="huge"),
        pytest.param("event.a == params.none", ((("a",), None),), id="null"),
        pytest.param("event.a == true", ((("a",), True),), id="true"),
        pytest.param("event.a == 1 and event.a == 2", ((("a",), 1), (("a",), 2)), id="two of one member"),
    ],
)
def test_pins_hold_what_a_router_can_compare(match: str, pins: tuple[event_wait.Pin, ...]) -> None:
    arguments = template.compile_tree({"event_type": "a", "match": match}, later=("match",))
    names = names_of_a_run()
    assert event_wait.of_arguments(arguments.evaluate(names), "answer").pins == pins


def names_of_a_run() -> scope.Scope:
    """The names of a run, with date words."""
    return scope.Scope(ROOTS, date_words.DateWords(datetime.datetime(2026, 11, 23, tzinfo=datetime.UTC), datetime.UTC))


SCALARS = (
    "1",
    "1.0",
    "true",
    "false",
    "null",
    "'1'",
    "'a'",
    "2",
    "params.n",
    "params.none",
    "steps.create.key",
    "'2026-11-23'",
    "today",
    "[1]",
)
PATHS = ("event.a", "event.b", "event['a'].b", "event.a.b", "event.object_attributes.a", "event.c[0]")
MEMBERS = strategies.sampled_from([1, Decimal("1.0"), True, False, None, "1", "a", 2, 5, "SHOP-7", "2026-11-23", [1], []])
PAYLOADS = strategies.dictionaries(
    strategies.sampled_from(["a", "b", "c", "object_attributes"]),
    MEMBERS | strategies.dictionaries(strategies.sampled_from(["a", "b"]), MEMBERS, max_size=2),
    max_size=4,
)
COMPARED = strategies.builds("{} == {}".format, strategies.sampled_from(PATHS), strategies.sampled_from(SCALARS))
PARTS = (
    COMPARED
    | strategies.builds("{} == {}".format, strategies.sampled_from(SCALARS), strategies.sampled_from(PATHS))
    | strategies.builds("not ({})".format, COMPARED)
    | strategies.builds("({} or {})".format, COMPARED, COMPARED)
    | strategies.builds("({} and {})".format, COMPARED, COMPARED)
    | strategies.builds("({} ? {} : true)".format, COMPARED, COMPARED)
    | strategies.builds("{} is defined".format, strategies.sampled_from(PATHS))
    | strategies.builds("({} | default(1)) == 1".format, strategies.sampled_from(PATHS))
)
MATCHES = strategies.lists(PARTS, min_size=1, max_size=3).flatmap(
    lambda parts: strategies.sampled_from([" and ", " && "]).map(lambda word: word.join(parts))
)
TYPES = strategies.sampled_from(["shop.paid", "gitlab.issue.opened"])


@strategies.composite
def likely(draw: strategies.DrawFn) -> tuple[str, dict[str, Any], str]:
    """A match, a payload that it is often true for, and the event's type."""
    payload, event_type = draw(PAYLOADS), draw(TYPES)

    def true_part(path: str) -> str:
        names = names_of_a_run().apart({"event": event_payload.seen(event_type, payload)})
        equal = [scalar for scalar in SCALARS if template.Later(expressions.value(f"{path} == {scalar}"), "", names).holds({})]
        if not equal:
            return f"({path} is defined or true)"
        scalar = draw(strategies.sampled_from(equal))
        same, other = f"{path} == {scalar}", draw(COMPARED)
        return draw(
            strategies.sampled_from(
                [
                    same,
                    f"{scalar} == {path}",
                    f"not ({path} != {scalar})",
                    f"{path} != 'nowhere'",
                    f"({other} or {same})",
                    f"({same} ? true : {other})",
                ]
            )
        )

    parts = [true_part(path) for path in draw(strategies.lists(strategies.sampled_from(PATHS), min_size=1, max_size=4))]
    parts += draw(strategies.lists(PARTS, max_size=1))
    return draw(strategies.sampled_from([" and ", " && "])).join(parts), payload, event_type


def pins_agree(match: str, payload: dict[str, Any], event_type: str) -> tuple[bool, bool]:
    """Whether the wait takes the event, and whether its pins had a say; fails where these exclude what it takes."""
    arguments = template.compile_tree({"event_type": event_type, "match": match}, later=("match",)).evaluate(names_of_a_run())
    made = event_wait.of_arguments(arguments, "answer")
    sent = converter.decode(converter.encode(made.pins))  # as a router has them
    taken = made.takes(payload)
    if taken:
        assert event_wait.fits(made.pins, event_type, payload)
        assert event_wait.fits(sent, event_type, converter.decode(converter.encode(payload)))
    return taken, bool(made.pins)


@hypothesis.given(match=MATCHES, payload=PAYLOADS, event_type=TYPES)
@hypothesis.settings(max_examples=200, deadline=None)
def test_pins_never_exclude_what_the_wait_takes(match: str, payload: dict[str, Any], event_type: str) -> None:
    pins_agree(match, payload, event_type)


def test_pins_never_exclude_what_the_wait_takes_where_it_often_takes() -> None:
    found: list[tuple[bool, bool]] = []

    @hypothesis.given(given=likely())
    @hypothesis.settings(max_examples=300, deadline=None, suppress_health_check=list(hypothesis.HealthCheck))
    def examined(given: tuple[str, dict[str, Any], str]) -> None:
        found.append(pins_agree(*given))

    examined()
    assert found.count((True, True)) > 10, "the examples are of those that matter"


@hypothesis.given(path=strategies.sampled_from(PATHS[:5]), scalar=strategies.sampled_from(SCALARS[:11]), payload=PAYLOADS, event_type=TYPES)
@hypothesis.settings(max_examples=300, deadline=None)
def test_one_pin_says_all_of_one_equality(path: str, scalar: str, payload: dict[str, Any], event_type: str) -> None:
    arguments = template.compile_tree({"event_type": event_type, "match": f"{path} == {scalar}"}, later=("match",)).evaluate(
        names_of_a_run()
    )
    made = event_wait.of_arguments(arguments, "answer")
    assert len(made.pins) == 1
    assert event_wait.fits(made.pins, event_type, payload) is made.takes(payload)
