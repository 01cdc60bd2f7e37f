"""The arrows of the house: which room may import what. Read from the source with `ast`, so that nothing needs to be imported."""

from __future__ import annotations

import ast
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("workflows", "activities", "starter", "worker", "tests", "catalogs", "pipelines", "docker", "docs")

#: What core may use beside the standard library and itself.
CORE_PACKAGES = {"jinja2", "markupsafe", "dateutil", "pydantic", "jsonschema", "jmespath", "holidays", "ruamel"}
#: Parts of the standard library that reach a disk, a network, a clock or chance; core and workflows stay away from them.
WORLD = {
    "asyncio.subprocess",
    "ftplib",
    "http",
    "io",
    "multiprocessing",
    "os",
    "random",
    "secrets",
    "select",
    "shutil",
    "signal",
}
WORLD |= {
    "pathlib.Path",
    "smtplib",
    "socket",
    "sqlite3",
    "ssl",
    "subprocess",
    "sys",
    "tempfile",
    "threading",
    "time",
    "urllib.request",
    "uuid",
}


def modules() -> list[Path]:
    """Every module of the product."""
    return [path for room in ("workflows", "activities", "starter") for path in sorted((ROOT / room).rglob("*.py"))] + [ROOT / "worker.py"]


def name(path: Path) -> str:
    """`workflows.core.errors`."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imports(path: Path) -> Iterator[str]:
    """Everything that a module imports, wherever in it: `workflows.core.errors` also for `from workflows.core import errors`."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            if node.level or node.module is None:
                yield "relative import"
            elif node.module != "__future__":
                yield from (f"{node.module}.{alias.name}" for alias in node.names)


def attributes(path: Path) -> Iterator[str]:
    """What a module takes out of names: `pathlib.Path`; a pure path is no world."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield f"{node.value.id}.{node.attr}"


def ours(imported: str) -> bool:
    return imported.split(".")[0] in ROOMS


def room(imported: str) -> str:
    """The room of a module of ours: `core`, `contract`, `workflows`, `activities`, `starter`, `worker`."""
    parts = imported.split(".")
    if parts[:2] in (["workflows", "core"], ["workflows", "contract"]):
        return parts[1]
    return parts[0]


#: Room -> the rooms that it may import from. Converter: what crosses is written by one converter that all use.
ARROWS = {
    "core": {"core"},
    "contract": set(),
    "workflows": {"core", "contract", "workflows"},
    "activities": {"core", "contract", "activities"},
    "starter": {"core", "contract", "workflows", "activities", "starter", "worker"},
    "worker": {"core", "contract", "workflows", "activities", "starter"},
}


@pytest.mark.parametrize("path", modules(), ids=name)
def test_arrows_point_down(path: Path) -> None:
    here = room(name(path))
    wrong = [
        imported for imported in imports(path) if imported == "relative import" or (ours(imported) and room(imported) not in ARROWS[here])
    ]
    assert wrong == []


@pytest.mark.parametrize("path", sorted((ROOT / "workflows" / "core").glob("*.py")), ids=name)
def test_core_would_run_in_a_notebook(path: Path) -> None:
    foreign = [
        imported
        for imported in imports(path)
        if not ours(imported) and imported.split(".")[0] not in sys.stdlib_module_names | CORE_PACKAGES
    ]
    assert foreign == []


@pytest.mark.parametrize("path", sorted((ROOT / "workflows").rglob("*.py")), ids=name)
def test_what_must_replay_does_not_touch_the_world(path: Path) -> None:
    touched = [found for found in imports(path) if {found, found.rsplit(".", 1)[0], found.split(".")[0]} & WORLD]
    touched += [found for found in attributes(path) if found == "pathlib.Path"]
    assert touched == []


def test_the_contract_needs_nothing_but_the_standard_library() -> None:
    assert [
        imported for imported in imports(ROOT / "workflows" / "contract.py") if imported.split(".")[0] not in sys.stdlib_module_names
    ] == []


KINDS = [path for folder in ("transports", "auth", "databases") for path in sorted((ROOT / "activities" / folder).glob("*.py"))]


@pytest.mark.parametrize("path", KINDS, ids=name)
def test_a_kind_does_not_know_temporal_or_the_other_kinds(path: Path) -> None:
    """A transport, a way to authenticate, a database; what two of them share, and `postgres_values` of `postgres`, is no kind."""
    forbidden = {f"activities.{path.parent.name}.{kind}" for kind in _other_kinds(path)}
    wrong = [found for found in imports(path) if found.split(".")[0] == "temporalio" or ".".join(found.split(".")[:3]) in forbidden]
    assert wrong == []


def _other_kinds(path: Path) -> set[str]:
    room = f"activities.{path.parent.name}."
    siblings = list(path.parent.glob("*.py"))
    shared = Counter(part for other in siblings for part in {found.split(".")[2] for found in imports(other) if found.startswith(room)})
    return {other.stem for other in siblings if other != path and shared[other.stem] < 2 and not other.stem.startswith(f"{path.stem}_")}


@pytest.mark.parametrize("path", [path for path in modules() if path.name == "__init__.py"], ids=name)
def test_an_init_file_holds_a_docstring_only(path: Path) -> None:
    (only,) = [node for node in ast.parse(path.read_text(encoding="utf-8")).body if not _is_future(node)]
    assert isinstance(only, ast.Expr)
    assert isinstance(only.value, ast.Constant)


@pytest.mark.parametrize("path", modules(), ids=name)
def test_a_module_begins_with_its_docstring(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


def _is_future(node: ast.stmt) -> bool:
    return isinstance(node, ast.ImportFrom) and node.module == "__future__"


def test_data_rooms_hold_no_python() -> None:
    assert [path for folder in ("catalogs", "pipelines", "docker") for path in (ROOT / folder).rglob("*.py")] == []


def test_every_room_is_in_the_list_of_packages() -> None:
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]["packages"]
    found = {".".join(path.parent.relative_to(ROOT).parts) for path in modules() if path.parent != ROOT}
    assert set(listed) == found | {"catalogs", "pipelines"}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param("import temporalio.client", ["temporalio.client"], id="import"),
        pytest.param("from workflows.core import errors, model", ["workflows.core.errors", "workflows.core.model"], id="from"),
        pytest.param("def f():\n    import os", ["os"], id="inside a function"),
        pytest.param("from . import errors", ["relative import"], id="relative"),
        pytest.param("from __future__ import annotations", [], id="future"),
    ],
)
def test_imports_are_found_wherever_they_stand(tmp_path: Path, source: str, expected: list[str]) -> None:
    (tmp_path / "module.py").write_text(source)
    assert list(imports(tmp_path / "module.py")) == expected
