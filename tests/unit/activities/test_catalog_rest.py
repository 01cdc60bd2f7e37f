"""Requests of definitions: what cannot be sent or makes no sense is refused when the catalog is read, with its place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from activities import catalog

ARGUMENTS = {"type": "object", "properties": {"id": {"type": "string"}, "text": {"type": "string"}}, "additionalProperties": False}


def tool(effect: str = "safe", rest: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """A tool without actions."""
    rest = {"method": "GET", "path": "/items"} if rest is None else rest
    made = {"address": "shop.items", "transport": "rest", "endpoint": "https://api.shop.example", "effect": effect}
    return {**made, "input_schema": ARGUMENTS, "rest": rest, **more}


def get(**more: Any) -> dict[str, Any]:
    return {"method": "GET", "path": "/items", **more}


def post(**more: Any) -> dict[str, Any]:
    return {"method": "POST", "path": "/items", **more}


def told(folder: Path, definition: Any) -> list[tuple[str, str, str, str]]:
    """(code, path, message, hint) of every problem."""
    file = folder / "tool.json"
    file.write_text(definition if isinstance(definition, str) else json.dumps(definition), encoding="utf-8")
    try:
        catalog.load([folder])
    except catalog.CatalogError as error:
        return [(problem.code, problem.path, problem.message, problem.hint) for _, problem in error.problems]
    return []


FOUND = {"rest": {"path": "/items"}, "found": "${answer[0] | default(null)}"}
PAGES = {"items": "${answer.items}", "cursor": "${answer.next}", "into": "query.cursor"}
TEXTS = {"q": {"text": "${arguments.text}", "max_chars": 9}}
CHECK = {"value": "${answer.text}", "schema": {"type": "object"}, "again": {"q": "${body.q ~ said ~ wrong ~ answer.text}"}}

GOOD = [
    pytest.param(tool(), id="least"),
    pytest.param(
        tool(rest=get(path="/${settings.SHOP_SITE}/x")) | {"configuration": {"SHOP_SITE": "number of the site"}}, id="configuration"
    ),
    pytest.param(tool("key", post(body={}), idempotency={"header": "Idempotency-Key"}), id="key in a header"),
    pytest.param(tool("key", post(body={}), idempotency={"body": "transactionId"}), id="key in the body"),
    pytest.param(tool("unsafe", post(body={"mark": "${key}"}), look_up=FOUND), id="look-up"),
    pytest.param(tool(rest=get(pages=PAGES, result={"n": "${items | length}", "all": "${complete}"})), id="pages"),
    pytest.param(tool(rest=get(poll={}, result="${first}")), id="the same request again"),
    pytest.param(tool("unsafe", post(poll={"path": "/t/${answer.id}", "until": "${answer.done}"})), id="poll"),
    pytest.param(tool(rest=get(error="${answer.error}", kind={"ratelimited": "throttled"}, accept=[404])), id="errors"),
    pytest.param(tool(rest=get(accept="${error == 'gone'}"), cache_ttl_seconds=60), id="accept and cache"),
    pytest.param(tool(example={"id": "1"}), id="example"),
    pytest.param(tool(rest=post(body={"q": "${texts.q}"}, texts=TEXTS, result="${texts.q}")), id="texts"),
    pytest.param(tool(rest=post(body={"q": "${arguments.text}"}, check=CHECK, result="${checked.a ~ answers[0].b}")), id="check"),
    pytest.param(tool("unsafe", post(check={"value": "${answer.text}", "schema": "${arguments.text}"})), id="check of an unsafe one"),
]


@pytest.mark.parametrize("definition", GOOD)
def test_what_makes_sense_is_taken(tmp_path: Path, definition: dict[str, Any]) -> None:
    assert told(tmp_path, definition) == []


SHARED = {"headers": {"X-Version": "1"}, "error": "${answer.error}", "kind": {"a": "throttled"}, "omit_null": True, "form_lists": "json"}
GOOD_SHARED = [
    pytest.param(tool(rest_defaults=SHARED), id="of all"),
    pytest.param(tool(rest=get(kind={"b": "rejected"}), rest_defaults={"error": "${answer.error}"}), id="kinds of a shared error"),
]


@pytest.mark.parametrize("definition", GOOD_SHARED)
def test_what_requests_share_is_taken(tmp_path: Path, definition: dict[str, Any]) -> None:
    assert told(tmp_path, definition) == []


@pytest.mark.parametrize(
    ("shared", "path"),
    [
        pytest.param({"error": "${anser.error}"}, "rest_defaults.error", id="unknown name"),
        pytest.param({"headers": {"X-A": "${arguments.idd}"}}, "rest_defaults.headers.X-A", id="unknown argument"),
        pytest.param({"headers": {"Cookie": "a"}}, "rest_defaults.headers.Cookie", id="our header"),
        pytest.param({"kind": {"a": "throttled"}}, "rest_defaults.kind", id="kinds without an error"),
        pytest.param({"body": {}}, "rest_defaults.body", id="a body"),
    ],
)
def test_what_requests_cannot_share_is_told_once(tmp_path: Path, shared: dict[str, Any], path: str) -> None:
    assert [found[1] for found in told(tmp_path, tool(rest_defaults=shared))] == [path]


TEMPLATES = [
    pytest.param(
        get(path="/items/${arguments.id +}"),
        "rest.path",
        "in '${arguments.id +}': the expression ends too early",
        "write what stands behind the '+'",
        id="syntax",
    ),
    pytest.param(get(query={"q": "${arguments.id | nofilter}"}), "rest.query.q", "no filter 'nofilter'", "docs/language.md lists them", id="unknown filter"),
    pytest.param(get(query={"q": "${arguments.id:,.2z}"}), "rest.query.q", "',.2z' is no format", "a colon outside quotes and brackets begins a format, for example ,  .2f  ,.2f  08.3f  >20", id="format"),
    pytest.param(get(query={"q": "${argument.id}"}), "rest.query.q", "reads 'argument', expected one of arguments, key, settings", "did you mean 'arguments'?", id="unknown name"),
    pytest.param(get(query={"q": "${arguments.idd}"}), "rest.query.q", "reads the argument 'idd', which the input schema does not let through", "did you mean 'id'?", id="unknown argument"),
    pytest.param(get(query={"q": "${answer.id}"}), "rest.query.q", "reads 'answer', expected one of arguments, key, settings", "", id="the answer, before there is one"),
    pytest.param(get(query={"q": "${today}"}), "rest.query.q", "reads 'today', expected one of arguments, key, settings", "", id="date word"),
    pytest.param(get(headers={"X-A": "${settings.SHOP}"}), 'rest.headers.X-A', "reads the setting 'SHOP', which configuration does not declare", 'declare it: "configuration": {"SHOP": "what it is"}', id="undeclared setting"),
    pytest.param(post(body={"a": [{"b": "{{ x"}]}), "rest.body.a[0].b", "'{{' at character 1 is not closed", "close it with '}}'", id="not closed"),
    pytest.param(get(result="${items}"), "rest.result", "reads 'items', expected one of arguments, key, settings, answer, status, headers", "", id="items without pages"),
    pytest.param(get(error="error: ${answer.error}"), "rest.error", 'found text "error: ${answer.error}", expected one expression and nothing around it, like ${answer.error}', "", id="text around an error"),
    pytest.param(post(body={"q": "${texts.q}"}), "rest.body.q", "reads 'texts', expected one of arguments, key, settings", "", id="texts that there are not"),
    pytest.param(post(texts={"q": {"text": "${texts.q}", "max_chars": 1}}), "rest.texts.q.text", "reads 'texts', expected one of arguments, key, settings", "", id="a text of texts"),
    pytest.param(post(check={"value": "${anser}"}), "rest.check.value", "reads 'anser', expected one of arguments, key, settings, answer, status, headers", "did you mean 'answer'?", id="value of a check"),
    pytest.param(post(check={"value": "${answer}", "schema": "${answer.schema}"}), "rest.check.schema", "reads 'answer', expected one of arguments, key, settings", "", id="schema from the answer"),
    pytest.param(post(body={}, check={"value": "${answer}", "again": {"q": "${sayd}"}}), "rest.check.again.q", "reads 'sayd', expected one of arguments, key, settings, answer, status, headers, body, said, wrong", "did you mean 'said'?", id="again"),
    pytest.param(post(result="${checked}"), "rest.result", "reads 'checked', expected one of arguments, key, settings, answer, status, headers", "", id="checked without a check"),
    pytest.param(get(accept="true"), "rest.accept", 'found text "true", expected one expression and nothing around it, like ${answer.error}', "", id="accept that is no expression"),
]  # fmt: skip


@pytest.mark.parametrize(("rest", "path", "message", "hint"), TEMPLATES)
def test_a_template_that_cannot_be_is_told(tmp_path: Path, rest: dict[str, Any], path: str, message: str, hint: str) -> None:
    assert told(tmp_path, tool(rest=rest)) == [("catalog-template", path, message, hint)]


SENSELESS = [
    pytest.param(tool("key", post()), "effect", "found the effect key without idempotency, expected where the key goes; unsafe if the vendor knows no such key", id="key without a place"),
    pytest.param(tool("safe", get(), idempotency={"header": "K"}), "idempotency", "found idempotency with the effect safe, expected key", id="idempotency of a safe one"),
    pytest.param(tool("key", post(), idempotency={"header": "Authorization"}), "idempotency.header", "'Authorization' is no header that a definition can set", id="key in our header"),
    pytest.param(tool("key", post(form={}), idempotency={"body": "k"}), "idempotency.body", "the request has no body for the key, expected one", id="key without a body"),
    pytest.param(tool("safe", {"method": "DELETE", "path": "/a"}), "effect", "found the effect safe with DELETE, expected one that only reads", id="safe delete"),
    pytest.param(tool("idempotent", post(), look_up=FOUND), "look_up", "found a look-up with the effect idempotent, expected unsafe: others are just sent again", id="look-up of an idempotent one"),
    pytest.param(tool("unsafe", post(), look_up={**FOUND, "rest": {"path": "/a", "method": "DELETE"}}), "look_up.rest.method", "found DELETE, expected a request that only reads", id="look-up that deletes"),
    pytest.param(tool("unsafe", post(), look_up={**FOUND, "rest": {"path": "/a", "result": "${answer}"}}), "look_up.rest.result", "a look-up has none, expected it left out", id="look-up with a result"),
    pytest.param(tool("unsafe", post(), look_up={**FOUND, "found": {"id": "${answer.id}"}}), "look_up.found", "found an object or list, which is never null; expected an expression that gives null where nothing was done", id="found is never null"),
    pytest.param(tool("unsafe", post(), cache_ttl_seconds=5), "cache_ttl_seconds", "found a cache with the effect unsafe, expected safe: only what was read can be kept", id="cache of an unsafe one"),
    pytest.param(tool("unsafe", post(pages=PAGES)), "rest.pages", "found pages with the effect unsafe, expected safe: each page is a call of its own", id="pages of an unsafe one"),
    pytest.param(tool("unsafe", post(poll={})), "rest.poll", "repeats the request, which the effect unsafe forbids; expected a path or header of the operation", id="poll that repeats"),
    pytest.param(tool("unsafe", post(body={}, check=CHECK)), "rest.check.again", "asks a second time, which the effect unsafe forbids; expected safe or idempotent", id="asks again of an unsafe one"),
    pytest.param(tool("safe", post(check=CHECK)), "rest.check.again", "the request has no body to ask again with, expected one", id="asks again without a body"),
    pytest.param(tool("safe", post(check={"value": "${answer}"}, poll={})), "rest.check", "found check and poll, expected one of them", id="check and poll"),
    pytest.param(tool("safe", post(answer="none", check={"value": "${status}"})), "rest.answer", "found a check of an answer that is not read, expected json or text", id="check of nothing"),
    pytest.param(tool("safe", post(check={"value": "${answer}", "schema": {"required": "a"}})), "rest.check.schema.required", 'found text "a", expected a list', id="schema that is none"),
    pytest.param(tool("safe", post(check={"value": "${answer}", "schema": "object"})), "rest.check.schema", "found text, expected a JSON Schema or one expression that gives it", id="schema that is a text"),
    pytest.param(tool("safe", post(texts={"q": {"text": "a", "max_chars": 1, "setting": "SHOP_CHARS"}})), "rest.texts.q.setting", "the setting 'SHOP_CHARS' is not declared in configuration, expected it there", id="limit that is not declared"),
    pytest.param(tool("unsafe", post(), look_up={**FOUND, "rest": {"path": "/a", "check": {"value": "${answer}"}}}), "look_up.rest.check", "a look-up has none, expected it left out", id="look-up with a check"),
    pytest.param(tool("safe", get(body={})), "rest.body", "found a body with GET, expected none", id="body of a GET"),
    pytest.param(tool("safe", post(body={}, form={})), "rest.form", "found body and form, expected one of them: a request has one body", id="two bodies"),
    pytest.param(tool("safe", get(omit_null=True)), "rest.omit_null", "found it without body, expected both or none", id="omit_null alone"),
    pytest.param(tool("safe", get(content_type="text/csv")), "rest.content_type", "found it without body or form or text, expected both or none", id="content_type alone"),
    pytest.param(tool("safe", get(headers={"Host": "x"})), "rest.headers.Host", "a definition cannot set this header", id="host header"),
    pytest.param(tool("safe", get(headers={"X\nY": "x"})), 'rest.headers["X\nY"]', "a definition cannot set this header", id="header with a line break"),
    pytest.param(tool("safe", get(path="/a/../b")), "rest.path", "found the segment '..', expected a plain one; what follows a ? is written under 'query'", id="path upwards"),
    pytest.param(tool("safe", get(path="/a?b=1")), "rest.path", "found the segment 'a?b=1', expected a plain one; what follows a ? is written under 'query'", id="query in the path"),
    pytest.param(tool("safe", get(kind={"a": "throttled"})), "rest.kind", "goes by the text of 'error', which is missing", id="kinds without an error"),
    pytest.param(tool("safe", get(pages={"items": "${answer}"})), "rest.pages", "found none of them, expected exactly one of cursor, next, link, number, offset: where the next page is", id="pages without a way"),
    pytest.param(tool("safe", get(pages={**PAGES, "link": "next"})), "rest.pages", "found cursor and link, expected exactly one of cursor, next, link, number, offset: where the next page is", id="pages with two ways"),
    pytest.param(tool("safe", get(pages={"items": "${answer}", "cursor": "${answer.c}"})), "rest.pages", "'cursor' and 'into' go together: what the cursor is, and where it goes", id="cursor to nowhere"),
    pytest.param(tool("safe", get(pages={**PAGES, "into": "body.cursor"})), "rest.pages.into", "the request has no body, expected one", id="cursor into no body"),
    pytest.param(tool("safe", get(answer="text", pages=PAGES)), "rest.pages", "found pages of an answer that is not JSON, expected JSON", id="pages of text"),
    pytest.param(tool("safe", get(poll={"path": "/t"})), "rest.poll", "'until' is missing, expected an expression that says when the operation is done", id="poll without an end"),
    pytest.param(tool("safe", get(poll={"path": "/t", "header": "location", "until": "${status}"})), "rest.poll", "found path and header, expected one of them: where the operation's state is", id="poll at two places"),
    pytest.param(tool(configuration={"SHOP_TOKEN": "the token"}), "configuration.SHOP_TOKEN", "names a secret or a setting of Ordinaut itself, which no template may read", id="secret as configuration"),
    pytest.param(tool(configuration={"shop": "x"}), "configuration.shop", "expected the name of an environment variable, in capitals", id="no variable"),
    pytest.param(tool(endpoint="https://${arguments.id}.example"), "endpoint", "found a template, expected a fixed address: where a call goes is never made of values", id="host from a template"),
    pytest.param(tool(endpoint="https://ana:s3cret@api.shop.example"), "endpoint", "found a user or password, expected none: credentials are never written here", id="credentials in the endpoint"),
    pytest.param(tool(example={"idd": "1"}), "example.idd", "unknown, expected one of id, text", id="example that does not fit"),
]  # fmt: skip


@pytest.mark.parametrize(("definition", "path", "message"), SENSELESS)
def test_what_makes_no_sense_is_told(tmp_path: Path, definition: dict[str, Any], path: str, message: str) -> None:
    assert [found[:3] for found in told(tmp_path, definition)] == [("catalog-rest", path, message)]


def actions(**more: Any) -> dict[str, Any]:
    """A tool with one action; the rest of it is given."""
    given = {"type": "object", "properties": {"action": {"enum": ["list"]}, "id": {}}, "additionalProperties": False}
    made = {"address": "shop.items", "transport": "rest", "endpoint": "https://api.shop.example", "input_schema": given}
    return {**made, "actions": {"list": {"effect": "safe", **more}}}


ACTIONS = [
    pytest.param(actions(), "actions.list", "the request is missing, expected it under 'rest'", id="no request"),
    pytest.param(actions(rest=get(), input_schema={"properties": {"size": {}}}), "actions.list.input_schema.properties.size", "the tool's own input_schema refuses this argument, expected it there too", id="argument that the tool refuses"),
    pytest.param(actions(rest=get(), input_schema={"properties": {"action": {}}}), "actions.list.input_schema.properties.action", "is not seen by this schema, expected it left out", id="the action itself"),
    pytest.param(actions(rest=get(), input_schema={"required": ["id"]}, example={}), "actions.list.example.id", "missing", id="example"),
    pytest.param(actions(rest=get()) | {"transport": "http"}, "actions.list.rest", "only the transport rest reads this, expected it left out", id="bridge with a request"),
]  # fmt: skip


@pytest.mark.parametrize(("definition", "path", "message"), ACTIONS)
def test_an_action_that_makes_no_sense_is_told(tmp_path: Path, definition: dict[str, Any], path: str, message: str) -> None:
    assert [found[:3] for found in told(tmp_path, definition)] == [("catalog-rest", path, message)]


CASES = [
    pytest.param([{"if": "${arguments.id == '1'}", "rest": get()}, {"rest": get()}], [], id="two"),
    pytest.param([{"rest": get()}, {"rest": get()}], [("actions.list.cases[0]", "'if' is missing, expected it in every case but the last: what follows would never be sent")], id="never sent"),
    pytest.param([{"if": "yes", "rest": get()}], [("actions.list.cases[0].if", 'found text "yes", expected one expression and nothing around it, like ${answer.error}')], id="no expression"),
    pytest.param([{"if": "${answer}", "rest": get()}], [("actions.list.cases[0].if", "reads 'answer', expected one of arguments, key, settings")], id="the answer, before there is one"),
    pytest.param([{"rest": get(query={"a": "${nothing}"})}], [("actions.list.cases[0].rest.query.a", "reads 'nothing', expected one of arguments, key, settings")], id="template"),
    pytest.param([{"rest": {"method": "DELETE", "path": "/a"}}], [("actions.list.effect", "found the effect safe with DELETE, expected one that only reads")], id="safe delete"),
]  # fmt: skip


@pytest.mark.parametrize(("cases", "problems"), CASES)
def test_requests_by_case(tmp_path: Path, cases: list[Any], problems: list[tuple[str, str]]) -> None:
    assert [found[1:3] for found in told(tmp_path, actions(cases=cases))] == problems


def test_rest_and_cases_are_one_too_many(tmp_path: Path) -> None:
    assert [found[1] for found in told(tmp_path, actions(rest=get(), cases=[{"rest": get()}]))] == ["actions.list.cases"]


def test_a_schema_of_an_action_that_is_none_is_told(tmp_path: Path) -> None:
    ((code, path, message, _),) = told(tmp_path, actions(rest=get(), input_schema={"type": "objekt"}))
    assert (code, path) == ("catalog-schema", "actions.list.input_schema.type")
    assert message.startswith('found text "objekt", expected')


def test_every_problem_is_told_with_line_and_column_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = """{
  "address": "shop.items",
  "transport": "rest",
  "endpoint": "https://api.shop.example",
  "effect": "key",
  "rest": {
    "method": "POST", "path": "/items/${arguments.id",
    "body": {"a": "${nothing}"}, "bdy": {}
  }
}
"""
    file = tmp_path / "tool.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(catalog.CatalogError) as caught:
        catalog.load([tmp_path])
    assert str(caught.value).splitlines() == [
        f"{file}:5:3: effect: found the effect key without idempotency, expected where the key goes; unsafe if the vendor knows no such key",
        f"{file}:7:23: rest.path: '${{' at character 8 is not closed (close it with '}}')",
        f"{file}:8:14: rest.body.a: reads 'nothing', expected one of arguments, key, settings",
        f"{file}:8:34: rest.bdy: unknown, expected one of method, path, headers, query, body, form, text, content_type, omit_null,"
        " form_lists, answer, error, kind, accept, result, pages, poll, texts, check",
    ]


def test_a_key_twice_has_its_place(tmp_path: Path) -> None:
    file = tmp_path / "tool.json"
    file.write_text('{"address": "a.b",\n "transport": "system", "address": "a.c"}', encoding="utf-8")
    with pytest.raises(catalog.CatalogError) as caught:
        catalog.load([tmp_path])
    assert str(caught.value) == f"{file}:2:25: found the key 'address' twice in one object, expected it once"
