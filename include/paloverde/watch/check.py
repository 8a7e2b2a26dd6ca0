"""A check of the policy, and what it finds. Pure: what is seen and what is registered are arguments.

A check never acts. It says what it found, by which clause and which version of which rule, in which words of
the item, and what a person may do about it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from typing import NamedTuple

import msgspec

from paloverde.watch.book import Book
from paloverde.watch.now import Now
from paloverde.watch.seen import Seen

# Ends of a line, what no reader sees, what turns the direction of all that follows (UAX #9), quotation marks.
_BREAKS = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069“”]")
_LONGEST = 200  # characters of a quotation


def as_quoted(words: str) -> str:
    """Words of a record as a sentence quotes them.

    What would break the line, end the quotation or turn the sentence about ends what is quoted, and “…”
    follows: what stands before that is a piece of the text, by which it is found there again (`findings`).
    """
    whole = words.strip()
    pieces = (piece.strip() for piece in _BREAKS.split(whole))
    piece = next((piece for piece in pieces if piece), "")[:_LONGEST].rstrip()
    return piece if piece == whole else f"{piece}…"


class Weight(StrEnum):
    """How soon somebody should look."""

    URGENT = "today"  # a threat, a leaked password, a lost account
    WARNING = "this week"
    ADVICE = "when convenient"


class Span(msgspec.Struct, frozen=True):
    """Words of an item that a rule matched: characters `start` to `end` of its text."""

    start: int
    end: int
    words: str


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """Something that a person should look at.

    `about` is what it is about: an item (account/kind/id), an account's slug, an entry of a register
    (people/jdoe). `rule` names what was applied and in which version ("word-lists/profanity#3"), empty where
    the check itself is the rule. `which` tells two findings of one check about one thing apart. `private`:
    only who sees private messages may see it; `privileged`: only counsel may.
    """

    check: str
    check_version: int
    about: str
    said: str  # what was found, in a sentence
    next: str  # what a person may do, in a sentence
    weight: Weight = Weight.WARNING
    account: str = ""
    version_sha256: str = ""
    spans: tuple[Span, ...] = ()
    rule: str = ""
    which: str = ""
    private: bool = False
    privileged: bool = False
    links: tuple[str, ...] = ()  # other items that show it (the thread of a serial meeting)

    @property
    def id(self) -> str:
        """The same for the same finding, however often it is found."""
        told = [self.check, self.about, self.version_sha256, self.which]
        return hashlib.sha256("\0".join(told).encode()).hexdigest()[:20]


OfItem = Callable[[Seen, Book], Iterable[Finding]]
OfThread = Callable[[Seen, Sequence[Seen], Book], Iterable[Finding]]
OfNow = Callable[[Now, Book], Iterable[Finding]]


class Check(NamedTuple):
    """One check. Exactly one of the three ways to look is given.

    `of_item` is shown every newly sealed version once. `of_thread` is shown those for which `begins` is true,
    each with every archived version of its conversation. `of_now` is asked once a round, and gives all that
    is wrong now: what it gives no longer has been mended.

    Its `version` grows whenever it would find something else in the same thing.
    """

    name: str  # as in an address: `disclaimer`
    title: str
    version: int
    clauses: tuple[str, ...]  # rows of the rulebook: P-47
    says: str  # what it looks at, and what it flags, in a sentence or two
    answered_by: tuple[str, ...]  # the roles that decide about what it finds
    of_item: OfItem | None = None
    begins: Callable[[Seen, Book], bool] | None = None
    of_thread: OfThread | None = None
    of_now: OfNow | None = None

    def found(self, about: str, said: str, next_: str, **more: object) -> Finding:
        """A finding of this check."""
        told = {
            "check": self.name,
            "check_version": self.version,
            "about": about,
            "said": said,
            "next": next_,
        }
        return Finding(**told, **more)  # type: ignore[arg-type]

    def in_item(self, seen: Seen, said: str, next_: str, **more: object) -> Finding:
        """A finding of this check in an item's version."""
        known = {
            "account": seen.account.slug,
            "version_sha256": seen.version_sha256,
            "private": seen.is_private,
        }
        return self.found(seen.item, said, next_, **(known | more))
