"""`bearer_token`: one secret in one header, `Authorization: token ghp_...`."""

from __future__ import annotations

from typing import Final

from activities import exchange
from activities.auth import base

#: Endings of the variable that holds a service's token, tried in this order: GITHUB_TOKEN, SLACK_BOT_TOKEN, OPENAI_API_KEY.
SUFFIXES: Final = ("TOKEN", "BOT_TOKEN", "API_TOKEN", "API_KEY")


def names(way: base.Way) -> list[str]:
    """The variables that may hold the token; `secret` in the definition names one itself."""
    if "secret" in way.given:
        return [str(way.given["secret"])]
    return [f"{way.prefix}_{suffix}" for suffix in SUFFIXES]


def missing(way: base.Way) -> list[str]:
    """See `base.Kind`."""
    return base.one_of(way, names(way))


async def apply(way: base.Way, request: exchange.Request) -> exchange.Request:
    """See `base.Kind`."""
    token = base.first_secret(way, names(way))
    if token is None:
        raise base.lacking(way.service, missing(way))
    return base.with_token(way, request, token.reveal())
