"""Settings, read once from the environment's mapping, for the worker and everything it starts."""

from __future__ import annotations

import dataclasses
import difflib
import urllib.parse
import zoneinfo
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from activities import environment_names as names
from activities import secrets
from workflows.core import errors

DEFAULT_TIMEZONE: Final = "UTC"


class SettingsError(errors.OrdinautError):
    """Settings that cannot be used; `problems` holds a sentence for every one that was found."""

    kind = errors.INVALID_INPUT

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


@dataclass(frozen=True)
class Settings:
    """What the environment says; secrets hide themselves, and nothing else of the environment is shown."""

    catalog_folder: str | None = None
    #: Base URLs by service, as named in the environment: {"SLACK": "http://127.0.0.1:9000"}.
    endpoints: Mapping[str, str] = field(default_factory=dict)
    database_url: secrets.Secret | None = None
    timezone: str = DEFAULT_TIMEZONE
    trust_local_approvers: bool = False
    _environment: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)
    #: Secrets that were read so far, by name; `mask` takes them out of every text.
    _revealed: dict[str, secrets.Secret] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def from_mapping(cls, environment: Mapping[str, str]) -> Settings:
        """Settings from the environment's variables; an empty value counts as not set.

        >>> Settings.from_mapping({"ORDINAUT_TIMEZONE": "Europe/Chisinau"}).timezone
        'Europe/Chisinau'

        Raises:
            SettingsError: unknown ORDINAUT_ names and values that cannot be used, all of them.
        """
        given = {name: value for name, value in environment.items() if value.strip()}
        given.update({name: value.strip() for name, value in given.items() if name.startswith(names.PREFIX) or name in names.PLAIN})
        problems = [problem for name in given if name.startswith(names.PREFIX) for problem in _problems(name, given)]
        settings = cls(
            catalog_folder=given.get(names.CATALOG),
            endpoints={n.removeprefix(names.ENDPOINT_PREFIX): v for n, v in given.items() if n.startswith(names.ENDPOINT_PREFIX)},
            timezone=given.get(names.TIMEZONE, DEFAULT_TIMEZONE),
            trust_local_approvers=given.get(names.TRUST_LOCAL_APPROVERS) == "1",
            _environment=given,
        )
        problems += settings._read_secrets()
        if problems:
            raise SettingsError(problems)
        return dataclasses.replace(settings, database_url=settings._revealed.get(names.DATABASE_URL))

    def _read_secrets(self) -> list[str]:
        """Reads every secret that we know of, so that a missing file is found at start and `mask` knows them all; what is wrong."""
        problems = []
        for name in (names.DATABASE_URL, *names.SECRETS):
            if name in self._environment and name + names.FILE_SUFFIX in self._environment:
                problems.append(f"{name} and {name}{names.FILE_SUFFIX} are both set; keep one of them")
                continue
            try:
                self.secret(name)
            except errors.ToolError as error:
                problems.append(error.message)
        return problems

    def secret(self, name: str) -> secrets.Secret | None:
        """The secret of this name, from NAME or from the file that NAME_FILE names; None where neither is set.

        A file is read at each use, so that a rotated secret is taken up without a restart.

        Raises:
            ToolError: INVALID_INPUT, the file cannot be read.
        """
        path = self._environment.get(name + names.FILE_SUFFIX)
        value = self._environment.get(name)
        found = secrets.from_file(name, path) if path is not None else secrets.Secret(value) if value is not None else None
        if found is not None:
            self._revealed[name] = found
        return found

    def plain(self, name: str) -> str | None:
        """A variable of a service that is no secret, such as JIRA_USERNAME."""
        return self._environment.get(name)

    def endpoint(self, *services: str) -> str | None:
        """The base URL set for the first of these services that has one; `openai-chatgpt` is ORDINAUT_ENDPOINT_OPENAI_CHATGPT."""
        keys = (service.upper().replace("-", "_") for service in services)
        return next((self.endpoints[key] for key in keys if key in self.endpoints), None)

    def unmatched_endpoints(self, services: Iterable[str]) -> list[str]:
        """A sentence for every ORDINAUT_ENDPOINT_ variable that names none of these services."""
        known = sorted({service.upper().replace("-", "_") for service in services})
        return [
            f"{names.ENDPOINT_PREFIX}{key}: no tool has this service{_did_you_mean(key, known, names.ENDPOINT_PREFIX)}"
            for key in self.endpoints
            if key not in known
        ]

    def hide(self, name: str, secret: secrets.Secret) -> None:
        """Tells `mask` of a form that a secret is sent in, such as the base64 of user and password."""
        self._revealed[name] = secret

    def mask(self, text: str) -> str:
        """The text with every known secret replaced by `***`, also the database's password by itself."""
        values = [secret.reveal() for secret in self._revealed.values()]
        if self.database_url is not None:
            values += _passwords(self.database_url.reveal())
        return secrets.mask(text, values)


def _problems(name: str, given: Mapping[str, str]) -> list[str]:
    """What is wrong with one ORDINAUT_ variable."""
    value = given[name]
    if name.startswith(names.ENDPOINT_PREFIX):
        return _endpoint_problems(name, value)
    if name == names.TIMEZONE and value not in zoneinfo.available_timezones():
        hint = _did_you_mean(value, sorted(zoneinfo.available_timezones()))
        return [f"{name}: there is no time zone {value!r}{hint or '; names look like Europe/Chisinau'}"]
    if name == names.TRUST_LOCAL_APPROVERS and value not in ("0", "1"):
        return [f"{name}: found {value!r}, expected 0 or 1"]
    if name in names.OWN or name == names.DATABASE_URL + names.FILE_SUFFIX:
        return []
    known = [own.removeprefix(names.PREFIX) for own in names.OWN if "<" not in own]
    return [f"{name}: there is no such setting{_did_you_mean(name.removeprefix(names.PREFIX), known, names.PREFIX)}"]


def _endpoint_problems(name: str, value: str) -> list[str]:
    expected = "expected a base URL like http://127.0.0.1:9000 or https://git.example.com/api"
    try:
        url = urllib.parse.urlsplit(value)
        usable = url.scheme in ("http", "https") and bool(url.hostname) and url.port != 0
    except ValueError:
        usable = False
    if not usable:
        return [f"{name}: found {secrets.HIDDEN if '@' in value else repr(value)}, {expected}"]
    if url.username is not None or url.password is not None:
        return [f"{name}: a URL must not hold a user or password; set the service's own secret, such as GITHUB_TOKEN"]
    if url.query or url.fragment:
        return [f"{name}: a base URL has no query or fragment; {expected}"]
    if name == names.ENDPOINT_PREFIX:
        return [f"{name}: the name lacks the service, such as {name}SLACK"]
    return []


def _did_you_mean(found: str, known: Iterable[str], prefix: str = "") -> str:
    near = difflib.get_close_matches(found, list(known), n=1, cutoff=0.6)
    return f". Did you mean {prefix}{near[0]}?" if near else ""


def _passwords(url: str) -> list[str]:
    """The password of a URL, as written and as it is meant."""
    try:
        password = urllib.parse.urlsplit(url).password
    except ValueError:
        return []
    return [password, urllib.parse.unquote(password)] if password else []
