"""Hits are counted by stretches and paged by time as one would who looks at each of them."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import numpy as np
import pytest

from archives import NIGHT, Row, add_night, make_archive, record
from paloverde.search.index.layout import Mask
from paloverde.search.index.opening import Index, open_index
from paloverde.search.index.paging import page
from paloverde.search.index.tally import Twins, items, items_of_few, sums, together
from paloverde.search.index.upkeep import refresh


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    """Two segments of records of which many are of one second, one item or one version."""
    folder, chance = tmp_path_factory.mktemp("city"), random.Random(2)
    archive = make_archive(folder, rows(chance, 0))
    refresh(archive, folder / "index", processes=1)
    for row in rows(chance, 7):
        add_night(archive, row["account"], row["observed_at"].date(), [row])
    refresh(archive, folder / "index", processes=1, largest=300)
    opened = open_index(folder / "index")
    assert opened is not None
    return opened


def rows(chance: random.Random, later: int) -> Iterator[Row]:
    for _ in range(200 if later == 0 else 20):
        number, text = chance.randint(0, 60), chance.choice(["one", "two", "three"])
        when = NIGHT - timedelta(days=chance.randint(0, 90))
        yield record(
            str(number),
            text,
            kind=chance.choice(["post", "comment"]),
            account=chance.choice(["facebook-springfield", "x-springfield"]),
            posted_at=chance.choice([None, when, NIGHT]),
            observed_at=NIGHT + timedelta(days=later),
        )


def random_masks(index: Index, chance: random.Random) -> list[Mask]:
    share = chance.choice([0.0, 0.03, 0.5, 1.0])
    return [np.array([chance.random() < share for _ in range(one.documents)], bool) for one in index.segments]


def told(index: Index, masks: list[Mask]) -> list[Row]:
    """The rows of the documents, with where they are."""
    return [
        row | {"segment": number, "document": document}
        for number, (segment, mask) in enumerate(zip(index.segments, masks, strict=True))
        for document, row in zip(
            np.flatnonzero(mask).tolist(), segment.rows(np.flatnonzero(mask)).to_pylist(), strict=True
        )
    ]


@pytest.mark.parametrize("seed", range(8))
def test_hits_are_counted_by_what_they_are(index: Index, seed: int) -> None:
    masks = random_masks(index, random.Random(seed))
    found, rows_ = together(map(sums, index.segments, masks)), told(index, masks)
    assert len(index.segments) > 1
    assert (found.hits, found.undated) == (len(rows_), sum(row["posted_at"] is None for row in rows_))
    assert found.per_account == Counter(row["account"] for row in rows_)
    assert found.per_kind == Counter(row["kind"] for row in rows_)
    assert sum(found.per_month.values()) == len(rows_)
    named = {(row["account"], row["kind"], row["native_id"]) for row in rows_}
    assert items(index, masks) == len(named)
    assert items_of_few(index, [np.flatnonzero(mask).astype(np.uint32) for mask in masks]) == len(named)


@pytest.mark.parametrize("seed", range(8))
def test_of_each_version_the_first_that_answers_is_left(index: Index, seed: int) -> None:
    masks = random_masks(index, random.Random(seed))
    rows_, left = told(index, masks), told(index, Twins(index).leave_first(masks))
    first: dict[tuple[object, ...], tuple[object, ...]] = {}
    for row in rows_:
        segment = index.segments[row["segment"]]
        columns = segment.columns
        part = segment.covered[columns.part[row["document"]]]
        order = (part.role != "records", part.of_run, part.key, int(columns.row[row["document"]]))
        version = (row["account"], row["kind"], row["native_id"], row["version_sha256"])
        first[version] = min(first.get(version, order), order)
    assert len(left) == len(first)
    kept = {(row["account"], row["kind"], row["native_id"], row["version_sha256"]): row for row in left}
    for version, row in kept.items():
        segment = index.segments[row["segment"]]
        part = segment.covered[segment.columns.part[row["document"]]]
        assert first[version][1:3] == (part.of_run, part.key)


@pytest.mark.parametrize("seed", range(8))
def test_a_page_is_a_stretch_of_all_hits_in_order(index: Index, seed: int) -> None:
    chance = random.Random(seed)
    masks = random_masks(index, chance)
    keys = sorted(
        (row["posted_at"] or row["observed_at"], row["account"], row["kind"], row["native_id"], row["observed_at"],
         row["version_sha256"])
        for row in told(index, masks)
    )  # fmt: skip
    for size in (1, 7, 50, 1000):
        for start in range(0, len(keys) + size, size):
            found = page(index.segments, masks, [], start, start + size)
            assert [place.key[1:] for place in found] == [key[1:] for key in keys[start : start + size]]
