"""The nouns of the language, for the readers, the checker and the plan: template trees, pipelines, steps, tools."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from workflows.core.schedules import timing as timing_module

Scalar = str | int | Decimal | bool | None

SAFE: Final = "safe"  # only reads
IDEMPOTENT: Final = "idempotent"  # doing it twice is doing it once
KEY: Final = "key"  # takes an idempotency key
UNSAFE: Final = "unsafe"  # twice is twice
EFFECTS: Final = (SAFE, IDEMPOTENT, KEY, UNSAFE)


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a document; both count from 1, columns in characters."""

    line: int
    column: int


NOWHERE: Final = Position(0, 0)


@dataclass(frozen=True, slots=True)
class Const:
    """A JSON scalar without template marks: `42`, `"text"`, `true`, `null`, `Decimal("1.50")`."""

    value: Scalar
    position: Position = NOWHERE


@dataclass(frozen=True, slots=True)
class Text:
    """A string that holds template marks, as the author wrote it after JSON unescaping: `"PR #${event.number}"`."""

    source: str
    position: Position = NOWHERE


@dataclass(frozen=True, slots=True)
class Expr:
    """A bare value outside strings, `"salary": {{ x | default(0) }}` or `${x}`; `source` is what stands between the marks."""

    source: str
    position: Position = NOWHERE


@dataclass(frozen=True, slots=True)
class Entry:
    """One `key: value` of an object; a key may hold template marks too."""

    key: Text | Const
    value: Node
    position: Position = NOWHERE


@dataclass(frozen=True, slots=True)
class Object:
    """A JSON object; its entries may be wrapped in loops and conditions."""

    entries: tuple[Entry | For | If | Set, ...]
    position: Position = NOWHERE


@dataclass(frozen=True, slots=True)
class Array:
    """A JSON array; its items may be wrapped in loops and conditions."""

    items: tuple[Node | For | If | Set, ...]
    position: Position = NOWHERE


@dataclass(frozen=True, slots=True)
class For:
    """`{% for TARGETS in ITERABLE if CONDITION %} BODY {% else %} ORELSE {% endfor %}` outside strings.

    In an array the body holds nodes, in an object entries; loops and conditions nest in both.
    """

    targets: tuple[str, ...]
    iterable: str  # expression source
    body: tuple[Any, ...]
    orelse: tuple[Any, ...] = ()
    condition: str = ""  # expression source of a `for ... if`, "" where there is none
    position: Position = NOWHERE


@dataclass(frozen=True, slots=True)
class If:
    """`{% if A %} ... {% elif B %} ... {% else %} ... {% endif %}` outside strings: (condition source, body) pairs."""

    branches: tuple[tuple[str, tuple[Any, ...]], ...]
    orelse: tuple[Any, ...] = ()
    position: Position = NOWHERE


@dataclass(frozen=True, slots=True)
class Set:
    """`{% set NAME = EXPRESSION %}` outside strings; the name holds to the end of the array, object or block around it."""

    name: str
    source: str
    position: Position = NOWHERE


Node = Const | Text | Expr | Array | Object


@dataclass(frozen=True, slots=True)
class Step:
    """One element of the step list, as parsed. `condition` and `timeout` are None where not given."""

    id: str
    uses: str
    index: int
    with_: Object
    save_as: str | None = None
    condition: Node | None = None
    timeout: Node | None = None
    position: Position = NOWHERE
    #: Where each key of the step stands, for messages: {"uses": Position(12, 9)}.
    positions: dict[str, Position] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """`payload.pipeline[2]`."""
        return f"payload.pipeline[{self.index}]"

    @property
    def action(self) -> str | None:
        """The argument `action`, where the document names it as it stands; else None."""
        for entry in self.with_.entries:
            if isinstance(entry, Entry) and isinstance(entry.key, Const) and entry.key.value == "action" and isinstance(entry.value, Const):
                return entry.value.value if isinstance(entry.value.value, str) else None
        return None


@dataclass(frozen=True, slots=True)
class Pipeline:
    """A parsed document; every field but `name` is as the author wrote it."""

    name: str
    title: str
    steps: tuple[Step, ...]
    params: Object
    description: str = ""
    schedule_kind: str = "manual"
    schedule_expr: str = ""
    timezone: str | None = None
    event_type: str | None = None
    #: When runs are due; None for kind `event`.
    timing: timing_module.Timing | None = None
    policies: timing_module.Policies = field(default_factory=timing_module.Policies)
    #: Where each key of the document stands that is given and not null.
    positions: dict[str, Position] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Tool:
    """One tool definition of the catalog.

    `definition` is the JSON of the file as it stands; the other fields are read from it, with defaults applied.
    `actions` maps each action to its effect, {"get_balance": "safe"}; tools without an `action` argument have {}.
    """

    address: str
    transport: str
    service: str
    definition: dict[str, Any]
    digest: str  # first 12 hex digits of the SHA-256 of the canonical definition
    timeout_seconds: Decimal
    effect: str = KEY
    actions: dict[str, str] = field(default_factory=dict)
    retry: dict[str, Any] = field(default_factory=dict)
    file: str = ""
    task_queue: str = ""  # of its calls, `tools.slack`, where the service is limited

    @property
    def input_schema(self) -> dict[str, Any]:
        """The JSON Schema of the arguments; {} accepts everything."""
        return _as_object(self.definition.get("input_schema", True))

    @property
    def output_schema(self) -> dict[str, Any]:
        """The JSON Schema of the output; {} accepts everything."""
        return _as_object(self.definition.get("output_schema", True))

    def output_schema_of(self, action: str | None) -> dict[str, Any]:
        """The JSON Schema of an action's output; the tool's own where the action declares none."""
        declared = self.definition.get("actions", {}).get(action or "", {})
        return _as_object(declared["output_schema"]) if "output_schema" in declared else self.output_schema

    def input_schema_of(self, action: str | None) -> dict[str, Any]:
        """The JSON Schema of an action's own arguments, without `action` itself; they must fit the tool's `input_schema` too."""
        return _as_object(self._action(action).get("input_schema", True))

    def looks_up(self, action: str | None) -> bool:
        """Whether the definition says how to find out at the vendor if an earlier try of an unsafe call was done."""
        return "look_up" in (self._action(action) if "actions" in self.definition else self.definition)

    def composed(self, action: str | None) -> dict[str, Any] | None:
        """The action where it is made of `steps`, calls of other tools; None where it is one call."""
        own = self._action(action) if "actions" in self.definition else self.definition
        return own if "steps" in own else None

    def _action(self, action: str | None) -> dict[str, Any]:
        found: dict[str, Any] = self.definition.get("actions", {}).get(action or "", {})
        return found

    def effect_of(self, action: str | None) -> str:
        """The effect class of an action, or of the tool where it has no actions."""
        return self.actions.get(action or "", self.effect)


_ANYTHING: Final[dict[str, Any]] = {}
_NOTHING: Final[dict[str, Any]] = {"not": {}}


def _as_object(schema: Any) -> dict[str, Any]:
    """A schema that may be `true` or `false`, as an object that says the same; always the same object, since validators are kept by it."""
    if isinstance(schema, bool):
        return _ANYTHING if schema else _NOTHING
    found: dict[str, Any] = schema
    return found
