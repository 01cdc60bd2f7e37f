"""Values of a description that may hold templates, compiled once, for everything that reads one."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from activities import json_text
from workflows.core import errors, scope, template

_STEP: Final = re.compile(r"\.([^.\[\]]+)|\[(\d+)\]")
_SETTING: Final = re.compile(r"\bsettings\.([A-Z][A-Z0-9_]*)")


@dataclass(frozen=True, slots=True)
class Part:
    """One value of a description that may hold templates; `path` names it in messages, such as `rest.body`."""

    path: str
    source: Any
    compiled: template.Template

    def value(self, names: scope.Scope, kind: str = errors.INVALID_INPUT) -> Any:
        """The evaluated value.

        Raises:
            ToolError: of this kind, with the place.
        """
        try:
            return self.compiled.evaluate(names)
        except errors.EvaluationError as error:
            raise errors.ToolError(kind, f"{error}{self._settings_read(error.place)}") from None

    def _settings_read(self, place: str) -> str:
        """The settings that the template at a place reads: whoever set one wrongly does not know the definition."""
        found: Any = self.source
        for key, index in _STEP.findall(place.removeprefix(self.path)):
            try:
                found = found[int(index)] if index else found[key]
            except (KeyError, IndexError, TypeError):
                return ""
        read = dict.fromkeys(_SETTING.findall(found)) if isinstance(found, str) else {}
        return f"; look at {' and '.join(read)} in the environment" if read else ""

    def value_or_none(self, names: scope.Scope) -> Any:
        """The evaluated value; null where the answer has another form than the template expects."""
        try:
            return self.compiled.evaluate(names)
        except errors.EvaluationError:
            return None


def of(given: Mapping[str, Any], name: str, where: str) -> Part | None:
    """A member of a description; None where it has none."""
    return compiled(given[name], f"{where}.{name}") if name in given else None


def compiled(source: Any, path: str) -> Part:
    """A value with its templates compiled.

    Raises:
        EvaluationError: a template cannot be read.
    """
    return Part(path, source, _template(json_text.encode(source), path))


@functools.lru_cache(maxsize=4_096)
def _template(text: bytes, path: str) -> template.Template:
    return template.compile_json(json_text.decode(text), path)


def bad_definition(message: str) -> errors.ToolError:
    """The error for a definition that cannot be used."""
    return errors.ToolError(errors.INVALID_INPUT, f"the tool definition cannot be used: {message}")
