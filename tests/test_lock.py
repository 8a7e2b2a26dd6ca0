"""The locks are complete: what is installed is named, exact and checked by its hash."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[1]
LOCKS = sorted(ROOT.glob("requirements*.txt"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def locked(text: str) -> list[tuple[Requirement, list[str]]]:
    """Each requirement of a lock with its hashes. A line that is neither raises `InvalidRequirement`."""
    joined = re.sub(r"\\\n\s*", " ", re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE))
    lines = [line for line in joined.splitlines() if line.strip()]
    return [
        (Requirement(line.split(" --hash=")[0]), re.findall(r"--hash=sha256:([0-9a-f]{64})(?=\s|$)", line))
        for line in lines
    ]


def faults(text: str) -> list[str]:
    """What keeps a lock from being exact."""
    found = []
    for requirement, hashes in locked(text):
        if not hashes:
            found.append(f"{requirement.name} has no hash")
        if [part.operator for part in requirement.specifier] != ["=="] or "*" in str(requirement.specifier):
            found.append(f"{requirement.name} is not one exact version")
        if requirement.url:
            found.append(f"{requirement.name} comes from an address")
    return found


def versions(file: str) -> dict[str, list[Version]]:
    """Several versions of one package stand for several Python versions, told apart by markers."""
    found: dict[str, list[Version]] = {}
    for requirement, _ in locked((ROOT / file).read_text(encoding="utf-8")):
        version = Version(str(requirement.specifier).removeprefix("=="))
        found.setdefault(canonicalize_name(requirement.name), []).append(version)
    return found


def missing(dependencies: list[str], file: str) -> list[str]:
    present = versions(file)
    return [
        dependency
        for dependency in dependencies
        if not (held := present.get(canonicalize_name(Requirement(dependency).name)))
        or not all(Requirement(dependency).specifier.contains(version) for version in held)
    ]


def test_production_development_and_installer_are_locked() -> None:
    names = {path.name for path in LOCKS}
    assert names >= {"requirements.txt", "requirements-dev.txt", "requirements-installer.txt"}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_every_line_is_one_exact_version_with_its_hashes(lock: Path) -> None:
    assert len(locked(lock.read_text(encoding="utf-8"))) > 5
    assert faults(lock.read_text(encoding="utf-8")) == []


def test_every_dependency_is_in_the_production_lock() -> None:
    project = PROJECT["project"]
    wanted = project["dependencies"] + project["optional-dependencies"]["postgres"]
    assert missing(wanted, "requirements.txt") == []


def test_every_development_dependency_is_in_its_lock() -> None:
    groups = PROJECT["dependency-groups"]
    assert missing(PROJECT["project"]["dependencies"] + groups["dev"], "requirements-dev.txt") == []


def test_the_build_backend_is_in_the_installers_lock() -> None:
    assert (
        missing([*PROJECT["build-system"]["requires"], "uv", "editables"], "requirements-installer.txt") == []
    )


@pytest.mark.parametrize("other", ["requirements-dev.txt", "requirements-installer.txt"])
def test_what_is_tested_is_what_production_runs(other: str) -> None:
    production, tested = versions("requirements.txt"), versions(other)
    differing = {name for name in production.keys() & tested.keys() if production[name] != tested[name]}
    assert differing == set()
    if other == "requirements-dev.txt":
        assert production.keys() - tested.keys() == set()


GOOD = "seal==1.0 \\\n    --hash=sha256:" + "a" * 64 + "\n    # via paloverde\n"


@pytest.mark.parametrize(
    "planted",
    [
        "seal==1.0\n",
        GOOD.replace("==", ">="),
        GOOD.replace("1.0", "1.*"),
        GOOD.replace("sha256", "md5"),
        GOOD.replace("a" * 64, "a" * 63),
        GOOD.replace("==1.0", " @ https://example.invalid/seal.whl"),
    ],
)
def test_a_faulty_line_would_be_found(planted: str) -> None:
    assert faults(GOOD) == []
    assert faults(planted) != []
