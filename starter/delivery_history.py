"""The events that a run was handed, and the waits for one that ran out, as a history tells them; for the reader of histories."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from workflows.core import recorded


@dataclass(slots=True)
class Waits:
    """What came first, an event or the end of a wait.

    An event that a run learns of in the same workflow task as of its timer counts as first: signals and updates are handled before timers.
    Signals stand before the start of that task in the history, updates behind its completion.
    """

    _fired: list[str] = field(default_factory=list)  # steps whose timer fired; the run may not know yet
    _just_told: list[str] = field(default_factory=list)  # those that the task learned of which was completed last
    _delivered: set[tuple[str, str]] = field(default_factory=set)
    _task_started: datetime.datetime | None = None

    def fired(self, timer: str) -> None:
        """A timer, by its summary."""
        if timer.endswith(recorded.WAIT):
            self._fired.append(timer.removesuffix(recorded.WAIT))

    def signalled(self, recording: recorded.Recording, given: Any, unseen: list[str]) -> None:
        """An event came by signal; the run learns of it in its next task, as of all that is `unseen`."""
        if self._takes(recording, given):
            unseen.append(recorded.delivered(len(recording.deliveries) - 1))

    def accepted(self, recording: recorded.Recording, given: Any) -> None:
        """An event came by update, in the task that was completed last."""
        if not self._takes(recording, given):
            return
        recording.expired.update(dict.fromkeys(self._just_told, len(recording.deliveries)))
        if self._task_started is not None:
            recording.times[recorded.delivered(len(recording.deliveries) - 1)] = self._task_started

    def task_scheduled(self) -> None:
        """What comes from here on belongs to the next task."""
        self._just_told.clear()

    def task_started(self, recording: recorded.Recording, time: datetime.datetime) -> None:
        """The run learns of all that came so far."""
        self._task_started = time
        recording.expired.update(dict.fromkeys(self._fired, len(recording.deliveries)))

    def task_completed(self) -> None:
        """The run has learned of it."""
        self._just_told, self._fired = self._fired, []

    def _takes(self, recording: recorded.Recording, given: Any) -> bool:
        """Adds {"id", "type", "payload", "wait"}; False for what is no event, or came before."""
        if not isinstance(given, Mapping) or not isinstance(given.get("payload"), Mapping):
            return False
        wait, name = given.get("wait") or "", str(given.get("id") or "")
        if name and (name, wait) in self._delivered:
            return False
        self._delivered.add((name, wait))
        recording.deliveries.append(recorded.Delivery(str(given.get("type", "")), given["payload"], str(wait)))
        return True
