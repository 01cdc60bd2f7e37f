"""The filter `jmespath(...)`: projections and filters of documents of the earlier system, with exact decimals and counted work."""

from __future__ import annotations

import functools
from decimal import Decimal
from typing import Any, Final

from jmespath import exceptions, functions, parser, visitor

from workflows.core import arithmetic, budget, errors, limits, texts, values

_NUMBER_TYPES: Final = ("float", "int", "Decimal")
#: Reading a query takes about so many operations for each of its characters, and at the least.
_OPERATIONS_PER_CHAR: Final = 2
_LEAST_OPERATIONS: Final = 20


def search(context: Any, query: Any, value: Any) -> Any:
    """What the query finds in a JSON value; null where it finds nothing, as JMESPath does.

    Raises:
        EvaluationError: the query cannot be read, or a function in it does not take what it is given.
        LimitExceeded: it does too much work.
    """
    if not isinstance(query, str):
        raise errors.EvaluationError(f"jmespath takes its query as text, not {values.shown(query)}", "for example | jmespath('[*].name')")
    if len(query) > limits.MAX_EXPRESSION_CHARS:
        raise errors.LimitExceeded(f"a query of more than {limits.MAX_EXPRESSION_CHARS:,} characters (MAX_EXPRESSION_CHARS)")
    context.budget.operations(_LEAST_OPERATIONS + _OPERATIONS_PER_CHAR * len(query))
    parsed = _parsed(query)
    try:
        return _Interpreter(context.budget).visit(parsed, value)
    except exceptions.JMESPathError as error:
        raise errors.EvaluationError(f"the query '{query[:80]}' failed", str(error).splitlines()[0]) from None
    except (TypeError, ValueError, ArithmeticError, KeyError):
        raise errors.EvaluationError(f"the query '{query[:80]}' failed", "a function in it was given what it does not take") from None
    except RecursionError:
        raise errors.LimitExceeded(f"the query '{query[:80]}' nests too deep", "do it in several steps with system.transform") from None


@functools.lru_cache(maxsize=512)
def _parsed(query: str) -> Any:
    try:
        parsed = _parser().parse(query).parsed
    except RecursionError:
        raise errors.LimitExceeded(f"the query '{query[:80]}' nests too deep", "do it in several steps with system.transform") from None
    except (exceptions.JMESPathError, ValueError) as error:
        hint = (str(error).splitlines() or ["it cannot be read"])[0].rstrip(":")
        raise errors.EvaluationError(f"'{query[:80]}' is no JMESPath query", hint) from None
    _make_exact(parsed)
    return parsed


def _parser() -> Any:
    """JMESPath's own, without its cache, which forgets at random."""
    made: Any = parser.Parser()
    made.parse = made._do_parse
    return made


def _make_exact(node: Any) -> None:
    """The literals that JMESPath read as floats become decimals."""
    if isinstance(node, dict):
        if node.get("type") == "literal":
            node["value"] = _exact(node["value"])
        for child in node.get("children", ()):
            _make_exact(child)


def _exact(value: Any) -> Any:
    if isinstance(value, float):
        return Decimal(repr(value))
    if isinstance(value, list):
        return [_exact(member) for member in value]
    if isinstance(value, dict):
        return {key: _exact(member) for key, member in value.items()}
    return value


_Base: Any = functions.Functions


class _Functions(_Base):  # type: ignore[misc]
    """JMESPath's functions with decimals as numbers; arguments and results are counted."""

    def __init__(self, work: budget.Budget) -> None:
        self._work = work

    def call_function(self, function_name: str, resolved_args: list[Any]) -> Any:
        """See base class."""
        for argument in resolved_args:
            texts.weigh(argument, self._work)
        made = super().call_function(function_name, resolved_args)
        if isinstance(made, str):
            self._work.text(len(made))
        elif isinstance(made, list | dict):
            self._work.operations(len(made))
        return made

    def _get_allowed_pytypes(self, types: Any) -> Any:
        allowed, members = super()._get_allowed_pytypes(types)
        numbers = ["Decimal"] if "number" in types else []
        return [*allowed, *numbers], [(*names, "Decimal") if "int" in names else names for names in members]

    def _convert_to_jmespath_type(self, pyobject: str) -> Any:
        return "number" if pyobject == "Decimal" else super()._convert_to_jmespath_type(pyobject)

    @functions.signature({"types": ["number"]})
    def _func_abs(self, arg: Any) -> Any:
        return arithmetic.negative(arg) if arg < 0 else arg

    @functions.signature({"types": ["array-number"]})
    def _func_sum(self, arg: list[Any]) -> Any:
        return functools.reduce(lambda total, item: arithmetic.binary("+", total, item), arg, 0)

    @functions.signature({"types": ["array-number"]})
    def _func_avg(self, arg: list[Any]) -> Any:
        return arithmetic.binary("/", self._func_sum(arg), len(arg)) if arg else None

    @functions.signature({"types": ["number"]})
    def _func_ceil(self, arg: Any) -> Any:
        return arithmetic.rounded(arg, None, "ceil")

    @functions.signature({"types": ["number"]})
    def _func_floor(self, arg: Any) -> Any:
        return arithmetic.rounded(arg, None, "floor")

    @functions.signature({"types": []})
    def _func_to_number(self, arg: Any) -> Any:
        return arithmetic.parse_number(arg) if isinstance(arg, str) else arg if values.is_number(arg) else None

    @functions.signature({"types": []})
    def _func_to_string(self, arg: Any) -> str:
        return arg if isinstance(arg, str) else texts.compact_json(arg, self._work)

    @functions.signature({"types": []})
    def _func_type(self, arg: Any) -> Any:
        return "number" if values.is_number(arg) else super()._func_type(arg)

    @functions.signature({"types": ["array", "string"]}, {"types": []})
    def _func_contains(self, subject: Any, search: Any) -> bool:
        if isinstance(subject, str):
            return isinstance(search, str) and search in subject
        return any(values.equal(member, search) for member in subject)


class _Interpreter(visitor.TreeInterpreter):
    """JMESPath's interpreter; each node it visits and each list it makes is counted."""

    def __init__(self, work: budget.Budget) -> None:
        super().__init__(visitor.Options(custom_functions=_Functions(work)))
        self._work = work

    def visit(self, node: Any, *args: Any, **kwargs: Any) -> Any:
        """See base class."""
        self._work.operations(2)
        made = super().visit(node, *args, **kwargs)
        if node["type"] in ("flatten", "slice"):
            self._work.operations(len(made or ()))
        return made

    def visit_comparator(self, node: Any, value: Any) -> Any:
        """Equality as in the language; only two numbers or two texts have an order, else null."""
        left, right = (self.visit(child, value) for child in node["children"])
        texts.weigh_both(left, right, self._work)
        if node["value"] in ("eq", "ne"):
            return values.equal(left, right) is (node["value"] == "eq")
        if not (values.is_number(left) and values.is_number(right)) and not (isinstance(left, str) and isinstance(right, str)):
            return None
        return self.COMPARATOR_FUNC[node["value"]](left, right)
