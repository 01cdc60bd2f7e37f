"""The one tool-call activity, for the worker: looks the tool up, fits the arguments, sends, judges what came back."""

from __future__ import annotations

import asyncio
import hashlib
import pathlib
import traceback
from collections.abc import Mapping
from typing import Any, Final

from temporalio import activity

from activities import approval_check, authentication, heartbeats, metrics, outcomes, validators
from activities import catalog as catalog_module
from activities import settings as settings_module
from activities.rest import rate_limits
from activities.transports import base, database, http, mcp, redis, rest, websocket
from workflows import contract
from workflows.core import errors, fit, fit_call, model

_PROJECT: Final = pathlib.Path(__file__).resolve().parent.parent


def idempotency_key(workflow_id: str, activity_id: str) -> str:
    """The key that every try of one call carries: 32 hex digits, the same again in a retried run.

    >>> idempotency_key("daily-standup-2026-11-23T18:00:00Z", "3")
    'd8ce7c8333072a7d602aed3f1551918e'
    """
    return hashlib.sha256(f"{workflow_id}/{activity_id}".encode()).hexdigest()[:32]


class ToolActivities:
    """The activity `call_tool` with what it needs; one object for a worker."""

    def __init__(
        self,
        catalog: catalog_module.Catalog,
        settings: settings_module.Settings,
        transports: Mapping[str, base.Transport] | None = None,
        kept: metrics.ToolMetrics | None = None,
    ) -> None:
        self._catalog = catalog
        self._settings = settings
        self._transports = transports if transports is not None else open_transports(settings)
        self._metrics = kept if kept is not None else metrics.ToolMetrics()

    @activity.defn(name=contract.CALL_TOOL)
    async def call_tool(self, given: contract.CallInput) -> contract.CallOutput:
        """Calls a tool once.

        Raises:
            ApplicationError: the call failed; `type` is a kind of `errors`, `non_retryable` says whether it may be sent again.
            CancelledError: the run was cancelled before anything with an effect was sent.
        """
        progress = base.Progress()
        call = _failed_call(given, self._catalog.get(given["tool"]))
        timed = self._metrics.call(given["tool"] if given["tool"] in self._catalog else metrics.UNKNOWN_TOOL)
        try:
            async with heartbeats.beating():
                return timed.ended(await self._call(given, progress))
        except errors.ToolError as failure:
            raise outcomes.application_error(timed.failed(failure), call, self._settings.mask) from None
        except asyncio.CancelledError:
            raise outcomes.application_error(timed.failed(_cancelled(progress, call.effect)), call, self._settings.mask) from None
        except Exception as error:  # our own defect: its text may hold anything, so only its type and place go out
            raise outcomes.application_error(timed.failed(_internal(error, progress)), call, self._settings.mask) from None

    async def close(self) -> None:
        """Closes the connections of all transports."""
        for transport in self._transports.values():
            await transport.close()

    def rate_limits(self) -> dict[str, rate_limits.Numbers]:
        """What the vendors last said of their rate limits, by service; for metrics."""
        transport = self._transports.get("rest")
        return transport.rate_limits.newest() if isinstance(transport, rest.Rest) else {}

    async def _call(self, given: contract.CallInput, progress: base.Progress) -> contract.CallOutput:
        tool = self._tool(given["tool"])
        transport = self._transport(tool)
        fitted = fit_call.arguments(tool, given["arguments"], validators.fast)
        _check_look_up(tool, given)
        approval_check.check(tool, fitted.value, given.get("approval"), activity.info().workflow_id or "", self._settings)
        answer = await _within(_own_timeout(tool), transport, _call_of(tool, fitted.value, given, progress))
        output_schema = tool.output_schema_of(_action(given))
        fit.output(output_schema, answer.output, validators.fast(output_schema))
        shown = self._settings.without_secrets(answer.output)
        output = contract.CallOutput(output=shown)
        if fitted.changed:
            output["arguments"] = fitted.value
        if warnings := [
            *_changed_definition(tool, given["digest"]),
            *fitted.notices,
            *answer.warnings,
            *_quoting(shown is not answer.output),
        ]:
            output["warnings"] = warnings
        if activity.info().attempt > 1:
            output["attempts"] = activity.info().attempt
        if answer.cached_seconds is not None:
            output["cached_seconds"] = answer.cached_seconds
        base.check_size(output)
        return output

    def _tool(self, address: str) -> model.Tool:
        tool = self._catalog.get(address)
        if tool is None:
            near = self._catalog.near(address)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise errors.ToolError(errors.INVALID_INPUT, f"this worker's catalog has no tool {address!r}{hint}")
        return tool

    def _transport(self, tool: model.Tool) -> base.Transport:
        if tool.transport not in self._transports:
            known = ", ".join(self._transports)
            raise errors.ToolError(errors.INVALID_INPUT, f"no call goes through the transport {tool.transport!r}; known here are {known}")
        return self._transports[tool.transport]


def _quoting(is_masked: bool) -> list[str]:
    return ["the answer held one of this worker's own secrets; it is kept as ***"] if is_masked else []


def open_transports(settings: settings_module.Settings) -> dict[str, base.Transport]:
    """Every transport by the name that definitions use."""
    door = authentication.Door(settings)
    servers = mcp.Mcp(settings, door)
    return {
        "http": http.Http(settings, door),
        "rest": rest.Rest(settings, door=door),
        "database": database.Database(settings),
        "mcp": servers,
        "stdio": servers,
        "websocket": websocket.Websocket(settings, door),
        "redis": redis.Redis(settings),
    }


async def _within(seconds: float, transport: base.Transport, call: base.Call) -> base.Answer:
    """Sends with our own timeout, which ends before Temporal's, so that the error can say what happened."""
    try:
        async with asyncio.timeout_at(call.deadline) as limit:
            return await transport.send(call)
    except TimeoutError:
        if not limit.expired():
            raise
    kind = errors.UNKNOWN_OUTCOME if call.progress.sent else errors.UNREACHABLE
    state = "the call was sent, but no whole answer came" if call.progress.sent else "nothing with an effect was sent"
    raise errors.ToolError(kind, f"time ran out after {seconds:g} s; {state}") from None


def _call_of(tool: model.Tool, arguments: dict[str, Any], given: contract.CallInput, progress: base.Progress) -> base.Call:
    info = activity.info()
    return base.Call(
        tool=tool,
        action=_action(given),
        arguments=arguments,
        effect=_effect(given),
        key=_key(given),
        run=_run(given),
        step=info.activity_id,
        deadline=asyncio.get_running_loop().time() + _own_timeout(tool),
        zone=given.get("zone"),
        repeats=_repeats(given),
        progress=progress,
    )


def _own_timeout(tool: model.Tool) -> float:
    """Seconds that the call may take: Temporal's timeout less the grace, so that we are first; half of it where it is very short."""
    timeout = activity.info().start_to_close_timeout
    if timeout is None:
        return float(tool.timeout_seconds)
    return max((timeout - contract.ACTIVITY_GRACE).total_seconds(), timeout.total_seconds() / 2)


def _failed_call(given: contract.CallInput, tool: model.Tool | None) -> outcomes.Call:
    info = activity.info()
    look_up = tool is not None and tool.looks_up(_action(given))
    return outcomes.Call(given["tool"], _action(given), info.activity_id, info.attempt, _effect(given), _key(given), look_up)


def _repeats(given: contract.CallInput) -> bool:
    """Whether this call may have been sent before: by an earlier try, or by an earlier run of the same chain."""
    info = activity.info()
    return info.attempt > 1 or given.get("run", info.workflow_id) != info.workflow_id


def _check_look_up(tool: model.Tool, given: contract.CallInput) -> None:
    """A call that was only let through a second time for its look-up must have one."""
    if given.get("look_up") and _repeats(given) and not tool.looks_up(_action(given)):
        raise errors.ToolError(
            errors.UNKNOWN_OUTCOME,
            f"an earlier try may have been done, and the definition of {tool.address} no longer says how to look that up; nothing was sent",
        )


def _action(given: contract.CallInput) -> str | None:
    action = given["arguments"].get("action")
    return action if isinstance(action, str) else None


def _effect(given: contract.CallInput) -> str:
    """The plan's effect; of one that this worker does not know the worst is assumed."""
    return given["effect"] if given["effect"] in model.EFFECTS else model.UNSAFE


def _run(given: contract.CallInput) -> str:
    return given.get("run") or activity.info().workflow_id or ""


def _key(given: contract.CallInput) -> str:
    return idempotency_key(_run(given), activity.info().activity_id)


def _changed_definition(tool: model.Tool, planned: str) -> list[str]:
    if not planned or planned == tool.digest:
        return []
    return [f"the definition of {tool.address} changed since the plan was made ({planned} then, {tool.digest} now); the new one was used"]


def _cancelled(progress: base.Progress, effect: str) -> errors.ToolError:
    """What a cancelled call means. A call that cannot have changed anything is simply cancelled.

    Raises:
        CancelledError: the run was cancelled and nothing with an effect was sent.
    """
    details = activity.cancellation_details()
    stopping = activity.is_worker_shutdown() and not (details and details.cancel_requested)
    if not progress.sent or (effect == model.SAFE and not stopping):
        if stopping:
            return errors.ToolError(errors.UNREACHABLE, "the worker stopped before anything with an effect was sent")
        raise asyncio.CancelledError
    reason = "the worker stopped" if stopping else "the run was cancelled"
    return errors.ToolError(errors.UNKNOWN_OUTCOME, f"{reason} after the call was sent and before its answer came")


def _internal(error: Exception, progress: base.Progress) -> errors.ToolError:
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.startswith(f"{_PROJECT}/")]
    place = f"{pathlib.Path(frames[-1].filename).relative_to(_PROJECT)}:{frames[-1].lineno}" if frames else "unknown place"
    sent = "the call may have been sent" if progress.sent else "nothing with an effect was sent"
    return errors.ToolError(
        errors.INTERNAL_ERROR,
        f"{type(error).__name__} at {place}; this is a defect of Ordinaut, please report it; {sent}",
        {"at": place},
    )
