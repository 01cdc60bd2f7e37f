"""The person of an ID token's claims."""

from __future__ import annotations

from typing import Any

import pytest

from starter.approvals import deciding
from starter.page import claims

NOBODY = "its ID token names neither an e-mail address nor a user name"
UNUSABLE = "its ID token holds a name that cannot be used"


@pytest.mark.parametrize(
    ("given", "who"),
    [
        pytest.param({"email": "ana@company.com", "email_verified": True, "preferred_username": "ana"}, "ana@company.com", id="proved"),
        pytest.param({"email": "ana@company.com", "preferred_username": "ana"}, "ana@company.com", id="nothing said"),
        pytest.param({"email": "boss@company.com", "email_verified": False, "preferred_username": "ana"}, "ana", id="unproved address"),
        pytest.param({"preferred_username": " ana "}, "ana", id="user name"),
    ],
)
def test_the_name_is_the_address_unless_it_is_unproved(given: dict[str, Any], who: str) -> None:
    assert claims.person(given, "roles") == deciding.Person(who, (), "oidc")


@pytest.mark.parametrize(
    ("given", "why"),
    [
        pytest.param({"sub": "1"}, NOBODY, id="neither"),
        pytest.param({"email": "ana@company.com", "email_verified": False}, NOBODY, id="unproved address alone"),
        pytest.param({"email": ["ana"]}, NOBODY, id="no text"),
        pytest.param({"email": "a" * 201}, UNUSABLE, id="too long"),
        pytest.param({"preferred_username": "ana\u202eimda"}, UNUSABLE, id="hidden characters"),
        pytest.param(
            {"preferred_username": "Finance", "roles": ["finance"]},
            "'Finance' is a person and a role, so that nobody could tell whom an approval is for",
            id="called as a role",
        ),
    ],
)
def test_of_some_claims_nobody_can_be_made(given: dict[str, Any], why: str) -> None:
    assert claims.person(given, "roles") == why


@pytest.mark.parametrize(
    ("given", "name", "expected"),
    [
        pytest.param({"groups": ["finance", "finance", "hr"]}, "groups", ("finance", "hr"), id="list"),
        pytest.param({"role": "finance"}, "role", ("finance",), id="one"),
        pytest.param({"realm_access": {"roles": ["finance"]}}, "realm_access.roles", ("finance",), id="member"),
        pytest.param({"https://company.com/roles": ["finance"]}, "https://company.com/roles", ("finance",), id="a name with dots"),
        pytest.param({}, "roles", (), id="none"),
        pytest.param({"roles": {"finance": True}}, "roles", (), id="an object"),
        pytest.param({"roles": ["*", "starter", "", 7, None, " finance "]}, "roles", ("finance",), id="words of our own"),
        pytest.param({"roles": [str(number) for number in range(300)]}, "roles", tuple(str(number) for number in range(100)), id="many"),
    ],
)
def test_roles_are_read_from_the_claim(given: dict[str, Any], name: str, expected: tuple[str, ...]) -> None:
    assert claims.roles(given, name) == expected
