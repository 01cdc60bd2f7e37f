"""Whether the page's sign-in works with a provider of OpenID Connect that is not ours, for `make bench`: npm's certified `oidc-provider`."""

from __future__ import annotations

import asyncio
import contextlib
import re
import subprocess
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import httpx
from temporalio import client as temporal_client

from starter import embedded, ports
from tests import page, webhooks
from tests.benchmarks import nodejs
from workflows import converter

PROVIDER: Final = "oidc-provider@9.13.2"
_SECRET: Final = "a-secret-of-the-provider-and-the-page"
_WHO: Final = "ana@company.com"
_SECONDS: Final = 30.0
_SCRIPT: Final = """
import Provider from 'oidc-provider';
const [port, redirect, secret] = process.argv.slice(2);
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [{ client_id: 'ordinaut', client_secret: secret, redirect_uris: [redirect] }],
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['roles'] },
  conformIdTokenClaims: false,
  pkce: { required: () => true },
  findAccount: (_, id) => ({
    accountId: id,
    claims: async () => ({ sub: id, email: id, email_verified: !id.startsWith('unverified'), roles: ['finance'] }),
  }),
});
provider.listen(Number(port), '127.0.0.1', () => console.log('ready'));
"""


async def run() -> list[str]:
    """The lines of this part.

    Raises:
        nodejs.Failed: somebody is not signed in who should be, or the other way round.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with _provider(folder) as issuer, embedded.EmbeddedServer(headless=True) as server:
            temporal = await temporal_client.Client.connect(server.address, data_converter=converter.DATA_CONVERTER)
            variables = {
                "ORDINAUT_POLICY": str(page.policy_file(folder)),
                "ORDINAUT_PAGE_URL": page.URL,
                "ORDINAUT_OIDC_ISSUER": issuer,
                "ORDINAUT_OIDC_CLIENT_ID": "ordinaut",
                "ORDINAUT_OIDC_CLIENT_SECRET": _SECRET,
            }
            application = page.app.made(webhooks.settings(**variables), temporal)
            seen = {who: await _seen(application, who) for who in (_WHO, "unverified@company.com")}
    if seen[_WHO] != (200, True) or seen["unverified@company.com"][1]:
        raise nodejs.Failed(f"sign-in with {PROVIDER}: {seen}")
    return [f"sign-in with {PROVIDER}: by code and PKCE; whoever's address the provider has not verified stays out"]


@contextlib.asynccontextmanager
async def _provider(folder: Path) -> AsyncIterator[str]:
    (port,) = ports.free(1)
    installed = await asyncio.to_thread(nodejs.installed, folder, PROVIDER)
    script = installed.parent.parent / "provider.mjs"
    script.write_text(_SCRIPT)
    log = folder / "provider.log"
    with log.open("wb") as file:
        command = [str(nodejs.program(folder)), str(script), str(port), f"{page.URL}/sign-in/oidc/callback", _SECRET]
        process = subprocess.Popen(command, stdout=file, stderr=file)
    try:
        async with asyncio.timeout(_SECONDS):
            while b"ready" not in log.read_bytes():
                if process.poll() is not None:
                    raise nodejs.Failed(f"{PROVIDER} does not run: {log.read_text()[-1_000:]}")
                await asyncio.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(_SECONDS)


async def _seen(application: page.ASGIApp, who: str) -> tuple[int, bool]:
    """The status of the inbox after a sign-in, and whether it knows the person."""
    transport = httpx.ASGITransport(application)
    async with httpx.AsyncClient(transport=transport, base_url=page.URL) as browser, httpx.AsyncClient() as elsewhere:
        begun = await browser.get("/sign-in/oidc")
        back = await _through(elsewhere, begun.headers["location"], who)
        await browser.get(back.removeprefix(page.URL))
        inbox = await browser.get("/")
        return inbox.status_code, who in inbox.text


async def _through(elsewhere: httpx.AsyncClient, address: str, who: str) -> str:
    """Goes through the provider's own forms, sign-in and consent; the address at the page that it leads back to."""
    for _ in range(12):
        if address.startswith(page.URL):
            return address
        answer = await elsewhere.get(address)
        if answer.has_redirect_location:
            address = str(answer.next_request.url) if answer.next_request else ""
            continue
        prompt = re.search(r'name="prompt" value="(\w+)"', answer.text)
        if prompt is None:
            raise nodejs.Failed(f"the provider shows no form: {answer.text[:500]}")
        sent = await elsewhere.post(address, data={"prompt": prompt[1], "login": who, "password": "any"})
        address = str(sent.next_request.url) if sent.next_request else ""
    raise nodejs.Failed("the provider does not lead back to the page")
