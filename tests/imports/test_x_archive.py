"""The archive of an account that X gives: everything said in it becomes records, everything in it is kept."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from exports import OWN, Office, tweet, ytd, zipped
from paloverde.archive.seal import Role
from paloverde.errors import Unreadable, WrongAccount
from paloverde.imports.said import Wish

PICTURE = b"\xff\xd8 a picture of the park"
LONG = "The council met for four hours about the water plan. " * 12
ME = [{"account": {"accountId": OWN, "username": "palmaria", "accountDisplayName": "City of Palma Ria"}}]


def archive(folder: Path, **more: bytes | str) -> Path:
    message = {
        "messageCreate": {
            "id": "7001", "senderId": "88", "recipientId": OWN, "text": "Is the pool open?",
            "createdAt": "2026-03-02T19:00:00.000Z", "mediaUrls": ["https://ton.twitter.com/dm/7001/1/map.png"],
        }
    }  # fmt: skip
    files: dict[str, bytes | str] = {
        "data/manifest.js": "window.__THAR_CONFIG = "
        + json.dumps({"archiveInfo": {"generationDate": "2026-10-31T08:00:00.000Z"}}),
        "data/account.js": ytd("account", ME),
        "data/profile.js": ytd(
            "profile", [{"profile": {"description": {"bio": "News of the City", "location": ""}}}]
        ),
        "data/tweets.js": ytd(
            "tweets",
            [
                tweet("1900000000000000001", "Street sweeping &amp; parking", extended_entities={"media": [
                    {"id_str": "31", "type": "photo", "media_url_https": "https://pbs.twimg.com/media/AbC.jpg"}
                ]}),
                tweet("1900000000000000002", "@resident At nine", in_reply_to_status_id_str="18"),
                tweet("1900000000000000003", LONG[:270] + "… https://t.co/abcDEF"),
            ],
        ),
        "data/note-tweet.js": ytd("note_tweet", [
            {"noteTweet": {"noteTweetId": "51", "createdAt": "2026-03-02T18:00:00.000Z", "core": {"text": LONG}}}
        ]),
        "data/deleted-tweets.js": ytd("deleted_tweets", [tweet("1900000000000000004", "A mistake")]),
        "data/tweet-headers.js": ytd("tweet", [{"tweet": {"tweet_id": "1900000000000000001"}}]),
        "data/direct-messages.js": ytd("direct_messages", [
            {"dmConversation": {"conversationId": f"88-{OWN}", "messages": [message]}}
        ]),
        "data/direct-messages-group.js": ytd("direct_messages_group", [
            {"dmConversation": {"conversationId": "555", "messages": [
                {"messageCreate": {"id": "7002", "senderId": OWN, "text": "Agenda attached",
                                   "createdAt": "2026-03-03T19:00:00.000Z", "mediaUrls": []}}]}}
        ]),
        "data/follower.js": ytd("follower", [{"follower": {"accountId": "88", "userLink": "https://x.com/88"}}]),
        "data/following.js": ytd("following", [{"following": {"accountId": "99"}}]),
        "data/block.js": ytd("blocking", [{"blocking": {"accountId": "66", "userLink": "https://x.com/66"}}]),
        "data/mute.js": ytd("muting", [{"muting": {"accountId": "67"}}]),
        "data/like.js": ytd("like", [{"like": {"tweetId": "12", "fullText": "Free trees!"}}]),
        "data/device-token.js": ytd("device_token", [{"deviceToken": {"token": "s3cr3t-device-token"}}]),
        "data/tweets_media/1900000000000000001-AbC.jpg": PICTURE,
        "data/direct_messages_media/7001-map.png": b"a map",
        "Your archive.html": "<html></html>",
    }  # fmt: skip
    return zipped(folder / "twitter.zip", {**files, **more})


def test_everything_said_becomes_a_record(office: Office, tmp_path: Path) -> None:
    report = office.take("x", archive(tmp_path))
    kinds = sorted((row["kind"], row["native_id"]) for row in office.rows("x"))
    assert kinds == [
        ("blocked", "66"),
        ("blocked", "67"),
        ("comment", "1900000000000000002"),
        ("message", "7001"),
        ("message", "7002"),
        ("other", "following-99"),
        ("post", "1900000000000000001"),
        ("post", "1900000000000000003"),
        ("post", "1900000000000000004"),
        ("profile", OWN),
        ("reaction", "like-12"),
        ("subscriber", "88"),
    ]
    assert (report.format, report.provenance, report.records) == ("x", "export", 12)
    assert {row["provenance"] for row in office.rows("x")} == {"export"}


def test_a_post_says_whose_it_is_and_its_text_is_plain(office: Office, tmp_path: Path) -> None:
    office.take("x", archive(tmp_path))
    post = office.row("x", "1900000000000000001")
    assert post["text"] == "Street sweeping & parking"
    assert (post["poster_name"], post["poster_username"], post["poster_id"]) == (
        "City of Palma Ria", "palmaria", OWN,
    )  # fmt: skip
    assert post["observed_at"].isoformat() == "2026-10-31T08:00:00+00:00"


def test_a_long_post_has_its_whole_text(office: Office, tmp_path: Path) -> None:
    office.take("x", archive(tmp_path))
    assert office.row("x", "1900000000000000003")["text"] == LONG


def test_every_row_leads_back_to_its_exact_bytes(office: Office, tmp_path: Path) -> None:
    path = archive(tmp_path)
    office.take("x", path)
    for row in office.rows("x"):
        original, start = office.original(row), row["payload_position"]
        assert start >= 0, row["native_id"]
        assert original[start : start + len(row["raw"])] == row["raw"]
    assert office.original(office.row("x", "66")).startswith(b"window.YTD.blocking.part0 = [")


def test_pictures_and_attachments_are_kept_with_their_posts(office: Office, tmp_path: Path) -> None:
    office.take("x", archive(tmp_path))
    (picture,) = office.row("x", "1900000000000000001")["media"]
    assert picture["url"] == "https://pbs.twimg.com/media/AbC.jpg"
    assert office.archive.media(picture["sha256"]) == PICTURE
    (attached,) = office.row("x", "7001")["media"]
    assert office.archive.media(attached["sha256"]) == b"a map"


def test_a_picture_that_the_archive_lacks_is_a_gap(office: Office, tmp_path: Path) -> None:
    more = {"data/tweets.js": ytd("tweets", [tweet("5", "Look", extended_entities={"media": [
        {"id_str": "9", "type": "photo", "media_url_https": "https://pbs.twimg.com/media/Gone.jpg"}]})])}  # fmt: skip
    report = office.take("x", archive(tmp_path, **more))
    assert office.row("x", "5")["media"][0]["not_captured"] == "the export does not hold the file"
    assert any(
        "1 picture, video or attachment not here: the export does not hold the file" in gap
        for gap in report.gaps
    )


def test_the_tokens_of_devices_are_nowhere(office: Office, tmp_path: Path) -> None:
    report = office.take("x", archive(tmp_path))
    assert any("device-token.js" in note and "tokens" in note for note in report.notes)
    for sealed in office.archive.parts(Role.EXCHANGES):
        assert b"s3cr3t-device" not in gzip.decompress(office.archive.store.get(sealed.part.stored))


def test_what_is_not_read_is_kept_and_listed(office: Office, tmp_path: Path) -> None:
    report = office.take("x", archive(tmp_path, **{"data/ad-engagements.js": ytd("ads", [{"ad": {"a": 1}}])}))
    told = next(gap for gap in report.gaps if "not searched" in gap)
    assert "ad-engagements.js" in told
    assert "tweet-headers.js" in told
    assert "data/tweets.js" not in told


def test_another_accounts_archive_is_refused(office: Office, tmp_path: Path) -> None:
    other = [{"account": {"accountId": "1", "username": "oakton", "accountDisplayName": "Oakton"}}]
    with pytest.raises(WrongAccount, match="@oakton"):
        office.take("x", archive(tmp_path, **{"data/account.js": ytd("account", other)}))
    assert office.rows("x") == []


@pytest.mark.parametrize(
    ("entries", "told"),
    [
        ('window.YTD.like.part0 = [{"like": 5}, {"like": {"tweetId": "13"}}]', "an entry of like.js"),
        ('window.YTD.like.part0 = [{"like": {"tweetId": "13"', "not a whole JSON text"),
        ('window.YTD.like.part0 = {"like": {}}', "is no list"),
    ],
)
def test_a_damaged_member_is_named_and_takes_nothing_else_with_it(
    office: Office, tmp_path: Path, entries: str, told: str
) -> None:
    report = office.take("x", archive(tmp_path, **{"data/like.js": entries}))
    assert any(told in place for place in (*report.gaps, *report.unread))
    assert office.row("x", "1900000000000000001")["text"]


def test_a_zip_of_something_else_is_said_to_be_none(office: Office, tmp_path: Path) -> None:
    path = zipped(tmp_path / "x.zip", {"data/other.js": "a = []"})
    with pytest.raises(Unreadable, match=r"no archive of X.*Ask X"):
        office.take("x", path, wish=Wish(format="x"))


def test_a_forged_id_is_told_and_not_taken(office: Office, tmp_path: Path) -> None:
    odd: list[Any] = [tweet("1\x002", "NUL"), tweet("9" * 600, "long"), tweet("3", "good")]
    report = office.take("x", archive(tmp_path, **{"data/tweets.js": ytd("tweets", odd)}))
    assert report.unread_count == 2
    assert all("cannot be one" in place for place in report.unread)
    assert office.row("x", "3")["text"] == "good"


def test_a_damaged_manifest_costs_only_the_date_of_the_archive(office: Office, tmp_path: Path) -> None:
    office.take("x", archive(tmp_path, **{"data/manifest.js": b'window.m = {"a": "\xff"}'}))
    assert office.row("x", "66")["observed_at"].date().isoformat() == "2026-10-30"


@pytest.mark.parametrize(
    "created", ["Sat Jan 01 00:00:00 +0000 0001", "Fri Dec 31 23:59:59 +0000 9999", "soon"]
)
def test_an_absurd_date_is_kept_as_text_only(office: Office, tmp_path: Path, created: str) -> None:
    office.take("x", archive(tmp_path, **{"data/tweets.js": ytd("tweets", [tweet("5", "When?", created)])}))
    row = office.row("x", "5")
    assert (row["posted_at"], row["posted_text"]) == (None, created)
    assert row["drift"]
