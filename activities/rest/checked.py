"""The part of an answer that has to be JSON of a form, for the rest transport: read, checked, and asked for once more where it is not."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from activities import exchange, json_text, validators
from activities.rest import answer as answers
from activities.rest import description as descriptions
from activities.rest import request
from workflows.core import errors, fit_problems, fit_schema, scope

Ask = Callable[[exchange.Request], Awaitable[answers.Reply]]

#: What is told to the vendor, and in our messages, of what was wrong.
MAX_WRONG_CHARS: Final = 2_000
_WHERE: Final = "answer"
#: Models put JSON into a Markdown block even when they are told not to.
_FENCED: Final = re.compile(r"\s*```[a-zA-Z]*\s*\n(.*?)\n?\s*```\s*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Found:
    """The value that fits, the last reply, and the answers of all requests, one or two."""

    value: Any
    reply: answers.Reply
    answers: list[Any]
    warnings: list[str]

    def names(self, roots: Mapping[str, Any]) -> scope.Scope:
        """What `result` may read."""
        return self.reply.names(roots, checked=self.value, answers=self.answers)


def schema(check: descriptions.Check, names: scope.Scope) -> fit_schema.Schema:
    """The schema that the value has to fit, known before anything is sent.

    Raises:
        ToolError: INVALID_INPUT, it is no JSON Schema.
    """
    given = True if check.schema is None else check.schema.value(names)
    problems = fit_problems.find_in_schema(given, "schema")
    if problems:
        told = "; ".join(map(str, problems[:5]))
        raise errors.ToolError(errors.INVALID_INPUT, f"the schema that the answer has to fit is no usable JSON Schema: {told}")
    found: fit_schema.Schema = given
    return found


async def gather(
    check: descriptions.Check, wanted: fit_schema.Schema, draft: request.Draft, endpoint: str, roots: Mapping[str, Any], ask: Ask
) -> Found:
    """The value that fits, from the first answer or, where the description says how to ask again, from the second.

    Raises:
        ToolError: BAD_OUTPUT, neither fits; INVALID_INPUT, the second request cannot be made; or what `ask` raises.
    """
    first = await ask(draft.request(endpoint))
    said, value, wrong = _read(check, wanted, first, roots)
    if not wrong:
        return Found(value, first, [first.answer], [])
    if check.again is None:
        raise _unfit(wrong, said, "")
    names = first.names(roots, body=draft.body, said=said, wrong=wrong)
    second = await ask(_asked_again(check, draft, names).request(endpoint))
    said, value, still = _read(check, wanted, second, roots)
    if still:
        raise _unfit(still, said, ", also when it was asked for again")
    warning = f"the first answer did not fit and was asked for once more, so two answers were used: {wrong}"
    return Found(value, second, [first.answer, second.answer], [errors.cut(warning)])


def _asked_again(check: descriptions.Check, draft: request.Draft, names: scope.Scope) -> request.Draft:
    assert check.again is not None
    members = check.again.value(names)
    for name, member in members.items():
        draft = draft.with_value(f"body.{name}", member)
    return draft


def _read(check: descriptions.Check, wanted: fit_schema.Schema, reply: answers.Reply, roots: Mapping[str, Any]) -> tuple[str, Any, str]:
    """(what was said, its value, what is wrong with it or "")."""
    found = check.value.value(reply.names(roots), errors.BAD_OUTPUT)
    if not isinstance(found, str):
        return json_text.encode(found).decode(), found, _wrong(wanted, found)
    fenced = _FENCED.fullmatch(found)
    try:
        value = json_text.decode(fenced[1] if fenced else found, "it")
    except errors.ToolError as error:
        return found, None, error.message
    return found, value, _wrong(wanted, value)


def _wrong(wanted: fit_schema.Schema, value: Any) -> str:
    is_valid = validators.fast(wanted)
    if is_valid is not None and is_valid(value):
        return ""
    told = "; ".join(map(str, fit_problems.find(wanted, value, _WHERE)))
    return told if len(told) <= MAX_WRONG_CHARS else f"{told[:MAX_WRONG_CHARS]}..."


def _unfit(wrong: str, said: str, when: str) -> errors.ToolError:
    return errors.ToolError(errors.BAD_OUTPUT, f"what was answered does not fit{when}: {wrong}", {"answer": said})
