"""Pipeline files on disk: which there are, what is in them, what a start was given."""

from __future__ import annotations

import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from starter import documents
from tests import commands, reference_cases
from workflows.core import limits


def test_folder_stands_for_all_pipelines_in_it_and_below(tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    for name in ("b.yaml", "a.json", "below/c.yml", "notes.md", "below/d.txt"):
        (tmp_path / name).touch()
    found = documents.files([str(tmp_path), str(tmp_path / "a.json"), str(tmp_path / "notes.md")])
    assert [file.relative_to(tmp_path).as_posix() for file in found] == ["a.json", "b.yaml", "below/c.yml", "notes.md"]


def test_folder_without_a_pipeline_and_a_missing_file_stay_in_the_list(tmp_path: Path) -> None:
    assert documents.files([str(tmp_path), "none.json"]) == [tmp_path, Path("none.json")]


@pytest.mark.parametrize(
    ("name", "message", "hint"),
    [
        ("dayly.json", "cannot open 'dayly.json': No such file or directory", "did you mean 'daily.json'?"),
        ("daily", "cannot open 'daily': No such file or directory", "did you mean 'daily.json'?"),
        ("zebra", "cannot open 'zebra': No such file or directory", ""),
        ("nowhere/daily.json", "cannot open 'nowhere/daily.json': No such file or directory", ""),
        (".", "cannot open '.': it is a folder", "name one of its files, such as daily.json"),
        ("empty", "no pipeline in the folder 'empty'", "its files would end in .json, .yaml, .yml"),
    ],
)
def test_what_cannot_be_opened_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, message: str, hint: str) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "daily.json").touch()
    (tmp_path / "empty").mkdir()
    with pytest.raises(documents.CannotOpen) as raised:
        documents.read(Path(name))
    assert (raised.value.message, raised.value.hint) == (message, hint)
    assert str(raised.value) == (f"{message}; {hint}" if hint else message)


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        pytest.param([], {}, id="none"),
        pytest.param(["a=1", "b=", "c=x=y", "d= "], {"a": "1", "b": "", "c": "x=y", "d": " "}, id="text"),
        pytest.param(["a:=1", 'b:={"x": 0.10}', "c:=null"], {"a": 1, "b": {"x": Decimal("0.10")}, "c": None}, id="JSON"),
        pytest.param(["@file.json", "a=later"], {"a": "later", "b": [1]}, id="file, then text"),
        pytest.param(["a=first", "@file.json"], {"a": "from the file", "b": [1]}, id="text, then file"),
        pytest.param(["a:=@file.json"], {"a": {"a": "from the file", "b": [1]}}, id="JSON from a file"),
        pytest.param(["a=@file.json"], {"a": "@file.json"}, id="text with an @"),
        pytest.param(["a=${1 + 1}"], {"a": "${1 + 1}"}, id="template marks are data"),
    ],
)
def test_params_of_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, entries: list[str], expected: dict[str, Any]) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file.json").write_text('{"a": "from the file", "b": [1]}')
    assert documents.params(entries) == expected


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "--event: '@event.json' is not JSON: it is empty"),
        (b'{"a": }', "--event: '@event.json' is not JSON: line 1, column 7: Expecting value"),
        (b'{\n "a": 1,\n "a": 2}', "--event: '@event.json' has the name \"a\" twice in one object"),
        (b'{"a": "\xe9"}', "--event: '@event.json' is not UTF-8 (byte 8)"),
        (b"[" * 100 + b"]" * 100, "--event: '@event.json' nests deeper than 64 lists and objects (MAX_DEPTH)"),
    ],
    ids=["empty", "broken", "name twice", "encoding", "deep"],
)
def test_event_that_cannot_be_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, message: str) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "event.json").write_bytes(content)
    with pytest.raises(documents.BrokenFile) as raised:
        documents.json_value("@event.json", "--event")
    assert str(raised.value) == message


def test_a_file_of_endless_length_is_read_up_to_the_limit(tmp_path: Path) -> None:
    file = tmp_path / "long"
    with file.open("wb") as long:
        long.truncate(2**40)  # sparse: it takes no room
    assert len(documents.read(file)) == limits.MAX_DOCUMENT_BYTES + 1
    with pytest.raises(documents.BrokenFile) as raised:
        documents.json_value(f"@{file}", "--event")
    assert str(raised.value) == f"--event: '@{file}' is larger than 32,000,000 bytes"


def test_a_pipe_or_device_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    hint = "name a file, or /dev/stdin for what is piped in"
    for path, what in ((tmp_path / "pipe", "a pipe"), (Path("/dev/zero"), "a device")):
        with pytest.raises(documents.CannotOpen) as raised:
            documents.read(path)
        assert (raised.value.message, raised.value.hint) == (f"cannot open '{path}': it is {what}, no file", hint)


def test_a_link_to_itself_is_not_suggested_for_itself(tmp_path: Path) -> None:
    (tmp_path / "loop.json").symlink_to("loop.json")
    with pytest.raises(documents.CannotOpen) as raised:
        documents.read(tmp_path / "loop.json")
    assert (
        str(raised.value)
        == f"cannot open '{tmp_path / 'loop.json'}': Too many levels of symbolic links; the link leads to itself; name the file that is meant"
    )


def test_what_is_piped_in_is_read() -> None:
    reader, writer = os.pipe()
    os.write(writer, b'{"a": 1}')
    os.close(writer)
    try:
        assert documents.read(Path(f"/dev/fd/{reader}")) == b'{"a": 1}'
    finally:
        os.close(reader)


def waiting(**arguments: Any) -> dict[str, Any]:
    """A step that waits for an event."""
    return {"id": "a", "uses": "system.wait_for_event", "with": {"event_type": "a.b", **arguments}}


@pytest.mark.parametrize(
    ("step", "more", "expected"),
    [
        pytest.param(commands.transform("a", "${event.number}"), {}, True, id="argument"),
        pytest.param(commands.transform("a", "PR #${event.number}"), {}, True, id="text"),
        pytest.param(commands.transform("a", 1, **{"if": "event.number > 5"}), {}, True, id="condition"),
        pytest.param(commands.transform("a", 1, **{"if": "${event.number > 5}"}), {}, True, id="condition in marks"),
        pytest.param(commands.transform("a", 1, timeout_seconds="${event.seconds}"), {}, True, id="timeout"),
        pytest.param(commands.transform("a", 1), {"params": {"n": "{{ event.number }}"}}, True, id="param"),
        pytest.param(commands.transform("a", "${event.number | default(1)}"), {}, False, id="guarded"),
        pytest.param(commands.transform("a", "{% for event in [1] %}${event}{% endfor %}"), {}, False, id="loop variable"),
        pytest.param(commands.transform("a", "event.number"), {}, False, id="plain text"),
        pytest.param(waiting(match="event.number == 5"), {}, False, id="match"),
        pytest.param(waiting(match="${event.number == 5}"), {}, False, id="match in marks"),
        pytest.param(waiting(match="event.number == 5", timeout="${event.seconds}"), {}, True, id="beside a match"),
        pytest.param(waiting(on_timeout={"value": {"match": "${event.number}"}}), {}, True, id="value of that name"),
        pytest.param(commands.transform("a", "${params.event}"), {"params": {"event": 1}}, False, id="a param of that name"),
    ],
)
def test_whether_a_pipeline_needs_an_event(tmp_path: Path, step: dict[str, Any], more: dict[str, Any], expected: bool) -> None:
    file = commands.document(tmp_path, "pipeline.json", commands.steps(step, **more))
    checked = documents.checked(file, reference_cases.TOOLS, documents.settings())
    assert checked.pipeline is not None and checked.ok, checked.problems
    assert documents.reads_event(checked.pipeline) is expected


@pytest.mark.parametrize(
    ("template", "given", "warnings"),
    [
        ("${params.limit}", {"limt": 3}, ["--params limt: the pipeline has no such parameter; did you mean 'limit'?"]),
        ("${params.limit}", {"limit": 1, "limt": 3}, ["--params limt: the pipeline has no such parameter; it has: limit, read"]),
        ("${params.reed}", {"read": 3, "reed": 1}, []),
        ("${params.read}", {"zebra": 1}, ["--params zebra: the pipeline has no such parameter; it has: limit, read"]),
        ("${params}", {"limt": 3}, []),
        ("${params[params.limit]}", {"limt": 3}, []),
    ],
    ids=["near", "given beside", "read undeclared", "far", "all read", "computed name"],
)
def test_a_param_that_nothing_reads_is_told(tmp_path: Path, template: str, given: dict[str, Any], warnings: list[str]) -> None:
    steps = [commands.transform("a", template), commands.transform("b", "${params.read | default(1)}")]
    checked = documents.checked(
        commands.document(tmp_path, "p.json", commands.steps(*steps, params={"limit": 1})),
        reference_cases.TOOLS,
        documents.settings(),
        given,
    )
    assert checked.pipeline is not None
    assert documents.unused_params(checked.pipeline, given) == [f"warning: {one}" for one in warnings]


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        (commands.transform("b", "${steps.a.rows}"), True),
        (commands.transform("b", 1, **{"if": "a.rows"}), True),
        (commands.transform("b", "${params.x}"), False),
        (commands.transform("b", "{% for a in [1] %}${a}{% endfor %}"), False),
    ],
    ids=["steps", "bare name", "params", "loop variable"],
)
def test_whether_a_step_reads_outputs_of_calls(tmp_path: Path, step: dict[str, Any], expected: bool) -> None:
    query = {"id": "a", "uses": "database.query", "with": {"query": "SELECT 1"}, "save_as": "a"}
    for first, found in ((query, expected), (commands.transform("a", {"rows": 1}, save_as="a"), False)):
        file = commands.document(tmp_path, "p.json", commands.steps(first, step, params={"x": 1}))
        checked = documents.checked(file, reference_cases.TOOLS, documents.settings())
        assert checked.pipeline is not None, checked.problems
        assert documents.reads_outputs(checked.pipeline, "b") is found
        assert not documents.reads_outputs(checked.pipeline, None)


def test_shipped_pipelines_are_beside_the_catalog() -> None:
    assert documents.shipped_pipelines() == reference_cases.ROOT / "pipelines"


def holiday_problems(folder: Path, holidays: str) -> list[tuple[str, str, str]]:
    """The problems of a document in a folder whose schedule names these holidays."""
    text = f'{{"timezone": "UTC", "schedule_kind": "cron", "schedule_expr": "0 9 * * *", "holidays": {holidays}, "on_holiday": "skip", "payload": {{"pipeline": []}}}}'
    document = folder / "daily.json"
    document.write_text(text, encoding="utf-8")
    found = documents.checked(document, reference_cases.TOOLS, documents.settings()).problems
    return [(one.code, one.message, one.hint) for one in found]


def test_closed_days_are_read_from_beside_the_document_wherever_one_stands(tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    (tmp_path / "closed-days.txt").write_text("2099-12-31 stocktaking\n", encoding="utf-8")
    (tmp_path / "below" / "more.json").write_text('["2099-12-30"]', encoding="utf-8")
    assert holiday_problems(tmp_path, '["MD", {"file": "closed-days.txt"}, {"file": "below/more.json"}]') == []


@pytest.mark.parametrize(
    ("name", "message", "hint"),
    [
        ("closed_days.txt", "cannot open 'closed_days.txt' beside the document: No such file or directory", "did you mean 'closed-days.txt'?"),
        ("zebra", "cannot open 'zebra' beside the document: No such file or directory", ""),
        ("below", "'below' beside the document is no file", "name a text or JSON file of dates"),
        ("pipe", "'pipe' beside the document is no file", "name a text or JSON file of dates"),
        ("../closed-days.txt", "'../closed-days.txt' does not stand beside the document", "name a file of its folder, or below it"),
        ("/etc/passwd", "'/etc/passwd' does not stand beside the document", "name a file of its folder, or below it"),
        ("large.txt", "'large.txt' is larger than 262,144 bytes", "list dates only"),
        ("wrong.txt", "'wrong.txt', line 1: 'soon' is no date", "write it as 2026-12-31"),
    ],
)  # fmt: skip
def test_closed_days_that_cannot_be_read_are_a_problem_of_the_document(tmp_path: Path, name: str, message: str, hint: str) -> None:
    (tmp_path / "below").mkdir()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "closed-days.txt").write_text("2099-12-31", encoding="utf-8")
    (tmp_path / "large.txt").write_text("#" * 262_145, encoding="utf-8")
    (tmp_path / "wrong.txt").write_text("soon", encoding="utf-8")
    assert holiday_problems(tmp_path, f'{{"file": "{name}"}}') == [("wrong-holidays", message, hint)]


def test_a_schedule_is_checked_against_the_present(tmp_path: Path) -> None:
    assert [code for code, _, _ in holiday_problems(tmp_path, '["2020-01-01"]')] == ["outdated-holidays"]
