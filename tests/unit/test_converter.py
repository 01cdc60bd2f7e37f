"""The data converter: JSON with key order kept and exact decimals, what Temporal would not carry refused with a reason."""

from __future__ import annotations

import collections.abc
import dataclasses
import enum
import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from temporalio import converter as sdk
from temporalio import exceptions
from temporalio.api.failure import v1 as failures

from workflows import contract, converter
from workflows.core import errors

PAYLOADS = converter.DATA_CONVERTER.payload_converter

SAME = [
    pytest.param({"b": 1, "a": 2}, b'{"b":1,"a":2}', id="key order"),
    pytest.param({"sum": Decimal("1234.50")}, b'{"sum":1234.50}', id="digits of a decimal"),
    pytest.param([Decimal("0.1"), Decimal("-0.00"), Decimal("1E+3")], b"[0.1,-0.00,1E+3]", id="signs and exponents"),
    pytest.param({"name": "Ștefan 🎉", "html": "<b>&</b>"}, '{"name":"Ștefan 🎉","html":"<b>&</b>"}'.encode(), id="text as it is"),
    pytest.param([True, False, 0, 1], b"[true,false,0,1]", id="booleans are no numbers"),
    pytest.param(10**30, b"1000000000000000000000000000000", id="large integers"),
    pytest.param('tab\there \x01 "q" \\', b'"tab\\there \\u0001 \\"q\\" \\\\"', id="escapes"),
    pytest.param({}, b"{}", id="empty"),
]


@pytest.mark.parametrize(("value", "data"), SAME)
def test_values_are_written_exactly_and_read_again(value: Any, data: bytes) -> None:
    assert converter.encode(value) == data
    (payload,) = PAYLOADS.to_payloads([value])
    assert payload.metadata == {"encoding": b"json/plain"}
    assert payload.data == data
    (read,) = PAYLOADS.from_payloads([payload])
    assert read == value
    assert str(read) == str(value)  # 1.50 is not 1.5, and true is not 1


def test_every_number_that_is_no_integer_is_read_as_a_decimal() -> None:
    assert [type(value) for value in converter.decode(b"[1, 1.0, 1e2, -5]")] == [int, Decimal, Decimal, int]
    assert str(converter.decode(b"0.10")) == "0.10"


def test_null_is_the_sdks_null() -> None:
    (payload,) = PAYLOADS.to_payloads([None])
    assert payload.metadata == {"encoding": b"binary/null"}
    assert PAYLOADS.from_payloads([payload]) == [None]


def test_bytes_stay_bytes() -> None:
    (payload,) = PAYLOADS.to_payloads([b"\x00\xff"])
    assert payload.metadata == {"encoding": b"binary/plain"}
    assert PAYLOADS.from_payloads([payload]) == [b"\x00\xff"]


class _Colour(enum.StrEnum):
    RED = "red"


@dataclasses.dataclass
class _Point:
    x: int
    y: int = 0


HINTS = [
    pytest.param(b'{"a":1}', dict[str, Any], {"a": 1}, id="a dict"),
    pytest.param(b'{"a":1}', collections.abc.Mapping[str, Any], {"a": 1}, id="a mapping"),
    pytest.param(b'{"tool":"x","arguments":{},"effect":"safe","digest":""}', contract.CallInput, None, id="a typed dict"),
    pytest.param(b"7", int, 7, id="an integer"),
    pytest.param(b'"red"', _Colour, _Colour.RED, id="an enum"),
    pytest.param(b'{"x":1,"y":2}', _Point, _Point(1, 2), id="a dataclass"),
    pytest.param(b"[1]", list[int], [1], id="a list"),
    pytest.param(b"1.5", Any, Decimal("1.5"), id="anything"),
]


@pytest.mark.parametrize(("data", "hint", "value"), HINTS)
def test_type_hints_are_honoured(data: bytes, hint: Any, value: Any) -> None:
    (payload,) = PAYLOADS.to_payloads([1])
    payload.data = data
    (read,) = PAYLOADS.from_payloads([payload], [hint])
    assert read == (json.loads(data) if value is None else value)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**40), 10**40) | st.text() | st.decimals(allow_nan=False, allow_infinity=False, places=4),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(), inner, max_size=5),
    max_leaves=20,
)


@given(st.dictionaries(st.text(), _JSON, max_size=5))
def test_whatever_is_written_is_read_as_it_was(value: dict[str, Any]) -> None:
    (read,) = PAYLOADS.from_payloads(PAYLOADS.to_payloads([value]))
    assert repr(read) == repr(value)  # types, digits, order


def test_a_payload_above_the_limit_is_refused_with_its_size() -> None:
    with pytest.raises(errors.LimitExceeded) as refused:
        PAYLOADS.to_payloads([{"text": "x" * 2_000_000}])
    size = len('{"text":""}') + 2_000_000
    assert str(refused.value) == (
        f"as JSON it takes {size:,} bytes; the limit is 2,000,000 (MAX_PAYLOAD_BYTES)"
        " (pass on only the fields that the step needs, or fewer items)"
    )


def test_a_payload_at_the_limit_is_carried() -> None:
    (payload,) = PAYLOADS.to_payloads(["x" * (2_000_000 - 2)])
    assert len(payload.data) == 2_000_000


def test_half_a_surrogate_pair_is_refused_with_a_reason() -> None:
    with pytest.raises(errors.EvaluationError) as refused:
        PAYLOADS.to_payloads([{"text": "\ud800"}])
    assert str(refused.value) == r"a text holds half of a surrogate pair (\ud800 to \udfff), which is no character"


def _failure_of(error: BaseException) -> failures.Failure:
    failure = failures.Failure()
    try:
        raise error
    except BaseException as raised:
        converter.DATA_CONVERTER.failure_converter.to_failure(raised, PAYLOADS, failure)
    return failure


def test_a_failure_on_purpose_carries_no_stack() -> None:
    failure = _failure_of(exceptions.ApplicationError("no such ticket", {"step": "call"}, type=errors.REJECTED))
    assert failure.message == "no such ticket"
    assert failure.stack_trace == ""


@pytest.mark.parametrize("error", [exceptions.ApplicationError("KeyError: 'x'", type=errors.INTERNAL_ERROR), KeyError("x")], ids=repr)
def test_a_defect_carries_its_stack(error: BaseException) -> None:
    assert "test_converter.py" in _failure_of(error).stack_trace


class _Reversed(sdk.PayloadCodec):
    async def encode(self, payloads: Any) -> Any:
        return [type(payload)(metadata=payload.metadata, data=payload.data[::-1]) for payload in payloads]

    decode = encode


async def test_a_codec_has_its_slot() -> None:
    sealed = converter.data_converter(_Reversed())
    (payload,) = await sealed.encode([{"sum": Decimal("1.50")}])
    assert payload.data == b'}05.1:"mus"{'
    assert await sealed.decode([payload]) == [{"sum": Decimal("1.50")}]
