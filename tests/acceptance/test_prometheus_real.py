"""The two Prometheus tools against a real Prometheus and a real push gateway: what is pushed is found, exact and labelled."""

from __future__ import annotations

import asyncio
import datetime
import re
import time
from collections.abc import AsyncIterator, Iterator
from decimal import Decimal
from typing import Any

import pytest
from temporalio import exceptions

from activities import pings, settings, tools
from tests import calls, prometheus_server, reference_cases

QUERY = reference_cases.TOOLS["prometheus.query"]
PUSH = reference_cases.TOOLS["prometheus.push_gateway"]
#: Longest wait until a pushed metric has been scraped.
SCRAPED_SECONDS = 15


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[prometheus_server.Servers]:
    with prometheus_server.running(tmp_path_factory.mktemp("prometheus")) as found:
        yield found


@pytest.fixture
async def activities(servers: prometheus_server.Servers) -> AsyncIterator[tools.ToolActivities]:
    found = settings.Settings.from_mapping({"PROMETHEUS_URL": servers.prometheus, "PUSHGATEWAY_URL": servers.gateway})
    made = tools.ToolActivities(reference_cases.TOOLS, found)
    yield made
    await made.close()


async def call(activities: tools.ToolActivities, tool: Any, arguments: dict[str, Any]) -> Any:
    given = calls.given(tool, arguments, effect=tool.effect)
    given["digest"] = tool.digest
    return (await calls.environment(timeout=12).run(activities.call_tool, given))["output"]


async def failure(activities: tools.ToolActivities, tool: Any, arguments: dict[str, Any]) -> exceptions.ApplicationError:
    with pytest.raises(exceptions.ApplicationError) as caught:
        await call(activities, tool, arguments)
    return caught.value


async def push(activities: tools.ToolActivities, job: str, *metrics: dict[str, Any], **more: Any) -> Any:
    return await call(activities, PUSH, {"job": job, "metrics": list(metrics), **more})


async def ask(activities: tools.ToolActivities, **queries: str) -> Any:
    return await call(activities, QUERY, {"queries": [{"name": name, "query": query} for name, query in queries.items()]})


async def scraped(activities: tools.ToolActivities, query: str) -> None:
    """Waits until the query has a sample."""
    until = time.monotonic() + SCRAPED_SECONDS
    while not (await ask(activities, it=query))["it"]["samples"]:
        assert time.monotonic() < until, f"{query} has no sample"
        await asyncio.sleep(0.1)


async def test_what_is_pushed_is_found_with_its_digits_and_labels(activities: tools.ToolActivities) -> None:
    pushed = await push(
        activities,
        "business_metrics",
        {"name": "signups", "type": "gauge", "value": 12, "help": "New signups", "labels": {"plan": "pro"}},
        {"name": "revenue", "type": "gauge", "value": Decimal("12450.50")},
        {"name": "signups", "value": 30, "labels": {"plan": "free"}},
        {"name": "tickets_total", "type": "counter", "value": 7},
        instance="collector",
    )
    assert pushed == {"job": "business_metrics", "instance": "collector", "pushed_count": 4}
    await scraped(activities, "tickets_total")
    found = await ask(
        activities, revenue="revenue", total="sum(signups)", plans="signups", nothing="no_such_metric", half='signups{plan="pro"} / 8'
    )
    assert found["revenue"]["value"] == Decimal("12450.5")
    labels = {"__name__": "revenue", "job": "business_metrics", "instance": "collector"}
    assert found["revenue"]["samples"] == [{"labels": labels, "value": Decimal("12450.5")}]
    assert found["total"] == {"value": 42, "samples": [{"labels": {}, "value": 42}]}
    assert "value" not in found["plans"]
    assert {sample["labels"]["plan"]: sample["value"] for sample in found["plans"]["samples"]} == {"pro": 12, "free": 30}
    assert found["nothing"] == {"value": None, "reason": "no sample", "samples": []}
    assert found["half"]["value"] == Decimal("1.5")


async def test_labels_help_job_and_instance_hold_any_text(activities: tools.ToolActivities) -> None:
    odd = 'a "b" \\ c\nd, e={f} Chișinău'
    await push(activities, "a/b", {"name": "odd", "value": 1, "help": 'x \\ y\nz "q"', "labels": {"text": odd}}, instance="c/d?e")
    await scraped(activities, "odd")
    (sample,) = (await ask(activities, odd="odd", more="odd"))["odd"]["samples"]
    assert sample["labels"] == {"__name__": "odd", "job": "a/b", "instance": "c/d?e", "text": odd}


async def test_two_thousand_samples(activities: tools.ToolActivities) -> None:
    await push(activities, "many", *({"name": "many", "value": number, "labels": {"number": str(number)}} for number in range(1000)))
    await scraped(activities, "many")
    found = await ask(activities, one="many", two="many + 0.5")
    assert {sample["value"] for sample in found["one"]["samples"]} == set(range(1000))
    assert found["two"]["samples"][0]["labels"].keys() == {"number", "job"} and len(found["two"]["samples"]) == 1000


async def test_a_later_push_replaces_metrics_of_the_same_name_only(activities: tools.ToolActivities) -> None:
    await push(activities, "later", {"name": "kept", "value": 1}, {"name": "replaced", "value": 1, "labels": {"a": "b"}})
    await scraped(activities, "kept + on () group_left () replaced")
    await push(activities, "later", {"name": "replaced", "value": 2, "labels": {"c": "d"}})
    await scraped(activities, 'replaced{c="d"}')
    found = await ask(activities, kept="kept", replaced="replaced")
    assert (found["kept"]["value"], found["replaced"]["value"]) == (1, 2)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param("1 + 0.5", {"value": Decimal("1.5"), "samples": [{"labels": {}, "value": Decimal("1.5")}]}, id="number"),
        pytest.param(
            "vector(0) / 0",
            {"value": None, "reason": "the value is NaN", "samples": [{"labels": {}, "value": None, "text": "NaN"}]},
            id="NaN",
        ),
        pytest.param(
            "vector(1) / 0",
            {"value": None, "reason": "the value is +Inf", "samples": [{"labels": {}, "value": None, "text": "+Inf"}]},
            id="infinite",
        ),
        pytest.param("vector(0.0000001)", {"value": Decimal("1E-7"), "samples": [{"labels": {}, "value": Decimal("1E-7")}]}, id="small"),
        pytest.param("vector(1e+21)", {"value": Decimal("1E+21"), "samples": [{"labels": {}, "value": Decimal("1E+21")}]}, id="large"),
        pytest.param("vector(3) # three", {"value": 3, "samples": [{"labels": {}, "value": 3}]}, id="comment"),
    ],
)
async def test_values_of_a_single_query(activities: tools.ToolActivities, query: str, expected: dict[str, Any]) -> None:
    assert await ask(activities, it=query) == {"it": expected}
    if query != "1 + 0.5":
        both = await ask(activities, it=query, other="vector(5)")
        assert both == {"it": expected, "other": {"value": 5, "samples": [{"labels": {}, "value": 5}]}}


async def test_the_time_decides_what_is_seen(activities: tools.ToolActivities) -> None:
    moment = "2026-01-15T10:00:00+02:00"
    found = await call(
        activities, QUERY, {"queries": [{"name": "t", "query": "vector(time())"}, {"name": "u", "query": "vector(time())"}], "time": moment}
    )
    expected = int(datetime.datetime.fromisoformat(moment).timestamp())
    assert (found["t"]["value"], found["u"]["value"]) == (expected, expected)


async def test_the_queries_of_the_business_metrics_pipeline_are_promql(activities: tools.ToolActivities) -> None:
    file = reference_cases.REFERENCE / "pipelines" / "business-metrics.json"
    texts = re.findall(r'"query":\s*"([^"]*\[1h\][^"]*)"', file.read_text(encoding="utf-8"))
    queries = {f"q{number}": text for number, text in enumerate(texts)}
    assert len(queries) == 4
    assert set(await ask(activities, **queries)) == set(queries)


@pytest.mark.parametrize(
    ("queries", "said"),
    [
        pytest.param({"a": "sum(up"}, "parse error: unclosed left parenthesis", id="syntax"),
        pytest.param({"a": "up[5m]"}, "a query gives a range, expected an instant vector or a number", id="range"),
        pytest.param({"a": "up", "b": "sum(up"}, "parse error", id="syntax of one of two"),
        pytest.param({"a": "up", "b": "5"}, "expected type instant vector", id="number beside another query"),
    ],
)
async def test_a_wrong_query_is_told_and_not_sent_again(activities: tools.ToolActivities, queries: dict[str, str], said: str) -> None:
    error = await failure(activities, QUERY, {"queries": [{"name": name, "query": query} for name, query in queries.items()]})
    assert (error.type, error.non_retryable) == ("invalid input", True)
    assert said in error.message


async def test_what_the_gateway_refuses_is_told(activities: tools.ToolActivities) -> None:
    await push(activities, "clash", {"name": "clashing", "type": "gauge", "value": 1})
    error = await failure(activities, PUSH, {"job": "other", "metrics": [{"name": "clashing", "type": "counter", "value": 1}]})
    assert (error.type, error.non_retryable) == ("invalid input", True)
    assert "clashing" in error.message and "inconsistent" in error.message


@pytest.mark.parametrize("label", ["job", "instance", "__name__", "a-b", "1a"])
async def test_labels_that_cannot_be_pushed_are_refused_before(activities: tools.ToolActivities, label: str) -> None:
    error = await failure(activities, PUSH, {"job": "a", "metrics": [{"name": "m", "value": 1, "labels": {label: "x"}}]})
    assert (error.type, error.non_retryable) == ("invalid input", True)


async def test_both_are_pinged(servers: prometheus_server.Servers) -> None:
    found = settings.Settings.from_mapping({"PROMETHEUS_URL": servers.prometheus, "PUSHGATEWAY_URL": servers.gateway})
    answers = await pings.Pings(found).all(pings.services([QUERY, PUSH]))
    assert [(answer.service.name, answer.state) for answer in answers] == [
        ("prometheus.push_gateway", "works"),
        ("prometheus.query", "works"),
    ]
    assert all(re.fullmatch(r"version \d+\.\d+\.\d+\S*", answer.said) for answer in answers)
