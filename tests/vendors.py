"""Calls of tools of transport rest against a scripted vendor on 127.0.0.1, for the tests of the transport's parts."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from temporalio import exceptions

from activities import tools
from tests import calls, servers
from workflows.core import model

PREFIX = "step pay: bank.accounts, attempt 1: "
#: The idempotency key of the step `pay` of the run `payday-1`.
KEY = "428fe412662223fcda9ba56d81ada70f"

Reply = tuple[int, dict[str, str], bytes]


def reply(body: Any = None, status: int = 200, **headers: str) -> Reply:
    """One answer; header names are written with underscores. Bytes go out as they are."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return status, {name.replace("_", "-"): value for name, value in headers.items()}, content


@dataclass
class Called:
    """How a call ended."""

    output: Any
    error: exceptions.ApplicationError | None
    whole: Mapping[str, Any]  # all that the activity gave
    requests: list[servers.Request]
    url: str
    activities: tools.ToolActivities

    @property
    def targets(self) -> list[str]:
        """`GET /items?page=2` of each request."""
        return [f"{request.method} {request.target}" for request in self.requests]

    @property
    def failure(self) -> tuple[str, bool, str]:
        """(kind, whether it is final, message without its begin)."""
        assert self.error is not None, self.output
        return str(self.error.type), self.error.non_retryable, self.error.message.partition(": ")[2].partition(": ")[2]

    @property
    def wait_seconds(self) -> float | None:
        """The pause that the vendor asked for."""
        assert self.error is not None
        return self.error.next_retry_delay.total_seconds() if self.error.next_retry_delay else None


def call(
    rest: Mapping[str, Any] | None,
    replies: Mapping[str, Any],
    arguments: dict[str, Any] | None = None,
    *,
    effect: str = model.UNSAFE,
    attempt: int = 1,
    timeout: float = 35.0,
    variables: Mapping[str, str] | None = None,
    times: int = 1,
    given: Mapping[str, Any] | None = None,
    variables_of_url: Mapping[str, str] | None = None,
    address: str = "bank.accounts",
    **definition: Any,
) -> Called:
    """Calls a tool once (or several times, and tells of the last). `replies` holds by path one answer, a list of them in their order, or a function.
    `variables_of_url` are variables in which `{url}` stands for the vendor's; a member of the definition that is None is left out.
    """

    async def run() -> Called:
        async with servers.running() as server:
            for path, scripted in replies.items():
                server.answers[path] = _script(scripted, server.url)
            whole_definition = {"endpoint": server.url, "rest": rest, **definition}
            used = calls.tool("rest", address, **{name: member for name, member in whole_definition.items() if member is not None})
            urls = {name: value.replace("{url}", server.url) for name, value in (variables_of_url or {}).items()}
            made = calls.activities_of(used, {**(variables or {}), **urls})
            whole: Any = {}
            error = None
            for _ in range(times):
                whole, error = {}, None
                try:
                    surroundings = calls.environment(timeout, attempt)
                    whole = await surroundings.run(made.call_tool, calls.given(used, arguments, effect, **(given or {})))
                except exceptions.ApplicationError as failure:
                    error = failure
            await made.close()
            return Called(whole.get("output"), error, whole, server.requests, server.url, made)

    return asyncio.run(run())


def _script(scripted: Any, url: str) -> Any:
    if callable(scripted):
        return lambda request: scripted(request, url)
    if isinstance(scripted, list):
        left = list(scripted)
        return lambda request: left.pop(0) if len(left) > 1 else left[0]
    return scripted


Answer = Callable[[servers.Request, str], Reply]
