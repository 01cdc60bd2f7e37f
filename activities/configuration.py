"""What a tool needs from the environment and does not find there, by name: for `catalog`, its pings, `run` and `apply`, and each call.

"configuration": {"MAIB_PSU_IP_ADDRESS": {"description": "IP address of who orders payments", "required": ["create_payment"]},
                  "MAIB_RATES_PATH": "path of exchange rates; v1/exchange-rates where not set"}
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from activities import authentication
from activities import environment_names as names
from activities import settings as settings_module
from activities.transports import redis
from workflows.core import errors, model

#: Transports whose tools prove who calls with credentials of ours; a bridge has its own.
_WITH_CREDENTIALS: Final = ("rest", "mcp", "websocket")


def missing(tool: model.Tool, settings: settings_module.Settings, door: authentication.Door) -> list[str]:
    """The variables that every call of a tool needs and that are not set: ["JIRA_URL", "JIRA_USERNAME and JIRA_API_TOKEN, or ..."].

    Raises:
        ToolError: INVALID_INPUT, the definition names a kind of authentication that is not known.
    """
    if tool.transport == "database":
        return [] if settings.database_url is not None else [names.DATABASE_URL]
    if tool.transport == "redis":
        return [] if settings.has(redis.URL_SETTING) else [redis.URL_SETTING]
    if tool.transport == "stdio":
        return [name for name in tool.definition.get("program_environment", []) if not settings.has(name)]
    credentials = door.missing(tool) if tool.transport in _WITH_CREDENTIALS else []
    always = [name for name, actions in _required(tool) if actions is None and not settings.has(name)]
    return list(dict.fromkeys([*_address(tool, settings), *credentials, *always]))


def missing_of_actions(tool: model.Tool, settings: settings_module.Settings) -> dict[str, list[str]]:
    """The variables that some actions of a tool need and that are not set, each with those actions.

    {"MAIB_PSU_IP_ADDRESS": ["create_payment", "bulk_payments"]}
    """
    return {name: actions for name, actions in _required(tool) if actions is not None and not settings.has(name)}


def in_words(of_actions: Mapping[str, list[str]]) -> list[str]:
    """`MAIB_PSU_IP_ADDRESS (for create_payment, bulk_payments)`, for lists of what is missing."""
    return [f"{name} (for {', '.join(actions)})" for name, actions in of_actions.items()]


def check(tool: model.Tool, action: str | None, settings: settings_module.Settings, door: authentication.Door) -> None:
    """Lets a call through whose required variables are set: better than a refusal by the vendor. The credentials are named with them.

    Raises:
        ToolError: INVALID_INPUT, some are not; nothing was sent.
    """
    lacking = [
        name for name, actions in _required(tool) if (actions is None or action in actions) and not (settings.plain(name) or "").strip()
    ]
    if lacking:
        needs = [*door.missing(tool), *lacking]
        verb = "is" if len(needs) == 1 else "are"
        raise errors.ToolError(
            errors.INVALID_INPUT,
            f"{tool.service} needs {' and '.join(needs)}, which {verb} not set;"
            " set what is missing in the worker's environment; nothing was sent",
        )


def of_templates(tool: model.Tool, settings: settings_module.Settings) -> dict[str, str | None]:
    """What templates of the tool's definition read as `settings.NAME`; None where a variable is not set."""
    return {name: settings.plain(name) for name in tool.definition.get("configuration", {})}


def _required(tool: model.Tool) -> Iterator[tuple[str, list[str] | None]]:
    """The required variables, each with the actions that need it; None for all calls."""
    for name, about in tool.definition.get("configuration", {}).items():
        required: Any = about.get("required", False) if isinstance(about, Mapping) else False
        if required:
            yield name, None if required is True else list(required)


def _address(tool: model.Tool, settings: settings_module.Settings) -> list[str]:
    """The variable of the tool's address, where that has none without it."""
    name = tool.definition.get("endpoint_setting")
    if name is None or tool.definition.get("endpoint") is not None or settings.has(name):
        return []
    return [] if settings.endpoint(tool.service, tool.address.partition(".")[0]) else [name]
