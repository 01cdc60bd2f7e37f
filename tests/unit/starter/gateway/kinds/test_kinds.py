"""Names and ids of events, by what vendors send, and what is answered without an event."""

from __future__ import annotations

import json
import urllib.parse
from typing import Any

import pytest

from starter.gateway import headers, refusals
from starter.gateway.kinds import base, generic, github, gitlab, known, maib, msteams, slack
from workflows.core import run

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def sent(given: dict[str, str]) -> headers.Headers:
    return headers.Headers([(name.lower().encode(), value.encode()) for name, value in given.items()])


def found(kind: base.Kind, payload: Any, given: dict[str, str] | None = None) -> base.Found | base.Reply:
    data = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return kind.read(data, sent(given or {}), "main")


def form(**fields: str) -> bytes:
    return urllib.parse.urlencode(fields).encode()


def event(name: str) -> dict[str, str]:
    return {"X-GitHub-Event": name}


TYPES = [
    pytest.param(github.KIND, {"action": "opened"}, event("pull_request"), "github.pull_request.opened", id="github action"),
    pytest.param(github.KIND, {"ref": "refs/heads/main"}, event("push"), "github.push", id="github without action"),
    pytest.param(github.KIND, {"action": None}, event("push"), "github.push", id="github action null"),
    pytest.param(
        github.KIND,
        {"action": "On demand: test!"},
        event("repository_dispatch"),
        "github.repository_dispatch.on_demand_test_",
        id="github own words",
    ),
    pytest.param(github.KIND, {"action": "a.b"}, event("repository_dispatch"), "github.repository_dispatch.a.b", id="github points"),
    pytest.param(github.KIND, form(payload='{"action": "closed"}'), {**event("issues"), **FORM}, "github.issues.closed", id="github form"),
    pytest.param(
        gitlab.KIND,
        {"object_kind": "merge_request", "object_attributes": {"action": "open"}},
        {},
        "gitlab.merge_request.opened",
        id="gitlab open",
    ),
    pytest.param(
        gitlab.KIND,
        {"object_kind": "merge_request", "object_attributes": {"action": "merge"}},
        {},
        "gitlab.merge_request.merged",
        id="gitlab merge",
    ),
    pytest.param(
        gitlab.KIND,
        {"object_kind": "merge_request", "object_attributes": {"action": "close"}},
        {},
        "gitlab.merge_request.closed",
        id="gitlab close",
    ),
    pytest.param(
        gitlab.KIND,
        {"object_kind": "merge_request", "object_attributes": {"action": "approved"}},
        {},
        "gitlab.merge_request.approved",
        id="gitlab approved",
    ),
    pytest.param(
        gitlab.KIND, {"object_kind": "issue", "object_attributes": {"action": "reopen"}}, {}, "gitlab.issue.reopened", id="gitlab issue"
    ),
    pytest.param(gitlab.KIND, {"object_kind": "push", "ref": "refs/heads/main"}, {}, "gitlab.push", id="gitlab push"),
    pytest.param(gitlab.KIND, {"object_kind": "release", "action": "create"}, {}, "gitlab.release.created", id="gitlab release"),
    pytest.param(
        gitlab.KIND,
        {"object_kind": "pipeline", "object_attributes": {"status": "success"}},
        {},
        "gitlab.pipeline.success",
        id="gitlab pipeline",
    ),
    pytest.param(gitlab.KIND, {"object_kind": "build", "build_status": "failed"}, {}, "gitlab.build.failed", id="gitlab job"),
    pytest.param(gitlab.KIND, {"object_kind": "emoji", "event_type": "award"}, {}, "gitlab.emoji.awarded", id="gitlab emoji"),
    pytest.param(gitlab.KIND, {"event_name": "user_add_to_group"}, {}, "gitlab.user_add_to_group", id="gitlab member"),
    pytest.param(slack.KIND, {"type": "event_callback", "event": {"type": "app_mention"}}, {}, "slack.app_mention", id="slack event"),
    pytest.param(slack.KIND, {"type": "app_rate_limited"}, {}, "slack.app_rate_limited", id="slack outside the envelope"),
    pytest.param(slack.KIND, form(payload='{"type": "block_actions"}'), FORM, "slack.block_actions", id="slack interaction"),
    pytest.param(slack.KIND, form(command="/deploy", text="web"), FORM, "slack.slash_command.deploy", id="slack command"),
    pytest.param(msteams.KIND, {"type": "message", "text": "hello"}, {}, "msteams.message", id="teams message"),
    pytest.param(msteams.KIND, {"type": "message", "value": {"decision": "approve"}}, {}, "msteams.submit", id="teams Action.Submit"),
    pytest.param(msteams.KIND, {"type": "invoke", "name": "adaptiveCard/action"}, {}, "msteams.invoke", id="teams invoke"),
    pytest.param(maib.ECOMMERCE, {"result": {"status": "DECLINED"}}, {}, "maib.ecommerce.declined", id="maib e-commerce"),
    pytest.param(maib.MIA, {"result": {"qrStatus": "Paid"}}, {}, "maib.mia.paid", id="maib MIA"),
    pytest.param(maib.CHECKOUT, {"paymentStatus": "Executed"}, {}, "maib.checkout.executed", id="maib Checkout"),
    pytest.param(maib.ECOMMERCE, {"result": {"payId": "1"}}, {}, "maib.ecommerce.callback", id="maib without a state"),
    pytest.param(generic.KIND, {"type": "invoice.paid"}, {"webhook-id": "msg_1"}, "generic.main.invoice.paid", id="generic"),
    pytest.param(generic.KIND, {"data": 1}, {"webhook-id": "msg_1"}, "generic.main", id="generic without a type"),
]


@pytest.mark.parametrize(("kind", "payload", "given", "event_type"), TYPES)
def test_an_event_is_named(kind: base.Kind, payload: Any, given: dict[str, str], event_type: str) -> None:
    said = found(kind, payload, given)
    assert isinstance(said, base.Found)
    assert said.event_type == event_type


BODY = b'{"object_kind": "push", "event": {"type": "message"}, "type": "event_callback", "event_id": "Ev1"}'

IDS = [
    pytest.param(github.KIND, {**event("push"), "X-GitHub-Delivery": "72d3162e"}, "72d3162e", id="github"),
    pytest.param(gitlab.KIND, {"webhook-id": "msg_1", "Idempotency-Key": "k", "X-Gitlab-Event-UUID": "u"}, "msg_1", id="gitlab signed id"),
    pytest.param(gitlab.KIND, {"Idempotency-Key": "k", "X-Gitlab-Event-UUID": "u"}, "k", id="gitlab idempotency key"),
    pytest.param(slack.KIND, {}, "Ev1", id="slack"),
    pytest.param(generic.KIND, {"webhook-id": "msg_1"}, "msg_1", id="generic"),
]


@pytest.mark.parametrize(("kind", "given", "expected"), IDS)
def test_an_event_has_its_sender_s_id(kind: base.Kind, given: dict[str, str], expected: str) -> None:
    said = found(kind, BODY, given)
    assert isinstance(said, base.Found)
    assert said.delivery_id == expected


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        pytest.param(github.KIND, event("push"), id="github without a delivery"),
        pytest.param(gitlab.KIND, {}, id="gitlab"),
        pytest.param(gitlab.KIND, {"X-Gitlab-Event-UUID": "u"}, id="gitlab with the id of what set it off"),
        pytest.param(msteams.KIND, {}, id="teams"),
        pytest.param(maib.CHECKOUT, {}, id="maib"),
    ],
)
def test_without_an_id_the_body_is_the_id(kind: base.Kind, given: dict[str, str]) -> None:
    first, again, other = (found(kind, data, given) for data in (BODY, BODY, BODY.replace(b"Ev1", b"Ev2")))
    assert isinstance(first, base.Found) and isinstance(again, base.Found) and isinstance(other, base.Found)
    assert first.delivery_id == again.delivery_id != other.delivery_id


REPLIES = [
    pytest.param(
        github.KIND,
        {"zen": "Keep it logically awesome."},
        event("ping"),
        {"ok": True, "message": "GitHub's ping came through; events will too"},
        id="github ping",
    ),
    pytest.param(slack.KIND, {"type": "url_verification", "challenge": "3eZbrw1a"}, {}, "3eZbrw1a", id="slack url_verification"),
    pytest.param(slack.KIND, form(ssl_check="1", token="t"), FORM, None, id="slack ssl_check"),
]


@pytest.mark.parametrize(("kind", "payload", "given", "content"), REPLIES)
def test_what_is_no_event_is_answered(kind: base.Kind, payload: Any, given: dict[str, str], content: Any) -> None:
    assert found(kind, payload, given) == base.Reply(content)


REFUSED = [
    pytest.param(github.KIND, {}, {}, "the header X-GitHub-Event is missing; it names the event", id="github without a name"),
    pytest.param(
        github.KIND,
        form(a="1"),
        {**event("push"), **FORM},
        "the form has no field payload; choose application/json for the webhook in GitHub",
        id="github form",
    ),
    pytest.param(gitlab.KIND, {"a": 1}, {}, "the body has neither object_kind nor event_name; GitLab's webhooks have", id="gitlab"),
    pytest.param(
        slack.KIND,
        {"type": "event_callback", "event": 1},
        {},
        "the body has no type; Slack's events and interactions have",
        id="slack envelope",
    ),
    pytest.param(slack.KIND, {"event": {}}, {}, "the body has no type; Slack's events and interactions have", id="slack"),
    pytest.param(slack.KIND, form(text="1"), FORM, "the form has neither payload nor command; Slack's have", id="slack form"),
    pytest.param(slack.KIND, b"payload={}&payload={}", FORM, "the form in the body has a field twice", id="payload twice"),
    pytest.param(slack.KIND, b"payload=%ff", FORM, "the form in the body is not UTF-8", id="form that is no UTF-8"),
    pytest.param(slack.KIND, b"\xff=1", FORM, "the form in the body is not UTF-8", id="form of other bytes"),
    pytest.param(slack.KIND, b"a=1&" * 101, FORM, "the form in the body has more than 100 fields", id="many fields"),
    pytest.param(
        slack.KIND,
        {"type": "url_verification", "challenge": "x" * 1_001},
        {},
        "url_verification without a challenge: expected a text of at most 1,000 characters",
        id="slack challenge",
    ),
    pytest.param(msteams.KIND, {"text": "hello"}, {}, "the body has no type; Teams' activities have", id="teams"),
]


@pytest.mark.parametrize(("kind", "payload", "given", "message"), REFUSED)
def test_what_cannot_be_read_is_refused(kind: base.Kind, payload: Any, given: dict[str, str], message: str) -> None:
    with pytest.raises(refusals.Refused) as caught:
        found(kind, payload, given)
    assert (caught.value.status, caught.value.message) == (400, message)


def test_a_merge_request_has_what_the_document_s_pipeline_reads() -> None:
    """pipelines/gitlab-mr-quality-gate.json reads members of object_attributes at the top; a run sees them there."""
    said = found(gitlab.KIND, {"object_kind": "merge_request", "project": {"id": 15}, "object_attributes": {"iid": 3, "action": "open"}})
    assert isinstance(said, base.Found)
    assert run.event_view(said.event_type, said.payload)["iid"] == 3


def test_every_kind_is_known_by_its_name() -> None:
    assert list(known.KINDS) == ["github", "gitlab", "slack", "msteams", "maib", "maib-mia", "maib-checkout", "generic"]


def test_deadlines_are_shorter_than_what_vendors_wait() -> None:
    waits = {"slack": 3, "msteams": 5, "github": 10, "gitlab": 10}
    assert all(known.KINDS[name].deadline_seconds < seconds for name, seconds in waits.items())
