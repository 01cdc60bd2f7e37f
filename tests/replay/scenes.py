"""The runs whose histories are recorded, for `record` and the replay test: one for each way a run can go."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from tests import plans, reference_cases, runs, shop
from workflows.core import errors


@dataclass(frozen=True)
class Scene:
    """A plan, what its tools answer, and what the run is given."""

    name: str
    plan: Callable[[], dict[str, Any]]
    answers: dict[str, Any] = field(default_factory=dict)
    params: dict[str, Any] = field(default_factory=dict)
    event: dict[str, Any] | None = None
    decisions: tuple[tuple[str, dict[str, str]], ...] = ()  # (approve or reject, what the update carries), one after the other
    events: tuple[dict[str, Any], ...] = ()  # handed to the run by updates, each once something waits for it
    cancel_at: str = ""  # a step; the run is cancelled while it waits there
    fields: dict[str, Any] = field(default_factory=dict)  # further fields of the run's input
    slow: bool = False  # sleeps for minutes: replayed in tests, but run anew only to be recorded

    @property
    def seconds(self) -> float:
        """What its run may take."""
        return 400 if self.slow else runs.SECONDS


def _failing() -> dict[str, Any]:
    return plans.plan_of([plans.call("call", "refund"), plans.call("after")], name="failing")


def _template_error() -> dict[str, Any]:
    return plans.plan_of([plans.call("first", save_as="first"), plans.call("second", with_={"id": "${first.idd}"})], name="template-error")


def _cancelled() -> dict[str, Any]:
    return plans.plan_of([plans.call("first"), plans.sleep("pause", "1h"), plans.call("after")], name="cancelled")


def _computed() -> dict[str, Any]:
    steps = [plans.transform("a", "${event.numbers | sum}"), plans.transform("b", ["${a}", "{{today}}"]), plans.call("tell", "create")]
    return plans.plan_of(steps, name="computed", event_type="desk.opened")


def _retried() -> dict[str, Any]:
    return plans.plan_of([plans.call("call", "assign", timeout_seconds="2m", save_as="call"), plans.sleep("pause", 1)], name="retried")


def _rests() -> dict[str, Any]:
    """Heavy enough to rest between its steps: the point where it does so must stay the same in every version."""
    heavy = "${range(9999) | map('string') | join(',') | length}"
    return plans.plan_of([plans.transform(f"s{number}", heavy) for number in range(12)], name="rests")


def _looked_up() -> dict[str, Any]:
    """An unsafe call that may be tried again, since its tool looks up what an earlier try did."""
    steps = [plans.call("pay", "pay", "desk.payments", save_as="paid"), plans.call("order", "any", "desk.order")]
    return plans.plan_of(steps, name="looked-up", tools=plans.LOOKING)


def _composed() -> dict[str, Any]:
    """An action that is made of two calls, of which the second has to be tried again."""
    create = {"id": "create", "uses": "shop.orders", "with": {"action": "open", "customer": "C-1", "tags": ["gift"]}, "save_as": "made"}
    return plans.plan_of([create, plans.transform("after", "${made.order}")], name="composed", tools=shop.tools())


def _altered() -> dict[str, Any]:
    return {**plans.plan_of([plans.call("call")], name="altered"), "title": "Altered after the check"}


def _approved() -> dict[str, Any]:
    """Two decide on a step of its own, after people were told; its approval does not fit the call, which asks again."""
    tell = [{"uses": "desk.plain", "with": {"text": "look"}}]
    ask = {"title": "Go on?", "payload": [1], "approvers": ["finance"], "quorum": 2, "timeout": "1h", "remind_every": "10m", "notify": tell}
    steps = [{"id": "ask", "uses": "system.approval", "with": ask, "save_as": "asked"}, plans.call("pay", "pay", "desk.guarded")]
    return plans.plan_of(steps, name="approved", tools=plans.GUARDED)


def _rejected() -> dict[str, Any]:
    return plans.plan_of([plans.call("pay", "pay", "desk.guarded"), plans.call("after")], name="rejected", tools=plans.GUARDED)


def _waits() -> dict[str, Any]:
    """One wait that an event ends, one that time ends with a value; a sleep between them."""

    def wait(step: str, **arguments: Any) -> dict[str, Any]:
        with_ = {"event_type": "desk.answered", "within": 0, "timeout": "1h", **arguments}
        return {"id": step, "uses": "system.wait_for_event", "with": with_, "save_as": step}

    first, second = wait("first", match="event.n == steps.made.n"), wait("second", timeout=1, on_timeout={"value": "none"})
    return plans.plan_of([plans.transform("made", {"n": 7}), first, plans.sleep("pause", 1), second], name="waits")


def _reference(case: reference_cases.Case) -> Scene:
    """One of the twelve pipelines of the source document, byte for byte, with the answers of its first case."""

    def plan() -> dict[str, Any]:
        checked = reference_cases.checked(case, reference_cases.BRIDGES)
        assert checked.plan is not None, checked.problems
        return checked.plan

    name, facts = f"reference-{case.file.stem}", case.facts
    fields = {"nominal_time": facts["nominal_time"]}
    return Scene(
        name, plan, facts["mock"], facts.get("params") or {}, facts.get("event"), fields=fields, slow=case.file.stem == "automated-release"
    )


PASSING: Final = runs.failure(errors.UNREACHABLE, "refused", True, attempt=1)
LEFT_OPEN: Final = runs.failure(errors.UNKNOWN_OUTCOME, "reset", True, attempt=1)

_DECIDED: Final = (("ask", "ana"), ("ask", "ion"), ("pay", "ana"))

SCENES: Final = (
    Scene("everything", lambda: plans.everything("everything-recorded")),
    Scene("five-calls", plans.five_calls, {f"step_{n}": {"number": n} for n in range(1, 6)}),
    Scene("failing", _failing, {"call": runs.failure(errors.REJECTED, "no such ticket", False, attempt=1)}),
    Scene("template-error", _template_error, {"first": {"id": 7}}),
    Scene("cancelled", _cancelled, cancel_at="pause"),
    Scene("computed", _computed, event={"numbers": [1, 2, 3]}),
    Scene("retried", _retried, {"call": [PASSING, PASSING, {"id": 7}]}, fields={"first_run": "retried-manual-1"}),
    Scene("composed", _composed, {"create.open": {"n": 7}, "create.tag": [LEFT_OPEN, {}]}),
    Scene("looked-up", _looked_up, {"pay": [LEFT_OPEN, {"id": 7}], "order": {"id": 8}}, fields={"first_run": "looked-up-manual-1"}),
    Scene("approved", _approved, decisions=tuple(("approve", {"step": step, "who": who}) for step, who in _DECIDED)),
    Scene("rejected", _rejected, decisions=(("reject", {"step": "pay", "who": "ana", "comment": "no"}),)),
    Scene("waits", _waits, events=({"id": "e1", "type": "desk.answered", "payload": {"n": 7, "by": "ana"}},)),
    Scene("altered", _altered),
    Scene("rests", _rests),
    *(_reference(case) for case in {case.file: case for case in reversed(reference_cases.REFERENCE_CASES)}.values()),
)
