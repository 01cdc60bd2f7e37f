"""The signatures against the samples that vendors publish, and what only some of them have."""

from __future__ import annotations

import pytest

from activities import secrets
from starter.gateway import headers, refusals
from starter.gateway.signatures import comparing, github, gitlab, msteams, slack, standard_webhooks
from tests import webhooks

SLACK_BODY = (
    b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA"
    b"&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554"
    b"%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
)


def sent(given: dict[str, str]) -> headers.Headers:
    return headers.Headers([(name.encode("latin-1"), value.encode("latin-1")) for name, value in given.items()])


def test_github_s_published_sample() -> None:
    """https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries#testing-the-webhook-payload-validation"""
    key = secrets.Secret("It's a Secret to Everybody")
    given = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    github.check(b"Hello, World!", sent({"X-Hub-Signature-256": given}), {github.NAME: [key]}, webhooks.NOW)


def test_slack_s_published_sample() -> None:
    """https://docs.slack.dev/authentication/verifying-requests-from-slack"""
    key = secrets.Secret("8f742231b10e8888abcd99yyyzzz85a5")
    given = {
        "X-Slack-Request-Timestamp": "1531420618",
        "X-Slack-Signature": "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
    }
    slack.check(SLACK_BODY, sent(given), {slack.NAME: [key]}, 1_531_420_618.0)


STANDARD = {
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": "1614265330",
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
}
STANDARD_KEY = secrets.Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
STANDARD_BODY = b'{"test": 2432232314}'
STANDARD_NOW = 1_614_265_330.0


@pytest.mark.parametrize(
    "signatures",
    [
        pytest.param(STANDARD["webhook-signature"], id="the published sample"),
        pytest.param(f"v1,AAAA {STANDARD['webhook-signature']}", id="the second of two"),
        pytest.param(f"v1a,AAAA {STANDARD['webhook-signature']}", id="another version beside it"),
    ],
)
def test_standard_webhooks(signatures: str) -> None:
    """The sample of Svix's libraries, which began the standard."""
    given = sent({**STANDARD, "webhook-signature": signatures})
    standard_webhooks.check(STANDARD_BODY, given, {standard_webhooks.NAME: [STANDARD_KEY]}, STANDARD_NOW)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param({"webhook-signature": ""}, "the header webhook-signature is missing", id="no signature"),
        pytest.param({"webhook-id": ""}, "the header webhook-id is missing", id="no id"),
        pytest.param(
            {"webhook-id": "msg_2"}, "what webhook-signature holds does not fit this body and ORDINAUT_WEBHOOK_SECRET", id="other id"
        ),
        pytest.param(
            {"webhook-timestamp": ""}, "the header webhook-timestamp is missing or holds no time in seconds since 1970", id="no time"
        ),
        pytest.param(
            {"webhook-timestamp": "１６"},
            "the header webhook-timestamp is missing or holds no time in seconds since 1970",
            id="other digits",
        ),
        pytest.param({"webhook-timestamp": "1614265029"}, "the time in webhook-timestamp is 301 s old; at most 300 s are taken", id="old"),
        pytest.param(
            {"webhook-timestamp": "1614265631"}, "the time in webhook-timestamp is 301 s ahead; at most 300 s are taken", id="ahead"
        ),
        pytest.param(
            {"webhook-signature": "v1,é"}, "what webhook-signature holds does not fit this body and ORDINAUT_WEBHOOK_SECRET", id="no ASCII"
        ),
        pytest.param({"webhook-signature": "v1,A " * 17}, "webhook-signature holds more than 16 signatures", id="many"),
    ],
)
def test_what_standard_webhooks_refuses(change: dict[str, str], message: str) -> None:
    given = headers.Headers([(name.encode(), value.encode()) for name, value in {**STANDARD, **change}.items()])
    with pytest.raises(refusals.Refused) as caught:
        standard_webhooks.check(STANDARD_BODY, given, {standard_webhooks.NAME: [STANDARD_KEY]}, STANDARD_NOW)
    assert (caught.value.status, caught.value.message) == (401, message)


def test_gitlab_s_token_is_no_way_round_its_signing_token() -> None:
    keys = {gitlab.SIGNING_NAME: [STANDARD_KEY], gitlab.TOKEN_NAME: [secrets.Secret("token")]}
    gitlab.check(STANDARD_BODY, sent(STANDARD), keys, STANDARD_NOW)
    with pytest.raises(refusals.Refused) as caught:
        gitlab.check(STANDARD_BODY, sent({"X-Gitlab-Token": "token"}), keys, STANDARD_NOW)
    assert caught.value.message == "the header webhook-signature is missing"


def test_a_gitlab_token_may_hold_any_characters() -> None:
    given = headers.Headers([(b"x-gitlab-token", "cheiță".encode())])
    gitlab.check(b"{}", given, {gitlab.TOKEN_NAME: [secrets.Secret("cheiță")]}, webhooks.NOW)


def test_github_s_old_signature_alone_is_refused() -> None:
    with pytest.raises(refusals.Refused) as caught:
        github.check(b"{}", sent({"X-Hub-Signature": "sha1=00"}), {github.NAME: [secrets.Secret("k")]}, webhooks.NOW)
    assert caught.value.message == "the header X-Hub-Signature-256 is missing; set a secret for the webhook in GitHub"


@pytest.mark.parametrize("secret", ["not base64!", "whsec_", "é"], ids=["other signs", "nothing", "no ASCII"])
def test_a_secret_that_is_no_base64_is_named_and_not_shown(secret: str) -> None:
    with pytest.raises(refusals.Refused) as caught:
        msteams.check(b"{}", sent({"Authorization": "HMAC AAAA"}), {msteams.NAME: [secrets.Secret(secret)]}, webhooks.NOW)
    assert caught.value.status == 403
    assert caught.value.message == "TEAMS_WEBHOOK_SECRET is not base64, as its vendor gives it; set it anew where the gateway runs"


def test_every_secret_is_tried_also_after_one_that_fits() -> None:
    tried = []
    keys = [secrets.Secret("a"), secrets.Secret("b")]

    def expected(key: secrets.Secret) -> str:
        tried.append(key)
        return key.reveal()

    assert comparing.any_fits(["a"], keys, expected)
    assert tried == keys
