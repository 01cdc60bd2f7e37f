"""CPU time of a tool call over that of its bare HTTP request, for `make bench`: the same request, on a kept connection of the same client library."""

from __future__ import annotations

import contextlib
import json
import random
import statistics
import subprocess
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Final

import httpx

from activities import endpoints, json_text, settings, tools
from starter import metrics_server, ports
from tests import calls, commands, reference_cases

CALLS: Final = 50
WANTED_MILLISECONDS: Final = 1.5
_TOOL: Final = "slack.enterprise"
_ARGUMENTS: Final = {"action": "post_message", "channel": "#daily-standup", "message": "Good morning"}


async def measure(rounds: int, seed: int) -> dict[str, list[float]]:
    """Milliseconds of CPU a call, one a round, in random order: of the activity, of the bare request, and of the bare request again."""
    chance = random.Random(seed)
    async with _subjects() as subjects:
        found: dict[str, list[float]] = {name: [] for name in subjects}
        for call in subjects.values():
            await _cost(call, 20)  # connections are opened, schemas and templates compiled
        for _ in range(rounds):
            for name in chance.sample(list(subjects), len(subjects)):
                found[name].append(await _cost(subjects[name], CALLS))
    return found


@contextlib.asynccontextmanager
async def _subjects() -> AsyncIterator[dict[str, Callable[[], Awaitable[None]]]]:
    async with metrics_server.running(f"{ports.LOOPBACK}:{metrics_server.ANY_PORT}") as shown, _sandbox() as variables:
        tool = reference_cases.TOOLS[_TOOL]
        configured = settings.Settings.from_mapping(variables)
        activities = tools.ToolActivities(reference_cases.TOOLS, configured, kept=shown.metrics)
        given = calls.given(tool, dict(_ARGUMENTS), tool.effect_of("post_message"))
        given["digest"] = tool.digest
        environment = calls.environment()
        headers = {"Authorization": "Bearer sandbox", "Content-Type": "application/json", "Accept": "application/json"}
        body = {"channel": _ARGUMENTS["channel"], "text": _ARGUMENTS["message"]}
        url = f"{endpoints.resolve(tool, configured)}/chat.postMessage"

        async def by_activity() -> None:
            await environment.run(activities.call_tool, given)

        async with httpx.AsyncClient() as bare:

            async def by_hand() -> None:
                answer = await bare.post(url, content=json_text.encode(body), headers=headers)
                assert answer.json().get("ok"), answer.text

            yield {"activity": by_activity, "bare": by_hand, "bare again": by_hand}
        await activities.close()


@contextlib.asynccontextmanager
async def _sandbox() -> AsyncIterator[Any]:
    """The variables of a sandbox in a process of its own, so that its work is not counted."""
    command = [str(commands.PROGRAM), "sandbox", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())["variables"]
        finally:
            process.terminate()


async def _cost(call: Callable[[], Awaitable[None]], count: int) -> float:
    started = time.process_time()
    for _ in range(count):
        await call()
    return (time.process_time() - started) / count * 1_000


def lines(found: dict[str, list[float]], seed: int = 1) -> list[str]:
    """The answer for people: the difference, with the interval that holds 95 % of its resamples."""
    differences = {
        name: [mine - bare for mine, bare in zip(found[name], found["bare"], strict=True)] for name in ("activity", "bare again")
    }
    said = [f"tool call: {len(found['bare'])} rounds of {CALLS} calls of {_TOOL} post_message, CPU time of the process"]
    said += [f"  {name:11} median {statistics.median(values):.2f} ms" for name, values in found.items()]
    for name, values in differences.items():
        low, high = _interval(values, seed)
        wanted = f"; wanted: under {WANTED_MILLISECONDS} ms" if name == "activity" else " (control)"
        said.append(f"  {name:11} over bare {statistics.median(values):.2f} [{low:.2f}, {high:.2f}] ms{wanted}")
    return said


def _interval(values: list[float], seed: int) -> tuple[float, float]:
    chance = random.Random(seed)
    medians = sorted(statistics.median(chance.choices(values, k=len(values))) for _ in range(5_000))
    return medians[round(len(medians) * 0.025)], medians[round(len(medians) * 0.975) - 1]
