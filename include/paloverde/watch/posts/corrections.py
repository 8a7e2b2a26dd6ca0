"""untied-correction and corrections: posts that correct earlier ones, and which is known of them (V.E.4(a)).

An edit keeps what it said before in its versions. A correction that is a post of its own is tied to what it
corrects by people, in a register, or by the site, where it answers that very post.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from paloverde.records import Kind, archive_day
from paloverde.watch.book import Book
from paloverde.watch.check import Check, Finding
from paloverde.watch.measures import measure
from paloverde.watch.now import Now
from paloverde.watch.posts.lexicon import lexicon, quoted
from paloverde.watch.register import Entered
from paloverde.watch.registers.corrections import CORRECTIONS, Correction
from paloverde.watch.report import Report, Table
from paloverde.watch.seen import Seen
from paloverde.wording import short

_SAID = (Kind.POST.value, Kind.COMMENT.value)
_BEGINNING = 80  # characters
_GONE = "not in the archive"


def _untied(now: Now, book: Book) -> Iterator[Finding]:
    tied = {one.entry.item for one in book.of(CORRECTIONS).values()}
    since = archive_day(now.at) - timedelta(days=measure("correction_days"))
    for account in now.accounts():
        newest = {seen.item: seen for seen in now.seen(account.slug, since, *_SAID)}
        own = {seen.native_id for seen in newest.values() if seen.is_by_the_account}
        for seen in newest.values():
            if seen.is_by_the_account and seen.item not in tied and seen.parent_id not in own:
                yield from _reads_so(seen)


def _reads_so(seen: Seen) -> Iterator[Finding]:
    met = next(iter(lexicon("corrections").met_in(seen.text)), None)
    if met is not None:
        yield UNTIED_CORRECTION.in_item(
            seen,
            f"This reads like {met.row.says} ({quoted(met.spans)}), and nothing says which post it corrects "
            f"({met.row.cite}).",
            f"Enter under {CORRECTIONS.title} what it corrects, or that it corrects no post. It then shows "
            "on the "
            "pages of both.",
            weight=met.row.how_soon,
            spans=met.spans,
            rule=met.rule,
        )


def _report(now: Now, book: Book, since: date, until: date) -> Table:
    filed = sorted(book.of(CORRECTIONS).values(), key=lambda one: (one.at, one.id))
    in_time = (one for one in filed if since <= archive_day(one.at) <= until)
    return Table(_COLUMNS, tuple(row for one in in_time for row in _rows(one, now)), _NOTES)


def _rows(one: Entered[Correction], now: Now) -> Iterator[tuple[str, ...]]:
    filed = short(archive_day(one.at))
    for item in one.entry.corrects or ("",):
        wrong = (item, *_said(item, now)) if item else ("no post", "", "")
        yield (one.entry.item, *_said(one.entry.item, now), *wrong, one.entry.note, filed)


def _said(item: str, now: Now) -> tuple[str, str]:
    """When an item was said, and how it begins."""
    seen = now.newest(item)
    if seen is None:
        return "", _GONE
    words = " ".join(seen.text.split())
    return short(seen.said_on), words if len(words) <= _BEGINNING else f"{words[:_BEGINNING]}…"


_COLUMNS = (
    "Correction", "Said on", "It begins", "What it corrects", "Was said on", "That begins", "What was wrong",
    "Entered on",
)  # fmt: skip
_NOTES = (
    "By the day on which the tie was entered. What an edit of the same post changed stands in its versions.",
)
CORRECTIONS_MADE = Report(
    name="corrections",
    title="Corrections and what they correct",
    clauses=("P-60",),
    says="Each correction that is a post of its own, what it corrects, and when both were said.",
    read_by=("clerk", "counsel", "public_affairs", "auditor"),
    make=_report,
)
UNTIED_CORRECTION = Check(
    name="untied-correction",
    title="Corrections that nobody tied to what they correct",
    version=1,
    clauses=("P-60",),
    says="What an account itself posted in the last "
    f"{measure('correction_days')} days that reads like a correction (“Correction:”, “we previously said”, "
    "“we apologize for the error”, in Spanish too) and that neither the register of corrections nor the site "
    "ties to an earlier post. A correction in other words it does not know.",
    answered_by=("public_affairs", "clerk"),
    of_now=_untied,
)
