"""hubspot.enterprise against the sandbox: every request that its arguments can make, and what comes of part failures."""

from __future__ import annotations

import datetime
from collections.abc import AsyncIterator
from typing import Any

import pytest

from activities import settings, tools
from starter.sandbox import app, server
from tests import reference_cases
from tests.acceptance import test_vendor_actions as vendor_actions

TOOL = reference_cases.TOOLS["hubspot.enterprise"]
#: Three of the sandbox's contacts.
ANA, VICTOR, ELENA = "501", "502", "503"


class HubSpot(vendor_actions.Vendor):
    """The sandbox, and the activity with a list for the workflow 12345."""

    def __init__(self, running: server.Running) -> None:
        self.running = running
        variables = {**app.endpoints(running.url), **app.credentials(), "HUBSPOT_WORKFLOW_LISTS": "7=70, 12345=77"}
        self.settings = settings.Settings.from_mapping(variables)
        self.activities = tools.ToolActivities(reference_cases.TOOLS, self.settings)

    async def act(self, action: str, **arguments: Any) -> Any:
        """One call; the description judges each request."""
        output = await self.call(TOOL, action, {"action": action, **arguments})
        for request in self.requests:
            vendor_actions.judge("hubspot", request)
        return output

    async def refused(self, action: str, **arguments: Any) -> tuple[str, str]:
        """(kind, message without its begin) of a call that fails."""
        failure = await self.failure(TOOL, action, {"action": action, **arguments})
        return str(failure.type), failure.message.partition("attempt 1: ")[2]


@pytest.fixture
async def hubspot(sandbox: server.Running) -> AsyncIterator[HubSpot]:
    made = HubSpot(sandbox)
    yield made
    await made.activities.close()


@pytest.mark.parametrize(
    ("wanted", "ids"),
    [
        pytest.param({"operator": "EQ", "value": "CTO"}, [ANA], id="EQ"),
        pytest.param({"operator": "BETWEEN", "value": "B", "highValue": "CFO"}, [ELENA], id="BETWEEN"),
        pytest.param({"operator": "IN", "values": ["CTO", "CEO"]}, [ANA, ELENA], id="IN"),
        pytest.param({"operator": "HAS_PROPERTY"}, [ANA, VICTOR, ELENA, "504"], id="HAS_PROPERTY"),
    ],
)
async def test_filters_go_out_as_hubspot_has_them(hubspot: HubSpot, wanted: dict[str, Any], ids: list[str]) -> None:
    output = await hubspot.act("get_contacts", filters=[{"property": "jobtitle", **wanted}], properties=["email"])
    assert [contact["id"] for contact in output["results"]] == ids
    assert (output["total"], output["complete"]) == (len(ids), True)
    (request,) = hubspot.requests
    assert request["action"] == "POST /crm/v3/objects/contacts/search"
    assert request["arguments"] == {
        "filterGroups": [{"filters": [{"propertyName": "jobtitle", **wanted}]}],
        "properties": ["email"],
        "limit": 100,
    }


@pytest.mark.parametrize(("hours", "found"), [(3, 4), (1, 0)])
async def test_times_are_compared_whatever_their_offset(hubspot: HubSpot, hours: int, found: int) -> None:
    since = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=5))) - datetime.timedelta(hours=hours)
    value = since.isoformat(timespec="seconds")
    output = await hubspot.act(
        "get_contacts", filters=[{"property": "createdate", "operator": "GTE", "value": value}], properties=["email"]
    )
    assert len(output["results"]) == found


async def test_without_filters_all_contacts_are_listed(hubspot: HubSpot) -> None:
    output = await hubspot.act("get_contacts", properties=["email", "phone"])
    assert [contact["id"] for contact in output["results"]] == [ANA, VICTOR, ELENA, "504"]
    assert output["results"][0]["properties"] == {"email": "ana.munteanu@codrusoft.example", "phone": "+373 22 000 501"}
    (request,) = hubspot.requests
    assert (request["action"], request["query"]) == ("GET /crm/v3/objects/contacts", {"limit": "100", "properties": "email,phone"})


@pytest.mark.parametrize("filters", [None, [{"property": "lifecyclestage", "operator": "EQ", "value": "lead"}]], ids=["listed", "searched"])
async def test_a_limit_ends_the_pages_and_says_so(hubspot: HubSpot, filters: Any) -> None:
    output = await hubspot.act("get_contacts", limit=3, **({"filters": filters} if filters else {}))
    assert [contact["id"] for contact in output["results"]] == [ANA, VICTOR, ELENA]
    assert output["complete"] is False
    assert len(hubspot.requests) == 1


async def test_contacts_that_are_not_there_are_told_and_the_others_changed(hubspot: HubSpot) -> None:
    lead = {"hs_lead_status": "OPEN"}
    output = await hubspot.act("bulk_update_contacts", updates=[{"id": ANA, "properties": lead}, {"id": "999", "properties": lead}])
    assert (output["updated_count"], output["failed_count"], output["status"]) == (1, 1, "COMPLETE")
    assert output["errors"][0]["context"] == {"ids": ["999"]}


async def test_where_all_are_refused_the_step_fails(hubspot: HubSpot) -> None:
    kind, message = await hubspot.refused("bulk_update_contacts", updates=[{"id": "999", "properties": {"phone": "1"}}])
    assert kind == "invalid input"
    assert "OBJECT_NOT_FOUND: Could not get some CONTACT objects, they may be deleted or not exist." in message


@pytest.mark.parametrize(
    ("action", "arguments", "output"),
    [
        ("bulk_update_contacts", {"updates": []}, {"updated_count": 0, "failed_count": 0, "status": "COMPLETE", "errors": []}),
        (
            "enroll_in_workflow",
            {"workflow_id": "12345", "contact_ids": []},
            {"enrolled_count": 0, "newly_enrolled_count": 0, "missing_ids": []},
        ),
    ],
)
async def test_with_nobody_to_change_nothing_is_changed(
    hubspot: HubSpot, action: str, arguments: dict[str, Any], output: dict[str, Any]
) -> None:
    assert await hubspot.act(action, **arguments) == output
    assert [request["action"] for request in hubspot.requests] == ["GET /crm/v3/objects/contacts"]


async def test_the_list_of_a_workflow_enrolls_many_and_each_once(hubspot: HubSpot) -> None:
    first = await hubspot.act("enroll_in_workflow", workflow_id="12345", contact_ids=[ANA, VICTOR])
    again = await hubspot.act("enroll_in_workflow", workflow_id="12345", contact_ids=[ANA, ELENA, "999"])
    assert first == {"enrolled_count": 2, "newly_enrolled_count": 2, "missing_ids": []}
    assert again == {"enrolled_count": 2, "newly_enrolled_count": 1, "missing_ids": ["999"]}
    assert [request["path"] for request in hubspot.requests] == ["/crm/v3/lists/77/memberships/add"] * 2


async def test_a_workflow_without_a_list_names_the_setting(hubspot: HubSpot) -> None:
    kind, message = await hubspot.refused("enroll_in_workflow", workflow_id="1234", contact_ids=[ANA, VICTOR])
    assert kind == "invalid input"
    assert "HUBSPOT_WORKFLOW_LISTS" in message
    assert not hubspot.requests
