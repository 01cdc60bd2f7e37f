"""Templates: a plan's tree compiled to functions that give values. A tree is evaluated, never rendered to text and parsed again."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from workflows.core import errors, expressions, fragments, marks, operands, scope, sql, tree


class Template:
    """A compiled tree. `evaluate` gives JSON; `constant` is true where it holds no template at all."""

    __slots__ = ("_evaluate", "constant")

    def __init__(self, evaluate: fragments.Evaluate, constant: bool) -> None:
        self._evaluate = evaluate
        self.constant = constant

    def evaluate(self, names: scope.Scope) -> Any:
        """The value, ready to leave: JSON types, dates as text.

        Raises:
            EvaluationError: with the place in the tree, "in with.context.date: ...".
        """
        return self._evaluate(names.fresh())


class Unknown:
    """Stands for a condition that could not be evaluated, with the reason."""

    __slots__ = ("reason",)

    def __init__(self, reason: str) -> None:
        self.reason = reason


class Later:
    """Stands for an expression that is evaluated after its step began, each time with more names: `event` while a run waits."""

    __slots__ = ("_evaluate", "names", "source")

    def __init__(self, evaluate: fragments.Evaluate, source: str, names: scope.Scope) -> None:
        self._evaluate = evaluate
        self.source = source
        self.names = names

    def holds(self, more: dict[str, Any]) -> bool:
        """Python's truth of it; false where it cannot be evaluated with these names."""
        try:
            return bool(operands.present(self._evaluate(self.names.apart(more))))
        except errors.EvaluationError:
            return False


def compile_tree(
    node: Any,
    path: str = "",
    statements: tuple[str, ...] = (),
    lenient: tuple[str, ...] = (),
    names_allowed: tuple[str, ...] = (),
    later: tuple[str, ...] = (),
) -> Template:
    """Compiles a node in the plan's form.

    `statements` are the places whose texts are SQL, ("query", "queries[].query"); `lenient` those of conditions that may fail
    alone, ("conditions[].condition",): they give an Unknown then; `later` those of conditions that are not evaluated yet,
    ("match",): they give a Later.

    >>> compile_tree({"n": {"$text": "${1 + 2}"}}).evaluate(scope.Scope({}))
    {'n': 3}

    Raises:
        EvaluationError: a template in it cannot be read.
    """
    compiled = _Compiler(frozenset(statements), frozenset(lenient), frozenset(names_allowed), frozenset(later)).node(node, path, "")
    return Template(compiled, not has_templates(node))


def compile_json(value: Any, path: str = "") -> Template:
    """Compiles plain JSON whose texts may hold marks, as in a catalog."""
    return compile_tree(tree.of_json(value), path)


def compile_condition(node: Any) -> Callable[[scope.Scope], bool]:
    """An `if`: a bare expression, one in `${...}`, a JSON boolean. Python's truth; a missing value is an error with a hint.

    >>> compile_condition("a > 1")(scope.Scope({"a": 2}))
    True
    """
    evaluate = _condition(node)

    def decide(names: scope.Scope) -> bool:
        _check_is_condition(node)
        try:
            return bool(operands.present(evaluate(names.fresh())))
        except errors.MissingValue as error:
            raise errors.MissingValue(error.message, error.hint or "| default(false) makes a missing value false") from None

    return decide


def _condition(node: Any) -> fragments.Evaluate:
    if isinstance(node, str):
        return expressions.value(node)
    if isinstance(node, dict) and set(node) == {"$text"} and (lone := marks.lone(node["$text"])):
        return expressions.value(lone.content)
    return _Compiler().node(node, "", "")


def _check_is_condition(node: Any) -> None:
    """Refuses text around a template, which is never empty and so would always hold."""
    if isinstance(node, dict) and set(node) == {"$text"} and marks.lone(node["$text"]) is None:
        raise no_condition(node["$text"])


def no_condition(source: str) -> errors.EvaluationError:
    """The error for `${params.n} > 0`: text, whatever the template in it gives."""
    hint = "write a bare expression, or one in ${...} with nothing around it"
    return errors.EvaluationError(f"'{source[:80]}' is text around a template, no condition", hint)


def has_templates(node: Any) -> bool:
    """Whether anything in a node of a plan is evaluated."""
    if isinstance(node, dict):
        return any(key.startswith("$") for key in node) or any(has_templates(member) for member in node.values())
    return isinstance(node, list) and any(has_templates(item) for item in node)


class _Compiler:
    def __init__(
        self,
        statements: frozenset[str] = frozenset(),
        lenient: frozenset[str] = frozenset(),
        names_allowed: frozenset[str] = frozenset(),
        later: frozenset[str] = frozenset(),
    ) -> None:
        self._statements = statements
        self._later = later
        self._names_allowed = names_allowed
        self._lenient = lenient

    def node(self, node: Any, path: str, place: str) -> fragments.Evaluate:
        """`path` is for messages (`with.queries[0].query`), `place` for statements (`queries[].query`)."""
        if isinstance(node, dict):
            if len(node) == 1 and (kind := next(iter(node))).startswith("$"):
                return fragments.compiled_at(path, lambda: self._marked(kind, node[kind], path, place))
            return self._object([[key, member] for key, member in node.items()], path, place)
        if isinstance(node, list):
            return self._array(node, path, place)
        return lambda names: node

    def _marked(self, kind: str, content: Any, path: str, place: str) -> fragments.Evaluate:
        if (
            kind in ("$text", "$value")
            and place
            and any(statement.startswith((f"{place}.", f"{place}[]")) for statement in self._statements)
        ):
            raise errors.EvaluationError("whole statements cannot come from a template", "write the SQL here; templates give its values")
        if kind == "$text":
            return fragments.placed_at(path, _text(content))
        if kind == "$value":
            expressions.value(content)
            return fragments.placed_at(path, lambda names: expressions.leaving(content, names))
        if kind == "$object":
            return self._object(content, path, place)
        raise errors.EvaluationError(f"a plan of a newer format: unknown node '{kind}'", "upgrade the worker")

    def _object(self, entries: list[Any], path: str, place: str) -> fragments.Evaluate:
        fill = self._body(entries, path, place, self._entry)

        def evaluate(names: scope.Scope) -> dict[str, Any]:
            made: dict[str, Any] = {}
            fill(names, made)
            return made

        return evaluate

    def _array(self, items: list[Any], path: str, place: str) -> fragments.Evaluate:
        fill = self._body(items, path, place, self._item)

        def evaluate(names: scope.Scope) -> list[Any]:
            made: list[Any] = []
            fill(names, made)
            return made

        return evaluate

    def _body(self, parts: list[Any], path: str, place: str, part: Callable[[Any, int, str, str], fragments.Fill]) -> fragments.Fill:
        def one_of(item: Any, number: int) -> fragments.Fill:
            block = fragments.compiled_at(path, lambda: self._block(item, path, place, part))
            return block or part(item, number, path, place)

        fills = [one_of(item, number) for number, item in enumerate(parts)]

        def fill(names: scope.Scope, made: Any) -> scope.Scope:
            inner = names
            for one in fills:
                inner = one(inner, made)
            return names

        return fill

    def _entry(self, entry: list[Any], number: int, path: str, place: str) -> fragments.Fill:
        key_node, value_node = entry
        shown = key_node if isinstance(key_node, str) else "..."
        at, place = f"{path}.{shown}" if path else shown, f"{place}.{shown}" if place else shown
        if place in self._statements:
            return fragments.compiled_at(at, lambda: _statement(value_node, at, self._names_allowed))
        if place.rpartition(".")[2] == "parameters" and self._holds_statement(place.rpartition(".")[0]):
            return _parameters(self.node(value_node, at, place))
        key = self.node(key_node, at, "")
        value = self._value(value_node, at, place)

        def fill(names: scope.Scope, made: dict[str, Any]) -> scope.Scope:
            name = fragments.key_text(key(names), at)
            if not isinstance(key_node, str) and f"{place.removesuffix('...')}{name}" in self._statements:
                raise errors.EvaluationError(
                    f"in {at}: the key '{name}' of a statement cannot come from a template", "write the key itself"
                )
            made[name] = value(names)
            names.budget.items(1)
            return names

        return fill

    def _value(self, node: Any, path: str, place: str) -> fragments.Evaluate:
        if place in self._lenient:
            return fragments.compiled_at(path, lambda: _forgiving(node, path))
        if place in self._later:
            return fragments.compiled_at(path, lambda: _postponed(node, path))
        return self.node(node, path, place)

    def _holds_statement(self, place: str) -> bool:
        """Whether the object at this place holds a statement, so that its `parameters` are joined by the bound ones."""
        return any(statement.rpartition(".")[0] == place for statement in self._statements)

    def _item(self, item: Any, number: int, path: str, place: str) -> fragments.Fill:
        value = self.node(item, f"{path}[{number}]", f"{place}[]")

        def fill(names: scope.Scope, made: list[Any]) -> scope.Scope:
            made.append(value(names))
            names.budget.items(1)
            return names

        return fill

    def _block(self, item: Any, path: str, place: str, part: Callable[[Any, int, str, str], fragments.Fill]) -> fragments.Fill | None:
        if not (isinstance(item, dict) and len(item) == 1):
            return None
        match next(iter(item.items())):
            case ("$for", loop):
                return self._loop(loop, path, place, part)
            case ("$if", choice):
                branches = [
                    (fragments.truth(condition, path), self._body(body, path, place, part)) for condition, body in choice["branches"]
                ]
                return fragments.choose(branches, self._body(choice.get("else", []), path, place, part))
            case ("$set", (name, source)):
                value = fragments.placed_at(path, expressions.value(source))
                return lambda names, made: names.with_local({name: operands.present(value(names))})
        return None

    def _loop(self, loop: dict[str, Any], path: str, place: str, part: Callable[[Any, int, str, str], fragments.Fill]) -> fragments.Fill:
        iterable, body = fragments.placed_at(path, expressions.value(loop["in"])), self._body(loop["body"], path, place, part)
        orelse = self._body(loop.get("else", []), path, place, part)
        condition = fragments.truth(loop["if"], path) if loop.get("if") else None
        targets = loop["as"]

        def fill(names: scope.Scope, made: Any) -> scope.Scope:
            bound = [
                fragments.bound_names(targets, item, path)
                for item in fragments.placed_at(path, lambda inner: fragments.loop_items(inner, iterable(inner)))(names)
            ]
            if condition:
                bound = [local for local in bound if condition(names.with_local(local))]
            for number, local in enumerate(bound):
                inner = names.with_local({**local, "loop": fragments.loop_facts(number, len(bound))})
                fragments.in_round(number, functools.partial(body, inner, made))
            if not bound:
                orelse(names, made)
            return names

        return fill


def _forgiving(node: Any, path: str) -> fragments.Evaluate:
    """A condition of system.evaluate: what cannot be evaluated is an Unknown, not a failed run; what is none ends the step."""
    evaluate = _condition(node)
    checked = fragments.placed_at(path, lambda names: _check_is_condition(node))

    def tried(names: scope.Scope) -> Any:
        checked(names)
        try:
            return bool(operands.present(evaluate(names)))
        except errors.EvaluationError as error:
            return Unknown(str(error))

    return tried


def _postponed(node: Any, path: str) -> fragments.Evaluate:
    """A condition for later; what is none ends the step now."""
    evaluate, source = _condition(node), _source(node)
    checked = fragments.placed_at(path, lambda names: _check_is_condition(node))

    def postponed(names: scope.Scope) -> Later:
        checked(names)
        return Later(evaluate, source, names)

    return postponed


def _source(node: Any) -> str:
    """The expression of a condition, without marks."""
    if isinstance(node, dict) and set(node) == {"$text"} and (lone := marks.lone(node["$text"])):
        return lone.content
    if isinstance(node, dict) and set(node) == {"$value"}:
        return str(node["$value"])
    return str(node).lower() if isinstance(node, bool) else str(node)


def _text(source: str) -> fragments.Evaluate:
    lone = marks.lone(source)
    if lone is not None:
        content = lone.content
        expressions.value(content)
        return lambda names: expressions.leaving(content, names)
    return expressions.text(source)


def _statement(node: Any, path: str, names_allowed: frozenset[str]) -> fragments.Fill:
    source = node["$text"] if isinstance(node, dict) and set(node) == {"$text"} else node
    compiled = sql.compile_statement(source, names_allowed)

    def fill(names: scope.Scope, made: dict[str, Any]) -> scope.Scope:
        try:
            query, parameters = compiled(names)
        except errors.EvaluationError as error:
            raise fragments.located(error, path) from None
        made[path.rpartition(".")[2]] = query
        if parameters:
            made["parameters"] = {**_object_or_none(made), **parameters}
        return names

    return fill


def _parameters(value: fragments.Evaluate) -> fragments.Fill:
    """The author's own parameters; those of templates join them, in whatever order the two stand."""

    def fill(names: scope.Scope, made: dict[str, Any]) -> scope.Scope:
        own = value(names)
        made["parameters"] = {**own, **_object_or_none(made)} if isinstance(own, dict) else own
        return names

    return fill


def _object_or_none(made: dict[str, Any]) -> dict[str, Any]:
    bound = made.get("parameters")
    return bound if isinstance(bound, dict) else {}
