"""docs/rate-limits.md is held true: the shipped numbers, the examples, the warning."""

from __future__ import annotations

import json
import re
from pathlib import Path

from activities import catalog, exchange
from activities import settings as settings_module
from starter import task_queues
from tests import reference_cases

PAGE = (reference_cases.ROOT / "docs" / "rate-limits.md").read_text(encoding="utf-8")
SHIPPED = catalog.load([catalog.shipped_folder()]).limits


def test_the_table_holds_each_shipped_limit() -> None:
    rows = re.findall(r"^\| `([^`]+)` \| (.*?) \| (\d+) \| (.*?) \|$", PAGE, re.MULTILINE)
    assert rows == [
        (name, str(limit.rate) if limit.rate else "not limited", str(limit.calls_at_once), limit.source) for name, limit in SHIPPED.items()
    ]


def test_the_examples_can_be_copied(tmp_path: Path) -> None:
    (block,) = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    (tmp_path / "services.json").write_text(block, encoding="utf-8")
    own = catalog.load([tmp_path, catalog.shipped_folder()]).limits
    assert (str(own["slack"].rate), own["slack"].source) == ("100 calls a minute", "our plan")
    assert json.loads(block)["services"].keys() == {"slack"}
    exports = dict(re.findall(r"^export (\w+)=(\S+)$", PAGE, re.MULTILINE))
    assert set(exports) == {"ORDINAUT_RATE_LIMIT_SLACK", "ORDINAUT_RATE_LIMIT_JIRA", "ORDINAUT_TASK_QUEUES"}
    assert task_queues.taken(SHIPPED.values(), settings_module.Settings.from_mapping(exports)) == ["tools.maib", "tools.sia"]


def test_the_pools_are_as_told() -> None:
    told = " ".join(PAGE.split())
    names = {"Slack": "slack", "GitHub": "github", "Salesforce": "salesforce", "OpenAI": "openai"}
    assert set(names.values()) == set(exchange.SERVICE_LIMITS)
    for name, service in names.items():
        pool = exchange.SERVICE_LIMITS[service]
        assert f"{name} {pool.max_connections} and {pool.max_keepalive_connections}" in told
