"""Pings, for `ordinaut catalog --ping`: for each configured service one safe call that tells whether its credentials work."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import urllib.parse
import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from activities import authentication, catalog_pings, configuration, endpoints, tools
from activities import settings as settings_module
from activities.transports import base, mcp
from workflows.core import errors, fit_call, model

#: Longest time of one ping, getting a token included.
SECONDS: Final = 10.0

WORKS: Final = "works"
NOT_CONFIGURED: Final = "not configured"
REFUSED: Final = "refused"
UNREACHABLE: Final = "unreachable"
UNUSABLE: Final = "unusable"
NOT_CHECKED: Final = "not checked"
#: States of a service that is configured and does not work.
FAILED: Final = (REFUSED, UNREACHABLE, UNUSABLE)

#: Tools without a service of their own outside.
_INSIDE: Final = ("system", "pipeline")
_PROGRAMS: Final = ("mcp", "stdio")
#: What of a definition belongs to its calls, and not to the ping.
_OF_CALLS: Final = ("actions", "cases", "rest", "steps", "output", "look_up", "idempotency", "cache_ttl_seconds", "approval", "ping")
_NOT_PINGED: Final = "its definition has no ping"
_NOWHERE: Final = (errors.UNREACHABLE, errors.UNKNOWN_OUTCOME)


@dataclass(frozen=True, slots=True)
class Service:
    """Tools that share service, address and credentials; `tool` is the one whose definition says how they are pinged."""

    name: str
    tool: model.Tool
    addresses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a ping gave: a state, the service's words, and the variables that are missing, or that some actions lack; never a secret."""

    service: Service
    state: str
    said: str = ""
    missing: tuple[str, ...] = ()


def services(catalog: Iterable[model.Tool]) -> list[Service]:
    """What can be pinged, by name: the service where all its tools are reached alike, else the addresses that are.

    [Service("slack", ..., ("slack.enterprise", "slack.post_message")), Service("maib.banking", ...), Service("maib.merchants", ...)]
    """
    groups: dict[tuple[str, ...], list[model.Tool]] = {}
    for tool in catalog:
        if tool.transport not in _INSIDE:
            groups.setdefault(_group(tool), []).append(tool)
    count: dict[str, int] = {}
    for members in groups.values():
        count[members[0].service] = count.get(members[0].service, 0) + 1
    found = [_service(members, count[members[0].service] == 1) for members in groups.values()]
    return sorted(found, key=lambda one: one.name)


def _group(tool: model.Tool) -> tuple[str, ...]:
    given = tool.definition
    where = urllib.parse.urlsplit(str(given.get("endpoint", ""))).netloc
    own = [str(given.get(key, "")) for key in ("endpoint_setting", "server", "executable", "program_arguments")]
    return tool.transport, tool.service, where, *own, json.dumps(given.get("authentication"), sort_keys=True, default=str)


def _service(members: list[model.Tool], is_whole: bool) -> Service:
    first = next((tool for tool in members if "ping" in tool.definition), members[0])
    return Service(first.service if is_whole else first.address, first, tuple(tool.address for tool in members))


class Pings:
    """Pings services through the transports of calls: the same authentication, the same rules for endpoints."""

    def __init__(self, settings: settings_module.Settings, seconds: float = SECONDS) -> None:
        self._settings = settings
        self._seconds = seconds
        self._transports = tools.open_transports(settings)
        self._door = authentication.Door(settings)

    async def all(self, wanted: Iterable[Service], named: Collection[str] = ()) -> list[Answer]:
        """Pings them at once. One that works without credentials at an address that nobody set is asked only where it is `named`."""
        try:
            return list(await asyncio.gather(*(self._one(service, service.name in named) for service in wanted)))
        finally:
            for transport in dict.fromkeys(self._transports.values()):
                await transport.close()
            await self._door.close()

    async def _one(self, service: Service, is_named: bool) -> Answer:
        tool = service.tool
        try:
            missing = _missing(tool, self._settings, self._door) or ([] if is_named else self._never_set(tool))
            if missing:
                return Answer(service, NOT_CONFIGURED, missing=tuple(missing))
            if not _can_be_pinged(tool):
                why = "a bridge has the credentials itself" if tool.transport == "http" else _NOT_PINGED
                return Answer(service, NOT_CHECKED, why)
            async with asyncio.timeout(self._seconds):
                said = await self._said(tool)
        except TimeoutError:
            return Answer(service, UNREACHABLE, f"no answer within {self._seconds:g} s")
        except errors.ToolError as failure:
            return self._failed(service, failure)
        except Exception as error:  # our own defect: the others are told all the same, and its text may hold anything
            return Answer(service, UNUSABLE, f"{type(error).__name__}; this is a defect of Ordinaut, please report it")
        lacking = configuration.in_words(configuration.missing_of_actions(tool, self._settings))
        return Answer(service, WORKS, self._settings.mask(said), tuple(lacking))

    def _never_set(self, tool: model.Tool) -> list[str]:
        """The address of a service that asks for no credentials, where neither it nor they are set: nobody has chosen to use it."""
        name = tool.definition.get("endpoint_setting")
        if not name or self._settings.has(str(name)) or self._settings.endpoint(tool.service, tool.address.partition(".")[0]):
            return []
        return [str(name)] if self._door.may_be_none(tool) and not self._door.credentials(tool) else []

    async def _said(self, tool: model.Tool) -> str:
        """The service's words about who calls, or about itself; "" where there are none."""
        transport = self._transports[tool.transport]
        if isinstance(transport, mcp.Mcp):
            return await transport.title(tool)
        output = (await transport.send(_call(tool, self._seconds))).output
        return output if isinstance(output, str) and "result" in tool.definition.get("ping", {}) else ""

    def _failed(self, service: Service, failure: errors.ToolError) -> Answer:
        """What a failure means for somebody who looks for wrong credentials."""
        said = self._settings.mask(_words(failure))
        if failure.kind in _NOWHERE:
            return Answer(service, UNREACHABLE, said)
        if failure.kind == errors.INVALID_INPUT and "status" not in failure.details:
            return Answer(service, UNUSABLE, said)
        return Answer(service, REFUSED, f"{said}; {self._advice(service.tool, failure)}")

    def _advice(self, tool: model.Tool, failure: errors.ToolError) -> str:
        if failure.kind == errors.THROTTLED:
            return "too many calls: ask again later"
        if failure.details.get("status") in (404, 405, 410) or failure.kind == errors.BAD_OUTPUT:
            return f"is this its address? {endpoints.shown(endpoints.resolve(tool, self._settings))}"
        return f"check {' and '.join(self._door.credentials(tool)) or 'its credentials'}"


def _missing(tool: model.Tool, settings: settings_module.Settings, door: authentication.Door) -> list[str]:
    """The variables that the ping needs and that are not set."""
    found = configuration.missing(tool, settings, door)
    return [*found, *(name for name in tool.definition.get("ping", {}).get("needs", ()) if not settings.has(name) and name not in found)]


def _can_be_pinged(tool: model.Tool) -> bool:
    return "ping" in tool.definition or tool.transport in (*_PROGRAMS, "database", "redis")


def _call(tool: model.Tool, seconds: float) -> base.Call:
    """The ping as a call of its own: a request, an action, or what every server of its kind answers."""
    ping = tool.definition.get("ping", {})
    action, arguments, used = ping.get("action"), dict(ping.get("arguments", {})), tool
    if "path" in ping:
        used = _with(tool, {"rest": catalog_pings.request(ping), "input_schema": _optional(tool)})
    elif not ping and tool.transport == "database":
        arguments = {"query": "SELECT 1 AS one"}
    elif not ping and tool.transport == "redis":
        used = _with(tool, {"redis": {"command": ["PING"]}, "input_schema": True})
    if action is not None:
        arguments = {"action": action, **arguments}
    deadline = asyncio.get_running_loop().time() + seconds
    fitted = fit_call.arguments(used, arguments).value
    return base.Call(used, action, fitted, model.SAFE, key=uuid.uuid4().hex, run="ping", step="ping", deadline=deadline)


def _with(tool: model.Tool, parts: Mapping[str, Any]) -> model.Tool:
    kept = {key: part for key, part in tool.definition.items() if key not in _OF_CALLS}
    return dataclasses.replace(tool, definition={**kept, **parts}, actions={}, effect=model.SAFE, digest="ping")


def _optional(tool: model.Tool) -> dict[str, Any]:
    """The arguments that templates shared by all requests may read; the ping gives none of them."""
    return {"properties": {name: {"default": value} for name, value in fit_call.defaults([tool.input_schema]).items()}}


def _words(failure: errors.ToolError) -> str:
    """A failure without what is said of calls: `HTTP 401: "Bad credentials"`."""
    if "status" not in failure.details:
        return failure.message.replace("; nothing was sent", "").replace("; the call was not sent", "")
    quoted, mark, _ = failure.message.rpartition('"; ')
    return f'{quoted}"' if mark else failure.message.partition("; ")[0]
