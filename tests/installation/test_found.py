"""What a request found is kept with it: only a search that is really made stands in the ledger."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import update

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
