"""Who may decide, for the decision book: the facts of the policy as they were when a run began to wait.

    {"people": {"ana@company.com": ["finance"]}, "trust_local": false, "keys": ["<Ed25519 public key, base64>"]}

`open` stands for a worker without a policy file: where it trusts local approvers, everybody has every role there.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

#: Stands for every role, where there is no policy file.
EVERY_ROLE: Final = "*"
#: In `exclude`: whoever started the run.
STARTER: Final = "starter"
#: In `exclude`: whoever applied the pipeline, or started a run of a document by hand.
AUTHOR: Final = "author"


def same(name: str) -> str:
    """The name as it is compared: `Ana@Company.com ` is `ana@company.com`, so that nobody counts twice by spelling.

    >>> same(" Ana@Company.com")
    'ana@company.com'
    """
    return unicodedata.normalize("NFKC", name).strip().casefold()


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of people and of who signs for them."""

    people: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # roles by name
    trust_local: bool = False  # self-asserted identities count
    open: bool = False  # no policy file
    keys: tuple[str, ...] = ()  # of gateways that sign decisions
    approvers: tuple[str, ...] = ()  # whom an approval is for that names nobody

    def roles_of(self, who: str, claimed: Iterable[str] = ()) -> tuple[str, ...] | None:
        """The roles of a person: those of the policy and those that a gateway signed for; None where nobody knows the person."""
        if self.open:
            return (EVERY_ROLE,)
        known = next((roles for name, roles in self.people.items() if same(name) == same(who)), None)
        signed = tuple(claimed)
        if known is None:
            return signed or None
        return tuple(dict.fromkeys([*known, *signed]))

    def as_json(self) -> dict[str, Any]:
        """The form in which the workflow gets it."""
        return {
            "people": {name: list(roles) for name, roles in self.people.items()},
            "trust_local": self.trust_local,
            "open": self.open,
            "keys": list(self.keys),
            "approvers": list(self.approvers),
        }


def from_json(given: Mapping[str, Any]) -> Facts:
    """The facts of an answer that `Facts.as_json` wrote."""
    return Facts(
        people={str(name): tuple(roles) for name, roles in given.get("people", {}).items()},
        trust_local=given.get("trust_local") is True,
        open=given.get("open") is True,
        keys=tuple(given.get("keys", ())),
        approvers=tuple(given.get("approvers", ())),
    )


def may(who: str, roles: Iterable[str], approvers: Iterable[str]) -> bool:
    """Whether a person is among the approvers, by name or by a role.

    >>> may("ana", ["finance"], ["finance"]), may("bob", ["hr"], ["finance", "ana"])
    (True, False)
    """
    held = set(roles)
    return EVERY_ROLE in held or any(approver in held or same(approver) == same(who) for approver in approvers)


def eligible(facts: Facts, approvers: Iterable[str], excluded: Iterable[str] = ()) -> list[str]:
    """The people of the policy who may decide."""
    wanted, out = list(approvers), {same(name) for name in excluded}
    return [name for name, roles in facts.people.items() if may(name, roles, wanted) and same(name) not in out]
