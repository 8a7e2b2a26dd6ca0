"""What Facebook, Instagram, Google and LinkedIn give for download, in the forms that they gave over the years."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from exports import OWN, Office, zipped
from paloverde.errors import Unreadable
from paloverde.imports.csvtext import names_of
from paloverde.imports.linkedin import _is_known as is_linkedin
from paloverde.imports.members import open_sources
from paloverde.imports.said import Wish
from paloverde.imports.takeout import _is_known as is_takeout

FOLDER = "your_facebook_activity/posts"
POST = {
    "timestamp": 1772474400,
    "data": [{"post": "El caf\u00c3\u00a9 abre \u00f0\u009f\u008c\u00b3"}],
    "attachments": [{"data": [{"media": {"uri": f"{FOLDER}/media/tree_1.jpg"}}]}],
}


def facebook(folder: Path) -> Path:
    message = {
        "participants": [{"name": "Rosa Quintero"}], "thread_path": "inbox/rosa_1",
        "messages": [{"sender_name": "Rosa Quintero", "timestamp_ms": 1772474460123, "content": "When?"}],
    }  # fmt: skip
    comment = {"comments_v2": [{"timestamp": 1772474500, "title": "The City replied", "data": [
        {"comment": {"timestamp": 1772474500, "comment": "At nine", "author": "City of Palma Ria"}}]}]}  # fmt: skip
    return zipped(
        folder / "fb.zip",
        {
            f"{FOLDER}/your_posts_1.json": json.dumps([POST]),
            f"{FOLDER}/media/tree_1.jpg": b"a tree",
            "your_facebook_activity/messages/inbox/rosa_1/message_1.json": json.dumps(message),
            "your_facebook_activity/comments_and_reactions/comments.json": json.dumps(comment),
            "ads_information/advertisers.json": json.dumps({"a": [{"timestamp": 1, "name": "x"}]}),
            "security_and_login_information/cookies.json": json.dumps({"datr": "s3cr3t-cookie"}),
        },
    )


def test_broken_utf8_is_mended_in_the_text_and_kept_in_the_bytes(office: Office, tmp_path: Path) -> None:
    office.take("facebook", facebook(tmp_path))
    post = next(row for row in office.rows("facebook") if row["kind"] == "post")
    assert post["text"] == "El café abre 🌳"
    assert b"caf\\u00c3\\u00a9" in post["raw"]
    start = post["payload_position"]
    assert office.original(post)[start : start + len(post["raw"])] == post["raw"]
    (picture,) = post["media"]
    assert (picture["type"], office.archive.media(picture["sha256"])) == ("photo", b"a tree")


def test_messages_and_comments_are_read_and_advertising_is_not(office: Office, tmp_path: Path) -> None:
    report = office.take("facebook", facebook(tmp_path))
    kinds = sorted(row["kind"] for row in office.rows("facebook"))
    assert kinds == ["comment", "conversation", "message", "post"]
    assert {row["visibility"] for row in office.rows("facebook") if row["kind"] == "message"} == {"private"}
    assert any("advertisers.json" in gap and "not searched" in gap for gap in report.gaps)
    assert any("cookies.json" in note and "not kept" in note for note in report.notes)


def test_the_same_item_in_a_later_download_is_not_doubled(office: Office, tmp_path: Path) -> None:
    office.take("facebook", facebook(tmp_path))
    again = zipped(tmp_path / "later.zip", {f"{FOLDER}/your_posts_1.json": json.dumps([POST, POST])})
    report = office.take("facebook", again)
    assert (report.new_versions, report.known + report.linked) == (0, 1)


@pytest.mark.parametrize(
    ("site", "told"),
    [("instagram", "choose the format JSON"), ("youtube", "as CSV .not HTML. in a zip file")],
)
def test_a_download_in_html_is_known_by_itself(office: Office, tmp_path: Path, site: str, told: str) -> None:
    path = zipped(tmp_path / "d.zip", {"start.html": "<p>", "photos/1.jpg": b"a tree"})
    with pytest.raises(Unreadable, match=told):
        office.take(site, path)
    with pytest.raises(Unreadable, match="in JSON or CSV"):
        office.take(site, path, wish=Wish(format="files"))
    (tmp_path / "saved.html").write_text("<p>A page that somebody saved</p>")
    with pytest.raises(Unreadable, match="not recognized: name what it is with --format"):
        office.take(site, tmp_path / "saved.html")
    assert office.take(site, tmp_path / "saved.html", wish=Wish(format="files")).private == 1


def test_a_download_in_html_says_which_to_ask_for(office: Office, tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match=r"HTML.*choose the format JSON"):
        office.take("facebook", zipped(tmp_path / "f.zip", {"start.html": "<p>"}), wish=_meta())


def _meta() -> Wish:
    return Wish(format="meta")


COMMENTS = (
    "Comment ID,Channel ID,Comment create timestamp,Price,Video ID,Comment text",
    "Comment ID,Channel ID,Comment Create Timestamp,Price,Parent Comment ID,Video ID,Comment Text",
    "Comment ID,Channel ID,Comment Create Timestamp,Price,Parent Comment ID,Post ID,Video ID,Comment Text",
)
HEADERS = (*COMMENTS, f"{COMMENTS[-1]},Top-Level Comment ID")
CELLS = {
    "comment id": "c1", "channel id": OWN, "comment create timestamp": "2026-06-15T20:30:41Z", "price": "0",
    "parent comment id": "c0", "video id": "v1",
    "comment text": '"{""text"":""Thank you ""},{""text"":""@ana"",""mention"":{}}"',
}  # fmt: skip


@pytest.mark.parametrize("header", HEADERS)
def test_takeout_comments_are_read_under_every_header(office: Office, tmp_path: Path, header: str) -> None:
    row = ",".join(CELLS.get(name.lower(), "") for name in header.split(","))
    path = zipped(tmp_path / "t.zip", {"Takeout/YouTube/Kommentare/Kommentare.csv": f"{header}\n{row}\n"})
    office.take("youtube", path)
    comment = office.row("youtube", "c1")
    assert comment["text"] == "Thank you @ana"
    assert comment["posted_at"] == datetime(2026, 6, 15, 20, 30, 41, tzinfo=UTC)
    assert comment["parent_id"] == ("c0" if "Parent" in header else "v1")
    assert comment["raw"] == row.encode()


def test_takeout_videos_chats_and_subscriptions(office: Office, tmp_path: Path) -> None:
    files: dict[str, bytes | str] = {
        "Takeout/YouTube/video metadata/videos.csv": "Video ID,Approximate Duration (ms),Channel ID,"
        "Video Title (Original),Video Description (Original),Privacy,Video Create Timestamp\n"
        f"v1,9,{OWN},Council meeting: water,About pipes,Public,2026-01-02T03:04:05+00:00\n",
        "Takeout/YouTube/videos/Council meeting_ water.mp4": b"a film",
        "Takeout/YouTube/live chats/live chats.csv": "Live Chat ID,Channel ID,Live Chat Create Timestamp,"
        f'Price,Video ID,Live Chat Text\nl1,{OWN},2026-01-02T03:05:00Z,0,v1,"{{""text"":""Welcome""}}"\n',
        "Takeout/YouTube/Abos/Abos.csv": "Kanal-ID,Kanal-URL,Kanaltitel\nUC9,https://y.test/UC9,Oakton\n",
        "Takeout/archive_browser.html": "<html>",
    }
    office.take("youtube", zipped(tmp_path / "t.zip", files))
    film = office.row("youtube", "v1")
    assert (film["kind"], film["text"], film["visibility"]) == (
        "post", "Council meeting: water\nAbout pipes", "public",
    )  # fmt: skip
    assert office.archive.media(film["media"][0]["sha256"]) == b"a film"
    assert office.row("youtube", "l1")["text"] == "Welcome"
    assert office.row("youtube", "subscription-UC9")["poster_name"] == "Oakton"


def test_a_takeout_without_youtube_says_what_to_choose(office: Office, tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="In Google Takeout choose YouTube"):
        office.take("youtube", zipped(tmp_path / "t.zip", {"Takeout/Mail/x.csv": "a,b\n1,2\n"}))


URN = "https://www.linkedin.com/feed/update/urn%3Ali%3Ashare%3A7045020441609936898"
LINKEDIN = {
    "Shares.csv": "Date,ShareLink,ShareCommentary,SharedUrl,MediaUrl,Visibility\n"
    f'2026-03-02 18:00:00,{URN},"Line one""\n""Line two",,,PUBLIC\n',
    "Comments.csv": f"Date,Link,Message\n2026-03-02 18:05:00,{URN},Well said\n",
    "messages.csv": "CONVERSATION ID,CONVERSATION TITLE,FROM,SENDER PROFILE URL,TO,RECIPIENT PROFILE URLS,DATE,"
    "SUBJECT,CONTENT,FOLDER,ATTACHMENTS\n"
    "2-abc,,Rosa Quintero,https://l.test/rosa,City,,2026-08-01 02:00:00 UTC,Pool,When does it open?,INBOX,\n",
    "Connections.csv": 'Notes:\n"When exporting your connection data, some may be missing."\n\n'
    "First Name,Last Name,URL,Email Address,Company,Position,Connected On\n"
    "Ben,Okafor,https://l.test/ben,,Oakton,Clerk,01 Aug 2026\n",
    "Reactions.csv": f"Date,Type,Link\n2026-03-03 00:00:00,LIKE,{URN}\n",
    "Ad_Targeting.csv": "Member Age,Buyer Groups\n1,2\n",
}


def test_linkedin_tables_are_read_with_their_notes(office: Office, tmp_path: Path) -> None:
    report = office.take("linkedin", zipped(tmp_path / "l.zip", LINKEDIN))
    rows = {row["kind"]: row for row in office.rows("linkedin")}
    assert sorted(rows) == ["comment", "message", "post", "reaction", "subscriber"]
    post = rows["post"]
    assert (post["native_id"], post["text"]) == ("urn:li:share:7045020441609936898", "Line one\nLine two")
    assert rows["comment"]["parent_id"] == post["native_id"]
    assert (rows["message"]["text"], rows["message"]["posted_at"]) == (
        "Pool\nWhen does it open?", datetime(2026, 8, 1, 2, tzinfo=UTC),
    )  # fmt: skip
    assert (rows["subscriber"]["poster_name"], rows["subscriber"]["text"]) == ("Ben Okafor", "Clerk, Oakton")
    assert any("Ad_Targeting.csv" in gap for gap in report.gaps)


@pytest.mark.skipif("PALOVERDE_REAL_SAMPLES" not in os.environ, reason="recorded header rows are not here")
@pytest.mark.parametrize(
    ("place", "known"),
    [
        ("youtube/quoted/takeout_comments_headers.json", is_takeout),
        ("linkedin/quoted/export_headers.json", is_linkedin),
    ],
)
def test_every_recorded_header_row_is_known(tmp_path: Path, place: str, known: object) -> None:
    told = json.loads((Path(os.environ["PALOVERDE_REAL_SAMPLES"]) / place).read_text())
    headers = [
        header
        for value in told.values()
        for header in (value if isinstance(value, list) else [value])
        if header.count(",") > 1 and header[0].isupper() and "{" not in header and "(" not in header
    ]
    assert len(headers) > 3
    for header in headers:
        path = tmp_path / "t.csv"
        path.write_text(f"{header}\n")
        with open_sources([path]) as sources:
            assert names_of(sources.members[0], known), header  # type: ignore[arg-type]


@pytest.mark.skipif("PALOVERDE_REAL_SAMPLES" not in os.environ, reason="recorded exports are not here")
@pytest.mark.parametrize(
    ("site", "place", "own"),
    [
        ("facebook", "facebook/NorseKode__Waultar-App/test/objectbox/data/Facebook", OWN),
        ("instagram", "instagram/NorseKode__Waultar-App/test/parser/data", OWN),
        ("x", "x/micahstubbs__xf/tests/fixtures/perf_corpus", "123456789"),
    ],
)
def test_recorded_downloads_are_read_without_loss(office: Office, site: str, place: str, own: str) -> None:
    folder = Path(os.environ["PALOVERDE_REAL_SAMPLES"]) / place
    report = office.take(site, folder, own=own)
    assert (report.unread, report.records > 3) == ([], True)
    rows = office.rows(site)
    for row in rows[:: len(rows) // 50 + 1]:
        if row["payload_position"] >= 0:
            start = row["payload_position"]
            assert office.original(row)[start : start + len(row["raw"])] == row["raw"]
