"""Plans built by hand, for the tests of the interpreter workflow: small documents, a few tools, and the representative ones of replay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from workflows.core import marks, model, plan

#: One tool for each effect class, and the built-in ones.
TOOLS: dict[str, model.Tool] = {
    "desk.tickets": model.Tool(
        "desk.tickets",
        "http",
        "desk",
        {},
        "0123456789ab",
        Decimal(30),
        actions={"read": model.SAFE, "assign": model.IDEMPOTENT, "create": model.KEY, "refund": model.UNSAFE},
        retry={"attempts": 4, "first_wait_seconds": Decimal("0.1"), "factor": 2, "longest_wait_seconds": 1},
    ),
    "desk.plain": model.Tool("desk.plain", "http", "desk", {}, "abcdef012345", Decimal(30)),
    **{
        f"system.{name}": model.Tool(f"system.{name}", "system", "system", {}, "000000000000", Decimal(1), effect=model.SAFE)
        for name in ("transform", "sleep", "evaluate", "approval", "wait_for_event")
    },
}


#: A tool of which one action asks people.
GUARDED: dict[str, model.Tool] = {
    **TOOLS,
    "desk.guarded": model.Tool(
        "desk.guarded",
        "http",
        "desk",
        {"actions": {"pay": {"effect": "key", "approval": {"approvers": ["finance"]}}}},
        "0123456789ab",
        Decimal(30),
        actions={"pay": model.KEY},
        retry=TOOLS["desk.tickets"].retry,
    ),
}

#: Tools that send messages to people.
CHATS: dict[str, model.Tool] = {
    **TOOLS,
    **{
        address: model.Tool(address, "http", address.partition(".")[0], {}, "0123456789ab", Decimal(30), actions={action: model.KEY})
        for address, action in (("slack.enterprise", "post_message"), ("msteams.enterprise", "send_adaptive_card"))
    },
}

#: Tools of which some look up at the vendor whether an earlier try was done, before they are sent again.
LOOKING: dict[str, model.Tool] = {
    **TOOLS,
    "desk.payments": model.Tool(
        "desk.payments",
        "rest",
        "desk",
        {"actions": {"pay": {"effect": "unsafe", "look_up": {}}, "refund": {"effect": "unsafe"}}},
        "0123456789ab",
        Decimal(30),
        actions={"pay": model.UNSAFE, "refund": model.UNSAFE},
        retry=TOOLS["desk.tickets"].retry,
    ),
    "desk.order": model.Tool("desk.order", "rest", "desk", {"look_up": {}}, "0123456789ab", Decimal(30), effect=model.UNSAFE),
}


def node(value: Any) -> model.Node:
    """JSON with marks in its texts, as the reader of documents would give it.

    >>> node({"n": "${1 + 2}"}).entries[0].value.source
    '${1 + 2}'
    """
    if isinstance(value, dict):
        return model.Object(tuple(model.Entry(model.Const(key), node(member)) for key, member in value.items()))
    if isinstance(value, list):
        return model.Array(tuple(node(item) for item in value))
    if isinstance(value, str) and marks.has_marks(value):
        return model.Text(value)
    return model.Const(value)


def step(index: int, facts: Mapping[str, Any]) -> model.Step:
    """A step of a document."""
    with_ = node(facts.get("with", {}))
    assert isinstance(with_, model.Object)
    return model.Step(
        facts["id"],
        facts["uses"],
        index,
        with_,
        facts.get("save_as"),
        node(facts["if"]) if "if" in facts else None,
        node(facts["timeout_seconds"]) if "timeout_seconds" in facts else None,
    )


def plan_of(
    steps: Sequence[Mapping[str, Any]],
    params: Mapping[str, Any] | None = None,
    *,
    name: str = "desk",
    title: str = "Help desk",
    timezone: str = "Europe/Chisinau",
    event_type: str | None = None,
    tools: Mapping[str, model.Tool] = TOOLS,
) -> dict[str, Any]:
    """The plan of steps as one would write them in a document."""
    declared = node(dict(params or {}))
    assert isinstance(declared, model.Object)
    pipeline = model.Pipeline(
        name, title, tuple(step(index, facts) for index, facts in enumerate(steps)), declared, timezone=timezone, event_type=event_type
    )
    return plan.build(pipeline, tools, "UTC")


def call(step_id: str, action: str = "read", uses: str = "desk.tickets", **more: Any) -> dict[str, Any]:
    """A step that calls a tool; `with_`, `save_as`, `if_` and `timeout_seconds` may be given."""
    facts: dict[str, Any] = {"id": step_id, "uses": uses, "with": {"action": action, **more.pop("with_", {})}}
    if "if_" in more:
        facts["if"] = more.pop("if_")
    return {**facts, **more}


def transform(step_id: str, template: Any, **more: Any) -> dict[str, Any]:
    """A step that computes."""
    return {"id": step_id, "uses": "system.transform", "with": {"template": template}, "save_as": step_id, **more}


def sleep(step_id: str, seconds: Any) -> dict[str, Any]:
    """A step that waits."""
    return {"id": step_id, "uses": "system.sleep", "with": {"duration_seconds": seconds}}


def five_calls() -> dict[str, Any]:
    """Five calls, each but the first with something of the one before: what the benchmarks compare with a workflow written by hand."""
    first = call("step_1", save_as="step_1", with_={"number": 1, "text": "the first of five calls"})
    later = [
        call(f"step_{n}", save_as=f"step_{n}", with_={"number": n, "text": f"after ${{step_{n - 1}.number}} of ${{params.total}}"})
        for n in range(2, 6)
    ]
    return plan_of([first, *later], {"total": 5}, name="five-calls", title="Five calls")


def everything(name: str = "everything") -> dict[str, Any]:
    """Each kind of step, a skipped one, date words, decimals, params and the durable counter, which is the name's own."""
    return plan_of(
        [
            call("fetch", save_as="tickets", with_={"since": "{{yesterday}}", "limit": Decimal("2.50")}),
            transform("total", {"sum": "${tickets.arguments.limit + 0.1}", "day": "{{today}}", "release": "${params.version}"}),
            {
                "id": "judge",
                "uses": "system.evaluate",
                "with": {"conditions": [{"name": "large", "condition": "${steps.total.sum > 2}", "severity": "high"}]},
                "save_as": "judged",
            },
            sleep("pause", 1),
            call("never", "refund", if_="false"),
            call("open", "create", if_="judged.triggered | length > 0", save_as="opened", with_={"note": "release {{params.version}}"}),
        ],
        {"version": "{{auto_increment_version}}"},
        name=name,
        title="Everything at once",
    )
