"""The grammar of the expression language: Jinja's parser plus `? :`, `!`, durations, literals; minus what could run away."""

from __future__ import annotations

import difflib
import functools
import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final, NamedTuple, NoReturn

from jinja2 import lexer, nodes, parser

from workflows.core import arithmetic, durations, errors, limits
from workflows.core import lexer as tokens

STATEMENTS: Final = ("for", "if", "set", "with", "filter")
_WEIGHTLESS: Final = (nodes.Output, nodes.TemplateData, nodes.Const, nodes.Name, nodes.Operand, nodes.Keyword)


class Literal(NamedTuple):
    """A constant that Python's source cannot say: a decimal, a duration, JSON between back-quotes."""

    kind: str
    text: str


@functools.lru_cache(maxsize=4096)
def literal(kind: str, text: str) -> Any:
    """The value of a literal: `float` "1.50", `duration` "90m", `literal` '{"a": 1}'."""
    if kind == "duration":
        return durations.literal(text)
    if kind == "float":
        return _checked_decimal(text)
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        return text  # older JMESPath left the quotes of a text away


def _checked_decimal(text: str) -> Decimal:
    value = arithmetic.parse_number(text)
    if value is None:
        raise arithmetic.too_many_digits()
    return Decimal(value)


def _refuse_constant(name: str) -> Any:
    raise ValueError(name)


class Parser(parser.Parser):
    """Jinja's parser over our tokens."""

    def __init__(self, environment: Any, stream: lexer.TokenStream) -> None:
        self.environment = environment
        self.stream = stream
        self.name = None
        self.filename = None
        self.closed = False
        self.extensions: dict[str, Any] = {}
        self._last_identifier = 0
        self._tag_stack: list[str] = []
        self._end_token_stack: list[tuple[str, ...]] = []
        self._blocks = 0

    def parse(self) -> nodes.Template:
        """The whole text as a template node."""
        template = super().parse()
        _check_depth(template)
        return template

    def parse_value(self) -> nodes.Template:
        """A lone expression as a template that assigns it to `result`."""
        expression = self.parse_expression()
        if not self.stream.eos:
            self.fail(f"unexpected '{_describe(self.stream.current)}' after the expression", 1)
        template = nodes.Template([nodes.Assign(nodes.Name("result", "store"), expression, lineno=1)], lineno=1)
        template.set_environment(self.environment)
        _check_depth(template)
        return template

    def fail(self, msg: str, lineno: int | None = None, exc: Any = None) -> NoReturn:
        """Raises what Jinja found as our own error."""
        raise errors.EvaluationError(_plain(msg))

    def parse_statement(self) -> nodes.Node | list[nodes.Node]:
        """Only the blocks of the language."""
        name = str(self.stream.current.value)
        if self.stream.current.type == "name" and name not in STATEMENTS and not name.startswith(("end", "el")):
            known = ", ".join(STATEMENTS[:3])
            self.fail(f"unknown block '{{% {name} %}}'; there is: {known}", 1)
        self._blocks += 1
        if self._blocks > limits.MAX_BLOCK_DEPTH:
            raise errors.LimitExceeded(f"blocks nested deeper than {limits.MAX_BLOCK_DEPTH} (MAX_BLOCK_DEPTH)")
        try:
            return super().parse_statement()
        finally:
            self._blocks -= 1

    def parse_for(self) -> nodes.For:
        """A loop whose rounds are counted against the budget by the weight of its body."""
        node = super().parse_for()
        if node.recursive:
            self.fail("a loop cannot be recursive", 1)
        weight, chars = _weight(node.body + ([node.test] if node.test else []))
        node.iter = nodes.Filter(node.iter, "_rounds", [nodes.Const(weight), nodes.Const(chars)], [], None, None, lineno=1)
        return node

    def parse_condexpr(self) -> nodes.Expr:
        """`a if c else b`, and `c ? a : b`."""
        expression = super().parse_condexpr()
        if isinstance(expression, nodes.CondExpr) and expression.expr2 is None:
            self.fail("'a if condition' needs an 'else b'", 1)
        if self.stream.current.type != "question":
            return expression
        next(self.stream)
        chosen = self.parse_expression()
        self.stream.expect("colon")
        other = self.parse_condexpr()
        return nodes.CondExpr(expression, chosen, other, lineno=1)

    def parse_unary(self, with_filter: bool = True) -> nodes.Expr:
        """`!x` beside `-x` and `+x`."""
        if self.stream.current.type == "bang":
            next(self.stream)
            return nodes.Not(self.parse_unary(), lineno=1)
        return super().parse_unary(with_filter)

    def parse_primary(self, with_namespace: bool = False) -> nodes.Expr:
        """Durations and back-quoted literals beside Jinja's literals."""
        if self.stream.current.type in ("duration", "literal", "float"):
            token = next(self.stream)
            value = Literal(token.type, token.value)
            literal(*value)  # a wrong one is an error now, not in a run
            return nodes.Const(value, lineno=1)
        return super().parse_primary(with_namespace)

    def parse_filter(self, node: nodes.Expr | None, start_inline: bool = False) -> nodes.Expr | None:
        """A filter that exists."""
        result = super().parse_filter(node, start_inline)
        current = result
        while isinstance(current, nodes.Filter) and current is not node:
            self._known("filter", current.name, self.environment.filters)
            current = current.node
        return result

    def parse_test(self, node: nodes.Expr) -> nodes.Expr:
        """A test that exists."""
        result = super().parse_test(node)
        test = result.node if isinstance(result, nodes.Not) else result
        if isinstance(test, nodes.Test):
            self._known("test", test.name, self.environment.tests)
        return result

    def _known(self, kind: str, name: str, table: dict[str, Any]) -> None:
        if name in table:
            return
        near = difflib.get_close_matches(name, [known for known in table if not known.startswith("_")], 1)
        raise errors.EvaluationError(f"no {kind} '{name}'", f"did you mean '{near[0]}'?" if near else "")


def _describe(token: lexer.Token) -> str:
    return str(token.value) if token.value not in (None, "") else token.type


def _plain(message: str) -> str:
    """Jinja's sentence in the words of the language."""
    words = {
        "Unexpected end of template. Jinja was looking for the following tags: ": "the block is not closed; expected: ",
        "Encountered unknown tag ": "unexpected block ",
        "Jinja was looking for the following tags: ": "expected: ",
        "You probably made a nesting mistake. Jinja is expecting this tag, but currently looking for ": "expected first: ",
        "unexpected 'end of template'": "the expression ends too early",
        "unexpected 'end of print statement'": "the expression ends too early",
        "unexpected 'end of statement block'": "the block ends too early",
        "The innermost block that needs to be closed is ": "The innermost open block is ",
        "Expected an expression, got ": "an expression is missing before ",
        "'end of print statement'": "the end",
    }
    for theirs, ours in words.items():
        message = message.replace(theirs, ours)
    return message


def _weight(body: list[nodes.Node]) -> tuple[int, int]:
    """(operations, literal characters) of one round of a loop's body."""
    operations, chars = 1, 0
    for node in _walk(body):
        if isinstance(node, nodes.TemplateData):
            chars += len(node.data)
        elif not isinstance(node, _WEIGHTLESS):
            operations += 1
    return operations, chars


def _walk(body: list[nodes.Node]) -> Iterator[nodes.Node]:
    for node in body:
        yield node
        yield from _walk(list(node.iter_child_nodes()))


def _check_depth(template: nodes.Template) -> None:
    """Operators and filters in a row nest in the tree; Python's own compiler has no room for too many."""
    stack: list[tuple[nodes.Node, int]] = [(template, 0)]
    while stack:
        node, depth = stack.pop()
        if depth > 2 * limits.MAX_EXPRESSION_DEPTH:
            raise tokens.too_deep()
        stack.extend((child, depth + 1) for child in node.iter_child_nodes())
