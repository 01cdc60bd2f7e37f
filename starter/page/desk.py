"""What every part of the page works with: settings, Temporal, the clock, sessions, templates, and who asks."""

from __future__ import annotations

import datetime
import zoneinfo
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import jinja2
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from temporalio import client

from activities import policy_file
from activities import settings as settings_module
from starter.approvals import deciding
from starter.page import oidc, problems, tokens_file, words, wrong_tokens
from starter.page import sessions as session_store
from starter.page import ways as ways_module
from workflows.core.approvals import people, policy

FOLDER: Final = Path(__file__).parent
COOKIE: Final = "ordinaut"
#: The parameter by which the script of the timeline asks for it; a page that stands open does not keep a session alive.
PART: Final = "part"
#: Browsers take a cookie of such a name from this host alone, over TLS alone.
_HOST_PREFIX: Final = "__Host-"


@dataclass(frozen=True)
class Desk:
    """The page's own things; made once by `app.made`."""

    settings: settings_module.Settings
    temporal: client.Client
    clock: Callable[[], float]
    ways: ways_module.Ways
    sessions: session_store.Sessions
    wrong: wrong_tokens.WrongTokens
    provider: oidc.Provider | None
    templates: jinja2.Environment

    @property
    def cookie(self) -> str:
        """The name of the session's cookie."""
        return (_HOST_PREFIX if self.ways.secure else "") + COOKIE

    def now(self) -> datetime.datetime:
        """The time, UTC."""
        return datetime.datetime.fromtimestamp(self.clock(), datetime.UTC)

    def session(self, request: Request) -> session_store.Session | None:
        """The session of a browser; None where it has none. A person whose token has left the file is out at once."""
        found = self.sessions.found(request.cookies.get(self.cookie), active=request.query_params.get(PART) is None)
        if found is None or found.person is None or found.person.method != deciding.TOKEN:
            return found
        entry = tokens_file.of_digest(tokens_file.read(self.ways.tokens_file), found.proof) if self.ways.tokens_file else None
        if entry is None:
            self.sessions.end(request.cookies.get(self.cookie))
            return None
        found.person = entry.person
        return found

    def page(self, request: Request, template: str, code: int = 200, **given: Any) -> Response:
        """A page, written out."""
        session: session_store.Session | None = getattr(request.state, "session", None)
        facts = {
            "person": session.person if session else None,
            "csrf": session.csrf if session else "",
            "news": session.take_news() if session else [],
            "path": request.url.path,
            "now": self.now(),
            "local": bool(session and session.person and session.person.method == deciding.LOCAL),
        }
        return HTMLResponse(self.templates.get_template(template).render(**facts, **given), code)

    def remember(self, answer: Response, identity: str) -> None:
        """Gives the browser its session's id."""
        answer.set_cookie(self.cookie, identity, path="/", secure=self.ways.secure, httponly=True, samesite="lax")

    def forget(self, answer: Response) -> None:
        """Takes it away."""
        answer.delete_cookie(self.cookie, path="/", secure=self.ways.secure, httponly=True, samesite="lax")

    def check_sees(self, person: deciding.Person) -> None:
        """Whether the policy lets a person see (may.see); where it names nobody for that, everybody may whom it knows.

        Raises:
            problems.Problem: 403.
            policy.PolicyError: the file cannot be used.
        """
        found = policy_file.read(self.settings)
        if found is None or found.may(person.who, policy.SEE, person.roles):
            return
        names = ", ".join(found.rights.get(policy.SEE, ()))
        why = f"; the policy lets {names or 'nobody'} (may.see)" if policy.SEE in found.rights else ": the policy does not know you"
        raise problems.Problem(403, "Not for you", f"'{person.who}' may not see what runs here{why}")

    def check_name(self, person: deciding.Person) -> None:
        """Nobody may be called as a role is: whoever chooses a user name could choose "finance". Of roles that only sign-ins
        know there is no list; so a user name that is no address counts only where the policy has it.

        Raises:
            problems.Problem: 403.
            policy.PolicyError: the file cannot be used.
        """
        found = policy_file.read(self.settings)
        if found is None or people.same(person.who) in {people.same(name) for name in found.people}:
            return
        groups = found.roles | {name for granted in found.rights.values() for name in granted} | set(person.roles)
        if people.same(person.who) in {people.same(name) for name in groups}:
            raise problems.Problem(403, "Sign-in", f"'{person.who}' is the name of a role, and no person can be called so")
        if person.method == deciding.OIDC and "@" not in person.who:
            message = f"'{person.who}' is a user name that the policy does not have under people, and the sign-in gives no e-mail address"
            raise problems.Problem(403, "Sign-in", message)


def templates(settings: settings_module.Settings) -> jinja2.Environment:
    """The environment of the page's templates; everything that is put into them is escaped."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    words.fill(made, zoneinfo.ZoneInfo(settings.timezone))
    return made
