"""A search as it may be told beside redacted records: what was asked, how often each word was found. Pure.

Next to a redacted name, the words `quintero OR lopez` with how often each was found tell which of them it is.
So a word or phrase that touches what is redacted stands as a box wherever the question is told, and its count
is told nowhere. Of a record that is withheld whole the question tells no more than that it was found; how
often each word was found would, and is left out. Whoever signs the review may accept that a question is told
as it was put: the pair of the record's control number and `QUESTION`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator

import msgspec

from paloverde.requests.events import Searched
from paloverde.requests.redaction import Released
from paloverde.requests.request import Request
from paloverde.requests.spans import box
from paloverde.search.answer import Answer
from paloverde.search.matching import Passages
from paloverde.search.question import ask
from paloverde.search.tree import LinkedTo, PostedBy, Term, leaves

QUESTION = "question"


class Unsaid(msgspec.Struct, frozen=True):
    """Words that are redacted from the record `control`, and the box in their place. Where the record
    `is_whole`ly withheld they are its own text.
    """

    control: str
    words: str
    box: str
    is_whole: bool


def unsaid_in(records: Iterable[Released], accepted: Collection[tuple[str, str]] = ()) -> tuple[Unsaid, ...]:
    """What no question may tell beside these records, without those for which that was accepted."""
    return tuple(
        Unsaid(record.control, words, box(codes), record.is_withheld)
        for record in records
        for codes in [tuple(dict.fromkeys(one.code for one in record.redactions))]
        for words in record.needles
        if (record.control, QUESTION) not in accepted
    )


class Asked:
    """Tells searches beside what may not be said."""

    def __init__(self, unsaid: Iterable[Unsaid]) -> None:
        by_words = {(one.words, one.is_whole): one for one in unsaid}
        self._unsaid = [(one, Passages((one.words,))) for one in by_words.values()]

    def answer(self, answer: Answer, questions: Iterable[str]) -> Answer:
        """An answer as it may be told; `questions` are those that it answers, each as it was put."""
        terms = {term.written: term for question in questions for term in _terms(question)}
        counts = {
            word: number for word, number in answer.counts.per_term.items() if not self._hides(word, terms)
        }
        return msgspec.structs.replace(
            answer,
            question=self._told(answer.question, terms),
            sentence=self._told(answer.sentence, terms)
            + _left_out(len(answer.counts.per_term) - len(counts)),
            counts=msgspec.structs.replace(answer.counts, per_term=counts),
        )

    def request(self, request: Request) -> Request:
        """A request whose searches stand in it as they may be told."""
        entries = [
            msgspec.structs.replace(entry, event=self._event(entry.event))
            if isinstance(entry.event, Searched)
            else entry
            for entry in request.entries
        ]
        return msgspec.structs.replace(request, entries=tuple(entries))

    def _event(self, event: Searched) -> Searched:
        terms = {term.written: term for term in _terms(event.question)}
        counts = {word: number for word, number in event.per_term.items() if not self._hides(word, terms)}
        return msgspec.structs.replace(
            event,
            question=self._told(event.question, terms),
            sentence=self._told(event.sentence, terms) + _left_out(len(event.per_term) - len(counts)),
            per_term=counts,
        )

    def _touched(self, term: Term) -> list[Unsaid]:
        """What a term touches: one of its words stands in it, whatever its sign and accents."""
        pieces = [msgspec.structs.replace(piece, sign="", exact=None) for piece in term.pieces]
        return [
            one
            for one, passages in self._unsaid
            if any(next(passages.occurrences(piece), None) is not None for piece in pieces)
        ]

    def _hides(self, word: str, terms: dict[str, Term]) -> bool:
        term = terms.get(word)
        return bool(self._unsaid) and (term is None or bool(self._touched(term)))

    def is_told_in(self, text: str, questions: Iterable[str]) -> bool:
        """Whether a text says a word of these questions that touches what is redacted."""
        terms = {term.written: term for question in questions for term in _terms(question)}
        return any(re.search(_as_written(word), text) for word, _ in self._boxed(terms))

    def _boxed(self, terms: dict[str, Term]) -> Iterator[tuple[str, str]]:
        """The terms that touch redacted words, longest first, each with its box."""
        for written in sorted(terms, key=len, reverse=True):
            touched = [one.box for one in self._touched(terms[written]) if not one.is_whole]
            if touched:
                yield written, touched[0]

    def _told(self, text: str, terms: dict[str, Term]) -> str:
        """A text with a box for each term that touches redacted words; a box for all of it where a term
        cannot be found in it as it was written.
        """
        for written, instead in self._boxed(terms):
            parts = re.split(_as_written(written), text)
            if len(parts) == 1 and instead not in text:
                return instead
            text = instead.join(parts)
        return text


def _as_written(word: str) -> str:
    return rf"(?<!\w){re.escape(word)}(?!\w)"


def _terms(question: str) -> Iterator[Term]:
    """Every word and phrase of a question, those under NOT, of posters and of links, too."""
    for leaf in leaves(ask(question).tree):
        if isinstance(leaf, Term):
            yield leaf
        elif isinstance(leaf, PostedBy | LinkedTo):
            yield leaf.term


def _left_out(number: int) -> str:
    if not number:
        return ""
    words = "1 word or phrase" if number == 1 else f"{number:,} words or phrases"
    return f" How often {words} of the question was found is not told, since that touches what is kept back."
