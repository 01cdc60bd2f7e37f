"""Which end of a call is which kind of failure, and whether the call may be sent again."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest

from activities import outcomes
from workflows.core import errors

NOW = datetime.datetime(2026, 11, 23, 18, 0, tzinfo=datetime.UTC)


def failing(kind: str, message: str = "it failed", effect: str = "unsafe", **more: Any) -> Any:
    call = outcomes.Call("maib.banking", "create_payment", "pay", 2, effect, "c0ffee")
    return outcomes.application_error(errors.ToolError(kind, message, **more), call, lambda text: text.replace("geheim", "***"))


@pytest.mark.parametrize(
    ("kind", "effects"),
    [
        pytest.param(errors.UNREACHABLE, {"safe", "idempotent", "key", "unsafe"}, id="unreachable"),
        pytest.param(errors.THROTTLED, {"safe", "idempotent", "key", "unsafe"}, id="throttled"),
        pytest.param(errors.UNKNOWN_OUTCOME, {"safe", "idempotent", "key"}, id="unknown-outcome"),
        pytest.param(errors.INTERNAL_ERROR, {"safe", "idempotent", "key"}, id="internal-error"),
        pytest.param(errors.REJECTED, set(), id="rejected"),
        pytest.param(errors.BAD_OUTPUT, set(), id="bad-output"),
        pytest.param(errors.INVALID_INPUT, set(), id="invalid-input"),
    ],
)
def test_what_may_be_sent_again(kind: str, effects: set[str]) -> None:
    assert {effect for effect in ("safe", "idempotent", "key", "unsafe", "nonsense") if outcomes.retryable(kind, effect)} == effects | (
        {"nonsense"} if "unsafe" in effects else set()
    )


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (100, errors.UNKNOWN_OUTCOME),
        (200, None),
        (201, None),
        (204, None),
        (301, errors.REJECTED),
        (304, errors.REJECTED),
        (400, errors.REJECTED),
        (401, errors.REJECTED),
        (404, errors.REJECTED),
        (422, errors.REJECTED),
        (429, errors.THROTTLED),
        (500, errors.UNKNOWN_OUTCOME),
        (502, errors.UNKNOWN_OUTCOME),
        (503, errors.UNREACHABLE),
        (504, errors.UNKNOWN_OUTCOME),
        (408, errors.UNKNOWN_OUTCOME),
        (529, errors.UNREACHABLE),
    ],
)
def test_what_a_status_means(status: int, kind: str | None) -> None:
    failure = outcomes.of_status(status, {}, "", NOW)
    assert (failure.kind if failure else None) == kind


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        pytest.param("30", 30.0, id="seconds"),
        pytest.param(" 1.5 ", 1.5, id="fraction"),
        pytest.param("Mon, 23 Nov 2026 18:01:00 GMT", 60.0, id="date"),
        pytest.param("Mon, 23 Nov 2026 18:01:00 -0000", 60.0, id="date-of-unknown-zone"),
        pytest.param("Monday, 23-Nov-26 18:01:00 GMT", 60.0, id="old-date"),
        pytest.param("Mon, 23 Nov 2026 17:00:00 GMT", 0.0, id="date-gone-by"),
        pytest.param("999999999999", 86_400.0, id="far-too-long"),
        pytest.param("9" * 400, None, id="absurd"),
        pytest.param("-5", None, id="negative"),
        pytest.param("soon", None, id="a-word"),
        pytest.param("", None, id="none"),
    ],
)
def test_retry_after(value: str, seconds: float | None) -> None:
    assert outcomes.retry_after(value, NOW) == seconds


@pytest.mark.parametrize(
    ("status", "headers", "answer", "message"),
    [
        pytest.param(
            404, {}, "no such\n  channel", 'HTTP 404: "no such channel"; change the arguments; the same call is not sent again', id="404"
        ),
        pytest.param(401, {}, "", "HTTP 401; check the secret of this service and what it permits", id="401"),
        pytest.param(
            302,
            {"location": "https://elsewhere.example/"},
            "",
            "HTTP 302; redirects to https://elsewhere.example/ are not followed; set the endpoint to where the service is",
            id="302",
        ),
        pytest.param(429, {}, "", "HTTP 429; too many calls; nothing was done", id="429"),
        pytest.param(503, {}, "", "HTTP 503; the service is not available now; nothing was done", id="503"),
        pytest.param(500, {}, "boom", 'HTTP 500: "boom"; the service failed while it worked on the call', id="500"),
    ],
)
def test_the_sentence_of_a_status(status: int, headers: dict[str, str], answer: str, message: str) -> None:
    failure = outcomes.of_status(status, headers, answer, NOW)
    assert failure is not None
    assert failure.message == message
    assert failure.details == {"status": status, "answer": answer}


def test_an_unsafe_call_with_unknown_outcome_says_what_to_check() -> None:
    error = failing(errors.UNKNOWN_OUTCOME, "HTTP 500")
    assert error.message == (
        "step pay: maib.banking create_payment, attempt 2: HTTP 500; it may have been done, and sent again it could be done twice:"
        " look up in maib whether create_payment took effect (it was sent with the key c0ffee), and repair it by hand"
    )
    assert error.non_retryable is True


def test_a_call_with_a_key_is_sent_again_after_an_unknown_outcome() -> None:
    error = failing(errors.UNKNOWN_OUTCOME, "HTTP 500", effect="key")
    assert error.message == "step pay: maib.banking create_payment, attempt 2: HTTP 500; sending it again does no harm"
    assert error.non_retryable is False


@pytest.mark.parametrize(
    ("kind", "effect", "message", "advice"),
    [
        (errors.BAD_OUTPUT, "safe", "no JSON", "nothing was changed; the same call is not sent again"),
        (errors.BAD_OUTPUT, "key", "no JSON", "the call itself was done: look in maib at what came of it before anything is sent again"),
        (errors.REJECTED, "safe", "no table 'x'", "correct it and run again: the same call is not sent again"),
        (errors.INTERNAL_ERROR, "safe", "a defect", "sending it again does no harm"),
        (
            errors.INTERNAL_ERROR,
            "unsafe",
            "a defect",
            "it may have been done, and sent again it could be done twice: look up in maib whether create_payment took effect"
            " (it was sent with the key c0ffee), and repair it by hand",
        ),
    ],
    ids=["bad output of a read", "bad output of a change", "rejected SQL", "our defect in a read", "our defect in a change"],
)
def test_each_final_failure_says_what_to_do(kind: str, effect: str, message: str, advice: str) -> None:
    assert failing(kind, message, effect).message == f"step pay: maib.banking create_payment, attempt 2: {message}; {advice}"


def test_an_advice_that_the_failure_gives_already_is_not_repeated() -> None:
    failure = outcomes.of_status(404, {}, "", NOW)
    assert failure is not None
    message = failing(failure.kind, failure.message).message
    assert message == "step pay: maib.banking create_payment, attempt 2: HTTP 404; change the arguments; the same call is not sent again"


def test_the_vendors_pause_becomes_the_retry_delay() -> None:
    error = failing(errors.THROTTLED, "HTTP 429", retry_after=7.0)
    assert error.next_retry_delay == datetime.timedelta(seconds=7)
    assert error.message == "step pay: maib.banking create_payment, attempt 2: HTTP 429; it may be sent again after 7 s"


def test_the_details_say_which_call_it_was() -> None:
    error = failing(errors.REJECTED, "HTTP 422", details={"status": 422, "answer": "x" * 1_990 + "geheim" + "x" * 5_000})
    assert error.type == "rejected by the vendor"
    assert error.details == (
        {
            "tool": "maib.banking",
            "action": "create_payment",
            "step": "pay",
            "attempt": 2,
            "status": 422,
            "answer": "x" * 1_990 + "***" + "x" * 7,
        },
    )


def test_messages_are_masked_and_cut() -> None:
    error = failing(errors.REJECTED, "geheim " + "y" * 10_000)
    assert error.message.startswith("step pay: maib.banking create_payment, attempt 2: *** yyy")
    assert len(error.message) < errors.MAX_MESSAGE_CHARS + 50


def test_of_many_problems_the_first_are_kept() -> None:
    error = failing(errors.INVALID_INPUT, details={"problems": [{"path": f"with.a[{n}]"} for n in range(50_000)]})
    assert len(error.details[0]["problems"]) == outcomes.MAX_PROBLEMS


def test_a_zero_pause_leaves_the_delay_to_the_retry_policy() -> None:
    assert failing(errors.THROTTLED, retry_after=0.0).next_retry_delay is None
    assert failing(errors.REJECTED, retry_after=5.0).next_retry_delay is None


def test_the_kinds_cover_all_of_the_language() -> None:
    assert Decimal(len(errors.RETRYABLE)) == 2  # a third kind needs a decision in `retryable`


def test_a_secret_is_masked_in_every_text_of_the_details() -> None:
    details = {"started": "token s3cret-1", "problems": [{"path": "with.a", "message": 'found text "s3cret-1"'}], "status": 5}
    call = outcomes.Call("bank.accounts", None, "pay", 1, "unsafe")
    made = outcomes.application_error(errors.ToolError("invalid input", "no", details), call, lambda text: text.replace("s3cret-1", "***"))
    assert "s3cret" not in str(made.details)
    assert (made.details[0]["started"], made.details[0]["status"]) == ("token ***", 5)


@pytest.mark.parametrize(
    ("kind", "effect", "look_up", "again"),
    [
        ("unknown outcome", "unsafe", True, True),
        ("unknown outcome", "unsafe", False, False),
        ("rejected by the vendor", "unsafe", True, False),
    ],
)
def test_a_look_up_lets_an_unsafe_call_be_sent_again(kind: str, effect: str, look_up: bool, again: bool) -> None:
    assert outcomes.retryable(kind, effect, look_up) is again


@pytest.mark.parametrize(
    ("headers", "kind"),
    [
        pytest.param({}, "rejected by the vendor", id="plain"),
        pytest.param({"x-ratelimit-remaining": "0"}, "throttled", id="no call left"),
        pytest.param({"x-ratelimit-remaining": "1"}, "rejected by the vendor", id="one call left"),
        pytest.param({"retry-after": "5"}, "throttled", id="a pause is asked for"),
    ],
)
def test_what_403_means(headers: dict[str, str], kind: str) -> None:
    failure = outcomes.of_status(403, headers, "", NOW)
    assert failure is not None and failure.kind == kind
