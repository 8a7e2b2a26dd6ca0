"""What an import did, in counts and words for whoever made it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime

import msgspec

from paloverde.archive.seal import Seal
from paloverde.capture.handed import PLACES, Handed
from paloverde.imports.said import Covered, Task
from paloverde.platforms.conversation import Gap
from paloverde.records import PACIFIC, Kind
from paloverde.wording import some, spoken

_ODD = 100  # records of which something was set aside that are told one by one


class ImportReport(msgspec.Struct, frozen=True, kw_only=True):
    """What an import did, in counts and words; never the text of a message.

    `known` records say what the archive held already, of which `linked` were recognised without an id;
    `twice` came more than once in the same files. `left` members belong to other accounts. `private` of the
    new versions are shown only by a search for private records; of `odd` records something was set aside.
    """

    account: str
    day: date
    outcome: str  # sealed, already sealed
    format: str
    provenance: str
    files: int
    records: int
    new_versions: int
    known: int
    linked: int
    twice: int
    dossiers: int
    left: int
    unread: list[str]
    unread_count: int
    gaps: list[str]
    sequence: int
    covered: list[str] = []
    private: int = 0
    odd: list[str] = []
    notes: list[str] = []
    filled: list[str] = []

    @property
    def read_nothing(self) -> bool:
        """Whether nothing at all was read; an export that says itself that it is whole may be empty."""
        return not (self.records or self.dossiers or self.covered)

    def sentence(self) -> str:
        if self.outcome == "already sealed":
            return (
                f"{self.account}: these files are already sealed (run {self.sequence:,}, "
                f"{spoken(self.day)}); nothing was written."
            )
        told = (
            f"{self.account}, {spoken(self.day)}: sealed as run {self.sequence:,} ({self.provenance}); "
            f"{some(self.files, 'file')}, {some(self.records, 'record')}, "
            f"{some(self.new_versions, 'new version')} kept, {self.known + self.linked:,} held already, "
            f"{self.twice:,} came twice"
        )
        if self.dossiers:
            told += f", {some(self.dossiers, 'removed item')}"
        if self.left:
            told += f", {some(self.left, 'file')} of other accounts or of the move itself left where they are"
        return f"{told}; {some(self.unread_count, 'piece')} not read, {some(len(self.gaps), 'gap')}."

    def lines(self) -> Iterator[str]:
        """The sentence, what the export has in full, each gap and note, the place of each unread piece."""
        if self.read_nothing:
            yield (
                "NOT ONE RECORD was read of these files. What they are may have been misunderstood: see what "
                "is said of them below, and name what they are with --format."
            )
        yield self.sentence()
        if self.private:
            yield (
                f"private: {self.private:,} of {some(self.new_versions, 'new version')}; a search shows them "
                "only with --private (messages, e-mails, lists of people, what nobody says the nature of)"
            )
        yield from (f"in full: {words}" for words in self.covered)
        yield from (f"gap: {gap}" for gap in self.gaps)
        yield from (f"closed: {words}" for words in self.filled)
        yield from (f"note: {note}" for note in self.notes)
        yield from (f"set aside: {place}" for place in self.odd[:_ODD])
        if len(self.odd) > _ODD:
            yield f"set aside: and in {some(len(self.odd) - _ODD, 'more record')}; see the column drift"
        yield from (f"not read: {place}" for place in self.unread)
        if self.unread_count > PLACES:
            yield f"not read: and {self.unread_count - PLACES:,} more, whose bytes are kept as well"


def already(seal: Seal, name: str) -> ImportReport:
    """The report of an import whose files were sealed before."""
    run = seal.run
    return ImportReport(
        account=run.account, day=run.day, outcome="already sealed", format=name, provenance="", files=0,
        records=run.counts["records"], new_versions=0, known=0, linked=0, twice=0,
        dossiers=run.counts.get("dossiers", 0), left=0, unread=[], unread_count=0,
        gaps=[], sequence=seal.sequence, covered=["as sealed"] if run.coverage.until else [],
    )  # fmt: skip


def report(
    seal: Seal, name: str, task: Task, handed: Handed, left: int, full: Sequence[Covered]
) -> ImportReport:
    """The report of an import that was sealed now."""
    run = seal.run
    return ImportReport(
        account=run.account, day=run.day, outcome="sealed", format=name, provenance=task.provenance.value,
        files=run.counts["files"], records=handed.records, new_versions=handed.new_versions,
        known=handed.known, linked=handed.linked, twice=handed.twice, dossiers=handed.dossiers, left=left,
        unread=handed.places, unread_count=max(handed.unread, len(handed.places)),
        gaps=[_where(gap) for gap in run.coverage.gaps], sequence=seal.sequence,
        covered=[_in_full(one.listing.stream, run.coverage.until) for one in full],
        private=handed.private, odd=handed.odd, notes=run.coverage.notes,
        filled=[f"{it.stream} of {it.of}" for it in run.coverage.listings if it.of],
    )  # fmt: skip


def _in_full(stream: str, until: datetime | None) -> str:
    made = f" until {until.astimezone(PACIFIC):%A, %B %-d, %Y, %I:%M %p} Pacific" if until else ""
    return f"{stream}{made}, as the export says of itself"


def _where(gap: Gap) -> str:
    place = f"{gap.stream}, {gap.of}" if gap.of else gap.stream
    kind = "" if gap.kind is Kind.OTHER else f" ({gap.kind})"
    return f"{place}{kind}: {gap.cause}"
