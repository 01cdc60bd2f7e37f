"""Files that vendors answer with, kept beside the runs, for the transports: a run's history holds a reference, never the bytes."""

from __future__ import annotations

import contextlib
import email.message
import hashlib
import os
import pathlib
import re
import tempfile
from collections.abc import Mapping
from typing import Any, Final

from workflows.core import errors

#: A larger file is refused; answers themselves are read up to 16 MiB (`exchange.MAX_ANSWER_BYTES`).
MAX_FILE_BYTES: Final = 16 * 1024 * 1024
MAX_NAME_CHARS: Final = 200
_DEFAULT_TYPE: Final = "application/octet-stream"
_REFERENCE: Final = re.compile(r"sha256:[0-9a-f]{64}")
_TYPE: Final = re.compile(r"[\w!#$&^.+-]{1,100}/[\w!#$&^.+-]{1,100}", re.ASCII)


def described(content: bytes, headers: Mapping[str, str]) -> dict[str, Any]:
    """What a run keeps of a file; header names are in lower case.

    >>> described(b"a,b", {"content-type": "text/csv; charset=utf-8", "content-disposition": 'attachment; filename="a.csv"'})["name"]
    'a.csv'
    """
    return {
        "file": f"sha256:{hashlib.sha256(content).hexdigest()}",
        "media_type": _media_type(headers.get("content-type", "")),
        "bytes": len(content),
        "name": _name(headers.get("content-disposition", "")),
    }


def _media_type(header: str) -> str:
    found = header.partition(";")[0].strip().lower()
    return found if _TYPE.fullmatch(found) else _DEFAULT_TYPE


def _name(header: str) -> str | None:
    """The file's own name, without folders and signs that do harm in a terminal or path; None where it has none."""
    message = email.message.Message()
    message["content-disposition"] = " ".join(header.split())
    found = message.get_filename() or ""
    last = re.split(r"[/\\]", found)[-1]
    plain = "".join(sign for sign in last if sign.isprintable()).strip(" .")
    return plain[:MAX_NAME_CHARS] or None


class Store:
    """A folder of files, each under the SHA-256 of its content: `ab/abcd...`. The same file twice is kept once."""

    def __init__(self, folder: pathlib.Path) -> None:
        self._folder = folder

    def keep(self, content: bytes) -> str:
        """Keeps a file and gives its reference, `sha256:...`. It is written whole or not at all.

        Raises:
            ToolError: BAD_OUTPUT, it is larger than MAX_FILE_BYTES, or the folder cannot be written.
        """
        if len(content) > MAX_FILE_BYTES:
            raise errors.ToolError(
                errors.BAD_OUTPUT, f"the file has {len(content):,} bytes, and at most {MAX_FILE_BYTES:,} are kept (MAX_FILE_BYTES)"
            )
        reference = f"sha256:{hashlib.sha256(content).hexdigest()}"
        path = self.path(reference)
        try:
            if not _holds(path, content):
                _write(path, content)
        except OSError as error:
            raise errors.ToolError(
                errors.BAD_OUTPUT, f"the file cannot be kept in {self._folder}: {error.strerror or error}; set ORDINAUT_FILES to a folder"
            ) from None
        return reference

    def read(self, reference: str) -> bytes:
        """The bytes of a file.

        Raises:
            ToolError: INVALID_INPUT, this is no reference, no such file is kept here, or its bytes are not those that were kept.
        """
        try:
            content = self.path(reference).read_bytes()
        except OSError:
            raise errors.ToolError(errors.INVALID_INPUT, f"{reference} is not kept in {self._folder}") from None
        if f"sha256:{hashlib.sha256(content).hexdigest()}" != reference:
            raise errors.ToolError(errors.INVALID_INPUT, f"{reference} was changed in {self._folder}; get the file from the vendor again")
        return content

    def path(self, reference: str) -> pathlib.Path:
        """Where a file lies or would lie.

        Raises:
            ToolError: INVALID_INPUT, this is no reference.
        """
        if not _REFERENCE.fullmatch(reference):
            raise errors.ToolError(errors.INVALID_INPUT, f"found {errors.cut(reference)!r}, expected a reference like sha256:9f86d0...")
        digest = reference.removeprefix("sha256:")
        return self._folder / digest[:2] / digest


def _holds(path: pathlib.Path, content: bytes) -> bool:
    """Whether the file is there already; one that a broken disk cut short is written again."""
    return path.is_file() and path.stat().st_size == len(content) and path.read_bytes() == content


def _write(path: pathlib.Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".new-")  # mode 0600
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
