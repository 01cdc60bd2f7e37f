"""The loader reads what is good, tells everything that is bad at once, and lets nothing misspelt pass."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from activities import catalog
from workflows.core import errors, fit, limits, model


def definition(address: str = "demo.echo", **more: Any) -> dict[str, Any]:
    return {"address": address, "transport": "http", "endpoint": "http://demo-bridge:8000/tools/echo", **more}


def with_actions(*names: str, **more: Any) -> dict[str, Any]:
    schema = {"type": "object", "properties": {"action": {"type": "string", "enum": list(names)}}}
    return definition(input_schema=schema, **more)


def save(folder: Path, name: str, content: Any) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / name
    file.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return file


def load_one(folder: Path, content: Any) -> model.Tool:
    save(folder, "tool.json", content)
    (tool,) = catalog.load([folder]).values()
    return tool


def problems_of(*folders: Path) -> list[tuple[Path, errors.Problem]]:
    with pytest.raises(catalog.CatalogError) as caught:
        catalog.load(folders)
    return caught.value.problems


def sentences_of(folder: Path, content: Any) -> list[str]:
    """The problems of one file, without its name and their lines and columns, for which there are tests of their own."""
    file = save(folder, "tool.json", content)
    sentences = [catalog.describe(found, problem).removeprefix(f"{file}") for found, problem in problems_of(folder)]
    return [sentence if ": not JSON: " in sentence else re.sub(r"^:\d+:\d+", "", sentence) for sentence in sentences]


def test_loads_the_shipped_definitions() -> None:
    loaded = catalog.load([catalog.shipped_folder()])
    assert loaded["maib.banking"].effect_of("get_balance") == "safe"
    assert loaded.addresses() == sorted(loaded)
    assert loaded.get("maib.bank") is None


def test_a_definition_of_the_earlier_system_loads_with_defaults(tmp_path: Path) -> None:
    tool = load_one(tmp_path, definition("demo.echo"))
    assert tool.transport == "http"
    assert tool.service == "demo"
    assert tool.effect == model.KEY
    assert tool.actions == {}
    assert tool.timeout_seconds == Decimal(60)
    assert tool.retry == {"attempts": 5, "first_wait_seconds": 1, "factor": 2, "longest_wait_seconds": 60}
    assert tool.input_schema == {} and tool.output_schema == {}
    assert tool.file == str(tmp_path / "tool.json")


def test_actions_without_effects_of_their_own_take_the_tool_s(tmp_path: Path) -> None:
    assert load_one(tmp_path, with_actions("read", "write")).actions == {"read": "key", "write": "key"}


def test_actions_take_their_effects(tmp_path: Path) -> None:
    tool = load_one(tmp_path, with_actions("read", "write", actions={"read": {"effect": "safe"}, "write": {"effect": "unsafe"}}))
    assert (tool.effect_of("read"), tool.effect_of("write")) == ("safe", "unsafe")


@pytest.mark.parametrize(
    ("more", "effect"),
    [
        pytest.param({"transport": "database"}, catalog.STATEMENT, id="database: the statement decides"),
        pytest.param({"transport": "system"}, model.SAFE, id="system"),
        pytest.param({"transport": "mcp", "server": "a@http://b"}, model.UNSAFE, id="mcp: the worst is assumed"),
        pytest.param({"effect": "idempotent"}, model.IDEMPOTENT, id="given"),
    ],
)
def test_effect(tmp_path: Path, more: dict[str, Any], effect: str) -> None:
    assert load_one(tmp_path, {**definition(), **more}).effect == effect


def test_a_part_of_retry_keeps_the_other_defaults(tmp_path: Path) -> None:
    retry = load_one(tmp_path, definition(retry={"attempts": 1})).retry
    assert retry == {"attempts": 1, "first_wait_seconds": 1, "factor": 2, "longest_wait_seconds": 60}


def test_numbers_are_exact(tmp_path: Path) -> None:
    tool = load_one(tmp_path, '{"address": "a.b", "transport": "system", "timeout_seconds": 0.1, "input_schema": {"multipleOf": 0.10}}')
    assert tool.timeout_seconds == Decimal("0.1")
    assert repr(tool.input_schema["multipleOf"]) == "Decimal('0.10')"


@pytest.mark.parametrize(
    "content",
    [
        pytest.param([definition("a.one"), definition("a.two")], id="array"),
        pytest.param({"tools": [definition("a.one"), definition("a.two")]}, id="tools"),
    ],
)
def test_a_file_may_hold_several(tmp_path: Path, content: Any) -> None:
    save(tmp_path, "all.json", content)
    assert catalog.load([tmp_path]).addresses() == ["a.one", "a.two"]


def test_an_earlier_folder_wins_over_a_later_one(tmp_path: Path) -> None:
    save(tmp_path / "mine", "x.json", definition("a.tool", title="mine"))
    save(tmp_path / "shipped", "y.json", [definition("a.tool", title="shipped"), definition("b.tool")])
    loaded = catalog.load([tmp_path / "mine", tmp_path / "shipped"])
    assert loaded["a.tool"].definition["title"] == "mine"
    assert loaded.addresses() == ["a.tool", "b.tool"]


def test_schema_json_and_other_files_are_no_definitions(tmp_path: Path) -> None:
    save(tmp_path, "schema.json", {})
    save(tmp_path, "README.md", "# words")
    save(tmp_path, "a.json", definition())
    assert len(catalog.load([tmp_path])) == 1


def test_a_byte_order_mark_is_passed_over(tmp_path: Path) -> None:
    assert load_one(tmp_path, "\ufeff" + json.dumps(definition())).address == "demo.echo"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        pytest.param("{\n  'a': 1}", ":2:3: not JSON: expecting property name enclosed in double quotes", id="no JSON"),
        pytest.param("", ":1:1: not JSON: expecting value", id="empty"),
        pytest.param('{"a": NaN}', ": not JSON: found NaN, expected a number", id="NaN"),
        pytest.param("[" * 100_000, ": nested too deeply, expected at most 64 levels", id="nested"),
        pytest.param('{"a":' * 500 + "1" + "}" * 500, ": nested too deeply, expected at most 64 levels", id="nested less"),
        pytest.param(
            '{"a": ' + "9" * 5000 + "}",
            ": not JSON: found a number of 5,000 characters, expected at most 400 (MAX_NUMBER_DIGITS)",
            id="long number",
        ),
        pytest.param("5", ": found number 5, expected an object", id="no object"),
        pytest.param(
            '{"address": "a.b", "transport": "system", "effect": "safe", "effect": "unsafe"}',
            ": found the key 'effect' twice in one object, expected it once",
            id="key twice",
        ),
    ],
)
def test_what_is_no_definition_at_all(tmp_path: Path, content: str, sentence: str) -> None:
    assert sentences_of(tmp_path, content) == [sentence]


TRANSPORTS = '"http", "rest", "mcp", "stdio", "websocket", "redis", "database", "pipeline", "system"'


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        pytest.param(definition(timeout="9"), ": timeout: unknown, expected one of address, title, ", id="misspelt key"),
        pytest.param(definition(timeout_seconds="9"), ': timeout_seconds: found text "9", expected a number', id="text for a number"),
        pytest.param(definition(timeout_seconds=0), ": timeout_seconds: found 0, expected more than 0", id="no time"),
        pytest.param(
            {"address": "a.b", "transport": "htpp"},
            f": transport: found text \"htpp\", expected one of {TRANSPORTS} (did you mean 'http'?)",
            id="transport",
        ),
        pytest.param({"address": "a.b", "transport": "http"}, ": endpoint: missing", id="http without endpoint"),
        pytest.param({"address": "a.b", "transport": "mcp"}, ": server: missing", id="mcp without server"),
        pytest.param({"address": "a.b", "transport": "stdio"}, ": executable: missing", id="stdio without executable"),
        pytest.param(
            {**definition(), "endpoint": "ftp://a"},
            ': endpoint: found text "ftp://a", expected text that matches ^(https?|wss?)://[^\\s/]+',
            id="endpoint",
        ),
        pytest.param({**definition(), "address": "a b"}, ': address: found text "a b", expected text that matches ^', id="address"),
        pytest.param(
            definition(effect="saef"),
            ': effect: found text "saef", expected one of "safe", "idempotent", "key", "unsafe", "statement" (did you mean \'safe\'?)',
            id="effect",
        ),
        pytest.param(definition(retry={"attempt": 3}), ": retry.attempt: unknown, expected one of attempts, ", id="retry key"),
        pytest.param(
            definition(authentication={"token_prefx": "x"}), ": authentication.type: missing, expected one of ", id="authentication"
        ),
        pytest.param(definition(input_schema={"type": "objct"}), ': input_schema.type: found text "objct", expected', id="schema"),
        pytest.param(definition(input_schema=5), ": input_schema: found number 5, expected an object or true or false", id="no schema"),
        pytest.param(
            definition(output_schema={"properties": {"a": {"$ref": "other.json"}}}),
            ": output_schema: found the reference 'other.json', expected one inside this schema such as '#/$defs/name'",
            id="reference to elsewhere",
        ),
        pytest.param(
            definition(input_schema={"properties": {"a": {"x-cut": True}}}),
            ": input_schema.properties.a: found 'x-cut' without a 'maxLength', expected both: text is cut to that length",
            id="cut without a limit",
        ),
        pytest.param(
            definition(input_schema={"$defs": {"a": {}}}, vendor_schema={"$defs": {"a": {}}}),
            ": vendor_schema.$defs: 'a' is also in the $defs of input_schema, expected another name",
            id="name taken",
        ),
        pytest.param(
            definition(actions={"read": {"effect": "safe"}}),
            ": actions: found actions, expected none: the input schema has no 'action' with an enum",
            id="actions without an enum",
        ),
        pytest.param(
            with_actions("read", "write", actions={"read": {"effect": "safe"}}),
            ": actions: action 'write' is missing, expected its effect here because the input schema lists it",
            id="action missing",
        ),
        pytest.param(
            with_actions("read", actions={"read": {"effect": "safe"}, "raed": {"effect": "safe"}}),
            ": actions.raed: unknown action, expected one that the input schema lists under 'action' (did you mean 'read'?)",
            id="action unknown",
        ),
        pytest.param(
            with_actions("read", actions={"read": {"effect": "safe"}}, effect="safe"),
            ": effect: found an effect beside actions, expected only one of them: each action has its own effect",
            id="effect beside actions",
        ),
        pytest.param(
            with_actions("read", actions={"read": {"effect": "safe", "output_schema": {"type": "objct"}}}),
            ': actions.read.output_schema.type: found text "objct", expected',
            id="schema of an action",
        ),
        pytest.param(
            with_actions("read", actions={"read": {"effect": "safe", "output_schema": 5}}),
            ": actions.read.output_schema: found number 5, expected an object or true or false",
            id="no schema of an action",
        ),
        pytest.param(
            with_actions("read", actions={"read": {"effect": "safe", "output_schema": {"$ref": "#/$defs/a"}}}),
            ": actions.read.output_schema: found the reference '#/$defs/a', expected one inside this schema such as '#/$defs/name'",
            id="reference of an action",
        ),
        pytest.param(
            with_actions("read", actions={"read": {}}), ": actions.read.effect: missing, expected one of ", id="action without effect"
        ),
    ],
)
def test_a_bad_definition_is_told(tmp_path: Path, content: Any, sentence: str) -> None:
    first, *_ = sentences_of(tmp_path, content)
    if sentence.endswith((" ", "expected", "^", "missing")):  # a list of what is known follows
        assert first.startswith(sentence)
    else:
        assert first == sentence


def test_a_misspelt_key_is_told_with_the_nearest_one(tmp_path: Path) -> None:
    (sentence,) = sentences_of(tmp_path, definition(timout_seconds=9))
    assert sentence.endswith("(did you mean 'timeout_seconds'?)")


def test_every_bad_file_is_told_in_one_go(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    save(folder, "a.json", definition(timeout_seconds="9", effect="no"))
    save(folder, "b.json", "{")
    save(folder, "c.json", definition("good.tool"))
    (folder / "d.json").write_bytes(b'{"a": "\xff"}')
    (folder / "e.json").mkdir()
    save(folder, "f.json", {"tools": [definition("good.tool"), definition("x.y", cost_tier="huge")]})
    found = [(file.name, problem.code, problem.path) for file, problem in problems_of(folder, tmp_path / "nowhere")]
    assert found == [
        ("a.json", "catalog-definition", "timeout_seconds"),
        ("a.json", "catalog-definition", "effect"),
        ("b.json", "catalog-not-json", ""),
        ("d.json", "catalog-unreadable", ""),
        ("e.json", "catalog-unreadable", ""),
        ("f.json", "catalog-duplicate", "tools[0].address"),
        ("f.json", "catalog-definition", "tools[1].cost_tier"),
        ("nowhere", "catalog-unreadable", ""),
    ]


def test_unreadable_files_say_why(tmp_path: Path) -> None:
    (tmp_path / "a.json").mkdir()
    (tmp_path / "b.json").write_bytes(b'{"a": "\xff"}')
    (tmp_path / "c.json").write_bytes(b" " * (limits.MAX_DOCUMENT_BYTES + 1))
    assert [problem.message for _, problem in problems_of(tmp_path, tmp_path / "none")] == [
        "the file cannot be read: Is a directory",
        "the file is not UTF-8 text: byte 7 is 0xff",
        "found 1,048,577 bytes, expected at most 1,048,576 (MAX_DOCUMENT_BYTES)",
        "expected a folder with tool definitions, but it cannot be read: No such file or directory",
    ]


def test_an_address_twice_in_a_folder_names_both_files(tmp_path: Path) -> None:
    save(tmp_path, "a.json", definition())
    save(tmp_path, "b.json", [definition(), definition()])
    assert [problem.message for _, problem in problems_of(tmp_path)] == [
        "address 'demo.echo' is also defined in a.json, expected it once in a folder",
        "address 'demo.echo' is also defined in a.json, expected it once in a folder",
    ]


def test_the_error_shows_one_problem_a_line(tmp_path: Path) -> None:
    one = save(tmp_path, "a.json", definition(timeout_seconds=None))
    column = one.read_text(encoding="utf-8").index('"timeout_seconds"') + 1
    two = save(tmp_path, "b.json", "{")
    with pytest.raises(catalog.CatalogError) as caught:
        catalog.load([tmp_path])
    assert str(caught.value).splitlines() == [
        f"{one}:1:{column}: timeout_seconds: found null, expected a number",
        f"{two}:1:2: not JSON: expecting property name enclosed in double quotes",
    ]
    assert caught.value.kind == errors.INVALID_INPUT


def test_digest_is_of_the_meaning_and_not_of_the_text(tmp_path: Path) -> None:
    one = load_one(tmp_path, '{"address": "a.b", "transport": "system", "timeout_seconds": 1.50}')
    two = load_one(tmp_path, '{"timeout_seconds":1.50,  "transport": "system", "address": "a.b"}')
    other = load_one(tmp_path, '{"address": "a.b", "transport": "system", "timeout_seconds": 1.51}')
    assert one.digest == two.digest != other.digest
    # sha256 of {"address":"a.b","timeout_seconds":1.50,"transport":"system"}, by `printf ... | sha256sum`
    assert one.digest == "fbeef616d2db"


@pytest.mark.parametrize(
    ("asked", "near"),
    [
        pytest.param("slak.post_message", ["slack.post_message"], id="misspelt"),
        pytest.param("Maib.Banking", ["maib.banking"], id="case"),
        pytest.param("gitlab.x", ["gitlab.add_mr_note", "gitlab.approve_mr", "gitlab.run_pipeline"], id="service"),
        pytest.param("zzz", [], id="nothing"),
    ],
)
def test_near(asked: str, near: list[str]) -> None:
    assert catalog.load([catalog.shipped_folder()]).near(asked) == near


def test_vendor_schema_is_checked_with_the_input_schema(tmp_path: Path) -> None:
    tool = load_one(
        tmp_path,
        definition(
            input_schema={"type": "object", "properties": {"a": {"type": "object"}}, "$defs": {"given": {}}},
            vendor_schema={"properties": {"a": {"$ref": "#/$defs/fact"}}, "$defs": {"fact": {"properties": {"value": {"type": "string"}}}}},
        ),
    )
    assert fit.arguments(tool.input_schema, {"a": {"value": 5}}).value == {"a": {"value": "5"}}
    assert set(tool.input_schema["$defs"]) == {"given", "fact"}


def test_catalog_lies_beside_the_package() -> None:
    assert catalog.shipped_folder() == Path(catalog.__file__).parents[1] / "catalogs"
    assert (catalog.shipped_folder() / "maib.banking.json").is_file()


def test_a_tool_of_transport_rest_loads_and_is_unsafe_unless_it_says_more(tmp_path: Path) -> None:
    definition = {
        "address": "shop.orders",
        "transport": "rest",
        "endpoint": "https://api.shop.example",
        "rest": {"method": "POST", "path": "/orders/${arguments.id}", "body": {"n": "${arguments.n}"}},
    }
    (tmp_path / "shop.orders.json").write_text(json.dumps(definition), encoding="utf-8")
    loaded = catalog.load([tmp_path])
    assert loaded["shop.orders"].effect == "unsafe"


def test_a_rest_request_with_a_misspelt_key_is_refused(tmp_path: Path) -> None:
    definition = {"address": "shop.orders", "transport": "rest", "endpoint": "https://api.shop.example", "rest": {"path": "/o", "bdy": {}}}
    (tmp_path / "shop.orders.json").write_text(json.dumps(definition), encoding="utf-8")
    with pytest.raises(catalog.CatalogError, match="bdy"):
        catalog.load([tmp_path])
