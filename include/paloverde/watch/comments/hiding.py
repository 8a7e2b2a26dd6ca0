"""unexplained-hiding: comments that the public does not see, and nothing on record says why (V.B.9, P-50).

A hidden comment is explained by a version of a list that was set in the site's filter of that account and
counted at some moment between the comment and the look that found it hidden; or by the guideline that
somebody cited for it. What a site holds back by itself, as likely spam, waits for somebody of the City.
"""

from __future__ import annotations

from collections.abc import Iterator

from paloverde.records import archive_day
from paloverde.retention.dossier import cause_of, subject_of
from paloverde.watch.book import Book
from paloverde.watch.check import Check, Finding, Weight
from paloverde.watch.comments.hidden import (
    Hidden,
    citation,
    held,
    hidden,
    hidden_facts,
    is_shown_again,
    lists_that_hid,
)
from paloverde.watch.now import Now
from paloverde.wording import spoken

_NOT_THE_CITYS = frozenset({"author", "platform", "privacy"})  # causes, as a person settled them


def _unexplained(now: Now, book: Book) -> Iterator[Finding]:
    for account in now.accounts():
        last = {one.seen.item: one for one in _uncited(now, account.slug)}
        for one in (*last.values(), *held(now, account.slug)):
            if not lists_that_hid(one, book):
                yield _finding(one)


def _uncited(now: Now, slug: str) -> Iterator[Hidden]:
    """Comments that were found hidden, are hidden still, and for which nobody cited a guideline."""
    papers = now.papers(slug)
    for fact in hidden_facts(now, slug):
        mine = papers.get(subject_of(fact.item), ())
        if citation(mine) is None and cause_of(fact, mine) not in _NOT_THE_CITYS:
            one = hidden(now, fact)
            if one is not None and not is_shown_again(one):
                yield one


def _finding(one: Hidden) -> Finding:
    day = spoken(archive_day(one.at))
    if one.fact is None:
        return UNEXPLAINED_HIDING.in_item(
            one.seen,
            f"The site holds this comment back, and the public does not see it (seen so on {day}). No list "
            "that the City set there names anything in it.",
            "Look at it at the site: let it be seen, or reject it under a Content Guideline. What nobody "
            "decides is hidden all the same.",
            weight=Weight.ADVICE,
        )
    return UNEXPLAINED_HIDING.in_item(
        one.seen,
        f"This comment is hidden (found so on {day}), and nothing on record says why: no list that "
        "counted then and is set in the filter of this account names anything in it, and no Content "
        "Guideline is cited.",
        "Show it again at the site, or cite in Removed content under which Content Guideline it was "
        "hidden, and who decided. Nobody's comment is hidden for its opinion (V.B.9).",
    )


UNEXPLAINED_HIDING = Check(
    name="unexplained-hiding",
    title="Hidden, and nothing says why",
    version=1,
    clauses=("P-50",),
    says="Comments that a site shows as hidden by the page, or holds back for review, and that neither a "
    "list in force then (set in the filter of that account) nor a cited Content Guideline explains. "
    "Facebook, Instagram and YouTube tell what is hidden or held; X, LinkedIn and Nextdoor do not. What "
    "filter is really set at a site no site tells: the register of lists states it.",
    answered_by=("public_affairs", "clerk", "counsel"),
    of_now=_unexplained,
)
