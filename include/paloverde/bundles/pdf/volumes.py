"""Records as volumes of tagged, searchable PDF/UA-1, set in two processes beside each other."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

import msgspec
import pypdfium2 as pdfium

from paloverde.bundles.pages import visible
from paloverde.bundles.pdf.compiler import WORKER, compiled
from paloverde.bundles.pdf.fonts import Fonts, fonts
from paloverde.bundles.pdf.glyphs import pieces, refuse_missing
from paloverde.bundles.pdf.printed import Printed, as_data, texts_of
from paloverde.bundles.pdf.turn import PDFIUM
from paloverde.bundles.pdf.words import plain, primary
from paloverde.bundles.wording import spoken_time
from paloverde.errors import BadSetting

# What one volume holds at most, as a page of records does, so that two processes and the one that writes the
# bundle stay below 1 GiB together.
PER_VOLUME = 250
_CHARACTERS, _PICTURES = 500_000, 200
_PROCESSES = 2


class Cover(msgspec.Struct, frozen=True):
    """What stands on every volume: `title` and a sentence `about` what the records are."""

    title: str
    agency: str
    made_at: datetime
    about: str = ""
    language: str = "en"


@contextmanager
def press() -> Iterator[Executor]:
    """Sets PDF in two processes beside each other; on the way out all that was not begun is given up."""
    pool = ThreadPoolExecutor(_PROCESSES)
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


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
    """Write `folder/volume-00001.pdf` and so on, as `volumes_set` does; `progress` is told how many records
    are printed. Where one volume cannot be made, the others are not there either.
    """
    written: list[Path] = []
    with press() as pool:
        volumes = volumes_set(
            pool, records, cover, folder, fonts_folder=fonts_folder, by_name=by_name, per_volume=per_volume,
            worker=worker,
        )  # fmt: skip
        try:
            for file, count in volumes:
                written.append(file)
                progress(count)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            for file in folder.glob("volume-*.pdf"):
                file.unlink()
            raise
    return written


def volumes_set(
    pool: Executor,
    records: Sequence[Printed],
    cover: Cover,
    folder: Path,
    *,
    fonts_folder: Path | None = None,
    by_name: bool = False,
    per_volume: int = PER_VOLUME,
    worker: Path = WORKER,
) -> Iterator[tuple[Path, int]]:
    """Have all records set, beside whatever else is done; each volume in order, `folder/volume-00001.pdf` and
    so on, as soon as it is there, and how many records are printed by then.

    The same records, cover and fonts give the same bytes. A character that no font has is refused with
    `BadSetting` before anything is made; with `by_name` it is printed as [U+1F9FF NAZAR AMULET]. Raises
    `PersonNeeded` with the number of the volume that cannot be made. `worker` is the program that sets one
    volume.
    """
    found = fonts(fonts_folder)
    if any(folder.glob("volume-*.pdf")):
        raise BadSetting(f"{folder} holds volumes already. Name a folder without any.")
    if not by_name:
        refuse_missing(_texts(records, cover), found)
    folder.mkdir(parents=True, exist_ok=True)
    one = _Volumes(cover, folder, found, worker)
    made = [
        (pool.submit(one.volume, records, number, first, last), last)
        for number, (first, last) in enumerate(_ranges(records, per_volume), 1)
    ]
    return ((file.result(), last) for file, last in made)


def pages_of(file: Path) -> int:
    """How many pages a PDF has."""
    with PDFIUM, closing(pdfium.PdfDocument(file)) as pdf:
        return len(pdf)


class _Volumes(msgspec.Struct, frozen=True):
    """What all volumes have in common."""

    cover: Cover
    folder: Path
    fonts: Fonts
    worker: Path

    def volume(self, all_: Sequence[Printed], number: int, before: int, until: int) -> Path:
        """Set one volume, of the records from place `before` to `until`."""
        records = all_[before:until]
        first, last = records[0].control_number, records[-1].control_number
        reach = first if first == last else f"{first} to {last}"
        shown: list[tuple[str, str]] = []
        data = self._front(reach, number, f"number {before + 1:,} to {until:,}")
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


def _ranges(records: Iterable[Printed], per_volume: int) -> Iterator[tuple[int, int]]:
    """From which place to which the records of each volume stand. It depends on the records alone, so that
    the same ones fall into the same volumes whatever else the machine does.
    """
    first = until = characters = pictures = 0
    for at, record in enumerate(records):
        size, shown = len(plain(record.text)), len(record.pictures)
        full = at - first >= per_volume or characters + size > _CHARACTERS or pictures + shown > _PICTURES
        if at > first and full:
            yield first, at
            first, characters, pictures = at, 0, 0
        characters, pictures, until = characters + size, pictures + shown, at + 1
    if until:
        yield first, until


def _texts(records: Iterable[Printed], cover: Cover) -> Iterator[tuple[str, str]]:
    yield from (("the cover", text) for text in (cover.title, cover.agency, cover.about))
    for record in records:
        where = f"record {record.control_number}"
        yield from ((where, text) for text in texts_of(record))
