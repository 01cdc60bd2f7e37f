"""The policy file: every mistake in its sentence, and who may do what."""

from __future__ import annotations

from typing import Any

import pytest

from workflows.core.approvals import policy

GOOD = {
    "people": {"ana": ["finance"], "ion": {"roles": ["finance", "operations"], "name": "Ion Rusu"}},
    "may": {"approve": ["finance"], "start": ["operations", "ana"]},
}


def test_people_roles_and_rights_are_read() -> None:
    made = policy.read(GOOD)
    assert made.people == {"ana": ("finance",), "ion": ("finance", "operations")}
    assert made.names == {"ion": "Ion Rusu"}
    assert made.facts(True).as_json() == {
        "people": {"ana": ["finance"], "ion": ["finance", "operations"]},
        "trust_local": True,
        "open": False,
        "keys": [],
        "approvers": ["finance"],
    }


@pytest.mark.parametrize(
    ("who", "verb", "claimed", "allowed"),
    [
        pytest.param("ana", "start", (), True, id="by name"),
        pytest.param("Ion", "start", (), True, id="by role"),
        pytest.param("bob", "start", (), False, id="unknown"),
        pytest.param("bob", "start", ("operations",), True, id="by a role that a sign-in vouches for"),
        pytest.param("ana", "see", (), True, id="not named: everybody who is known"),
        pytest.param("bob", "see", (), False, id="not named: nobody else"),
    ],
)
def test_who_may(who: str, verb: str, claimed: tuple[str, ...], allowed: bool) -> None:
    assert policy.read(GOOD).may(who, verb, claimed) is allowed


@pytest.mark.parametrize(
    ("document", "problems"),
    [
        pytest.param(["ana"], ["found a list of 1 item, expected an object with people, may, gateway_keys"], id="a list"),
        pytest.param({"peple": {}}, ["peple: there is no such key; did you mean 'people'?"], id="unknown key"),
        pytest.param({"people": ["ana"]}, ["people: found a list of 1 item, expected an object of names and their roles"], id="people"),
        pytest.param({"people": {"ana": [5]}}, ["people.ana: found the number 5, expected names of roles"], id="role"),
        pytest.param({"people": {"ana": ["*"]}}, ['people.ana: found text "*", expected names of roles'], id="every role"),
        pytest.param({"people": {"ana": ["starter"]}}, ['people.ana: found text "starter", expected names of roles'], id="starter"),
        pytest.param(
            {"people": {"ana": {"role": ["a"]}}},
            ["people.ana.role: there is no such key; there are roles, name, slack, msteams"],
            id="member of a person",
        ),
        pytest.param(
            {"people": {"ana": [], "Ana ": []}}, ["people.Ana : the person stands there twice; capitals make no difference"], id="twice"
        ),
        pytest.param(
            {"people": {"finance": ["finance"]}},
            ["people.finance: 'finance' is also a role, so that nobody could tell whom an approval is for"],
            id="person and role",
        ),
        pytest.param({"may": {"aprove": ["a"]}}, ["may.aprove: there is no such right; did you mean 'approve'?"], id="right"),
        pytest.param(
            {"people": {"ana": ["finance"]}, "may": {"approve": ["finanse"]}},
            ["may.approve: there is no person or role 'finanse'; did you mean 'finance'?"],
            id="role that nobody has",
        ),
        pytest.param(
            {"gateway_keys": ["AAAA"]},
            ["gateway_keys[0]: expected the 32 bytes of an Ed25519 public key in base64"],
            id="key",
        ),
    ],
)
def test_every_mistake_is_told(document: Any, problems: list[str]) -> None:
    with pytest.raises(policy.PolicyError) as caught:
        policy.read(document)
    assert list(caught.value.problems) == problems


def test_accounts_in_chats_name_a_person() -> None:
    made = policy.read({"people": {"ana": {"roles": ["finance"], "slack": "T1/U1", "msteams": "8d3f"}, "ion": ["finance"]}})
    assert [made.by_account(*one) for one in (("slack", "T1/U1"), ("msteams", "8d3f"), ("slack", "8d3f"))] == ["ana", "ana", None]


@pytest.mark.parametrize(
    ("details", "problem"),
    [
        pytest.param({"slack": "U1"}, 'people.ana.slack: found text "U1", expected TEAM/USER, such as T012AB/U034CD', id="no team"),
        pytest.param({"msteams": 7}, "people.ana.msteams: found the number 7, expected the object id in Microsoft Entra", id="no text"),
        pytest.param({"slack": "T1/U0"}, "people.ana.slack: T1/U0 is also the account of bob", id="of two people"),
    ],
)
def test_an_account_that_cannot_be_is_told(details: dict[str, Any], problem: str) -> None:
    with pytest.raises(policy.PolicyError) as raised:
        policy.read({"people": {"bob": {"slack": "T1/U0"}, "ana": details}})
    assert raised.value.problems == (problem,)
