"""Senders of webhooks for tests and the benchmark: they sign as their vendors' pages say, by hand and not by the product's code."""

from __future__ import annotations

import base64
import datetime
import hashlib
import hmac
import json
import lzma
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from starlette.types import ASGIApp

from activities import settings as settings_module
from starter.gateway import app, delivery

NOW = 1_795_000_000.0  # seconds since 1970
SECRET = "c2VjcmV0IG9uZSwgdGhlIG5ld2VyIG9mIHR3bw=="
PREVIOUS = "c2VjcmV0IHR3bywgdGhlIGZvcm1lciBvbmU="
WRONG = "c29tZWJvZHkgZWxzZSdzIHNlY3JldCwgbm90IG91cnM="


class Kept:
    """Takes events as the router will: each id once, and it can be told to fail."""

    def __init__(self) -> None:
        self.events: list[delivery.Incoming] = []
        self.fails_with: Exception | None = None
        self.waits: Callable[[], Any] | None = None
        self._ids: set[str] = set()

    async def deliver(self, event: delivery.Incoming) -> delivery.Receipt:
        """See `delivery.Delivery`."""
        if self.waits is not None:
            await self.waits()
        if self.fails_with is not None:
            raise self.fails_with
        duplicate = event.event_id in self._ids
        if not duplicate:
            self._ids.add(event.event_id)
            self.events.append(event)
        return delivery.Receipt(event.event_id, duplicate)

    async def is_reached(self) -> bool:
        """See `delivery.Delivery`."""
        return self.fails_with is None


@dataclass(frozen=True)
class Sender:
    """A kind of sender: where it posts, which variable holds its secret, how it signs, and a body of its own."""

    kind: str
    variable: str
    sign: Callable[[bytes, float, str], Mapping[str, str]]  # of the body, the time and the secret
    body: bytes
    event_type: str
    headers: Mapping[str, str] = field(default_factory=dict)
    signs_time: bool = True
    seals: Callable[[bytes, str], bytes] | None = None  # where the signature stands in the body

    @property
    def path(self) -> str:
        """`/webhooks/github/main`."""
        return f"/webhooks/{self.kind}/main"

    @property
    def previous(self) -> str:
        """The variable of the former secret."""
        return f"{self.variable}_PREVIOUS"

    def sealed(self, secret: str = SECRET) -> bytes:
        """The body as it is sent."""
        return self.seals(self.body, secret) if self.seals else self.body

    def signed(self, body: bytes, now: float = NOW, secret: str = SECRET) -> dict[str, str]:
        """The headers of a request."""
        return {**self.headers, **self.sign(body, now, secret)}


def _hmac(key: bytes, message: bytes) -> bytes:
    return hmac.new(key, message, hashlib.sha256).digest()


def github(body: bytes, now: float, secret: str) -> dict[str, str]:
    return {"X-Hub-Signature-256": "sha256=" + _hmac(secret.encode(), body).hex()}


def slack(body: bytes, now: float, secret: str) -> dict[str, str]:
    mark = str(int(now))
    return {"X-Slack-Request-Timestamp": mark, "X-Slack-Signature": "v0=" + _hmac(secret.encode(), f"v0:{mark}:".encode() + body).hex()}


def msteams(body: bytes, now: float, secret: str) -> dict[str, str]:
    return {"Authorization": "HMAC " + base64.b64encode(_hmac(base64.b64decode(secret), body)).decode()}


def standard(body: bytes, now: float, secret: str) -> dict[str, str]:
    mark = str(int(now))
    made = base64.b64encode(_hmac(base64.b64decode(secret.removeprefix("whsec_")), f"msg_1.{mark}.".encode() + body)).decode()
    return {"webhook-id": "msg_1", "webhook-timestamp": mark, "webhook-signature": f"v1,{made}"}


def gitlab_token(body: bytes, now: float, secret: str) -> dict[str, str]:
    return {"X-Gitlab-Token": secret}


def maib_body(body: bytes, secret: str) -> bytes:
    """e-commerce and MIA alike, for a result of plain texts."""
    result = json.loads(body)["result"]
    values = [result[name] for name in sorted(result)]
    signature = base64.b64encode(hashlib.sha256(":".join([*values, secret]).encode()).digest()).decode()
    return json.dumps({"result": result, "signature": signature}).encode()


def maib_checkout(body: bytes, now: float, secret: str) -> dict[str, str]:
    mark = str(int(now * 1_000))
    made = base64.b64encode(_hmac(secret.encode(), body + b"." + mark.encode())).decode()
    return {"X-Signature": f"sha256={made}", "X-Signature-Timestamp": mark}


def nothing(body: bytes, now: float, secret: str) -> dict[str, str]:
    return {}


GITHUB = Sender(
    "github",
    "GITHUB_WEBHOOK_SECRET",
    github,
    b'{"action": "opened", "number": 7, "repository": {"full_name": "acme/web"}}',
    "github.pull_request.opened",
    {"X-GitHub-Event": "pull_request", "X-GitHub-Delivery": "72d3162e-cc78-11e3-81ab-4c9367dc0958", "Content-Type": "application/json"},
    signs_time=False,
)
GITLAB_BODY = (
    b'{"object_kind": "merge_request", "project": {"id": 15, "path_with_namespace": "acme/web"},'
    b' "object_attributes": {"iid": 3, "action": "open", "source_branch": "fix", "target_branch": "main"}}'
)
GITLAB_TOKEN = Sender(
    "gitlab",
    "GITLAB_WEBHOOK_SECRET",
    gitlab_token,
    GITLAB_BODY,
    "gitlab.merge_request.opened",
    {"X-Gitlab-Event": "Merge Request Hook", "Idempotency-Key": "f5e5f430-f57b-4e6e-9fac-d9128cd7232f"},
    signs_time=False,
)
GITLAB_SIGNING = Sender("gitlab", "GITLAB_SIGNING_TOKEN", standard, GITLAB_BODY, "gitlab.merge_request.opened")
SLACK = Sender(
    "slack",
    "SLACK_SIGNING_SECRET",
    slack,
    b'{"type": "event_callback", "event_id": "Ev08MFMKH6", "event": {"type": "message", "text": "hello", "channel": "C1"}}',
    "slack.message",
    {"Content-Type": "application/json"},
)
MSTEAMS = Sender(
    "msteams",
    "TEAMS_WEBHOOK_SECRET",
    msteams,
    b'{"type": "message", "id": "1485983408511", "text": "<at>ordinaut</at> deploy", "from": {"name": "Ana"}}',
    "msteams.message",
    signs_time=False,
)
MAIB = Sender(
    "maib",
    "MAIB_SIGNATURE_KEY",
    nothing,
    b'{"result": {"payId": "f16a9006", "orderId": "123", "status": "OK"}}',
    "maib.ecommerce.ok",
    signs_time=False,
    seals=maib_body,
)
MAIB_MIA = Sender(
    "maib-mia",
    "MAIB_SIGNATURE_KEY",
    nothing,
    b'{"result": {"payId": "f16a9006", "qrId": "9", "qrStatus": "Paid"}}',
    "maib.mia.paid",
    signs_time=False,
    seals=maib_body,
)
MAIB_CHECKOUT = Sender(
    "maib-checkout",
    "MAIB_SIGNATURE_KEY",
    maib_checkout,
    b'{"checkoutId": "5a4d27a4", "paymentStatus": "Executed", "paymentAmount": 1234.50}',
    "maib.checkout.executed",
)
GENERIC = Sender(
    "generic",
    "ORDINAUT_WEBHOOK_SECRET_MAIN",
    standard,
    b'{"type": "invoice.paid", "timestamp": "2026-11-23T10:00:00Z", "data": {"id": "in_1", "amount": 1234.50}}',
    "generic.main.invoice.paid",
)
SENDERS = (GITHUB, GITLAB_TOKEN, GITLAB_SIGNING, SLACK, MSTEAMS, MAIB, MAIB_MIA, MAIB_CHECKOUT, GENERIC)


def settings(**variables: str) -> settings_module.Settings:
    """Settings of these variables alone."""
    return settings_module.Settings.from_mapping(variables)


def gateway(kept: delivery.Delivery, **variables: str) -> ASGIApp:
    """The gateway with these variables, at NOW."""
    return app.made(settings(**variables), kept, clock=lambda: NOW)


def http(application: ASGIApp) -> httpx.AsyncClient:
    """A client of an application in this process; a mistake of the application is its answer, not an exception."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(application, raise_app_exceptions=False), base_url="http://gateway")


def moment() -> datetime.datetime:
    """NOW as the events carry it."""
    return datetime.datetime.fromtimestamp(NOW, datetime.UTC)


def github_examples() -> list[tuple[str, dict[str, Any]]]:
    """Every payload of @octokit/webhooks-examples with the name of its event; see tests/data/octokit-webhooks-examples."""
    file = Path(__file__).parent / "data" / "octokit-webhooks-examples" / "index.json.xz"
    return [(group["name"], example) for group in json.loads(lzma.decompress(file.read_bytes())) for example in group["examples"]]
