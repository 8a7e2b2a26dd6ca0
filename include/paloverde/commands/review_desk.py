"""The review of one request at the command line: what was found, how it stands, and what to point out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property

from paloverde.commands.review_sheet import Sheet
from paloverde.errors import BadQuestion
from paloverde.installation import Installation
from paloverde.requests.earlier import Earlier
from paloverde.requests.exemptions import Forum
from paloverde.requests.likeness import alike_hits, together
from paloverde.requests.review import Decision, Verdict
from paloverde.requests.reviewing import Review, Version
from paloverde.requests.unanswered import LeftAlone, Unanswered, in_words, left_alone, unanswered
from paloverde.retention.holds import By
from paloverde.search.hits import Hit

_SIGN = "Somebody who decided nothing looks at it and signs: `paloverde review sign`."


class Desk:
    """One request, one person; what was found is searched for when it is first needed."""

    def __init__(self, city: Installation, number: str, by: By) -> None:
        self._city, self.number, self.by = city, number, by
        self.reviews = city.reviews
        self.now: datetime = city.vault.clock()

    @cached_property
    def hits(self) -> Mapping[Version, Hit]:
        """What the searches of the request find, or the production chose, each version once."""
        if self._city.productions.has(self.number):
            return self._city.productions.found(self.number, self.by.actor)
        if not self._city.requests.get(self.number).searches:
            raise BadQuestion(f"Nothing was searched for {self.number} yet: `paloverde request search` does.")
        return self._city.requests.found(self.number, self.by.actor)

    @cached_property
    def review(self) -> Review:
        """How the review stands when it is first asked."""
        return self.reviews.get(self.number)

    @property
    def forum(self) -> Forum:
        """What may be claimed in it."""
        is_production = self._city.productions.has(self.number)
        return Forum.DISCOVERY if is_production else Forum.REQUEST

    @property
    def under_review(self) -> list[Hit]:
        """The records under review, in order of their numbers."""
        return [self.hit(version) for version in self.review.versions]

    @cached_property
    def earlier(self) -> dict[Version, list[Earlier]]:
        return self.reviews.earlier(self.number)

    @property
    def sheet(self) -> Sheet:
        return Sheet(self.review, self.hits, self.alike, self.earlier)

    def hit(self, version: Version) -> Hit:
        """The record of a version. `BadQuestion` where it was destroyed since it was found."""
        if version not in self.hits:
            control = self.review.control(version)
            raise BadQuestion(f"{control} cannot be found in the archive any more: see `paloverde ledger`.")
        return self.hits[version]

    def alike(self, version: Version) -> list[Version]:
        """The other records under review whose text is the same or nearly."""
        return [other for other in self._groups.get(version, ()) if other != version]

    @cached_property
    def _groups(self) -> dict[Version, list[Version]]:
        versions = [version for version in self.review.versions if version in self.hits]
        group_of = together(alike_hits([self.hits[version] for version in versions]))
        groups = ((version, group_of(number)) for number, version in enumerate(versions))
        return {version: [versions[other] for other in group] for version, group in groups if group}

    def chosen(self, records: Sequence[str]) -> list[Version]:
        """The versions that somebody names, in one word or several."""
        return self.review.chosen(",".join(records))

    def unanswered(self, versions: Sequence[Version]) -> list[Unanswered]:
        """Suggestions that stand in those of these records that are handed over, as they are decided now."""
        review = self.reviews.get(self.number)
        found = ((version, review.decision(version)) for version in versions)
        return list(
            unanswered(
                review.pair(version, decision, self.hit(version))
                for version, decision in found
                if decision is not None
            )
        )

    def left_alone(self) -> list[LeftAlone]:
        """Suggestions in what is handed over that somebody looked at and left."""
        return list(left_alone(self.reviews.get(self.number), self.hits))

    def still_unanswered(self, versions: Sequence[Version]) -> Iterator[str]:
        """What whoever decided on these records may have overlooked."""
        if found := self.unanswered(versions):
            yield (
                f"{in_words(found)} `paloverde review suggest {self.number} --unanswered` prints their "
                "words; whoever signs has to have seen them all."
            )

    def is_kept_back(self, version: Version) -> bool:
        """Whether a record is not handed over at all, as it stands."""
        decision = self.review.decision(version)
        return decision is not None and decision.verdict in (Verdict.NOT_RESPONSIVE, Verdict.EXEMPT)

    def filed(self, decisions: Sequence[Decision]) -> str:
        """File decisions, and say what came of it."""
        new = self.reviews.decide(self.number, decisions, self.hits, self.by)
        review = self.reviews.get(self.number)
        same = len(decisions) - len(new)
        told = f"{len(new):,} decided{f', {same:,} stood so already' if same else ''}."
        lost = " The signature does not count any more." if review.was_signed and not review.signature else ""
        done = "" if review.undecided or review.signature else f" {_SIGN}"
        return f"{told} {len(review.undecided):,} undecided.{lost}{done}"

    @property
    def at_hand(self) -> str:
        """The command that comes next for the request, or the production."""
        if self._city.productions.has(self.number):
            return f"Next: `paloverde production build {self.number} --out FOLDER`."
        return self._city.requests.at_hand(self.number)

    def warnings(self) -> Iterator[str]:
        """What a person should look at before anything is released."""
        for versions in self.review.split_items():
            yield f"Look again: {self.review.named(versions)} are versions of one item, decided differently."
        for version, others in self._groups.items():
            if version == others[0] and self._is_split(others):
                yield f"Look again: {self.review.named(others)} are nearly the same, and decided differently."
        for one in self.reviews.waived(self.review, self.hits):
            yield one.sentence

    def _is_split(self, versions: Sequence[Version]) -> bool:
        decisions = [self.review.decision(version) for version in versions]
        return len({decision.verdict for decision in decisions if decision}) > 1

    def summary(self) -> str:
        review = self.reviews.get(self.number)
        counts = ", ".join(
            f"{number:,} {verdict.value}" for verdict, number in review.counts.items() if number
        )
        signed = review.signature
        told = f"Signed by {signed.by.name}." if signed else "Not signed."
        new = sum(not review.has(version) for version in self.hits)
        more = f" {new:,} found records are not under review yet: `paloverde review gather`." if new else ""
        return f"{counts or 'Nothing decided'}; {len(review.undecided):,} undecided. {told}{more}"
