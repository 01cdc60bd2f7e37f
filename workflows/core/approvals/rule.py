"""A rule of the catalog: whose approval an action needs, for the plan, the gate before the call and the activity that sends.

true                                                                     whoever the policy names for approvals
{"approvers": ["finance"], "exclude": ["starter"],                       one of finance who did not start the run; two
 "when": [{"if": "arguments.payment_details.amount > 10000", "quorum": 2}]}    for larger amounts
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from workflows.core import errors, model, scope, template
from workflows.core.approvals import digest, origin, people
from workflows.core.approvals import request as requests

#: Members of a rule that one of its `when` may replace.
KEYS: Final = ("title", "approvers", "quorum", "timeout", "remind_every", "escalate_to", "escalate_after", "exclude")


def declared(tool: model.Tool, action: str | None) -> dict[str, Any] | None:
    """The rule of an action, or of a tool without actions; None where its calls need no approval.

    >>> declared(catalog["sia.reporting"], "submit_report")
    {'approvers': ['government']}
    """
    own = tool.definition.get("actions", {}).get(action or "", {}) if tool.definition.get("actions") else tool.definition
    found = own.get("approval", False)
    return dict(found) if isinstance(found, Mapping) else {} if found is True else None


def planned(tool: model.Tool) -> dict[str, Any]:
    """The rules of a tool by action, "" for a tool without actions; {} where none of its calls needs an approval."""
    names: Iterable[str] = tool.actions or ("",)
    return {name: rule for name in names if (rule := declared(tool, name or None)) is not None}


def applied(rule: Mapping[str, Any], arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The rule for one call: the first of its `when` whose condition holds replaces members.

    A condition that cannot be evaluated holds: what is not understood needs the stricter approval.
    """
    found = {key: rule[key] for key in KEYS if key in rule}
    for case in rule.get("when", ()):
        if _holds(case["if"], arguments):
            return {**found, **{key: case[key] for key in KEYS if key in case}}
    return found


def asked(rule: Mapping[str, Any], call: Mapping[str, Any], step: str, name: str) -> requests.Request:
    """The question before a call, {"tool", "arguments"}: its payload is the exact arguments."""
    members = applied(rule, call["arguments"])
    action = call["arguments"].get("action")
    title = members.pop("title", None) or f"{call['tool']} {action or ''}".rstrip()
    made = requests.of_arguments({"title": title, "payload": call["arguments"], **members}, step)
    return _with_call(made, name, call)


def is_met(rule: Mapping[str, Any], arguments: Mapping[str, Any], record: Mapping[str, Any]) -> bool:
    """Whether an approval that was given before is for exactly these arguments, by enough of the people whom the rule asks for."""
    if not record.get("approved") or record.get("digest") != digest.of(arguments):
        return False
    members = applied(rule, arguments)
    approvers, excluded = members.get("approvers", []), members.get("exclude", [])
    behind = origin.Origin(record.get("started_by"), record.get("author"))
    out = {people.same(one) for one in behind.excluded(excluded)}
    counted = {
        people.same(one["who"])
        for one in record["decisions"]
        if one["decision"] == requests.APPROVE
        and people.same(one["who"]) not in out
        and people.may(one["who"], one["roles"], approvers or record.get("default_approvers", ()))
    }
    return len(counted) >= int(members.get("quorum", 1))


def compiled(source: str) -> Callable[[scope.Scope], bool]:
    """A condition of a rule.

    Raises:
        errors.EvaluationError: it is no expression.
    """
    return _compiled(source)


@functools.lru_cache(maxsize=256)
def _compiled(source: str) -> Callable[[scope.Scope], bool]:
    return template.compile_condition({"$text": source} if "${" in source else source)


def _holds(source: str, arguments: Mapping[str, Any]) -> bool:
    try:
        return compiled(source)(scope.Scope({"arguments": arguments}))
    except errors.EvaluationError:
        return True


def _with_call(made: requests.Request, name: str, call: Mapping[str, Any]) -> requests.Request:
    return dataclasses.replace(made, name=name, call=dict(call))
