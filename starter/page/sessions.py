"""Who is signed in, kept in the gateway's memory: a browser holds nothing but a random id."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from starter.approvals import deciding
from starter.page import oidc_flow

#: Without a request for so long, a session ends.
IDLE_SECONDS: Final = 30 * 60
#: However busy it is, a session ends after so long.
LONGEST_SECONDS: Final = 8 * 60 * 60
#: Somebody who has only opened the sign-in form.
SIGNING_IN_SECONDS: Final = 15 * 60
#: Of each kind so many; whoever asks for more ends the oldest of that kind, so that memory is bounded.
MOST: Final = 10_000
_BYTES: Final = 32  # 256 bits


@dataclass(slots=True)
class Session:
    """One browser. `person` is None until somebody has signed in; `proof` is the digest of the token it was done with."""

    opened: float
    seen: float
    csrf: str
    person: deciding.Person | None = None
    proof: str = ""
    flow: oidc_flow.Flow | None = None
    #: What the next page says, once.
    news: list[str] = field(default_factory=list)

    def is_over(self, now: float) -> bool:
        """Whether it has expired."""
        if self.person is None:
            return now - self.opened >= SIGNING_IN_SECONDS
        return now - self.seen >= IDLE_SECONDS or now - self.opened >= LONGEST_SECONDS

    def take_news(self) -> list[str]:
        """What is to be said, which is forgotten then."""
        said, self.news = self.news, []
        return said


class Sessions:
    """The sessions there are, by the SHA-256 of their ids."""

    def __init__(self, clock: Callable[[], float], most: int = MOST) -> None:
        self._clock = clock
        self._most = most
        self._by_id: dict[bool, dict[bytes, Session]] = {False: {}, True: {}}  # signing in, signed in; oldest first

    def __len__(self) -> int:
        return sum(len(some) for some in self._by_id.values())

    def opened(self) -> tuple[str, Session]:
        """A new one of nobody, for the sign-in form; gives its id too."""
        return self._keep(Session(self._clock(), self._clock(), secrets.token_urlsafe(_BYTES)))

    def found(self, identity: str | None, active: bool = True) -> Session | None:
        """The session of an id; None where there is none, or none any more. `active` is False where no person asks, but a script."""
        if not identity:
            return None
        for some in self._by_id.values():
            session = some.get(_key(identity))
            if session is not None and session.is_over(self._clock()):
                del some[_key(identity)]
            elif session is not None:
                session.seen = self._clock() if active else session.seen
                return session
        return None

    def signed_in(self, former: str | None, person: deciding.Person, proof: str = "") -> str:
        """The id of a new session of a person; the one before the sign-in ends, so that nobody can have planted it."""
        self.end(former)
        identity, session = self._keep(Session(self._clock(), self._clock(), secrets.token_urlsafe(_BYTES), person, proof))
        assert session.person is not None
        return identity

    def end(self, identity: str | None) -> None:
        """Ends a session, if there is one."""
        for some in self._by_id.values():
            some.pop(_key(identity or ""), None)

    def _keep(self, session: Session) -> tuple[str, Session]:
        some = self._by_id[session.person is not None]
        if len(some) >= self._most:
            self._sweep(some)
        identity = secrets.token_urlsafe(_BYTES)
        some[_key(identity)] = session
        return identity, session

    def _sweep(self, some: dict[bytes, Session]) -> None:
        now = self._clock()
        for key in [key for key, session in some.items() if session.is_over(now)]:
            del some[key]
        while len(some) >= self._most:
            del some[next(iter(some))]


def _key(identity: str) -> bytes:
    return hashlib.sha256(identity.encode("utf-8", "surrogatepass")).digest()
