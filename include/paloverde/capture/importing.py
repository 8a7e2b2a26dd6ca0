"""An import as a run of its own: files that were handed in, read, kept as they are, sealed.

What the files say is taken as said by them, never as a look at the site: an import finds no absence and
overwrites nothing, and fills a gap only where the export itself says that it has all of it (docs/decisions
tells why). The same files again are "already sealed".
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import msgspec
from sqlalchemy import select

from paloverde.archive.commit import Outcome, settle_pending
from paloverde.archive.gaps import KnownGap, known
from paloverde.archive.reader import Archive
from paloverde.archive.seal import Coverage, RunKind, Seal, read_seal
from paloverde.archive.vault import Vault
from paloverde.capture.handed import Handed
from paloverde.capture.held import Held
from paloverde.capture.importreport import ImportReport, already, report
from paloverde.capture.leftover import keep_the_rest, made_good, missing, not_read, omissions, refusals
from paloverde.capture.sealing import Run, seal_run
from paloverde.capture.spool import Spool
from paloverde.errors import Unreadable
from paloverde.imports.formats import FORMATS, format_of, task_of
from paloverde.imports.members import Bounds, Sources, open_sources
from paloverde.imports.said import Covered, Dossier, Note, Original, Read, Said, Task, Wish
from paloverde.platforms.conversation import Gap
from paloverde.records import Account, archive_day
from paloverde.state.tables import RUNS
from paloverde.wording import some

__all__ = ["ImportReport", "import_files"]


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
        _refuse_nothing(sources)
        name = wish.format or format_of(sources, account.platform, wish)
        task = task_of(wish, name, account, vault.clock())
        digest = _digest(sources, task, name)
        before = _sealed_before(vault, task, digest)
        if before is not None:
            return already(before, name)
        progress(f"{some(len(sources.members), 'file')}, read as: {FORMATS[name].about}")
        return _import(vault, archive, sources, task, name, digest, progress)


def _refuse_nothing(sources: Sources) -> None:
    """Where no byte can be kept there is nothing to seal."""
    if not sources.members:
        refused = sources.refused[0]
        more = f" (and {len(sources.refused) - 1:,} more)" if len(sources.refused) > 1 else ""
        raise Unreadable(
            f"Nothing in it can be read: {refused.name}{more} is refused, since {refused.reason}."
        )


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
        gaps = [handed.placed(one) for one in told if isinstance(one, Gap)] + missing(handed)
        full = [one for one in told if isinstance(one, Covered)]
        notes = [one.words for one in told if isinstance(one, Note)] + omissions(sources)
        filled = made_good(_open_gaps(vault, task), handed, gaps, name)
        left, unread_members, kept_gaps = keep_the_rest(sources, task, format_, handed, progress)
        gaps += refusals(sources) + kept_gaps + not_read(unread_members)
        handed.original(Original("paloverde-import.json", _manifest(sources, task, name, handed)))
        handed.close()
        counts = {
            "files": len(sources.members) - left, "records": handed.records,
            "new_versions": handed.new_versions, "known": handed.known + handed.linked,
            "linked": handed.linked, "twice": handed.twice, "files_found": handed.files_found,
            "dossiers": handed.dossiers, "private": handed.private,
        }  # fmt: skip
        coverage = Coverage(
            [one.listing for one in full] + filled, gaps, handed.unread, handed.drifted, handed.originals,
            until=min((one.until for one in full), default=None), notes=notes,
        )  # fmt: skip
        run = Run(task.account, day, RunKind.IMPORT, started, coverage, counts)
        progress(f"{some(handed.records, 'record is', 'records are')} read; they are stored and sealed now")
        committed = seal_run(vault, spool, run, digest)
    if committed.outcome is not Outcome.MINE:
        return already(committed.seal, name)
    return report(committed.seal, name, task, handed, left, full)


def _listen(
    said: Iterable[Said], handed: Handed, progress: Callable[[str], None]
) -> Iterator[Gap | Covered | Note]:
    """Take in what a reader says; its gaps and notes are handed on, and what it has in full."""
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
            case Gap() | Covered() | Note():
                yield one
        if handed.records - told >= 50_000:
            told = handed.records
            progress(f"{some(told, 'record')} read, now in {name}")


def _digest(sources: Sources, task: Task, name: str) -> str:
    """The same for the same files read the same way, whenever that is."""
    handed = sorted((one.sha256, one.size) for one in sources.handed)
    how = (
        name, task.provenance, sorted(task.columns.items()), task.zone.key, task.kind, task.declaration,
        task.public,
    )  # fmt: skip
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


def _open_gaps(vault: Vault, task: Task) -> list[KnownGap]:
    with vault.books.connect() as connection:
        return known(connection, task.account.slug, only_open=True)


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
            "set_aside": handed.odd,
            "opened": sources.opened,
        }
    )
