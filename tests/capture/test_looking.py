"""From an absence to a removal that is held: and everything that must never become one."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pyarrow as pa
import pytest
from sqlalchemy import select

from paloverde.archive.reader import Archive
from paloverde.archive.rebuild import rebuild
from paloverde.archive.register import Item, items
from paloverde.archive.seal import Part, Role
from paloverde.capture.history import MOST_AROUND
from paloverde.errors import Suspicious
from paloverde.state.books import writing
from paloverde.state.tables import ITEMS
from plaza import ACCOUNT
from plazacity import City

FIRST, SECOND, THIRD = date(2026, 11, 20), date(2026, 11, 21), date(2026, 11, 22)


def removed(city: City) -> dict[str, dict[str, object]]:
    tables = [city.archive.table(sealed.part) for sealed in city.archive.parts(Role.REMOVED)]
    return {row["native_id"]: row for table in tables for row in table.to_pylist()}


def test_a_deleted_comment_is_held_with_time_poster_and_cause(city: City) -> None:
    city.night(FIRST)
    gone = city.site.comments["p1"].pop("c12")
    assert city.night(SECOND)[0].candidates == 1
    assert city.check(SECOND).removed == ["c12"]
    held = removed(city)["c12"]
    assert held["text"] == gone["text"]
    assert (held["poster_name"], held["poster_id"]) == ("Rosa Quintero", "u-rosa")
    assert str(held["posted_at"])[:16] == gone["at"][:16].replace("T", " ")
    assert held["cause"] == "undetermined"
    assert held["confirmed_by"]


def test_the_hold_is_a_lock_of_two_calendar_years(city: City) -> None:
    city.night(FIRST)
    del city.site.comments["p1"]["c12"]
    city.night(SECOND)
    city.check(SECOND)
    (sealed,) = city.archive.parts(Role.REMOVED)
    standing = city.vault.store.standing(sealed.part.stored)
    retain_until = removed(city)["c12"]["retain_until"]
    assert isinstance(retain_until, date)
    assert retain_until.year == datetime.now(UTC).year + 2
    assert standing.locked_until is not None
    assert standing.locked_until.date() > retain_until


def test_the_pictures_of_a_removed_item_are_held_as_long(city: City) -> None:
    picture = f"{city.site.url}/files/sign.png"
    city.site.files["/files/sign.png"] = b"\x89PNG sign"
    city.site.comment("p1", "pictured", "Look at this sign", media=[picture])
    city.night(date(2020, 11, 20))  # a day long past is no trouble
    city.later = timedelta(days=40)
    del city.site.comments["p1"]["pictured"]
    city.night(SECOND)
    city.check(SECOND)
    (medium,) = removed(city)["pictured"]["media"]  # type: ignore[misc]
    standing = city.vault.store.standing(city.archive.media_object(medium["sha256"]))
    assert standing.locked_until is not None
    assert standing.locked_until.date() > removed(city)["pictured"]["retain_until"]  # type: ignore[operator]


def test_a_hidden_comment_is_held_as_removed_by_the_city_once(city: City) -> None:
    city.night(FIRST)
    city.site.comments["p2"]["c21"]["hidden"] = True
    city.night(SECOND)
    assert city.check(SECOND).removed == ["c21"]
    assert removed(city)["c21"]["cause"] == "city"
    city.night(THIRD)
    assert city.check(THIRD).removed == []
    assert len(city.archive.parts(Role.REMOVED)) == 1


def test_what_was_restored_can_be_removed_again(city: City) -> None:
    city.night(FIRST)
    comment = city.site.comments["p1"].pop("c12")
    city.night(SECOND)
    city.check(SECOND)
    city.site.comments["p1"]["c12"] = comment
    city.night(THIRD)
    city.later += timedelta(days=1)
    del city.site.comments["p1"]["c12"]
    city.night(THIRD + timedelta(days=1))
    assert city.check(THIRD + timedelta(days=1)).removed == ["c12"]
    assert len(city.archive.parts(Role.REMOVED)) == 2


def test_what_the_listing_left_out_and_is_there_is_no_removal(city: City) -> None:
    city.night(FIRST)
    city.site.broken["/comments/p1"] = (200, b'{"items": [], "total": 0}')
    city.night(SECOND)
    report = city.check(SECOND, most_gone=20, percent_gone=100)
    assert report.removed == []
    assert len(report.restored) == 5
    assert city.archive.parts(Role.REMOVED) == []


def item(city: City, native_id: str) -> Item:
    with city.vault.books.connect() as connection:
        (found,) = items(connection, select(ITEMS).where(ITEMS.c.native_id == native_id))
    return found


def unlist(city: City) -> None:
    """The list of p1's comments leaves out all but c11, with every sign of being whole."""
    only = json.dumps({"items": [city.site.comments["p1"]["c11"]], "total": 1})
    city.site.broken["/comments/p1"] = (200, only.encode())


def test_what_no_listing_shows_and_a_look_up_does_is_asked_about_once(city: City) -> None:
    """A site that hides what hangs under a held comment must not bring the check to a stop, night after night."""
    city.night(FIRST)
    unlist(city)
    assert city.night(SECOND)[0].candidates == 4
    assert len(city.check(SECOND, percent_gone=20).restored) == 4
    for day in (THIRD, THIRD + timedelta(days=1)):
        assert city.night(day)[0].candidates == 0
        assert city.check(day, percent_gone=1).restored == []
    rebuild(city.vault.store, city.vault.books, lambda _: None)
    assert city.night(THIRD + timedelta(days=2))[0].candidates == 0


def test_what_no_listing_shows_is_looked_up_every_night_and_found_gone(city: City) -> None:
    city.night(FIRST)
    unlist(city)
    city.night(SECOND)
    city.check(SECOND, percent_gone=20)
    del city.site.comments["p1"]["c12"]
    city.night(THIRD)
    report = city.check(THIRD)
    assert (report.looked_up, report.removed, report.pending) == (4, [], ["c12"])
    assert city.check(THIRD + timedelta(days=1)).removed == ["c12"]
    assert removed(city)["c12"]["cause"] == "undetermined"


def test_what_a_listing_shows_again_is_an_ordinary_item_again(city: City) -> None:
    city.night(FIRST)
    unlist(city)
    city.night(SECOND)
    city.check(SECOND, percent_gone=20)
    city.site.broken.clear()
    city.night(THIRD)
    assert city.check(THIRD).looked_up == 0
    del city.site.comments["p1"]["c12"]
    assert city.night(THIRD + timedelta(days=1))[0].candidates == 1


def test_items_that_no_listing_shows_do_not_push_others_out_of_the_rotation(city: City) -> None:
    city.night(FIRST)
    unlist(city)
    city.night(SECOND)
    city.check(SECOND, percent_gone=20)
    city.later = timedelta(days=31)
    report = city.check(date(2026, 12, 23), look_ups=20)
    assert report.oldest_look is not None
    assert report.oldest_look > city.clock() - timedelta(days=32)
    assert item(city, "p1").looked_at > city.clock() - timedelta(minutes=1)


def test_a_hidden_item_was_seen_by_the_listing_and_not_looked_up(city: City) -> None:
    city.night(FIRST)
    city.site.comments["p2"]["c21"]["hidden"] = True
    city.night(SECOND)
    listed = item(city, "c21").looked_at
    city.later = timedelta(hours=3)
    city.check(SECOND)
    last = city.archive.parts(Role.SIGHTINGS)[-1]
    (row,) = city.archive.table(last.part).to_pylist()
    assert (row["state"], row["how"], row["looked_at"]) == ("hidden", "listing", listed)
    assert item(city, "c21").looked_at == listed


@pytest.mark.parametrize("fault", [(500, b"{}"), (403, b"{}"), (200, b"<html>")])
def test_an_error_at_the_look_up_leaves_it_open(city: City, fault: tuple[int, bytes]) -> None:
    city.night(FIRST)
    del city.site.comments["p1"]["c12"]
    city.night(SECOND)
    city.site.broken["/items/c12"] = fault
    report = city.check(SECOND)
    assert (report.removed, report.pending) == ([], ["c12"])
    city.site.broken.clear()
    assert city.check(THIRD).removed == ["c12"]


def test_a_site_that_denies_what_it_lists_is_not_believed(city: City) -> None:
    city.night(FIRST)
    del city.site.comments["p1"]["c12"]
    city.night(SECOND)
    for comments in city.site.comments.values():
        for comment in comments:
            city.site.broken[f"/items/{comment}"] = (404, b'{"error": "no such item"}')
    report = city.check(SECOND)
    assert (report.removed, report.pending) == ([], ["c12"])


def test_mass_disappearance_stops_and_asks(city: City) -> None:
    city.night(FIRST)
    for comments in city.site.comments.values():
        comments.clear()
    assert city.night(SECOND)[0].candidates == 20
    with pytest.raises(Suspicious, match="20 of 24 items are no longer listed"):
        city.check(SECOND)
    assert city.archive.parts(Role.REMOVED) == []
    assert len(city.check(SECOND, allowed=20).removed) == 20


def test_mass_disappearance_does_not_keep_what_the_site_calls_hidden_from_being_held(city: City) -> None:
    city.night(FIRST)
    for post in ("p1", "p2", "p3"):
        city.site.comments[post].clear()
    city.site.comments["p4"]["c41"]["hidden"] = True
    city.night(SECOND)
    with pytest.raises(Suspicious, match="15 of 24 items are no longer listed"):
        city.check(SECOND)
    assert list(removed(city)) == ["c41"]
    with pytest.raises(Suspicious):
        city.check(SECOND)
    assert len(city.archive.parts(Role.REMOVED)) == 1


def test_a_dossier_tells_times_poster_and_why_a_part_of_the_identity_is_missing(city: City) -> None:
    city.night(FIRST)
    gone = city.site.comments["p1"].pop("c12")
    city.night(SECOND)
    city.check(SECOND)
    held = removed(city)["c12"]
    assert held["posted_text"] == gone["at"]
    assert held["posted_pacific"] == "Sunday, November 1, 2026, 11:02:00 PST (UTC-08:00)"
    assert (held["poster_name_missing"], held["poster_id_missing"]) == (None, None)
    assert held["poster_username_missing"] == "API_NOT_EXPOSED"


def test_a_dossier_holds_every_version_that_was_seen(city: City) -> None:
    city.night(FIRST)
    city.site.comments["p1"]["c12"]["text"] = "The words after an edit"
    city.night(SECOND)
    del city.site.comments["p1"]["c12"]
    city.night(THIRD)
    city.check(THIRD)
    held = removed(city)["c12"]
    assert [version["text"] for version in held["versions"]] == [  # type: ignore[attr-defined]
        "Comment 2 on route 1", "The words after an edit",
    ]  # fmt: skip
    assert held["versions"][-1]["version_sha256"] == held["version_sha256"]  # type: ignore[index]
    for version in held["versions"]:  # type: ignore[attr-defined]
        _, body = city.archive.exchange(version["exchange_key"], version["exchange_offset"])
        assert version["text"] in body.decode()


def test_a_dossier_shows_the_thread_around_it(city: City) -> None:
    city.night(FIRST)
    del city.site.comments["p1"]["c13"]
    city.night(SECOND)
    city.check(SECOND)
    held = removed(city)["c13"]
    around = [(one["relation"], one["native_id"]) for one in held["thread"]]  # type: ignore[attr-defined]
    assert around[0] == ("root", "p1")
    assert sorted(around[1:]) == [("beside", id_) for id_ in ("c11", "c12", "c14", "c15")]
    assert {id_ for _, id_ in around[1:3]} == {"c12", "c14"}  # the nearest in time come first
    assert held["thread"][0]["text"] == "Street sweeping starts Monday on route 1"  # type: ignore[index]
    assert held["thread_rest"] == 0


def test_a_long_thread_is_cut_and_the_rest_is_counted(city: City) -> None:
    for n in range(70):
        city.site.comment("p2", f"long{n}", f"One of many {n}")
    city.night(FIRST)
    del city.site.comments["p2"]["long35"]
    city.night(SECOND)
    city.check(SECOND)
    held = removed(city)["long35"]
    assert len(held["thread"]) == 1 + MOST_AROUND  # type: ignore[arg-type]
    assert held["thread_rest"] == 74 - MOST_AROUND


def test_the_dossier_of_a_post_holds_what_was_said_under_it(city: City) -> None:
    city.night(FIRST)
    del city.site.posts["p1"], city.site.comments["p1"]
    city.night(SECOND)
    city.check(SECOND)
    around = removed(city)["p1"]["thread"]
    assert [(one["relation"], one["native_id"]) for one in around] == [  # type: ignore[attr-defined]
        ("reply", f"c1{n}") for n in range(1, 6)
    ]


def test_the_evidence_leads_to_the_sites_own_answer_and_to_the_run_that_missed_it(city: City) -> None:
    city.night(FIRST)
    del city.site.comments["p1"]["c12"]
    night, _ = city.night(SECOND)
    city.check(SECOND)
    absence, looked = removed(city)["c12"]["evidence"]  # type: ignore[misc]
    assert (absence["what"], absence["sequence"]) == ("absence", night.sequence)
    assert absence["said"] == (
        "the listing comments of p1, read to its end (4 items of 4 that the site declares), does not show it"
    )
    assert (looked["what"], looked["said"]) == ("look-up", "the site says that there is no such item")
    address, body = city.archive.exchange(looked["exchange_key"], looked["exchange_offset"])
    assert address.endswith("/items/c12")
    assert json.loads(body) == {"error": "no such item"}


def test_the_evidence_of_a_hidden_item_is_the_listing_that_showed_it_hidden(city: City) -> None:
    city.night(FIRST)
    city.site.comments["p2"]["c21"]["hidden"] = True
    night, _ = city.night(SECOND)
    city.check(SECOND)
    (listing,) = removed(city)["c21"]["evidence"]  # type: ignore[misc]
    assert (listing["what"], listing["sequence"]) == ("listing", night.sequence)
    _, body = city.archive.exchange(listing["exchange_key"], listing["exchange_offset"])
    assert '"hidden": true' in body.decode()


def test_an_absence_that_a_check_found_is_told_in_its_words(city: City) -> None:
    city.night(FIRST)
    del city.site.posts["p1"], city.site.comments["p1"]
    city.night(SECOND)
    city.check(SECOND)
    city.check(THIRD)
    absence, _ = removed(city)["c11"]["evidence"]  # type: ignore[misc]
    assert absence["said"].endswith("what it hangs under was removed")


def test_pictures_of_earlier_versions_are_held_as_long(city: City) -> None:
    city.site.files["/files/a.png"], city.site.files["/files/b.png"] = b"\x89PNG a", b"\x89PNG b"
    city.site.comment("p1", "pictured", "Look", media=[f"{city.site.url}/files/a.png"])
    city.night(date(2020, 11, 20))
    city.site.comments["p1"]["pictured"]["media"] = [f"{city.site.url}/files/b.png"]
    city.night(FIRST)
    city.later = timedelta(days=40)
    del city.site.comments["p1"]["pictured"]
    city.night(SECOND)
    city.check(SECOND)
    held = removed(city)["pictured"]
    files = [sha256 for version in held["versions"] for sha256 in version["media"]]  # type: ignore[attr-defined]
    assert len(files) == 2
    for sha256 in files:
        standing = city.vault.store.standing(city.archive.media_object(sha256))
        assert standing.locked_until is not None
        assert standing.locked_until.date() > held["retain_until"]  # type: ignore[operator]


def test_a_deleted_post_takes_its_comments_with_it(city: City) -> None:
    city.night(FIRST)
    del city.site.posts["p1"]
    del city.site.comments["p1"]
    city.night(SECOND)
    assert city.check(SECOND).removed == ["p1"]
    held = removed(city)["p1"]
    assert held["cause"] == "city"
    assert sorted(city.check(THIRD).removed) == ["c11", "c12", "c13", "c14", "c15"]
    assert "went with it" in str(removed(city)["c11"]["cause_reason"])


def test_the_first_night_removes_nothing(city: City) -> None:
    city.night(FIRST)
    report = city.check(FIRST)
    assert (report.removed, report.looked_up) == ([], 0)


def test_no_item_goes_unlooked_at_for_longer_than_set(city: City) -> None:
    city.night(FIRST)
    city.later = timedelta(days=31)
    report = city.check(date(2026, 12, 23), look_ups=10)
    assert report.looked_up == 10
    rest = city.check(date(2026, 12, 24), look_ups=100)
    assert rest.looked_up == 14
    assert rest.oldest_look is not None
    assert rest.oldest_look > city.clock() - timedelta(minutes=1)


def test_followers_who_left_do_not_stand_in_the_way_of_the_rotation(city: City) -> None:
    city.night(FIRST)
    gone = {
        "account": ACCOUNT.slug,
        "kind": "subscriber",
        "stream": "followers",
        "within": "",
        "state": "absent",
    }
    never = {"version_sha256": "", "record_sequence": 1, "first_seen": 0, "last_seen": 0, "looked_at": 0}
    with writing(city.vault.books) as connection:
        connection.execute(ITEMS.insert(), [{**gone, **never, "native_id": f"f{n}"} for n in range(50)])
    city.later = timedelta(days=31)
    report = city.check(date(2026, 11, 22), look_ups=10)
    assert report.looked_up == 10
    assert report.oldest_look is not None
    assert report.oldest_look.year > 1970


def test_a_part_is_not_read_again_for_each_removed_item(city: City) -> None:
    """Three times at most: for what decides, for the last versions, for the history; however many are gone."""
    city.night(FIRST)
    removed_ids = list(city.site.comments["p1"])
    city.site.comments["p1"].clear()
    city.night(SECOND)
    reads: list[str] = []

    class Counting(Archive):
        def table(self, part: Part, columns: Sequence[str] | None = None) -> pa.Table:
            reads.append(part.key)
            return super().table(part, columns)

    city.archive = Counting(city.vault.store, city.vault.books)
    assert city.check(SECOND, percent_gone=100).removed == removed_ids
    assert max(Counter(reads).values()) <= 3


def test_an_old_item_that_is_gone_needs_a_second_look(city: City) -> None:
    city.night(FIRST)
    city.later = timedelta(days=31)
    del city.site.comments["p1"]["c12"]
    first = city.check(date(2026, 12, 23))
    assert (first.removed, first.pending) == ([], ["c12"])
    assert city.check(date(2026, 12, 24)).removed == ["c12"]
