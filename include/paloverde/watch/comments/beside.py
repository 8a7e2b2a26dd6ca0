"""listed-beside-text: what the City's lists name in what a comment shows beside its words (V.B.4, P-34).

Some sites shorten an address in the text and keep beside it where it leads (X), or keep a link as an
attachment (Facebook); some have descriptions of pictures. What is typed in the text is for `listed-words`.
"""

from __future__ import annotations

from collections.abc import Iterator

from paloverde.records import Visibility
from paloverde.retention.guidelines import GUIDELINES
from paloverde.watch.book import Book
from paloverde.watch.check import Check, Finding, Weight
from paloverde.watch.comments.listed import AT_ONCE, lists_found, terms_of
from paloverde.watch.comments.public import is_public_speech
from paloverde.watch.links import links_of
from paloverde.watch.registers.moderation import InForce
from paloverde.watch.seen import Seen
from paloverde.wording import several

_LINK, _PICTURE = "it leads to", "the description of its picture has"


def _beside(seen: Seen, book: Book) -> Iterator[Finding]:
    if not is_public_speech(seen) or seen.visibility is Visibility.HIDDEN or not terms_of(book):
        return
    told = lists_found(seen.text, book)
    found: dict[InForce, dict[str, list[str]]] = {}
    for what, words in _shown(seen):
        for of, places in lists_found(words, book).items():
            known = {one.term for one in told.get(of, ())}
            if new := [one.term for one in places if one.term not in known]:
                found.setdefault(of, {}).setdefault(what, []).extend(new)
    for of, whats in found.items():
        yield _finding(seen, of, whats)


def _shown(seen: Seen) -> Iterator[tuple[str, str]]:
    for link in links_of(seen):
        yield _LINK, link.url
    for medium in seen.media:
        if medium.alt_text:
            yield _PICTURE, medium.alt_text


def _finding(seen: Seen, of: InForce, whats: dict[str, list[str]]) -> Finding:
    """The terms are those of the City's list: what the comment itself says is not repeated."""
    clause = GUIDELINES[of.entry.guideline]
    told = several([f"{what} {several(list(dict.fromkeys(terms)))}" for what, terms in whats.items()])
    return LISTED_BESIDE.in_item(
        seen,
        f"Beside the words of this stands what the list {of.id} (version {of.version}) names under "
        f"V.B.4({clause.letter}): {told}. It is archived as it was, in run {seen.sequence}.",
        "Read it in its thread, and decide. Whatever is hidden or removed at the site is then cited under "
        f"V.B.4({clause.letter}) in Removed content. Do not open the link at work without need: nothing here "
        "has opened it. Nothing was hidden here.",
        weight=Weight.URGENT if clause.letter in AT_ONCE else Weight.WARNING,
        rule=of.rule,
        which=of.id,
    )


LISTED_BESIDE = Check(
    name="listed-beside-text",
    title="Listed sites and words beside the text of comments",
    version=1,
    clauses=("P-34",),
    says="Where a shortened address of X leads, the link that a comment on Facebook has attached, and the "
    "descriptions of pictures, compared with the words and linked sites of the City's own approved lists. "
    "Where a short link of another service leads nobody knows without opening it, and none is opened. It "
    "hides nothing, and no hiding rule acts on it.",
    answered_by=("public_affairs", "clerk", "counsel"),
    of_item=_beside,
)
