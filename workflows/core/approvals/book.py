"""The decision book of one approval: who has decided, who still may, and how it ended. Every refusal is a sentence."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any, Final

from workflows.core import errors
from workflows.core.approvals import decision, origin, people
from workflows.core.approvals import digest as digests
from workflows.core.approvals import request as requests

APPROVED: Final = "approved"
REJECTED: Final = "rejected"
TIMED_OUT: Final = "timed out"
VERBS: Final = {requests.APPROVE: APPROVED, requests.REJECT: REJECTED}


class Refused(errors.OrdinautError):
    """A decision that does not count, with the reason in a sentence."""

    kind = errors.REFUSED


class Book:
    """Takes decisions until there are enough, one rejects, or time runs out.

    >>> book = Book(asked, facts, "pay-1", since=now)
    >>> book.take("approve", decision.Given("ask", who="ana"), None, now)
    >>> book.status
    'approved'
    """

    def __init__(
        self, asked: requests.Request, facts: people.Facts, run: str, since: datetime.datetime, behind: origin.Origin = origin.UNKNOWN
    ) -> None:
        self.asked = asked
        self.facts = facts
        self.status: str | None = None
        self.escalated = False
        self.reminders = 0
        self.notices: list[str] = behind.warnings(asked.exclude, facts)
        self.since = since
        self._run = run
        self._behind = behind
        self._decided_at: datetime.datetime | None = None
        self._decisions: list[dict[str, Any]] = []

    @property
    def over(self) -> bool:
        """Whether it is decided."""
        return self.status is not None

    @property
    def approvers(self) -> tuple[str, ...]:
        """Whom it is for; after the escalation more of them."""
        return (*(self.asked.approvers or self.facts.approvers), *(self.asked.escalate_to if self.escalated else ()))

    @property
    def approvals(self) -> int:
        """How many have approved."""
        return sum(one["decision"] == requests.APPROVE for one in self._decisions)

    def take(self, verb: str, given: decision.Given, claims: decision.Claims | None, now: datetime.datetime) -> None:
        """Writes a decision down. `claims` is what a gateway signed, already verified; None for a self-asserted one.

        Raises:
            Refused: it does not count.
        """
        who, roles = self.judged(verb, given, claims, now)
        self._decisions.append(
            {
                "who": who,
                "decision": verb,
                "comment": given.comment,
                "at": now.replace(microsecond=0).isoformat(),
                "identified": decision.GATEWAY if claims else decision.SELF_ASSERTED,
                "roles": list(roles),
                **({"method": claims.method} if claims and claims.method else {}),
                **({"token": given.token} if claims else {}),
            }
        )
        if verb == requests.REJECT:
            self._end(REJECTED, now)
        elif self.approvals >= self.asked.quorum:
            self._end(APPROVED, now)

    def judged(
        self, verb: str, given: decision.Given, claims: decision.Claims | None, now: datetime.datetime
    ) -> tuple[str, tuple[str, ...]]:
        """The person and the roles of a decision that counts; nothing is written down.

        Raises:
            Refused: it does not count.
        """
        if self.status is not None:
            raise Refused(f"the approval '{self.asked.name}' is decided already: {self._ended()}")
        who = self._person(verb, given, claims, now)
        if given.digest and given.digest != self.asked.digest:
            raise self._other_digest(given.digest)
        roles = self.facts.roles_of(who, claims.roles if claims else ())
        if roles is None:
            raise Refused(f"nobody is called '{who}' in the policy{self._for_whom()}")
        self._check_excluded(who)
        if not people.may(who, roles, self.approvers):
            held = f"has {_listed(roles)}" if roles else "has no role"
            raise Refused(f"'{who}' may not decide '{self.asked.name}': {who} {held}{self._for_whom()}")
        if any(people.same(one["who"]) == people.same(who) for one in self._decisions):
            raise Refused(f"'{who}' has decided '{self.asked.name}' already, and nobody counts twice")
        return who, roles

    def time_out(self, now: datetime.datetime) -> None:
        """Ends it because nobody, or too few, decided in time."""
        self._end(APPROVED if self.asked.on_timeout == requests.APPROVE else TIMED_OUT, now)

    def record(self) -> dict[str, Any]:
        """The decision record: what the step gives, and what goes with the call that was approved."""
        return {
            "status": self.status or "waiting",
            "approved": self.status == APPROVED,
            "name": self.asked.name,
            "title": self.asked.title,
            "digest": self.asked.digest,
            "quorum": self.asked.quorum,
            "approvers": list(self.approvers),
            "decisions": [dict(one) for one in self._decisions],
            "asked_at": self.since.replace(microsecond=0).isoformat(),
            "decided_at": self._decided_at.replace(microsecond=0).isoformat() if self._decided_at else None,
            "started_by": self._behind.starter,
            **({"author": self._behind.author} if self._behind.author else {}),
            "default_approvers": list(self.facts.approvers),
            "reminders": self.reminders,
            "escalated": self.escalated,
            **({"notices": list(self.notices)} if self.notices else {}),
        }

    def shown(self) -> dict[str, Any]:
        """What people are asked, for lists and pages."""
        return {
            **self.record(),
            "details": self.asked.details,
            "payload": self.asked.payload,
            "until": (self.since + self.asked.timeout).replace(microsecond=0).isoformat(),
            "on_timeout": self.asked.on_timeout,
            "people": people.eligible(self.facts, self.approvers, self._excluded()),
            **({"tool": self.asked.call["tool"]} if self.asked.call else {}),
        }

    def words(self) -> str:
        """`asks finance (1 of 2 approvals) until 2026-11-26T18:00:00+00:00`, for the run's details."""
        until = (self.since + self.asked.timeout).replace(microsecond=0).isoformat()
        return f"asks {_listed(self.approvers) or 'anybody'} ({self.approvals} of {self.asked.quorum} approvals) until {until}"

    def _person(self, verb: str, given: decision.Given, claims: decision.Claims | None, now: datetime.datetime) -> str:
        if claims is None:
            if not given.who.strip():
                raise Refused("the decision does not say whose it is; name the person: --as WHO")
            if not self.facts.trust_local:
                raise Refused(
                    f"'{given.who.strip()}' is self-asserted, and that does not count here: decide on the approvals page, or set"
                    " ORDINAUT_TRUST_LOCAL_APPROVERS=1 for the worker, on a machine of your own only"
                )
            return given.who.strip()
        self._check_claims(verb, given, claims, now)
        return claims.who.strip()

    def _check_claims(self, verb: str, given: decision.Given, claims: decision.Claims, now: datetime.datetime) -> None:
        """A token holds for one decision only."""
        if claims.run != self._run or claims.step != self.asked.name:
            raise Refused(f"the token is for '{claims.step}' of the run '{claims.run}', not for '{self.asked.name}' of '{self._run}'")
        if claims.decision != verb:
            raise Refused(f"the token says {claims.decision}, not {verb}")
        if claims.digest != self.asked.digest:
            raise self._other_digest(claims.digest)
        if given.who and people.same(given.who) != people.same(claims.who):
            raise Refused(f"the token is of '{claims.who}', not of '{given.who}'")
        if not claims.who.strip():
            raise Refused("the token does not say whose it is")
        if now.timestamp() >= claims.expires:
            raise Refused("the token has expired; decide again on the approvals page")

    def _other_digest(self, found: str) -> Refused:
        return Refused(
            f"the decision is for {digests.shown(found) or 'nothing'}, but '{self.asked.name}' waits for"
            f" {digests.shown(self.asked.digest)}: it is not what was seen; look at it again: ordinaut approvals"
        )

    def _check_excluded(self, who: str) -> None:
        name, behind = self.asked.name, self._behind
        if self._is(behind.starter, people.STARTER, who):
            raise Refused(f"'{who}' started the run and may not decide '{name}': four eyes are asked for")
        if self._is(behind.author, people.AUTHOR, who):
            raise Refused(f"'{who}' is the author of the pipeline and may not decide '{name}': four eyes are asked for")
        if people.same(who) in {people.same(name) for name in self._excluded()}:
            raise Refused(f"'{who}' is excluded from '{name}': four eyes are asked for")

    def _is(self, person: str | None, word: str, who: str) -> bool:
        return word in self.asked.exclude and person is not None and people.same(person) == people.same(who)

    def _excluded(self) -> Sequence[str]:
        return self._behind.excluded(self.asked.exclude)

    def _for_whom(self) -> str:
        able = people.eligible(self.facts, self.approvers, self._excluded())
        return f"; it is for {_listed(self.approvers) or 'nobody'}{f' ({_listed(able)})' if able else ''}"

    def _end(self, status: str, now: datetime.datetime) -> None:
        self.status = status
        self._decided_at = now

    def _ended(self) -> str:
        by = [one["who"] for one in self._decisions if VERBS[one["decision"]] == self.status]
        return f"{self.status}{f' by {_listed(by)}' if by else ''}"


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names)
