"""Who sits at this keyboard, for the commands that start runs: as told by --as, else the login's name."""

from __future__ import annotations

import getpass


def at_keyboard(told: str | None = None) -> str | None:
    """The person's name; None where the machine does not know one either. Nobody vouches for it.

    >>> at_keyboard("ana@company.com")
    'ana@company.com'
    """
    if told and told.strip():
        return told.strip()
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return None
