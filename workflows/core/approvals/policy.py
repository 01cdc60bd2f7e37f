"""The policy: people, their roles, and who may start, apply, approve and see. Read from one file by workers, gateway and command line.

people:
  ana@company.com: [finance, operations]
  ion@company.com: {roles: [finance], name: Ion Rusu, slack: T012AB/U034CD, msteams: 8d3f0c1e-...}   # accounts, for buttons in chats
may:
  approve: [finance]          # whom an approval is for that names nobody
  start: [operations]
gateway_keys: [11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=]   # Ed25519 public keys that sign decisions
"""

from __future__ import annotations

import base64
import binascii
import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from workflows.core import errors, values
from workflows.core.approvals import people as persons

START: Final = "start"
APPLY: Final = "apply"
APPROVE: Final = "approve"
SEE: Final = "see"
VERBS: Final = (START, APPLY, APPROVE, SEE)
SLACK: Final = "slack"  # an account is team and user, T012AB/U034CD
MSTEAMS: Final = "msteams"  # an account is the object id in Microsoft Entra
CHATS: Final = (SLACK, MSTEAMS)
KEY_BYTES: Final = 32  # of an Ed25519 public key
_KEYS: Final = ("people", "may", "gateway_keys")
_DETAILS: Final = ("roles", "name", *CHATS)
#: Words that stand for people in an approval.
_RESERVED: Final = (persons.EVERY_ROLE, persons.STARTER, persons.AUTHOR)


class PolicyError(errors.OrdinautError):
    """A policy that cannot be used; `problems` holds every one."""

    kind = errors.INVALID_INPUT

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(self.problems))


@dataclass(frozen=True, slots=True)
class Policy:
    """What the file says."""

    people: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)  # for pages: {"ion@company.com": "Ion Rusu"}
    rights: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    keys: tuple[str, ...] = ()
    accounts: Mapping[tuple[str, str], str] = field(default_factory=dict)  # in chats: {("slack", "T012AB/U034CD"): "ion@company.com"}

    def by_account(self, chat: str, account: str) -> str | None:
        """Whose account in a chat this is; None where the file does not say.

        >>> Policy(accounts={("slack", "T1/U1"): "ana"}).by_account("slack", "T1/U1")
        'ana'
        """
        return self.accounts.get((chat, account))

    @property
    def roles(self) -> set[str]:
        """Every role that somebody has."""
        return {role for held in self.people.values() for role in held}

    def may(self, who: str, verb: str, claimed: Iterable[str] = ()) -> bool:
        """Whether a person may start, apply, approve or see; a right that the file does not name is everybody's whom it knows.

        `claimed` are roles that a sign-in vouches for.

        >>> Policy(people={"ana": ("finance",)}, rights={"start": ("operations",)}).may("ana", "start")
        False
        """
        roles = persons.Facts(people=self.people).roles_of(who, claimed)
        if roles is None:
            return False
        return verb not in self.rights or persons.may(who, roles, self.rights[verb])

    def facts(self, trust_local: bool) -> persons.Facts:
        """What a run that waits has to know."""
        return persons.Facts(self.people, trust_local, False, self.keys, self.rights.get(APPROVE, ()))


def read(document: Any) -> Policy:
    """The policy of a document.

    Raises:
        PolicyError: with every problem of it.
    """
    if not isinstance(document, Mapping):
        raise PolicyError([f"found {values.shown(document)}, expected an object with {', '.join(_KEYS)}"])
    problems = [f"{key}: there is no such key{_near(str(key), _KEYS)}" for key in document if key not in _KEYS]
    listed, names = _people(document.get("people"), problems)
    rights = _rights(document.get("may"), problems)
    keys = _keys(document.get("gateway_keys"), problems)
    made = Policy(listed, names, rights, keys, _accounts(document.get("people"), problems))
    problems += _ambiguous(made)
    problems += [
        f"may.{verb}: there is no person or role '{name}'{_near(name, [*made.people, *made.roles])}"
        for verb, granted in rights.items()
        for name in granted
        if not keys and name not in made.roles and persons.same(name) not in {persons.same(one) for one in made.people}
    ]
    if problems:
        raise PolicyError(problems)
    return made


def _people(given: Any, problems: list[str]) -> tuple[dict[str, tuple[str, ...]], dict[str, str]]:
    if given is None:
        return {}, {}
    if not isinstance(given, Mapping):
        problems.append(f"people: found {values.shown(given)}, expected an object of names and their roles")
        return {}, {}
    listed: dict[str, tuple[str, ...]] = {}
    names: dict[str, str] = {}
    for name, facts in given.items():
        details = facts if isinstance(facts, Mapping) else {"roles": facts}
        problems += [
            f"people.{name}.{key}: there is no such key; there are {', '.join(_DETAILS)}" for key in details if key not in _DETAILS
        ]
        if persons.same(str(name)) in {persons.same(one) for one in listed}:
            problems.append(f"people.{name}: the person stands there twice; capitals make no difference")
        listed[str(name)] = _listed(details.get("roles") or [], f"people.{name}", problems)
        if isinstance(details.get("name"), str):
            names[str(name)] = details["name"]
    return listed, names


def _accounts(given: Any, problems: list[str]) -> dict[tuple[str, str], str]:
    found: dict[tuple[str, str], str] = {}
    for name, details in given.items() if isinstance(given, Mapping) else ():
        for chat in CHATS if isinstance(details, Mapping) else ():
            account = details.get(chat)
            if account is None:
                continue
            if not isinstance(account, str) or not account.strip() or (chat == SLACK and account.count("/") != 1):
                example = "TEAM/USER, such as T012AB/U034CD" if chat == SLACK else "the object id in Microsoft Entra"
                problems.append(f"people.{name}.{chat}: found {values.shown(account)}, expected {example}")
            elif (chat, account) in found:
                problems.append(f"people.{name}.{chat}: {account} is also the account of {found[chat, account]}")
            else:
                found[chat, account] = str(name)
    return found


def _rights(given: Any, problems: list[str]) -> dict[str, tuple[str, ...]]:
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        problems.append(f"may: found {values.shown(given)}, expected an object with {', '.join(VERBS)}")
        return {}
    problems += [f"may.{verb}: there is no such right{_near(str(verb), VERBS)}" for verb in given if verb not in VERBS]
    return {verb: _listed(given[verb], f"may.{verb}", problems) for verb in VERBS if verb in given}


def _listed(given: Any, where: str, problems: list[str]) -> tuple[str, ...]:
    listed = given if isinstance(given, list) else [given]
    wrong = [one for one in listed if not isinstance(one, str) or not one.strip() or one in _RESERVED]
    problems += [f"{where}: found {values.shown(one)}, expected names of roles" for one in wrong]
    return tuple(one for one in listed if one not in wrong)


def _keys(given: Any, problems: list[str]) -> tuple[str, ...]:
    listed = [] if given is None else given if isinstance(given, list) else [given]
    for number, key in enumerate(listed):
        if not isinstance(key, str) or not _is_key(key):
            problems.append(f"gateway_keys[{number}]: expected the {KEY_BYTES} bytes of an Ed25519 public key in base64")
    return tuple(key for key in listed if isinstance(key, str))


def _is_key(text: str) -> bool:
    try:
        return len(base64.b64decode(text, validate=True)) == KEY_BYTES
    except (binascii.Error, ValueError):
        return False


def _ambiguous(made: Policy) -> list[str]:
    both = [name for name in made.people if persons.same(name) in {persons.same(role) for role in made.roles}]
    return [f"people.{name}: '{name}' is also a role, so that nobody could tell whom an approval is for" for name in both]


def _near(found: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(found, list(known), n=1, cutoff=0.6)
    return f"; did you mean '{near[0]}'?" if near else ""
