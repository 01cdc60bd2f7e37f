"""Paths of requests, segment by segment, so that no value can add one."""

from __future__ import annotations

from dataclasses import dataclass

from activities.rest import parts
from workflows.core import marks


@dataclass(frozen=True, slots=True)
class Segment:
    """What stands between two slashes of a path: plain texts, and values that are encoded."""

    source: str
    pieces: tuple[str | parts.Part, ...]
    is_list: bool = False  # `${...}*`: a list of segments


def of(source: str, where: str) -> tuple[Segment, ...]:
    """The path's segments: no value can add one, since each is evaluated and encoded by itself."""
    if not source:
        return ()
    if not source.startswith("/") or source.startswith("//"):
        raise parts.bad_definition(f"{where}: found {source!r}, expected it to begin with one /")
    return tuple(_segment(segment, where) for segment in split(source[1:]))


def split(path: str) -> list[str]:
    """A path split at each / outside of templates.

    >>> split("a/${b / c}")
    ['a', '${b / c}']
    """
    found, depth = [""], 0
    for character in path:
        depth += (character == "{") - (character == "}")
        if character == "/" and not depth:
            found.append("")
        else:
            found[-1] += character
    return found


def _segment(source: str, where: str) -> Segment:
    if not marks.has_marks(source):
        return Segment(source, (source,))
    found = marks.split(source)
    if any(part.kind == "block" for part in found):
        return Segment(source, (parts.compiled(source, where),))
    if source.endswith("}*") and len(found) == 2 and found[1].content == "*":
        return Segment(source, (parts.compiled(source[:-1], where),), is_list=True)
    return Segment(
        source, tuple(part.content if part.kind == "text" else parts.compiled(source[part.start : part.end], where) for part in found)
    )
