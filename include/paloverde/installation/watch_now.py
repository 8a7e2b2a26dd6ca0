"""The archive and the City's pages at one moment, as the checks that are asked once a round see them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import NamedTuple

from sqlalchemy import RowMapping, Select, select

from paloverde.archive.papers import Cabinet
from paloverde.archive.reader import Archive
from paloverde.archive.register import DESTROYED
from paloverde.archive.seal import Role, read_seal
from paloverde.errors import BadQuestion
from paloverde.installation.nights import whole_night
from paloverde.installation.picture_looks import PictureLooks
from paloverde.installation.watch_reading import Reading
from paloverde.platforms.website import Looked, look
from paloverde.records import Account, Kind
from paloverde.retention.dossier import FiledPaper, RemovalFact, removals_of, with_papers
from paloverde.search.answer import search
from paloverde.search.index.asking import Asking
from paloverde.state.tables import ITEMS, RUNS
from paloverde.watch.now import Judged, Page
from paloverde.watch.seen import Seen

_AT_ONCE = 500  # items that are asked for at a time
_MOST_PAGES = 200  # of the City's website that one round asks for


class Handed(NamedTuple):
    """The words of a version that a check was given, and the run that sealed it."""

    text: str
    sequence: int


class Moment:
    """What `watch.now.Now` asks for, from a real archive. Asked again, it answers alike."""

    def __init__(
        self,
        at: datetime,
        accounts: Sequence[Account],
        archive: Archive,
        cabinet: Cabinet,
        index: Asking | None,
        city_domains: tuple[str, ...],
        judged: Callable[[str], Iterator[Judged]],
    ) -> None:
        self.at = at
        self._accounts, self._archive, self._cabinet, self._index = accounts, archive, cabinet, index
        self._domains, self._judged = city_domains, judged
        self._reading, self._looks = Reading(archive), PictureLooks(archive)
        self._profiles: dict[str, list[Seen]] = {}
        self._removals: dict[str, list[RemovalFact]] = {}
        self._papers: dict[str, list[FiledPaper]] | None = None
        self._pages: dict[str, Page] = {}
        self._handed: dict[str, Handed] = {}

    def handed(self, version_sha256: str) -> Handed | None:
        """A version that was given to a check: what a finding about it quotes stands there."""
        return self._handed.get(version_sha256)

    def _hand(self, seen: Seen) -> Seen:
        self._handed[seen.version_sha256] = Handed(seen.text, seen.sequence)
        return seen

    def accounts(self) -> Sequence[Account]:
        return self._accounts

    def profiles(self, slug: str) -> Sequence[Seen]:
        if slug not in self._profiles:
            kind = Kind.PROFILE.value
            found = search(
                self._archive, f"kind:{kind}", index=self._index, accounts=[slug], include_private=True
            )
            self._profiles[slug] = [self._hand(seen) for seen in self._reading.at(found.hits)]
        return self._profiles[slug]

    def seen(self, slug: str, since: date, *kinds: str) -> Iterator[Seen]:
        for sealed in self._archive.parts(Role.RECORDS, [slug], since=since):
            versions = sorted(self._reading.versions(sealed, kinds), key=lambda seen: seen.observed_at)
            yield from map(self._hand, versions)

    def newest(self, item: str) -> Seen | None:
        return next(self.newest_of([item]), None)

    def newest_of(self, items: Iterable[str]) -> Iterator[Seen]:
        ids: dict[tuple[str, str], list[str]] = {}
        for account, kind, native_id in map(parted, items):
            ids.setdefault((account, kind), []).append(native_id)
        for (account, kind), of in ids.items():
            for start in range(0, len(of), _AT_ONCE):
                named = ITEMS.c.native_id.in_(of[start : start + _AT_ONCE])
                yield from (seen for seen, _ in self._newest(_items(account, [kind]).where(named)))

    def standing(self, slug: str, *kinds: str) -> Iterator[tuple[Seen, datetime]]:
        yield from self._newest(_items(slug, kinds))

    def removals(self, slug: str) -> Sequence[RemovalFact]:
        if slug not in self._removals:
            found = removals_of(self._archive, slug)
            self._removals[slug] = sorted(found, key=lambda fact: fact.confirmed_at)
        return self._removals[slug]

    def papers(self, slug: str) -> Mapping[str, Sequence[FiledPaper]]:
        if self._papers is None:
            self._papers = with_papers(self._cabinet)
        return {subject: of for subject, of in self._papers.items() if subject.startswith(f"{slug}/")}

    def judged(self, check: str) -> Iterator[Judged]:
        return self._judged(check)

    def last_capture(self, slug: str) -> datetime | None:
        day = whole_night(self._archive.books, slug)
        if day is None:
            return None
        query = select(RUNS.c.body).where(RUNS.c.account == slug, RUNS.c.day == day, RUNS.c.kind == "night")
        with self._archive.books.connect() as connection:
            bodies = connection.execute(query.where(~RUNS.c.pending)).scalars().all()
        ends = (read_seal(body.encode(), where="in the database").run.ended_at for body in bodies)
        return max(ends, default=None)

    def looks(self, sha256s: Iterable[str]) -> Mapping[str, int]:
        return self._looks.of(sha256s)

    def page(self, url: str) -> Page:
        if url not in self._pages:
            self._pages[url] = self._asked(url)
        return self._pages[url]

    def _asked(self, url: str) -> Page:
        if len(self._pages) >= _MOST_PAGES:
            return Page(
                url, 0, said=f"It was not asked for: a round asks for {_MOST_PAGES} pages at the most."
            )
        answer: Looked = look(url, self._domains)
        return Page(url, answer.status, answer.sha256, answer.said)

    def _newest(self, query: Select[tuple[object, ...]]) -> Iterator[tuple[Seen, datetime]]:
        """The newest versions of items, each with when the site last showed it, in the order of the runs."""
        with self._archive.books.connect() as connection:
            rows = connection.execute(query.order_by(ITEMS.c.record_sequence)).mappings().all()
        for sequence, of_run in groupby(rows, key=lambda row: int(row["record_sequence"])):
            yield from self._of_run(sequence, list(of_run))

    def _of_run(self, sequence: int, rows: Sequence[RowMapping]) -> Iterator[tuple[Seen, datetime]]:
        for row in rows:
            seen = self._reading.version(sequence, row["kind"], row["native_id"], row["version_sha256"])
            if seen is not None:
                yield self._hand(seen), row["last_seen"]


def parted(item: str) -> tuple[str, str, str]:
    """The account, the kind and the id of an item that is named account/kind/id. Raises `BadQuestion`."""
    account, _, rest = item.partition("/")
    kind, _, native_id = rest.partition("/")
    if not native_id or kind not in Kind.__members__.values():
        raise BadQuestion(f"No item is named {item!r}: write ACCOUNT/KIND/ID.")
    return account, kind, native_id


def _items(slug: str, kinds: Sequence[str]) -> Select[tuple[object, ...]]:
    return select(ITEMS).where(
        ITEMS.c.account == slug,
        ITEMS.c.kind.in_(kinds),
        ITEMS.c.state != DESTROYED,
        ITEMS.c.record_sequence > 0,
    )
