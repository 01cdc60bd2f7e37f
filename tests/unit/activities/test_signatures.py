"""Ed25519 signatures: what activities believe is what workflows believe."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519

from activities import signatures
from workflows import signatures as of_workflows

KEY = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)


@pytest.mark.parametrize("is_signed", [signatures.is_signed, of_workflows.is_signed], ids=["activities", "workflows"])
@pytest.mark.parametrize(
    ("key", "signature", "content", "expected"),
    [
        pytest.param(PUBLIC, KEY.sign(b"pay"), b"pay", True, id="signed"),
        pytest.param(PUBLIC, KEY.sign(b"pay"), b"pay more", False, id="other content"),
        pytest.param(bytes(32), KEY.sign(b"pay"), b"pay", False, id="other key"),
        pytest.param(PUBLIC[:-1], KEY.sign(b"pay"), b"pay", False, id="short key"),
        pytest.param(PUBLIC, b"", b"pay", False, id="no signature"),
    ],
)
def test_a_signature_counts_for_its_key_and_content_alone(
    is_signed: Callable[[bytes, bytes, bytes], bool], key: bytes, signature: bytes, content: bytes, expected: bool
) -> None:
    assert is_signed(key, signature, content) is expected
