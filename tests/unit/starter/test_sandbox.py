"""The vendor sandbox behind bridges: every http tool has an answer that fits its schema, keys are kept, ordered faults happen."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import httpx
import jsonschema_rs
import pytest

from activities import json_text
from starter import ports, sample_day
from starter.sandbox import anthropic_bridge, app, openai_bridge, reconciliation, server, sia_bridge, vendor
from tests import commands, reference_cases

CATALOGS = reference_cases.BRIDGES_FOLDER
TOOLS = [tool for file in sorted(CATALOGS.glob("*.*.json")) if (tool := json.loads(file.read_text()))["transport"] == "http"]


@pytest.fixture
async def http(sandbox: server.Running) -> AsyncIterator[httpx.AsyncClient]:
    """An HTTP client of a fresh sandbox."""
    async with httpx.AsyncClient(base_url=sandbox.url, trust_env=False, timeout=5) as found:
        yield found


async def post(http: httpx.AsyncClient, path: str, arguments: dict[str, Any], key: str | None = None) -> httpx.Response:
    headers = {} if key is None else {"Idempotency-Key": key}
    return await http.post(path, content=json_text.encode({"params": {"arguments": arguments}}), headers=headers)


async def answer(http: httpx.AsyncClient, path: str, arguments: dict[str, Any], key: str | None = None) -> Any:
    response = await post(http, path, arguments, key)
    assert response.status_code == 200, response.text
    return json_text.decode(response.content)


def test_every_http_tool_of_the_catalog_has_a_stand_in_for_each_of_its_actions() -> None:
    missing = []
    for tool in TOOLS:
        path = tool["endpoint"].split("/tools/")[1]
        found = app.VENDORS.get(tool["service"], {}).get(path)
        if found is None or ((actions := set(tool.get("actions", {}))) and (callable(found) or actions - set(found))):
            missing.append(tool["address"])
    assert missing == []


async def test_configuration_of_one_s_own_goes_before_that_of_the_stand_ins_but_credentials_do_not() -> None:
    async with server.sandbox_server() as running:
        given = running.variables({"SALESFORCE_REPORTS": "weekly_sales=00Oown", "SLACK_ACCESS_TOKEN": "xoxb-real"}, without=["jira"])
    assert given["HUBSPOT_WORKFLOW_LISTS"] == "12345=77"
    assert "SALESFORCE_REPORTS" not in given and given["SALESFORCE_ACCESS_TOKEN"] == "sandbox"
    assert given["SLACK_ACCESS_TOKEN"] == given["MAIB_MERCHANTS_TOKEN"] == "sandbox"
    assert not [name for name in given if "JIRA" in name]


def test_endpoints_name_a_variable_for_every_service() -> None:
    variables = app.endpoints("http://127.0.0.1:9000/")
    assert variables["ORDINAUT_ENDPOINT_SLACK"] == "http://127.0.0.1:9000/slack"
    bridged = {f"ORDINAUT_ENDPOINT_{tool['service'].upper()}" for tool in TOOLS}
    assert set(variables) == bridged | {"ORDINAUT_ENDPOINT_MSIGN"}  # never had a bridge


#: Arguments as the reference pipelines send them, and what these pipelines read of the answer.
CALLS: list[Any] = [
    (
        "openai",
        "analyze",
        {"prompt": "p", "context": {"sales_data": [], "support_metrics": {}}},
        ["analysis", "confidence", "token_usage.total_tokens"],
    ),
    ("openai", "analyze", {"prompt": "p", "context": {"current_sprint": {}, "team_size": 8}}, ["analysis", "summary", "priority_items"]),
    (
        "openai",
        "analyze",
        {"prompt": "p", "context": {"pipeline_report": {}, "stale_deals": []}},
        ["analysis", "summary", "priority_items"],
    ),
    (
        "anthropic",
        "code_review",
        {"code_diff": "+print(1)", "language": "python"},
        ["overall_score", "issues", "summary", "positive_aspects", "metadata.filtered_issues"],
    ),
    ("slack", "post_message", {"channel": "#executives", "message": "m"}, ["ok", "channel", "ts"]),
    ("slack", "enterprise", {"action": "post_message", "channel": "#a", "message": "m"}, ["ts"]),
    ("slack", "enterprise", {"action": "set_reminder", "text": "t", "time": "in 30 minutes"}, ["ok"]),
    (
        "slack",
        "enterprise",
        {"action": "schedule_message", "channel": "#a", "message": "m", "scheduled_time": "2026-11-23T10:00:00+02:00"},
        ["scheduled_message_id", "post_at"],
    ),
    ("github", "get_pull_request_diff", {"repository": "a/b", "pull_number": 7}, ["content"]),
    ("github", "get_pr_files", {"repository": "a/b", "pull_number": 7}, ["primary_language"]),
    ("github", "create_review_comment", {"repository": "a/b", "pull_number": 7, "body": "b"}, ["id", "html_url"]),
    (
        "github",
        "enterprise",
        {"action": "get_metrics", "repository": "a/b", "period": "week"},
        [
            "pull_requests.merged_count",
            "pull_requests.feature_summary",
            "pull_requests.bugfix_summary",
            "issues.closed_count",
            "contributors.new_count",
        ],
    ),
    (
        "github",
        "enterprise",
        {"action": "run_workflow", "repository": "a/b", "workflow_id": "w.yml", "ref": "main"},
        ["workflow_triggered"],
    ),
    ("github", "enterprise", {"action": "create_release", "repository": "a/b", "tag_name": "v1"}, ["html_url"]),
    ("gitlab", "run_pipeline", {"project_id": "12", "ref": "feature"}, ["status"]),
    ("gitlab", "add_mr_note", {"project_id": "12", "merge_request_iid": 3, "body": "b"}, ["id"]),
    ("gitlab", "approve_mr", {"project_id": "12", "merge_request_iid": 3}, ["approved"]),
    (
        "sonarqube",
        "analyze",
        {"project_key": "g/p", "branch": "feature"},
        ["analysis_id", "security_rating", "coverage", "bugs", "vulnerabilities", "code_smells"],
    ),
    (
        "jira",
        "enterprise",
        {"action": "get_sprint_metrics", "project_key": "PROD"},
        ["completion_rate", "scope_changes", "average_velocity"],
    ),
    ("jira", "enterprise", {"action": "create_issue", "project_key": "PROD", "summary": "s", "issue_type": "Epic"}, ["key", "url"]),
    ("jira", "enterprise", {"action": "bulk_import", "project_key": "FIN", "issues": [{"summary": "s"}]}, ["created_count", "issues"]),
    ("salesforce", "query_reports", {"report_type": "weekly_sales", "date_range": "last_week"}, ["data"]),
    ("salesforce", "enterprise", {"action": "run_report", "report_id": "00O"}, ["data", "total_value", "opportunities_count"]),
    ("salesforce", "enterprise", {"action": "query_records", "query": "SELECT Id FROM Opportunity"}, ["records", "totalSize"]),
    ("salesforce", "enterprise", {"action": "bulk_import", "sobject_type": "Task", "bulk_data": [{}]}, ["successCount"]),
    ("salesforce", "enterprise", {"action": "send_email", "recipients": ["a@b.example"]}, ["success"]),
    ("zendesk", "get_metrics", {"period": "week", "metrics": ["resolution_time", "satisfaction_score"]}, ["metrics"]),
    ("hubspot", "enterprise", {"action": "get_contacts"}, ["results"]),
    ("hubspot", "enterprise", {"action": "enroll_in_workflow", "workflow_id": "12345", "contact_ids": ["501"]}, ["enrolled_count"]),
    (
        "prometheus",
        "query",
        {"queries": [{"name": "error_rate", "query": "q"}, {"name": "other", "query": "q"}]},
        ["error_rate.value", "other.reason"],
    ),
    ("prometheus", "push_gateway", {"job": "j", "metrics": [{"name": "m", "value": Decimal("1.5")}]}, ["pushed_count"]),
    (
        "msteams",
        "enterprise",
        {"action": "send_adaptive_card", "team_id": "t", "channel_id": "c", "adaptive_card": {"type": "AdaptiveCard", "body": []}},
        ["id"],
    ),
    (
        "msteams",
        "enterprise",
        {"action": "schedule_meeting", "meeting": {"subject": "s", "start_time": "a", "end_time": "b"}},
        ["id", "join_url"],
    ),
    ("grafana", "enterprise", {"action": "create_dashboard", "dashboard_config": {}}, ["dashboard_id"]),
]


@pytest.mark.parametrize(
    ("service", "tool", "arguments", "reads"), CALLS, ids=[f"{row[0]}.{row[2].get('action', row[1])}" for row in CALLS]
)
async def test_an_answer_has_what_the_pipelines_read_and_fits_the_schema(
    http: httpx.AsyncClient, service: str, tool: str, arguments: dict[str, Any], reads: list[str]
) -> None:
    output = await answer(http, f"/{service}/tools/{tool}", arguments)
    for path in reads:
        value = output
        for name in path.split("."):
            value = value[name]
        assert value not in (None, "")
    assert jsonschema_rs.is_valid(output_schema(service, tool, arguments.get("action")), json.loads(json_text.encode(output)))


def output_schema(service: str, tool: str, action: Any) -> Any:
    """What the catalog says of an answer."""
    (definition,) = [found for found in TOOLS if found["service"] == service and found["endpoint"].endswith(f"/tools/{tool}")]
    return definition["actions"][action]["output_schema"] if action is not None else definition["output_schema"]


DETAILS = {"payment_details": {"amount": 100, "currency": "MDL"}}
REPORT = {"report_type": "monthly_employment", "reporting_period": "2026-10", "company_idno": "1234567890123"}
#: One call of each action, in an order in which each finds what it needs.
ACTIONS: list[tuple[str, str, dict[str, Any]]] = [
    ("slack.enterprise", "post_message", {"channel": "#a", "message": "m"}),
    ("slack.enterprise", "schedule_message", {"channel": "#a", "message": "m", "scheduled_time": "2026-11-23T10:00:00+02:00"}),
    ("slack.enterprise", "update_status", {"message": "away"}),
    ("slack.enterprise", "create_channel", {"channel": "new"}),
    ("slack.enterprise", "invite_users", {"channel": "new"}),
    ("slack.enterprise", "set_reminder", {"text": "t", "time": "in 30 minutes"}),
    ("slack.enterprise", "post_to_thread", {"channel": "#a", "message": "m", "thread_ts": "1.2"}),
    ("slack.enterprise", "react_to_message", {"channel": "#a"}),
    ("slack.enterprise", "pin_message", {"channel": "#a"}),
    ("msteams.enterprise", "send_message", {"message": "m"}),
    ("msteams.enterprise", "schedule_meeting", {"meeting": {"subject": "s", "start_time": "a", "end_time": "b"}}),
    ("msteams.enterprise", "send_notification", {"message": "m"}),
    ("msteams.enterprise", "create_team", {}),
    ("msteams.enterprise", "add_members", {"team_id": "t"}),
    ("msteams.enterprise", "post_to_channel", {"team_id": "t", "channel_id": "c", "message": "m"}),
    (
        "msteams.enterprise",
        "send_adaptive_card",
        {"team_id": "t", "channel_id": "c", "adaptive_card": {"type": "AdaptiveCard", "body": []}},
    ),
    ("msteams.enterprise", "create_poll", {"message": "m"}),
    ("github.enterprise", "create_issue", {"repository": "a/b", "title": "t"}),
    ("github.enterprise", "create_pr", {"repository": "a/b", "title": "t"}),
    ("github.enterprise", "merge_pr", {"repository": "a/b", "pr_number": 7}),
    ("github.enterprise", "add_comment", {"repository": "a/b", "body": "b"}),
    ("github.enterprise", "assign_reviewers", {"repository": "a/b"}),
    ("github.enterprise", "create_release", {"repository": "a/b", "tag_name": "v1"}),
    ("github.enterprise", "manage_labels", {"repository": "a/b"}),
    ("github.enterprise", "sync_projects", {"repository": "a/b"}),
    ("github.enterprise", "run_workflow", {"repository": "a/b", "workflow_id": "w.yml"}),
    ("github.enterprise", "get_metrics", {"repository": "a/b"}),
    ("jira.enterprise", "create_issue", {"project_key": "FIN", "summary": "s"}),
    ("jira.enterprise", "update_issue", {"issue_key": "FIN-1", "summary": "t"}),
    ("jira.enterprise", "transition_issue", {"issue_key": "FIN-1"}),
    ("jira.enterprise", "add_comment", {"issue_key": "FIN-1"}),
    ("jira.enterprise", "create_epic", {"project_key": "FIN", "summary": "s"}),
    ("jira.enterprise", "link_issues", {"issue_key": "FIN-1"}),
    ("jira.enterprise", "get_sprint_metrics", {"project_key": "FIN"}),
    ("jira.enterprise", "bulk_update", {"issues": []}),
    ("jira.enterprise", "create_release", {"project_key": "FIN"}),
    ("jira.enterprise", "bulk_import", {"project_key": "FIN", "issues": [{"summary": "s"}]}),
    ("salesforce.enterprise", "query_records", {"query": "SELECT Id FROM Opportunity"}),
    ("salesforce.enterprise", "create_record", {"sobject_type": "Lead", "fields": {}}),
    ("salesforce.enterprise", "update_record", {"record_id": "r"}),
    ("salesforce.enterprise", "run_report", {"report_id": "r"}),
    ("salesforce.enterprise", "send_email", {"recipients": []}),
    ("salesforce.enterprise", "create_task", {"fields": {}}),
    ("salesforce.enterprise", "update_opportunity", {"record_id": "r"}),
    ("salesforce.enterprise", "bulk_import", {"sobject_type": "Task", "bulk_data": [{}]}),
    ("salesforce.enterprise", "sync_contacts", {}),
    ("grafana.enterprise", "create_dashboard", {"dashboard_config": {}}),
    ("grafana.enterprise", "update_dashboard", {"dashboard_id": "dash-000001", "dashboard_config": {}}),
    ("grafana.enterprise", "create_alert", {}),
    ("grafana.enterprise", "get_metrics", {}),
    ("grafana.enterprise", "create_annotation", {}),
    ("grafana.enterprise", "export_dashboard", {"dashboard_id": "dash-000001"}),
    ("grafana.enterprise", "manage_datasources", {}),
    ("grafana.enterprise", "create_folder", {}),
    ("grafana.enterprise", "set_permissions", {}),
    ("maib.banking", "get_balance", {"account_number": "MD24"}),
    ("maib.banking", "get_transactions", {"account_number": "MD24", "date_from": "2026-11-23", "date_to": "2026-11-23"}),
    ("maib.banking", "create_payment", DETAILS),
    ("maib.banking", "get_statement", {"account_number": "MD24", "date_from": "2026-11-23", "date_to": "2026-11-23"}),
    ("maib.banking", "verify_payment", {"payment_details": {"payment_id": "PAY-00000001"}}),
    ("maib.banking", "bulk_payments", {"payment_details": {"payments": [{"amount": 100}]}}),
    ("maib.banking", "currency_exchange", {"currency_from": "EUR", "currency_to": "MDL", "amount": 100}),
    ("maib.banking", "get_exchange_rates", {}),
    ("sia.reporting", "submit_report", {**REPORT, "data": {**REPORT, "total_employees": 0, "employees": []}}),
    ("sia.reporting", "get_status", {**REPORT, "data": {"reference_number": "SIA-2026-10-000001"}}),
    ("sia.reporting", "download_form", REPORT),
    ("sia.reporting", "validate_data", {**REPORT, "data": {}}),
    ("hubspot.enterprise", "get_contacts", {}),
    ("hubspot.enterprise", "bulk_update_contacts", {"updates": []}),
    ("hubspot.enterprise", "enroll_in_workflow", {"workflow_id": "1", "contact_ids": []}),
]


async def test_the_answer_of_every_action_fits_its_schema(http: httpx.AsyncClient) -> None:
    declared = [(tool["address"], action) for tool in TOOLS for action in tool.get("actions", {})]
    assert sorted((address, action) for address, action, _ in ACTIONS) == sorted(declared)
    for address, action, arguments in ACTIONS:
        service, tool = address.split(".")
        output = json.loads(json_text.encode(await answer(http, f"/{service}/tools/{tool}", {"action": action, **arguments})))
        schema = output_schema(service, tool, action)
        assert jsonschema_rs.is_valid(schema, output), (address, action, output)
        assert set(output) & set(schema["properties"]), (address, action)


async def test_the_statement_of_a_day_is_the_bank_s_half_of_the_sample_day(http: httpx.AsyncClient) -> None:
    arguments = {"action": "get_transactions", "account_number": sample_day.ACCOUNT, "date_from": "2026-11-22", "date_to": "2026-11-23"}
    output = await answer(http, "/maib/tools/banking", arguments)
    assert output["count"] == len(output["transactions"]) == 14
    assert output["transactions"][7] == {
        "transaction_id": "TRX-20261123-001",
        "amount": Decimal("12450.00"),
        "currency": "MDL",
        "date": "2026-11-23",
        "time": "09:05:00",
        "reference": "INV-20261123-001",
        "description": "Plata factura, Orhei Logistic SRL",
    }
    response = await post(http, "/maib/tools/banking", arguments)
    assert b'"amount":12450.00,' in response.content  # the cents are kept


async def test_money_is_moved_exactly(http: httpx.AsyncClient) -> None:
    exchange = {"action": "currency_exchange", "currency_from": "EUR", "currency_to": "MDL", "amount": Decimal("0.10")}
    assert (await answer(http, "/maib/tools/banking", exchange))["amount_to"] == Decimal("1.96")
    bad = {"action": "create_payment", "payment_details": {"amount": Decimal("1.005")}}
    response = await post(http, "/maib/tools/banking", bad)
    assert (response.status_code, response.json()) == (
        422,
        {"error": "`amount`: found 1.005, expected a positive amount with at most 2 decimals"},
    )


async def test_the_same_key_gets_the_first_answer_and_is_counted(http: httpx.AsyncClient) -> None:
    arguments = {"action": "post_message", "channel": "#a", "message": "Cost: 0.10"}
    first = await answer(http, "/slack/tools/enterprise", arguments, "key-1")
    again = await answer(http, "/slack/tools/enterprise", arguments, "key-1")
    other = await answer(http, "/slack/tools/enterprise", arguments, "key-2")
    assert again == first
    assert other["ts"] != first["ts"]
    common = {"service": "slack", "path": "/slack/tools/enterprise", "action": "post_message", "arguments": arguments}
    assert (await http.get("/_sandbox/calls")).json() == [
        {**common, "key": "key-1", "times": 2, "answers": ["200", "200"]},
        {**common, "key": "key-2", "times": 1, "answers": ["200"]},
    ]


async def test_without_a_key_each_call_is_a_new_one(http: httpx.AsyncClient) -> None:
    arguments = {"channel": "#a", "message": "m"}
    one, two = [await answer(http, "/slack/tools/post_message", arguments) for _ in range(2)]
    assert one["ts"] != two["ts"]
    assert [call["times"] for call in (await http.get("/_sandbox/calls")).json()] == [1, 1]
    await http.delete("/_sandbox/calls")
    assert (await http.get("/_sandbox/calls")).json() == []


async def test_a_key_that_comes_again_with_other_arguments_is_refused(http: httpx.AsyncClient) -> None:
    await answer(http, "/slack/tools/post_message", {"channel": "#a", "message": "one"}, "key")
    response = await post(http, "/slack/tools/post_message", {"channel": "#a", "message": "two"}, "key")
    assert (response.status_code, response.json()) == (422, {"error": "this Idempotency-Key came before with other arguments"})


@pytest.mark.parametrize(
    ("path", "body", "status", "message"),
    [
        pytest.param("/slack/tools/post_message", b"{", 400, "the request is not JSON: ", id="no JSON"),
        pytest.param("/slack/tools/post_message", b"[]", 400, 'expected {"params": {"arguments": {...}}}', id="no arguments"),
        pytest.param(
            "/slack/tools/enterprise",
            b'{"params":{"arguments":{}}}',
            400,
            "action: found None, expected one of post_message, ",
            id="no action",
        ),
        pytest.param("/slack/tools/other", b'{"params":{"arguments":{}}}', 404, "no tool of slack other", id="unknown tool"),
        pytest.param("/myspace/tools/post", b'{"params":{"arguments":{}}}', 404, "no service myspace", id="unknown service"),
        pytest.param(
            "/slack/tools/post_message", b'{"params":{"arguments":{"channel":"#a"}}}', 400, "`message` is missing", id="missing argument"
        ),
        pytest.param(
            "/slack/tools/post_message",
            b'{"params":{"arguments":{"channel":1}}}',
            400,
            "`channel` is a int, which does not fit",
            id="wrong type",
        ),
    ],
)
async def test_bad_calls_are_refused(http: httpx.AsyncClient, path: str, body: bytes, status: int, message: str) -> None:
    response = await http.post(path, content=body)
    assert response.status_code == status
    assert response.json()["error"].startswith(message)


async def order(http: httpx.AsyncClient, **fault: Any) -> None:
    assert (await http.post("/_sandbox/faults", json=fault)).status_code == 200


MESSAGE = {"channel": "#a", "message": "m"}


async def test_a_throttled_call_is_not_done_and_names_the_wait(http: httpx.AsyncClient) -> None:
    await order(http, service="slack", kind="429", times=2, retry_after=3)
    for _ in range(2):
        response = await post(http, "/slack/tools/post_message", MESSAGE, "key")
        assert (response.status_code, response.headers["retry-after"]) == (429, "3")
    await answer(http, "/slack/tools/post_message", MESSAGE, "key")
    assert (await http.get("/_sandbox/calls")).json()[0]["answers"] == ["429", "429", "200"]


@pytest.mark.parametrize(("kind", "status"), [("500", 500), ("refuse", 422)])
async def test_a_vendor_that_is_broken_or_unwilling(http: httpx.AsyncClient, kind: str, status: int) -> None:
    await order(http, service="slack", action="post_message", kind=kind)
    assert (await post(http, "/slack/tools/post_message", MESSAGE)).status_code == status
    assert (await post(http, "/slack/tools/post_message", MESSAGE)).status_code == 200


@pytest.mark.parametrize(
    ("kind", "seen"),
    [
        pytest.param("reset", (httpx.ReadError, httpx.RemoteProtocolError), id="reset"),
        pytest.param("half-body", httpx.RemoteProtocolError, id="half-body"),
        pytest.param("stall", httpx.ReadTimeout, id="stall"),
    ],
)
async def test_an_answer_that_is_lost_after_the_work_was_done(http: httpx.AsyncClient, kind: str, seen: Any) -> None:
    http.timeout = httpx.Timeout(0.5)
    await order(http, service="slack", kind=kind)
    with pytest.raises(seen):
        await post(http, "/slack/tools/post_message", MESSAGE, "key")
    found = await answer(http, "/slack/tools/post_message", MESSAGE, "key")
    assert found["ts"] == "1767225601.000001"  # the first message: the work was not done again
    assert (await http.get("/_sandbox/calls")).json()[0]["answers"] == [kind, "200"]


async def test_an_answer_that_is_no_json(http: httpx.AsyncClient) -> None:
    await order(http, service="slack", kind="invalid-json")
    response = await post(http, "/slack/tools/post_message", MESSAGE)
    assert response.status_code == 200
    with pytest.raises(json.JSONDecodeError):
        response.json()


async def test_a_late_answer(http: httpx.AsyncClient) -> None:
    await order(http, service="slack", kind="stall", seconds=1)
    begin = asyncio.get_running_loop().time()
    await answer(http, "/slack/tools/post_message", MESSAGE)
    assert asyncio.get_running_loop().time() - begin >= 1


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        pytest.param({"service": "myspace", "kind": "429"}, "service: found 'myspace', expected one of anthropic, ", id="service"),
        pytest.param(
            {"service": "slack", "kind": "x"},
            "kind: found 'x', expected one of 429, 500, refuse, stall, reset, half-body, invalid-json",
            id="kind",
        ),
        pytest.param({"service": "slack", "kind": "429", "times": 0}, "times: found 0, expected a whole number", id="times"),
        pytest.param(
            {"service": "slack", "kind": "429", "when": 1},
            "a fault is an object with the members service, kind, action, times, retry_after, seconds",
            id="unknown member",
        ),
    ],
)
async def test_a_fault_that_makes_no_sense_is_refused(http: httpx.AsyncClient, fault: dict[str, Any], message: str) -> None:
    response = await http.post("/_sandbox/faults", json=fault)
    assert response.status_code == 400
    assert response.json()["error"].startswith(message)
    assert (await http.get("/_sandbox/faults")).json() == []


async def test_faults_hit_only_their_action_and_can_be_taken_back(http: httpx.AsyncClient) -> None:
    await order(http, service="slack", action="set_reminder", kind="500", times=5)
    assert (await post(http, "/slack/tools/post_message", MESSAGE)).status_code == 200
    assert (await http.delete("/_sandbox/faults")).json() == []
    assert (await post(http, "/slack/tools/enterprise", {"action": "set_reminder", "text": "t", "time": "now"})).status_code == 200


def entry(reference: str | None, amount: Any, currency: str = "MDL", name: str = "reference") -> dict[str, Any]:
    return {"transaction_id": f"id-{reference}", name: reference, "amount": amount, "currency": currency}


RECONCILED = [
    pytest.param([], [], 0, [], id="nothing"),
    pytest.param([entry("A", Decimal("1.10"))], [entry("A", "1.10")], 1, [], id="text and number"),
    pytest.param([entry("A", Decimal("1.1"))], [entry("A", Decimal("1.100"))], 1, [], id="other digits, same amount"),
    pytest.param([entry("A", 5)], [entry("A", 7)], 0, [("amount-mismatch", Decimal(2), "A", "A")], id="amount"),
    pytest.param([entry("A", 5, "EUR")], [entry("A", 5)], 0, [("amount-mismatch", Decimal(5), "A", "A")], id="currency"),
    pytest.param([entry("A", -5)], [], 0, [("missing-in-system", Decimal(5), "A", None)], id="missing in the system"),
    pytest.param([], [entry("B", 5)], 0, [("missing-in-bank", Decimal(5), None, "B")], id="missing in the bank"),
    pytest.param([entry("A", 5), entry("A", 5)], [entry("A", 5)], 1, [("missing-in-system", Decimal(5), "A", None)], id="paid twice"),
    pytest.param(
        [entry("A", 7), entry("A", 5)],
        [entry("A", 5)],
        1,
        [("missing-in-system", Decimal(7), "A", None)],
        id="the exact one is matched first",
    ),
    pytest.param([entry(None, 5)], [entry("B", 5)], 1, [], id="no reference, same amount"),
    pytest.param(
        [entry("A", 5)], [entry("B", 5)], 0, [("missing-in-system", 5, "A", None), ("missing-in-bank", 5, None, "B")], id="other reference"
    ),
    pytest.param([entry("A", "five")], [], 0, [("unreadable", 0, "A", None)], id="no number"),
]


@pytest.mark.parametrize(("bank", "system", "matched", "discrepancies"), RECONCILED)
def test_transactions_are_really_reconciled(
    bank: list[Any], system: list[Any], matched: int, discrepancies: list[tuple[str, Any, str | None, str | None]]
) -> None:
    found = reconciliation.reconcile(bank, system)
    assert found["matched_count"] == matched
    assert [
        tuple(item[name] for name in ("type", "amount", "bank_reference", "system_reference")) for item in found["discrepancies"]
    ] == discrepancies


def test_a_reconciliation_is_summed_up() -> None:
    found = reconciliation.reconcile([entry("A", 1), entry("B", 2)], [entry("A", 1), entry("C", Decimal("3.50"))])
    assert found["summary"] == (
        "1 transactions match, of 2 at the bank and 2 in the system. Discrepancies: 1 missing-in-system, 1 missing-in-bank."
    )
    assert found["discrepancies"][1]["description"] == "C: 3.50 MDL; the system has it, the bank does not"


def test_leads_are_scored_by_role_company_and_interest() -> None:
    leads = [
        {"id": "1", "properties": {"jobtitle": "CTO", "company": "CodruSoft", "lead_source": "webinar"}},
        {"id": "2", "properties": {"jobtitle": "Assistant", "company": "Moara", "lead_source": "website"}},
    ]
    scored = openai_bridge.analyze({"prompt": "p", "context": {"leads": leads}}, vendor.Memory())["scored_leads"]
    assert [(lead["id"], lead["score"], lead["reasoning"]) for lead in scored] == [
        ("1", 100, "decides (+30), technology company (+20), has shown interest (+10)"),
        ("2", 40, "nothing speaks for it yet"),
    ]


def test_a_review_finds_what_stands_in_the_added_lines() -> None:
    diff = '@@ -1,2 +5,3 @@\n unchanged eval(x)\n-eval(y)\n+password = "x"\n+print(1)\n'
    found = anthropic_bridge.code_review({"code_diff": diff, "language": "python", "severity_threshold": "medium"}, vendor.Memory())
    assert [(issue["severity"], issue["line_numbers"]) for issue in found["issues"]] == [("high", [6])]
    assert found["metadata"]["total_issues"] == 2
    assert found["overall_score"] == 6


def report(**changes: Any) -> dict[str, Any]:
    employee = {"idnp": "2001004567892", "salary_gross": Decimal("100.00"), "social_contribution": 24, "medical_contribution": 9}
    data = {"company_idno": "1234567890123", "reporting_period": "2026-10", "total_employees": 1, "employees": [{**employee, **changes}]}
    return {"report_type": "monthly_employment", "reporting_period": "2026-10", "company_idno": "1234567890123", "data": data}


@pytest.mark.parametrize(
    ("changes", "issues"),
    [
        pytest.param({}, [], id="right"),
        pytest.param(
            {"idnp": "2001004567891"},
            ["employee 1: idnp: found '2001004567891', expected 13 digits with a right check digit"],
            id="check digit",
        ),
        pytest.param({"salary_gross": "100"}, ["employee 1: salary_gross: found '100', expected an amount from 0"], id="text for a number"),
        pytest.param(
            {"medical_contribution": -1}, ["employee 1: medical_contribution: found -1, expected an amount from 0"], id="negative"
        ),
    ],
)
def test_a_report_is_really_checked(changes: dict[str, Any], issues: list[str]) -> None:
    assert sia_bridge.validate_data(report(**changes), vendor.Memory()) == {"is_valid": not issues, "issues": issues}


def test_only_a_valid_report_gets_a_reference_number() -> None:
    memory = vendor.Memory()
    assert sia_bridge.submit_report(report(), memory)["reference_number"] == "SIA-2026-10-000001"
    assert sia_bridge.get_status({"report_type": "x", "data": {"reference_number": "SIA-2026-10-000001"}}, memory)["status"] == "accepted"
    with pytest.raises(vendor.Refused) as refused:
        sia_bridge.submit_report(report(idnp="1"), memory)
    assert str(refused.value) == "the report is not valid: employee 1: idnp: found '1', expected 13 digits with a right check digit"


async def test_a_port_that_is_taken_is_said() -> None:
    async with server.sandbox_server() as running:
        port = int(running.url.rsplit(":", 1)[1])
        with pytest.raises(server.PortTaken) as refused:
            async with server.sandbox_server(port):
                pass
    assert str(refused.value) == f"cannot listen on 127.0.0.1:{port}: Address already in use; choose another port, or 0 for a free one"
    async with server.sandbox_server(port):
        pass  # free again at once


def test_by_itself_it_prints_the_variables_and_ends_on_ctrl_c() -> None:
    (port,) = ports.free(1)
    process = subprocess.Popen([commands.PROGRAM, "sandbox", "--port", str(port)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    with process.stdout:
        assert process.stdout.readline() == f"# vendor sandbox at http://127.0.0.1:{port}; these send a worker's calls there:\n"
        assert process.stdout.readline() == f"export ORDINAUT_ENDPOINT_ANTHROPIC=http://127.0.0.1:{port}/anthropic\n"
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=10) == 0
