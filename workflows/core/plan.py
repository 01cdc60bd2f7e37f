"""The plan: a checked pipeline joined with the policy facts of its tools, as the JSON that a run gets. What was checked is what runs.

    {"format": 1, "digest": "9f2c...", "name": "lead-scoring", "title": "...", "timezone": "Europe/Chisinau",
     "params": {...}, "steps": [{"id", "uses", "with", "save_as", "if", "timeout_seconds"}],
     "tools": {"maib.banking": {"transport": "http", "timeout_seconds": 120, "digest": "...", "actions": {"get_balance": "safe"}}}}

Templates stand in it as trees (see tree.py). Endpoints, schemas and secrets are not in it: the activity reads them where it runs.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from workflows.core import canonical, composed, durations, errors, event_wait, fragments, marks, model, plan_counter, scope, template, tree
from workflows.core.approvals import notified, rule

FORMAT: Final = 1
#: The format of a plan with composed actions (see composed.py), which earlier workers cannot walk.
COMPOSED_FORMAT: Final = 2
#: The format of a plan whose calls ask for approvals (see approvals/gate.py), which earlier workers would send without.
APPROVAL_FORMAT: Final = 3
COUNTER_WORD: Final = plan_counter.COUNTER_WORD
_LENIENT: Final[Mapping[str, tuple[str, ...]]] = {"system.evaluate": ("conditions[].condition",)}
_LATER: Final[Mapping[str, tuple[str, ...]]] = {event_wait.ADDRESS: ("match",)}


def build(pipeline: model.Pipeline, tools: Mapping[str, model.Tool], timezone: str) -> dict[str, Any]:
    """The plan of a pipeline without errors; `timezone` is the one to use where the document names none."""
    tools_used = _tools(pipeline.steps, tools)
    plan: dict[str, Any] = {
        "format": _format(tools_used.values()),
        "name": pipeline.name,
        "title": pipeline.title,
        "timezone": pipeline.timezone or timezone,
        "params": tree.to_json(pipeline.params),
        "steps": [_step(step) for step in pipeline.steps],
        "tools": tools_used,
    }
    if pipeline.description:
        plan["description"] = pipeline.description  # the Web UI shows it
    if pipeline.event_type:
        plan["event_type"] = pipeline.event_type
    return {**plan, "digest": digest_of(plan)}


def _format(tools_used: Iterable[Mapping[str, Any]]) -> int:
    """The oldest format that says all."""
    members = {member for facts in tools_used for member in facts}
    return APPROVAL_FORMAT if "approval" in members else COMPOSED_FORMAT if "composed" in members else FORMAT


def _tools(steps: Sequence[model.Step], tools: Mapping[str, model.Tool]) -> dict[str, Any]:
    """The facts on each tool that is used, those inside composed actions too."""
    told = [address for step in steps for address in notified.addresses(step) if address in tools]
    facts = {address: policy(tools[address]) for address in dict.fromkeys([*(step.uses for step in steps), *told])}
    for address in list(facts):
        actions = composed.used(tools[address], [step for step in steps if step.uses == address])
        if made := {action: composed.planned(tools[address], action) for action in actions}:
            facts[address]["composed"] = made
            inner = [one for action in made.values() for one in composed.addresses(action)]
            facts.update({one: policy(tools[one]) for one in inner if one not in facts})
    return facts


def conditions_of(uses: str) -> tuple[str, ...]:
    """The places in the arguments of a tool that hold conditions: ("conditions[].condition",), ("match",)."""
    return _LENIENT.get(uses, ()) + _LATER.get(uses, ())


def given_to_conditions(uses: str) -> frozenset[str]:
    """The names that these conditions are evaluated with, beside those of the run: {"event"} for a match."""
    return frozenset({event_wait.EVENT}) if uses in _LATER else frozenset()


def _step(step: model.Step) -> dict[str, Any]:
    made: dict[str, Any] = {"id": step.id, "uses": step.uses}
    if step.with_.entries:
        made["with"] = tree.to_json(step.with_)
    if step.save_as:
        made["save_as"] = step.save_as
    if step.condition is not None:
        made["if"] = tree.to_json(step.condition)
    if step.timeout is not None:
        made["timeout_seconds"] = tree.to_json(step.timeout)
    return made


def policy(tool: model.Tool) -> dict[str, Any]:
    """What the workflow must know of a tool to decide the same thing at each replay."""
    facts: dict[str, Any] = {"transport": tool.transport, "digest": tool.digest, "timeout_seconds": tool.timeout_seconds}
    if tool.actions:
        facts["actions"] = dict(tool.actions)
    else:
        facts["effect"] = tool.effect
    if look_ups := [name for name in tool.actions if tool.looks_up(name)]:
        facts["look_ups"] = look_ups  # actions that may be tried again after an unknown outcome, since they look first
    elif not tool.actions and tool.looks_up(None):
        facts["look_up"] = True
    if tool.task_queue:
        facts["task_queue"] = tool.task_queue
    if rules := rule.planned(tool):
        facts["approval"] = rules  # by action: whom a call asks before it is sent
    if tool.retry:
        facts["retry"] = dict(tool.retry)
    for key in ("result", "sql", "names"):
        if key in tool.definition:
            facts[key] = tool.definition[key]
    return facts


def digest_of(plan: Mapping[str, Any]) -> str:
    """SHA-256 over the plan without its digest, as compact JSON; 64 hex digits."""
    content = {key: value for key, value in plan.items() if key != "digest"}
    return hashlib.sha256(canonical.text(content).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class CompiledStep:
    """One step, ready to evaluate."""

    id: str
    uses: str
    save_as: str | None
    arguments: template.Template
    condition: Callable[[scope.Scope], bool] | None
    condition_text: str
    timeout: template.Template | None
    policy: dict[str, Any]
    composed: Mapping[str, Composition] = field(default_factory=dict)  # by action, "" for a tool without actions


@dataclass(frozen=True, slots=True)
class Composition:
    """A composed action, ready to walk; see composed.py."""

    steps: tuple[CompiledStep, ...]
    optional: Mapping[str, frozenset[str]]  # by step: arguments that are left out where they are null
    output: template.Template
    arguments: tuple[Any, ...]  # schemas
    result: Any


@dataclass(frozen=True, slots=True)
class CompiledPlan:
    """A plan whose templates are compiled; kept in memory by digest, since every run of a pipeline has the same plan."""

    name: str
    title: str
    timezone: str
    event_type: str
    steps: tuple[CompiledStep, ...]
    params: dict[str, template.Template]
    counting_params: frozenset[str]
    steps_count: bool  # a step reads the durable counter

    def needs_counter(self, given: Mapping[str, Any]) -> bool:
        """Whether this run advances the durable counter."""
        return self.steps_count or any(name not in given for name in self.counting_params)


def load(plan: Mapping[str, Any]) -> CompiledPlan:
    """Compiles a plan that came as JSON.

    Raises:
        EvaluationError: the plan is of a newer format, or was altered after it was checked.
    """
    if plan.get("format") not in (FORMAT, COMPOSED_FORMAT, APPROVAL_FORMAT):
        raise errors.EvaluationError(
            f"the plan has format {plan.get('format')}, this worker runs formats up to {APPROVAL_FORMAT}", "upgrade the worker"
        )
    digest = digest_of(plan)
    if digest != plan.get("digest"):
        raise errors.EvaluationError(
            "the plan was altered after it was checked: its digest does not fit", "check and start the pipeline again"
        )
    return _compile(_Keyed(digest, plan))


class _Keyed:
    """A plan as a cache key: equal where the digest is."""

    __slots__ = ("digest", "plan")

    def __init__(self, digest: str, plan: Mapping[str, Any]) -> None:
        self.digest = digest
        self.plan = plan

    def __hash__(self) -> int:
        return hash(self.digest)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Keyed) and other.digest == self.digest


@functools.lru_cache(maxsize=256)
def _compile(keyed: _Keyed) -> CompiledPlan:
    plan = keyed.plan
    params: dict[str, Any] = plan["params"]
    return CompiledPlan(
        name=plan["name"],
        title=plan["title"],
        timezone=plan["timezone"],
        event_type=plan.get("event_type", ""),
        steps=tuple(_compile_step(step, plan["tools"]) for step in plan["steps"]),
        params={name: template.compile_tree(node, f"params.{name}") for name, node in params.items()},
        counting_params=frozenset(name for name, node in params.items() if plan_counter.counts(node)),
        steps_count=any(plan_counter.step_counts(step, conditions_of(step["uses"])) for step in plan["steps"]),
    )


def _compile_step(step: Mapping[str, Any], tools: Mapping[str, Any]) -> CompiledStep:
    try:
        facts = tools[step["uses"]]
        made = {action: _composition(content, tools) for action, content in facts.get("composed", {}).items()}
        return _compiled_step(step, facts, made)
    except errors.EvaluationError as error:  # of a plan that no check of this version made
        raise type(error)(f"step {step['id']}: {error.message}", error.hint) from None


def _composition(content: Mapping[str, Any], tools: Mapping[str, Any]) -> Composition:
    return Composition(
        steps=tuple(_compiled_step(step, tools[step["uses"]], {}) for step in content["steps"]),
        optional={step["id"]: _optional(step.get("with", {})) for step in content["steps"]},
        output=template.compile_tree(content["output"], "output"),
        arguments=tuple(content.get("arguments", ())),
        result=content.get("result", {}),
    )


def _optional(arguments: Mapping[str, Any]) -> frozenset[str]:
    """The arguments that are one lone template."""
    texts_given = {name: node["$text"] for name, node in arguments.items() if isinstance(node, dict) and list(node) == ["$text"]}
    return frozenset(name for name, text in texts_given.items() if marks.lone(text) is not None)


def _compiled_step(step: Mapping[str, Any], facts: dict[str, Any], made: Mapping[str, Composition]) -> CompiledStep:
    condition = step.get("if")
    return CompiledStep(
        id=step["id"],
        uses=step["uses"],
        save_as=step.get("save_as"),
        arguments=template.compile_tree(
            step.get("with", {}),
            "with",
            tuple(facts.get("sql", ())),
            _LENIENT.get(step["uses"], ()),
            tuple(facts.get("names", ())),
            _LATER.get(step["uses"], ()),
        ),
        condition=None if condition is None else fragments.compiled_at("if", lambda: template.compile_condition(condition)),
        condition_text=condition_text(condition),
        timeout=template.compile_tree(step["timeout_seconds"], "timeout_seconds") if "timeout_seconds" in step else None,
        policy=facts,
        composed=made,
    )


def condition_text(condition: Any) -> str:
    """An `if` as its author wrote it, for messages."""
    if isinstance(condition, dict):
        return str(next(iter(condition.values())))
    return str(condition).lower() if isinstance(condition, bool) else str(condition)


def timeout_of(step: CompiledStep, names: scope.Scope) -> Any:
    """How long one try of a step's call may take, as a timedelta."""
    value = step.policy["timeout_seconds"] if step.timeout is None else step.timeout.evaluate(names)
    return durations.seconds(value)
