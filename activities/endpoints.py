"""Where a service is reached, for the transports that speak HTTP: the definition's endpoint, or the stand-in that the settings name."""

from __future__ import annotations

import urllib.parse

from activities import settings as settings_module
from workflows.core import errors, model


def resolve(tool: model.Tool, settings: settings_module.Settings) -> str:
    """The URL of a tool's endpoint; ORDINAUT_ENDPOINT_<SERVICE> replaces scheme, host and port and comes before the path.

    With ORDINAUT_ENDPOINT_SLACK=http://127.0.0.1:9000/sandbox the endpoint `http://slack-bridge:8093/tools/enterprise`
    becomes `http://127.0.0.1:9000/sandbox/tools/enterprise`.

    Raises:
        ToolError: INVALID_INPUT, the definition has no usable endpoint.
    """
    endpoint = tool.definition.get("endpoint")
    if not isinstance(endpoint, str) or not _usable(endpoint):
        raise errors.ToolError(
            errors.INVALID_INPUT,
            f"the tool definition has no usable endpoint (found {endpoint!r}); expected one like http://slack-bridge:8093/tools/enterprise",
        )
    base = settings.endpoint(tool.service, tool.address.partition(".")[0])
    if base is None:
        return endpoint
    new, old = urllib.parse.urlsplit(base), urllib.parse.urlsplit(endpoint)
    return urllib.parse.urlunsplit((new.scheme, new.netloc, new.path.rstrip("/") + old.path, old.query, ""))


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
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
