"""Options of several commands that say who asks for something and what is decided, in one place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click


def person(does: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """`--as WHO`, for the policy: who `does` it. It comes to the command as `who`.

    >>> @person("sees them")
    ... def command(who: str | None) -> int: ...
    """
    return click.option("--as", "who", metavar="WHO", help=f"Who {does}, for the policy; your login's name where left out.")


def decision(comment: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """What `approve` and `reject` take: RUN STEP --as --comment --digest --token. `comment` says what becomes of the comment."""

    def decorated(command: Callable[..., Any]) -> Callable[..., Any]:
        for part in reversed(
            (
                click.argument("run_id", metavar="RUN"),
                click.argument("step", metavar="STEP"),
                click.option("--as", "who", metavar="WHO", help="Whose decision it is; believed where local approvers are trusted."),
                click.option("--comment", default="", help=comment),
                click.option(
                    "--digest", default="", metavar="DIGEST", help="Decide only if it still waits for this; 12 digits are enough."
                ),
                click.option("--token", default="", metavar="TOKEN", help="A decision that the gateway signed, in place of --as."),
            )
        ):
            command = part(command)
        return command

    return decorated
