"""Scope: which value a name has while a template is evaluated. Loop variables first, then roots, date words, outputs, functions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workflows.core import budget as budgets
from workflows.core import date_words, missing

#: Names that a save_as cannot take: it is then reached as steps.NAME only.
RESERVED_ROOTS = ("steps", "params", "event")


class Scope:
    """The names of one evaluation.

    `roots` are steps, params, event (or, in a catalog, arguments); `dates` gives the date words; `outputs` the bare names.
    """

    __slots__ = ("_locals", "budget", "dates", "outputs", "roots")

    def __init__(
        self,
        roots: Mapping[str, Any],
        dates: date_words.DateWords | None = None,
        outputs: Mapping[str, Any] | None = None,
        local: dict[str, Any] | None = None,
        budget: budgets.Budget | None = None,
    ) -> None:
        self.roots = roots
        self.dates = dates
        self.outputs: Mapping[str, Any] = outputs if outputs is not None else {}
        self._locals = local or {}
        self.budget = budget or budgets.Budget()

    def with_local(self, names: dict[str, Any]) -> Scope:
        """The same scope with loop variables in front; the budget is shared."""
        return Scope(self.roots, self.dates, self.outputs, {**self._locals, **names}, self.budget)

    def fresh(self) -> Scope:
        """The same names with a new budget, for the next evaluation."""
        return Scope(self.roots, self.dates, self.outputs, self._locals, self.budget.fresh())

    def apart(self, names: dict[str, Any]) -> Scope:
        """The same scope with names in front and a budget that counts for nobody: for what is evaluated while a run waits."""
        return Scope(self.roots, self.dates, self.outputs, {**self._locals, **names})

    def lookup(self, name: str) -> Any:
        """The value of a bare name, or a Missing that lists what is there."""
        if name in self._locals:
            return self._locals[name]
        if name in self.roots:
            return self.roots[name]
        if self.dates is not None and (value := self.dates.get(name)) is not None:
            return value
        if name in self.outputs:
            return self.outputs[name]
        return self._missing(name)

    def _missing(self, name: str) -> missing.Missing:
        def words() -> missing.Words:
            if name == "event":
                return "this run was not started by an event, so 'event' cannot be read", "give it one: --event @payload.json"
            known = [*self._locals, *self.roots, *self.outputs]
            advice = missing.suggestion(name, known)
            if not advice and self.dates is not None and (near := date_words.near(name)):
                advice = f"did you mean '{near[0]}'?"
            dates = ", and the date words" if self.dates is not None else ""
            return f"nothing is called '{missing.key_shown(name)}'; {missing.there_is(known)}{dates}", advice

        return missing.Missing("", explain=words)
