"""Where the demo plays: what is set up, who is there, and how they act."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from paloverde.desk.people import Role
from paloverde.errors import PersonNeeded
from paloverde.orchestration.airflow_parts import bare_environment
from paloverde.orchestration.airflow_rest import Airflow
from paloverde.orchestration.staging import SignIn, Sites, Teller

_COMMAND_SECONDS = 300.0


@dataclass(frozen=True)
class Stage:
    """Everything that is set up: where, with which settings, who, and Airflow as IT sees it."""

    home: Path
    city: Mapping[str, str]
    sites: Sites
    accounts: list[dict[str, Any]]
    sign_ins: Mapping[Role, SignIn]
    airflow: Airflow
    tell: Teller

    def signed_in(self, role: Role) -> Airflow:
        """Airflow, as the demo's person of that role sees it."""
        who = self.sign_ins[role]
        return self.airflow.signed_in(who.username, who.password)

    def acts(self, role: Role, *words: str) -> str:
        """What the command line says to the demo's person of a role, who signs in."""
        who = self.sign_ins[role]
        file = self.home / f"{who.username}.password"
        file.touch(mode=0o600)
        file.write_text(who.password, encoding="utf-8")
        return self.paloverde(*words, "--as", who.username, "--password-file", str(file))

    def paloverde(self, *words: str) -> str:
        """The command line's standard output.

        Raises PersonNeeded with what it said, on either stream, where it fails.
        """
        done = subprocess.run(  # noqa: S603 - this interpreter, our own module
            [sys.executable, "-m", "paloverde.cli", *words],
            env=bare_environment() | dict(self.city),
            capture_output=True,
            text=True,
            timeout=_COMMAND_SECONDS,
            check=False,
        )
        said = done.stderr.strip()[-800:] or done.stdout.strip()[:800]
        must(done.returncode == 0, f"`paloverde {words[0]}` ended with {done.returncode}: {said}")
        return done.stdout


def must(condition: bool, otherwise: str) -> None:
    """Raise PersonNeeded with what should hold and does not."""
    if not condition:
        raise PersonNeeded(f"This should hold and does not: {otherwise}.")
