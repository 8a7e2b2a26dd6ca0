"""The limits of a search say what is missing, to people outside the City, once, and what came later."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from archives import ACCOUNT, add_night, open_empty
from paloverde.archive.reader import Archive
from paloverde.archive.seal import BrokenOff, Coverage, RunKind
from paloverde.platforms.conversation import Gap, Listing
from paloverde.records import Kind
from paloverde.search.answer import search
from paloverde.search.plainly import plainly, plainly_of_import

DAY, NEXT = date(2026, 3, 2), date(2026, 3, 3)
BROKE_OFF = "the site limits how often it may be asked"


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return open_empty(tmp_path)


def posts(*, complete: bool = True, since: datetime | None = None) -> Listing:
    return Listing(
        "posts", Kind.POST, complete, 3, "", since, reason="" if complete else "X limits how often"
    )


def sealed(
    archive: Archive, day: date, *said: Listing | Gap, kind: RunKind = RunKind.NIGHT, broken: bool = False
) -> None:
    listings = [one for one in said if isinstance(one, Listing)]
    gaps = [one for one in said if isinstance(one, Gap)]
    off = BrokenOff.LIMIT if broken else BrokenOff.NO
    add_night(archive, ACCOUNT, day, [], coverage=Coverage(listings, gaps, broken_off=off), kind=kind)


def told(archive: Archive, **asked: object) -> list[str]:
    return [str(limit) for limit in search(archive, "*", **asked).limits]  # type: ignore[arg-type]


def test_a_gap_and_the_unfinished_listing_of_it_are_one_entry(archive: Archive) -> None:
    sealed(archive, DAY, posts(complete=False), Gap("posts", Kind.POST, "X limits how often it is asked"))
    assert told(archive) == [f"Gap, {ACCOUNT}, posts, March 2, 2026: X limits how often it is asked."]


def test_what_a_later_try_of_the_same_day_had_in_full_says_so(archive: Archive) -> None:
    night = Gap("night", Kind.OTHER, "it broke off: X limits how often it is asked")
    sealed(archive, DAY, posts(complete=False), night, broken=True)
    assert not any("had in full" in words for words in told(archive))
    sealed(archive, DAY, posts())
    assert len(told(archive)) == 2
    assert all(words.endswith("; had in full on March 2, 2026.") for words in told(archive))


def test_a_bounded_list_that_covers_the_interval_says_so_too(archive: Archive) -> None:
    sealed(archive, DAY, posts())
    sealed(archive, NEXT, posts(complete=False, since=datetime(2026, 2, 1, tzinfo=UTC)))
    sealed(archive, NEXT, posts(since=datetime(2026, 2, 2, tzinfo=UTC)))
    (limit,) = told(archive)
    assert limit.endswith("; had in full on March 3, 2026.")


def test_a_search_that_is_repeated_knows_nothing_of_what_came_later(archive: Archive) -> None:
    sealed(archive, DAY, posts(complete=False))
    before = told(archive)
    sealed(archive, NEXT, posts())
    assert told(archive, through=1) == before
    assert told(archive) != before


def test_the_gap_of_an_import_is_no_nights_to_fill_and_names_no_file(archive: Archive) -> None:
    name = "=HYPERLINK(1)/../../etc/passwd"
    lacks = Gap(
        "media", Kind.OTHER, f"1 pictures, videos or attachments are not here: {name} was not handed in"
    )
    refused = Gap("files", Kind.OTHER, f"1 file refused: its name leads out of the archive ({name})")
    broken = Gap(name, Kind.OTHER, "it could not be read", name)
    sealed(archive, DAY, posts())
    sealed(archive, DAY, lacks, refused, broken, kind=RunKind.IMPORT)
    sealed(archive, NEXT, posts())
    assert sorted(told(archive)) == [
        f"Gap of an import, {ACCOUNT}, March 2, 2026: 1 file was refused as unsafe.",
        f"Gap of an import, {ACCOUNT}, March 2, 2026: 1 picture, video or attachment was not handed in.",
        f"Gap of an import, {ACCOUNT}, March 2, 2026: a file that was handed in could not be read, or not in whole.",
    ]


def test_a_night_that_broke_off_is_a_limit_whatever_kind_is_asked_for(archive: Archive) -> None:
    sealed(archive, DAY, Gap("night", Kind.OTHER, "it broke off: quota"), broken=True)
    assert told(archive, kinds=("comment",))


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        ("the site counts 9 and listed 3", "the site counts 9 and listed 3"),
        ("The token of x-city is dead. Sign in at the site again, then run `paloverde accounts token x-city`.",
         "the City's access to the site had lapsed"),
        ("LinkedIn no longer serves the version that is asked for; set PALOVERDE_LINKEDIN_VERSION to a newer one",
         "the site no longer answered in the form that was asked for"),
        ("it broke off: the account's token is expired or revoked; connect the account again",
         "the run broke off: the City's access to the site had lapsed"),
        ("(#10) requires pages_read_engagement", "the site did not let the City see it"),
        ("1 pictures or videos were not captured: the file came packed..",
         "1 picture or video was not captured: the file came packed"),
        ("2 pictures or videos were not captured: cdn.example is not among the hosts (media_hosts)",
         "2 pictures or videos were not captured: the reason is noted in the archive's own list of gaps"),
    ],
)  # fmt: skip
def test_a_cause_is_told_without_orders_settings_and_codes(cause: str, words: str) -> None:
    assert plainly(cause) == words


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        ("2 files refused: it is encrypted: unpack the archive with its password (a.zip/x, b.zip/y)",
         "2 files were encrypted"),
        ("1 file kept as they are and not searched: no record was read from them (<script>)",
         "1 file is kept, and what is written or said in it is not searched"),
        ("3 files that are archives inside the archive: kept closed (a.zip)",
         "3 files are packed inside the archive and were not opened"),
        ("2 picture, video or attachments not here: the file was not handed in",
         "2 pictures, videos or attachments were not handed in"),
        ("5 Click here.zip: it could not be read",
         "a file that was handed in could not be read, or not in whole"),
        ("notes of (a.csv): kept, not searched; name them with `--map`",
         "columns of a table are kept and not searched"),
    ],
)  # fmt: skip
def test_what_handed_in_files_lack_is_told_without_their_names(cause: str, words: str) -> None:
    assert plainly_of_import(cause) == words
