"""Access tokens, for the ways to authenticate that need them: kept until they end, got by one caller while the others wait."""

from __future__ import annotations

import asyncio
import dataclasses
import hashlib
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

from activities import secrets, token_store
from activities import settings as settings_module
from workflows.core import errors

#: A token is no longer used so long before its end, or in the last tenth of its life where that is shorter.
MARGIN_SECONDS: Final = 60.0
#: Life of a token of which the vendor says nothing. A refused one is replaced anyway.
DEFAULT_LIFE_SECONDS: Final = 1_800.0

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Token:
    """An access token; times are Unix times in seconds. `seed` is the digest of the refresh token that a person configured."""

    access: secrets.Secret
    issued_at: float
    expires_at: float
    refresh: secrets.Secret | None = None
    scope: str = ""
    seed: str = ""

    def usable(self, now: float) -> bool:
        """Whether it lives long enough for a call."""
        return now < self.expires_at - min(MARGIN_SECONDS, (self.expires_at - self.issued_at) / 10)


Obtain = Callable[[Token | None], Awaitable[Token]]


class Tokens:
    """The tokens of a worker.

    `obtain` gets a new one, given the last; it runs once for all who wait, and for all workers that share a store.
    """

    def __init__(self, settings: settings_module.Settings, store: token_store.Store | None = None) -> None:
        self._settings = settings
        self._store = store
        self._tokens: dict[str, Token] = {}
        self._refused: dict[str, str] = {}
        self._under_way: dict[str, asyncio.Task[Token]] = {}

    async def get(self, record_id: str, obtain: Obtain) -> Token:
        """A usable token, from memory, from the store, or new.

        Raises:
            ToolError: what `obtain` and the store raise.
        """
        found = self._tokens.get(record_id)
        if found is not None and self._good(record_id, found):
            return found
        task = self._under_way.get(record_id)
        if task is None or task.get_loop() is not asyncio.get_running_loop():
            task = asyncio.create_task(self._renewed(record_id, obtain))
            self._under_way[record_id] = task
            task.add_done_callback(lambda done: self._ended(record_id, done))
        # Shielded: a call that is cancelled must not take the others' token, nor lose a refresh token that was just exchanged.
        return await asyncio.shield(task)

    def refused(self, begin: str, sent: str) -> bool:
        """The vendor refused a call with `sent` in its headers: a token of a record that begins so is not used again.

        True where another try makes sense: a token was dropped now, or was before, for another call that was refused with it.
        """
        for record_id, token in list(self._tokens.items()):
            access = token.access.reveal()
            if record_id.startswith(begin) and access in sent:
                del self._tokens[record_id]
                self._refused[record_id] = _digest(access)
                return True
        digests = {_digest(word) for word in sent.split()}
        return any(record_id.startswith(begin) and digest in digests for record_id, digest in self._refused.items())

    def known(self, record_id: str) -> bool:
        """Whether there may be a token of an earlier login; a shared store is not asked for it."""
        store = self.store()
        return record_id in self._tokens or store.shared or store.holds(record_id)

    async def kept(self, record_id: str) -> Token | None:
        """What the store holds, perhaps ended."""
        return self._hidden(record_id, await self.store().read(record_id))

    async def keep(self, record_id: str, token: Token) -> None:
        """Puts a token where all workers find it, such as that of a login.

        Raises:
            ToolError: the store cannot be written.
        """
        async with self.store().lock(record_id):
            await self.store().write(record_id, _record(self._known(record_id, token)))

    def store(self) -> token_store.Store:
        """The store of the settings, opened at its first use."""
        if self._store is None:
            self._store = token_store.of_settings(self._settings)
        return self._store

    async def close(self) -> None:
        """Lets token requests under way end, so that no exchanged refresh token is lost; closes the store."""
        if self._under_way:
            await asyncio.wait(self._under_way.values(), timeout=10)
        if self._store is not None:
            await self._store.close()

    async def _renewed(self, record_id: str, obtain: Obtain) -> Token:
        store = self.store()
        async with store.lock(record_id):
            last = await self.kept(record_id)
            if last is not None and last.access.reveal() and self._good(record_id, last):
                self._tokens[record_id] = last  # another worker got it meanwhile
                return last
            token = self._known(record_id, await obtain(last))
            self._tokens[record_id] = token
            if store.shared or token.refresh is not None:
                await self._try_to_keep(record_id, token)
            return token

    async def _try_to_keep(self, record_id: str, token: Token) -> None:
        """A token that cannot be kept is still good for this worker."""
        try:
            await self.store().write(record_id, _record(token))
        except errors.ToolError as error:
            service = record_id.partition(":")[0]
            _log.error("the new token of %s could not be kept: %s; after a restart a new login may be needed", service, error.message)

    def _good(self, record_id: str, token: Token) -> bool:
        return token.usable(time.time()) and self._refused.get(record_id) != _digest(token.access.reveal())

    def _ended(self, record_id: str, task: asyncio.Task[Token]) -> None:
        if self._under_way.get(record_id) is task:
            del self._under_way[record_id]
        if not task.cancelled():
            task.exception()  # looked at, since everyone who waited for it may be gone

    def _known(self, record_id: str, token: Token) -> Token:
        self._settings.hide(f"{record_id} access", token.access)
        if token.refresh is not None:
            self._settings.hide(f"{record_id} refresh", token.refresh)
        return token

    def _hidden(self, record_id: str, record: dict[str, Any] | None) -> Token | None:
        if record is None:
            return None
        try:
            token = Token(
                access=secrets.Secret(str(record["access"])),
                issued_at=float(record["issued_at"]),
                expires_at=float(record["expires_at"]),
                refresh=secrets.Secret(str(record["refresh"])) if record.get("refresh") else None,
                scope=str(record.get("scope", "")),
                seed=str(record.get("seed", "")),
            )
        except (KeyError, TypeError, ValueError):
            return None  # of another version: it is got anew
        return self._known(record_id, token)


def _record(token: Token) -> dict[str, Any]:
    refresh = token.refresh.reveal() if token.refresh is not None else None
    plain = {field.name: getattr(token, field.name) for field in dataclasses.fields(token)}
    return {**plain, "access": token.access.reveal(), "refresh": refresh}


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
