"""What is kept of a finding: its words never, their places; how it stands; how people measure the checks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paloverde.watch.check import Finding, Span
from paloverde.watch.findings import State, Verdict, kept, quotes, state_of, with_words

TEXT = "My number is 760-555-0101, call me after six."
AT = datetime(2026, 11, 20, 20, tzinfo=UTC)


def finding(said: str, *spans: Span) -> Finding:
    return Finding(
        check="personal-information", check_version=1, about="facebook-palmaria/comment/7", said=said,
        next="Ask Ruth whether “My number” may stay.", version_sha256="ab" * 32, spans=spans,
    )  # fmt: skip


def test_no_word_of_a_record_is_kept_and_every_word_comes_back() -> None:
    found = finding("A telephone number stands in it: “760-555-0101”.", Span(13, 25, "760-555-0101"))
    row = msgspec.json.encode(kept(found, TEXT)).decode()
    assert "760" not in row
    assert "My number" not in row
    one = msgspec.json.decode(row, type=type(kept(found, TEXT)))
    assert quotes(one)
    said, next_, spans = with_words(one, TEXT)
    assert (said, next_, spans) == (found.said, found.next, found.spans)


def test_what_is_in_the_archive_no_more_is_not_shown() -> None:
    found = finding("It says “760-555-0101”.", Span(13, 25, "760-555-0101"))
    said, next_, spans = with_words(kept(found, TEXT), None)
    assert said == "It says “…”."
    assert next_ == "Ask Ruth whether “…” may stay."
    assert [span.words for span in spans] == ["…"]


def test_a_quotation_that_was_cut_short_comes_back_cut_short() -> None:
    found = finding("It begins “My number is…”.")
    one = kept(found, TEXT)
    assert "number" not in one.said
    assert with_words(one, TEXT)[0] == found.said


def test_a_quotation_of_something_else_stays() -> None:
    found = finding("It lacks “Official account of the City”.")
    assert with_words(kept(found, TEXT), None)[0] == found.said


@given(
    text=st.text(max_size=60),
    before=st.text(max_size=10),
    start=st.integers(0, 60),
    length=st.integers(1, 30),
)
def test_whatever_a_record_says_a_quotation_of_it_comes_back(
    text: str, before: str, start: int, length: int
) -> None:
    words = text[start : start + length].strip()
    plain = "".join(one for one in before if one not in "“”\ue000\ue001")
    if not words or set(words) & set("“”…\ue000\ue001"):
        return
    found = finding(f"{plain}It says “{words}”.")
    one = kept(found, text)
    assert with_words(one, text)[0] == found.said
    assert with_words(one, None)[0] == f"{plain}It says “…”."


def test_an_answer_stands_until_the_same_is_found_anew() -> None:
    later = AT + timedelta(days=2)
    assert state_of(AT, None, None) is State.OPEN
    assert state_of(AT, None, later) is State.ANSWERED
    assert state_of(AT, later, later) is State.ENDED
    assert state_of(later, None, AT) is State.OPEN


@pytest.mark.parametrize("verdict", Verdict)
def test_every_verdict_has_its_words(verdict: Verdict) -> None:
    assert verdict.in_words
