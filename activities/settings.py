"""Settings, read once from the environment's mapping, for the worker and everything it starts."""

from __future__ import annotations

import asyncio
import base64
import binascii
import collections
import dataclasses
import difflib
import os
import pathlib
import urllib.parse
import zoneinfo
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from activities import environment_names as names
from activities import secrets, service_limits
from workflows.core import errors

if TYPE_CHECKING:
    from activities import vault

DEFAULT_TIMEZONE: Final = "UTC"
TOKEN_KEY_BYTES: Final = 32  # AES-256
#: So many values that were replaced by newer ones are still taken out of texts: a vendor may quote the old token for a while.
MAX_FORMER_SECRETS: Final = 256


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
    #: Base URLs of logins by service, as named in the environment.
    login_urls: Mapping[str, str] = field(default_factory=dict)
    #: Rate limits by service, as named in the environment, in place of the catalog's; None lifts it.
    rate_limits: Mapping[str, service_limits.Rate | None] = field(default_factory=dict)
    #: The task queues that this worker takes work from; () for all.
    task_queues: tuple[str, ...] = ()
    database_url: secrets.Secret | None = None
    timezone: str = DEFAULT_TIMEZONE
    trust_local_approvers: bool = False
    #: Where metrics are shown: "127.0.0.1:9464".
    metrics_address: str | None = None
    _environment: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)
    #: Secrets that were read so far, by name; `mask` takes them out of every text.
    _revealed: dict[str, secrets.Secret] = field(default_factory=dict, repr=False, compare=False)
    _former: collections.deque[str] = field(default_factory=lambda: collections.deque(maxlen=MAX_FORMER_SECRETS), repr=False, compare=False)
    _vault: vault.Vault | None = field(default=None, repr=False, compare=False)

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
            endpoints=_by_service(given, names.ENDPOINT_PREFIX),
            login_urls=_by_service(given, names.LOGIN_URL_PREFIX),
            rate_limits=service_limits.read(_by_service(given, names.RATE_LIMIT_PREFIX)),
            task_queues=tuple(name.strip() for name in given.get(names.TASK_QUEUES, "").split(",") if name.strip()),
            timezone=given.get(names.TIMEZONE, DEFAULT_TIMEZONE),
            trust_local_approvers=given.get(names.TRUST_LOCAL_APPROVERS) == "1",
            metrics_address=given.get(names.METRICS_ADDRESS),
            _environment=given,
            _vault=_open_vault(given) if names.VAULT_ADDRESS in given else None,
        )
        problems += settings._read_secrets()
        if problems:
            raise SettingsError(problems)
        return dataclasses.replace(settings, database_url=settings._revealed.get(names.DATABASE_URL))

    def _read_secrets(self) -> list[str]:
        """Reads every secret that we know of, so that a missing file is found at start and `mask` knows them all; what is wrong.

        Vault is asked when a secret is first used; only for our own secrets at once, since without them nothing works.
        """
        problems = []
        for name in (*names.OWN_SECRETS, *names.SECRETS):
            given = [name + suffix for suffix in ("", names.FILE_SUFFIX, names.VAULT_SUFFIX) if name + suffix in self._environment]
            if len(given) > 1:
                problems.append(f"{given[0]} and {given[1]} are both set; keep one of them")
                continue
            if given == [name + names.VAULT_SUFFIX] and name not in names.OWN_SECRETS:
                continue
            try:
                self.secret(name)
            except errors.ToolError as error:
                problems.append(error.message)
        return problems + self._token_problems()

    def _token_problems(self) -> list[str]:
        key, shared = self._revealed.get(names.TOKEN_KEY), self._revealed.get(names.REDIS_URL)
        problems = []
        if shared is not None and urllib.parse.urlsplit(shared.reveal()).scheme not in ("redis", "rediss", "unix"):
            problems.append(f"{names.REDIS_URL}: found {secrets.HIDDEN}, expected a URL like redis://:password@host:6379/0")
        if shared is not None and key is None:
            problems.append(
                f"{names.REDIS_URL} needs {names.TOKEN_KEY}: tokens lie in Redis encrypted; make a key by `openssl rand -base64 32`"
            )
        if key is not None and _key_bytes(key) is None:
            problems.append(
                f"{names.TOKEN_KEY}: expected {TOKEN_KEY_BYTES} bytes in base64; `openssl rand -base64 {TOKEN_KEY_BYTES}` makes such a key"
            )
        return problems

    def secret(self, name: str) -> secrets.Secret | None:
        """The secret of this name, from NAME, from the file that NAME_FILE names, or from Vault by NAME_VAULT; None where none is set.

        A file is read at each use and Vault every few minutes, so that a rotated secret is taken up without a restart.

        Raises:
            ToolError: INVALID_INPUT, the file cannot be read; or what `vault.Vault.read` raises.
        """
        path = self._environment.get(name + names.FILE_SUFFIX)
        value = self._environment.get(name)
        reference = self._environment.get(name + names.VAULT_SUFFIX)
        if path is not None:
            found: secrets.Secret | None = secrets.from_file(name, path)
        elif reference is not None:
            found = self._from_vault(name, reference)
        else:
            found = secrets.Secret(value) if value is not None else None
        if found is not None:
            self.hide(name, found)
        return found

    def _from_vault(self, name: str, reference: str) -> secrets.Secret:
        if self._vault is None:
            raise errors.ToolError(errors.INVALID_INPUT, f"{name}{names.VAULT_SUFFIX} needs {names.VAULT_ADDRESS}, the address of Vault")
        for own in (names.VAULT_TOKEN, names.VAULT_SECRET_ID):
            self._vault.give(own, self.secret(own))
        found = self._vault.read(name + names.VAULT_SUFFIX, reference)
        if self._vault.login is not None:
            self.hide("Vault's login", self._vault.login)
        return found

    async def refresh(self, wanted: Iterable[str]) -> None:
        """Asks Vault for those of the names that lie there and were not read lately; not on the loop, since Vault may be slow.

        Raises:
            ToolError: what `vault.Vault.read` raises.
        """
        for name in wanted:
            reference = self._environment.get(name + names.VAULT_SUFFIX)
            if reference is not None and self._vault is not None and not self._vault.is_fresh(reference):
                await asyncio.to_thread(self.secret, name)

    def has(self, name: str) -> bool:
        """Whether the variable is set, in any of its forms; nothing is read."""
        return any(name + suffix in self._environment for suffix in ("", names.FILE_SUFFIX, names.VAULT_SUFFIX))

    def token_key(self) -> bytes | None:
        """The 32 bytes of ORDINAUT_TOKEN_KEY; None where it is not set."""
        key = self.secret(names.TOKEN_KEY)
        return None if key is None else _key_bytes(key)

    def state_folder(self) -> pathlib.Path:
        """Where this machine keeps what it must not forget: `$XDG_STATE_HOME/ordinaut`, by default `~/.local/state/ordinaut`."""
        folder = self._environment.get("XDG_STATE_HOME", "")
        home = pathlib.Path(self._environment.get("HOME") or pathlib.Path.home())
        # The XDG rules: a path that is not absolute is ignored.
        return (pathlib.Path(folder) if os.path.isabs(folder) else home / ".local" / "state") / "ordinaut"

    def files_folder(self) -> pathlib.Path:
        """Where files that vendors answer with are kept: ORDINAUT_FILES, by default `files` in the state folder."""
        given = self._environment.get(names.FILES)
        return pathlib.Path(given) if given else self.state_folder() / "files"

    def plain(self, name: str) -> str | None:
        """A variable of a service that is no secret, such as JIRA_USERNAME."""
        return self._environment.get(name)

    def endpoint(self, *services: str) -> str | None:
        """The base URL set for the first of these services that has one; `openai-chatgpt` is ORDINAUT_ENDPOINT_OPENAI_CHATGPT."""
        keys = (service.upper().replace("-", "_") for service in services)
        return next((self.endpoints[key] for key in keys if key in self.endpoints), None)

    def login_url(self, service: str) -> str | None:
        """The base URL set for a service's login, ORDINAUT_LOGIN_URL_<SERVICE>."""
        return self.login_urls.get(service.upper().replace("-", "_"))

    def unmatched_endpoints(self, services: Iterable[str]) -> list[str]:
        """A sentence for every ORDINAUT_ENDPOINT_ and ORDINAUT_LOGIN_URL_ variable that names none of these services."""
        known = sorted({service.upper().replace("-", "_") for service in services})
        return [
            f"{prefix}{key}: no tool has this service{_did_you_mean(key, known, prefix)}"
            for prefix, given in ((names.ENDPOINT_PREFIX, self.endpoints), (names.LOGIN_URL_PREFIX, self.login_urls))
            for key in given
            if key not in known
        ]

    def hide(self, name: str, secret: secrets.Secret) -> None:
        """Tells `mask` of a token, or of a form that a secret is sent in, such as base64 of user and password. The former stays hidden."""
        former = self._revealed.get(name)
        if former is not None and former != secret:
            self._former.append(former.reveal())
        self._revealed[name] = secret

    def mask(self, text: str) -> str:
        """The text with every known secret replaced by `***`, also the database's password by itself."""
        return secrets.mask(text, self._hidden())

    def without_secrets(self, output: Any) -> Any:
        """A tool's output without known secrets, see `secrets.without`."""
        return secrets.without(output, self._hidden())

    def _hidden(self) -> list[str]:
        values = [*(secret.reveal() for secret in self._revealed.values()), *self._former]
        for url in (self.database_url, *(self._revealed.get(name) for name in (names.REDIS_URL, names.REDIS_SERVICE_URL))):
            values += _passwords(url.reveal()) if url is not None else []
        return values


def _problems(name: str, given: Mapping[str, str]) -> list[str]:
    """What is wrong with one ORDINAUT_ variable."""
    value = given[name]
    for prefix in (names.ENDPOINT_PREFIX, names.LOGIN_URL_PREFIX):
        if name.startswith(prefix):
            return _endpoint_problems(name, value, prefix)
    if name.startswith(names.WEBHOOK_SECRET_PREFIX):
        return []
    if name.startswith(names.RATE_LIMIT_PREFIX):
        return service_limits.problems(name, value)
    if name == names.TIMEZONE and value not in zoneinfo.available_timezones():
        hint = _did_you_mean(value, sorted(zoneinfo.available_timezones()))
        return [f"{name}: there is no time zone {value!r}{hint or '; names look like Europe/Chisinau'}"]
    if name == names.TRUST_LOCAL_APPROVERS and value not in ("0", "1"):
        return [f"{name}: found {value!r}, expected 0 or 1"]
    if name == names.METRICS_ADDRESS and not _is_address(value):
        return [f"{name}: found {value!r}, expected a host and a port like 127.0.0.1:9464"]
    if name in names.OWN or name.removesuffix(names.FILE_SUFFIX).removesuffix(names.VAULT_SUFFIX) in names.OWN_SECRETS:
        return []
    known = [own.removeprefix(names.PREFIX) for own in names.OWN if "<" not in own]
    return [f"{name}: there is no such setting{_did_you_mean(name.removeprefix(names.PREFIX), known, names.PREFIX)}"]


def _is_address(text: str) -> bool:
    """Whether a text is a host and a port, and nothing else: `127.0.0.1:9464`, `[::1]:9464`."""
    try:
        parts = urllib.parse.urlsplit(f"//{text}")
        return bool(parts.hostname) and parts.port is not None and parts.netloc == text and "@" not in text
    except ValueError:
        return False


def _endpoint_problems(name: str, value: str, prefix: str) -> list[str]:
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
    if name == prefix:
        return [f"{name}: the name lacks the service, such as {name}SLACK"]
    return []


def _open_vault(given: Mapping[str, str]) -> vault.Vault:
    from activities import vault  # its HTTP client takes longer to load than most commands run

    return vault.Vault(given)


def _by_service(given: Mapping[str, str], prefix: str) -> dict[str, str]:
    return {name.removeprefix(prefix): value for name, value in given.items() if name.startswith(prefix)}


def _key_bytes(key: secrets.Secret) -> bytes | None:
    """The bytes of an encryption key in base64; None where it is none."""
    try:
        decoded = base64.b64decode(key.reveal(), validate=True)
    except (binascii.Error, ValueError):
        return None
    return decoded if len(decoded) == TOKEN_KEY_BYTES else None


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
