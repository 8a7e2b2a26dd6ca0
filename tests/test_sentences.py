"""Numbers, dates and times as sentences say them: one of a thing is never told in the plural."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paloverde.wording import (
    at_time,
    brief,
    ended,
    long_date,
    several,
    short,
    short_moment,
    some,
    spoken,
    zoned_moment,
)

ROOT = Path(__file__).parents[1] / "include" / "paloverde"
DAY, MOMENT = date(2027, 1, 8), datetime(2027, 1, 9, 1, 5, tzinfo=UTC)  # still Friday in the City
# The sites' own words; what runs without this package; what sealed gaps say and searches compare.
BESIDE = ("desk/", "simulator/", "platforms/", "bundles/verify", "archive/log/", "search/")
COUNTED = {
    *("accounts", "answers", "bundles", "comments", "files", "gaps", "hits", "holds", "items", "letters"),
    *("minutes", "objects", "places", "posts", "questions", "records", "reminders", "requests", "rows"),
    *("runs", "segments", "things", "versions"),
}


@given(st.integers(min_value=0, max_value=10**12))
def test_one_is_singular_and_every_other_number_is_not(number: int) -> None:
    assert some(number, "record") == f"{number:,} {'record' if number == 1 else 'records'}"
    assert some(number, "reply is", "replies are").endswith("reply is" if number == 1 else "replies are")


def test_several_names_are_cut_with_their_number() -> None:
    assert several(["a", "b"]) == "a, b"
    assert several([str(number) for number in range(8)]) == "0, 1, 2, 3, 4 and 3 more"


@pytest.mark.parametrize(("text", "whole"), [("Who, and when?", "Who, and when?"), ("x", "x."), ("x.", "x.")])
def test_a_sentence_ends_once(text: str, whole: str) -> None:
    assert ended(text) == whole


def test_days_and_moments_are_the_city_s_own_with_their_weekday() -> None:
    assert long_date(DAY) == "January 8, 2027"
    assert spoken(DAY) == "Friday, January 8, 2027"
    assert short(DAY) == "Fri, Jan 8, 2027"
    assert short_moment(MOMENT) == "Fri, Jan 8, 2027, 5:05 p.m. PST"
    assert zoned_moment(MOMENT) == "Friday, January 8, 2027, 17:05 PST"
    assert at_time(MOMENT) == "Friday, January 8, 2027, at 5:05 p.m. Pacific time"
    assert brief(MOMENT) == "Fri, Jan 8, 2027, 5:05 p.m."


def bare_plurals(text: str) -> Iterator[str]:
    """Counts in a source's messages whose noun is a plural whatever the number is."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.JoinedStr):
            for number, after in zip(node.values, node.values[1:], strict=False):
                if _counts(number) and isinstance(after, ast.Constant):
                    words = str(after.value).split()
                    if str(after.value).startswith(" ") and words and words[0].rstrip(".,;:)") in COUNTED:
                        yield f"line {node.lineno}: {ast.unparse(node)}"


def _counts(node: ast.expr) -> bool:
    """Whether a value is a number of things that may be one: no limit of ours, no `x of y`."""
    if not isinstance(node, ast.FormattedValue):
        return False
    is_limit = isinstance(node.value, ast.Name) and node.value.id.strip("_").isupper()
    spec = ast.unparse(node.format_spec) if node.format_spec else ""
    is_len = isinstance(node.value, ast.Call) and getattr(node.value.func, "id", "") == "len"
    return not is_limit and ("," in spec or is_len)


def test_a_bare_plural_would_be_found() -> None:
    assert [*bare_plurals("f'{number:,} records are here'")]
    assert [*bare_plurals("f'It has {len(found)} items.'")]
    assert not [*bare_plurals("f'at most {_LONGEST:,} records'")]
    assert not [*bare_plurals("f\"{some(number, 'record')} there\"")]


def test_no_message_counts_one_of_a_thing_in_the_plural() -> None:
    found = {
        f"{path.relative_to(ROOT)}: {told}"
        for path in sorted(ROOT.rglob("*.py"))
        if not str(path.relative_to(ROOT)).startswith(BESIDE)
        for told in bare_plurals(path.read_text(encoding="utf-8"))
    }
    assert found == set()
