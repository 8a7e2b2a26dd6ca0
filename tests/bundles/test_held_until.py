"""Until when a removed item is held, in search lines and bundles: what has passed is told as past."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from zipfile import ZipFile

import pytest

from archives import SIGNER
from paloverde.bundles.build import build_bundle
from paloverde.commands.search import about
from paloverde.search.answer import search
from retention.removals import Office, gone


@pytest.mark.parametrize(
    ("now", "said", "unsaid"),
    [
        (datetime(2028, 3, 3, 20, tzinfo=UTC), "To be kept until", "Was held until"),
        (datetime(2028, 3, 4, 20, tzinfo=UTC), "Was held until", "To be kept until"),
    ],
)
def test_a_bundle_tells_a_time_that_has_passed_as_past(
    tmp_path: Path, now: datetime, said: str, unsaid: str
) -> None:
    office = Office(tmp_path, [gone("1")])
    answer = search(office.archive, "gone")
    build_bundle(answer, office.archive, SIGNER, name="1", agency="City", now=now, out=tmp_path / "b.zip")
    with ZipFile(tmp_path / "b.zip") as box:
        pages = "".join(box.read(name).decode() for name in box.namelist() if name.endswith("00001.html"))
    assert said in pages
    assert unsaid not in pages


def test_a_line_of_a_search_tells_a_time_that_has_passed_as_past(tmp_path: Path) -> None:
    (hit,) = search(Office(tmp_path, [gone("1")]).archive, "gone").hits
    assert ", held until Fri, Mar 3, 2028" in about(hit, date(2028, 3, 3))
    assert ", was held until Fri, Mar 3, 2028" in about(hit, date(2028, 3, 4))
