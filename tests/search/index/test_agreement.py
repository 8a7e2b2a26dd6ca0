"""The index finds what a scan of every sealed record finds: not one record of difference, whatever is asked.

`AGREEMENT_QUESTIONS` sets how many questions each archive is asked (default 45), and
`AGREEMENT_SEEDS` how many archives there are (default 2).
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from randomly import City, random_question, random_scope

from paloverde.archive.reader import Archive
from paloverde.archive.seal import Role
from paloverde.errors import BadQuestion, UnknownAccount
from paloverde.search.answer import Answer, search
from paloverde.search.index.asking import Asking
from paloverde.search.index.opening import open_index
from paloverde.search.index.upkeep import refresh
from paloverde.search.overview import Overview, overview

QUESTIONS = int(os.environ.get("AGREEMENT_QUESTIONS", "45"))
SEEDS = int(os.environ.get("AGREEMENT_SEEDS", "2"))


def asking(archive: Archive, folder: Path) -> Asking:
    index = open_index(folder)
    assert index is not None
    return Asking(archive, index)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(SEEDS))
def test_the_index_and_a_scan_of_everything_give_the_same_answers(tmp_path: Path, seed: int) -> None:
    """Several segments, versions in several of them, parts that are gone and parts that are not covered."""
    chance = random.Random(seed)
    city, folder = City(tmp_path, chance), tmp_path / "index"
    for _ in range(3):
        city.grow(2, 40)
        refresh(city.archive, folder, processes=1, largest=120)
    index = asking(city.archive, folder)
    assert len(index.index.segments) > 1
    stages: list[Callable[[], None]] = [lambda: None, lambda: city.grow(1, 30), lambda: lose(city)]
    for number, stage in enumerate(stages):
        stage()
        for _ in range(QUESTIONS // len(stages)):
            compare(city, index, random_question(chance), number)


def lose(city: City) -> None:
    """Parts that go: of records and of a removed item; some are written again."""
    parts = city.archive.parts(Role.RECORDS)
    for number, part in enumerate(city.chance.sample(parts, 4)):
        city.take_out(part, keeping=number % 2 == 0)
    city.take_out(city.chance.choice(city.archive.parts(Role.REMOVED)), keeping=False)


def compare(city: City, index: Asking, question: str, stage: int) -> None:
    last = max(seal.sequence for seal in city.archive.seals())
    scope = random_scope(city.chance, last)
    try:
        scanned = search(city.archive, question, **scope)
    except (BadQuestion, UnknownAccount) as error:
        with pytest.raises(type(error)):
            overview(city.archive, question, index, **scope)
        return
    told = f"{question!r} {scope} at stage {stage}"
    found = search(city.archive, question, index=index, **scope)
    assert plain(found) == plain(scanned), told
    per_page = city.chance.choice([1, 3, 10, 50])
    page = city.chance.randint(1, max(1, -(-len(scanned.hits) // per_page)) + 1)
    seen = overview(city.archive, question, index, page=page, per_page=per_page, **scope)
    assert plain(seen) == {
        **plain(scanned),
        "page": page,
        "per_page": per_page,
        "hits": scanned.hits[(page - 1) * per_page : page * per_page],
    }, told


def plain(answer: Answer | Overview) -> dict[str, object]:
    """Every field of an answer but the statement of what the index covered."""
    fields = {name: getattr(answer, name) for name in answer.__struct_fields__}
    fields["searched"] = msgspec.structs.replace(answer.searched, index=None)
    return fields
