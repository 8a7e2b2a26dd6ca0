"""What a response to a records request is made of, and what stands in its way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from paloverde.installation.letters import Draft
from paloverde.requests.asked import Asked
from paloverde.requests.events import Produced
from paloverde.requests.handing_over import hands_nothing_over
from paloverde.requests.letters import Counts, Determination, Letter
from paloverde.requests.lifecycle import out_of_place
from paloverde.requests.redaction import Released
from paloverde.requests.releasing import Left, Pair
from paloverde.requests.request import Request
from paloverde.requests.review_state import review_state, untold
from paloverde.requests.reviewed import Reviewed
from paloverde.requests.reviewing import Review, Version
from paloverde.search.answer import Answer
from paloverde.search.hits import Hit
from paloverde.steps import Step
from paloverde.wording import several, some


class Gathered(NamedTuple):
    """Everything that a response is made of."""

    request: Request
    review: Review
    hits: Mapping[Version, Hit]
    pairs: list[Pair]
    released: Sequence[Released]  # without redacted pictures
    reviewed: Reviewed | None
    letter: Draft | None

    @property
    def asked(self) -> Asked:
        return Asked(self.reviewed.unsaid if self.reviewed else ())

    @property
    def questions(self) -> list[str]:
        return [event.question for event in self.request.searches]

    def told(self, answer: Answer) -> Answer:
        """An answer as it may be told beside what is kept back."""
        return self.asked.answer(answer, self.questions)

    @property
    def is_told_in_letter(self) -> bool:
        """Whether the letter tells a search in words that touch what is redacted."""
        body = self.letter.letter.body if self.letter else None
        said = " ".join(body.searches) if isinstance(body, Determination) else ""
        return self.asked.is_told_in(said, self.questions)

    @property
    def accepted(self) -> tuple[tuple[str, str], ...]:
        """What may be read although it is redacted elsewhere, as whoever signed the review accepted it."""
        return self.review.signature.accepted if self.review.signature else ()

    @property
    def unread(self) -> tuple[str, ...]:
        """Files that may go out though they cannot be looked into, as the same person accepted it."""
        return self.review.signature.unread if self.review.signature else ()


def in_the_way(found: Gathered, left: Iterable[Left]) -> Iterator[str]:
    """Everything that stands in the way of a response, each as a sentence that says what to do.

    `left` is where redacted words still stand.
    """
    review = found.review
    if told := out_of_place(found.request, Produced):
        yield told
    unseen = len(found.hits.keys() - set(review.versions))
    if unseen:
        told = some(unseen, "found record is", "found records are")
        yield f"{told} not under review: {Step.GATHER.of(found.request.number)} takes them in."
    if review.undecided:
        told = some(len(review.undecided), "record is", "records are")
        yield f"{told} not decided yet: {review.named(review.undecided)}."
    elif review.versions and review.signature is None:
        yield "Nobody has signed the review as it stands: a second person looks at it and signs."
    if found.letter is None:
        send = Step.SEND.of(found.request.number)
        yield f"No determination was sent, so there is no cover letter: first {send}."
    elif not found.letter.letter.is_final:
        yield hands_nothing_over(found.request.determination)
    else:
        yield from (f"The letter lacks something: {finding}" for finding in found.letter.findings)
        yield from _untold(found.letter.letter, found)
    if found.is_told_in_letter:
        yield "The letter tells a search in words that are redacted now: send another."
    yield from _still_said(one for one in left if (one.redacted_in, one.control) not in found.accepted)


def _still_said(left: Iterable[Left]) -> Iterator[str]:
    """One sentence for each record of which words still stand elsewhere, however often they do."""
    within: dict[str, dict[str, None]] = {}
    for one in left:
        within.setdefault(one.redacted_in, {})[f"{one.control} ({one.where})"] = None
    for control, places in within.items():
        yield (
            f"Words that are redacted in {control} still stand in {several([*places])}: redact them there, "
            f"too, or whoever signs the review accepts it: {Step.SIGN.of(control.rpartition('-')[0])}."
        )


def _untold(letter: Letter, found: Gathered) -> Iterator[str]:
    """Where the cover letter says something else than the review from which the bundle would be built."""
    if found.reviewed is None or not isinstance(letter.body, Determination):
        return
    codes, named = {claim.code for claim in letter.claims}, [one.name for one in letter.deniers]
    yield from untold(letter.body.outcome, codes, named, review_state(found.review))
    told, counts = letter.counts, found.reviewed.counts
    if told not in (Counts(), counts):
        yield f"The letter says “{told.sentence()}” The review says “{counts.sentence()}” Send another."
