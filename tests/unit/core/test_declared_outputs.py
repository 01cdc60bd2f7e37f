"""What the checker says of templates that read members which the output schema of a tool or action does not declare."""

from __future__ import annotations

from typing import Any

import pytest

from tests import language


def told(uses: str, arguments: dict[str, Any], template: Any) -> list[tuple[str, str, str]]:
    """(code, message, hint) of every problem of a step that reads the output `out` of another."""
    document = language.document(
        {"id": "call", "uses": uses, "with": arguments, "save_as": "out"},
        {"id": "read", "uses": "system.transform", "with": {"template": template}},
    )
    return [(problem.code, problem.message, problem.hint) for problem in language.checked(document).problems]


BALANCE = {"action": "get_balance", "account_number": "MD24"}
METRICS = {"action": "get_metrics", "repository": "a/b"}


@pytest.mark.parametrize(
    ("uses", "arguments", "read", "message", "hint"),
    [
        pytest.param(
            "maib.banking", BALANCE, "${steps.out.balanse}",
            "'balanse' is not in the declared output of 'maib.banking get_balance' (steps.out);"
            " declared: account_number, currency, balance, balances",
            "did you mean 'balance'?", id="of an action",
        ),
        pytest.param(
            "maib.banking", BALANCE, "${out.transactions}",
            "'transactions' is not in the declared output of 'maib.banking get_balance' (out);"
            " declared: account_number, currency, balance, balances",
            "guard it with | default(...) if it may be missing", id="of another action",
        ),
        pytest.param(
            "github.enterprise", METRICS, "merged: ${steps.out.pull_requests.merged}",
            "'merged' is not in the declared output of 'github.enterprise get_metrics' (steps.out.pull_requests);"
            " declared: opened_count, merged_count, feature_summary, bugfix_summary",
            "did you mean 'merged_count'?", id="nested",
        ),
        pytest.param(
            "github.enterprise", METRICS, "${steps.out.workflow_runs[0].result}",
            "'result' is not in the declared output of 'github.enterprise get_metrics' (steps.out.workflow_runs.0);"
            " declared: id, status, conclusion",
            "guard it with | default(...) if it may be missing", id="in an item",
        ),
        pytest.param(
            "openai-chatgpt.analyze", {"prompt": "p", "context": {}}, "${steps.out.summary}",
            "'summary' is not in the declared output of 'openai-chatgpt.analyze' (steps.out); declared: analysis, confidence, token_usage, usage",
            "guard it with | default(...) if it may be missing", id="of a tool without actions",
        ),
    ],
)  # fmt: skip
def test_a_member_that_is_not_declared_is_told(uses: str, arguments: dict[str, Any], read: str, message: str, hint: str) -> None:
    assert told(uses, arguments, read) == [("unknown-field", message, hint)]


@pytest.mark.parametrize(
    ("uses", "arguments", "read"),
    [
        pytest.param("maib.banking", BALANCE, "${steps.out.balance}", id="declared"),
        pytest.param("maib.banking", BALANCE, "${steps.out}", id="the whole output"),
        pytest.param("maib.banking", BALANCE, "${steps.out.blance | default(0)}", id="guarded"),
        pytest.param("maib.banking", BALANCE, "${steps.out.balances.CHF}", id="names that only the vendor knows"),
        pytest.param("maib.banking", {"action": "${params.do}"}, "${steps.out.anything}", id="an action that is not known yet"),
        pytest.param("github.enterprise", METRICS, "${steps.out.workflow_runs[0].id}", id="in an item"),
        pytest.param("github.enterprise", METRICS, "${steps.out.feature_summary.text | default('')}", id="guarded further up"),
        pytest.param("salesforce.enterprise", {"action": "query_records", "query": "q"}, "${steps.out.records[0].Id}", id="open items"),
        pytest.param("database.query", {"query": "SELECT 1"}, "${steps.out.anything.at_all}", id="rows"),
        pytest.param("prometheus.query", {"queries": [{"name": "n", "query": "q"}]}, "${steps.out.n.value}", id="named by the arguments"),
        pytest.param("system.transform", {"template": 1}, "${steps.out.anything}", id="no schema"),
    ],
)
def test_what_may_be_there_is_not_told(uses: str, arguments: dict[str, Any], read: str) -> None:
    assert [problem for problem in told(uses, arguments, read) if problem[0] == "unknown-field"] == []
