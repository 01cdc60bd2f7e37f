"""Who sits at this keyboard, and whether the policy lets them do what they ask: for the commands. Nobody vouches for the name."""

from __future__ import annotations

import getpass
import logging
from typing import Final

from activities import policy_file
from activities import settings as settings_module
from starter import documents
from workflows.core import errors

_LOG: Final = logging.getLogger("ordinaut.policy")


def at_keyboard(told: str | None = None) -> str | None:
    """The person's name; None where the machine does not know one either. Nobody vouches for it.

    >>> at_keyboard("ana@company.com")
    'ana@company.com'
    """
    if told and told.strip():
        return told.strip()
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return None


def check(settings: settings_module.Settings, verb: str, who: str | None) -> None:
    """Whether the policy lets a person `start`, `apply` or `see`; where it names nobody for that, or there is no policy, everybody may.

    A hint to honest people: who can write to Temporal can start runs whatever this says. The gateway asks the same of people it signed in.
    A refusal is written to the log.

    Raises:
        errors.ToolError: the policy says no.
        policy.PolicyError: it cannot be used.
    """
    policy = policy_file.read(settings)
    if policy is None or verb not in policy.rights or (who is not None and policy.may(who, verb)):
        return
    names = ", ".join(policy.rights[verb]) or "nobody"
    _LOG.warning("policy: refused '%s' the right to %s", who or "nobody known", verb)
    raise errors.ToolError(
        errors.INVALID_INPUT, f"'{who or 'nobody known'}' may not {verb}: the policy lets {names} (may.{verb}); say who you are: --as WHO"
    )


def allowed(verb: str, told: str | None = None) -> str | None:
    """The person at this keyboard, whom the policy of this environment lets do it. `told` is what `--as` says.

    >>> allowed("start", "ana@company.com")
    'ana@company.com'

    Raises:
        errors.ToolError: the policy says no.
        policy.PolicyError: it cannot be used.
    """
    person = at_keyboard(told)
    check(documents.settings(), verb, person)
    return person
