"""A city of six simulated sites with two copies, three nights, and things that were deleted there: made once.

Each test works in a copy of its folder. Three years later what was deleted may be destroyed. Beside it an
independent reading of every byte that both stores hold, which knows nothing of how the archive is read.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from warcio.archiveiterator import ArchiveIterator

from paloverde.archive.commit import commit
from paloverde.archive.layout import records_key
from paloverde.archive.parquet import to_parquet
from paloverde.archive.register import apply_sightings
from paloverde.archive.schema import RECORDS
from paloverde.archive.seal import Coverage, Draft, Part, Role, RunKind
from paloverde.archive.store.interface import Store, Stored
from paloverde.capture.tables import Sighting, sighting_table
from paloverde.installation import Installation, open_installation
from paloverde.installation.place import destroy_place_of, second_destroy_place_of
from paloverde.records import Account, archive_day
from paloverde.retention.disposition import Door, Office
from paloverde.retention.schedule import RecordClass, Schedule, file_schedule
from paloverde.search.holding import items_in
from paloverde.settings import load
from paloverde.simulator.server import start
from paloverde.simulator.sites import build
from paloverde.state.books import changing
from sightings import first_seen
from simulatedcity import ArchivedCity

NOW = datetime.now(UTC)
FIRST = archive_day(NOW) - timedelta(days=3)
LATER = timedelta(days=3 * 366)
SITES = ("facebook", "instagram", "linkedin", "nextdoor", "x", "youtube")
SAYING = ("post", "comment", "message")
QUIET = lambda line: None  # noqa: E731  a progress that nobody reads
SAID = 'The {} {} says "¿cuándo?" of 35° & <mañana> 🧹'
Item = tuple[str, str, str]  # account, kind, native id


def build_city(home: Path) -> None:
    """Nights on three days; comments deleted on the second, a post with all under it, an edit on the first."""
    with start(build(7, datetime.now(UTC), scale=0.1)) as sites:  # a site checks that our clock is right
        given = load({**environment(home), **apis(sites.url)})
        city = ArchivedCity(sites, given)
        said = {account.slug: _say_some(city, account) for account in city.city.accounts()}
        city.night(FIRST)
        for account in city.city.accounts():
            _delete_some(city, account, said[account.slug])
        city.night(FIRST + timedelta(days=1))
        for slug, token in city.tokens.items():
            city.city.check_removals(slug, FIRST + timedelta(days=1), token, at_most=500)
        city.night(FIRST + timedelta(days=2))
        for slug, token in city.tokens.items():
            city.city.check_removals(slug, FIRST + timedelta(days=2), token, at_most=500)
        file_schedule(city.city.cabinet, SCHEDULE, "ana")
        city.city.copies.copy()
        city.city.vault.books.dispose()


SCHEDULE = Schedule(
    resolution="2026-11",
    title="Social media",
    adopted_on=date(2020, 1, 1),
    effective_from=date(2020, 1, 1),
    classes=(RecordClass(id="SOC", title="Posts and what is said under them", years=2),),
)


def _say_some(city: ArchivedCity, account: Account) -> list[str]:
    """Words that nobody else says: a comment and a post that will be deleted."""
    truth = city.truth(account.slug)
    own = {one["id"] for one in truth if _is_there(one, "post") and one["stream"] == "own"}
    spoken = [one["root"] for one in truth if _is_there(one, "comment") and one["root"] in own]
    ours = [SAID.format(account.platform, what) for what in ("comment", "post")]
    one = city.event(site=account.platform, do="comment", on=spoken[-1], text=ours[0])
    other = city.event(site=account.platform, do="post", text=ours[1])
    return [one["item"]["id"], other["item"]["id"]]


def _delete_some(city: ArchivedCity, account: Account, said: list[str]) -> None:
    """What was just said, four comments whose posts stay, and a post with all that is under it."""
    for item in said:
        city.event(site=account.platform, do="delete", item=item, by="city")
    for kind, place in (("comment", 3), ("comment", 5), ("comment", 5), ("comment", 7), ("post", 1)):
        here = [one["id"] for one in city.truth(account.slug) if _is_there(one, kind)]
        city.event(site=account.platform, do="delete", item=here[place], by="city")


def _is_there(one: dict[str, Any], kind: str) -> bool:
    return one["kind"] == kind and one["state"] == "present"


def environment(home: Path) -> dict[str, str]:
    return {
        "PALOVERDE_HOME": str(home),
        "PALOVERDE_SECOND_STORE": f"file://{home}/second",
        "PALOVERDE_ALLOW_LOOPBACK_SITES": "true",
        "PALOVERDE_LINKEDIN_CALLS_PER_DAY": "100000",
        "PALOVERDE_YOUTUBE_UNITS_PER_DAY": "1000000",
        "PALOVERDE_ATTEMPTS": "2",
        "PALOVERDE_LONGEST_WAIT_SECONDS": "1",
        "PALOVERDE_DISPOSITION_WAIT_DAYS": "30",
    }


def apis(url: str) -> dict[str, str]:
    return {f"PALOVERDE_{name.upper()}_API": f"{url}/{name}" for name in SITES} | {
        "PALOVERDE_TOKEN_API": f"{url}/tokens"
    }


class Later:
    """The city as it is three years on."""

    def __init__(self, home: Path, built: Path) -> None:
        shutil.copytree(built, home, dirs_exist_ok=True)
        self.home, self.now = home, NOW + LATER
        self.city = self._open()

    def again(self) -> Installation:
        """The same city, opened by another process."""
        return self._open()

    def _open(self) -> Installation:
        return open_installation(load(environment(self.home)), lambda: self.now)

    @property
    def office(self) -> Office:
        city = self.city
        url, access = destroy_place_of(city.settings)
        second = second_destroy_place_of(city.settings)
        doors = Door(url, **access), None if second is None else Door(second[0], **second[1])
        return Office(city.vault, city.archive, city.cabinet, 2, lambda one: partial(items_in, one), *doors)

    def order(self, *slugs: str) -> str:
        """An order of everything that may be destroyed, with all that it needs."""
        disposition = self.city.disposition
        proposed = disposition.propose(slugs, "ana", QUIET).order
        assert proposed is not None
        self.now += timedelta(hours=1)
        day, paper = archive_day(self.now), self.home / "paper.txt"
        paper.write_text("Resolved.")
        disposition.resolution(proposed.id, "2029-41", day, paper, "ana")
        disposition.consent(proposed.id, "Rosa Quintero", day, paper, "cleo")
        disposition.approve(proposed.id, "ana", "clerk", "command line")
        disposition.approve(proposed.id, "ben", "approver", "command line")
        self.now += timedelta(days=31)
        disposition.ready(proposed.id, {"ana": "clerk", "ben": "approver"}, "ana")
        return proposed.id

    def rows(self, *roles: Role) -> list[dict[str, Any]]:
        archive = self.city.archive
        parts = [part for role in roles or (Role.RECORDS, Role.REMOVED) for part in archive.parts(role)]
        return [row for sealed in parts for row in archive.table(sealed.part).to_pylist()]

    def one_more_version(self, row: dict[str, Any]) -> None:
        """Seal a night that brings an edit of what a row shows."""
        vault, slug = self.city.vault, row["account"]
        body = to_parquet(pa.Table.from_pylist([row | {"version_sha256": "ed" * 32}], schema=RECORDS))
        key = records_key(slug, FIRST, hashlib.sha256(body).hexdigest())
        stored = vault.store.put(key, body, locked_until=None)
        part = Part(Role.RECORDS, stored.key, stored.version_id, stored.sha256, stored.size, 1)
        draft = Draft(slug, "", FIRST, RunKind.NIGHT, stored.sha256, NOW, NOW, [part], Coverage(), {}, "0")
        commit(vault.store, vault.books, vault.signer, draft, self.now + LATER)

    def shown_again(self, account: str, kind: str, native_id: str) -> None:
        """Seal a night whose listing shows an item again."""
        seen = [Sighting(kind, native_id, "comments", "p", "present", self.now, "listing", "ab" * 32, NOW)]
        table = first_seen(sighting_table(account, archive_day(self.now), seen), new=True)
        with changing(self.city.vault.books) as connection:
            apply_sightings(connection, 10_000, table)

    @property
    def stores(self) -> list[Store]:
        assert self.city.vault.second is not None
        return [self.city.vault.store, self.city.vault.second]

    def wanted(self, order: str) -> set[Item]:
        return {
            (one.item.account, one.item.kind.value, one.item.native_id)
            for one in self.city.disposition.lines(order)
        }


def words_of(rows: list[dict[str, Any]]) -> set[str]:
    """What these rows say: texts, descriptions of pictures."""
    said = [row["text"] for row in rows] + [one["alt_text"] for row in rows for one in row["media"] or ()]
    return {text.strip() for text in said if text and len(text.strip()) >= 12}


def everything_in(store: Store) -> Iterator[tuple[str, bytes]]:
    """Every byte that a store holds, unpacked: Parquet cell by cell, WARC record by record, gzip."""
    for stored in store.walk(""):
        body = store.get(stored)
        if stored.key.endswith(".parquet"):
            table = pq.read_table(io.BytesIO(body))
            for row in table.to_pylist():
                yield stored.key, b"\0".join(cells(row))
        elif stored.key.endswith(".warc.gz"):
            yield stored.key, gzip.decompress(body)
            for record in ArchiveIterator(io.BytesIO(body)):
                yield stored.key, record.content_stream().read()
        else:
            yield stored.key, body


def cells(value: Any) -> Iterator[bytes]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from cells(one)
    elif isinstance(value, bytes):
        yield value
    elif value is not None:
        yield str(value).encode("utf-8", "surrogatepass")


def found_in(store: Store, words: set[str]) -> list[tuple[str, str]]:
    """Where words stand in a store, plain or escaped as JSON escapes them.

    The report that lay open quotes the first words of public posts: a paper of its own, with its own lock.
    """
    forms = [(text, form) for text in sorted(words) for form in _forms(text)]
    return [
        (key, text)
        for key, body in everything_in(store)
        if not key.startswith(("papers/order-files/", "media/"))
        for text, form in forms
        if form in body
    ]


def _forms(text: str) -> set[bytes]:
    escaped = (json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1])
    return {
        one.encode("utf-8", "surrogatepass")
        for one in (text, *escaped, *(e.replace("/", "\\/") for e in escaped))
    }


def led_astray(city: Installation, rows: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Rows whose raw bytes are not where they say, or not what their hash says."""
    bodies: dict[tuple[str, int], bytes] = {}
    astray = []
    for row in rows:
        place = (row["exchange_key"], row["exchange_offset"])
        if place not in bodies:
            bodies[place] = city.archive.exchange(*place)[1]
        at, raw = row["payload_position"], row["raw"]
        if hashlib.sha256(raw).hexdigest() != row["payload_sha256"]:
            astray.append((row["native_id"], "hash"))
        if at >= 0 and bodies[place][at : at + len(raw)] != raw:
            astray.append((row["native_id"], "bytes"))
    return astray


def versions_in(store: Store) -> set[Stored]:
    return set(store.walk(""))


def item_of(row: dict[str, Any]) -> Item:
    return row["account"], row["kind"], row["native_id"]
