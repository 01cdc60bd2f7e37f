"""The twelve pipelines on a real Temporal server, their vendors over real HTTP: the same arguments as written by hand, each effect once."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from temporalio import client as temporal_client

import worker
from activities import run_starting
from activities import settings as settings_module
from starter import following, starting
from tests import approvers, reference_cases, runs, stand_in
from tests.acceptance import test_reference_mock as mock_runs

#: Steps that need more than recorded answers over HTTP: a real database, or 300 s of sleep.
_ELSEWHERE = ("daily-financial-reconciliation", "sia-monthly-employment", "business-metrics", "automated-release")
#: Asked of people, who approve in test_shipped_pipelines.py; the recorded cases hold a rejection too.
_OWN = ("vendor-payments",)
CASES = [case for case in mock_runs.ALL if case.file.stem not in (*_ELSEWHERE, *_OWN)]


async def run_case(
    temporal: temporal_client.Client,
    case: reference_cases.Case,
    environment: dict[str, str],
    meanwhile: Callable[[temporal_client.WorkflowHandle[Any, Any]], Awaitable[None]] | None = None,
) -> dict[str, Any]:
    """Runs a case with a worker of its own; gives the result that `show` would. `meanwhile` is done while it runs."""
    checked = reference_cases.checked(case, reference_cases.BRIDGES)
    assert checked.plan is not None, checked.problems
    task_queue = run_id = f"{case.file.stem}-{uuid.uuid4()}"
    settings = settings_module.Settings.from_mapping(
        {**environment, **runs.TRUSTING, "ORDINAUT_CATALOG": str(reference_cases.BRIDGES_FOLDER)}
    )
    given = starting.run_input(checked.plan, case.facts.get("params") or {}, case.facts.get("event"), case.nominal)
    async with worker.running(temporal, settings, task_queue):
        handle = await run_starting.start(temporal, given, run_id, task_queue)
        if meanwhile is not None:
            await meanwhile(handle)
        async with approvers.at_hand(handle):
            with contextlib.suppress(temporal_client.WorkflowFailureError):
                await handle.result()
        told = await following.read(temporal, run_id)
        progress = await handle.query("progress")
    result = told.record().as_json(run_id)
    assert progress == result
    return result


@asynccontextmanager
async def answering(case: reference_cases.Case) -> AsyncIterator[tuple[stand_in.Recorded, dict[str, str]]]:
    """The stand-in with the case's recorded outputs."""
    async with stand_in.serving(case.facts["mock"]) as running:
        yield running


@pytest.mark.server
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
async def test_each_argument_reaches_its_vendor_as_written_by_hand(client: temporal_client.Client, case: reference_cases.Case) -> None:
    async with answering(case) as (recorded, environment):
        result = await run_case(client, case, environment)
    expected = case.facts["expected"]
    mock_runs.assert_expected(result, expected)
    sent = {
        step["id"]: step["with"]
        for step in expected["steps"]
        if step["status"] in ("completed", "failed") and step["id"] in case.facts["mock"]
    }
    sent = {step: arguments for step, arguments in sent.items() if arguments is not None and _reaches_vendor(expected, step)}
    assert {step: mock_runs.written(arguments) for step, _, arguments in recorded.seen} == {
        step: mock_runs.written(sent[step]) for step in sent
    }
    assert len({key for _, key, _ in recorded.seen}) == len(recorded.seen)


def _reaches_vendor(expected: dict[str, Any], step: str) -> bool:
    """A call whose arguments its tool refuses is never sent."""
    error = expected["error"]
    return not (error and error["step"] == step and error["type"] == "invalid input")


def pipeline_names() -> list[str]:
    """The twelve."""
    return sorted(file.stem for file in Path(reference_cases.REFERENCE / "pipelines").glob("*.json"))


def test_every_reference_pipeline_runs_here_or_in_its_own_test() -> None:
    assert {case.file.stem for case in CASES} | set(_ELSEWHERE) == set(pipeline_names())
