"""The sheet of the ASVS has every requirement of level 2, names only what is there, and its page is fresh."""

from __future__ import annotations

import pytest

from security.asvs import PAGE, Row, Stands, page, requirements, sheet
from security.evidence import is_there

# How many requirements of levels 1 and 2 each section of ASVS 5.0.0 has; they come first in their section.
SECTIONS = {
    "1.1": 2, "1.2": 9, "1.3": 11, "1.4": 3, "1.5": 2, "2.1": 3, "2.2": 3, "2.3": 4, "2.4": 1, "3.2": 2, "3.3": 4,
    "3.4": 6, "3.5": 5, "3.7": 2, "4.1": 3, "4.2": 1, "4.3": 2, "4.4": 4, "5.1": 1, "5.2": 3, "5.3": 2, "5.4": 3,
    "6.1": 3, "6.2": 12, "6.3": 4, "6.4": 4, "6.5": 5, "6.6": 3, "6.8": 4, "7.1": 3, "7.2": 4, "7.3": 2, "7.4": 5,
    "7.5": 2, "7.6": 2, "8.1": 2, "8.2": 3, "8.3": 1, "8.4": 1, "9.1": 3, "9.2": 4, "10.1": 2, "10.2": 2, "10.3": 4,
    "10.4": 11, "10.5": 5, "10.6": 2, "10.7": 3, "11.1": 2, "11.2": 3, "11.3": 3, "11.4": 4, "11.5": 1, "11.6": 1,
    "12.1": 3, "12.2": 2, "12.3": 4, "13.1": 1, "13.2": 5, "13.3": 2, "13.4": 5, "14.1": 2, "14.2": 4, "14.3": 3,
    "15.1": 3, "15.2": 3, "15.3": 7, "16.1": 1, "16.2": 5, "16.3": 4, "16.4": 3, "16.5": 3, "17.1": 1, "17.2": 4,
    "17.3": 2,
}  # fmt: skip


def test_every_requirement_of_level_two_has_one_row() -> None:
    wanted = {f"{section}.{n}" for section, count in SECTIONS.items() for n in range(1, count + 1)}
    assert len(wanted) == 253
    assert requirements().keys() == wanted
    grouped = [number for group in sheet().not_here for number in group.ids]
    assert not set(grouped) & sheet().rows.keys()
    assert len(set(grouped)) == len(grouped)


@pytest.mark.parametrize(("number", "row"), requirements().items(), ids=lambda value: str(value)[:8])
def test_a_row_has_its_evidence_or_its_reason(number: str, row: Row) -> None:
    assert [name for name in row.by if not is_there(name)] == [], number
    assert row.by or row.stands in (Stands.NA, Stands.UNMET), f"{number} is claimed without evidence"
    assert row.says or row.stands is Stands.MET, f"{number} does not say what is missing"


def test_every_short_name_is_a_file_and_used() -> None:
    used = {name.partition("::")[0] for row in sheet().rows.values() for name in row.by}
    assert sheet().files.keys() - used == set()


def test_the_page_is_fresh() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run `make docs` and keep what it writes"
