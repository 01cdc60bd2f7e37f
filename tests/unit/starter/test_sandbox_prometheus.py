"""Prometheus and its push gateway in the sandbox: the queries of the business metrics pipeline, what was pushed, and their forms of errors."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from starter.sandbox import server

QUERIES = {
    "sum(rate(http_requests_total[1h])) * 3600": "48210.5",
    "count(increase(user_sessions_total[1h]) > 0) or vector(0)": "312",
    "(sum(rate(http_requests_total{status=~'5..'}[1h])) or vector(0)) / sum(rate(http_requests_total[1h]))": "0.0625",
    "histogram_quantile(0.95, sum by (le) (rate(http_request_duration_seconds_bucket[1h])))": "1.843",
}


@pytest.fixture
async def http(sandbox: server.Running) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=f"{sandbox.url}/prometheus", trust_env=False, timeout=5) as found:
        yield found


async def ask(http: httpx.AsyncClient, query: str, **more: str) -> Any:
    return (await http.post("/api/v1/query", data={"query": query, **more})).json()["data"]


@pytest.mark.parametrize(("query", "value"), QUERIES.items())
async def test_a_busy_hour(http: httpx.AsyncClient, query: str, value: str) -> None:
    data = await ask(http, query, time="1768467600")
    assert data == {"resultType": "vector", "result": [{"metric": {}, "value": [1768467600, value]}]}


async def test_a_number_and_what_is_not_known(http: httpx.AsyncClient) -> None:
    assert await ask(http, "1.50") == {"resultType": "scalar", "result": [1767225600, "1.50"]}
    assert await ask(http, "nothing_like_it") == {"resultType": "vector", "result": []}
    assert (await http.get("/api/v1/query?query=nothing")).json()["status"] == "success"


async def test_queries_joined_under_a_label(http: httpx.AsyncClient) -> None:
    parts = [f'label_replace(\n{query}\n, "ordinaut_query", "{number}", "", "")' for number, query in enumerate(QUERIES)]
    found = (await ask(http, " or ".join(parts)))["result"]
    assert [(one["metric"]["ordinaut_query"], one["value"][1]) for one in found] == [
        (str(number), value) for number, value in enumerate(QUERIES.values())
    ]


async def test_what_was_pushed_is_found_and_replaced_in_its_group_only(http: httpx.AsyncClient) -> None:
    for body in ('m{x="1"} 5\n', 'm{x="2"} 7\n'):
        assert (await http.post("/metrics/job/a", content=body)).status_code == 200
    assert (await http.post("/metrics/job@base64/Yy9k", content="# TYPE m gauge\nm 9\n")).status_code == 200
    found = (await ask(http, "m"))["result"]
    assert [(one["metric"], one["value"][1]) for one in found] == [
        ({"__name__": "m", "x": "2", "job": "a"}, "7"),
        ({"__name__": "m", "job": "c/d"}, "9"),
    ]


@pytest.mark.parametrize("query", ["", "sum(up"])
async def test_a_query_that_is_none(http: httpx.AsyncClient, query: str) -> None:
    answer = await http.post("/api/v1/query", data={"query": query})
    assert (answer.status_code, answer.json()["status"], answer.json()["errorType"]) == (400, "error", "bad_data")


@pytest.mark.parametrize("body", ["", "m 5", "m five\n", "a-b 5\n"])
async def test_a_push_that_is_none_is_refused_in_text(http: httpx.AsyncClient, body: str) -> None:
    answer = await http.post("/metrics/job/a", content=body)
    assert (answer.status_code, answer.headers["content-type"]) == (400, "text/plain; charset=utf-8")
    assert answer.text.startswith("text format parsing error in line ")
