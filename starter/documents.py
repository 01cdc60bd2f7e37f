"""Pipeline files on disk for the commands: found, read, checked against the catalog."""

from __future__ import annotations

import contextlib
import datetime
import difflib
import errno
import functools
import os
import re
import stat
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import click

from activities import catalog as catalog_module
from activities import json_text
from activities import settings as settings_module
from workflows.core import check, errors, expressions, leaves, limits, model, plan, problems

_SUFFIXES: Final = (".json", ".yaml", ".yml")
_MAX_JSON_BYTES: Final = 16 * limits.MAX_PAYLOAD_BYTES  # of a file of params, an event or mock outputs
_OWN_PIPES: Final = re.compile(r"(?:/dev/stdin|(?:/dev|/proc/self)/fd/[0-9]+)\Z")
_MAX_BESIDE_BYTES: Final = 262_144  # of a file of closed days: 5,000 dates with words beside each


def settings() -> settings_module.Settings:
    """The settings of this process's environment."""
    return settings_module.Settings.from_mapping(os.environ)


def catalog(current: settings_module.Settings) -> catalog_module.Catalog:
    """The catalog: the folder of ORDINAUT_CATALOG, if any, before the shipped one."""
    folders = [Path(current.catalog_folder)] if current.catalog_folder else []
    return catalog_module.load([*folders, catalog_module.shipped_folder()])


def files(paths: Sequence[str]) -> list[Path]:
    """The pipeline files that paths name: files as they are, folders with all that is in them; a folder without one as it is."""
    found = [file for path in map(Path, paths) for file in (_inside(path) or [path])]
    return list(dict.fromkeys(found))


def _inside(folder: Path) -> list[Path]:
    """The pipeline files in a folder and those below it; [] where it is none."""
    return sorted(file for file in folder.rglob("*") if file.suffix in _SUFFIXES and file.is_file()) if folder.is_dir() else []


class CannotOpen(errors.OrdinautError):
    """A file that cannot be opened (exit code 2; broken content is another matter)."""

    kind = errors.INVALID_INPUT

    def __init__(self, message: str, hint: str = "") -> None:
        self.message = message
        self.hint = hint
        super().__init__(f"{message}; {hint}" if hint else message)


class BrokenFile(errors.OrdinautError):
    """A file of params, an event or mock outputs that does not hold what it should (exit code 1, as for a broken document)."""

    kind = errors.INVALID_INPUT


def read(path: Path, limit: int = limits.MAX_DOCUMENT_BYTES) -> bytes:
    """The bytes of a file, of a larger one `limit` and one more.

    Raises:
        CannotOpen: see there.
    """
    if path.is_dir():
        inside = _inside(path)
        if inside:
            raise CannotOpen(f"cannot open '{path}': it is a folder", f"name one of its files, such as {inside[0]}")
        raise CannotOpen(f"no pipeline in the folder '{path}'", f"its files would end in {', '.join(_SUFFIXES)}")
    try:
        return _content(path, limit)
    except (OSError, ValueError) as error:  # a name with a NUL is a ValueError
        hint = "the link leads to itself; name the file that is meant" if getattr(error, "errno", 0) == errno.ELOOP else _near(path)
        raise CannotOpen(f"cannot open '{path}': {getattr(error, 'strerror', None) or error}", hint) from None


def _content(path: Path, limit: int) -> bytes:
    """What is in a file, or comes through a pipe of this process: `/dev/stdin`, `<(...)`."""
    kind = os.stat(path).st_mode
    if not stat.S_ISREG(kind) and not _OWN_PIPES.match(str(path)):  # others would be waited for, or never end
        what = "a pipe" if stat.S_ISFIFO(kind) else "a socket" if stat.S_ISSOCK(kind) else "a device"
        raise CannotOpen(f"cannot open '{path}': it is {what}, no file", "name a file, or /dev/stdin for what is piped in")
    with path.open("rb") as file:
        return file.read(limit + 1)


def _near(path: Path) -> str:
    """The file that may have been meant."""
    with contextlib.suppress(OSError, ValueError):
        names = {other.stem: other.name for other in path.parent.iterdir() if other.name != path.name}
        near = difflib.get_close_matches(path.stem, names, 1, 0.6)
        return f"did you mean '{path.with_name(names[near[0]])}'?" if near else ""
    return ""


def checked(
    path: Path, tools: catalog_module.Catalog, current: settings_module.Settings, given: Mapping[str, Any] | None = None
) -> check.Checked:
    """A file, checked; `given` are the params of a start, None where that is not known yet."""
    now = datetime.datetime.now(datetime.UTC)
    beside = functools.partial(read_beside, path)
    return check.document(read(path), path.name, tools, current.timezone, given, now=now, read_file=beside)


def read_beside(document: Path, name: str) -> bytes:
    """A file of closed days that a document names, from the document's folder or below it.

    Raises:
        ScheduleError: it is not there, cannot be read, is too large, or lies elsewhere.
    """
    folder = document.parent
    if Path(name).is_absolute() or ".." in Path(name).parts:
        raise errors.ScheduleError(f"'{name}' does not stand beside the document", "name a file of its folder, or below it", "holidays")
    path = folder / name
    try:
        if path.exists() and not path.is_file():  # a pipe would be waited for
            raise errors.ScheduleError(f"'{name}' beside the document is no file", "name a text or JSON file of dates", "holidays")
        with path.open("rb") as file:
            data = file.read(_MAX_BESIDE_BYTES + 1)
    except (OSError, ValueError) as error:  # a name with a NUL is a ValueError
        reason = getattr(error, "strerror", None) or error
        raise errors.ScheduleError(f"cannot open '{name}' beside the document: {reason}", _near_beside(path), "holidays") from None
    if len(data) > _MAX_BESIDE_BYTES:
        raise errors.ScheduleError(f"'{name}' is larger than {_MAX_BESIDE_BYTES:,} bytes", "list dates only", "holidays")
    return data


def _near_beside(path: Path) -> str:
    """The file of the same folder that may have been meant."""
    with contextlib.suppress(OSError, ValueError):
        near = difflib.get_close_matches(path.name, [other.name for other in path.parent.iterdir()], 1, 0.75)
        return f"did you mean '{near[0]}'?" if near else ""
    return ""


def json_value(text: str, what: str) -> Any:
    """A JSON value from the command line, `@file` read from the file.

    Raises:
        click.UsageError: it is no JSON.
        BrokenFile: the file holds no JSON.
        CannotOpen: it cannot be opened.
    """
    if text.startswith("@"):
        return json_file(Path(text[1:]), what, text)
    shown = text if len(text) <= 60 else text[:60] + "..."
    try:
        return json_text.decode(text, f"'{shown}'")
    except errors.ToolError as error:
        hint = f"; did you mean '@{shown}'?" if _is_file(text) else ""
        raise click.UsageError(f"{what}: {error.message}{hint}") from None


def json_file(path: Path, what: str, shown: str) -> Any:
    """The JSON value in a file that the option `what` names, as `shown`.

    Raises:
        BrokenFile: it holds no JSON.
        CannotOpen: it cannot be opened.
    """
    data = read(path, _MAX_JSON_BYTES)
    if len(data) > _MAX_JSON_BYTES:
        raise BrokenFile(f"{what}: '{shown}' is larger than {_MAX_JSON_BYTES:,} bytes")
    try:
        return json_text.decode(data, f"'{shown}'")
    except errors.ToolError as error:
        raise BrokenFile(f"{what}: {error.message}") from None


def _is_file(name: str) -> bool:
    try:
        return Path(name).is_file()
    except (OSError, ValueError):
        return False


def params(entries: Sequence[str]) -> dict[str, Any]:
    """Params of the command line: `k=text`, `k:=JSON`, `@file` (a JSON object); later ones win.

    >>> params(["who=ana", "n:=5"])
    {'who': 'ana', 'n': 5}

    Raises:
        click.UsageError: an entry in none of these forms.
        BrokenFile, CannotOpen: of a file.
    """
    made: dict[str, Any] = {}
    for entry in entries:
        name, mark, value = entry.partition("=")
        if entry.startswith("@"):
            document = json_value(entry, "--params")
            if not isinstance(document, dict):
                raise BrokenFile(f"--params {entry}: the file holds no JSON object")
            made.update(document)
        elif not mark or not name.rstrip(":"):
            raise click.UsageError(f"--params '{entry}': expected name=text, name:=JSON or @file")
        elif name.endswith(":"):
            made[name[:-1]] = json_value(value, f"--params {name[:-1]}")
        else:
            made[name] = value
    return made


def reads_event(pipeline: model.Pipeline) -> bool:
    """Whether a run without an event would fail for that."""
    for leaf in _templates(pipeline):
        reads = expressions.reads(leaf.source, leaf.lone)
        if any(path[0] == "event" and not guarded for path, guarded in reads) and "event" not in leaf.bound:
            return True
    return False


def reads_outputs(pipeline: model.Pipeline, step_id: str | None) -> bool:
    """Whether a step reads the output of a tool that was called before it."""
    step = next((one for one in pipeline.steps if one.id == step_id), None)
    if step is None:
        return False
    calls = [one for one in pipeline.steps[: step.index] if not one.uses.startswith("system.")]
    saved = {one.save_as for one in pipeline.steps[: step.index]}
    paths = [path for leaf in _templates_of(step) for path, _ in expressions.reads(leaf.source, leaf.lone) if path[0] not in leaf.bound]
    return bool(calls) and any(path[0] == "steps" or path[0] in saved for path in paths)


def unused_params(pipeline: model.Pipeline, given: Mapping[str, Any]) -> list[str]:
    """A warning for each given param that the pipeline neither declares nor reads."""
    declared = [str(one.key.value) for one in pipeline.params.entries if isinstance(one, model.Entry) and isinstance(one.key, model.Const)]
    paths = [path for leaf in _templates(pipeline) for path, _ in expressions.reads(leaf.source, leaf.lone) if path[0] == "params"]
    if any(len(path) < 2 for path in paths):  # all of them are read, or one whose name is computed
        return []
    known = list(dict.fromkeys([*declared, *(path[1] for path in paths)]))
    left = [name for name in known if name not in given]
    takes = f"it has: {', '.join(known)}" if known else "it has none"
    return [
        f"warning: --params {name}: the pipeline has no such parameter; {problems.did_you_mean(name, left, takes)}"
        for name in given
        if name not in known
    ]


def _templates(pipeline: model.Pipeline) -> Iterator[leaves.Leaf]:
    yield from leaves.of(pipeline.params, "")
    for step in pipeline.steps:
        yield from _templates_of(step)


def _templates_of(step: model.Step) -> Iterator[leaves.Leaf]:
    yield from leaves.of(step.with_, "with", plan.conditions_of(step.uses), plan.given_to_conditions(step.uses))
    yield from leaves.of(step.timeout, "")
    if isinstance(step.condition, model.Const) and isinstance(step.condition.value, str):  # an expression without marks
        yield leaves.Leaf(step.condition.value, True, "", model.NOWHERE)
    else:
        yield from leaves.of(step.condition, "")


def shipped_pipelines() -> Path:
    """The folder of the shipped pipelines, beside the catalog's."""
    return catalog_module.shipped_folder().parent / "pipelines"
