"""The numbers of a response before it is built are those that its bundle has."""

from __future__ import annotations

from pathlib import Path

import pytest

from paloverde.installation.gathered import Gathered
from paloverde.installation.preview import preview_of
from paloverde.requests.releasing import Pair, released_all
from paloverde.search.hits import Kept
from requesthall import RequestHall
from requests_found import decision, hit, in_part, sha

WHITE, BLUE, BLACK = (Kept(type="photo", sha256=sha(color)) for color in ("white", "blue", "black"))


@pytest.fixture
def hall(tmp_path: Path) -> RequestHall:
    return RequestHall(tmp_path / "city")


def test_a_file_that_several_records_have_is_counted_once(hall: RequestHall) -> None:
    one = hit("One", native_id="1", media=[WHITE, BLACK])
    other = hit("Other", native_id="2", media=[WHITE, BLUE, BLACK])
    withheld = sha("black")
    pairs = [
        Pair(one, in_part(one, withheld_media=(withheld,)), "A-1"),
        Pair(other, in_part(other, withheld_media=(withheld,)), "A-2"),
        Pair(again := hit("Again", native_id="3", media=[WHITE]), decision(again), "A-3"),
    ]
    request, review = hall.city.requests.get(hall.number), hall.city.reviews.get(hall.number)
    found = Gathered(request, review, {}, pairs, released_all(pairs), None, None)
    counts = preview_of(hall.number, found, []).counts
    assert (counts["pictures and files"], counts["pictures and files withheld"]) == (2, 1)
