"""A bundle is the same twice, says what it lacks, and is inert whatever a record holds."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import re
import zipfile
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from archives import ACCOUNT, NIGHT, SIGNER, Row, add_night, make_archive, medium, open_empty, record, removed
from paloverde import __version__
from paloverde.archive.reader import Archive
from paloverde.archive.seal import Coverage, RunKind
from paloverde.bundles import verify
from paloverde.bundles.build import BuiltBundle, build_bundle
from paloverde.bundles.contents import Contents
from paloverde.bundles.media import MEDIA, extension
from paloverde.bundles.pages import COVERAGE, INDEX, PER_VOLUME, segments
from paloverde.bundles.tables import cell
from paloverde.errors import ArchiveDamaged, BadQuestion, BadSetting
from paloverde.platforms.conversation import Gap
from paloverde.records import Kind, Missing
from paloverde.search.answer import search

VECTORS = os.environ.get("PALOVERDE_VECTORS", "")
needs_vectors = pytest.mark.skipif(not VECTORS, reason="PALOVERDE_VECTORS is not set")
PNG = b"\x89PNG\r\n\x1a\n pretend"
RECORDS, PAGES = verify.RECORDS, "data/02_records/html/"
CSV, PARQUET = "data/02_records/csv/records.csv", "data/02_records/parquet/records.parquet"
VOLUME, SEARCH = f"{PAGES}volume-00001.html", "data/05_search_certificate/search.json"
LIMITS = "data/05_search_certificate/coverage.json"


def build(archive: Archive, out: Path, question: str = "*", name: str = "PRA 2026-014") -> BuiltBundle:
    answer = search(archive, question)
    return build_bundle(answer, archive, SIGNER, name=name, agency="City of Springfield", now=NIGHT, out=out)


def inside(built: BuiltBundle) -> dict[str, bytes]:
    assert verify.main([str(built.path), "--key", SIGNER.public_key]) == 0
    with zipfile.ZipFile(built.path) as box:
        return {name.partition("/")[2]: box.read(name) for name in box.namelist()}


def rows() -> list[Row]:
    return [
        record("1", "Street sweeping"),
        record("2", "A photo", media=[medium(PNG, alt_text="The new pool"), medium(b"<svg/>", type="file")]),
        record(
            "3", "Gone", media=[medium(b"", sha256=None, size=None, not_captured="the site answered 404")]
        ),
        record("4", "secret words", kind="message", visibility="private"),
    ]


def full_archive(folder: Path) -> Archive:
    return make_archive(folder, rows(), removed=[removed(rows()[2])], media=[PNG, b"<svg/>"])


def test_every_form_holds_the_same_records(tmp_path: Path) -> None:
    built = build(full_archive(tmp_path), tmp_path / "b.zip")
    files = inside(built)
    expected = ["1", "2", "3"]
    lines = [json.loads(line) for line in files[RECORDS].splitlines()]
    assert [line["native_id"] for line in lines] == expected
    table = list(csv.DictReader(io.StringIO(files[CSV].decode("utf-8-sig"), newline="")))
    assert [row["native_id"] for row in table] == expected
    parquet = pq.read_table(io.BytesIO(files[PARQUET]))
    assert parquet["native_id"].to_pylist() == expected
    assert files[VOLUME].decode().count("<article") == 3
    assert built.counts == {"files": len(files), "records": 3, "media": 2, "limits": 0}
    assert built.sha256 == hashlib.sha256(built.path.read_bytes()).hexdigest()


def test_nothing_from_outside_the_scope_is_inside(tmp_path: Path) -> None:
    files = inside(build(full_archive(tmp_path), tmp_path / "b.zip"))
    assert not [name for name, body in files.items() if b"secret words" in body]


def test_media_are_named_by_their_bytes_and_shown_only_when_pictures(tmp_path: Path) -> None:
    files = inside(build(full_archive(tmp_path), tmp_path / "b.zip"))
    picture, drawing = (hashlib.sha256(body).hexdigest() for body in (PNG, b"<svg/>"))
    assert files[f"{MEDIA}{picture}.png"] == PNG
    assert files[f"{MEDIA}{drawing}.bin"] == b"<svg/>"
    page = files[VOLUME].decode()
    assert f'<img src="../../../{MEDIA}{picture}.png" alt="The new pool"' in page
    assert f'href="../../../{MEDIA}{drawing}.bin"' in page
    assert page.count("<img") == 1
    assert "not in the archive: the site answered 404" in page


def test_removed_and_hidden_items_say_so_in_words(tmp_path: Path) -> None:
    archive = make_archive(
        tmp_path, [record("1", "x", visibility="hidden")], removed=[removed(record("1", "x"))]
    )
    page = inside(build(archive, tmp_path / "b.zip"))[VOLUME].decode()
    assert "Was hidden or removed already when it was first archived" in page
    assert "Cause on record: The page hid it (recorded as: city)." in page
    assert "This record was hidden when it was archived." in page


def test_a_record_that_was_handed_in_is_not_said_to_come_from_the_site(tmp_path: Path) -> None:
    row = record("file-" + "a" * 64, "Words of a telephone", provenance="personal_device")
    files = inside(build(make_archive(tmp_path, [row]), tmp_path / "b.zip"))
    page = files[VOLUME].decode()
    assert "handed in from a personal device, with the custodian&#39;s declaration" in page
    for words in ("what the site sent", "Identifier on the site", "<dt>Archived</dt>"):
        assert words not in page
    assert "SHA-256 of what was read of it" in page
    assert 'Imported</dt><dd dir="auto">March 2, 2026; as its source stood' in page
    assert "what the sites sent" not in files["README.txt"].decode()


def test_whose_opinion_it_is_stands_on_the_first_page_and_in_the_readme(tmp_path: Path) -> None:
    files = inside(build(make_archive(tmp_path, [record("1", "The pool is too cold")]), tmp_path / "b.zip"))
    for name in ("data/01_index/index.html", "README.txt"):
        page = files[name].decode()
        assert "What members of the public say here is their own opinion alone." in page
        assert "implies no endorsement of it and no agreement with it by City" in page


def test_words_of_an_import_are_not_said_to_be_removed(tmp_path: Path) -> None:
    shown = record("9", "Meeting on Monday")
    archive = make_archive(tmp_path, [shown], removed=[removed(shown)])
    forged = record("9", "I resign", provenance="upload", observed_at=datetime(2026, 3, 5, tzinfo=UTC))
    add_night(archive, ACCOUNT, date(2026, 3, 5), [forged], kind=RunKind.IMPORT)
    page = inside(build(archive, tmp_path / "b.zip"))[VOLUME].decode()
    first, second = page.split("<article ")[1:]
    assert "Found removed March 3, 2026" in first
    assert "How these words came: handed in as a file. The item of that id" in second
    assert "was found hidden or removed on March 3, 2026" in second
    assert "Found removed" not in second


def test_every_time_in_the_table_is_labelled(tmp_path: Path) -> None:
    summer = datetime(2026, 7, 1, 18, 0, 5, 250_000, tzinfo=UTC)
    rows = [record("1", "x", edited_at=summer), record("2", "y", posted_at=None)]
    archive = make_archive(tmp_path, rows, removed=[removed(rows[0])])
    files = inside(build(archive, tmp_path / "b.zip"))
    text = files[CSV].decode("utf-8-sig")
    first, second = csv.DictReader(io.StringIO(text, newline=""))
    assert (first["posted_at_utc"], first["posted_at_pacific"]) == (
        "2026-03-01T18:00:00Z", "2026-03-01T10:00:00-08:00",
    )  # fmt: skip
    assert (first["edited_at_utc"], first["edited_at_pacific"]) == (
        "2026-07-01T18:00:05Z", "2026-07-01T11:00:05-07:00",
    )  # fmt: skip
    assert first["observed_at_pacific"] == "2026-03-02T01:00:00-08:00"
    assert first["removed_at_utc"] == "2026-03-03T09:00:00Z"
    assert (second["posted_at_utc"], second["posted_at_pacific"]) == ("", "")
    assert not {"posted_at", "edited_at", "observed_at", "removed_at"} & first.keys()
    assert "..._utc in UTC" in files["README.txt"].decode()


def test_it_says_who_searched_who_built_it_and_with_what(tmp_path: Path) -> None:
    archive = full_archive(tmp_path)
    answer = search(archive, "*")
    built = build_bundle(
        answer,
        archive,
        SIGNER,
        name="1",
        agency="City of Springfield",
        now=NIGHT,
        out=tmp_path / "b.zip",
        actor="clerk\u202e <b>",
        searched_by="Rosa Quintero",
    )
    files = inside(built)
    readme = files["README.txt"].decode()
    assert "Searched by: Rosa Quintero\n" in readme
    assert "Built by: clerk[U+202E] <b>\n" in readme
    assert f"Software: Paloverde {__version__}\n" in readme
    assert "Searched-By: Rosa Quintero\nBuilt-By: clerk[U+202E] <b>\n" in files["bag-info.txt"].decode()
    for name in (SEARCH, LIMITS):
        said = json.loads(files[name])
        assert said["searched_by"] == "Rosa Quintero"
        assert said["built_by"] == "clerk\u202e <b>"
        assert said["software"] == f"Paloverde {__version__}"
    page = files[COVERAGE].decode()
    assert "Searched by: Rosa Quintero. Bundle built by: clerk[U+202E] &lt;b&gt;." in page


def test_one_person_may_have_done_both_and_nobody_is_made_up(tmp_path: Path) -> None:
    archive = full_archive(tmp_path)
    answer = search(archive, "*")
    for actor, told in (("clerk", "clerk"), ("", "not stated")):
        built = build_bundle(
            answer, archive, SIGNER, name="1", agency="C", now=NIGHT, out=tmp_path / f"{actor}.zip", actor=actor
        )  # fmt: skip
        readme = inside(built)["README.txt"].decode()
        assert f"Searched by: {told}\nBuilt by: {told}\n" in readme


@pytest.mark.parametrize("word", ["archive day", "run", "seal", "gap", "version", "removed_at", *Missing])
def test_the_readme_explains_its_words_and_codes(word: str, tmp_path: Path) -> None:
    readme = inside(build(make_archive(tmp_path, [record("1", "x")]), tmp_path / "b.zip"))["README.txt"]
    assert re.search(rf"^  {word} {{2,}}\w.{{20,}}", readme.decode(), re.MULTILINE)


def test_no_bundle_is_made_of_an_archive_without_a_sealed_run(tmp_path: Path) -> None:
    with pytest.raises(BadQuestion, match=r"Nothing is archived here yet.*PALOVERDE_HOME"):
        build(open_empty(tmp_path), tmp_path / "b.zip")
    assert not (tmp_path / "b.zip").exists()


def test_private_conversations_that_could_not_be_read_are_counted_and_not_named(tmp_path: Path) -> None:
    gaps = [Gap("messages", Kind.MESSAGE, "the site failed", of=f"t_90017{number}") for number in range(3)]
    gaps += [Gap("comments", Kind.COMMENT, "the site failed", of="post_4711")]
    archive = make_archive(tmp_path, [record("1", "pool")], coverage=Coverage(gaps=gaps))
    answer = search(archive, "*", include_private=True)
    out = tmp_path / "b.zip"
    bundle = build_bundle(answer, archive, SIGNER, name="PRA", agency="City", now=NIGHT, out=out)
    files = inside(bundle)
    assert [name for name, body in files.items() if b"t_90017" in body] == []
    told = json.loads(files[LIMITS])["limits_in_words"]
    assert any("messages of 3 private conversations" in one for one in told)
    assert any("comments of post_4711" in one for one in told)
    assert "messages of 3 private conversations" in files[COVERAGE].decode()


def test_a_character_without_a_font_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    archive, said = make_archive(tmp_path, [record("1", "osiyo ᎣᏏᏲ")]), list[str]()
    given = {"name": "PRA", "agency": "City", "now": NIGHT, "out": tmp_path / "b.zip"}
    given |= {"progress": said.append, "contents": Contents(with_pdf=True)}
    with pytest.raises(BadSetting, match="CHEROKEE LETTER O in record PRA-000001"):
        build_bundle(search(archive, "*"), archive, SIGNER, **given)  # type: ignore[arg-type]
    assert said == []
    assert not (tmp_path / "b.zip").exists()


@pytest.mark.parametrize("question", ["platform:x", f"account:{ACCOUNT} platform:x"])
def test_no_bundle_is_made_where_no_account_was_searched(question: str, tmp_path: Path) -> None:
    with pytest.raises(BadQuestion, match="no account to search"):
        build(full_archive(tmp_path), tmp_path / "b.zip", question)
    assert not (tmp_path / "b.zip").exists()


def test_the_same_inputs_give_the_same_bytes(tmp_path: Path) -> None:
    archive = full_archive(tmp_path)
    first, second = tmp_path / "one" / "b.zip", tmp_path / "two" / "b.zip"
    assert build(archive, first).sha256 == build(archive, second).sha256
    assert first.read_bytes() == second.read_bytes()


def test_the_same_inputs_give_the_same_bytes_when_they_are_printed(tmp_path: Path) -> None:
    """What is set in two processes has its place, whichever is ready first."""
    archive = make_archive(tmp_path, [record(f"{number}", f"Post {number}") for number in range(252)])
    answer, contents = search(archive, "*"), Contents(with_pdf=True)
    made = [
        build_bundle(
            answer,
            archive,
            SIGNER,
            name="PRA",
            agency="City",
            now=NIGHT,
            out=tmp_path / name,
            contents=contents,
        )
        for name in ("one.zip", "two.zip")
    ]
    assert made[0].sha256 == made[1].sha256
    files = [name for name in inside(made[0]) if name.endswith(".pdf")]
    assert files == [
        "data/02_records/pdf/volume-00001.pdf",
        "data/02_records/pdf/volume-00002.pdf",
        "data/01_index/index.pdf",
    ]


def test_who_was_at_the_command_line_is_said_in_words(tmp_path: Path) -> None:
    archive, who = make_archive(tmp_path, [record("1", "pool")]), "command line (ana)"
    given = {"name": "PRA", "agency": "City", "now": NIGHT, "out": tmp_path / "b.zip"}
    files = inside(build_bundle(search(archive, "*"), archive, SIGNER, actor=who, **given))  # type: ignore[arg-type]
    assert "Built-By: user ana of the City's archive system\n" in files["bag-info.txt"].decode()
    assert [name for name, body in files.items() if b"command line (" in body] == []


def test_no_responsive_records_is_said_with_the_limits(tmp_path: Path) -> None:
    gap = Gap("posts", Kind.POST, "the site <b>failed</b>", since=datetime(2026, 1, 1, tzinfo=UTC))
    archive = make_archive(tmp_path, [record("1", "pool")], coverage=Coverage(gaps=[gap]))
    files = inside(build(archive, tmp_path / "b.zip", "kumquat"))
    assert "No responsive records" in files[INDEX].decode()
    assert "No responsive records" in files["README.txt"].decode()
    assert "the site &lt;b&gt;failed&lt;/b&gt;" in files[COVERAGE].decode()
    assert json.loads(files[LIMITS])["limits_in_words"][0].startswith("Gap, ")
    assert files[RECORDS] == b""
    assert len([name for name in files if name.startswith(verify.RUNS)]) == 1


def test_records_fall_into_volumes(tmp_path: Path) -> None:
    archive = make_archive(tmp_path, [record(str(number), "x") for number in range(2 * PER_VOLUME + 1)])
    files = inside(build(archive, tmp_path / "b.zip"))
    pages = sorted(name for name in files if name.startswith(PAGES))
    assert [files[name].decode().count("<article") for name in pages] == [PER_VOLUME, PER_VOLUME, 1]
    assert 'href="../../../data/02_records/html/volume-00003.html"' in files[pages[1]].decode()


def test_all_runs_concerned_are_told_of_by_the_hash_of_their_seals(tmp_path: Path) -> None:
    archive = make_archive(tmp_path, [record("1", "pool")])
    for day in (3, 4, 5):
        add_night(archive, ACCOUNT, date(2026, 3, day), [])
    files = inside(build(archive, tmp_path / "b.zip"))
    runs = [json.loads(body) for name, body in files.items() if name.startswith(verify.RUNS)]
    assert [run["sequence"] for run in runs] == [1, 4]
    _, *later = archive.seals()
    assert runs[0]["seal"] == later[0].previous
    assert runs[1]["previous"] == later[-1].previous


def test_a_bundle_is_never_overwritten(tmp_path: Path) -> None:
    archive, out = full_archive(tmp_path), tmp_path / "b.zip"
    out.write_bytes(b"mine")
    with pytest.raises(BadSetting, match="never overwritten"):
        build(archive, out)
    assert out.read_bytes() == b"mine"


def test_a_place_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(BadSetting, match="cannot be written"):
        build(full_archive(tmp_path), tmp_path / "file" / "b.zip")


def test_a_picture_that_is_not_there_stops_the_bundle_and_leaves_nothing(tmp_path: Path) -> None:
    archive = make_archive(tmp_path, [record("1", "x", media=[medium(PNG)])])
    with pytest.raises(ArchiveDamaged, match="media file"):
        build(archive, tmp_path / "out" / "b.zip")
    assert list((tmp_path / "out").iterdir()) == []


def test_bytes_that_do_not_fit_their_hash_stop_the_bundle(tmp_path: Path) -> None:
    row = record("1", "x")
    archive = make_archive(tmp_path, [row | {"raw": b"other"}])
    with pytest.raises(ArchiveDamaged, match="payload_sha256"):
        build(archive, tmp_path / "b.zip")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("=1+1", "'=1+1"), ("+1", "'+1"), ("-1", "'-1"), ("@x", "'@x"), ("\tx", "'\tx"), ("\rx", "'\rx"),
        ('"=cmd"', "'\"=cmd\""), (" =x", "' =x"), ("'=x", "''=x"), ("＝x", "'＝x"), ("\0x", "'␀x"), ("a=b", "a=b"), ("'tis", "'tis"),
        ("", ""), (None, ""), (-5, "-5"), (NIGHT, "2026-03-02T09:00:00Z"), (date(2026, 1, 2), "2026-01-02"),
    ],
)  # fmt: skip
def test_a_cell_is_never_a_formula(value: object, expected: str) -> None:
    assert cell(value) == expected


def test_unseen_characters_are_written_out() -> None:
    text = "a\u202eb\u200bc\x00\u2066d\ne👨‍👩‍👧"
    assert "".join(piece for _, piece in segments(text)) == "a[U+202E]b[U+200B]c[U+0000][U+2066]d\ne👨‍👩‍👧"
    assert segments("a pool", [(2, 6)]) == [("", "a "), ("mark", "pool")]


@pytest.mark.parametrize(
    ("body", "name"),
    [
        (b"\xff\xd8\xff\xe0", "jpg"), (PNG, "png"), (b"GIF89a", "gif"), (b"RIFF\0\0\0\0WEBPVP8 ", "webp"),
        (b"\0\0\0\x18ftypmp42", "mp4"), (b"\0\0\0\x14ftypqt  ", "mov"), (b"%PDF-1.7", "pdf"), (b"\x1aE\xdf\xa3", "webm"),
        (b"<html>", "bin"), (b"<svg onload=alert(1)>", "bin"), (b"MZ", "bin"), (b"", "bin"),
    ],
)  # fmt: skip
def test_a_file_is_named_for_its_bytes(body: bytes, name: str) -> None:
    assert extension(body) == name


class Texts(HTMLParser):
    """The text of each record on a page, characters that were written out put back, and every tag and attribute."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.inside = self.unseen = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag == "div" and ("class", "text") in attrs:
            self.inside = True
            self.texts.append("")
        self.unseen = self.inside and ("class", "unseen") in attrs

    def handle_endtag(self, tag: str) -> None:
        self.inside = self.inside and tag != "div"
        self.unseen = False

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.texts[-1] += chr(int(data[3:-1], 16)) if self.unseen else data


OUR_TAGS = {
    *("html", "head", "meta", "title", "style", "body", "a", "header", "p", "nav", "ul", "li", "main", "h1", "h2"),
    *("article", "strong", "div", "span", "mark", "dl", "dt", "dd", "footer", "img"),
}  # fmt: skip
OUR_ATTRIBUTES = {
    *("lang", "charset", "http-equiv", "content", "name", "class", "href", "aria-label", "id", "aria-labelledby", "dir"),
    *("src", "alt", "width"),
}  # fmt: skip


def hostile() -> list[str]:
    strings = json.loads((Path(VECTORS) / "blns" / "blns.json").read_text(encoding="utf-8"))
    payloads = json.loads((Path(VECTORS) / "dompurify" / "payloads.json").read_text(encoding="utf-8"))
    return [*strings, *(one["payload"] if isinstance(one, dict) else one for one in payloads)]


@needs_vectors
def test_hostile_texts_pass_unharmed_and_inert(tmp_path: Path) -> None:
    """Each as text, as name, as address, as description of a picture."""
    texts = hostile()
    assert len(texts) > 700
    rows_ = [
        record(f"{number:04d}", text, poster_name=text, permalink=text, posted_text=text, language=text[:8], media=[medium(PNG, alt_text=text)])
        for number, text in enumerate(texts)
    ]  # fmt: skip
    files = inside(build(make_archive(tmp_path, rows_, media=[PNG]), tmp_path / "b.zip", name=texts[-1]))
    parsed = Texts()
    for name in sorted(name for name in files if name.startswith(PAGES)):
        parsed.feed(files[name].decode())
    assert parsed.texts == [text or "(no text)" for text in texts]
    assert parsed.tags <= OUR_TAGS
    assert parsed.attributes <= OUR_ATTRIBUTES
    assert [json.loads(line)["text"] for line in files[RECORDS].splitlines()] == texts
    table = list(csv.DictReader(io.StringIO(files[CSV].decode("utf-8-sig"), newline="")))
    assert [row["text"] for row in table] == [cell(text) for text in texts]
    assert not [row for row in table if row["text"][:1] in tuple("=+-@\t\r")]
    assert pq.read_table(io.BytesIO(files[PARQUET]))["text"].to_pylist() == texts


def test_pages_load_nothing_and_run_nothing(tmp_path: Path) -> None:
    files = inside(build(full_archive(tmp_path), tmp_path / "b.zip"))
    for name in [name for name in files if name.endswith(".html")]:
        page = files[name].decode()
        assert "default-src &#39;none&#39;" in page or "default-src 'none'" in page
        assert '<html lang="en">' in page
        assert page.count("<h1>") == 1
        assert not re.search(r"<script|javascript:|\son\w+=", page)
        assert not re.search(r'(?:src|href)="(?:https?:)?//', page)
