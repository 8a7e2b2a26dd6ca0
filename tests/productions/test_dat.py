"""A review platform loads the Concordance file: what it reads is what was written."""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec
from documents import HOSTILE, NOON, PRODUCTION, document, family, file_of, filed, hostile, picture, volume
from loadfiles import file_at, member, read_dat

from paloverde.productions.document import Document, Elsewhere, Ending, Treatment
from paloverde.productions.fields import FIELDS, LONGEST_TEXT
from paloverde.productions.formats.dat import Dat
from paloverde.search.hits import Removal


def loaded(folder: Path, documents: list[Document]) -> tuple[list[dict[str, str]], Dat]:
    with volume(folder) as opened:
        dat = Dat(opened)
        for one in documents:
            dat.add(filed(opened, one))
        dat.close()
    return read_dat(member(folder / "VOL001.zip", ".dat")), dat


def as_loaded(text: str) -> str:
    """What the format can hold of a text (rulebook F-1)."""
    for sign in "\x14þ®":
        text = text.replace(sign, " ")
    return "®".join(
        text.replace("\r\n", "\n")
        .translate({ord(c): "\n" for c in "\r\x1b\x85\u2028" if c != "\x1b"})
        .split("\n")
    )


def test_every_document_is_a_line_with_every_field(tmp_path: Path) -> None:
    rows, _ = loaded(tmp_path, hostile())
    assert [row["BEGBATES"] for row in rows] == [one.begin for one in hostile()]
    assert [*rows[0]] == [field.name for field in FIELDS]


def test_hostile_words_come_back_as_far_as_the_format_can_hold_them(tmp_path: Path) -> None:
    rows, _ = loaded(tmp_path, hostile())
    assert [row["BODYTEXT"] for row in rows] == [as_loaded(text) for text in HOSTILE]
    assert [row["AUTHORDISPLAY"] for row in rows] == [as_loaded(text) for text in HOSTILE]


def test_a_delimiter_in_a_value_is_replaced_and_counted(tmp_path: Path) -> None:
    one = document(1, "þ and ® and \x14", requests=("1;2", "3"))
    rows, dat = loaded(tmp_path, [one])
    assert rows[0]["BODYTEXT"] == "  and   and  "
    assert rows[0]["REQUESTNO"] == "1,2;3"
    assert dat.replaced == {"þ": 1, "®": 1, "\x14": 1, ";": 1}


def test_the_exact_words_are_where_the_load_file_says(tmp_path: Path) -> None:
    rows, _ = loaded(tmp_path, hostile())
    texts = [file_at(tmp_path / "VOL001.zip", row["TEXTLINK"]).decode() for row in rows]
    assert texts == list(HOSTILE)


def test_hashes_are_those_of_the_files_that_are_produced(tmp_path: Path) -> None:
    rows, _ = loaded(tmp_path, family())
    for row in rows:
        native = file_at(tmp_path / "VOL001.zip", row["NATIVELINK"])
        assert row["SHA256HASH"] == hashlib.sha256(native).hexdigest()
        assert row["MD5HASH"] == hashlib.md5(native, usedforsecurity=False).hexdigest()
        assert row["FILESIZE"] == str(len(native))
        assert row["FILENAME"] == f"{row['BEGBATES']}.json"


def test_a_family_stands_together(tmp_path: Path) -> None:
    rows, _ = loaded(tmp_path, family())
    assert {(row["BEGATTACH"], row["ENDATTACH"], row["GROUPID"]) for row in rows} == {
        ("PDC0000001", "PDC0000005", "PDC0000001")
    }
    assert [row["PARENTID"] for row in rows] == ["", *["PDC0000001"] * 4]
    assert [row["RECTYPE"] for row in rows] == ["POST", "MEDIA", "COMMENT", "COMMENT", "COMMENT"]
    assert [row["ATTACHCOUNT"] for row in rows] == ["4", "0", "0", "0", "0"]


def test_times_are_utc_as_platforms_read_them(tmp_path: Path) -> None:
    rows, _ = loaded(tmp_path, [document(posted_at=NOON, edited_at=None)])
    assert rows[0]["DATEPOSTED"] == "11/22/2026 20:00:00"
    assert rows[0]["DATEPOSTED_ISO"] == "2026-11-22T20:00:00Z"
    assert (rows[0]["TIMEZONE"], rows[0]["DATEEDITED"]) == ("UTC", "")


def test_what_is_not_known_is_empty(tmp_path: Path) -> None:
    nobody = document(
        poster_name=None, poster_username=None, poster_id=None, poster_missing="API_NOT_EXPOSED"
    )
    rows, _ = loaded(tmp_path, [nobody])
    assert [rows[0][name] for name in ("AUTHORDISPLAY", "AUTHORUSERNAME", "AUTHORID")] == [""] * 3
    assert rows[0]["AUTHORMISSING"] == "API_NOT_EXPOSED"
    assert (rows[0]["REMOVEDBY"], rows[0]["DATEREMOVED"], rows[0]["RSMFLINK"]) == ("", "", "")


def test_of_what_is_withheld_no_id_is_told(tmp_path: Path) -> None:
    control = f"{PRODUCTION.name}-000001"
    (row,), _ = loaded(tmp_path, [document(1, None, treatment=Treatment.WITHHELD, native_id=control)])
    assert (row["CONTROLNO"], row["ITEMID"]) == (control, "")


def test_a_removal_of_other_words_is_not_told_of_these(tmp_path: Path) -> None:
    removal = Removal(NOON, "site", "city", "by the City", None, None, of_these_words=False)
    ours = msgspec.structs.replace(removal, of_these_words=True)
    documents = [
        document(1, removed=removal),
        document(2, removed=ours, ending=Ending("Pia Lund", ("B4c", "B4k"))),
    ]
    rows, _ = loaded(tmp_path, documents)
    assert [row["REMOVALCAUSE"] for row in rows] == ["", "city"]
    assert [row["DATEREMOVED"] for row in rows] == ["", "11/22/2026 20:00:00"]
    assert (rows[1]["REMOVEDBY"], rows[1]["GUIDELINE"]) == ("Pia Lund", "B4c;B4k")


def test_a_very_long_text_is_in_its_own_file_alone(tmp_path: Path) -> None:
    long = "park " * (LONGEST_TEXT // 5) + "end"
    rows, _ = loaded(tmp_path, [document(1, long), document(2, long[:LONGEST_TEXT])])
    assert [len(row["BODYTEXT"]) for row in rows] == [0, LONGEST_TEXT]
    assert file_at(tmp_path / "VOL001.zip", rows[0]["TEXTLINK"]).decode() == long


def test_what_is_said_of_and_in_the_words_is_told_apart(tmp_path: Path) -> None:
    rows, _ = loaded(tmp_path, [document(1, HOSTILE[-1])])
    assert rows[0]["MENTIONS"] == "@palmaria"
    assert rows[0]["HASHTAGS"] == "#Cleanup"
    assert rows[0]["LINKS"] == "https://palmaria.example/a?b=1&c=2;bit.ly/x"


def test_duplicates_and_redactions_are_told(tmp_path: Path) -> None:
    also = (Elsewhere("x-palmaria", "comment", "9", "aa", "export"),)
    one = document(1, also=also, treatment=Treatment.REDACTED, privileges=("AC",))
    rows, _ = loaded(tmp_path, [one, document(2)])
    assert rows[0]["DUPLICATES"] == "x-palmaria comment 9"
    assert [(row["REDACTED"], row["EXEMPTION"]) for row in rows] == [("Y", "AC"), ("N", "")]


def test_a_file_is_told_by_its_record_and_its_own_description(tmp_path: Path) -> None:
    post = document(1, "The post", media=[picture()])
    rows, _ = loaded(tmp_path, [post, file_of(post, 2)])
    assert rows[1]["BODYTEXT"] == "A cactus,   and 🌵"
    assert rows[1]["AUTHORDISPLAY"] == rows[0]["AUTHORDISPLAY"] == "Rosa Vale"
    assert (rows[0]["MEDIANAMES"], rows[1]["MEDIANAMES"]) == (picture().sha256, "")


def test_the_same_documents_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        loaded(tmp_path / name, hostile())
    assert (tmp_path / "one/VOL001.zip").read_bytes() == (tmp_path / "two/VOL001.zip").read_bytes()
