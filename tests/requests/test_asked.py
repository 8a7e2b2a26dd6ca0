"""Beside what is redacted no question, and no count of its words, tells what it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from archives import make_archive, record
from correspondence import request, search
from paloverde.requests.asked import QUESTION, Asked, Unsaid, unsaid_in
from paloverde.requests.events import Searched
from paloverde.requests.redaction import released
from paloverde.requests.review import Verdict
from paloverde.search.answer import Answer
from paloverde.search.answer import search as search_archive
from requests_found import PRIVACY, decision, hit, in_part, marked

BOX = "[redacted: EX-PRIV]"
NAME = Unsaid("C-1", "Ofelia Quintero", BOX, is_whole=False)
WHOLE = Unsaid("C-2", "The pool is closed, says Ofelia Quintero", "[withheld]", is_whole=True)


def answer(folder: Path, question: str) -> Answer:
    rows = [
        record("1", "The pool is closed, says Ofelia Quintero"),
        record("2", "Pool hours, says Maria Lopez"),
    ]
    return search_archive(make_archive(folder, rows), question)


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("pool OR quintero OR lopez", f"pool OR {BOX} OR lopez"),
        ("pool OR Quintero~", f"pool OR {BOX}"),
        ("pool OR quint*", f"pool OR {BOX}"),
        ("pool NOT QUINTERO", f"pool NOT {BOX}"),
        ('pool OR "Ofelia Quintero"', f'pool OR "{BOX}"'),
        ('pool OR "with Ofelia"', f'pool OR "{BOX}"'),
        ("pool OR poster:ofelia", f"pool OR poster:{BOX}"),
        ("pool OR link:quintero", f"pool OR link:{BOX}"),
        ("pool OR #quintero", f"pool OR {BOX}"),
        ("pool OR quinteros", "pool OR quinteros"),
    ],
)
def test_a_word_that_touches_what_is_redacted_is_boxed(question: str, told: str, tmp_path: Path) -> None:
    plain = answer(tmp_path, question)
    boxed = Asked([NAME]).answer(plain, [question])
    assert boxed.question == told
    if told != question:
        for text in (boxed.sentence, boxed.question, *boxed.counts.per_term):
            assert "quint" not in text.casefold()
            assert "ofelia" not in text.casefold()
    assert boxed.counts.per_term["pool"] == plain.counts.per_term["pool"]
    assert boxed.hits == plain.hits


def test_that_a_count_is_left_out_is_said(tmp_path: Path) -> None:
    question = "pool OR quintero OR lopez"
    told = Asked([NAME]).answer(answer(tmp_path, question), [question])
    assert told.counts.per_term == {"pool": 2, "lopez": 1}
    assert "How often 1 word or phrase of the question was found is not told" in told.sentence


def test_a_record_withheld_whole_takes_counts_and_leaves_the_question(tmp_path: Path) -> None:
    question = "pool OR quintero OR lopez"
    told = Asked([WHOLE]).answer(answer(tmp_path, question), [question])
    assert told.question == question
    assert told.counts.per_term == {"lopez": 1}


def test_nothing_is_changed_where_nothing_is_kept_back(tmp_path: Path) -> None:
    question = "pool OR quintero"
    plain = answer(tmp_path, question)
    assert Asked([]).answer(plain, [question]) == plain


def test_the_searches_of_a_request_are_told_the_same_way() -> None:
    made = request(search(question="pool OR quintero", sentence="Every record with “pool” or “quintero”.",
                          per_term={"pool": 3, "quintero": 1}))  # fmt: skip
    (told,) = Asked([NAME]).request(made).all(Searched)
    assert (told.question, told.per_term) == (f"pool OR {BOX}", {"pool": 3})
    assert told.sentence.startswith(f"Every record with “pool” or “{BOX}”.")


def test_what_the_signer_accepted_may_be_told() -> None:
    first, second = hit("Says Ofelia Quintero"), hit("All of it", native_id="2")
    records = [
        released(first, in_part(first, marked(first, "Ofelia Quintero")), control="C-1"),
        released(second, decision(second, Verdict.EXEMPT, exempted=(PRIVACY,)), control="C-2"),
    ]
    assert {(one.control, one.is_whole) for one in unsaid_in(records)} >= {("C-1", False)}
    assert not [one for one in unsaid_in(records, [("C-1", QUESTION)]) if one.control == "C-1"]
