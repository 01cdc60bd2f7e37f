"""What the acceptance tests share: one PostgreSQL, one time-skipping server."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from temporalio import testing
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest

from tests import postgres
from workflows import contract, converter


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The URL of a fresh PostgreSQL server."""
    with postgres.running() as url:
        yield url


@pytest.fixture(scope="session")
async def skipping() -> AsyncIterator[testing.WorkflowEnvironment]:
    """The time-skipping server. Time passes only by `sleep` of it: left to itself it would skip to the ten years
    after which the server ends a counter that waits for its next run."""
    program = Path(sys.executable).parent / "temporal-test-server"
    async with await testing.WorkflowEnvironment.start_time_skipping(
        data_converter=converter.DATA_CONVERTER, test_server_existing_path=str(program)
    ) as environment:
        types = {
            name: IndexedValueType.Value(f"INDEXED_VALUE_TYPE_{_screaming(kind)}") for name, kind in contract.SEARCH_ATTRIBUTES.items()
        }
        await environment.client.operator_service.add_search_attributes(AddSearchAttributesRequest(search_attributes=types))
        yield environment


def _screaming(kind: str) -> str:
    """`KeywordList` is KEYWORD_LIST in the API."""
    return "KEYWORD_LIST" if kind == "KeywordList" else kind.upper()
