"""A stand-in for HashiCorp Vault on 127.0.0.1, after its documented HTTP API: AppRole login and the key-value store, version 2."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http import server
from typing import Any

from activities import json_text

TOKEN = "hvs.root-t0ken"


@dataclass
class Vault:
    """Secrets by path (`secret/data/slack`), and what was asked; it may be sealed."""

    url: str = ""
    secrets: dict[str, dict[str, Any] | None] = field(default_factory=dict)
    tokens: set[str] = field(default_factory=lambda: {TOKEN})
    role: tuple[str, str] = ("role-1", "secret-id-1")
    sealed: bool = False
    asked: list[tuple[str, str, str | None]] = field(default_factory=list)  # (method, path, namespace)
    logins: int = 0

    def answer(self, method: str, path: str, headers: Any, body: bytes) -> tuple[int, Any]:
        """Status and JSON, as https://developer.hashicorp.com/vault/api-docs says."""
        self.asked.append((method, path, headers.get("X-Vault-Namespace")))
        if self.sealed:
            return 503, {"errors": ["Vault is sealed"]}
        if (method, path) == ("POST", "/v1/auth/approle/login"):
            return self._login(json_text.decode(body))
        if headers.get("X-Vault-Token") not in self.tokens:
            return 403, {"errors": ["permission denied"]}
        name = path.removeprefix("/v1/")
        if name not in self.secrets:
            return 404, {"errors": []}
        found = self.secrets[name]
        status = 200 if found is not None else 404  # a deleted version has its metadata still
        return status, {"data": {"data": found, "metadata": {"version": 1, "destroyed": False}}, "lease_duration": 0}

    def _login(self, given: dict[str, Any]) -> tuple[int, Any]:
        if (given.get("role_id"), given.get("secret_id")) != self.role:
            return 400, {"errors": ["invalid role or secret ID"]}
        self.logins += 1
        token = f"hvs.login-{self.logins}"
        self.tokens.add(token)
        return 200, {"auth": {"client_token": token, "lease_duration": 3600, "renewable": True}}


@contextlib.contextmanager
def running() -> Iterator[Vault]:
    """The stand-in, until the block ends. It serves from a thread, since settings may ask it while no loop runs."""
    vault = Vault()

    class Handler(server.BaseHTTPRequestHandler):
        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, answer = vault.answer(self.command, self.path, self.headers, body)
            content = json_text.encode(answer)
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = _serve

        def log_message(self, format: str, *args: Any) -> None:
            """Says nothing."""

    listener = server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    vault.url = f"http://127.0.0.1:{listener.server_address[1]}"
    thread = threading.Thread(target=listener.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield vault
    finally:
        listener.shutdown()
        listener.server_close()
        thread.join()
