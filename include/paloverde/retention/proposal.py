"""What may be destroyed: gathered, written down line by line, and counted. Nothing is destroyed here.

An item stands on the list only where there is no reason left to keep it. The list is JSON, one line an item,
sorted, so that the same items give the same hash. The report shows no content but the first words of public
posts.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import BinaryIO, NamedTuple

import msgspec

from paloverde.archive.reader import Archive
from paloverde.archive.seal import Part, Role
from paloverde.records import Kind, Visibility, archive_day
from paloverde.retention.decision import free_since, reasons_to_keep, years_after
from paloverde.retention.facts import Facts, Ground, ItemId, Reason
from paloverde.retention.orders import Line
from paloverde.retention.schedule import After, RecordClass, Schedule, Schedules

POSTS_SHOWN = 1000  # on the page; the table has them all
_FIRST_WORDS = 12
_LONGEST = 100  # characters of them
_TABLE = (
    *("account", "kind", "item", "class", "resolution", "free_since", "versions", "posted_on", "first_words"),
)


class Verdict(msgspec.Struct, frozen=True):
    """What the law says of an item: why it stays, or else by which class it may go, and since when."""

    reasons: list[Reason]
    record_class: str = ""
    rule: str = ""  # the class, in a sentence
    resolution: str = ""
    keep_until: date | None = None


def verdict_of(facts: Facts, today: date, schedules: Schedules) -> Verdict:
    """`reasons_to_keep`, and where there are none the class that kept the item longest."""
    reasons = reasons_to_keep(facts, today, schedules)
    if reasons:
        return Verdict(reasons)
    free = free_since(facts, today, schedules)
    covering = schedules.covering(facts, today)
    if free is None or not covering:  # the two disagree: then nothing permits it
        told = "the rules do not say since when nothing keeps it"
        return Verdict([Reason(Ground.UNKNOWN, told, "Gov. Code 34090", None)])
    schedule, class_ = max(covering, key=lambda pair: _years_end(facts, pair[1]))
    return Verdict([], class_.id, _rule(schedule, class_), schedule.resolution, free)


def _years_end(facts: Facts, class_: RecordClass) -> date:
    begin = facts.received_on if class_.after is After.RECEIVED else facts.removed_on or facts.received_on
    return years_after(begin, class_.years or 0)


def _rule(schedule: Schedule, class_: RecordClass) -> str:
    since = "the City last received it" if class_.after is After.RECEIVED else "it was removed"
    years = f"{class_.years} calendar year{'' if class_.years == 1 else 's'}"
    return f"{class_.title}: kept {years} after {since} (Resolution {schedule.resolution}, {schedule.title})."


class Group(NamedTuple):
    """What the report counts together. `year` is that of posting, "undated" where the site gave none."""

    account: str
    record_class: str
    kind: Kind
    year: str


class Extent(msgspec.Struct):
    """How much there is of a group. The days are those of posting (Pacific)."""

    items: int = 0
    versions: int = 0
    first: date | None = None
    last: date | None = None

    def add(self, versions: int, day: date | None) -> None:
        self.items += 1
        self.versions += versions
        if day is not None:
            self.first = min(day, self.first or day)
            self.last = max(day, self.last or day)


class PublicPost(NamedTuple):
    """A post that everybody could read."""

    item: ItemId
    posted_on: date | None
    first_words: str


class _Found(msgspec.Struct):
    """An item that may go, while its account is read."""

    facts: Facts
    verdict: Verdict
    versions: int = 0
    observed_at: datetime | None = None
    first_words: str = ""
    is_public: bool = True  # until a version is read that was not

    @property
    def is_public_post(self) -> bool:
        return self.facts.item.kind is Kind.POST and self.versions > 0 and self.is_public


Foreseen = Callable[[Collection[tuple[str, str]]], Mapping[tuple[str, str], str]]


class DryRun:
    """Writes `lines.jsonl` and `lines.csv` into a folder, and counts what the report says."""

    def __init__(self, folder: Path) -> None:
        self.lines, self.table = folder / "lines.jsonl", folder / "lines.csv"
        self.groups: dict[Group, Extent] = {}
        self.rules: dict[str, str] = {}
        self.accounts: list[str] = []
        self.kept: dict[str, int] = {}  # account: items that stay
        self.grounds: Counter[tuple[str, Ground]] = Counter()  # one item may stay on several
        self.waiting: Counter[tuple[str, str]] = Counter()  # account, and why eligible items cannot go now
        self.posts: list[PublicPost] = []
        self.public_posts = 0
        self.objects_gone = self.objects_rewritten = 0
        self.lines.touch()
        with self.table.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerow(_TABLE)

    @property
    def items(self) -> int:
        return sum(extent.items for extent in self.groups.values())

    @property
    def versions(self) -> int:
        return sum(extent.versions for extent in self.groups.values())

    def add_account(
        self,
        archive: Archive,
        account: str,
        facts: Iterable[Facts],
        today: date,
        schedules: Schedules,
        foreseen: Foreseen = lambda _: {},
    ) -> None:
        """Sift an account's items; accounts are given in order.

        `foreseen` says which of the eligible could not go now all the same, and why: these wait.
        """
        self.accounts.append(account)
        found = self._sift(account, ((one, verdict_of(one, today, schedules)) for one in facts))
        for item, why in foreseen(found.keys()).items():
            del found[item]
            self.kept[account] += 1
            self.waiting[account, f"Kept for now, because {why}."] += 1
        if found:
            self._look_into_objects(archive, account, found)
            self._write(found)

    def _sift(self, account: str, judged: Iterable[tuple[Facts, Verdict]]) -> dict[tuple[str, str], _Found]:
        found: dict[tuple[str, str], _Found] = {}
        self.kept[account] = 0
        for one, verdict in judged:
            if not verdict.reasons:
                found[one.item.kind.value, one.item.native_id] = _Found(one, verdict)
                continue
            self.kept[account] += 1
            self.grounds.update({(account, reason.ground) for reason in verdict.reasons})
        return dict(sorted(found.items()))

    def _look_into_objects(
        self, archive: Archive, account: str, found: Mapping[tuple[str, str], _Found]
    ) -> None:
        """Count versions, find first words, and see what would become of each object."""
        for role in (Role.RECORDS, Role.REMOVED):
            for sealed in archive.parts(role, [account]):
                rows = list(_rows(archive, sealed.part))
                going = [row for row in rows if (row.kind, row.native_id) in found]
                if going:
                    self.objects_gone += len(going) == len(rows)
                    self.objects_rewritten += len(going) != len(rows)
                for row in going if role is Role.RECORDS else ():
                    _note(found[row.kind, row.native_id], row)

    def _write(self, found: Mapping[tuple[str, str], _Found]) -> None:
        with self.lines.open("ab") as lines, self.table.open("a", encoding="utf-8", newline="") as file:
            table = csv.writer(file)
            for one in found.values():
                line = _write_line(lines, one)
                day = archive_day(one.facts.posted_at) if one.facts.posted_at else None
                self._count(one, line, day)
                words = one.first_words if one.is_public_post else ""
                table.writerow(_row_of(line, day, words))

    def _count(self, one: _Found, line: Line, day: date | None) -> None:
        item = line.item
        group = Group(item.account, line.record_class, item.kind, str(day.year) if day else "undated")
        self.groups.setdefault(group, Extent()).add(line.versions, day)
        self.rules[line.record_class] = one.verdict.rule
        if one.is_public_post:
            self.public_posts += 1
            if len(self.posts) < POSTS_SHOWN:
                self.posts.append(PublicPost(item, day, one.first_words))


class _Row(NamedTuple):
    kind: str
    native_id: str
    observed_at: datetime | None
    visibility: str | None
    text: str | None


def _rows(archive: Archive, part: Part) -> Iterator[_Row]:
    columns = archive.table(part, _Row._fields).select(list(_Row._fields))
    return map(_Row._make, zip(*(column.to_pylist() for column in columns.columns), strict=True))


def _note(one: _Found, row: _Row) -> None:
    """One more version of an item; the newest gives the first words of a post."""
    one.versions += 1
    one.is_public &= row.visibility == Visibility.PUBLIC
    is_newer = one.observed_at is None or (row.observed_at is not None and row.observed_at >= one.observed_at)
    if one.facts.item.kind is Kind.POST and is_newer:
        one.observed_at, one.first_words = row.observed_at, first_words(row.text or "")


def first_words(text: str) -> str:
    """The first words of a text on one line, without characters that are not seen."""
    plain = "".join(char if char.isprintable() else " " for char in text[: 20 * _LONGEST])
    words = plain.split()
    short = " ".join(words[:_FIRST_WORDS])[:_LONGEST]
    return f"{short} ..." if short != " ".join(words) or len(text) > 20 * _LONGEST else short


def _write_line(lines: BinaryIO, one: _Found) -> Line:
    verdict = one.verdict
    until = verdict.keep_until or date.max
    line = Line(one.facts.item, verdict.record_class, verdict.resolution, until, one.versions)
    lines.write(msgspec.json.encode(line, order="sorted") + b"\n")
    return line


def _row_of(line: Line, day: date | None, words: str) -> list[str]:
    item = line.item
    cells = (item.account, item.kind.value, item.native_id, line.record_class, line.resolution)
    more = (str(line.keep_until), str(line.versions), str(day or ""), words)
    return [_inert(cell) for cell in (*cells, *more)]


def _inert(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula (OWASP, CSV injection)."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell
