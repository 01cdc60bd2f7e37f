"""Operations that go on after their answer: followed until done, and never started twice by a look that was lost."""

from __future__ import annotations

from typing import Any

import pytest

from tests import calls, vendors

TASK = {
    "path": "/start",
    "poll": {
        "path": "/tasks/${answer.task}",
        "until": "${answer.state == 'done'}",
        "failed": "${answer.reason | default('failed') if answer.state == 'failed' else null}",
        "every_seconds": 0.1,
    },
}
LOCATION = {
    "path": "/start",
    "poll": {"header": "Location", "until": "${answer.state == 'done'}", "every_seconds": 0.1},
}
STARTED = vendors.reply({"task": "t/1"}, 202)
GOES_ON = vendors.reply({"state": "running"})
DONE = vendors.reply({"state": "done", "result": 7})


def called(replies: Any, rest: dict[str, Any] = TASK, path: str = "/tasks/t%2F1", **more: Any) -> vendors.Called:
    return vendors.call(rest, {"/start": STARTED, path: replies}, **more)


def test_a_task_is_followed_until_it_is_done() -> None:
    found = called([GOES_ON, GOES_ON, DONE])
    assert found.output == {"state": "done", "result": 7}
    assert found.targets == ["POST /start", *["GET /tasks/t%2F1"] * 3]


def test_the_result_sees_the_first_answer_and_the_last() -> None:
    rest = {**TASK, "result": {"task": "${first.task}", "result": "${answer.result}"}}
    assert called([DONE], rest).output == {"task": "t/1", "result": 7}


def test_the_looks_carry_credentials_and_no_body() -> None:
    rest = {**TASK, "body": {"a": 1}, "headers": {"X-Version": "2"}}
    found = called([DONE], rest, variables={"BANK_TOKEN": "s3cret-1"}, authentication={"type": "bearer_token"})
    look = found.requests[1]
    assert (look.headers["authorization"], look.headers["x-version"], look.body) == ("Bearer s3cret-1", "2", b"")
    assert "content-type" not in look.headers


@pytest.mark.parametrize(
    ("location", "relative_to", "path"),
    [
        pytest.param("{url}/operations/1", "host", "/operations/1", id="absolute"),
        pytest.param("/operations/1?x=1", "host", "/operations/1", id="relative to the host"),
        pytest.param("/teams('1')/operations('2')", "endpoint", "/v1.0/teams('1')/operations('2')", id="relative to the endpoint"),
    ],
)
def test_the_location_is_followed(location: str, relative_to: str, path: str) -> None:
    rest = {**LOCATION, "poll": {**LOCATION["poll"], "relative_to": relative_to}}  # type: ignore[dict-item]
    base = "/v1.0" if relative_to == "endpoint" else ""

    def start(request: Any, url: str) -> vendors.Reply:
        return vendors.reply(None, 202, location=location.replace("{url}", url))

    found = vendors.call(
        rest,
        {f"{base}/start": start, path: [GOES_ON, DONE]},
        endpoint_setting="BANK_URL",
        variables_of_url={"BANK_URL": "{url}" + base},
        endpoint=None,
    )
    assert found.error is None, found.error
    assert found.output == {"state": "done", "result": 7}


def test_a_location_elsewhere_is_refused_and_the_operation_stays_unknown_no_more() -> None:
    rest = {**LOCATION}
    found = vendors.call(rest, {"/start": vendors.reply(None, 202, location="https://evil.example/1")})
    assert found.failure[:2] == ("bad output", True)
    assert found.failure[2].startswith("the header Location leads to https://evil.example/1, expected")
    assert len(found.requests) == 1


def test_an_answer_without_a_location_is_the_answer() -> None:
    assert vendors.call(LOCATION, {"/start": vendors.reply({"id": 5}, 201)}).output == {"id": 5}


def test_the_same_request_is_made_again_while_the_vendor_computes() -> None:
    rest = {"method": "GET", "path": "/stats", "poll": {"every_seconds": 0.1}}
    found = vendors.call(rest, {"/stats": [vendors.reply(None, 202), vendors.reply({}, 202), vendors.reply([1])]}, effect="safe")
    assert (found.output, found.targets) == ([1], ["GET /stats"] * 3)
    assert len(vendors.call(rest, {"/stats": vendors.reply([2])}, effect="safe").requests) == 1


def test_when_says_whether_there_is_something_to_wait_for() -> None:
    rest = {**TASK, "poll": {**TASK["poll"], "when": "${answer.task is defined}"}}  # type: ignore[dict-item]
    assert vendors.call(rest, {"/start": vendors.reply({"id": 1})}).output == {"id": 1}


def test_an_operation_that_failed_is_a_rejection_with_the_vendor_s_word() -> None:
    found = called([GOES_ON, vendors.reply({"state": "failed", "reason": "no rights"})])
    assert found.failure == ("rejected by the vendor", True, 'the operation failed at the vendor: "no rights"' + calls.REFUSED)


PASSING = [
    pytest.param(vendors.reply({}, 429), id="throttled"),
    pytest.param(vendors.reply({}, 503), id="unavailable"),
    pytest.param(vendors.reply({}, 500), id="server error"),
]


@pytest.mark.parametrize("passing", PASSING)
def test_a_look_that_fails_in_passing_is_repeated_and_the_operation_is_not(passing: vendors.Reply) -> None:
    found = called([passing, GOES_ON, passing, DONE])
    assert found.output == {"state": "done", "result": 7}
    assert found.targets.count("POST /start") == 1


def test_a_look_waits_as_long_as_the_vendor_asks() -> None:
    found = called([vendors.reply({}, 429, retry_after="60"), DONE], timeout=1.0)
    assert found.failure[0] == "unknown outcome"
    assert len(found.requests) == 2  # the pause would last longer than the call may


LOST = [
    pytest.param("unsafe", "unknown outcome", True, id="unsafe: not started again"),
    pytest.param("key", "unknown outcome", False, id="key: may be started again"),
    pytest.param("safe", "rejected by the vendor", True, id="safe: the failure itself"),
]


@pytest.mark.parametrize(("effect", "kind", "final"), LOST)
def test_a_lost_operation_is_judged_by_the_first_request(effect: str, kind: str, final: bool) -> None:
    found = called([vendors.reply({"message": "no such task"}, 404)], effect=effect)
    assert found.failure[:2] == (kind, final)
    if effect != "safe":
        assert found.failure[2].startswith("the operation was started; how it ended could not be seen: HTTP 404")
        assert found.error is not None and found.error.details[0]["started"] == '{"task":"t/1"}'


def test_an_operation_that_outlasts_the_call_is_an_unknown_outcome() -> None:
    found = called([GOES_ON], timeout=0.6)
    assert found.failure[0] == "unknown outcome" and found.failure[1]
    assert found.failure[2].startswith(
        "the operation was started; how it ended could not be seen: time ran out while the operation was still going on at the vendor"
    )
    assert found.targets.count("POST /start") == 1


def test_an_error_of_the_first_request_is_judged_as_everywhere() -> None:
    found = vendors.call({**TASK, "error": "${answer.error | default(null)}"}, {"/start": vendors.reply({"error": "full"})})
    assert found.failure == ("rejected by the vendor", True, '"full"; the same call is not sent again')
