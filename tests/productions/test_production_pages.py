"""Pages are counted before they have numbers, and come out as they were counted."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pypdfium2 as pdfium
import pytest
from documents import BATES, HOSTILE, PRODUCTION, document, family, file_of, hostile, picture
from plans import png

from paloverde.bundles.pdf import press
from paloverde.errors import BadSetting, PersonNeeded
from paloverde.productions.bates import Bates
from paloverde.productions.document import Document, Treatment
from paloverde.productions.natives import Native
from paloverde.productions.pages import Page, Pages

PAGES = Pages(PRODUCTION, BATES, "CONFIDENTIAL", by_name=True)
LONG = "The culvert at Fred Waring Drive is blocked again. " * 600


def counts_of(documents: Sequence[Document], pages: Pages = PAGES) -> list[int]:
    with press() as pool:
        return list(pages.counted(pool, documents))


def set_of(some: Sequence[Page], folder: Path, pages: Pages = PAGES) -> dict[str, list[str]]:
    """The text of each page, by the number of the document."""
    with press() as pool:
        files = {page.document.begin: file.read_bytes() for page, file in pages.set(pool, some, folder)}
    return {begin: [page.get_textpage().get_text_range() for page in pdfium.PdfDocument(body)]
            for begin, body in files.items()}  # fmt: skip


def test_a_long_text_takes_several_pages_each_with_its_own_number(tmp_path: Path) -> None:
    (count,) = counts_of([document(1, LONG)])
    assert count > 3
    told = set_of([Page(document(96, LONG, end=BATES.number(95 + count), pages=count))], tmp_path)
    for at, text in enumerate(told["PDC0000096"]):
        assert f"PDC{96 + at:07d}" in text
        assert "CONFIDENTIAL" in text


def test_what_was_counted_with_any_numbers_holds_with_all_others(tmp_path: Path) -> None:
    """The digit 1 is the narrowest of most fonts, and 8 among the widest."""
    bates = Bates("PDC", 12)
    pages = Pages(PRODUCTION, bates, by_name=True)
    low, high = 111_111_111_111, 888_888_888_888
    words = [LONG[: 40 * at] for at in range(1, 40)]
    ones = [_numbered(document(at, text), bates, low) for at, text in enumerate(words, 1)]
    counts = counts_of(ones, pages)
    others = [_numbered(one, bates, high, count) for one, count in zip(ones, counts, strict=True)]
    with press() as pool:
        assert len(list(pages.set(pool, (Page(one) for one in others), tmp_path))) == len(words)


def _numbered(one: Document, bates: Bates, at: int, pages: int = 1) -> Document:
    number, end = bates.number(at), bates.number(at + pages - 1)
    return msgspec.structs.replace(
        one, begin=number, end=end, family=(number, end), parent=number, pages=pages
    )


def test_a_document_that_comes_out_otherwise_than_counted_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PersonNeeded, match="PDC0000001 was counted as 2 pages and came out as 1"):
        set_of([Page(document(1, pages=2))], tmp_path)


def test_hostile_words_are_printed_and_run_nothing(tmp_path: Path) -> None:
    told = set_of([Page(one) for one in hostile()], tmp_path)
    assert len(told) == len(HOSTILE)
    assert "<script>alert" in " ".join(told["PDC0000010"])
    assert "U+202E]" in told["PDC0000006"][0]  # beside a text that runs right to left the brackets are turned


def test_a_picture_is_shown_and_takes_no_more_pages_than_counted(tmp_path: Path) -> None:
    record = document(1, "Look", media=[picture()])
    shown = file_of(record, 2)
    assert counts_of([shown]) == [1]
    files = {"tall": (200, 4000), "wide": (4000, 200), "small": (3, 3)}
    for name, size in files.items():
        file = tmp_path / f"{name}.png"
        file.write_bytes(png("red", size))
        with press() as pool:
            ((_, made),) = PAGES.set(pool, [Page(shown, Native(file, "png"))], tmp_path / name)
        image = pdfium.PdfDocument(made)[0].render(scale=1).to_pil().convert("RGB")
        assert any(red > 200 and green < 60 for red, green, _ in image.get_flattened_data())


def test_a_file_that_is_no_picture_says_what_it_is(tmp_path: Path) -> None:
    film = tmp_path / "film"
    film.write_bytes(b"\0\0\0 ftypisom")
    one = file_of(document(1, media=[picture()]), 2)
    (text,) = set_of([Page(one, Native(film, "mp4"))], tmp_path / "out")["PDC0000002"]
    assert "This is a film (.mp4)." in text
    assert "Size 6 bytes" in " ".join(text.split())
    assert (one.file.sha256 or "" if one.file else "") in "".join(text.split())


def test_a_picture_that_cannot_be_drawn_is_said(tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.write_bytes(b"\x89PNG\r\n\x1a\n and no more")
    one = file_of(document(1, media=[picture()]), 2)
    (text,) = set_of([Page(one, Native(broken, "png"))], tmp_path / "out")["PDC0000002"]
    assert "could not be drawn as a picture here" in " ".join(text.split())


def test_a_slip_tells_nothing_but_that_it_is_withheld(tmp_path: Path) -> None:
    slip = document(1, "[withheld]", treatment=Treatment.WITHHELD, privileges=("Attorney-client",))
    (text,) = set_of([Page(slip)], tmp_path)["PDC0000001"]
    assert "Withheld: Attorney-client. See the privilege log." in " ".join(text.split())
    assert "Rosa Vale" not in text


def test_a_page_tells_where_a_document_belongs(tmp_path: Path) -> None:
    told = set_of([Page(one) for one in family()], tmp_path)
    assert "Belongs to PDC0000001" in " ".join(told["PDC0000003"][0].split())
    assert "Family PDC0000001 to PDC0000005" in " ".join(told["PDC0000001"][0].split())


def test_a_character_without_a_font_is_refused_before_anything_is_set() -> None:
    strict = msgspec.structs.replace(PAGES, by_name=False)
    with pytest.raises(BadSetting, match="U\\+13A3 CHEROKEE LETTER O"):
        counts_of([document(1, "\u13a3")], strict)


def test_the_same_documents_give_the_same_bytes(tmp_path: Path) -> None:
    def made(folder: Path) -> list[bytes]:
        with press() as pool:
            return [file.read_bytes() for _, file in PAGES.set(pool, map(Page, family()), folder)]

    assert made(tmp_path / "one") == made(tmp_path / "two")


def test_a_pdf_holds_no_more_than_its_own_document(tmp_path: Path) -> None:
    with press() as pool:
        bodies = [file.read_bytes() for _, file in PAGES.set(pool, map(Page, family()), tmp_path)]
    for body in bodies:
        text = " ".join(page.get_textpage().get_text_range() for page in pdfium.PdfDocument(io.BytesIO(body)))
        assert sum(f"{one.begin}:" in text for one in family()) == 1
