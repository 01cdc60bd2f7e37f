"""maib's signatures: the bank's own published answers, numbers as PHP prints them, and what is no genuine callback."""

from __future__ import annotations

import base64
import hashlib
import json
from decimal import Decimal
from typing import Any

import pytest

from activities import secrets
from activities.auth import maib_signature

#: The sample of https://docs.maibmerchants.md/e-commerce/notifications-on-callback-url
KEY = secrets.Secret("8508706b-3454-4733-8295-56e617c4abcf")
RESULT = """{"payId": "f16a9006-128a-46bc-8e2a-77a6ee99df75", "orderId": "123", "status": "OK", "statusCode": "000", "statusMessage": "Approved",
 "threeDs": "AUTHENTICATED", "rrn": "331711380059", "approval": "327593", "cardNumber": "510218******1124", "amount": 10.25, "currency": "MDL"}"""
SIGNATURE = "5wHkZvm9lFeXxSeFF0ui2CnAp7pCEFSNmuHYFYJlC0s="
CALLBACK = f'{{"result": {RESULT}, "signature": "{SIGNATURE}"}}'.encode()

#: The sample of the bank's Checkout documentation, callback notifications.
CHECKOUT_KEY = secrets.Secret("67be8e54-ac28-485d-9369-27f6d3c55a27")
CHECKOUT_TIMESTAMP = "1761032516817"
CHECKOUT_SIGNATURE = "mtFkCMxfwj9t2wvY/7JASHLw+K/du4mY8azf1lV0ttg="
CHECKOUT_BODY = (
    b'{"checkoutId": "5a4d27a4-79f5-426b-9403-cccdeee81747","terminalId": "T1234567","amount": 1234.56,"currency": "MDL",'
    b'"completedAt": "2024-11-23T19:35:00.6772285+02:00","payerName": "John","payerEmail": "Smith","payerPhone": "37368473653",'
    b'"payerIp": "192.175.12.22","orderId": "ORDER-2025-0001","orderDescription": "Online purchase of electronics","orderDeliveryAmount": 50.00,'
    b'"orderDeliveryCurrency": "MDL","paymentId": "379b31a3-8283-43d4-8a7b-eef8c0736a32","paymentAmount": 1234.56,"paymentCurrency": "MDL",'
    b'"paymentStatus": "Executed","paymentExecutedAt": "2025-05-05T23:38:07.2760698+03:00","senderIban": "NL43RABO1438227787",'
    b'"senderName": "Steven","senderCardNumber": "444433******1111","retrievalReferenceNumber": "ABC324353245","processingStatus": "OK",'
    b'"processingStatusCode": "00","approvalCode": "123456","threeDsResult": "Y","threeDsReason": null,"paymentMethod": "Card"}'
)


def digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def test_the_bank_s_published_e_commerce_sample_is_genuine() -> None:
    assert maib_signature.ecommerce(json.loads(RESULT, parse_float=Decimal), KEY) == SIGNATURE
    assert maib_signature.callback_is_genuine("ecommerce", CALLBACK, KEY)


def test_the_bank_s_published_checkout_sample_is_genuine() -> None:
    assert maib_signature.checkout(CHECKOUT_BODY, CHECKOUT_TIMESTAMP, CHECKOUT_KEY) == CHECKOUT_SIGNATURE
    headers = {"x-signature": f"sha256={CHECKOUT_SIGNATURE}", "x-signature-timestamp": CHECKOUT_TIMESTAMP}
    assert maib_signature.callback_is_genuine("checkout", CHECKOUT_BODY, CHECKOUT_KEY, headers)
    assert not maib_signature.callback_is_genuine("checkout", CHECKOUT_BODY + b" ", CHECKOUT_KEY, headers)
    assert not maib_signature.callback_is_genuine("checkout", CHECKOUT_BODY, CHECKOUT_KEY, {**headers, "x-signature-timestamp": "1"})
    assert not maib_signature.callback_is_genuine("checkout", CHECKOUT_BODY, CHECKOUT_KEY)


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        pytest.param("10.25", "10.25", id="two decimals"),
        pytest.param("10.00", "10", id="no decimals left"),
        pytest.param("10.50", "10.5", id="a zero dropped"),
        pytest.param("0.10", "0.1", id="below one"),
        pytest.param("100", "100", id="zeros before the point stay"),
        pytest.param("100.0", "100", id="and with one after it"),
        pytest.param("1e2", "100", id="exponent"),
        pytest.param("0.1000000000000000055", "0.1", id="as many digits as PHP prints"),
        pytest.param("-5.00", "-5", id="negative"),
        pytest.param("null", "", id="null"),
        pytest.param("true", "1", id="true"),
        pytest.param("false", "", id="false"),
        pytest.param('"10.00"', "10.00", id="text stays as it is"),
        pytest.param('"Chișinău"', "Chișinău", id="UTF-8"),
    ],
)
def test_values_are_joined_as_php_prints_them(written: str, printed: str) -> None:
    result = json.loads(f'{{"z": {written}, "A": "first"}}', parse_float=Decimal)
    assert maib_signature.ecommerce(result, secrets.Secret("key")) == digest(f"first:{printed}:key")


@pytest.mark.parametrize(
    ("result", "joined"),
    [
        pytest.param({"b": "2", "B": "1", "a": "3"}, "1:3:2", id="capitals come first"),
        pytest.param({"z": {"y": "2", "x": "1"}, "a": "0"}, "0:1:2", id="nested objects are sorted in their place"),
        pytest.param({"items": [{"b": "2", "a": "1"}, "3"]}, "1:2:3", id="lists keep their order"),
        pytest.param({"a": "", "b": {}, "c": "1"}, "::1", id="empty ones count"),
    ],
)
def test_e_commerce_sorts_by_key(result: dict[str, Any], joined: str) -> None:
    assert maib_signature.ecommerce(result, secrets.Secret("key")) == digest(f"{joined}:key")


def test_mia_has_its_own_order_and_two_decimals_for_amounts() -> None:
    """The sample result of the bank's request-to-pay documentation, its text joined by hand."""
    result = {
        "rtpId": "123e4567-e89b-12d3-a456-426614174000",
        "rtpStatus": "Accepted",
        "orderId": "123",
        "payId": "c56a4180-65aa-42ec-a945-5fd21dec0538",
        "amount": Decimal("100.0"),
        "commission": 1,
        "currency": "MDL",
        "payerName": "John D.",
        "payerIban": "MD24AG000225100014156789",
        "executedAt": "2029-10-22T10:32:28+03:00",
        "terminalId": None,
        "note": "",
    }
    joined = (
        "100.00:1.00:MDL:2029-10-22T10:32:28+03:00:123:MD24AG000225100014156789:John D.:c56a4180-65aa-42ec-a945-5fd21dec0538"
        ":123e4567-e89b-12d3-a456-426614174000:Accepted:8508706b-3454-4733-8295-56e617c4abcf"
    )
    assert maib_signature.mia(result, KEY) == digest(joined)
    body = json.dumps({"result": {**result, "amount": 100}, "signature": digest(joined)}).encode()
    assert maib_signature.callback_is_genuine("mia", body, KEY)
    assert not maib_signature.callback_is_genuine("ecommerce", body, KEY)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(CALLBACK.replace(b"10.25", b"99.25"), id="another amount"),
        pytest.param(CALLBACK.replace(b"5wHk", b"5wHl"), id="another signature"),
        pytest.param(CALLBACK.replace(b'"signature"', b'"sign"'), id="no signature"),
        pytest.param(CALLBACK.replace(f'"{SIGNATURE}"'.encode(), b'""'), id="empty signature"),
        pytest.param(CALLBACK.replace(f'"{SIGNATURE}"'.encode(), b"null"), id="null as signature"),
        pytest.param(CALLBACK.replace(b'"result"', b'"answer"'), id="no result"),
        pytest.param(f'{{"result": {{}}, "signature": "{digest(KEY.reveal())}"}}'.encode(), id="an empty result"),
        pytest.param(b"[]", id="no object"),
        pytest.param(b"{", id="no JSON"),
        pytest.param(b"", id="nothing"),
        pytest.param('{"result": {"a": 1}, "signature": "ț"}'.encode(), id="a signature beyond ASCII"),
        pytest.param(b'{"result": {"a": 1}, "signature": "\\ud800"}', id="half of a character as signature"),
        pytest.param(b'{"result": {"a": "\\ud800"}, "signature": "x"}', id="half of a character in the result"),
        pytest.param(b'{"result": {"amount": 1' + b"0" * 300 + b'}, "signature": "x"}', id="an amount of hundreds of digits"),
    ],
)
def test_what_is_no_genuine_callback(body: bytes) -> None:
    assert not maib_signature.callback_is_genuine("ecommerce", body, KEY)
    assert not maib_signature.callback_is_genuine("mia", body, KEY)


def test_another_key_does_not_open_it() -> None:
    assert not maib_signature.callback_is_genuine("ecommerce", CALLBACK, secrets.Secret("another"))
