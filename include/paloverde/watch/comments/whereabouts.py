"""whereabouts: where another person lives, or a private number of theirs, in a comment (V.B.4(h), P-37).

Many addresses and numbers in comments are meant to be read: a pothole's, a business's, one's own. One counts
where words before it call it somebody else's own, or where it is spoken of as an official's home.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import msgspec

from paloverde.records import Visibility
from paloverde.requests.detectors import found_in
from paloverde.watch.book import Book
from paloverde.watch.check import Check, Finding, Span, Weight
from paloverde.watch.comments.public import is_of_the_public
from paloverde.watch.registers.contacts import PUBLISHED_CONTACTS
from paloverde.watch.seen import Seen
from paloverde.watch.versioned import VersionedList
from paloverde.wording import several

_BEFORE = 60  # characters before something in which words must stand that say whose it is
_OFFICIALS = "official's home"


class _Told(VersionedList, frozen=True, kw_only=True):
    home: str
    number: str


TOLD = msgspec.convert(tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")), _Told)
_WORDS = {
    what: re.compile(rf"(?i)(?<!\w)(?:{words})(?!\w)")
    for what, words in (("street address", TOLD.home), ("telephone number", TOLD.number))
}
_DIGIT = re.compile(r"\d")


def _whereabouts(seen: Seen, book: Book) -> Iterator[Finding]:
    if not is_of_the_public(seen) or seen.visibility is Visibility.HIDDEN or not _DIGIT.search(seen.text):
        return
    places = [
        (what, place) for what, place in _places(seen.text) if not _is_published(seen.text, place, book)
    ]
    if places:
        what = several(list(dict.fromkeys(what for what, _ in places)))
        yield WHEREABOUTS.in_item(
            seen,
            f"This seems to tell where somebody else lives or how they are reached at home ({what}), which "
            f"V.B.4(h) keeps off the page. It is archived as it was, in run {seen.sequence}.",
            "Read it in its thread. Where it is somebody's own, hide it at the site today, and cite V.B.4(h) "
            "in Removed content; tell the Sheriff where somebody is in danger, and counsel where it is an "
            "official's home (Gov. Code 7928.205 and following). Nothing was hidden here.",
            weight=Weight.URGENT,
            spans=tuple(Span(start, end, seen.text[start:end]) for _, (start, end) in places),
            rule=f"comments/whereabouts#{TOLD.version}",
        )


def _places(text: str) -> Iterator[tuple[str, tuple[int, int]]]:
    for one, place in found_in(text):
        start = place[0]
        words = _WORDS.get(one.what)
        if one.what == _OFFICIALS or (words and words.search(text, max(0, start - _BEFORE), start)):
            yield one.what, place


def _is_published(text: str, place: tuple[int, int], book: Book) -> bool:
    """Whether the City itself tells everybody: of the mayor's office, say."""
    told = _plain(text[slice(*place)])
    return any(_plain(one.entry.contact) in told for one in book.of(PUBLISHED_CONTACTS).values())


def _plain(contact: str) -> str:
    return "".join(filter(str.isalnum, contact.casefold()))


WHEREABOUTS = Check(
    name="whereabouts",
    title="Where somebody lives, in comments",
    version=1,
    clauses=("P-37",),
    says="A comment or post of the public with a street address or a telephone number that words before it "
    "call somebody else's own (“she lives at”, “his private number”), or that is spoken of as an official's "
    "home. Numbers and addresses without such words, those of the register “Published contacts”, and license "
    "plates are let be: many are meant to be read. It never repeats the number, and hides nothing.",
    answered_by=("public_affairs", "clerk", "counsel"),
    of_item=_whereabouts,
)
