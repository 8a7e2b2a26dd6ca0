"""The page that says what each site gives speaks of every site and of every subject."""

from __future__ import annotations

from paloverde.platforms import PLATFORMS
from paloverde.platforms.capability import KINDS, Subject
from paloverde.platforms.matrix import reference


def test_every_site_has_a_column_and_every_subject_a_row() -> None:
    sites = reference().partition("## Hiding")[0]
    table = [line for line in sites.splitlines() if line.startswith("|")]
    assert table[0].count("|") == len(PLATFORMS) + 2
    assert [line.split("|")[1].strip() for line in table[2:]] == [subject.value for subject in Subject]
    assert {line.count("|") for line in table} == {len(PLATFORMS) + 2}


def test_every_limit_is_a_note_and_is_referred_to_once() -> None:
    page = reference()
    limits = [
        gives.limit for platform in PLATFORMS.values() for gives in platform.gives.values() if gives.limit
    ]
    for number, limit in enumerate(limits, 1):
        assert page.count(f"({number})") == 1
        assert f"\n{number}. **" in page
        assert limit in page


def test_every_subject_says_which_kinds_of_records_it_concerns() -> None:
    assert KINDS.keys() == set(Subject)
    assert all(KINDS.values())
