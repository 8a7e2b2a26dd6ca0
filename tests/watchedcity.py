"""A small real archive that checks of the policy look at, and checks that tell what they were shown."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from paloverde.imports.said import Wish
from paloverde.installation import Installation, open_installation
from paloverde.installation.watching import Watching
from paloverde.records import Account, Kind
from paloverde.settings import load
from paloverde.watch.book import Book
from paloverde.watch.check import Check, Finding, Span, Weight
from paloverde.watch.now import Now
from paloverde.watch.report import Report
from paloverde.watch.seen import Seen

SLUG = "other-palmaria"
POST = {"native_id": "p1", "kind": "post", "text": "The pool opens on Monday.", "visibility": "public"}
COMMENT = {
    "native_id": "c1", "kind": "comment", "text": "My number is 760-555-0101.", "visibility": "public",
    "parent_id": "p1", "thread_id": "p1", "poster_name": "Ruth Okafor", "poster_id": "7001",
}  # fmt: skip
MESSAGE = {
    "native_id": "m1", "kind": "message", "text": "Between us: my number is 760-555-0199.",
    "visibility": "private", "poster_name": "Dan Whitlock", "poster_id": "7002",
}  # fmt: skip


class WatchedCity:
    """An installation whose records are handed in."""

    def __init__(self, home: Path, database: str = "") -> None:
        self.home, self.database = home, database
        self.city = self.open()
        self.city.register_account(Account(SLUG, "other", "palmaria", "palmaria"))

    def environment(self) -> dict[str, str]:
        told = {"PALOVERDE_HOME": str(self.home), "PALOVERDE_CITY_DOMAINS": "palmaria.example"}
        return told | ({"PALOVERDE_DATABASE": self.database} if self.database else {})

    def open(self) -> Installation:
        return open_installation(load(self.environment()), lambda: datetime.now(UTC))

    def hear(self, name: str, *said: Mapping[str, Any]) -> None:
        """One more sealed run, with these records."""
        file = self.home / f"{name}.jsonl"
        times = {"posted_at": "2026-11-02T18:00:00Z"}
        file.write_text("\n".join(json.dumps(times | dict(one)) for one in said))
        wish = Wish(format="records", kind=Kind.POST)
        self.city.import_files(SLUG, [file], wish, "test", lambda _: None)

    def watch(self, *checks: Check, reports: Sequence[Report] = ()) -> Watching:
        """The watch of these checks, as another process has it."""
        city = self.open()
        return Watching(
            city.settings, city.vault, city.archive, city.cabinet, city.index, city._journal.tell,
            {one.name: one for one in checks}, {one.name: one for one in reports},
        )  # fmt: skip

    def deeds(self, what: str) -> list[Mapping[str, str]]:
        """What the ledger tells of something, oldest first."""
        entries = self.open().ledger.entries()
        return [one.event.about for one in entries if one.event.what == what]


def numbers(version: int = 1, look_for: str = "760-", **more: Any) -> Check:
    """Finds telephone numbers, and quotes them."""

    def find(seen: Seen, book: Book) -> Iterator[Finding]:
        start = seen.text.find(look_for)
        if start >= 0 and seen.kind in (Kind.POST, Kind.COMMENT, Kind.MESSAGE):
            words = seen.text[start : start + 12]
            yield check.in_item(
                seen, f"A telephone number stands in it: “{words}”.", "Decide whether it may stay.",
                spans=(Span(start, start + len(words), words),), rule="patterns/phone#1", **more,
            )  # fmt: skip

    check = Check("numbers", "Telephone numbers", version, ("P-24",), "Looks.", ("clerk",), of_item=find)
    return check


def shown(seen_by: list[str], name: str = "shown") -> Check:
    """Tells what it was shown, and finds nothing."""

    def find(seen: Seen, book: Book) -> Iterator[Finding]:
        seen_by.append(seen.item)
        yield from ()

    return Check(name, "Shown", 1, ("P-24",), "Looks.", ("clerk",), of_item=find)


def wrong_now(wrong: list[str]) -> Check:
    """Finds whatever the list says is wrong now."""

    def ask(now: Now, book: Book) -> Iterator[Finding]:
        for one in wrong:
            yield check.found(one, f"{one} is not as it must be.", "Mend it.", weight=Weight.URGENT)

    check = Check("wrong-now", "Wrong now", 1, ("P-47",), "Looks.", ("clerk",), of_now=ask)
    return check


def failing() -> Check:
    """Fails at every comment."""

    def find(seen: Seen, book: Book) -> Iterator[Finding]:
        if seen.kind is Kind.COMMENT:
            raise ValueError(seen.text)
        yield from ()

    return Check("failing", "Failing", 1, ("P-24",), "Looks.", ("clerk",), of_item=find)
