"""listed-words: words and linked sites of the City's approved lists, and secrets, in what the public says.

A list points out; it decides nothing, and nothing is hidden here. Whether the site's own filter may hide by
such a list is the ladder's to say (`retention.guidelines`): never for what turns on opinion.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from paloverde.records import Kind, Visibility
from paloverde.requests.detectors import found_in
from paloverde.retention.guidelines import GUIDELINES, Guideline
from paloverde.watch.book import Book
from paloverde.watch.check import Check, Finding, Span, Weight, as_quoted
from paloverde.watch.comments.public import is_of_the_public
from paloverde.watch.comments.terms import Occurrence, Terms
from paloverde.watch.registers.moderation import MAY_HIDE, InForce, lists_in_force
from paloverde.watch.seen import Seen
from paloverde.wording import several

_MOST_SPANS = 20
AT_ONCE = frozenset("hk")  # leaked secrets, threats: nobody waits a week with these
# What is somebody's secret wherever it stands. Telephone numbers and addresses are often meant to be read.
_SECRETS = frozenset(
    {
        "Social Security number",
        "taxpayer number (ITIN)",
        "card number",
        "bank account (IBAN)",
        "password or key",
    }
)
_MAY_HOLD_SECRET = re.compile(
    r"(?i)\d[\d -]{10}|\d{3}[- ]\d\d[- ]\d{4}|\d{9}|pass|pwd|api|secret|token|contrase"
)
_LEAST_SECRET = 6  # characters, one a digit or sign, of what follows “password”
# What a person must weigh before acting under a guideline.
_WEIGH = {
    "d": "Speech that offends is protected, too (Matal v. Tam): ask counsel before anything is removed.",
    "g": "Tell the Sheriff at once where somebody is in danger.",
    "h": "Where a password or a personal number leaked, have it changed, and hide it first.",
    "j": "Only the City Attorney decides what is defamatory.",
    "k": "Tell the Sheriff at once where somebody is in danger, and ask counsel about a litigation hold.",
}


def lists_found(text: str, book: Book) -> dict[InForce, list[Occurrence[InForce]]]:
    """The lists in force that name something in a text, with each place."""
    found: dict[InForce, list[Occurrence[InForce]]] = {}
    for one in terms_of(book).places(text):
        found.setdefault(one.of, []).append(one)
    return found


@lru_cache(maxsize=4)  # a round has one book
def terms_of(book: Book) -> Terms[InForce]:
    """The terms of all lists in force on the day of a book."""
    lists = lists_in_force(book, book.day)
    return Terms((one, one.entry.terms, one.entry.domains) for one in lists)


def spans_of(text: str, places: Iterable[tuple[int, int]]) -> tuple[Span, ...]:
    """The first of several places in a text, with their words."""
    return tuple(Span(start, end, text[start:end]) for start, end in [*places][:_MOST_SPANS])


def quoted(spans: Iterable[Span]) -> str:
    """The words of spans as a sentence quotes them, each once."""
    return several([f"“{as_quoted(words)}”" for words in dict.fromkeys(span.words for span in spans)])


def _listed(seen: Seen, book: Book) -> Iterator[Finding]:
    is_public = is_of_the_public(seen)
    if not is_public and not _is_written_to_the_account(seen):
        return
    for of, places in lists_found(seen.text, book).items():
        clause = GUIDELINES[of.entry.guideline]
        is_threat, is_hidden = clause.letter == "k", seen.visibility is Visibility.HIDDEN
        if is_threat or (is_public and not is_hidden):
            yield _finding(seen, clause, of, places)
    if is_public and seen.visibility is not Visibility.HIDDEN:
        yield from _secrets(seen)


def _is_written_to_the_account(seen: Seen) -> bool:
    """Whether it is a private message to the account: a threat is one there, too (V.B.4 "sent to")."""
    return seen.kind is Kind.MESSAGE and not seen.is_by_the_account


def _finding(seen: Seen, clause: Guideline, of: InForce, places: Sequence[Occurrence[InForce]]) -> Finding:
    spans = spans_of(seen.text, ((one.start, one.end) for one in places))
    return LISTED_WORDS.in_item(
        seen,
        f"{quoted(spans)}: the list {of.id} (version {of.version}) names this under V.B.4({clause.letter}), "
        f"{_lowered(clause.clause)}.{_standing(seen)}",
        _next(clause, may_hide=clause.letter in MAY_HIDE),
        weight=Weight.URGENT if clause.letter in AT_ONCE else Weight.WARNING,
        spans=spans,
        rule=of.rule,
        which=of.id,
    )


def _secrets(seen: Seen) -> Iterator[Finding]:
    """Numbers and passwords that are secrets by their form: V.B.4(h), P-37."""
    if _MAY_HOLD_SECRET.search(seen.text) is None:
        return
    found = [
        (one.what, place)
        for one, place in found_in(seen.text)
        if one.what in _SECRETS and _is_secret(one.what, seen.text[slice(*place)])
    ]
    if found:
        what = several([*dict.fromkeys(what for what, _ in found)])
        yield LISTED_WORDS.in_item(
            seen,
            f"This looks like a secret of somebody's ({what}), which V.B.4(h) keeps off the page."
            f"{_standing(seen)}",
            _next(GUIDELINES["h"], may_hide=True),
            weight=Weight.URGENT,
            spans=spans_of(seen.text, (place for _, place in found)),
            rule="detectors/secrets#1",
            which="secrets",
        )


def _is_secret(what: str, words: str) -> bool:
    """“Password reset” is none: what is kept secret has a digit or a sign in it."""
    if what != "password or key":
        return True
    return len(words) >= _LEAST_SECRET and not words.rstrip(".!?)").isalpha()


def _standing(seen: Seen) -> str:
    hidden = " The site hides it already." if seen.visibility is Visibility.HIDDEN else ""
    held = " The site holds it back for review." if seen.visibility is Visibility.HELD else ""
    return f"{hidden}{held} It is archived as it was, in run {seen.sequence}."


def _next(clause: Guideline, *, may_hide: bool) -> str:
    rule = (
        f"A filter of the site may hide it by itself ({clause.rule_may_act}), never delete it"
        if may_hide
        else "No filter may act on this by itself: a person decides"
    )
    weigh = _WEIGH.get(clause.letter, "")
    return (
        f"{weigh} Read it in its thread, and decide. Whatever is hidden or removed at the site is then cited "
        f"under V.B.4({clause.letter}) in Removed content. {rule}. Nothing was hidden here."
    ).lstrip()


def _lowered(clause: str) -> str:
    return clause[:1].lower() + clause[1:]


LISTED_WORDS = Check(
    name="listed-words",
    title="Listed words in comments",
    version=1,
    clauses=("P-32", "P-33", "P-34", "P-36", "P-37", "P-40"),
    says="What the public says on a City account is compared with the words, phrases and linked sites of the "
    "City's own lists, each in the version that two people approved, and with the forms of card numbers, "
    "Social Security numbers and passwords; a private message with lists of threats alone. Whole words are "
    "found; letters of another script that look alike, words in pictures, and the meaning of what is said "
    "are not. It hides nothing.",
    answered_by=("public_affairs", "clerk", "counsel"),
    of_item=_listed,
)
