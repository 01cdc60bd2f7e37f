"""Who is behind a run, for four eyes: who started it, who is the author of what it does, and what to say where nobody knows.

{"started_by": "ana@company.com"}                                              by hand
{"author": "ana@company.com"}                                                  by its schedule: who applied the pipeline
{"author": "ana@company.com", "triggers": [{"who": "ion", "from": "2026-11-23T16:00:00+00:00", "to": "..."}]}   or triggered, backfilled
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from workflows.core.approvals import people

#: So many triggers and backfills a schedule remembers; older ones go.
MAX_TRIGGERS: Final = 20
#: Where the payloads of vendors name a person, best first: an address is what a policy names people by.
_IN_EVENTS: Final = (
    ("user_email",),  # GitLab's push
    ("user", "email"),  # GitLab
    ("pusher", "email"),  # GitHub's push
    ("sender", "email"),
    ("actor", "email"),
    ("sender", "login"),  # GitHub
    ("user_username",),
    ("user", "username"),
    ("user", "name"),  # Slack
    ("actor",),
)
#: The source of events that `ordinaut emit` sends.
_EMIT: Final = "emit"
#: What GitLab writes in place of an address that its owner hides.
_HIDDEN: Final = "[REDACTED]"


@dataclass(frozen=True, slots=True)
class Origin:
    """Who is behind a run, as far as that is known."""

    starter: str | None = None
    author: str | None = None
    scheduled: bool = False  # its schedule started it, and nobody triggered it

    def excluded(self, exclude: Iterable[str]) -> list[str]:
        """The people whom `exclude` means: its names, and whoever `starter` and `author` stand for.

        >>> Origin(starter="ana").excluded(["starter", "ion"])
        ['ion', 'ana']
        """
        words = {people.STARTER: self.starter, people.AUTHOR: self.author}
        listed = list(exclude)
        return [*(name for name in listed if name not in words), *(who for word, who in words.items() if word in listed and who)]

    def warnings(self, exclude: Iterable[str], facts: people.Facts) -> list[str]:
        """A sentence for each word of `exclude` that excludes nobody; what the people decide then goes by the policy alone."""
        said = {people.STARTER: self._started(), people.AUTHOR: self._applied()}
        found = [f"{why}, so 'exclude': '{word}' excludes nobody" for word, why in said.items() if word in exclude and why]
        known = {people.STARTER: ("started the run", self.starter), people.AUTHOR: ("is the author of the pipeline", self.author)}
        for word, (did, who) in known.items():
            if word in exclude and who and not facts.open and people.same(who) not in map(people.same, facts.people):
                found.append(f"'{who}' {did} and is nobody of the policy, so 'exclude': '{word}' excludes only a person of that name")
        return found

    def _started(self) -> str:
        if self.starter:
            return ""
        return "its schedule started the run" if self.scheduled else "who started the run is not known"

    def _applied(self) -> str:
        return "" if self.author else "who applied the pipeline is not known"


UNKNOWN: Final = Origin()


def of_run(given: Mapping[str, Any], due: datetime.datetime | None) -> Origin:
    """Who is behind a run of this input. `due` is when its schedule had it due; None where no schedule started it.

    Whoever starts a run by hand hands its document over, and is its author too.
    """
    starter = _name(given.get("started_by"))
    author = _name(given.get("author"))
    if starter is None and due is not None:
        starter = _triggered(given.get("triggers"), due)
        return Origin(starter, author, starter is None)
    return Origin(starter, author or starter)


def of_event(source: str, payload: Any) -> str:
    """Whom an event is by: the person who emitted it by hand, else the one that its payload names, else its source.

    >>> of_event("github/acme", {"sender": {"login": "ana"}}), of_event("generic/shop", {"order": 5})
    ('ana', 'generic/shop')
    """
    command, _, person = source.partition("/")
    if command == _EMIT and person:
        return person
    for path in _IN_EVENTS:
        found = payload
        for key in path:
            found = found.get(key) if isinstance(found, Mapping) else None
        if isinstance(found, str) and found.strip() and found != _HIDDEN:
            return found.strip()
    return source


def emitted_by(person: str | None) -> str:
    """The source of an event that somebody sends by hand.

    >>> emitted_by("ana"), emitted_by(None)
    ('emit/ana', 'emit')
    """
    return f"{_EMIT}/{person}" if person else _EMIT


def with_trigger(given: Mapping[str, Any], who: str, first: datetime.datetime, last: datetime.datetime) -> dict[str, Any]:
    """What the runs of a schedule are given, once somebody asks for those that are due from the first to the last moment."""
    entry = {"who": who, "from": first.isoformat(), "to": last.isoformat()}
    return {**given, "triggers": [*given.get("triggers", ()), entry][-MAX_TRIGGERS:]}


def _triggered(triggers: Any, due: datetime.datetime) -> str | None:
    """Who asked for the run that was due then; of several the last."""
    for entry in reversed(triggers if isinstance(triggers, list) else []):
        try:
            first, last = (datetime.datetime.fromisoformat(entry[key]) for key in ("from", "to"))
            if first <= due <= last:
                return _name(entry.get("who"))
        except (KeyError, TypeError, ValueError, AttributeError):
            continue  # somebody spoilt it at Temporal
    return None


def _name(given: Any) -> str | None:
    return given.strip() if isinstance(given, str) and given.strip() else None
