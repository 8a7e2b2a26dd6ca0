"""The register of Bates numbers: no page of a prefix is given twice, whatever was given up meanwhile."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matters import COUNSEL, NOW
from paloverde.errors import BadQuestion
from paloverde.productions.bates import Bates, Reach
from paloverde.productions.register import Burnt, Register

BATES = Bates("PDC")


def taken(register: Register, production: str, pages: int) -> Register:
    act = register.take(production, pages, "of", COUNSEL, NOW)
    return Register(register.bates, (*register.events, act))


def burnt(register: Register, production: str) -> Register:
    mine = register.of(production)
    if mine is None:
        return register
    act = Burnt(production=production, reach=mine.reach, why="given up", by=COUNSEL, at=NOW)
    return Register(register.bates, (*register.events, act))


@given(st.lists(st.tuples(st.sampled_from("ABC"), st.integers(1, 40), st.booleans()), max_size=20))
def test_no_number_is_given_twice_though_productions_are_given_up(steps: list[tuple[str, int, bool]]) -> None:
    register = Register(BATES)
    for production, pages, is_given_up in steps:
        register = taken(register, production, pages)
        register = burnt(register, production) if is_given_up else register
    every = [page for one in register.reserved for page in range(one.reach.first, one.reach.last + 1)]
    assert every == list(range(1, len(every) + 1))


def test_a_production_has_its_newest_numbers_and_none_that_are_burnt() -> None:
    register = taken(taken(Register(BATES), "PROD-2026-0001", 10), "PROD-2026-0002", 5)
    mine = register.of("PROD-2026-0001")
    assert mine is not None
    assert mine.reach == Reach(1, 10)
    given_up = burnt(register, "PROD-2026-0001")
    assert given_up.of("PROD-2026-0001") is None
    assert given_up.next_page == 16
    assert [line.split("  ")[1] for line in given_up.told()] == ["PROD-2026-0001, burnt", "PROD-2026-0002"]


def test_a_number_leads_to_its_production() -> None:
    register = taken(taken(Register(BATES), "PROD-2026-0001", 10), "PROD-2026-0002", 5)
    assert register.holder("PDC0000010") == "PROD-2026-0001"
    assert register.holder("PDC0000011") == "PROD-2026-0002"
    assert register.holder("PDC0000016") == ""


def test_a_list_names_each_number_as_it_stands_on_its_page() -> None:
    register = taken(Register(Bates("PDC", 4)), "PROD-2026-0001", 10)
    listed = Register(Bates("PDC"), register.events)  # as whoever lists all prefixes asks
    assert list(listed.told()) == ["PDC0001 to PDC0010  PROD-2026-0001"]


def test_a_number_is_written_in_the_digits_that_stand_on_the_page() -> None:
    assert BATES.page("PDC0000012") == 12
    with pytest.raises(BadQuestion, match="is no Bates number"):
        BATES.page("PDC٠٠٠٠٠١٢")


def test_a_prefix_keeps_its_digits_and_ends_with_them() -> None:
    register = taken(Register(BATES), "PROD-2026-0001", 10)
    with pytest.raises(BadQuestion, match="with 7 digits"):
        Register(Bates("PDC", 8), register.events).take("PROD-2026-0002", 1, "of", COUNSEL, NOW)
    with pytest.raises(BadQuestion, match="begin a new prefix"):
        Register(Bates("PDC", 4)).take("PROD-2026-0002", 10_000, "of", COUNSEL, NOW)
