"""Every action that calls a vendor directly: its example is let through, judged by the vendor's description, done by the sandbox; its errors are told apart; the secret stays secret."""

from __future__ import annotations

import json
import logging
import pathlib
from typing import Any

import pytest
from temporalio import exceptions

from activities import authentication, catalog, settings, tools
from starter.sandbox import app, server
from tests import calls, reference_cases
from tests.descriptions import check
from workflows.core import check as checker
from workflows.core import fit, model

SECRET = "planted-8f3c51d2"
#: The vendor's description of a service, and what our paths have before the description's.
DESCRIBED = {
    "slack": ("slack", "/api"),
    "github": ("github", ""),
    "jira": ("jira", ""),
    "msteams": ("graph", "/v1.0"),
    "openai": ("openai", "/v1"),
    "anthropic": ("anthropic", ""),
    "hubspot": ("hubspot", ""),
    "maib": ("nextgenpsd2", ""),
}
#: Calls that a description beside the service's own one holds: "service METHOD path".
DESCRIBED_ELSEWHERE = {
    "jira GET /rest/agile/1.0/board": "jira-client",  # boards and sprints have a description of their own, which no package holds
    "jira GET /rest/agile/1.0/board/{board}/sprint": "jira-client",
    "jira GET /rest/agile/1.0/sprint/{sprint}/issue": "jira-client",
    "jira GET /rest/api/3/bulk/queue/{task}": "jira-client",  # newer than the packaged description
    "jira POST /rest/api/3/bulk/issues/fields": "jira-client",
    "grafana POST /api/dashboards/db": "grafana",
    "grafana POST /api/v1/provisioning/alert-rules": "grafana",
}
#: Calls that no package describes: "service METHOD path".
UNDESCRIBED: set[str] = {
    "maib GET /v1/exchange-rates",  # in no standard
    "maib GET /v2/mia/payments",  # the merchant APIs are maib's own
    "maib GET /v2/mia/payments/{id}",
    "maib GET /v2/mia/qr",
    "maib GET /v2/rtp",
    "maib GET /v2/rtp/{id}",
    "maib POST /v2/mia/payments/{id}/refund",
    "maib POST /v2/mia/qr",
    "maib POST /v2/rtp",
    "hubspot POST /automation/v2/workflows/{workflow}/enrollments/contacts/{email}",  # older than the descriptions
    "msteams GET /v1.0/teams('{team}')/operations('{operation}')",  # the form of the Location header; described with slashes
}


def actions() -> list[tuple[model.Tool, str | None, dict[str, Any]]]:
    """(tool, action, its arguments) of everything that transport rest sends."""
    found: list[tuple[model.Tool, str | None, dict[str, Any]]] = []
    for tool in reference_cases.TOOLS.values():
        if tool.transport != "rest":
            continue
        for name, facts in tool.definition.get("actions", {"": tool.definition}).items():
            if "steps" in facts:  # see test_composed_actions.py
                continue
            example = facts.get("example")
            assert example is not None, f"{tool.address} {name} has no example"
            found.append((tool, name or None, {"action": name, **example} if name else dict(example)))
    return found


ACTIONS = actions()
IDS = [f"{tool.address} {name}" if name else tool.address for tool, name, _ in ACTIONS]
EACH = pytest.mark.parametrize(("tool", "action", "arguments"), ACTIONS, ids=IDS)


class Vendor:
    """The sandbox with a memory of its own, and the activity that calls it."""

    def __init__(self, running: server.Running, folder: pathlib.Path) -> None:
        self.running = running
        credentials = dict.fromkeys(app.credentials(), SECRET)
        variables = {**app.endpoints(running.url), **app.configuration(), **credentials, "ORDINAUT_FILES": str(folder)}
        self.settings = settings.Settings.from_mapping(variables)
        self.activities = tools.ToolActivities(reference_cases.TOOLS, self.settings)

    async def call(self, tool: model.Tool, action: str | None, arguments: dict[str, Any], attempt: int = 1) -> Any:
        """One try."""
        given = calls.given(tool, arguments, effect=tool.effect_of(action))
        given["digest"] = tool.digest
        return (await calls.environment(timeout=12, attempt=attempt).run(self.activities.call_tool, given))["output"]

    async def failure(self, tool: model.Tool, action: str | None, arguments: dict[str, Any], **more: Any) -> exceptions.ApplicationError:
        """The error of a try that must fail."""
        with pytest.raises(exceptions.ApplicationError) as caught:
            await self.call(tool, action, arguments, **more)
        return caught.value

    @property
    def requests(self) -> list[dict[str, Any]]:
        return [one.shown() for one in self.running.sandbox.calls.items]

    def order(self, service: str, kind: str, **more: Any) -> None:
        """A fault at the next request of the service."""
        self.running.sandbox.faults.order({"service": service, "kind": kind, **more}, list(app.VENDORS))


@pytest.fixture
async def vendor(sandbox: server.Running, tmp_path: pathlib.Path) -> Any:
    made = Vendor(sandbox, tmp_path)
    yield made
    await made.activities.close()


@EACH
def test_the_example_fits_the_schemas(tool: model.Tool, action: str | None, arguments: dict[str, Any]) -> None:
    assert fit.arguments(tool.input_schema, arguments).value == arguments
    step = {"id": "call", "uses": tool.address, "with": arguments}
    document = json.dumps({"title": "Example", "timezone": "UTC", "payload": {"pipeline": [step]}}, default=str).encode()
    found = checker.document(document, "example.json", reference_cases.TOOLS)
    assert [problem for problem in found.problems if problem.severity == "error"] == []


@EACH
async def test_the_request_is_one_that_the_vendor_describes_and_the_output_fits(
    vendor: Vendor, tool: model.Tool, action: str | None, arguments: dict[str, Any]
) -> None:
    output = await vendor.call(tool, action, arguments)
    fit.output(tool.output_schema_of(action), output)
    assert vendor.requests
    for request in vendor.requests:
        judge(tool.service, request)


def judge(service: str, request: dict[str, Any]) -> None:
    """Asks the vendor's description, where there is one."""
    called = f"{service} {request['action']}"
    if called in UNDESCRIBED or (service not in DESCRIBED and called not in DESCRIBED_ELSEWHERE):
        return
    vendor, before = (DESCRIBED_ELSEWHERE[called], "") if called in DESCRIBED_ELSEWHERE else DESCRIBED[service]
    assert request["path"].startswith(before)
    body = None if request["arguments"] is None else json.dumps(request["arguments"], default=float).encode()
    query = "&".join(f"{name}={value}" for name, value in request["query"].items())
    headers = {**request["headers"], "content-type": "application/json"}
    assert check.problems(vendor, check.Request(request["method"], request["path"].removeprefix(before), query, headers, body)) == []


@EACH
async def test_a_throttled_call_waits_as_long_as_the_vendor_says(
    vendor: Vendor, tool: model.Tool, action: str | None, arguments: dict[str, Any]
) -> None:
    vendor.order(tool.service, "429", retry_after=7)
    failure = await vendor.failure(tool, action, arguments)
    assert (failure.type, failure.non_retryable) == ("throttled", False)
    assert failure.next_retry_delay is not None and failure.next_retry_delay.total_seconds() == 7


@EACH
async def test_a_refusal_is_final_and_told_in_the_vendors_words(
    vendor: Vendor, tool: model.Tool, action: str | None, arguments: dict[str, Any]
) -> None:
    vendor.order(tool.service, "refuse")
    failure = await vendor.failure(tool, action, arguments)
    assert failure.type in ("rejected by the vendor", "invalid input")
    assert failure.non_retryable
    assert "refused_as_ordered" in failure.message.replace(" ", "_")


@EACH
async def test_an_unknown_outcome_is_repeated_only_where_that_does_no_harm(
    vendor: Vendor, tool: model.Tool, action: str | None, arguments: dict[str, Any]
) -> None:
    vendor.order(tool.service, "reset")
    failure = await vendor.failure(tool, action, arguments)
    assert failure.type == "unknown outcome"
    looked_up = "look_up" in (tool.definition["actions"][action] if action else tool.definition)
    assert failure.non_retryable == (tool.effect_of(action) == model.UNSAFE and not looked_up)
    if failure.non_retryable:
        return
    await vendor.call(tool, action, arguments, attempt=2)
    for request in vendor.requests:
        judge(tool.service, request)
    if looked_up:  # found by the look-up, so done once
        routes = [request["action"] for request in vendor.requests]
        assert routes.count(routes[0]) == 1, routes


def reads_json(tool: model.Tool, action: str | None) -> bool:
    """Whether the answer is JSON, and no file or text that is taken as it comes."""
    facts = tool.definition["actions"][action] if action else tool.definition
    return bool(facts.get("rest", {}).get("answer", "json") == "json")


@EACH
async def test_the_secret_is_in_no_answer_error_or_log(
    vendor: Vendor, caplog: pytest.LogCaptureFixture, tool: model.Tool, action: str | None, arguments: dict[str, Any]
) -> None:
    caplog.set_level(logging.DEBUG)
    said = [json.dumps(await vendor.call(tool, action, arguments), default=str)]
    for kind in ("refuse", "500", "half-body", *(("invalid-json",) if reads_json(tool, action) else ())):
        vendor.order(tool.service, kind)
        failure = await vendor.failure(tool, action, arguments)
        said += [failure.message, json.dumps(failure.details, default=str)]
    said += [record.getMessage() for record in caplog.records] + [json.dumps(vendor.requests, default=str), repr(vendor.settings)]
    assert not [text for text in said if SECRET in text]


@EACH
async def test_without_credentials_they_are_named(
    sandbox: server.Running, tool: model.Tool, action: str | None, arguments: dict[str, Any]
) -> None:
    bare = settings.Settings.from_mapping(app.endpoints(sandbox.url))
    missing = authentication.Door(bare).missing(tool)
    activities = tools.ToolActivities(catalog.Catalog({tool.address: tool}), bare)
    given = calls.given(tool, arguments, effect=tool.effect_of(action))
    if not missing:  # a vendor that asks for none
        return
    with pytest.raises(exceptions.ApplicationError) as caught:
        await calls.environment().run(activities.call_tool, given)
    await activities.close()
    assert caught.value.type == "invalid input"
    assert missing[0].split()[0].strip(",") in caught.value.message
    assert not sandbox.sandbox.calls.items
