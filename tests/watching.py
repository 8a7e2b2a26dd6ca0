"""What the tests of checks are shown: versions of items of an invented city, its registers, and a moment."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

import msgspec

from paloverde.errors import BadQuestion
from paloverde.records import Account, Holder, Kind, Poster, Visibility, archive_day
from paloverde.retention.dossier import FiledPaper, RemovalFact
from paloverde.watch.book import Book
from paloverde.watch.looks import look_of
from paloverde.watch.now import Judged, Page
from paloverde.watch.register import Entered
from paloverde.watch.registers import ALL, register_named
from paloverde.watch.seen import Seen, SeenMedium

CITY = Account("facebook-palmaria", "facebook", "1000", "cityofpalmaria")
CITY_ON_X = Account("x-palmaria", "x", "2000", "cityofpalmaria")
MAYOR = Account("x-mayor-duarte", "x", "3000", "mayorduarte", Holder.OFFICIAL)
THE_CITY = Poster(name="City of Palma Ria", username="cityofpalmaria", id="1000")
RUTH = Poster(name="Ruth Okafor", username="ruth.okafor", id="7001")  # a resident
DAN = Poster(name="Dan Whitlock", username="dwhitlock", id="7002")  # another
NOON = datetime(2026, 11, 20, 20, tzinfo=UTC)  # 20 November 2026, noon in Palma Ria
DOMAINS = ("palmaria.example",)


def seen(text: str = "Good morning, Palma Ria.", **known: Any) -> Seen:
    """A version of an item: the City's public post on its Facebook page at noon, unless it is said otherwise.

    A comment is Ruth's. What stands for its bytes differs where its text, its place or its moment differs.
    """
    account: Account = known.get("account", CITY)
    kind: Kind = known.get("kind", Kind.POST)
    own = msgspec.structs.replace(THE_CITY, id=account.native_id)
    at: datetime = known.get("observed_at", NOON)
    told: dict[str, Any] = {
        "account": account,
        "kind": kind,
        "native_id": "1",
        "poster": RUTH if kind in (Kind.COMMENT, Kind.MESSAGE) else own,
        "visibility": Visibility.PRIVATE if kind is Kind.MESSAGE else Visibility.PUBLIC,
        "observed_at": at,
        "posted_at": at,
        "sequence": 1,
    } | known
    bytes_ = "\0".join([account.slug, kind.value, told["native_id"], text, at.isoformat()]).encode()
    told.setdefault("version_sha256", hashlib.sha256(bytes_).hexdigest())
    return Seen(text=text, **told)


def picture(sha256: str = "", alt_text: str = "") -> SeenMedium:
    """A picture of an item. Give the SHA-256 of its bytes where the archive holds them."""
    return SeenMedium("https://pictures.example/1.jpg", "photo", alt_text, sha256)


def book(
    day: date = date(2026, 11, 20),
    entries: Mapping[str, Sequence[Any]] | None = None,
    city_domains: tuple[str, ...] = DOMAINS,
) -> Book:
    """The registers on a day: `{"people": [Person(…)]}`.

    An entry gets the id that its register would give it, the number 1, and the clerk as who filed it. Where a
    test needs other ones, it gives an `Entered` in its place; of several papers of one id the last counts.
    """
    papers = {
        name: [_entered(name, one, at) for at, one in enumerate(of, 1)]
        for name, of in (entries or {}).items()
    }
    last = {name: {one.id: one for one in of}.values() for name, of in papers.items()}
    standing = {name: [one for one in of if not one.withdrawn] for name, of in last.items()}
    return Book({**dict.fromkeys(ALL, ()), **standing}, day, city_domains, papers)


def _entered(name: str, entry: Any, at: int) -> Entered[Any]:
    if isinstance(entry, Entered):
        return entry
    register = register_named(name)
    named = (
        str(getattr(entry, register.named_by)) if register.named_by else f"{register.prefix}-2026-{at:04d}"
    )
    return Entered(named, entry, 1, NOON, "cleo")


class Then:
    """A moment, as the checks that are asked once a round see it: all of it given."""

    def __init__(
        self,
        at: datetime = NOON,
        *,
        accounts: Sequence[Account] = (CITY,),
        items: Sequence[Seen] = (),
        removals: Sequence[RemovalFact] = (),
        captured: Mapping[str, datetime] | None = None,
        pictures: Mapping[str, bytes] | None = None,
        pages: Mapping[str, Page] | None = None,
        city_domains: tuple[str, ...] = DOMAINS,
        papers: Mapping[str, Sequence[FiledPaper]] | None = None,
        judged: Mapping[str, Sequence[Judged]] | None = None,
    ) -> None:
        self.at, self._accounts, self._removals = at, accounts, removals
        self._items = sorted(items, key=lambda one: (one.observed_at, one.sequence))
        self._captured, self._pictures = captured or {}, pictures or {}
        self._pages, self._domains = pages or {}, city_domains
        self._papers, self._judged = papers or {}, judged or {}

    def accounts(self) -> Sequence[Account]:
        return self._accounts

    def profiles(self, slug: str) -> Sequence[Seen]:
        return [one for one in self._items if one.account.slug == slug and one.kind is Kind.PROFILE]

    def seen(self, slug: str, since: date, *kinds: str) -> Iterator[Seen]:
        for one in self._items:
            is_of_these = one.account.slug == slug and one.kind.value in kinds
            if is_of_these and archive_day(one.observed_at) >= since:
                yield one

    def newest(self, item: str) -> Seen | None:
        return next((one for one in reversed(self._items) if one.item == item), None)

    def newest_of(self, items: Iterable[str]) -> Iterator[Seen]:
        return (seen for item in items if (seen := self.newest(item)) is not None)

    def standing(self, slug: str, *kinds: str) -> Iterator[tuple[Seen, datetime]]:
        of_these = [one for one in self._items if one.account.slug == slug and one.kind.value in kinds]
        for one in {one.item: one for one in of_these}.values():
            yield one, one.observed_at

    def removals(self, slug: str) -> Sequence[RemovalFact]:
        of_it = [one for one in self._removals if one.item.account == slug]
        return sorted(of_it, key=lambda one: one.confirmed_at)

    def papers(self, slug: str) -> Mapping[str, Sequence[FiledPaper]]:
        return {item: papers for item, papers in self._papers.items() if item.startswith(f"{slug}/")}

    def judged(self, check: str) -> Iterator[Judged]:
        return iter(self._judged.get(check, ()))

    def last_capture(self, slug: str) -> datetime | None:
        return self._captured.get(slug)

    def looks(self, sha256s: Iterable[str]) -> Mapping[str, int]:
        found = {one: look_of(self._pictures[one]) for one in sha256s if one in self._pictures}
        return {one: look for one, look in found.items() if look is not None}

    def page(self, url: str) -> Page:
        host = url.partition("://")[2].partition("/")[0].partition(":")[0].lower()
        if not any(host == one or host.endswith(f".{one}") for one in self._domains):
            raise BadQuestion(f"{url} is no page of the City's own website.")
        return self._pages.get(url, Page(url, 404))
