"""The one data converter of worker, client and command line: JSON with key order kept and decimals as numbers with their digits."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, get_origin

import msgspec
from temporalio import converter, exceptions
from temporalio.api.common import v1 as common
from temporalio.api.failure import v1 as failures

from workflows.core import errors

_ENCODER = msgspec.json.Encoder(decimal_format="number")
_DECODER = msgspec.json.Decoder(float_hook=Decimal)


def encode(value: Any) -> bytes:
    """JSON of a value, key order kept, decimals with their digits.

    >>> encode({"b": Decimal("1.50"), "a": 1})
    b'{"b":1.50,"a":1}'
    """
    return _ENCODER.encode(value)


def decode(data: bytes) -> Any:
    """The value of JSON; numbers that are no integers come as decimals with the digits as written."""
    return _DECODER.decode(data)


class ExactJsonConverter(converter.EncodingPayloadConverter):
    """Takes the place of the SDK's JSON converter, which sorts keys and refuses decimals; same encoding name, so that the Web UI shows it."""

    @property
    def encoding(self) -> str:
        """`json/plain`, as for every other JSON payload."""
        return "json/plain"

    def to_payload(self, value: Any) -> common.Payload | None:
        """See base class."""
        return common.Payload(metadata={"encoding": b"json/plain"}, data=_ENCODER.encode(value))

    def from_payload(self, payload: common.Payload, type_hint: type[Any] | None = None) -> Any:
        """See base class; a hint that only says "JSON" costs nothing."""
        value = _DECODER.decode(payload.data)
        if type_hint is None or type_hint is Any or _is_plain(type_hint):
            return value
        return converter.value_to_type(type_hint, value)


def _is_plain(hint: Any) -> bool:
    origin = get_origin(hint) or hint
    return isinstance(origin, type) and issubclass(origin, Mapping | list | str | int | bool) and not hasattr(origin, "__members__")


class ExactPayloadConverter(converter.CompositePayloadConverter):
    """The SDK's converters with the JSON one exchanged."""

    def __init__(self) -> None:
        usual = converter.DefaultPayloadConverter.default_encoding_payload_converters
        super().__init__(*(ExactJsonConverter() if isinstance(one, converter.JSONPlainPayloadConverter) else one for one in usual))


class PlainFailureConverter(converter.DefaultFailureConverter):
    """Failures without the interpreter's own stack: the message says all; a defect of ours keeps its stack."""

    def to_failure(self, exception: BaseException, payload_converter: converter.PayloadConverter, failure: failures.Failure) -> None:
        """See base class."""
        super().to_failure(exception, payload_converter, failure)
        if isinstance(exception, exceptions.ApplicationError) and exception.type != errors.INTERNAL_ERROR:
            failure.stack_trace = ""


def data_converter(codec: converter.PayloadCodec | None = None) -> converter.DataConverter:
    """The converter, with a slot for a codec that seals payloads."""
    return dataclasses.replace(
        converter.DataConverter.default,
        payload_converter_class=ExactPayloadConverter,
        failure_converter_class=PlainFailureConverter,
        payload_codec=codec,
    )


DATA_CONVERTER = data_converter()
