"""Handed-in files as sites and people really hand them over, invented, and a city that takes them in.

office = Office(tmp_path); office.register("x"); office.take("x", zipped(tmp_path / "x.zip", {...}))
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa

from paloverde.archive.reader import Archive
from paloverde.archive.register import Item, items
from paloverde.archive.seal import Coverage, Role, RunKind
from paloverde.archive.signing import open_signer
from paloverde.archive.store import open_store
from paloverde.archive.vault import Vault
from paloverde.capture.importing import ImportReport, import_files
from paloverde.capture.intake import Intake
from paloverde.capture.media import MediaKeeper
from paloverde.capture.sealing import Run, seal_run
from paloverde.capture.spool import Spool
from paloverde.capture.tables import Sighting
from paloverde.errors import Unreachable
from paloverde.imports.members import Bounds
from paloverde.imports.said import Wish
from paloverde.platforms.conversation import Found
from paloverde.platforms.exchange import Exchange
from paloverde.records import Account, Kind, Medium, Poster, Record, Visibility, archive_day
from paloverde.state.books import open_books
from paloverde.state.tables import ITEMS

NOW = datetime(2026, 11, 22, 20, tzinfo=UTC)
OWN = "4411000000000000042"  # the account's number at its site
NOTHING = Wish()


def account(site: str) -> Account:
    return Account(f"{site}-palmaria", site, OWN, "palmaria")


def zipped(path: Path, files: Mapping[str, bytes | str]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 10, 30, 12, 0, 0)), body)
    return path


def ytd(name: str, entries: Any) -> str:
    """A script of the X archive."""
    return f"window.YTD.{name}.part0 = {json.dumps(entries, indent=2, ensure_ascii=False)}"


def tweet(native_id: str, text: str, created: str = "Mon Mar 02 18:00:00 +0000 2026", **more: Any) -> Any:
    return {"tweet": {"id_str": native_id, "id": native_id, "full_text": text, "created_at": created, **more}}


def shown(site: str, native_id: str, text: str, posted_at: datetime, **more: Any) -> Record:
    """A post as the site's API shows it: it knows more than any export."""
    return Record(
        platform=site, kind=Kind.POST, native_id=native_id, text=text, posted_at=posted_at,
        payload=json.dumps({"id": native_id, "text": text}).encode(), position=1,
        poster=Poster("City of Palma Ria", "palmaria", OWN), visibility=Visibility.PUBLIC, **more,
    )  # fmt: skip


def _no_file(medium: Medium) -> bytes:
    raise Unreachable(f"nobody fetches {medium.url} here")


class Office:
    """An archive on a directory, whose clock stands still; its database is a file, or at `books_url`."""

    def __init__(self, folder: Path, now: datetime = NOW, books_url: str | None = None) -> None:
        self.now = now
        store = open_store(f"file://{folder}/archive")
        books = open_books(books_url or f"sqlite:///{folder}/state.db")
        self.vault = Vault(store, books, open_signer(folder / "key.pem"), lambda: self.now, 2)
        self.archive = Archive(store, books)

    def take(
        self, site: str, *paths: Path, wish: Wish = NOTHING, bounds: Bounds | None = None, own: str = OWN
    ) -> ImportReport:
        """Import for the account of that site, which has the number `own` there."""
        account_ = msgspec.structs.replace(account(site), native_id=own)
        return import_files(self.vault, self.archive, account_, paths, wish, lambda _: None, bounds)

    def night(
        self,
        site: str,
        records: list[Record],
        at: datetime,
        absent: tuple[str, ...] = (),
        coverage: Coverage | None = None,
    ) -> None:
        """Seal a night in which the site's API showed these posts, and did not list those."""
        day = archive_day(at)
        body = b"[" + b",".join(record.payload for record in records) + b"]"
        sent = Exchange("https://api.test/posts", (), 200, "OK", (), body, at)
        with Spool() as spool:
            intake = Intake(account(site), day, self.vault, spool, MediaKeeper(_no_file, spool))
            intake.exchange(sent)
            intake.found(Found(records, stream="posts"))
            intake.sighted(Sighting("post", own, "posts", "", "absent", at, "listing") for own in absent)
            intake.close_batch()
            run = Run(
                account(site), day, RunKind.NIGHT, at, coverage or Coverage(), {"records": len(records)}
            )
            seal_run(self.vault, spool, run, intake.digest)

    def rows(self, site: str, role: Role = Role.RECORDS) -> list[dict[str, Any]]:
        """Every sealed row of the account, in the order of the runs."""
        parts = self.archive.parts(role, [account(site).slug])
        tables = [self.archive.table(sealed.part) for sealed in parts]
        return pa.concat_tables(tables).to_pylist() if tables else []

    def row(self, site: str, native_id: str) -> dict[str, Any]:
        return next(row for row in self.rows(site) if row["native_id"] == native_id)

    def original(self, row: Mapping[str, Any]) -> bytes:
        """The exact bytes that a row came from."""
        return self.archive.exchange(row["exchange_key"], row["exchange_offset"])[1]

    def item(self, site: str, native_id: str) -> Item:
        wanted = ITEMS.select().where(ITEMS.c.account == account(site).slug, ITEMS.c.native_id == native_id)
        with self.vault.books.connect() as connection:
            return next(iter(items(connection, wanted)))
