"""Jinja's sandboxed environment with the rules of the language on top: no attributes, exact numbers, missing values are errors."""

from __future__ import annotations

from typing import Any, Final

import jinja2
from jinja2 import compiler, nodes, runtime, sandbox

from workflows.core import (
    arithmetic,
    errors,
    filters,
    functions,
    list_filters,
    literals,
    missing,
    operands,
    predicates,
    texts,
    values,
)
from workflows.core import budget as budgets
from workflows.core import scope as scopes

_LOOP_MEMBERS: Final = ("first", "index", "index0", "last", "length", "nextitem", "previtem", "revindex", "revindex0", "depth", "depth0")
_COMPARE: Final = {
    "lt": lambda order: order < 0,
    "lteq": lambda order: order <= 0,
    "gt": lambda order: order > 0,
    "gteq": lambda order: order >= 0,
}
_MISSING: Final = object()


class Context(runtime.Context):
    """Jinja's context, looking names up in a Scope."""

    scope: scopes.Scope
    budget: budgets.Budget
    parameters: Any = None  # of a statement under way, see sql.py

    @classmethod
    def of(cls, scope: scopes.Scope) -> Context:
        """A context for one evaluation."""
        context = cls(ENVIRONMENT, {}, None, {})
        context.scope = scope
        context.budget = scope.budget
        return context

    def resolve_or_missing(self, key: str) -> Any:
        """Never Jinja's `missing`: our Missing says what is there."""
        return self.vars[key] if key in self.vars else resolved(self.scope, key)


def resolved(scope: scopes.Scope, name: str) -> Any:
    """The value of a bare name; functions come last."""
    value = scope.lookup(name)
    if isinstance(value, missing.Missing) and name in functions.FUNCTIONS:
        return functions.FUNCTIONS[name]
    return value


class CodeGenerator(compiler.CodeGenerator):
    """Jinja's compiler, with comparisons, look-ups and constants sent through the environment."""

    def visit_Const(self, node: nodes.Const, frame: compiler.Frame) -> None:
        """Decimals, durations and back-quoted literals are made once from their text."""
        if isinstance(node.value, literals.Literal):
            self.write(f"environment.literal({node.value.kind!r}, {node.value.text!r})")
        else:
            self.write(repr(node.value))

    def visit_Getattr(self, node: nodes.Getattr, frame: compiler.Frame) -> None:
        """`a.b` is item b of a, always."""
        self.write("environment.member(")
        self.visit(node.node, frame)
        self.write(f", {node.attr!r}, {_path(node.node)!r})")

    def visit_Getitem(self, node: nodes.Getitem, frame: compiler.Frame) -> None:
        """`a[b]`, and slices of lists and texts."""
        if isinstance(node.arg, nodes.Slice):
            self._call("cut", frame, node.node, node.arg.start, node.arg.stop, node.arg.step, context=True)
            return
        self.write("environment.member(")
        self.visit(node.node, frame)
        self.write(", ")
        self.visit(node.arg, frame)
        self.write(f", {_path(node.node)!r})")

    def visit_Compare(self, node: nodes.Compare, frame: compiler.Frame) -> None:
        """`a < b <= c` is `a < b and b <= c`."""
        self.write("(")
        left = node.expr
        for number, operand in enumerate(node.ops):
            self.write(" and " if number else "")
            self.write(f"environment.compare(context, {operand.op!r}, ")
            self.visit(left, frame)
            self.write(", ")
            self.visit(operand.expr, frame)
            self.write(")")
            left = operand.expr
        self.write(")")

    def visit_Concat(self, node: nodes.Concat, frame: compiler.Frame) -> None:
        """`a ~ b` joins texts in the language's way."""
        self._call("joined", frame, *node.nodes, context=True)

    def _call(self, name: str, frame: compiler.Frame, *arguments: nodes.Expr | None, context: bool = False) -> None:
        self.write(f"environment.{name}({'context, ' if context else ''}")
        for argument in arguments:
            if argument is None:
                self.write("None")
            else:
                self.visit(argument, frame)
            self.write(", ")
        self.write(")")


def _path(node: nodes.Node) -> str:
    """How the author wrote a look-up, for messages: `steps.rows[0].amount`."""
    match node:
        case nodes.Name():
            return str(node.name)
        case nodes.Getattr():
            inner = _path(node.node)
            return f"{inner}.{node.attr}" if inner else ""
        case nodes.Getitem():
            inner, index = _path(node.node), node.arg
            shown = repr(index.value) if isinstance(index, nodes.Const) else _path(index) or "..."
            return f"{inner}[{shown}]" if inner else ""
    return ""


class Environment(sandbox.ImmutableSandboxedEnvironment):
    """The evaluator of the language; one for the whole process, without state."""

    intercepted_binops = frozenset(("+", "-", "*", "/", "//", "%", "**"))
    intercepted_unops = frozenset(("+", "-"))
    code_generator_class = CodeGenerator
    context_class = Context

    def __init__(self) -> None:
        super().__init__(undefined=missing.Missing, finalize=_printed, autoescape=False, optimized=False, cache_size=0)
        self.filters = dict(filters.FILTERS)
        self.tests = dict(predicates.TESTS)
        self.globals = {}

    literal = staticmethod(literals.literal)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """For Jinja's own filters (`map(attribute=...)`)."""
        return self.member(obj, argument, "")

    def getattr(self, obj: Any, attribute: str) -> Any:
        """As an item: Python's attributes do not exist in the language."""
        return self.member(obj, attribute, "")

    def member(self, holder: Any, key: Any, path: str) -> Any:
        """Item `key` of an object, a list, a query's rows; a Missing that says what is there where it is not."""
        if isinstance(holder, dict):
            value = _MISSING
            if isinstance(key, str):
                value = holder.get(key, _MISSING)
            elif not isinstance(key, bool) and isinstance(key, int):
                value = holder.get(str(key), _MISSING)
            if value is not _MISSING:
                return value
            return _row(holder, key, path) if isinstance(holder, values.Rows) else missing.member(holder, key, path)
        if isinstance(holder, list | tuple | str) and isinstance(key, int) and not isinstance(key, bool):
            if -len(holder) <= key < len(holder):
                return holder[key]
            return missing.member(holder, key, path)
        if isinstance(holder, missing.Missing):
            return holder
        return _special(holder, key, path)

    def cut(self, context: Context, holder: Any, start: Any, stop: Any, step: Any) -> Any:
        """`holder[start:stop:step]`."""
        for part in (holder, start, stop, step):
            operands.present(part)
        if not isinstance(holder, list | tuple | str):
            raise errors.EvaluationError(f"only lists and texts have parts, this is {values.shown(holder)}")
        for bound in (start, stop, step):
            if bound is not None and (not isinstance(bound, int) or isinstance(bound, bool)):
                raise errors.EvaluationError(f"a part is taken by whole numbers, not by {values.shown(bound)}")
        if step == 0:
            raise errors.EvaluationError("the step of a part cannot be 0", "for example [::2]")
        part = holder[start:stop:step]
        context.budget.operations(1 + len(part) // (1_000 if isinstance(part, str) else 100))
        return part

    def compare(self, context: Context, operator: str, left: Any, right: Any) -> bool:
        """`== != < <= > >= in not in`."""
        for side in (left, right):
            if isinstance(side, missing.Missing):
                raise side.error()
        if operator in ("eq", "ne"):
            return self._equal(context, left, right) is (operator == "eq")
        if operator in ("in", "notin"):
            return self._contains(context, right, left) is (operator == "in")
        texts.weigh_both(left, right, context.budget)
        return bool(_COMPARE[operator](values.compare(left, right)))

    def _equal(self, context: Context, left: Any, right: Any) -> bool:
        texts.weigh_both(left, right, context.budget)
        return values.equal(left, right)

    def _contains(self, context: Context, holder: Any, item: Any) -> bool:
        if isinstance(holder, str):
            context.budget.operations(1 + len(holder) // 1_000)
            if not isinstance(item, str):
                raise errors.EvaluationError(f"only text can be in text, not {values.shown(item)}")
            return item in holder
        if isinstance(holder, dict):
            return isinstance(item, str) and item in holder
        if isinstance(holder, list | tuple | range):
            context.budget.operations(len(holder))
            return any(self._equal(context, item, member) for member in holder)
        raise errors.EvaluationError(f"'in' looks into a list, an object or a text, not into {values.shown(holder)}")

    def joined(self, context: Context, *parts: Any) -> str:
        """`a ~ b ~ c`."""
        written = [texts.text_of(part, context.budget) for part in parts]
        return "".join(written)

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Exact arithmetic."""
        for side in (left, right):
            if isinstance(side, missing.Missing):
                raise side.error()
        result = arithmetic.binary(operator, left, right)
        context.budget.operations(_cost(operator, result))
        return result

    def call_unop(self, context: Any, operator: str, arg: Any) -> Any:
        """`-x` and `+x`."""
        if isinstance(arg, missing.Missing):
            raise arg.error()
        return arithmetic.negative(arg) if operator == "-" else arithmetic.positive(arg)

    def call(__self, __context: Any, __obj: Any, *args: Any, **kwargs: Any) -> Any:
        """Only functions of the language can be called."""
        kwargs.pop("_loop_vars", None)
        kwargs.pop("_block_vars", None)
        if isinstance(__obj, missing.Missing):
            raise __obj.error()
        if not isinstance(__obj, functions.Function):
            raise errors.EvaluationError(f"{values.shown(__obj)} is no function", "what is a method elsewhere is a filter here: x | upper")
        return __obj(__context, *args, **kwargs)


def _cost(operator: str, result: Any) -> int:
    """About how many operations more than one a result took to make."""
    if isinstance(result, str | list):
        return len(result) // 100
    if operator == "**":
        return 50
    return 5 if isinstance(result, values.DATES) else 0


def _row(rows: values.Rows, key: Any, path: str) -> Any:
    found = rows.find(key)
    if len(found) > 1:
        raise errors.EvaluationError(
            f"'{path}' has {len(found)} rows with the key '{values.key_text(key)}'",
            "make the first column (or key_by) unique, for example with GROUP BY",
        )
    return found[0] if found else missing.member(rows, key, path)


def _special(holder: Any, key: Any, path: str) -> Any:
    if isinstance(holder, runtime.LoopContext):
        if key in _LOOP_MEMBERS:
            return getattr(holder, key)
        return missing.Missing(
            "",
            explain=lambda: (
                f"'{path}' has no '{missing.key_shown(key)}'; {missing.there_is(_LOOP_MEMBERS)}",
                missing.suggestion(key, _LOOP_MEMBERS),
            ),
        )
    if isinstance(holder, list_filters.Group) and key in ("grouper", "list"):
        return holder[0] if key == "grouper" else holder[1]
    return missing.member(holder, key, path)


@jinja2.pass_context
def _printed(context: Context, value: Any) -> str:
    """What stands in a text for the value of an expression."""
    return texts.text_of(value, context.budget)


ENVIRONMENT: Final = Environment()
