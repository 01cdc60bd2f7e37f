"""`POST /webhooks/KIND/SOURCE`: who is let in, what is handed on, and what the sender is told."""

from __future__ import annotations

import asyncio
from decimal import Decimal

import pytest

from starter.gateway import body, delivery
from starter.gateway.signatures import comparing, maib
from tests import webhooks
from workflows.core import errors

EACH = pytest.mark.parametrize("sender", webhooks.SENDERS, ids=lambda sender: sender.variable.lower() + "-" + sender.kind)
TIMED = pytest.mark.parametrize(
    "sender", [sender for sender in webhooks.SENDERS if sender.signs_time], ids=lambda sender: sender.variable.lower() + "-" + sender.kind
)
#: A token proves the sender and nothing of the body.
SIGNED = pytest.mark.parametrize(
    "sender",
    [sender for sender in webhooks.SENDERS if sender is not webhooks.GITLAB_TOKEN],
    ids=lambda sender: sender.variable.lower() + "-" + sender.kind,
)


@EACH
async def test_a_right_signature_is_accepted(sender: webhooks.Sender) -> None:
    kept = webhooks.Kept()
    async with webhooks.http(webhooks.gateway(kept, **{sender.variable: webhooks.SECRET})) as http:
        sent = sender.sealed()
        answer = await http.post(sender.path, content=sent, headers=sender.signed(sent))
    assert answer.status_code == 200
    (event,) = kept.events
    assert (event.event_type, event.source, event.received_at) == (sender.event_type, f"{sender.kind}/main", webhooks.moment())
    assert event.event_id.startswith(f"{sender.kind}.main.")


@EACH
async def test_a_wrong_signature_is_refused(sender: webhooks.Sender) -> None:
    kept = webhooks.Kept()
    async with webhooks.http(webhooks.gateway(kept, **{sender.variable: webhooks.SECRET})) as http:
        sent = sender.sealed(webhooks.WRONG)
        answer = await http.post(sender.path, content=sent, headers=sender.signed(sent, secret=webhooks.WRONG))
    assert (answer.status_code, answer.json()["error"]["type"]) == (401, "unsigned")
    assert webhooks.SECRET not in answer.text and webhooks.WRONG not in answer.text
    assert kept.events == []


@EACH
async def test_no_signature_is_refused(sender: webhooks.Sender) -> None:
    kept = webhooks.Kept()
    async with webhooks.http(webhooks.gateway(kept, **{sender.variable: webhooks.SECRET})) as http:
        answer = await http.post(sender.path, content=sender.body, headers=sender.headers)
    assert (answer.status_code, kept.events) == (401, [])


@SIGNED
async def test_another_body_than_the_signed_one_is_refused(sender: webhooks.Sender) -> None:
    kept = webhooks.Kept()
    async with webhooks.http(webhooks.gateway(kept, **{sender.variable: webhooks.SECRET})) as http:
        sent = sender.sealed()
        changed = sent.replace(b"e", b"a", 1) if sender.seals is None else sent.replace(b"OK", b"KO").replace(b"Paid", b"Void")
        answer = await http.post(sender.path, content=changed, headers=sender.signed(sent))
    assert (answer.status_code, kept.events) == (401, [])


@EACH
async def test_the_former_secret_is_accepted_while_it_is_set(sender: webhooks.Sender) -> None:
    sent = sender.sealed(webhooks.PREVIOUS)
    signed = sender.signed(sent, secret=webhooks.PREVIOUS)
    codes = []
    for former in ({sender.previous: webhooks.PREVIOUS}, {}):
        async with webhooks.http(webhooks.gateway(webhooks.Kept(), **{sender.variable: webhooks.SECRET, **former})) as http:
            codes.append((await http.post(sender.path, content=sent, headers=signed)).status_code)
    assert codes == [200, 401]


@TIMED
@pytest.mark.parametrize("sign", [-1, 1], ids=["old", "ahead"])
async def test_a_signature_of_another_time_is_refused(sender: webhooks.Sender, sign: int) -> None:
    window = maib.WINDOW_SECONDS if sender is webhooks.MAIB_CHECKOUT else comparing.WINDOW_SECONDS
    codes = []
    async with webhooks.http(webhooks.gateway(webhooks.Kept(), **{sender.variable: webhooks.SECRET})) as http:
        for seconds in (window, window + 1):
            signed = sender.signed(sender.body, webhooks.NOW + sign * seconds)
            codes.append((await http.post(sender.path, content=sender.body, headers=signed)).status_code)
    assert codes == [200, 401]


@EACH
async def test_what_comes_again_is_taken_once(sender: webhooks.Sender) -> None:
    kept = webhooks.Kept()
    async with webhooks.http(webhooks.gateway(kept, **{sender.variable: webhooks.SECRET})) as http:
        sent = sender.sealed()
        codes = [(await http.post(sender.path, content=sent, headers=sender.signed(sent))).status_code for _ in range(2)]
    assert codes == [200, 200]
    assert len(kept.events) == 1


async def test_one_delivery_id_of_two_sources_is_two_events() -> None:
    kept = webhooks.Kept()
    async with webhooks.http(webhooks.gateway(kept, GITHUB_WEBHOOK_SECRET=webhooks.SECRET)) as http:
        for source in ("main", "acme-web"):
            signed = webhooks.GITHUB.signed(webhooks.GITHUB.body)
            await http.post(f"/webhooks/github/{source}", content=webhooks.GITHUB.body, headers=signed)
    assert [event.event_id for event in kept.events] == [
        "github.main.72d3162e-cc78-11e3-81ab-4c9367dc0958",
        "github.acme-web.72d3162e-cc78-11e3-81ab-4c9367dc0958",
    ]


async def test_the_payload_is_the_body_with_its_numbers() -> None:
    kept = webhooks.Kept()
    sender = webhooks.GENERIC
    async with webhooks.http(webhooks.gateway(kept, **{sender.variable: webhooks.SECRET})) as http:
        await http.post(sender.path, content=sender.body, headers=sender.signed(sender.body))
    amount = kept.events[0].payload["data"]["amount"]
    assert isinstance(amount, Decimal) and str(amount) == "1234.50"


async def test_a_sender_is_told_the_event_s_type_and_id() -> None:
    async with webhooks.http(webhooks.gateway(webhooks.Kept(), GITHUB_WEBHOOK_SECRET=webhooks.SECRET)) as http:
        answer = await http.post(
            "/webhooks/github/main", content=webhooks.GITHUB.body, headers=webhooks.GITHUB.signed(webhooks.GITHUB.body)
        )
    assert answer.json() == {
        "ok": True,
        "event_type": "github.pull_request.opened",
        "event_id": "github.main.72d3162e-cc78-11e3-81ab-4c9367dc0958",
        "duplicate": False,
    }


UNSET = [
    pytest.param(
        "/webhooks/github/main",
        "no secret is set for the source main: set GITHUB_WEBHOOK_SECRET where the gateway runs, or GITHUB_WEBHOOK_SECRET_MAIN for this source alone",
        id="github",
    ),
    pytest.param(
        "/webhooks/gitlab/acme-web",
        "no secret is set for the source acme-web: set GITLAB_SIGNING_TOKEN or GITLAB_WEBHOOK_SECRET where the gateway runs,"
        " or GITLAB_SIGNING_TOKEN_ACME_WEB for this source alone",
        id="gitlab",
    ),
    pytest.param(
        "/webhooks/generic/billing",
        "no secret is set for the source billing: set ORDINAUT_WEBHOOK_SECRET_BILLING where the gateway runs",
        id="generic",
    ),
]


@pytest.mark.parametrize(("path", "message"), UNSET)
async def test_a_source_without_a_secret_is_refused_by_the_name_of_the_variable(path: str, message: str) -> None:
    async with webhooks.http(webhooks.gateway(webhooks.Kept())) as http:
        answer = await http.post(path, content=b"{}")
    assert answer.status_code == 403
    assert answer.json() == {"ok": False, "error": {"type": "unconfigured", "message": message}}


WHERE = "the last part of the address names a source: small letters, digits and -, such as main; its last word cannot be previous, file or vault"


@pytest.mark.parametrize(
    ("path", "message"),
    [
        pytest.param("/webhooks/githb/main", "no kind of webhook has this name; did you mean 'github'?", id="misspelt kind"),
        pytest.param("/webhooks/github/MAIN", WHERE, id="large letters"),
        pytest.param("/webhooks/github/a_b", WHERE, id="underscore"),
        pytest.param("/webhooks/github/acme-previous", WHERE, id="previous"),
        pytest.param("/webhooks/github/file", WHERE, id="file"),
        pytest.param(f"/webhooks/github/{'a' * 61}", WHERE, id="too long"),
        pytest.param("/webhooks/github/%2e%2e", WHERE, id="points"),
    ],
)
async def test_an_address_that_names_nothing_is_refused(path: str, message: str) -> None:
    async with webhooks.http(webhooks.gateway(webhooks.Kept(), GITHUB_WEBHOOK_SECRET=webhooks.SECRET)) as http:
        answer = await http.post(path, content=b"{}")
    assert (answer.status_code, answer.json()["error"]["message"]) == (404, message)


@pytest.mark.parametrize(
    "failure",
    [
        pytest.param(delivery.NotDelivered("Temporal is away"), id="not delivered"),
        pytest.param(errors.ToolError(errors.UNREACHABLE, "Temporal is away"), id="another error of ours"),
    ],
)
async def test_an_event_that_nobody_took_is_asked_for_again(failure: Exception) -> None:
    kept = webhooks.Kept()
    kept.fails_with = failure
    async with webhooks.http(webhooks.gateway(kept, GITHUB_WEBHOOK_SECRET=webhooks.SECRET)) as http:
        answer = await http.post(
            "/webhooks/github/main", content=webhooks.GITHUB.body, headers=webhooks.GITHUB.signed(webhooks.GITHUB.body)
        )
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert answer.json()["error"] == {"type": "undelivered", "message": "the event could not be handed on; send it again, it is taken once"}


async def test_a_delivery_that_hangs_is_given_up_before_the_sender_does() -> None:
    kept = webhooks.Kept()
    kept.waits = asyncio.Event().wait
    async with webhooks.http(webhooks.gateway(kept, SLACK_SIGNING_SECRET=webhooks.SECRET)) as http:
        async with asyncio.timeout(3):
            answer = await http.post(
                "/webhooks/slack/main", content=webhooks.SLACK.body, headers=webhooks.SLACK.signed(webhooks.SLACK.body)
            )
    assert answer.status_code == 503


async def test_a_mistake_of_ours_is_told_without_what_was_sent(caplog: pytest.LogCaptureFixture) -> None:
    kept = webhooks.Kept()
    kept.fails_with = KeyError("acme/web")
    async with webhooks.http(webhooks.gateway(kept, GITHUB_WEBHOOK_SECRET=webhooks.SECRET)) as http:
        answer = await http.post(
            "/webhooks/github/main", content=webhooks.GITHUB.body, headers=webhooks.GITHUB.signed(webhooks.GITHUB.body)
        )
    assert (answer.status_code, answer.json()["error"]["message"]) == (500, "a mistake in Ordinaut; its log says where")
    assert "KeyError in webhooks.py" in caplog.text and "acme/web" not in caplog.text


BROKEN = [
    pytest.param(b"{", "the body is not JSON: line 1, column 2: Expecting property name enclosed in double quotes", id="cut off"),
    pytest.param(b"", "the body is not JSON: it is empty", id="empty"),
    pytest.param(b"[1]", "the body holds a list, expected a JSON object", id="list"),
    pytest.param(b'{"a": 1, "a": 2}', 'the body has the name "a" twice in one object', id="name twice"),
    pytest.param(b'{"a": NaN}', "the body is not JSON: it holds NaN", id="no number"),
    pytest.param(b'{"a": "\xff"}', "the body is not UTF-8 (byte 8)", id="no UTF-8"),
    pytest.param(b"[" * 500_000, "the body nests deeper than 64 lists and objects (MAX_DEPTH)", id="nested"),
    pytest.param(b'{"a": ' * 65 + b"1" + b"}" * 65, "the body nests deeper than 64 lists and objects (MAX_DEPTH)", id="nested a little"),
    pytest.param(b'{"a": 1' + b"0" * 400 + b"}", "the body holds a number of more than 400 digits (MAX_NUMBER_DIGITS)", id="long number"),
    pytest.param(b'{"a": 1e999999}', "the body holds a number of more than 400 digits (MAX_NUMBER_DIGITS)", id="large exponent"),
    pytest.param(
        b'{"a": "\\uD83D"}', "a text holds half of a surrogate pair (\\ud800 to \\udfff), which is no character", id="half of a character"
    ),
]


@pytest.mark.parametrize(("sent", "message"), BROKEN)
async def test_a_body_that_cannot_be_kept_is_refused_in_a_sentence(sent: bytes, message: str) -> None:
    kept = webhooks.Kept()
    async with webhooks.http(webhooks.gateway(kept, GITHUB_WEBHOOK_SECRET=webhooks.SECRET)) as http:
        answer = await http.post("/webhooks/github/main", content=sent, headers=webhooks.GITHUB.signed(sent))
    assert (answer.status_code, answer.json()["error"]) == (400, {"type": "malformed", "message": message})
    assert kept.events == []


async def test_a_pair_of_halves_is_a_character() -> None:
    kept = webhooks.Kept()
    sent = b'{"a": "\\ud83d\\ude00"}'
    async with webhooks.http(webhooks.gateway(kept, GITHUB_WEBHOOK_SECRET=webhooks.SECRET)) as http:
        answer = await http.post("/webhooks/github/main", content=sent, headers=webhooks.GITHUB.signed(sent))
    assert (answer.status_code, kept.events[0].payload) == (200, {"a": "😀"})


async def test_a_body_of_the_limit_is_taken_and_a_larger_one_is_not() -> None:
    kept = webhooks.Kept()
    answers = []
    async with webhooks.http(webhooks.gateway(kept, GITHUB_WEBHOOK_SECRET=webhooks.SECRET)) as http:
        for size in (body.MAX_BYTES, body.MAX_BYTES + 1):
            sent = b'{"a": "' + b"x" * (size - 9) + b'"}'
            answers.append(await http.post("/webhooks/github/main", content=sent, headers=webhooks.GITHUB.signed(sent)))
    assert [answer.status_code for answer in answers] == [200, 413]
    assert answers[1].json()["error"] == {"type": "too_large", "message": "the body is larger than 1,048,576 bytes"}
    assert len(kept.events) == 1


@pytest.mark.parametrize("sender", [webhooks.MAIB, webhooks.MAIB_MIA, webhooks.MAIB_CHECKOUT], ids=lambda sender: sender.kind)
async def test_a_callback_that_is_read_before_it_is_proved_is_small(sender: webhooks.Sender) -> None:
    sent = b'{"result": [' + b"1e399," * 15_000 + b'1], "signature": "x"}'
    async with webhooks.http(webhooks.gateway(webhooks.Kept(), MAIB_SIGNATURE_KEY=webhooks.SECRET)) as http:
        answer = await http.post(sender.path, content=sent, headers=sender.signed(sent))
    assert (answer.status_code, answer.json()["error"]["message"]) == (413, "a callback of maib has at most 65,536 bytes here")


async def test_a_compressed_body_is_refused() -> None:
    signed = {**webhooks.GITHUB.signed(webhooks.GITHUB.body), "Content-Encoding": "gzip"}
    async with webhooks.http(webhooks.gateway(webhooks.Kept(), GITHUB_WEBHOOK_SECRET=webhooks.SECRET)) as http:
        answer = await http.post("/webhooks/github/main", content=webhooks.GITHUB.body, headers=signed)
    assert (answer.status_code, answer.json()["error"]["message"]) == (
        415,
        "the body is compressed (Content-Encoding); send it as it is",
    )


async def test_a_header_that_stands_twice_is_refused() -> None:
    signed = [*webhooks.GITHUB.signed(webhooks.GITHUB.body).items(), ("X-Hub-Signature-256", "sha256=00")]
    async with webhooks.http(webhooks.gateway(webhooks.Kept(), GITHUB_WEBHOOK_SECRET=webhooks.SECRET)) as http:
        answer = await http.post("/webhooks/github/main", content=webhooks.GITHUB.body, headers=signed)
    assert (answer.status_code, answer.json()["error"]["message"]) == (400, "the header X-Hub-Signature-256 stands 2 times, expected once")
