"""openai-chatgpt.analyze against a scripted vendor: what is sent by arguments and settings, what comes out, and which errors are which."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from tests import calls, reference_cases, vendors
from tests.descriptions import check
from workflows.core import check as checker
from workflows.core import errors, fit, model

TOOL = reference_cases.TOOLS["openai-chatgpt.analyze"]
DEFINITION = {
    name: member for name, member in TOOL.definition.items() if name not in ("address", "transport", "endpoint", "rest", "effect")
}
ASKED = {"prompt": "What stands out?", "context": {"rows": [{"amount": Decimal("12.50")}]}}
SCHEMA = {
    "type": "object",
    "required": ["verdict"],
    "properties": {"verdict": {"type": "string", "enum": ["good", "bad"]}},
    "additionalProperties": False,
}
RIGHT = '{"analysis": "Fine.", "confidence": 0.9, "matched_count": 3, "discrepancies": []}'


def completion(content: Any = RIGHT, reason: str = "stop", tokens: tuple[int, int] = (100, 20), **message: Any) -> vendors.Reply:
    choice = {"index": 0, "finish_reason": reason, "message": {"role": "assistant", "content": content, "refusal": None, **message}}
    usage = {"prompt_tokens": tokens[0], "completion_tokens": tokens[1], "total_tokens": sum(tokens)}
    return vendors.reply({"id": "c1", "object": "chat.completion", "model": "gpt-6-luna-2026", "choices": [choice], "usage": usage})


def failed(status: int, code: str | None, message: str, **headers: str) -> vendors.Reply:
    return vendors.reply({"error": {"message": message, "type": "t", "param": None, "code": code}}, status, **headers)


def asked(replies: Any = None, arguments: dict[str, Any] | None = None, **variables: str) -> vendors.Called:
    """One call; every request of it is judged by OpenAI's own description."""
    found = vendors.call(
        TOOL.definition["rest"],
        {"/chat/completions": replies or completion()},
        {**ASKED, **(arguments or {})},
        effect=TOOL.effect,
        variables={"OPENAI_API_KEY": "sk-planted", **variables},
        address=TOOL.address,
        **DEFINITION,
    )
    for request in found.requests:
        judged = check.Request(request.method, request.target, headers={"content-type": "application/json"}, body=request.body)
        assert check.problems("openai", judged) == []
    return found


def body(found: vendors.Called, number: int = 0) -> dict[str, Any]:
    sent: dict[str, Any] = json.loads(found.requests[number].body)
    return sent


def test_the_request_of_a_plain_call() -> None:
    found = asked()
    sent = body(found)
    assert {name: member for name, member in sent.items() if name != "messages"} == {
        "model": "gpt-6-luna",
        "temperature": 0.7,
        "reasoning_effort": "none",
        "max_completion_tokens": 8192,
        "response_format": {"type": "json_object"},
    }
    system, prompt, context = sent["messages"]
    assert [message["role"] for message in sent["messages"]] == ["system", "user", "user"]
    assert "JSON" in system["content"] and "analysis" in system["content"] and "confidence" in system["content"]
    assert prompt["content"] == "What stands out?"
    assert context["content"] == 'Context, as JSON:\n{"rows":[{"amount":12.50}]}'
    assert found.requests[0].headers["authorization"] == "Bearer sk-planted"


def test_every_member_of_the_models_object_comes_out_with_the_tokens_used() -> None:
    assert asked().output == {
        "analysis": "Fine.",
        "confidence": Decimal("0.9"),
        "matched_count": 3,
        "discrepancies": [],
        "token_usage": {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120},
        "usage": {"input_tokens": 100, "output_tokens": 20, "requests": 1, "model": "gpt-6-luna-2026"},
    }


def test_prompt_and_context_are_data_and_never_parsed_again() -> None:
    prompt = "${key} {{ settings.OPENAI_MODEL }} {% for %}"
    sent = body(asked(arguments={"prompt": prompt, "context": {"${key}": "{{ today }}"}}))
    assert [message["content"] for message in sent["messages"][1:]] == [prompt, 'Context, as JSON:\n{"${key}":"{{ today }}"}']


@pytest.mark.parametrize(
    ("arguments", "variables", "expected"),
    [
        pytest.param({"model": "gpt-3.5-turbo"}, {}, {"model": "gpt-6-luna"}, id="the word of the document is not sent"),
        pytest.param({}, {"OPENAI_MODEL": "gpt-6.2-sol"}, {"model": "gpt-6.2-sol"}, id="model by setting"),
        pytest.param({"model_name": "my-own"}, {"OPENAI_MODEL": "b"}, {"model": "my-own"}, id="model by argument"),
        pytest.param({}, {"OPENAI_MAX_TOKENS": "2000"}, {"max_completion_tokens": 2000}, id="limit"),
        pytest.param({"temperature": 0}, {}, {"temperature": 0}, id="temperature"),
        pytest.param(
            {}, {"OPENAI_REASONING_EFFORT": "low"}, {"reasoning_effort": "low", "temperature": None}, id="reasoning has no temperature"
        ),
        pytest.param(
            {}, {"OPENAI_REASONING_EFFORT": "off"}, {"reasoning_effort": None, "temperature": 0.7}, id="models that do not reason"
        ),
        pytest.param({}, {"OPENAI_STRUCTURED_OUTPUT": "off"}, {"response_format": None}, id="no structured output"),
    ],
)
def test_settings_and_arguments(arguments: dict[str, Any], variables: dict[str, str], expected: dict[str, Any]) -> None:
    sent = body(asked(arguments=arguments, **variables))
    assert {name: sent.get(name) for name in expected} == expected


def test_a_setting_that_is_no_number_is_named_and_nothing_is_sent() -> None:
    found = asked(OPENAI_MAX_TOKENS="many")
    assert found.failure == (
        "invalid input",
        True,
        'in rest.body.max_completion_tokens: text "many" is no number (a number is written like 1234.50, without spaces or group marks);'
        " look at OPENAI_MAX_TOKENS in the environment",
    )
    assert found.requests == []


@pytest.mark.parametrize("strict", [False, True])
def test_a_schema_is_the_vendors_business_too(strict: bool) -> None:
    found = asked(completion('{"verdict": "good"}'), {"response_schema": SCHEMA, "strict": strict})
    wanted = {"type": "json_schema", "json_schema": {"name": "answer", "schema": SCHEMA, "strict": strict}}
    assert body(found)["response_format"] == wanted
    assert {name: found.output[name] for name in ("verdict", "analysis", "confidence")} == {
        "verdict": "good",
        "analysis": '{"verdict":"good"}',
        "confidence": 0,
    }


def test_without_structured_output_the_schema_is_told_in_words_and_checked_here() -> None:
    found = asked(completion('Sure:\n```json\n{"verdict": "good"}\n```'), {"response_schema": SCHEMA}, OPENAI_STRUCTURED_OUTPUT="off")
    sent = body(found)
    assert "response_format" not in sent
    assert json.dumps(SCHEMA, separators=(",", ":")) in sent["messages"][0]["content"]
    assert found.failure[0] == "bad output"  # words before the block, twice


def test_what_does_not_fit_is_asked_for_once_more_and_both_are_counted() -> None:
    wrong = '{"verdict": "perhaps"}'
    found = asked([completion(wrong), completion('{"verdict": "bad"}', tokens=(150, 5))], {"response_schema": SCHEMA})
    assert found.output["verdict"] == "bad"
    assert found.output["usage"] == {"input_tokens": 250, "output_tokens": 25, "requests": 2, "model": "gpt-6-luna-2026"}
    assert found.output["token_usage"]["total_tokens"] == 275
    first, second = body(found), body(found, 1)
    assert first["response_format"]["json_schema"]["strict"] is False
    complaint = 'answer.verdict: found text "perhaps", expected one of "good", "bad"'
    assert second == {**first, "messages": second["messages"]}
    assert second["messages"] == [
        *first["messages"],
        {"role": "assistant", "content": wrong},
        {
            "role": "user",
            "content": f"This is not the JSON object that was asked for: {complaint}. Answer with the corrected JSON object and nothing else.",
        },
    ]
    assert found.whole["warnings"] == [f"the first answer did not fit and was asked for once more, so two answers were used: {complaint}"]


def test_an_analysis_without_confidence_is_asked_for_again_and_then_an_error() -> None:
    found = asked(completion('{"analysis": "Fine."}'))
    assert found.failure == (
        "bad output",
        True,
        "what was answered does not fit, also when it was asked for again: answer.confidence: missing, expected a number" + calls.UNCHANGED,
    )
    assert len(found.requests) == 2


def test_a_context_that_is_too_long_is_cut_and_that_is_told() -> None:
    found = asked(arguments={"context": {"a": "x" * 100}}, OPENAI_MAX_CONTEXT_CHARS="20")
    cut = body(found)["messages"][2]["content"]
    assert cut == 'Context, as JSON:\n{"a":"xxxxxxxxxxxxxx\n[cut here: 88 of 108 characters are left out]'
    assert found.whole["warnings"] == [
        "the text 'context' was cut to 20 characters (OPENAI_MAX_CONTEXT_CHARS): 88 of 108 characters were not sent"
    ]


CREDIT = "the account has no credit left; add some"
ERRORS = [
    pytest.param(completion('{"analysis": "Fi', "length"), "invalid input", '"the answer was cut at its limit (finish_reason length): raise OPENAI_MAX_TOKENS, or ask for less"; change the arguments; the same call is not sent again', id="cut"),
    pytest.param(completion(None, "content_filter"), "rejected by the vendor", '"the vendor withheld the answer (finish_reason content_filter): change prompt or context"; the same call is not sent again', id="withheld"),
    pytest.param(completion(None, refusal="I can't help with that."), "rejected by the vendor", '''"the model refused (I can't help with that.): change prompt or context"; the same call is not sent again''', id="refusal"),
    pytest.param(failed(400, None, "Bad."), "invalid input", 'HTTP 400: "Bad."; change the arguments; the same call is not sent again', id="bad request"),
    pytest.param(failed(400, "context_length_exceeded", "Too long."), "invalid input", 'HTTP 400: "context_length_exceeded: give less context, or set OPENAI_MAX_CONTEXT_CHARS lower; Too long."; change the arguments; the same call is not sent again', id="context"),
    pytest.param(vendors.reply({"error": {"message": "Bad."}}, 400), "invalid input", 'HTTP 400: "Bad."; change the arguments; the same call is not sent again', id="another server"),
    pytest.param(failed(401, "invalid_api_key", "No."), "rejected by the vendor", 'HTTP 401: "invalid_api_key: No."; check the secret of this service and what it permits', id="key"),
    pytest.param(failed(404, "model_not_found", "Gone."), "invalid input", 'HTTP 404: "model_not_found: set OPENAI_MODEL to a model that this key may use; Gone."; change the arguments; the same call is not sent again', id="model"),
    pytest.param(failed(429, "insufficient_quota", "Pay."), "rejected by the vendor", f'HTTP 429: "insufficient_quota: {CREDIT}, or raise its limit; Pay."; the same call is not sent again', id="no credit"),
    pytest.param(failed(429, "credit_balance_exhausted", "Pay."), "rejected by the vendor", f'HTTP 429: "credit_balance_exhausted: {CREDIT}; Pay."; the same call is not sent again', id="credit used up"),
]  # fmt: skip


@pytest.mark.parametrize(("reply", "kind", "message"), ERRORS)
def test_errors_that_are_final_come_with_advice(reply: vendors.Reply, kind: str, message: str) -> None:
    found = asked(reply)
    assert found.failure == (kind, True, message)
    assert len(found.requests) == 1


@pytest.mark.parametrize(
    ("reply", "kind", "seconds"),
    [
        pytest.param(failed(429, "rate_limit_exceeded", "Slow.", retry_after="20"), "throttled", 20, id="Retry-After"),
        pytest.param(
            failed(
                429, None, "Slow.", x_ratelimit_limit_requests="60", x_ratelimit_remaining_requests="0", x_ratelimit_reset_requests="6m0s"
            ),
            "throttled",
            360,
            id="a duration",
        ),
        pytest.param(failed(503, "server_is_overloaded", "Busy."), "unreachable", None, id="overloaded"),
        pytest.param(failed(500, None, "Oops."), "unknown outcome", None, id="broken"),
        pytest.param(vendors.reply(b"<html>bad gateway</html>", 502), "unknown outcome", None, id="a proxy"),
    ],
)
def test_errors_that_pass(reply: vendors.Reply, kind: str, seconds: float | None) -> None:
    found = asked(reply)
    assert found.failure[:2] == (kind, False)
    assert (None if found.wait_seconds is None else round(found.wait_seconds)) == seconds


def test_the_limits_of_a_good_answer_are_noted() -> None:
    status, headers, content = completion()
    headers |= {"x-ratelimit-limit-requests": "500", "x-ratelimit-remaining-requests": "499", "x-ratelimit-reset-requests": "120ms"}
    numbers = asked((status, headers, content)).activities.rate_limits()["openai-chatgpt"]
    assert (numbers.limit, numbers.remaining) == (500, 499)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param({"respons_schema": SCHEMA}, "with.respons_schema: unknown, expected one of ", id="misspelt"),
        pytest.param({"response_schema": {"type": "array"}}, "with.response_schema.type: ", id="no object"),
        pytest.param(
            {"prompt": "x" * 4001}, "with.prompt: found 4,001 characters, expected at most 4,000", id="an instruction is never cut"
        ),
    ],
)
def test_arguments_that_are_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(errors.ToolError) as caught:
        fit.arguments(TOOL.input_schema, {**ASKED, **arguments})
    assert caught.value.message.startswith(message)


def test_a_lost_answer_is_paid_for_three_times_at_most() -> None:
    assert (TOOL.effect, TOOL.retry["attempts"]) == (model.SAFE, 3)


PAGE = (reference_cases.ROOT / "docs" / "vendors" / "openai.md").read_text(encoding="utf-8")


def test_the_page_names_every_setting_and_argument() -> None:
    own = TOOL.definition["vendor_schema"]["properties"]
    assert [name for name in (*TOOL.definition["configuration"], *own) if f"`{name}`" not in PAGE] == []


def test_the_step_of_the_page_passes_its_check() -> None:
    step = json.loads(PAGE.partition("```json\n")[2].partition("```")[0])
    document = json.dumps({"payload": {"pipeline": [step]}}).encode()
    assert checker.document(document, "page.json", reference_cases.TOOLS).problems == ()
