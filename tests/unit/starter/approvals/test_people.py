"""Who may start runs, by the policy."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from activities import settings as settings_module
from starter.approvals import people
from workflows.core import errors


def settings(folder: Path, may: dict[str, list[str]]) -> settings_module.Settings:
    """Settings with this policy."""
    file = folder / "policy.json"
    file.write_text(json.dumps({"people": {"ana": ["finance"], "ion": ["operations"]}, "may": may}))
    return settings_module.Settings.from_mapping({"ORDINAUT_POLICY": str(file)})


def test_without_a_policy_and_without_a_right_everybody_may(tmp_path: Path) -> None:
    people.check(settings_module.Settings.from_mapping({}), "start", None)
    people.check(settings(tmp_path, {"approve": ["finance"]}), "start", "bob")


def test_the_policy_names_who_may(tmp_path: Path) -> None:
    given = settings(tmp_path, {"start": ["operations"]})
    people.check(given, "start", "Ion")
    for who, shown in (("ana", "ana"), (None, "nobody known")):
        with pytest.raises(errors.ToolError) as caught:
            people.check(given, "start", who)
        assert caught.value.message == f"'{shown}' may not start: the policy lets operations (may.start); say who you are: --as WHO"


def test_who_is_told_goes_before_the_login() -> None:
    assert people.at_keyboard(" ana@company.com ") == "ana@company.com"


def test_allowed_gives_the_person_or_refuses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings(tmp_path, {"apply": ["operations"]})
    monkeypatch.setenv("ORDINAUT_POLICY", str(tmp_path / "policy.json"))
    assert people.allowed("apply", " ion ") == "ion"
    assert people.allowed("start", "bob") == "bob"
    with pytest.raises(errors.ToolError) as caught:
        people.allowed("apply", "bob")
    assert caught.value.message == "'bob' may not apply: the policy lets operations (may.apply); say who you are: --as WHO"
