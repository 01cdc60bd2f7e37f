"""Sign-in by OpenID Connect against a provider that checks what it is sent, and that lies where a test says so."""

from __future__ import annotations

import logging
import urllib.parse
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from joserfc import jwk

from tests import oidc_server, page

SECRET = {
    "ORDINAUT_OIDC_CLIENT_ID": oidc_server.CLIENT_ID,
    "ORDINAUT_OIDC_CLIENT_SECRET": oidc_server.CLIENT_SECRET,
    "ORDINAUT_PAGE_URL": page.URL,
}


@pytest.fixture
def clock() -> page.Clock:
    return page.Clock()


@pytest.fixture
async def issuer(clock: page.Clock) -> AsyncIterator[oidc_server.Issuer]:
    async with oidc_server.running(clock) as found:
        yield found


@pytest.fixture
async def ana(issuer: oidc_server.Issuer, clock: page.Clock, tmp_path: Path) -> AsyncIterator[page.Browser]:
    """Ana's browser, at a page whose people sign in at the company; the company's addresses are reached over the network."""
    application = page.application(
        {**SECRET, "ORDINAUT_OIDC_ISSUER": issuer.url, "ORDINAUT_POLICY": str(page.policy_file(tmp_path))}, page.Nothing(), clock
    )
    async with page.browser(application) as browser:
        browser.http._mounts = {httpx._utils.URLPattern(f"all://{issuer.url.removeprefix('http://')}"): httpx.AsyncHTTPTransport()}
        yield browser


async def signed_in(ana: page.Browser, then: str = "/runs") -> page.Browser:
    """Ana clicks on the sign-in, and the company sends her back."""
    return await ana.open("/sign-in/oidc?" + urllib.parse.urlencode({"next": then}))


async def test_a_person_signs_in_and_arrives_where_she_wanted(ana: page.Browser, issuer: oidc_server.Issuer) -> None:
    await ana.open("/runs?status=failed")
    assert 'href="/sign-in/oidc?next=/runs%3Fstatus%3Dfailed"' in ana.text
    await signed_in(ana, "/runs?status=failed")
    assert (ana.status, str(ana.shown.url)) == (200, f"{page.URL}/runs?status=failed")  # type: ignore[union-attr]
    assert "ana@company.com" in ana.words
    (asked,) = issuer.asked
    assert (asked["scope"], asked["redirect_uri"]) == ("openid email profile", f"{page.URL}/sign-in/oidc/callback")
    assert len(asked["state"]) >= 43 and len(asked["nonce"]) >= 43 and asked["state"] != asked["nonce"]


async def test_a_provider_that_wants_the_secret_in_the_form_gets_it_there(ana: page.Browser, issuer: oidc_server.Issuer) -> None:
    issuer.post_only = True
    assert (await signed_in(ana)).status == 200


async def test_what_the_token_lacks_is_asked_of_userinfo(ana: page.Browser, issuer: oidc_server.Issuer) -> None:
    issuer.claims, issuer.userinfo = {}, {"sub": "u-1", "email": "olga@company.com", "roles": ["finance"]}
    assert "olga@company.com" in (await signed_in(ana)).words


async def test_userinfo_of_somebody_else_is_not_believed(ana: page.Browser, issuer: oidc_server.Issuer) -> None:
    issuer.claims, issuer.userinfo = {}, {"sub": "u-2", "email": "olga@company.com"}
    await signed_in(ana)
    assert (ana.status, "its answers are about two people; sign in again" in ana.words) == (403, True)


async def test_a_changed_key_is_asked_for_anew(ana: page.Browser, issuer: oidc_server.Issuer) -> None:
    assert (await signed_in(ana)).status == 200
    issuer.key = jwk.RSAKey.generate_key(2048, {"kid": "two"})
    ana.http.cookies.clear()
    assert (await signed_in(ana)).status == 200


OTHER = jwk.RSAKey.generate_key(2048, {"kid": "one"})
BY_SECRET = jwk.OctKey.import_key(oidc_server.CLIENT_SECRET * 4, {"kid": "one"})


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        pytest.param({"lies": {"claims": {"nonce": "another"}}}, "invalid_claim: nonce", id="another nonce"),
        pytest.param({"lies": {"claims": {"nonce": None}}}, "missing_claim: nonce", id="no nonce"),
        pytest.param({"lies": {"claims": {"aud": "another-app"}}}, "invalid_claim: aud", id="of another application"),
        pytest.param({"lies": {"claims": {"aud": ["ordinaut", "other"]}}}, "missing_claim: azp", id="of two applications, for nobody"),
        pytest.param({"lies": {"claims": {"azp": "other"}}}, "invalid_claim: azp", id="for another party"),
        pytest.param({"lies": {"claims": {"iss": "https://evil.example"}}}, "invalid_claim: iss", id="another issuer"),
        pytest.param({"lies": {"claims": {"exp": 1_795_456_800 - 61}}}, "expired_token: exp", id="expired"),
        pytest.param({"lies": {"claims": {"exp": None}}}, "missing_claim: exp", id="for ever"),
        pytest.param({"lies": {"claims": {"iat": 1_795_456_800 + 120}}}, "invalid_claim: iat", id="from the future"),
        pytest.param({"lies": {"claims": {"sub": None}}}, "missing_claim: sub", id="about nobody"),
        pytest.param({"signs_with": OTHER}, "bad_signature", id="another key"),
        pytest.param({"algorithm": "none"}, "unsupported_algorithm", id="unsigned"),
        pytest.param({"algorithm": "HS256", "signs_with": BY_SECRET}, "unsupported_algorithm", id="signed by the client's secret"),
    ],
)
async def test_an_id_token_that_is_not_right_in_everything_is_not_believed(
    ana: page.Browser, issuer: oidc_server.Issuer, caplog: pytest.LogCaptureFixture, changed: dict[str, Any], why: str
) -> None:
    for name, value in changed.items():
        setattr(issuer, name, value)
    await signed_in(ana)
    assert (ana.status, "its ID token cannot be believed; sign in again" in ana.words) == (403, True)
    assert f"a sign-in was refused: its ID token cannot be believed: {why}" in caplog.messages
    assert "Sign in" in (await ana.open("/runs")).words


@pytest.mark.parametrize(
    ("changed", "status", "message"),
    [
        pytest.param({"lies": {"iss of the answer": "https://evil.example"}}, 403, "the answer comes from another issuer; sign in again", id="another issuer"),
        pytest.param({"refuses": "access_denied"}, 403, "the company's sign-in let nobody in (access_denied); sign in again", id="refused"),
        pytest.param({"refuses": "<b>x</b>"}, 403, "the company's sign-in let nobody in (bxb); sign in again", id="refused in bad words"),
        pytest.param(
            {"lies": {"issuer": "https://evil.example"}},
            502,
            "ORDINAUT_OIDC_ISSUER is not what the provider calls itself; they must be the same",
            id="discovery of another issuer",
        ),
        pytest.param({"claims": {"email": "finance", "roles": []}}, 403, "'finance' is the name of a role, and no person can be called so", id="called as a role of the policy"),
        pytest.param({"claims": {"preferred_username": "director", "roles": ["hr"]}}, 403, "'director' is a user name that the policy does not have under people, and the sign-in gives no e-mail address", id="a name that might be a role"),
        pytest.param({"claims": {"roles": ["finance"]}}, 403, "its ID token names neither an e-mail address nor a user name; sign in again", id="no name"),
    ],
)  # fmt: skip
async def test_what_else_can_be_wrong_is_told(
    ana: page.Browser, issuer: oidc_server.Issuer, changed: dict[str, Any], status: int, message: str
) -> None:
    for name, value in changed.items():
        setattr(issuer, name, value)
    await signed_in(ana)
    assert (ana.status, message in ana.words) == (status, True), ana.words


async def _callback(ana: page.Browser, issuer: oidc_server.Issuer) -> str:
    """The address to which the company sends Ana back, which she does not open."""
    began = await ana.http.get(f"{page.URL}/sign-in/oidc")
    sent = await ana.http.get(began.headers["location"])
    return str(sent.headers["location"])


async def test_an_answer_counts_once(ana: page.Browser, issuer: oidc_server.Issuer) -> None:
    callback = await _callback(ana, issuer)
    cookies = dict(ana.http.cookies)
    assert (await ana.open(callback)).status == 200
    ana.http.cookies.clear()
    ana.http.cookies.update(cookies)
    await ana.open(callback)
    assert (ana.status, issuer.exchanges) == (403, 1)


@pytest.mark.parametrize("state", ["", "other"], ids=["none", "another"])
async def test_an_answer_with_another_state_is_refused(ana: page.Browser, issuer: oidc_server.Issuer, state: str) -> None:
    callback = await _callback(ana, issuer)
    parts = urllib.parse.urlsplit(callback)
    given = {**dict(urllib.parse.parse_qsl(parts.query)), "state": state}
    await ana.open(f"{parts.path}?{urllib.parse.urlencode(given)}")
    assert (ana.status, issuer.exchanges) == (403, 0)
    assert "the answer is not to a sign-in that this browser began; sign in again" in ana.words


async def test_an_answer_of_another_browser_signs_nobody_in(ana: page.Browser, issuer: oidc_server.Issuer) -> None:
    """Else somebody could sign others in as himself, and see what they write."""
    callback = await _callback(ana, issuer)
    ana.http.cookies.clear()
    assert (await ana.open(callback)).status == 403
    assert issuer.exchanges == 0


async def test_no_secret_and_no_token_is_logged(ana: page.Browser, issuer: oidc_server.Issuer, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        await signed_in(ana)
        ana.http.cookies.clear()
        issuer.lies = {"claims": {"nonce": "another"}}
        await signed_in(ana)
    ours = [record.getMessage() for record in caplog.records if record.name.startswith(("ordinaut", "starter"))]
    assert len(ours) == 3
    assert ours[0] == 'page {"what": "sign-in", "from": "127.0.0.1", "who": "ana@company.com", "method": "oidc", "roles": ["finance"]}'
    assert not any(oidc_server.CLIENT_SECRET in line or "eyJ" in line for line in ours)


async def test_a_provider_that_is_away_is_told(clock: page.Clock, tmp_path: Path) -> None:
    application = page.application({**SECRET, "ORDINAUT_OIDC_ISSUER": "http://127.0.0.1:9"}, page.Nothing(), clock)
    async with page.browser(application) as browser:
        await browser.open("/sign-in/oidc")
        assert (browser.status, "the company's sign-in does not answer; try again in a moment" in browser.words) == (502, True)
