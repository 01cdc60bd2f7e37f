"""`python -m tests.replay.record [NAME ...]`: records histories of the scenes on the embedded server, and their fingerprints.

Without names only what is not recorded yet; with names those again. Histories of released versions stay as they are: replaying them
is what shows that a run under way survives an upgrade. A new scene is a new file.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
from typing import Any

from temporalio import client as temporal_client

from starter import embedded, following
from tests import runs
from tests.replay import fingerprint, scenes
from workflows import contract, converter


async def record(temporal: temporal_client.Client, scene: scenes.Scene) -> temporal_client.WorkflowHistory:
    """Runs a scene to its end; its history."""
    async with runs.worker(temporal, runs.Tools(scene.answers), task_queue=f"record-{scene.name}") as queue:
        handle = await runs.started(
            temporal, scene.plan(), queue, run_id=f"{scene.name}-recorded", params=scene.params, event=scene.event, **scene.fields
        )
        for verb, given in scene.decisions:
            await _asks(handle, given["step"])
            await handle.execute_update(verb, given)
        for event in scene.events:
            await _takes(handle, event)
        if scene.cancel_at:
            await _waits(temporal, handle, scene.cancel_at)
            await handle.cancel()
        await runs.ended(temporal, handle, scene.seconds)
        return await handle.fetch_history()


async def _asks(handle: temporal_client.WorkflowHandle[Any, Any], step: str) -> None:
    async with asyncio.timeout(runs.SECONDS):
        while all(one["name"] != step for one in await handle.query(contract.QUERY_APPROVALS)):
            await asyncio.sleep(0.05)


async def _takes(handle: temporal_client.WorkflowHandle[Any, Any], event: dict[str, Any]) -> None:
    """Offers an event until the wait for it is registered and takes it."""
    async with asyncio.timeout(runs.SECONDS):
        while not await _looked(handle):
            await asyncio.sleep(0.05)
    await handle.execute_update(contract.EVENT, event)


async def _looked(handle: temporal_client.WorkflowHandle[Any, Any]) -> bool:
    """Whether the run has looked back, so that its timer runs."""
    return any([event.HasField("timer_started_event_attributes") async for event in handle.fetch_history_events()])


async def _waits(temporal: temporal_client.Client, handle: temporal_client.WorkflowHandle[Any, Any], step: str) -> None:
    async with asyncio.timeout(runs.SECONDS):
        while {one.id: one.status for one in (await following.read(temporal, handle.id)).record().steps}[step] != "waiting":
            await asyncio.sleep(0.05)


async def main(names: list[str]) -> None:
    """Records; says what was written."""
    logging.getLogger("temporalio").setLevel(logging.ERROR)  # calls that fail are part of the scenes
    fingerprint.HISTORIES.mkdir(exist_ok=True)
    known = {scene.name: scene for scene in scenes.SCENES}
    if unknown := set(names) - set(known):
        sys.exit(f"no scene {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    wanted = names or [name for name in known if not (fingerprint.HISTORIES / f"{name}.json").exists()]
    async with embedded.EmbeddedServer(headless=True) as server:
        temporal = await temporal_client.Client.connect(server.address, data_converter=converter.DATA_CONVERTER, identity="recorder")
        for name in wanted:
            history = await record(temporal, known[name])
            file = fingerprint.HISTORIES / f"{name}.json"
            file.write_text(json.dumps(json.loads(history.to_json()), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
            print(f"{file.relative_to(fingerprint.FOLDER)}: {len(history.events)} events")
    fingerprint.write({name: fingerprint.commands(history.events) for name, history in fingerprint.recorded().items()})


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
    sys.stdout.flush()
    os._exit(0)  # a plain exit sometimes aborts in the SDK's native threads
