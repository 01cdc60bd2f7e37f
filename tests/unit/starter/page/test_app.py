"""The page as an application: who is let in, what forms have to prove, what every answer carries."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from activities import settings as settings_module
from starter.page import app, security
from tests import page
from workflows.core import errors

TRUST = {"ORDINAUT_TRUST_LOCAL_APPROVERS": "1"}
HTTPS = "https://approvals.company.com"


@pytest.fixture
def clock() -> page.Clock:
    return page.Clock()


@pytest.fixture
async def ana(tmp_path: Path, clock: page.Clock) -> AsyncIterator[page.Browser]:
    async with page.browser(page.application(page.variables(tmp_path), page.Nothing(), clock)) as browser:
        yield browser


def location(browser: page.Browser) -> str:
    assert browser.shown is not None
    return str(browser.shown.url)


@pytest.mark.parametrize("path", ["/", "/runs", "/runs/pay-1", "/approvals/pay-1/pay", "/approvals/pay-1/pay/payload.json", "/schedules"])
async def test_nobody_sees_anything_before_signing_in(ana: page.Browser, path: str) -> None:
    await ana.open(path)
    assert location(ana).startswith(f"{page.URL}/sign-in") and "Your token" in ana.words
    answer = await ana.http.post(f"{page.URL}{path}", data={"csrf": ana.hidden("csrf")}, headers={"Origin": page.URL})
    assert answer.status_code in (401, 405)


async def test_after_signing_in_one_is_where_one_wanted_to_be(ana: page.Browser) -> None:
    await ana.open("/runs?status=failed&pipeline=x")
    await ana.send("/sign-in", token=f" {page.TOKENS['ana@company.com']} ", next=ana.hidden("next"))
    assert location(ana) == f"{page.URL}/runs?status=failed&pipeline=x"
    await ana.open("/sign-in")
    assert location(ana) == f"{page.URL}/"


async def test_nobody_is_sent_elsewhere(ana: page.Browser) -> None:
    await ana.open("/sign-in?next=https://evil.example/")
    assert ana.hidden("next") == "/"
    await ana.send("/sign-in", token=page.TOKENS["ana@company.com"], next="//evil.example")
    assert location(ana) == f"{page.URL}/"


async def test_signing_in_changes_the_id_and_signing_out_ends_it(ana: page.Browser) -> None:
    await ana.open("/sign-in")
    planted = ana.http.cookies["ordinaut"]
    await ana.send("/sign-in", token=page.TOKENS["ana@company.com"])
    identity = ana.http.cookies["ordinaut"]
    assert identity != planted
    await ana.send("/sign-out")
    assert "Your token" in ana.words
    for known in (planted, identity):
        ana.http.cookies.clear()
        ana.http.cookies.set("ordinaut", known)
        assert "Your token" in (await ana.open("/runs")).words


@pytest.mark.parametrize(
    ("url", "cookie", "flags"),
    [
        pytest.param(page.URL, "ordinaut", {"HttpOnly", "Path=/", "SameSite=lax"}, id="this machine"),
        pytest.param(HTTPS, "__Host-ordinaut", {"HttpOnly", "Path=/", "SameSite=lax", "Secure"}, id="https"),
    ],
)
async def test_the_cookie_is_for_this_host_and_no_script(tmp_path: Path, url: str, cookie: str, flags: set[str]) -> None:
    application = page.application(page.variables(tmp_path, ORDINAUT_PAGE_URL=url), page.Nothing())
    async with page.browser(application, url) as browser:
        await browser.open("/sign-in")
        name, *given = browser.shown.headers["set-cookie"].split("; ")  # type: ignore[union-attr]
        assert (name.partition("=")[0], set(given)) == (cookie, flags)
        await browser.send("/sign-in", token=page.TOKENS["ana@company.com"])
        assert "Nothing waits for you." in browser.words


@pytest.mark.parametrize("value", ["guessed", "", "x" * 43, "é", '"', "a" * 5_000])
async def test_a_forged_cookie_is_nobody(ana: page.Browser, value: str) -> None:
    answer = await ana.http.get(f"{page.URL}/runs", headers={"Cookie": f"ordinaut={value}".encode()})
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=%2Fruns")


OTHER_SESSION = "the form is of another session; nothing was done. Load the page anew and try again"
NOT_OURS = "the form does not come from this page; nothing was done. Open the page and try again"


@pytest.mark.parametrize(
    ("fields", "headers", "message"),
    [
        pytest.param({"csrf": ""}, {}, OTHER_SESSION, id="no csrf token"),
        pytest.param({"csrf": "x" * 43}, {}, OTHER_SESSION, id="another"),
        pytest.param({"csrf": "é\ud7ff"}, {}, OTHER_SESSION, id="no ascii"),
        pytest.param({}, {"Origin": "https://evil.example"}, NOT_OURS, id="another origin"),
        pytest.param({}, {"Origin": "null"}, NOT_OURS, id="a hidden origin"),
        pytest.param({}, {"Origin": ""}, NOT_OURS, id="no origin"),
        pytest.param({}, {"Origin": "http://127.0.0.1:8487"}, NOT_OURS, id="another port"),
        pytest.param({}, {"Sec-Fetch-Site": "same-site"}, NOT_OURS, id="a neighbour"),
    ],
)
@pytest.mark.parametrize("path", ["/approvals/pay-1/pay", "/sign-out"])
async def test_a_form_from_elsewhere_does_nothing(
    ana: page.Browser, path: str, fields: dict[str, str], headers: dict[str, str], message: str
) -> None:
    await ana.sign_in()
    await ana.send(path, headers, verb="approve", digest="ab" * 32, **fields)
    assert (ana.status, message in ana.words) == (403, True), ana.words
    assert "ana@company.com" in (await ana.open("/runs")).words


async def test_the_csrf_token_of_somebody_else_does_nothing(ana: page.Browser, tmp_path: Path) -> None:
    await ana.sign_in()
    other = ana.hidden("csrf")
    ana.http.cookies.clear()
    await ana.sign_in("ion@company.com")
    await ana.send("/sign-out", csrf=other)
    assert (ana.status, OTHER_SESSION in ana.words) == (403, True)


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        pytest.param(b"{}", "application/json", 415, id="JSON"),
        pytest.param(b"a=1", "text/plain", 415, id="text"),
        pytest.param(b"a=1&a=2", "application/x-www-form-urlencoded", 400, id="twice"),
        pytest.param(b"a=%ff", "application/x-www-form-urlencoded", 400, id="no UTF-8"),
        pytest.param(b"a=" + b"x" * 70_000, "application/x-www-form-urlencoded", 413, id="large"),
        pytest.param(b"a=" + b"x" * 2_000_000, "application/x-www-form-urlencoded", 413, id="huge"),
    ],
)
@pytest.mark.parametrize("path", ["/sign-in", "/approvals/pay-1/pay"])
async def test_what_is_no_form_of_ours_is_refused(ana: page.Browser, path: str, content: bytes, kind: str, status: int) -> None:
    await ana.sign_in()
    answer = await ana.http.post(f"{page.URL}{path}", content=content, headers={"Content-Type": kind, "Origin": page.URL})
    assert answer.status_code == status


async def test_wrong_tokens_are_refused_counted_and_never_logged(
    ana: page.Browser, clock: page.Clock, caplog: pytest.LogCaptureFixture
) -> None:
    await ana.open("/sign-in")
    for _ in range(20):
        await ana.send("/sign-in", token="wrong-5f2c")
        assert (ana.status, "Nobody has this token." in ana.words) == (403, True)
    csrf = ana.hidden("csrf")
    await ana.send("/sign-in", token=page.TOKENS["ana@company.com"])
    assert (ana.status, "Too many wrong tokens; try again in 60 s." in ana.words) == (429, True)
    assert ana.shown.headers["retry-after"] == "60"  # type: ignore[union-attr]
    clock.seconds += 60
    await ana.send("/sign-in", token=page.TOKENS["ana@company.com"], csrf=csrf)
    assert ana.status == 200
    lines = [record.getMessage() for record in caplog.records if record.name == "ordinaut.page"]
    assert lines[0] == 'page {"what": "sign-in refused", "from": "127.0.0.1", "method": "token"}'
    assert len(lines) == 21 and not any("wrong-5f2c" in line or "ana-token" in line for line in lines)


async def test_who_has_left_the_file_is_out_at_once(ana: page.Browser, tmp_path: Path) -> None:
    await ana.sign_in()
    kept = json.loads((tmp_path / "tokens.json").read_text())["people"][1:]
    (tmp_path / "tokens.json").write_text(json.dumps({"people": kept}))
    assert "Your token" in (await ana.open("/runs")).words


@pytest.mark.parametrize(
    ("may", "who", "roles", "sees"),
    [
        pytest.param({"see": ["finance"]}, "ana@company.com", {}, True, id="by the role of the policy"),
        pytest.param({"see": ["finance"]}, "vera@company.com", {}, False, id="another role"),
        pytest.param({"see": ["finance"]}, "vera@company.com", {"vera": ["finance"]}, True, id="by a role that the sign-in vouches for"),
        pytest.param({"see": ["vera@company.com"]}, "vera@company.com", {}, True, id="by name"),
        pytest.param({"see": ["vera@company.com"]}, "ana@company.com", {}, False, id="another name"),
        pytest.param({}, "vera@company.com", {}, True, id="nobody is named"),
    ],
)
async def test_who_may_not_see_sees_nothing(
    tmp_path: Path, may: dict[str, list[str]], who: str, roles: dict[str, list[str]], sees: bool
) -> None:
    variables = page.variables(tmp_path)
    page.policy_file(tmp_path, may=may)
    page.tokens_file(tmp_path, **roles)
    async with page.browser(page.application(variables, page.Nothing())) as browser:
        await browser.sign_in(who)
        assert browser.status == (200 if sees else 403)
        if not sees:
            expected = f"'{who}' may not see what runs here; the policy lets {', '.join(may['see'])} (may.see)"
            for path in ("/", "/runs", "/runs/pay-1", "/approvals/pay-1/pay", "/schedules"):
                assert ((await browser.open(path)).status, expected in browser.words) == (403, True)


async def test_whom_the_policy_does_not_know_sees_nothing(tmp_path: Path) -> None:
    variables = page.variables(tmp_path)
    page.policy_file(tmp_path, people={"ana@company.com": ["finance"]})
    async with page.browser(page.application(variables, page.Nothing())) as browser:
        await browser.sign_in("vera@company.com")
        assert (browser.status, "'vera@company.com' may not see what runs here: the policy does not know you" in browser.words) == (
            403,
            True,
        )


async def test_nobody_is_called_as_a_role_is(tmp_path: Path) -> None:
    application = page.application({**TRUST, "ORDINAUT_POLICY": str(page.policy_file(tmp_path))}, page.Nothing())
    async with page.browser(application) as browser:
        await browser.open("/sign-in")
        await browser.send("/sign-in", who="Finance")
        assert (browser.status, "'Finance' is the name of a role, and no person can be called so" in browser.words) == (403, True)


@pytest.mark.parametrize("who", ["", " ", "a" * 201, "ana\u202e"], ids=["none", "blank", "long", "hidden characters"])
async def test_a_name_has_to_be_one(who: str) -> None:
    async with page.browser(page.application(TRUST, page.Nothing())) as browser:
        await browser.open("/sign-in")
        await browser.send("/sign-in", who=who)
        assert (browser.status, "Say who you are in 1 to 200 characters." in browser.words) == (400, True)


async def test_where_nothing_is_configured_the_page_says_what_to_set_and_nothing_else() -> None:
    async with page.browser(page.application({}, page.Nothing())) as browser:
        for path in ("/", "/runs", "/approvals/pay-1/pay"):
            await browser.open(path)
            assert browser.status == 503 and "Nobody can sign in yet" in browser.words
        for name in ("ORDINAUT_OIDC_ISSUER", "ORDINAUT_PAGE_TOKENS_FILE", "ORDINAUT_TRUST_LOCAL_APPROVERS=1"):
            assert name in browser.words
        assert "<form" not in browser.text


async def test_a_name_is_not_taken_where_tokens_are_asked_for(tmp_path: Path) -> None:
    async with page.browser(page.application({**page.variables(tmp_path), **TRUST}, page.Nothing())) as browser:
        await browser.open("/sign-in")
        assert "Who are you?" not in browser.words
        await browser.send("/sign-in", who="ana@company.com")
        assert browser.status == 400


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "10.0.0.7:8486", "[::1", ""])
async def test_without_its_address_the_page_is_for_this_machine_only(host: str) -> None:
    """Else a name that somebody else controls could lead a browser of this machine here, and whoever it is would be believed."""
    async with page.browser(page.application(TRUST, page.Nothing())) as browser:
        answer = await browser.http.get(f"{page.URL}/sign-in", headers={"Host": host})
        assert (answer.status_code, "ORDINAUT_PAGE_URL" in answer.text) == (421, True)


@pytest.mark.parametrize("path", ["/", "/sign-in", "/nothing", "/static/page.css", "/static/nothing", "/runs/x"])
async def test_every_answer_carries_the_headers(ana: page.Browser, path: str) -> None:
    for method in ("GET", "POST", "DELETE"):
        answer = await ana.http.request(method, f"{page.URL}{path}")
        assert {name: answer.headers.get(name) for name in security.HEADERS} == security.HEADERS
    policy = security.HEADERS["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy


async def test_pages_hold_no_inline_script_or_style_and_nothing_from_elsewhere(ana: page.Browser) -> None:
    await ana.sign_in()
    for path in ("/", "/runs", "/nothing"):
        text = (await ana.open(path)).text
        assert "<style" not in text and " style=" not in text and "<script>" not in text and " on" + "click" not in text
        assert "http://" not in text.replace(page.URL, "") and "https://" not in text


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/webhooks/github/main", 405),
        ("GET", "/events/build.done", 405),
        ("GET", "/events", 405),
        ("GET", "/webhooks", 404),
        ("POST", "/health", 405),
        ("GET", "/health", 200),
        ("GET", "/metrics", 200),
    ],
)
async def test_the_gateways_own_addresses_stay_its_own(ana: page.Browser, method: str, path: str, status: int) -> None:
    answer = await ana.http.request(method, f"{page.URL}{path}")
    assert (answer.status_code, "html" in answer.headers["content-type"]) == (status, False)


async def test_an_address_that_is_not_there_is_told_on_a_page(ana: page.Browser) -> None:
    await ana.open("/nothing")
    assert (ana.status, "There is nothing at this address." in ana.words) == (404, True)
    assert ana.shown.headers["connection"] == "close"  # type: ignore[union-attr]


async def test_files_beside_the_static_ones_are_not_given_out(ana: page.Browser) -> None:
    for path in ("/static/../app.py", "/static/%2e%2e/app.py", "/static/..%2fapp.py", "/static/"):
        assert (await ana.http.get(httpx.URL(f"{page.URL}{path}"))).status_code == 404


@pytest.mark.parametrize("name", ["policy.json", "tokens.json"])
async def test_a_broken_file_is_told_in_the_log_alone(
    ana: page.Browser, tmp_path: Path, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    await ana.sign_in()
    (tmp_path / name).write_text("{")
    await ana.open("/runs")
    assert (ana.status, "A file of the page's settings cannot be used; the gateway's log says which and why." in ana.words) == (500, True)
    assert str(tmp_path) not in ana.words
    assert any(str(tmp_path / name) in record.getMessage() for record in caplog.records)


async def test_a_mistake_of_ours_is_told_without_what_was_sent(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    class Broken(page.Nothing):
        def list_workflows(self, query: str, limit: int = 0) -> AsyncIterator[object]:
            raise ValueError("secret-77")

    async with page.browser(page.application(page.variables(tmp_path), Broken())) as browser:
        await browser.sign_in()
        assert (browser.status, "A mistake in Ordinaut; its log says where." in browser.words) == (500, True)
    with_place = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    assert len(with_place) == 1 and with_place[0].startswith("a mistake in Ordinaut, please report it: ValueError in test_app.py, line ")
    assert "secret-77" not in caplog.text + browser.text


@pytest.mark.parametrize("query", ["status=wild", "pipeline=" + "x" * 101, "pipeline=%00"])
async def test_filters_that_make_no_sense_are_told(ana: page.Browser, query: str) -> None:
    await ana.sign_in()
    assert (await ana.open(f"/runs?{query}")).status == 400


def test_a_key_that_cannot_be_used_ends_it_at_the_start() -> None:
    with pytest.raises(errors.ToolError) as raised:
        app.made(settings_module.Settings.from_mapping({"ORDINAUT_GATEWAY_KEY": "hello"}), page.Nothing())  # type: ignore[arg-type]
    assert raised.value.message.startswith("ORDINAUT_GATEWAY_KEY: expected an Ed25519 private key")


def test_the_pages_files_are_small_and_ask_for_nothing_else() -> None:
    folder = Path(app.__file__).parent / "static"
    for file in folder.iterdir():
        text = file.read_text()
        assert len(text) < 20_000 and "@import" not in text and "url(" not in text, file.name
