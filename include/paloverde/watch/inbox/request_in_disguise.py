"""Comments and messages that are a request for records, a claim, a notice or public comment (P-22).

The policy says that none of them is notice or public comment (V.A.11). A request for records counts all the
same, however it reaches the City, and its days run (Gov. Code 7922.535(a); rulebook R-10).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from paloverde.archive.registry import OTHER
from paloverde.records import Holder, Kind
from paloverde.steps import Step
from paloverde.watch.book import Book
from paloverde.watch.check import Check, Finding, Weight, as_quoted
from paloverde.watch.inbox.signs import FILE, Sign, What, answer, signs_in
from paloverde.watch.seen import Seen
from paloverde.wording import several, spoken

_LOOKED_AT = frozenset((Kind.COMMENT, Kind.MESSAGE, Kind.POST))
_SOONEST = list(Weight)  # in order of urgency
_PLAIN_ITEM = re.compile(r"[\w./:=@,()+-]+")  # what a command and an address take as it is
_NOUNS = {Kind.COMMENT: "comment", Kind.MESSAGE: "private message", Kind.POST: "post"}


def _look(seen: Seen, book: Book) -> Iterator[Finding]:
    if seen.kind not in _LOOKED_AT or not seen.text or seen.is_by_the_account:
        return
    found = sorted(signs_in(seen.text), key=lambda sign: sign.row.what)
    for what, signs in groupby(found, key=lambda sign: sign.row.what):
        yield _finding(seen, what, list(signs), book)


def _finding(seen: Seen, what: What, signs: Sequence[Sign], book: Book) -> Finding:
    told = FILE.what[what]
    spans = tuple(span for sign in signs for span in sign.spans)
    quoted = several(tuple(dict.fromkeys(f"“{as_quoted(span.words)}”" for span in spans)))
    site = book.city_domains[0] if book.city_domains else ""
    fitting = answer(what, signs[0].row.language, site)
    return CHECK.in_item(
        seen,
        f"This {_noun(seen)} {told.says}: {quoted}. {_law(seen, what)}",
        f"{told.todo.format(step=_step(seen))} An answer that fits: “{fitting}”",
        weight=min((sign.row.how_soon for sign in signs), key=_SOONEST.index),
        spans=spans,
        rule=", ".join(sign.rule for sign in signs),
        which=what.value,
    )


def _noun(seen: Seen) -> str:
    return "e-mail" if _is_mail(seen) else _NOUNS[seen.kind]


def _is_mail(seen: Seen) -> bool:
    """Whether it was handed in as an e-mail: its poster's name there is an address."""
    is_message = seen.kind is Kind.MESSAGE and seen.account.platform == OTHER
    return is_message and "@" in (seen.poster.username or "")


def _law(seen: Seen, what: What) -> str:
    """What follows where it is what it looks like."""
    cite = FILE.what[what].cite
    if what is not What.RECORDS:
        return f"It has no effect in law before it is given as the law prescribes ({cite})."
    day = spoken(seen.said_on)
    if seen.account.holder is Holder.OFFICIAL:
        return (
            f"It was written on {day} to an official; a request counts from the day the City got it ({cite})."
        )
    return f"A request counts however it is made, from the day it came; this came on {day} ({cite})."


def _step(seen: Seen) -> str:
    """How it is taken in. Its name is filled in only where that is plain: a message's id may be anything."""
    channel = "email" if _is_mail(seen) else "message"
    day = seen.said_on
    named = (seen.item,) if _PLAIN_ITEM.fullmatch(seen.item) else ()
    return Step.RECEIVE.of(channel, day.isoformat(), *named)


CHECK = Check(
    name="request-in-disguise",
    title="Requests, claims and notices in comments and messages",
    version=2,
    clauses=("P-22",),
    says="Looks in comments, private messages, posts of others and e-mails that were handed in for "
    "phrases, in English and Spanish, by which people ask for records, speak of a claim, give notice "
    "or want to be heard at a meeting. Of 45 such messages that it was not made with it found 38, "
    "and of 61 others it flagged none; all of these are invented. What is asked for in other words, "
    "or in a picture, it does not see.",
    answered_by=("clerk", "counsel"),
    of_item=_look,
)
