"""Building segments: here, or in processes beside this one.

Only this process reads the archive, and checks the hash of every part. A process beside it is given rows and
writes segments; it needs neither keys nor a network, and is asked through its standard input:

    {"do": "begin", "folder": …}                a new segment
    {"do": "rows", "part": …, "sizes": [a, b]}  and a + b bytes: Arrow streams of rows and removals
    {"do": "take", "segment": …, "gone": […]}   the rows of a segment that stands
    {"do": "write"}                             answered with a line when it is written
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import IO, Protocol

import msgspec
import numpy as np
import pyarrow as pa

from paloverde.archive.reader import Archive, SealedPart
from paloverde.archive.seal import Role
from paloverde.errors import TryAgain
from paloverde.search.ahead import ahead
from paloverde.search.hits import COLUMNS
from paloverde.search.index.gathering import REMOVAL, Batch, removal_rows, shown
from paloverde.search.index.layout import Covered
from paloverde.search.index.planning import Job
from paloverde.search.index.segment import Segment
from paloverde.search.index.stemming import Stems
from paloverde.search.index.writing import Draft

_AT_ONCE = 5_000  # rows that are cut together
_PARTS_AT_ONCE = 250  # parts, each of which takes up to a tenth of a megabyte, however few its rows are
# Large arrays go back to the system when they are free (glibc mallopt(3)): a sixth less memory at the peak.
_ALLOCATION = {"MALLOC_ARENA_MAX": "1", "MALLOC_MMAP_THRESHOLD_": "262144"}
_NAMES = {Role.RECORDS: [*COLUMNS], Role.REMOVED: [*COLUMNS, *REMOVAL]}
Name = tuple[str, str, int]


class Asked(msgspec.Struct, omit_defaults=True):
    """One line of what a process beside this one is asked."""

    do: str
    part: Covered | None = None
    sizes: tuple[int, int] = (0, 0)
    segment: str = ""
    gone: list[Name] = []
    folder: str = ""


class Builder(Protocol):
    """Takes rows, and writes them as a segment."""

    def begin(self, folder: Path) -> None: ...

    def rows(self, batches: Sequence[Batch]) -> None: ...

    def take(self, segment: Path, gone: Sequence[Name]) -> None: ...

    def write(self) -> None: ...


class Here:
    """Builds in this process."""

    def __init__(self) -> None:
        self._stems = Stems()
        self._drafts: list[Draft] = []

    def begin(self, folder: Path) -> None:
        self._drafts.append(Draft(folder, self._stems))

    def rows(self, batches: Sequence[Batch]) -> None:
        self._drafts[-1].add(batches)

    def take(self, segment: Path, gone: Sequence[Name]) -> None:
        """The rows of a segment that stands, without those of parts that are gone."""
        for some in several(_parts_of(Segment(segment), {*gone})):
            self._drafts[-1].add(some)

    def write(self) -> None:
        self._drafts.pop().write()


class Beside:
    """Builds in another process, which ends when this is closed."""

    def __init__(self) -> None:
        paths = os.pathsep.join(path for path in sys.path if path)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "paloverde.search.index.building"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": paths, **_ALLOCATION},
        )

    def begin(self, folder: Path) -> None:
        self._ask(Asked("begin", folder=str(folder)))

    def rows(self, batches: Sequence[Batch]) -> None:
        for batch in batches:
            rows, removals = _stream(batch.rows), _stream(batch.removals)
            self._ask(Asked("rows", part=batch.part, sizes=(len(rows), len(removals))), rows, removals)

    def take(self, segment: Path, gone: Sequence[Name]) -> None:
        self._ask(Asked("take", segment=str(segment), gone=[*gone]))

    def write(self) -> None:
        self._ask(Asked("write"))
        assert self._process.stdout is not None
        if not self._process.stdout.readline():
            raise TryAgain(_DIED)

    def close(self) -> None:
        """Let it end. Whatever it was at is left for the next refresh to sweep."""
        self._process.kill()
        self._process.communicate()

    def _ask(self, asked: Asked, *bodies: bytes) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(msgspec.json.encode(asked) + b"\n")
            for body in bodies:
                self._process.stdin.write(body)
            self._process.stdin.flush()
        except BrokenPipeError as error:
            raise TryAgain(_DIED) from error


_DIED = (
    "A process that built a part of the search index ended early; what it said stands above. The index is as "
    "it was. Make room (memory, disk) and run `paloverde index refresh` again."
)


def build(
    archive: Archive, jobs: Sequence[tuple[Path, Job]], segments: Path, gone: Sequence[Name], processes: int,
    done: Callable[[Path, Job], None],
) -> None:  # fmt: skip
    """Build these segments at their places, in so many processes; `done` hears of each that is written."""
    waiting: SimpleQueue[tuple[Path, Job]] = SimpleQueue()
    for one in jobs:
        waiting.put(one)

    def work(builder: Builder) -> None:
        while True:
            try:
                folder, job = waiting.get_nowait()
            except Empty:
                return
            builder.begin(folder)
            for name in job.takes:
                builder.take(segments / name, gone)
            for batches in several(_read(archive, job.parts)):
                builder.rows(batches)
            builder.write()
            done(folder, job)

    if processes == 1:
        work(Here())
        return
    builders = [Beside() for _ in range(processes)]
    try:
        with ThreadPoolExecutor(processes) as pool:
            for result in [pool.submit(work, builder) for builder in builders]:
                result.result()
    finally:
        for builder in builders:
            builder.close()


def several(batches: Iterator[Batch]) -> Iterator[list[Batch]]:
    """Batches in groups that are worth cutting together."""
    group = _Group()
    for batch in batches:
        group.add(batch)
        if group.is_full:
            yield group.batches
            group = _Group()
    if group.batches:
        yield group.batches


class _Group:
    """Batches that are cut together: enough rows for it to pay, and no more parts than memory should hold."""

    def __init__(self) -> None:
        self.batches: list[Batch] = []
        self._rows = 0

    @property
    def is_full(self) -> bool:
        return self._rows >= _AT_ONCE or len(self.batches) >= _PARTS_AT_ONCE

    def add(self, batch: Batch) -> None:
        self.batches.append(batch)
        self._rows += len(batch.rows)


def covered(part: SealedPart) -> Covered:
    """A part as a segment names it."""
    named = (part.part.key, part.part.version_id, part.part.sha256, part.part.size, part.part.role.value)
    return Covered(*named, part.account, part.day, part.sequence, part.of_run, part.part.rows)


def _read(archive: Archive, parts: Sequence[SealedPart]) -> Iterator[Batch]:
    """The rows of parts, verified against their seals, read a little ahead."""

    def read(part: SealedPart) -> Batch:
        table = archive.table(part.part, _NAMES[part.part.role])
        return Batch(covered(part), shown(table), removal_rows(table))

    return ahead(read, parts)


def _parts_of(segment: Segment, gone: AbstractSet[Name]) -> Iterator[Batch]:
    """The parts of a segment as they were given to it, without those that are gone."""
    of_removals = segment.removals["part"].to_numpy()
    told = removal_rows(segment.removals)
    for number, part in enumerate(segment.covered):
        if part.name not in gone:
            first, after = np.searchsorted(of_removals, [number, number + 1]).tolist()
            yield Batch(part, segment.part_rows(number), told.slice(first, after - first))


def _stream(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue().to_pybytes())


def _answer(asks: IO[bytes], tells: IO[bytes]) -> None:
    """What the process beside does, until nothing more is asked."""
    builder, waiting = Here(), _Group()
    for line in asks:
        asked = msgspec.json.decode(line, type=Asked)
        if asked.part is not None:
            rows, removals = (pa.ipc.open_stream(asks.read(size)).read_all() for size in asked.sizes)
            waiting.add(Batch(asked.part, rows, removals))
        if waiting.batches and (asked.do != "rows" or waiting.is_full):
            builder.rows(waiting.batches)
            waiting = _Group()
        if asked.do == "begin":
            builder.begin(Path(asked.folder))
        if asked.do == "take":
            builder.take(Path(asked.segment), asked.gone)
        if asked.do == "write":
            builder.write()
            tells.write(b"written\n")
            tells.flush()


if __name__ == "__main__":
    _answer(sys.stdin.buffer, sys.stdout.buffer)
