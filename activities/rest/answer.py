"""Reads a vendor's answer as its description says, for the rest transport: what it holds, and whether it is an error."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from activities import exchange, files, json_text, outcomes
from activities.rest import description as descriptions
from activities.rest import rate_limits
from workflows.core import errors, scope

_NO_CONTENT: Final = 204


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer that is a success, as templates see it."""

    status: int
    headers: Mapping[str, str]
    answer: Any
    size: int = 0  # bytes of the body

    def names(self, roots: Mapping[str, Any], **more: Any) -> scope.Scope:
        """What `result`, `found`, `pages` and `poll` may read."""
        return scope.Scope({**roots, "answer": self.answer, "status": self.status, "headers": dict(self.headers), **more})


def read(
    description: descriptions.Description,
    response: exchange.Response,
    roots: Mapping[str, Any],
    numbers: rate_limits.Numbers | None,
    mask: Callable[[str], str],
) -> Reply:
    """The answer, where it is a success.

    Raises:
        ToolError: it is an error, by its status or by what the description's `error` finds in it; BAD_OUTPUT, it cannot be read.
    """
    if response.is_success:
        reply = Reply(response.status, response.headers, _content(description.answer, response), len(response.body))
        said = _said(description.error.value(reply.names(roots), errors.BAD_OUTPUT) if description.error else None)
        if not said or _is_accepted(description, reply, roots, said):
            return reply
        raise _failure(description, response, reply, roots, numbers, mask, said)
    reply = Reply(response.status, response.headers, _content_of_error(response))
    said = _said(description.error.value_or_none(reply.names(roots)) if description.error else None)
    if _is_accepted(description, reply, roots, said):
        return reply
    raise _failure(description, response, reply, roots, numbers, mask, said)


def _content(form: str, response: exchange.Response) -> Any:
    if form == descriptions.NONE or response.status == _NO_CONTENT:
        return None
    if form == descriptions.FILE:
        return files.described(response.body, response.headers)
    if form == descriptions.TEXT:
        return _text(response.body)
    return json_text.decode(response.body) if response.body.strip() else None


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise errors.ToolError(errors.BAD_OUTPUT, f"the answer is not UTF-8 (byte {error.start + 1})") from None


def _content_of_error(response: exchange.Response) -> Any:
    """JSON where it is any; else the text, which some proxy may have written."""
    if not response.body.strip():
        return None
    try:
        return json_text.decode(response.body)
    except errors.ToolError:
        return response.body.decode("utf-8", errors="replace")


def _said(found: Any) -> str:
    """The vendor's word for an error; "" where there is none."""
    if found is None or found is False or found == "":
        return ""
    return found if isinstance(found, str) else json_text.encode(found).decode()


def _is_accepted(description: descriptions.Description, reply: Reply, roots: Mapping[str, Any], said: str) -> bool:
    if reply.status in description.accepted:
        return True
    return description.accept is not None and description.accept.value_or_none(reply.names(roots, error=said)) is True


def _failure(
    description: descriptions.Description,
    response: exchange.Response,
    reply: Reply,
    roots: Mapping[str, Any],
    numbers: rate_limits.Numbers | None,
    mask: Callable[[str], str],
    said: str,
) -> errors.ToolError:
    """The error that an answer stands for. Texts are masked here, since later they are cut, perhaps amid a secret."""
    now = datetime.datetime.now(datetime.UTC)
    return outcomes.of_answer(
        response.status,
        {name: mask(value) for name, value in response.headers.items()},
        mask(response.body.decode("utf-8", errors="replace")),
        now,
        mask(said),
        _kind(description, reply, roots, said),
        numbers.wait_seconds(now) if numbers is not None else None,
    )


def _kind(description: descriptions.Description, reply: Reply, roots: Mapping[str, Any], said: str) -> str | None:
    """The kind that the definition gives this error; None leaves it to the status."""
    word = description.kinds.get(said) if description.kinds is not None else None
    if description.kind is not None:
        word = description.kind.value_or_none(reply.names(roots, error=said))
    return descriptions.KINDS.get(word) if isinstance(word, str) else None
