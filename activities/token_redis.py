"""Tokens in Redis, for workers on several machines: always encrypted, one refresh at a time over all of them."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator, Iterator
from typing import Final

from activities import environment_names as names
from activities import secrets, token_store
from workflows.core import errors

try:
    from redis import asyncio as redis
    from redis import exceptions
except ImportError as _missing:
    raise errors.ToolError(errors.INVALID_INPUT, f"{names.REDIS_URL} needs the package redis: pip install 'ordinaut[redis]'") from _missing

PREFIX: Final = "ordinaut:tokens:"
TIMEOUT_SECONDS: Final = 5.0


class RedisStore:
    """Records under `ordinaut:tokens:<record id>`, locks beside them."""

    shared = True

    def __init__(self, url: secrets.Secret, cipher: token_store.Cipher) -> None:
        self._client = redis.Redis.from_url(url.reveal(), socket_timeout=TIMEOUT_SECONDS, socket_connect_timeout=TIMEOUT_SECONDS)
        self._cipher = cipher

    async def read(self, record_id: str) -> token_store.Record | None:
        """See `token_store.Store`.

        Raises:
            ToolError: UNREACHABLE, Redis does not answer; INVALID_INPUT, the record cannot be opened.
        """
        with _told():
            found = await self._client.get(PREFIX + record_id)
        with contextlib.suppress(ValueError):
            return None if found is None else token_store.opened(record_id, json.loads(found), self._cipher)
        return None  # not ours

    async def write(self, record_id: str, record: token_store.Record) -> None:
        """See `token_store.Store`.

        Raises:
            ToolError: UNREACHABLE, Redis does not answer.
        """
        with _told():
            await self._client.set(PREFIX + record_id, json.dumps(self._cipher.seal(record_id, record)), ex=_life_seconds(record))

    def holds(self, record_id: str) -> bool:
        """See `token_store.Store`."""
        return True

    @contextlib.asynccontextmanager
    async def lock(self, record_id: str) -> AsyncIterator[None]:
        """See `token_store.Store`. The lock ends by itself, so that a worker that died with it is not waited for for ever.

        Raises:
            ToolError: UNREACHABLE, Redis does not answer, or the lock stays taken.
        """
        lock = self._client.lock(
            f"{PREFIX}{record_id}:lock", timeout=token_store.LOCK_SECONDS, blocking_timeout=token_store.LOCK_SECONDS, sleep=0.05
        )
        with _told():
            taken = await lock.acquire()
        if not taken:
            raise errors.ToolError(errors.UNREACHABLE, "another worker has been getting this token for a minute; nothing was sent")
        try:
            yield
        finally:
            # It may have run out meanwhile: then it is another's, and nothing is to be released.
            with contextlib.suppress(exceptions.RedisError):
                await lock.release()

    async def close(self) -> None:
        """See `token_store.Store`."""
        await self._client.aclose()


def _life_seconds(record: token_store.Record) -> int | None:
    """How long a record is worth keeping; one with a refresh token for ever."""
    return None if record.get("refresh") else max(int(record["expires_at"] - record["issued_at"]), 1)


@contextlib.contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except (exceptions.RedisError, OSError, TimeoutError) as error:
        reason = type(error).__name__  # its text may hold the URL with its password
        raise errors.ToolError(
            errors.UNREACHABLE, f"tokens: the Redis of {names.REDIS_URL} does not answer ({reason}); nothing was sent"
        ) from None
