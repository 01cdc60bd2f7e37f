"""The durable router of one event type: every event starts every subscribed pipeline exactly once, whoever dies meanwhile."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from temporalio import common, exceptions, workflow

from workflows import contract
from workflows.core import event_book, progress, run

#: Events handed on in one workflow task; each starts one run for each subscription.
EVENTS_AT_ONCE: Final = 10


@workflow.defn(name=contract.EVENT_ROUTER)
class EventRouterWorkflow:
    """Starts runs as abandoned children: the start is a command of the router's own history, so a kill neither loses nor doubles it."""

    @workflow.init
    def __init__(self, state: dict[str, Any]) -> None:
        """`state` is that of `event_book.EventBook`; {} at the start."""
        self._book = event_book.EventBook(state)

    @workflow.run
    async def run(self, state: dict[str, Any]) -> None:
        """Hands events on; continues as new when the history grows long, with the events not yet handed on."""
        while True:
            await workflow.wait_condition(lambda: bool(self._book.pending) or self._long())
            if self._long() and self._book.carries() and workflow.all_handlers_finished():
                workflow.continue_as_new(self._book.state())
            events = self._book.pending[:EVENTS_AT_ONCE]
            await asyncio.gather(*(self._hand_on(event) for event in events))
            del self._book.pending[: len(events)]

    def _long(self) -> bool:
        return workflow.info().is_continue_as_new_suggested()

    async def _hand_on(self, event: dict[str, Any]) -> None:
        starts = self._book.starts(event)
        if not starts:
            self._book.keep_unclaimed(event)
        await asyncio.gather(*(self._start(run_id, given, event) for run_id, given in starts.items()))

    async def _start(self, run_id: str, given: dict[str, Any], event: dict[str, Any]) -> None:
        plan = given["plan"]
        try:
            await workflow.start_child_workflow(
                contract.PIPELINE,
                {**given, "event": event["payload"]},
                id=run_id,
                task_queue=workflow.info().task_queue,
                parent_close_policy=workflow.ParentClosePolicy.ABANDON,
                id_reuse_policy=common.WorkflowIDReusePolicy.REJECT_DUPLICATE,
                search_attributes=_attributes(plan),
                static_summary=progress.safe(plan["title"][:200]),
            )
        except exceptions.WorkflowAlreadyStartedError:
            workflow.logger.info("%s was started before", run_id)

    @workflow.signal(name=contract.EVENT)
    def event(self, event: dict[str, Any]) -> None:
        """Takes an event; one whose id was seen is dropped."""
        self._book.take(event)

    @workflow.update(name=contract.SUBSCRIBE)
    def subscribe(self, name: str, given: dict[str, Any]) -> bool:
        """Sets a pipeline's subscription, {"plan": ..., "params": ...}; tells whether that changed anything."""
        changed = self._book.subscriptions.get(name) != given
        self._book.subscriptions[name] = given
        return changed

    @subscribe.validator
    def _fits(self, name: str, given: dict[str, Any]) -> None:
        if not self._book.fits(name, given):
            raise ValueError(
                f"{name}: the subscriptions of one event type take more than {event_book.MAX_SUBSCRIPTIONS_CHARS:,} characters"
            )

    @workflow.update(name=contract.UNSUBSCRIBE)
    def unsubscribe(self, name: str) -> bool:
        """Ends a pipeline's subscription; False where there was none."""
        return self._book.subscriptions.pop(name, None) is not None

    @workflow.update(name=contract.RESEND)
    def resend(self, event_id: str) -> bool:
        """Hands an unclaimed event on again; False where there is none of that id."""
        return self._book.resend(event_id)

    @workflow.query(name=contract.QUERY_UNCLAIMED)
    def unclaimed(self) -> list[dict[str, Any]]:
        """The events that nobody took, oldest first."""
        return list(self._book.unclaimed.values())


def _attributes(plan: dict[str, Any]) -> common.TypedSearchAttributes:
    keyword, keywords = common.SearchAttributeKey.for_keyword, common.SearchAttributeKey.for_keyword_list
    pairs: list[Any] = [
        common.SearchAttributePair(keyword(contract.ATTRIBUTE_PIPELINE), plan["name"]),
        common.SearchAttributePair(keyword(contract.ATTRIBUTE_STATUS), run.RUNNING),
        common.SearchAttributePair(keywords(contract.ATTRIBUTE_TOOLS), list(dict.fromkeys(step["uses"] for step in plan["steps"]))),
        common.SearchAttributePair(keyword(contract.ATTRIBUTE_EVENT_TYPE), plan["event_type"]),
    ]
    return common.TypedSearchAttributes(pairs)
