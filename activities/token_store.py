"""Where tokens outlast a worker, for the token cache: a file of this machine or Redis; encrypted wherever a key is set."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import fcntl
import json
import os
import pathlib
import tempfile
from collections.abc import AsyncIterator, Mapping
from typing import Any, Final, Protocol

from cryptography import exceptions
from cryptography.hazmat.primitives.ciphers import aead

from activities import environment_names as names
from activities import settings as settings_module
from workflows.core import errors

FILE_NAME: Final = "tokens.json"
FILE_MODE: Final = 0o600
NONCE_BYTES: Final = 12  # what GCM is made for
#: Nobody holds the lock longer than a token request takes; a worker that died with it is not waited for longer.
LOCK_SECONDS: Final = 60
_LOOK_SECONDS: Final = 0.05

Record = dict[str, Any]


class Store(Protocol):
    """Records by id; `lock` is held by one worker at a time."""

    shared: bool  # with other machines: worth keeping also what is easily had again

    async def read(self, record_id: str) -> Record | None:
        """The record, None where there is none."""
        ...

    async def write(self, record_id: str, record: Record) -> None:
        """Keeps a record instead of an earlier one."""
        ...

    def holds(self, record_id: str) -> bool:
        """Whether there is a record, as far as that is known without asking anyone."""
        ...

    def lock(self, record_id: str) -> contextlib.AbstractAsyncContextManager[None]:
        """Keeps other workers from the record for as long as the block lasts."""
        ...

    async def close(self) -> None:
        """Closes connections."""
        ...


class Cipher:
    """AES-256-GCM with the record's id as associated data: a record moved to another id does not open."""

    def __init__(self, key: bytes) -> None:
        self._aead = aead.AESGCM(key)

    def seal(self, record_id: str, record: Record) -> Record:
        """`{"nonce": ..., "sealed": ...}`, both in base64."""
        nonce = os.urandom(NONCE_BYTES)
        sealed = self._aead.encrypt(nonce, json.dumps(record).encode(), record_id.encode())
        return {"nonce": base64.b64encode(nonce).decode(), "sealed": base64.b64encode(sealed).decode()}

    def open(self, record_id: str, sealed: Mapping[str, Any]) -> Record:
        """The record.

        Raises:
            ToolError: INVALID_INPUT, it was written with another key, for another record, or changed since.
        """
        try:
            nonce, data = base64.b64decode(sealed["nonce"]), base64.b64decode(sealed["sealed"])
            opened: Record = json.loads(self._aead.decrypt(nonce, data, record_id.encode()))
        except (exceptions.InvalidTag, ValueError, TypeError, KeyError):
            raise _cannot_open(record_id, f"{names.TOKEN_KEY} is not the key that it was written with, or it was changed") from None
        return opened


def opened(record_id: str, found: Any, cipher: Cipher | None) -> Record | None:
    """A record as it lies in a store.

    Raises:
        ToolError: INVALID_INPUT, it is encrypted and cannot be opened.
    """
    if not isinstance(found, dict):
        return None
    if "sealed" not in found:
        return found
    if cipher is None:
        raise _cannot_open(record_id, f"it is encrypted, and {names.TOKEN_KEY} is not set")
    return cipher.open(record_id, found)


def _cannot_open(record_id: str, why: str) -> errors.ToolError:
    service = record_id.partition(":")[0]
    return errors.ToolError(
        errors.INVALID_INPUT, f"the stored token of {service} cannot be opened: {why}; set the right key, or log in again"
    )


class FileStore:
    """One JSON file that only its owner may read, `{record id: record}`; a lock file keeps other workers of the machine away."""

    shared = False

    def __init__(self, folder: pathlib.Path, cipher: Cipher | None = None) -> None:
        self.path = folder / FILE_NAME
        self._cipher = cipher

    async def read(self, record_id: str) -> Record | None:
        """See `Store`."""
        return opened(record_id, self._all().get(record_id), self._cipher)

    async def write(self, record_id: str, record: Record) -> None:
        """See `Store`.

        Raises:
            ToolError: INTERNAL_ERROR, the file cannot be written.
        """
        sealed = self._cipher.seal(record_id, record) if self._cipher else record
        try:
            self._replace({**self._all(), record_id: sealed})
        except OSError as error:
            raise errors.ToolError(errors.INTERNAL_ERROR, f"cannot write {self.path}: {error.strerror}") from None

    def holds(self, record_id: str) -> bool:
        """See `Store`."""
        return record_id in self._all()

    @contextlib.asynccontextmanager
    async def lock(self, record_id: str) -> AsyncIterator[None]:
        """See `Store`. Where the folder cannot be written to there is nothing to keep others from."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor = os.open(self.path.with_suffix(".lock"), os.O_CREAT | os.O_RDWR, FILE_MODE)
        except OSError:
            yield
            return
        try:
            await _locked(descriptor)
            yield
        finally:
            os.close(descriptor)  # which also unlocks

    async def close(self) -> None:
        """Nothing is open."""

    def _all(self) -> dict[str, Any]:
        try:
            found = json.loads(self.path.read_bytes())
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def _replace(self, records: dict[str, Any]) -> None:
        """Writes the file in one piece: readers see the old content or the new; after a power cut too."""
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor, temporary = tempfile.mkstemp(dir=self.path.parent, prefix="tokens.", suffix=".tmp")  # mode 0600
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                json.dump(records, file)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, self.path)
        except OSError:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
            raise


async def _locked(descriptor: int) -> None:
    """Waits for the lock without holding up the loop; a lock held for too long is passed by."""
    deadline = asyncio.get_running_loop().time() + LOCK_SECONDS
    while asyncio.get_running_loop().time() < deadline:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            await asyncio.sleep(_LOOK_SECONDS)
        else:
            return


def of_settings(settings: settings_module.Settings) -> Store:
    """The store that the settings ask for: Redis where ORDINAUT_REDIS_URL is set, else the file of this machine."""
    key = settings.token_key()
    cipher = None if key is None else Cipher(key)
    url = settings.secret(names.REDIS_URL)
    if url is None or cipher is None:  # settings refuse a Redis without a key
        return FileStore(settings.state_folder(), cipher)
    from activities import token_redis  # an optional package

    return token_redis.RedisStore(url, cipher)
