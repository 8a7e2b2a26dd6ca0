"""moderation-fairness and election-skew: whether the City treats alike what is alike (V.B.1, P-52; P-31)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date
from math import sqrt

from paloverde.records import Holder
from paloverde.retention.guidelines import GUIDELINES
from paloverde.watch.book import Book
from paloverde.watch.comments.acted import NO_LETTER, Share, days_of
from paloverde.watch.comments.electing import Side
from paloverde.watch.now import Now
from paloverde.watch.registers.moderation_cases import ELECTIONS
from paloverde.watch.report import Report, Table
from paloverde.watch.sampling import interval

_COLUMNS = (
    "What", "Which", "Comments", "Hidden or removed by who keeps the page", "Share",
    "The true share lies between", "Gone, and nobody settled why",
)  # fmt: skip
_EXPLAINED = (
    (
        "A comment counts in the day on which it was posted, whenever it was hidden or removed. The "
        "City's is what the site says the page hid, what a person settled so, and what a Content "
        "Guideline is cited for. The last column may be the City's or its author's doing: settle it in "
        "Removed content first."
    ),
    (
        "“The true share lies between” says how far chance alone moves a share: it holds the true one in "
        "95 of 100 such reports. Where two of these overlap widely, the figures show no difference. They "
        "never show that there is none."
    ),
    (
        "Figures do not say why. Off-topic comments, advertising and threats are not spread evenly, and who "
        "posts more breaks more guidelines: look at the comments before anything is concluded."
    ),
)
_OF_WHAT = (
    "Under “Content Guideline” and “decided by”, the share is of all that the City hid or removed in these "
    "days, not of the comments. A comment for which several guidelines are cited counts under each."
)
_OFFICIALS = "official's account"
_BY_OFFICIALS = (
    "On an official's account it is the official who hides and removes, not the City: such an account has a "
    "row of its own and counts in no other. What an official deletes stands in Removed content (V.E.4(d))."
)
_TOLD = (
    "Which side a comment is of is told by words of the register of elections alone: irony, pictures and "
    "other words are not counted, so that both sides are counted too low."
)
_SIDES = (Side.SUPPORT, Side.OPPOSE)
Shares = dict[tuple[str, str], Share]  # by election and side, or by account and nothing


def _fairness(now: Now, book: Book, since: date, until: date) -> Table:
    accounts: Shares = defaultdict(Share)
    sides: Shares = defaultdict(Share)
    guidelines, deciders = Counter[str](), Counter[str]()
    officials = _officials(now)
    for comment, action in days_of(now, book, since, until):
        accounts[comment.account, ""] = accounts[comment.account, ""].plus(action)
        if comment.account in officials:
            continue
        for one in comment.sides:
            sides[one] = sides[one].plus(action)
        if action is not None and action.is_of_the_city:
            guidelines.update(map(_clause, action.letters or (NO_LETTER,)))
            deciders[action.who] += 1
    total = sum(share.acted for (slug, _), share in accounts.items() if slug not in officials)
    rows = [
        *_share_rows("account", {key: of for key, of in accounts.items() if key[0] not in officials}),
        *_share_rows(_OFFICIALS, {key: of for key, of in accounts.items() if key[0] in officials}),
        *_counted_rows("Content Guideline", guidelines, total),
        *_counted_rows("decided by", deciders, total),
        *_share_rows("side", sides),
    ]
    told = (_BY_OFFICIALS,) if any(slug in officials for slug, _ in accounts) else ()
    return Table(_COLUMNS, tuple(rows), (*_differences(book, sides), *told, _OF_WHAT, *_EXPLAINED))


def _skew(now: Now, book: Book, since: date, until: date) -> Table:
    elections = sorted(book.of(ELECTIONS).items())
    sides: Shares = {
        (id_, side): Share()
        for id_, one in elections
        if one.entry.opens_on <= until and since <= one.entry.closes_on
        for side in Side
    }
    officials = _officials(now)
    for comment, action in days_of(now, book, since, until):
        for one in comment.sides if comment.account not in officials else ():
            sides[one] = sides[one].plus(action)
    return Table(
        _COLUMNS, (*_share_rows("election", sides),), (*_differences(book, sides), _TOLD, *_EXPLAINED)
    )


def _officials(now: Now) -> set[str]:
    """The accounts on which an official hides and removes, not the City."""
    return {account.slug for account in now.accounts() if account.holder is Holder.OFFICIAL}


def _share_rows(what: str, shares: Shares) -> Iterator[tuple[str, ...]]:
    for (name, side), share in sorted(shares.items()):
        which = f"{name}: {side}" if side else name
        yield what, which, *share.cells, f"{share.unknown:,}"


def _counted_rows(what: str, counted: Counter[str], total: int) -> Iterator[tuple[str, ...]]:
    """By number; the share is of all that the City hid or removed."""
    for which, number in sorted(counted.items(), key=lambda one: (-one[1], one[0])):
        yield what, which, "", f"{number:,}", f"{number / total:.1%}", "", ""


def _differences(book: Book, sides: Shares) -> Iterator[str]:
    """For each election what the two shares say together."""
    for id_, entered in sorted(book.of(ELECTIONS).items()):
        support, oppose = (sides.get((id_, side), Share()) for side in _SIDES)
        if support.of and oppose.of:
            yield f"{entered.entry.title}: {difference(support, oppose)}"


def difference(support: Share, oppose: Share) -> str:
    """What two shares say together: R. G. Newcombe, Statistics in Medicine 17 (1998) 873, method 10."""
    one, other = support.acted / support.of, oppose.acted / oppose.of
    low_one, high_one = interval(support.acted, support.of)
    low_other, high_other = interval(oppose.acted, oppose.of)
    between = one - other
    low = between - sqrt((one - low_one) ** 2 + (high_other - other) ** 2)
    high = between + sqrt((high_one - one) ** 2 + (other - low_other) ** 2)
    span = f"the true difference lies between {low * 100:+.1f} and {high * 100:+.1f} points of a hundred"
    if low <= 0 <= high:
        return (
            f"chance alone can make this difference ({span}). That is no proof that both are treated alike."
        )
    side = "support" if low > 0 else "opposition"
    return (
        f"comments in {side} were hidden or removed more often, and chance alone hardly makes that "
        f"difference ({span}). Look at them one by one, and ask counsel."
    )


def _clause(letter: str) -> str:
    return f"V.B.4({letter})" if letter in GUIDELINES else letter


MODERATION_FAIRNESS = Report(
    name="moderation-fairness",
    title="Whether moderation is even-handed",
    clauses=("P-52",),
    says="Of the comments that were posted in these days, how many the City hid or removed: by account, "
    "by Content Guideline, by who decided, and by side where an election's words tell one.",
    read_by=("clerk", "counsel", "public_affairs", "auditor"),
    make=_fairness,
)
ELECTION_SKEW = Report(
    name="election-skew",
    title="Both sides of an election",
    clauses=("P-31",),
    says="How many comments for and against each candidate or measure were posted in these days, and how "
    "many of each side the City hid or removed.",
    read_by=("clerk", "counsel", "public_affairs", "auditor"),
    make=_skew,
)
