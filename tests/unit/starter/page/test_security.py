"""Where one may be sent after the sign-in."""

from __future__ import annotations

import pytest

from starter.page import security


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("/", "/"),
        ("/approvals/pay-1/pay%20it", "/approvals/pay-1/pay%20it"),
        ("/runs?status=failed", "/runs?status=failed"),
        ("", "/"),
        ("runs", "/"),
        ("https://evil.example", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/\tevil", "/"),
        ("/\r\nSet-Cookie: a=b", "/"),
        ("javascript:alert(1)", "/"),
        ("/sign-in?next=/", "/"),
        ("/sign-out", "/"),
        ("/" + "a" * 2_000, "/"),
    ],
)
def test_only_paths_of_this_page(given: str, expected: str) -> None:
    assert security.local_path(given) == expected
