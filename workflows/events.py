"""Events as workflows: one for each event, which lasts until the event is handed on, and a router for each type that knows who takes it."""

from __future__ import annotations

import datetime
from typing import Any, Final

from temporalio import common, workflow

from workflows import contract
from workflows.core import event_register

_STATUS: Final = common.SearchAttributeKey.for_keyword(contract.ATTRIBUTE_STATUS)
_HANDING_ON_TIMEOUT: Final = datetime.timedelta(minutes=5)
#: Without an end: an event is handed on when what hinders it is over.
_RETRY: Final = common.RetryPolicy(maximum_interval=datetime.timedelta(minutes=1))


@workflow.defn(name=contract.EVENT_WORKFLOW)
class EventWorkflow:
    """One event. Its id deduplicates it; its history keeps it; its result says who took it."""

    @workflow.run
    async def run(self, event: contract.Event) -> dict[str, Any]:
        """Hands the event on: {"status": "taken", "runs": ["report-event-1"], "waits": [], "paused": [], "failed": {}}."""
        later = event.get("taken_by")
        if later is not None:
            taken: dict[str, Any] = {"runs": [], "waits": later, "paused": [], "failed": {}}
        else:
            taken = await workflow.execute_activity(
                contract.HAND_ON_EVENT,
                event,
                start_to_close_timeout=_HANDING_ON_TIMEOUT,
                heartbeat_timeout=contract.HEARTBEAT_TIMEOUT,
                retry_policy=_RETRY,
                summary=f"hand on {event['type'][:150]}",
            )
        status = _status(taken)
        workflow.upsert_search_attributes([_STATUS.value_set(status)])
        return {"status": status, **taken}


def _status(taken: dict[str, Any]) -> str:
    somebody = bool(taken["runs"] or taken["waits"])
    if taken["failed"]:
        return contract.EVENT_PARTLY_TAKEN if somebody else contract.EVENT_UNCLAIMED
    return contract.EVENT_TAKEN if somebody else contract.EVENT_UNCLAIMED


@workflow.defn(name=contract.EVENT_ROUTER)
class EventRouterWorkflow:
    """Who takes events of one type. It answers queries, which leave nothing in its history; events themselves do not go through it."""

    @workflow.init
    def __init__(self, state: dict[str, Any]) -> None:
        """`state` is that of `event_register.Register`; {} at the start."""
        self._register = event_register.Register(state)

    @workflow.run
    async def run(self, state: dict[str, Any]) -> None:
        """Lives for ever; continues as new when its history grows long."""
        await workflow.wait_condition(lambda: workflow.info().is_continue_as_new_suggested() and workflow.all_handlers_finished())
        workflow.continue_as_new(self._register.state(workflow.now().isoformat()))

    @workflow.signal(name=contract.SUBSCRIBE)
    def subscribe(self, given: dict[str, Any]) -> None:
        """{"name": "lead-scoring", "revision": "5f1c"}; without a revision the one that is there stays."""
        self._register.subscribe(given["name"], given.get("revision"))

    @workflow.signal(name=contract.UNSUBSCRIBE)
    def unsubscribe(self, name: str) -> None:
        """A pipeline starts on this type no longer."""
        self._register.unsubscribe(name)

    @workflow.signal(name=contract.BEGIN_WAIT)
    def begin_wait(self, wait: dict[str, Any]) -> None:
        """A run waits; see `contract.Wait`."""
        self._register.begin_wait(wait)

    @workflow.signal(name=contract.END_WAIT)
    def end_wait(self, wait: dict[str, Any]) -> None:
        """A run waits no longer; see `contract.Wait`."""
        self._register.end_wait(wait)

    @workflow.query(name=contract.QUERY_TAKERS)
    def takers(self, payload: dict[str, Any]) -> dict[str, Any]:
        """Who might take an event: {"subscriptions": {"lead-scoring": "5f1c"}, "waits": [{"run", "step"}]}."""
        event_type = workflow.info().workflow_id.removeprefix(contract.router_id(""))
        return self._register.takers(event_type, payload)
