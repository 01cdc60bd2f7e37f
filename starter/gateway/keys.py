"""The secrets that a source's webhooks are checked with, for the webhook endpoint: its own or its kind's, two of each for rotation."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from activities import secrets
from activities import settings as settings_module
from starter.gateway import refusals
from workflows.core import errors

#: NAME_PREVIOUS is accepted beside NAME while a secret is being changed.
PREVIOUS_SUFFIX: Final = "_PREVIOUS"
#: Name of a variable -> its live secrets, the newer first.
Keys = Mapping[str, Sequence[secrets.Secret]]

_SOURCE: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z")
_MAX_SOURCE_CHARS: Final = 60
#: As last word of a source they would make two variables one.
_RESERVED: Final = ("previous", "file", "vault")


def checked_source(source: str) -> str:
    """The source as the address names it.

    Raises:
        Refused: 404, it cannot be one.
    """
    if len(source) > _MAX_SOURCE_CHARS or not _SOURCE.match(source) or source.rpartition("-")[2] in _RESERVED:
        raise refusals.Refused(
            refusals.UNKNOWN,
            "the last part of the address names a source: small letters, digits and -, such as main;"
            f" its last word cannot be {', '.join(_RESERVED[:-1])} or {_RESERVED[-1]}",
        )
    return source


def own_name(name: str, source: str) -> str:
    """The variable of one source: `GITHUB_WEBHOOK_SECRET_ACME_WEB` for the source `acme-web`."""
    return f"{name}_{source.upper().replace('-', '_')}"


async def of(settings: settings_module.Settings, names: Sequence[str], source: str, *, shared: bool = True) -> Keys:
    """The live secrets of a source; where it has one of its own, the shared ones do not count.

    Raises:
        Refused: 403, there is none; 503, one cannot be read now.
    """
    own = {name: own_name(name, source) for name in names}
    variables = {name: variable for name, variable in own.items() if settings.has(variable)}
    if not variables and shared:
        variables = {name: name for name in names if settings.has(name)}
    found = await _live(settings, {name: (variable, variable + PREVIOUS_SUFFIX) for name, variable in variables.items()})
    if not found:
        raise refusals.Refused(refusals.UNCONFIGURED, _unset(names, source, shared=shared))
    return found


async def _live(settings: settings_module.Settings, wanted: Mapping[str, Sequence[str]]) -> dict[str, list[secrets.Secret]]:
    """The secrets that the variables hold, by name; a name that has none is left out."""
    try:
        await settings.refresh([variable for variables in wanted.values() for variable in variables])
        found = {name: _read(settings, variables) for name, variables in wanted.items()}
    except errors.ToolError:
        raise refusals.Refused(refusals.UNDELIVERED, "a secret of this source cannot be read now", {"Retry-After": "30"}) from None
    return {name: live for name, live in found.items() if live}


def _read(settings: settings_module.Settings, variables: Sequence[str]) -> list[secrets.Secret]:
    read = [settings.secret(variable) for variable in variables]
    return [secret for secret in read if secret is not None and secret.reveal().strip()]  # anybody can sign with an empty key


def _unset(names: Sequence[str], source: str, *, shared: bool) -> str:
    choice = " or ".join(names) if shared else own_name(names[0], source)
    for_one = f", or {own_name(names[0], source)} for this source alone" if shared else ""
    return f"no secret is set for the source {source}: set {choice} where the gateway runs{for_one}"


async def named(settings: settings_module.Settings, name: str) -> Sequence[secrets.Secret]:
    """The live secrets of one variable that no source has for itself.

    Raises:
        Refused: 403, there is none; 503, one cannot be read now.
    """
    pair = (name, name + PREVIOUS_SUFFIX)
    live = await _live(settings, {name: pair})
    if not live:
        raise refusals.Refused(refusals.UNCONFIGURED, f"{name} is not set where the gateway runs; choose a long random text")
    return live[name]
