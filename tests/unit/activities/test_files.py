"""Files that vendors answer with: what a run keeps of them, and the folder that keeps their bytes."""

from __future__ import annotations

import hashlib
import pathlib
import stat

import pytest

from activities import files, settings
from tests import vendors
from workflows.core import errors

CONTENT = b"date,amount\n2026-11-23,12450.00\n"
DIGEST = hashlib.sha256(CONTENT).hexdigest()
REFERENCE = f"sha256:{DIGEST}"


@pytest.mark.parametrize(
    ("headers", "media_type", "name"),
    [
        pytest.param(
            {"content-type": "text/csv; charset=utf-8", "content-disposition": 'attachment; filename="statement.csv"'},
            "text/csv",
            "statement.csv",
            id="both",
        ),
        pytest.param({}, "application/octet-stream", None, id="neither"),
        pytest.param({"content-type": "a file"}, "application/octet-stream", None, id="no media type"),
        pytest.param({"content-disposition": 'attachment; filename="../../etc/passwd"'}, "application/octet-stream", "passwd", id="path"),
        pytest.param({"content-disposition": 'attachment; filename="C:\\\\x\\\\a.pdf"'}, "application/octet-stream", "a.pdf", id="Windows path"),
        pytest.param({"content-disposition": "attachment; filename*=UTF-8''extras%20%C8%99i.pdf"}, "application/octet-stream", "extras și.pdf", id="RFC 5987"),
        pytest.param({"content-disposition": 'attachment; filename="a\x1b[31m.pdf"'}, "application/octet-stream", "a[31m.pdf", id="terminal sign"),
        pytest.param({"content-disposition": 'attachment; filename=".."'}, "application/octet-stream", None, id="dots"),
    ],
)  # fmt: skip
def test_a_run_keeps_digest_type_size_and_name(headers: dict[str, str], media_type: str, name: str | None) -> None:
    assert files.described(CONTENT, headers) == {"file": REFERENCE, "media_type": media_type, "bytes": 32, "name": name}


def test_what_is_kept_is_read_again_and_only_its_owner_may(tmp_path: pathlib.Path) -> None:
    store = files.Store(tmp_path / "files")
    assert store.keep(CONTENT) == REFERENCE == store.keep(CONTENT)
    assert store.read(REFERENCE) == CONTENT
    (kept,) = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert kept == store.path(REFERENCE) == tmp_path / "files" / DIGEST[:2] / DIGEST
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_a_file_that_was_cut_short_is_written_again(tmp_path: pathlib.Path) -> None:
    store = files.Store(tmp_path)
    store.keep(CONTENT)
    store.path(REFERENCE).write_bytes(b"date")
    with pytest.raises(errors.ToolError, match=f"{REFERENCE} was changed in .*; get the file from the vendor again"):
        store.read(REFERENCE)
    store.keep(CONTENT)
    assert store.read(REFERENCE) == CONTENT


def test_a_file_above_the_limit_is_refused_and_nothing_is_written(tmp_path: pathlib.Path) -> None:
    with pytest.raises(errors.ToolError) as caught:
        files.Store(tmp_path).keep(bytes(files.MAX_FILE_BYTES + 1))
    assert caught.value.message == "the file has 16,777,217 bytes, and at most 16,777,216 are kept (MAX_FILE_BYTES)"
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_told_with_its_setting(tmp_path: pathlib.Path) -> None:
    (tmp_path / "files").write_text("in the way")
    with pytest.raises(errors.ToolError) as caught:
        files.Store(tmp_path / "files").keep(CONTENT)
    assert caught.value.message == f"the file cannot be kept in {tmp_path}/files: Not a directory; set ORDINAUT_FILES to a folder"


@pytest.mark.parametrize("reference", ["", DIGEST, "sha256:../../etc/passwd", f"sha256:{DIGEST.upper()}", f"{REFERENCE}\n"])
def test_what_is_no_reference_opens_no_file(tmp_path: pathlib.Path, reference: str) -> None:
    with pytest.raises(errors.ToolError, match=r"expected a reference like sha256:9f86d0\.\.\."):
        files.Store(tmp_path).read(reference)


def test_a_file_that_is_not_there_is_told(tmp_path: pathlib.Path) -> None:
    with pytest.raises(errors.ToolError, match=f"^{REFERENCE} is not kept in {tmp_path}$"):
        files.Store(tmp_path).read(REFERENCE)


def test_files_lie_in_the_state_folder_or_where_the_setting_says() -> None:
    assert settings.Settings.from_mapping({"XDG_STATE_HOME": "/state"}).files_folder() == pathlib.Path("/state/ordinaut/files")
    assert settings.Settings.from_mapping({"ORDINAUT_FILES": " /data/files "}).files_folder() == pathlib.Path("/data/files")


def test_an_answer_that_is_a_file_leaves_its_reference_in_the_run(tmp_path: pathlib.Path) -> None:
    called = vendors.call(
        {"method": "GET", "path": "/statement", "answer": "file", "result": {"statement": "${answer}", "was": "${status}"}},
        {"/statement": vendors.reply(CONTENT, content_type="text/csv", content_disposition='attachment; filename="s.csv"')},
        variables={"ORDINAUT_FILES": str(tmp_path)},
        effect="safe",
    )
    assert called.error is None
    assert called.output == {"statement": {"file": REFERENCE, "media_type": "text/csv", "bytes": 32, "name": "s.csv"}, "was": 200}
    assert files.Store(tmp_path).read(REFERENCE) == CONTENT


def test_an_error_is_no_file(tmp_path: pathlib.Path) -> None:
    called = vendors.call(
        {"method": "GET", "path": "/statement", "answer": "file", "error": "${answer.code if status >= 400 else null}"},
        {"/statement": vendors.reply({"code": "NO_ACCOUNT"}, 404)},
        variables={"ORDINAUT_FILES": str(tmp_path)},
        effect="safe",
    )
    assert called.failure[:2] == ("rejected by the vendor", True)
    assert "NO_ACCOUNT" in called.failure[2]
    assert list(tmp_path.iterdir()) == []
