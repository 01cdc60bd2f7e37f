"""Asks before what cannot be taken back; for the commands on schedules."""

from __future__ import annotations

import sys

import click


def given(question: str, yes: bool, as_json: bool) -> bool:
    """Whether to go on: `--yes`, or the answer of the person at the terminal.

    Raises:
        click.UsageError: nobody can be asked, since there is no terminal or the answer shall be JSON.
    """
    if yes:
        return True
    if as_json or not sys.stdin.isatty():
        raise click.UsageError(f"{question} Nobody can be asked here: say so with --yes")
    return click.confirm(question, err=True)
