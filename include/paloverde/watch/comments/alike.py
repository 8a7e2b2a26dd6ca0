"""same-text-treated-differently: two comments of the same words, one acted on and one left (V.B.1, P-52)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from paloverde.records import archive_day
from paloverde.watch.book import Book
from paloverde.watch.comments.acted import NO_LETTER, Action, Comment, days_of
from paloverde.watch.measures import measure
from paloverde.watch.now import Now
from paloverde.watch.report import Report, Table
from paloverde.wording import short, some

_MOST_LEFT = 10  # comments that stand beside one that was acted on
_COLUMNS = ("It begins", "Hidden or removed", "What was done", "Content Guideline", "Left as it is")


def _alike(now: Now, book: Book, since: date, until: date) -> Table:
    groups: dict[bytes, list[tuple[Comment, Action | None]]] = {}
    for comment, action in days_of(now, book, since, until):
        if comment.letters >= measure("alike_letters"):
            groups.setdefault(comment.same, []).append((comment, action))
    rows: list[tuple[str, ...]] = []
    for group in groups.values():
        left = [comment for comment, action in group if action is None]
        acted = [(comment, action) for comment, action in group if action and action.is_of_the_city]
        rows += (_row(comment, action, left) for comment, action in acted if left)
    return Table(_COLUMNS, tuple(sorted(rows)), _NOTES)


def _row(comment: Comment, action: Action, left: Sequence[Comment]) -> tuple[str, ...]:
    more = len(left) - _MOST_LEFT
    items = [one.item for one in left[:_MOST_LEFT]] + (
        [f"and {some(more, 'more comment')}"] if more > 0 else []
    )
    return (
        comment.words,
        comment.item,
        f"{action.how}, found on {short(archive_day(action.fact.confirmed_at))}",
        ", ".join(f"V.B.4({letter})" for letter in action.letters) or NO_LETTER,
        "\n".join(items),
    )


_NOTES = (
    (
        "Texts are the same where their words are: capitals, accents, punctuation and names after an @ "
        "do not count. A text that differs by one word is not compared, and neither is one of fewer than "
        f"{measure('alike_letters')} letters and digits."
    ),
    (
        "Acted on is what the site says the page hid, what a person settled as the City's, and what a "
        "Content Guideline is cited for. What is gone for a cause that nobody settled stands on neither "
        "side."
    ),
    (
        "The same words may be on the topic under one post and off it under another, and a repeat may be "
        "removed as advertising (V.B.4(f)) while the first stays. Each pair is for a person to look at: show "
        "again what was hidden without a reason, or cite the reason."
    ),
    "A hidden comment that was shown again later counts as hidden.",
)
SAME_TEXT = Report(
    name="same-text-treated-differently",
    title="The same words, treated differently",
    clauses=("P-52",),
    says="Comments of the same words, posted in these days on any account, of which the City hid or "
    "removed one and left another.",
    read_by=("clerk", "counsel", "public_affairs", "auditor"),
    make=_alike,
)
