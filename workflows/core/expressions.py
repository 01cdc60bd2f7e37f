"""Compiled expressions and texts: what the tree of a template is made of. Compiled once per process and source."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from decimal import DecimalException
from typing import Any

import jinja2
from jinja2 import compiler, nodes

from workflows.core import budget, environment, errors, grammar, lexer, limits, marks, number_format, scope, texts

Render = Callable[[environment.Context], Any]


@functools.lru_cache(maxsize=8192)
def value(source: str) -> Callable[[scope.Scope], Any]:
    """Compiles a lone expression; calling it gives the value with its type, not yet made ready to leave.

    >>> value("1 + 2")(scope.Scope({}))
    3

    Raises:
        EvaluationError: the expression cannot be read.
    """
    render = _compiled(lambda: grammar.Parser(environment.ENVIRONMENT, lexer.value_stream(source)).parse_value())

    def evaluate(names: scope.Scope) -> Any:
        context = environment.Context.of(names)
        _guarded(lambda: _consume(render, context))
        return context.vars["result"]

    return evaluate


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
    return marks.split(source)


def of_segments(segments: tuple[marks.Mark, ...]) -> Render:
    """Compiles marks that were split already (statements change some before)."""
    for mark in segments:
        if mark.format is not None:
            number_format.check(mark.format)
    return _compiled(lambda: grammar.Parser(environment.ENVIRONMENT, lexer.text_stream(segments)).parse())


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
    tree = _tree(source, lone)
    found: list[tuple[tuple[str, ...], bool]] = []
    _collect(tree, frozenset(), False, found)
    return tuple(dict.fromkeys(found))


@functools.lru_cache(maxsize=2048)
def _tree(source: str, lone: bool) -> nodes.Template:
    if lone:
        return _parsed(lambda: grammar.Parser(environment.ENVIRONMENT, lexer.value_stream(source)).parse_value())
    return _parsed(lambda: grammar.Parser(environment.ENVIRONMENT, lexer.text_stream(split(source))).parse())


def _collect(node: nodes.Node, bound: frozenset[str], guarded: bool, found: list[tuple[tuple[str, ...], bool]]) -> None:
    path = _static_path(node)
    if path is not None:
        if path[0] not in bound:
            found.append((path, guarded))
        return
    if isinstance(node, nodes.For):
        _collect(node.iter, bound, guarded, found)
        bound |= {name.name for name in node.find_all(nodes.Name) if name.ctx == "store"} | {"loop"}
        for child in [*node.body, *node.else_, *([node.test] if node.test else [])]:
            _collect(child, bound, guarded, found)
        return
    if isinstance(node, nodes.Filter) and node.name in ("default", "d") and node.node is not None:
        _collect(node.node, bound, True, found)
        for argument in [*node.args, *(keyword.value for keyword in node.kwargs)]:
            _collect(argument, bound, guarded, found)
        return
    guarded = guarded or (isinstance(node, nodes.Test) and node.name in ("defined", "undefined"))
    for child in node.iter_child_nodes():
        _collect(child, bound, guarded, found)
        if isinstance(child, nodes.Assign | nodes.AssignBlock):
            bound |= {name.name for name in child.find_all(nodes.Name) if name.ctx == "store"}


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
        raise errors.EvaluationError(grammar._plain(error.message or "the expression cannot be read")) from None
    except (RecursionError, MemoryError):
        raise lexer.too_deep() from None


def _compiled(parse: Callable[[], nodes.Template]) -> Render:
    tree = _parsed(parse)
    try:
        code = compiler.generate(tree, environment.ENVIRONMENT, None, None, optimized=False)
        namespace: dict[str, Any] = {"environment": environment.ENVIRONMENT, "__file__": "<template>"}
        exec(compile(str(code), "<template>", "exec"), namespace)
    except jinja2.TemplateError as error:
        raise errors.EvaluationError(grammar._plain(str(error))) from None
    except (RecursionError, MemoryError, SyntaxError):
        raise lexer.too_deep() from None
    render: Render = namespace["root"]
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
