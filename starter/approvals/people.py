"""Who sits at this keyboard, and whether the policy lets them start runs: for the commands. Nobody vouches for the name."""

from __future__ import annotations

import getpass

from activities import policy_file
from activities import settings as settings_module
from workflows.core import errors


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
    """Whether the policy lets a person `start` or `apply`; where it names nobody for that, or there is no policy, everybody may.

    A hint to honest people: who can write to Temporal can start runs whatever this says. The gateway asks the same of people it signed in.

    Raises:
        errors.ToolError: the policy says no.
        policy.PolicyError: it cannot be used.
    """
    policy = policy_file.read(settings)
    if policy is None or verb not in policy.rights or (who is not None and policy.may(who, verb)):
        return
    names = ", ".join(policy.rights[verb]) or "nobody"
    raise errors.ToolError(
        errors.INVALID_INPUT, f"'{who or 'nobody known'}' may not {verb}: the policy lets {names} (may.{verb}); say who you are: --as WHO"
    )
