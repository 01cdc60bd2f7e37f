"""The note of a pause, which keeps its time since Temporal does not."""

from __future__ import annotations

import datetime

import pytest

from starter.schedules import one

NOON = datetime.datetime(2026, 11, 23, 14, tzinfo=datetime.timezone(datetime.timedelta(hours=2)))


@pytest.mark.parametrize("note", ["", "audit", "audit: the books\nare closed"])
def test_note_of_a_pause_gives_its_time_and_words_back(note: str) -> None:
    text = one.pause_note(NOON, note)
    assert text.startswith("paused 2026-11-23T12:00:00Z")
    assert one.pause_time(text) == NOON
    assert one.said_of_pause(text) == note


@pytest.mark.parametrize("note", ["", "Paused via Web UI", "paused since Monday"])
def test_any_other_note_is_as_it_is_and_has_no_time(note: str) -> None:
    assert one.pause_time(note) is None
    assert one.said_of_pause(note) == note
