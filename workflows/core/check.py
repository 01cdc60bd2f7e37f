"""The checker: every mistake of a pipeline that can be known before a run, gathered; then the plan."""

from __future__ import annotations

import datetime
import decimal
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from workflows.core import (
    check_arguments,
    check_references,
    check_schedule,
    composed,
    durations,
    errors,
    leaves,
    limits,
    marks,
    model,
    parse,
    parse_schedule,
    plan,
    problems,
    sizes,
    source,
    template,
    tree,
    zones,
)
from workflows.core.approvals import notified
from workflows.core.approvals import request as requests

#: Transports that this version can reach; a step on another one does not pass.
TRANSPORTS = ("http", "rest", "database", "mcp", "stdio", "websocket", "redis", "pipeline", "system")


class Tools(Protocol):
    """What the checker needs of a catalog."""

    def get(self, address: str) -> model.Tool | None:
        """The tool of an address."""

    def near(self, address: str) -> list[str]:
        """The addresses most like this one."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found. `plan` and `pipeline` are None where there are errors that leave none."""

    pipeline: model.Pipeline | None
    plan: dict[str, Any] | None
    problems: tuple[errors.Problem, ...]

    @property
    def ok(self) -> bool:
        """Whether a run may start."""
        return self.plan is not None


def document(
    data: bytes,
    filename: str,
    tools: Tools,
    timezone: str = "UTC",
    given: Mapping[str, Any] | None = None,
    *,
    now: datetime.datetime | None = None,
    read_file: parse_schedule.FileReader | None = None,
) -> Checked:
    """Checks a document; `given` are params given at the start, None where that is not known yet.

    `now` is the present, for schedules that are past; `read_file` gives a file beside the document, or raises ScheduleError.

    >>> document(b'{"payload": {"pipeline": []}}', "empty.json", catalog).ok
    True
    """
    try:
        root = source.read_document(data, filename)
    except errors.DocumentError as error:
        return Checked(None, None, error.problems)
    stem = filename.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    pipeline, gathered = parse.parse(root, stem, timezone, read_file)
    gathered.text = data.decode("utf-8-sig", errors="replace")
    if pipeline is None:
        return Checked(None, None, gathered.sorted())
    _Checker(pipeline, tools, gathered, given, now).check()
    if gathered.has_errors:
        return Checked(pipeline, None, gathered.sorted())
    made = plan.build(pipeline, _tools(tools, pipeline.steps), timezone)
    return _within_limit(Checked(pipeline, made, gathered.sorted()))


def _tools(tools: Tools, steps: Sequence[model.Step]) -> dict[str, model.Tool]:
    """The tools that the steps use, and those inside composed actions."""
    found: dict[str, model.Tool] = {}
    for step in steps:
        found[step.uses] = tool = _tool(tools, step.uses)
        found.update({address: _tool(tools, address) for address in notified.addresses(step)})
        for action in composed.used(tool, [step]):
            found.update({address: _tool(tools, address) for address in composed.addresses(tool.composed(action) or {"steps": []})})
    return found


def _tool(tools: Tools, address: str) -> model.Tool:
    tool = tools.get(address)
    assert tool is not None  # the checker has reported it else; those inside actions are checked with the catalog
    return tool


def _within_limit(checked: Checked) -> Checked:
    size = sizes.size_of(checked.plan)
    if size <= limits.MAX_PAYLOAD_BYTES:
        return checked
    message = f"the plan takes {size:,} bytes; a run can be given at most {limits.MAX_PAYLOAD_BYTES:,} (MAX_PAYLOAD_BYTES)"
    problem = errors.Problem("too-large", message, "payload.pipeline", 1, 1, "split the pipeline in two")
    return Checked(checked.pipeline, None, (*checked.problems, problem))


def _is_readable(source: str) -> bool:
    """Whether the marks of a text are closed."""
    try:
        marks.split(source)
    except marks.MarkError:
        return False
    return True


class _Checker:
    def __init__(
        self,
        pipeline: model.Pipeline,
        tools: Tools,
        gathered: problems.Gathered,
        given: Mapping[str, Any] | None,
        now: datetime.datetime | None,
    ) -> None:
        self._pipeline = pipeline
        self._tools = tools
        self._problems = gathered
        self._now = now
        self._references = check_references.References(pipeline, tools, gathered, given)

    def check(self) -> None:
        """Everything, in the order of the document."""
        self._zone()
        check_schedule.check(self._pipeline, self._problems, self._now)
        if not self._few_templates():
            return
        for leaf in leaves.of(self._pipeline.params, "payload.params"):
            self._references.check(leaf, None)
        for step in self._pipeline.steps:
            self._step(step)
        self._references.finish()

    def _few_templates(self) -> bool:
        """Whether a worker can compile them all without a pause that others would feel."""
        count = sum(1 for _ in leaves.of(self._pipeline.params, ""))
        count += sum(1 for step in self._pipeline.steps for _ in leaves.of(step.with_, "", plan.conditions_of(step.uses)))
        if count > limits.MAX_TEMPLATES:
            message = f"the document has {count:,} templates; a run can have at most {limits.MAX_TEMPLATES:,} (MAX_TEMPLATES)"
            self._problems.error("too-large", message, "payload", self._pipeline.positions["payload"], "loop over a list with {% for %}")
        return count <= limits.MAX_TEMPLATES

    def _zone(self) -> None:
        if self._pipeline.timezone is None:
            return
        try:
            zones.load(self._pipeline.timezone)
        except errors.EvaluationError as error:
            message, _, hint = error.message.partition("; ")
            self._problems.error("unknown-time-zone", message, "timezone", self._pipeline.positions["timezone"], hint)

    def _step(self, step: model.Step) -> None:
        self._saved(step)
        tool = self._known_tool(step)
        self._condition(step)
        self._timeout(step)
        for leaf in leaves.of(step.with_, f"{step.path}.with", plan.conditions_of(step.uses), plan.given_to_conditions(step.uses)):
            if leaf.condition is None:
                self._references.check(leaf, step)
            else:
                self._is_condition(leaf, step)
        if tool is not None:
            check_arguments.check(step, tool, self._problems)
        for node in notified.places(step):
            self._notifies(str(node.value), step, node.position)
        for node in notified.without_room(step):
            message = f"a message of '{node.value}' holds no buttons here"
            self._problems.error("wrong-argument", message, f"{step.path}.with.notify", node.position, requests.BUTTONS_HINT)
        self._compiles(step, tool)

    def _saved(self, step: model.Step) -> None:
        if step.save_as and check_references.is_reserved(step.save_as):
            message = f"'{step.save_as}' already means something; this output is reached as steps.{step.save_as} only"
            self._problems.warning("shadowed-output", message, f"{step.path}.save_as", step.positions["save_as"])

    def _known_tool(self, step: model.Step) -> model.Tool | None:
        if not step.uses:
            return None
        tool = self._tools.get(step.uses)
        position = step.positions.get("uses", step.position)
        if tool is None:
            near = self._tools.near(step.uses)
            hint = f"did you mean '{near[0]}'?" if near else "'ordinaut catalog' lists the tools"
            self._problems.error("unknown-tool", f"no tool '{step.uses}' in the catalog", f"{step.path}.uses", position, hint)
        elif tool.transport not in TRANSPORTS:
            message = f"'{step.uses}' is reached by '{tool.transport}', which this version cannot; it can: {', '.join(TRANSPORTS)}"
            self._problems.error("unavailable-tool", message, f"{step.path}.uses", position)
            return None
        return tool

    def _notifies(self, address: str, step: model.Step, position: model.Position) -> None:
        tool = self._tools.get(address)
        if tool is None:
            near = self._tools.near(address)
            hint = f"did you mean '{near[0]}'?" if near else "'ordinaut catalog' lists the tools"
            self._problems.error("unknown-tool", f"no tool '{address}' in the catalog", f"{step.path}.with.notify", position, hint)
        elif tool.transport == "system" or composed.used(tool, [step]):
            message = f"'{address}' cannot notify: it is made of steps, or built in; use a tool that is one call"
            self._problems.error("unavailable-tool", message, f"{step.path}.with.notify", position)

    def _condition(self, step: model.Step) -> None:
        if step.condition is not None:
            self._is_condition(leaves.condition(step.condition, leaves.Leaf("", False, f"{step.path}.if", step.positions["if"])), step)

    def _is_condition(self, leaf: leaves.Leaf, step: model.Step) -> None:
        """Checks an `if`, or what stands where a tool takes conditions."""
        match leaf.condition:
            case model.Const(value=bool()):
                return
            case model.Text(source=source) if not leaf.lone and _is_readable(source):
                error = template.no_condition(source)
                self._problems.error("template-syntax", error.message, leaf.path, leaf.position, error.hint)
                return
            case model.Array() | model.Object() | model.Const(value=None | int() | decimal.Decimal()):
                found = problems.described(leaf.condition)
                self._problems.error("wrong-type", f"expected an expression or a boolean, found {found}", leaf.path, leaf.position)
                return
        self._references.check(leaf, step)
        if kind := check_references.not_boolean(leaf.source):
            message = f"the condition gives {kind}, no boolean; it holds where that is not 0, empty or null"
            self._problems.warning("not-boolean", message, leaf.path, leaf.position, "compare it: | length > 0")

    def _timeout(self, step: model.Step) -> None:
        if step.timeout is None:
            return
        path = f"{step.path}.timeout_seconds"
        if isinstance(step.timeout, model.Const):
            try:
                durations.seconds(step.timeout.value, positive=True)
            except errors.EvaluationError as error:
                self._problems.error("wrong-duration", error.message, path, step.positions["timeout_seconds"], error.hint)
        for leaf in leaves.of(step.timeout, path):
            self._references.check(leaf, step)

    def _compiles(self, step: model.Step, tool: model.Tool | None) -> None:
        """What only compiling finds: statements whose templates stand where no parameter can."""
        if tool is None or "sql" not in tool.definition or self._references.has_syntax_error(step):
            return
        try:
            template.compile_tree(
                tree.to_json(step.with_), "with", tuple(tool.definition["sql"]), (), tuple(tool.definition.get("names", ()))
            )
        except errors.EvaluationError as error:
            message = error.message.removeprefix(f"in {error.place}: ")
            place = error.place or "with"
            self._problems.error("template-syntax", message, f"{step.path}.{place}", _position(step.with_, place), error.hint)


def _position(node: model.Node, place: str) -> model.Position:
    """Where `with.queries[0].query` stands in the document, as near as it is known."""
    inside: Any = node
    found: model.Position = node.position
    for name in re.findall(r"[.\[]([^.\[\]]+)", place):
        inside = _member(inside, name)
        if inside is None:
            break
        found = getattr(inside, "position", found)
    return found


def _member(node: Any, name: str) -> Any:
    match node:
        case model.Object():
            entries = (entry for entry in node.entries if isinstance(entry, model.Entry) and isinstance(entry.key, model.Const))
            return next((entry.value for entry in entries if isinstance(entry.key, model.Const) and entry.key.value == name), None)
        case model.Array() if name.isdigit() and int(name) < len(node.items):
            return node.items[int(name)]
    return None
