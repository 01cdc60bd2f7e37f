"""Requests from descriptions: every kind of body, what is left out, and values that stay in their place."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from activities import endpoints
from activities.rest import request, segments
from tests import servers, vendors


def sent(rest: dict[str, Any], arguments: dict[str, Any] | None = None, **more: Any) -> servers.Request:
    called = vendors.call({"path": "/a", **rest}, {"/a": vendors.reply({})}, arguments, **more)
    assert called.error is None, called.error
    return called.requests[0]


@pytest.mark.parametrize(
    ("rest", "arguments", "content_type", "body"),
    [
        pytest.param({"body": {"n": "${arguments.n}"}}, {"n": Decimal("1.50")}, "application/json", '{"n":1.50}', id="json"),
        pytest.param({"body": ["${arguments.n}"]}, {"n": None}, "application/json", "[null]", id="json keeps null"),
        pytest.param(
            {"form": {"q": "a b", "n": "${arguments.n}", "no": "${null}", "l": "${arguments.l}"}},
            {"n": 5, "l": ["x", "&y"]},
            "application/x-www-form-urlencoded",
            "q=a+b&n=5&l=x&l=%26y",
            id="form",
        ),
        pytest.param(
            {"form": {"blocks": "${arguments.l}", "o": "${arguments.o}"}, "form_lists": "json"},
            {"l": [{"a": 1}], "o": {}},
            "application/x-www-form-urlencoded",
            "blocks=%5B%7B%22a%22%3A1%7D%5D&o=%7B%7D",
            id="lists of a form as JSON text",
        ),
        pytest.param({"text": "a,b\n${arguments.n},ă\n"}, {"n": 5}, "text/plain; charset=utf-8", "a,b\n5,ă\n", id="text"),
        pytest.param({"text": "a,b", "content_type": "text/csv"}, {}, "text/csv", "a,b", id="csv"),
        pytest.param(
            {"body": {}, "headers": {"content-type": "application/vnd.x+json"}}, {}, "application/vnd.x+json", "{}", id="own type"
        ),
    ],
)
def test_a_body_of_each_kind(rest: dict[str, Any], arguments: dict[str, Any], content_type: str, body: str) -> None:
    found = sent(rest, arguments)
    assert (found.headers["content-type"], found.body.decode()) == (content_type, body)


def test_omit_null_leaves_out_lone_templates_that_are_null_and_nothing_else() -> None:
    body = {
        "a": "${arguments.a}",
        "b": {"c": "${arguments.a}", "d": "x ${arguments.a}", "e": None},
        "l": ["${arguments.a}", 1, {"f": "${arguments.a}"}],
        "whole": "${arguments.whole}",
    }
    found = sent({"body": body, "omit_null": True}, {"a": None, "whole": {"kept": None}})
    assert found.json == {"b": {"d": "x null", "e": None}, "l": [1, {}], "whole": {"kept": None}}


def test_a_whole_body_that_is_null_is_no_body() -> None:
    found = sent({"body": "${arguments.a}", "omit_null": True}, {"a": None})
    assert (found.body, "content-type" in found.headers) == (b"", False)


def test_a_declared_argument_that_is_not_given_is_null_or_its_default() -> None:
    schema = {"type": "object", "properties": {"a": {}, "b": {"default": 100}, "action": {}}, "additionalProperties": False}
    found = sent({"body": {"a": "${arguments.a}", "b": "${arguments.b}"}, "omit_null": True}, {}, input_schema=schema)
    assert found.json == {"b": 100}


@pytest.mark.parametrize(
    ("answer", "accept"),
    [("json", "application/json"), ("text", "text/plain, */*;q=0.8"), ("none", "*/*")],
)
def test_the_answer_that_is_expected_is_asked_for(answer: str, accept: str) -> None:
    assert sent({"answer": answer}).headers["accept"] == accept
    assert sent({"answer": answer, "headers": {"accept": "application/vnd.x"}}).headers["accept"] == "application/vnd.x"


@pytest.mark.parametrize(
    ("idempotency", "rest", "where"),
    [
        pytest.param({"header": "X-Request-Id"}, {"body": {}}, "header", id="header"),
        pytest.param({"body": "transactionId"}, {"body": {"a": 1}}, "body", id="body"),
        pytest.param({"form": "request_id"}, {"form": {}}, "form", id="form"),
        pytest.param({"query": "rid"}, {}, "query", id="query"),
        pytest.param(None, {"body": {}}, "", id="nowhere"),
    ],
)
def test_the_key_goes_where_the_definition_says_and_nowhere_else(idempotency: Any, rest: dict[str, Any], where: str) -> None:
    found = sent(rest, effect="key", **({"idempotency": idempotency} if idempotency else {}))
    places = {
        "header": found.headers.get("x-request-id") == vendors.KEY,
        "body": f'{{"a":1,"transactionId":"{vendors.KEY}"}}'.encode() == found.body,
        "form": f"request_id={vendors.KEY}".encode() == found.body,
        "query": found.target == f"/a?rid={vendors.KEY}",
    }
    assert [place for place, there in places.items() if there] == ([where] if where else [])
    assert "idempotency-key" not in found.headers


def test_what_all_requests_of_a_tool_share() -> None:
    shared = {"headers": {"X-Version": "1", "X-Other": "a"}, "query": {"api": "2"}, "omit_null": True, "form_lists": "json"}
    found = sent({"headers": {"X-Other": "b"}, "body": {"a": "${null}"}}, rest_defaults=shared)
    assert (found.headers["x-version"], found.headers["x-other"], found.target, found.body) == ("1", "b", "/a?api=2", b"{}")
    assert sent({"method": "GET"}, rest_defaults=shared).headers["x-other"] == "a"
    error = {"error": "${answer.why | default(null)}", "kind": {"busy": "throttled"}}
    called = vendors.call({"path": "/a"}, {"/a": vendors.reply({"why": "busy"})}, rest_defaults=error)
    assert called.failure[0] == "throttled"
    look_up = {"rest": {"path": "/look"}, "found": "${answer.id}"}
    called = vendors.call({"path": "/a"}, {"/look": vendors.reply({"id": 1})}, look_up=look_up, attempt=2, rest_defaults=shared)
    assert (called.output, called.requests[0].headers["x-version"]) == (1, "1")


@pytest.mark.parametrize(
    ("labels", "target"),
    [
        pytest.param(["job", "a/b", "instance", "x y"], "/metrics/job/a%2Fb/instance/x%20y/end", id="some"),
        pytest.param(["n", 5], "/metrics/n/5/end", id="number"),
        pytest.param([], "/metrics/end", id="none"),
    ],
)
def test_a_list_of_segments(labels: list[Any], target: str) -> None:
    called = vendors.call({"method": "PUT", "path": "/metrics/${arguments.labels}*/end"}, {target: vendors.reply({})}, {"labels": labels})
    assert called.targets == [f"PUT {target}"]


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        pytest.param(["a", ".."], 'rest.path: ${arguments.labels}* holds text "..", which is no segment of a path', id="dots"),
        pytest.param(["a", ""], 'rest.path: ${arguments.labels}* holds text "", which is no segment of a path', id="empty"),
        pytest.param([None], "rest.path: ${arguments.labels}* holds null, which is no segment of a path", id="null"),
        pytest.param("a", "rest.path: ${arguments.labels}* is text, expected a list", id="text"),
    ],
)
def test_a_list_of_segments_leads_nowhere_else(labels: Any, message: str) -> None:
    called = vendors.call({"path": "/metrics/${arguments.labels}*"}, {}, {"labels": labels})
    assert (called.failure, called.requests) == (("invalid input", True, message), [])


CASES = [
    {"if": "${arguments.operation == 'add'}", "rest": {"path": "/labels", "body": {"name": "${arguments.name}"}}},
    {"if": "${arguments.operation == 'drop'}", "rest": {"method": "DELETE", "path": "/labels/${arguments.name}", "accept": [404]}},
]


@pytest.mark.parametrize(
    ("operation", "targets"),
    [("add", ["POST /labels"]), ("drop", ["DELETE /labels/bug"])],
)
def test_the_request_goes_by_the_arguments(operation: str, targets: list[str]) -> None:
    replies = {"/labels": vendors.reply({}), "/labels/bug": vendors.reply({}, 404)}
    called = vendors.call(None, replies, {"operation": operation, "name": "bug"}, cases=CASES)
    assert (called.error, called.targets) == (None, targets)


def test_arguments_without_a_request_are_refused() -> None:
    called = vendors.call(None, {}, {"operation": "list"}, cases=CASES)
    assert called.failure[2] == "none of the action's requests is for these arguments: no condition of its cases is true"
    called = vendors.call(
        None, {"/all": vendors.reply([1])}, {"operation": "list"}, cases=[*CASES, {"rest": {"method": "GET", "path": "/all"}}]
    )
    assert called.output == [1]


@pytest.mark.parametrize(
    ("value", "shown"),
    [("add", 'text "add"'), ("", 'text ""'), (1, "the number 1"), (["add"], "a list of 1 item")],
    ids=["text", "empty text", "number", "list"],
)
def test_a_condition_that_gives_no_boolean_is_told_and_nothing_sent(value: Any, shown: str) -> None:
    cases = [{"if": "${arguments.operation}", "rest": {"path": "/a"}}, {"rest": {"path": "/b"}}]
    called = vendors.call(None, {}, {"operation": value}, cases=cases)
    message = f"the tool definition cannot be used: cases[0].if gives {shown}, expected true or false; compare it, as in ${{arguments.operation == 'list'}}"
    assert (called.failure, called.requests) == (("invalid input", True, message), [])


@pytest.mark.parametrize(("value", "target"), [(True, "POST /a"), (False, "POST /b"), (None, "POST /b")])
def test_a_condition_of_an_argument_that_was_not_given_is_false(value: Any, target: str) -> None:
    cases = [{"if": "${arguments.flag}", "rest": {"path": "/a"}}, {"rest": {"path": "/b"}}]
    called = vendors.call(None, {"/a": vendors.reply({}), "/b": vendors.reply({})}, {"flag": value}, cases=cases)
    assert (called.error, called.targets) == (None, [target])


def test_what_needs_an_approval_goes_to_a_stand_in_only() -> None:
    assert vendors.call({"path": "/a"}, {"/a": vendors.reply({"ok": 1})}, approval=True).output == {"ok": 1}
    called = vendors.call({"path": "/a"}, {}, approval=True, endpoint="https://pay.bank.example")
    assert called.failure == (
        "invalid input",
        True,
        "bank.accounts needs an approval, and this call carries none; without one it is only sent to a stand-in on this machine:"
        " ORDINAUT_ENDPOINT_BANK=http://127.0.0.1:9000",
    )


@pytest.mark.parametrize(
    ("url", "local"),
    [
        ("http://127.0.0.1:9000/x", True),
        ("http://localhost", True),
        ("http://[::1]:80/", True),
        ("https://127.0.0.1.example", False),
        ("https://localhost.example", False),
        ("http://127.0.0.1@bank.example/", False),
        ("https://10.0.0.1", False),
    ],
)
def test_which_endpoints_are_local(url: str, local: bool) -> None:
    assert endpoints.is_local(url) is local


def test_configuration_is_read_from_the_environment_and_never_a_secret() -> None:
    names = {"BANK_BRANCH": "number of the branch", "BANK_NONE": "not set"}
    body = {"branch": "${settings.BANK_BRANCH}", "none": "${settings.BANK_NONE}"}
    assert sent({"body": body}, variables={"BANK_BRANCH": "7"}, configuration=names).json == {"branch": "7", "none": None}
    undeclared = vendors.call({"path": "/a", "body": "${settings.BANK_TOKEN}"}, {}, variables={"BANK_TOKEN": "s3cret"})
    assert undeclared.failure[0] == "invalid input" and "s3cret" not in undeclared.failure[2]


@pytest.mark.parametrize(
    ("path", "target"),
    [
        pytest.param("/v-${arguments.id}.json", "/v-a%2Fb.json", id="text around a value"),
        pytest.param("/teams('${arguments.id}')/x", "/teams('a%2Fb')/x", id="signs of the definition stay"),
        pytest.param("/x/${(arguments.id | split('/'))[0]}/${arguments.id | split('/') | last}", "/x/a/b", id="owner and name"),
    ],
)
def test_only_values_are_encoded_in_a_path(path: str, target: str) -> None:
    called = vendors.call({"method": "GET", "path": path}, {target: vendors.reply({})}, {"id": "a/b"})
    assert called.targets == [f"GET {target}"]


@pytest.mark.parametrize(
    ("path", "arguments"),
    [
        pytest.param("/a/${arguments.a}${arguments.b}", {"a": ".", "b": "."}, id="two values that make two dots"),
        pytest.param("/a/.${arguments.a}", {"a": ".", "b": ""}, id="a dot before a value"),
    ],
)
def test_dots_made_of_parts_are_refused(path: str, arguments: dict[str, Any]) -> None:
    called = vendors.call({"path": path}, {}, arguments)
    assert called.failure[0] == "invalid input" and "which would lead to another path" in called.failure[2]
    assert called.requests == []


@pytest.mark.parametrize("name", ["Cookie", "authorization", "Transfer-Encoding", "Host", "Connection"])
def test_a_header_of_ours_is_no_template_s_business(name: str) -> None:
    called = vendors.call({"path": "/a", "headers": {name: "x"}}, {})
    assert called.failure[2] == f"the tool definition cannot be used: rest.headers.{name}: a definition cannot set this header"


def test_credentials_win_over_headers_of_the_definition() -> None:
    found = sent(
        {"headers": {"x-api-key": "from the definition"}},
        variables={"BANK_TOKEN": "s3cret-1"},
        authentication={"type": "bearer_token", "header_name": "X-Api-Key", "token_prefix": ""},
    )
    assert found.headers["x-api-key"] == "s3cret-1"


@pytest.mark.parametrize(
    ("variables", "definition", "target"),
    [
        pytest.param({"BANK_URL": "{url}/site"}, {"endpoint_setting": "BANK_URL"}, "/site/a", id="the setting"),
        pytest.param({"BANK_URL": "http://x.invalid", "ORDINAUT_ENDPOINT_BANK": "{url}/own"}, {"endpoint_setting": "BANK_URL"}, "/own/a", id="stand-in first"),
        pytest.param({}, {"endpoint_setting": "BANK_URL"}, "/a", id="not set: the endpoint"),
    ],
)  # fmt: skip
def test_a_customer_s_own_site(variables: dict[str, str], definition: dict[str, Any], target: str) -> None:
    called = vendors.call({"path": "/a"}, {target: vendors.reply({})}, variables_of_url=variables, **definition)
    assert called.targets == [f"POST {target}"]


def test_a_site_that_is_not_set_is_named() -> None:
    called = vendors.call({"path": "/a"}, {}, endpoint=None, endpoint_setting="BANK_URL")
    assert called.failure == ("invalid input", True, "bank needs BANK_URL, which is not set; set it to one like https://bank.example.com")


def test_a_value_can_be_put_where_an_object_is() -> None:
    made = request.Draft("POST", "/a", {}, {"q": 1}, "body", {"page": {"size": 5}})
    assert made.with_value("body.page.after", "x").body == {"page": {"size": 5, "after": "x"}}
    assert made.with_value("query.q", None).query == {}
    assert made.with_value("body.new.deep", 1).body == {"page": {"size": 5}, "new": {"deep": 1}}
    assert made.body == {"page": {"size": 5}}


@pytest.mark.parametrize(
    "rest",
    [
        pytest.param({"path": "/a/${arguments.a}"}, id="path"),
        pytest.param({"path": "/a", "query": {"q": "${arguments.a}"}}, id="query"),
        pytest.param({"path": "/a", "form": {"q": "${arguments.a}"}}, id="form"),
        pytest.param({"path": "/a", "text": "${arguments.a}"}, id="text"),
    ],
)
def test_half_a_surrogate_pair_cannot_be_sent(rest: dict[str, Any]) -> None:
    called = vendors.call(rest, {}, {"a": "\ud83d"})
    assert called.failure == ("invalid input", True, r"a text holds half of a surrogate pair (\ud800 to \udfff), which is no character")
    assert called.requests == []


def test_paths_are_split_outside_of_templates() -> None:
    assert segments.split("a/${b / c}/{{ d }}/") == ["a", "${b / c}", "{{ d }}", ""]
