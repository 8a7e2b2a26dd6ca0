"""Which documents answer is decided as `matching.answers` decides it for each, over thousands of random questions."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from randomly import City, random_question

from paloverde.search.index.asking import Asking
from paloverde.search.index.evaluating import held_by_all
from paloverde.search.index.opening import open_index
from paloverde.search.index.upkeep import refresh
from paloverde.search.matching import Row, answers
from paloverde.search.question import ask
from paloverde.search.removals import read_removals

QUESTIONS = int(os.environ.get("AGREEMENT_QUESTIONS", "600"))
SEEDS = 3


@pytest.mark.parametrize("seed", range(SEEDS))
def test_every_document_answers_where_its_record_does(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    city, folder = City(tmp_path, chance), tmp_path / "index"
    for _ in range(2):
        city.grow(2, 25)
        refresh(city.archive, folder, processes=1, largest=60)
    index = open_index(folder)
    assert index is not None
    asking = Asking(city.archive, index)
    rows = dict(seen(city, asking))
    assert len(rows) == index.documents
    look = asking.look(asking.now().head)
    for _ in range(QUESTIONS):
        question = random_question(chance)
        tree = ask(question).tree
        masks = look.find(tree, include_private=True)
        found = {
            (number, document)
            for number, mask in enumerate(masks)
            for document in np.flatnonzero(mask).tolist()
        }
        assert found == {place for place, row in rows.items() if answers(tree, row)}, question


def seen(city: City, asking: Asking) -> Iterator[tuple[tuple[int, int], Row]]:
    """Each document as a question sees its record, from what was sealed."""
    parts = {
        (part.part.key, part.sequence): part for role in ("records", "removed") for part in city.parts(role)
    }
    removals = read_removals(city.archive, city.parts("removed"))
    for number, segment in enumerate(asking.index.segments):
        for document in range(segment.documents):
            covered = segment.covered[segment.columns.part[document]]
            part = parts[covered.key, covered.sequence]
            row = city.row_of(part, int(segment.columns.row[document]))
            item = (row["account"], row["kind"], row["native_id"])
            described = [medium["alt_text"] for medium in row["media"] if medium["alt_text"]]
            types = [medium["type"] for medium in row["media"]]
            is_removed = item in removals.by_item
            yield (
                (number, document),
                Row(row, row["posted_at"], row["observed_at"], described, removed=is_removed, media=types),
            )


@pytest.mark.parametrize(
    ("question", "held"),
    [
        ("park", {"park"}),
        ('"of the" w/5 city', {"of the", "city"}),
        ("park (street OR road)", {"park"}),
        ("(park OR street) w/5 road", {"road"}),
        ("park NOT street", {"park"}),
        ("poster:rosa removed:yes", set()),
        ("park from:2025-01-01", {"park"}),
    ],
)
def test_only_what_every_answer_holds_is_not_counted(question: str, held: set[str]) -> None:
    assert {term.written for term in held_by_all(ask(question).tree)} == held
