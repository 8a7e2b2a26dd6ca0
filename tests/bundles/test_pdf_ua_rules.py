"""Every PDF that leaves keeps PDF/UA-1 as far as a program can see it; and whatever breaks a rule is seen."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from matterhorn import findings, kids_of
from PIL import Image

from archives import NIGHT, SIGNER, make_archive, medium, record, removed
from paloverde.bundles.build import build_bundle
from paloverde.bundles.contents import Contents
from paloverde.bundles.pdf import Cover, Picture, Printed, Redacted, paper_pdf, records_pdf
from paloverde.requests.paper import Facts, Grid, Heading, Paper, Paragraph, Points
from paloverde.search.answer import search

NOW = datetime(2026, 11, 23, 18, 30, tzinfo=UTC)
EVERY_SCRIPT = (
    "café ŵ\n\nΕλληνικά\n\nПривет\n\nمرحبا بالعالم\n\nשלום hello\n\nनमस्ते क्षत्रिय\n\nสวัสดี น้ำ\n\n简体中文 日本語\n\n"
    "안녕하세요\n\n👩‍⚕️👍🏽🇺🇸❤️1️⃣\n\n★ ½ ♪ a\x00b\u202ec"
)
LETTER = Paper(
    "Determination of your request PRA-2026-0042",
    (
        Facts((("Date", "November 23, 2026"), ("To", "Robin Example"))),
        Heading("Determination", 1),
        Paragraph(EVERY_SCRIPT),
        Heading("What you asked for"),
        Points(("Posts about the park", "Comments 😀")),
        Heading("A level that is left out", 4),
        Grid("Exemptions claimed", ("Exemption", "Records"), [(f"EX-{n}", str(n)) for n in range(40)]),
    ),
)
LOG = Paper("Log", (Grid("What is withheld", tuple("abcdefgh"), [tuple("12345678")] * 70),))
EMPTY = Paper("Nothing", (Points(()), Facts(()), Grid("None", ("Record", "Exemption"), ()), Paragraph("")))


@pytest.fixture(scope="module")
def letter() -> bytes:
    return paper_pdf(LETTER, agency="City of Testville", made_at=NOW)


@pytest.fixture(scope="module")
def volume(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Records with pictures, redactions, languages and directions of writing."""
    folder = tmp_path_factory.mktemp("volume")
    Image.linear_gradient("L").save(folder / "a.png")
    gone = Redacted(("EX-PRIV",))
    picture = Picture("media/a.png", str(folder / "a.png"), ("A house at ", gone), "PNG")
    records = [
        _printed(
            1,
            text=("My number is ", gone, ".\n\nThanks"),
            pictures=(picture, Picture("b.mp4", "", "", "MP4")),
        ),
        _printed(2, text="Hola", language="es-MX", remarks=("Found removed.",)),
        _printed(3, text=EVERY_SCRIPT, language="iw", facts=(("Identifier on the site", "1_7"),)),
        *(_printed(number, text="") for number in range(4, 40)),
    ]
    cover = Cover("Records for request PRA-2026-0042", "City of Testville", NOW, "All of them.")
    (file,) = records_pdf(records, cover, folder / "pdf")
    return file.read_bytes()


def _printed(number: int, **more: Any) -> Printed:
    given = {
        "control_number": f"PRA-2026-0042-{number:06d}",
        "account": "facebook-testville (facebook)",
        "kind": "comment",
        "posted_at": NOW,
        "poster": "Robin Example",
        "permalink": f"https://www.facebook.com/testville/posts/{number}",
    }
    return Printed(**(given | more))


def test_letters_logs_and_empty_papers_keep_every_rule(letter: bytes) -> None:
    made = [paper_pdf(paper, agency="City of Testville", made_at=NOW) for paper in (LOG, EMPTY)]
    assert [findings(body) for body in (letter, *made)] == [[], [], []]


def test_a_letter_in_another_language_keeps_every_rule() -> None:
    paper = Paper("Carta", (Paragraph("Estimada señora:"),))
    assert findings(paper_pdf(paper, agency="Ciudad", made_at=NOW, language="es-MX")) == []


def test_volumes_of_records_keep_every_rule(volume: bytes) -> None:
    assert findings(volume) == []


def test_every_pdf_of_a_bundle_keeps_every_rule(tmp_path: Path) -> None:
    photo = io.BytesIO()
    Image.linear_gradient("L").save(photo, "PNG")
    media = [medium(photo.getvalue(), alt_text="The new pool")]
    rows = [record("1", "Street sweeping 👍🏽"), record("2", "A photo", media=media), record("3", "שלום")]
    archive = make_archive(tmp_path, rows, removed=[removed(rows[0])], media=[photo.getvalue()])
    built = build_bundle(
        search(archive, "*"), archive, SIGNER,
        name="PRA 2026-014", agency="City of Springfield", now=NIGHT, out=tmp_path / "b.zip",
        contents=Contents(with_pdf=True),
    )  # fmt: skip
    with zipfile.ZipFile(built.path) as box:
        pdfs = {name: box.read(name) for name in box.namelist() if name.endswith(".pdf")}
    assert len(pdfs) > 1
    assert {name: findings(body) for name, body in pdfs.items()} == {name: [] for name in pdfs}


# -- what is broken is seen ----------------------------------------------------------------------------------


def _all(pdf: pikepdf.Pdf, *names: str) -> list[Any]:
    """The structure elements of these types, in order."""

    def below(node: Any) -> Iterator[Any]:
        for kid in kids_of(node):
            if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
                yield kid
                yield from below(kid)

    return [one for one in below(pdf.Root.StructTreeRoot) if str(one.S)[1:] in names]


def _named(old: str, new: str) -> Callable[[pikepdf.Pdf], None]:
    """The first element of this type is called something else."""

    def rename(pdf: pikepdf.Pdf) -> None:
        _all(pdf, old)[0].S = pikepdf.Name(f"/{new}")

    return rename


def _without(name: str, *of: str) -> Callable[[pikepdf.Pdf], None]:
    """An entry is gone: of the catalog, or of the elements of these types."""

    def remove(pdf: pikepdf.Pdf) -> None:
        for one in _all(pdf, *of) if of else [pdf.Root]:
            del one[name]

    return remove


def _written(content: bytes) -> Callable[[pikepdf.Pdf], None]:
    """The first page paints this besides."""

    def add(pdf: pikepdf.Pdf) -> None:
        pdf.pages[0].contents_add(b" " + content + b" ", prepend=False)

    return add


def _in_xmp(old: bytes, new: bytes) -> Callable[[pikepdf.Pdf], None]:
    def replace(pdf: pikepdf.Pdf) -> None:
        body = pdf.Root.Metadata.read_bytes()
        assert old in body
        pdf.Root.Metadata = pdf.make_stream(body.replace(old, new))

    return replace


def _set(path: str, value: Any, *of: str) -> Callable[[pikepdf.Pdf], None]:
    """Another value: of an entry of the catalog, or of the first element of these types."""

    def change(pdf: pikepdf.Pdf) -> None:
        place, (*way, last) = (_all(pdf, *of)[0] if of else pdf.Root), path.split(".")
        for name in way:
            place = place[f"/{name}"]
        place[f"/{last}"] = value(pdf) if callable(value) else value

    return change


def _font(kind: str, change: Callable[[Any], None]) -> Callable[[pikepdf.Pdf], None]:
    def on_each(pdf: pikepdf.Pdf) -> None:
        fonts = [one for one in pdf.objects if isinstance(one, pikepdf.Dictionary) and "/Subtype" in one]
        fonts = [one for one in fonts if str(one.Subtype) == kind]
        assert fonts
        for one in fonts:
            change(one)

    return on_each


def _unembedded(font: Any) -> None:
    for key in ("/FontFile2", "/FontFile3"):
        if key in font.FontDescriptor:
            del font.FontDescriptor[key]


def _drop_cell(pdf: pikepdf.Pdf) -> None:
    row = _all(pdf, "TR")[-1]
    row.K = pikepdf.Array(list(row.K)[:-1])


def _annotated(pdf: pikepdf.Pdf) -> None:
    page = pdf.pages[0]
    page.Annots = pikepdf.Array([pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link)])
    del page["/Tabs"]


def _narrow(font: Any) -> None:
    if "/Widths" in font:
        font.Widths = pikepdf.Array([int(width) // 2 for width in font.Widths])
    else:
        font.W, font.DW = pikepdf.Array(), 17


BROKEN: list[tuple[str, str, Callable[[pikepdf.Pdf], None]]] = [
    ("01-003", "letter", _written(b"/Artifact BMC /P <</MCID 0>> BDC 0 0 9 9 re f EMC EMC")),
    ("01-005 .*without a tag", "letter", _written(b"0 0 9 9 re f")),
    ("01-005 .*without a tag", "letter", _written(b"/Span <</Lang (en)>> BDC 0 0 9 9 re f EMC")),
    ("01-005 .*hangs nowhere", "letter", _set("K", pikepdf.Array(), "H1")),
    ("01-006 the file has", "letter", _without("/StructTreeRoot")),
    ("01-006 the file does", "letter", _set("MarkInfo.Marked", value=False)),
    ("01-006 a /TD does not", "letter", _set("P", lambda pdf: pdf.Root.StructTreeRoot, "TD")),
    ("01-007", "letter", _set("MarkInfo.Suspects", value=True)),
    ("02-001", "letter", _named("H1", "Slogan")),
    ("02-001 /Loop", "letter", _set("StructTreeRoot.RoleMap", pikepdf.Dictionary({"/Loop": pikepdf.Name("/Loop")}))),
    ("02-004", "letter", _set("StructTreeRoot.RoleMap", pikepdf.Dictionary({"/P": pikepdf.Name("/Span")}))),
    ("06-001", "letter", _without("/Metadata")),
    ("06-002", "letter", _in_xmp(b"<pdfuaid:part>1<", b"<pdfuaid:part>2<")),
    ("06-003", "letter", _in_xmp(LETTER.title.encode(), b" ")),
    ("07-001", "letter", _set("ViewerPreferences.DisplayDocTitle", value=False)),
    ("09-004 LI in P", "letter", _named("L", "P")),
    ("09-004 P in TR", "letter", _named("TD", "P")),
    ("10-001", "letter", _font("/Type0", lambda font: font.__delitem__("/ToUnicode"))),
    ("11-001", "volume", _set("Lang", pikepdf.String("<x>"), "P")),
    ("11-006", "letter", _without("/Lang")),
    ("13-004", "volume", _without("/Alt", "Figure")),
    ("13-004", "volume", _set("Alt", pikepdf.String(" "), "Figure")),
    ("14-002", "letter", _named("H1", "H2")),
    ("14-003", "letter", _named("H2", "H4")),
    ("14-007", "letter", _named("H2", "H")),
    ("15-003 a table", "letter", _without("/A", "TH", "TD")),
    ("15-003 a cell", "letter", _without("/ID", "TH")),
    ("15-005", "letter", _drop_cell),
    ("17-002", "letter", _named("H1", "Formula")),
    ("19-003", "letter", _named("H1", "Note")),
    ("28-002", "letter", _annotated),
    ("28-008", "letter", _annotated),
    ("30-002", "letter", _set("K", pikepdf.Array([0, 0]), "P")),
    ("31-004", "letter", _font("/CIDFontType2", lambda font: font.__delitem__("/CIDToGIDMap"))),
    ("31-006", "letter", _font("/Type0", lambda font: font.__setitem__("/Encoding", pikepdf.Name("/UniGB-UCS2-H")))),
    ("31-009", "letter", _font("/CIDFontType2", _unembedded)),
    ("31-009", "letter", _font("/CIDFontType0", _unembedded)),
    ("31-016", "letter", _font("/CIDFontType2", _narrow)),
    ("31-016", "letter", _font("/CIDFontType0", _narrow)),
    ("31-016", "letter", _font("/Type3", _narrow)),
    ("31-030", "letter", _written(b"/Artifact BMC BT /f0 9 Tf <0000> Tj ET EMC")),
    ("/OpenAction", "letter", _set("OpenAction", pikepdf.Array())),
]  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "which", "spoil"), BROKEN, ids=[f"{at}-{one[0]}" for at, one in enumerate(BROKEN)]
)
def test_a_broken_rule_is_seen(
    rule: str, which: str, spoil: Callable[[pikepdf.Pdf], None], request: pytest.FixtureRequest
) -> None:
    made = io.BytesIO()
    with pikepdf.open(io.BytesIO(request.getfixturevalue(which))) as pdf:
        spoil(pdf)
        pdf.save(made)
    found = findings(made.getvalue())
    assert any(re.match(rule, one) for one in found), found


def test_a_file_under_lock_and_key_is_seen(letter: bytes) -> None:
    made = io.BytesIO()
    with pikepdf.open(io.BytesIO(letter)) as pdf:
        pdf.save(made, encryption=pikepdf.Encryption(owner="x", user=""))
    assert "26-001 the file is encrypted" in findings(made.getvalue())
