"""grafana.enterprise against the stand-in: versions, uids of one's own, the cases of data sources, series of frames, and the page about it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from temporalio import exceptions

from activities import settings, tools
from starter.sandbox import app, server
from tests import calls, reference_cases, servers

TOOL = reference_cases.TOOLS["grafana.enterprise"]
PAGE = Path(__file__).resolve().parents[2] / "docs" / "vendors" / "grafana.md"
RULE = {
    "title": "Error rate",
    "ruleGroup": "api",
    "condition": "A",
    "data": [{"refId": "A", "datasourceUid": "prometheus", "model": {"refId": "A", "expr": "error_rate"}}],
}
SOURCE = {"name": "Metrics", "type": "prometheus", "access": "proxy", "url": "http://prometheus:9090"}


class Grafana:
    """The tool and the stand-in. Each call has a key of its own."""

    def __init__(self, running: server.Running) -> None:
        self.running = running
        variables = {**app.endpoints(running.url), **app.credentials(["grafana"]), "GRAFANA_URL": "https://grafana.example/sub/"}
        self.activities = tools.ToolActivities(reference_cases.TOOLS, settings.Settings.from_mapping(variables))

    async def call(self, action: str, attempt: int = 1, **arguments: Any) -> Any:
        given = calls.given(TOOL, {"action": action, **arguments}, effect=TOOL.effect_of(action))
        given["digest"] = TOOL.digest
        return (await calls.environment(attempt=attempt).run(self.activities.call_tool, given))["output"]

    async def failure(self, action: str, attempt: int = 1, **arguments: Any) -> exceptions.ApplicationError:
        with pytest.raises(exceptions.ApplicationError) as caught:
            await self.call(action, attempt, **arguments)
        return caught.value

    @property
    def requests(self) -> list[str]:
        return [one.action for one in self.running.sandbox.calls.items]


@pytest.fixture
async def grafana(sandbox: server.Running) -> AsyncIterator[Grafana]:
    made = Grafana(sandbox)
    yield made
    await made.activities.close()


async def test_a_dashboard_with_a_uid_of_its_own_is_made_once(grafana: Grafana) -> None:
    config = {"title": "Release 42", "uid": "release-42", "id": 7}
    made = await grafana.call("create_dashboard", dashboard_config=config)
    assert made == {"dashboard_id": "release-42", "url": "https://grafana.example/d/release-42/release-42", "version": 1}
    failure = await grafana.failure("create_dashboard", dashboard_config=config)
    assert (failure.type, failure.non_retryable) == ("rejected by the vendor", True)
    assert "A dashboard with the same uid already exists" in failure.message
    sent = grafana.running.sandbox.calls.items[0].arguments
    assert sent["dashboard"]["id"] is None and sent["overwrite"] is False


async def test_an_exported_dashboard_is_not_written_over_a_newer_one(grafana: Grafana) -> None:
    exported = await grafana.call("export_dashboard", dashboard_id="cIBgcSjkk")
    assert (exported["version"], exported["folder_id"], exported["config"]["id"]) == (3, "l3KqBxCMz", None)
    changed = {"dashboard_id": "cIBgcSjkk", "dashboard_config": exported["config"], "folder_id": exported["folder_id"]}
    assert (await grafana.call("update_dashboard", **changed))["version"] == 4
    failure = await grafana.failure("update_dashboard", **changed)
    assert (failure.type, "The dashboard has been changed by someone else" in failure.message) == ("rejected by the vendor", True)
    without = {name: part for name, part in exported["config"].items() if name != "version"}
    assert (await grafana.call("update_dashboard", dashboard_id="cIBgcSjkk", dashboard_config=without))["version"] == 5


async def test_a_rule_keeps_what_it_says_and_gets_the_rest(grafana: Grafana) -> None:
    made = await grafana.call("create_alert", folder_id="ops", alert_config={**RULE, "for": "1m", "uid": "errors"})
    assert made == {"id": "errors", "status": "created", "title": "Error rate"}
    sent = grafana.running.sandbox.calls.items[0].arguments
    assert {name: sent[name] for name in ("for", "noDataState", "execErrState", "folderUID", "uid", "orgID")} == {
        "for": "1m",
        "noDataState": "NoData",
        "execErrState": "Error",
        "folderUID": "ops",
        "uid": "errors",
        "orgID": 1,
    }


async def test_a_rule_whose_condition_is_not_there_is_refused(grafana: Grafana) -> None:
    failure = await grafana.failure("create_alert", folder_id="ops", alert_config={**RULE, "condition": "B"})
    assert failure.type == "invalid input" and "condition B does not exist" in failure.message


async def test_a_data_source_from_its_making_to_its_end(grafana: Grafana) -> None:
    made = await grafana.call("manage_datasources", operation="create", datasource={**SOURCE, "uid": "metrics"})
    assert made == {"status": "ok", "datasource_id": "metrics", "message": "Datasource added"}
    same_name = await grafana.failure("manage_datasources", operation="create", datasource=SOURCE)
    assert "data source with the same name already exists" in same_name.message
    changed = {**SOURCE, "url": "http://elsewhere:9090"}
    await grafana.call("manage_datasources", operation="update", datasource_id="metrics", datasource=changed)
    (listed,) = (await grafana.call("manage_datasources", operation="list"))["datasources"]
    assert (listed["url"], listed["version"]) == ("http://elsewhere:9090", 2)
    assert (await grafana.call("manage_datasources", operation="check", datasource_id="metrics"))["status"] == "ok"
    for _ in range(2):  # what is gone stays gone
        assert (await grafana.call("manage_datasources", operation="delete", datasource_id="metrics"))["status"] == "ok"
    missing = await grafana.failure("manage_datasources", operation="check", datasource_id="metrics")
    assert missing.type == "invalid input" and "Data source not found" in missing.message


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"operation": "create"}, "datasource: missing"),
        ({"operation": "delete"}, "datasource_id: missing"),
        ({"operation": "create", "datasource": {**SOURCE, "secureJsonData": {"password": "geheim-7"}}}, "secureJsonData"),
    ],
)
async def test_an_operation_that_cannot_be_is_not_sent(grafana: Grafana, arguments: dict[str, Any], said: str) -> None:
    failure = await grafana.failure("manage_datasources", **arguments)
    assert failure.type == "invalid input" and said in failure.message and "geheim-7" not in failure.message
    assert grafana.requests == []


async def test_an_annotation_without_a_time_is_not_sent_again(grafana: Grafana) -> None:
    assert (await grafana.call("create_annotation", annotation={"text": "Release"}))["status"] == "created"
    failure = await grafana.failure("create_annotation", attempt=2, annotation={"text": "Release"})
    assert failure.type == "unknown outcome" and "could not be looked up" in failure.message
    assert grafana.requests == ["POST /api/annotations"]


async def test_an_annotation_at_the_same_time_with_other_words_is_another(grafana: Grafana) -> None:
    moment = "2026-11-23T10:00:00.250+02:00"
    first = await grafana.call("create_annotation", annotation={"text": "Release", "time": moment})
    assert await grafana.call("create_annotation", attempt=2, annotation={"text": "Release", "time": moment}) == first
    other = await grafana.call("create_annotation", attempt=2, annotation={"text": "Rollback", "time": moment})
    assert other["id"] != first["id"]
    assert grafana.running.sandbox.calls.items[0].arguments["time"] == 1_795_420_800_250


async def test_permissions_of_a_folder(grafana: Grafana) -> None:
    given = {"folder_id": "ops", "permissions": [{"role": "Viewer", "permission": 1}]}
    assert await grafana.call("set_permissions", **given) == {"status": "ok", "message": "Folder permissions updated"}
    both = await grafana.failure("set_permissions", **given, dashboard_id="cIBgcSjkk")
    assert both.type == "invalid input" and len(grafana.requests) == 1


QUERIES = [{"refId": "A", "datasource": {"uid": "prometheus"}, "expr": "up"}]


async def asked(status: int, answer: Any, **arguments: Any) -> tuple[Any, Any]:
    """(output or None, error or None) of get_metrics where a scripted Grafana gives this answer, and the request's body."""
    async with servers.running() as vendor:
        vendor.answer("/api/ds/query", status, answer)
        variables = {"ORDINAUT_ENDPOINT_GRAFANA": vendor.url, "GRAFANA_API_KEY": "k"}
        activities = tools.ToolActivities(reference_cases.TOOLS, settings.Settings.from_mapping(variables))
        given = calls.given(TOOL, {"action": "get_metrics", "queries": QUERIES, **arguments}, effect="safe")
        try:
            output = (await calls.environment().run(activities.call_tool, {**given, "digest": TOOL.digest}))["output"]
        except exceptions.ApplicationError as error:
            output = error
        await activities.close()
    return output, vendor.requests[0].json


def frame(fields: list[dict[str, Any]], values: list[list[Any]], **schema: Any) -> dict[str, Any]:
    return {"schema": {"refId": "A", "fields": fields, **schema}, "data": {"values": values}}


TIME = {"name": "Time", "type": "time"}


@pytest.mark.parametrize(
    ("frames", "series"),
    [
        pytest.param([], [], id="nothing"),
        pytest.param([{"schema": {"fields": []}, "data": {"values": []}}], [], id="empty frame"),
        pytest.param(
            [
                frame(
                    [TIME, {"name": "Value", "type": "number", "labels": {"job": "a"}, "config": {"displayNameFromDS": "up a"}}],
                    [[1500, 2000], [0.25, None]],
                )
            ],
            [{"query": "A", "name": "up a", "labels": {"job": "a"}, "times": [1500, 2000], "values": [Decimal("0.25"), None]}],
            id="time series",
        ),
        pytest.param(
            [frame([TIME, {"name": "in", "type": "number"}, {"name": "out", "type": "number"}], [[1000], [1], [2]])],
            [
                {"query": "A", "name": "in", "labels": {}, "times": [1000], "values": [1]},
                {"query": "A", "name": "out", "labels": {}, "times": [1000], "values": [2]},
            ],
            id="wide",
        ),
        pytest.param(
            [frame([{"name": "city", "type": "string"}, {"name": "count", "type": "number"}], [["Balti", "Cahul"], [5, 7]], name="cities")],
            [{"query": "A", "name": "cities", "labels": {}, "times": None, "values": [5, 7]}],
            id="table",
        ),
    ],
)
async def test_series_of_frames(frames: list[Any], series: list[Any]) -> None:
    output, _ = await asked(200, {"results": {"A": {"status": 200, "frames": frames}}})
    assert output == {"series": series}


async def test_twenty_series_of_a_thousand_points() -> None:
    values = [[1_768_467_600_000 + 15_000 * number for number in range(1000)], [number * 0.5 for number in range(1000)]]
    output, _ = await asked(200, {"results": {"A": {"frames": [frame([TIME, {"name": "v", "type": "number"}], values)] * 20}}})
    assert [len(one["values"]) for one in output["series"]] == [1000] * 20


@pytest.mark.parametrize(
    ("status", "answer", "kind", "said"),
    [
        (400, {"results": {"A": {"status": 400, "error": "parse error at char 4"}}}, "invalid input", "parse error at char 4"),
        (200, {"results": {"A": {"status": 500, "error": "connection refused"}}}, "rejected by the vendor", "connection refused"),
        (404, {"message": "data source not found"}, "invalid input", "data source not found"),
        (403, {"message": "You'll need additional permissions"}, "rejected by the vendor", "You'll need additional permissions"),
    ],
)
async def test_a_query_that_fails_is_told(status: int, answer: Any, kind: str, said: str) -> None:
    error, _ = await asked(status, answer)
    assert (error.type, error.non_retryable) == (kind, True)
    assert said in error.message


async def test_times_of_a_query() -> None:
    _, sent = await asked(200, {"results": {}}, **{"from": "2026-11-23T08:00:00+02:00"})
    assert (sent["from"], sent["to"]) == ("1795413600000", "now")
    assert sent["queries"] == [{"intervalMs": 15000, "maxDataPoints": 300, **QUERIES[0]}]


def test_the_page_names_every_action() -> None:
    named = set(re.findall(r"^\| `(\w+)` \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE))
    assert named >= set(TOOL.actions)
