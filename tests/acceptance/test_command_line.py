"""The command line's contract, command by command, as real processes without a Temporal service; test_run_live.py has the rest."""

from __future__ import annotations

import json
import socket
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests import commands, reference_cases

SECRET = "hunter2-do-not-show"
REFUSED = {"TEMPORAL_ADDRESS": "127.0.0.1:1"}
DAY = {"account_number": "MD24", "date_from": "2026-11-23", "date_to": "2026-11-23"}
BANK = {"id": "bank", "uses": "maib.banking", "with": {"action": "get_transactions", **DAY}, "save_as": "bank"}


# check


def test_check_says_ok_for_each_shipped_pipeline() -> None:
    ended = commands.ordinaut("check", "--json", reference_cases.ROOT / "pipelines")
    assert (ended.code, ended.json["ok"], ended.err) == (0, True, "")
    assert [Path(file["path"]).stem for file in ended.json["files"]] == sorted(
        path.stem for path in (reference_cases.ROOT / "pipelines").glob("*.json")
    )
    for file in ended.json["files"]:
        assert list(file) == ["path", "ok", "problems"] and file["ok"]
        assert {problem["severity"] for problem in file["problems"]} <= {"warning"}


def test_check_tells_people_each_problem_on_a_line_and_then_the_count(tmp_path: Path) -> None:
    good = commands.document(tmp_path, "good.json", commands.steps(commands.transform("a", 1)))
    bad = commands.document(tmp_path, "bad.json", '{\n  "tittle": "x",\n  "payload": {"pipeline": []}\n}')
    ended = commands.ordinaut("check", good, bad)
    assert (ended.code, ended.err) == (1, "")
    assert ended.out.splitlines() == [
        f"{bad}:2:3: error: unknown key 'tittle' [unknown-key] at tittle",
        "    hint: did you mean 'title'?",
        "2 files checked: 1 ok, 1 with errors, 0 warnings",
    ]


# run --mock


def echo(tmp_path: Path, **more: Any) -> Path:
    """A pipeline that shows what it was given."""
    template = {"params": "${params}", "event": "${event | default(null)}", "due": "${now}"}
    return commands.document(tmp_path, "echo.json", commands.steps(commands.transform("shown", template), **more))


def test_mock_run_gives_exactly_the_result_of_the_contract(tmp_path: Path) -> None:
    (tmp_path / "params.json").write_text('{"from_file": [1, 2.50], "who": "bo"}')
    (tmp_path / "event.json").write_text('{"number": 7}')
    ended = commands.ordinaut(
        *("run", echo(tmp_path, params={"who": "nobody", "declared": "${1 + 1}"}), "--json", "--mock", "auto"),
        *("--params", "@params.json", "--params", "who=ana=x", "-p", "limit:=0.10", "-p", "marks=${1 + 1}"),
        *("--event", "@event.json", "--at", "2026-11-23T18:00:00+02:00"),
        folder=tmp_path,
    )
    assert ended.code == 0
    shown = {
        "params": {"who": "ana=x", "declared": 2, "from_file": [1, Decimal("2.50")], "limit": Decimal("0.10"), "marks": "${1 + 1}"},
        "event": {"number": 7},
        "due": "2026-11-23T18:00:00+02:00",
    }
    assert ended.json == {
        "run_id": "echo-mock",
        "status": "completed",
        "nominal_time": "2026-11-23T18:00:00+02:00",
        "steps": [
            {
                "id": "shown",
                "uses": "system.transform",
                "status": "completed",
                "with": {"template": shown},
                "output": shown,
                "error": None,
                "attempts": 1,
            }
        ],
        "error": None,
        "warnings": [],
    }
    assert list(ended.json) == ["run_id", "status", "nominal_time", "steps", "error", "warnings"]
    assert '"limit":0.10' in ended.out and "2.50" in ended.out  # digits are kept


def test_time_without_offset_is_in_the_zone_of_the_pipeline(tmp_path: Path) -> None:
    ended = commands.ordinaut("run", echo(tmp_path), "--json", "--mock", "auto", "--at", "2026-07-01T09:30")
    assert ended.json["nominal_time"] == "2026-07-01T09:30:00+03:00"


def mocked(tmp_path: Path, outputs: Any, *steps: dict[str, Any]) -> commands.Ended:
    """A mock run of steps with outputs from a file."""
    pipeline = commands.document(tmp_path, "mocked.json", commands.steps(*(steps or (BANK, commands.transform("count", "${bank.count}")))))
    return commands.ordinaut("run", pipeline, "--json", "--mock", commands.document(tmp_path, "outputs.json", outputs))


def test_mock_outputs_are_taken_and_computed_steps_are_computed(tmp_path: Path) -> None:
    sleep = {"id": "nap", "uses": "system.sleep", "with": {"duration_seconds": 86_400}}
    judge = {
        "id": "judge",
        "uses": "system.evaluate",
        "with": {"conditions": [{"name": "any", "condition": "${steps.bank.count > 0}", "severity": "low"}]},
    }
    skipped = commands.transform("never", 1, **{"if": "${bank.count > 100}"})
    ended = mocked(tmp_path, {"bank": {"count": 3}}, BANK, sleep, judge, skipped)
    assert (ended.code, ended.json["status"], ended.json["warnings"]) == (0, "completed", [])
    found = {step["id"]: (step["status"], step["output"]) for step in ended.json["steps"]}
    assert found["bank"] == ("completed", {"count": 3})
    assert found["judge"][1]["triggered"] == [{"name": "any", "severity": "low", "value": True}]
    assert found["never"] == ("skipped", None)
    assert ended.seconds < 20  # not a day


def test_mock_calls_are_taken_one_after_the_other(tmp_path: Path) -> None:
    ended = mocked(tmp_path, {"bank": {"$calls": [{"count": 1}, {"count": 2}]}})
    assert ended.json["steps"][0]["output"] == {"count": 1}
    assert ended.json["warnings"] == ["the mock file holds 2 calls of 'bank', 1 were used"]


def test_mock_error_fails_the_run_as_the_tool_would(tmp_path: Path) -> None:
    ended = mocked(tmp_path, {"bank": {"$error": {"type": "rejected by the vendor", "message": "the account is closed"}}})
    assert ended.code == 1
    assert ended.json["status"] == "failed"
    assert ended.json["error"] == {"type": "rejected by the vendor", "message": "the account is closed", "step": "bank"}
    bank, count = ended.json["steps"]
    assert (bank["status"], bank["attempts"], bank["error"]["message"]) == ("failed", 1, "the account is closed")
    assert count == {
        "id": "count",
        "uses": "system.transform",
        "status": "pending",
        "with": None,
        "output": None,
        "error": None,
        "attempts": 0,
    }


def test_missing_mock_output_is_an_error(tmp_path: Path) -> None:
    ended = mocked(tmp_path, {"bnk": {"count": 3}})
    message = "the mock file holds no output for step 'bank' (maib.banking); add \"bank\": {...}"
    assert (ended.code, ended.json["error"]) == (1, {"type": "mock error", "message": message, "step": "bank"})
    assert ended.json["warnings"] == ["the mock output of 'bnk' was not used"]


def test_unused_mock_output_is_a_warning(tmp_path: Path) -> None:
    ended = mocked(tmp_path, {"bank": {"count": 3}, "other": 1})
    assert (ended.code, ended.json["warnings"]) == (0, ["the mock output of 'other' was not used"])


def test_mock_auto_makes_outputs_from_the_schemas_and_says_where_they_end(tmp_path: Path) -> None:
    analyze = {"id": "judge", "uses": "openai-chatgpt.analyze", "with": {"prompt": "p", "context": {}}, "save_as": "judged"}
    pipeline = commands.document(
        tmp_path,
        "auto.json",
        commands.steps(analyze, commands.transform("a", "${judged.confidence}"), commands.transform("b", "${judged.deals}")),
    )
    ended = commands.ordinaut("run", pipeline, "--json", "--mock", "auto")
    assert ended.code == 1
    assert [step["status"] for step in ended.json["steps"]] == ["completed", "completed", "failed"]
    assert 0 <= ended.json["steps"][1]["output"] <= 1
    assert ended.err.splitlines()[-1] == (
        "the outputs were made up from the tools' output schemas, which do not declare every member;"
        ' put outputs of your own into a file, {"step id": output}, and give it: --mock FILE'
    )


def test_mock_run_for_people_shows_each_step(tmp_path: Path) -> None:
    pipeline = commands.document(tmp_path, "people.json", commands.steps(BANK, commands.transform("boom", "${bank.nothing.there}")))
    outputs = commands.document(tmp_path, "outputs.json", {"bank": {"count": 3}})
    ended = commands.ordinaut("run", pipeline, "--mock", outputs, "--at", "2026-11-23T18:00:00+02:00")
    assert (ended.code, ended.err.count("warning"), ended.err.count("[unknown-field]")) == (1, 1, 1)  # the checker has said it before
    assert ended.out.splitlines() == [
        "people-mock  failed  due 2026-11-23T18:00:00+02:00",
        "  ✓ bank                         maib.banking get_transactions            completed",
        "  ✗ boom                         system.transform                         failed",
        "      template error: in with.template: 'nothing' is missing in 'bank'; there is: count",
    ]


# exit codes


def test_document_with_an_error_starts_nothing_and_answers_as_check_does(tmp_path: Path) -> None:
    pipeline = commands.document(tmp_path, "bad.json", commands.steps({"id": "a", "uses": "slack.enterprize", "with": {}}))
    ended = commands.ordinaut("run", pipeline, "--json", variables=REFUSED)
    assert (ended.code, ended.json) == (1, commands.ordinaut("check", "--json", pipeline).json)
    assert ended.err.splitlines()[-1] == "nothing was started"


def test_params_that_are_not_given_are_named_before_a_start(tmp_path: Path) -> None:
    pipeline = commands.document(tmp_path, "needs.json", commands.steps(commands.transform("a", "${params.team}")))
    assert commands.ordinaut("check", pipeline).code == 0  # they may come at the start
    ended = commands.ordinaut("run", pipeline, "--json", variables=REFUSED)
    problem = ended.json["files"][0]["problems"][0]
    assert (ended.code, problem["code"], problem["message"]) == (
        1,
        "missing-parameter",
        "the parameter 'team' is neither declared nor given",
    )
    assert problem["hint"] == "give it: --params team=..."
    assert commands.ordinaut("run", pipeline, "--mock", "auto", "--params", "team=a").code == 0


def test_usage_ends_with_2_and_says_what_was_expected(tmp_path: Path) -> None:
    ended = commands.ordinaut("chek", "x.json")
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.splitlines()[-1] == "Error: no command 'chek'; did you mean 'check'?"
    pipeline = commands.document(tmp_path, "event.json", commands.steps(commands.transform("a", "${event.number}")))
    ended = commands.ordinaut("run", pipeline, "--json", variables=REFUSED)
    message = "the pipeline reads 'event': give it one by --event @event.json"
    assert (ended.code, ended.json) == (2, {"ok": False, "error": {"type": "usage", "message": message}})
    assert ended.err.splitlines()[-1] == f"Error: {message}"


def test_file_that_cannot_be_opened_ends_with_2(tmp_path: Path) -> None:
    commands.document(tmp_path, "daily.json", commands.steps(commands.transform("a", 1)))
    ended = commands.ordinaut("run", "dayly.json", "--json", folder=tmp_path, variables=REFUSED)
    message = "cannot open 'dayly.json': No such file or directory; did you mean 'daily.json'?"
    assert (ended.code, ended.json) == (2, {"ok": False, "error": {"type": "invalid input", "message": message}})
    assert ended.err == f"ordinaut: {message}\n"


@pytest.mark.parametrize(
    "arguments", [("run", "x.json"), ("runs",), ("show", "x"), ("cancel", "x"), ("worker",)], ids=lambda given: given[0]
)
def test_service_that_is_not_there_ends_with_3_and_says_how_to_start_one(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    commands.document(tmp_path, "x.json", commands.steps(commands.transform("a", 1)))
    ended = commands.ordinaut(*arguments, "--json", folder=tmp_path, variables=REFUSED)
    assert ended.code == 3
    assert ended.json["error"] == {
        "type": "unreachable",
        "message": "no Temporal service at 127.0.0.1:1: the connection was refused; the address comes from Temporal's environment"
        " configuration (TEMPORAL_ADDRESS, or the profile in its configuration file)."
        " Start a service with `ordinaut up`, or set TEMPORAL_ADDRESS to one that runs",
    }
    assert ended.err == f"ordinaut: {ended.json['error']['message']}\n"


def test_service_that_never_answers_is_told_within_5_seconds() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"127.0.0.1:{silent.getsockname()[1]}"
        for _ in range(5):  # a machine busy with other tests may take seconds to start a process
            ended = commands.ordinaut("runs", variables={"TEMPORAL_ADDRESS": address})
            if ended.seconds < 5:
                break
    assert ended.code == 3 and ended.seconds < 5
    assert ended.err.startswith(f"ordinaut: no Temporal service at {address}: no answer within 3.5 s; ")
    assert ended.out == ""


def test_address_that_is_none_ends_with_2() -> None:
    ended = commands.ordinaut("runs", "--json", variables={"TEMPORAL_ADDRESS": "not an address"})
    assert ended.code == 2
    assert ended.json["error"]["message"].startswith("TEMPORAL_ADDRESS: found 'not an address' (")


# catalog and environment


def secrets(tmp_path: Path) -> dict[str, str]:
    """Secrets in every form, all of them holding SECRET."""
    (tmp_path / "token").write_text(SECRET + "\n")
    return {
        "GITHUB_TOKEN_FILE": str(tmp_path / "token"),
        "SLACK_BOT_TOKEN": SECRET,
        "GITLAB_TOKEN": SECRET,
        "ORDINAUT_DATABASE_URL": f"postgresql://bookkeeper:{SECRET}@db.example.com/books",
        "ORDINAUT_ENDPOINT_SLACK": "http://127.0.0.1:9000/slack",
    }


def test_catalog_lists_each_tool_and_never_a_secret(tmp_path: Path) -> None:
    ended = commands.ordinaut("catalog", "--json", variables=secrets(tmp_path))
    assert ended.code == 0 and SECRET not in ended.out + ended.err
    tools = {tool["address"]: tool for tool in ended.json["tools"]}
    assert set(tools) == {json.loads(file.read_text())["address"] for file in (reference_cases.ROOT / "catalogs").glob("*.*.json")}
    assert tools["slack.enterprise"]["configured"][0] == "endpoint http://127.0.0.1:9000/slack/api"
    assert tools["database.query"]["configured"] == ["ORDINAUT_DATABASE_URL"] and tools["database.query"]["missing"] == []
    assert tools["github.get_pr_files"]["configured"] == ["endpoint https://api.github.com", "authentication (bearer_token)"]
    assert tools["maib.banking"]["actions"]["create_payment"] == {"effect": "unsafe"}
    assert "MAIB_URL" in tools["maib.banking"]["missing"]


def test_catalog_shows_one_tool_with_its_schemas_and_never_a_secret(tmp_path: Path) -> None:
    ended = commands.ordinaut("catalog", "maib.banking", variables=secrets(tmp_path))
    assert ended.code == 0 and SECRET not in ended.out + ended.err
    assert ended.out.startswith("maib.banking: maib banking\n")
    assert "    create_payment               unsafe\n" in ended.out
    assert "    action                       string (required)\n" in ended.out
    shown = commands.ordinaut("catalog", "github.get_pr_files", "--json", variables=secrets(tmp_path))
    assert SECRET not in shown.out + shown.err
    assert {"input_schema", "output_schema", "configured", "missing"} <= set(shown.json)


def test_catalog_shows_the_output_of_each_action() -> None:
    shown = commands.ordinaut("catalog", "sia.reporting", "--json").json["actions"]
    assert list(shown) == ["submit_report", "get_status", "download_form", "validate_data"]
    assert shown["validate_data"]["effect"] == "safe"
    assert list(shown["validate_data"]["output_schema"]["properties"]) == ["is_valid", "issues"]


def test_catalog_shows_the_arguments_that_only_the_vendor_schema_declares() -> None:
    arguments = commands.ordinaut("catalog", "openai-chatgpt.analyze").out.partition("  arguments:\n")[2].splitlines()
    assert [line.split()[0] for line in arguments] == [
        "prompt",
        "context",
        "model",
        "temperature",
        "model_name",
        "response_schema",
        "strict",
    ]


def test_catalog_names_the_near_tool() -> None:
    ended = commands.ordinaut("catalog", "slack.entreprise", "--json")
    message = "no tool 'slack.entreprise' in the catalog; did you mean 'slack.enterprise'?"
    assert (ended.code, ended.json) == (1, {"ok": False, "error": {"type": "invalid input", "message": message}})


def test_own_catalog_is_put_before_the_shipped_one(tmp_path: Path) -> None:
    folder = tmp_path / "tools"
    folder.mkdir()
    own = {
        "address": "slack.enterprise",
        "title": "Our own Slack",
        "transport": "http",
        "endpoint": "http://slack.example.com/tools",
        "effect": "unsafe",
        "input_schema": {"type": "object", "required": ["words"], "properties": {"words": {"type": "string"}}},
    }
    commands.document(folder, "slack.json", own)
    shown = commands.ordinaut("catalog", "slack.enterprise", "--json", variables={"ORDINAUT_CATALOG": str(folder)})
    assert (shown.code, shown.json["title"], shown.json["effect"]) == (0, "Our own Slack", "unsafe")
    pipeline = commands.document(tmp_path, "own.json", commands.steps({"id": "a", "uses": "slack.enterprise", "with": {}}))
    checked = commands.ordinaut("check", "--json", pipeline, variables={"ORDINAUT_CATALOG": str(folder)})
    assert [one["message"] for one in checked.json["files"][0]["problems"]] == ["'slack.enterprise' needs the argument 'words'"]


def test_time_zone_of_the_environment_is_for_pipelines_that_name_none(tmp_path: Path) -> None:
    content = {"payload": {"pipeline": [commands.transform("day", "${today} ${now | date('%H:%M')}")]}}
    pipeline = commands.document(tmp_path, "zone.json", content)
    arguments = ("run", pipeline, "--json", "--mock", "auto", "--at", "2026-11-23T23:30:00Z")
    chisinau = commands.ordinaut(*arguments, variables={"ORDINAUT_TIMEZONE": "Europe/Chisinau"})
    assert (chisinau.json["nominal_time"], chisinau.json["steps"][0]["output"]) == ("2026-11-24T01:30:00+02:00", "2026-11-24 01:30")
    assert commands.ordinaut(*arguments).json["steps"][0]["output"] == "2026-11-23 23:30"


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        pytest.param(
            {"ORDINAUT_TIMEZONE": "Europe/Kishinau"},
            "ORDINAUT_TIMEZONE: there is no time zone 'Europe/Kishinau'. Did you mean Europe/Chisinau?",
            id="time zone",
        ),
        pytest.param(
            {"ORDINAUT_TIMEZON": "UTC"},
            "ORDINAUT_TIMEZON: there is no such setting. Did you mean ORDINAUT_TIMEZONE?",
            id="misspelt name",
        ),
        pytest.param(
            {"GITHUB_TOKEN_FILE": "/nowhere/token"},
            "GITHUB_TOKEN_FILE: cannot read /nowhere/token: No such file or directory",
            id="secret's file",
        ),
        pytest.param(
            {"GITHUB_TOKEN": SECRET, "GITHUB_TOKEN_FILE": "/nowhere/token"},
            "GITHUB_TOKEN and GITHUB_TOKEN_FILE are both set; keep one of them",
            id="secret twice",
        ),
        pytest.param(
            {"ORDINAUT_ENDPOINT_SLACK": f"http://user:{SECRET}@127.0.0.1"},
            "ORDINAUT_ENDPOINT_SLACK: a URL must not hold a user or password; set the service's own secret, such as GITHUB_TOKEN",
            id="secret in a URL",
        ),
        pytest.param({"ORDINAUT_CATALOG": "/nowhere"}, None, id="catalog folder"),
    ],
)
def test_wrong_setting_ends_with_2_and_never_shows_a_secret(variables: dict[str, str], message: str | None) -> None:
    ended = commands.ordinaut("catalog", "--json", variables=variables)
    assert ended.code == 2 and SECRET not in ended.out + ended.err
    assert message is None or ended.json["error"]["message"] == message


def test_broken_definition_of_an_own_catalog_is_told_with_its_file(tmp_path: Path) -> None:
    commands.document(tmp_path, "broken.json", '{"address": "a.b", "transport": "htp"}')
    ended = commands.ordinaut("catalog", "--json", variables={"ORDINAUT_CATALOG": str(tmp_path)})
    assert ended.code == 2
    assert "broken.json" in ended.json["error"]["message"] and "'http'" in ended.json["error"]["message"]
