"""The leak test finds redacted words in every form and place, tells the place and never the words."""

from __future__ import annotations

import base64
import gzip
import html
import io
import json
import re
import struct
import time
import urllib.parse
import zipfile
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pikepdf
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from archives import NIGHT, SIGNER, make_archive, medium, record
from paloverde.bundles.build import BuiltBundle, build_bundle
from paloverde.bundles.contents import Contents, handed_whole
from paloverde.bundles.leak_finder import Needle
from paloverde.bundles.leak_standing import sorted_out
from paloverde.bundles.leaks import Search
from paloverde.bundles.pdf import paper_pdf
from paloverde.errors import Suspicious
from paloverde.requests.paper import Heading, Paper, Paragraph
from paloverde.requests.pictures import painted_over
from paloverde.requests.redaction import Painted, Released, released
from paloverde.requests.review import Decision, Exempted, Region, Span, Verdict
from paloverde.search.answer import Answer, search
from paloverde.search.hits import Hit

WORDS = "Ofelia Quintéro-Banks"
TEXT = f"Please call {WORDS} about it"
CONTROL = "PRA-000007"
Planted = tuple[str, bytes]


def found(path: str, body: bytes, *words: str) -> list[str]:
    search = Search([Needle(f"C-{number}", one) for number, one in enumerate(words or (WORDS,))])
    search.look(path, io.BytesIO(body))
    assert search.unread == []
    return sorted(leak.control for leak in search.leaks)


def each_char(text: str, write: Callable[[str], str]) -> bytes:
    return "".join(write(char) for char in text).encode()


def deflated(body: bytes) -> bytes:
    return b"some bytes before" + zlib.compress(body)


def in_zip(body: bytes, name: str = "word/document.xml") -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as box:
        box.writestr(name, body)
    return made.getvalue()


def parquet(*texts: str, compression: str = "zstd", **more: object) -> bytes:
    made = io.BytesIO()
    pq.write_table(
        pa.table({"text": list(texts) * 50, "n": list(range(50 * len(texts)))}),
        made,
        compression=compression,
        **more,
    )
    return made.getvalue()


def nested_parquet() -> bytes:
    made = io.BytesIO()
    pq.write_table(pa.table({"media": [[{"alt_text": TEXT, "url": None}], []]}), made)
    return made.getvalue()


@cache
def pdf(text: str = "Nothing", title: str = "A paper") -> bytes:
    paper = Paper(title, (Heading(title, 1), Paragraph(text)))
    return paper_pdf(paper, agency="City", made_at=NIGHT, by_name=True)


def with_property(name: str) -> bytes:
    made = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf())) as document:
        document.docinfo[name] = pikepdf.String(WORDS)
        document.save(made)
    return made.getvalue()


def with_bookmark() -> bytes:
    made = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf())) as document:
        with document.open_outline() as outline:
            outline.root.append(pikepdf.OutlineItem(WORDS, 0))
        document.save(made, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return made.getvalue()


def png(*, is_packed: bool) -> bytes:
    made, said = io.BytesIO(), PngImagePlugin.PngInfo()
    said.add_itxt("Comment", TEXT, zip=is_packed)
    Image.new("RGB", (8, 8)).save(made, "PNG", pnginfo=said)
    return made.getvalue()


def jpeg(*, is_wide: bool) -> bytes:
    made, exif = io.BytesIO(), Image.Exif()
    exif[0x9C9C if is_wide else 0x010E] = WORDS.encode("utf-16-le") if is_wide else WORDS.encode()
    Image.new("RGB", (8, 8)).save(made, "JPEG", exif=exif)
    return made.getvalue()


LONG = TEXT.encode()
PLANTED: dict[str, Callable[[], Planted]] = {
    "as it is": lambda: ("a.txt", LONG),
    "in capitals": lambda: ("a.txt", TEXT.upper().encode()),
    "in small letters": lambda: ("a.html", TEXT.lower().encode()),
    "decomposed accents": lambda: ("a.txt", TEXT.replace("é", "e\u0301").encode()),
    "over two lines": lambda: ("a.txt", TEXT.replace(" ", "\r\n   ").encode()),
    "with hard blanks": lambda: ("a.html", TEXT.replace(" ", "\u00a0").encode()),
    "with soft hyphens": lambda: ("a.html", TEXT.replace("n", "n\u00ad").encode()),
    "with a joiner inside": lambda: ("a.txt", TEXT.replace("B", "\u200bB").encode()),
    "UTF-16, little end first": lambda: ("a.bin", TEXT.encode("utf-16-le")),
    "UTF-16, big end first": lambda: ("a.bin", b"x" + TEXT.encode("utf-16-be")),
    "base64": lambda: ("a.json", base64.b64encode(LONG)),
    "base64, one byte on": lambda: ("a.json", base64.b64encode(b"1" + LONG)),
    "base64, two bytes on": lambda: ("a.json", base64.b64encode(b"12" + LONG)),
    "base64 for addresses": lambda: ("a.html", base64.urlsafe_b64encode(b"??>" + LONG)),
    "base64 in lines": lambda: ("a.eml", base64.encodebytes(LONG * 9)),
    "base64 of UTF-16": lambda: ("a.json", base64.b64encode(TEXT.encode("utf-16-le"))),
    "hexadecimal": lambda: ("a.json", LONG.hex().encode()),
    "HEXADECIMAL": lambda: ("a.json", LONG.hex().upper().encode()),
    "hexadecimal in pairs": lambda: ("a.txt", LONG.hex(" ").encode()),
    "an address": lambda: ("a.html", urllib.parse.quote(TEXT).encode()),
    "an address, all of it escaped": lambda: ("a.html", each_char(TEXT, lambda c: "".join(f"%{b:02X}" for b in c.encode()))),
    "HTML, decimal": lambda: ("a.html", each_char(TEXT, lambda c: f"&#{ord(c)};")),
    "HTML, hexadecimal": lambda: ("a.html", each_char(TEXT, lambda c: f"&#x{ord(c):x};")),
    "HTML, by name": lambda: ("a.html", TEXT.replace("é", "&eacute;").encode()),
    "HTML, marked": lambda: ("a.html", TEXT.replace("Ofelia", "<mark>Of</mark>elia").encode()),
    "HTML in HTML": lambda: ("a.html", html.escape(TEXT.replace("é", "&eacute;")).encode()),
    "an attribute": lambda: ("a.html", f"<img alt='{html.escape(TEXT)}'>".encode()),
    "JSON": lambda: ("a.json", json.dumps(TEXT).encode()),
    "JSON, all of it escaped": lambda: ("a.json", each_char(TEXT, lambda c: f"\\u{ord(c):04x}")),
    "JSON, in capitals": lambda: ("a.json", each_char(TEXT, lambda c: f"\\u{ord(c):04X}")),
    "JSON in an address": lambda: ("a.html", urllib.parse.quote(json.dumps({"q": TEXT})).encode()),
    "a cell of a CSV": lambda: ("a.csv", f'1,"said ""{WORDS}""",x\r\n'.encode()),
    "a formula of a CSV": lambda: ("a.csv", '1,"=""Ofelia Quin""&""téro-Banks""",x\r\n'.encode()),
    "deflated": lambda: ("a.bin", deflated(LONG)),
    "gzip": lambda: ("a.bin", gzip.compress(LONG)),
    "gzip of base64": lambda: ("a.bin", gzip.compress(base64.b64encode(LONG))),
    "a member of a zip": lambda: ("a.zip", in_zip(LONG)),
    "a name in a zip": lambda: ("a.zip", in_zip(b"", f"{WORDS}.txt")),
    "a zip in a zip": lambda: ("a.bin", in_zip(in_zip(LONG))),
    "Parquet": lambda: ("a.parquet", parquet("x", TEXT)),
    "Parquet, not packed": lambda: ("a.parquet", parquet("x", TEXT, compression="none", use_dictionary=False)),
    "Parquet, in a list": lambda: ("a.parquet", nested_parquet()),
    "the text of a PDF": lambda: ("a.pdf", pdf(TEXT)),
    "the text of a PDF, over lines": lambda: ("a.pdf", pdf("word " * 21 + TEXT)),
    "the title of a PDF": lambda: ("a.pdf", pdf(title=TEXT)),
    "a property of a PDF": lambda: ("a.pdf", with_property("/Keywords")),
    "a bookmark of a PDF": lambda: ("a.pdf", with_bookmark()),
    "a PDF in a zip": lambda: ("a.zip", in_zip(pdf(TEXT))),
    "a remark in a PNG": lambda: ("a.png", png(is_packed=False)),
    "a packed remark in a PNG": lambda: ("a.png", png(is_packed=True)),
    "a remark in a JPEG": lambda: ("a.jpg", jpeg(is_wide=False)),
    "a wide remark in a JPEG": lambda: ("a.jpg", jpeg(is_wide=True)),
    "a tag file": lambda: ("bag-info.txt", f"External-Description: {TEXT}\n".encode()),
    "a file's name": lambda: (f"data/03_media/{WORDS}.png", b""),
    "behind the end of a PNG": lambda: ("a.png", png(is_packed=False).replace(LONG, b"-" * len(LONG)) + LONG),
    "in a film": lambda: ("a.mp4", b"\0\0\0\x18ftypmp42" + bytes(5_000_000) + LONG),
    "over the edge of a piece": lambda: ("a.txt", b"- " * (2 * 2**20 - 4) + LONG),
}  # fmt: skip


@pytest.mark.parametrize("form", PLANTED)
def test_planted_words_are_found(form: str) -> None:
    assert found(*PLANTED[form]()) == ["C-0"]


@pytest.mark.parametrize("form", PLANTED)
def test_other_words_in_the_same_place_are_no_leak(form: str) -> None:
    assert found(*PLANTED[form](), "Ofelia Quintana-Banks", "Benita Lacroix") == []


def test_short_words_are_found_as_words_only() -> None:
    assert found("a.txt", b"Anna was here", "Anna") == ["C-0"]
    assert found("a.txt", b"Annabel and Joanna were here", "Anna") == []
    assert found("a.json", base64.b64encode(b"says Anna here"), "Anna") == ["C-0"]
    assert found("a.txt", "王小明来了".encode(), "王小明") == ["C-0"]


def test_what_says_too_little_is_looked_for_in_its_own_record_alone() -> None:
    needles = [Needle("C-1", "Al"), Needle("C-2", "2026"), Needle("C-3", "Benita Lacroix")]
    texts = [("C-1", ["Al and the City"]), ("C-2", ["Alma in 1999"]), ("C-3", ["Al, 2026"])]
    wanted, standing, _ = sorted_out(needles, texts, ())
    assert [(one.control, one.within) for one in standing] == [("C-1", "C-1")]
    assert wanted == [needles[2]]


def test_words_that_another_record_shows_are_told_by_numbers_and_may_be_accepted() -> None:
    needles = [Needle("C-1", WORDS), Needle("C-1", "760-555-0142")]
    texts = [("C-1", ["[redacted]"]), ("C-2", ["so said", WORDS.upper()]), ("C-3", ["nothing"])]
    _, standing, known = sorted_out(needles, texts, ())
    assert [(one.control, one.within) for one in standing] == [("C-1", "C-2")]
    assert known == {needles[0]: {"C-2"}}
    wanted, standing, _ = sorted_out(needles, texts, {("C-1", "C-2")})
    assert (wanted, standing) == (needles, [])


def test_accepted_words_are_looked_for_wherever_the_record_that_has_them_is_not_shown() -> None:
    needle = Needle("C-1", WORDS)
    search = Search([needle], known={needle: {"C-2"}}, shows=lambda path, control: path == f"{control}.html")
    for path in ("C-2.html", "C-3.html", "letter.txt"):
        search.look(path, io.BytesIO(LONG))
    assert sorted(leak.path for leak in search.leaks) == ["C-3.html", "letter.txt"]
    assert search.holding([(["C-2"], LONG), (["C-3"], LONG), (["C-2"], b"nothing"), ([], LONG)]) == {1, 3}


def test_what_every_bundle_says_is_not_looked_for() -> None:
    search = Search([Needle("C-1", "posted_at"), Needle("C-2", WORDS)], commonplace=b"a,posted_at,b")
    search.look("a.csv", io.BytesIO(b"posted_at\r\n"))
    search.refuse()
    search.look("a.csv", io.BytesIO(LONG))
    with pytest.raises(Suspicious, match=r"a\.csv \(from C-2\)"):
        search.refuse()


def test_the_message_names_file_and_record_and_never_the_words() -> None:
    search = Search([Needle(CONTROL, WORDS)])
    search.look("data/x.html", io.BytesIO(LONG))
    with pytest.raises(Suspicious) as raised:
        search.refuse()
    assert f"data/x.html (from {CONTROL})" in str(raised.value)
    assert "Ofelia" not in str(raised.value)
    accepted = Search([Needle(CONTROL, WORDS)], accepted={(CONTROL, "data/x.html")})
    accepted.look("data/x.html", io.BytesIO(LONG))
    accepted.refuse()


@pytest.mark.parametrize("body", [b"%PDF-1.7 broken", in_zip(LONG)[:-30], b"PAR1 broken PAR1"])
def test_what_cannot_be_looked_into_is_told(body: bytes) -> None:
    search = Search([Needle(CONTROL, WORDS)])
    search.look("data/03_media/x.bin", io.BytesIO(body))
    assert ["data/03_media/x.bin" in told for told in search.unread] == [True]
    with pytest.raises(Suspicious, match=r"data/03_media/x\.bin could not be looked into.*accept-unread"):
        search.refuse()
    signed = Search([Needle(CONTROL, WORDS)], unseen_accepted={"data/03_media/x.bin"})
    signed.look("data/03_media/x.bin", io.BytesIO(body))
    signed.refuse()
    assert signed.unseen == ["data/03_media/x.bin"]


def test_a_question_that_may_be_told_as_it_was_put_may_be_told_where_questions_are() -> None:
    search = Search([Needle(CONTROL, WORDS)], accepted={(CONTROL, "question")})
    search.look("data/05_search_certificate/search.json", io.BytesIO(LONG))
    search.refuse()
    search.look("data/02_records/json/records.jsonl", io.BytesIO(LONG))
    with pytest.raises(Suspicious, match=r"stand in data/02_records/json/records\.jsonl \(from"):
        search.refuse()


@pytest.mark.parametrize("before", ["", "x", "xy"])
def test_words_that_differ_in_their_last_letter_alone_are_not_taken_for_each_other_in_base64(
    before: str,
) -> None:
    body = base64.b64encode(f"{before}Orla Vantongeren18 said so".encode())
    assert found("a.json", body, "Orla Vantongeren18", "Orla Vantongeren19", "Erla Vantongeren18") == ["C-0"]


def stored(body: bytes) -> bytes:
    """A block of deflate that stores bytes as they are (RFC 1951, 3.2.4)."""
    return b"\0" + struct.pack("<HH", len(body), len(body) ^ 0xFFFF) + body


def streams_within_streams(size: int) -> bytes:
    """Each of thousands of beginnings is that of a stream which goes on to the end."""
    unit = stored(b"AAAAAA\x78\x9c")
    return b"\x78\x9c" + unit * (size // len(unit))


def pdf_that_unpacks_to(size: int, times: int) -> bytes:
    packed = zlib.compress(b"\0" * size, 9)
    begin = b"%%d 0 obj<</Length %d>>stream\n" % len(packed)
    return b"%PDF-1.4\n" + b"".join(begin % n + packed + b"\nendstream endobj\n" for n in range(1, times + 1))


@pytest.mark.parametrize(
    ("body", "is_read"),
    [
        (streams_within_streams(60_000), True),
        (streams_within_streams(60_000) + b"\xff" * 9, False),  # and each breaks off there
        (pdf_that_unpacks_to(40 << 20, 4), False),
        (in_zip(b"\0" * (129 << 20)), False),
    ],
    ids=["streams within streams", "broken ones", "a PDF", "a zip"],
)
def test_a_file_made_to_unpack_without_end_takes_little_time_and_is_told(body: bytes, is_read: bool) -> None:
    search = Search([Needle(CONTROL, WORDS)])
    begun = time.process_time()
    search.look("data/03_media/x.bin", io.BytesIO(body))
    assert time.process_time() - begun < 6
    assert (search.unread == []) is is_read


def test_words_behind_and_within_other_packed_bytes_are_found() -> None:
    behind = zlib.compress(b"first") + zlib.compress(LONG)
    within = b"\x78\x9c" + stored(b"..." + zlib.compress(LONG)) + b"\xff"
    broken = zlib.compress(b"some other words" * 9)[:-9] + b"\xff" * 9 + gzip.compress(LONG)
    assert [found("a.bin", body) for body in (behind, within, broken)] == [["C-0"]] * 3


def described(text: str, mode: pikepdf.ObjectStreamMode) -> bytes:
    """A PDF in which a part is described for those who cannot see it (ISO 32000-1, 14.9.3)."""
    made = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf())) as document:
        document.Root.StructTreeRoot.Alt = pikepdf.String(text)
        document.save(made, object_stream_mode=mode)
    return made.getvalue()


@pytest.mark.parametrize("words", ["Ofelia Quintero", "Ofelia Quintéro", "البلدية (بب)"])
@pytest.mark.parametrize("mode", [pikepdf.ObjectStreamMode.generate, pikepdf.ObjectStreamMode.disable])
def test_the_description_of_a_picture_in_a_pdf_is_looked_into(
    words: str, mode: pikepdf.ObjectStreamMode
) -> None:
    assert found("a.pdf", described(f"A photo of {words} at the door", mode), words) == ["C-0"]


@pytest.mark.parametrize(
    "words",
    [
        "شارع السلام",
        "מרים כהן רחוב",
        "مريم 😀 اللامي",
    ],
)
def test_words_that_run_from_right_to_left_are_found_on_a_page_of_a_pdf(words: str) -> None:
    assert found("a.pdf", pdf(f"He said {words} 12 to the clerk"), words) == ["C-0"]


encodings = st.sampled_from([
    lambda body: body, base64.b64encode, lambda body: base64.b64encode(b"?" + body), zlib.compress, gzip.compress,
    lambda body: body.hex().encode(), lambda body: urllib.parse.quote(body).encode(), in_zip,
    lambda body: json.dumps(body.decode()).encode(), lambda body: html.escape(body.decode()).encode(),
    lambda body: body.decode().encode("utf-16-be"),
])  # fmt: skip
letters = st.characters(codec="utf-8", categories=("L", "N"))


@settings(deadline=None)
@given(st.text(letters, min_size=8, max_size=30), st.text(max_size=200), st.text(max_size=200), encodings)
def test_any_words_are_found_in_any_form(
    words: str, before: str, behind: str, encode: Callable[[bytes], bytes]
) -> None:
    assume(not words.isdigit())
    body = f"{before} {words} {behind}".encode()
    assert found("a.bin", encode(body), words) == ["C-0"]


@settings(deadline=None)
@given(st.binary(max_size=2_000), encodings)
def test_no_words_are_found_where_there_are_none(body: bytes, encode: Callable[[bytes], bytes]) -> None:
    text = body.hex("-", 3)
    assert found("a.txt", encode(text.encode()), WORDS, "Anna", "760-555-0142") == []


def test_many_words_in_much_text_take_little_time() -> None:
    """500 redacted words in the data of 10,000 records: the bound is many times what it takes."""
    needles = [Needle(f"C-{number}", f"Name{number} Surname{number:03}") for number in range(500)]
    line = (
        json.dumps({"text": "a post about street sweeping on Monday " * 20, "id": "1" * 20}).encode() + b"\n"
    )
    search = Search(needles)
    begun = time.process_time()
    search.look("records.jsonl", io.BytesIO(line * 10_000))
    assert time.process_time() - begun < 5
    assert search.leaks == set()


# In a bundle that is really built


def redacted(answer: Answer, native_id: str, words: str) -> list[Released]:
    """All hits, with these words taken out of one of them."""

    def one(hit: Hit, whole: Released) -> Released:
        if hit.native_id != native_id:
            return whole
        start = (hit.text or "").index(words)
        decision = Decision(
            account=hit.account, kind=hit.kind, native_id=hit.native_id, version_sha256=hit.version_sha256,
            verdict=Verdict.EXEMPT_IN_PART, exempted=(Exempted("EX-PRIV", {}),),
            spans=(Span("text", start, start + len(words), "EX-PRIV"),),
            decided_by="Ana Ruiz", title="City Clerk", decided_at=datetime(2026, 3, 4, tzinfo=UTC),
        )  # fmt: skip
        return released(hit, decision, control=whole.control)

    return [one(hit, whole) for hit, whole in zip(answer.hits, handed_whole(answer.hits, "PRA"), strict=True)]


def built(
    folder: Path, question: str = "*", *, more: tuple[str, ...] = (), **contents: object
) -> BuiltBundle:
    rows = [
        record("1", TEXT),
        record("2", "Street sweeping"),
        *(record(f"m{n}", t) for n, t in enumerate(more)),
    ]
    archive = make_archive(folder, rows)
    answer = search(archive, question)
    given = Contents(records=redacted(answer, "1", WORDS), **contents)  # type: ignore[arg-type]
    return build_bundle(
        answer, archive, SIGNER, name="PRA", agency="City", now=NIGHT, out=folder / "b.zip", contents=given
    )


def test_no_byte_of_a_bundle_holds_what_was_redacted(tmp_path: Path) -> None:
    bundle = built(tmp_path, with_pdf=True, by_name=True)
    search = Search([Needle("C-1", WORDS)])
    with bundle.path.open("rb") as file:
        search.look("b.zip", file)
    assert (search.leaks, search.unread) == (set(), [])
    with zipfile.ZipFile(bundle.path) as box:
        line = json.loads(box.read("PRA/data/02_records/json/records.jsonl").splitlines()[0])
        raw = box.read("PRA/data/02_records/raw/payloads.jsonl").splitlines()
        page = box.read("PRA/data/02_records/html/volume-00001.html").decode()
    assert line["text"] == "Please call [redacted: EX-PRIV] about it"
    assert (line["payload_sha256"], line["part"]) == ("", "")
    assert len(raw) == 1  # that of the other record
    assert "Parts of this record are redacted" in page


def test_a_bundle_whose_question_says_the_words_is_not_sealed(tmp_path: Path) -> None:
    with pytest.raises(Suspicious, match=r"search\.json \(from PRA-000001\)") as raised:
        built(tmp_path, f'sweeping OR "{WORDS}"')
    assert "Ofelia" not in str(raised.value)
    assert [file.name for file in tmp_path.glob("*b.zip*")] == []


def test_a_bundle_whose_other_record_says_the_words_is_not_built_until_somebody_accepts_it(
    tmp_path: Path,
) -> None:
    said = (f"I am {WORDS} too",)
    with pytest.raises(Suspicious, match="PRA-000003 shows words that were redacted from PRA-000001"):
        built(tmp_path / "a", more=said)
    accepted = frozenset({("PRA-000001", "PRA-000003")})
    assert built(tmp_path / "b", more=said, accepted=accepted).counts["records"] == 3


def test_exact_bytes_that_say_the_words_of_another_record_are_left_out(tmp_path: Path) -> None:
    """A site's answer about one comment names whom it answers, which was redacted there."""
    payload = json.dumps({"id": "2", "message": "Yes", "parent": {"from": {"name": WORDS}}}).encode()
    rows = [record("1", TEXT), record("2", "Yes", raw=payload), record("3", "No")]
    archive = make_archive(tmp_path, rows)
    answer = search(archive, "*")
    given = Contents(records=redacted(answer, "1", WORDS))
    bundle = build_bundle(
        answer, archive, SIGNER, name="PRA", agency="City", now=NIGHT, out=tmp_path / "b.zip", contents=given
    )
    with zipfile.ZipFile(bundle.path) as box:
        lines = [json.loads(line) for line in box.read("PRA/data/02_records/json/records.jsonl").splitlines()]
        raw = box.read("PRA/data/02_records/raw/payloads.jsonl").splitlines()
    assert [bool(line["payload_sha256"]) for line in lines] == [False, False, True]
    assert len(raw) == 1


def test_a_file_that_cannot_be_looked_into_is_sealed_only_where_the_signer_accepted_it(
    tmp_path: Path,
) -> None:
    broken = in_zip(LONG)[:-30]
    rows = [record("1", TEXT), record("2", "Yes", media=[medium(broken)])]
    archive = make_archive(tmp_path, rows, media=[broken])
    answer = search(archive, "*")
    given = {"name": "PRA", "agency": "City", "now": NIGHT, "out": tmp_path / "b.zip"}
    records = redacted(answer, "1", WORDS)
    with pytest.raises(Suspicious, match="could not be looked into") as raised:
        build_bundle(answer, archive, SIGNER, contents=Contents(records=records), **given)  # type: ignore[arg-type]
    (path,) = re.findall(r"data/03_media/\S+", str(raised.value))
    contents = Contents(records=records, unread_accepted={path})
    assert build_bundle(answer, archive, SIGNER, contents=contents, **given).unread == (path,)  # type: ignore[arg-type]


def test_of_a_picture_that_is_painted_over_no_byte_of_the_archived_one_is_there(tmp_path: Path) -> None:
    made = io.BytesIO()
    Image.linear_gradient("L").convert("RGB").save(made, "PNG")
    archived = made.getvalue()
    archive = make_archive(tmp_path, [record("1", "A", media=[medium(archived)])], media=[archived])
    answer = search(archive, "*")
    (hit,) = answer.hits
    source = hit.media[0].sha256 or ""
    region = Region(source, 10, 10, 40, 40, "EX-PRIV")
    picture = painted_over(archived, [region])
    file = tmp_path / picture.sha256
    file.write_bytes(picture.body)
    decision = Decision(
        account=hit.account, kind=hit.kind, native_id=hit.native_id, version_sha256=hit.version_sha256,
        verdict=Verdict.EXEMPT_IN_PART, exempted=(Exempted("EX-PRIV", {}),), regions=(region,),
        decided_by="Ana Ruiz", title="City Clerk", decided_at=datetime(2026, 3, 4, tzinfo=UTC),
    )  # fmt: skip
    painted = {source: Painted(picture.sha256, len(picture.body))}
    records = [released(hit, decision, control="PRA-000001", painted=painted)]
    bundle = build_bundle(
        answer, archive, SIGNER, name="PRA", agency="City", now=NIGHT, out=tmp_path / "b.zip",
        contents=Contents(records=records, painted={picture.sha256: file}),
    )  # fmt: skip
    with zipfile.ZipFile(bundle.path) as box:
        files = {name: box.read(name) for name in box.namelist()}
    assert files[f"PRA/data/03_media/{picture.sha256}.png"] == picture.body
    told = [name for name, body in files.items() if source.encode() in body or source in name]
    assert [name for name in told if "/seals/" not in name] == []  # a seal names every object of its run
