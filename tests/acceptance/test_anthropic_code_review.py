"""anthropic-claude.code_review against a scripted vendor: what is sent by arguments and settings, what comes out, and which errors are which."""

from __future__ import annotations

import datetime
import json
from decimal import Decimal
from typing import Any

import pytest

from tests import calls, reference_cases, vendors
from tests.descriptions import check
from workflows.core import check as checker
from workflows.core import errors, fit

TOOL = reference_cases.TOOLS["anthropic-claude.code_review"]
DEFINITION = {
    name: member for name, member in TOOL.definition.items() if name not in ("address", "transport", "endpoint", "rest", "effect")
}
ASKED = {"code_diff": "+print(1)", "language": "python"}
EXTRA = {
    "type": "object",
    "required": ["tests_missing"],
    "properties": {"tests_missing": {"$ref": "#/$defs/count"}},
    "$defs": {"count": {"type": "integer", "minimum": 0}},
}


def issue(severity: str) -> dict[str, Any]:
    return {"severity": severity, "category": "style", "description": "d", "line_numbers": [1], "suggestion": "s"}


REVIEW = {
    "overall_score": 7.5,
    "issues": [issue("low"), issue("critical"), issue("medium"), issue("high")],
    "positive_aspects": ["short"],
    "summary": "Fine.",
}


def message(content: Any = REVIEW, reason: str = "end_turn", tokens: tuple[int, int] = (100, 20), **more: Any) -> vendors.Reply:
    text = content if isinstance(content, str) else json.dumps(content)
    blocks = [{"type": "thinking", "thinking": "", "signature": "s"}, {"type": "text", "text": text, "citations": None}]
    usage = {"input_tokens": tokens[0], "output_tokens": tokens[1], "cache_creation_input_tokens": 3, "cache_read_input_tokens": None}
    return vendors.reply(
        {"type": "message", "model": "claude-sonnet-5-5", "content": blocks, "stop_reason": reason, "usage": usage, **more}
    )


def failed(status: int, kind: str, words: str, **headers: str) -> vendors.Reply:
    return vendors.reply({"type": "error", "error": {"type": kind, "message": words}, "request_id": "r1"}, status, **headers)


def asked(replies: Any = None, arguments: dict[str, Any] | None = None, **variables: str) -> vendors.Called:
    """One call; every request of it is judged by Anthropic's own description."""
    found = vendors.call(
        TOOL.definition["rest"],
        {"/v1/messages": replies or message()},
        {**ASKED, **(arguments or {})},
        effect=TOOL.effect,
        variables={"ANTHROPIC_API_KEY": "sk-planted", **variables},
        address=TOOL.address,
        **DEFINITION,
    )
    for request in found.requests:
        headers = {"content-type": "application/json", "anthropic-version": request.headers["anthropic-version"]}
        assert check.problems("anthropic", check.Request(request.method, request.target, headers=headers, body=request.body)) == []
    return found


def body(found: vendors.Called, number: int = 0) -> dict[str, Any]:
    sent: dict[str, Any] = json.loads(found.requests[number].body)
    return sent


def test_the_request_of_a_plain_call() -> None:
    found = asked()
    sent = body(found)
    assert (sent["model"], sent["max_tokens"], sent["output_config"]["effort"]) == ("claude-sonnet-5-5", 8192, "low")
    assert sent["messages"] == [{"role": "user", "content": "Review this python code:\n\n<diff>\n+print(1)\n</diff>"}]
    assert "security, performance, maintainability" in sent["system"] and "temperature" not in sent
    assert found.requests[0].headers["x-api-key"] == "sk-planted"
    assert found.requests[0].headers["anthropic-version"] == "2023-06-01"
    assert "authorization" not in found.requests[0].headers


def test_the_vendor_is_given_the_form_in_its_own_subset_of_json_schema() -> None:
    wanted = body(asked())["output_config"]["format"]
    assert wanted["type"] == "json_schema"
    schema = wanted["schema"]
    assert (schema["type"], schema["additionalProperties"]) == ("object", False)
    assert schema["required"] == list(schema["properties"]) == ["overall_score", "issues", "positive_aspects", "summary"]
    assert schema["properties"]["issues"]["items"]["additionalProperties"] is False
    assert "minimum" not in json.dumps(schema)  # refused by the vendor


@pytest.mark.parametrize(
    ("threshold", "severities"),
    [
        pytest.param("low", ["low", "critical", "medium", "high"], id="low"),
        pytest.param("medium", ["critical", "medium", "high"], id="medium"),
        pytest.param("high", ["critical", "high"], id="high"),
    ],
)
def test_issues_below_the_threshold_are_left_out_and_counted(threshold: str, severities: list[str]) -> None:
    output = asked(arguments={"severity_threshold": threshold, "focus_areas": ["security"]}).output
    assert [found["severity"] for found in output["issues"]] == severities
    assert output["metadata"] == {
        "total_issues": 4,
        "filtered_issues": len(severities),
        "language": "python",
        "focus_areas": ["security"],
    }


def test_the_rest_of_the_output() -> None:
    output = asked().output
    assert (output["overall_score"], output["positive_aspects"], output["summary"]) == (Decimal("7.5"), ["short"], "Fine.")
    assert output["usage"] == {"input_tokens": 103, "output_tokens": 20, "requests": 1, "model": "claude-sonnet-5-5"}


def test_the_code_is_data_and_never_parsed_again() -> None:
    code = "+${key} {{ settings.ANTHROPIC_MODEL }} {% for %}"
    assert code in body(asked(arguments={"code_diff": code}))["messages"][0]["content"]


@pytest.mark.parametrize(
    ("arguments", "variables", "expected"),
    [
        pytest.param({}, {"ANTHROPIC_MODEL": "claude-opus-5-5"}, {"model": "claude-opus-5-5"}, id="model by setting"),
        pytest.param({"model_name": "a"}, {"ANTHROPIC_MODEL": "b"}, {"model": "a"}, id="model by argument"),
        pytest.param({}, {"ANTHROPIC_MAX_TOKENS": "2000"}, {"max_tokens": 2000}, id="limit"),
        pytest.param({}, {"ANTHROPIC_STRUCTURED_OUTPUT": "off"}, {"output_config": {"effort": "low"}}, id="no structured output"),
        pytest.param({}, {"ANTHROPIC_STRUCTURED_OUTPUT": "off", "ANTHROPIC_EFFORT": "off"}, {"output_config": {}}, id="no effort"),
    ],
)
def test_settings_and_arguments(arguments: dict[str, Any], variables: dict[str, str], expected: dict[str, Any]) -> None:
    sent = body(asked(arguments=arguments, **variables))
    assert {name: sent.get(name) for name in expected} == expected


def test_a_schema_adds_members_to_the_review() -> None:
    found = asked(message({**REVIEW, "tests_missing": 2}), {"response_schema": EXTRA})
    assert found.output["tests_missing"] == 2 and found.output["summary"] == "Fine."
    sent = body(found)
    assert "format" not in sent["output_config"]  # not every schema is one that the vendor takes
    assert json.dumps(EXTRA, separators=(",", ":")) in sent["system"]


def test_a_strict_schema_is_enforced_by_the_vendor() -> None:
    schema = body(asked(message({**REVIEW, "tests_missing": 2}), {"response_schema": EXTRA, "strict": True}))["output_config"]["format"][
        "schema"
    ]
    assert list(schema["properties"]) == ["tests_missing", "overall_score", "issues", "positive_aspects", "summary"]
    assert set(schema["required"]) == set(schema["properties"])
    assert (schema["additionalProperties"], schema["$defs"]) == (False, EXTRA["$defs"])


def test_what_does_not_fit_is_asked_for_once_more_and_both_are_counted() -> None:
    wrong = json.dumps({**REVIEW, "tests_missing": -1})
    right = message({**REVIEW, "tests_missing": 0}, tokens=(150, 5))
    found = asked([message(wrong), right], {"response_schema": EXTRA})
    assert found.output["tests_missing"] == 0
    assert found.output["usage"] == {"input_tokens": 256, "output_tokens": 25, "requests": 2, "model": "claude-sonnet-5-5"}
    complaint = "answer.tests_missing: found -1, expected at least 0"
    first, second = body(found), body(found, 1)
    assert second["messages"] == [
        *first["messages"],
        {"role": "assistant", "content": wrong},
        {
            "role": "user",
            "content": f"This is not the JSON object that was asked for: {complaint}. Answer with the corrected JSON object and nothing else.",
        },
    ]
    assert found.whole["warnings"] == [f"the first answer did not fit and was asked for once more, so two answers were used: {complaint}"]


def test_an_empty_answer_is_asked_for_again_without_an_empty_message() -> None:
    found = asked([message(""), message()])
    assert found.output["overall_score"] == Decimal("7.5")
    assert body(found, 1)["messages"][1] == {"role": "assistant", "content": "(nothing)"}


def test_a_score_out_of_range_is_asked_for_again_and_then_an_error() -> None:
    found = asked(message({**REVIEW, "overall_score": 75}))
    assert found.failure == (
        "bad output",
        True,
        "what was answered does not fit, also when it was asked for again: answer.overall_score: found 75, expected at most 10"
        + calls.UNCHANGED,
    )


def test_a_diff_that_is_too_long_is_cut_and_that_is_told() -> None:
    found = asked(arguments={"code_diff": "+" * 20_005})
    content = body(found)["messages"][0]["content"]
    assert content.count("+") == 20_000
    assert content.endswith("The diff may be cut at 20,000 characters; say nothing of what its end lacks.")
    assert found.whole["warnings"] == ["with.code_diff: cut from 20,005 to 20,000 characters"]


ERRORS = [
    pytest.param(message('{"overall', "max_tokens"), "invalid input", '"the answer was cut at its limit (stop_reason max_tokens): raise ANTHROPIC_MAX_TOKENS, or give less code"; change the arguments; the same call is not sent again', id="cut"),
    pytest.param(message("", "model_context_window_exceeded"), "invalid input", '"the code does not fit into the model (stop_reason model_context_window_exceeded): give less, or set another ANTHROPIC_MODEL"; change the arguments; the same call is not sent again', id="context"),
    pytest.param(message("", "refusal"), "rejected by the vendor", '"the model refused (stop_reason refusal): it gave no reason"; the same call is not sent again', id="refusal"),
    pytest.param(message("", "refusal", stop_details={"type": "refusal", "explanation": "No malware."}), "rejected by the vendor", '"the model refused (stop_reason refusal): No malware."; the same call is not sent again', id="refusal with a reason"),
    pytest.param(failed(400, "invalid_request_error", "Bad."), "invalid input", 'HTTP 400: "invalid_request_error: Bad."; change the arguments; the same call is not sent again', id="bad request"),
    pytest.param(failed(401, "authentication_error", "No."), "rejected by the vendor", 'HTTP 401: "authentication_error: No."; check the secret of this service and what it permits', id="key"),
    pytest.param(failed(402, "billing_error", "Pay."), "rejected by the vendor", 'HTTP 402: "billing_error: look at the account; Pay."; change the arguments; the same call is not sent again', id="billing"),
    pytest.param(failed(400, "invalid_request_error", "Your credit balance is too low."), "rejected by the vendor", 'HTTP 400: "invalid_request_error: the account has no credit left; add some; Your credit balance is too low."; change the arguments; the same call is not sent again', id="no credit"),
    pytest.param(failed(404, "not_found_error", "model: a"), "invalid input", 'HTTP 404: "not_found_error: set ANTHROPIC_MODEL to a model that this key may use; model: a"; change the arguments; the same call is not sent again', id="model"),
    pytest.param(failed(413, "request_too_large", "Big."), "invalid input", 'HTTP 413: "request_too_large: Big."; change the arguments; the same call is not sent again', id="too large"),
]  # fmt: skip


@pytest.mark.parametrize(("reply", "kind", "words"), ERRORS)
def test_errors_that_are_final_come_with_advice(reply: vendors.Reply, kind: str, words: str) -> None:
    found = asked(reply)
    assert found.failure == (kind, True, words)
    assert len(found.requests) == 1


IN_AN_HOUR = (datetime.datetime.now(datetime.UTC) + datetime.timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.mark.parametrize(
    ("reply", "kind", "seconds"),
    [
        pytest.param(failed(429, "rate_limit_error", "Slow.", retry_after="20"), "throttled", (20, 20), id="Retry-After"),
        pytest.param(
            failed(
                *(429, "rate_limit_error", "Slow."),
                anthropic_ratelimit_requests_remaining="0",
                anthropic_ratelimit_requests_reset=IN_AN_HOUR,
            ),
            "throttled",
            (60, 3_600),
            id="a time",
        ),
        pytest.param(failed(529, "overloaded_error", "Overloaded"), "unreachable", None, id="overloaded"),
        pytest.param(failed(500, "api_error", "Oops."), "unknown outcome", None, id="broken"),
        pytest.param(failed(504, "timeout_error", "Slow."), "unknown outcome", None, id="time out"),
    ],
)
def test_errors_that_pass(reply: vendors.Reply, kind: str, seconds: tuple[int, int] | None) -> None:
    found = asked(reply)
    assert found.failure[:2] == (kind, False)
    if seconds is None:
        assert found.wait_seconds is None
    else:
        assert found.wait_seconds is not None and seconds[0] <= found.wait_seconds <= seconds[1]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param({"focus": ["a"]}, "with.focus: unknown, expected one of ", id="misspelt"),
        pytest.param({"response_schema": {"type": "object"}}, "with.response_schema.properties: missing", id="no members"),
        pytest.param({"response_schema": {"type": "object", "properties": {"issues": {}}}}, "with.response_schema.properties", id="a member of the review"),
    ],
)  # fmt: skip
def test_arguments_that_are_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(errors.ToolError) as caught:
        fit.arguments(TOOL.input_schema, {**ASKED, **arguments})
    assert caught.value.message.startswith(message), caught.value.message


PAGE = (reference_cases.ROOT / "docs" / "vendors" / "anthropic.md").read_text(encoding="utf-8")


def test_the_page_names_every_setting_and_argument() -> None:
    own = TOOL.definition["vendor_schema"]["properties"]
    assert [name for name in (*TOOL.definition["configuration"], *own) if f"`{name}`" not in PAGE] == []


def test_the_step_of_the_page_passes_its_check() -> None:
    diff = {"id": "diff", "uses": "github.get_pull_request_diff", "with": {"repository": "a/b", "pull_number": 1}, "save_as": "diff"}
    step = json.loads(PAGE.partition("```json\n")[2].partition("```")[0])
    document = json.dumps({"payload": {"pipeline": [diff, step]}}).encode()
    assert checker.document(document, "page.json", reference_cases.TOOLS).problems == ()
