"""What every kind of database takes and gives, for the database transport."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from activities.transports import base
from workflows.core import errors

MAX_ROWS: Final = 50_000

#: The server's own timeout ends this share (at most a second) before ours, so that its clear answer comes first.
_EARLIER_SHARE: Final = 0.1
_EARLIER_SECONDS: Final = 1.0


@dataclass(frozen=True, slots=True)
class Query:
    """One checked statement with its parameters: `path` is where it stands, for messages: `with.queries[2].query`."""

    text: str
    parameters: Mapping[str, Any]
    path: str = "with.query"
    name: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """What one statement gave. `affected` is the number of rows that a write changed."""

    columns: list[str]
    rows: list[list[Any]]
    affected: int = 0


@dataclass(frozen=True, slots=True)
class Work:
    """What one call asks of a database: reads in a row in one read-only transaction, or one write."""

    queries: tuple[Query, ...]
    writes: bool
    seconds: float
    zone: str
    progress: base.Progress
    #: Judges the tables before the end of the transaction; what it refuses (by a ToolError) is rolled back.
    judge: Callable[[list[Table]], None]
    warnings: list[str] = field(default_factory=list)

    def statement_seconds(self) -> float:
        """The statement timeout that the server gets."""
        return self.seconds - min(self.seconds * _EARLIER_SHARE, _EARLIER_SECONDS)


class Database(Protocol):
    """A kind of database. One object serves one URL."""

    async def run(self, work: Work) -> list[Table]:
        """Runs the statements in one transaction; the tables hold JSON values only.

        Raises:
            ToolError: the transaction failed; unless its kind is UNKNOWN_OUTCOME it was rolled back.
        """
        ...

    async def close(self) -> None:
        """Closes pooled connections."""
        ...


def too_many_rows(query: Query) -> errors.ToolError:
    """The refusal of a result that no step should carry."""
    return errors.ToolError(
        errors.BAD_OUTPUT,
        f"{query.path}: the statement gives more than {MAX_ROWS:,} rows (MAX_ROWS);"
        " narrow it with WHERE or LIMIT, or let the database sum up with GROUP BY",
    )


def unchanged(refused: errors.ToolError) -> errors.ToolError:
    """A refusal; of what a statement gave it ended the transaction: for a person, that a write was taken back."""
    if refused.kind != errors.BAD_OUTPUT:
        return refused
    return errors.ToolError(refused.kind, f"{refused.message}; nothing was changed", refused.details, refused.retry_after)


def timed_out(query: Query, work: Work) -> errors.ToolError:
    """The statement timeout ended a statement. A write was rolled back for sure, and would run into the same timeout again."""
    after = f"{query.path}: the database stopped the statement after {work.statement_seconds():.3g} s"
    advice = "give the step a longer timeout_seconds, or make the statement faster"
    if work.writes:
        return errors.ToolError(errors.REJECTED, f"{after}; nothing was changed; {advice}")
    return errors.ToolError(errors.UNKNOWN_OUTCOME, f"{after}; {advice}")


def lost(reason: str, progress: base.Progress) -> errors.ToolError:
    """A connection that broke. Until COMMIT is sent the database rolls everything back by itself."""
    if progress.sent:
        return errors.ToolError(errors.UNKNOWN_OUTCOME, f"the connection broke while the change was committed: {reason}")
    return errors.ToolError(errors.UNREACHABLE, f"the database cannot be reached: {reason}; nothing was changed")
