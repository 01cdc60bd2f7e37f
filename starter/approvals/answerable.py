"""Whether somebody could give the approvals that a pipeline needs, for `check`: better than a run that fails when it comes to ask."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from activities import catalog as catalog_module
from workflows.core import check, composed, errors, model
from workflows.core.approvals import people, request, rule
from workflows.core.approvals import policy as policies

CODE: Final = "nobody-approves"


def problems(checked: check.Checked, tools: catalog_module.Catalog, policy: policies.Policy | None) -> list[errors.Problem]:
    """A warning for each step whose approval nobody of the policy may give; none where there is no policy."""
    if policy is None or checked.pipeline is None:
        return []
    found = []
    for step in checked.pipeline.steps:
        for what, approvers in _asked(step, tools):
            if reason := _unanswerable(approvers, policy):
                position = step.positions.get("uses", step.position)
                message = f"{what} needs an approval, and {reason}"
                hint = "the run would fail when it asks; change the file that ORDINAUT_POLICY names"
                found.append(errors.Problem(CODE, message, f"{step.path}.uses", position.line, position.column, hint, "warning"))
    return found


def _asked(step: model.Step, tools: catalog_module.Catalog) -> Iterator[tuple[str, list[str]]]:
    """What a step asks people: in words, and who may answer; [] stands for those of `may.approve`. An action that only the run knows
    may be any."""
    if step.uses == request.ADDRESS:
        if _says_nothing_of_approvers(step):
            yield f"'{step.id}'", []
        return
    tool = tools.get(step.uses)
    if tool is None:
        return
    inner = [(tools[one["uses"]], one.get("with", {}).get("action")) for one in _inner(tool, step) if one["uses"] in tools]
    for called, action in [(tool, step.action), *inner]:
        for name, own in rule.planned(called).items():
            if action in (None, name):
                yield f"'{called.address}{f' {name}' if name else ''}'", _approvers(own)


def _inner(tool: model.Tool, step: model.Step) -> list[Mapping[str, Any]]:
    return [one for action in composed.used(tool, [step]) for one in (tool.composed(action) or {"steps": []})["steps"]]


def _approvers(own: Mapping[str, Any]) -> list[str]:
    return [*own.get("approvers", ()), *own.get("escalate_to", ())]


def _says_nothing_of_approvers(step: model.Step) -> bool:
    """Whether the arguments of a `system.approval` surely name nobody."""
    if not all(isinstance(entry, model.Entry) and isinstance(entry.key, model.Const) for entry in step.with_.entries):
        return False
    keys = {entry.key.value for entry in step.with_.entries if isinstance(entry, model.Entry) and isinstance(entry.key, model.Const)}
    return not keys & {"approvers", "escalate_to"}


def _unanswerable(approvers: Sequence[str], policy: policies.Policy) -> str:
    """Why nobody could give it; "" where somebody could. A gateway may vouch for people and roles that the file does not know."""
    facts = policy.facts(trust_local=False)
    if not (approvers or facts.approvers):
        return "neither it nor the policy (may.approve) says who may give it"
    if policy.keys or people.eligible(facts, approvers or facts.approvers):
        return ""
    return f"nobody in the policy is, or has the role, {' or '.join(approvers or facts.approvers)}"
