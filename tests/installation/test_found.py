"""What a request found is kept with it: only a search that is really made stands in the ledger."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import update

from paloverde.installation.found import Records
from paloverde.installation.reviews import version_of
from paloverde.requests.events import Closed, Ending
from paloverde.state.tables import PARTS
from requesthall import CLERK, NOW, RequestHall


@pytest.fixture
def hall(tmp_path: Path) -> RequestHall:
    return RequestHall(tmp_path / "city")


def told(hall: RequestHall) -> Counter[str]:
    return Counter(entry.event.what for entry in hall.city.ledger.entries())


def found(hall: RequestHall) -> list[str]:
    return sorted(hit.native_id for hit in hall.city.requests.found(hall.number, CLERK.actor).values())


def test_what_was_found_is_looked_at_again_without_another_search(hall: RequestHall) -> None:
    hits = hall.search()
    before = told(hall)
    again = hall.city.requests.found(hall.number, CLERK.actor)
    assert list(again.values()) == hits
    hall.review(hits)
    hall.sign(hits)
    hall.determine()
    assert told(hall)["search made"] == before["search made"]


def test_later_nights_change_nothing_and_an_object_written_again_does(hall: RequestHall) -> None:
    hall.search()
    before = told(hall)["search made"]
    assert found(hall) == ["1", "2", "3"]
    assert told(hall)["search made"] == before
    with hall.city.vault.books.begin() as connection:
        connection.execute(update(PARTS).values(sequence=PARTS.c.sequence + 7))
    assert found(hall) == ["1", "2", "3"]
    assert found(hall) == ["1", "2", "3"]
    assert told(hall)["search made"] == before + 1


@pytest.mark.parametrize("body", [b"", b"\x93\x01", b"not what was kept"])
def test_a_file_that_is_cut_short_is_searched_for_again(hall: RequestHall, body: bytes) -> None:
    hall.search()
    (file,) = (hall.home / "found" / hall.number).iterdir()
    assert file.stat().st_mode & 0o077 == 0
    file.write_bytes(body)
    before = told(hall)["search made"]
    assert found(hall) == ["1", "2", "3"]
    assert told(hall)["search made"] == before + 1


def test_a_look_at_private_records_stands_in_the_ledger_though_nothing_is_searched(hall: RequestHall) -> None:
    hall.city.requests.search(hall.number, "pool", CLERK, include_private=True)
    before = told(hall)
    found(hall)
    (entry,) = [
        one.event for one in hall.city.ledger.entries() if one.event.what == "found records looked at"
    ]
    assert (entry.actor, entry.about["request"], entry.about["records"]) == (CLERK.actor, hall.number, "3")
    assert told(hall)["search made"] == before["search made"]


def test_nothing_is_kept_of_a_request_that_is_closed(hall: RequestHall) -> None:
    hall.search()
    end = Closed(by=CLERK, at=NOW, ending=Ending.WITHDRAWN, note="by telephone", closed_on=NOW.date())
    hall.city.requests.file(hall.number, end)
    kept = hall.home / "found" / hall.number
    assert not kept.exists()
    assert found(hall) == ["1", "2", "3"]
    assert not kept.exists()
    kept.mkdir()  # as an interruption leaves it
    hall.city.requests.settle_holds()
    assert not kept.exists()


def test_a_record_is_read_when_it_is_first_looked_at_and_no_other_with_it(hall: RequestHall) -> None:
    first, second, _ = hall.search()
    of = version_of(first), version_of(second)
    unreadable = msgspec.Raw(b"\xc1")  # no MessagePack
    records = Records({of[0]: msgspec.Raw(msgspec.msgpack.encode(first)), of[1]: unreadable})
    assert (len(records), [*records], of[1] in records) == (2, [*of], True)
    assert records[of[0]] == first
    with pytest.raises(msgspec.DecodeError):
        records[of[1]]


def test_a_file_in_which_a_letter_has_changed_is_searched_for_again(hall: RequestHall) -> None:
    hall.search()
    (file,) = (hall.home / "found" / hall.number).iterdir()
    file.write_bytes(file.read_bytes().replace(b"Pool hours", b"Pool hoars"))
    before = told(hall)["search made"]
    texts = [hit.text for hit in hall.city.requests.found(hall.number, CLERK.actor).values()]
    assert "Pool hours on Monday" in texts
    assert told(hall)["search made"] == before + 1


def test_of_two_searches_each_record_comes_once_in_the_order_of_the_searches(hall: RequestHall) -> None:
    for question in ("hours", "pool", "sale"):
        hall.search(question)
    first = next(iter(hall.city.requests.found(hall.number, CLERK.actor).values()))
    assert first.native_id == "2"
    assert found(hall) == ["1", "2", "3"]
