"""The review of one request or production at the desk: what was found, how it stands, and what to point out.

What is costly to find in the records (suggestions, likeness, what earlier requests were given) is kept in
this process as long as nothing of it can have changed; words of records are never among it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from starlette.exceptions import HTTPException

from paloverde.desk import showing
from paloverde.desk.gone import gone
from paloverde.desk.pointed import Pointed, kept
from paloverde.desk.visit import NotThere, Visit
from paloverde.desk.wording import plain
from paloverde.errors import BadQuestion
from paloverde.installation import Installation
from paloverde.installation.productions import Productions
from paloverde.installation.records import is_private
from paloverde.installation.remembered import Remembered, follows
from paloverde.installation.requests import Requests
from paloverde.requests.detectors import Suggestion, suggested
from paloverde.requests.earlier import Earlier
from paloverde.requests.events import SERIES
from paloverde.requests.exemptions import Forum
from paloverde.requests.likeness import alike_hits, same_files, together
from paloverde.requests.releasing import Left, Release, Stands
from paloverde.requests.request import Request
from paloverde.requests.review import Decision, Verdict
from paloverde.requests.review_checks import DECIDING, check_open
from paloverde.requests.reviewing import Review, Version
from paloverde.requests.spans import texts_of
from paloverde.requests.unanswered import LeftAlone, left_alone, sparing, unanswered
from paloverde.search.hits import Hit
from paloverde.wording import some

_MOST_KEPT = 40_000  # answers kept in this process, of all requests together
_KEPT: WeakKeyDictionary[Installation, dict[Hashable, Any]] = WeakKeyDictionary()
_MOST_DIGITS = 6
_LEFT = "still-said"  # the name of what is kept of a look for redacted words
T = TypeVar("T")


class UnderReview:
    """One request and one person; what was found is read when it is first needed."""

    def __init__(self, visit: Visit, number: str) -> None:
        self.visit, self.city, self.number, self.by = visit, visit.city, number, visit.by
        self.reviews = visit.city.reviews
        self._texts: dict[str, Mapping[str, str]] = {}
        self.remembered = Remembered(visit.city.settings.home / "found")
        self._kept = _KEPT.setdefault(visit.city, {})

    @cached_property
    def hits(self) -> Mapping[Version, Hit]:
        """What the searches of the request find, each version once, read when it is first looked at. Private
        records in it are noted.
        """
        if self.forum is Forum.DISCOVERY and not self.city.productions.get(self.number).choices:
            return {}
        return self._of.found(self.number, self.visit.actor)

    @cached_property
    def review(self) -> Review:
        """How the review stands when it is first asked."""
        return self.reviews.get(self.number)

    @cached_property
    def request(self) -> Request:
        return self.city.requests.get(self.number)

    @property
    def forum(self) -> Forum:
        """What may be claimed in it."""
        return self._of.forum

    @property
    def _of(self) -> Requests | Productions:
        """All of its kind: records requests, or productions in discovery."""
        is_production = self.city.productions.has(self.number)
        return self.city.productions if is_production else self.city.requests

    def check_open(self) -> None:
        """`BadQuestion` where nothing is decided in it any more."""
        if self.forum is Forum.REQUEST:
            check_open(self.request)
        else:
            self.city.productions.check_open(self.number)

    @property
    def closed(self) -> str:
        """Why this person decides nothing in it: it is closed, or others decide; "" where nothing is."""
        try:
            self.check_open()
        except BadQuestion as error:
            return plain(error)
        may = DECIDING[self.forum]
        return "" if self.by.role in may else f"Only {' or '.join(may)} decides here: you look, and may sign."

    @cached_property
    def handed_over(self) -> dict[Version, date]:
        """The versions that the requester has, each with the first day. Nothing takes that back."""
        if self.forum is not Forum.REQUEST:
            return {}
        key = ("handed over", self.number, self.request.papers)
        return self._once(key, lambda: self.reviews.handed_over(self.number))

    @cached_property
    def ungathered(self) -> int:
        """How many found records are not under review yet."""
        return sum(not self.review.has(version) for version in self.hits)

    @property
    def numbers(self) -> list[tuple[str, int]]:
        """How the review stands, in numbers."""
        counts = [(verdict.value.capitalize(), number) for verdict, number in self.review.counts.items()]
        return [
            ("Under review", len(self.review.versions)),
            ("Undecided", len(self.review.undecided)),
            *counts,
        ]

    # Naming

    def at(self, record: str) -> Version:
        """The version of a record's number, from 1; a page that is not there where there is none."""
        if not (record.isascii() and record.isdigit() and len(record) <= _MOST_DIGITS):
            raise HTTPException(404)
        if not 1 <= int(record) <= len(self.review.versions):
            raise HTTPException(404)
        return self.review.versions[int(record) - 1]

    def place(self, version: Version) -> int:
        """The record's number, from 1: the end of its control number."""
        return self.review.number(version)

    def path(self, version: Version) -> str:
        return f"/requests/{self.number}/review/{self.place(version)}"

    def hit(self, version: Version) -> Hit:
        """The record of a version; a page that says why where it was destroyed since it was found."""
        if version not in self.hits:
            raise NotThere(gone(self.visit, version[:3]))
        return self.hits[version]

    def around(self, version: Version) -> tuple[Version | None, Version | None]:
        """The undecided record before this one, and the one after it; round the end and the beginning."""
        undecided = [one for one in self.review.undecided if one != version]
        here = self.place(version)
        later = [one for one in undecided if self.place(one) > here] or undecided
        earlier = [one for one in undecided if self.place(one) < here] or undecided
        return (earlier[-1] if earlier else None), (later[0] if later else None)

    # Pointing out

    @cached_property
    def there(self) -> tuple[Version, ...]:
        """The records under review that were found and not destroyed since."""
        return tuple(version for version in self.review.versions if version in self.hits)

    @cached_property
    def pointed(self) -> Pointed | None:
        """What was found when all records were looked through; None where they were not yet."""
        return kept(self.remembered, self.number, self.there)

    @cached_property
    def _suggested(self) -> dict[Version, Sequence[Suggestion]]:
        """What is suggested in each of them, where anything is."""
        pointed = self.pointed.suggested if self.pointed else {}
        return {self.there[place]: some_ for place, some_ in pointed.items()}

    @cached_property
    def private(self) -> Collection[Version]:
        """The records that only those who took part could see."""
        if self.pointed is not None:
            return {self.there[place] for place in self.pointed.private}
        return {version for version in self.there if is_private(self.hits[version])}

    @cached_property
    def with_files(self) -> Collection[Version]:
        """The records with pictures or files."""
        if self.pointed is not None:
            return {self.there[place] for place in self.pointed.with_files}
        return {version for version in self.there if self.hits[version].media}

    def suggestions(self, version: Version) -> Sequence[Suggestion]:
        """What may have to be redacted in a record."""
        if self.pointed is not None and self.review.has(version):
            return self._suggested.get(version, ())
        return self._once(("suggested", version), lambda: tuple(suggested(self.hits[version])))

    def unanswered(self, version: Version) -> Sequence[Suggestion]:
        """Suggestions that stand in a record that is handed over, as it is decided now."""
        decision = self.review.decision(version)
        if decision is None or version not in self.hits or not self.suggestions(version):
            return ()
        codes = tuple(claim.code for claim in decision.exempted)
        pair = self.review.pair(version, decision, self.hits[version])
        key = ("unanswered", version, decision.verdict, decision.spans, codes, pair.spared)
        return self._once(key, lambda: tuple(one.suggestion for one in unanswered([pair])))

    def open_suggestions(self, version: Version) -> Sequence[Suggestion]:
        """Suggestions to look at: those that stand, and in a record that is not decided those nobody left."""
        if self.review.decision(version) is not None:
            return self.unanswered(version)
        left = [one.spared for one in self.review.sparings(version)]
        return [one for one in self.suggestions(version) if sparing(one, left) is None]

    @property
    def left_alone(self) -> list[LeftAlone]:
        """Suggestions of what is handed over that somebody looked at and left, with who did."""
        return list(left_alone(self.review, self.hits))

    @cached_property
    def standing(self) -> dict[Version, Sequence[Suggestion]]:
        """All suggestions that stand in what is handed over, by record."""
        found = ((version, self.unanswered(version)) for version in self.review.versions)
        return {version: some_ for version, some_ in found if some_}

    def alike(self, version: Version) -> list[Version]:
        """The other records under review whose text is the same or nearly."""
        return [other for other in self.groups.get(version, ()) if other != version]

    @cached_property
    def groups(self) -> dict[Version, tuple[Version, ...]]:
        """The records that are alike, together, by each of them."""
        versions, pointed = self.there, self.pointed

        def grouped() -> dict[Version, tuple[Version, ...]]:
            hits = (self.hits[version] for version in versions)
            group_of = together(pointed.alike if pointed else alike_hits([*hits]))
            found = ((version, group_of(number)) for number, version in enumerate(versions))
            return {version: tuple(versions[other] for other in group) for version, group in found if group}

        return self._once(("alike", versions), grouped)

    def with_file(self, sha256: str) -> list[Version]:
        """The records under review that have a file: the same picture is given the same way in all."""
        versions = [version for version in self.review.versions if version in self.hits]
        holders = same_files([self.hits[version] for version in versions]).get(sha256, ())
        alone = (v for v in versions if any(kept.sha256 == sha256 for kept in self.hits[v].media))
        return [versions[number] for number in holders] or list(alone)

    @cached_property
    def earlier(self) -> dict[Version, list[Earlier]]:
        """What other requests were given of each version: the same as long as no request has a new paper."""
        papers = tuple((filed.subject, filed.number) for filed in self.city.cabinet.newest(SERIES))
        key = ("earlier", self.number, papers)
        return self._once(key, lambda: self.reviews.earlier(self.number))

    def tags(self, version: Version) -> list[str]:
        """What must not be overlooked of a record in a list: also which of several versions it is."""
        found = [*showing.tags(self.hit(version)), *self.editions.get(version, ())]
        return [*found, *(["handed over already"] if version in self.handed_over else [])]

    @cached_property
    def editions(self) -> dict[Version, list[str]]:
        """Which version it is, where several of one item are under review."""
        count = Counter(version[:3] for version in self.there)
        return showing.editions(self.hits[version] for version in self.there if count[version[:3]] > 1)

    def warnings(self) -> list[str]:
        """What a person should look at before anything is released."""
        told = [
            f"{self.review.named(versions)} are versions of one item, decided differently."
            for versions in self.review.split_items()
        ]
        for version, others in self.groups.items():
            verdicts = {one.verdict for other in others if (one := self.review.decision(other))}
            if version == others[0] and len(verdicts) > 1:
                told.append(f"{self.review.named(others)} are nearly the same, and decided differently.")
        if self.earlier:
            told += [one.sentence for one in self.reviews.waived(self.review, self.hits)]
        return [plain(one) for one in told]

    # Releasing

    @cached_property
    def release(self) -> Release:
        """What is released as it is decided now. `BadQuestion` where a decided record cannot be found."""
        return self.review.release(self.hits)

    @cached_property
    def left(self) -> list[Left]:
        """Where redacted words still stand in what would be released."""
        known = self.known_left
        return self.look_for_left() if known is None else known

    @property
    def known_left(self) -> list[Left] | None:
        """The same, where somebody looked for it as all is decided now; else None."""
        return self.remembered.get(self.number, _LEFT, self._left_follows, list[Left])

    def look_for_left(self) -> list[Left]:
        """Look for it, and keep where it stands: places, never the words."""
        basis, found = self._left_follows, self.reviews.left(self.review, self.hits)
        self.remembered.keep(self.number, _LEFT, basis, found)
        return found

    @property
    def _left_follows(self) -> str:
        return follows(self.there, self.review.decisions_sha256)

    def texts(self, control: str) -> Mapping[str, str]:
        """What is released of a record, by its texts."""
        if control not in self._texts:
            (version,) = self.review.chosen(control)
            stands = Stands(self.review.standing[version].decision, control)
            (released,) = self.release.of([stands])
            self._texts[control] = texts_of(released.hit)
        return self._texts[control]

    # Acting

    def filed(self, decisions: Sequence[Decision]) -> str:
        """File decisions that were made from how the review stands here, and say what came of it; how it
        stood before is forgotten. `BadQuestion` where somebody decided since it was read.
        """
        was_signed = self.review.signature is not None
        new = self.reviews.decide(self.number, decisions, self.hits, self.by, self.review.papers)
        for name in ("review", "standing", "release", "left"):
            self.__dict__.pop(name, None)
        review, same = self.review, len(decisions) - len(new)
        told = [f"{len(new):,} decided{f', {same:,} stood so already' if same else ''}."]
        told.append(f"{len(review.undecided):,} undecided.")
        if was_signed and review.signature is None:
            told.append("The signature does not count any more.")
        if standing := sum(len(self.unanswered(one.version)) for one in decisions):
            what = some(standing, "suggestion stands", "suggestions stand")
            told.append(f"{what} unanswered in what was decided here: whoever signs has to have seen them.")
        if not review.undecided and review.signature is None:
            told.append("Somebody who decided nothing looks at it and signs.")
        return " ".join(told)

    def leave(self, version: Version, suggestions: Sequence[Suggestion]) -> str:
        """Note that suggestions were looked at and left, and say so."""
        was_signed = self.review.signature is not None
        new = self.reviews.spare(self.number, {version: suggestions}, self.hits, self.by, self.review.papers)
        for name in ("review", "standing"):
            self.__dict__.pop(name, None)
        told = [f"{some(len(new), 'suggestion is', 'suggestions are')} noted as looked at and left by you."]
        if was_signed and self.review.signature is None:
            told.append("The signature does not count any more.")
        told.append("Whoever signs is shown them, and cannot be you.")
        return " ".join(told)

    def is_kept_back(self, version: Version) -> bool:
        """Whether a record is not handed over at all, as it stands."""
        decision = self.review.decision(version)
        return decision is not None and decision.verdict in (Verdict.NOT_RESPONSIVE, Verdict.EXEMPT)

    def _once(self, key: Hashable, find: Callable[[], T]) -> T:
        found: T | None = self._kept.get(key)  # several pages look at the same moment, and one may clear it
        if found is None:
            found = find()
            if len(self._kept) >= _MOST_KEPT:
                self._kept.clear()
            self._kept[key] = found
        return found


def in_words(decision: Decision | None) -> str:
    """What was decided, in a few words."""
    if decision is None:
        return "undecided"
    codes = ", ".join(claim.code for claim in decision.exempted)
    return f"{decision.verdict.value}{f' ({codes})' if codes else ''}"


def numbers_of(texts: Iterable[str]) -> tuple[int, ...]:
    """Numbers of records as a form gives them; what is none is passed over."""
    found = (text for text in texts if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS)
    return tuple(dict.fromkeys(int(text) for text in found))
