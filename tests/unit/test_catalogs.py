"""The shipped definitions: as they were handed over, fit for the twelve reference pipelines, and each tried with good and bad arguments."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from activities import catalog, catalog_problems
from workflows.core import composed, errors, fit, model

ROOT = Path(__file__).resolve().parents[2]
CATALOGS = ROOT / "catalogs"
REFERENCE = ROOT / "tests" / "reference"
ORIGINALS = sorted((REFERENCE / "tools").glob("*.json"))
TOOLS = catalog.load([CATALOGS])
OUR_KEYS = {"title", "description", "service", "effect", "actions", "vendor_schema", "rest", "rest_defaults", "example", "cases", "sql"}
OUR_KEYS |= {"authentication", "configuration", "rate_limit", "retry", "endpoint_setting", "ping"}


def read(file: Path) -> Any:
    return json.loads(file.read_text(encoding="utf-8"), parse_float=Decimal)


def test_each_tool_is_in_a_file_of_its_name() -> None:
    assert sorted(f"{address}.json" for address in TOOLS) == sorted(
        file.name for file in CATALOGS.glob("*.json") if file.name not in ("schema.json", "services.json")
    )


def test_every_address_of_the_reference_pipelines_is_there() -> None:
    used = {
        address
        for file in (REFERENCE / "pipelines").glob("*.json")
        for address in re.findall(r'"uses":\s*"([^"]+)"', file.read_text(encoding="utf-8"))
    }
    assert len(used) == 27  # grafana.enterprise is defined, but no pipeline uses it
    inside = {address for tool in TOOLS.values() for action in (*tool.actions, None) for address in called(tool, action)}
    assert used | inside | {"grafana.enterprise", "maib.merchants", "sia.msign", "system.approval", "system.wait_for_event"} == set(TOOLS)


def called(tool: model.Tool, action: str | None) -> list[str]:
    """The tools that an action is made of."""
    made = tool.composed(action)
    return [address for address in composed.addresses(made) if address != composed.COMPUTED] if made else []


@pytest.mark.parametrize("original", [pytest.param(file, id=file.stem) for file in ORIGINALS])
def test_the_ten_definitions_are_as_they_were_handed_over(original: Path) -> None:
    expected = read(original)
    ours = read(CATALOGS / original.name)
    match expected["address"]:
        case "jira.enterprise":  # the one action that the reconciliation pipeline uses and the original lacks
            expected["input_schema"]["properties"]["action"]["enum"].append("bulk_import")
        case "openai-chatgpt.analyze":  # what else the model's JSON object holds passes through, and the schema says so
            assert ours["output_schema"].pop("additionalProperties") is True
            assert "passes through" in ours["output_schema"].pop("description")
            assert set(ours["output_schema"]["properties"].pop("usage")["properties"]) == {
                "input_tokens",
                "output_tokens",
                "requests",
                "model",
            }
        case "msteams.enterprise":  # posting to channels, adding members and staying logged in need more rights than the original asks for
            assert set(expected["authentication"]["scopes"]) <= set(ours["authentication"]["scopes"])
            assert ours["authentication"]["type"] == expected.pop("authentication")["type"]
        case "maib.banking" | "sia.reporting":  # a token where the other side asks for one; its address is the customer's
            assert ours["authentication"].pop("or") == [{"type": "bearer_token"}]
        case "salesforce.enterprise":  # the test system, and the way without a person
            assert ours["authentication"].pop("test") == {"setting": "SALESFORCE_SANDBOX", "url": "https://test.salesforce.com"}
            assert [way["type"] for way in ours["authentication"].pop("or")] == ["salesforce_jwt"]
        case "github.enterprise":  # an app of GitHub in place of somebody's token
            assert ours["authentication"].pop("or") == [{"type": "github_app", "token_prefix": "token"}]
        case "anthropic-claude.code_review":  # the original declares no output
            ours.pop("output_schema")
    if ours["transport"] == "rest":  # called directly, not through the bridge of the source document
        expected = {**expected, "transport": "rest", "endpoint": ours.get("endpoint")}
        ours.setdefault("endpoint", None)
    assert {key: value for key, value in ours.items() if key in expected} == expected
    assert set(ours) - set(expected) <= OUR_KEYS


def test_the_ten_are_ten() -> None:
    assert len(ORIGINALS) == 10


@pytest.mark.parametrize("address", TOOLS)
def test_every_tool_is_titled_described_and_has_effects(address: str) -> None:
    definition = TOOLS[address].definition
    assert definition["title"] and definition["description"] and definition["service"]
    assert ("effect" in definition) != ("actions" in definition)
    assert all(action["description"] for action in definition.get("actions", {}).values())
    assert {"timeout_seconds", "scopes", "cost_tier"} <= set(definition)


@pytest.mark.parametrize(
    ("address", "action", "effect"),
    [
        pytest.param("maib.banking", "get_balance", model.SAFE, id="reading money"),
        pytest.param("maib.banking", "create_payment", model.UNSAFE, id="paying"),
        pytest.param("maib.banking", "bulk_payments", model.UNSAFE, id="paying often"),
        pytest.param("sia.reporting", "submit_report", model.UNSAFE, id="handing in"),
        pytest.param("sia.reporting", "validate_data", model.SAFE, id="checking"),
        pytest.param("slack.enterprise", "post_message", model.UNSAFE, id="posting"),
        pytest.param("slack.enterprise", "pin_message", model.IDEMPOTENT, id="pinning"),
        pytest.param("jira.enterprise", "bulk_import", model.UNSAFE, id="creating issues"),
        pytest.param("github.enterprise", "get_metrics", model.SAFE, id="metrics"),
        pytest.param("prometheus.push_gateway", None, model.IDEMPOTENT, id="pushing replaces"),
        pytest.param("openai-chatgpt.analyze", None, model.SAFE, id="asking a model"),
        pytest.param("gitlab.run_pipeline", None, model.UNSAFE, id="starting a pipeline"),
        pytest.param("database.query", None, catalog.STATEMENT, id="SQL decides"),
        pytest.param("system.sleep", None, model.SAFE, id="sleeping"),
    ],
)
def test_effects(address: str, action: str | None, effect: str) -> None:
    assert TOOLS[address].effect_of(action) == effect


def test_no_shipped_tool_needs_a_bridge() -> None:
    assert [tool.address for tool in TOOLS.values() if tool.transport == "http"] == []


def test_the_database_tool_says_what_is_sql() -> None:
    definition = TOOLS["database.query"].definition
    assert definition["sql"] == ["query", "queries[].query"]
    assert definition["result"] == "rows"
    assert definition["allow_writes"] is True


REPOSITORY = {"repository": "company/main-product", "pull_number": 17}
MERGE_REQUEST = {"project_id": 42, "merge_request_iid": 7}
SIA = {"report_type": "monthly_employment", "reporting_period": "2026-10", "company_idno": "1234567890123", "data": {"total_employees": 2}}
LEAD = {"id": "101", "properties": {"hubspotscore": "85", "lead_score_reason": "CTO", "last_scored_date": "2026-11-23T10:00:00+02:00"}}

#: Arguments as the reference pipelines make them; all fit as they stand.
GOOD = [
    ("slack.enterprise", {"action": "post_message", "channel": "#daily-standup", "message": "hi", "blocks": [{"type": "header"}]}),
    ("slack.enterprise", {"action": "set_reminder", "text": "Standup follow-up", "time": "in 30 minutes"}),
    ("slack.enterprise", {"action": "schedule_message", "channel": "#a", "message": "b", "scheduled_time": "2026-11-23T10:00:00+02:00"}),
    ("slack.post_message", {"channel": "#development", "message": "done"}),
    ("slack.post_message", {"channel": "#executives", "message": "brief", "blocks": [{"type": "section", "text": {"type": "mrkdwn"}}]}),
    ("msteams.enterprise", {"action": "send_adaptive_card", "team_id": "t", "channel_id": "c", "adaptive_card": {"type": "AdaptiveCard"}}),
    (
        "msteams.enterprise",
        {
            "action": "schedule_meeting",
            "meeting": {
                "subject": "All hands",
                "start_time": "2026-11-27T15:00:00+02:00",
                "end_time": "2026-11-27T16:00:00+02:00",
                "attendees": [],
            },
        },
    ),
    ("openai-chatgpt.analyze", {"prompt": "Analyze", "context": {"rows": [], "date": "2026-11-23"}, "model": "gpt-4"}),
    (
        "anthropic-claude.code_review",
        {"code_diff": "+1", "language": "python", "focus_areas": ["security"], "severity_threshold": "medium"},
    ),
    ("github.get_pull_request_diff", REPOSITORY),
    ("github.get_pr_files", REPOSITORY),
    ("github.create_review_comment", {**REPOSITORY, "body": "## Review"}),
    ("github.enterprise", {"action": "get_metrics", "repository": "company/main-product", "period": "week"}),
    (
        "github.enterprise",
        {
            "action": "run_workflow",
            "repository": "a/b",
            "workflow_id": "release-tests.yml",
            "ref": "main",
            "inputs": {"environment": "staging"},
        },
    ),
    (
        "github.enterprise",
        {"action": "create_release", "repository": "a/b", "tag_name": "v7", "name": "v7", "body": "b", "draft": False, "prerelease": False},
    ),
    ("github.pulls", {"action": "open", "repository": "a/b", "title": "t", "head": "feature", "base": "main"}),
    ("github.search", {"action": "count", "repository": "a/b", "query": "is:issue created:>=2026-01-08"}),
    ("github.statistics", {"action": "contributors", "repository": "a/b", "since": "2026-01-08"}),
    ("gitlab.run_pipeline", {"project_id": 42, "ref": "feature", "variables": {"MR_NUMBER": "7", "TARGET_BRANCH": "main"}}),
    ("gitlab.run_pipeline", {"project_id": "group/project", "ref": "feature"}),
    ("gitlab.add_mr_note", {**MERGE_REQUEST, "body": "## Quality"}),
    ("gitlab.approve_mr", MERGE_REQUEST),
    ("jira.issues", {"action": "move", "issue_key": "PROD-1", "transition_id": "31", "status": "Done"}),
    ("jira.sprints", {"action": "list", "board_id": 7, "state": "closed", "count": 5}),
    ("sonarqube.analyze", {"project_key": "group/project", "branch": "feature"}),
    ("sonarqube.quality_gate", {"project_key": "group/project", "analysis_id": "AX1"}),
    ("sonarqube.quality_gate", {"analysis_id": "AX1"}),
    ("jira.enterprise", {"action": "get_sprint_metrics", "project_key": "PROD", "sprint_count": 5, "metrics": ["velocity"]}),
    (
        "jira.enterprise",
        {"action": "bulk_import", "project_key": "FIN", "issues": [{"issue_type": "Bug", "summary": "s", "labels": ["a"]}]},
    ),
    (
        "jira.enterprise",
        {"action": "create_issue", "project_key": "PROD", "issue_type": "Epic", "summary": "s", "labels": ["auto-generated"]},
    ),
    ("salesforce.query_reports", {"report_type": "weekly_sales", "date_range": "last_week"}),
    ("salesforce.enterprise", {"action": "run_report", "report_id": "00O1234567890ABC", "parameters": {"stage": "all"}}),
    ("salesforce.enterprise", {"action": "query_records", "query": "SELECT Id FROM Opportunity"}),
    ("salesforce.enterprise", {"action": "bulk_import", "sobject_type": "Task", "bulk_data": [{"WhatId": "1"}]}),
    ("salesforce.enterprise", {"action": "send_email", "email_template": "T", "recipients": ["ceo@company.com"], "merge_fields": {"n": 5}}),
    ("zendesk.get_metrics", {"period": "week", "metrics": ["resolution_time", "satisfaction_score"]}),
    (
        "hubspot.enterprise",
        {
            "action": "get_contacts",
            "filters": [{"property": "createdate", "operator": "GTE", "value": "2026-11-22"}],
            "properties": ["firstname", "email"],
        },
    ),
    ("hubspot.enterprise", {"action": "bulk_update_contacts", "updates": [LEAD]}),
    ("hubspot.enterprise", {"action": "bulk_update_contacts", "updates": []}),
    ("hubspot.enterprise", {"action": "enroll_in_workflow", "workflow_id": "12345", "contact_ids": ["101"]}),
    ("grafana.enterprise", {"action": "create_annotation", "annotation": {"text": "release"}}),
    ("prometheus.query", {"queries": [{"name": "active_users", "query": "count(increase(user_sessions_total[1h]))"}]}),
    (
        "prometheus.push_gateway",
        {
            "job": "business_metrics",
            "instance": "c",
            "metrics": [{"name": "signups", "type": "gauge", "value": Decimal("12.50"), "help": "h"}],
        },
    ),
    ("maib.banking", {"action": "get_transactions", "account_number": "MD24", "date_from": "2026-11-23", "date_to": "2026-11-23"}),
    ("sia.reporting", {"action": "validate_data", **SIA}),
    ("sia.reporting", {"action": "submit_report", **SIA}),
    ("maib.merchants", {"action": "get_payment", "payment_id": "123e4567-e89b-12d3-a456-426614174000"}),
    ("sia.msign", {"action": "get_signature", "request_id": "eec7709d372b41109e2ea3e200e99727"}),
    ("database.query", {"query": "SELECT 1"}),
    ("database.query", {"query": "SELECT :p1", "parameters": {"p1": Decimal("1.50")}, "key_by": "id", "timeout": "90s"}),
    ("database.query", {"queries": [{"name": "new_signups", "query": "SELECT COUNT(*) AS count FROM users"}]}),
    ("system.sleep", {"duration_seconds": 300}),
    ("system.sleep", {"duration_seconds": "1h30m"}),
    ("system.sleep", {"until": "2026-11-23T18:00:00+02:00"}),
    ("system.evaluate", {"conditions": [{"name": "high", "condition": True, "severity": "critical"}, {"name": "low", "condition": None}]}),
    ("system.transform", {"template": {"a": [1, None]}}),
    (
        "system.wait_for_event",
        {"event_type": "jira.issue_updated", "match": "event.n == 1", "timeout": "2h", "within": 0, "on_timeout": {"value": None}},
    ),
    ("system.approval", {"title": "Pay?", "payload": {"amount": 5}, "approvers": ["finance"], "quorum": 2, "exclude": "starter"}),
]


@pytest.mark.parametrize(("address", "arguments"), GOOD, ids=[f"{address}-{index}" for index, (address, _) in enumerate(GOOD)])
def test_good_arguments_fit_as_they_stand(address: str, arguments: dict[str, Any]) -> None:
    assert not fit.arguments(TOOLS[address].input_schema, arguments).changed


def test_every_tool_has_good_and_bad_arguments_here() -> None:
    assert {address for address, _ in GOOD} == set(TOOLS)
    assert {address for address, _, _ in BAD} == set(TOOLS)


#: address, arguments, whole sentence
BAD = [
    (
        "slack.enterprise",
        {"action": "post_mesage"},
        (
            'with.action: found text "post_mesage", expected one of "post_message", "schedule_message", "update_status", "create_channel", '
            '"invite_users", "set_reminder", "post_to_thread", "react_to_message", "pin_message" (did you mean \'post_message\'?)'
        ),
    ),
    ("slack.enterprise", {"action": "post_message", "message": "x" * 3001}, "with.message: found 3,001 characters, expected at most 3,000"),
    (
        "slack.enterprise",
        {"action": "schedule_message", "scheduled_time": "in an hour"},
        'with.scheduled_time: found text "in an hour", expected a date and time like 2026-11-23T18:00:00+02:00',
    ),
    (
        "slack.post_message",
        {"channel": "#a"},
        "with.message: missing, expected text: Text of the message; also the notification where blocks are given",
    ),
    ("slack.post_message", {"channel": "#a", "message": "x" * 3001}, "with.message: found 3,001 characters, expected at most 3,000"),
    (
        "msteams.enterprise",
        {"action": "send_adaptive_card", "adaptive_card": {"body": [{"facts": [{"title": "Matched", "value": None}]}]}},
        "with.adaptive_card.body[0].facts[0].value: found null, expected text",
    ),
    ("openai-chatgpt.analyze", {"prompt": "a", "context": [1]}, "with.context: found list [1], expected an object"),
    (
        "openai-chatgpt.analyze",
        {"context": {}, "temperature": 2},
        "with.prompt: missing, expected text: Analysis instruction for ChatGPT; with.temperature: found 2, expected at most 1",
    ),
    (
        "anthropic-claude.code_review",
        {"code_diff": "+", "language": "Python"},
        'with.language: found text "Python", expected one of "python", "javascript", "typescript", "go", "java", "php" (did you mean \'python\'?)',
    ),
    (
        "github.get_pull_request_diff",
        {"repository": "main-product", "pull_number": 17},
        'with.repository: found text "main-product", expected text that matches ^[^/\\s]+/[^/\\s]+$',
    ),
    (
        "github.get_pr_files",
        {"repository": "a/b", "number": 17},
        (
            "with.pull_number: missing, expected an integer: Number of the pull request, as in its address "
            "('number' is there; did you mean 'pull_number'?); "
            "with.number: unknown, expected one of repository, pull_number (did you mean 'pull_number'?)"
        ),
    ),
    ("github.create_review_comment", {**REPOSITORY, "body": ""}, "with.body: found 0 characters, expected at least 1"),
    ("github.enterprise", {"action": "get_metrics"}, "with.repository: missing, expected text"),
    (
        "github.pulls",
        {"action": "add_labels", "repository": "a/b", "labels": []},
        "with.labels: found 0 items, expected at least 1",
    ),
    ("github.search", {"action": "count", "repository": "a/b", "query": ""}, "with.query: found 0 characters, expected at least 1"),
    (
        "github.statistics",
        {"action": "contributors", "repository": "a/b", "since": "yesterday"},
        'with.since: found text "yesterday", expected a date like 2026-11-23',
    ),
    (
        "jira.issues",
        {"action": "move", "issue_key": "PROD-1", "transition_id": "Done", "status": "Done"},
        'with.transition_id: found text "Done", expected text that matches ^[0-9]+$',
    ),
    ("jira.sprints", {"action": "list", "board_id": 0}, "with.board_id: found 0, expected at least 1"),
    ("gitlab.run_pipeline", {"project_id": 42, "ref": None}, "with.ref: found null, expected text"),
    ("gitlab.run_pipeline", {"project_id": 42, "ref": "a", "variables": {"A": True}}, "with.variables.A: found true, expected text"),
    ("gitlab.add_mr_note", MERGE_REQUEST, "with.body: missing, expected text: Text of the note, Markdown"),
    (
        "gitlab.approve_mr",
        {"project_id": 42, "merge_request_iid": None},
        "with.merge_request_iid: found null, expected an integer or text",
    ),
    ("sonarqube.analyze", {"branch": "a"}, "with.project_key: missing, expected text: Key of the SonarQube project"),
    ("sonarqube.quality_gate", {"branch": "a"}, "with: missing, expected project_key or analysis_id"),
    ("jira.enterprise", {"project_key": "FIN", "labels": "a"}, 'with.action: missing, expected one of "create_issue", "update_issue", '),
    (
        "salesforce.query_reports",
        {"date_range": "last_week"},
        "with.report_type: missing, expected text: Kind of report, such as `weekly_sales`",
    ),
    ("salesforce.enterprise", {"action": "bulk_import", "bulk_data": {}}, "with.bulk_data: found object {}, expected a list"),
    ("zendesk.get_metrics", {"period": "week", "metrics": []}, "with.metrics: found 0 items, expected at least 1"),
    ("hubspot.enterprise", {"action": "bulk_update_contacts"}, "with.updates: missing"),
    ("hubspot.enterprise", {"action": "enroll_in_workflow", "contact_ids": ["1"]}, "with.workflow_id: missing"),
    (
        "hubspot.enterprise",
        {"action": "get_contacts", "filters": [{"property": "a", "operator": "GT E", "value": "b"}]},
        'with.filters[0].operator: found text "GT E", expected one of "EQ", "NEQ", ',
    ),
    ("grafana.enterprise", {"action": "create_folder", "folder_id": []}, "with.folder_id: found list [], expected text"),
    ("prometheus.query", {"queries": [{"name": "a"}]}, "with.queries[0].query: missing, expected text: PromQL expression"),
    (
        "prometheus.push_gateway",
        {"job": "a", "metrics": [{"name": "a-b", "value": None}]},
        'with.metrics[0].name: found text "a-b", expected text that matches ^[a-zA-Z_:][a-zA-Z0-9_:]*$; with.metrics[0].value: found null, expected a number',
    ),
    (
        "maib.banking",
        {"action": "get_transactions", "date_from": "23.11.2026"},
        'with.date_from: found text "23.11.2026", expected a date like 2026-11-23',
    ),
    ("sia.reporting", {"action": "submit_report"}, "with.report_type: missing, expected one of "),
    ("maib.merchants", {"action": "get_paymet"}, 'with.action: found text "get_paymet", expected one of "request_payment", '),
    ("sia.msign", {"action": "sign"}, 'with.action: found text "sign", expected one of "request_signature", "get_signature"'),
    ("database.query", {}, "with: missing, expected query or queries"),
    (
        "database.query",
        {"query": "SELECT 1", "queries": [{"name": "a", "query": "b"}]},
        "with: found query and queries, expected only one of them",
    ),
    (
        "database.query",
        {"query": "SELECT 1", "key": "id"},
        "with.key: unknown, expected one of query, queries, parameters, key_by, timeout (did you mean 'key_by'?)",
    ),
    ("system.approval", {"title": "Pay?", "quorum": 0}, "with.quorum: found 0, expected at least 1"),
    (
        "system.wait_for_event",
        {"event_type": "a.b", "on_timout": "error"},
        "with.on_timout: unknown, expected one of event_type, match, timeout, within, on_timeout (did you mean 'on_timeout'?)",
    ),
    ("system.sleep", {"duration_seconds": -1}, "with.duration_seconds: found -1, expected at least 0"),
    (
        "system.sleep",
        {"seconds": 5},
        (
            "with.seconds: unknown, expected one of duration_seconds, until (did you mean 'duration_seconds'?); "
            "with: missing, expected duration_seconds or until ('seconds' is there; did you mean 'duration_seconds'?)"
        ),
    ),
    (
        "system.evaluate",
        {"conditions": [{"condition": True}]},
        "with.conditions[0].name: missing, expected text: Name of the condition",
    ),
    ("system.transform", {}, "with.template: missing"),
]


@pytest.mark.parametrize(("address", "arguments", "sentence"), BAD, ids=[f"{row[0]}-{index}" for index, row in enumerate(BAD)])
def test_bad_arguments_are_refused(address: str, arguments: dict[str, Any], sentence: str) -> None:
    with pytest.raises(errors.ToolError) as caught:
        fit.arguments(TOOLS[address].input_schema, arguments)
    assert caught.value.kind == errors.INVALID_INPUT
    if sentence.endswith((" ", "missing")):  # a long list of choices or a description follows
        assert caught.value.message.startswith(sentence)
    else:
        assert caught.value.message == sentence


@pytest.mark.parametrize(
    ("address", "given", "fitted"),
    [
        pytest.param(
            "gitlab.run_pipeline",
            {"project_id": 42, "ref": "a", "variables": {"MR_NUMBER": 7}},
            {"project_id": 42, "ref": "a", "variables": {"MR_NUMBER": "7"}},
            id="GitLab variables are text",
        ),
        pytest.param(
            "msteams.enterprise",
            {"action": "send_adaptive_card", "adaptive_card": {"body": [{"type": "FactSet", "facts": [{"title": "Matched", "value": 3}]}]}},
            {
                "action": "send_adaptive_card",
                "adaptive_card": {"body": [{"type": "FactSet", "facts": [{"title": "Matched", "value": "3"}]}]},
            },
            id="Adaptive Card facts are text",
        ),
        pytest.param(
            "msteams.enterprise",
            {"action": "schedule_meeting", "meeting": {"attendees": [["a@company.com", "b@company.com"]]}},
            {"action": "schedule_meeting", "meeting": {"attendees": ["a@company.com", "b@company.com"]}},
            id="a list of members is spliced in",
        ),
        pytest.param(
            "hubspot.enterprise",
            {"action": "bulk_update_contacts", "updates": [{"id": 101, "properties": {"hubspotscore": 85}}]},
            {"action": "bulk_update_contacts", "updates": [{"id": "101", "properties": {"hubspotscore": "85"}}]},
            id="HubSpot properties are text",
        ),
        pytest.param("github.get_pr_files", {**REPOSITORY, "pull_number": "17"}, REPOSITORY, id="pull number from text"),
        pytest.param(
            "maib.banking",
            {"action": "currency_exchange", "amount": "100.50"},
            {"action": "currency_exchange", "amount": Decimal("100.50")},
            id="money",
        ),
    ],
)
def test_arguments_are_converted_to_what_the_vendor_wants(address: str, given: dict[str, Any], fitted: dict[str, Any]) -> None:
    assert fit.arguments(TOOLS[address].input_schema, given).value == fitted


#: What the pipelines read without a guard must be promised by the output schema.
@pytest.mark.parametrize(
    ("address", "fields"),
    [
        pytest.param("salesforce.query_reports", ["data"], id="salesforce.query_reports"),
        pytest.param("zendesk.get_metrics", ["metrics"], id="zendesk.get_metrics"),
        pytest.param("github.get_pull_request_diff", ["content"], id="github.get_pull_request_diff"),
        pytest.param("github.get_pr_files", ["primary_language"], id="github.get_pr_files"),
        pytest.param("gitlab.run_pipeline", ["status"], id="gitlab.run_pipeline"),
        pytest.param(
            "sonarqube.analyze",
            ["analysis_id", "security_rating", "coverage", "bugs", "vulnerabilities", "code_smells"],
            id="sonarqube.analyze",
        ),
        pytest.param("sonarqube.quality_gate", ["status"], id="sonarqube.quality_gate"),
        pytest.param("openai-chatgpt.analyze", ["analysis", "confidence"], id="openai-chatgpt.analyze"),
    ],
)
def test_outputs_promise_what_the_pipelines_read(address: str, fields: list[str]) -> None:
    schema = TOOLS[address].output_schema
    made = fit.example(schema)
    for field in fields:
        with pytest.raises(errors.ToolError, match=f"output.{field}: missing"):
            fit.output(schema, {key: value for key, value in made.items() if key != field})


#: Every tool without actions, and every action.
OUTPUTS = [(address, action) for address, tool in TOOLS.items() for action in (tool.actions or {"": ""})]


@pytest.mark.parametrize(("address", "action"), OUTPUTS)
def test_a_made_up_output_fits_and_more_fields_pass(address: str, action: str) -> None:
    schema = TOOLS[address].output_schema_of(action)
    made = fit.example(schema)
    fit.output(schema, made)
    if address not in ("prometheus.query", "system.evaluate"):
        fit.output(schema, {**made, "more": "passes"})


@pytest.mark.parametrize(("address", "action"), [(address, action) for address, action in OUTPUTS if action])
def test_every_action_says_what_it_gives_and_requires_nothing(address: str, action: str) -> None:
    """A vendor's answer that lacks a member fails where it is read; after a payment it would be too late to refuse it."""
    schema = TOOLS[address].definition["actions"][action]["output_schema"]
    assert schema["type"] == "object" and schema["properties"] and schema["additionalProperties"] is True
    fit.output(schema, {})


def test_amounts_of_the_bank_are_made_up_with_two_decimals_in_lei() -> None:
    made = fit.example(TOOLS["maib.banking"].output_schema_of("get_transactions"))
    (transaction,) = made["transactions"]
    assert (str(transaction["amount"]), transaction["currency"], transaction["date"]) == ("12450.00", "MDL", "2026-01-15")


def test_what_the_model_adds_passes_through() -> None:
    schema = TOOLS["openai-chatgpt.analyze"].output_schema
    fit.output(
        schema, {"analysis": "a", "confidence": Decimal("0.9"), "summary": "s", "discrepancies": [{"amount": 5}], "priority_items": ["p"]}
    )


def readme_blocks() -> list[Any]:
    text = (CATALOGS / "README.md").read_text(encoding="utf-8")
    return [json.loads(block) for block in re.findall(r"```json\n(.*?)```", text, re.DOTALL)]


def test_the_readme_example_can_be_copied(tmp_path: Path) -> None:
    definition, step, *_ = readme_blocks()
    (tmp_path / "warehouse.stock.json").write_text(json.dumps(definition), encoding="utf-8")
    loaded = catalog.load([tmp_path, CATALOGS])
    tool = loaded[step["uses"]]
    assert not fit.arguments(tool.input_schema, step["with"]).changed
    assert tool.effect_of("reserve") == model.KEY
    fit.output(tool.output_schema, {"level": 12})


def test_the_readme_names_every_field() -> None:
    text = (CATALOGS / "README.md").read_text(encoding="utf-8")
    schema = read(CATALOGS / "schema.json")
    fields = {*schema["properties"], *(field for part in schema["$defs"].values() for field in part["properties"])}
    assert [field for field in sorted(fields) if f"`{field}`" not in text] == []
    assert [effect for effect in schema["properties"]["effect"]["enum"] if f"| `{effect}` |" not in text] == []


def test_the_readme_names_every_code() -> None:
    text = (CATALOGS / "README.md").read_text(encoding="utf-8")
    codes = {value for value in vars(catalog_problems).values() if isinstance(value, str) and value.startswith("catalog-")}
    assert len(codes) == 10
    assert [code for code in sorted(codes) if f"| `{code}` |" not in text] == []


def test_every_field_of_the_schema_is_described_and_typed() -> None:
    schema = read(CATALOGS / "schema.json")
    for properties in (schema["properties"], *(part["properties"] for part in schema["$defs"].values())):
        assert [name for name, part in properties.items() if "description" not in part and "$ref" not in part] == []
        assert [name for name, part in properties.items() if "type" not in part and "$ref" not in part] == []


def test_defaults_in_the_schema_are_the_loader_s() -> None:
    schema = read(CATALOGS / "schema.json")
    assert schema["properties"]["timeout_seconds"]["default"] == catalog.DEFAULT_TIMEOUT_SECONDS
    assert {name: part["default"] for name, part in schema["$defs"]["retry"]["properties"].items()} == catalog.DEFAULT_RETRY
