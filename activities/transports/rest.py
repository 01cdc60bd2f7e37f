"""Transport `rest`: a vendor's own HTTP API, described in the tool definition by templates over `arguments`.

    "rest": {"method": "POST", "path": "/repos/${arguments.repository}/issues", "headers": {}, "query": {},
             "body": {"title": "${arguments.title}"}, "error": "${answer.error if not answer.ok else null}", "result": "${answer}"}

It stands in the definition, or in one of its `actions`; `catalogs/README.md` says everything that it may hold.
"""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from activities import authentication, configuration, endpoints, exchange, files
from activities import settings as settings_module
from activities.rest import answer as answers
from activities.rest import cache, checked, look_up, pages, poll, rate_limits, request, texts
from activities.rest import description as descriptions
from activities.transports import base
from workflows.core import errors, fit_schema, scope


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A call as it is about to be sent."""

    action: descriptions.Action
    description: descriptions.Description
    draft: request.Draft
    endpoint: str
    roots: Mapping[str, Any]
    warnings: list[str]
    schema: fit_schema.Schema  # of what the answer has to hold


class Rest:
    """Calls vendors' HTTP APIs. `rate_limits` holds what the vendors last said of their limits."""

    def __init__(
        self, settings: settings_module.Settings, tls: exchange.Tls | None = None, door: authentication.Door | None = None
    ) -> None:
        self._settings = settings
        self._door = door if door is not None else authentication.Door(settings)
        self._clients = exchange.Clients(tls or self._door.client_options)
        self._actions: dict[tuple[str, str | None, str], descriptions.Action] = {}
        self._cache = cache.Cache()
        self._files = files.Store(settings.files_folder())
        self.rate_limits = rate_limits.RateLimits()

    async def send(self, call: base.Call) -> base.Answer:
        """Sends the request that the definition describes; what an earlier try of an unsafe call did is looked up before.

        Raises:
            ToolError: see `authentication.Door.send`, `answer.read`, `look_up.find`, `pages.gather` and `poll.follow`;
                INVALID_INPUT where the definition or the arguments give no request.
        """
        action = self._action(call)
        endpoint = endpoints.resolve(call.tool, self._settings)
        configuration.check(call.tool, call.action, self._settings, self._door)
        roots = self._roots(call, action)
        if action.look_up is not None and call.repeats:
            earlier = await look_up.find(action, endpoint, roots, call, self._asking(action, roots))
            if earlier is not None:
                return base.Answer(earlier, [look_up.WARNING])
        return await self._kept(self._prepared(action, endpoint, roots, call), call)

    async def close(self) -> None:
        """Closes pooled connections."""
        await self._clients.close()
        await self._door.close()

    def _prepared(self, action: descriptions.Action, endpoint: str, roots: dict[str, Any], call: base.Call) -> _Prepared:
        description = action.rest(scope.Scope(roots))
        cut = texts.of(description.texts, scope.Scope(roots), self._settings.plain)
        roots = {**roots, "texts": cut.texts} if description.texts else roots
        draft = request.draft(description, scope.Scope(roots))
        if action.key_header:
            draft = draft.with_header(action.key_header, call.key)
        if action.key_place:
            draft = draft.with_value(action.key_place, call.key)
        schema = checked.schema(description.check, scope.Scope(roots)) if description.check is not None else True
        return _Prepared(action, description, draft, endpoint, roots, cut.warnings, schema)

    def _action(self, call: base.Call) -> descriptions.Action:
        key = (call.tool.address, call.action, call.tool.digest)
        if key not in self._actions:
            self._actions[key] = descriptions.of(call.tool, call.action)
        return self._actions[key]

    def _roots(self, call: base.Call, action: descriptions.Action) -> dict[str, Any]:
        """The names that every template of a definition may read; a declared argument that was not given has its default, or is null."""
        settings = configuration.of_templates(call.tool, self._settings)
        return {"arguments": {**action.defaults, **call.arguments}, "key": call.key, "settings": settings}

    async def _kept(self, made: _Prepared, call: base.Call) -> base.Answer:
        """The output, from the cache where the action allows one."""
        if not made.action.cache_ttl_seconds:
            return await self._answer(made, call)
        now = asyncio.get_running_loop().time()
        key = cache.key_of(call, await self._door.apply(call.tool, made.draft.request(made.endpoint)))
        found = self._cache.get(key, now)
        if found is None:
            found = await self._answer(made, call)
            self._cache.keep(key, found, made.action.cache_ttl_seconds, now)
        return found

    async def _answer(self, made: _Prepared, call: base.Call) -> base.Answer:
        """The output of one request, or of as many as pages and polling need."""
        description, roots, ask = made.description, made.roots, self._asking(made.action, made.roots)
        if description.pages is not None:
            found = await pages.gather(description.pages, made.draft, made.endpoint, roots, lambda one: ask(call, description, one))
            assert found.last is not None
            names = found.last.names(roots, items=found.items, pages=found.pages, complete=found.complete)
            return base.Answer(_result(description, names, found.items), [*made.warnings, *found.warnings])
        if description.check is not None:
            right = await checked.gather(
                description.check, made.schema, made.draft, made.endpoint, roots, lambda one: ask(call, description, one)
            )
            return base.Answer(_result(description, right.names(roots), right.value), [*made.warnings, *right.warnings])
        sent = made.draft.request(made.endpoint)
        first = reply = await ask(call, description, sent)
        if description.poll is not None:
            looking = description if not description.poll.path and not description.poll.header else poll.LOOK
            reply = await poll.follow(description.poll, first, sent, made.endpoint, roots, call, lambda one: ask(call, looking, one))
        return base.Answer(_result(description, reply.names(roots, first=first.answer), reply.answer), made.warnings)

    def _asking(self, action: descriptions.Action, roots: Mapping[str, Any]) -> look_up.Ask:
        """Sends one request, notes the vendor's limits, reads the answer, keeps it where it is a file."""

        async def ask(call: base.Call, description: descriptions.Description, unsigned: exchange.Request) -> answers.Reply:
            response = await self._door.send(self._clients, unsigned, call)
            numbers = rate_limits.read(action.rate_limit, response.headers, datetime.datetime.now(datetime.UTC))
            self.rate_limits.note(call.tool.service, numbers)
            reply = answers.read(description, response, roots, numbers, self._settings.mask)
            if description.answer == descriptions.FILE and response.is_success:
                await asyncio.to_thread(self._files.keep, response.body)
            return reply

        return ask


def _result(description: descriptions.Description, names: scope.Scope, whole: Any) -> Any:
    return whole if description.result is None else description.result.value(names, errors.BAD_OUTPUT)
