"""The state file: written in one piece, found by others, gone when its process is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from starter import state_file

STATE = state_file.State(
    address="127.0.0.1:7233",
    ui_url="http://127.0.0.1:8233",
    pid=os.getpid(),
    namespace="default",
    sandbox_url=None,
    started="2026-11-23T18:00:00+02:00",
)


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        pytest.param({"XDG_STATE_HOME": "/var/state", "HOME": "/home/ana"}, "/var/state/ordinaut/up.json", id="XDG_STATE_HOME"),
        pytest.param({"HOME": "/home/ana"}, "/home/ana/.local/state/ordinaut/up.json", id="home"),
        pytest.param({"XDG_STATE_HOME": "", "HOME": "/home/ana"}, "/home/ana/.local/state/ordinaut/up.json", id="empty counts as not set"),
        pytest.param({"XDG_STATE_HOME": "state", "HOME": "/home/ana"}, "/home/ana/.local/state/ordinaut/up.json", id="relative is ignored"),
    ],
)
def test_where_it_is(environment: dict[str, str], expected: str) -> None:
    assert state_file.path(environment) == Path(expected)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    environment = {"XDG_STATE_HOME": str(tmp_path)}
    assert state_file.read(environment) is None
    target = state_file.write(STATE, environment)
    assert target == tmp_path / "ordinaut" / "up.json"
    assert state_file.read(environment) == STATE
    assert [entry.name for entry in target.parent.iterdir()] == ["up.json"]


def test_a_dead_process_is_ignored_and_its_file_removed(tmp_path: Path) -> None:
    environment = {"XDG_STATE_HOME": str(tmp_path)}
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    target = state_file.write(state_file.State("127.0.0.1:1", None, gone.pid, "default", None, "2026-11-23T18:00:00+02:00"), environment)
    assert state_file.read(environment) is None
    assert not target.exists()


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b'{"address": "127.0.0.1:7233"', id="half"),
        pytest.param(b"[]", id="no object"),
        pytest.param(b'{"address": 7233}', id="wrong members"),
        pytest.param(b"\xff\xfe\x00", id="no text"),
        pytest.param(json.dumps({**{name: "x" for name in STATE.__slots__}, "pid": 0}).encode(), id="pid of a whole group"),
        pytest.param(json.dumps({**{name: "x" for name in STATE.__slots__}, "pid": 10**30}).encode(), id="pid beyond all bounds"),
    ],
)
def test_other_content_is_ignored_and_removed(tmp_path: Path, content: bytes) -> None:
    environment = {"XDG_STATE_HOME": str(tmp_path)}
    target = state_file.path(environment)
    target.parent.mkdir()
    target.write_bytes(content)
    assert state_file.read(environment) is None
    assert not target.exists()


def test_members_of_a_newer_version_are_passed_over(tmp_path: Path) -> None:
    environment = {"XDG_STATE_HOME": str(tmp_path)}
    target = state_file.write(STATE, environment)
    target.write_text(json.dumps({**json.loads(target.read_text()), "gateway_url": "http://127.0.0.1:8000"}))
    assert state_file.read(environment) == STATE


def test_only_the_own_file_is_removed(tmp_path: Path) -> None:
    environment = {"XDG_STATE_HOME": str(tmp_path)}
    state_file.remove(STATE.pid, environment)  # nothing there
    state_file.write(STATE, environment)
    state_file.remove(STATE.pid + 1, environment)
    assert state_file.read(environment) == STATE
    state_file.remove(STATE.pid, environment)
    assert state_file.read(environment) is None


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(state_file.StateFileError) as refused:
        state_file.write(STATE, {"XDG_STATE_HOME": str(tmp_path / "file")})
    assert str(refused.value) == (
        f"cannot write {tmp_path}/file/ordinaut/up.json: Not a directory; set XDG_STATE_HOME to a folder that you may write to"
    )
