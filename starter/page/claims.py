"""The person whom the claims of an ID token are about, for the sign-in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from starter.approvals import deciding
from workflows.core.approvals import people

_MAX_NAME_CHARS: Final = 200
_MAX_ROLES: Final = 100
_MAX_ROLE_CHARS: Final = 200


def person(claims: Mapping[str, Any], roles_claim: str) -> deciding.Person | str:
    """The person, or why nobody can be made of them.

    `email` where the provider does not say that it is unproved, else `preferred_username`: people may often choose that one themselves.

    >>> person({"email": "ana@company.com", "roles": ["finance"]}, "roles")
    Person(who='ana@company.com', roles=('finance',), method='oidc')
    """
    email = claims.get("email") if claims.get("email_verified") is not False else None
    named = [name.strip() for name in (email, claims.get("preferred_username")) if isinstance(name, str) and name.strip()]
    if not named:
        return "its ID token names neither an e-mail address nor a user name"
    who = named[0]
    if len(who) > _MAX_NAME_CHARS or not who.isprintable():
        return "its ID token holds a name that cannot be used"
    held = roles(claims, roles_claim)
    if people.same(who) in {people.same(role) for role in held}:
        return f"'{who}' is a person and a role, so that nobody could tell whom an approval is for"
    return deciding.Person(who, held, deciding.OIDC)


def roles(claims: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """The roles that a claim holds, a list or one alone; `realm_access.roles` is a member of a member, and so is no name with dots in it.

    >>> roles({"realm_access": {"roles": ["finance"]}}, "realm_access.roles")
    ('finance',)
    """
    found = _claim(claims, name)
    listed = found if isinstance(found, list) else [found]
    kept = [role.strip() for role in listed if isinstance(role, str) and 0 < len(role.strip()) <= _MAX_ROLE_CHARS]
    return tuple(dict.fromkeys(role for role in kept if role not in (people.EVERY_ROLE, people.STARTER)))[:_MAX_ROLES]


def has_roles(claims: Mapping[str, Any], name: str) -> bool:
    """Whether there is such a claim."""
    return _claim(claims, name) is not None


def _claim(claims: Mapping[str, Any], name: str) -> Any:
    found: Any = claims.get(name)
    if found is None:
        found = claims
        for part in name.split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
    return found
