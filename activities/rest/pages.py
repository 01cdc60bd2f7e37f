"""Gathers the items of an answer that comes in pages, for the rest transport; what is cut is told, never silently."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from activities import exchange
from activities.rest import answer as answers
from activities.rest import description as descriptions
from activities.rest import links, parts, request
from workflows.core import errors, scope, values

Ask = Callable[[exchange.Request], Awaitable[answers.Reply]]

#: All pages together; the items wait in memory until the last page is there.
MAX_BYTES: Final = 64 * 1024 * 1024
MAX_PAGES: Final = 1_000


@dataclass(slots=True)
class Gathered:
    """The items of all pages so far, and the last page's answer."""

    items: list[Any] = field(default_factory=list)
    pages: int = 0
    complete: bool = True
    last: answers.Reply | None = None
    size: int = 0  # bytes of all answers
    warnings: list[str] = field(default_factory=list)


async def gather(pages: descriptions.Pages, draft: request.Draft, endpoint: str, roots: Mapping[str, Any], ask: Ask) -> Gathered:
    """Asks for page after page until the last, or until `max_pages` or `max_items`; then a warning names the limit.

    Raises:
        ToolError: a page failed; BAD_OUTPUT, `items` gave no list, a page leads to another host, or to itself.
    """
    found = Gathered()
    most = _whole(pages.max_items, "max_items", scope.Scope(roots))
    size = _whole(pages.size, "size", scope.Scope(roots)) if pages.size else 0
    turn = _first(pages, draft)
    seen: set[str] = set()
    following: exchange.Request | None = turn.request(endpoint)
    while following is not None:
        _check_new(following, seen)
        reply = await ask(following)
        new = _items(pages, reply, roots)
        _add(found, new, reply)
        following = _next(pages, draft, following, endpoint, reply, roots, found, len(new), size)
        if len(found.items) > most or (following is not None and len(found.items) == most):
            return _cut(found, most, f"max_items of {most:,}")
        if following is not None and found.pages >= pages.max_pages:
            return _cut(found, most, f"max_pages of {pages.max_pages:,}")
    return found


def _add(found: Gathered, new: list[Any], reply: answers.Reply) -> None:
    found.items += new
    found.pages, found.last, found.size = found.pages + 1, reply, found.size + reply.size
    if found.size > MAX_BYTES:
        raise errors.ToolError(
            errors.BAD_OUTPUT, f"{found.pages:,} pages have more than {MAX_BYTES:,} bytes (pages.MAX_BYTES); ask for fewer or smaller items"
        )


def _cut(found: Gathered, most: int, limit: str) -> Gathered:
    del found.items[most:]
    found.complete = False
    found.warnings.append(f"the answer was cut after {len(found.items):,} items of {found.pages:,} pages by {limit}; there is more")
    return found


def _first(pages: descriptions.Pages, draft: request.Draft) -> request.Draft:
    if pages.number:
        return draft.with_value(pages.number, pages.first)
    return draft.with_value(pages.offset, 0) if pages.offset else draft


def _items(pages: descriptions.Pages, reply: answers.Reply, roots: Mapping[str, Any]) -> list[Any]:
    found = pages.items.value(reply.names(roots), errors.BAD_OUTPUT)
    if found is None:
        return []
    if not isinstance(found, list):
        raise errors.ToolError(errors.BAD_OUTPUT, f"{pages.items.path}: found {values.type_name(found)}, expected a list")
    return found


def _next(
    pages: descriptions.Pages,
    draft: request.Draft,
    current: exchange.Request,
    endpoint: str,
    reply: answers.Reply,
    roots: Mapping[str, Any],
    found: Gathered,
    count: int,
    size: int,
) -> exchange.Request | None:
    """The request of the next page; None where this was the last."""
    names = reply.names(roots)
    if pages.more is not None and not pages.more.value(names, errors.BAD_OUTPUT):
        return None
    if pages.cursor is not None:
        cursor = pages.cursor.value(names, errors.BAD_OUTPUT)
        return draft.with_value(pages.into, cursor).request(endpoint) if cursor not in (None, "", False) else None
    if pages.next is not None or pages.link:
        url = pages.next.value(names, errors.BAD_OUTPUT) if pages.next else links.in_header(reply.headers.get("link", ""), pages.link)
        return _at(url, current, endpoint, pages.relative_to) if url not in (None, "", False) else None
    if not count or count < size:
        return None
    if pages.offset:
        return draft.with_value(pages.offset, len(found.items)).request(endpoint)
    return draft.with_value(pages.number, pages.first + found.pages).request(endpoint)


def _at(url: Any, current: exchange.Request, endpoint: str, relative_to: str) -> exchange.Request:
    target = links.resolve(url, "the next page", current.url, endpoint, relative_to)
    return exchange.Request("GET", target, without_type(current.headers))


def without_type(headers: Mapping[str, str]) -> dict[str, str]:
    """Headers for a request without a body."""
    return {name: value for name, value in headers.items() if name.lower() != "content-type"}


def _check_new(following: exchange.Request, seen: set[str]) -> None:
    """A vendor that always points to the same page would keep us here until time runs out."""
    mark = f"{following.method} {following.url} {following.body!r}"
    if mark in seen:
        raise errors.ToolError(errors.BAD_OUTPUT, "the next page is one that was read before: the vendor's pages lead in a circle")
    seen.add(mark)


def _whole(given: parts.Part | int, name: str, names: scope.Scope) -> int:
    number = given if isinstance(given, int) else given.value(names)
    if not isinstance(number, int) or isinstance(number, bool) or number < 1:
        raise errors.ToolError(errors.INVALID_INPUT, f"rest.pages.{name}: found {values.shown(number)}, expected a whole number above 0")
    return number
