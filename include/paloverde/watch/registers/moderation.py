"""Lists of words and of linked sites, and who approved which version of them (policy V.B.4, V.B.9; P-32).

The City writes its own lists; none comes with this program. Whoever files a list proposes it. A version of it
counts once two other people have approved that very version, one of them counsel. A change is a new version:
what was approved before goes on to count until the new one is approved, or the list is withdrawn.

So that "which list hid this comment?" has one answer (P-50), what counted at any moment is read from the
papers themselves.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise
from textwrap import shorten
from typing import Annotated, Any, NamedTuple, TypeVar

import msgspec
from msgspec import Meta

from paloverde.records import PACIFIC
from paloverde.retention.guidelines import GUIDELINES
from paloverde.retention.holds import person
from paloverde.watch.book import Book
from paloverde.watch.register import Entered, Register

_LONGEST_CLAUSE = 90  # characters of a guideline beside its letter
V = TypeVar("V", bound=msgspec.Struct)
A = TypeVar("A", bound=msgspec.Struct)
# Under which guidelines a list may hide by itself. Of solicitations (f) only exact repeats may (P-35).
MAY_HIDE = frozenset(letter for letter, one in GUIDELINES.items() if one.rule_may_act) - {"f"}
# Under which no list is taken at all, and why.
_NO_LIST = {
    "a": "no list of words tells what is on the topic: a filter that did was struck down (PETA v. Tabak, "
    "D.C. Cir. 2024). A person reads the comment beside its post.",
    "b": "enter the candidate or measure among Elections, with words of both sides.",
}
_ACTOR = re.compile(r"(?P<name>[^,(]+)(?:,.*?)?(?:\((?P<username>[^()]+)\))?", re.DOTALL)
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}")
_LEAST_LETTERS = 2  # of a term: a single letter stands in every text


class Letter(StrEnum):
    """A Content Guideline, policy V.B.4."""

    A, B, C, D, E, F = "a", "b", "c", "d", "e", "f"
    G, H, I, J, K = "g", "h", "i", "j", "k"  # noqa: E741

    @property
    def in_words(self) -> str:
        return shorten(GUIDELINES[self.value].clause, _LONGEST_CLAUSE, placeholder=" …")


class Office(StrEnum):
    """For which office somebody approves."""

    COUNSEL = "counsel"
    CITY_MANAGER = "the City Manager or designee"
    CLERK = "the City Clerk"


class WordList(msgspec.Struct, frozen=True):
    """One list, as it was last filed. It is of one guideline and one language."""

    id: Annotated[
        str, Meta(title="Short name", description="Such as profanity-en. It names the list and stays.")
    ]
    guideline: Annotated[
        Letter, Meta(title="Content Guideline", description="The letter of policy V.B.4, such as c.")
    ]
    terms: Annotated[
        tuple[str, ...],
        Meta(
            title="Words and exact phrases",
            description="One on each line, as whole words: “gin” is not found in “engine”. Capitals and "
            "accents do not matter.",
        ),
    ] = ()
    domains: Annotated[
        tuple[str, ...],
        Meta(
            title="Linked sites",
            description="One on each line, such as casino.example; its subdomains count.",
        ),
    ] = ()
    language: Annotated[str, Meta(title="Language", description="Such as en or es.")] = "en"
    hides_at: Annotated[
        tuple[str, ...],
        Meta(
            title="Accounts whose site hides what it matches",
            description="One short name on each line: somebody has put these words into the site's own "
            "filter there. Leave empty for a list that only points things out.",
            extra={"of": "account"},
        ),
    ] = ()
    since: Annotated[date | None, Meta(title="Counts from")] = None
    until: Annotated[date | None, Meta(title="Counts until, that day included")] = None


class ListApproval(msgspec.Struct, frozen=True):
    """Whoever files it approves one version of one list."""

    list: Annotated[str, Meta(title="List", extra={"of": "word-lists"})]
    version: Annotated[
        int,
        Meta(title="Version", description="The number of the list's entry, as its history shows it."),
    ]
    office: Annotated[
        Office,
        Meta(title="You approve for", description="Two different people approve, one of them counsel."),
    ]
    remark: Annotated[str, Meta(title="Remark", extra={"long": True})] = ""

    @property
    def of(self) -> tuple[str, int]:
        """What is approved: an entry, and the number of its paper."""
        return self.list, self.version


def _wrong_list(entry: WordList) -> str:
    if not entry.terms and not entry.domains:
        return "give at least one word, phrase or linked site."
    if why_none := _NO_LIST.get(entry.guideline):
        return why_none
    if entry.hides_at and entry.guideline not in MAY_HIDE:
        why = GUIDELINES[entry.guideline]
        only = f"only {why.rule_may_act} may" if why.rule_may_act else "a person must decide"
        return (
            f"no list may hide by itself under V.B.4({why.letter}): {only} "
            f"({why.source}). Leave “Accounts whose site hides what it matches” empty: the list then points "
            "things out."
        )
    for term in entry.terms:
        if sum(char.isalnum() for char in term) < _LEAST_LETTERS:
            return f"{term!r} is too short to be looked for: it would be found everywhere."
    for domain in entry.domains:
        if _DOMAIN.fullmatch(domain.lower()) is None:
            return f"{domain!r} is no name of a site: write it as casino.example, without https:// and path."
    if entry.since and entry.until and entry.until < entry.since:
        return "the last day lies before the first."
    return ""


WORD_LISTS = Register(
    name="word-lists",
    title="Lists of words",
    about="Words, phrases and linked sites that may break a Content Guideline. A version counts once two "
    "people beside its filer have approved it, one of them counsel.",
    entry=WordList,
    clauses=("P-32", "P-34", "P-37", "P-40", "P-50", "P-30"),
    keepers=("clerk", "counsel", "public_affairs"),
    named_by="id",
    wrong=_wrong_list,
    keeps_versions=True,
)
APPROVALS = Register(
    name="word-list-approvals",
    title="Approvals of lists of words",
    about="Who approved which version of which list. Whoever is signed in approves, for one office; a second "
    "approval by the same person counts nothing.",
    entry=ListApproval,
    clauses=("P-32", "P-50"),
    keepers=("clerk", "counsel", "public_affairs"),
    prefix="WLA",
    wrong=lambda entry: "a version is a number from 1." if entry.version < 1 else "",
    keeps_versions=True,
    reserved=(("office", Office.COUNSEL.value, "counsel"),),
)


class InForce(NamedTuple):
    """A version of a list, and from when until when it counted: `ends` is None while it still does."""

    id: str
    version: int
    entry: WordList
    begins: datetime
    ends: datetime | None

    @property
    def rule(self) -> str:
        """As a finding cites it."""
        return f"{WORD_LISTS.name}/{self.id}#{self.version}"


def version_at(
    papers: Sequence[Entered[V]], approvals: Sequence[Entered[Any]], moment: datetime
) -> Entered[V] | None:
    """Which version of a list (or of a hiding rule) counted at a moment; None where none did.

    `papers` are all that were filed of this one, `approvals` all that were filed of any.
    """
    filed = [one for one in papers if one.at <= moment]
    gone = max((at for at, one in enumerate(filed) if one.withdrawn), default=-1)
    stated = [one for one in _last_of_each(approvals, moment) if not one.withdrawn]
    for one in reversed(filed[gone + 1 :]):
        entry: Any = one.entry
        if (entry.since is None or _start(entry.since) <= moment) and is_approved(one, stated):
            has_ended = entry.until is not None and moment >= _start(entry.until + timedelta(days=1))
            return None if has_ended else one
    return None


@lru_cache(maxsize=4)  # a round has one book
def periods(book: Book) -> tuple[InForce, ...]:
    """Every version of every list that ever counted, and when."""
    papers, approvals = book.papers(WORD_LISTS), book.papers(APPROVALS)
    found: list[InForce] = []
    for id_ in sorted({one.id for one in papers}):
        found += _periods_of([one for one in papers if one.id == id_], approvals)
    return tuple(found)


@lru_cache(maxsize=64)
def lists_in_force(book: Book, day: date) -> tuple[InForce, ...]:
    """The lists that count at the end of a day, each in the version that then counts."""
    midnight = _start(day + timedelta(days=1))
    return tuple(
        one for one in periods(book) if one.begins < midnight and (one.ends is None or midnight <= one.ends)
    )


def lists_between(book: Book, first: datetime, last: datetime) -> list[InForce]:
    """The versions that counted at some moment of a time."""
    return [one for one in periods(book) if one.begins <= last and (one.ends is None or first < one.ends)]


def _periods_of(
    papers: Sequence[Entered[WordList]], approvals: Sequence[Entered[ListApproval]]
) -> Iterator[InForce]:
    moments = {one.at for one in papers} | {one.at for one in approvals}
    moments |= {_start(one.entry.since) for one in papers if one.entry.since}
    moments |= {_start(one.entry.until + timedelta(days=1)) for one in papers if one.entry.until}
    changes: list[tuple[datetime | None, Entered[WordList] | None]] = []
    for moment in sorted(moments):
        version = version_at(papers, approvals, moment)
        if not changes or changes[-1][1] is not version:
            changes.append((moment, version))
    for (begins, version), (ends, _) in pairwise([*changes, (None, None)]):
        if version is not None and begins is not None:
            yield InForce(version.id, version.number, version.entry, begins, ends)


def is_approved(version: Entered[Any], stated: Sequence[Entered[Any]]) -> bool:
    """Whether two people beside its filer approved it after it was filed, one of them counsel (P-32)."""
    given = [one for one in stated if approves(one, version)]
    by_counsel = [one for one in given if one.entry.office is Office.COUNSEL]
    return any(_names(one.by).isdisjoint(_names(other.by)) for one in by_counsel for other in given)


def approves(one: Entered[Any], version: Entered[Any]) -> bool:
    """Whether it is an approval of this very version, filed after it by somebody else who had signed in."""
    return (
        one.entry.of == (version.id, version.number)
        and one.at >= version.at
        and bool(_names(one.by))
        and _names(one.by).isdisjoint(_names(version.by))
    )


def _names(by: str) -> frozenset[str]:
    """By what an actor is told apart: name, and username where noted ("Ana Ruiz, clerk, desk (ana)").

    None where nobody signed in, as at a bare command line: nobody knows who that was.
    """
    noted = _ACTOR.fullmatch(by)
    if noted is None or noted["name"].startswith("command line"):
        return frozenset()
    return frozenset(person(name) for name in noted.groups() if name)


def _last_of_each(approvals: Sequence[Entered[A]], moment: datetime) -> list[Entered[A]]:
    return [*{one.id: one for one in approvals if one.at <= moment}.values()]


def _start(day: date) -> datetime:
    """The moment at which a day begins in the City."""
    return datetime.combine(day, time(), PACIFIC)
