"""Keeping the index beside the archive: what is new is added, what is gone is written out, what is damaged is
thrown away and built again.

A segment is written beside the others and counts from the moment at which `current.json` names it. Whoever
dies before leaves the index as it was: segments that are whole are taken up by the next refresh, all else is
swept. One refresh at a time: it holds the lock of the folder as long as it lives.
"""

from __future__ import annotations

import fcntl
import os
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pyarrow as pa

from paloverde.archive.reader import Archive, SealedPart
from paloverde.errors import TryAgain
from paloverde.search.index.asking import parts_named, standing
from paloverde.search.index.building import build
from paloverde.search.index.kinship import write_kin
from paloverde.search.index.layout import (
    CURRENT,
    FORMAT,
    KIN,
    LOCK,
    SEGMENTS,
    Damaged,
    Shelf,
    make_folder,
    read_struct,
)
from paloverde.search.index.opening import Index, open_index
from paloverde.search.index.planning import LARGEST, Job, Stands, plan, workers
from paloverde.search.index.segment import Segment
from paloverde.search.index.wholly import seal_of, sweep, write_whole
from paloverde.search.scan import Name
from paloverde.wording import some

Say = Callable[[str], None]
_FIRST = Shelf(FORMAT, 0, [], "")


class Refreshed(msgspec.Struct, frozen=True):
    """What a refresh did. `added` and `gone` are sealed parts, `records` the rows that were read for them."""

    added: int
    records: int
    gone: int
    damaged: list[str]
    segments: int
    documents: int
    seconds: float

    def sentence(self) -> str:
        """In plain words."""
        rate = f", {self.records / self.seconds:,.0f} a second" if self.records >= _WORTH_TELLING else ""
        did = [
            f"{some(self.records, 'record')} of {some(self.added, 'sealed object')} added{rate}",
            *([f"{some(self.gone, 'object')} that stand no longer written out"] if self.gone else []),
            *([f"{some(len(self.damaged), 'damaged segment')} built again"] if self.damaged else []),
        ]
        what = "; ".join(did) if self.added or self.gone or self.damaged else "nothing was new"
        return (
            f"The search index is up to date: {what}. It took {self.seconds:,.1f} seconds; the index holds "
            f"{some(self.documents, 'record version')} in {some(self.segments, 'segment')}."
        )


class Coverage(msgspec.Struct, frozen=True):
    """What the index covers of the archive. `missing` stand and are not in it; `gone` are in it and stand no
    longer. All that the sealed runs `first_seal` to `last_seal` brought is in it (0 where nothing is).
    """

    first_seal: int
    last_seal: int
    parts: int
    documents: int
    missing: list[SealedPart]
    gone: list[Name]

    def sentence(self) -> str:
        """In plain words."""
        if not self.parts:
            told = "The search index is empty: searches read every sealed record."
            return f"{told} `paloverde index build` fills it."
        objects = some(self.parts, "sealed object")
        held = f"The search index holds {some(self.documents, 'record version')} of {objects}"
        if not self.missing and not self.gone:
            return f"{held}: all of sealed runs {self.first_seal:,} to {self.last_seal:,}."
        records = sum(part.part.rows for part in self.missing)
        behind = f"{some(len(self.missing), 'newer object')} of {some(records, 'record')}"
        return (
            f"{held}. It is behind: {behind} are not in it yet and are read at each search, and "
            f"{some(len(self.gone), 'object')} in it stand no longer and are left out of every answer. "
            "`paloverde index refresh` brings it up to date."
        )


def refresh(
    archive: Archive, folder: Path, say: Say = lambda _: None, processes: int = 2, largest: int = LARGEST
) -> Refreshed:
    """Bring the index in `folder` up to date with the archive.

    `TryAgain` where another refresh is at work. What the store raises passes through, and the index stays as
    it was; segments that were whole by then are taken up by the next refresh.
    """
    started = time.monotonic()
    with _alone(folder):
        held, damaged = _held(folder, say)
        there = standing(archive)
        held |= _left_behind(folder, held, there, say)
        covered = {part.name for segment in held.values() for part in segment.covered}
        missing = parts_named(archive, there - covered)
        gone = sorted(covered - there)
        jobs = plan(_stands(held, {*gone}), missing, processes, largest)
        made = _build(archive, folder, jobs, gone, workers(jobs, processes), say)
        taken = {name for job in jobs for name in job.takes}
        segments = [one for name, one in held.items() if name not in taken] + made
        _publish(folder, segments)
        return Refreshed(
            added=len(missing),
            records=sum(part.part.rows for part in missing),
            gone=len(gone),
            damaged=damaged,
            segments=len(segments),
            documents=sum(segment.documents for segment in segments),
            seconds=time.monotonic() - started,
        )


def rebuild(archive: Archive, folder: Path, say: Say = lambda _: None, processes: int = 2) -> Refreshed:
    """Throw the index away and build it from the sealed records; searches read all of them meanwhile."""
    with _alone(folder):
        (folder / CURRENT).unlink(missing_ok=True)
        _sweep(folder, _FIRST)
    return refresh(archive, folder, say, processes)


def coverage(archive: Archive, index: Index | None) -> Coverage:
    """What an opened index covers of the archive as it stands now."""
    held = {part.name: part for segment in index.segments for part in segment.covered} if index else {}
    there = standing(archive)
    missing = parts_named(archive, there - held.keys())
    runs = sorted({held[name].of_run for name in there & held.keys()})
    behind = min((part.of_run for part in missing), default=None)
    whole = [run for run in runs if behind is None or run < behind]
    return Coverage(
        first_seal=whole[0] if whole else 0,
        last_seal=whole[-1] if whole else 0,
        parts=len(held),
        documents=index.documents if index else 0,
        missing=missing,
        gone=sorted(held.keys() - there),
    )


def damaged_files(index: Index) -> list[Path]:
    """The files of an index whose bytes are not what was written. Reads all of it."""
    return [
        segment.folder / name
        for segment in index.segments
        for name, written in segment.about.files.items()
        if seal_of(segment.folder / name) != written
    ]


def throw_away(folder: Path, names: Sequence[str]) -> None:
    """Take segments out of the index; the next refresh reads again what lay in them."""
    with _alone(folder):
        index = open_index(folder)
        if index is not None:
            _publish(folder, [segment for segment in index.segments if segment.name not in names])


def _held(folder: Path, say: Say) -> tuple[dict[str, Segment], list[str]]:
    """The segments that can be used, and the names of those that cannot."""
    if not (folder / CURRENT).exists():
        return {}, []
    try:
        shelf = read_struct(folder / CURRENT, Shelf)
    except Damaged as error:
        say(f"The search index is thrown away and built again: {error}.")
        return {}, ["current.json"]
    if shelf.format != FORMAT:
        say("The search index is of another version of this program; it is thrown away and built again.")
        return {}, []
    held, damaged = {}, []
    for name in shelf.segments:
        try:
            held[name] = Segment(folder / SEGMENTS / name)
        except (Damaged, OSError, pa.ArrowException) as error:
            say(f"A segment of the search index is thrown away and built again: {error}.")
            damaged.append(name)
    return held, damaged


def _left_behind(
    folder: Path, held: Mapping[str, Segment], there: AbstractSet[Name], say: Say
) -> dict[str, Segment]:
    """Whole segments that a refresh left when it died, of parts that stand and no other segment holds."""
    covered = {part.name for segment in held.values() for part in segment.covered}
    found: dict[str, Segment] = {}
    for path in sorted((folder / SEGMENTS).iterdir()):
        if path.name in held:
            continue
        try:
            segment = Segment(path)
        except (Damaged, OSError, pa.ArrowException):
            continue  # it was not finished; it is swept
        names = {part.name for part in segment.covered}
        if names <= there - covered:
            say(f"A segment of {segment.documents:,} records that an earlier refresh made is taken up.")
            found[path.name], covered = segment, covered | names
    return found


def _stands(held: Mapping[str, Segment], gone: set[Name]) -> list[Stands]:
    return [
        Stands(
            name,
            sum(part.rows for part in segment.covered if part.name not in gone),
            any(part.name in gone for part in segment.covered),
        )
        for name, segment in held.items()
    ]


def _build(
    archive: Archive, folder: Path, jobs: Sequence[Job], gone: Sequence[Name], processes: int, say: Say
) -> list[Segment]:
    places = [(folder / SEGMENTS / uuid.uuid4().hex, job) for job in jobs if job.parts or job.documents]
    finished: list[Path] = []

    def done(path: Path, job: Job) -> None:
        finished.append(path)
        say(f"Segment {len(finished)} of {len(jobs)} is written: {job.documents:,} records.")

    build(archive, places, folder / SEGMENTS, gone, processes, done)
    return [Segment(path) for path, _ in places]


def _publish(folder: Path, segments: Sequence[Segment]) -> None:
    """Make these the segments of the index, and sweep everything else."""
    name = uuid.uuid4().hex
    write_kin(folder / KIN, name, segments)
    shelf = Shelf(FORMAT, time.time_ns(), [segment.name for segment in segments], name)
    write_whole(folder / CURRENT, msgspec.json.encode(shelf))
    _sweep(folder, shelf)


def _sweep(folder: Path, shelf: Shelf) -> None:
    sweep(folder / SEGMENTS, shelf.segments)
    sweep(folder / KIN, [f"{shelf.kin}.json", f"{shelf.kin}.bin"])


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the lock of the folder; `TryAgain` where another refresh holds it."""
    for path in (folder, folder / SEGMENTS, folder / KIN):
        make_folder(path)
    lock = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise TryAgain(
                f"Another refresh of the search index in {folder} is at work; wait until it has ended."
            ) from error
        yield
    finally:
        os.close(lock)


_WORTH_TELLING = 1_000
