"""Addresses that come in an answer, for pages and polls: followed only where they lead to the tool's own endpoint."""

from __future__ import annotations

import re
import urllib.parse
from typing import Any, Final

from activities import endpoints
from workflows.core import errors, values

ENDPOINT: Final = "endpoint"
_LINK: Final = re.compile(r"<([^<>]*)>((?:\s*;\s*[\w*!#$&+^`|~.-]+\s*(?:=\s*(?:\"[^\"]*\"|[^\s\",;]*))?)*)", re.ASCII)
_REL: Final = re.compile(r";\s*rel\s*=\s*(?:\"([^\"]*)\"|([^\s\",;]*))", re.ASCII | re.IGNORECASE)
_PORTS: Final = {"http": 80, "https": 443}


def in_header(value: str, rel: str) -> str | None:
    """The target of a Link header (RFC 8288) for a relation.

    >>> in_header('<https://api.example.com/items?page=2>; rel="next", </items>; rel="first"', "next")
    'https://api.example.com/items?page=2'
    """
    for target, parameters in _LINK.findall(value):
        found = _REL.search(parameters)
        if found and rel.lower() in (found[1] or found[2]).lower().split():
            return str(target)
    return None


def resolve(found: Any, what: str, current: str, endpoint: str, relative_to: str) -> str:
    """The whole URL of an address in an answer: absolute, or relative to the host (or to the endpoint, path included).

    Raises:
        ToolError: BAD_OUTPUT, it is no address, or leads to another scheme, host or port than the endpoint's.
    """
    if not isinstance(found, str) or not found.isprintable() or not found.isascii() or "\\" in found or " " in found:
        raise errors.ToolError(errors.BAD_OUTPUT, f"{what}: found {values.shown(found)}, expected an address")
    try:
        if relative_to == ENDPOINT and not urllib.parse.urlsplit(found).scheme and not found.startswith("//"):
            found = f"{endpoint.partition('?')[0].rstrip('/')}/{found.lstrip('/')}"
        url = urllib.parse.urljoin(current, found)
        same = _origin(url) == _origin(endpoint)
    except ValueError:
        same, url = False, ""
    if not same:
        raise errors.ToolError(
            errors.BAD_OUTPUT,
            f"{what} leads to {endpoints.shown(url) if url else 'no address'}, expected the scheme, host and port of {origin(endpoint)};"
            " it was not followed",
        )
    return str(urllib.parse.urldefrag(url).url)


def origin(url: str) -> str:
    """`https://api.example.com` of a URL, for messages."""
    parts = urllib.parse.urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def _origin(url: str) -> tuple[str, str | None, int | None, bool]:
    parts = urllib.parse.urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or _PORTS.get(parts.scheme), "@" in parts.netloc
