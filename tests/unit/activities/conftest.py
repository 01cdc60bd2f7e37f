"""What the activities' tests share: one PostgreSQL for the session, and calls of the activity outside of a worker."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests import mariadb_server, postgres


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The URL of a fresh PostgreSQL server."""
    with postgres.running() as url:
        yield url


@pytest.fixture(scope="session")
def mariadb_url() -> Iterator[str]:
    """The URL of a fresh MariaDB server."""
    with mariadb_server.running() as url:
        yield url
