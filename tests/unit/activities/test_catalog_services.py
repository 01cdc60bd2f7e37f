"""services.json of a catalog folder: read with the definitions, an earlier folder before a later one, everything wrong told with its place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from activities import catalog, catalog_problems, service_limits
from tests.unit.activities import test_catalog
from workflows.core import plan


def services(**given: Any) -> dict[str, Any]:
    return {"services": given}


def test_tools_of_a_limited_service_get_its_queue_and_the_plan_says_so(tmp_path: Path) -> None:
    test_catalog.save(tmp_path, "a.json", test_catalog.definition("demo.echo"))
    test_catalog.save(tmp_path, "b.json", test_catalog.definition("other.echo", service="demo"))
    test_catalog.save(tmp_path, "c.json", test_catalog.definition("free.echo"))
    test_catalog.save(tmp_path, "services.json", services(demo={"rate_limit": {"calls": 50, "per": "minute"}, "calls_at_once": 5}))
    loaded = catalog.load([tmp_path])
    assert loaded.limits == {"demo": service_limits.ServiceLimit("demo", service_limits.Rate(50, "minute"), 5)}
    assert {address: tool.task_queue for address, tool in loaded.items()} == {
        "demo.echo": "tools.demo",
        "free.echo": "",
        "other.echo": "tools.demo",
    }
    assert plan.policy(loaded["demo.echo"])["task_queue"] == "tools.demo"
    assert "task_queue" not in plan.policy(loaded["free.echo"])


def test_an_earlier_folder_says_the_limit(tmp_path: Path) -> None:
    test_catalog.save(tmp_path, "services.json", services(slack={"calls_at_once": 3}))
    limits = catalog.load([tmp_path, catalog.shipped_folder()]).limits
    assert limits["slack"] == service_limits.ServiceLimit("slack", None, 3)
    assert limits["jira"] == catalog.load([catalog.shipped_folder()]).limits["jira"]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param({}, ":1:1: services: missing, expected an object: By service, as definitions name it", id="empty"),
        pytest.param("{", ":1:2: not JSON: expecting property name enclosed in double quotes", id="no JSON"),
        pytest.param(
            services(demo={"rate_limit": {"calls": 0, "per": "second"}}),
            ":1:39: services.demo.rate_limit.calls: found 0, expected at least 1",
            id="no calls",
        ),
        pytest.param(
            services(demo={"rate_limit": {"calls": 1, "per": "week"}}),
            ':1:51: services.demo.rate_limit.per: found text "week", expected one of "second", "minute", "hour", "day"',
            id="no such time",
        ),
        pytest.param(
            services(demo={"rate_limits": {}}),
            ":1:24: services.demo.rate_limits: unknown, expected one of rate_limit, calls_at_once, source (did you mean 'rate_limit'?)",
            id="misspelt",
        ),
        pytest.param(
            services(dmo={}),
            ":1:15: services.dmo: no tool has this service, expected one that a definition names (did you mean 'demo'?)",
            id="no such service",
        ),
    ],
)
def test_tells_what_is_wrong_and_where(tmp_path: Path, content: Any, expected: str) -> None:
    test_catalog.save(tmp_path, "a.json", test_catalog.definition("demo.echo"))
    file = test_catalog.save(tmp_path, "services.json", content)
    found = test_catalog.problems_of(tmp_path)
    assert [catalog.describe(path, problem) for path, problem in found] == [f"{file}{expected}"]
    assert found[0][1].code in (catalog_problems.BAD_SERVICES, catalog_problems.NOT_JSON)
