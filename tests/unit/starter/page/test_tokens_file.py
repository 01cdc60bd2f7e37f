"""The file of people with tokens: whose a token is, and what is wrong with a file."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from starter.approvals import deciding
from starter.page import tokens_file
from tests import page

DIGEST = hashlib.sha256(b"t").hexdigest()
ANA = {"who": "ana", "roles": ["finance"], "sha256": DIGEST}


def test_a_token_is_of_the_person_whose_digest_it_has(tmp_path: Path) -> None:
    entries = tokens_file.read(page.tokens_file(tmp_path, ion=["finance"]))
    found = tokens_file.of_token(entries, page.TOKENS["ion@company.com"])
    assert found is not None and found.person == deciding.Person("ion@company.com", ("finance",), "token")
    assert tokens_file.of_digest(entries, found.digest) == found


@pytest.mark.parametrize("token", ["", "ana-token-5f2d", DIGEST, "\ud800", "x" * 10_000])
def test_any_other_token_is_nobodys(tmp_path: Path, token: str) -> None:
    assert tokens_file.of_token(tokens_file.read(page.tokens_file(tmp_path)), token) is None


def test_a_digest_may_be_written_in_capitals(tmp_path: Path) -> None:
    file = tmp_path / "tokens.json"
    file.write_text(json.dumps({"people": [{**ANA, "sha256": DIGEST.upper()}]}))
    assert tokens_file.of_token(tokens_file.read(file), "t") is not None


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        pytest.param([], 'expected {"people": [{"who": "...", "roles": "...", "sha256": "..."}]}', id="no object"),
        pytest.param({"people": ["ana"]}, "people[0]: expected an object with who, roles, sha256", id="no entry"),
        pytest.param(
            {"people": [{**ANA, "token": "x"}]}, "people[0].token: there is no such key; there are who, roles, sha256", id="token"
        ),
        pytest.param({"people": [{**ANA, "who": " "}]}, "people[0].who: expected a person's name", id="nobody"),
        pytest.param({"people": [{**ANA, "roles": ["*"]}]}, "people[0].roles: expected a list of roles", id="every role"),
        pytest.param(
            {"people": [{**ANA, "sha256": "the-token-itself"}]},
            "people[0].sha256: expected the SHA-256 of the token, 64 hexadecimal digits",
            id="the token itself",
        ),
        pytest.param({"people": [ANA, ANA]}, "people[1].sha256: it stands there twice; a token is of one person", id="twice"),
    ],
)
def test_what_is_wrong_with_a_file_is_told(tmp_path: Path, document: Any, problem: str) -> None:
    file = tmp_path / "tokens.json"
    file.write_text(json.dumps(document))
    with pytest.raises(tokens_file.TokensFileError) as raised:
        tokens_file.read(file)
    assert str(raised.value) == f"ORDINAUT_PAGE_TOKENS_FILE {file}: {problem}"


def test_a_file_that_is_not_there_or_no_json_is_told(tmp_path: Path) -> None:
    with pytest.raises(tokens_file.TokensFileError) as raised:
        tokens_file.read(tmp_path / "none.json")
    assert str(raised.value).endswith("none.json: cannot be read: No such file or directory")
    (tmp_path / "bad.json").write_text("{")
    with pytest.raises(tokens_file.TokensFileError) as raised:
        tokens_file.read(tmp_path / "bad.json")
    assert "bad.json: it is not JSON: line 1, column 2" in str(raised.value)
