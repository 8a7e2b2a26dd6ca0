"""An archive of X holds in full what its own manifest says and what was counted again; nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from exports import OWN, Office, account, tweet, ytd, zipped
from paloverde.archive.seal import Coverage, RunKind
from paloverde.capture.sealing import Run, seal_run
from paloverde.capture.spool import Spool
from paloverde.errors import WrongAccount
from paloverde.platforms.conversation import Gap
from paloverde.records import Kind
from paloverde.search.answer import search

MADE_AT = datetime(2026, 10, 31, 8, tzinfo=UTC)
FILES = {
    "tweets": "tweets.js",
    "directMessages": "direct-messages.js",
    "directMessagesGroup": "direct-messages-group.js",
}


def conversation(name: str, *words: str) -> Any:
    messages = [
        {
            "messageCreate": {
                "id": f"{name}{n}", "senderId": "88", "recipientId": OWN, "text": text,
                "createdAt": "2026-03-02T19:00:00.000Z", "mediaUrls": [],
            }
        }
        for n, text in enumerate(words, 1)
    ]  # fmt: skip
    return {"dmConversation": {"conversationId": f"{name}-{OWN}", "messages": messages}}


def manifest(counts: dict[str, int], *, owner: str = OWN, **info: Any) -> str:
    about = {"generationDate": "2026-10-31T08:00:00.000Z", "isPartialArchive": False} | info
    sorts = {
        name: {"files": [{"fileName": f"data/{FILES[name]}", "count": str(count)}]}
        for name, count in counts.items()
    }
    said = {
        "userInfo": {"accountId": owner, "userName": "palmaria"},
        "archiveInfo": about,
        "dataTypes": sorts,
    }
    return f"window.__THAR_CONFIG = {json.dumps(said)}"


def archive(folder: Path, said: str, without: str = "", posts: Iterable[Any] = ()) -> Path:
    listed = list(posts) or [tweet("1", "Street sweeping"), tweet("2", "The pool is open")]
    files = {
        "data/manifest.js": said,
        "data/tweets.js": ytd("tweets", listed),
        "data/direct-messages.js": ytd("direct_messages", [conversation("7", "Open?", "Sundays?", "Thanks")]),
        "data/direct-messages-group.js": ytd("direct_messages_group", []),
    }
    files.pop(without, None)
    return zipped(folder / "x.zip", files)


def coverage(office: Office) -> Coverage:
    return list(office.archive.seals())[-1].run.coverage


ALL = {"tweets": 2, "directMessages": 1, "directMessagesGroup": 0}


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def test_an_archive_holds_posts_and_messages_until_it_was_made(office: Office, tmp_path: Path) -> None:
    report = office.take("x", archive(tmp_path, manifest(ALL)))
    cover = coverage(office)
    assert all(it.complete and it.since is None for it in cover.listings)
    assert cover.listings[0].got == 2
    assert [it.stream for it in cover.listings] == ["posts", "messages"]
    assert cover.until == MADE_AT
    assert (
        "in full: posts until Saturday, October 31, 2026, 01:00 AM Pacific, as the export says of itself"
        in list(report.lines())
    )


@pytest.mark.parametrize(
    "said",
    [
        manifest(ALL, isPartialArchive=True),
        manifest(ALL, isPartialArchive="no"),
        manifest(ALL, generationDate=""),
        manifest(ALL, owner=""),
        manifest({}),
        "window.m = []",
        "window.m = {cut sh",
    ],
    ids=[
        "a part",
        "not said whether a part",
        "no time",
        "no owner",
        "nothing counted",
        "another shape",
        "cut",
    ],
)
def test_a_manifest_that_does_not_say_it_is_not_believed_to(
    office: Office, tmp_path: Path, said: str
) -> None:
    report = office.take("x", archive(tmp_path, said))
    assert (report.covered, coverage(office).listings, coverage(office).until) == ([], [], None)
    assert report.records > 3


def test_messages_are_whole_only_with_those_of_groups(office: Office, tmp_path: Path) -> None:
    office.take("x", archive(tmp_path, manifest({"tweets": 2, "directMessages": 1})))
    assert [it.stream for it in coverage(office).listings] == ["posts"]


def test_what_the_manifest_names_and_nobody_handed_in_is_a_gap(office: Office, tmp_path: Path) -> None:
    path = archive(tmp_path, manifest(ALL | {"tweets": 3}), without="data/direct-messages.js")
    told = " ".join(office.take("x", path).gaps)
    assert (
        "posts (post): the manifest of the archive names more than was handed in: tweets.js has 2 entries of 3"
        in told
    )
    assert (
        "messages (message): the manifest of the archive names more than was handed in: direct-messages.js"
        in told
    )
    assert coverage(office).listings == []


def test_a_piece_that_could_not_be_read_makes_its_list_no_whole_one(office: Office, tmp_path: Path) -> None:
    posts = [tweet("1", "Street sweeping"), {"tweet": {"full_text": "no number"}}]
    report = office.take("x", archive(tmp_path, manifest(ALL), posts=posts))
    assert (len(report.unread), [it.stream for it in coverage(office).listings]) == (1, ["messages"])


def test_an_archive_of_another_account_is_known_by_its_manifest_too(office: Office, tmp_path: Path) -> None:
    with pytest.raises(WrongAccount, match="This is the archive of @palmaria \\(number 99\\)"):
        office.take("x", archive(tmp_path, manifest(ALL, owner="99")))
    assert list(office.archive.seals()) == []


def test_an_answer_is_healed_only_of_what_lies_before_the_archive(office: Office, tmp_path: Path) -> None:
    for day, cause in ((20, "HTTP 503"), (21, "the list broke off")):
        at = datetime(2026, 10 if day == 20 else 11, day, 9, tzinfo=UTC)
        cover = Coverage([], [Gap("posts", Kind.POST, cause, until=at)])
        with Spool() as spool:
            run = Run(account("x"), at.date(), RunKind.NIGHT, at, cover, {"records": 0})
            seal_run(office.vault, spool, run, f"{at}")
    office.take("x", archive(tmp_path, manifest(ALL)))
    found = {
        limit.cause: limit.later_complete for limit in search(office.archive, "*").limits if limit.stream
    }
    assert found["HTTP 503"] is not None
    assert found["the list broke off"] is None
