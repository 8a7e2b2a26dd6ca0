"""Many texts looked for in one pass: every place that a plain search finds, and no other."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from paloverde.archive.needles import Needles
from paloverde.archive.pieces import LEAST


def plainly(needles: set[str], text: str) -> set[tuple[str, int]]:
    return {
        (needle, at)
        for needle in needles
        for at in range(len(text) - len(needle) + 1)
        if text.startswith(needle, at)
    }


@given(
    st.sets(st.text("ab🧹", min_size=LEAST, max_size=LEAST + 8), max_size=8),
    st.text("ab🧹", max_size=80),
    st.data(),
)
def test_every_place_is_found_once_and_those_of_one_in_order(
    needles: set[str], noise: str, data: st.DataObject
) -> None:
    chosen = data.draw(st.lists(st.sampled_from(sorted(needles)), max_size=4)) if needles else []
    text = noise.join(["", *chosen, ""])
    marks = {needle: data.draw(st.integers(0, len(needle) - LEAST)) for needle in needles}
    found = list(Needles(marks.items()).places(text))
    assert len(found) == len(set(found))
    assert set(found) == plainly(needles, text)
    for needle in needles:
        places = [at for one, at in found if one == needle]
        assert places == sorted(places)


def test_the_places_of_a_needle_that_overlaps_itself_are_in_order() -> None:
    needle = "ab" * 7
    found = Needles([(needle, 0)]).places("ab" * 12)
    assert found == [(needle, at) for at in range(0, 12, 2)]
