"""The grammar of the expression language: Jinja's parser plus `? :`, `!`, durations, literals; minus what could run away."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator
from typing import Any, Final, NoReturn

from jinja2 import lexer, nodes, parser

from workflows.core import errors, limits, literals
from workflows.core import lexer as tokens

STATEMENTS: Final = ("for", "if", "set", "with", "filter")
_CLOSING: Final = ("elif", "else", "endif", "endfor", "endset", "endwith", "endfilter")
_WEIGHTLESS: Final = (nodes.Output, nodes.TemplateData, nodes.Const, nodes.Name, nodes.Operand, nodes.Keyword, nodes.Assign, nodes.Filter)


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
        template = lone(expression, self.environment)
        _check_depth(template)
        return template

    def fail(self, msg: str, lineno: int | None = None, exc: Any = None) -> NoReturn:
        """Raises what Jinja found as our own error."""
        raise errors.EvaluationError(plain(msg))

    def parse_statement(self) -> nodes.Node | list[nodes.Node]:
        """Only the blocks of the language."""
        name = str(self.stream.current.value)
        if self.stream.current.type != "name" or name not in (*STATEMENTS, *_CLOSING):
            near = difflib.get_close_matches(name, (*STATEMENTS, *_CLOSING), 1)
            hint = f"did you mean '{near[0]}'?" if near else f"there is: {', '.join(STATEMENTS)}"
            raise errors.EvaluationError(f"unknown block '{{% {name[:40]} %}}'", hint)
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
        weight, chars = weight_of(node.body + ([node.test] if node.test else []))
        facts = [nodes.Const(weight), nodes.Const(chars), nodes.Const(_targets(node.target))]
        node.iter = nodes.Filter(node.iter, "rounds!", facts, [], None, None, lineno=1)
        return node

    def parse_set(self) -> nodes.Assign | nodes.AssignBlock:
        """`set a = 1`; `set a, b = pair` takes a list of two."""
        node = super().parse_set()
        if isinstance(node, nodes.Assign) and (count := _targets(node.target)) > 1:
            node.node = nodes.Filter(node.node, "parts!", [nodes.Const(count)], [], None, None, lineno=1)
        return node

    def parse_assign_target(self, *args: Any, **named: Any) -> Any:
        """Names that a loop or `set` may give."""
        target = super().parse_assign_target(*args, **named)
        for name in target.find_all(nodes.Name) if not isinstance(target, nodes.Name) else [target]:
            if name.name == "loop":
                self.fail("'loop' and 'forloop' are the loop's own facts, not names to give", 1)
        if isinstance(target, nodes.NSRef):
            self.fail(f"'{{% set %}}' gives a name a value; '{target.name}.{target.attr}' is a member", 1)
        return target

    def parse_compare(self) -> nodes.Expr:
        """As in JavaScript `== !=` bind looser than `< <= > >= in`; `a < b < c` says what it does in mathematics."""
        node = self._parse_order()
        while self.stream.current.type in ("eq", "ne"):
            operator = next(self.stream).type
            node = nodes.Compare(node, [nodes.Operand(operator, self._parse_order())], lineno=1)
        return node

    def _parse_order(self) -> nodes.Expr:
        node: nodes.Expr = self.parse_math1()
        operands: list[nodes.Operand] = []
        while True:
            if self.stream.current.type in ("lt", "lteq", "gt", "gteq"):
                operator = next(self.stream).type
            elif self.stream.skip_if("name:in"):
                operator = "in"
            elif self.stream.current.test("name:not") and self.stream.look().test("name:in"):
                self.stream.skip(2)
                operator = "notin"
            else:
                return nodes.Compare(node, operands, lineno=1) if operands else node
            operands.append(nodes.Operand(operator, self.parse_math1()))

    def parse_call_args(self) -> Any:
        """Arguments one by one: no `*` or `**`."""
        args, named, more_args, more_named = super().parse_call_args()
        if more_args is not None or more_named is not None:
            self.fail("* and ** cannot stand before an argument", 1)
        return args, named, None, None

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

    def parse_pow(self) -> nodes.Expr:
        """`2 ** 3 ** 2` is `2 ** 9`, as in mathematics, JavaScript and Python."""
        left = self.parse_unary()
        if self.stream.current.type != "pow":
            return left
        next(self.stream)
        return nodes.Pow(left, self.parse_pow(), lineno=1)

    def parse_unary(self, with_filter: bool = True) -> nodes.Expr:
        """`!x` beside `-x` and `+x`."""
        if self.stream.current.type == "bang":
            next(self.stream)
            return nodes.Not(self.parse_unary(), lineno=1)
        return super().parse_unary(with_filter)

    def parse_primary(self, with_namespace: bool = False) -> nodes.Expr:
        """Durations and back-quoted literals beside Jinja's literals; names that can be names."""
        token = self.stream.current
        if token.type == "name" and (not token.value.isidentifier() or token.value == "self"):
            self.fail(f"'{token.value}' cannot stand alone as a name; an output of this name is steps['{token.value}']", 1)
        if token.type == "dot":
            self.fail("nothing stands before the dot; numbers begin with a digit: 0.5", 1)
        if token.type == "string" and self.stream.look().type == "string":
            self.fail("two texts stand side by side; join them with ~, and write a quote inside a text as \\'", 1)
        if self.stream.current.type in ("duration", "literal", "float"):
            token = next(self.stream)
            value = literals.Literal(token.type, token.value)
            literals.literal(*value)  # a wrong one is an error now, not in a run
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
        raise unknown(kind, name, table)


def unknown(kind: str, name: Any, table: Iterable[str]) -> errors.EvaluationError:
    """The error for a filter or test that does not exist."""
    near = difflib.get_close_matches(str(name)[:40], [known for known in table if not known.endswith("!")], 1)
    return errors.EvaluationError(f"no {kind} '{str(name)[:40]}'", f"did you mean '{near[0]}'?" if near else "docs/language.md lists them")


def lone(expression: nodes.Expr, environment: Any) -> nodes.Template:
    """A template that assigns an expression to `result`."""
    template = nodes.Template([nodes.Assign(nodes.Name("result", "store"), expression, lineno=1)], lineno=1)
    template.set_environment(environment)
    return template


def _describe(token: lexer.Token) -> str:
    return str(token.value) if token.value not in (None, "") else token.type


def _targets(target: nodes.Node) -> int:
    """How many names a loop or `set` gives at once."""
    return len(target.items) if isinstance(target, nodes.Tuple) else 1


#: What Jinja calls things, and how the language calls them.
_SIGNS: Final = {
    "question": "'?'", "bang": "'!'", "end of template": "the end", "end of statement block": "the end of the block",
    "end of print statement": "the end", "name": "a name", "begin of statement block": "'{%'", "begin of print statement": "'{{'",
    "template data / text": "text", "literal": "a literal", "duration": "a duration", "float": "a number", "integer": "a number",
    "string": "a text",
}  # fmt: skip
_LOOKING: Final = r"Jinja was looking for the following tags: (?P<tags>.*?)\. .*"
_SENTENCES: Final = tuple(
    (re.compile(pattern), ours)
    for pattern, ours in (
        (
            rf"Unexpected end of template\. {_LOOKING}closed is '(?P<sign>\w+)'\.",
            "the block '{% <sign> %}' is not closed; expected: <tags>",
        ),
        (rf"Encountered unknown tag '(?P<sign>\w+)'\..*{_LOOKING}", "found '{% <sign> %}' where one of these is expected: <tags>"),
        (r"Encountered unknown tag '(?P<sign>\w+)'\..*", "'{% <sign> %}' belongs to no block"),
        (r"unexpected end of template, expected '(?P<expected>.*)'\.", "the expression ends too early; expected: <expected>"),
        (r"unexpected 'end of (?:template|print statement)'", "the expression ends too early"),
        (r"unexpected 'end of statement block'", "the block ends too early"),
        (r"expected token '(?P<expected>.*)', got '(?P<found>.*)'", "expected <expected>, found <found>"),
        (r"Expected an expression, got '(?P<found>.*)'", "an expression is missing before <found>"),
        (r"expected name or number", "a name is missing after the dot"),
        (r"can't assign to .*", "only a name can be given a value"),
        (r"unexpected '(?P<found>.*)'", "unexpected <found>"),
        (r"invalid syntax for function call expression", "arguments with a name stand after those without"),
    )
)


def plain(message: str) -> str:
    """Jinja's sentence in the words of the language.

    >>> plain("unexpected 'question'")
    "unexpected '?'"
    """
    for pattern, ours in _SENTENCES:
        if match := pattern.fullmatch(message):
            for name, found in match.groupdict().items():
                ours = ours.replace(f"<{name}>", _SIGNS.get(found, found if name in ("tags", "sign") else f"'{found}'"))
            return ours
    return message


def weight_of(body: list[nodes.Node]) -> tuple[int, int]:
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
