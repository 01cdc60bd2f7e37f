"""Filters of the page's templates: texts without hidden characters, times, signs of states, addresses."""

from __future__ import annotations

import datetime
import urllib.parse
from typing import Any, Final

import jinja2
import markupsafe

from starter.page import shown
from starter.schedules import clock_words
from workflows.core import progress
from workflows.core.approvals import digest

#: What the page calls each way to sign in.
METHODS: Final = {"oidc": "signed in by your company", "token": "signed in by token", "local": "a name that nobody has checked"}


def fill(environment: jinja2.Environment, zone: datetime.tzinfo) -> None:
    """Gives the filters to an environment; times are shown in `zone`."""
    environment.filters |= {
        "plain": shown.plain,
        "shortened": shown.json_lines,
        "digest": digest.shown,
        "address": address,
        "mark": lambda status: progress.MARKS.get(status, "·"),
        "method": lambda name: METHODS.get(name, name),
    }
    environment.globals["time"] = lambda moment, now: time(moment, now, zone)


def address(name: Any) -> str:
    """A part of a path: `pay%20it`."""
    return urllib.parse.quote(str(name), safe="")


def time(moment: datetime.datetime | str | None, now: datetime.datetime, zone: datetime.tzinfo) -> markupsafe.Markup:
    """A time as an element of HTML: day, hour and offset, and how far off."""
    if not moment:
        return markupsafe.Markup("")
    when = datetime.datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return markupsafe.Markup('<time datetime="{}">{} <span class="off">{}</span></time>').format(
        clock_words.iso(when, zone), clock_words.local(when.replace(second=0, microsecond=0), zone), clock_words.relative(when, now)
    )
