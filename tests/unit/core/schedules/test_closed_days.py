"""Files of closed days: the two forms, and what wrong ones are told."""

from __future__ import annotations

import json

import pytest

from workflows.core import errors
from workflows.core.schedules import closed_days


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        pytest.param("a.txt", b"2026-12-31\n2027-01-04\n", ("2026-12-31", "2027-01-04"), id="one a line"),
        pytest.param("a.txt", b"# ours\n\n 2026-12-31 stocktaking\r\n2027-01-04 # moved\n", ("2026-12-31", "2027-01-04"), id="with words"),
        pytest.param("a.txt", b"\xef\xbb\xbf2026-12-31", ("2026-12-31",), id="byte-order mark"),
        pytest.param("a.txt", b"", (), id="empty"),
        pytest.param("a.json", b'["2026-12-31", "2027-01-04"]', ("2026-12-31", "2027-01-04"), id="JSON"),
        pytest.param("dates", b' ["2026-12-31"]', ("2026-12-31",), id="JSON under another name"),
    ],
)
def test_dates_of_a_file(name: str, data: bytes, expected: tuple[str, ...]) -> None:
    assert closed_days.read(data, name) == expected


@pytest.mark.parametrize(
    ("name", "data", "message", "hint"),
    [
        ("a.txt", b"2026-12-31\n31.12.2026\n", "'a.txt', line 2: '31.12.2026' is no date", "write it as 2026-12-31"),
        ("a.txt", b"2026-02-30\n", "'a.txt', line 1: '2026-02-30' is no date: day is out of range for month", ""),
        ("a.txt", b"\xff\xfe\x00", "'a.txt' is no text in UTF-8", "save it as UTF-8"),
        ("a.json", b'["2026-12-31"\n', "'a.json' is no JSON at line 2", 'write a list of dates: ["2026-12-31"]'),
        ("a.json", b'{"dates": []}', "'a.json' is no list of dates", 'write ["2026-12-31", "2027-01-04"]'),
        ("a.json", b"[5]", "'a.json' is no list of dates", 'write ["2026-12-31", "2027-01-04"]'),
        ("a.json", b'["2026-12-31", "x"]', "'a.json', item 2: 'x' is no date", "write it as 2026-12-31"),
        ("a.json", b"[" * 100_000, "'a.json' is no JSON", 'write a list of dates: ["2026-12-31"]'),
    ],
)
def test_files_that_cannot_be_used(name: str, data: bytes, message: str, hint: str) -> None:
    with pytest.raises(errors.ScheduleError) as raised:
        closed_days.read(data, name)
    assert (raised.value.message, raised.value.hint, raised.value.key) == (message, hint, "holidays")


def test_too_many_dates() -> None:
    with pytest.raises(errors.ScheduleError) as raised:
        closed_days.read(json.dumps(["2026-12-31"] * 5_001).encode(), "a.json")
    assert raised.value.message == "'a.json' has 5,001 dates; at most 5,000 are read (MAX_DATES)"
