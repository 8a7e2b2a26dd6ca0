"""The bill of materials of what production runs, as CycloneDX 1.6 JSON: each package, its hashes and licence.

    python ops/sbom.py requirements.txt > sbom.json

The same lock gives the same bytes: there is no date in it, and its serial number comes from the content.
Licences are what the installed package says of itself; one that is not installed here (another platform's)
says so.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
import tomllib
import uuid
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).parents[1]
_PINNED = re.compile(
    r"^(?P<name>[A-Za-z0-9._-]+)(?:\[[^\]]*\])?==(?P<version>[^\s;\\]+)(?P<marker>\s*;[^\\\n]*)?"
    r"(?P<hashes>(?:\s*\\\n\s+--hash=sha256:[0-9a-f]{64})+)",
    re.MULTILINE,
)
_SPDX = re.compile(r"[A-Za-z0-9.+-]+\Z")
# What packages call their licence in older metadata, and its SPDX name.
_NAMED = {
    "Apache Software License": "Apache-2.0",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}
_UNKNOWN = "not said by the package as it is installed here"


def bill(lock: str, project: dict[str, Any]) -> dict[str, Any]:
    """The bill of a lock file's text, for the project of a `pyproject.toml`."""
    components = _components(lock)
    own = f"pkg:pypi/{project['name']}@{project['version']}"
    whole = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": own,
                "name": project["name"],
                "version": project["version"],
                "purl": own,
                "licenses": [{"license": {"id": project["license"]}}],
            }
        },
        "components": components,
    }
    digest = hashlib.sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()
    return {**whole, "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, digest)}"}


def _components(lock: str) -> list[dict[str, Any]]:
    """One for each name and version, in order; a line with extras and the bare line beside it are one."""
    found: dict[str, dict[str, Any]] = {}
    for pin in _PINNED.finditer(lock):
        name = re.sub(r"[-_.]+", "-", pin["name"]).lower()
        purl = f"pkg:pypi/{name}@{pin['version']}"
        found[purl] = {
            "type": "library",
            "bom-ref": purl,
            "name": name,
            "version": pin["version"],
            "purl": purl,
            "licenses": _licences(name, pin["version"]),
            # One hash for each file that the index offers of this version; any of them may be installed.
            "externalReferences": [
                {
                    "type": "distribution",
                    "url": purl,
                    "hashes": [{"alg": "SHA-256", "content": one} for one in sorted(_hashes(pin["hashes"]))],
                }
            ],
            **({"properties": [_only(pin["marker"])]} if pin["marker"] else {}),
        }
    return [found[purl] for purl in sorted(found)]


def _hashes(text: str) -> list[str]:
    return re.findall(r"sha256:([0-9a-f]{64})", text)


def _only(marker: str) -> dict[str, str]:
    return {"name": "python:marker", "value": marker.strip(" ;")}


def _licences(name: str, version: str) -> list[dict[str, Any]]:
    """As the installed package says: its SPDX expression, else each name that it calls its licence by."""
    try:
        said = metadata(name)
    except PackageNotFoundError:
        return [{"license": {"name": _UNKNOWN}}]
    if said["Version"] != version:
        return [{"license": {"name": _UNKNOWN}}]
    if expression := said["License-Expression"]:
        return [{"expression": expression}]
    called = {
        one.rpartition(" :: ")[2] for one in said.get_all("Classifier") or [] if one.startswith("License ::")
    } - {"OSI Approved"}
    free = (said["License"] or "").strip()
    if not called and _SPDX.match(free):
        called = {free}
    return [{"license": _named(one)} for one in sorted(called)] or [{"license": {"name": _UNKNOWN}}]


def _named(called: str) -> dict[str, str]:
    return {"id": _NAMED[called]} if called in _NAMED else {"name": called}


def main(arguments: list[str]) -> int:
    project = tomllib.loads((_ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lock = Path(arguments[0]).read_text(encoding="utf-8")
    json.dump(bill(lock, project), sys.stdout, indent=1, sort_keys=True)
    sys.stdout.write("\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
