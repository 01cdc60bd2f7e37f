"""The activities of an approval: whom the policy lets decide, and the decision kept in history and in the worker's log."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from typing import Any, Final, NotRequired, TypedDict

from temporalio import activity, exceptions

from activities import catalog as catalog_module
from activities import environment_names as names
from activities import policy_file, validators
from activities import settings as settings_module
from workflows import contract
from workflows.core import errors, fit_call
from workflows.core.approvals import origin, people, policy

#: Of a longer list of people a run is told only those who may decide.
_MAX_PEOPLE: Final = 500

_LOG: Final = logging.getLogger("ordinaut.approvals")


class Question(TypedDict):
    """What `ask_approval` gets."""

    approvers: list[str]
    escalate_to: list[str]
    exclude: list[str]
    quorum: int
    started_by: NotRequired[str]
    author: NotRequired[str]
    call: NotRequired[dict[str, Any]]  # {"tool", "arguments"}


class ApprovalActivities:
    """The two activities; one object for a worker."""

    def __init__(self, catalog: catalog_module.Catalog, settings: settings_module.Settings) -> None:
        """Reads the policy once, so that a worker with a broken one does not start.

        Raises:
            policy.PolicyError: it is broken.
        """
        policy_file.read(settings)
        self._catalog = catalog
        self._settings = settings

    @activity.defn(name=contract.ASK_APPROVAL)
    async def ask_approval(self, given: Question) -> dict[str, Any]:
        """The facts of the policy, as `people.Facts.as_json`; with `arguments`, where those of the call had to be fitted.

        Raises:
            ApplicationError: nobody could approve, or the arguments do not fit (final); the policy cannot be read (tried again).
        """
        try:
            facts = policy_file.facts(self._settings)
        except policy.PolicyError as error:
            raise exceptions.ApplicationError(str(error), type=errors.INTERNAL_ERROR) from None
        try:
            _check_possible(given, facts)
            fitted = self._fitted(given.get("call"))
        except errors.ToolError as error:
            raise exceptions.ApplicationError(error.message, error.details, type=error.kind, non_retryable=True) from None
        return {**_told(facts, given).as_json(), **({"arguments": fitted} if fitted is not None else {})}

    @activity.defn(name=contract.KEEP_APPROVAL)
    async def keep_approval(self, record: dict[str, Any]) -> None:
        """Writes one line into the log; the record itself stands in history as this activity's input."""
        info = activity.info()
        decisions = [
            {key: one.get(key) for key in ("who", "decision", "at", "identified", "comment")} for one in record.get("decisions", [])
        ]
        facts = {key: record.get(key) for key in ("name", "status", "digest", "quorum", "asked_at", "decided_at")}
        _LOG.info("approval %s", json.dumps({"run": info.workflow_id, **facts, "decisions": decisions}, ensure_ascii=False, default=str))

    def _fitted(self, call: dict[str, Any] | None) -> dict[str, Any] | None:
        """The arguments as the tool takes them, so that people see exactly what will be sent; None where they fit as they are."""
        tool = self._catalog.get(call["tool"]) if call else None
        if call is None or tool is None:
            return None
        fitted = fit_call.arguments(tool, call["arguments"], validators.fast)
        return fitted.value if fitted.changed else None


def _told(facts: people.Facts, given: Question) -> people.Facts:
    if len(facts.people) <= _MAX_PEOPLE:
        return facts
    known = {people.same(name) for name in (given.get("started_by"), given.get("author")) if name}  # else they would seem to be nobody
    able = set(people.eligible(facts, _approvers(facts, given)))
    kept = {name: roles for name, roles in facts.people.items() if name in able or people.same(name) in known}
    return people.Facts(kept, facts.trust_local, facts.open, facts.keys, facts.approvers)


def _approvers(facts: people.Facts, given: Question) -> list[str]:
    return [*(given["approvers"] or facts.approvers), *given["escalate_to"]]


def _check_possible(given: Question, facts: people.Facts) -> None:
    """A question that nobody could answer fails at once; better than after days.

    Raises:
        ToolError: INVALID_INPUT, with what to do.
    """
    if not facts.keys and not facts.trust_local:
        raise _impossible(
            f"nobody could approve it: set {names.POLICY} to a policy with gateway_keys,"
            f" or {names.TRUST_LOCAL_APPROVERS}=1 on a machine of your own"
        )
    if facts.open:
        return
    approvers = _approvers(facts, given)
    if not approvers:
        raise _impossible("it names no approvers, and the policy says of nobody that they may approve (may.approve)")
    if facts.keys:  # the gateway may vouch for people and roles that the file does not know
        return
    behind = origin.Origin(given.get("started_by"), given.get("author"))
    able = people.eligible(facts, approvers, behind.excluded(given["exclude"]))
    if len(able) < given["quorum"]:
        raise _impossible(f"it needs {given['quorum']} approvals of {', '.join(approvers)}, and {_count(able)} may give one")


def _count(able: Sequence[str]) -> str:
    return "nobody" if not able else f"only {', '.join(able)}"


def _impossible(reason: str) -> errors.ToolError:
    return errors.ToolError(errors.INVALID_INPUT, f"the approval cannot be asked for: {reason}")
