"""The book of an event type: for those who rely on an event being neither lost nor doubled."""

from __future__ import annotations

from typing import Any

from workflows.core import event_book


def _event(number: int, payload: Any = None) -> dict[str, Any]:
    return {"id": f"e{number}", "source": "test", "payload": payload or {"number": number}}


def test_an_id_seen_before_is_not_taken_again() -> None:
    book = event_book.EventBook({})
    assert [book.take(_event(1)), book.take(_event(2)), book.take(_event(1))] == [True, True, False]
    assert book.pending == [_event(1), _event(2)]


def test_a_book_made_from_its_state_knows_the_same() -> None:
    book = event_book.EventBook({})
    book.take(_event(1))
    book.subscriptions["a"] = {"plan": {}}
    book.keep_unclaimed(_event(2))
    again = event_book.EventBook(book.state())
    assert again.state() == book.state()
    assert not again.take(_event(1))


def test_only_so_many_ids_are_remembered_the_oldest_go_first() -> None:
    book = event_book.EventBook({"seen": [f"e{number}" for number in range(event_book.REMEMBERED_IDS)]})
    book.take(_event(event_book.REMEMBERED_IDS))
    assert len(book.state()["seen"]) == event_book.REMEMBERED_IDS
    assert [book.take(_event(0)), book.take(_event(event_book.REMEMBERED_IDS))] == [True, False]


def test_each_subscription_gets_a_run_with_the_same_id_each_time() -> None:
    book = event_book.EventBook({"subscriptions": {"a": {"plan": {"name": "a"}}, "b": {"plan": {"name": "b"}}}})
    assert book.starts(_event(7)) == {"a-event-e7": {"plan": {"name": "a"}}, "b-event-e7": {"plan": {"name": "b"}}}


def test_unclaimed_events_are_kept_within_their_number_and_size() -> None:
    book = event_book.EventBook({})
    for number in range(event_book.KEPT_UNCLAIMED + 1):
        book.keep_unclaimed(_event(number))
    assert list(book.unclaimed) == [f"e{number}" for number in range(1, event_book.KEPT_UNCLAIMED + 1)]
    book.keep_unclaimed(_event(999, "x" * (event_book.KEPT_UNCLAIMED_CHARS - 100)))
    assert "e999" in book.unclaimed
    assert len(book.unclaimed) < 5


def test_an_unclaimed_event_is_sent_again_once() -> None:
    book = event_book.EventBook({})
    book.keep_unclaimed(_event(1))
    assert [book.resend("e1"), book.resend("e1")] == [True, False]
    assert book.pending == [_event(1)]


def test_large_events_in_the_row_are_not_carried() -> None:
    book = event_book.EventBook({})
    assert book.carries()
    book.take(_event(1, "x" * event_book.MAX_CARRIED_CHARS))
    assert not book.carries()
