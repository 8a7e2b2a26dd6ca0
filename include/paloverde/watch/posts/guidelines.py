"""The Content Guidelines bind the City's own posts, too (V.A.12(f))."""

from __future__ import annotations

from collections.abc import Iterable

from paloverde.retention.guidelines import GUIDELINES
from paloverde.watch.book import Book
from paloverde.watch.check import Check, Finding
from paloverde.watch.comments.listed import lists_found, spans_of
from paloverde.watch.people.endorsement import endorses
from paloverde.watch.posts.lexicon import quoted
from paloverde.watch.posts.published import is_said_by_the_city
from paloverde.watch.registers.moderation_cases import ELECTIONS
from paloverde.watch.seen import Seen


def _own_guidelines(seen: Seen, book: Book) -> Iterable[Finding]:
    if not is_said_by_the_city(seen):
        return
    for of, places in lists_found(seen.text, book).items():
        spans = spans_of(seen.text, ((one.start, one.end) for one in places))
        clause = GUIDELINES[of.entry.guideline].clause
        yield OWN_GUIDELINES.in_item(
            seen,
            f"The City's own words have {quoted(spans)}, which the list {of.id} (version {of.version}) names "
            f"under V.B.4({of.entry.guideline}): {clause[:1].lower()}{clause[1:]}.",
            "Read it, and decide whether it may stand: the guidelines bind the City's own posts, too.",
            spans=spans,
            rule=of.rule,
            which=of.id,
        )
    yield from _campaigns(seen, book)


def _campaigns(seen: Seen, book: Book) -> Iterable[Finding]:
    """V.B.4(b): a city may inform of what is before the voters, and campaigns for no side of it."""
    for one in book.of(ELECTIONS).values():
        if one.entry.is_open_on(seen.said_on) and (spans := endorses(seen.text, one.entry)):
            yield OWN_GUIDELINES.in_item(
                seen,
                f"The City's own words name {one.entry.title}, which is before the voters, together with "
                f"{quoted(spans[1:])}. A city may inform, and campaigns for no side (V.B.4(b); Gov. Code "
                "54964; Stanson v. Mott (1976) 17 Cal.3d 206).",
                "Read it beside what it links to, and ask counsel before anything is changed.",
                spans=spans,
                rule=f"{ELECTIONS.name}/{one.id}#{one.number}",
                which=one.id,
            )


OWN_GUIDELINES = Check(
    name="own-guidelines",
    title="Content Guidelines in the City's own posts",
    version=1,
    clauses=("P-25", "C-01"),
    says="A post or answer of the City with a word, phrase or linked site of the City's own approved "
    "lists, with which comments are compared; or that names a candidate or measure before the "
    "voters together with words that campaign. Whether a post pertains to the City's business, or "
    "harms its interests, no list tells.",
    answered_by=("public_affairs", "clerk", "counsel"),
    of_item=_own_guidelines,
)
