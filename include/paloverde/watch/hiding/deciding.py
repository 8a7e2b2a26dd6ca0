"""Whether a rule may hide a comment: pure, with every reason against it. A person's decision beats it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from paloverde.platforms import PLATFORMS
from paloverde.records import Account, Holder, Kind
from paloverde.watch.book import Book
from paloverde.watch.check import Span
from paloverde.watch.comments.public import is_kept_back
from paloverde.watch.comments.repeats import leads_elsewhere, same_text
from paloverde.watch.hiding.ladder import LADDER, By
from paloverde.watch.hiding.record import Stage
from paloverde.watch.register import Entered
from paloverde.watch.registers.hiding import HidingRule
from paloverde.watch.registers.moderation import WORD_LISTS, lists_in_force
from paloverde.watch.registers.moderation_cases import CONTENT_REPORTS
from paloverde.watch.registers.people import PEOPLE, Standing
from paloverde.watch.seen import Seen
from paloverde.wording import some

SECRETS, REPEATS = "detectors/secrets#1", "measures/repeats#1"  # as findings name what they went by


class Case(NamedTuple):
    """A comment in which a check found what a rule is about, and what stands on record of it.

    `version_sha256` is the version in which it was found, `seen` the newest one that is sealed. `source` is
    what the check went by, in its version. `first` is, of exact repeats, what said the text first. `stage` is
    the last step on record of its hiding, `papers` how many there are. `was_removed`: it was found hidden or
    gone before. `holds` are the litigation holds on it.
    """

    rule: Entered[HidingRule]
    item: str
    version_sha256: str
    seen: Seen | None
    source: str
    spans: tuple[Span, ...] = ()
    first: Seen | None = None
    stage: Stage | None = None
    papers: int = 0
    was_removed: bool = False
    holds: tuple[str, ...] = ()


class Weighed(NamedTuple):
    """A case, and why it is not hidden by the rule; nothing against it where that is empty."""

    case: Case
    against: tuple[str, ...]


def weigh(case: Case, book: Book, accounts: Sequence[Account]) -> Weighed:
    """What is against hiding it. `accounts` are all of the City's, retired ones too."""
    if case.seen is None:
        why = "no sealed capture of it is in the archive, and nothing is hidden before that (P-21)"
        return Weighed(case, (why,))
    found = [why for reason in _REASONS for why in reason(case, case.seen, book)]
    return Weighed(case, (*found, *_whose(case.seen, book, accounts)))


def too_many(rule: HidingRule, number: int) -> str:
    """Why so many at once are not hidden; "" where they may be."""
    if number <= rule.most:
        return ""
    return (
        f"the rule names {some(number, 'comment')} here, more than the {rule.most:,} that it may hide in "
        "one round: a person looks first"
    )


def _of_the_version(case: Case, seen: Seen, _: Book) -> Iterator[str]:
    if seen.version_sha256 != case.version_sha256:
        yield "it was edited since the words were found, and the newest version is another one"
    if seen.kind is not Kind.COMMENT or seen.is_private:
        yield "only public comments are hidden by a rule"
    if is_kept_back(seen):
        yield "the public does not see it already"
    site = PLATFORMS.get(seen.account.platform)
    if site is None or site.hiding is None:
        yield f"{site.title if site else 'its site'} gives no program a way to hide a comment: do it by hand"
    if seen.account.holder is Holder.OFFICIAL:
        yield (
            "it stands on an official's account: the City Manager and the City Attorney are consulted first "
            "(V.E.4(d))"
        )


def _of_the_source(case: Case, seen: Seen, book: Book) -> Iterator[str]:
    """Only by the version of the list that the rule names, while that version counts."""
    entry, rung = case.rule.entry, LADDER.rungs[case.rule.entry.guideline.value]
    own = SECRETS if rung.by is By.SECRETS else REPEATS
    named = f"{WORD_LISTS.name}/{entry.words}#{entry.words_version}" if entry.words else own
    if case.source != named:
        yield f"it was found by {case.source}, and the rule goes by {named}"
    elif entry.words:
        lists = [of for of in lists_in_force(book, book.day) if of.rule == named]
        if not lists:
            yield f"the list {entry.words} does not count in version {entry.words_version:,}"
        elif lists[0].entry.guideline is not entry.guideline:
            yield f"the list {entry.words} is of another Content Guideline than the rule"
    if rung.by is By.REPEATS:
        yield from _of_a_repeat(case, seen, book)


def _of_a_repeat(case: Case, seen: Seen, book: Book) -> Iterator[str]:
    if case.first is None or case.first.item == seen.item:
        yield "it is the first of its text, and repeats nothing: a person decides about it"
    elif same_text(case.first.text) != same_text(seen.text):
        yield "it does not say the same as the first any more"
    if not leads_elsewhere(seen.text, book.city_domains):
        yield "it has no link, address or number to call: a petition or thanks is repeated, too"


def _of_people(case: Case, seen: Seen, book: Book) -> Iterator[str]:
    """What people have decided, or are about to."""
    if case.stage in (Stage.SHOWING, Stage.SHOWN):
        yield "a person showed it again: no rule hides it any more"
    elif case.stage in (Stage.MEANT, Stage.HIDDEN, Stage.STILL):
        yield f"it is {case.stage.value} already"
    elif case.was_removed:
        yield "it was found hidden or removed before, and is there again: a person decides about it"
    for report in book.of(CONTENT_REPORTS).values():
        is_it = report.entry.about in (seen.item, seen.permalink) or report.entry.captured == seen.item
        if is_it and not (report.entry.must_act and report.entry.acted_at is not None):
            what = report.entry.decided.value
            yield f"it is disputed: of report {report.id} it is noted: {what}"
    for hold in case.holds:
        yield f"it is under the litigation hold {hold}: counsel decides"


_REASONS: tuple[Callable[[Case, Seen, Book], Iterator[str]], ...] = (
    _of_the_version,
    _of_the_source,
    _of_people,
)


def _whose(seen: Seen, book: Book, accounts: Sequence[Account]) -> Iterator[str]:
    """Nobody of the City is hidden by a rule, and nobody who may be."""
    poster, site = seen.poster, seen.account.platform
    ids = {one.native_id for one in accounts if one.platform == site}
    if seen.is_by_the_account or poster.id in ids:
        yield "the City itself wrote it, or an account that the archive keeps"
    elif poster.id is None:
        yield "the site does not say who wrote it, and it may be the City or an official"
    else:
        names = {f"{site}:{poster.id}", f"{site}:@{(poster.username or '').casefold()}"}
        for one in book.of(PEOPLE).values():
            known = {name.casefold() if ":@" in name else name for name in one.entry.known_as}
            if one.entry.standing is Standing.OFFICIAL and not known.isdisjoint(names):
                yield f"an official of the City wrote it ({one.entry.name})"
