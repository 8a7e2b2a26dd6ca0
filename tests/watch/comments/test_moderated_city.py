"""A night of the simulated city, moderated: hidden, listed, blocked, decided; with a real archive."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from moderated import cited
from paloverde.records import archive_day
from paloverde.watch.comments import CHECKS, REPORTS
from paloverde.watch.findings import Standing
from paloverde.watch.registers.moderation import lists_in_force
from simulatedcity import ArchivedCity, archived_city

SLUG = "facebook-cityofpalmaria"
LIST = {"id": "profanity-en", "guideline": "c", "terms": "frack", "hides_at": SLUG}


def approve(city: Any, version: str) -> None:
    for who, office in (("cora", "counsel"), ("cleo", "the City Clerk")):
        given = {"list": "profanity-en", "version": version, "office": office}
        city.watch.put("word-list-approvals", given, who, role="counsel" if who == "cora" else "clerk")


def say(archived: ArchivedCity, text: str) -> str:
    """The id of what a resident says under the City's newest post."""
    said = archived.event(site="facebook", do="comment", on="latest post", text=text)
    native_id: str = said["item"]["id"]
    return native_id


def open_(archived: ArchivedCity, check: str) -> list[Standing]:
    return archived.city.watch.findings(check=check, account=SLUG, private=True, limit=1_000)


@pytest.mark.slow
def test_what_is_hidden_and_listed_and_blocked_is_found_and_ends_when_it_is_explained(tmp_path: Path) -> None:
    with archived_city(tmp_path / "home") as archived:
        city = archived.city
        city.watch.put("word-lists", LIST, "pat")
        approve(city, "1")
        profane = say(archived, "What the frack is this?")
        opinion = say(archived, "I disagree with all of it.")
        blocked = archived.event(site="facebook", do="ban")["person"]
        archived.night()
        for item in (profane, opinion):
            archived.event(site="facebook", do="hide", item=item)
        archived.night()
        archived.check()
        city.watch.round()
        [listed] = open_(archived, "listed-words")
        assert listed.finding.about == f"{SLUG}/comment/{profane}"
        assert "“frack”" in listed.finding.said
        assert listed.finding.rule == "word-lists/profanity-en#1"
        about = {one.finding.about for one in open_(archived, "unexplained-hiding")}
        assert f"{SLUG}/comment/{opinion}" in about
        assert f"{SLUG}/comment/{profane}" not in about
        found = [one for one in open_(archived, "unexplained-block") if blocked["id"] in one.finding.about]
        assert len(found) == 1
        assert found[0].finding.private
        assert archived.city.watch.findings(check="unexplained-block", account=SLUG) == []
        today = archive_day(city.vault.clock())
        first = today - timedelta(days=40)
        sample = {row[1]: row[4] for row in city.watch.report("hiding-sample", first, today).rows}
        assert 2 < len(sample) <= 20 * 3, "those that the city hides from the start, too"
        assert set(sample.values()) <= {"nothing on record", "word-lists/profanity-en#1"}
        city.dossiers.cite(f"{SLUG}/comment/{opinion}", cited("k"), "cleo")
        city.watch.round()
        assert f"{SLUG}/comment/{opinion}" not in {
            one.finding.about for one in open_(archived, "unexplained-hiding")
        }
        for report in REPORTS:
            table = city.watch.report(report.name, first, today)
            assert all(len(row) == len(table.columns) for row in table.rows), report.name


@pytest.mark.slow
def test_a_change_of_a_list_waits_for_its_approval_and_the_approved_one_goes_on(tmp_path: Path) -> None:
    with archived_city(tmp_path / "home") as archived:
        watch = archived.city.watch
        watch.put("word-lists", LIST, "pat")
        approve(archived.city, "1")
        watch.put("word-lists", LIST | {"terms": "frack\nsmeg"}, "pat", id_="profanity-en", after=1)
        assert [one.version for one in _in_force(archived)] == [1]
        approve(archived.city, "2")
        assert [one.version for one in _in_force(archived)] == [2]
        watch.withdraw("word-lists", "profanity-en", "It hit the name of a street.", "cora")
        assert _in_force(archived) == []
        assert {check.name for check in CHECKS} <= watch.checks.keys()


def _in_force(archived: ArchivedCity) -> list[Any]:
    book = archived.city.watch.book()
    return [*lists_in_force(book, book.day)]
