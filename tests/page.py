"""The approvals page for tests: settings of each way to sign in, a browser without JavaScript, a bank whose payments ask people."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import html
import json
import re
import urllib.parse
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
from cryptography.hazmat.primitives.asymmetric import ed25519
from starlette.types import ASGIApp
from temporalio import client

from activities import settings as settings_module
from starter.approvals import signing
from starter.gateway import app as gateway
from starter.page import app
from tests import plans, webhooks
from workflows.core import model

URL = "http://127.0.0.1:8486"
KEY_BYTES = bytes(range(32))
KEY = ed25519.Ed25519PrivateKey.from_private_bytes(KEY_BYTES)
TOKENS = {"ana@company.com": "ana-token-5f2c", "ion@company.com": "ion-token-77ab", "vera@company.com": "vera-token-0d1e"}
POLICY = {
    "people": {"ana@company.com": ["finance"], "ion@company.com": {"roles": ["finance"], "name": "Ion Rusu"}, "vera@company.com": ["hr"]},
    "may": {"approve": ["finance"]},
    "gateway_keys": [signing.public_key(KEY)],
}

BANK = model.Tool(
    "maib.banking",
    "rest",
    "maib",
    {
        "actions": {
            "bulk_payments": {
                "effect": "unsafe",
                "approval": {"approvers": ["finance"], "exclude": ["starter"], "quorum": 1},
            }
        }
    },
    "0123456789ab",
    Decimal(30),
    actions={"bulk_payments": model.UNSAFE},
)
TOOLS = {**plans.TOOLS, BANK.address: BANK}
PAYMENTS = [
    {"creditor_name": "Nistru Foods SA", "creditor_iban": "MD24AG000000022951234567", "amount": Decimal("12450.00"), "currency": "MDL", "reference": "INV-2026-118"},
    {"creditor_name": "Orhei Transport SRL", "creditor_iban": "MD75EX0000002251909910MD", "amount": Decimal("3200.50"), "currency": "MDL", "reference": "INV-2026-121"},
    {"creditor_name": "Codru IT SRL", "creditor_iban": "MD21AG000225100014004551", "amount": Decimal("980.00"), "currency": "EUR", "reference": "INV-2026-124"},
]  # fmt: skip
ARGUMENTS = {
    "action": "bulk_payments",
    "account_number": "MD24AG000225100013104168",
    "execution": {"date": "2026-11-24", "urgent": False, "batch": "2026-11-23-A"},
    "payments": PAYMENTS,
}


def plan(title: str = "Pay 3 invoices of suppliers, 15,650.50 MDL and 980.00 EUR", payload: Any = None, **ask: Any) -> dict[str, Any]:
    """A pipeline that reads invoices, asks, and pays."""
    steps = [
        plans.call("read_invoices", "read", with_={"month": "2026-11"}),
        {
            "id": "confirm",
            "uses": "system.approval",
            "with": {
                "title": title,
                "details": "Invoices of the week, checked against the orders by the reconciliation of 23 November.",
                "payload": payload if payload is not None else ARGUMENTS,
                "approvers": ["finance"],
                "exclude": ["starter"],
                "timeout": "2d",
                **ask,
            },
            "save_as": "decision",
        },
        plans.call("pay", "bulk_payments", BANK.address, with_={key: member for key, member in ARGUMENTS.items() if key != "action"}),
    ]
    return plans.plan_of(steps, {}, name="vendor-payments", tools=TOOLS)


def policy_file(folder: Path, **changed: Any) -> Path:
    """The policy, in a file."""
    file = folder / "policy.json"
    file.write_text(json.dumps({**POLICY, **changed}))
    return file


def tokens_file(folder: Path, **roles: list[str]) -> Path:
    """The people who have tokens, in a file."""
    file = folder / "tokens.json"
    people = [
        {"who": who, "roles": roles.get(who.partition("@")[0], []), "sha256": hashlib.sha256(token.encode()).hexdigest()}
        for who, token in TOKENS.items()
    ]
    file.write_text(json.dumps({"people": people}))
    return file


def variables(folder: Path, **more: str) -> dict[str, str]:
    """The gateway's, with tokens, policy and key."""
    return {
        "ORDINAUT_POLICY": str(policy_file(folder)),
        "ORDINAUT_PAGE_TOKENS_FILE": str(tokens_file(folder)),
        "ORDINAUT_GATEWAY_KEY": base64.b64encode(KEY_BYTES).decode(),
        **more,
    }


@dataclass
class Clock:
    """A clock that a test turns."""

    seconds: float = 1_795_456_800.0

    def __call__(self) -> float:
        return self.seconds


def application(settings: Mapping[str, str], temporal: Any = None, clock: Any = None) -> ASGIApp:
    """The gateway with the page."""
    own = settings_module.Settings.from_mapping(settings)
    given = {"clock": clock} if clock else {}
    return gateway.made(own, webhooks.Kept(), page=app.made(own, temporal, **given))


class Nothing:
    """A Temporal in which nothing runs and nothing waits."""

    namespace = "default"

    async def list_workflows(self, query: str, limit: int = 0) -> AsyncIterator[Any]:
        """No runs."""
        for none in ():
            yield none


@dataclass
class Browser:
    """A browser that runs no scripts: it keeps cookies, reads pages, and sends their forms."""

    http: httpx.AsyncClient
    url: str = URL
    shown: httpx.Response | None = None
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The page as it came."""
        assert self.shown is not None
        return self.shown.text

    @property
    def words(self) -> str:
        """What can be read."""
        without = re.sub(r"<(head|script|style).*?</\1>", " ", self.text, flags=re.DOTALL)
        return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", without)).split())

    @property
    def status(self) -> int:
        assert self.shown is not None
        return self.shown.status_code

    async def open(self, path: str) -> Browser:
        """Goes to a page, and where it leads."""
        self.shown = await self.http.get(urllib.parse.urljoin(self.url, path), headers=self.headers, follow_redirects=True)
        return self

    def hidden(self, name: str) -> str:
        """A hidden field of the page."""
        found = re.search(rf'<input type="hidden" name="{name}" value="([^"]*)">', self.text)
        assert found is not None, self.text
        return html.unescape(found[1])

    async def send(self, path: str, headers: Mapping[str, str] | None = None, **fields: str) -> Browser:
        """Sends a form of the page that is shown."""
        fields.setdefault("csrf", self.hidden("csrf") if 'name="csrf"' in self.text else "")
        sent = {"Origin": self.url, "Sec-Fetch-Site": "same-origin", **self.headers, **(headers or {})}
        self.shown = await self.http.post(urllib.parse.urljoin(self.url, path), data=fields, headers=sent, follow_redirects=True)
        return self

    async def sign_in(self, who: str = "ana@company.com") -> Browser:
        """Signs in by the person's token."""
        await self.open("/sign-in")
        return await self.send("/sign-in", token=TOKENS[who], next="/")


@contextlib.asynccontextmanager
async def browser(app_: ASGIApp, url: str = URL) -> AsyncIterator[Browser]:
    """A browser of the application."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app_)) as http:
        yield Browser(http, url)


async def waits(handle: client.WorkflowHandle[Any, Any]) -> dict[str, Any]:
    """The approval that a run waits for."""
    async with asyncio.timeout(30):
        while not (waiting := await handle.query("approvals")):
            await asyncio.sleep(0.02)
    return dict(waiting[0])
