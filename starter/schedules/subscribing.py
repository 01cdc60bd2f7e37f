"""Subscriptions to events: the router of a type is told which pipelines start on it, after each change of their schedules.

The schedule is the truth: it holds what runs are given, and whether it is paused. The router only knows where to look, so that an event
never asks all of them; what it knows too much it forgets when an event comes, what it knows too little `ordinaut apply` tells it again.
"""

from __future__ import annotations

import secrets

from temporalio import client

from activities.events import router
from activities.schedules import memo
from workflows import contract
from workflows.core.schedules import timing


async def applied(temporal: client.Client, kept: memo.Memo, before: memo.Memo | None, is_changed: bool) -> None:
    """Tells the routers of an apply: the type's own even where nothing changed, since an apply may have been killed before it could.

    Raises:
        RPCError: the service refuses.
    """
    if before is not None and before.timing.kind == timing.EVENT and _type(before) != _type(kept):
        await ended(temporal, before)
    if kept.timing.kind == timing.EVENT:
        await router.subscribe(temporal, _type(kept), kept.name, _revision() if is_changed else None, contract.TASK_QUEUE)


async def changed(temporal: client.Client, kept: memo.Memo) -> None:
    """Tells the router that a pipeline was paused or resumed, so that the next event sees it."""
    if kept.timing.kind == timing.EVENT:
        await router.subscribe(temporal, _type(kept), kept.name, _revision(), contract.TASK_QUEUE)


async def ended(temporal: client.Client, kept: memo.Memo) -> None:
    """Tells the router that events start a pipeline no longer."""
    if kept.timing.kind == timing.EVENT:
        await router.unsubscribe(temporal, _type(kept), kept.name, contract.TASK_QUEUE)


def _type(kept: memo.Memo) -> str:
    return kept.timing.expr if kept.timing.kind == timing.EVENT else ""


def _revision() -> str:
    return secrets.token_hex(4)
