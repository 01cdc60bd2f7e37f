"""What the page cannot do, as people are told it: a status of HTTP, a heading and a sentence."""

from __future__ import annotations


class Problem(Exception):
    """Ends a request with a page that says why. `sign_in`: the page offers to sign in."""

    def __init__(self, status: int, heading: str, message: str, *, sign_in: bool = False, headers: dict[str, str] | None = None) -> None:
        self.status = status
        self.heading = heading
        self.message = message
        self.sign_in = sign_in
        self.headers = headers or {}
        super().__init__(message)
