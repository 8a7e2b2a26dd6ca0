"""The bill of materials names every package of the lock, and its bytes follow from the lock alone."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from importlib.resources import files
from typing import Any

import jsonschema
import pytest
from packaging.utils import canonicalize_name
from referencing import Registry, Resource

from stores import ROOT
from test_lock import locked

SCHEMAS = files("cyclonedx.schema") / "_res"


def made() -> bytes:
    command = [sys.executable, ROOT / "ops" / "sbom.py", ROOT / "requirements.txt"]
    return subprocess.run(command, capture_output=True, check=True).stdout


@pytest.fixture(scope="module")
def bill() -> dict[str, Any]:
    told: dict[str, Any] = json.loads(made())
    return told


def test_it_is_cyclonedx(bill: dict[str, Any]) -> None:
    def schema(name: str) -> Any:
        return json.loads((SCHEMAS / f"{name}.SNAPSHOT.schema.json").read_text(encoding="utf-8"))

    others = [
        (f"http://cyclonedx.org/schema/{name}.SNAPSHOT.schema.json", Resource.from_contents(schema(name)))
        for name in ("spdx", "jsf-0.82")
    ]
    whole = schema("bom-1.6")
    jsonschema.Draft7Validator(whole, registry=Registry().with_resources(others)).validate(bill)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft7Validator(whole, registry=Registry().with_resources(others)).validate(
            bill | {"components": [{"name": "without a type"}]}
        )


def test_it_names_every_package_of_the_lock_with_all_its_hashes(bill: dict[str, Any]) -> None:
    told = {
        (one["name"], one["version"]): {
            hashed["content"] for link in one["externalReferences"] for hashed in link["hashes"]
        }
        for one in bill["components"]
    }
    pins = locked((ROOT / "requirements.txt").read_text(encoding="utf-8"))
    assert len(pins) > 150
    for pin, hashes in pins:
        version = str(pin.specifier).removeprefix("==")
        assert told[canonicalize_name(pin.name), version] >= set(hashes), pin.name
    assert {name for name, _ in told} == {canonicalize_name(pin.name) for pin, _ in pins}


def test_it_is_for_the_project_at_its_version(bill: dict[str, Any]) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert bill["metadata"]["component"]["purl"] == f"pkg:pypi/paloverde@{project['version']}"


def test_most_licences_are_said_and_none_is_made_up(bill: dict[str, Any]) -> None:
    unsaid = [one["name"] for one in bill["components"] if "not said" in json.dumps(one["licenses"])]
    assert len(unsaid) < len(bill["components"]) / 10
    assert all(one["licenses"] for one in bill["components"])
    (boto3,) = [one for one in bill["components"] if one["name"] == "boto3"]
    assert "Apache-2.0" in json.dumps(boto3["licenses"])


def test_the_same_lock_gives_the_same_bytes() -> None:
    assert made() == made()
