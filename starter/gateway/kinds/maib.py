"""maib's callbacks, a kind for each of the bank's interfaces: `maib.ecommerce.ok`, `maib.mia.paid`, `maib.checkout.completed`.

https://docs.maibmerchants.md/e-commerce/notifications-on-callback-url; the words of the states are the bank's, in small letters.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any, Final

from starter.gateway import body as body_module
from starter.gateway import event_types, headers
from starter.gateway.kinds import base
from starter.gateway.signatures import maib

_STATES: Final = ("status", "qrStatus", "rtpStatus", "paymentStatus")
#: What an event is called whose callback names no state.
_NO_STATE: Final = "callback"


def read(api: str, body: bytes, headers: headers.Headers, source: str) -> base.Found | base.Reply:
    """See `base.Kind`. The bank sends the same body again until it is answered with 200, so that its digest knows it."""
    payload = body_module.json_object(body)
    return base.Found(event_types.joined("maib", api, _state(payload)), body_module.digest(body), payload)


def _state(payload: Mapping[str, Any]) -> str:
    result = payload.get("result")
    told = result if isinstance(result, Mapping) else payload
    return next((value for name in _STATES if isinstance(value := told.get(name), str) and value), _NO_STATE)


ECOMMERCE: Final = base.Kind("maib", (maib.NAME,), maib.ecommerce, functools.partial(read, "ecommerce"))
MIA: Final = base.Kind("maib-mia", (maib.NAME,), maib.mia, functools.partial(read, "mia"))
CHECKOUT: Final = base.Kind("maib-checkout", (maib.NAME,), maib.checkout, functools.partial(read, "checkout"))
