"""Sessions: random ids, expiry by idleness and age, a new id at the sign-in, bounded memory."""

from __future__ import annotations

import pytest

from starter.approvals import deciding
from starter.page import sessions
from tests import page

ANA = deciding.Person("ana", ("finance",), deciding.TOKEN)


@pytest.fixture
def clock() -> page.Clock:
    return page.Clock()


def test_an_id_is_256_bits_and_never_the_same(clock: page.Clock) -> None:
    kept = sessions.Sessions(clock)
    found = {kept.opened()[0] for _ in range(100)}
    assert len(found) == 100 and {len(one) for one in found} == {43}


def test_signing_in_gives_a_new_id_and_ends_the_former(clock: page.Clock) -> None:
    kept = sessions.Sessions(clock)
    former, session = kept.opened()
    identity = kept.signed_in(former, ANA)
    found = kept.found(identity)
    assert kept.found(former) is None and found is not None
    assert (found.person, found.csrf == session.csrf) == (ANA, False)


@pytest.mark.parametrize(
    ("seconds", "between", "lives"),
    [
        pytest.param(30 * 60 - 1, 0, True, id="idle, not yet"),
        pytest.param(30 * 60, 0, False, id="idle"),
        pytest.param(8 * 3600 - 1, 600, True, id="busy all day"),
        pytest.param(8 * 3600, 600, False, id="busy, but too old"),
    ],
)
def test_a_session_expires(clock: page.Clock, seconds: int, between: int, lives: bool) -> None:
    kept = sessions.Sessions(clock)
    identity = kept.signed_in(None, ANA)
    end = clock.seconds + seconds
    while between and clock.seconds + between < end:
        clock.seconds += between
        assert kept.found(identity) is not None
    clock.seconds = end
    assert (kept.found(identity) is not None) is lives
    assert len(kept) == lives


def test_a_form_that_stays_open_expires(clock: page.Clock) -> None:
    kept = sessions.Sessions(clock)
    identity, _ = kept.opened()
    clock.seconds += 15 * 60
    assert kept.found(identity) is None


@pytest.mark.parametrize("identity", [None, "", "guessed", "x" * 43, "\ud800"])
def test_an_id_that_was_not_given_out_is_nobody(clock: page.Clock, identity: str | None) -> None:
    assert sessions.Sessions(clock).found(identity) is None


def test_whoever_opens_forms_all_day_ends_forms_only(clock: page.Clock) -> None:
    kept = sessions.Sessions(clock, most=3)
    ana = kept.signed_in(None, ANA)
    opened = [kept.opened()[0] for _ in range(10)]
    assert kept.found(ana) is not None
    assert [kept.found(one) is not None for one in opened] == [False] * 7 + [True] * 3


def test_ended_is_ended(clock: page.Clock) -> None:
    kept = sessions.Sessions(clock)
    identity = kept.signed_in(None, ANA)
    kept.end(identity)
    kept.end("nothing")
    assert kept.found(identity) is None


def test_news_are_said_once(clock: page.Clock) -> None:
    session = sessions.Sessions(clock).opened()[1]
    session.news.append("Done.")
    assert (session.take_news(), session.take_news()) == (["Done."], [])


def test_a_page_that_stands_open_keeps_no_session_alive(clock: page.Clock) -> None:
    kept = sessions.Sessions(clock)
    identity = kept.signed_in(None, ANA)
    for _ in range(29):
        clock.seconds += 60
        assert kept.found(identity, active=False) is not None
    clock.seconds += 60
    assert kept.found(identity, active=False) is None
