"""The shape of the code, read from its syntax: who may import whom, and through which door.

Every check is a function from sources to sentences, so that each can be shown a planted violation.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
Sources = Mapping[str, str]  # path from the root -> text

# Data goes one way: a package imports only from itself and from those before it.
ORDER = (
    *(
        "records",
        "wording",
        "unanswered",
        "errors",
        "steps",
        "settings",
        "state",
        "platforms",
        "imports",
        "archive",
        "capture",
        "retention",
        "lake",
    ),
    *(
        "search",
        "requests",
        "bundles",
        "productions",
        "watch",
        "installation",
        "alarms",
        "lineage",
        "desk",
        "orchestration",
        "commands",
        "cli",
    ),
)
# The simulated sites are an independent witness of the wire format: they know nothing of the product.
WITNESS = "simulator"
STARTS_THE_WITNESS = ("installation", "commands", "cli")
DOORS = {
    "requests": ("include/paloverde/platforms/network.py",),
    # Single sign-on redeems one code for one person who waits: neither a site's budget nor its retries apply.
    "httpx": ("include/paloverde/desk/oidc.py",),
    "openlineage": ("include/paloverde/lineage/events.py",),
    "smtplib": ("include/paloverde/alarms/mail.py",),
    "boto3": ("include/paloverde/archive/store/s3.py",),
    "botocore": ("include/paloverde/archive/store/s3.py",),
    "airflow": ("include/paloverde/orchestration/", "dags/", "plugins/"),
}
# What destroys stored records: who may name it. Beside it only the probe deletes, under `probe/`.
DESTROYS = {
    "open_destroyer": ("archive/store/__init__.py", "retention/disposition.py"),
    "Maker": ("archive/store/destroyer.py", "retention/disposition.py"),
    "permit": ("archive/store/destroyer.py", "retention/disposition.py"),
    "Permission": (
        "archive/store/destroyer.py",
        "archive/store/directory_destroyer.py",
        "archive/store/s3_destroyer.py",
    ),
    "delete_object": ("archive/store/s3_destroyer.py", "archive/store/s3_tamper.py"),
    "delete_objects": (),
    "delete_bucket": (),
}
# In the stores of the archive a file goes only where an object is destroyed, or was never whole.
STORES = "include/paloverde/archive/store/"
MAY_UNLINK = ("directory.py", "directory_destroyer.py", "directory_tamper.py", "rules.py")
UNLINKS = {"unlink", "remove", "rmtree", "rmdir", "removedirs"}
DRAWERS = {"base", "common", "helper", "helpers", "manager", "managers", "misc", "util", "utils"}
MOST_LINES = 500


def read(*folders: str) -> dict[str, str]:
    return {
        path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
        for folder in folders
        for path in sorted((ROOT / folder).rglob("*.py"))
    }


OWN = read("include/paloverde")
ALL = OWN | read("dags", "plugins")


def module_of(path: str) -> str:
    """`include/paloverde/archive/__init__.py` is `paloverde.archive`."""
    return path.removeprefix("include/").removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def names_in(node: ast.AST, path: str) -> Iterator[str]:
    """The dotted names that an import statement (or an `import_module("…")`) asks for."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        start = module_of(path).split(".")
        if node.level:
            package = start if path.endswith("/__init__.py") else start[:-1]
            start = package[: len(package) - node.level + 1]
        stem = ".".join([*(start if node.level else []), *([node.module] if node.module else [])])
        yield from (f"{stem}.{alias.name}" for alias in node.names)
    elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if called in ("import_module", "__import__") and isinstance(node.args[0].value, str):
            yield node.args[0].value


def imports(path: str, text: str) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(text, path)):
        for name in names_in(node, path):
            yield getattr(node, "lineno", 0), name


def own_imports(path: str, text: str) -> Iterator[tuple[int, str]]:
    return ((line, name) for line, name in imports(path, text) if name.split(".")[0] == "paloverde")


def package_of(module: str) -> str:
    """The name that `ORDER` knows: `paloverde.archive.seal` is in `archive`."""
    return [*module.split("."), ""][1].replace("__main__", "cli")


def against_the_flow(sources: Sources) -> list[str]:
    found = []
    for path, text in sources.items():
        here = package_of(module_of(path))
        if here not in (*ORDER, WITNESS, ""):
            found.append(f"{path}: the package {here} has no place in ORDER")
            continue
        for line, name in own_imports(path, text):
            there = package_of(name)
            if not may_import(here, there):
                found.append(f"{path}:{line}: {here or 'paloverde'} imports {there}, against the flow")
    return found


def may_import(here: str, there: str) -> bool:
    if there in (here, "__version__"):
        return True
    if WITNESS in (here, there):
        return here in STARTS_THE_WITNESS
    return here in ORDER and there in ORDER and ORDER.index(there) < ORDER.index(here)


def beside_the_doors(sources: Sources) -> list[str]:
    return [
        f"{path}:{line}: {name.split('.')[0]} is imported only in {', '.join(DOORS[name.split('.')[0]])}"
        for path, text in sources.items()
        for line, name in imports(path, text)
        if name.split(".")[0] in DOORS and not path.startswith(DOORS[name.split(".")[0]])
    ]


def hidden_imports(sources: Sources) -> list[str]:
    """Own imports that are not at the top of their module; they hide a wrong order."""
    found = set()
    for path, text in sources.items():
        for node in ast.walk(ast.parse(text, path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
                found |= {
                    f"{path}:{inner.lineno}: {name} is imported inside a function"
                    for inner in ast.walk(node)
                    if isinstance(inner, ast.Import | ast.ImportFrom | ast.Call)
                    for name in names_in(inner, path)
                    if name.split(".")[0] == "paloverde"
                }
    return sorted(found)


def cycles(sources: Sources) -> list[str]:
    modules = {module_of(path) for path in sources}
    graph = {
        module_of(path): {closest(name, modules) for _, name in own_imports(path, text)} - {module_of(path)}
        for path, text in sources.items()
    }
    found = set()
    for start, ends in graph.items():
        found |= {
            f"{start} imports {end}, which leads back to it" for end in ends if start in reachable(graph, end)
        }
    return sorted(found)


def closest(name: str, modules: set[str]) -> str:
    """The module that gives the imported name: the longest part of it that is a module."""
    while name and name not in modules:
        name = name.rpartition(".")[0]
    return name


def reachable(graph: Mapping[str, set[str]], start: str) -> set[str]:
    seen, waiting = set(), [start]
    while waiting:
        here = waiting.pop()
        if here not in seen:
            seen.add(here)
            waiting += graph.get(here, ())
    return seen


def named(node: ast.AST) -> str:
    """The name that a node says, imports, or asks another object for."""
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.alias):
        return node.name.rpartition(".")[2]
    if isinstance(node, ast.Constant):  # getattr(client, "delete_object")
        return node.value if isinstance(node.value, str) and node.value.isidentifier() else ""
    return node.id if isinstance(node, ast.Name) else ""


def unlawful_destroyers(sources: Sources) -> list[str]:
    """Who names what destroys, and may not."""
    found = set()
    for path, text in sources.items():
        for node in ast.walk(ast.parse(text, path)):
            name = named(node)
            allowed = tuple(f"include/paloverde/{place}" for place in DESTROYS.get(name, ()))
            if name in DESTROYS and path not in allowed:
                found.add(
                    f"{path}:{getattr(node, 'lineno', 0)}: {name} is named only in {', '.join(allowed)}"
                )
            if name in UNLINKS and path.startswith(STORES) and not path.endswith(MAY_UNLINK):
                found.add(f"{path}:{getattr(node, 'lineno', 0)}: {name} in a store is destruction")
    return sorted(found)


def drawers(sources: Sources) -> list[str]:
    return [
        f"{path}: {part} says nothing about what is in it"
        for path in sources
        for part in Path(path).with_suffix("").parts
        if part in DRAWERS
    ]


def too_long(sources: Sources) -> list[str]:
    return [
        f"{path}: {lines} lines; a module has at most {MOST_LINES}"
        for path, text in sources.items()
        if (lines := text.count("\n")) > MOST_LINES
    ]


def stray_plugins(names: list[str]) -> list[str]:
    """Airflow executes every .py under plugins/ and puts it into sys.modules under its bare name."""
    found = []
    if len([name for name in names if name.endswith(".py")]) != 1:
        found.append("plugins/ holds exactly one .py file")
    if ".airflowignore" not in names:
        found.append("plugins/ needs its .airflowignore")
    return found


def test_the_checks_see_the_package() -> None:
    assert {module_of(path) for path in OWN} >= {"paloverde", "paloverde.records", "paloverde.archive.store"}


def test_imports_only_look_back_up_the_flow() -> None:
    assert against_the_flow(OWN) == []


def test_the_network_s3_and_airflow_enter_by_one_door_each() -> None:
    assert beside_the_doors(ALL) == []


def test_only_the_carrying_out_of_an_order_can_destroy() -> None:
    assert unlawful_destroyers(ALL) == []


def test_every_file_that_may_name_what_destroys_is_there() -> None:
    assert {place for places in DESTROYS.values() for place in places} <= {
        path.removeprefix("include/paloverde/") for path in OWN
    }


def test_every_door_that_is_one_file_is_there() -> None:
    files = {place for places in DOORS.values() for place in places if place.endswith(".py")}
    assert {place for place in files if place not in OWN} == set()


def test_no_own_import_hides_in_a_function() -> None:
    assert hidden_imports(ALL) == []


def test_no_module_imports_itself_through_others() -> None:
    assert cycles(OWN) == []


def test_no_module_is_a_drawer() -> None:
    assert drawers(ALL) == []


def test_no_module_is_too_long_to_know() -> None:
    assert too_long(ALL) == []


def test_the_plugins_folder_holds_one_file() -> None:
    folder = ROOT / "plugins"
    names = [
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if "__pycache__" not in path.parts
    ]
    assert stray_plugins(names) == []


def package(**modules: str) -> dict[str, str]:
    """A package to plant violations in: `archive__seal` is include/paloverde/archive/seal.py."""
    return {f"include/paloverde/{name.replace('__', '/')}.py": text for name, text in modules.items()}


@pytest.mark.parametrize(
    "planted",
    [
        package(archive__seal="from paloverde.capture.run import night"),
        package(archive__seal="from paloverde import capture"),
        package(archive__seal="import paloverde.cli"),
        package(archive__seal="from ..capture import run"),
        package(records="from paloverde.errors import Unreadable"),
        package(simulator__city="from paloverde.records import Kind"),
        package(capture__run="from paloverde.simulator.city import City"),
        package(errors="def f():\n    from paloverde import cli"),
        package(drawer__seal="x = 1"),
    ],
)
def test_an_import_against_the_flow_is_found(planted: dict[str, str]) -> None:
    assert len(against_the_flow(planted)) == 1


@pytest.mark.parametrize(
    "planted",
    [
        package(capture__run="from paloverde.archive import seal\nfrom paloverde.platforms.x import talk"),
        package(archive__seal="from . import layout\nfrom paloverde import __version__"),
        package(cli="from paloverde.simulator.city import City\nfrom paloverde.orchestration import nights"),
        package(simulator__x__pages="from paloverde.simulator import city\nimport json"),
    ],
)
def test_an_import_with_the_flow_is_let_pass(planted: dict[str, str]) -> None:
    assert against_the_flow(planted) == []


@pytest.mark.parametrize(
    "planted",
    [
        package(capture__media="import requests"),
        package(capture__media="from requests.adapters import HTTPAdapter"),
        package(archive__store__folder="def f():\n    import boto3"),
        package(archive__seal="from botocore.exceptions import ClientError"),
        package(capture__run='import importlib\nimportlib.import_module("airflow.sdk")'),
        {"dags/nightly.py": "import boto3"},
    ],
)
def test_an_import_beside_the_door_is_found(planted: dict[str, str]) -> None:
    assert len(beside_the_doors(planted)) == 1


def test_imports_through_the_doors_and_our_own_package_of_that_name_are_let_pass() -> None:
    assert beside_the_doors({"dags/nightly.py": "from airflow.sdk import dag"}) == []
    assert beside_the_doors(package(platforms__network="import requests", cli="from . import requests")) == []


@pytest.mark.parametrize(
    "planted",
    [
        package(desk__page="from paloverde.archive.store import open_destroyer"),
        package(desk__page="import paloverde.archive.store as s\ns.open_destroyer('file:///a')"),
        package(archive__fixity="from paloverde.archive.store.destroyer import Maker"),
        package(
            commands__dispose="from paloverde.retention import disposition\ndisposition._MAKER.permit('o', [])"
        ),
        package(archive__copies="def f(client):\n    client.delete_object(Bucket='b', Key='k')"),
        package(archive__copies="def f(client):\n    getattr(client, 'delete_objects')(Bucket='b')"),
        package(archive__store__walk="def f(path):\n    path.unlink()"),
        {"dags/tidy.py": "from paloverde.archive.store.destroyer import Permission"},
    ],
)
def test_another_way_to_destroy_is_found(planted: dict[str, str]) -> None:
    assert len(unlawful_destroyers(planted)) == 1


@pytest.mark.parametrize(
    "line",
    [
        "    from paloverde import records",
        "    from . import records",
        '    import_module("paloverde.records")',
    ],
)
def test_a_hidden_own_import_is_found(line: str) -> None:
    assert len(hidden_imports(package(cli=f"def main():\n{line}"))) == 1


def test_a_cycle_is_found_through_three_modules() -> None:
    planted = package(
        archive__a="from paloverde.archive.b import f",
        archive__b="from paloverde.archive import c",
        archive__c="from . import a",
    )
    assert len(cycles(planted)) == 3
    assert cycles(planted | package(archive__c="x = 1")) == []


def test_a_drawer_and_a_long_module_are_found() -> None:
    assert len(drawers(package(archive__utils="", common__seal=""))) == 2
    assert len(too_long(package(cli="x = 1\n" * 501, records="x = 1\n" * 500))) == 1


def test_a_second_plugin_or_a_missing_ignore_file_is_found() -> None:
    assert stray_plugins(["paloverde_desk.py", ".airflowignore"]) == []
    assert len(stray_plugins(["paloverde_desk.py", "sub/csv.py"])) == 2
