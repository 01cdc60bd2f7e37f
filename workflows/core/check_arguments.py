"""The arguments of a step against its tool's schema, for the checker: what is constant is fitted now, the rest when it is known."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from workflows.core import check_constants, errors, event_wait, fit, fit_schema, fit_words, leaves, marks, model, problems, template, tree

_CLOCK: Final = re.compile(
    r"\b(CURRENT_DATE|CURRENT_TIMESTAMP|CURRENT_TIME|LOCALTIMESTAMP|NOW\s*\(\s*\)|GETDATE\s*\(\s*\)|SYSDATE)", re.IGNORECASE
)
_NAME_END: Final = re.compile(r"[.\[]")
_ALMOST: Final = 0.8  # likeness from which a name is taken for a misspelt one


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A schema that arguments must fit, and what messages call it: `'slack.enterprise' post_message`."""

    called: str
    schema: Mapping[str, Any]
    actions: tuple[str, ...] = ()


def check(step: model.Step, tool: model.Tool, gathered: problems.Gathered) -> None:
    """Reports wrong actions, missing, unknown and wrong arguments, and what a reader should know of its SQL."""
    members = _members(step.with_)
    whole = len(members) == len(step.with_.entries)
    _action(step, tool, members, gathered)
    wanted = _Wanted(f"'{tool.address}'", tool.input_schema, tuple(tool.actions))
    wrong = _entries(step, wanted, members, members, whole, gathered)
    if own := tool.input_schema_of(step.action):
        given = {name: entry for name, entry in members.items() if name != "action"}
        right = {name: entry for name, entry in given.items() if name not in wrong}
        wanted = _Wanted(f"'{tool.address}' {step.action}", own)
        if not _entries(step, wanted, given, right, whole, gathered) and not wrong and whole:
            _together(step, wanted, given, gathered)
    if not own or own.get("additionalProperties", True) is not False:  # a closed schema of the action has told each name already
        _misspelt(step.with_, tool.input_schema, tool, f"{step.path}.with", gathered)
    if whole and f"{step.path}.with" not in _wrong(gathered):
        check_constants.either(step, tool, members, gathered)
    if tool.address == "system.sleep":
        check_constants.wait(step, {name: entry for name, entry in members.items() if name not in wrong}, gathered)
    if tool.address == event_wait.ADDRESS:
        check_constants.awaited_event(step, {name: entry for name, entry in members.items() if name not in wrong}, gathered)
    for place in tool.definition.get("sql", ()):
        _statements(step.with_, tool, place.split("."), f"{step.path}.with", gathered)


def _entries(
    step: model.Step,
    wanted: _Wanted,
    given: Mapping[str, model.Entry],
    looked_at: Mapping[str, model.Entry],
    whole: bool,
    gathered: problems.Gathered,
) -> frozenset[str]:
    """Checks each argument by itself; the names of the wrong ones, and of those that are missing."""
    before = _wrong(gathered)
    if whole:
        _missing(step, wanted, given, gathered)
    properties: Mapping[str, Any] = wanted.schema.get("properties", {})
    for name, entry in looked_at.items():
        path = f"{step.path}.with.{name}"
        if name not in properties:
            _unknown(name, entry, wanted, path, gathered)
        elif not (name == "action" and wanted.actions):
            _constant(entry, properties[name], wanted.schema, path, gathered)
            _spliced(entry, properties[name], path, gathered)
    start = f"{step.path}.with."
    return frozenset(_NAME_END.split(path.removeprefix(start))[0] for path in _wrong(gathered) - before)


def _wrong(gathered: problems.Gathered) -> frozenset[str]:
    return frozenset(problem.path for problem in gathered.problems if problem.severity == "error")


def _together(step: model.Step, wanted: _Wanted, members: Mapping[str, model.Entry], gathered: problems.Gathered) -> None:
    """What only all arguments of an action together show, where all are constant: `text` or `blocks`, one of them."""
    given = {name: tree.to_json(entry.value) for name, entry in members.items()}
    if template.has_templates(given):
        return
    try:
        fit.arguments(wanted.schema, given)
    except errors.ToolError as error:
        position = step.positions.get("with", step.position)
        for violation in error.details["problems"]:
            message, hint = f"{wanted.called}: {violation['message']}", str(violation["hint"] or "")
            gathered.error("wrong-argument", message, f"{step.path}.{violation['path']}", position, hint)


def _members(node: model.Object) -> dict[str, model.Entry]:
    """The entries with plain keys by name; those in blocks are left out."""
    return {str(entry.key.value): entry for entry in node.entries if isinstance(entry, model.Entry) and isinstance(entry.key, model.Const)}


def _action(step: model.Step, tool: model.Tool, members: Mapping[str, model.Entry], gathered: problems.Gathered) -> None:
    if not tool.actions or "action" not in members:
        return
    node = members["action"].value
    if isinstance(node, model.Const) and node.value not in tool.actions:
        hint = problems.did_you_mean(str(node.value), tool.actions, f"it has: {', '.join(tool.actions)}")
        gathered.error("unknown-action", f"'{tool.address}' has no action '{node.value}'", f"{step.path}.with.action", node.position, hint)


def _missing(step: model.Step, wanted: _Wanted, members: Mapping[str, model.Entry], gathered: problems.Gathered) -> None:
    for name in wanted.schema.get("required", ()):
        if name not in members:
            near = problems.did_you_mean(name, [found for found in members if found not in wanted.schema.get("properties", {})])
            choices = f", one of: {', '.join(wanted.actions)}" if name == "action" and wanted.actions else ""
            hint = f"found '{near.split(chr(39))[1]}': is that what is meant?" if near else f"add \"{name}\" to 'with'{choices}"
            position = step.positions.get("with", step.position)
            gathered.error("missing-argument", f"{wanted.called} needs the argument '{name}'", f"{step.path}.with.{name}", position, hint)


def _unknown(name: str, entry: model.Entry, wanted: _Wanted, path: str, gathered: problems.Gathered) -> None:
    if wanted.schema.get("additionalProperties") is False:
        known = wanted.schema.get("properties", {})
        hint = problems.did_you_mean(name, known, f"it takes: {', '.join(known)}")
        gathered.error("unknown-argument", f"{wanted.called} has no argument '{name}'", path, entry.position, hint)


def _misspelt(node: Any, schema: fit_schema.Schema, tool: model.Tool, path: str, gathered: problems.Gathered) -> None:
    """Tells a name that an open schema lets through, where one that it declares is almost the same and is not given."""
    if not isinstance(node, model.Object) or not isinstance(schema, Mapping):
        return
    members, declared = _members(node), schema.get("properties", {})
    is_open = schema.get("additionalProperties", True) is True and "patternProperties" not in schema
    is_whole = len(members) == len(node.entries)  # else a block may give what seems to be left out
    # a required one is told as missing, with this name as the near one
    left = [name for name in declared if name not in members and name not in schema.get("required", ())]
    for name, entry in members.items():
        at = f"{path}.{name}"
        if name in declared:
            _misspelt(entry.value, declared[name], tool, at, gathered)
        elif is_open and is_whole and (near := fit_words.near(name, left, _ALMOST)):
            message = f"'{tool.address}' declares no '{name}' here and is sent it as it is; '{near}', which it declares, is not given"
            gathered.warning("unlikely-argument", message, at, entry.position, f"did you mean '{near}'?")


def _constant(entry: model.Entry, schema: Any, root: Mapping[str, Any], path: str, gathered: problems.Gathered) -> None:
    node = tree.to_json(entry.value)
    if template.has_templates(node) or not isinstance(schema, Mapping):
        return
    local = {**schema, **{key: root[key] for key in ("$defs", "definitions") if key in root}}
    try:
        fitted = fit.arguments(local, node)
    except errors.ToolError as error:
        for violation in error.details["problems"]:
            at = str(violation["path"]).removeprefix("with")
            gathered.error("wrong-argument", str(violation["message"]), f"{path}{at}", entry.value.position, str(violation["hint"] or ""))
        return
    for notice in (*fitted.notices, *fitted.conversions):
        gathered.warning("converted-argument", notice, path, entry.value.position)


def _spliced(entry: model.Entry, schema: Any, path: str, gathered: problems.Gathered) -> None:
    """`["${params.team}"]`: where the one item is a list, it is spliced in; the author should know."""
    node = entry.value
    if isinstance(node, model.Object) and isinstance(schema, Mapping):
        for inner in node.entries:
            if isinstance(inner, model.Entry) and isinstance(inner.key, model.Const):
                name = str(inner.key.value)
                _spliced(inner, schema.get("properties", {}).get(name, {}), f"{path}.{name}", gathered)
        return
    if not isinstance(node, model.Array) or len(node.items) != 1 or not isinstance(schema, Mapping):
        return
    item, wanted = node.items[0], schema.get("items")
    if (
        isinstance(item, model.Text)
        and leaves.marks_lone(item.source)
        and isinstance(wanted, Mapping)
        and wanted.get("type") in ("string", "number", "integer")
    ):
        message = f"if {item.source} is a list, its items are spliced in here"
        hint = f'write "{entry.key.value}": "{item.source}" without the brackets' if isinstance(entry.key, model.Const) else ""
        gathered.warning("converted-argument", message, path, item.position, hint)


def _statements(node: Any, tool: model.Tool, place: list[str], path: str, gathered: problems.Gathered) -> None:
    name, rest = place[0], place[1:]
    if not isinstance(node, model.Object):
        return
    for entry in node.entries:
        if not (isinstance(entry, model.Entry) and isinstance(entry.key, model.Const) and entry.key.value == name.removesuffix("[]")):
            continue
        at = f"{path}.{entry.key.value}"
        if name.endswith("[]"):
            items = entry.value.items if isinstance(entry.value, model.Array) else ()
            for number, item in enumerate(items):
                _statements(item, tool, rest, f"{at}[{number}]", gathered)
        elif rest:
            _statements(entry.value, tool, rest, at, gathered)
        else:
            _statement(entry.value, tool, at, gathered)


def _statement(node: Any, tool: model.Tool, path: str, gathered: problems.Gathered) -> None:
    text = node.source if isinstance(node, model.Text) else node.value if isinstance(node, model.Const) else None
    if not isinstance(text, str):
        return
    if tool.transport == "database":
        check_constants.statement(node, path, tool, gathered)
    clock = _CLOCK.search(text)
    if clock:
        message = f"{clock.group(1).upper()} is the database's clock: wrong in a backfill, late runs and around midnight"
        gathered.warning("database-clock", message, path, node.position, "use '{{today}}' or '{{now}}': the time the run was due")
    if _has_quoted_template(text):
        message = "the quotes around a template vanish: its value is bound as a parameter, as text"
        gathered.warning("sql-from-text", message, path, node.position, "leave the quotes away to bind numbers as numbers")


def _has_quoted_template(text: str) -> bool:
    """Whether a template stands between quotes of the statement; quotes inside a template are its own."""
    if not marks.has_marks(text):
        return False
    try:
        parts = marks.split(text)
    except marks.MarkError:  # reported with the templates
        return False
    quotes = 0
    for part in parts:
        if part.kind == "expression" and quotes % 2:
            return True
        quotes += part.content.count("'") if part.kind == "text" else 0
    return False
