"""The one data converter of worker, client and command line: JSON with key order kept and decimals as numbers with their digits."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final, Self, get_origin

import msgspec
from temporalio import converter, exceptions
from temporalio.api.common import v1 as common
from temporalio.api.failure import v1 as failures

from workflows.core import errors, limits

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
    """In place of the SDK's JSON converter, which sorts keys and refuses decimals; same encoding name, so that the Web UI shows it."""

    @property
    def encoding(self) -> str:
        """`json/plain`, as for every other JSON payload."""
        return "json/plain"

    def to_payload(self, value: Any) -> common.Payload | None:
        """See base class. What Temporal would not carry is refused here, where it ends the run; later the run would be stuck.

        Raises:
            errors.LimitExceeded: it takes more than MAX_PAYLOAD_BYTES.
            errors.EvaluationError: a text in it cannot be written as UTF-8.
        """
        data = _encoded(value)
        if len(data) > limits.MAX_PAYLOAD_BYTES:
            raise errors.LimitExceeded(
                f"as JSON it takes {len(data):,} bytes; the limit is {limits.MAX_PAYLOAD_BYTES:,} (MAX_PAYLOAD_BYTES)",
                "pass on only the fields that the step needs, or fewer items",
            )
        return common.Payload(metadata={"encoding": b"json/plain"}, data=data)

    def from_payload(self, payload: common.Payload, type_hint: type[Any] | None = None) -> Any:
        """See base class; a hint that only says "JSON" costs nothing."""
        value = _DECODER.decode(payload.data)
        if type_hint is None or type_hint is Any or _is_plain(type_hint):
            return value
        return converter.value_to_type(type_hint, value)


def _encoded(value: Any) -> bytes:
    try:
        return _ENCODER.encode(value)
    except UnicodeEncodeError:
        raise errors.EvaluationError(r"a text holds half of a surrogate pair (\ud800 to \udfff), which is no character") from None


def _is_plain(hint: Any) -> bool:
    origin = get_origin(hint) or hint
    return isinstance(origin, type) and issubclass(origin, Mapping | list | str | int | bool) and not hasattr(origin, "__members__")


_USUAL: Final = converter.DefaultPayloadConverter.default_encoding_payload_converters
_EXACT: Final = [ExactJsonConverter() if isinstance(one, converter.JSONPlainPayloadConverter) else one for one in _USUAL]
_BY_ENCODING: Final = {one.encoding.encode(): one for one in _EXACT}


class ExactPayloadConverter(converter.CompositePayloadConverter):
    """The SDK's converters with the JSON one exchanged. They hold no state and are shared: the SDK makes one of us at each activation."""

    def __init__(self) -> None:
        self.converters = _BY_ENCODING

    def with_context(self, context: converter.SerializationContext) -> Self:
        """The same for every workflow and activity."""
        return self


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
