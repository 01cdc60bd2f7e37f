"""`mutual_tls`: the connection itself proves who calls, by a client certificate; the request stays as it is."""

from __future__ import annotations

from activities import exchange
from activities.auth import base, certificate_files


def names(way: base.Way) -> list[str]:
    """See `base.Kind`."""
    return certificate_files.names(way)


def missing(way: base.Way) -> list[str]:
    """See `base.Kind`."""
    return certificate_files.missing(way)


async def apply(way: base.Way, request: exchange.Request) -> exchange.Request:
    """See `base.Kind`. The certificate goes to the connection pool, by `authentication.Door.client_options`."""
    return request
