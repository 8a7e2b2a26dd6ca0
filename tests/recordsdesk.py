"""The command line of a simulated city's records desk: three people, real nights, one request after another."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest

from paloverde.cli import main
from paloverde.desk.people import People, Role
from paloverde.installation import Installation, open_installation
from paloverde.records import archive_day
from paloverde.settings import load
from simulatedcity import ArchivedCity, archived_city

PASSWORD = "a long sentence for tests"
PEOPLE = {"cleo": ("Cleo Park", Role.CLERK), "ana": ("Ana Ruiz", Role.COUNSEL), "ivo": ("Ivo Lee", Role.IT)}
_SIGNED = {
    "request": {"receive", "search", "replay", "acknowledge", "clarify", "custodian", "extend", "determine",
                "minutes", "note", "close", "reopen", "litigation", "adopt-closures"},
    "letter": {"send"},
    "deliver": {"agree", "link", "record", "revoke"},
}  # fmt: skip


class Said(NamedTuple):
    """What a command printed, and its exit status."""

    status: int
    out: str
    err: str


class RecordsDesk:
    """The city's archive, and whoever sits at its command line."""

    def __init__(self, archived: ArchivedCity, home: Path) -> None:
        self.archived, self.home = archived, home
        people = People(home / "users.json")
        for user, (name, role) in PEOPLE.items():
            people.put(user, name, role, PASSWORD)
        self._password = home / "password"
        self._password.write_text(PASSWORD)
        self._password.chmod(0o600)

    def __call__(self, *words: object, who: str = "cleo", status: int = 0) -> Said:
        """Run one command as somebody; a status that was not expected fails with what was said."""
        told = [str(word) for word in words]
        if told[0] == "review" or {*told[1:2]} & _SIGNED.get(told[0], set()) or "--request" in told:
            told += ["--as", who, "--password-file", str(self._password)]
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            ended = main(told)
        said = Said(ended, out.getvalue(), err.getvalue())
        assert ended == status, f"{told[:3]} ended with {ended}: {said.err or said.out}"
        return said

    def refused(self, *words: object, who: str = "cleo") -> str:
        """What a command that cannot be done now says."""
        return self(*words, who=who, status=1).err

    def city(self) -> Installation:
        return open_installation(load(os.environ))

    def controls(self, number: str) -> dict[str, str]:
        """The text (its beginning) of everything under review, by control number."""
        listed = self("review", "list", number).out
        lines = re.findall(rf"^({number}-\d{{6}})  .{{14,}}  [^:]*: (.*?)…?$", listed, re.MULTILINE)
        return dict(lines)


def environment(archived: ArchivedCity) -> dict[str, str]:
    """The variables that open the same installation as `archived` has."""
    settings = archived.city.settings
    return {
        "PALOVERDE_HOME": str(settings.home),
        "PALOVERDE_AGENCY_NAME": "City of Palma Ria",
        "PALOVERDE_RECORDS_OFFICE": "City Clerk, 1 Plaza, Palma Ria, clerk@palmaria.example",
        "PALOVERDE_ARCHIVE_LOCATION": "City Hall, 1 Plaza, Palma Ria",
        "PALOVERDE_LOG_ORIGIN": "archive.palmaria.example/ledger",
        "PALOVERDE_ALLOW_LOOPBACK_SITES": "true",
    }


@contextmanager
def records_desk(home: Path, sites: tuple[str, ...] = ("facebook", "x")) -> Iterator[RecordsDesk]:
    """A desk whose commands open the city at `home`, of which some sites' accounts are archived."""
    with archived_city(home) as archived, pytest.MonkeyPatch.context() as shell:
        archived.tokens = {s: token for s, token in archived.tokens.items() if s.startswith(sites)}
        for name, value in environment(archived).items():
            shell.setenv(name, value)
        yield RecordsDesk(archived, home)


def last_wednesday() -> date:
    """The day on which the letter lay on the counter: at most six days ago, so that everything is in time."""
    today = archive_day(datetime.now(UTC))
    return today - timedelta(days=(today.weekday() - 2) % 7)
