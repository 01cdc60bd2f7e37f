"""`api_key`: one secret in a header (`x-api-key: ...`) or, where a vendor wants it so, in the query."""

from __future__ import annotations

import dataclasses
import urllib.parse
from typing import Final

from activities import exchange, secrets
from activities.auth import base

#: Endings of the variable that holds the key, tried in this order.
SUFFIXES: Final = ("API_KEY", "KEY", "API_TOKEN", "TOKEN")
DEFAULT_HEADER: Final = "X-API-Key"


def names(way: base.Way) -> list[str]:
    """The variables that may hold the key; `secret` in the definition names one itself."""
    return [str(way.given["secret"])] if "secret" in way.given else [f"{way.prefix}_{suffix}" for suffix in SUFFIXES]


def missing(way: base.Way) -> list[str]:
    """See `base.Kind`."""
    return base.one_of(way, names(way))


async def apply(way: base.Way, request: exchange.Request) -> exchange.Request:
    """See `base.Kind`."""
    key = base.first_secret(way, names(way))
    if key is None:
        raise base.lacking(way.service, missing(way))
    if "query_name" not in way.given:
        prefix = way.text("token_prefix", "").strip()
        return base.with_headers(request, way.service, {way.text("header_name", DEFAULT_HEADER): f"{prefix} {key.reveal()}".strip()})
    return dataclasses.replace(request, url=_with_query(way, request.url, key))


def _with_query(way: base.Way, url: str, key: secrets.Secret) -> str:
    """The URL with the key instead of what a template may have put under its name."""
    name, parts = str(way.given["query_name"]), urllib.parse.urlsplit(url)
    encoded = urllib.parse.quote(key.reveal(), safe="")
    way.settings.hide(f"{way.service} key in a URL", secrets.Secret(encoded))
    own = [pair for pair in parts.query.split("&") if pair and urllib.parse.unquote_plus(pair.partition("=")[0]) != name]
    return urllib.parse.urlunsplit(parts._replace(query="&".join([*own, f"{urllib.parse.quote(name, safe='')}={encoded}"])))
