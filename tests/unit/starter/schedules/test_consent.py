"""What cannot be taken back is asked for, where there is somebody to ask."""

from __future__ import annotations

import io
import sys

import click
import pytest

from starter.schedules import consent


class Terminal(io.StringIO):
    """A person at the keyboard."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("answer", "agreed"), [("y\n", True), ("n\n", False), ("\n", False)])
def test_person_at_a_terminal_is_asked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], answer: str, agreed: bool
) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal(answer))
    assert consent.given("Delete it?", yes=False, as_json=False) is agreed
    out, err = capsys.readouterr()
    assert out == "" and err.startswith("Delete it? [y/N]")


def test_yes_asks_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    assert consent.given("Delete it?", yes=True, as_json=True)


@pytest.mark.parametrize(("stdin", "as_json"), [(io.StringIO("y\n"), False), (Terminal("y\n"), True)], ids=["pipe", "json"])
def test_where_nobody_can_be_asked_a_yes_is_wanted(monkeypatch: pytest.MonkeyPatch, stdin: io.StringIO, as_json: bool) -> None:
    monkeypatch.setattr(sys, "stdin", stdin)
    with pytest.raises(click.UsageError) as refused:
        consent.given("Delete it?", yes=False, as_json=as_json)
    assert refused.value.message == "Delete it? Nobody can be asked here: say so with --yes"
