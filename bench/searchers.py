"""Ways to search the same archive: our index, our scan, and what one would write by hand.

Each way is opened on a folder (`store`, `state.db`, and what it built there for itself) and gives two things
of a question: `look`, how many hits by account, kind and month, with the first page of fifty; and `every`,
the numbers of all that answer. A number is the first 60 bits of a version's hash. None where it cannot be
asked.
"""

from __future__ import annotations

import os
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from paloverde.archive.reader import Archive
from paloverde.archive.seal import Role
from paloverde.archive.store.directory import DirectoryStore
from paloverde.search.ahead import ahead
from paloverde.search.index.asking import Asking
from paloverde.search.index.opening import Index, open_index
from paloverde.search.inquiry import inquire
from paloverde.search.merging import Merged
from paloverde.search.overview import overview
from paloverde.search.question import ask
from paloverde.search.removals import read_removals
from paloverde.search.scan import Scan
from paloverde.search.scope import Scope
from paloverde.state.books import open_books
from questions import Question

PAGE = 50
PRIVATE = "message"
Numbers = np.ndarray[tuple[int], np.dtype[np.int64]]


class Way(Protocol):
    """One way to search."""

    def look(self, question: Question) -> int | None:
        """How many hits; with them the counts and the first page are made, where the way can."""

    def every(self, question: Question) -> Numbers | None:
        """The numbers of all that answer."""

    def forget(self) -> None:
        """Give up what it remembers of questions, so that the next one is asked for the first time."""

    def stop(self) -> None:
        """End what it is doing, from another thread; whoever waits for it gets an error."""


def open_archive(folder: Path) -> Archive:
    return Archive(DirectoryStore(folder / "store"), open_books(f"sqlite:///{folder / 'state.db'}"))


def files(folder: Path) -> list[Path]:
    """The sealed objects of records."""
    return sorted(path for path in (folder / "store" / "records").rglob("*.parquet") if path.is_file())


def numbers_of(hashes: pa.Array | pa.ChunkedArray) -> Numbers:
    """Version hashes as the numbers that all ways give."""
    return np.fromiter((int(one[:15], 16) for one in hashes.to_pylist()), np.int64, len(hashes))


class Ours:
    """The index."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.archive = folder, open_archive(folder)
        self.asking = self._opened()
        self._names: dict[Any, Numbers] = {}

    def look(self, question: Question) -> int:
        return overview(self.archive, question.ours, self.asking, per_page=PAGE).counts.hits

    def places(self, question: Question) -> dict[Any, list[int]]:
        """The complete list: of each sealed object, the rows that answer."""
        merged = Merged(self.archive, inquire(self.archive, question.ours, Scope()), self.asking)
        assert not merged.extra
        return merged.look.rows(merged.first)

    def every(self, question: Question) -> Numbers:
        found = [self._named(name)[rows] for name, rows in self.places(question).items() if rows]
        return np.concatenate([np.empty(0, np.int64), *found])

    def forget(self) -> None:
        """No answer is remembered; the index stays open, as that of a desk that was asked other things."""
        self._begin(self.asking.index)

    def open_anew(self) -> None:
        """All is opened again: each page of memory is touched for the first time."""
        self._begin(self._opened().index)

    def _begin(self, index: Index) -> None:
        """What no question needs alone (groups, twins) is made."""
        self.asking = Asking(self.archive, index)
        overview(self.archive, "*", self.asking, per_page=PAGE)

    def stop(self) -> None:
        """Nothing: we wait for ourselves as long as it takes."""

    def _opened(self) -> Asking:
        index = open_index(self.folder / "index")
        assert index is not None
        return Asking(self.archive, index)

    def _named(self, name: Any) -> Numbers:
        if not self._names:
            for role in (Role.RECORDS, Role.REMOVED):
                for part in self.archive.parts(role):
                    hashes = self.archive.table(part.part, ["version_sha256"])["version_sha256"]
                    named = (part.part.key, part.part.version_id, part.sequence)
                    self._names[named] = numbers_of(hashes)
        return self._names[name]


class FullScan:
    """The truth: every record cut into words and decided upon; of a share of the objects, evenly spread."""

    def __init__(self, folder: Path, share: float) -> None:
        self.archive = open_archive(folder)
        parts = self.archive.parts(Role.RECORDS)
        self.parts = parts[:: max(1, round(1 / share))]
        self.rows = sum(part.part.rows for part in self.parts)
        self.removals = read_removals(self.archive, self.archive.parts(Role.REMOVED))

    def look(self, question: Question) -> None:
        del question

    def every(self, question: Question) -> Numbers:
        scan = Scan(self.archive, ask(question.ours).tree, self.removals, include_private=False)

        def of_part(part: Any) -> Numbers:
            sure = scan.sure(self.archive.table(part.part, scan.columns))
            hashes = self.archive.table(part.part, ["version_sha256"])["version_sha256"] if sure else None
            return np.empty(0, np.int64) if hashes is None else numbers_of(hashes.take(pa.array(sure)))

        return np.concatenate(list(ahead(of_part, self.parts)))

    def covered(self) -> Numbers:
        """The numbers of all that it reads."""
        tables = (self.archive.table(part.part, ["version_sha256"]) for part in self.parts)
        return np.concatenate([numbers_of(table["version_sha256"]) for table in tables])


class DuckDB:
    """The same Parquet files, folded and put to regular expressions with bounds of words of any script."""

    def __init__(self, folder: Path) -> None:
        import duckdb  # noqa: PLC0415  what is loaded counts as memory

        self.connection = duckdb.connect()
        self.connection.execute("SET threads = 2")
        described = "array_to_string(list_transform(media, lambda one: one.alt_text), chr(10))"
        listed = ", ".join(f"'{path}'" for path in files(folder))
        self.connection.execute(
            f"""CREATE VIEW records AS SELECT ('0x' || version_sha256[1:15])::BIGINT AS id, account, kind,
            poster_name AS poster, epoch_us(posted_at) AS posted, epoch_us(observed_at) AS observed,
            len(media) AS media, lower(text) AS accented, strip_accents(lower(text)) AS said,
            strip_accents(lower({described})) AS described
            FROM read_parquet([{listed}], hive_partitioning = false)
            WHERE visibility <> 'private' AND kind <> '{PRIVATE}'"""
        )

    def look(self, question: Question) -> None:
        del question  # a scan costs the same for a page as for everything

    def every(self, question: Question) -> Numbers | None:
        if question.sql is None:
            return None
        found = self.connection.execute(f"SELECT id FROM records WHERE {question.sql}").fetchnumpy()
        return np.asarray(found["id"], np.int64)

    def forget(self) -> None:
        """Nothing: it remembers no answer."""

    def stop(self) -> None:
        self.connection.interrupt()


class FTS5:
    """SQLite's full-text index, accents folded, beside a table with what a page and a filter need."""

    def __init__(self, folder: Path) -> None:
        self.connection = sqlite3.connect(folder / "fts5.db", check_same_thread=False)
        self.connection.execute("PRAGMA mmap_size = 2000000000")

    def look(self, question: Question) -> int | None:
        source = self._source(question)
        if source is None:
            return None
        counted = self.connection.execute(
            f"SELECT r.account, r.kind, r.month, count(*) {source} GROUP BY 1, 2, 3"
        ).fetchall()
        page = f"SELECT r.* {source} ORDER BY r.posted DESC LIMIT {PAGE}"
        self.connection.execute(page).fetchall()
        return sum(row[-1] for row in counted)

    def every(self, question: Question) -> Numbers | None:
        source = self._source(question)
        if source is None:
            return None
        found = self.connection.execute(f"SELECT r.id {source}")
        return np.fromiter((row[0] for row in found), np.int64)

    def forget(self) -> None:
        """Nothing: it remembers no answer."""

    def stop(self) -> None:
        self.connection.interrupt()

    def _source(self, question: Question) -> str | None:
        match, where = question.match, question.where or "true"
        if question.glob is not None:
            words = self.connection.execute("SELECT term FROM words WHERE term GLOB ?", (question.glob,))
            match = " OR ".join(f'"{word}"' for (word,) in words)
        if match is not None:
            said = match.replace("'", "''")
            return f"FROM fts JOIN records r ON r.rowid = fts.rowid WHERE fts MATCH '{said}' AND {where}"
        return None if question.where is None else f"FROM records r WHERE {where}"


class Ripgrep:
    """The same records as JSON lines; steps of a question are a pipe."""

    def __init__(self, folder: Path) -> None:
        self.lines = folder / "records.jsonl"
        self.running: list[subprocess.Popen[bytes]] = []

    def look(self, question: Question) -> None:
        del question

    def every(self, question: Question) -> Numbers | None:
        if question.grep is None:
            return None
        command = ["rg", "--no-config", "--no-filename", "--color=never", "--threads=2"]
        steps = [
            [*command, "--ignore-case", *(["--invert-match"] if step.inverted else []), step.pattern]
            for step in question.grep
        ]
        steps.append([*command, "--only-matching", r'^\{"id":[0-9]+'])
        steps = [[*step, "-" if number else str(self.lines)] for number, step in enumerate(steps)]
        self.running = running = []
        for step in steps:
            source = running[-1].stdout if running else subprocess.DEVNULL
            running.append(subprocess.Popen(step, stdin=source, stdout=subprocess.PIPE))
            if len(running) > 1 and (before := running[-2].stdout) is not None:
                before.close()
        told, _ = running[-1].communicate()
        if not {step.wait() for step in running} <= {0, 1}:  # 1 is: nothing was found
            raise ChildProcessError(f"ripgrep failed on {question.title}")
        return np.fromstring(told.replace(b'{"id":', b""), np.int64, sep="\n")

    def forget(self) -> None:
        """Nothing: it remembers nothing."""

    def stop(self) -> None:
        for step in self.running:
            step.kill()


def flat(folder: Path) -> Iterator[pa.Table]:
    """The open records as plain columns, part by part, for those that need a copy of their own."""
    for path in files(folder):
        table = pq.read_table(path, partitioning=None)
        table = table.filter((pc.field("kind") != PRIVATE) & (pc.field("visibility") != "private"))
        local = pc.local_timestamp(pc.cast(table["posted_at"], pa.timestamp("us", "America/Los_Angeles")))
        day = pc.strftime(local, "%Y-%m-%d")
        media = table["media"].to_pylist()
        described = ["\n".join(one["alt_text"] or "" for one in several) for several in media]
        yield pa.table(
            {
                "id": numbers_of(table["version_sha256"]),
                "account": table["account"],
                "kind": table["kind"],
                "posted": pc.cast(table["posted_at"], pa.int64()),
                "observed": pc.cast(table["observed_at"], pa.int64()),
                "month": pc.utf8_slice_codeunits(day, 0, 7),
                "day": day,
                "poster": table["poster_name"],
                "media": pc.list_value_length(table["media"]),
                "text": table["text"],
                "described": described,
            }
        )


def dropped(path: Path) -> None:
    """Ask the machine to forget what it has in memory of a file, or of the files of a folder."""
    for file in [path] if path.is_file() else path.rglob("*"):
        if file.is_file():
            handle = os.open(file, os.O_RDONLY)
            os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
            os.close(handle)
