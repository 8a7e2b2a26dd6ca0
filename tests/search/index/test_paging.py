"""A page is what sorting all hits would show there, however early the look at them stops."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from operator import itemgetter

import numpy as np
import pytest
from randomly import City

from paloverde.search.index.arrow import rows
from paloverde.search.index.layout import Mask
from paloverde.search.index.opening import Index, open_index
from paloverde.search.index.paging import Key, page
from paloverde.search.index.upkeep import refresh

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NAMES = ("account", "kind", "native_id", "observed_at", "version_sha256")


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    """Two segments of more than a hundred documents."""
    folder = tmp_path_factory.mktemp("paging")
    city = City(folder, random.Random(4))
    for _ in range(2):
        city.grow(3, 60)
        refresh(city.archive, folder / "index", processes=1, largest=1_000)
    index = open_index(folder / "index")
    assert index is not None
    assert len(index.segments) > 1
    assert all(segment.documents > 100 for segment in index.segments)
    return index


def key(time: int, row: dict[str, object]) -> Key:
    return (time, *(row[name] for name in NAMES))  # type: ignore[return-value]


def all_keys(index: Index, masks: list[Mask], others: list[Key]) -> list[Key]:
    found = [*others]
    for segment, mask in zip(index.segments, masks, strict=True):
        documents = np.flatnonzero(mask)
        times = segment.columns.time[documents].tolist()
        shown = rows(segment.rows(documents))
        found += [key(time, row) for time, row in zip(times, shown, strict=True)]
    return sorted(found, key=itemgetter(slice(None)))


def elsewhere(chance: random.Random, index: Index) -> list[Key]:
    """Hits that are not of the index, some of them at the same moments as hits that are."""
    times = index.segments[0].columns.time
    seen = EPOCH + timedelta(days=20_000)
    return [
        (int(times[chance.randrange(len(times))]) + chance.choice([0, 0, 1]), "a", "post", str(n), seen, "f")
        for n in range(chance.choice([0, 3, 30]))
    ]


@pytest.mark.parametrize("newest_first", [False, True])
@pytest.mark.parametrize("step", [1, 3, 16, 1_000])
@pytest.mark.parametrize("seed", range(6))
def test_a_page_is_what_sorting_all_hits_shows(
    index: Index, seed: int, step: int, newest_first: bool
) -> None:
    chance = random.Random(seed)
    for share in (1.0, 0.7, 0.2, 0.02):
        masks = [
            np.array([chance.random() < share for _ in range(segment.documents)])
            for segment in index.segments
        ]
        others = elsewhere(chance, index)
        wanted = all_keys(index, masks, others)[:: -1 if newest_first else 1]
        for long in (1, 2, 5, 50):
            start = chance.choice(
                [0, 1, long, 3 * long, len(wanted) // 2, max(0, len(wanted) - long), 10_000]
            )
            stop = start + long
            found = page(index.segments, masks, others, start, stop, newest_first=newest_first, step=step)
            assert [one.key for one in found] == wanted[start : start + long], (share, start, long)
