"""Replay: runs that began under an earlier version go on under this one."""

from __future__ import annotations

import dataclasses
import difflib
from typing import Any

import pytest
from temporalio import client as temporal_client
from temporalio import worker as temporal_worker
from temporalio import workflow

from starter import history
from tests.replay import fingerprint, record, scenes
from workflows import converter, counter, pipeline
from workflows.core import plan

RECORDED = fingerprint.recorded()

WHAT_TO_DO = """
the commands of '{name}' changed:
{changes}
A run that began before this change would be stuck when it is replayed. Either
  - bring the old order back, or
  - keep both: ask `workflow.patched("what-changed")` in workflows/pipeline.py for the new order, and give plans a new format
    where the change is in workflows/core (old formats go on running), then record a new scene beside the old one:
    add it to tests/replay/scenes.py and run `python -m tests.replay.record`.
Only where no version with the old order was ever released: `python -m tests.replay.record {name}`.
"""


def replayer() -> temporal_worker.Replayer:
    """A replayer set up as the worker is."""
    return temporal_worker.Replayer(
        workflows=[pipeline.PipelineWorkflow, counter.CounterWorkflow],
        data_converter=converter.DATA_CONVERTER,
        workflow_runner=temporal_worker.UnsandboxedWorkflowRunner(),
    )


@pytest.mark.parametrize("name", RECORDED)
async def test_a_recorded_history_replays(name: str) -> None:
    await replayer().replay_workflow(RECORDED[name])


@pytest.mark.parametrize("name", RECORDED)
async def test_a_recorded_history_is_told_as_it_ended(name: str) -> None:
    """The history reader walks old histories too."""
    told = history.RunHistory(converter.DATA_CONVERTER)
    await told.read(RECORDED[name].events)
    assert told.record().status == told.closed


def test_each_scene_is_recorded_and_has_its_fingerprint() -> None:
    assert set(RECORDED) == set(fingerprint.committed()) >= {scene.name for scene in scenes.SCENES}


@pytest.mark.parametrize("name", RECORDED)
def test_a_history_has_the_committed_fingerprint(name: str) -> None:
    assert fingerprint.commands(RECORDED[name].events) == fingerprint.committed()[name]


@pytest.mark.parametrize("scene", [scene for scene in scenes.SCENES if not scene.slow], ids=lambda scene: scene.name)
async def test_the_commands_are_those_of_the_recorded_history(client: temporal_client.Client, scene: scenes.Scene) -> None:
    """Run anew, a scene asks for the same things in the same order."""
    found = fingerprint.commands((await record.record(client, scene)).events)
    known = fingerprint.committed()[scene.name]
    assert found == known, WHAT_TO_DO.format(name=scene.name, changes=_changes(known, found))


def _changes(known: list[str], found: list[str]) -> str:
    return "\n".join(difflib.unified_diff(known, found, "recorded", "now", lineterm=""))


async def test_a_changed_order_of_commands_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: were a step left out, replay would say so."""
    load = plan.load

    def without_the_second_step(document: Any) -> Any:
        compiled = load(document)
        return dataclasses.replace(compiled, steps=(compiled.steps[0], *compiled.steps[2:]))

    monkeypatch.setattr(plan, "load", without_the_second_step)
    with pytest.raises(workflow.NondeterminismError):
        await replayer().replay_workflow(RECORDED["five-calls"])
