"""A finding as it stands: when it was found, what people answered, and what of it is kept in the database.

A row of the database holds no words of the record that a finding is about. Where a finding quotes them (its
spans; in its sentences what stands between “ and ”), the row has their place in the version's text, and
whoever shows the finding takes them from the archive again: with the record its words are gone here, too
(decision 0052). Pure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

import msgspec

from paloverde.watch.check import Finding, Span, Weight

SERIES = "watch-answers"
_QUOTED = re.compile(r"“([^“”]+)”")
_START, _END = "\ue000", "\ue001"  # private use: no site's text is shown between them
_PLACE = re.compile(f"{_START}(\\d+):(\\d+){_END}(…?)")
UNSHOWN = "…"
_URGENCY = {Weight.URGENT: 0, Weight.WARNING: 1, Weight.ADVICE: 2}


class Verdict(StrEnum):
    """What a person says of a finding."""

    ACTED = "acted"  # it was right, and something was done about it
    RIGHT = "right"  # it was right, and there is nothing to be done
    WRONG = "wrong"  # a false alarm

    @property
    def in_words(self) -> str:
        return _VERDICTS[self]


_VERDICTS = {
    Verdict.ACTED: "right, and acted on",
    Verdict.RIGHT: "right, nothing to be done",
    Verdict.WRONG: "a false alarm",
}


class State(StrEnum):
    """How a finding stands. `ENDED`: the check finds it no more, or what it was about was destroyed."""

    OPEN = "open"
    ANSWERED = "answered"
    ENDED = "ended"


class Answer(msgspec.Struct, frozen=True):
    """What a person answered, as a paper keeps it. `sealed` holds the words where only some may read them."""

    check: str
    version: int
    verdict: Verdict
    words: str = ""
    sealed: str = ""


class Answered(msgspec.Struct, frozen=True):
    """An answer as it is shown."""

    verdict: Verdict
    words: str
    by: str
    at: datetime


class Standing(msgspec.Struct, frozen=True):
    """A finding, how it stands, and what people answered, oldest first.

    `is_shown` is False where it quotes a record whose words are left out here: a private one, or one that is
    in the archive no more.
    """

    finding: Finding
    state: State
    first_found: datetime
    last_found: datetime
    answers: tuple[Answered, ...] = ()
    is_shown: bool = True

    @property
    def id(self) -> str:
        return self.finding.id


class Kept(msgspec.Struct, frozen=True):
    """A finding as a row keeps it. In its sentences, and for its spans, stand places in place of words."""

    said: str
    next: str
    weight: Weight = Weight.WARNING
    spans: tuple[tuple[int, int], ...] = ()
    rule: str = ""
    which: str = ""
    links: tuple[str, ...] = ()


def urgency(weight: Weight) -> int:
    """0 for what is looked at first."""
    return _URGENCY[weight]


def kept(finding: Finding, text: str) -> Kept:
    """What a row keeps of a finding about a version with that text."""
    return Kept(
        said=_lifted(finding.said, text),
        next=_lifted(finding.next, text),
        weight=finding.weight,
        spans=tuple((span.start, span.end) for span in finding.spans),
        rule=finding.rule,
        which=finding.which,
        links=finding.links,
    )


def quotes(one: Kept) -> bool:
    """Whether it takes words from a record."""
    return bool(one.spans) or _START in one.said or _START in one.next


def with_words(one: Kept, text: str | None) -> tuple[str, str, tuple[Span, ...]]:
    """Its two sentences and its spans with the words of the version; None: with “…” in their place."""
    spans = tuple(Span(start, end, _words(text, start, end)) for start, end in one.spans)
    return _told(one.said, text), _told(one.next, text), spans


def state_of(opened_at: datetime, ended_at: datetime | None, answered_at: datetime | None) -> State:
    """How a finding stands: what ended and was found again is open again, whatever was answered before."""
    if ended_at is not None:
        return State.ENDED
    return State.ANSWERED if answered_at is not None and answered_at >= opened_at else State.OPEN


def answered(pairs: Sequence[tuple[Answer, str, str, datetime]]) -> tuple[Answered, ...]:
    """Answers with their words, by whom and when each was filed."""
    return tuple(Answered(answer.verdict, words, by, at) for answer, words, by, at in pairs)


def _lifted(sentence: str, text: str) -> str:
    """The sentence with the place of each quotation in the text, in place of its words."""
    plain = sentence.replace(_START, "").replace(_END, "")
    return _QUOTED.sub(lambda found: f"“{_place(found[1], text)}”", plain)


def _place(words: str, text: str) -> str:
    whole = words.removesuffix(UNSHOWN).strip()
    start = text.find(whole) if whole else -1
    if start < 0:
        return words
    rest = UNSHOWN if words.endswith(UNSHOWN) else ""
    return f"{_START}{start}:{start + len(whole)}{_END}{rest}"


def _told(sentence: str, text: str | None) -> str:
    def words(found: re.Match[str]) -> str:
        return UNSHOWN if text is None else text[int(found[1]) : int(found[2])] + found[3]

    return _PLACE.sub(words, sentence)


def _words(text: str | None, start: int, end: int) -> str:
    return UNSHOWN if text is None else text[start:end]
