"""Answers: what they hold, which of them are errors, of which kind, and how long to wait; in the words of real vendors."""

from __future__ import annotations

import datetime
import email.utils
import time
from collections.abc import Callable
from typing import Any

import pytest

from tests import calls, vendors

SLACK = {
    "path": "/a",
    "error": "${answer.error if not answer.ok else null}",
    "kind": {"ratelimited": "throttled", "internal_error": "unknown outcome", "service_unavailable": "unreachable"},
    "accept": "${error in ('already_reacted', 'already_pinned')}",
}
SALESFORCE = {
    "path": "/a",
    "error": "${answer[0].errorCode if status >= 400 else null}",
    "kind": {"UNABLE_TO_LOCK_ROW": "throttled", "REQUEST_LIMIT_EXCEEDED": "throttled"},
}
OPENAI = {
    "path": "/a",
    "error": "${answer.error.message if status >= 400 else null}",
    "kind": "${'rejected' if answer.error.code == 'insufficient_quota' else null}",
}
GRAPHQL = {"path": "/a", "error": "${answer.errors[0].message if answer.errors | default([]) else null}"}

AGAIN = "; it may be sent again"


def called(rest: dict[str, Any], reply: vendors.Reply, **more: Any) -> vendors.Called:
    return vendors.call(rest, {"/a": reply}, **more)


ERRORS = [
    pytest.param(SLACK, vendors.reply({"ok": False, "error": "channel_not_found"}), "rejected by the vendor", '"channel_not_found"; the same call is not sent again', id="slack"),
    pytest.param(SLACK, vendors.reply({"ok": False, "error": "ratelimited"}), "throttled", f'"ratelimited"; too many calls; nothing was done{AGAIN}', id="slack throttles in 200"),
    pytest.param(SLACK, vendors.reply({"ok": False, "error": "service_unavailable"}), "unreachable", f'"service_unavailable"; the service is not available now; nothing was done{AGAIN}', id="slack is down"),
    pytest.param(SALESFORCE, vendors.reply([{"message": "no", "errorCode": "MALFORMED_QUERY"}], 400), "rejected by the vendor", 'HTTP 400: "MALFORMED_QUERY"; change the arguments; the same call is not sent again', id="salesforce's list of errors"),
    pytest.param(SALESFORCE, vendors.reply([{"message": "m", "errorCode": "UNABLE_TO_LOCK_ROW"}], 400), "throttled", f'HTTP 400: "UNABLE_TO_LOCK_ROW"; too many calls; nothing was done{AGAIN}', id="salesforce's locked row"),
    pytest.param(SALESFORCE, vendors.reply([{"message": "m", "errorCode": "REQUEST_LIMIT_EXCEEDED"}], 403), "throttled", f'HTTP 403: "REQUEST_LIMIT_EXCEEDED"; too many calls; nothing was done{AGAIN}', id="salesforce's limit"),
    pytest.param(OPENAI, vendors.reply({"error": {"message": "quota", "code": "insufficient_quota"}}, 429), "rejected by the vendor", 'HTTP 429: "quota"; the same call is not sent again', id="openai has no money"),
    pytest.param(OPENAI, vendors.reply({"error": {"message": "slow", "code": "rate_limit_exceeded"}}, 429), "throttled", f'HTTP 429: "slow"; too many calls; nothing was done{AGAIN}', id="openai throttles"),
    pytest.param({"path": "/a"}, vendors.reply({"type": "error", "error": {"type": "overloaded_error"}}, 529), "unreachable", f'HTTP 529: "{{"type": "error", "error": {{"type": "overloaded_error"}}}}"; the service is not available now; nothing was done{AGAIN}', id="anthropic is overloaded"),
    pytest.param({"path": "/a"}, vendors.reply({"message": "limit"}, 403, x_ratelimit_remaining="0"), "throttled", f'HTTP 403: "{{"message": "limit"}}"; too many calls; nothing was done{AGAIN}', id="github's first limit"),
    pytest.param({"path": "/a"}, vendors.reply({"message": "no"}, 403, x_ratelimit_remaining="12"), "rejected by the vendor", 'HTTP 403: "{"message": "no"}"; check the secret of this service and what it permits', id="github refuses"),
    pytest.param(GRAPHQL, vendors.reply({"data": None, "errors": [{"message": "no such project"}]}), "rejected by the vendor", '"no such project"; the same call is not sent again', id="graphql"),
    pytest.param(GRAPHQL, vendors.reply(b"<html>Bad gateway</html>", 502), "unknown outcome", None, id="an error page of a proxy"),
    pytest.param({"path": "/a", "kind": "${'invalid input'}"}, vendors.reply({"e": 1}, 422), "invalid input", 'HTTP 422: "{"e": 1}"; change the arguments; the same call is not sent again', id="invalid input"),
    pytest.param({"path": "/a", "kind": "${'thing'}"}, vendors.reply({"e": 1}, 429), "throttled", None, id="a kind that is none leaves it to the status"),
]  # fmt: skip


@pytest.mark.parametrize(("rest", "reply", "kind", "message"), ERRORS)
def test_an_error_in_a_vendor_s_own_form(rest: dict[str, Any], reply: vendors.Reply, kind: str, message: str | None) -> None:
    found = called(rest, reply, effect="unsafe").failure
    assert (found[0], found[2]) == (kind, message or found[2])
    assert found[1] is (kind not in ("throttled", "unreachable"))


def test_the_whole_answer_is_in_the_details() -> None:
    found = called(SLACK, vendors.reply({"ok": False, "error": "missing_scope", "needed": "chat:write"}))
    assert found.error is not None
    assert found.error.details[0]["answer"] == '{"ok": false, "error": "missing_scope", "needed": "chat:write"}'
    assert found.error.details[0]["status"] == 200


ACCEPTED = [
    pytest.param(SLACK, vendors.reply({"ok": False, "error": "already_reacted"}), {"ok": False, "error": "already_reacted"}, id="by the error's text"),
    pytest.param({"path": "/a", "accept": [404, 409]}, vendors.reply({"m": 1}, 409), {"m": 1}, id="by status"),
    pytest.param({"path": "/a", "accept": [404]}, vendors.reply(b"gone", 404), "gone", id="an answer that is no JSON"),
    pytest.param({"path": "/a", "accept": "${status == 422 and answer.errors[0].code == 'already_exists'}", "result": {"existed": True}}, vendors.reply({"errors": [{"code": "already_exists"}]}, 422), {"existed": True}, id="by the answer, with a result"),
    pytest.param({"path": "/a", "accept": [302]}, vendors.reply({}, 302, location="https://elsewhere.example/"), {}, id="a redirect that is not followed"),
]  # fmt: skip


@pytest.mark.parametrize(("rest", "reply", "output"), ACCEPTED)
def test_what_is_accepted_is_a_success(rest: dict[str, Any], reply: vendors.Reply, output: Any) -> None:
    found = called(rest, reply)
    assert found.error is None and found.output == output and len(found.requests) == 1


def test_what_is_not_accepted_stays_an_error() -> None:
    rest = {"path": "/a", "accept": "${status == 422 and answer.errors[0].code == 'already_exists'}"}
    assert called(rest, vendors.reply({"errors": []}, 422)).failure[0] == "rejected by the vendor"
    assert called(rest, vendors.reply(b"<html>", 422)).failure[0] == "rejected by the vendor"


CONTENTS = [
    pytest.param("json", vendors.reply(b"", 204), None, id="no content"),
    pytest.param("json", vendors.reply(b"  "), None, id="empty"),
    pytest.param("text", vendors.reply(b"diff --git a/x\n+\xc4\x83\n"), "diff --git a/x\n+ă\n", id="text"),
    pytest.param("text", vendors.reply(b"", 204), None, id="no text"),
    pytest.param("none", vendors.reply(b"\xff\xfe whatever"), None, id="none"),
]


@pytest.mark.parametrize(("answer", "reply", "output"), CONTENTS)
def test_an_answer_of_each_form(answer: str, reply: vendors.Reply, output: Any) -> None:
    found = called({"path": "/a", "answer": answer}, reply)
    assert found.error is None and found.output == output


def test_text_that_is_none_is_bad_output() -> None:
    assert called({"path": "/a", "answer": "text"}, vendors.reply(b"ok \xff")).failure[2] == "the answer is not UTF-8 (byte 4)" + calls.DONE


LIMIT = {"limit": "x-limit", "remaining": "x-left", "reset": "x-reset"}


def date(seconds: int) -> str:
    return email.utils.formatdate(time.time() + seconds, usegmt=True)


def epoch(seconds: int) -> str:
    return str(int(time.time()) + seconds)


def iso(seconds: int) -> str:
    return (datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=seconds)).isoformat()


#: Times are made when the test runs: a machine may take minutes to come to it.
WAITS = [
    pytest.param({}, lambda: {"retry_after": "7"}, 7, 7, id="seconds"),
    pytest.param({}, lambda: {"retry_after": date(60)}, 30, 60, id="date"),
    pytest.param({}, lambda: {"x_ratelimit_remaining": "0", "x_ratelimit_reset": epoch(60)}, 30, 60, id="github's reset"),
    pytest.param({}, lambda: {"ratelimit_remaining": "0", "ratelimit_reset": "25"}, 20, 25, id="seconds of the draft standard"),
    pytest.param({}, lambda: {"x_ratelimit_remaining": "5", "x_ratelimit_reset": epoch(60)}, None, None, id="calls are left: no wait"),
    pytest.param(LIMIT, lambda: {"x_reset": "12", "x_left": "0"}, 7, 12, id="seconds that are left"),
    pytest.param({**LIMIT, "reset_is": "epoch"}, lambda: {"x_reset": epoch(60), "x_left": "0"}, 30, 60, id="declared epoch"),
    pytest.param({**LIMIT, "reset_is": "duration"}, lambda: {"x_reset": "1m30s", "x_left": "0"}, 80, 90, id="duration"),
    pytest.param({**LIMIT, "reset_is": "duration"}, lambda: {"x_reset": "120ms"}, 0, 1, id="duration of thousandths"),
    pytest.param({**LIMIT, "reset_is": "time"}, lambda: {"x_reset": iso(90)}, 30, 90, id="time"),
    pytest.param(LIMIT, lambda: {"x_reset": "soon", "x_left": "0"}, None, None, id="nonsense"),
    pytest.param(LIMIT, lambda: {"retry_after": "3", "x_reset": "500", "x_left": "0"}, 3, 3, id="Retry-After goes first"),
    pytest.param({**LIMIT, "reset_is": "seconds"}, lambda: {"x_reset": "900000"}, 86_400, 86_400, id="at most a day"),
]


@pytest.mark.parametrize(("rate_limit", "headers", "least", "most"), WAITS)
def test_the_wait_is_the_vendor_s(
    rate_limit: dict[str, str], headers: Callable[[], dict[str, str]], least: float | None, most: float | None
) -> None:
    found = called({"path": "/a"}, vendors.reply({}, 429, **headers()), **({"rate_limit": rate_limit} if rate_limit else {}))
    wait = found.wait_seconds
    assert wait is None if least is None or most is None else wait is not None and least <= wait <= most


def test_a_secret_in_an_error_is_masked_before_it_is_cut() -> None:
    secret = "s3cret-of-the-bank"
    rest = {"path": "/a", "error": "${answer.error}"}
    found = called(
        rest,
        vendors.reply({"error": "x" * 290 + secret}),
        variables={"BANK_TOKEN": secret},
        authentication={"type": "bearer_token"},
    )
    assert found.error is not None
    assert "s3cret" not in found.error.message and "s3cret" not in str(found.error.details)
    assert found.requests[0].headers["authorization"] == f"Bearer {secret}"
