"""The approvals page on a real service: people sign in, see, and decide; what is not theirs to decide, or changed, is refused."""

from __future__ import annotations

import contextlib
import json
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from temporalio import client as temporal_client

from starter.approvals import deciding
from starter.page import approvals
from starter.page import runs as page_runs
from tests import page, runs
from workflows import signatures
from workflows.core.approvals import digest, token

pytestmark = pytest.mark.server

ANSWERS = {"pay": {"batch_id": "B-7731", "accepted": 3}}


@dataclass
class Scene:
    """A worker and a gateway with one policy, and a clock that the gateway reads."""

    temporal: temporal_client.Client
    queue: str
    tools: runs.Tools
    variables: dict[str, str]
    folder: Path

    def browser(self, clock: Any = None, **changed: str) -> contextlib.AbstractAsyncContextManager[page.Browser]:
        """Somebody's browser, at a gateway of its own."""
        return page.browser(page.application({**self.variables, **changed}, self.temporal, clock))

    async def waiting(
        self, who: str | None = "vera@company.com", **plan: Any
    ) -> tuple[temporal_client.WorkflowHandle[Any, Any], dict[str, Any]]:
        """A run that asks, and what."""
        handle = await runs.started(self.temporal, page.plan(**plan), self.queue, started_by=who)
        return handle, await page.waits(handle)


@contextlib.asynccontextmanager
async def scene_of(client: temporal_client.Client, folder: Path, **variables: str) -> AsyncIterator[Scene]:
    """A scene with these variables more, for worker and gateway."""
    given = page.variables(folder, **variables)
    tools = runs.Tools(ANSWERS)
    async with runs.worker(client, tools, environment=given) as queue:
        yield Scene(client, queue, tools, given, folder)


@pytest.fixture
async def scene(client: temporal_client.Client, tmp_path: Path) -> AsyncIterator[Scene]:
    async with scene_of(client, tmp_path) as made:
        yield made


def path(handle: temporal_client.WorkflowHandle[Any, Any]) -> str:
    return f"/approvals/{handle.id}/confirm"


async def decide(
    browser: page.Browser, handle: temporal_client.WorkflowHandle[Any, Any], verb: str, comment: str = "", **more: str
) -> None:
    """Opens the approval and presses a button."""
    await browser.open(path(handle))
    more.setdefault("digest", browser.hidden("digest"))
    await browser.send(path(handle), verb=verb, comment=comment, **more)


async def test_a_payment_is_seen_and_approved_by_two(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    handle, asked = await scene.waiting(quorum=2)
    async with scene.browser() as ana, scene.browser() as ion:
        await ana.sign_in("ana@company.com")
        await ion.sign_in("ion@company.com")
        assert "Pay 3 invoices of suppliers, 15,650.50 MDL and 980.00 EUR" in ana.words.partition("For you")[2].partition("For others")[0]
        await ana.open(path(handle))
        for words in (
            "12450.00",
            "Orhei Transport SRL",
            "urgent false",
            digest.shown(asked["digest"]),
            "0 of 2",
            "ana@company.com, ion@company.com",
            "Started by vera@company.com",
        ):
            assert words in ana.words, words
        with caplog.at_level(logging.INFO, "ordinaut.page"):
            await decide(ana, handle, "approve", "compared with\r\nthe orders")
        assert "Your approval counts: 1 of 2. The run waits for more." in ana.words
        assert "You have decided already." in ana.words
        await ion.open(path(handle))
        assert "ana@company.com approved" in ion.words and "“compared with the orders”" in ion.words
        await decide(ion, handle, "approve")
        assert "Done: confirm is approved." in ion.words and str(ion.shown.url).endswith(f"/runs/{handle.id}")  # type: ignore[union-attr]
        ended = await runs.ended(scene.temporal, handle)
        await ion.open(f"/runs/{handle.id}")
        assert "completed" in ion.words and "B-7731" in ion.words and "live.js" not in ion.text
    record = ended.steps["confirm"]["output"]
    assert [(one["who"], one["identified"], one["method"], one["comment"]) for one in record["decisions"]] == [
        ("ana@company.com", "gateway", "token", "compared with\nthe orders"),
        ("ion@company.com", "gateway", "token", ""),
    ]
    claims = token.claims(record["decisions"][0]["token"], page.POLICY["gateway_keys"], signatures.is_signed)
    assert (claims.run, claims.step, claims.digest) == (handle.id, "confirm", asked["digest"])
    line, _ = [record.getMessage() for record in caplog.records if '"what": "decision"' in record.getMessage()]
    assert json.loads(line.removeprefix("page ")) == {
        "what": "decision",
        "from": "127.0.0.1",
        "who": "ana@company.com",
        "method": "token",
        "run": handle.id,
        "step": "confirm",
        "verb": "approve",
        "digest": asked["digest"],
        "status": "waiting",
        "comment": "compared with\nthe orders",
    }
    assert scene.tools.tries("pay") == 1


async def test_a_reject_ends_it_and_whoever_comes_late_is_told(scene: Scene) -> None:
    handle, asked = await scene.waiting()
    async with scene.browser() as ana, scene.browser() as ion:
        await ana.sign_in("ana@company.com")
        await ion.sign_in("ion@company.com")
        await ion.open(path(handle))
        await decide(ana, handle, "reject", "paid on Friday")
        assert "Done: confirm is rejected." in ana.words
        ended = await runs.ended(scene.temporal, handle)
        await ion.send(path(handle), verb="approve", digest=asked["digest"])
        assert (ion.status, "Nothing was decided" in ion.words) == (409, True)
        assert (await ion.open(path(handle))).status == 404
        await ion.open("/runs?status=failed&pipeline=vendor-payments")
        assert handle.id in ion.words
    assert ended.shown["error"]["type"] == "not approved" and scene.tools.tries("pay") == 0


REFUSED = "Nothing was decided. "


async def test_a_changed_digest_is_refused_and_what_waits_is_shown_again(scene: Scene) -> None:
    handle, asked = await scene.waiting()
    async with scene.browser() as ana:
        await ana.sign_in()
        await decide(ana, handle, "approve", "I saw <b>another</b> amount", digest="ab" * 32)
        shown = digest.shown(asked["digest"])
        expected = f"the decision is for abababababab, but 'confirm' waits for {shown}: it is not what was seen; look at it again: ordinaut approvals"
        assert (ana.status, f"{REFUSED}{expected} Below is what waits now." in ana.words) == (409, True), ana.words
        assert "12450.00" in ana.words and ana.hidden("digest") == asked["digest"]
        assert ">I saw &lt;b&gt;another&lt;/b&gt; amount</textarea>" in ana.text
        await decide(ana, handle, "approve", digest="")
        assert f"{REFUSED}the decision does not say what was seen: its digest is missing; look at it again" in ana.words
        assert len((await page.waits(handle))["decisions"]) == 0
    await handle.terminate()


@pytest.mark.parametrize(
    ("who", "started_by", "message"),
    [
        pytest.param("vera@company.com", "ion@company.com", "'vera@company.com' may not decide 'confirm': vera@company.com has hr; it is for finance (ana@company.com)", id="another role"),
        pytest.param("ana@company.com", "ana@company.com", "'ana@company.com' started the run and may not decide 'confirm': four eyes are asked for", id="the starter"),
    ],
)  # fmt: skip
async def test_who_is_not_asked_sees_no_buttons_and_is_refused(scene: Scene, who: str, started_by: str, message: str) -> None:
    handle, asked = await scene.waiting(started_by)
    async with scene.browser() as browser:
        await browser.sign_in(who)
        assert "Nothing waits for you." in browser.words
        await browser.open(path(handle))
        assert "This is not for you to decide." in browser.words and 'name="verb"' not in browser.text
        await browser.send(path(handle), verb="approve", digest=asked["digest"])
        assert (browser.status, f"{REFUSED}{message}" in browser.words) == (409, True), browser.words
    await handle.terminate()


async def test_titles_payloads_and_comments_are_shown_and_never_run(scene: Scene) -> None:
    evil = "<script>alert(1)</script><img src=x onerror=alert(1)>\u202e"
    handle, _ = await scene.waiting(title=evil, payload={evil: [{evil: evil}], "u": "javascript:alert(1)"}, details=evil)
    async with scene.browser() as ana:
        await ana.sign_in()
        shown = r"<script>alert(1)</script><img src=x onerror=alert(1)>\u202e"
        assert shown in ana.words
        for where in (path(handle), f"/runs/{handle.id}"):
            await ana.open(where)
            assert shown in ana.words and "<script>alert" not in ana.text and "<img src=x" not in ana.text and "\u202e" not in ana.text
        assert "script-src 'self'" in ana.shown.headers["content-security-policy"]  # type: ignore[union-attr]
        await ana.open(f"{path(handle)}/payload.json")
        assert json.loads(ana.text)["u"] == "javascript:alert(1)"
        assert ana.shown.headers["content-disposition"] == 'attachment; filename="payload.json"'  # type: ignore[union-attr]
        assert ana.shown.headers["content-type"] == "application/json"  # type: ignore[union-attr]
    await handle.terminate()


async def test_without_a_key_nobody_can_decide_and_the_page_says_what_to_set(scene: Scene) -> None:
    handle, _ = await scene.waiting()
    async with scene.browser(ORDINAUT_GATEWAY_KEY="") as ana:
        await ana.sign_in()
        await decide(ana, handle, "approve")
        assert (ana.status, f"{REFUSED}nobody would believe this decision: the gateway has no key to sign it with" in ana.words) == (
            409,
            True,
        )
    await handle.terminate()


async def test_on_a_machine_of_ones_own_a_name_is_enough(client: temporal_client.Client, tmp_path: Path) -> None:
    async with (
        scene_of(client, tmp_path, ORDINAUT_TRUST_LOCAL_APPROVERS="1", ORDINAUT_PAGE_TOKENS_FILE="") as scene,
        scene.browser() as ana,
    ):
        handle, _ = await scene.waiting()
        await ana.open("/sign-in")
        assert "Nobody checks the name" in ana.words
        await ana.send("/sign-in", who="ana@company.com", next="/")
        assert "You said that you are ana@company.com ; nobody has checked it." in ana.words
        await decide(ana, handle, "approve")
        ended = await runs.ended(client, handle)
    (one,) = ended.steps["confirm"]["output"]["decisions"]
    assert (one["who"], one["identified"], "token" in one) == ("ana@company.com", "self-asserted", False)


async def test_a_session_that_expired_decides_nothing(scene: Scene) -> None:
    handle, asked = await scene.waiting()
    clock = page.Clock()
    async with scene.browser(clock) as ana:
        await ana.sign_in()
        await ana.open(path(handle))
        clock.seconds += 30 * 60
        await ana.send(path(handle), verb="approve", digest=asked["digest"])
        assert (ana.status, "You are not signed in, or not any more; nothing was done." in ana.words) == (401, True)
    assert (await page.waits(handle))["decisions"] == []
    await handle.terminate()


async def test_a_signed_decision_of_the_page_has_to_be_for_what_the_policys_key_signs(scene: Scene) -> None:
    """A gateway with another key than the policy's decides nothing."""
    handle, _ = await scene.waiting()
    async with scene.browser(ORDINAUT_GATEWAY_KEY="//////////////////////////////////////////8=") as ana:
        await ana.sign_in()
        await decide(ana, handle, "approve")
        assert f"{REFUSED}the token is not signed by a gateway of the policy" in ana.words
    await handle.terminate()


async def test_runs_and_schedules_are_listed_and_what_is_not_there_is_told(scene: Scene) -> None:
    handle, _ = await scene.waiting()
    async with scene.browser(ORDINAUT_TEMPORAL_UI_URL="http://127.0.0.1:8233") as ana:
        await ana.sign_in()
        assert handle.id in (await ana.open("/runs?status=running")).words
        assert handle.id not in (await ana.open("/runs?status=running&pipeline=other'%20OR%20''='")).words
        await ana.open(f"/runs/{handle.id}")
        assert "waiting" in ana.words and "live.js" in ana.text
        assert f'href="http://127.0.0.1:8233/namespaces/default/workflows/{handle.id}"' in ana.text
        await ana.open(f"/runs/{handle.id}?part=timeline")
        assert ana.text.startswith("<p") and "confirm" in ana.words and "<html" not in ana.text
        assert (await ana.open("/schedules")).status == 200
        assert (await ana.open("/runs/nothing")).status == 404
        assert "no run 'nothing' here; 'ordinaut runs' lists them" in ana.words
        for there_is_none in (
            "/approvals/nothing/confirm",
            f"/approvals/{handle.id}/other",
            "/approvals/a/b/c/d",
            f"/runs/{'x' * 2_000}",
            "/runs/%00",
            "/runs/%ff",
            "/runs/",
            "/approvals/%00/%00",
            "/approvals//x",
            "/runs/%ed%a0%80",
            "/runs/..%2f..%2fx",
        ):
            assert (await ana.open(there_is_none)).status == 404, there_is_none
            if there_is_none.startswith("/approvals/"):
                await ana.open("/runs")
                await ana.send(there_is_none, verb="approve", digest="ab" * 32)
                assert ana.status in (404, 409), there_is_none
    await handle.terminate()


async def test_a_run_is_shown_without_a_worker_too(scene: Scene, client: temporal_client.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_runs, "ANSWER_SECONDS", 0.2)
    handle = await runs.started(client, page.plan(), "nobody-works-here")
    monkeypatch.setattr(approvals, "LISTED_SECONDS", 0.2)
    async with scene.browser() as ana:
        await ana.sign_in()
        await ana.open(f"/runs/{handle.id}")
        assert (ana.status, "read_invoices" in ana.words) == (200, True)
    await handle.terminate()


def test_ways_to_decide_have_the_names_that_tokens_carry() -> None:
    assert (deciding.OIDC, deciding.TOKEN, deciding.LOCAL) == ("oidc", "token", "local")


async def test_a_run_whose_worker_is_gone_does_not_hide_the_others(
    scene: Scene, client: temporal_client.Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(approvals, "LISTED_SECONDS", 1.0)
    async with scene_of(client, tmp_path) as other:
        silent, _ = await other.waiting()
    handle, _ = await scene.waiting()
    async with scene.browser() as ana:
        await ana.sign_in()
        listed, _, gone = ana.words.partition("No worker answers for these")
        assert (ana.status, handle.id in listed, silent.id in listed, silent.id in gone) == (200, True, False, True)
    await handle.terminate()
    await silent.terminate()
