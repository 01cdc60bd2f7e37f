"""What every answer of the page carries, and what every request that changes something has to prove."""

from __future__ import annotations

import hmac
import urllib.parse
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from activities import environment_names as names
from starter.gateway import body, refusals
from starter.page import problems, sessions, ways

#: Nothing from elsewhere, nothing inline, in nobody's frame.
_POLICY: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'"
)
HEADERS: Final = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not no-referrer: with it browsers send "Origin: null" with our own forms. Nobody else is told either way.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
#: A comment has 2,000 characters, each of at most 12 in a form.
MAX_FORM_BYTES: Final = 65_536


class Headers:
    """Puts the headers on every answer."""

    def __init__(self, application: ASGIApp) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
            await send(message)

        await self._application(scope, receive, sent)


def check_host(request: Request, configured: ways.Ways) -> None:
    """Without ORDINAUT_PAGE_URL the page is for browsers of this machine: no name that somebody else controls may lead to it.

    Raises:
        problems.Problem: 421.
    """
    if configured.origin is None and not ways.is_loopback(_host(request)):
        message = f"the page is opened by another name than this machine's own: set {names.PAGE_URL} to its address where the gateway runs"
        raise problems.Problem(421, "Not set up", message)


async def form(request: Request) -> dict[str, str]:
    """The fields that a browser sends.

    Raises:
        problems.Problem: it is no form, or too large.
    """
    if not body.is_form(request.headers.get("content-type", "")):
        raise problems.Problem(415, "Not understood", "this takes forms of its own pages only", headers={"Connection": "close"})
    try:
        data = await body.read(request)
        if len(data) > MAX_FORM_BYTES:
            raise problems.Problem(413, "Too much", f"the form is larger than {MAX_FORM_BYTES:,} bytes")
        return {name: value.replace("\r\n", "\n") for name, value in body.form(data).items()}
    except refusals.Refused as refused:
        raise problems.Problem(refused.status, "Not understood", refused.message, headers=refused.headers) from None


def check_own(request: Request, configured: ways.Ways, session: sessions.Session, fields: dict[str, str]) -> None:
    """Whether a form comes from our own page, in this browser's own session.

    Raises:
        problems.Problem: 403.
    """
    expected = configured.origin or f"{request.url.scheme}://{request.headers.get('host', '').lower()}"
    if request.headers.get("origin", "") != expected or request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
        raise problems.Problem(403, "Not from here", "the form does not come from this page; nothing was done. Open the page and try again")
    if not hmac.compare_digest(fields.get("csrf", "").encode("utf-8", "surrogatepass"), session.csrf.encode()):
        raise problems.Problem(403, "Not from here", "the form is of another session; nothing was done. Load the page anew and try again")


def local_path(given: str) -> str:
    r"""Where to go after the sign-in: a path of this page and nothing else, whatever stands in a link.

    >>> local_path("/runs?status=failed"), local_path("//evil.example"), local_path("/\\evil.example")
    ('/runs?status=failed', '/', '/')
    """
    usable = given.startswith("/") and not given.startswith("//") and "\\" not in given and given.isprintable() and given.isascii()
    return given if usable and not given.startswith("/sign-") and len(given) <= 2_000 else "/"


def _host(request: Request) -> str | None:
    try:
        return urllib.parse.urlsplit(f"//{request.headers.get('host', '')}").hostname
    except ValueError:
        return None
