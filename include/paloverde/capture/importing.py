"""An import as a run of its own: files that were handed in, read, kept as they are, sealed.

What the files say is taken as said by them, never as a look at the site: an import finds no absence and
overwrites nothing, and fills a gap only where the export itself says that it has all of it (docs/decisions
tells why). The same files again are "already sealed".
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from pathlib import Path

import msgspec
from sqlalchemy import select

from paloverde.archive.commit import Outcome, settle_pending
from paloverde.archive.reader import Archive
from paloverde.archive.seal import Coverage, RunKind, Seal, read_seal
from paloverde.archive.vault import Vault
from paloverde.capture.handed import PLACES, Handed
from paloverde.capture.held import Held
from paloverde.capture.sealing import Run, seal_run
from paloverde.capture.spool import Spool
from paloverde.errors import Unreadable
from paloverde.imports.attached import ARCHIVE_ENDINGS, holds_credentials, is_text
from paloverde.imports.formats import FORMATS, Format, format_of, task_of
from paloverde.imports.members import Bounds, Member, Sources, open_sources
from paloverde.imports.said import Covered, Dossier, Original, Read, Said, Task, Wish, cleaned, missed
from paloverde.platforms.conversation import Gap
from paloverde.records import PACIFIC, Account, Kind, archive_day
from paloverde.state.tables import RUNS

_NAMED = 20  # names that a gap tells one by one
_WHOLE = 16 * 1024 * 1024  # bytes of a text that is kept as one resource


class ImportReport(msgspec.Struct, frozen=True, kw_only=True):
    """What an import did, in counts and words; never the text of a message.

    `known` records say what the archive held already, of which `linked` were recognised without an id;
    `twice` came more than once in the same files. `left` members belong to other accounts.
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

    def sentence(self) -> str:
        if self.outcome == "already sealed":
            return (
                f"{self.account}: these files are already sealed (run {self.sequence:,}, "
                f"{self.day:%A %d %B %Y}); nothing was written."
            )
        told = (
            f"{self.account}, {self.day:%A %d %B %Y}: sealed as run {self.sequence:,} ({self.provenance}); "
            f"{_some(self.files, 'file')}, {_some(self.records, 'record')}, "
            f"{_some(self.new_versions, 'new version')} kept, {self.known + self.linked:,} held already, "
            f"{self.twice:,} came twice"
        )
        if self.dossiers:
            told += f", {_some(self.dossiers, 'removed item')}"
        if self.left:
            told += (
                f", {_some(self.left, 'file')} of other accounts or of the move itself left where they are"
            )
        return f"{told}; {_some(self.unread_count, 'piece')} not read, {_some(len(self.gaps), 'gap')}."

    def lines(self) -> Iterator[str]:
        """The sentence, then what the export has in full, each gap, and the place of each unread piece."""
        yield self.sentence()
        yield from (f"in full: {words}" for words in self.covered)
        yield from (f"gap: {gap}" for gap in self.gaps)
        yield from (f"not read: {place}" for place in self.unread)
        if self.unread_count > PLACES:
            yield f"not read: and {self.unread_count - PLACES:,} more, whose bytes are kept as well"


def import_files(
    vault: Vault,
    archive: Archive,
    account: Account,
    paths: Sequence[Path],
    wish: Wish,
    progress: Callable[[str], None],
    bounds: Bounds | None = None,
) -> ImportReport:
    """Import what was handed in for an account, as `wish` says of it.

    Raises `Unreadable` where it cannot be understood as a whole (nothing is written then), `WrongAccount`
    where it is of another account, `BadQuestion` where a declaration is missing.
    """
    with open_sources(paths, bounds) as sources:
        name = wish.format or format_of(sources, account.platform)
        task = task_of(wish, name, account, vault.clock())
        digest = _digest(sources, task, name)
        before = _sealed_before(vault, task, digest)
        if before is not None:
            return _already(before, name)
        progress(f"{_some(len(sources.members), 'file')}, read as: {FORMATS[name].about}")
        return _import(vault, archive, sources, task, name, digest, progress)


def _import(
    vault: Vault, archive: Archive, sources: Sources, task: Task, name: str, digest: str,
    progress: Callable[[str], None],
) -> ImportReport:  # fmt: skip
    format_, day, started = FORMATS[name], archive_day(task.now), vault.clock()
    with Spool() as spool:
        held = Held(archive, task.account.slug)
        made_at = sources.made_at(task.now)
        handed = Handed(task, day, vault, spool, held, made_at, sources.bounds.file)
        told = list(_listen(format_.read(sources, task), handed, progress))
        gaps = [one for one in told if isinstance(one, Gap)]
        full = [one for one in told if isinstance(one, Covered)]
        left, unread_members, kept_gaps = _keep_the_rest(sources, task, format_, handed, progress)
        gaps += _refusals(sources) + kept_gaps + _not_read(unread_members) + _missing(handed)
        handed.original(Original("paloverde-import.json", _manifest(sources, task, name, handed)))
        handed.close()
        counts = {
            "files": len(sources.members) - left, "records": handed.records,
            "new_versions": handed.new_versions, "known": handed.known + handed.linked,
            "linked": handed.linked, "twice": handed.twice, "files_found": handed.files_found,
        }  # fmt: skip
        coverage = Coverage(
            [one.listing for one in full], gaps, handed.unread, handed.drifted, handed.originals,
            until=min((one.until for one in full), default=None),
        )  # fmt: skip
        run = Run(task.account, day, RunKind.IMPORT, started, coverage, counts)
        progress(f"{handed.records:,} records are read; they are stored and sealed now")
        committed = seal_run(vault, spool, run, digest)
    if committed.outcome is not Outcome.MINE:
        return _already(committed.seal, name)
    return _report(committed.seal, name, task, handed, left)


def _listen(said: Iterable[Said], handed: Handed, progress: Callable[[str], None]) -> Iterator[Gap | Covered]:
    """Take in what a reader says; its gaps are handed on, and what the export has in full."""
    told, name = 0, ""
    for one in said:
        match one:
            case Original():
                handed.original(one)
                if one.name != name and one.segment <= 1:
                    name = one.name
            case Read():
                handed.read(one)
            case Dossier():
                handed.dossier(one)
            case Gap() | Covered():
                yield one
        if handed.records - told >= 50_000:
            told = handed.records
            progress(f"{told:,} records read, now in {name}")


def _keep_the_rest(
    sources: Sources, task: Task, format_: Format, handed: Handed, progress: Callable[[str], None]
) -> tuple[int, list[str], list[Gap]]:
    """Keep every member that no reader asked for: how many are left out, which nobody read, the gaps."""
    left, unread, gaps = 0, [], []
    secret = [member.name for member in sources.members if holds_credentials(member)]
    nested = []
    for number, member in enumerate(sources.members, start=1):
        if number % 1_000 == 0:
            progress(f"{number:,} of {len(sources.members):,} files are kept")
        if member.name in handed.names or member.name in secret:
            continue
        if not format_.owns(member, task):
            left += 1
            continue
        if is_text(member):
            unread.append(member.name)
            gaps += _keep_text(member, handed)
        else:
            handed.stream(member)
            if member.ending in ARCHIVE_ENDINGS and not member.path.startswith("exchanges/"):
                nested.append(member.name)
    gaps += _named("credentials", secret, "with tokens or cookies and no record: not kept")
    gaps += _named(
        "archives", nested, "that are archives inside the archive: kept closed; unpack and import them"
    )
    lost = [name for name, became in handed.names.items() if became.startswith("not kept")]
    gaps += _named("files", lost, "that could not be kept; the report says why")
    return left, unread, gaps


def _keep_text(member: Member, handed: Handed) -> list[Gap]:
    """A text that nobody read, kept as it is: whole where it is short, else with the media."""
    if member.size > _WHOLE:
        handed.stream(member)
        return []
    try:
        handed.original(cleaned(member.name, member.content(_WHOLE)))
        handed.read(Read([]))
    except Unreadable as error:
        return [missed("files", str(error), of=member.path)]
    return []


def _refusals(sources: Sources) -> list[Gap]:
    reasons: dict[str, list[str]] = {}
    for refused in sources.refused:
        reasons.setdefault(refused.reason, []).append(refused.name)
    named = (_named("files", names, f"refused: {reason}") for reason, names in reasons.items())
    return [gap for gaps in named for gap in gaps]


def _not_read(names: list[str]) -> list[Gap]:
    return _named("files", names, "kept as they are and not searched: no record was read from them")


def _missing(handed: Handed) -> list[Gap]:
    counted: Counter[str] = Counter()
    for number, (reason, count) in enumerate(handed.missing.most_common()):
        counted[reason if number < _NAMED else "other reasons"] += count
    return [
        missed("media", f"{count:,} pictures, videos or attachments are not here: {reason}")
        for reason, count in counted.items()
    ]


def _some(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


def _named(stream: str, names: list[str], what: str) -> list[Gap]:
    """One gap for many files: the first of them by name, and how many more."""
    if not names:
        return []
    more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
    return [missed(stream, f"{_some(len(names), 'file')} {what} ({', '.join(names[:_NAMED])}{more})")]


def _digest(sources: Sources, task: Task, name: str) -> str:
    """The same for the same files read the same way, whenever that is."""
    handed = sorted((one.sha256, one.size) for one in sources.handed)
    how = (name, task.provenance, sorted(task.columns.items()), task.zone.key, task.kind, task.declaration)
    return hashlib.sha256(msgspec.json.encode((handed, how))).hexdigest()


def _sealed_before(vault: Vault, task: Task, digest: str) -> Seal | None:
    query = select(RUNS.c.body).where(
        RUNS.c.account == task.account.slug, RUNS.c.kind == RunKind.IMPORT.value, RUNS.c.digest == digest
    )
    # One that died between its seal and the books is completed first, on whatever day it is made again.
    settle_pending(vault.store, vault.books, vault.locked_until(archive_day(task.now)))
    with vault.books.connect() as connection:
        body = connection.execute(query).scalar()
    return None if body is None else read_seal(body.encode(), where="in the database")


def _manifest(sources: Sources, task: Task, name: str, handed: Handed) -> bytes:
    """What was handed in, by whom, and what became of each member; kept beside the originals."""
    return msgspec.json.encode(
        {
            "format": name,
            "provenance": task.provenance,
            "account": task.account.slug,
            "handed_in": sources.handed,
            "columns": dict(task.columns),
            "zone": task.zone.key,
            "declaration": task.declaration,
            "files": handed.names,
            "refused": sources.refused,
            "not_read": handed.places,
        }
    )


def _already(seal: Seal, name: str) -> ImportReport:
    run = seal.run
    return ImportReport(
        account=run.account, day=run.day, outcome="already sealed", format=name, provenance="", files=0,
        records=0, new_versions=0, known=0, linked=0, twice=0, dossiers=0, left=0, unread=[], unread_count=0,
        gaps=[], sequence=seal.sequence,
    )  # fmt: skip


def _report(seal: Seal, name: str, task: Task, handed: Handed, left: int) -> ImportReport:
    run = seal.run
    return ImportReport(
        account=run.account, day=run.day, outcome="sealed", format=name, provenance=task.provenance.value,
        files=run.counts["files"], records=handed.records, new_versions=handed.new_versions,
        known=handed.known, linked=handed.linked, twice=handed.twice, dossiers=handed.dossiers, left=left,
        unread=handed.places, unread_count=max(handed.unread, len(handed.places)),
        gaps=[_where(gap) for gap in run.coverage.gaps], sequence=seal.sequence,
        covered=[_in_full(one.stream, run.coverage.until) for one in run.coverage.listings],
    )  # fmt: skip


def _in_full(stream: str, until: datetime | None) -> str:
    made = f" until {until.astimezone(PACIFIC):%A %d %B %Y, %I:%M %p} Pacific" if until else ""
    return f"{stream}{made}, as the export says of itself"


def _where(gap: Gap) -> str:
    place = f"{gap.stream}, {gap.of}" if gap.of else gap.stream
    kind = "" if gap.kind is Kind.OTHER else f" ({gap.kind})"
    return f"{place}{kind}: {gap.cause}"
