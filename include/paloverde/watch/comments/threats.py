"""threats: what threatens in plain words, whether or not a list of the City names them (V.B.4(k), P-40).

A list of the City has the words of its own street corners; this has how people threaten anywhere. It hides
nothing, and no rule hides by it: hyperbole is protected speech, and a person reads what was meant.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from paloverde.records import Kind, Visibility
from paloverde.retention.guidelines import GUIDELINES
from paloverde.watch.book import Book
from paloverde.watch.check import Check, Finding, Span, Weight
from paloverde.watch.comments.listed import lists_found, quoted
from paloverde.watch.comments.public import is_of_the_public
from paloverde.watch.inbox.phrases import Sayings
from paloverde.watch.seen import Seen
from paloverde.watch.versioned import VersionedList

_MOST_SPANS = 20
_LETTER = "k"


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Phrases that threaten in one way; `says` is how a sentence calls it."""

    id: str
    says: str
    phrases: tuple[str, ...]
    unless: tuple[str, ...]


class _File(VersionedList, frozen=True, kw_only=True):
    lists: dict[str, tuple[str, ...]]
    row: tuple[Row, ...]


FILE = msgspec.convert(tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")), _File)
_SAYINGS = Sayings(FILE.row, FILE.lists)


def _threats(seen: Seen, book: Book) -> Iterator[Finding]:
    is_message = seen.kind is Kind.MESSAGE and not seen.is_by_the_account
    if not seen.text or not (is_message or is_of_the_public(seen)):
        return
    met = list(_SAYINGS.met_in(seen.text))
    if not met or any(of.entry.guideline.value == _LETTER for of in lists_found(seen.text, book)):
        return  # where a list of threats names it, `listed-words` tells of it
    spans = _outermost(span for _, found in met for span in found)[:_MOST_SPANS]
    what = "; ".join(row.says for row, _ in met)
    hidden = " The site hides it already." if seen.visibility is Visibility.HIDDEN else ""
    yield THREATS.in_item(
        seen,
        f"This reads like a threat ({what}): {quoted(spans)}, V.B.4({_LETTER}).{hidden} It is archived as it "
        f"was, in run {seen.sequence}.",
        "Tell the Sheriff at once where somebody is in danger, and ask counsel about a litigation hold. Read "
        "it in its thread: what is said in anger, in jest or of a game is no threat, and is protected. What "
        f"is hidden or removed at the site is then cited under V.B.4({_LETTER}) in Removed content "
        f"({GUIDELINES[_LETTER].clause}). Nothing was hidden here.",
        weight=Weight.URGENT,
        spans=spans,
        rule=", ".join(f"comments/threats#{FILE.version}/{row.id}" for row, _ in met),
    )


def _outermost(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The spans in order, none inside another."""
    kept: list[Span] = []
    for span in sorted(spans, key=lambda one: (one.start, -one.end)):
        if not kept or span.end > kept[-1].end:
            kept.append(span)
    return tuple(kept)


THREATS = Check(
    name="threats",
    title="Threats in plain words",
    version=1,
    clauses=("P-40",),
    says="What the public says on an account, private messages to it too, is compared with phrases in "
    "English and Spanish by which people threaten others, bring a weapon, or wish somebody shot, whether or "
    "not the City has listed them. Of 36 invented threats that it was not made with it found 28, and of 42 "
    "comments that only sound like one it flagged none. What a list of the City names already is told "
    "once, by listed-words. A threat in words that threaten nobody as they stand (“nice house you have "
    "there”), in a picture or in another language it does not see. It hides nothing.",
    answered_by=("public_affairs", "clerk", "counsel"),
    of_item=_threats,
)
