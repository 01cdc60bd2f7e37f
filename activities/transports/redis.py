"""Transport `redis`: one command of Redis (or Valkey), whose words are values and never parsed again.

    "redis": {"command": ["SET", "${arguments.key}", "${arguments.value}"]}

A call with the effect `key` runs in a script that remembers its result under the call's key, so that the same call is done once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from activities import environment_names, json_text, outcomes
from activities import settings as settings_module
from activities.rest import parts
from activities.transports import base
from workflows.core import errors, model, scope, values

if TYPE_CHECKING:  # an extra: pip install 'ordinaut[redis]'
    from redis import asyncio as redis

URL_SETTING: Final = environment_names.REDIS_SERVICE_URL
MISSING: Final = "the package `redis` is not installed here: pip install 'ordinaut[redis]'"
#: So long the result of a call with a key is remembered.
REMEMBERED_SECONDS: Final = 7 * 86_400
_CONNECT_SECONDS: Final = 5
#: These wait, listen, run programs, or change the server itself.
REFUSED: Final = frozenset(
    "AUTH ACL BGREWRITEAOF BGSAVE BLMOVE BLMPOP BLPOP BRPOP BRPOPLPUSH BZMPOP BZPOPMAX BZPOPMIN CLIENT CLUSTER CONFIG DEBUG DISCARD"
    " EVAL EVALSHA EXEC FAILOVER FCALL FLUSHALL FLUSHDB FUNCTION HELLO LATENCY MIGRATE MODULE MONITOR MULTI PSUBSCRIBE PSYNC QUIT"
    " REPLICAOF RESET RESTORE SAVE SCRIPT SELECT SHUTDOWN SLAVEOF SLOWLOG SSUBSCRIBE SUBSCRIBE SWAPDB SYNC UNSUBSCRIBE UNWATCH WAIT"
    " WAITAOF WATCH".split()
)
#: Errors of a server that is starting, busy or full: the same command may succeed later.
_LATER: Final = ("LOADING", "BUSY", "MASTERDOWN", "TRYAGAIN", "CLUSTERDOWN", "OOM", "MISCONF")
#: Does a command once: what it gave is kept as JSON beside it.
_ONCE: Final = """
local done = redis.call('GET', KEYS[1])
if done then return {1, done} end
local answer = redis.call(unpack(ARGV, 2))
local kept = type(answer) == 'table' and answer['ok'] or answer
if kept == false then kept = cjson.null end
redis.call('SET', KEYS[1], cjson.encode({kept}), 'EX', ARGV[1])
return {0, cjson.encode({kept})}
"""


@dataclass(frozen=True, slots=True)
class Description:
    """A compiled `redis`."""

    command: parts.Part
    result: parts.Part | None = None


class Redis:
    """Runs commands on the Redis that REDIS_URL names."""

    def __init__(self, settings: settings_module.Settings) -> None:
        self._settings = settings
        self._pool: redis.ConnectionPool | None = None
        self._url = ""

    async def send(self, call: base.Call) -> base.Answer:
        """Runs the command.

        Raises:
            ToolError: INVALID_INPUT, the command cannot be run here; UNREACHABLE, no connection; REJECTED, the server refuses it;
                UNKNOWN_OUTCOME, the connection broke after a command that changes something was sent.
        """
        described = of(call.tool, call.action)
        roots = {"arguments": call.arguments, "key": call.key}
        words = _words(described.command.value(scope.Scope(roots)))
        pool = await self._opened()
        connection = await self._connection(pool)
        healthy = False
        try:
            answer = await _answered(connection, words, call)
            healthy = True
        except errors.ToolError:
            healthy = True
            raise
        finally:
            if not healthy:
                await connection.disconnect(nowait=True)
            await pool.release(connection)
        output = _plain(answer)
        if described.result is not None:
            output = described.result.value(scope.Scope({**roots, "answer": output}), errors.BAD_OUTPUT)
        return base.Answer(output)

    async def close(self) -> None:
        """Closes pooled connections."""
        if self._pool is not None:
            await self._pool.disconnect()
            self._pool = None

    async def _opened(self) -> redis.ConnectionPool:
        await self._settings.refresh([URL_SETTING])
        url = self._settings.secret(URL_SETTING)
        if url is None:
            raise errors.ToolError(errors.INVALID_INPUT, f"{URL_SETTING} is not set; set it to redis://:password@host:6379/0")
        try:
            from redis import asyncio as redis
        except ImportError:
            raise errors.ToolError(errors.INVALID_INPUT, MISSING) from None
        if self._pool is None or self._url != url.reveal():
            await self.close()
            self._url = url.reveal()
            try:
                self._pool = redis.ConnectionPool.from_url(
                    self._url, protocol=3, decode_responses=True, socket_connect_timeout=_CONNECT_SECONDS, retry=None
                )
            except ValueError:
                raise errors.ToolError(errors.INVALID_INPUT, f"{URL_SETTING} is no URL like redis://:password@host:6379/0") from None
        return self._pool

    async def _connection(self, pool: redis.ConnectionPool) -> Any:
        from redis import exceptions

        try:
            return await pool.get_connection()  # type: ignore[no-untyped-call]
        except exceptions.AuthenticationError as error:
            raise errors.ToolError(errors.REJECTED, f"Redis: {self._said(error)}; check {URL_SETTING}; nothing was sent") from None
        except (exceptions.RedisError, OSError) as error:
            raise errors.ToolError(errors.UNREACHABLE, f"Redis cannot be reached: {self._said(error)}; nothing was sent") from None

    def _said(self, error: Exception) -> str:
        return outcomes.quote(self._settings.mask(str(error)))


def of(tool: model.Tool, action: str | None) -> Description:
    """What the definition says of an action, or of a tool without actions."""
    actions = tool.definition.get("actions", {})
    given: Mapping[str, Any] = (actions.get(action) or tool.definition)["redis"]
    return Description(parts.compiled(given["command"], "redis.command"), parts.of(given, "result", "redis"))


async def _answered(connection: Any, words: list[str], call: base.Call) -> Any:
    """What the server answers; a call with a key through the script that does it once."""
    from redis import exceptions

    once = call.effect == model.KEY
    sent = ["EVAL", _ONCE, "1", f"ordinaut:done:{call.key}", str(REMEMBERED_SECONDS), *words] if once else words
    call.progress.sent = call.effect != model.SAFE
    try:
        await connection.send_command(*sent)
        answer = await connection.read_response(timeout=call.remaining())
    except exceptions.ResponseError as refused:
        raise _refused(refused) from None
    except (exceptions.ConnectionError, exceptions.TimeoutError, OSError) as error:
        await connection.disconnect(nowait=True)
        kind = errors.UNKNOWN_OUTCOME if call.progress.sent else errors.UNREACHABLE
        raise errors.ToolError(kind, f"the connection to Redis broke before its answer came: {outcomes.quote(str(error))}") from None
    except UnicodeDecodeError:
        raise errors.ToolError(errors.BAD_OUTPUT, "Redis holds bytes there that are no text in UTF-8") from None
    return json_text.decode(answer[1], "the kept result")[0] if once else answer


def _refused(error: Exception) -> errors.ToolError:
    said = str(error)
    if said.startswith(_LATER):
        return errors.ToolError(errors.UNREACHABLE, f"Redis cannot do it now: {outcomes.quote(said)}; nothing was changed")
    return errors.ToolError(errors.REJECTED, f"Redis refuses the command: {outcomes.quote(said)}")


def _words(command: Any) -> list[str]:
    """The command's words as texts: numbers as they are written, objects and lists as JSON; null words are left out."""
    if not isinstance(command, list) or not command or not isinstance(command[0], str):
        raise errors.ToolError(errors.INVALID_INPUT, "redis.command: expected a list that begins with the command's name")
    if command[0].upper() in REFUSED:
        raise errors.ToolError(errors.INVALID_INPUT, f"redis.command: {command[0].upper()} is not run here")
    return [word if isinstance(word, str) else _word(word) for word in command if word is not None]


def _word(value: Any) -> str:
    if isinstance(value, bool | list | dict):
        return json_text.encode(value).decode()
    return values.scalar_text(value)


def _plain(answer: Any) -> Any:
    """JSON: sets as sorted lists, doubles as exact decimals."""
    match answer:
        case float():
            return Decimal(repr(answer))
        case set() | frozenset():
            return sorted(_plain(item) for item in answer)
        case list() | tuple():
            return [_plain(item) for item in answer]
        case dict():
            return {str(name): _plain(item) for name, item in answer.items()}
    return answer
