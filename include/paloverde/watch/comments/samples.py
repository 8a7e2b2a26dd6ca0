"""hiding-sample and over-blocking: whether what hides comments hides the right ones (V.B.9, P-50, T-28)."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from datetime import date

from paloverde.records import archive_day
from paloverde.retention.dossier import RemovalFact, subject_of
from paloverde.watch.book import Book
from paloverde.watch.comments.acted import Share
from paloverde.watch.comments.hidden import Hidden, citation, hidden, hidden_facts, lists_that_hid
from paloverde.watch.comments.listed import LISTED_WORDS
from paloverde.watch.comments.public import begins, item_of
from paloverde.watch.comments.terms import Terms
from paloverde.watch.findings import Verdict
from paloverde.watch.measures import measure
from paloverde.watch.now import Judged, Now
from paloverde.watch.registers.moderation import periods
from paloverde.watch.report import Report, Table
from paloverde.watch.sampling import month_of
from paloverde.wording import short

_EDITED = "(edited or gone since)"
_SECRETS = "(a number or password)"


def _sample(now: Now, book: Book, since: date, until: date) -> Table:
    rows = []
    for month, facts in sorted(_by_month(now, since, until).items()):
        drawn = sorted(facts, key=lambda fact: _lot(month, item_of(fact)))
        some = (one for fact in drawn if (one := hidden(now, fact)) is not None)
        rows += [
            _row(month, one, now, book) for one, _ in zip(some, range(measure("hiding_sample")), strict=False)
        ]
    return Table(_SAMPLE_COLUMNS, tuple(rows), _SAMPLE_NOTES)


def _by_month(now: Now, since: date, until: date) -> dict[str, list[RemovalFact]]:
    """What was found hidden in each month that the days touch, the whole month, each item once."""
    first, last = f"{since:%Y-%m}", f"{until:%Y-%m}"
    months: dict[str, dict[str, RemovalFact]] = {}
    for account in now.accounts():
        for fact in hidden_facts(now, account.slug):
            if first <= (month := month_of(fact.confirmed_at)) <= last:
                months.setdefault(month, {})[item_of(fact)] = fact
    return {month: [*of.values()] for month, of in months.items()}


def _lot(month: str, item: str) -> str:
    """The place of an item in the lot of a month: whoever draws again draws the same."""
    return hashlib.sha256(f"{month}\0hiding-sample\0{item}".encode("utf-8", "surrogatepass")).hexdigest()


def _row(month: str, one: Hidden, now: Now, book: Book) -> tuple[str, ...]:
    return month, one.seen.item, short(archive_day(one.at)), begins(one.seen.text), _why(one, now, book)


def _why(one: Hidden, now: Now, book: Book) -> str:
    """What explains that a comment is hidden."""
    subject = subject_of(one.fact.item) if one.fact else ""
    cited = citation(now.papers(one.seen.account.slug).get(subject, ()))
    told = [of.rule for of in lists_that_hid(one, book)]
    if cited is not None:
        told.append(", ".join(f"V.B.4({letter})" for letter in cited.guidelines))
    return "; ".join(told) or "nothing on record"


def _over_blocking(now: Now, book: Book, since: date, until: date) -> Table:
    wrong, judged = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for one in now.judged(LISTED_WORDS.name):
        if since <= archive_day(one.at) <= until:
            for term in _terms_of(one, now, book):
                judged[one.rule, term] += 1
                wrong[one.rule, term] += one.verdict == Verdict.WRONG
    shares = {name: Share(wrong[name], of) for name, of in judged.items()}
    worst = sorted(shares.items(), key=lambda one: (-one[1].acted / one[1].of, -one[1].of, one[0]))
    rows = tuple((rule, term, *share.cells) for (rule, term), share in worst)
    return Table(_BLOCKING_COLUMNS, rows, _BLOCKING_NOTES)


def _terms_of(judged: Judged, now: Now, book: Book) -> Iterator[str]:
    """The terms of the list that stood in the comment that was judged."""
    of = next((one for one in periods(book) if one.rule == judged.rule), None)
    if of is None:
        yield _SECRETS
        return
    seen = now.newest(judged.about)
    if seen is None or seen.version_sha256 != judged.version_sha256:
        yield _EDITED
        return
    terms = Terms([(of, of.entry.terms, of.entry.domains)])
    yield from {found.term for found in terms.places(seen.text)} or {_EDITED}


_SAMPLE_COLUMNS = ("Month", "Comment", "Found hidden", "It begins", "What explains it")
_SAMPLE_NOTES = (
    (
        f"Of each month {measure('hiding_sample')} hidden comments are drawn by lot, of all accounts "
        "together, whatever the days asked for within it: whoever draws again draws the same. The lot of a "
        "month that is not over may still change."
    ),
    (
        "A person reads each: does it break the Content Guideline that its list or citation names? What does "
        "not is shown again at the site; enter it under Reports of content, and answer the finding as a "
        "false alarm where there is one, so that “over-blocking” counts it."
    ),
    "Facebook, Instagram and YouTube tell what is hidden; X, LinkedIn and Nextdoor do not.",
)
_BLOCKING_COLUMNS = (
    "List and version", "Word, phrase or site", "Judged", "False alarms", "Share",
    "The true share lies between",
)  # fmt: skip
_BLOCKING_NOTES = (
    (
        "A false alarm is a comment that the word is in and that broke no guideline, as a person judged. A "
        "word that hits what people may say is taken off its list: an inflexible filter of words did not "
        "stand in court (PETA v. Tabak, D.C. Cir. 2024)."
    ),
    (
        "Only what people answered is counted, and they answer first what looks bad: where few were judged, "
        "the last column is wide. With 95 of 100 such reports the true share lies in it."
    ),
    (
        "A comment with several words of a list counts for each. One that was edited or destroyed since it "
        "was judged is counted under its list alone."
    ),
)
_READERS = ("clerk", "counsel", "public_affairs", "auditor")
HIDING_SAMPLE = Report(
    name="hiding-sample",
    title="Hidden comments to be looked at",
    clauses=("P-50",),
    says="A random sample of the comments that were found hidden in each month, with what explains each, "
    "for a person to judge.",
    read_by=_READERS,
    make=_sample,
)
OVER_BLOCKING = Report(
    name="over-blocking",
    title="Words that hit what people may say",
    clauses=("P-50",),
    says="Of the findings of “listed-words” that people answered in these days, how many were false "
    "alarms, by list, version and word.",
    read_by=_READERS,
    make=_over_blocking,
)
