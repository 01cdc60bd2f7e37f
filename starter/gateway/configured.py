"""Which kinds of sender have a secret, for the command: said at the start, and a secret that cannot be used ends it there."""

from __future__ import annotations

from collections.abc import Mapping

from activities import environment_names as names
from activities import settings as settings_module
from starter.gateway import keys, refusals
from starter.gateway.kinds import known
from starter.gateway.signatures import comparing, gitlab, msteams, standard_webhooks
from workflows.core import errors

#: Secrets that are kept as base64, with what stands before it.
_BASE64 = {msteams.NAME: "", gitlab.SIGNING_NAME: standard_webhooks.KEY_PREFIX, standard_webhooks.NAME: standard_webhooks.KEY_PREFIX}


def variables(environment: Mapping[str, str]) -> dict[str, list[str]]:
    """The variables that are set, by kind of sender: {"github": ["GITHUB_WEBHOOK_SECRET"], "slack": []}."""
    given_names = [name for name, value in environment.items() if value.strip()]
    found = {
        kind.name: sorted(
            {variable for name in kind.secrets for given in given_names if (variable := _variable(given, name, shared=kind.shared))}
        )
        for kind in known.KINDS.values()
    }
    token = names.EVENTS_TOKEN
    return {**found, "events": [token] if any(token + suffix in given_names for suffix in _FORMS) else []}


_FORMS = ("", names.FILE_SUFFIX, names.VAULT_SUFFIX)


def _variable(given: str, name: str, *, shared: bool) -> str | None:
    """The variable without the ending that says in which form the secret is given; None where it is no secret of that name."""
    variable = given.removesuffix(names.FILE_SUFFIX).removesuffix(names.VAULT_SUFFIX)
    if variable.endswith(keys.PREVIOUS_SUFFIX):
        return None
    return variable if (shared and variable == name) or variable.startswith(f"{name}_") else None


def check(settings: settings_module.Settings, found: Mapping[str, list[str]]) -> None:
    """Reads every secret once.

    Raises:
        SettingsError: one cannot be read, or is no base64 where its vendor gives it as that; all of them.
    """
    problems = []
    for variable in sorted({one for group in found.values() for one in group}):
        try:
            for name in (variable, variable + keys.PREVIOUS_SUFFIX):
                _check_one(settings, name)
        except (refusals.Refused, errors.ToolError) as error:
            problems.append(error.message)
    if problems:
        raise settings_module.SettingsError(problems)


def _check_one(settings: settings_module.Settings, name: str) -> None:
    secret = settings.secret(name)
    if secret is None:
        return
    for base, prefix in _BASE64.items():
        if name.startswith(base):
            comparing.key_bytes(name, secret, prefix)
