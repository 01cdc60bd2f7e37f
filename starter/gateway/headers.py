"""The headers of a request, for signatures and kinds: one that stands twice cannot be read in two ways."""

from __future__ import annotations

from collections.abc import Iterable

from starter.gateway import refusals


class Headers:
    """Looked up without regard to case.

    >>> Headers([(b"x-github-event", b"ping")]).get("X-GitHub-Event")
    'ping'
    """

    def __init__(self, raw: Iterable[tuple[bytes, bytes]]) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in raw:
            self._values.setdefault(name.decode("latin-1").lower(), []).append(value.decode("latin-1").strip())

    def get(self, name: str) -> str:
        """The header's value, "" where there is none.

        Raises:
            Refused: 400, it stands twice.
        """
        values = self._values.get(name.lower(), [])
        if len(values) > 1:
            raise refusals.Refused(refusals.MALFORMED, f"the header {name} stands {len(values)} times, expected once")
        return values[0] if values else ""

    def starting(self, prefix: str) -> dict[str, str]:
        """The headers that begin so, by the rest of their names: {"id": "7"} for `ce-`.

        Raises:
            Refused: 400, one stands twice.
        """
        return {name.removeprefix(prefix): self.get(name) for name in self._values if name.startswith(prefix)}
