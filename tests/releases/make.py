"""Writes an archive as this release leaves it, for every later release to be tested with:

    PYTHONPATH=include:tests python -m releases.make tests/releases/0.1.zip

Run once, when a release is made; what lies here is never made again. It holds the home of a small simulated
city after two nights: archive, database, keys, a hold, a removal, a bundle; and what was asked of it then, with
the answers.
"""

from __future__ import annotations

import json
import sys
import tempfile
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import inspect

from paloverde import open_archive
from paloverde.archive.seal import Role
from paloverde.installation import Installation
from paloverde.retention.holds import By, Scope, Trigger
from paloverde.simulator.server import start
from paloverde.simulator.sites import build
from paloverde.state.books import forms_of
from simulatedcity import TODAY, ArchivedCity, settings

QUESTIONS = (
    "*",
    "street",
    '"the city"',
    "street w/10 sweeping",
    "removed:yes",
    "*ing NOT street",
    "has:media",
)
FACEBOOK, X = "facebook-cityofpalmaria", "x-cityofpalmaria"
_SEED, _SCALE = 5, 0.02
_BUNDLE = "PRA-2026-0001"


def make(out: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        with start(build(_SEED, datetime.now(UTC), scale=_SCALE)) as sites:
            city = ArchivedCity(sites, settings(sites, home))
            _live(city, home)
        asked = {question: answer(home, question) for question in QUESTIONS}
        facts = {
            "asked": asked,
            "schema": schema(city.city),
            "tables": tables(city.city),
            "revision": forms_of(city.city.vault.books)[0],
            "rows": {
                role.value: len(city.rows(role)) for role in (Role.RECORDS, Role.REMOVED, Role.SIGHTINGS)
            },
        }
        city.city.vault.books.dispose()
        with zipfile.ZipFile(out, "x", zipfile.ZIP_DEFLATED) as box:
            box.writestr("facts.json", json.dumps(facts, indent=1, ensure_ascii=False))
            for file in sorted(path for path in home.rglob("*") if path.is_file()):
                if not {"index", "spool"} & set(file.relative_to(home).parts):
                    box.write(file, Path("home") / file.relative_to(home))


def _live(city: ArchivedCity, home: Path) -> None:
    """Two nights; between them the City hides a comment and a resident deletes one; a hold; a bundle."""
    city.night()
    city.event(site=FACEBOOK, do="hide", item="latest comment")
    city.event(site=X, do="delete", item="latest comment", by="author")
    later = TODAY + timedelta(days=1)
    city.night(later)
    city.check(later)
    counsel = By("Ana Ruiz", "counsel", "the release")
    city.city.holds.issue("LIT-2026-01", "Ito v. City", Scope(words="street"), Trigger.CLAIM, counsel)
    found = city.city.search("street", "the release")
    city.city.bundle(found, _BUNDLE, home / f"{_BUNDLE}.zip", "the release", lambda _: None)


def answer(home: Path, question: str) -> list[list[str]]:
    """The records that answer, each by what names it."""
    with open_archive(home) as archive:
        found = archive.search(question).to_arrow()
        names = ("account", "kind", "native_id", "version_sha256")
        return sorted([str(row[name]) for name in names] for row in found.select(names).to_pylist())


def schema(city: Installation) -> dict[str, list[str]]:
    """The tables of the database with their columns, as they stand in it."""
    there = inspect(city.vault.books)
    return {
        table: sorted(
            f"{column['name']} {column['type']!s} {column['nullable']}" for column in there.get_columns(table)
        )
        for table in sorted(there.get_table_names())
    }


def tables(city: Installation) -> dict[str, int]:
    """How many rows each table has."""
    with city.vault.books.connect() as connection:
        return {
            table: int(connection.exec_driver_sql(f'SELECT count(*) FROM "{table}"').scalar() or 0)
            for table in sorted(inspect(connection).get_table_names())
        }


def read_facts(box: zipfile.ZipFile) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(box.read("facts.json"))
    return told


if __name__ == "__main__":
    make(Path(sys.argv[1]))
