"""near-repeats: nearly the same text again and again, a word or two changed each time (V.B.4(f), P-35).

Whoever advertises changes a word so that no filter of exact repeats finds it. Texts are compared as review
compares near-duplicates (`requests.likeness`), by the runs of three words that they share. What is found here
a person reads: only exact repeats may be hidden by a filter.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import NamedTuple

from paloverde.records import Kind, archive_day
from paloverde.requests.likeness import alike
from paloverde.watch.book import Book
from paloverde.watch.check import Check, Finding, Weight
from paloverde.watch.comments.public import is_kept_back, is_of_the_public, removed
from paloverde.watch.comments.repeats import leads_elsewhere, letters_in, poster_of, same_text
from paloverde.watch.measures import measure
from paloverde.watch.now import Now
from paloverde.wording import some

_MOST_LINKS = 50
_PERCENT = 100


class _Said(NamedTuple):
    """One comment: its folded text, who said it, under what, and whether it leads to somebody's business."""

    item: str
    folded: str
    poster: str
    under: str
    leads: bool


def _near(now: Now, book: Book) -> Iterator[Finding]:
    for account in now.accounts():
        said = _said(now, account.slug, book.city_domains)
        texts = [*dict.fromkeys(one.folded for one in said)]
        for group in alike(texts, measure("near_repeat_likeness") / _PERCENT):
            together = {texts[number] for number in group}
            of_it = [one for one in said if one.folded in together]
            yield from _by_one(account.slug, of_it)
            yield from _by_several(account.slug, of_it)


def _said(now: Now, slug: str, city_domains: tuple[str, ...]) -> list[_Said]:
    """The public's comments of the last days, each as last seen; what is hidden or gone is left out."""
    since = archive_day(now.at) - timedelta(days=measure("repeat_days"))
    is_gone, found = removed(now, slug), dict[str, _Said]()
    for seen in now.seen(slug, since, Kind.COMMENT.value):
        folded = same_text(seen.text)
        is_out = is_kept_back(seen) or is_gone(seen) or letters_in(folded) < measure("repeat_letters")
        found.pop(seen.item, None)
        if is_of_the_public(seen) and not is_out and poster_of(seen):
            leads = leads_elsewhere(seen.text, city_domains)
            found[seen.item] = _Said(
                seen.item, folded, poster_of(seen), seen.thread_id or seen.parent_id, leads
            )
    return [*found.values()]


def _by_one(slug: str, said: Sequence[_Said]) -> Iterator[Finding]:
    of: dict[str, list[_Said]] = {}
    for one in said:
        of.setdefault(one.poster, []).append(one)
    for poster, theirs in of.items():
        posts = {one.under for one in theirs if one.under}
        if len(posts) >= measure("repeat_posts") and _differ(theirs):
            what = f"One poster wrote nearly the same text under {some(len(posts), 'post')} within"
            yield _finding(slug, f"{poster}\0{theirs[0].item}", what, theirs)


def _by_several(slug: str, said: Sequence[_Said]) -> Iterator[Finding]:
    theirs = [one for one in said if one.leads]
    posters = {one.poster for one in theirs}
    if len(posters) >= measure("repeat_posters") and _differ(theirs):
        who = some(len(posters), "poster")
        what = f"{who} wrote nearly the same text with a link or a number to call within"
        yield _finding(slug, theirs[0].item, what, theirs)


def _differ(said: Sequence[_Said]) -> bool:
    """Whether more than one text is among them: the very same is told by the check of exact repeats."""
    return len({one.folded for one in said}) > 1


def _finding(slug: str, name: str, what: str, said: Sequence[_Said]) -> Finding:
    return NEAR_REPEATS.found(
        slug,
        f"{what} {some(measure('repeat_days'), 'day')}, with words changed: {some(len(said), 'comment')} in "
        "all. It may be advertising, V.B.4(f).",
        "Read them. What solicits commerce may be hidden at the site by a person, and V.B.4(f) is cited "
        "for each "
        "in Removed content; no filter acts on what is not an exact repeat. A petition, thanks or a "
        "complaint "
        "breaks no guideline and stays. Nothing was hidden here.",
        account=slug,
        weight=Weight.ADVICE,
        which=hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:16],
        rule="measures/near-repeats#1",
        links=tuple(one.item for one in said)[:_MOST_LINKS],
    )


NEAR_REPEATS = Check(
    name="near-repeats",
    title="Nearly the same comment again and again",
    version=1,
    clauses=("P-35",),
    says=f"Texts of {measure('repeat_letters')} letters or more of which "
    f"{measure('near_repeat_likeness')} of "
    "100 "
    f"runs of three words are the same: of one poster under {measure('repeat_posts')} posts, or of "
    f"{measure('repeat_posters')} posters where each carries a link, an e-mail address or a telephone "
    "number, "
    f"within {measure('repeat_days')} days on one account. The very same text is told by “exact-repeats”; "
    "one "
    "that is written anew each time is not found.",
    answered_by=("public_affairs", "clerk"),
    of_now=_near,
)
