"""What answered lately is remembered as it was, never mixed up, and given up when there is no room."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
from randomly import City

from paloverde.search.index.answered import Answered, Asked
from paloverde.search.index.asking import Asking
from paloverde.search.index.layout import Mask
from paloverde.search.index.opening import open_index
from paloverde.search.index.upkeep import refresh
from paloverde.search.overview import Overview, overview
from paloverde.search.question import ask
from paloverde.search.tree import And, Node


def asked(question: str, head: int = 7, *, last: int = 7, include_private: bool = False) -> Asked:
    return Asked(head, last, include_private, ask(question).tree)


def masks(seed: int, *sizes: int) -> list[Mask]:
    chance = np.random.default_rng(seed)
    return [chance.random(size) < 0.3 for size in sizes]


def plain(several: list[Mask] | None) -> list[list[bool]] | None:
    return None if several is None else [mask.tolist() for mask in several]


def test_an_answer_comes_back_bit_for_bit() -> None:
    answered, given = Answered(), masks(1, 1, 7, 8, 9, 1_000, 0)
    answered.keep(asked("pool"), given)
    assert plain(answered.find(asked("pool"))) == plain(given)


@pytest.mark.parametrize(
    "other",
    [asked("park"), asked("pool", last=6), asked("pool", include_private=True), asked("pool", 8, last=7)],
)
def test_another_question_is_not_answered_by_it(other: Asked) -> None:
    answered = Answered()
    answered.keep(asked("pool"), masks(1, 50))
    assert answered.find(other) is None


def test_a_caller_may_write_into_what_it_was_given() -> None:
    answered, given = Answered(), masks(1, 50)
    before = plain(given)
    answered.keep(asked("pool"), given)
    given[0][:] = True
    again = answered.find(asked("pool"))
    assert again is not None
    again[0][:] = False
    assert plain(answered.find(asked("pool"))) == before


def test_with_another_sealed_run_all_is_forgotten() -> None:
    answered = Answered()
    answered.keep(asked("pool", 7), masks(1, 50))
    answered.keep(asked("park", 8), masks(2, 50))
    assert answered.find(asked("pool", 7)) is None
    assert answered.find(asked("park", 8)) is not None


def test_those_not_asked_for_longest_make_room() -> None:
    answered = Answered(room=250)
    for number, question in enumerate(("pool", "park", "street")):
        answered.keep(asked(question), masks(number, 800))
        assert answered.find(asked("pool")) is not None  # it is asked for again each time
    assert [answered.find(asked(question)) is not None for question in ("park", "street")] == [False, True]


def test_one_answer_is_kept_however_long_it_is() -> None:
    answered = Answered(room=10)
    answered.keep(asked("pool"), masks(1, 8_000))
    assert answered.find(asked("pool")) is not None


def test_of_a_question_with_more_words_only_these_are_left_to_ask() -> None:
    answered, given = Answered(), masks(1, 50)
    answered.keep(asked("pool dog"), given)
    tree = ask("pool dog hours park").tree
    assert isinstance(tree, And)
    found = answered.find_part(asked("pool dog hours park"))
    assert found is not None
    assert (plain(found[0]), found[1]) == (plain(given), And(tree.nodes[2:]))
    one = answered.find_part(asked("pool dog park"))
    assert one is not None
    assert one[1] == ask("park").tree
    for other in ("dog pool hours", "pool", "pool OR dog", "pool dog"):
        assert answered.find_part(asked(other)) is None


@pytest.mark.parametrize("seed", range(3))
def test_asked_again_refined_or_turned_the_answer_is_the_same(tmp_path: Path, seed: int) -> None:
    """One who remembers and one who has just opened the index say the same, also after another night."""
    chance = random.Random(seed)
    city = City(tmp_path, chance)
    city.grow(2, 40)
    refresh(city.archive, tmp_path / "index", processes=1)
    remembers = opened(city, tmp_path)
    for night in range(2):
        words = ["the", "*a*", "park OR street", "the w/5 of", "NOT pool", "removed:no", "kind:comment", "*e"]
        for _ in range(30):
            question = " ".join(f"({chance.choice(words)})" for _ in range(chance.choice([1, 2, 2, 3, 4])))
            page, newest_first = chance.choice([1, 2]), chance.random() < 0.5
            found, fresh = (
                overview(city.archive, question, index, page=page, per_page=10, newest_first=newest_first)
                for index in (remembers, opened(city, tmp_path))
            )
            assert told(found) == told(fresh), (question, night)
        city.grow(1, 10)


def opened(city: City, folder: Path) -> Asking:
    index = open_index(folder / "index")
    assert index is not None
    return Asking(city.archive, index)


def told(found: Overview) -> dict[str, object]:
    return {name: getattr(found, name) for name in found.__struct_fields__}


def test_nothing_known_is_nothing_found() -> None:
    tree: Node = ask("pool").tree
    assert Answered().find(Asked(1, 1, True, tree)) is None
