"""Whether a request is one that the vendor's own description allows; it fails closed: an unknown path, method, query parameter or member is a finding."""

from __future__ import annotations

import functools
import json
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import openapi_core
from openapi_core import exceptions as core_exceptions
from openapi_core.datatypes import RequestParameters
from werkzeug.datastructures import Headers, ImmutableMultiDict

HERE: Final = Path(__file__).parent
VENDORS: Final = tuple(sorted(file.stem for file in HERE.glob("*.json")))


@dataclass(frozen=True)
class Request:
    """A request as it went over the wire; `path` begins where the description's paths begin."""

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] | None = None
    body: bytes | None = None


class _Request:
    """The request in the form that openapi-core asks for (its protocol `Request`)."""

    def __init__(self, request: Request) -> None:
        headers = dict(request.headers or {})
        pairs = urllib.parse.parse_qsl(request.query, keep_blank_values=True)
        self.parameters = RequestParameters(query=ImmutableMultiDict(pairs), header=Headers(headers), cookie=ImmutableMultiDict(), path={})
        self.host_url = ""
        self.path = request.path
        self.full_url_pattern = request.path
        self.method = request.method.lower()
        self.body = request.body
        self.content_type = {name.lower(): value for name, value in headers.items()}.get("content-type", "application/json")


@functools.cache
def description(vendor: str) -> Any:
    """The vendor's description, opened once; its own faults are not judged, only the requests."""
    document = json.loads((HERE / f"{vendor}.json").read_text(encoding="utf-8"))
    return openapi_core.OpenAPI.from_dict(document, config=openapi_core.Config(spec_validator_cls=None))


def problems(vendor: str, request: Request) -> list[str]:
    """What is wrong with the request, in the description's words; [] where nothing is.

    >>> problems("github", Request("POST", "/repos/a/b/issues", body=b"{}"))
    ["'title' is a required property"]
    """
    try:
        description(vendor).validate_request(_Request(request))
    except core_exceptions.OpenAPIError as error:
        return _told(error)
    return _undescribed(vendor, request) if request.query else []


def _undescribed(vendor: str, request: Request) -> list[str]:
    """Parameters of the query that the vendor does not describe: it would ignore them without a word, and openapi-core does."""
    known = description(vendor).unmarshal_request(_Request(request)).parameters.query
    given = dict(urllib.parse.parse_qsl(request.query, keep_blank_values=True))
    return [f"no query parameter '{name}' is described" for name in given if name not in known]


def _told(error: BaseException) -> list[str]:
    cause = error.__cause__ or error
    found = [str(one.message) for one in getattr(cause, "schema_errors", ())]
    return found or [str(cause) or type(cause).__name__]
