"""The part of a run that waits for people: asks who may decide, takes their decisions, reminds, escalates, and gives the record."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import datetime
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from temporalio import common, exceptions, workflow

from workflows import activity_failures, contract
from workflows.core import calls, durations, errors, host, progress, recorded
from workflows.core.approvals import book, buttons, deadlines, decision, origin, people, token
from workflows.core.approvals import request as requests

with workflow.unsafe.imports_passed_through():  # native code, which a sandbox cannot load anew
    from workflows import signatures

WAITING: Final = "waiting-approval"
#: When its schedule had a run due.
SCHEDULED_TIME: Final = common.SearchAttributeKey.for_datetime("TemporalScheduledStartTime")
_STATUS: Final = common.SearchAttributeKey.for_keyword(contract.ATTRIBUTE_STATUS)
_STEP: Final = common.SearchAttributeKey.for_keyword(contract.ATTRIBUTE_STEP)
_ACTIVITY_TIMEOUT: Final = datetime.timedelta(seconds=30)
_RETRY: Final = common.RetryPolicy(maximum_interval=datetime.timedelta(seconds=30))
_MAX_NOTICES: Final = 20


class Desk:
    """The approvals of one run: those that wait, and those that were decided."""

    def __init__(self) -> None:
        self._books: dict[str, book.Book] = {}
        self._waiting: set[str] = set()
        self._tell: Callable[[], None] = lambda: None  # shows how things stand, once a run waits

    def judge(self, verb: str, value: Any) -> None:
        """Whether a decision would count; nothing is written down.

        Raises:
            exceptions.ApplicationError: it would not; the message says why in a sentence.
        """
        try:
            found, given, claims = self._read(value)
            found.judged(verb, given, claims, workflow.now())
        except errors.OrdinautError as error:
            raise exceptions.ApplicationError(str(error), type=error.kind, non_retryable=True) from None

    def take(self, verb: str, value: Any) -> dict[str, Any]:
        """Writes a decision down; gives how the approval stands.

        Raises:
            exceptions.ApplicationError: as above.
        """
        try:
            found, given, claims = self._read(value)
            found.take(verb, given, claims, workflow.now())
        except errors.OrdinautError as error:
            raise exceptions.ApplicationError(str(error), type=error.kind, non_retryable=True) from None
        self._tell()
        return {"step": found.asked.name, "status": found.status or "waiting", "approvals": found.approvals, "quorum": found.asked.quorum}

    def signalled(self, verb: str, value: Any) -> None:
        """A decision by signal, which nobody answers: one that does not count is noted in the record."""
        try:
            self.take(verb, value)
        except exceptions.ApplicationError as error:
            for name in self._waiting:
                self._note(self._books[name], f"a signal '{verb}' did not count: {error.message}")

    def shown(self) -> list[dict[str, Any]]:
        """The approvals that wait, for lists and pages."""
        return [self._books[name].shown() for name in self._books if name in self._waiting]

    def lines(self) -> list[str]:
        """The same in words, for the run's details."""
        return [f"{name} {self._books[name].words()}" for name in self._books if name in self._waiting]

    async def wait(
        self,
        asked: requests.Request,
        given: Mapping[str, Any],
        call_tool: Callable[[host.ToolCall], Awaitable[Any]],
        tell: Callable[[], None],
    ) -> dict[str, Any]:
        """Waits until an approval is decided; gives its record.

        Raises:
            errors.ToolError: see `host.Host.approval`.
        """
        behind = _origin(given)
        answer = await self._ask(asked, behind)
        fitted = answer.get("arguments")
        if fitted is not None and asked.call is not None:
            asked = dataclasses.replace(asked, payload=fitted, call={**asked.call, "arguments": fitted})
        found = book.Book(asked, people.from_json(answer), workflow.info().workflow_id, workflow.now(), behind)
        self._books[asked.name] = found
        self._waiting.add(asked.name)
        self._tell = tell
        workflow.upsert_search_attributes([_STATUS.value_set(WAITING), _STEP.value_set(asked.step)])
        tell()
        notifier = _Notifier(found, given["plan"]["tools"], call_tool, self._note)
        try:
            await _until_decided(found, notifier, tell)
        finally:
            self._waiting.discard(asked.name)
            await notifier.end()
        workflow.upsert_search_attributes([_STATUS.value_set("running")])
        record = {**found.record(), **({"arguments": fitted} if fitted is not None else {})}
        await _keep(asked, record)
        return record

    def _read(self, value: Any) -> tuple[book.Book, decision.Given, decision.Claims | None]:
        given = decision.given(value)
        found = self._books.get(given.step)
        if found is None:
            waiting = ", ".join(f"'{name}'" for name in self._books if name in self._waiting)
            raise book.Refused(f"no approval '{given.step}' waits in this run" + (f"; {waiting} does" if waiting else ""))
        claims = token.claims(given.token, found.facts.keys, signatures.is_signed) if given.token and not found.over else None
        return found, given, claims

    async def _ask(self, asked: requests.Request, behind: origin.Origin) -> dict[str, Any]:
        """Whom the worker's policy lets decide, and the arguments of the call as its tool takes them."""
        try:
            answer: dict[str, Any] = await workflow.execute_activity(
                contract.ASK_APPROVAL,
                {
                    "approvers": list(asked.approvers),
                    "escalate_to": list(asked.escalate_to),
                    "exclude": list(asked.exclude),
                    "quorum": asked.quorum,
                    **({"started_by": behind.starter} if behind.starter else {}),
                    **({"author": behind.author} if behind.author else {}),
                    **({"call": dict(asked.call)} if asked.call else {}),
                },
                activity_id=f"{asked.name}{recorded.ASKED}",
                start_to_close_timeout=_ACTIVITY_TIMEOUT,
                retry_policy=_RETRY,
                summary=progress.safe(f"{asked.name}: who may approve"),
            )
        except exceptions.ActivityError as error:
            raise activity_failures.meaning(error, _unsaid) from error
        return answer

    @staticmethod
    def _note(found: book.Book, sentence: str) -> None:
        if len(found.notices) < _MAX_NOTICES:
            found.notices.append(sentence[:500])


def _origin(given: Mapping[str, Any]) -> origin.Origin:
    return origin.of_run(given, workflow.info().typed_search_attributes.get(SCHEDULED_TIME))


class _Notifier:
    """Makes the calls of `notify` beside the wait; one that fails is noted and holds nothing up."""

    def __init__(
        self,
        found: book.Book,
        tools: Mapping[str, Any],
        call_tool: Callable[[host.ToolCall], Awaitable[Any]],
        note: Callable[[book.Book, str], None],
    ) -> None:
        self._book = found
        self._tools = tools
        self._call_tool = call_tool
        self._note = note
        self._tasks: list[asyncio.Task[None]] = []

    def send(self) -> None:
        """Begins the calls."""
        for one in self._book.asked.notify:
            name = f"{self._book.asked.name}.notify.{len(self._tasks)}"
            self._tasks.append(asyncio.create_task(self._send(one, name)))

    async def end(self) -> None:
        """Stops what is still under way."""
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _send(self, one: Mapping[str, Any], name: str) -> None:
        try:
            await self._call_tool(self._call(one, name))
        except errors.OrdinautError as error:
            self._note(self._book, f"{one['uses']} could not notify: {error}")

    def _call(self, one: Mapping[str, Any], name: str) -> host.ToolCall:
        address, arguments = one["uses"], one.get("with", {})
        policy = self._tools.get(address)
        if policy is None:
            raise errors.ToolError(
                errors.INVALID_INPUT, "the plan does not hold this tool; name it in the document as it is, not by a template"
            )
        action = calls.action_of(policy, arguments)
        if one.get("buttons"):
            arguments = buttons.added(address, arguments, self._book.asked, workflow.info().workflow_id)
        return host.ToolCall(
            step=name,
            path=name,
            address=address,
            action=action,
            arguments=arguments,
            effect=calls.effect_of(policy, action, arguments),
            timeout=durations.seconds(policy["timeout_seconds"]),
            policy=policy,
        )


async def _until_decided(found: book.Book, notifier: _Notifier, tell: Callable[[], None]) -> None:
    """Waits for decisions, and does what is due meanwhile."""
    notifier.send()
    while not found.over:
        due = deadlines.following(found.asked, found.since, found.reminders, found.escalated)
        left = max(due.at - workflow.now(), datetime.timedelta(0))
        try:
            await workflow.wait_condition(
                lambda: found.over,
                timeout=left,
                timeout_summary=f"{found.asked.name}: {due.what}",
            )
        except TimeoutError:
            if not found.over:  # a decision that came with the timer goes first
                _do(due.what, found, notifier)
        if not found.over:
            tell()


def _do(what: str, found: book.Book, notifier: _Notifier) -> None:
    match what:
        case deadlines.TIMEOUT:
            found.time_out(workflow.now())
            return
        case deadlines.ESCALATE:
            found.escalated = True
        case deadlines.REMIND:
            found.reminders += 1
    notifier.send()


async def _keep(asked: requests.Request, record: dict[str, Any]) -> None:
    """Puts the record where history readers find it, and into the worker's log."""
    try:
        await workflow.execute_activity(
            contract.KEEP_APPROVAL,
            record,
            activity_id=f"{asked.name}{recorded.DECIDED}",
            start_to_close_timeout=_ACTIVITY_TIMEOUT,
            retry_policy=_RETRY,
            summary=progress.safe(f"{asked.name}: {record['status']}"),
        )
    except exceptions.ActivityError as error:
        raise activity_failures.meaning(error, _unsaid) from error


def _unsaid(cause: BaseException) -> errors.ToolError:
    return errors.ToolError(errors.INTERNAL_ERROR, f"the approval could not be asked for or kept: {cause}")
