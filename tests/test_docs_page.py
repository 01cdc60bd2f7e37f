"""docs/page.md is held true: addresses, variables, numbers, what is logged."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

from activities import environment_names
from activities import settings as settings_module
from starter.page import app, runs, sessions, shown, tokens_file, ways, wrong_tokens
from tests import page, reference_cases

PAGE = (reference_cases.ROOT / "docs" / "page.md").read_text(encoding="utf-8")
SAID = " ".join(PAGE.split())


def test_every_address_of_a_view_has_a_row() -> None:
    listed = set(re.findall(r"^\| `(/[^`]*)` \|", PAGE, re.MULTILINE))
    made = app.made(settings_module.Settings.from_mapping({}), page.Nothing())  # type: ignore[arg-type]
    views = {route.path for route in made.routes if not route.path.startswith(("/sign-", "/static", "/approvals/{run_id:path}/{name}/"))}  # type: ignore[attr-defined]
    assert listed == {path.replace("{run_id:path}", "RUN").replace("{name}", "STEP") for path in views}


def test_every_variable_is_named_and_known() -> None:
    named = set(re.findall(r"ORDINAUT_[A-Z_]+", PAGE))
    known = {name + suffix for name in environment_names.OWN for suffix in ("", environment_names.FILE_SUFFIX)}
    assert named <= known
    for name in environment_names.OWN:
        if name.startswith(("ORDINAUT_OIDC_", "ORDINAUT_PAGE_")):
            assert name in PAGE


def test_the_shown_sign_in_can_be_configured() -> None:
    block = re.findall(r"```sh\n(export .*?)```", PAGE, re.DOTALL)[0]
    given = dict(line.removeprefix("export ").split("=", 1) for line in block.splitlines())
    given["ORDINAUT_OIDC_CLIENT_SECRET"] = given.pop("ORDINAUT_OIDC_CLIENT_SECRET_FILE")
    found = ways.read(settings_module.Settings.from_mapping(given)).oidc
    assert found is not None and found.redirect_uri in PAGE


def test_the_shown_file_can_be_read(tmp_path: Path) -> None:
    document = json.loads(re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)[0])
    file = tmp_path / "tokens.json"
    file.write_text(json.dumps(document))
    (entry,) = tokens_file.read(file)
    assert entry.digest == hashlib.sha256(b"test").hexdigest()


def test_numbers_are_the_products() -> None:
    assert (sessions.IDLE_SECONDS, sessions.LONGEST_SECONDS) == (
        30 * 60,
        8 * 3600,
    ) and "after 30 minutes without a request and after 8 hours" in SAID
    assert (wrong_tokens.MOST, wrong_tokens.WINDOW_SECONDS) == (20, 60) and "After 20 wrong tokens in a minute" in SAID
    assert shown.MAX_VALUES == 5_000 and "more than 5,000 values" in SAID
    assert runs.LIMIT == 50 and "the latest 50 runs" in SAID
    script = (Path(app.__file__).parent / "static" / "live.js").read_text()
    assert len(script.splitlines()) <= 40 and "a script of 40 lines" in SAID
