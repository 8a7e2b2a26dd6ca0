"""Officials' professional accounts that campaign or endorse (V.E.4(c))."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache

from paloverde.records import Kind
from paloverde.watch.book import Book
from paloverde.watch.check import Check, Finding, Span, as_quoted
from paloverde.watch.people.rules import rules
from paloverde.watch.register import Entered
from paloverde.watch.registers.accounts import AccountClass, class_of
from paloverde.watch.registers.moderation_cases import ELECTIONS, Election
from paloverde.watch.seen import Seen

_KINDS = (Kind.POST, Kind.STORY, Kind.COMMENT)
_QUOTES = str.maketrans("‘’“”", "''\"\"")  # one for one, so that a place in the text stays the same


def _look(seen: Seen, book: Book) -> Iterable[Finding]:
    if seen.kind not in _KINDS or not seen.text or not seen.is_by_the_account:
        return
    if class_of(book, seen.account) is not AccountClass.OFFICIAL:
        return
    day = seen.said_on
    own = spans_of(rules().endorsement.own, seen.text)
    if own:
        yield ENDORSEMENT.in_item(
            seen,
            f"A post of the professional account {seen.account.slug} has words that campaign, it seems "
            f"in the official's own matter: “{as_quoted(own[0].words)}”.",
            _TODO,
            spans=own,
            which="own",
        )
    for election in _open_on(book, day):
        if spans := endorses(seen.text, election.entry):
            yield ENDORSEMENT.in_item(
                seen,
                f"A post of the professional account {seen.account.slug} names {election.entry.title}, "
                f"which is before the voters, together with “{as_quoted(spans[1].words)}”.",
                _TODO,
                spans=spans,
                rule=f"elections/{election.id}#{election.number}",
                which=election.id,
            )


_TODO = (
    "Read it in its context: to report on an election is no endorsement. If it campaigns or endorses, "
    "consult counsel about what to tell the official."
)


def endorses(text: str, election: Election) -> tuple[Span, ...]:
    """The name of a candidate or measure, and words beside it that campaign; none where either is lacking."""
    named = spans_of(election.names, text)
    words = (*rules().endorsement.beside_a_name, *election.supporting, *election.opposing)
    said = spans_of(words, text) if named else ()
    return (named[0], *said) if named and said else ()


def spans_of(words: Sequence[str], text: str) -> tuple[Span, ...]:
    """Where any of some words stand in a text, as whole words, capitals or not."""
    if not words:
        return ()
    found = _any_of(tuple(words)).finditer(text.translate(_QUOTES))
    return tuple(Span(one.start(), one.end(), text[one.start() : one.end()]) for one in found)


def _open_on(book: Book, day: date) -> list[Entered[Election]]:
    return [one for one in book.of(ELECTIONS).values() if one.entry.is_open_on(day)]


@lru_cache
def _any_of(words: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = sorted((one.translate(_QUOTES) for one in words if one), key=len, reverse=True)
    either = "|".join(re.escape(one).replace(r"\ ", r"\s+") for one in longest_first)
    return re.compile(rf"(?<!\w)(?:{either})(?!\w)", re.IGNORECASE)


ENDORSEMENT = Check(
    name="endorsement",
    title="Campaigning on officials' professional accounts",
    version=1,
    clauses=("P-62",),
    says=(
        "Looks on accounts of the class official for words that campaign for the official (“vote for me”), "
        "and for a candidate or measure of the register “Elections”, while it is before the voters, beside "
        "a word of support or opposition. It cannot tell a report from an endorsement, nor whose side a "
        "post takes."
    ),
    answered_by=("counsel", "clerk"),
    of_item=_look,
)
