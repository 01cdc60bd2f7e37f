"""The bytes of a request and what they say, for the endpoints and kinds: bounded in size, time and shape."""

from __future__ import annotations

import asyncio
import hashlib
import urllib.parse
from typing import Any, Final

from starlette.requests import ClientDisconnect, Request

from activities import json_text
from starter.gateway import refusals
from workflows.core import errors

MAX_BYTES: Final = 1_048_576  # 1 MiB
#: A sender that is refused for size may finish, or it would see a broken connection instead of the reason.
MAX_DRAINED_BYTES: Final = 8 * MAX_BYTES
READ_SECONDS: Final = 10.0
MAX_FORM_FIELDS: Final = 100

_CLOSE: Final = {"Connection": "close"}


async def read(request: Request) -> bytes:
    """The body as it came, counted while it comes: a sender may give no length, or a wrong one.

    Raises:
        Refused: 413 above MAX_BYTES, 408 where it takes longer than READ_SECONDS, 415 where it is compressed, 400 where it breaks off
            or has two lengths.
    """
    if "content-length" in request.headers and "transfer-encoding" in request.headers:
        # A proxy before us may have believed the other one, and let a second request through inside the first.
        raise refusals.Refused(refusals.MALFORMED, "the body has a Content-Length and a Transfer-Encoding; send one of them", _CLOSE)
    encoding = request.headers.get("content-encoding", "identity")
    try:
        async with asyncio.timeout(READ_SECONDS):
            data = await _counted(request)
    except TimeoutError:
        raise refusals.Refused(refusals.TOO_SLOW, f"the body did not come within {READ_SECONDS:g} s", _CLOSE) from None
    except ClientDisconnect:
        raise refusals.Refused(refusals.MALFORMED, "the body broke off", _CLOSE) from None
    if encoding.strip().lower() != "identity":
        raise refusals.Refused(refusals.UNREADABLE, "the body is compressed (Content-Encoding); send it as it is")
    return data


async def _counted(request: Request) -> bytes:
    data = bytearray()
    count = 0
    async for chunk in request.stream():
        count += len(chunk)
        if count <= MAX_BYTES:
            data += chunk
        elif count > MAX_DRAINED_BYTES:
            break
        else:
            data.clear()
    if count > MAX_BYTES:
        raise refusals.Refused(refusals.TOO_LARGE, f"the body is larger than {MAX_BYTES:,} bytes", _CLOSE)
    return bytes(data)


def json_object(data: bytes | str) -> dict[str, Any]:
    """The JSON object that a body holds; non-integers are Decimals with their digits.

    Raises:
        Refused: 400, no JSON, no object, or what `json_text.decode` refuses.
    """
    value = json_value(data)
    if not isinstance(value, dict):
        raise refusals.Refused(refusals.MALFORMED, f"the body holds {_kind_of(value)}, expected a JSON object")
    return value


def json_value(data: bytes | str) -> Any:
    """Any JSON value that a body holds, see `json_object`."""
    try:
        value = json_text.decode(data, "the body")
        if "\\ud" in (data if isinstance(data, str) else data.decode()).lower():  # an escaped half of a pair is found by writing it
            json_text.encode(value)
    except errors.ToolError as error:
        raise refusals.Refused(refusals.MALFORMED, error.message) from None
    return value


def form(data: bytes) -> dict[str, str]:
    """The fields of a form, each once.

    >>> form(b"command=%2Fdeploy&text=")
    {'command': '/deploy', 'text': ''}

    Raises:
        Refused: 400, it is no UTF-8, has a field twice, or too many.
    """
    try:
        pairs = urllib.parse.parse_qsl(data.decode(), keep_blank_values=True, max_num_fields=MAX_FORM_FIELDS, errors="strict")
    except UnicodeDecodeError:
        raise refusals.Refused(refusals.MALFORMED, "the form in the body is not UTF-8") from None
    except ValueError:
        raise refusals.Refused(refusals.MALFORMED, f"the form in the body has more than {MAX_FORM_FIELDS} fields") from None
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise refusals.Refused(refusals.MALFORMED, "the form in the body has a field twice")
    return fields


def is_form(content_type: str) -> bool:
    """Whether the header Content-Type names a form."""
    return content_type.partition(";")[0].strip().lower() == "application/x-www-form-urlencoded"


def digest(data: bytes) -> str:
    """A name for a body whose sender gives none: `sha256-` and 64 hexadecimal digits."""
    return f"sha256-{hashlib.sha256(data).hexdigest()}"


def _kind_of(value: Any) -> str:
    if value is None:
        return "null"
    return {dict: "an object", list: "a list", str: "a text", bool: "true or false"}.get(type(value), "a number")
