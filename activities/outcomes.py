"""What the end of a call means, for every transport: which kind of failure it is, and whether the call may be sent again."""

from __future__ import annotations

import datetime
import email.utils
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from temporalio import exceptions

from workflows.core import errors, model

#: A vendor's text in the details of a failure is cut to this many characters.
MAX_ANSWER_CHARS: Final = 2_000
#: ... and in its message to this many.
MAX_QUOTED_CHARS: Final = 300
#: A vendor that asks for a longer pause is asked again after this one.
MAX_RETRY_AFTER: Final = datetime.timedelta(days=1)

_UNCHANGED: Final = "nothing was changed"
_TOLD: Final = "the same call is not sent again"
#: Words of a refusal that says itself what to do, or that nothing was asked of the vendor.
_ADVISED: Final = re.compile(r"not sent|nothing was sent|\bcheck |\bset the ")
#: Of a long list of violations the details keep so many.
MAX_PROBLEMS: Final = 20

#: Kinds that end the step at once: the same call would end the same way.
_FINAL: Final = frozenset({errors.INVALID_INPUT, errors.REJECTED, errors.BAD_OUTPUT})


@dataclass(frozen=True, slots=True)
class Call:
    """The call that failed, as far as messages and the choice to retry need it."""

    tool: str
    action: str | None
    step: str
    attempt: int
    effect: str
    key: str = ""
    look_up: bool = False  # the definition says how to find out whether an earlier try was done

    @property
    def name(self) -> str:
        """`maib.banking create_payment`."""
        return f"{self.tool} {self.action}" if self.action else self.tool


def retryable(kind: str, effect: str, look_up: bool = False) -> bool:
    """Whether the same call may be sent again after a failure of this kind; an unsafe one where a look-up goes before it.

    >>> retryable("unknown outcome", "key"), retryable("unknown outcome", "unsafe"), retryable("throttled", "unsafe")
    (True, False, True)
    """
    if kind in errors.RETRYABLE:
        return True
    return kind not in _FINAL and (look_up or effect in (model.SAFE, model.IDEMPOTENT, model.KEY))


def of_status(status: int, headers: Mapping[str, str], answer: str, now: datetime.datetime) -> errors.ToolError | None:
    """The failure that an HTTP answer stands for; None for 2xx. `now` is needed for a Retry-After that is a date.

    >>> of_status(404, {}, "no such channel", datetime.datetime.now(datetime.UTC)).kind
    'rejected by the vendor'
    """
    return None if 200 <= status < 300 else of_answer(status, headers, answer, now)


def of_answer(
    status: int,
    headers: Mapping[str, str],
    answer: str,
    now: datetime.datetime,
    said: str = "",
    kind: str | None = None,
    wait_seconds: float | None = None,
) -> errors.ToolError:
    """The failure that an HTTP answer stands for, also one that came with a status of success.

    `said` is the vendor's own word for it, where the answer is known to hold one; `kind` overrules what the status means;
    `wait_seconds` is the vendor's pause, for a throttled call without a Retry-After.
    """
    meant, what = _status_meaning(status, headers)
    if 200 <= status < 300 or (kind is not None and kind != meant):
        meant = kind or errors.REJECTED
        what = _KIND_MEANINGS[meant]
    pause = retry_after(headers.get("retry-after", ""), now) if meant in errors.RETRYABLE else None
    if pause is None and meant == errors.THROTTLED and wait_seconds is not None:
        pause = min(wait_seconds, MAX_RETRY_AFTER.total_seconds())
    quoted = quote(said or answer)
    where = f"HTTP {status}" if not 200 <= status < 300 else ""
    words = f'{where}: "{quoted}"' if where and quoted else where or f'"{quoted}"'
    return errors.ToolError(meant, f"{words}; {what}", {"status": status, "answer": answer[:MAX_ANSWER_CHARS]}, pause)


#: What a kind means where the definition of the tool, and not the status, says so.
_KIND_MEANINGS: Final[Mapping[str, str]] = {
    errors.THROTTLED: "too many calls; nothing was done",
    errors.UNREACHABLE: "the service is not available now; nothing was done",
    errors.UNKNOWN_OUTCOME: "the service failed while it worked on the call",
    errors.INVALID_INPUT: "change the arguments; the same call is not sent again",
    errors.REJECTED: "the same call is not sent again",
}


def _status_meaning(status: int, headers: Mapping[str, str]) -> tuple[str, str]:
    """(kind, what it means and what to do)."""
    if status == 429:
        return errors.THROTTLED, "too many calls; nothing was done"
    if status == 403 and (headers.get("x-ratelimit-remaining") == "0" or "retry-after" in headers):
        return errors.THROTTLED, "too many calls; nothing was done"  # GitHub's way to say 429
    if status in (503, 529):  # 529: overloaded, of no standard and used by several
        return errors.UNREACHABLE, "the service is not available now; nothing was done"
    if status == 408:
        return errors.UNKNOWN_OUTCOME, "the service did not get or not finish the call in time"
    if status >= 500:
        return errors.UNKNOWN_OUTCOME, "the service failed while it worked on the call"
    if status in (301, 302, 303, 307, 308):
        target = f" to {quote(headers['location'])}" if "location" in headers else ""
        return errors.REJECTED, f"redirects{target} are not followed; set the endpoint to where the service is"
    if status in (401, 403):
        return errors.REJECTED, "check the secret of this service and what it permits"
    if status < 200:
        return errors.UNKNOWN_OUTCOME, "this is no answer to a call"
    return errors.REJECTED, "change the arguments; the same call is not sent again"


def retry_after(value: str, now: datetime.datetime) -> float | None:
    """Seconds from a Retry-After header: a number of seconds or an HTTP date; None where it is neither. Between 0 and a day.

    >>> retry_after("30", datetime.datetime.now(datetime.UTC))
    30.0
    """
    value = value.strip()
    if re.fullmatch(r"\d{1,12}(\.\d{1,6})?", value, re.ASCII):
        seconds = float(value)
    else:
        try:
            date = email.utils.parsedate_to_datetime(value)
        except ValueError:
            return None
        if date.tzinfo is None:  # "-0000": UTC of unknown place
            date = date.replace(tzinfo=datetime.UTC)
        seconds = (date - now).total_seconds()
    return min(max(seconds, 0.0), MAX_RETRY_AFTER.total_seconds())


def quote(answer: str) -> str:
    """The begin of a vendor's text on one line."""
    line = " ".join(answer.split())
    return line if len(line) <= MAX_QUOTED_CHARS else f"{line[:MAX_QUOTED_CHARS]}..."


def application_error(failure: errors.ToolError, call: Call, mask: Callable[[str], str]) -> exceptions.ApplicationError:
    """The failure as Temporal keeps it: its kind as type, and what a person needs to know.

    >>> call = Call("slack.enterprise", "post_message", "tell", 2, "key")
    >>> print(application_error(errors.ToolError("throttled", "HTTP 429; too many calls", retry_after=3.0), call, str).message)
    step tell: slack.enterprise post_message, attempt 2: HTTP 429; too many calls; it may be sent again after 3 s
    """
    again = retryable(failure.kind, call.effect, call.look_up)
    advice = _advice(failure, call)
    message = f"step {call.step}: {call.name}, attempt {call.attempt}: {failure.message}{'; ' if advice else ''}{advice}"
    return exceptions.ApplicationError(
        errors.cut(mask(message)),
        _details(failure, call, mask),
        type=failure.kind,
        non_retryable=not again,
        next_retry_delay=datetime.timedelta(seconds=failure.retry_after) if again and failure.retry_after else None,
    )


def _details(failure: errors.ToolError, call: Call, mask: Callable[[str], str]) -> dict[str, Any]:
    details: dict[str, Any] = {"tool": call.tool, "action": call.action, "step": call.step, "attempt": call.attempt, **failure.details}
    if isinstance(details.get("problems"), list):
        details["problems"] = details["problems"][:MAX_PROBLEMS]
    # Masked before it is cut: a secret on the edge would otherwise leave its first half.
    details = {name: _masked(value, mask) for name, value in details.items()}
    if isinstance(details.get("answer"), str):
        details["answer"] = details["answer"][:MAX_ANSWER_CHARS]
    return details


def _masked(value: Any, mask: Callable[[str], str]) -> Any:
    """The value with secrets taken out of every text in it."""
    match value:
        case str():
            return mask(value)
        case list():
            return [_masked(item, mask) for item in value]
        case dict():
            return {name: _masked(member, mask) for name, member in value.items()}
    return value


def _advice(failure: errors.ToolError, call: Call) -> str:
    """What happens next, or what a person has to do."""
    if failure.kind in errors.RETRYABLE:
        return f"it may be sent again{f' after {failure.retry_after:g} s' if failure.retry_after else ''}"
    service = call.tool.partition(".")[0]
    if failure.kind == errors.BAD_OUTPUT:
        if _UNCHANGED in failure.message:
            return _TOLD
        if call.effect == model.SAFE:
            return f"{_UNCHANGED}; {_TOLD}"
        return f"the call itself was done: look in {service} at what came of it before anything is sent again"
    if failure.kind not in (errors.UNKNOWN_OUTCOME, errors.INTERNAL_ERROR):
        advised = failure.kind == errors.INVALID_INPUT or _ADVISED.search(failure.message)
        return "" if advised else f"correct it and run again: {_TOLD}"
    if retryable(failure.kind, call.effect):
        return "sending it again does no harm"
    if call.look_up:
        return "it is looked up at the vendor before it is sent again"
    key = f" (it was sent with the key {call.key})" if call.key else ""
    return (
        f"it may have been done, and sent again it could be done twice: look up in {service} whether"
        f" {call.action or call.tool} took effect{key}, and repair it by hand"
    )
