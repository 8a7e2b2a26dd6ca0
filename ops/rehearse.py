"""Disasters, rehearsed for real: each loses something of an archive and brings it back from objects alone.

    python ops/rehearse.py --records 100000
    python ops/rehearse.py --records 5000 --s3 .s3/s3.json

It builds an archive of that many records (generated, handed in through `paloverde import`'s own code) with a
second copy, then loses the database, the first store, the signing key, and puts an old database over a newer
archive. After each it compares every derived table and the answers of searches with those before, byte for
byte. It prints a table, and one JSON object a line (`--json`). Buckets stay: their objects are locked.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from paloverde.archive.agreement import fingerprint
from paloverde.archive.store import make_bucket
from paloverde.errors import ArchiveDamaged, BadSetting
from paloverde.imports.said import Wish
from paloverde.installation import Installation, Purpose, open_installation
from paloverde.records import Account, Kind
from paloverde.search.answer import search
from paloverde.settings import load

SLUG = "other-rehearsal"
AN_IMPORT = 5_000  # records handed in at a time: each is a sealed run
QUESTIONS = ("sweeping", '"council meeting"', "pool OR park", "number 17")
_WORDS = ("Street sweeping", "The council meeting", "The pool", "A park bench", "Permit")


class Result(msgspec.Struct, frozen=True):
    """One disaster. `size` is bytes read (of a restore: put back); `objects` are those that came back."""

    lost: str
    store: str
    records: int
    objects: int
    size: int
    seconds: float
    result: str

    def row(self) -> str:
        return (
            f"{self.lost:<34} {self.store:<10} {self.records:>9,} {self.objects:>8,} "
            f"{self.size / 1e6:>9,.1f} {self.seconds:>8,.1f}  {self.result}"
        )


class Places:
    """Where a rehearsal keeps its archive: two directories, or two buckets."""

    def __init__(self, home: Path, access: dict[str, str] | None) -> None:
        self.home, self._access = home, access
        self.kind = "directory" if access is None else "S3"
        self.first, self.second = self._fresh("first"), self._fresh("second")

    def replace_first(self) -> None:
        """The first store is gone: the settings name a fresh one from now on."""
        if self._access is None:
            shutil.rmtree(self.first.removeprefix("file://"))
        self.first = self._fresh(f"first-{uuid.uuid4().hex[:6]}")

    def environment(self) -> dict[str, str]:
        given = {"HOME": str(self.home), "STORE": self.first, "SECOND_STORE": self.second}
        given["LOG_ORIGIN"] = "rehearsal.example/ledger"
        for prefix in ("S3", "SECOND_S3") if self._access else ():
            for name in ("endpoint", "access_key", "secret_key"):
                given[f"{prefix}_{name.upper()}"] = self._access[name] if self._access else ""
        return {f"PALOVERDE_{name}": value for name, value in given.items()}

    def open(self, purpose: Purpose = Purpose.BEGIN) -> Installation:
        return open_installation(load(self.environment()), purpose=purpose)

    def _fresh(self, name: str) -> str:
        if self._access is None:
            return f"file://{self.home / name}"
        url = f"s3://paloverde-rehearsal-{uuid.uuid4().hex[:12]}"
        make_bucket(url, **{part: self._access[part] for part in ("endpoint", "access_key", "secret_key")})
        return url


class Rehearsal:
    """An archive of so many records, and what can happen to it."""

    def __init__(self, places: Places, records: int) -> None:
        self.places, self.records = places, records
        self.home = places.home
        city = places.open()
        city.register_account(Account(SLUG, "other", "rehearsal", "rehearsal"))
        city = places.open()  # which tells the ledger of the settings, so that both copies have it
        for start in range(0, records, AN_IMPORT):
            hand_in(city, self.home, start, min(AN_IMPORT, records - start))
        city.log.publish()
        city.copies.copy()

    def lost_database(self) -> Result:
        before = told(self.places.open())
        self._lose_database()
        begun = time.monotonic()
        city = self.places.open(Purpose.REBUILD)
        rebuilt = city.rebuild(lambda _: None)
        seconds = time.monotonic() - begun
        after = told(self.places.open())
        objects = rebuilt.runs + rebuilt.events
        return self._result("the metadata database", objects, rebuilt.size, seconds, before == after)

    def lost_store(self) -> Result:
        before = told(self.places.open())
        self.places.replace_first()
        self._lose_database()
        begun = time.monotonic()
        city = self.places.open(Purpose.REBUILD)
        restored = city.copies.restore()
        city.rebuild(lambda _: None)
        seconds = time.monotonic() - begun
        is_same = told(city) == before and not restored.failed
        city = self.places.open()
        city.copies.copy()  # what the ledger is told of the other store
        is_same = is_same and city.copies.check().is_whole
        return self._result(
            "the first store and the database", restored.copied, restored.size, seconds, is_same
        )

    def lost_key(self) -> Result:
        before = told(self.places.open())
        key = self.home / "signing-key.pem"
        key.unlink()
        is_refused = refuses(self.places, BadSetting)
        begun = time.monotonic()
        city = self.places.open(Purpose.NEW_KEY)
        city.keys.replace_lost("The disk of the rehearsal burned.", "rehearsal")
        seconds = time.monotonic() - begun
        after = told(self.places.open())
        is_same = all(after[name] == before[name] for name in before if name not in ("ledger", "filed"))
        hand_in(city, self.home, self.records, 10)
        city.copies.copy()
        is_whole = is_refused and is_same and city.copies.check().is_whole
        return self._result("the signing key", 1, key.stat().st_size, seconds, is_whole)

    def old_database(self) -> Result:
        """A backup from before the newest run is put back."""
        database, backup = self.home / "paloverde.db", self.home / "backup.db"
        city = self.places.open()
        with city.vault.books.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        shutil.copyfile(database, backup)
        hand_in(city, self.home, self.records + 10, 10)
        city.copies.copy()
        before = told(city)
        self._lose_database()
        shutil.copyfile(backup, database)
        is_refused = refuses(self.places, ArchiveDamaged)
        begun = time.monotonic()
        rebuilt = self.places.open(Purpose.REBUILD).rebuild(lambda _: None)
        seconds = time.monotonic() - begun
        is_same = is_refused and told(self.places.open()) == before
        objects = rebuilt.runs + rebuilt.events
        return self._result("an older database put back", objects, rebuilt.size, seconds, is_same)

    def all(self) -> Iterator[Result]:
        for disaster in (self.lost_database, self.lost_store, self.old_database, self.lost_key):
            yield disaster()

    def _lose_database(self) -> None:
        for path in self.home.glob("paloverde.db*"):
            path.unlink()

    def _result(self, lost: str, objects: int, size: int, seconds: float, is_same: bool) -> Result:
        result = "all came back, byte for byte" if is_same else "NOT the same as before"
        return Result(lost, self.places.kind, self.records, objects, size, round(seconds, 2), result)


def hand_in(city: Installation, home: Path, start: int, count: int) -> None:
    """Import generated records with these numbers."""
    path = home / "handed-in.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for number in range(start, start + count):
            file.write(json.dumps(generated(number)) + "\n")
    wish = Wish(format="records", kind=Kind.POST)
    city.import_files(SLUG, [path], wish, "rehearsal", lambda _: None)
    path.unlink()


def generated(number: int) -> dict[str, object]:
    posted = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=7 * number)
    text = f"{_WORDS[number % len(_WORDS)]} of district {number % 89}, number {number % 1000}."
    return {
        "native_id": str(10**9 + number), "kind": "post", "text": text, "posted_at": posted.isoformat(),
        "poster_name": f"Resident {number % 997}", "poster_id": str(number % 997), "visibility": "public",
        "permalink": f"https://records.example/{number}", "observed_at": posted.isoformat(),
    }  # fmt: skip


def told(city: Installation) -> dict[str, str]:
    """What the database and the searches say, as hashes: of each table, and of each answer."""
    found = fingerprint(city.vault.books)
    for question in QUESTIONS:
        answer = search(city.archive, question)
        body = msgspec.json.encode([answer.hits, answer.summary()], enc_hook=str, order="sorted")
        found[question] = hashlib.sha256(body).hexdigest()
    return found


def refuses(places: Places, error: type[Exception]) -> bool:
    """Whether opening the archive is refused, as it must be."""
    try:
        places.open()
    except error:
        return True
    return False


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Rehearse disasters.")
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--s3", type=Path, help="JSON file with endpoint, access_key, secret_key")
    parser.add_argument("--json", type=Path, help="append the results here, one JSON object a line")
    args = parser.parse_args(arguments)
    access = json.loads(args.s3.read_text(encoding="utf-8")) if args.s3 else None
    print(f"{'lost':<34} {'store':<10} {'records':>9} {'objects':>8} {'MB':>9} {'seconds':>8}  result")
    is_good = True
    with tempfile.TemporaryDirectory() as folder:
        for result in Rehearsal(Places(Path(folder), access), args.records).all():
            print(result.row(), flush=True)
            is_good = is_good and result.result.startswith("all")
            if args.json:
                with args.json.open("ab") as file:
                    file.write(msgspec.json.encode(result) + b"\n")
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
