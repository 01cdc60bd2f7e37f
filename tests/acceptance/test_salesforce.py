"""The tools of Salesforce against the sandbox: every request that arguments can make, values in SOQL, bulk jobs, part failures."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import pytest

from activities import settings, tools
from starter.assistant import library
from starter.sandbox import app, server
from tests import calls, language, reference_cases
from tests.acceptance import test_vendor_actions as vendor_actions

TOOL = reference_cases.TOOLS["salesforce.enterprise"]
REPORTS = reference_cases.TOOLS["salesforce.query_reports"]
DATA = "/services/data/v64.0"


class Salesforce(vendor_actions.Vendor):
    """The sandbox, and the activity with a named report."""

    def __init__(self, running: server.Running) -> None:
        self.running = running
        variables = {**app.endpoints(running.url), **app.credentials(), "SALESFORCE_REPORTS": "x=00O0,weekly_sales=00O1234567890ABC"}
        self.settings = settings.Settings.from_mapping(variables)
        self.activities = tools.ToolActivities(reference_cases.TOOLS, self.settings)

    async def act(self, action: str, **arguments: Any) -> Any:
        """One call."""
        return await self.call(TOOL, action, {"action": action, **arguments})

    async def refused(self, action: str, **arguments: Any) -> tuple[str, str]:
        """(kind, message without its begin) of a call that fails."""
        failure = await self.failure(TOOL, action, {"action": action, **arguments})
        return str(failure.type), failure.message.partition("attempt 1: ")[2]

    @property
    def targets(self) -> list[str]:
        """Method and path of each request."""
        return [f"{request['method']} {request['path']}" for request in self.requests]


@pytest.fixture
async def salesforce(sandbox: server.Running) -> AsyncIterator[Salesforce]:
    made = Salesforce(sandbox)
    yield made
    await made.activities.close()


@pytest.mark.parametrize(
    ("condition", "value", "written"),
    [
        pytest.param("Name = :v", "O'Brien", "Name = 'O\\'Brien'", id="a quote is escaped"),
        pytest.param("Name = :v", "' OR Name != '", "Name = '\\' OR Name != \\''", id="a value stays one value"),
        pytest.param("Name = :v", "\\' OR Name != '", "Name = '\\\\\\' OR Name != \\''", id="a backslash does not undo it"),
        pytest.param("Name = :v", "a\nb", "Name = 'a\\nb'", id="a line end"),
        pytest.param("Amount > :v", Decimal("1000.50"), "Amount > 1000.50", id="a number"),
        pytest.param("IsClosed = :v", False, "IsClosed = false", id="a boolean"),
        pytest.param("OwnerId = :v", None, "OwnerId = null", id="null"),
        pytest.param("CloseDate >= :v", "2026-11-23", "CloseDate >= 2026-11-23", id="a date has no quotes in SOQL"),
        pytest.param("CreatedDate < :v", "2026-11-23T10:00:00+02:00", "CreatedDate < 2026-11-23T10:00:00+02:00", id="nor has a time"),
        pytest.param("Name = :v", "2026-11-' OR '", "Name = '2026-11-\\' OR \\''", id="what only begins like a date is text"),
        pytest.param("Name IN (:v, 'b')", "a", "Name IN ('a', 'b')", id="in a list"),
        pytest.param("Name = 'x:v '", "' OR ", "Name = 'x:v '", id="inside quotes nothing stands for a value"),
        pytest.param("Name = 'a\\\\' AND Code = 'x:v '", "' OR ", "Name = 'a\\\\' AND Code = 'x:v '", id="after an escaped backslash too"),
        pytest.param("CloseDate = LAST_N_DAYS:14 AND A = :v", "a", "CloseDate = LAST_N_DAYS:14 AND A = 'a'", id="another colon"),
        pytest.param("A = :v\nAND B = 1", "a", "A = 'a'\nAND B = 1", id="at the end of a line"),
    ],
)
async def test_values_in_a_query_stay_values(salesforce: Salesforce, condition: str, value: Any, written: str) -> None:
    await salesforce.act("query_records", query=f"SELECT Id FROM Account WHERE {condition}", parameters={"v": value})
    (request,) = salesforce.requests
    assert request["query"] == {"q": f"SELECT Id FROM Account WHERE {written}"}


async def test_all_pages_of_a_query_are_read(salesforce: Salesforce) -> None:
    rows = [{"Subject": f"Call {number}"} for number in range(2_100)]
    kept = salesforce.running.sandbox._memory.things("salesforce.own.Task")
    kept.update({f"T{number}": row for number, row in enumerate(rows)})
    output = await salesforce.act("query_records", query="SELECT Subject FROM Task")
    assert (output["totalSize"], output["done"], len(output["records"])) == (2_100, True, 2_100)
    assert output["records"][2_099]["Subject"] == "Call 2099"
    assert [target.partition("-")[0] for target in salesforce.targets] == [f"GET {DATA}/query", f"GET {DATA}/query/01g5A0000000001"]


async def test_an_external_id_makes_a_record_once(salesforce: Salesforce) -> None:
    given = {"sobject_type": "Lead", "external_id_field": "Key__c", "external_id": "a/7", "fields": {"LastName": "Rusu", "Company": "C"}}
    first, again = await salesforce.act("update_record", **given), await salesforce.act("update_record", **given)
    assert (first["created"], again["created"]) == (True, False)
    assert first["id"] == again["id"]
    assert salesforce.targets == [f"PATCH {DATA}/sobjects/Lead/Key__c/a%2F7"] * 2


async def test_a_missing_field_is_told_in_salesforces_words(salesforce: Salesforce) -> None:
    kind, message = await salesforce.refused("create_record", sobject_type="Lead", fields={"LastName": "Rusu"})
    assert kind == "invalid input"
    assert '"REQUIRED_FIELD_MISSING: Required fields are missing: [Company]"' in message


async def test_a_report_is_summed_up_and_filtered_for_this_run(salesforce: Salesforce) -> None:
    output = await salesforce.act(
        "run_report", report_id="00O1234567890ABC", parameters={"date_range": "this_week", "stage": "Negotiation"}
    )
    assert (output["total_value"], output["opportunities_count"], output["complete"]) == (1_284_500, 37, True)
    assert output["data"]["groups"][1]["label"] == "Needs Analysis"
    assert [one["value"] for one in output["data"]["figures"]["1!T"]["aggregates"]] == [284_500, 11]
    (request,) = salesforce.requests
    assert request["arguments"] == {
        "reportMetadata": {
            "standardDateFilter": {"column": "CLOSE_DATE", "durationValue": "THIS_WEEK"},
            "reportFilters": [{"column": "STAGE_NAME", "operator": "equals", "value": "Negotiation"}],
        }
    }


async def test_a_report_without_parameters_runs_as_it_is_saved(salesforce: Salesforce) -> None:
    assert (await salesforce.act("run_report", report_id="00O1234567890ABC"))["opportunities_count"] == 37
    assert salesforce.targets == [f"GET {DATA}/analytics/reports/00O1234567890ABC"]


async def test_a_report_is_found_by_its_name_in_the_settings(salesforce: Salesforce) -> None:
    output = await salesforce.call(REPORTS, None, {"report_type": "weekly_sales", "date_range": "last_week"})
    assert output["data"]["columns"] == ["OPPORTUNITY_NAME", "AMOUNT"]
    assert output["data"]["rows"][0] == ["Orhei Logistic - fleet", "$120,000"]
    assert salesforce.targets == [f"POST {DATA}/analytics/reports/00O1234567890ABC"]


@pytest.mark.parametrize(
    ("arguments", "sent"),
    [
        pytest.param(
            {"email_template": "Weekly_Summary", "recipients": ["a@b.md", "c@d.md"], "merge_fields": {"deals_count": 3, "note": "x"}},
            {"emailAddresses": "a@b.md,c@d.md", "emailSubject": "Weekly Summary", "emailBody": "Deals count: 3\nNote: x\n"},
            id="values",
        ),
        pytest.param(
            {"recipients": ["a@b.md"], "subject": "S", "body": "${x} {{ y }}"},
            {"emailAddresses": "a@b.md", "emailSubject": "S", "emailBody": "${x} {{ y }}"},
            id="own words",
        ),
        pytest.param(
            {"email_template": "00X5A0000001234", "recipient_id": "0035A0000001234"},
            {"emailTemplateId": "00X5A0000001234", "recipientId": "0035A0000001234"},
            id="a template of Salesforce",
        ),
    ],
)
async def test_emails(salesforce: Salesforce, arguments: dict[str, Any], sent: dict[str, Any]) -> None:
    assert (await salesforce.act("send_email", **arguments))["success"] is True
    (request,) = salesforce.requests
    assert request["arguments"] == {"inputs": [sent]}


async def test_of_many_records_the_refused_are_counted(salesforce: Salesforce) -> None:
    output = await salesforce.act(
        "bulk_import", sobject_type="Lead", bulk_data=[{"LastName": "Rusu", "Company": "C"}, {"LastName": "Ceban"}]
    )
    assert (output["successCount"], output["failureCount"]) == (1, 1)
    assert output["results"][1]["errors"][0]["statusCode"] == "REQUIRED_FIELD_MISSING"
    (request,) = salesforce.requests
    assert request["arguments"]["records"][0] == {"LastName": "Rusu", "Company": "C", "attributes": {"type": "Lead"}}


async def test_where_all_are_refused_the_step_fails(salesforce: Salesforce) -> None:
    kind, message = await salesforce.refused("bulk_import", sobject_type="Lead", bulk_data=[{"LastName": "Ceban"}])
    assert kind == "invalid input"
    assert "REQUIRED_FIELD_MISSING: Required fields are missing: [Company]" in message


@pytest.mark.parametrize(("action", "more"), [("bulk_import", {"sobject_type": "Contact"}), ("sync_contacts", {})])
async def test_more_than_200_records_are_a_bulk_job_that_is_waited_for(salesforce: Salesforce, action: str, more: dict[str, Any]) -> None:
    rows = [{"Key__c": f"C-{number}", "LastName": 'A, "B"\r\n--'} for number in range(201)]
    given = {"external_id_field": "Key__c", "bulk_data": rows, **more}
    output = await salesforce.act(action, **given)
    done, failed = ("successCount", "failureCount") if action == "bulk_import" else ("synced_count", "failed_count")
    assert (output[done], output[failed]) == (201, 0)
    assert salesforce.targets == [f"POST {DATA}/jobs/ingest", *[f"GET {DATA}/jobs/ingest/7505A0000000001"] * 2]
    head = salesforce.requests[0]["arguments"].split("\r\n\r\n")[1].partition("\r\n--")[0]
    job = {"object": "Contact", "contentType": "CSV", "lineEnding": "LF", "operation": "upsert", "externalIdFieldName": "Key__c"}
    assert json.loads(head) == job


async def test_contacts_are_brought_in_line_by_their_external_id(salesforce: Salesforce) -> None:
    given = {"external_id_field": "Key__c", "bulk_data": [{"Key__c": "C-1", "LastName": "Rusu"}, {"LastName": "Ceban"}]}
    first, again = await salesforce.act("sync_contacts", **given), await salesforce.act("sync_contacts", **given)
    assert [(one["synced_count"], one["created_count"], one["failed_count"]) for one in (first, again)] == [(1, 1, 1), (1, 0, 1)]


@pytest.mark.parametrize(
    ("action", "more"), [("bulk_import", {"sobject_type": "Task"}), ("sync_contacts", {"external_id_field": "Key__c"})]
)
async def test_with_no_records_nothing_is_changed(salesforce: Salesforce, action: str, more: dict[str, Any]) -> None:
    await salesforce.act(action, bulk_data=[], **more)
    assert salesforce.targets == [f"GET {DATA}/limits"]


async def test_without_the_customers_address_nothing_is_sent() -> None:
    activities = tools.ToolActivities(reference_cases.TOOLS, settings.Settings.from_mapping({"SALESFORCE_ACCESS_TOKEN": "t"}))
    arguments = {"action": "query_records", "query": "SELECT Id FROM Lead"}
    with pytest.raises(vendor_actions.exceptions.ApplicationError, match="salesforce needs SALESFORCE_INSTANCE_URL, which is not set"):
        await calls.environment().run(activities.call_tool, {**calls.given(TOOL, arguments, effect="safe"), "digest": TOOL.digest})
    await activities.close()


def test_a_template_in_the_text_of_a_query_is_bound_as_a_value() -> None:
    query = "SELECT Id FROM Lead WHERE Email = ${params.email} AND Name LIKE '${params.start}'"
    step = {"id": "find", "uses": "salesforce.enterprise", "with": {"action": "query_records", "query": query}}
    given = {"email": "' OR Name != '", "start": "A%"}
    checked = language.checked(language.document(step), given)
    assert checked.plan is not None, checked.problems
    result = library.mocked(checked.plan, given, None, {"find": {"totalSize": 0, "done": True, "records": []}})
    assert result["steps"][0]["with"] == {
        "action": "query_records",
        "query": "SELECT Id FROM Lead WHERE Email = :p1 AND Name LIKE :p2",
        "parameters": {"p1": "' OR Name != '", "p2": "A%"},
    }
