"""Letters, logs and certificates as PDF: readable by anyone, the same each time, inert."""

from __future__ import annotations

import io
import itertools
import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pikepdf
import pypdf
import pypdfium2
import pytest
from opened import flat, names, tags, text

from paloverde.bundles.pdf import paper_pdf
from paloverde.bundles.pdf.compiler import compiled
from paloverde.bundles.pdf.fonts import fonts
from paloverde.errors import BadSetting, PersonNeeded
from paloverde.requests.paper import Facts, Grid, Heading, Paper, Paragraph, Points

NOW = datetime(2026, 11, 23, 18, 30, tzinfo=UTC)
CITY = "City of Testville"
TITLE = "Determination of your request PRA-2026-0042"
LETTER = Paper(
    TITLE,
    (
        Facts((("Date", "November 23, 2026"), ("To", "Robin Example"))),
        Heading(TITLE, 1),
        Paragraph("Dear Robin Example:\n\nThe City has records for you."),
        Heading("What you asked for"),
        Points(("Posts about the park", "Comments about the café")),
        Heading("What is withheld"),
        Grid(
            "Exemptions claimed",
            ("Exemption", "Records"),
            (("EX-PRIV", "12"), ("EX-SSN", "1")),
        ),
    ),
)


def _made(*blocks: object, title: str = "A paper") -> bytes:
    return paper_pdf(Paper(title, blocks), agency=CITY, made_at=NOW)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def letter() -> bytes:
    return paper_pdf(LETTER, agency=CITY, made_at=NOW)


def test_it_says_that_it_is_pdf_ua_with_title_and_language(letter: bytes) -> None:
    with pikepdf.open(io.BytesIO(letter)) as pdf:
        xmp = pdf.Root.Metadata.read_bytes().decode()
        assert "<pdfuaid:part>1</pdfuaid:part>" in xmp
        assert f">{TITLE}<" in xmp
        assert str(pdf.Root.Lang) == "en"
        assert bool(pdf.Root.MarkInfo.Marked)
        assert bool(pdf.Root.ViewerPreferences.DisplayDocTitle)
        assert str(pdf.docinfo.Title) == TITLE
        assert str(pdf.docinfo.CreationDate) == "D:20261123183000Z"


def test_its_tags_are_headings_lists_and_a_table_with_headers(letter: bytes) -> None:
    found = names(letter)
    assert [name for name in found if name in ("H1", "H2")] == ["H1", "H2", "H2"]
    assert found.count("L") == 2
    assert found.count("LI") == 4
    assert found.count("Table") == found.count("THead") == found.count("Caption") == 1
    assert found.count("TH") == 2
    assert found.count("TD") == 4
    assert all(tag.has_headers for tag in tags(letter) if tag.name == "TD")


def test_the_whole_text_is_there_with_page_numbers(letter: bytes) -> None:
    found = text(letter)
    assert found.startswith(CITY)
    for part in ("Robin Example", "Posts about the park", "the café", "EX-PRIV", "12", "Page 1 of 1"):
        assert part in found


def test_a_long_table_repeats_its_headings_on_every_page() -> None:
    rows = [(f"record {number}", "released") for number in range(120)]
    pdf = _made(Grid("Log", ("Which", "What"), rows))
    pages = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]
    assert len(pages) > 2
    assert all("Which" in page for page in pages)
    assert names(pdf).count("TH") == 2
    assert "Page 2 of" in pages[1]


def test_a_table_of_many_columns_lies_across_the_page() -> None:
    pdf = _made(Grid("Log", tuple("abcdefg"), (tuple("1234567"),)))
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        _, _, width, height = (float(edge) for edge in opened.pages[0].MediaBox)
    assert width > height


def test_a_paper_without_headings_gets_its_title_and_no_level_is_left_out() -> None:
    assert [name for name in names(_made(Paragraph("x"))) if name[0] == "H"] == ["H1"]
    levels = names(_made(Heading("a", 3), Paragraph("x"), Heading("b", 4)))
    assert [name for name in levels if name[0] == "H"] == ["H1", "H2", "H3"]
    assert names(_made()) == ["Document", "P", "H1"]  # the letterhead, then the title


def test_another_language_is_named() -> None:
    pdf = paper_pdf(
        Paper("Carta", (Paragraph("Estimada señora:"),)), agency=CITY, made_at=NOW, language="es-MX"
    )
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        assert str(opened.Root.Lang) == "es"


def test_the_same_paper_gives_the_same_bytes_in_another_process(letter: bytes) -> None:
    """... with another seed of hashes, another time zone and another folder for temporary files."""
    program = (
        "import sys; sys.path[:0] = sys.argv[1:]; import test_pdf_letters as tests\n"
        "sys.stdout.buffer.write(tests.paper_pdf(tests.LETTER, agency=tests.CITY, made_at=tests.NOW))"
    )
    folder = str(Path(__file__).parent)
    surroundings = {**os.environ, "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo", "TMPDIR": "/var/tmp"}
    done = subprocess.run(
        [sys.executable, "-c", program, folder, *sys.path],
        capture_output=True, check=True, env=surroundings,
    )  # fmt: skip
    assert done.stdout == letter


@pytest.mark.parametrize(
    "written",
    [
        "café ŵ Đặng Ánh",
        "Ελληνικά κείμενο",
        "Привет, мир",
        "مرحبا بالعالم",
        "שלום עולם",
        "नमस्ते दुनिया क्षत्रिय",
        "สวัสดีชาวโลก น้ำ",
        "简体中文繁體日本語テスト",
        "안녕하세요 세계",
        "👩‍⚕️👍🏽🇺🇸❤️1️⃣👨‍👩‍👧‍👦",
        "𝓯𝓪𝓷𝓬𝔂 ★ → ½",
    ],
)
def test_what_a_viewer_copies_is_what_was_written(written: str) -> None:
    assert flat(written) in flat(text(_made(Paragraph(written))))


HOSTILE = [
    '#eval("1+1") #import "x": * #read("/etc/passwd") #sys.inputs',
    "= Heading\n== Another\n- list\n+ enum\n/ term: x",
    "$ x^2 $ `raw` ```code``` *bold* _emph_ @ref <label> \\ ~ -- --- ...",
    "]] }} ) ] #[ #{ /* // \\u{41} \"quote\" 'x'",
    "https://evil.example/ http://x javascript:alert(1) mailto:a@b.example",
    "</w><script>alert(1)</script>&amp;&lt;",
    "(Tj) endstream endobj %%EOF << /S /JavaScript >>",
]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_markup_and_addresses_are_printed_not_obeyed(hostile: str) -> None:
    pdf = _made(
        Facts(((hostile, hostile),)),
        Paragraph(hostile),
        Points((hostile,)),
        Grid(hostile, (hostile,), ((hostile,),)),
        title=hostile,
    )
    assert flat(text(pdf)).count(flat(hostile)) >= 8
    assert [name for name in names(pdf) if name[0] == "H"] == ["H1"]
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        assert not any("/Annots" in page for page in opened.pages)
        assert not {"/OpenAction", "/AA", "/Names", "/AcroForm"} & set(opened.Root.keys())


@pytest.mark.skipif("PALOVERDE_VECTORS" not in os.environ, reason="needs the naughty strings")
def test_the_naughty_strings_are_printed() -> None:
    path = Path(os.environ["PALOVERDE_VECTORS"]) / "blns" / "blns.json"
    strings = json.loads(path.read_text(encoding="utf-8"))
    paper = Paper("Naughty strings", (Points(tuple(strings)), Grid("c", ("h",), [(one,) for one in strings])))
    pdf = paper_pdf(paper, agency=CITY, made_at=NOW, by_name=True)
    found = flat(text(pdf))
    plain = [one for one in strings if one.isascii() and one.isprintable()]
    assert len(plain) > 200
    assert [one for one in plain if flat(one) not in found] == []
    assert "[U+202E]" in found


def test_characters_that_control_are_written_out() -> None:
    found = text(_made(Paragraph("a\x00b \u202egnol \x1b[2J")))
    assert flat("a[U+0000]b [U+202E]gnol [U+001B][2J") in flat(found)


def test_a_character_without_a_font_is_refused_or_named() -> None:
    paper = Paper("Letter", (Paragraph("Osiyo Ꭳ"),))
    with pytest.raises(BadSetting, match=r"U\+13A3 CHEROKEE LETTER O in Letter"):
        paper_pdf(paper, agency=CITY, made_at=NOW)
    assert "[U+13A3 CHEROKEE LETTER O]" in text(paper_pdf(paper, agency=CITY, made_at=NOW, by_name=True))


def test_a_refusal_of_the_typesetter_names_what_was_not_made() -> None:
    """Typst itself refuses a character without a glyph: nothing gets past the look beforehand."""
    data = {
        "title": "x", "agency": "x", "language": "en", "wide": False, "head": ["Ꭳ"], "foot": [], "blocks": [],
    }  # fmt: skip
    with pytest.raises(PersonNeeded, match="The letter could not be set as PDF: PDF/UA-1 error"):
        with compiled("paper.typ", data, what="The letter", made_at=NOW, fonts=fonts()):
            pass


def _boxes(page: pypdfium2.PdfTextPage, word: str) -> list[tuple[float, float, float, float]]:
    """Where each character of a word stands on a page: left, bottom, right, top in points."""
    found = page.search(word).get_next()
    assert found is not None
    at, count = found
    return [page.get_charbox(number, loose=True) for number in range(at, at + count)]


def test_no_word_of_a_table_runs_into_the_next_column() -> None:
    """Each word stands in one line, and ends before the next column begins."""
    row = ("12", "PRA-2026-0042-000012", "instagram_cityofpalmaria", "comment", "May 6, 2026", "Evid. Code")
    headings = ("No.", "Control number", "Account", "Kind", "Posted", "Redacted or withheld under")
    page = pypdfium2.PdfDocument(_made(Grid("Records", headings, (row,))))[0].get_textpage()
    words = [_boxes(page, word) for word in (*row[1:4], "May")]
    for left, right in itertools.pairwise(words):
        assert max(box[1] for box in left) < min(box[3] for box in left)
        assert left[-1][2] + 9 < right[0][0]


def test_words_too_long_for_all_columns_are_broken_and_stay_apart() -> None:
    """All of six such words is there, no letter over another, none off the page."""
    page = pypdfium2.PdfDocument(_made(Grid("c", tuple("abcdef"), (("q" * 24,) * 6,))))[0].get_textpage()
    text_ = page.get_text_range()
    boxes = [page.get_charbox(at) for at, char in enumerate(text_) if char == "q"]
    assert len(boxes) == 6 * 24
    boxes.sort(key=lambda box: (round(box[3]), box[0]))
    for one, other in itertools.pairwise(boxes):
        assert one[2] <= other[0] + 0.1 or round(one[3]) != round(other[3])
    assert max(box[2] for box in boxes) <= (8.5 - 1) * 72


def test_endless_words_stay_on_the_page() -> None:
    """All of it is seen: each line of such a word ends before the margin."""
    pdf = _made(Paragraph("x" * 2000), Grid("c", ("a", "b"), (("y" * 400, "z" * 400),)))
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    lines = [line for page in reader.pages for line in page.extract_text().splitlines()]
    assert max(len(line) for line in lines if line.startswith("x")) < 130
    assert sum(line.count("x") for line in lines) == 2000


def test_blocks_without_content_are_no_obstacle() -> None:
    pdf = _made(
        Points(()), Facts(()), Grid("Nothing was withheld", ("Record", "Exemption"), ()), Paragraph("")
    )
    assert "Nothing was withheld" in text(pdf)
    assert names(pdf).count("TH") == 2
