"""Gaps are opened by what a run could not get, and close only when a later run had it in full."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from paloverde.archive.commit import commit
from paloverde.archive.gaps import KnownGap, known, of_run, reaches_back_to_the_first
from paloverde.archive.rebuild import rebuild
from paloverde.archive.seal import BrokenOff, Coverage, Draft, RunKind
from paloverde.archive.vault import Vault
from paloverde.platforms.conversation import Gap, Listing
from paloverde.records import Kind
from paloverde.state.books import open_books
from paloverde.state.tables import GAPS

SLUG = "plaza-palmaria"
OUTAGE = Gap("comments", Kind.COMMENT, "HTTP 503", "p1")


def day(number: int) -> date:
    return date(2026, 11, number)


def at(number: int) -> datetime:
    return datetime(2026, 11, number, 9, 15, tzinfo=UTC)


def listed(of: str = "p1", *, complete: bool = True, since: datetime | None = None, got: int = 3) -> Listing:
    stream, kind = ("comments", Kind.COMMENT) if of else ("posts", Kind.POST)
    return Listing(stream, kind, complete, got, of, since, reason="" if complete else "HTTP 503")


def run(
    vault: Vault,
    number: int,
    *said: Gap | Listing,
    kind: RunKind = RunKind.NIGHT,
    unread: int = 0,
    broken_off: BrokenOff = BrokenOff.NO,
    since: datetime | None = None,
    until: datetime | None = None,
) -> list[KnownGap]:
    """Seal a run of that day with this coverage; the gaps that are open then."""
    listings = [one for one in said if isinstance(one, Listing)]
    gaps = [one for one in said if isinstance(one, Gap)]
    cover = Coverage(listings, gaps, unread, broken_off=broken_off, since=since, until=until)
    digest = hashlib.sha256(repr((number, kind, cover)).encode()).hexdigest()
    times = at(number), at(number) + timedelta(minutes=20)
    draft = Draft(SLUG, "plaza", day(number), kind, digest, *times, [], cover, {"records": 0}, "0")
    commit(vault.store, vault.books, vault.signer, draft, vault.locked_until(day(number)))
    return open_gaps(vault)


def open_gaps(vault: Vault, *, only_open: bool = True) -> list[KnownGap]:
    with vault.books.connect() as connection:
        return known(connection, SLUG, only_open=only_open)


def test_a_gap_is_one_however_often_it_is_met_and_closes_when_it_is_filled(vault: Vault) -> None:
    run(vault, 1, listed())
    run(vault, 2, OUTAGE, listed(complete=False))
    (gap,) = run(vault, 3, OUTAGE, listed(complete=False))
    assert (gap.first_day, gap.last_day, gap.first_run, gap.last_run, gap.times) == (day(2), day(3), 2, 3, 2)
    assert run(vault, 4, listed()) == []
    (filled,) = open_gaps(vault, only_open=False)
    assert (filled.filled_by, filled.filled_day) == (4, day(4))
    assert "Had in full on Wednesday, November 4, 2026 (run 4)." in str(filled)


def test_what_one_run_opened_and_closed_is_told_together(vault: Vault) -> None:
    run(vault, 1, *(Gap("comments", Kind.COMMENT, "HTTP 503", f"p{n}") for n in range(50)))
    run(vault, 2, *(listed(f"p{n}") for n in range(40)), Gap("profile", Kind.PROFILE, "no permission"))
    with vault.books.connect() as connection:
        opened, closed = of_run(connection, 1)
        assert (len(opened), len(closed)) == (50, 0)
        opened, closed = of_run(connection, 2)
        assert (len(opened), len(closed)) == (1, 40)


def test_a_cause_that_only_counts_otherwise_is_the_same_gap(vault: Vault) -> None:
    said = "the site counts {} and listed {}"
    run(vault, 1, Gap("comments", Kind.COMMENT, said.format("1,204", 11), "p1"), listed())
    (gap,) = run(vault, 2, Gap("comments", Kind.COMMENT, said.format(1207, 13), "p1"), listed())
    assert (gap.times, gap.cause) == (2, said.format(1207, 13))


def test_a_cause_that_names_another_day_and_hour_is_the_same_gap(vault: Vault) -> None:
    said = "Plaza answers no more for now; it may be asked again on {} Pacific time"
    run(
        vault, 1, Gap("comments", Kind.COMMENT, said.format("Monday, November 30, 2026, at 11:45 a.m."), "p1")
    )
    last = said.format("Tuesday, December 1, 2026, at 12:45 p.m.")
    (gap,) = run(vault, 2, Gap("comments", Kind.COMMENT, last, "p1"))
    assert (gap.times, gap.cause) == (2, last)
    assert len(run(vault, 3, Gap("comments", Kind.COMMENT, "Plaza may be asked again in March", "p1"))) == 2


def test_another_cause_at_the_same_place_is_another_gap_and_both_close(vault: Vault) -> None:
    run(vault, 1, OUTAGE)
    assert len(run(vault, 2, Gap("comments", Kind.COMMENT, "no permission", "p1"))) == 2
    assert run(vault, 3, listed()) == []


@pytest.mark.parametrize(
    "nothing",
    [
        listed("p2"),
        listed(complete=False),
        Listing("posts", Kind.POST, complete=True, got=3),
        Listing("comments", Kind.COMMENT, complete=True, got=3, of="p1", since=at(20)),
    ],
    ids=["another post", "not to its end", "another stream", "only what is newer"],
)
def test_less_than_the_whole_list_fills_nothing(vault: Vault, nothing: Listing) -> None:
    run(vault, 1, OUTAGE)
    assert OUTAGE.cause in {gap.cause for gap in run(vault, 2, nothing)}


def test_a_whole_list_with_a_gap_of_its_own_fills_nothing(vault: Vault) -> None:
    run(vault, 1, OUTAGE)
    assert len(run(vault, 2, listed(), Gap("comments", Kind.COMMENT, "replies are missing", "p1"))) == 2


def test_a_bounded_list_fills_what_was_missed_since_the_night_before(vault: Vault) -> None:
    run(vault, 10, listed("", since=at(1)))
    (gap,) = run(vault, 11, listed("", complete=False, since=at(2)))
    assert (gap.what, gap.since) == ("unfinished listing", at(10))
    assert run(vault, 12, listed("", since=at(3))) == []


def test_a_bounded_list_does_not_fill_what_was_missed_the_first_time(vault: Vault) -> None:
    (gap,) = run(vault, 10, listed("", complete=False))
    assert gap.since is None
    assert len(run(vault, 11, listed("", since=at(1)))) == 1
    assert run(vault, 12, listed("")) == []


def test_a_stretch_that_was_missed_for_two_nights_is_filled_as_a_whole_or_not(vault: Vault) -> None:
    run(vault, 10, listed("", since=at(1)))
    run(vault, 11, listed("", complete=False, since=at(2)))
    (gap,) = run(vault, 12, listed("", complete=False, since=at(3)))
    assert gap.since == at(10)
    assert len(run(vault, 20, listed("", since=at(11)))) > 1  # nights without a run beside it
    assert "posts" not in {gap.stream for gap in run(vault, 21, listed("", since=at(9)))}


def test_what_a_site_never_gives_stays_open_and_is_announced_once(vault: Vault) -> None:
    never = Gap("messages", Kind.MESSAGE, "the site gives only the 20 newest messages", "t1", until=at(1))
    for number in range(2, 9):
        (gap,) = run(vault, number, never, listed())
    assert (gap.times, gap.until) == (7, at(1))
    with vault.books.connect() as connection:
        assert [len(of_run(connection, number)[0]) for number in range(1, 8)] == [1, 0, 0, 0, 0, 0, 0]
    assert "Open until a run or an import has it in full" in str(gap)


def test_an_import_fills_what_lies_before_its_export(vault: Vault) -> None:
    never = Gap("messages", Kind.MESSAGE, "the site gives only the 20 newest messages", "t1")
    run(vault, 2, never)
    whole = Listing("messages", Kind.MESSAGE, complete=True, got=400, of="t1")
    assert len(run(vault, 3, whole, kind=RunKind.IMPORT)) == 1
    assert len(run(vault, 4, whole, kind=RunKind.IMPORT, until=at(1))) == 1
    assert run(vault, 5, whole, kind=RunKind.IMPORT, until=at(3)) == []


def test_what_an_import_has_is_not_opened_again_by_the_nights_after_it(vault: Vault) -> None:
    def night(number: int) -> list[KnownGap]:
        window = Listing("messages", Kind.MESSAGE, complete=True, got=4, since=at(number - 8))
        older = Gap("messages", Kind.MESSAGE, "the site gives only 8 days", until=at(number - 8))
        return [gap for gap in run(vault, number, window, older) if gap.stream == "messages"]

    whole = Listing("messages", Kind.MESSAGE, complete=True, got=400)
    assert len(night(10)) == 1
    run(vault, 11, whole, kind=RunKind.IMPORT, until=at(3))
    assert night(11) == []
    for number in range(12, 16):  # from here on, what the import has ends before what the site still gives
        assert night(number) == []
    assert len(night(28)) == 1  # what was said between the 15th and the 20th nobody has


def test_a_gap_that_no_import_speaks_of_opens_as_ever(vault: Vault) -> None:
    posts = Listing("posts", Kind.POST, complete=True, got=9)
    run(vault, 2, posts, kind=RunKind.IMPORT, until=at(2))
    older = Gap("messages", Kind.MESSAGE, "the site gives only 8 days", until=at(1))
    assert len(run(vault, 3, older)) == 1
    part = Listing("messages", Kind.MESSAGE, complete=False, got=9)
    run(vault, 4, part, kind=RunKind.IMPORT, until=at(4))
    assert "messages" in {gap.stream for gap in run(vault, 5, older)}


def test_a_night_fills_nothing_that_an_import_lacks(vault: Vault) -> None:
    lacks = Gap("media", Kind.OTHER, "1 picture is not here: p.jpg was not handed in")
    run(vault, 1, listed(""))
    (gap,) = run(vault, 1, lacks, kind=RunKind.IMPORT)
    assert str(gap).startswith(f"{SLUG}, import, media, ")
    assert len(run(vault, 2, listed(""), Listing("media", Kind.OTHER, complete=True, got=1))) == 1
    (gap,) = run(vault, 3, listed(""))
    assert "Open until an import has it in full" in str(gap)


def test_the_same_words_of_a_night_and_of_an_import_are_two_gaps(vault: Vault) -> None:
    run(vault, 1, OUTAGE, kind=RunKind.IMPORT)
    assert len(run(vault, 2, OUTAGE)) == 2
    (left,) = run(vault, 3, listed())
    assert left.what == "gap of an import"


def test_a_sweep_opens_and_fills_nothing(vault: Vault) -> None:
    run(vault, 1, OUTAGE)
    (gap,) = run(vault, 1, listed(), Gap("posts", Kind.POST, "HTTP 500"), kind=RunKind.SWEEP)
    assert gap.cause == OUTAGE.cause


def test_a_night_that_broke_off_is_filled_by_one_that_did_not(vault: Vault) -> None:
    broke = Gap("night", Kind.OTHER, "it broke off: quota")
    run(vault, 1, broke, broken_off=BrokenOff.LIMIT)
    assert len(run(vault, 2, broke, broken_off=BrokenOff.LIMIT)) == 1
    assert (
        len(run(vault, 3, listed("", since=at(1)), since=at(1))) == 1
    )  # the first night was to have everything
    assert run(vault, 4, listed("")) == []


def test_a_profile_is_filled_by_a_night_that_had_it(vault: Vault) -> None:
    run(vault, 1, Gap("profile", Kind.PROFILE, "HTTP 500"))
    assert run(vault, 2, listed()) == []


def test_unread_pieces_stay_open(vault: Vault) -> None:
    run(vault, 1, listed(), unread=2)
    (gap,) = run(vault, 2, listed())
    assert gap.what == "unread pieces"


def test_nights_without_a_run_are_gaps_until_they_are_run(vault: Vault) -> None:
    run(vault, 3)
    assert {gap.of for gap in run(vault, 6)} == {"2026-11-04", "2026-11-05"}
    (gap,) = run(vault, 4)
    assert (gap.first_day, gap.kind) == (day(5), "")
    assert str(gap).startswith("plaza-palmaria, night without a run, Thursday, November 5, 2026: no run was")
    assert run(vault, 5) == []
    assert {gap.of for gap in run(vault, 1)} == {"2026-11-02"}


def test_a_gap_that_comes_back_is_a_new_one(vault: Vault) -> None:
    run(vault, 1, OUTAGE)
    run(vault, 2, listed())
    (gap,) = run(vault, 3, OUTAGE)
    assert (gap.first_run, len(open_gaps(vault, only_open=False))) == (3, 2)


def test_a_rebuild_gives_the_same_gaps(vault: Vault, tmp_path: Path) -> None:
    run(vault, 1, OUTAGE, unread=1)
    run(vault, 4, listed(), Gap("posts", Kind.POST, "HTTP 500"))
    run(vault, 2, listed("", complete=False))
    fresh = open_books(f"sqlite:///{tmp_path}/other.db")
    rebuild(vault.store, fresh, lambda _: None)
    query = select(GAPS).order_by(GAPS.c.name, GAPS.c.first_run)
    with vault.books.connect() as before, fresh.connect() as after:
        assert after.execute(query).all() == before.execute(query).all() != []


def test_everything_is_asked_for_until_it_was_had_once(vault: Vault) -> None:
    def everything(number: int) -> bool:
        with vault.books.connect() as connection:
            return reaches_back_to_the_first(connection, SLUG, day(number))

    assert everything(1)
    run(vault, 1, listed(""), broken_off=BrokenOff.LIMIT)
    assert everything(2)
    run(vault, 2, listed("", complete=False))
    assert everything(3)
    run(vault, 3, listed(""))
    assert not everything(4)
    assert everything(3)  # its own night again
    run(vault, 4, listed("", complete=False))
    assert not everything(5)


def test_a_list_that_never_ends_is_not_asked_for_in_full_for_ever(vault: Vault) -> None:
    for number in range(1, 6):
        run(vault, number, listed("", complete=False))
    with vault.books.connect() as connection:
        assert not reaches_back_to_the_first(connection, SLUG, day(6))


def test_what_runs_met_is_told_apart_from_nights_without_one(vault: Vault) -> None:
    run(vault, 1, listed())
    assert len(run(vault, 4, OUTAGE, listed(complete=False))) == 3
    with vault.books.connect() as connection:
        (gap,) = known(connection, SLUG, only_met=True)
    assert (gap.first_day, gap.times) == (day(4), 1)
