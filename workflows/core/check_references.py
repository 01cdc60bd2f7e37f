"""What templates read, for the checker: every name against what is known at that step."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, Protocol

from jinja2 import nodes

from workflows.core import broken_templates, date_words, errors, expressions, fit_schema, functions, leaves, model, plan, problems, scope


class Tools(Protocol):
    """What is asked of a catalog here."""

    def get(self, address: str) -> model.Tool | None:
        """The tool of an address."""


_NO_BOOLEAN: Final = {
    "length": "a number",
    "count": "a number",
    "sum": "a number",
    "round": "a number",
    "number": "a number",
    "join": "text",
}

#: Words with which a schema declares members elsewhere.
_OPEN: Final = ("$ref", "allOf", "anyOf", "oneOf", "if", "patternProperties")


def is_reserved(name: str) -> bool:
    """Whether a bare name means something else than a step's output."""
    return name in scope.RESERVED_ROOTS or date_words.is_date_word(name) or name == plan.COUNTER_WORD


def not_boolean(source: str) -> str:
    """What an expression surely gives where that is no boolean ("a number"), else ""."""
    try:
        tree = expressions._tree(source, True)
    except errors.EvaluationError:
        return ""
    assign = tree.body[0]
    node = assign.node if isinstance(assign, nodes.Assign) else assign
    if isinstance(node, nodes.Filter):
        return _NO_BOOLEAN.get(node.name, "")
    if isinstance(node, nodes.Const) and not isinstance(node.value, bool):
        return "a constant"
    return "a number" if isinstance(node, nodes.Add | nodes.Sub | nodes.Mul | nodes.Div) else ""


class References:
    """The names of one pipeline, and the check of each read against them."""

    def __init__(self, pipeline: model.Pipeline, tools: Tools, gathered: problems.Gathered, given: Mapping[str, Any] | None) -> None:
        self._pipeline = pipeline
        self._tools = tools
        self._problems = gathered
        self._given = given
        self._params = [
            str(entry.key.value)
            for entry in pipeline.params.entries
            if isinstance(entry, model.Entry) and isinstance(entry.key, model.Const)
        ]
        self._saved: dict[str, list[model.Step]] = {}
        self._ids = {step.id: step for step in pipeline.steps}
        for step in pipeline.steps:
            if step.save_as:
                self._saved.setdefault(step.save_as, []).append(step)
        self._date_word: leaves.Leaf | None = None
        self._broken: set[str] = set()

    def has_syntax_error(self, step: model.Step) -> bool:
        """Whether a template of the step cannot be read (reported already)."""
        return step.id in self._broken

    def check(self, leaf: leaves.Leaf, step: model.Step | None) -> None:
        """Checks what one template reads; `step` is None in params."""
        try:
            compiled = expressions.value(leaf.source) if leaf.lone else expressions.text(leaf.source)
            reads = expressions.reads(leaf.source, leaf.lone)
        except errors.EvaluationError as error:
            self._broken.add(step.id if step else "")
            for fault in broken_templates.faults(leaf.source, leaf.lone, error):
                position = self._problems.inside(leaf.position, fault.offset)
                self._problems.error("template-syntax", fault.message, leaf.path, position, fault.hint)
            return
        assert compiled
        for path, guarded in reads:
            self._read(path, guarded, leaf, step)

    def finish(self) -> None:
        """What can be said only at the end."""
        if self._date_word is not None and self._pipeline.timezone is None:
            message = "the document uses date words but names no timezone; ORDINAUT_TIMEZONE or UTC is taken"
            self._problems.warning(
                "no-time-zone", message, self._date_word.path, self._date_word.position, 'add "timezone": "Europe/Chisinau"'
            )

    def _read(self, path: tuple[str, ...], guarded: bool, leaf: leaves.Leaf, step: model.Step | None) -> None:
        name = path[0]
        if name in leaf.bound or name == "forloop":
            return
        if name == "steps":
            if len(path) > 1:
                self._output(path[1], path[2:], guarded, leaf, step, f"steps.{path[1]}")
        elif name == "params":
            self._param(path, guarded, leaf)
        elif date_words.is_date_word(name):
            self._date_word = self._date_word or leaf
        elif name not in ("event", plan.COUNTER_WORD) and name not in functions.FUNCTIONS:
            self._bare(path, guarded, leaf, step)

    def _bare(self, path: tuple[str, ...], guarded: bool, leaf: leaves.Leaf, step: model.Step | None) -> None:
        if path[0] in self._saved:
            self._output(path[0], path[1:], guarded, leaf, step, path[0])
        elif not guarded:
            known = [*self._saved, "steps", "params", "event", *leaf.bound]
            near = date_words.near(path[0])
            hint = problems.did_you_mean(path[0], [*known, *functions.FUNCTIONS]) or (
                f"did you mean '{near[0]}'?" if near else f"known here: {', '.join(known[:8])}"
            )
            self._problems.error("unknown-name", f"nothing is called '{path[0]}'", leaf.path, leaf.position, hint)

    def _param(self, path: tuple[str, ...], guarded: bool, leaf: leaves.Leaf) -> None:
        if len(path) < 2 or guarded or (self._given and path[1] in self._given):
            return
        if path[1] in self._params:
            self._param_order(path[1], leaf)
            return
        near = problems.did_you_mean(path[1], self._params)
        if self._given is not None or near:
            hint = near or f"give it: --params {path[1]}=..."
            self._problems.error(
                "missing-parameter", f"the parameter '{path[1]}' is neither declared nor given", leaf.path, leaf.position, hint
            )
        else:
            hint = f"declare it in payload.params, or give it at the start: --params {path[1]}=..."
            self._problems.warning("undeclared-parameter", f"the parameter '{path[1]}' is not declared", leaf.path, leaf.position, hint)

    def _param_order(self, name: str, leaf: leaves.Leaf) -> None:
        """Params are evaluated one after another, so that one can read those before it."""
        readers = [reader for reader in self._params if re.match(rf"payload\.params\.{re.escape(reader)}(?:[.\[]|$)", leaf.path)]
        reader = max(readers, key=len, default="")
        if not reader or (self._given and reader in self._given) or self._params.index(name) < self._params.index(reader):
            return
        message, hint = f"the parameter '{name}' reads itself", "read an earlier one"
        if name != reader:
            message = f"the parameter '{name}' is declared after '{reader}'; parameters are evaluated in their order"
            hint = f"declare '{name}' first"
        self._problems.error("forward-reference", message, leaf.path, leaf.position, hint)

    def _output(self, name: str, fields: tuple[str, ...], guarded: bool, leaf: leaves.Leaf, step: model.Step | None, shown: str) -> None:
        sources = self._saved.get(name) or ([self._ids[name]] if name in self._ids else [])
        if not sources:
            if not guarded:
                known = [*self._saved, *self._ids]
                hint = problems.did_you_mean(name, known, f"saved here: {', '.join(self._saved) or 'nothing'}")
                self._problems.error("unknown-output", f"no step saves '{name}'", leaf.path, leaf.position, hint)
            return
        earlier = [source for source in sources if step is not None and source.index < step.index]
        if not earlier:
            later = f"'{name}' is the output of {sources[0].path} ('{sources[0].id}')"
            when = "a step cannot read its own or a later output" if step is not None else "params are evaluated before any step"
            self._problems.error("forward-reference", f"{later}; {when}", leaf.path, leaf.position, "move the step, or read an earlier one")
            return
        self._field(earlier[-1], fields, guarded, leaf, shown)
        self._skip(earlier[-1], fields, guarded, leaf, step, shown)

    def _field(self, origin: model.Step, fields: tuple[str, ...], guarded: bool, leaf: leaves.Leaf, shown: str) -> None:
        tool = self._tools.get(origin.uses)
        if guarded or tool is None or tool.definition.get("result") == "rows":  # a key finds a row there
            return
        found = _undeclared(tool.output_schema_of(origin.action), fields)
        if found is None:
            return
        number, declared = found
        name, parent = fields[number], ".".join([shown, *fields[:number]])
        call = f"{origin.uses} {origin.action}" if tool.actions and origin.action else origin.uses
        message = f"'{name}' is not in the declared output of '{call}' ({parent}); declared: {', '.join(declared)}"
        hint = problems.did_you_mean(name, declared, "guard it with | default(...) if it may be missing")
        self._problems.warning("unknown-field", message, leaf.path, leaf.position, hint)

    def _skip(
        self, origin: model.Step, fields: tuple[str, ...], guarded: bool, leaf: leaves.Leaf, step: model.Step | None, shown: str
    ) -> None:
        if origin.condition is None or not fields or guarded:
            return
        condition = leaves.normal(plan.condition_text(_condition_source(origin.condition)))
        held = [*leaf.conditions, *leaves.conditions_inside(leaf)]
        if step is not None and step.condition is not None and not leaf.path.endswith(".if"):
            held.append(plan.condition_text(_condition_source(step.condition)))
        if any(condition in leaves.normal(one) or shown in one for one in held) or _asked_first(shown, leaf.source):
            return
        message = f"'{origin.id}' may be skipped by its if; reading '{fields[0]}' inside its null output ends the run"
        self._problems.warning(
            "unguarded-skip", message, leaf.path, leaf.position, "guard it with | default(...), or give this step the same if"
        )


def _undeclared(schema: fit_schema.Schema, fields: tuple[str, ...]) -> tuple[int, list[str]] | None:
    """The number of the first field that an output schema does not declare, and what it declares there; None where it leaves that open."""
    for number, name in enumerate(fields):
        if not isinstance(schema, Mapping) or any(word in schema for word in _OPEN):
            return None
        declared = schema.get("properties", {})
        if name in declared:
            schema = declared[name]
        elif name.lstrip("-").isdigit():
            schema = schema.get("items", True)
        else:
            named = declared and not isinstance(schema.get("additionalProperties"), Mapping)
            return (number, list(declared)) if named else None
    return None


def _asked_first(shown: str, source: str) -> bool:
    """Whether an expression asks for an output before it reads inside: `steps.review != null && steps.review.score > 5`."""
    return re.search(rf"(?<![\w.]){re.escape(shown)}\s*(?:!==?|&&|\?|and\b|is\b)", source) is not None


def _condition_source(node: Any) -> Any:
    return node.value if isinstance(node, model.Const) else node.source
