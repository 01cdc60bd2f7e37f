"""The catalog, for the worker, the checker and the command line: tool definitions read from folders, all bad ones told in one go."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from activities import (
    catalog_approvals,
    catalog_composed,
    catalog_examples,
    catalog_pings,
    catalog_problems,
    catalog_redis,
    catalog_rest,
    catalog_services,
    catalog_websocket,
    json_places,
    service_limits,
)
from workflows.core import errors, fit, fit_words, model

DEFAULT_TIMEOUT_SECONDS: Final = Decimal(60)
DEFAULT_RETRY: Final[Mapping[str, Any]] = {"attempts": 5, "first_wait_seconds": 1, "factor": 2, "longest_wait_seconds": 60}

#: The effect of a database tool whose SQL statements decide: SELECT is safe, the others are unsafe.
STATEMENT: Final = "statement"
#: Effects where a definition names none. Bridges get an idempotency key; of what we know nothing we assume the worst.
_DEFAULT_EFFECTS: Final = {"http": model.KEY, "rest": model.UNSAFE, "database": STATEMENT, "system": model.SAFE}

_SCHEMA_FILE: Final = "schema.json"
_DIGEST_DIGITS: Final = 12
_MAX_NEAR: Final = 3


class CatalogError(errors.OrdinautError):
    """Catalog files that cannot be used; `problems` holds every one that was found, with its file."""

    kind = errors.INVALID_INPUT

    def __init__(self, problems: Sequence[tuple[Path, errors.Problem]]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(describe(file, problem) for file, problem in self.problems))


def describe(file: Path, problem: errors.Problem) -> str:
    """A problem in one line: `catalogs/a.json:3:7: timeout_seconds: found text "9", expected a number (hint)`."""
    place = f"{file}:{problem.line}:{problem.column}" if problem.line else str(file)
    text = f"{place}: {problem.path}: {problem.message}" if problem.path else f"{place}: {problem.message}"
    return f"{text} ({problem.hint})" if problem.hint else text


@dataclass(frozen=True)
class Catalog(Mapping[str, model.Tool]):
    """The tools by address, in the order of their addresses."""

    tools: Mapping[str, model.Tool]
    #: The limited services by name; their tools have a task queue of their own.
    limits: Mapping[str, service_limits.ServiceLimit] = dataclasses.field(default_factory=dict)

    def __getitem__(self, address: str) -> model.Tool:
        return self.tools[address]

    def __iter__(self) -> Iterator[str]:
        return iter(self.tools)

    def __len__(self) -> int:
        return len(self.tools)

    def addresses(self) -> list[str]:
        """All addresses, sorted."""
        return list(self.tools)

    def near(self, address: str) -> list[str]:
        """The addresses most like this one, best first: near("slak.post_message") -> ["slack.post_message"]; else those of its service."""
        found = fit_words.near_all(address, self.tools, _MAX_NEAR)
        service = address.split(".", 1)[0]
        return found or [known for known in self.tools if known.split(".", 1)[0] == service][:_MAX_NEAR]


def shipped_folder() -> Path:
    """The folder of the shipped definitions: it lies beside this package in the repository and where a wheel is installed."""
    return Path(__file__).resolve().parent.parent / "catalogs"


def load(folders: Sequence[Path]) -> Catalog:
    """Reads every `*.json` of the folders; where two folders define an address, the earlier folder wins.

    load([Path("my-catalog"), shipped_folder()])["maib.banking"].effect_of("get_balance") -> "safe"

    Raises:
        CatalogError: with every problem of every file.
    """
    loader = _Loader(_definition_schema())
    for folder in folders:
        loader.read_folder(folder)
    loader.check_calls()
    loader.check_services()
    if loader.problems:
        raise CatalogError(loader.problems)
    return Catalog(dict(sorted(loader.limited_tools().items())), loader.limits)


def _definition_schema() -> dict[str, Any]:
    file = shipped_folder() / _SCHEMA_FILE
    try:
        schema: dict[str, Any] = json.loads(file.read_bytes(), parse_float=Decimal)
    except OSError as error:
        message = f"the schema of tool definitions cannot be read: {error.strerror}; is the package installed in full?"
        raise CatalogError([(file, errors.Problem(catalog_problems.UNREADABLE, message))]) from error
    return schema


class _Loader:
    """Gathers tools and problems over folders and files."""

    def __init__(self, schema: dict[str, Any]) -> None:
        self.schema = schema
        self.tools: dict[str, model.Tool] = {}
        self.problems: list[tuple[Path, errors.Problem]] = []
        self._composed: list[tuple[Path, str, model.Tool]] = []
        self.limits: dict[str, service_limits.ServiceLimit] = {}
        self._limits_of: list[tuple[Path, list[str]]] = []  # the services that each file limits

    def read_folder(self, folder: Path) -> None:
        try:
            files = sorted(folder.iterdir())
        except OSError as error:
            message = f"expected a folder with tool definitions, but it cannot be read: {error.strerror}"
            self.problems.append((folder, errors.Problem(catalog_problems.UNREADABLE, message)))
            return
        seen: dict[str, Path] = {}
        for file in files:
            if file.name == catalog_services.FILE:
                self._read_services(file)
            elif file.suffix == ".json" and file.name != _SCHEMA_FILE:
                self._read_file(file, seen)

    def _read_file(self, file: Path, seen: dict[str, Path]) -> None:
        definitions, problems = catalog_problems.read(file)
        self.problems += [(file, problem) for problem in problems]
        start = len(self.problems)
        for where, definition in definitions:
            found = catalog_problems.check(definition, where, self.schema)
            found += [
                *catalog_rest.check(definition, where),
                *catalog_composed.check(definition, where),
                *catalog_websocket.check(definition, where),
                *catalog_redis.check(definition, where),
                *catalog_examples.check(definition, where),
                *catalog_pings.check(definition, where),
                *catalog_approvals.check(definition, where),
            ]
            self.problems += [(file, problem) for problem in found]
            address = definition.get("address") if isinstance(definition, dict) else None
            if not isinstance(address, str):
                continue
            if address in seen:
                self._tell_duplicate(file, where, address, seen[address])
            elif not found:
                self._add(file, where, definition)
            seen.setdefault(address, file)
        if self.problems[start:]:
            self.problems[start:] = _located(file, self.problems[start:])

    def check_calls(self) -> None:
        """The calls of composed actions, once the tools that they call are read; a broken file would make more of it than there is."""
        for file, where, tool in self._composed if not self.problems else ():
            self.problems += _located(file, [(file, problem) for problem in catalog_composed.check_calls(tool, where, self.tools)])

    def _read_services(self, file: Path) -> None:
        limits, problems = catalog_services.read(file, self.schema)
        readable = [(file, problem) for problem in problems if problem.code == catalog_problems.BAD_SERVICES]
        self.problems += _located(file, readable) if readable else [(file, problem) for problem in problems]
        self.limits = {**limits, **self.limits}  # an earlier folder wins
        self._limits_of.append((file, list(limits)))

    def check_services(self) -> None:
        """Tells of limits for services that no tool has, once all folders were read; not where definitions could not be read."""
        services = {tool.service for tool in self.tools.values()}
        for file, names in [] if self.problems else self._limits_of:
            self.problems += _located(file, [(file, problem) for problem in catalog_services.unknown(names, services)])

    def limited_tools(self) -> dict[str, model.Tool]:
        """The tools by address; those of limited services with the task queue of their service."""
        return {address: _with_queue(tool, self.limits.get(tool.service)) for address, tool in self.tools.items()}

    def _tell_duplicate(self, file: Path, where: str, address: str, first: Path) -> None:
        other = "this file" if first == file else first.name
        message = f"address '{address}' is also defined in {other}, expected it once in a folder"
        path = fit_words.path_to(where, ["address"])
        self.problems.append((file, errors.Problem(catalog_problems.DUPLICATE, message, path=path)))

    def _add(self, file: Path, where: str, definition: dict[str, Any]) -> None:
        if definition["address"] in self.tools:  # an earlier folder has it
            return
        tool = self.tools[definition["address"]] = to_tool(definition, str(file))
        if catalog_composed.has_steps(tool):
            self._composed.append((file, where, tool))


def _with_queue(tool: model.Tool, limit: service_limits.ServiceLimit | None) -> model.Tool:
    return tool if limit is None else dataclasses.replace(tool, task_queue=limit.task_queue)


def _located(file: Path, problems: list[tuple[Path, errors.Problem]]) -> list[tuple[Path, errors.Problem]]:
    """The problems of one file that was read, in the order of their lines."""
    if not problems:
        return []
    places = json_places.Places(file.read_text(encoding="utf-8-sig"))
    found = []
    for _, problem in problems:
        line, column = places.of(problem.path)
        found.append((file, dataclasses.replace(problem, line=line, column=column)))
    return sorted(found, key=lambda pair: (pair[1].line, pair[1].column))


def to_tool(definition: dict[str, Any], file: str = "") -> model.Tool:
    """A checked definition as a tool, defaults applied."""
    effect = definition.get("effect", _DEFAULT_EFFECTS.get(definition["transport"], model.UNSAFE))
    actions = {name: effect for name in catalog_problems.actions_of(definition)}
    actions.update({name: action["effect"] for name, action in definition.get("actions", {}).items()})
    return model.Tool(
        address=definition["address"],
        transport=definition["transport"],
        service=definition.get("service", definition["address"].split(".", 1)[0].lower()),
        definition=_with_vendor_schema(definition),
        digest=digest(definition),
        timeout_seconds=Decimal(definition.get("timeout_seconds", DEFAULT_TIMEOUT_SECONDS)),
        effect=effect,
        actions=actions,
        retry={**DEFAULT_RETRY, **definition.get("retry", {})},
        file=file,
    )


def digest(definition: Mapping[str, Any]) -> str:
    """The first 12 hex digits of the SHA-256 of the definition as canonical JSON: the same for any order of keys.

    The ping is left out: no call goes by it.
    """
    of_calls = {key: part for key, part in definition.items() if key != "ping"}
    return hashlib.sha256(fit.canonical(of_calls).encode()).hexdigest()[:_DIGEST_DIGITS]


def _with_vendor_schema(definition: dict[str, Any]) -> dict[str, Any]:
    """The definition with `vendor_schema` joined to `input_schema`, so that whoever checks arguments checks both."""
    vendor = definition.get("vendor_schema")
    given = definition.get("input_schema", {})
    if not isinstance(vendor, dict) or not isinstance(given, dict):
        return definition
    # `#/$defs/...` is looked up at the root, so the definitions move there.
    parts = {**given.get("$defs", {}), **vendor.get("$defs", {})}
    rest = {key: value for key, value in vendor.items() if key != "$defs"}
    return {**definition, "input_schema": {**given, "allOf": [*given.get("allOf", []), rest], "$defs": parts}}
