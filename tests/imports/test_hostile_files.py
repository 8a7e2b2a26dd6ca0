"""What is handed in may be damaged or made to harm: it is refused in a sentence, or it is a named gap."""

from __future__ import annotations

import io
import os
import struct
import warnings
import zipfile
from pathlib import Path

import pytest

from exports import Office, tweet, ytd, zipped
from paloverde.errors import PaloverdeError, Unreadable
from paloverde.imports.members import Bounds, open_sources
from paloverde.imports.said import Wish

GOOD = {"data/tweets.js": ytd("tweets", [tweet("1", "Still here")])}


def hostile(folder: Path, *entries: tuple[zipfile.ZipInfo, bytes]) -> Path:
    path = folder / "x.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # that a name is there twice
        for info, body in entries:
            archive.writestr(info, body)
        for name, text in GOOD.items():
            archive.writestr(name, text)
    return path


def named(name: str, mode: int = 0o100644) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = mode << 16
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "/etc/passwd", "C:/windows/x.js", "a/../../x.js", "..\\x.js"]
)
def test_a_name_that_leads_out_of_the_archive_is_refused_and_named(
    office: Office, tmp_path: Path, name: str
) -> None:
    report = office.take("x", hostile(tmp_path, (named(name), b"gotcha")))
    assert any("its name leads out of the archive" in gap for gap in report.gaps)
    assert office.row("x", "1")["text"] == "Still here"
    assert {path.name for path in tmp_path.iterdir()} == {"x.zip", "archive", "state.db", "key.pem"} | {
        path.name for path in tmp_path.iterdir() if path.name.startswith("state.db")
    }


def test_a_link_is_refused(office: Office, tmp_path: Path) -> None:
    report = office.take("x", hostile(tmp_path, (named("data/like.js", 0o120777), b"/etc/passwd")))
    assert any("it is a link to somewhere else" in gap for gap in report.gaps)


def test_a_bomb_is_refused_before_it_is_unpacked(office: Office, tmp_path: Path) -> None:
    report = office.take("x", hostile(tmp_path, (named("data/like.js"), bytes(64 * 2**20))))
    assert any("as only a trap does" in gap for gap in report.gaps)
    assert office.row("x", "1")["text"] == "Still here"


def test_too_much_altogether_is_refused(office: Office, tmp_path: Path) -> None:
    path = hostile(tmp_path, (named("a.png"), os.urandom(5000)))
    with pytest.raises(Unreadable, match="may be a trap"):
        office.take("x", path, bounds=Bounds(total=4000))
    with pytest.raises(Unreadable, match="one after the other"):
        office.take("x", path, bounds=Bounds(members=1))


def test_members_that_overlap_are_a_trap(tmp_path: Path) -> None:
    """Two entries of the central directory that point to the same packed bytes."""
    path = zipped(tmp_path / "x.zip", {"a.js": os.urandom(2000), "b.js": os.urandom(2000)})
    body = bytearray(path.read_bytes())
    second = body.rfind(b"PK\x01\x02")
    body[second + 42 : second + 46] = struct.pack("<I", 100)
    path.write_bytes(bytes(body))
    with pytest.raises(Unreadable, match="overlap"), open_sources([path]):
        pass


def test_a_large_file_is_a_named_gap(office: Office, tmp_path: Path) -> None:
    path = zipped(tmp_path / "x.zip", {**GOOD, "data/tweets_media/1-a.mp4": os.urandom(9000)})
    report = office.take("x", path, bounds=Bounds(file=8000))
    assert any("more than the 8,000 that are taken" in place for place in report.unread)
    assert office.rows("x")[0]["media"][0]["not_captured"]


def test_an_archive_within_the_archive_stays_closed_and_is_named(office: Office, tmp_path: Path) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("notes.txt", "x")
    report = office.take("x", zipped(tmp_path / "x.zip", {**GOOD, "more.zip": inner.getvalue()}))
    assert any("more.zip" in gap and "unpack and import" in gap for gap in report.gaps)


def test_an_encrypted_member_is_named(office: Office, tmp_path: Path) -> None:
    path = zipped(tmp_path / "x.zip", {"data/like.js": "a = []", **GOOD})
    body = bytearray(path.read_bytes())
    body[6] |= 1
    body[body.find(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(bytes(body))
    report = office.take("x", path)
    assert any("encrypted" in gap and "like.js" in gap for gap in report.gaps)


def test_two_members_of_one_name_are_both_read(office: Office, tmp_path: Path) -> None:
    path = hostile(tmp_path, (named("data/tweets.js"), ytd("tweets", [tweet("2", "The other")]).encode()))
    office.take("x", path)
    assert {row["text"] for row in office.rows("x")} == {"Still here", "The other"}


@pytest.mark.parametrize("name", ["data/like.js", "data/tweets_media/1-a.jpg"])
def test_damaged_bytes_inside_are_a_named_gap(office: Office, tmp_path: Path, name: str) -> None:
    path = zipped(tmp_path / "x.zip", {name: os.urandom(4000), **GOOD})
    body = bytearray(path.read_bytes())
    body[200] ^= 0xFF
    path.write_bytes(bytes(body))
    report = office.take("x", path)
    assert any("is damaged" in told and name in told for told in (*report.gaps, *report.unread))
    assert office.row("x", "1")["text"] == "Still here"


@pytest.mark.parametrize("cut", [0, 10, 200, -30])
def test_a_zip_that_was_cut_short_is_refused_whole(office: Office, tmp_path: Path, cut: int) -> None:
    path = zipped(tmp_path / "x.zip", {**GOOD, "a.png": os.urandom(500)})
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(Unreadable, match=r"x\.zip is no whole zip archive.*ownload it again"):
        office.take("x", path)
    assert office.rows("x") == []


@pytest.mark.parametrize(
    ("name", "body", "told"),
    [
        ("takeout.tgz", b"\x1f\x8b\x08\x00", "ask the site for a zip file"),
        ("export.7z", b"7z\xbc\xaf\x27\x1c", "ask the site for a zip file"),
    ],
)
def test_another_kind_of_archive_is_refused(
    office: Office, tmp_path: Path, name: str, body: bytes, told: str
) -> None:
    (tmp_path / name).write_bytes(body)
    with pytest.raises(Unreadable, match=told):
        office.take("youtube", tmp_path / name)


def test_an_empty_folder_is_refused(office: Office, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(Unreadable, match="holds no file"):
        office.take("x", tmp_path / "empty")


@pytest.mark.parametrize("form", ["x", "meta", "takeout", "linkedin", "table", "mail", "files", "records"])
@pytest.mark.parametrize(
    "body",
    [b"", b"\x00" * 64, b"{", b"[" * 100_000, b'{"a":' * 20_000, b"\xff\xfe\x00", b'"' * 5000, b"From \n" * 50, b"=,;\t" * 99],
)  # fmt: skip
def test_no_format_crashes_on_what_is_none_of_it(
    office: Office, tmp_path: Path, form: str, body: bytes
) -> None:
    """Either a sentence, or a sealed run that keeps every byte and says what it could not read."""
    files = dict.fromkeys(("data/tweets.js", "posts/a.json", "b.csv", "c.jsonl", "d.eml", "e.mbox"), body)
    site = {"meta": "facebook", "takeout": "youtube", "linkedin": "linkedin"}.get(form, "x")
    try:
        report = office.take(site, zipped(tmp_path / "h.zip", files), wish=Wish(format=form))
    except PaloverdeError:
        assert office.rows(site) == []
        return
    assert report.outcome == "sealed"
    assert report.files == len(files)
