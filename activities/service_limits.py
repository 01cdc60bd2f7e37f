"""How much of a service's work is let through at once, for the catalog, the workers and the command line."""

from __future__ import annotations

import contextlib
import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from activities import environment_names
from workflows import contract

#: Calls of a service that one worker has under way, where `services.json` says nothing.
DEFAULT_CALLS_AT_ONCE: Final = 20
NONE: Final = "none"
EXPECTED: Final = "expected a number of calls and a time such as 50/minute (second, minute, hour, day), or none"

_SECONDS: Final[Mapping[str, int]] = {"second": 1, "minute": 60, "hour": 3_600, "day": 86_400}
_RATE: Final = re.compile(r"(\d{1,9})\s*/\s*(second|minute|hour|day)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Rate:
    """So many calls in a time, by all workers together: Rate(50, "minute")."""

    calls: int
    per: str

    @property
    def per_second(self) -> float:
        """Calls a second, as Temporal wants them: 0.8333."""
        return self.calls / _SECONDS[self.per]

    def __str__(self) -> str:
        """`50 calls a minute`."""
        return f"{self.calls:,} {'call' if self.calls == 1 else 'calls'} {'an' if self.per == 'hour' else 'a'} {self.per}"


@dataclass(frozen=True, slots=True)
class ServiceLimit:
    """A service whose calls have a task queue of their own. `rate` is None where only the calls at once are bounded."""

    service: str
    rate: Rate | None
    calls_at_once: int = DEFAULT_CALLS_AT_ONCE
    source: str = ""

    @property
    def task_queue(self) -> str:
        """`tools.slack`."""
        return contract.TOOLS_QUEUE_PREFIX + self.service

    def as_json(self) -> dict[str, Any]:
        """{"task_queue": "tools.slack", "calls": 1, "per": "second", "calls_at_once": 50, "source": "..."}; without a rate null."""
        rate = {"calls": self.rate.calls, "per": self.rate.per} if self.rate else {"calls": None, "per": None}
        return {"task_queue": self.task_queue, **rate, "calls_at_once": self.calls_at_once, "source": self.source}


def of(service: str, given: Mapping[str, Any]) -> ServiceLimit:
    """A checked entry of `services.json`: {"rate_limit": {"calls": 50, "per": "minute"}, "calls_at_once": 20, "source": "..."}."""
    rate = given.get("rate_limit")
    return ServiceLimit(
        service,
        Rate(int(Decimal(rate["calls"])), rate["per"]) if rate else None,
        int(Decimal(given.get("calls_at_once", DEFAULT_CALLS_AT_ONCE))),
        given.get("source", ""),
    )


def problems(name: str, value: str) -> list[str]:
    """What is wrong with the variable ORDINAUT_RATE_LIMIT_<SERVICE>, a sentence or none."""
    if name == environment_names.RATE_LIMIT_PREFIX:
        return [f"{name}: the name lacks the service, such as {name}SLACK"]
    try:
        parse(value)
    except ValueError as error:
        return [f"{name}: found {value!r}, {error}"]
    return []


def read(given: Mapping[str, str]) -> dict[str, Rate | None]:
    """The rates of the environment by service, {"SLACK": "50/minute"}; without those that cannot be read, which `problems` tells of."""
    found = {}
    for service, value in given.items():
        with contextlib.suppress(ValueError):
            found[service] = parse(value)
    return found


def limited(limit: ServiceLimit, rates: Mapping[str, Rate | None]) -> ServiceLimit:
    """A service's limit as it holds here: the environment's rate goes before the catalog's, with the source that says so."""
    key = variable_of(limit.service)
    if key not in rates:
        return limit
    return dataclasses.replace(limit, rate=rates[key], source=f"{environment_names.RATE_LIMIT_PREFIX}{key}")


def variable_of(service: str) -> str:
    """How variables end that are for a service: `OPENAI_CHATGPT` for openai-chatgpt."""
    return service.upper().replace("-", "_")


def parse(text: str) -> Rate | None:
    """A limit as the environment says it, "50/minute"; None for "none".

    Raises:
        ValueError: it is neither.
    """
    if text.lower() == NONE:
        return None
    found = _RATE.fullmatch(text.lower())
    if found is None or int(found[1]) == 0:
        raise ValueError(EXPECTED)
    return Rate(int(found[1]), found[2])
