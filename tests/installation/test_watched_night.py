"""A round of the watch over a night of the simulated city: six sites, thousands of versions, real threads."""

from __future__ import annotations

from pathlib import Path

import pytest

from paloverde.installation.watching import Watching
from paloverde.records import Kind
from paloverde.watch.check import Check, Finding
from paloverde.watch.findings import State
from paloverde.watch.seen import Seen
from simulatedcity import TODAY, ArchivedCity, archived_city
from watchedcity import failing, shown


def watch_of(archived: ArchivedCity, *checks: Check) -> Watching:
    city = archived.city
    return Watching(
        city.settings, city.vault, city.archive, city.cabinet, city.index, city._journal.tell,
        {one.name: one for one in checks},
    )  # fmt: skip


def sweeping() -> Check:
    """Whoever speaks of street sweeping, and in how long a conversation."""

    def begins(seen: Seen, book: object) -> bool:
        return seen.kind is Kind.COMMENT and "sweeping" in seen.text.lower()

    def follow(seen: Seen, said: object, book: object) -> list[Finding]:
        start = seen.text.lower().find("sweeping")
        words = seen.text[start : start + 8]
        others = tuple(one.item for one in said if one.item != seen.item)  # type: ignore[attr-defined]
        return [check.in_item(seen, f"It speaks of “{words}”.", "Look.", links=others)]

    check = Check("sweeping", "Sweeping", 1, ("P-32",), "Looks.", ("clerk",), begins=begins, of_thread=follow)
    return check


@pytest.mark.slow
def test_a_round_looks_at_a_whole_night_and_at_the_next_one_only_what_is_new(tmp_path: Path) -> None:
    with archived_city(tmp_path / "home") as archived:
        archived.night()
        seen: list[str] = []
        watch = watch_of(archived, shown(seen), sweeping(), failing())
        done = watch.round()
        assert done.versions == len(archived.rows()) == len(seen) > 1_000
        assert [one.check for one in done.troubles] == ["failing"]
        found = watch.findings(limit=1_000)
        assert len(found) == done.found > 20
        assert all(one.is_shown and one.finding.links for one in found)
        assert all("sweeping" in one.finding.said.lower() for one in found)
        assert {one.finding.account.partition("-")[0] for one in found} > {"facebook", "youtube"}
        assert watch.round().found == 0
        before, rows = len(seen), len(archived.rows())
        archived.event(site="facebook", do="comment", on="latest post", text="When is the next sweeping?")
        archived.night()
        watch_of(archived, shown(seen), sweeping()).round()
        new = len(archived.rows()) - rows
        assert 1 <= new < 100
        assert len(seen) - before == new
        counts = watch_of(archived, sweeping()).counts()
        assert counts["sweeping"][State.OPEN] > len(found)


@pytest.mark.slow
def test_what_a_check_may_ask_of_an_account_is_what_its_night_sealed(tmp_path: Path) -> None:
    with archived_city(tmp_path / "home") as archived:
        archived.night()
        slug = "facebook-cityofpalmaria"
        by_reading = watch_of(archived).now()
        archived.city.index.refresh()
        by_index = watch_of(archived).now()
        for now in (by_reading, by_index):
            [page] = now.profiles(slug)
            assert page.kind is Kind.PROFILE
            assert page.payload.startswith(b"{")
            posts = list(now.seen(slug, TODAY, "post"))
            assert posts == sorted(posts, key=lambda one: one.observed_at)
            assert now.newest(posts[-1].item) == posts[-1]
            assert now.last_capture(slug) is not None
            with_picture = next(medium for one in posts for medium in one.media if medium.sha256)
            assert set(now.looks([with_picture.sha256, "0" * 64])) == {with_picture.sha256}
