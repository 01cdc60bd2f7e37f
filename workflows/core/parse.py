"""A document's tree to a Pipeline, or every problem of its shape with its place. Meaning is checked by `check.py`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from workflows.core import errors, model, parse_schedule, problems

SCHEDULE_KINDS: Final = ("rrule", "cron", "once", "event", "manual")
_STEP_FORM: Final = 'write {"id": "...", "uses": "...", "with": {}}, or take it out'
_DOCUMENT_KEYS: Final = ("name", "title", "description", "schedule_kind", "schedule_expr", "timezone", "event_type", "payload")
_TEXT_KEYS: Final = tuple(key for key in _DOCUMENT_KEYS if key != "payload")
#: Fields of the earlier system's tasks; they are read so that its documents load.
_EARLIER_KEYS: Final = (
    "priority",
    "dedupe_key",
    "dedupe_window_seconds",
    "max_retries",
    "backoff_strategy",
    "concurrency_key",
    "status",
    "created_by",
)
_DOCUMENT_HINTS: Final = {
    "condition": "use event_type, and an 'if' on the first step",
    "timeout_seconds": "the time of a whole run is 'timeout'; timeout_seconds stands in a step",
    "cron": "write schedule_kind 'cron' and the expression in schedule_expr",
    "rrule": "write schedule_kind 'rrule' and the rule in schedule_expr",
}
_PAYLOAD_KEYS: Final = ("pipeline", "params")
_STEP_KEYS: Final = ("id", "uses", "with", "save_as", "if", "timeout_seconds")
#: What authors of other systems write, and what it is called here.
_STEP_HINTS: Final = {
    "when": "the condition of a step is 'if'",
    "condition": "the condition of a step is 'if'",
    "name": "a step is named by 'id'",
    "action": "the action stands inside 'with'",
    "args": "arguments stand in 'with'",
    "params": "arguments stand in 'with'",
    "timeout": "write timeout_seconds",
    "retry": "the tool's definition in the catalog says how often a call is tried",
    "max_retries": "the tool's definition in the catalog says how often a call is tried",
    "on_failure": "this version has no failure steps; the run ends as failed",
    "on_error": "this version has no failure steps; the run ends as failed",
    "parallel": "this version runs steps one after another",
    "for_each": "this version has no loops over steps; {% for %} loops inside 'with'",
    "loop": "this version has no loops over steps; {% for %} loops inside 'with'",
    "output": "an output is named by 'save_as'",
}
_NAME: Final = re.compile(r"[a-z0-9-]{1,64}")
_IDENTIFIER: Final = re.compile(r"[^\W\d][\w-]*")


def parse(
    root: model.Object, stem: str, timezone: str = "UTC", read_file: parse_schedule.FileReader | None = None
) -> tuple[model.Pipeline | None, problems.Gathered]:
    """The pipeline of a document, and what is wrong with it; None where nothing of use is left.

    `stem` is the file's name without its suffix: the pipeline's name where the document gives none. `timezone` is that of schedules
    whose document names none; `read_file` gives a file beside the document.
    """
    gathered = problems.Gathered()
    return _Parser(gathered, timezone, read_file).document(root, stem), gathered


class _Parser:
    def __init__(self, gathered: problems.Gathered, timezone: str, read_file: parse_schedule.FileReader | None) -> None:
        self._problems = gathered
        self._timezone = timezone
        self._read_file = read_file

    def document(self, root: model.Object, stem: str) -> model.Pipeline | None:
        members = self._members(root, "", (*_DOCUMENT_KEYS, *parse_schedule.KEYS, *_EARLIER_KEYS), _DOCUMENT_HINTS)
        for key in _EARLIER_KEYS:
            if key in members:
                self._problems.warning("no-effect-yet", f"'{key}' is read but has no effect in this version", key, members[key][1])
        payload, place = self._object(members, "payload", "", root.position)
        inner = self._members(payload, "payload", _PAYLOAD_KEYS, {"steps": "the steps are called 'pipeline'"}) if payload else {}
        steps = self._steps(inner, place) if payload else ()
        params, _ = self._object(inner, "params", "payload", place) if "params" in inner else (model.Object(()), place)
        texts = {key: self._text(members, key) for key in _TEXT_KEYS}
        kind = self._schedule(members, texts, root.position)
        expr, timezone = texts["schedule_expr"] or "", texts["timezone"] or self._timezone
        timing, policies = parse_schedule.read(members, kind, expr, timezone, self._problems, self._read_file)
        if payload is None:
            return None
        return model.Pipeline(
            name=self._name(members, texts["name"], stem, root.position),
            title=texts["title"] or stem,
            steps=steps,
            params=params or model.Object(()),
            description=texts["description"] or "",
            schedule_kind=kind,
            schedule_expr=expr,
            timezone=texts["timezone"],
            event_type=texts["event_type"],
            timing=timing,
            policies=policies,
            positions={key: position for key, (node, position) in members.items() if node != model.Const(None, node.position)},
        )

    def _name(self, members: Mapping[str, tuple[Any, model.Position]], given: str | None, stem: str, place: model.Position) -> str:
        name = given if given is not None else re.sub(r"[^a-z0-9-]+", "-", stem.lower()).strip("-")
        if not _NAME.fullmatch(name):
            position = members["name"][1] if "name" in members else place
            hint = "give the document a 'name' of at most 64 characters a-z, 0-9 and -"
            found = f"'{name}' is no name of a pipeline" if given is not None else f"the file's name '{stem}' gives no name of a pipeline"
            self._problems.error("wrong-name", found, "name", position, hint)
        return name

    def _schedule(self, members: Mapping[str, tuple[Any, model.Position]], texts: dict[str, str | None], place: model.Position) -> str:
        kind = texts["schedule_kind"]
        if kind is None:
            return "event" if texts["event_type"] else "manual"
        position = members["schedule_kind"][1]
        if kind not in SCHEDULE_KINDS:
            hint = problems.did_you_mean(kind, SCHEDULE_KINDS, f"one of: {', '.join(SCHEDULE_KINDS)}")
            self._problems.error("wrong-value", f"schedule_kind is '{kind}'", "schedule_kind", position, hint)
        needs = "event_type" if kind == "event" else "schedule_expr" if kind in ("rrule", "cron", "once") else None
        if kind == "event" and texts["schedule_expr"] and not texts["event_type"]:
            needs = None  # the earlier system named the topic there
        if needs and not texts[needs]:
            self._problems.error("missing-key", f"schedule_kind '{kind}' needs '{needs}'", needs, position)
        return kind

    def _steps(self, payload: Mapping[str, tuple[Any, model.Position]], place: model.Position) -> tuple[model.Step, ...]:
        if "pipeline" not in payload:
            hint = 'add "pipeline": [{"id": "...", "uses": "...", "with": {...}}]'
            self._problems.error("missing-key", "payload has no 'pipeline': the list of steps", "payload.pipeline", place, hint)
            return ()
        node, position = payload["pipeline"]
        if not isinstance(node, model.Array):
            self._wrong(node, "a list of steps", "payload.pipeline", position)
            return ()
        steps = [self._step(item, index) for index, item in enumerate(node.items)]
        found = tuple(step for step in steps if step is not None)
        self._unique(found)
        return found

    def _step(self, node: Any, index: int) -> model.Step | None:
        path = f"payload.pipeline[{index}]"
        if isinstance(node, model.For | model.If | model.Set):
            hint = "a step has 'if'; {% for %} loops inside 'with'"
            self._problems.error("blocks-not-here", "a {% %} block cannot stand around steps", path, node.position, hint)
            return None
        if not isinstance(node, model.Object):
            self._wrong(node, "a step: an object with 'uses'", path, node.position, _STEP_FORM)
            return None
        members = self._members(node, path, _STEP_KEYS, _STEP_HINTS)
        uses = self._text(members, "uses", path)
        if "uses" not in members:
            hint = "'ordinaut catalog' lists the tools"
            self._problems.error("missing-key", "a step needs 'uses': the address of a tool", f"{path}.uses", node.position, hint)
        with_, _ = (
            self._object(members, "with", path, node.position) if "with" in members else (model.Object((), node.position), node.position)
        )
        return model.Step(
            id=self._identifier(members, "id", path) or f"step_{index}",
            uses=uses or "",
            index=index,
            with_=with_ or model.Object((), node.position),
            save_as=self._identifier(members, "save_as", path),
            condition=members["if"][0] if "if" in members else None,
            timeout=members["timeout_seconds"][0] if "timeout_seconds" in members else None,
            position=node.position,
            positions={key: position for key, (_, position) in members.items()},
        )

    def _identifier(self, members: Mapping[str, tuple[Any, model.Position]], key: str, path: str) -> str | None:
        text = self._text(members, key, path)
        if text is not None and not _IDENTIFIER.fullmatch(text):
            hint = "letters, digits, _ and -, beginning with a letter"
            self._problems.error("wrong-id", f"'{text}' cannot be used as {key}", f"{path}.{key}", members[key][1], hint)
        return text

    def _unique(self, steps: tuple[model.Step, ...]) -> None:
        ids: dict[str, model.Step] = {}
        for step in steps:
            if step.id in ids:
                first = ids[step.id].path
                position = step.positions.get("id", step.position)
                hint = "give one of the two another id"
                self._problems.error("duplicate-id", f"the id '{step.id}' is already that of {first}", f"{step.path}.id", position, hint)
            ids.setdefault(step.id, step)
        saved: dict[str, model.Step] = {}
        for step in steps:
            if step.save_as and step.save_as in saved:
                message = f"'{step.save_as}' overwrites the output of '{saved[step.save_as].id}'"
                hint = "give it a name of its own if both are needed later"
                self._problems.warning("overwritten-output", message, f"{step.path}.save_as", step.positions["save_as"], hint)
            if step.save_as:
                saved[step.save_as] = step

    def _members(
        self, node: model.Object, path: str, known: tuple[str, ...], hints: Mapping[str, str]
    ) -> dict[str, tuple[model.Node, model.Position]]:
        members: dict[str, tuple[model.Node, model.Position]] = {}
        for entry in node.entries:
            if not isinstance(entry, model.Entry) or not isinstance(entry.key, model.Const):
                self._problems.error("blocks-not-here", "only plain keys can stand here", path or "document", entry.position)
                continue
            key = str(entry.key.value)
            if key in known:
                members[key] = (entry.value, entry.position)
            else:
                hint = hints.get(key) or problems.did_you_mean(key, known, f"known here: {', '.join(known[:8])}")
                self._problems.error("unknown-key", f"unknown key '{key}'", f"{path}.{key}" if path else key, entry.position, hint)
        return members

    def _object(
        self, members: Mapping[str, tuple[Any, model.Position]], key: str, path: str, place: model.Position
    ) -> tuple[model.Object | None, model.Position]:
        full = f"{path}.{key}" if path else key
        if key not in members:
            self._problems.error("missing-key", f"'{key}' is missing", full, place)
            return None, place
        node, position = members[key]
        if isinstance(node, model.Object):
            return node, position
        self._wrong(node, "an object", full, position)
        return None, position

    def _text(self, members: Mapping[str, tuple[Any, model.Position]], key: str, path: str = "") -> str | None:
        if key not in members:
            return None
        node, position = members[key]
        full = f"{path}.{key}" if path else key
        if isinstance(node, model.Const) and isinstance(node.value, str):
            return node.value
        if isinstance(node, model.Const) and node.value is None and path == "":
            return None
        if isinstance(node, model.Text):
            self._problems.error("wrong-type", f"'{key}' takes plain text, no templates", full, position)
        else:
            self._wrong(node, "text", full, position, _text_hint(key, node))
        return None

    def _wrong(self, node: Any, expected: str, path: str, position: model.Position, hint: str = "") -> None:
        self._problems.error("wrong-type", f"expected {expected}, found {problems.described(node)}", path, position, hint)


def _text_hint(key: str, node: Any) -> str:
    if key == "timezone":
        return 'name a zone: "timezone": "Europe/Chisinau"'
    is_text = key in ("title", "description", "name", "note") and isinstance(node, model.Const) and node.value is not None
    return f'put it into quotes: "{key}": "{node.value}"' if is_text else ""


def document_error(gathered: problems.Gathered) -> errors.DocumentError:
    """All problems as one error."""
    return errors.DocumentError(gathered.sorted())
