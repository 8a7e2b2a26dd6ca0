"""Officials who speak for the City on their own accounts without being designated (V.E.4(b))."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from paloverde.records import Kind
from paloverde.watch.book import Book
from paloverde.watch.check import Check, Finding, Span, Weight, as_quoted
from paloverde.watch.people.rules import rules
from paloverde.watch.registers.accounts import AccountClass, class_of, papers_of, policy_on
from paloverde.watch.registers.authorizing import may_speak
from paloverde.watch.registers.people import PEOPLE
from paloverde.watch.seen import Seen

_KINDS = (Kind.POST, Kind.STORY, Kind.COMMENT)
_BEFORE = 30  # characters before the words in which a denial of them is looked for
_QUOTES = str.maketrans("‘’“”", "''\"\"")  # one for one, so that a place in the text stays the same


def _look(seen: Seen, book: Book) -> Iterable[Finding]:
    if seen.kind not in _KINDS or not seen.text or not seen.is_by_the_account:
        return
    if class_of(book, seen.account) is AccountClass.CITY:
        return
    spans = claims(seen.text, _names(book))
    papers = papers_of(book, seen.account.slug)
    official = papers.official if papers else ""
    day = seen.said_on
    if not spans or (official and may_speak(book, official, day)):
        return
    known = book.of(PEOPLE).get(official)
    who = known.entry.name if known else f"The official of {seen.account.slug}"
    yield SPOKESPERSON.in_item(
        seen,
        f"{who} writes “{as_quoted(spans[0].words)}”, and no designation as a spokesperson is on "
        "file for that day.",
        "Read it in its context. If it speaks for the City, consult counsel about asking the official to "
        "correct it; if the official was designated, enter that in the register “Spokespersons”.",
        weight=Weight.ADVICE,
        spans=spans,
    )


def claims(text: str, names: tuple[str, ...]) -> tuple[Span, ...]:
    """The words of a text that speak for the City, those left out that deny it."""
    even = text.translate(_QUOTES)
    found = []
    for match in _phrases(names).finditer(even):
        before = even[max(0, match.start() - _BEFORE) : match.start()]
        if not _denial().search(before):
            found.append(Span(match.start(), match.end(), text[match.start() : match.end()]))
    return tuple(found)


@lru_cache(maxsize=4)  # a round reads one book, for every item of it
def _names(book: Book) -> tuple[str, ...]:
    version = policy_on(book, book.day)
    if version is None:
        return ()
    own = (version.entry.city_name, f"the {version.entry.city_name}")
    return (*own, *version.entry.short_names)


@lru_cache
def _phrases(names: tuple[str, ...]) -> re.Pattern[str]:
    """The phrases of the rule. "The City of" another place is another city; where nobody has entered the
    City's name (`policy-versions`), any may be this one.
    """
    rule = rules().spokesperson
    city = "|".join(re.escape(one) for one in sorted({*rule.city, *names}, key=len, reverse=True))
    said = "|".join(re.escape(one).replace(r"\{city\}", f"(?:{city})") for one in rule.phrases)
    another = r"(?!\s+of\b)" if names else ""
    return re.compile(rf"\b(?:{said})\b{another}".replace(r"\ ", r"\s+"), re.IGNORECASE)


@lru_cache
def _denial() -> re.Pattern[str]:
    """A denial before the words, in the same sentence; "don't" is one like "not"."""
    words = "|".join(re.escape(one) for one in rules().spokesperson.unless)
    return re.compile(rf"(?:\b(?:{words})|n't)\b[^.!?\n]*$", re.IGNORECASE)


SPOKESPERSON = Check(
    name="spokesperson",
    title="Officials who speak for the City",
    version=2,
    clauses=("P-61",),
    says=(
        "Looks on officials' own accounts for a few phrases that speak for the City or its council (“on "
        "behalf of the City”), where the official was not designated on that day. A denial before them lets "
        "them pass; so does “the City of” another place, once the City's name is entered with its policy. "
        "What is only implied it does not find, and whether words speak for the City is for a person to "
        "judge."
    ),
    answered_by=("counsel", "clerk"),
    of_item=_look,
)
