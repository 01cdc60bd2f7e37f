"""How people may sign in, as the settings say: every combination that makes sense, and whole sentences for those that do not."""

from __future__ import annotations

from pathlib import Path

import pytest

from activities import settings as settings_module
from starter.page import ways

OIDC = {
    "ORDINAUT_OIDC_ISSUER": "https://login.company.com/realms/main",
    "ORDINAUT_OIDC_CLIENT_ID": "ordinaut",
    "ORDINAUT_OIDC_CLIENT_SECRET": "s3cret",
    "ORDINAUT_PAGE_URL": "https://approvals.company.com",
}
TRUST = {"ORDINAUT_TRUST_LOCAL_APPROVERS": "1"}
TOKENS = {"ORDINAUT_PAGE_TOKENS_FILE": "/etc/tokens.json"}


def read(variables: dict[str, str]) -> ways.Ways:
    return ways.read(settings_module.Settings.from_mapping(variables))


def test_the_companys_sign_in() -> None:
    found = read(OIDC)
    assert found.oidc == ways.OpenIdConnect(
        "https://login.company.com/realms/main", "ordinaut", "roles", "https://approvals.company.com/sign-in/oidc/callback"
    )
    assert (found.secure, found.any, found.local) == (True, True, False)


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        pytest.param({}, (False, False), id="nothing"),
        pytest.param(TRUST, (True, True), id="trusting"),
        pytest.param({**TRUST, **TOKENS}, (False, True), id="tokens go before trust"),
        pytest.param({**TRUST, **OIDC}, (False, True), id="the company goes before trust"),
        pytest.param(TOKENS, (False, True), id="tokens"),
    ],
)
def test_a_name_that_nobody_vouches_for_is_taken_only_where_nothing_else_is_set(
    variables: dict[str, str], expected: tuple[bool, bool]
) -> None:
    found = read(variables)
    assert (found.local, found.any) == expected


def test_tokens_lie_where_the_variable_says() -> None:
    assert read(TOKENS).tokens_file == Path("/etc/tokens.json")


@pytest.mark.parametrize(
    ("given", "origin"),
    [
        ("https://approvals.company.com", "https://approvals.company.com"),
        ("https://Approvals.Company.com:443/", "https://approvals.company.com"),
        ("https://approvals.company.com:8443", "https://approvals.company.com:8443"),
        ("http://127.0.0.1:8486", "http://127.0.0.1:8486"),
        ("http://[::1]:8486", "http://[::1]:8486"),
        ("http://localhost", "http://localhost"),
    ],
)
def test_the_pages_address_is_an_origin_as_browsers_write_it(given: str, origin: str) -> None:
    assert read({"ORDINAUT_PAGE_URL": given}).origin == origin


SCHEME_AND_HOST = "expected scheme and host alone, like https://approvals.company.com"


@pytest.mark.parametrize(
    ("variables", "problems"),
    [
        pytest.param(
            {"ORDINAUT_PAGE_URL": "approvals.company.com"},
            (f"ORDINAUT_PAGE_URL: found 'approvals.company.com', {SCHEME_AND_HOST}",),
            id="no scheme",
        ),
        pytest.param(
            {"ORDINAUT_PAGE_URL": "https://company.com/approvals"},
            (f"ORDINAUT_PAGE_URL: found 'https://company.com/approvals', {SCHEME_AND_HOST}",),
            id="a path",
        ),
        pytest.param(
            {"ORDINAUT_PAGE_URL": "http://approvals.company.com"},
            (
                "ORDINAUT_PAGE_URL: found 'http://approvals.company.com', expected https: sessions that approve payments do not go over plain HTTP",
            ),
            id="plain HTTP",
        ),
        pytest.param(
            {"ORDINAUT_OIDC_ISSUER": "https://login.company.com"},
            ("the sign-in by OpenID Connect also needs ORDINAUT_OIDC_CLIENT_ID, ORDINAUT_OIDC_CLIENT_SECRET, ORDINAUT_PAGE_URL",),
            id="half a sign-in",
        ),
        pytest.param(
            {**OIDC, "ORDINAUT_OIDC_ISSUER": "http://login.company.com"},
            ("ORDINAUT_OIDC_ISSUER: found 'http://login.company.com', expected https",),
            id="issuer by plain HTTP",
        ),
        pytest.param(
            {**OIDC, "ORDINAUT_OIDC_ISSUER": "login"},
            ("ORDINAUT_OIDC_ISSUER: found 'login', expected an address like https://login.company.com/realms/main",),
            id="issuer is no address",
        ),
        pytest.param(
            {"ORDINAUT_OIDC_ROLES_CLAIM": "groups"},
            (
                "the sign-in by OpenID Connect also needs ORDINAUT_OIDC_ISSUER, ORDINAUT_OIDC_CLIENT_ID, ORDINAUT_OIDC_CLIENT_SECRET, ORDINAUT_PAGE_URL",
            ),
            id="a claim alone",
        ),
    ],
)
def test_what_cannot_be_used_is_told_at_the_start(variables: dict[str, str], problems: tuple[str, ...]) -> None:
    with pytest.raises(settings_module.SettingsError) as raised:
        read(variables)
    assert raised.value.problems == problems


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("localhost", True),
        ("127.0.0.9", True),
        ("::1", True),
        ("127.0.0.1.evil.example", False),
        ("10.0.0.1", False),
        (None, False),
        ("", False),
    ],
)
def test_this_machines_own_names(host: str | None, expected: bool) -> None:
    assert ways.is_loopback(host) is expected
