"""Compiled expressions and texts: what the tree of a template is made of. Compiled once per process and source."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable
from decimal import DecimalException
from typing import Any, Final

import jinja2
from jinja2 import compiler, nodes

from workflows.core import budget, environment, errors, grammar, lexer, limits, marks, number_format, scope, texts

Render = Callable[[environment.Context], Any]

#: What evaluating an expression takes beside its own operators.
_LEAF_OPERATIONS: Final = 2
_MAX_PATH_CHARS: Final = 400
_PATH: Final = re.compile(r"[A-Za-z]\w*(?:\.[A-Za-z_]\w*)*", re.ASCII)
_NO_PATH: Final = re.compile(r"^(?:true|false|none|null|True|False|None|self|forloop|loop|not|and|or|in|is|if|else)\b")


@functools.lru_cache(maxsize=8192)
def value(source: str) -> Callable[[scope.Scope], Any]:
    """Compiles a lone expression; calling it gives the value with its type, not yet made ready to leave.

    >>> value("1 + 2")(scope.Scope({}))
    3

    Raises:
        EvaluationError: the expression cannot be read.
    """
    if _is_path(source):
        return _path_reader(source.split("."))
    return _evaluator(_tree(source, True))


def parsed(source: str) -> nodes.Expr:
    """The tree of a lone expression.

    Raises:
        EvaluationError: the expression cannot be read.
    """
    assign = _tree(source, True).body[0]
    assert isinstance(assign, nodes.Assign) and isinstance(assign.node, nodes.Expr)
    return assign.node


def of_node(node: nodes.Expr) -> Callable[[scope.Scope], Any]:
    """Compiles a part of a tree, as `value` does a source."""
    return _evaluator(grammar.lone(node, environment.ENVIRONMENT))


def reads_name(node: nodes.Node, name: str) -> bool:
    """Whether a part of a tree reads anything of a name."""
    found: list[tuple[tuple[str, ...], bool]] = []
    _collect(node, frozenset(), False, found)
    return any(path[0] == name for path, _ in found)


def _evaluator(tree: nodes.Template) -> Callable[[scope.Scope], Any]:
    render = _compiled(tree)

    def evaluate(names: scope.Scope) -> Any:
        context = environment.Context.of(names)
        _guarded(lambda: _consume(render, context))
        return context.vars["result"]

    return evaluate


def _is_path(source: str) -> bool:
    return len(source) <= _MAX_PATH_CHARS and _PATH.fullmatch(source) is not None and _NO_PATH.match(source) is None


def _path_reader(path: list[str]) -> Callable[[scope.Scope], Any]:
    """The commonest expression, `steps.query.rows`, without the compiler."""
    root, members = path[0], [(key, ".".join(path[: number + 1])) for number, key in enumerate(path[1:])]

    def read(names: scope.Scope) -> Any:
        names.budget.operations(_LEAF_OPERATIONS)
        value = environment.resolved(names, root)
        for key, before in members:
            value = environment.ENVIRONMENT.member(value, key, before)
        return value

    return read


@functools.lru_cache(maxsize=8192)
def text(source: str) -> Callable[[scope.Scope], str]:
    """Compiles a text with marks; calling it gives the text.

    >>> text("PR #${event.number}")(scope.Scope({"event": {"number": 7}}))
    'PR #7'
    """
    render = of_segments(split(source))
    return lambda names: rendered(render, environment.Context.of(names))


def split(source: str) -> tuple[marks.Mark, ...]:
    """The marks of a text, within the limit."""
    if len(source) > limits.MAX_TEMPLATE_CHARS:
        raise errors.LimitExceeded(f"a template of more than {limits.MAX_TEMPLATE_CHARS:,} characters (MAX_TEMPLATE_CHARS)")
    # "${{" counts twice here; the exact count is taken when the marks are read
    if source.count("${") + source.count("{{") + source.count("{%") > 2 * limits.MAX_TEMPLATE_MARKS:
        raise lexer.too_many_marks()
    return marks.split(source)


def of_segments(segments: tuple[marks.Mark, ...]) -> Render:
    """Compiles marks that were split already (statements change some before)."""
    for mark in segments:
        if mark.format is not None:
            number_format.check(mark.format)
    return _compiled(_parsed(lambda: grammar.Parser(environment.ENVIRONMENT, lexer.text_stream(segments)).parse()))


def rendered(render: Render, context: environment.Context) -> str:
    """The text that a compiled template makes."""
    made: str = _guarded(lambda: "".join(render(context)))
    if len(made) > limits.MAX_TEXT_CHARS:
        raise budget.text_too_long()
    return made


def leaving(source: str, names: scope.Scope) -> Any:
    """A lone expression's value as it leaves: JSON only."""
    return _guarded(lambda: texts.leaving(value(source)(names), names.budget))


def references(source: str, lone: bool) -> frozenset[tuple[str, ...]]:
    """The paths that a template reads from names it does not set itself, for the checker.

    >>> sorted(references("steps.a.b + count", lone=True))
    [('count',), ('steps', 'a', 'b')]
    """
    return frozenset(path for path, _ in reads(source, lone))


@functools.lru_cache(maxsize=8192)
def reads(source: str, lone: bool) -> tuple[tuple[tuple[str, ...], bool], ...]:
    """(path, guarded) pairs: a read under `default`, `is defined` or `not_null` is guarded."""
    if lone and _is_path(source):
        return ((tuple(source.split(".")), False),)
    tree = _tree(source, lone)
    found: list[tuple[tuple[str, ...], bool]] = []
    _collect(tree, frozenset(), False, found)
    return tuple(dict.fromkeys(found))


@functools.lru_cache(maxsize=2048)
def _tree(source: str, lone: bool) -> nodes.Template:
    if lone:
        return _parsed(lambda: grammar.Parser(environment.ENVIRONMENT, lexer.value_stream(source)).parse_value())
    return _parsed(lambda: grammar.Parser(environment.ENVIRONMENT, lexer.text_stream(split(source))).parse())


def _collect(node: nodes.Node, bound: frozenset[str], guarded: bool, found: list[tuple[tuple[str, ...], bool]]) -> frozenset[str]:
    """Gathers what a node reads; gives the names that are bound after it (a `set` inside an `if` holds after the `if`)."""
    path = _static_path(node)
    if path is not None:
        if path[0] not in bound:
            found.append((path, guarded))
        return bound
    match node:
        case nodes.For():
            _collect(node.iter, bound, False, found)
            inside = bound | _stored(node.target) | {"loop"}
            _collect_all([*([node.test] if node.test else []), *node.body], inside, False, found)
            _collect_all(node.else_, bound, False, found)
            return bound
        case nodes.With():
            _collect_all(node.values, bound, False, found)
            _collect_all(node.body, bound.union(*map(_stored, node.targets)), False, found)
            return bound
        case nodes.Assign() | nodes.AssignBlock():
            _collect_all([child for child in node.iter_child_nodes() if child is not node.target], bound, False, found)
            return bound | _stored(node.target)
        case nodes.Filter(name="default" | "d") | nodes.Test(name="defined" | "undefined"):
            first, *others = node.iter_child_nodes()
            _collect(first, bound, True, found)
            _collect_all(others, bound, False, found)
            return bound
        case nodes.Call(node=nodes.Name(name="default" | "not_null")):
            _collect_all(node.args, bound, True, found)
            return bound
        case nodes.CondExpr():
            _collect(node.test, bound, False, found)
            _collect_all([branch for branch in (node.expr1, node.expr2) if branch], bound, guarded, found)
            return bound
        case nodes.Getattr() | nodes.Getitem():
            return _collect_all(node.iter_child_nodes(), bound, guarded, found)
    return _collect_all(node.iter_child_nodes(), bound, False, found)


def _collect_all(
    children: Iterable[nodes.Node], bound: frozenset[str], guarded: bool, found: list[tuple[tuple[str, ...], bool]]
) -> frozenset[str]:
    for child in children:
        bound = _collect(child, bound, guarded, found)
    return bound


def _stored(target: nodes.Node) -> frozenset[str]:
    """The names that a loop or assignment gives."""
    names = [target] if isinstance(target, nodes.Name) else target.find_all(nodes.Name)
    return frozenset(name.name for name in names)


def _static_path(node: nodes.Node) -> tuple[str, ...] | None:
    """('steps', 'a', 'b') for `steps.a.b`; None for what is no chain of constant look-ups."""
    if isinstance(node, nodes.Name):
        return (node.name,) if node.ctx == "load" else None
    if isinstance(node, nodes.Getattr):
        inner = _static_path(node.node)
        return (*inner, node.attr) if inner else None
    if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const) and isinstance(node.arg.value, str | int):
        inner = _static_path(node.node)
        return (*inner, str(node.arg.value)) if inner else None
    return None


def _parsed(parse: Callable[[], nodes.Template]) -> nodes.Template:
    try:
        return parse()
    except errors.EvaluationError:
        raise
    except jinja2.TemplateSyntaxError as error:
        raise errors.EvaluationError(grammar.plain(error.message or "the expression cannot be read")) from None
    except (RecursionError, MemoryError):
        raise lexer.too_deep() from None


def _compiled(tree: nodes.Template) -> Render:
    try:
        code = compiler.generate(tree, environment.ENVIRONMENT, None, None, optimized=False)
        namespace: dict[str, Any] = {"environment": environment.ENVIRONMENT, "__file__": "<template>"}
        exec(compile(str(code), "<template>", "exec"), namespace)
    except jinja2.TemplateError as error:
        raise errors.EvaluationError(grammar.plain(str(error))) from None
    except (RecursionError, MemoryError, SyntaxError):
        raise lexer.too_deep() from None
    root: Render = namespace["root"]
    operations = _LEAF_OPERATIONS + grammar.weight_of(tree.body)[0]

    def render(context: environment.Context) -> Any:
        context.budget.operations(operations)
        return root(context)

    return render


def _consume(render: Render, context: environment.Context) -> None:
    for _ in render(context):
        pass


_INTERNAL = re.compile(r"l_\d+_|\bt_\d+\b")


def _guarded(evaluate: Callable[[], Any]) -> Any:
    """Every failure of an evaluation as our own error: never a traceback, never a workflow task that fails for ever."""
    try:
        return evaluate()
    except errors.EvaluationError:
        raise
    except (RecursionError, MemoryError):
        raise lexer.too_deep() from None
    except DecimalException:
        raise errors.EvaluationError("a number went out of range") from None
    except Exception as error:  # Jinja's own, and Python's type and value errors in generated code
        raise errors.EvaluationError(_INTERNAL.sub("", str(error))[:500] or type(error).__name__) from None
