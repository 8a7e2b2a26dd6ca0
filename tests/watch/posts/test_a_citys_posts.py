"""The checks of the City's own posts over a night of the simulated city: real payloads, real pictures."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from paloverde.installation.watching import Watching
from paloverde.records import archive_day
from paloverde.watch.check import Weight
from paloverde.watch.findings import State
from paloverde.watch.posts import CHECKS, REPORTS
from paloverde.watch.posts.photographs import PHOTO_RELEASE
from simulatedcity import ArchivedCity, archived_city


def watch_of(archived: ArchivedCity) -> Watching:
    city = archived.city
    settings = replace(city.settings, city_domains=("cityofpalmaria.example",))
    return Watching(
        settings, city.vault, city.archive, city.cabinet, city.index, city._journal.tell,
        {one.name: one for one in CHECKS}, {one.name: one for one in REPORTS},
    )  # fmt: skip


@pytest.mark.slow
def test_a_pictures_release_is_asked_for_until_it_is_entered(tmp_path: Path) -> None:
    with archived_city(tmp_path / "home") as archived:
        archived.night()
        watch = watch_of(archived)
        assert watch.round().troubles == ()
        counted = [one.finding for one in watch.findings(check=PHOTO_RELEASE.name)]
        assert {one.weight for one in counted} == {Weight.ADVICE}
        assert {one.about.partition("-")[0] for one in counted} == {
            "facebook",
            "instagram",
            "linkedin",
            "nextdoor",
            "x",
        }
        post = next(one.links[-1] for one in counted if one.about.startswith("facebook"))

        stated = {"pictures": post, "subject": "nobody", "shows_minors": "yes"}
        number = watch.put("photo-releases", stated, "cleo")
        watch_of(archived).round()
        (one,) = [
            one for one in watch.findings(check=PHOTO_RELEASE.name) if one.finding.about.endswith(number)
        ]
        assert one.finding.weight is Weight.URGENT
        assert post in one.finding.links
        assert one.finding.account == post.partition("/")[0]

        consent = {"basis": "a signed release", "given_by": "Ana Ruiz"}
        watch.put("photo-releases", stated | consent, "cleo", number)
        assert watch_of(archived).round().ended >= 1
        assert watch.one(one.finding.id).state is State.ENDED


@pytest.mark.slow
def test_every_post_of_the_city_stands_in_the_reports_once(tmp_path: Path) -> None:
    with archived_city(tmp_path / "home") as archived:
        archived.night()
        watch = watch_of(archived)
        last = archive_day(watch.now().at)
        table = watch.report("link-back-rate", last - timedelta(days=60), last)
        back = [row for row in table.rows if row[2].startswith("links back")]
        assert {row[0].partition("-")[0] for row in back} == {
            "facebook", "instagram", "linkedin", "nextdoor", "x", "youtube",
        }  # fmt: skip
        misses = [row[5] for row in table.rows if row[2].startswith("no link back")]
        assert len(misses) == len(set(misses))
        links = watch.report("outbound-links", last - timedelta(days=60), last)
        assert not any("t.co" in row[4] or "l.facebook.com" in row[4] for row in links.rows)
        to_the_city = {row[5] for row in links.rows if row[2] == "the City's own website"}
        linked = sum(int(row[3].partition(" ")[0]) for row in back)
        assert len(to_the_city) == linked > 50
        assert not to_the_city & set(misses)
