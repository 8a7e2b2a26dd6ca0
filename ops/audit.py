"""Known weaknesses of what production runs, asked of a service that knows them, where it can be reached.

    python ops/audit.py requirements.txt

Exit status 1: a weakness is known. Where no service can be reached nothing is known either way, which is said
in one line with status 0: a machine without a network can still test everything else, and the bill of
materials (`make sbom`) can be asked about elsewhere. One package is asked about first: a mirror that knows
packages and no weaknesses answers for none, and is not asked for all.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

_SECONDS = 240
_NOT_ASKED = (
    "audit: no service that knows weaknesses of packages answered ({}); nothing is known either way. "
    "Ask about the bill of materials elsewhere: make sbom."
)


class NotAskedError(Exception):
    """No service answered. The message says why, for within a sentence."""


def weaknesses(packages: list[dict[str, Any]]) -> list[str]:
    """One line for each known weakness, from what pip-audit tells of packages."""
    return [
        f"{package['name']} {package['version']}: {one['id']}"
        + (f", mended in {', '.join(one['fix_versions'])}" if one["fix_versions"] else ", not mended yet")
        for package in packages
        for one in package.get("vulns", [])
    ]


def skipped(packages: list[dict[str, Any]]) -> list[str]:
    """The packages that the service did not know: nothing is known of their weaknesses."""
    return [package["name"] for package in packages if "skip_reason" in package]


def asked(lock: Path) -> list[dict[str, Any]]:
    """What pip-audit tells of every package of a lock."""
    command = [
        *(
            sys.executable,
            "-m",
            "pip_audit",
            "--disable-pip",
            "--require-hashes",
            "--progress-spinner",
            "off",
        ),
        *("--format", "json", "--timeout", "10", "-r", str(lock)),
    ]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_SECONDS)
    except subprocess.TimeoutExpired:
        raise NotAskedError(f"no answer in {_SECONDS} s") from None
    if not done.stdout.lstrip().startswith("{"):
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise NotAskedError(last.rpartition(":")[2].strip()[:120])
    packages: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
    return packages


def first_of(lock: Path) -> str:
    """The first package of a lock with its hashes, as a lock of its own."""
    lines = lock.read_text(encoding="utf-8").splitlines()
    start = next(number for number, line in enumerate(lines) if "==" in line and not line.startswith("#"))
    end = next(number for number in range(start, len(lines)) if not lines[number].endswith("\\"))
    return "\n".join(lines[start : end + 1]) + "\n"


def told(lock: Path) -> tuple[list[str], int]:
    """What is to be said of a lock, and the exit status."""
    with tempfile.TemporaryDirectory() as folder:
        one = Path(folder) / "first.txt"
        one.write_text(first_of(lock), encoding="utf-8")
        if skipped(asked(one)):
            raise NotAskedError("the package index tells no weaknesses")
    packages = asked(lock)
    found, unknown = weaknesses(packages), skipped(packages)
    lines = found or [
        f"audit: no known weakness in the {len(packages) - len(unknown)} packages that it knows."
    ]
    if unknown:
        lines.append(f"audit: nothing is known of {', '.join(unknown)}.")
    return lines, 1 if found else 0


def main(arguments: list[str]) -> int:
    try:
        lines, status = told(Path(arguments[0]))
    except NotAskedError as reason:
        print(_NOT_ASKED.format(reason))
        return 0
    print("\n".join(lines))
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
