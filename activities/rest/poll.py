"""Follows an operation that goes on after its answer, for the rest transport; the first request alone decides what may be repeated."""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from activities import exchange, json_text, outcomes
from activities.rest import answer as answers
from activities.rest import description as descriptions
from activities.rest import links, pages, request
from activities.transports import base
from workflows.core import errors, model

Ask = Callable[[exchange.Request], Awaitable[answers.Reply]]

#: How a look at an operation is read: its status alone makes it an error, `failed` says what its content means.
LOOK: Final = descriptions.Description("GET", ())
_ACCEPTED: Final = 202
#: A look at the operation that failed in one of these ways is repeated: it changes nothing.
_PASSING: Final = (errors.THROTTLED, errors.UNREACHABLE, errors.UNKNOWN_OUTCOME)


async def follow(
    poll: descriptions.Poll,
    first: answers.Reply,
    sent: exchange.Request,
    endpoint: str,
    roots: Mapping[str, Any],
    call: base.Call,
    ask: Ask,
) -> answers.Reply:
    """The answer in which the operation is done; `first` itself where there is nothing to wait for.

    Raises:
        ToolError: REJECTED, the operation failed; UNKNOWN_OUTCOME, it was started and how it ended could not be seen in time.
            A call that only reads ends with the failure itself, since it may be made again.
    """
    names = first.names(roots, first=first.answer)
    if not _begins(poll, first, roots):
        return first
    try:
        look = _look(poll, first, sent, endpoint, roots)
        reply = first if not poll.path and not poll.header else None
        wait = max(poll.every_seconds, _asked_wait(first))
        while True:
            if reply is not None and _is_done(poll, reply, roots, first):
                return reply
            reply, wait = await _again(poll, look, wait, call, ask)
    except errors.ToolError as error:
        raise _judged(error, call, names.roots["first"]) from None


def _begins(poll: descriptions.Poll, first: answers.Reply, roots: Mapping[str, Any]) -> bool:
    if poll.when is not None:
        return bool(poll.when.value(first.names(roots), errors.BAD_OUTPUT))
    if poll.header:
        return first.status == _ACCEPTED or poll.header.lower() in first.headers
    return bool(poll.path) or first.status == _ACCEPTED


def _look(
    poll: descriptions.Poll, first: answers.Reply, sent: exchange.Request, endpoint: str, roots: Mapping[str, Any]
) -> exchange.Request:
    """The request that looks at the operation."""
    headers = pages.without_type(sent.headers)
    if poll.header:
        found = first.headers.get(poll.header.lower())
        target = links.resolve(found, f"the header {poll.header}", sent.url, endpoint, poll.relative_to)
        return exchange.Request("GET", target, headers)
    if poll.path:
        draft = request.Draft("GET", request.path(poll.path, first.names(roots)), headers, {})
        return draft.request(endpoint)
    return sent


async def _again(
    poll: descriptions.Poll, look: exchange.Request, wait: float, call: base.Call, ask: Ask
) -> tuple[answers.Reply | None, float]:
    """One more look after a pause: (the answer or None where the look failed in passing, seconds until the next)."""
    if wait >= call.remaining():
        raise errors.ToolError(errors.UNKNOWN_OUTCOME, "time ran out while the operation was still going on at the vendor")
    await asyncio.sleep(wait)
    try:
        reply = await ask(look)
    except errors.ToolError as error:
        if error.kind not in _PASSING:
            raise
        return None, max(poll.every_seconds, error.retry_after or 0.0)
    return reply, max(poll.every_seconds, _asked_wait(reply))


def _is_done(poll: descriptions.Poll, reply: answers.Reply, roots: Mapping[str, Any], first: answers.Reply) -> bool:
    names = reply.names(roots, first=first.answer)
    failed = poll.failed.value(names, errors.BAD_OUTPUT) if poll.failed is not None else None
    if failed not in (None, False, ""):
        text = failed if isinstance(failed, str) else json_text.encode(reply.answer).decode()
        raise _OperationFailed(text, reply)
    if poll.until is None:
        return reply.status != _ACCEPTED
    return bool(poll.until.value(names, errors.BAD_OUTPUT))


class _OperationFailed(errors.ToolError):
    """The vendor says that the operation failed: that is its end, whatever the effect."""

    def __init__(self, text: str, reply: answers.Reply) -> None:
        answer = json_text.encode(reply.answer).decode()
        details = {"status": reply.status, "answer": answer}
        super().__init__(errors.REJECTED, f'the operation failed at the vendor: "{outcomes.quote(text)}"', details)


def _asked_wait(reply: answers.Reply) -> float:
    return outcomes.retry_after(reply.headers.get("retry-after", ""), datetime.datetime.now(datetime.UTC)) or 0.0


def _judged(error: errors.ToolError, call: base.Call, first: Any) -> errors.ToolError:
    """What a failed look means for the call: the operation was started, so to repeat the call would start it once more."""
    if isinstance(error, _OperationFailed) or error.kind == errors.BAD_OUTPUT:
        return error
    if call.effect == model.SAFE:
        return error
    details = {**error.details, "started": json_text.encode(first).decode()[: outcomes.MAX_QUOTED_CHARS]}
    return errors.ToolError(errors.UNKNOWN_OUTCOME, f"the operation was started; how it ended could not be seen: {error.message}", details)
