"""A small city with two copies of its archive, and what can befall either of them."""

from __future__ import annotations

import json
from pathlib import Path

from paloverde.archive.kept import Kept, everything
from paloverde.imports.said import Wish
from paloverde.installation import Installation, Purpose, open_installation
from paloverde.records import Account, Kind
from paloverde.settings import load
from stores import Place

SLUG = "other-palmaria"
TEXTS = ("Street sweeping on Monday", "The pool opens at nine", "A park bench is broken")


class Doubled:
    """An archive at `first` with a second copy at `second`; both can be exchanged for others."""

    def __init__(self, home: Path, first: Place, second: Place) -> None:
        self.home, self.first, self.second = home, first, second

    def environment(self) -> dict[str, str]:
        given = {"HOME": str(self.home), "STORE": self.first.url, "SECOND_STORE": self.second.url}
        given["LOG_ORIGIN"] = "archive.palmaria.example/ledger"
        for prefix, place in (("S3", self.first), ("SECOND_S3", self.second)):
            given |= {f"{prefix}_{name.upper()}": value for name, value in place.keys.items()}
        return {f"PALOVERDE_{name}": value for name, value in given.items()}

    def open(self, purpose: Purpose = Purpose.BEGIN) -> Installation:
        return open_installation(load(self.environment()), purpose=purpose)

    def filled(self, runs: int = 2) -> Installation:
        """Opened, with some runs that are in both copies."""
        city = self.open()
        city.register_account(Account(SLUG, "other", "palmaria", "palmaria"))
        for number in range(runs):
            self.hand_in(city, f"{number}")
        city.log.publish()
        city.copies.copy()
        return city

    def hand_in(self, city: Installation, name: str) -> None:
        """One more run: three records and a picture."""
        folder = self.home / f"in-{name}"
        folder.mkdir()
        picture = folder / "picture.png"
        picture.write_bytes(b"\x89PNG\r\n\x1a\n" + name.encode() * 500)
        lines = [
            {
                "native_id": f"{name}-{at}", "text": f"{text} ({name})", "posted_at": "2026-03-02T18:00:00Z",
                "visibility": "public", "media": [{"url": "https://p.test/1", "file": picture.name}],
            }
            for at, text in enumerate(TEXTS)
        ]  # fmt: skip
        (folder / "said.jsonl").write_text("\n".join(json.dumps(line) for line in lines))
        wish = Wish(format="records", kind=Kind.POST)
        city.import_files(SLUG, [folder], wish, "test", lambda _: None)

    def lose_database(self) -> None:
        for path in self.home.glob("paloverde.db*"):
            path.unlink()


def directories(home: Path) -> Doubled:
    """Both copies in directories of one machine."""
    home.mkdir(parents=True, exist_ok=True)
    return Doubled(home, Place("first", f"file://{home}/first"), Place("second", f"file://{home}/second"))


def file_of(place: Place, key: str) -> Path:
    """Where an object lies in a directory."""
    return Path(place.url.removeprefix("file://")) / key


def spoil(place: Place, key: str) -> None:
    """Flip one bit of an object in a directory."""
    path = file_of(place, key)
    body = bytearray(path.read_bytes())
    body[len(body) // 2] ^= 1
    path.chmod(0o600)
    path.write_bytes(bytes(body))


def all_kept(city: Installation) -> list[Kept]:
    return [kept for batch in everything(city.vault.books) for kept in batch]
