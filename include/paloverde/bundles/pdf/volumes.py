"""Records as volumes of tagged, searchable PDF/UA-1, set in two processes beside each other."""

from __future__ import annotations

import shutil
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from datetime import datetime
from pathlib import Path

import msgspec
import pypdfium2 as pdfium

from paloverde.bundles.pages import visible
from paloverde.bundles.pdf.compiler import WORKER, compiled
from paloverde.bundles.pdf.fonts import Fonts, fonts
from paloverde.bundles.pdf.glyphs import pieces, refuse_missing
from paloverde.bundles.pdf.printed import Printed, as_data, texts_of
from paloverde.bundles.pdf.words import plain, primary
from paloverde.bundles.wording import spoken_time
from paloverde.errors import BadSetting

# What one volume holds at most, so that two processes stay below 1 GiB together.
PER_VOLUME = 500
_CHARACTERS, _PICTURES = 500_000, 200
_PROCESSES = 2


class Cover(msgspec.Struct, frozen=True):
    """What stands on every volume: `title` and a sentence `about` what the records are."""

    title: str
    agency: str
    made_at: datetime
    about: str = ""
    language: str = "en"


def records_pdf(
    records: Sequence[Printed],
    cover: Cover,
    folder: Path,
    progress: Callable[[int], None] = lambda _: None,
    *,
    fonts_folder: Path | None = None,
    by_name: bool = False,
    per_volume: int = PER_VOLUME,
    worker: Path = WORKER,
) -> list[Path]:
    """Write `folder/volume-00001.pdf` and so on; `progress` is told how many records are printed.

    The same records, cover and fonts give the same bytes. A character that no font has is refused with
    `BadSetting` before anything is made; with `by_name` it is printed as [U+1F9FF NAZAR AMULET]. Raises
    `PersonNeeded` with the number of the volume that cannot be made; the others are then not there either.
    `worker` is the program that sets one volume.
    """
    found = fonts(fonts_folder)
    if any(folder.glob("volume-*.pdf")):
        raise BadSetting(f"{folder} holds volumes already. Name a folder without any.")
    if not by_name:
        refuse_missing(_texts(records, cover), found)
    folder.mkdir(parents=True, exist_ok=True)
    press = _Press(cover, folder, found, worker)
    written: list[Path] = []
    try:
        for file, count in _written(records, press, per_volume):
            written.append(file)
            progress(count)
    except BaseException:
        for file in folder.glob("volume-*.pdf"):
            file.unlink()
        raise
    return written


def pages_of(file: Path) -> int:
    """How many pages a PDF has."""
    with closing(pdfium.PdfDocument(file)) as pdf:
        return len(pdf)


class _Press(msgspec.Struct, frozen=True):
    """What all volumes have in common."""

    cover: Cover
    folder: Path
    fonts: Fonts
    worker: Path

    def volume(self, records: list[Printed], number: int, before: int) -> Path:
        """Set one volume; `before` records stand in the volumes before it."""
        first, last = records[0].control_number, records[-1].control_number
        reach = first if first == last else f"{first} to {last}"
        shown: list[tuple[str, str]] = []
        data = self._front(reach, number, f"number {before + 1:,} to {before + len(records):,}")
        data["records"] = [as_data(record, shown, self.fonts) for record in records]
        target = self.folder / f"volume-{number:05d}.pdf"
        with compiled(
            "records.typ", data, what=f"Volume {number} of the records ({reach})",
            made_at=self.cover.made_at, fonts=self.fonts, pictures=shown, worker=self.worker,
        ) as file:  # fmt: skip
            shutil.copyfile(file, target)
        return target

    def _front(self, reach: str, number: int, numbers: str) -> dict[str, object]:
        cover, title = self.cover, f"{self.cover.title}: volume {number}"
        about = f"Records {reach} ({numbers}). {cover.about} Made {spoken_time(cover.made_at)}."
        return {
            "title": visible(f"{title}, {reach}"),
            "agency": visible(cover.agency),
            "language": primary(cover.language) or "en",
            "wide": False,
            "head": pieces(title, self.fonts),
            "foot": pieces(f"{cover.agency}. {cover.title}. {reach}", self.fonts),
            "about": pieces(about, self.fonts),
        }


def _written(records: Iterable[Printed], press: _Press, per_volume: int) -> Iterator[tuple[Path, int]]:
    """Each volume in order, and how many records are done; never more than two are being made."""
    done = 0
    waiting: deque[tuple[Future[Path], int]] = deque()
    with ThreadPoolExecutor(_PROCESSES) as pool:
        try:
            for number, volume in enumerate(_volumes(records, per_volume), 1):
                waiting.append((pool.submit(press.volume, volume, number, done), len(volume)))
                done += len(volume)
                if len(waiting) > _PROCESSES:
                    yield _first(waiting, done)
            while waiting:
                yield _first(waiting, done)
        finally:
            pool.shutdown(cancel_futures=True)


def _first(waiting: deque[tuple[Future[Path], int]], done: int) -> tuple[Path, int]:
    file, _ = waiting.popleft()
    return file.result(), done - sum(count for _, count in waiting)


def _volumes(records: Iterable[Printed], per_volume: int) -> Iterator[list[Printed]]:
    volume: list[Printed] = []
    characters = pictures = 0
    for record in records:
        size, shown = len(plain(record.text)), len(record.pictures)
        full = len(volume) >= per_volume or characters + size > _CHARACTERS or pictures + shown > _PICTURES
        if volume and full:
            yield volume
            volume, characters, pictures = [], 0, 0
        volume.append(record)
        characters, pictures = characters + size, pictures + shown
    if volume:
        yield volume


def _texts(records: Iterable[Printed], cover: Cover) -> Iterator[tuple[str, str]]:
    yield from (("the cover", text) for text in (cover.title, cover.agency, cover.about))
    for record in records:
        where = f"record {record.control_number}"
        yield from ((where, text) for text in texts_of(record))
