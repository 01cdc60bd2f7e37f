"""MSign, the state's signing service, by its published SOAP messages: a request is pending at the first look and signed at the next."""

from __future__ import annotations

import base64
import re
import uuid
from typing import Any, Final
from xml.sax import saxutils

from starter.sandbox import api, vendor

SERVICE: Final = "msign"
TOOLS: Final[vendor.Tools] = {}
_FAULTS: Final = {
    vendor.UNAUTHORIZED: "AuthenticationFailed",
    vendor.NOT_FOUND: "RequestNotFound",
    vendor.BAD_REQUEST: "InvalidParameter",
    vendor.UNPROCESSABLE: "InvalidParameter",
}
_THROTTLED: Final = 429
_XML: Final = {"content-type": "text/xml; charset=utf-8"}
#: A request that somebody made before: the one of the catalog's examples.
_EARLIER: Final = "eec7709d372b41109e2ea3e200e99727"
_SHA1_BYTES: Final = 20


def refusal(status: int, words: str) -> api.Answer:
    """A SOAP fault has status 500, whatever is wrong."""
    code = _FAULTS.get(status, "InternalServiceFault")
    body = f'<s:Fault><faultcode>s:{code}</faultcode><faultstring xml:lang="en-US">{saxutils.escape(words)}</faultstring></s:Fault>'
    return api.Answer(_envelope(body), status if status == _THROTTLED else 500, _XML)


def call(request: api.Request, memory: vendor.Memory) -> Any:
    """One operation, by its SOAPAction."""
    operation = request.headers.get("soapaction", "").strip('"').rpartition("/")[2]
    work = {"PostSignRequest": _post, "GetSignResponse": _get}.get(operation)
    if work is None or not isinstance(request.body, str):
        raise vendor.Refused(f"unknown operation {operation}", vendor.BAD_REQUEST)
    return api.Answer(_envelope(work(request.body, memory)), headers=_XML)


def _post(body: str, memory: vendor.Memory) -> str:
    members = re.findall(r"<(ContentDescription|ContentType|Contents|ExpectedSigner|ShortContentDescription|SignatureReason)>", body)
    if members != sorted(members) or "ShortContentDescription" not in members:
        raise vendor.Refused("members of SignRequest are missing or not in the order of the alphabet", vendor.BAD_REQUEST)
    content = base64.b64decode(_text(body, "Content"))
    if _text(body, "ContentType") == "Hash" and len(content) != _SHA1_BYTES:
        raise vendor.Refused(f"Content is no SHA-1 digest: {len(content)} bytes", vendor.BAD_REQUEST)
    identity = uuid.uuid5(uuid.NAMESPACE_URL, f"msign/{memory.number('msign.request')}").hex
    memory.things("msign.request")[identity] = _text(body, "CorrelationID")
    return f'<PostSignRequestResponse xmlns="https://msign.gov.md"><PostSignRequestResult>{identity}</PostSignRequestResult></PostSignRequestResponse>'


def _get(body: str, memory: vendor.Memory) -> str:
    identity = _text(body, "requestID")
    correlation = vendor.known({_EARLIER: "earlier", **memory.things("msign.request")}, identity, "request")
    looks = memory.number(f"msign.look.{identity}")
    if looks == 1 and identity != _EARLIER:
        return _response("<Status>Pending</Status>")
    signature = base64.b64encode(f"<Signature>{correlation}</Signature>".encode()).decode()
    result = f"<Certificate>MIIG</Certificate><CorrelationID>{correlation}</CorrelationID><Signature>{signature}</Signature>"
    return _response(f"<Results><SignResult>{result}</SignResult></Results><Status>Success</Status>")


def _response(content: str) -> str:
    return f'<GetSignResponseResponse xmlns="https://msign.gov.md"><GetSignResponseResult>{content}</GetSignResponseResult></GetSignResponseResponse>'


def _text(body: str, name: str) -> str:
    found = re.search(f"<{name}>([^<]*)</{name}>", body)
    if found is None:
        raise vendor.Refused(f"{name} is missing", vendor.BAD_REQUEST)
    return saxutils.unescape(found[1])


def _envelope(body: str) -> str:
    return f'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>{body}</s:Body></s:Envelope>'


API: Final[api.Routes] = {"POST /MSign.svc": call}
