"""The one door to authentication, for the transports: a definition's `authentication` becomes headers."""

from __future__ import annotations

from typing import Final

from activities import settings as settings_module
from activities.auth import basic, bearer
from workflows.core import errors, model

_KINDS: Final = {"bearer_token": bearer, "basic_auth": basic}


def headers(tool: model.Tool, settings: settings_module.Settings, required: bool) -> dict[str, str]:
    """The headers that authenticate a call.

    A bridge does its own authentication with the vendor, so for it they are not `required`: {} where no secret is configured.

    Raises:
        ToolError: INVALID_INPUT, they are required and the secret is not set, or its kind is not known; or the secret cannot be sent.
    """
    authentication = tool.definition.get("authentication") or {}
    kind = authentication.get("type", "none")
    if kind == "none":
        return {}
    if kind not in _KINDS:
        if required:
            raise errors.ToolError(
                errors.INVALID_INPUT, f"authentication {kind!r} is not known here; known are {', '.join(_KINDS)} and none"
            )
        return {}
    found: dict[str, str] | None = _KINDS[kind].headers(authentication, tool.service, settings)
    if found is None:
        if required:
            raise errors.ToolError(errors.INVALID_INPUT, _missing(tool, kind))
        return {}
    if any(not value.isascii() or not value.isprintable() for value in found.values()):
        raise errors.ToolError(errors.INVALID_INPUT, f"the secret of {tool.service} holds a character that no HTTP header can carry")
    return found


def _missing(tool: model.Tool, kind: str) -> str:
    names = _KINDS[kind].names(tool.definition["authentication"], tool.service)
    joined = " and ".join(names) if kind == "basic_auth" else " or ".join(names)
    return f"{tool.service} needs {joined}, which is not set; set it in the worker's environment, or NAME_FILE to a file that holds it"
