"""An approval as people read it in a terminal: the question, whom it asks, and the payload in full."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from activities import json_text
from workflows.core import progress
from workflows.core.approvals import digest, request

_MAX_LINES: Final = 200


def lines(asked: Mapping[str, Any]) -> Iterator[str]:
    """The lines of one approval; of a very long payload the first ones, and how many more there are."""
    yield f"{asked['run_id']}  {asked['name']}"
    yield f"  {_plain(asked['title'])}"
    if asked.get("details"):
        yield from (f"  {_plain(line)}" for line in str(asked["details"]).splitlines())
    approved = [one["who"] for one in asked["decisions"] if one["decision"] == request.APPROVE]
    count = f"{len(approved)} of {asked['quorum']}" + (f", by {', '.join(map(_plain, approved))}" if approved else "")
    people = f" ({', '.join(asked['people'])})" if asked.get("people") else ""
    yield f"  asks      {', '.join(asked['approvers']) or 'anybody'}{people}"
    yield f"  approved  {count}"
    yield f"  until     {asked['until']}, then {'approved' if asked['on_timeout'] == request.APPROVE else 'rejected'}"
    yield f"  digest    {digest.shown(asked['digest'])}"
    yield from (f"  note      {_plain(notice)}" for notice in asked.get("notices", ()))
    yield from _payload(asked.get("tool"), asked["payload"])


def _payload(tool: Any, payload: Any) -> Iterator[str]:
    if payload is None:
        return
    found = list(_members(payload, "    "))
    yield f"  sends     {tool}" if tool else "  payload"
    yield from found[:_MAX_LINES]
    if len(found) > _MAX_LINES:
        yield f"    ... and {len(found) - _MAX_LINES:,} lines more; --json has all"


def _members(value: Any, indent: str) -> Iterator[str]:
    """A value as an outline: `amount: 12450.00`, items numbered."""
    if isinstance(value, dict) and value:
        pairs: list[tuple[str, Any]] = [(_plain(str(key)), member) for key, member in value.items()]
    elif isinstance(value, list) and value:
        pairs = [(f"{number}.", member) for number, member in enumerate(value, 1)]
    else:
        yield f"{indent}{_scalar(value)}"
        return
    for name, member in pairs:
        label = name if name.endswith(".") and isinstance(value, list) else f"{name}:"
        if isinstance(member, dict | list) and member:
            yield f"{indent}{label}"
            yield from _members(member, f"{indent}  ")
        else:
            yield f"{indent}{label} {_scalar(member)}"


def _scalar(value: Any) -> str:
    return _plain(value) if isinstance(value, str) else json_text.encode(progress.writable(value)).decode()


def _plain(text: str) -> str:
    """A text in which nothing moves the cursor, so that what is shown is what is there."""
    return "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in str(progress.writable(text)))
