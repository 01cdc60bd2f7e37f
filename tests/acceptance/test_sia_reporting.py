"""Reports to the state against the stand-in of a gateway: signed as they go out, handed in once, and never without an approval."""

from __future__ import annotations

import copy
import pathlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
from temporalio import exceptions

from activities import files, settings, tools
from starter.sandbox import app, server
from tests import authorities, calls, reference_cases

TOOL = reference_cases.TOOLS["sia.reporting"]
REPORT = {"action": "submit_report", **TOOL.definition["actions"]["submit_report"]["example"]}
WRONG = {**copy.deepcopy(REPORT), "data": {**REPORT["data"], "total_employees": 2}}


class Gateway:
    """The stand-in, and a worker's activity that calls it."""

    def __init__(self, running: server.Running, variables: dict[str, str]) -> None:
        self.sandbox = running.sandbox
        given = settings.Settings.from_mapping({**app.endpoints(running.url), **variables})
        self.activities = tools.ToolActivities(reference_cases.TOOLS, given)

    async def call(self, arguments: dict[str, Any], attempt: int = 1) -> Any:
        """The output of one try."""
        given = calls.given(TOOL, arguments, effect=TOOL.effect_of(arguments["action"]))
        given["digest"] = TOOL.digest
        return (await calls.environment(timeout=12, attempt=attempt).run(self.activities.call_tool, given))["output"]


@pytest.fixture
async def gateway(sandbox: server.Running, tmp_path: pathlib.Path) -> AsyncIterator[Gateway]:
    made = Gateway(sandbox, {"SIA_TOKEN": "token", "ORDINAUT_FILES": str(tmp_path)})
    yield made
    await made.activities.close()


async def test_a_report_that_was_handed_in_is_found_by_its_document_number_and_not_handed_in_again(gateway: Gateway) -> None:
    first = await gateway.call(REPORT)
    again = await gateway.call(REPORT, attempt=2)
    assert again == first == {
        "reference_number": "SIA-2026-10-000001",
        "status": "accepted",
        "report_type": "monthly_employment",
        "reporting_period": "2026-10",
        "document_number": "428fe412662223fcda9ba56d81ada70f",
    }  # fmt: skip
    assert [one.action for one in gateway.sandbox.calls.items] == ["POST /reports", "GET /reports"]


async def test_the_state_of_a_report_is_read_by_its_reference_number(gateway: Gateway) -> None:
    handed_in = await gateway.call(REPORT)
    asked = {"action": "get_status", "report_type": "monthly_employment", "data": {"reference_number": handed_in["reference_number"]}}
    assert await gateway.call(asked) == handed_in


async def test_what_is_wrong_with_a_report_is_told_before_and_refuses_it(gateway: Gateway) -> None:
    issues = ["total_employees: found 2, but 1 are listed"]
    assert await gateway.call({**WRONG, "action": "validate_data"}) == {"is_valid": False, "issues": issues}
    with pytest.raises(exceptions.ApplicationError) as caught:
        await gateway.call(WRONG)
    assert (caught.value.type, caught.value.non_retryable) == ("invalid input", True)
    assert f'"invalid_report: the report is not valid: {issues[0]}"' in caught.value.message


async def test_a_form_is_a_file_that_the_run_refers_to(gateway: Gateway, tmp_path: pathlib.Path) -> None:
    output = await gateway.call({"action": "download_form", "report_type": "monthly_employment"})
    assert output["form"]["name"] == "monthly_employment.csv"
    assert files.Store(tmp_path).read(output["form"]["file"]).startswith(b"idnp,full_name,")


async def test_a_report_is_signed_by_the_certificate_of_the_company(sandbox: server.Running, tmp_path: pathlib.Path) -> None:
    company = authorities.issue(authorities.authority(), "Exemplu SRL")
    (tmp_path / "company.p12").write_bytes(company.pkcs12("p12-secret"))
    signing = Gateway(sandbox, {"SIA_DIGITAL_CERT_PATH": str(tmp_path / "company.p12"), "DIGITAL_CERT_PASSWORD": "p12-secret"})
    assert (await signing.call(REPORT))["status"] == "accepted"
    await signing.activities.close()
    (call,) = sandbox.sandbox.calls.items
    assert (call.request["headers"]["x-signature"], "authorization" in call.request["headers"]) == ("(sent)", False)


async def test_a_report_goes_to_a_stand_in_only_as_long_as_nobody_can_approve() -> None:
    given = settings.Settings.from_mapping({"SIA_URL": "https://reports.example.md", "SIA_TOKEN": "token"})
    activities = tools.ToolActivities(reference_cases.TOOLS, given)
    with pytest.raises(exceptions.ApplicationError) as caught:
        await calls.environment(timeout=12).run(activities.call_tool, calls.given(TOOL, REPORT, effect="unsafe"))
    await activities.close()
    assert (caught.value.type, caught.value.non_retryable) == ("invalid input", True)
    assert "submit_report needs an approval, and this call carries none" in caught.value.message
