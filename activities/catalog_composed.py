"""Everything wrong with composed actions of a tool definition, for the loader of the catalog: steps, templates, tools called."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from activities import catalog_examples, catalog_problems, json_text
from activities import catalog_templates as templates
from workflows.core import check_arguments, composed, errors, fit_words, marks, model, parse, problems, source

_ROOTS: Final = ("arguments", "steps")
#: What means nothing beside steps.
_ALONE: Final = ("rest", "cases", "websocket", "redis", "look_up", "idempotency", "rate_limit", "cache_ttl_seconds")
_TRANSPORTS: Final = ("rest", "pipeline")
_DOCUMENT_PATH: Final = re.compile(r"^payload\.pipeline(?=\[)")


@dataclass(frozen=True, slots=True)
class _Place:
    """An action, or a tool without actions, that has steps."""

    path: str
    action: str | None
    own: Mapping[str, Any]
    arguments: frozenset[str] | None  # None where any may arrive


def check(definition: Any, where: str) -> list[errors.Problem]:
    """Every problem that the definition alone shows; `check_calls` looks at the tools that are called."""
    if not isinstance(definition, Mapping):
        return []
    found = [problem for place in _places(definition, where) for problem in _place(place, definition)]
    return [*_missing(definition, where), *found]


def has_steps(tool: model.Tool) -> bool:
    """Whether any action of a tool is made of steps."""
    return any(tool.composed(name) for name in tool.actions or [None])


def check_calls(tool: model.Tool, where: str, tools: Mapping[str, model.Tool]) -> list[errors.Problem]:
    """Every problem of a tool's composed actions that shows once all definitions are read: wrong tools, actions, arguments, effects."""
    found: list[errors.Problem] = []
    for place in _places(tool.definition, where):
        effects = [model.SAFE]
        for step in _steps_of(place):
            problem = _callee(step, place, tools)
            found += [problem] if problem else _arguments(step, place, tools[step.uses])
            if problem is None:
                effects.append(_effect(step, tools[step.uses]))
        worst = max(effects, key=model.EFFECTS.index)
        effect = tool.effect_of(place.action)
        if effect in model.EFFECTS and model.EFFECTS.index(effect) < model.EFFECTS.index(worst):
            message = f"found the effect {effect}, expected {worst}: that of its steps"
            found.append(_problem(message, place.path, "effect"))
    return found


def _places(definition: Mapping[str, Any], where: str) -> Iterator[_Place]:
    actions = definition.get("actions")
    if not isinstance(actions, Mapping):
        if "steps" in definition:
            yield _Place(where, None, definition, catalog_examples.properties_of(definition))
        return
    for name, action in actions.items():
        if isinstance(action, Mapping) and "steps" in action:
            own = catalog_examples.properties_of(action)
            common = catalog_examples.properties_of(definition)
            known = own if own is not None else common
            yield _Place(fit_words.path_to(where, ["actions", name]), name, action, known if known is None else known | {"action"})


def _missing(definition: Mapping[str, Any], where: str) -> Iterator[errors.Problem]:
    """A tool of transport pipeline is made of steps only."""
    if definition.get("transport") != "pipeline":
        return
    actions = definition.get("actions")
    holders = {("actions", name): action for name, action in actions.items()} if isinstance(actions, Mapping) else {(): definition}
    for keys, holder in holders.items():
        if isinstance(holder, Mapping) and "steps" not in holder:
            yield _problem("the steps are missing, expected them under 'steps'", where, *keys)


def _place(place: _Place, definition: Mapping[str, Any]) -> Iterator[errors.Problem]:
    if definition.get("transport") not in _TRANSPORTS:
        yield _problem(f"only the transports {' and '.join(_TRANSPORTS)} know steps, expected them left out", place.path, "steps")
    for key in _ALONE:
        if key in place.own and not (key == "rate_limit" and place.own is definition):
            yield _problem(f"found steps and {key}, expected one of them", place.path, key)
    if "output" not in place.own:
        yield _problem("the output is missing, expected it beside 'steps'", place.path)
    saved: list[str] = []
    ids: set[str] = set()
    for number, step in enumerate(place.own["steps"] if isinstance(place.own["steps"], list) else ()):
        if not isinstance(step, Mapping):
            continue
        at = fit_words.path_to(place.path, ["steps", number])
        yield from _step(step, at, place, (*_ROOTS, *saved))
        if step.get("id") in ids:
            yield _problem(f"the id '{step['id']}' is that of an earlier step, expected another", at, "id")
        ids.add(str(step.get("id")))
        name = step.get("save_as")
        if name in (*_ROOTS, *saved):
            yield _problem(f"'{name}' means something else already, expected another name", at, "save_as")
        saved += [name] if isinstance(name, str) else []
    names = templates.Names(roots=(*_ROOTS, *saved), arguments=place.arguments, dates=True)
    yield from templates.check(place.own.get("output"), fit_words.path_to(place.path, ["output"]), names)


def _step(step: Mapping[str, Any], path: str, place: _Place, roots: tuple[str, ...]) -> Iterator[errors.Problem]:
    names = templates.Names(roots=roots, arguments=place.arguments, dates=True)
    yield from templates.check(step.get("with"), fit_words.path_to(path, ["with"]), names)
    condition = step.get("if")
    if isinstance(condition, str):
        bare = condition if marks.has_marks(condition) else f"${{{condition}}}"
        yield from templates.check_expression(bare, fit_words.path_to(path, ["if"]), names)


def _steps_of(place: _Place) -> tuple[model.Step, ...]:
    """The steps as those of a pipeline, so that they are checked like them."""
    document = {"title": "steps", "payload": {"pipeline": place.own["steps"]}}
    pipeline, _ = parse.parse(source.read_document(json_text.encode(document), "steps.json"), "steps", "UTC", None)
    return pipeline.steps if pipeline else ()


def _callee(step: model.Step, place: _Place, tools: Mapping[str, model.Tool]) -> errors.Problem | None:
    """Why a step cannot call what it names."""
    at = fit_words.path_to(place.path, ["steps", step.index, "uses"])
    tool = tools.get(step.uses)
    if tool is None:
        near = fit_words.near(step.uses, list(tools))
        return _problem(f"no tool '{step.uses}' in the catalog", at, hint=f"did you mean '{near}'?" if near else "")
    if tool.transport == "system" and step.uses != composed.COMPUTED:
        return _problem(f"'{step.uses}' cannot stand in an action, expected a tool that is called, or {composed.COMPUTED}", at)
    if composed.used(tool, [step]):
        return _problem(f"'{step.uses}' {step.action or ''}".rstrip() + " is made of steps itself, expected an action that is one call", at)
    return None


def _arguments(step: model.Step, place: _Place, tool: model.Tool) -> list[errors.Problem]:
    gathered = problems.Gathered()
    check_arguments.check(step, tool, gathered)
    start = fit_words.path_to(place.path, ["steps"])
    return [
        dataclasses.replace(problem, code=catalog_problems.BAD_REST, path=_DOCUMENT_PATH.sub(start, problem.path))
        for problem in gathered.sorted()
        if problem.severity == "error"
    ]


def _effect(step: model.Step, tool: model.Tool) -> str:
    """The worst that the call can do."""
    if step.action is not None or not tool.actions:
        effect = tool.effect_of(step.action)
        return effect if effect in model.EFFECTS else model.UNSAFE
    return max(tool.actions.values(), key=model.EFFECTS.index)


def _problem(message: str, path: str, *keys: str, hint: str = "") -> errors.Problem:
    return errors.Problem(catalog_problems.BAD_REST, message, path=fit_words.path_to(path, keys), hint=hint)
