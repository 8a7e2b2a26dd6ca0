"""The pages of a production: a tagged PDF for each document, with the Bates number of each page in the foot.

In two steps, since a number is known only when all pages before it are counted: documents that do not surely
fit on one page (`lengths`) are laid out, many in one go, which makes no PDF and tells how many pages each
takes; then, with their numbers, each is set as a PDF of its own, and what comes out is held against the
count. Both in two processes beside each other.
"""

from __future__ import annotations

import shutil
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future
from itertools import islice, pairwise
from pathlib import Path
from typing import TypeVar

import msgspec

from paloverde.bundles.media import PICTURES
from paloverde.bundles.pages import visible
from paloverde.bundles.pdf.compiler import compiled_each, starts_of
from paloverde.bundles.pdf.fonts import Fonts, fonts
from paloverde.bundles.pdf.glyphs import pieces, unprintable
from paloverde.errors import BadSetting, PersonNeeded
from paloverde.productions.bates import Bates
from paloverde.productions.document import Document, Production
from paloverde.productions.lengths import is_surely_one_page
from paloverde.productions.natives import Native
from paloverde.productions.sheets import Sheet, as_data, sheet_of

# Documents of one batch: a process begins with the fonts, and gives all memory back.
COUNTED, SET = 2_000, 800
_AHEAD = 10  # batches that wait for whoever writes: pages are set, too, while a volume is closed
_TEMPLATE = "documents.typ"
_KINDS = {"mp4": "film", "mov": "film", "webm": "film", "ogg": "sound", "mp3": "sound", "wav": "sound",
          "pdf": "PDF"}  # fmt: skip
_In = TypeVar("_In")
_Out = TypeVar("_Out")


class Page(msgspec.Struct, frozen=True):
    """A document to be set, with its native file."""

    document: Document
    native: Native | None = None


class Pages(msgspec.Struct, frozen=True):
    """What all pages of a production have in common."""

    production: Production
    bates: Bates
    confidentiality: str = ""
    fonts_folder: Path | None = None
    by_name: bool = False

    @property
    def fonts(self) -> Fonts:
        return fonts(self.fonts_folder)

    def counted(self, pool: Executor, documents: Iterable[Document]) -> Iterator[int]:
        """How many pages each document takes; its numbers may be any of the same number of digits.

        `BadSetting` where no font has a character, `PersonNeeded` where pages cannot be laid out.
        """
        for counts in _beside(pool, documents, COUNTED, self._counts):
            yield from counts

    def set(self, pool: Executor, pages: Iterable[Page], folder: Path) -> Iterator[tuple[Page, Path]]:
        """Each of them with its pages as PDF, in `folder`, in order; whoever takes one removes it."""
        folder.mkdir(parents=True, exist_ok=True)
        for done in _beside(pool, pages, SET, lambda some: self._set(some, folder)):
            yield from done

    def _counts(self, documents: Sequence[Document]) -> list[int]:
        sheets = [sheet_of(document) for document in documents]
        if not self.by_name:
            _refuse_unprintable(documents, sheets, self.fonts)
        counts = [1 if is_surely_one_page(sheet, self.fonts) else 0 for sheet in sheets]
        unsure = [at for at, count in enumerate(counts) if not count]
        if unsure:
            laid_out = self._laid_out([sheets[at] for at in unsure], _what(documents))
            for at, count in zip(unsure, laid_out, strict=True):
                counts[at] = count
        return counts

    def _laid_out(self, sheets: Sequence[Sheet], what: str) -> Iterator[int]:
        data = self._common() | {"documents": [as_data(sheet, self.fonts) for sheet in sheets]}
        made = self.production.made_at
        starts = starts_of(_TEMPLATE, data, what=what, made_at=made, fonts=self.fonts)
        return (after - before for before, after in pairwise(starts))

    def _set(self, pages: Sequence[Page], folder: Path) -> list[tuple[Page, Path]]:
        documents = [page.document for page in pages]
        shown: dict[str, str] = {}
        each = [self._one(page, shown) for page in pages]
        with compiled_each(
            _TEMPLATE, self._common(), each, what=_what(documents), made_at=self.production.made_at,
            fonts=self.fonts, pictures=list(shown.items()),
        ) as files:  # fmt: skip
            return [
                (page, _moved(page.document, file, length, folder))
                for page, (file, length) in zip(pages, files, strict=True)
            ]

    def _one(self, page: Page, shown: dict[str, str]) -> Mapping[str, object]:
        document, picture = page.document, ""
        native = page.native
        if document.file is not None and native is not None and native.ending in PICTURES:
            picture = f"{document.begin}.jpg"
            shown[picture] = str(native.body)
        sheet = sheet_of(document)
        told = as_data(sheet, self.fonts, picture=picture, instead=_instead(page))
        first = self.bates.page(document.begin)
        return {"title": visible(sheet.title), "first": first, "pages": document.pages, "sheet": told}

    def _common(self) -> dict[str, object]:
        production = self.production
        foot = " · ".join(filter(None, (self.confidentiality, production.agency, production.name)))
        return {
            "title": visible(production.name), "agency": visible(production.agency), "language": "en",
            "wide": False, "foot": pieces(foot, self.fonts), "prefix": self.bates.prefix,
            "digits": self.bates.digits,
        }  # fmt: skip


def _beside(
    pool: Executor, ones: Iterable[_In], size: int, work: Callable[[list[_In]], _Out]
) -> Iterator[_Out]:
    """The work on batches, done ahead of whoever takes it, in order."""
    rest, waiting = iter(ones), deque[Future[_Out]]()
    while batch := list(islice(rest, size)):
        waiting.append(pool.submit(work, batch))
        if len(waiting) == _AHEAD:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def _moved(document: Document, file: Path, pages: int, folder: Path) -> Path:
    """The PDF of a document where it stays; `PersonNeeded` where it has other pages than were counted."""
    if pages != document.pages:
        raise PersonNeeded(
            f"{document.begin} was counted as {document.pages} pages and came out as {pages}. Nothing was "
            "written of it: report this, with the words of the record, to whoever maintains Paloverde."
        )
    target = folder / f"{document.begin}.pdf"
    shutil.move(file, target)
    return target


def _instead(page: Page) -> str:
    if page.document.file is None or page.native is None:
        return ""
    what = _KINDS.get(page.native.ending, "file of a kind that is not shown here")
    return f"This is a {what} (.{page.native.ending}). It is produced beside this page."


def _refuse_unprintable(documents: Sequence[Document], sheets: Sequence[Sheet], found: Fonts) -> None:
    texts = (
        (f"document {document.control}", text)
        for document, sheet in zip(documents, sheets, strict=True)
        for text in sheet.texts()
    )
    if told := unprintable(texts, found):
        raise BadSetting(told)


def _what(documents: Sequence[Document]) -> str:
    first, last = documents[0].control, documents[-1].control
    return f"The pages of {first} to {last}"
