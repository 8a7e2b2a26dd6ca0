"""An import makes no private words public: in doubt a record is private, or it is not read and is named."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from exports import OWN, Office, tweet, ytd, zipped
from paloverde.errors import BadQuestion, Unreadable
from paloverde.imports.said import Declaration, Wish
from paloverde.records import Kind
from paloverde.search.answer import search

FILES = Wish(format="files")
MESSAGE = {
    "dmConversation": {
        "conversationId": f"88-{OWN}",
        "messages": [
            {
                "messageCreate": {
                    "id": "7",
                    "senderId": "88",
                    "text": "zebra",
                    "createdAt": "2026-03-02T19:00:00Z",
                }
            }
        ],
    }
}
DOWNLOAD = {
    "data/tweets.js": ytd("tweets", [tweet("1", "A parade")]),
    "data/direct-messages.js": ytd("direct_messages", [MESSAGE]),
}


def lines(folder: Path, *records: dict[str, Any]) -> Path:
    path = folder / "moved.jsonl"
    path.write_bytes(b"".join(json.dumps(one).encode() + b"\n" for one in records))
    return path


def packed(files: dict[str, str]) -> bytes:
    box = io.BytesIO()
    with zipfile.ZipFile(box, "w") as archive:
        for name, body in files.items():
            archive.writestr(name, body)
    return box.getvalue()


def shown(office: Office, words: str = "zebra") -> int:
    return len(search(office.archive, words).hits)


@pytest.mark.parametrize("kind", ["dm", "Message", "direct_message", "MESSAGE", 5, "post "])
def test_a_kind_that_is_none_is_no_record_and_its_place_is_named(
    office: Office, tmp_path: Path, kind: object
) -> None:
    told = {"native_id": "1", "kind": kind, "text": "zebra"}
    report = office.take("x", lines(tmp_path, told, {"native_id": "2", "kind": "post", "text": "parade"}))
    assert [row["native_id"] for row in office.rows("x")] == ["2"]
    assert (report.unread_count, shown(office)) == (1, 0)
    assert "moved.jsonl, byte 0: line 1: the kind " in report.unread[0]
    assert b"zebra" in office.original(office.row("x", "2"))


@pytest.mark.parametrize(
    ("line", "private"),
    [
        ({}, True),
        ({"visibility": "public"}, False),
        ({"kind": "post"}, False),
        ({"kind": "other"}, True),
        ({"kind": "other", "visibility": "public"}, False),
        ({"kind": "comment", "visibility": "Private"}, True),
        ({"kind": "comment", "visibility": "friends"}, True),
        ({"kind": "message", "visibility": "public"}, True),
    ],
)
def test_what_does_not_say_what_it_is_is_private(
    office: Office, tmp_path: Path, line: dict[str, str], private: bool
) -> None:
    report = office.take("x", lines(tmp_path, {"native_id": "1", "text": "zebra"} | line))
    assert (report.private, shown(office)) == (int(private), int(not private))
    assert any(said.startswith("private: 1 of 1 new version;") for said in report.lines()) == private
    assert len(search(office.archive, "zebra", include_private=True).hits) == 1


def test_a_table_has_to_say_what_its_rows_are(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "messages.csv"
    path.write_text("FROM,CONTENT\nAna,zebra\n")
    named = {"content": "text"}
    with pytest.raises(Unreadable, match=r"--map COLUMN=kind.*--kind \(message for private"):
        office.take("x", path, wish=Wish(format="table", columns=named))
    office.take("x", path, wish=Wish(format="table", columns=named, kind=Kind.MESSAGE))
    assert (len(office.rows("x")), shown(office)) == (1, 0)


def test_a_row_with_an_empty_kind_is_not_read(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("native_id,kind,text\n1,,zebra\n2,post,parade\n")
    report = office.take("x", path)
    assert ([row["native_id"] for row in office.rows("x")], shown(office)) == (["2"], 0)
    assert "row 2 does not say what it is" in report.unread[0]


def test_uploads_are_private_unless_somebody_says_that_they_were_public(
    office: Office, tmp_path: Path
) -> None:
    (tmp_path / "zebra.png").write_bytes(b"\x89PNG one")
    assert office.take("x", tmp_path / "zebra.png").private == 1
    assert shown(office) == 0
    (tmp_path / "zebra.png").write_bytes(b"\x89PNG two")
    assert office.take("x", tmp_path / "zebra.png", wish=Wish(public=True)).private == 0
    assert shown(office) == 1


@pytest.mark.parametrize(
    "files",
    [
        {"messages/inbox/ana_1/message_1.html": "<p>zebra"},
        {"start_here.html": "<p>", "your_facebook_activity/messages/inbox/a/message_1.html": "<p>zebra"},
        {"index.html": "<p>zebra", "photos/1.jpg": "x"},
        DOWNLOAD,
    ],
)
@pytest.mark.parametrize("nested", [False, True])
def test_a_sites_download_is_not_taken_as_files(
    office: Office, tmp_path: Path, files: dict[str, str], nested: bool
) -> None:
    path = zipped(tmp_path / "d.zip", {"outer.zip": packed(files)} if nested else files)
    if nested and "index.html" in files:
        report = office.take("facebook", path, wish=FILES)
        assert any("outer.zip is an archive: kept closed" in gap for gap in report.gaps)
        assert report.private == 1
        return
    with pytest.raises(Unreadable, match=r"ask the site\s+for it again"):
        office.take("facebook", path, wish=FILES)


@pytest.mark.parametrize("as_folder", [False, True])
def test_a_download_inside_another_archive_is_opened_and_that_is_said(
    office: Office, tmp_path: Path, as_folder: bool
) -> None:
    inner = packed(DOWNLOAD)
    if as_folder:
        path = tmp_path / "handed"
        path.mkdir()
        (path / "twitter.zip").write_bytes(inner)
    else:
        path = zipped(tmp_path / "handed.zip", {"twitter.zip": inner})
    report = office.take("x", path)
    assert (report.format, report.records) == ("x", 2)
    assert (shown(office), shown(office, "parade")) == (0, 1)
    assert any("twitter.zip is a site's download inside" in note for note in report.notes)


def test_a_link_that_is_handed_in_is_refused(office: Office, tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("native_id,kind\n1,post\n")
    (tmp_path / "link.csv").symlink_to(tmp_path / "secret.csv")
    with pytest.raises(Unreadable, match="is a link to somewhere else"):
        office.take("x", tmp_path / "link.csv", wish=FILES)


def test_what_is_no_text_is_not_read_as_words(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(b"native_id,kind,text\n1,post,\xff\xfe\x00zebra\n2,post,\x81\n3,post,caf\xe9\n")
    report = office.take("x", path)
    assert [row["text"] for row in office.rows("x")] == ["café"]
    assert [place.partition(": ")[2] for place in report.unread] == [
        "row 2 is text neither as UTF-8 nor as Windows-1252",
        "row 3 is text neither as UTF-8 nor as Windows-1252",
    ]
    assert any("set aside: t.csv, byte " in said and "Windows-1252" in said for said in report.lines())


def test_lines_in_utf16_are_refused_in_a_sentence(office: Office, tmp_path: Path) -> None:
    (tmp_path / "l.jsonl").write_bytes('{"native_id": "1"}\n'.encode("utf-16"))
    with pytest.raises(Unreadable, match="is UTF-16: save it again as UTF-8"):
        office.take("x", tmp_path / "l.jsonl")


def test_a_time_that_cannot_be_read_is_told_at_the_end_with_its_place(office: Office, tmp_path: Path) -> None:
    report = office.take("x", lines(tmp_path, {"native_id": "1", "kind": "post", "posted_at": "soon"}))
    assert 'set aside: moved.jsonl, byte 0: posted_at "soon" does not fit' in list(report.lines())


@pytest.mark.parametrize("name", ["empty.csv", "words.txt", "a.json", "x.html"])
@pytest.mark.parametrize("site", ["x", "facebook", "linkedin", "youtube", "nextdoor"])
def test_what_is_not_recognized_is_no_sites_download(
    office: Office, tmp_path: Path, name: str, site: str
) -> None:
    (tmp_path / name).write_bytes(b"")
    with pytest.raises(Unreadable, match="is not recognized: name what it is with --format"):
        office.take(site, tmp_path / name)
    assert office.rows(site) == []


def test_where_nothing_can_be_kept_nothing_is_sealed(office: Office, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "b.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.txt", bytes(16 * 2**20))
    with pytest.raises(Unreadable, match=r"Nothing in it can be read: b\.zip/bomb\.txt is refused"):
        office.take("x", tmp_path / "b.zip")


def test_a_declaration_of_a_day_to_come_is_refused(office: Office, tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"\x89PNG")
    declared = Declaration("Ana Lindqvist", "2031-01-01", "I sent this.")
    with pytest.raises(BadQuestion, match="2031-01-01, a day that has not come"):
        office.take("x", tmp_path / "a.png", wish=Wish(declaration=declared))
