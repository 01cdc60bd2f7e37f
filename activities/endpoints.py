"""Where a service is reached, for the transports that speak HTTP: the definition's endpoint, or the stand-in that the settings name."""

from __future__ import annotations

import ipaddress
import urllib.parse

from activities import settings as settings_module
from workflows.core import errors, model


def resolve(tool: model.Tool, settings: settings_module.Settings) -> str:
    """The URL of a tool's endpoint; ORDINAUT_ENDPOINT_<SERVICE> replaces scheme, host and port and comes before the path.

    With ORDINAUT_ENDPOINT_SLACK=http://127.0.0.1:9000/sandbox the endpoint `http://slack-bridge:8093/tools/enterprise`
    becomes `http://127.0.0.1:9000/sandbox/tools/enterprise`. The variable
    that `endpoint_setting` names does the same, and is asked after it.

    Raises:
        ToolError: INVALID_INPUT, the definition has no usable endpoint, or the variable that it names is not set.
    """
    base = settings.endpoint(tool.service, tool.address.partition(".")[0]) or _of_setting(tool, settings)
    endpoint = tool.definition.get("endpoint", base)
    if not isinstance(endpoint, str) or not _usable(endpoint):
        raise errors.ToolError(
            errors.INVALID_INPUT,
            f"the tool definition has no usable endpoint (found {endpoint!r}); expected one like http://slack-bridge:8093/tools/enterprise",
        )
    if base is None or base == endpoint:
        return endpoint
    new, old = urllib.parse.urlsplit(base), urllib.parse.urlsplit(endpoint)
    return urllib.parse.urlunsplit((new.scheme, new.netloc, new.path.rstrip("/") + old.path, old.query, ""))


def _of_setting(tool: model.Tool, settings: settings_module.Settings) -> str | None:
    """The base URL in the variable that the definition's `endpoint_setting` names; None where the definition's endpoint is to be used."""
    name = tool.definition.get("endpoint_setting")
    if not name:
        return None
    value = (settings.plain(name) or "").strip()
    if value and _usable(value) and "@" not in value and "?" not in value and "#" not in value:
        return value
    if not value and "endpoint" in tool.definition:
        return None
    found = "holds no base URL" if value else "is not set"
    raise errors.ToolError(
        errors.INVALID_INPUT, f"{tool.service} needs {name}, which {found}; set it to one like https://{tool.service}.example.com"
    )


def is_local(url: str) -> bool:
    """Whether a URL leads to this machine, as that of a stand-in does.

    >>> is_local("http://127.0.0.1:9000/maib"), is_local("https://api.maibmerchants.md")
    (True, False)
    """
    host = urllib.parse.urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def shown(url: str) -> str:
    """A URL for messages: without user, password, query and fragment, which may hold secrets.

    >>> shown("https://api.example.com/v1/users?token=abc")
    'https://api.example.com/v1/users'
    """
    parts = urllib.parse.urlsplit(url)
    return urllib.parse.urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def _usable(endpoint: str) -> bool:
    try:
        parts = urllib.parse.urlsplit(endpoint)
        return parts.scheme in ("http", "https", "ws", "wss") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
