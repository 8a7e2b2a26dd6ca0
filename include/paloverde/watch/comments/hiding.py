"""unexplained-hiding: comments that the public does not see, and nothing on record says why (V.B.9, P-50).

A hidden comment is explained by a version of a list that was set in the site's filter of that account and
counted at some moment between the comment and the look that found it hidden; or by the guideline that
somebody cited for it. What a site holds back by itself, as likely spam, waits for somebody of the City.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from paloverde.records import Kind, archive_day
from paloverde.retention.dossier import RemovalFact, cause_of, subject_of
from paloverde.watch.book import Book
from paloverde.watch.check import Check, Finding, Weight
from paloverde.watch.comments.hidden import (
    Hidden,
    all_hidden,
    citation,
    held,
    hidden_facts,
    is_shown_again,
    lists_that_hid,
)
from paloverde.watch.now import Now
from paloverde.wording import some, spoken

_MOST_LINKS = 50
_UNDECIDED = "under a Content Guideline. What nobody decides is hidden all the same."
_NOT_THE_CITYS = frozenset({"author", "platform", "privacy"})  # causes, as a person settled them


def _unexplained(now: Now, book: Book) -> Iterator[Finding]:
    for account in now.accounts():
        for one in all_hidden(now, _uncited(now, account.slug)):
            if not is_shown_again(one) and not lists_that_hid(one, book):
                yield _of_hidden(one)
        groups: dict[tuple[str, int], list[Hidden]] = {}
        for one in held(now, account.slug):
            if not lists_that_hid(one, book):
                groups.setdefault((one.seen.thread_id or one.seen.item, one.seen.sequence), []).append(one)
        yield from map(_of_held, groups.values())


def _uncited(now: Now, slug: str) -> Iterator[RemovalFact]:
    """What was found hidden, and nobody cited a guideline for."""
    papers = now.papers(slug)
    for fact in hidden_facts(now, slug):
        mine = papers.get(subject_of(fact.item), ())
        if citation(mine) is None and cause_of(fact, mine) not in _NOT_THE_CITYS:
            yield fact


def _of_held(ones: Sequence[Hidden]) -> Finding:
    """What one run found held back under one post: somebody looks at all of it at the site in one go.

    What a run observed never grows, so that no later comment hides behind the answer to an earlier one.
    """
    one, day = ones[0], spoken(archive_day(ones[0].at))
    if len(ones) == 1:
        return UNEXPLAINED_HIDING.in_item(
            one.seen,
            f"The site holds this comment back, and the public does not see it (seen so on {day}). No list "
            "that the City set there names anything in it.",
            f"Look at it at the site: let it be seen, or reject it {_UNDECIDED}",
            weight=Weight.ADVICE,
        )
    slug, items = one.seen.account.slug, tuple(sorted(each.seen.item for each in ones))
    return UNEXPLAINED_HIDING.found(
        f"{slug}/{Kind.POST}/{one.seen.thread_id}",
        f"The site holds {some(len(ones), 'comment')} under this post back, and the public does not see them "
        f"(seen so on {day}). No list that the City set there names anything in them.",
        f"Look at each at the site: let it be seen, or reject it {_UNDECIDED}",
        weight=Weight.ADVICE,
        account=slug,
        which=f"held, run {one.seen.sequence}",
        links=items[:_MOST_LINKS],
    )


def _of_hidden(one: Hidden) -> Finding:
    day = spoken(archive_day(one.at))
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
    version=2,
    clauses=("P-50",),
    says="Comments that a site shows as hidden by the page, or holds back for review, and that neither a "
    "list in force then (set in the filter of that account) nor a cited Content Guideline explains. What "
    "one night found held back under one post is one finding. "
    "Facebook, Instagram and YouTube tell what is hidden or held; X, LinkedIn and Nextdoor do not. What "
    "filter is really set at a site no site tells: the register of lists states it.",
    answered_by=("public_affairs", "clerk", "counsel"),
    of_now=_unexplained,
)
