"""The part of a run that waits for events: registers the wait with the type's router, looks back, takes what fits, gives up in time."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from temporalio import common, exceptions, workflow

from workflows import contract
from workflows.core import errors, event_wait, progress, recorded

WAITING: Final = "waiting-event"
GONE: Final = contract.GONE
REFUSED: Final = "refused"
_STATUS: Final = common.SearchAttributeKey.for_keyword(contract.ATTRIBUTE_STATUS)
_STEP: Final = common.SearchAttributeKey.for_keyword(contract.ATTRIBUTE_STEP)

#: The service lists an event a moment after it came, so that a second look soon follows the first ...
_SECOND_LOOK: Final = datetime.timedelta(seconds=20)
#: ... and further ones find what a router did not know of: one that was full, or that somebody ended.
_LATER_LOOKS: Final = datetime.timedelta(hours=1)
_OVERLAP: Final = datetime.timedelta(minutes=1)  # of what two looks see
_LOOK_TIMEOUT: Final = datetime.timedelta(minutes=5)
_LAST_LOOK_TIMEOUT: Final = datetime.timedelta(minutes=1)
_GRACE: Final = datetime.timedelta(seconds=10)  # for a look that found the event to say so
_MARK: Final = datetime.timedelta(milliseconds=1)
_RETRY: Final = common.RetryPolicy(maximum_interval=datetime.timedelta(seconds=30))
_MAX_EARLY: Final = 100


@dataclass(slots=True)
class _Waiting:
    wait: event_wait.Wait
    since: datetime.datetime
    payload: Mapping[str, Any] | None = None

    @property
    def taken(self) -> bool:
        return self.payload is not None


class Inbox:
    """The events of one run: it takes each once, for one of its waits."""

    def __init__(self, event_id: str | None) -> None:
        """`event_id` is that of the event that started the run, which it does not take again."""
        self._waiting: dict[str, _Waiting] = {}
        self._known: dict[str, None] = {event_id: None} if event_id else {}
        self._looks = 0
        self._early: list[dict[str, Any]] = []  # signals that came before anything waited for them

    def judge(self, given: Any) -> None:
        """Whether an event would be taken; nothing is written down.

        Raises:
            exceptions.ApplicationError: it would not; its type says whether the wait is over (GONE) or goes on (REFUSED).
        """
        self._found(given)

    def take(self, given: Any) -> dict[str, Any]:
        """Takes an event: {"step": "confirm"}.

        Raises:
            exceptions.ApplicationError: as above.
        """
        found = self._found(given)
        found.payload = given["payload"]
        self._know(given)
        return {"step": found.wait.name}

    def signalled(self, given: Any) -> None:
        """An event by signal, which nobody answers. One that nothing waits for yet is kept: it was meant for this run."""
        try:
            self.take(given)
        except exceptions.ApplicationError:
            if len(self._early) < _MAX_EARLY and isinstance(given, Mapping) and isinstance(given.get("payload"), Mapping):
                self._early.append(dict(given))

    async def wait(self, wait: event_wait.Wait, tell: Callable[[], None]) -> Mapping[str, Any] | None:
        """Waits for an event; gives its payload, None where none came in time."""
        waiting = self._waiting[wait.name] = _Waiting(wait, workflow.now())
        for given in list(self._early):
            with contextlib.suppress(exceptions.ApplicationError):
                self.take(given)
                self._early.remove(given)
        try:
            if not waiting.taken:
                await self._wait(waiting, tell)
        finally:
            del self._waiting[wait.name]
        return waiting.payload

    async def _wait(self, waiting: _Waiting, tell: Callable[[], None]) -> None:
        wait = waiting.wait
        workflow.upsert_search_attributes([_STATUS.value_set(WAITING), _STEP.value_set(wait.name)])
        tell()
        looked_at = workflow.now()
        await self._look(contract.BEGIN_EVENT_WAIT, waiting, looked_at - wait.within, max(wait.timeout, _LAST_LOOK_TIMEOUT))
        # The time for it begins when it is registered, so that a service that was away for a while takes none of it.
        deadline, following = workflow.now() + wait.timeout, workflow.now() + _SECOND_LOOK
        while not waiting.taken and workflow.now() < deadline:
            left = max(min(following, deadline) - workflow.now(), datetime.timedelta(0))
            with contextlib.suppress(TimeoutError):
                await workflow.wait_condition(lambda: waiting.taken, timeout=left, timeout_summary=f"{wait.name}: look back")
            if not waiting.taken:
                since, looked_at = looked_at - _OVERLAP, workflow.now()
                await self._look(contract.LOOK_BACK, waiting, max(since, waiting.since - wait.within), _LAST_LOOK_TIMEOUT)
                following = workflow.now() + _LATER_LOOKS
        if not waiting.taken:  # from its end on the wait is over, also for those who read the history
            with contextlib.suppress(TimeoutError):
                await workflow.wait_condition(lambda: waiting.taken, timeout=_MARK, timeout_summary=f"{wait.name}{recorded.WAIT}")
        await _end(wait)
        workflow.upsert_search_attributes([_STATUS.value_set("running")])

    async def _look(self, activity: str, waiting: _Waiting, since: datetime.datetime, in_all: datetime.timedelta) -> None:
        """Lets an activity offer the run what came since a time. It may offer it in vain, or for long in a bad hour."""
        wait = waiting.wait
        self._looks += 1
        given: contract.LookBack = {
            "event_type": wait.event_type,
            "wait": {
                "run": workflow.info().workflow_id,
                "step": wait.name,
                "pins": [[list(path), value] for path, value in wait.pins],
                "until": (waiting.since + wait.timeout + _LOOK_TIMEOUT).isoformat(),
            },
            "since": since.isoformat(),
            "known": list(self._known),
        }
        look = asyncio.create_task(
            workflow.execute_activity(
                activity,
                given,
                activity_id=f":look:{self._looks}",  # no step's call has this id
                schedule_to_close_timeout=in_all,
                start_to_close_timeout=_LOOK_TIMEOUT,
                heartbeat_timeout=contract.HEARTBEAT_TIMEOUT,
                retry_policy=_RETRY,
                summary=progress.safe(f"{wait.name}: {wait.event_type}")[:200],
            )
        )
        try:
            await workflow.wait_condition(lambda: look.done() or waiting.taken)
            if not look.done():
                with contextlib.suppress(TimeoutError):
                    await workflow.wait_condition(look.done, timeout=_GRACE, timeout_summary=f"{wait.name}: look back ends")
        finally:
            look.cancel()
        with contextlib.suppress(exceptions.ActivityError, asyncio.CancelledError):
            await look

    def _found(self, given: Any) -> _Waiting:
        """The wait that takes an event; see `judge`."""
        if not isinstance(given, Mapping) or not isinstance(given.get("payload"), Mapping):
            raise _refused(REFUSED, 'an event is {"type": "...", "payload": {...}}, with an "id" that deduplicates it')
        name, event_type = given.get("wait"), given.get("type")
        waits = [one for one in self._waiting.values() if not one.taken and name in (None, "", one.wait.name)]
        if not waits:
            raise _refused(GONE, f"nothing waits for an event here as '{name}'" if name else "nothing waits for an event here")
        if given.get("id") in self._known and given.get("id") is not None:
            raise _refused(REFUSED, "this run has had this event")
        for one in waits:
            if one.wait.event_type == event_type and one.wait.takes(given["payload"]):
                return one
        raise _refused(REFUSED, "the run waits for another event: " + ", ".join(_said(one.wait) for one in waits))

    def _know(self, given: Mapping[str, Any]) -> None:
        if isinstance(given.get("id"), str):
            self._known[given["id"]] = None


async def _end(wait: event_wait.Wait) -> None:
    """Tells the router; a run that cannot is forgotten when the next event finds that it is gone."""
    router = workflow.get_external_workflow_handle(contract.router_id(wait.event_type))
    with contextlib.suppress(exceptions.ApplicationError):
        await router.signal(contract.END_WAIT, {"run": workflow.info().workflow_id, "step": wait.name})


def _said(wait: event_wait.Wait) -> str:
    return f"'{wait.name}' for {wait.event_type}" + (f" with {errors.cut(wait.match_text)}" if wait.match_text else "")


def _refused(kind: str, message: str) -> exceptions.ApplicationError:
    return exceptions.ApplicationError(message, type=kind, non_retryable=True)
