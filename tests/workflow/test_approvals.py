"""Approvals in a real workflow: signals and updates, tokens, gates before calls, what histories tell."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import dataclasses
import json
import time
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from temporalio import client as temporal_client
from temporalio import exceptions

from starter import following
from starter.approvals import signing
from tests import plans, runs
from workflows import contract
from workflows.core import errors, model
from workflows.core.approvals import decision, digest

pytestmark = pytest.mark.server

BANK = model.Tool(
    "bank.payments",
    "rest",
    "bank",
    {
        "actions": {
            "pay": {
                "effect": "unsafe",
                "approval": {
                    "approvers": ["finance"],
                    "exclude": ["starter"],
                    "when": [{"if": "arguments.amount > 10000", "quorum": 2}],
                },
            },
            "read": {"effect": "safe"},
        }
    },
    "0123456789ab",
    Decimal(30),
    actions={"pay": model.UNSAFE, "read": model.SAFE},
)
TOOLS = {**plans.TOOLS, "bank.payments": BANK}
POLICY = {"people": {"ana": ["finance"], "ion": ["finance"], "olga": ["finance"], "vera": ["hr"]}, "may": {"approve": ["finance"]}}


def ask(**more: Any) -> dict[str, Any]:
    """A step that asks finance."""
    return {
        "id": "ask",
        "uses": "system.approval",
        "with": {"title": "Go on?", "approvers": ["finance"], **more},
        "save_as": "asked",
    }


def pay(amount: Any = 5, **more: Any) -> dict[str, Any]:
    """A step whose call asks by its definition."""
    return plans.call("pay", "pay", "bank.payments", with_={"amount": amount}, **more)


def plan_of(*steps: dict[str, Any], params: dict[str, Any] | None = None) -> dict[str, Any]:
    """A plan with the bank."""
    return plans.plan_of(list(steps), params or {}, name="approvals", tools=TOOLS)


@dataclasses.dataclass
class Scene:
    """A worker with a policy."""

    temporal: temporal_client.Client
    queue: str
    tools: runs.Tools

    async def start(self, *steps: dict[str, Any], **given: Any) -> temporal_client.WorkflowHandle[Any, Any]:
        """A run that waits at its first approval."""
        handle = await runs.started(self.temporal, plan_of(*steps), self.queue, **given)
        await self.waits(handle)
        return handle

    async def waits(self, handle: temporal_client.WorkflowHandle[Any, Any]) -> dict[str, Any]:
        """The approval that a run waits for."""
        async with asyncio.timeout(30):
            while not (waiting := await handle.query(contract.QUERY_APPROVALS)):
                await asyncio.sleep(0.02)
        (found,) = waiting
        return dict(found)

    async def ended(self, handle: temporal_client.WorkflowHandle[Any, Any]) -> runs.Ended:
        """How it ended; query and history tell the same."""
        ended = await runs.ended(self.temporal, handle)
        assert ended.progress == ended.shown
        return ended


@contextlib.asynccontextmanager
async def scene_of(temporal: temporal_client.Client, folder: Path, environment: dict[str, str], **policy: Any) -> AsyncIterator[Scene]:
    """A scene with this policy file."""
    file = folder / "policy.json"
    file.write_text(json.dumps({**POLICY, **policy}))
    tools = runs.Tools()
    async with runs.worker(temporal, tools, environment={**environment, "ORDINAUT_POLICY": str(file)}) as queue:
        yield Scene(temporal, queue, tools)


@pytest.fixture
async def scene(client: temporal_client.Client, tmp_path: Path) -> AsyncIterator[Scene]:
    """Local approvers are trusted."""
    async with scene_of(client, tmp_path, runs.TRUSTING) as made:
        yield made


async def update(handle: temporal_client.WorkflowHandle[Any, Any], verb: str = "approve", **given: str) -> Any:
    """A decision that is answered."""
    return await handle.execute_update(verb, {"step": "ask", **given})


def said(error: temporal_client.WorkflowUpdateFailedError) -> str:
    """What a refused update is answered."""
    assert isinstance(error.cause, exceptions.ApplicationError)
    return error.cause.message


async def refused(handle: temporal_client.WorkflowHandle[Any, Any], verb: str = "approve", **given: Any) -> str:
    """The sentence of a refusal."""
    with pytest.raises(temporal_client.WorkflowUpdateFailedError) as caught:
        await update(handle, verb, **given)
    return said(caught.value)


async def test_an_update_approves_and_the_record_is_the_output(scene: Scene) -> None:
    handle = await scene.start(ask(payload={"total": Decimal("1.50")}), plans.transform("after", "${asked.decisions[0].who}"))
    waiting = await scene.waits(handle)
    assert (waiting["title"], waiting["people"], waiting["digest"]) == (
        "Go on?",
        ["ana", "ion", "olga"],
        digest.of({"total": Decimal("1.50")}),
    )
    told = (await following.read(scene.temporal, handle.id)).record()
    assert (told.status, told.steps[0].status) == ("running", "waiting")
    described = await handle.describe()
    attributes = {name: values[0] for name, values in described.search_attributes.items() if name in ("OrdinautStatus", "OrdinautStep")}
    assert attributes == {"OrdinautStatus": "waiting-approval", "OrdinautStep": "ask"}
    answer = await update(handle, who="ana", comment="fine", digest=waiting["digest"])
    assert answer == {"step": "ask", "status": "approved", "approvals": 1, "quorum": 1}
    ended = await scene.ended(handle)
    output = ended.steps["ask"]["output"]
    assert (output["status"], output["decisions"][0]["who"], output["decisions"][0]["comment"]) == ("approved", "ana", "fine")
    assert ended.steps["after"]["output"] == "ana"
    described = await handle.describe()
    assert described.search_attributes["OrdinautStatus"] == ["completed"]


async def test_every_refusal_of_an_update_says_why(scene: Scene) -> None:
    handle = await scene.start(ask(quorum=2, exclude=["starter"]), started_by="ion")
    assert await refused(handle, who="bob") == "nobody is called 'bob' in the policy; it is for finance (ana, olga)"
    assert await refused(handle, who="vera") == "'vera' may not decide 'ask': vera has hr; it is for finance (ana, olga)"
    assert await refused(handle, who="ion") == "'ion' started the run and may not decide 'ask': four eyes are asked for"
    assert await refused(handle, step="other", who="ana") == "no approval 'other' waits in this run; 'ask' does"
    assert await refused(handle, who="ana", digest="00") == (
        f"the decision is for 00, but 'ask' waits for {digest.of(None)[:12]}: it is not what was seen; look at it again: ordinaut approvals"
    )
    assert await refused(handle, who="ana", token="x.y") == (
        "the decision carries a token, but the policy names no gateway that signs them (gateway_keys in ORDINAUT_POLICY)"
    )
    await update(handle, who="ana")
    assert await refused(handle, "reject", who="Ana") == "'Ana' has decided 'ask' already, and nobody counts twice"
    with pytest.raises(temporal_client.WorkflowUpdateFailedError) as caught:
        await handle.execute_update("approve", "yes")
    assert said(caught.value) == (
        "the decision cannot be read: found text \"yes\", expected {'step': ..., 'who': ..., 'comment': ..., 'digest': ...}"
    )
    await handle.terminate()


async def test_a_rejection_ends_the_run_with_an_error_of_its_own_kind(scene: Scene) -> None:
    handle = await scene.start(ask(), plans.call("after"))
    await update(handle, "reject", who="ana", comment="not this month")
    ended = await scene.ended(handle)
    error = ended.shown["error"]
    assert (error["type"], error["step"], error["message"]) == ("not approved", "ask", "'Go on?' was rejected by ana: not this month")
    assert ended.steps["ask"]["error"]["details"]["approval"]["status"] == "rejected"
    assert scene.tools.calls == []


async def test_a_rejection_is_a_value_where_the_step_says_so(scene: Scene) -> None:
    handle = await scene.start(ask(on_reject="value"), plans.call("after", if_="asked.approved"))
    await update(handle, "reject", who="ana")
    ended = await scene.ended(handle)
    assert (ended.shown["status"], ended.steps["after"]["status"]) == ("completed", "skipped")


@pytest.mark.parametrize(
    "junk", [(), ("yes",), (1, 2, 3), ({"step": 1},), ({"step": "ask", "who": "bob"},), ({"step": "ask", "extra": 1},)]
)
async def test_a_signal_that_cannot_be_read_hurts_nothing(scene: Scene, junk: tuple[Any, ...]) -> None:
    handle = await scene.start(ask())
    await handle.signal("approve", args=list(junk))
    await handle.signal("reject", args=list(junk))
    await handle.signal("approve", {"step": "ask", "who": "ana"})
    ended = await scene.ended(handle)
    assert ended.shown["status"] == "completed"


async def test_a_call_waits_for_the_approval_that_its_definition_asks_for(scene: Scene) -> None:
    handle = await scene.start(pay(), started_by="ion")
    waiting = await scene.waits(handle)
    assert (waiting["title"], waiting["tool"], waiting["payload"]) == ("bank.payments pay", "bank.payments", {"action": "pay", "amount": 5})
    assert await refused(handle, step="pay", who="ion") == "'ion' started the run and may not decide 'pay': four eyes are asked for"
    assert scene.tools.calls == []
    await update(handle, step="pay", who="ana")
    ended = await scene.ended(handle)
    ((_, _, given),) = scene.tools.calls
    assert given["approval"]["digest"] == digest.of(given["arguments"]) == waiting["digest"]
    assert (ended.shown["status"], ended.steps["pay"]["with"]) == ("completed", {"action": "pay", "amount": 5})


async def test_a_larger_amount_needs_two(scene: Scene) -> None:
    handle = await scene.start(pay(Decimal("10000.01")))
    assert (await scene.waits(handle))["quorum"] == 2
    assert (await update(handle, step="pay", who="ana"))["status"] == "waiting"
    assert scene.tools.calls == []
    assert (await update(handle, step="pay", who="ion"))["status"] == "approved"
    assert (await scene.ended(handle)).shown["status"] == "completed"


async def test_a_rejected_call_is_never_sent(scene: Scene) -> None:
    handle = await scene.start(pay())
    await update(handle, "reject", step="pay", who="ana", comment="no")
    ended = await scene.ended(handle)
    assert (ended.shown["error"]["type"], ended.shown["error"]["message"]) == (
        "not approved",
        "'bank.payments pay' was rejected by ana: no",
    )
    assert scene.tools.calls == []


async def test_an_approval_of_the_same_bytes_before_lets_one_call_through(scene: Scene) -> None:
    again = {**pay(), "id": "again"}
    handle = await scene.start(ask(payload={"action": "pay", "amount": 5}), pay(), again)
    await update(handle, who="ana")
    async with asyncio.timeout(30):
        while (await scene.waits(handle))["name"] != "again":
            await asyncio.sleep(0.02)
    assert [step for step, _, _ in scene.tools.calls] == ["pay"]
    await update(handle, step="again", who="ana")
    assert (await scene.ended(handle)).shown["status"] == "completed"


@pytest.mark.parametrize(
    "before",
    [
        pytest.param(ask(payload={"action": "pay", "amount": 6}), id="other bytes"),
        pytest.param(ask(payload={"action": "pay", "amount": 5}, approvers=["hr"]), id="people whom the rule does not ask"),
    ],
)
async def test_an_author_cannot_weaken_the_rule_of_the_catalog(scene: Scene, before: dict[str, Any]) -> None:
    handle = await scene.start(before, pay())
    await update(handle, who="vera" if before["with"]["approvers"] == ["hr"] else "ana")
    async with asyncio.timeout(30):
        while (await scene.waits(handle))["name"] != "pay":
            await asyncio.sleep(0.02)
    assert scene.tools.calls == []
    await handle.terminate()


@pytest.mark.parametrize(
    ("environment", "with_", "sentence"),
    [
        pytest.param(
            {},
            {},
            "the approval cannot be asked for: nobody could approve it: set ORDINAUT_POLICY to a policy with gateway_keys,"
            " or ORDINAUT_TRUST_LOCAL_APPROVERS=1 on a machine of your own",
            id="no gateway and no trust",
        ),
        pytest.param(
            runs.TRUSTING,
            {"approvers": ["hr"], "quorum": 2},
            "the approval cannot be asked for: it needs 2 approvals of hr, and only vera may give one",
            id="too few",
        ),
        pytest.param(
            runs.TRUSTING,
            {"approvers": ["finanse"]},
            "the approval cannot be asked for: it needs 1 approvals of finanse, and nobody may give one",
            id="misspelt",
        ),
        pytest.param(
            runs.TRUSTING, {"quorum": 0}, "system.approval: 'quorum' is the number 0, expected a number from 1 to 20", id="quorum"
        ),
    ],
)
async def test_what_nobody_could_approve_fails_at_once(
    client: temporal_client.Client, tmp_path: Path, environment: dict[str, str], with_: dict[str, Any], sentence: str
) -> None:
    async with scene_of(client, tmp_path, environment) as made:
        handle = await runs.started(client, plan_of(ask(**with_)), made.queue)
        ended = await made.ended(handle)
    assert (ended.shown["error"]["type"], ended.shown["error"]["message"]) == ("invalid input", sentence)


async def test_only_signed_decisions_count_where_local_approvers_are_not_trusted(client: temporal_client.Client, tmp_path: Path) -> None:
    key, other = ed25519.Ed25519PrivateKey.generate(), ed25519.Ed25519PrivateKey.generate()
    public = base64.b64encode(key.public_key().public_bytes_raw()).decode()
    async with scene_of(client, tmp_path, {}, gateway_keys=[public]) as made:
        handle = await made.start(ask(payload=[1]))
        waiting = await made.waits(handle)
        claims = decision.Claims(handle.id, "ask", waiting["digest"], "approve", "ana", int(time.time()) + 60, (), "oidc")
        assert (await refused(handle, who="ana")).startswith("'ana' is self-asserted, and that does not count here")
        assert await refused(handle, token=signing.token(claims, other)) == "the token is not signed by a gateway of the policy"
        assert await refused(handle, token="x") == "the decision carries a token that cannot be read"
        assert await refused(handle, "reject", token=signing.token(claims, key)) == "the token says approve, not reject"
        await update(handle, token=signing.token(claims, key))
        ended = await made.ended(handle)
    (kept,) = ended.steps["ask"]["output"]["decisions"]
    assert (kept["who"], kept["identified"], kept["method"]) == ("ana", "gateway", "oidc")


async def test_a_run_that_waits_can_be_cancelled(scene: Scene) -> None:
    handle = await scene.start(ask(), plans.call("after"))
    await handle.cancel()
    ended = await scene.ended(handle)
    assert (ended.shown["status"], ended.steps["ask"]["status"]) == ("cancelled", "failed")


async def test_people_are_told_once_the_run_waits_and_a_failure_holds_nothing_up(scene: Scene) -> None:
    scene.tools.answers = {"ask.notify.1": runs.failure(errors.REJECTED, "no such channel", again=False)}
    tell = [{"uses": "desk.plain", "with": {"text": "look"}}, {"uses": "desk.plain", "with": {"text": "again"}}]
    handle = await scene.start(ask(notify=tell))
    async with asyncio.timeout(30):
        while len(scene.tools.calls) < 2 or "notices" not in await scene.waits(handle):
            await asyncio.sleep(0.02)
    await update(handle, who="ana")
    ended = await scene.ended(handle)
    assert [(step, given["arguments"]) for step, _, given in scene.tools.calls] == [
        ("ask.notify.0", {"text": "look"}),
        ("ask.notify.1", {"text": "again"}),
    ]
    assert ended.steps["ask"]["output"]["notices"] == ["desk.plain could not notify: no such channel"]
