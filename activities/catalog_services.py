"""Reads `services.json` of a catalog folder, for the loader of the catalog: the services whose calls are limited, and how much."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from activities import catalog_problems, service_limits, validators
from workflows.core import errors, fit_problems, fit_words

FILE: Final = "services.json"


def read(file: Path, schema: Mapping[str, Any]) -> tuple[dict[str, service_limits.ServiceLimit], list[errors.Problem]]:
    """The limits of one file by service, measured by `$defs.services` of `schema` (catalogs/schema.json); and what is wrong with it.

    {"services": {"slack": {"rate_limit": {"calls": 1, "per": "second"}, "calls_at_once": 50}}}
    """
    measure = schema["$defs"]["services"]
    entries, problems = catalog_problems.read(file)
    limits: dict[str, service_limits.ServiceLimit] = {}
    for where, content in entries:
        found = fit_problems.find(measure, content, where, validators.fast(measure))
        problems += [_problem(violation.message, violation.path, violation.hint) for violation in found]
        if not found:
            limits.update({name: service_limits.of(name, given) for name, given in content["services"].items()})
    return limits, problems


def unknown(limits: Iterable[str], services: Iterable[str]) -> Iterator[errors.Problem]:
    """A problem for each limited service that no tool has: its name is misspelt, or the tool is gone."""
    known = sorted(set(services))
    for name in limits:
        if name not in known:
            likely = fit_words.near(name, known)
            hint = f"did you mean '{likely}'?" if likely else ""
            yield _problem("no tool has this service, expected one that a definition names", fit_words.path_to("services", [name]), hint)


def _problem(message: str, path: str, hint: str) -> errors.Problem:
    return errors.Problem(catalog_problems.BAD_SERVICES, message, path=path, hint=hint)
