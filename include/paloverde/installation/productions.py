"""Productions in discovery as the City works with them: ordered, chosen, numbered, agreed to, served.

Everything that a person decides is a paper. Counsel orders; the review is that of `installation.reviews`,
which asks here what a request would be asked (`Reviewable`). What is built is told by `production_plan`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from paloverde.archive.papers import Cabinet, Filed
from paloverde.archive.reader import Archive
from paloverde.archive.registry import all_accounts
from paloverde.archive.vault import Vault
from paloverde.errors import BadQuestion, PersonNeeded, Suspicious
from paloverde.installation.choosing import Choosing
from paloverde.installation.chosen import KeptChoices
from paloverde.installation.holds import Holds
from paloverde.installation.journal import private_or_not
from paloverde.installation.review_papers import review_of
from paloverde.productions import register
from paloverde.productions.bates import Bates
from paloverde.productions.choosing import Choice, version_of
from paloverde.productions.docket import Docket, Entry, State, out_of_place, refusal, roles_for
from paloverde.productions.order import (
    SERIES,
    AnyEvent,
    Built,
    Changed,
    Chosen,
    Event,
    GivenUp,
    Ordered,
    Reviewed,
    Served,
    SignedOff,
    Terms,
    check_terms,
    is_number,
    next_number,
    read_event,
)
from paloverde.productions.register import Burnt, Register, Reserved
from paloverde.records import archive_day
from paloverde.requests.events import ReviewFinished
from paloverde.requests.exemptions import Forum
from paloverde.requests.review import Decision, Verdict
from paloverde.requests.reviewing import Review, Version
from paloverde.requests.searching import versions_sha256
from paloverde.retention.holds import By
from paloverde.search.answer import Answer
from paloverde.search.hits import Hit
from paloverde.steps import Step
from paloverde.wording import some

_TRIES = 20  # to reserve numbers of a prefix while others reserve, too


class Productions:
    """The productions of one installation. `search` is that of the installation, `tell` its journal's."""

    forum = Forum.DISCOVERY

    def __init__(
        self,
        home: Path,
        vault: Vault,
        archive: Archive,
        cabinet: Cabinet,
        holds: Holds,
        search: Callable[..., Answer],
        tell: Callable[..., None],
    ) -> None:
        self._vault, self._cabinet, self._holds, self._tell = vault, cabinet, holds, tell
        self._choosing = Choosing(vault, archive, holds, search, tell)
        self._kept = KeptChoices(home / "chosen", vault)

    # Looking

    def numbers(self) -> list[str]:
        """The number of every production, in order."""
        return [filed.subject for filed in self._cabinet.newest(SERIES)]

    def has(self, number: str) -> bool:
        """Whether a number is written as that of a production."""
        return is_number(number)

    def get(self, number: str) -> Docket:
        """The production of that number; `BadQuestion` where there is none."""
        history = self._cabinet.history(SERIES, number)
        if not history:
            raise BadQuestion(f"There is no production {number!r}: {Step.PRODUCTIONS} names them.")
        return Docket(tuple(self._entry(filed) for filed in history))

    def all(self) -> Iterator[Docket]:
        """Every production, by number."""
        return (self.get(number) for number in self.numbers())

    def register(self, bates: Bates) -> Register:
        """What was ever given of a prefix, by how its numbers are written now."""
        papers = self._cabinet.history(register.SERIES, bates.prefix)
        acts = [self._cabinet.read(filed, register.Act) for filed in papers]
        return Register(bates, tuple(act.event for act in acts))

    def prefixes(self) -> list[str]:
        """Every prefix of which numbers were given."""
        return [filed.subject for filed in self._cabinet.newest(register.SERIES)]

    def choices(self, docket: Docket, actor: str) -> list[Choice]:
        """What was chosen last, each record once. `BadQuestion` where nothing was yet, or the archive is not
        what it was: something was lawfully destroyed meanwhile.
        """
        if not docket.choices:
            raise BadQuestion(f"Nothing was chosen for {docket.number} yet: {_choose(docket.number)}.")
        return self._chosen(docket.number, *docket.choices[-1], actor)

    def looked_at(self, docket: Docket, actor: str) -> list[Choice]:
        """What was chosen last, as `choices`, to make something of it. A look at private records is noted in
        the ledger.
        """
        choices = self.choices(docket, actor)
        if docket.choices[-1][0].include_private:
            self._tell_looked(docket.number, actor, len(choices))
        return choices

    def found(self, number: str, actor: str) -> dict[Version, Hit]:
        """Everything that was ever chosen for a production, each version once. A look at private records is
        noted in the ledger. `BadQuestion` where nothing was chosen yet.
        """
        docket, found = self.get(number), dict[Version, Hit]()
        if not docket.choices:
            raise BadQuestion(f"Nothing was chosen for {number} yet: {_choose(number)}.")
        for terms, event in docket.choices:
            for choice in self._chosen(number, terms, event, actor):
                found.setdefault(version_of(choice.hit), choice.hit)
        if any(terms.include_private for terms, _ in docket.choices):
            self._tell_looked(number, actor, len(found))
        return found

    def review(self, number: str) -> Review:
        """How its review for privilege stands."""
        return review_of(self._cabinet, number)

    # Ordering and choosing

    def order(self, terms: Terms, by: By, note: str = "") -> Docket:
        """Order a production, under the next number of its year. Only counsel orders."""
        _refuse_role(Ordered, by)
        self._check(terms)
        now = self._vault.clock()
        while True:
            number = next_number(archive_day(now).year, self.numbers())
            try:
                self._put(number, Ordered(by=by, at=now, note=note, number=number, terms=terms), after=0)
            except Suspicious:
                if self._cabinet.last(SERIES, number) is None:
                    raise  # else somebody has taken this number at the same moment: the next one is ours
                continue
            return self.get(number)

    def change(self, number: str, terms: Terms, why: str, by: By, after: int | None = None) -> Docket:
        """Change an order that was not served yet; its records have to be chosen again."""
        self._check(terms)
        return self.file(number, Changed(by=by, at=self._vault.clock(), note=why, terms=terms), after)

    def choose(self, number: str, by: By) -> tuple[Docket, list[Choice]]:
        """Choose the records as the archive is now; the same again changes nothing."""
        docket = self._may(number, Chosen, by)
        made = self._choosing.choose(number, docket.terms, by.actor)
        event = self._choosing.event(made, docket.terms, by, self._vault.clock())
        self._kept.put(number, docket.terms, made.through, made.choices)
        last = docket.choices[-1] if docket.choices else None
        if last is None or docket.state is State.ORDERED or _said(last[1]) != _said(event):
            docket = self.file(number, event, docket.papers)
        return docket, made.choices

    def rest(self, docket: Docket, review: Review, by: By, title: str) -> list[Decision]:
        """Of each record that nobody decided on: that it is produced; where it is not chosen any more, that
        it is not. Nothing is filed.
        """
        wanted = {version_of(choice.hit) for choice in self.choices(docket, by.actor)}
        given = Verdict.RESPONSIVE, Verdict.NOT_RESPONSIVE
        now = self._vault.clock()
        return [
            Decision(
                account=version[0], kind=version[1], native_id=version[2], version_sha256=version[3],
                verdict=given[version not in wanted], decided_by=by.name, title=title, decided_at=now,
                note="not marked",
            )
            for version in review.undecided
        ]  # fmt: skip

    # What a review asks

    def check_open(self, number: str) -> None:
        """`BadQuestion` where nothing is decided in it any more."""
        docket = self.get(number)
        if not docket.is_open:
            raise BadQuestion(f"{number} is {docket.state.value}: nothing is decided in it any more.")

    def check_takes(self, number: str, type_: type[ReviewFinished] = ReviewFinished) -> None:
        """`BadQuestion` where its review cannot be finished now, or does not cover all that was chosen."""
        del type_
        docket = self.get(number)
        _refuse_if(out_of_place(docket, Reviewed))
        review = review_of(self._cabinet, number)
        choices = self.choices(docket, "review of a production")
        if missing := sum(not review.has(version_of(choice.hit)) for choice in choices):
            told = some(missing, "chosen record is", "chosen records are")
            raise BadQuestion(f"{told} not under review yet: {_choose(number)}.")

    def review_finished(self, review: Review, by: By) -> bool:
        """File the numbers of a review that was signed; False where they are filed already."""
        docket = self.get(review.request)
        last = docket.last(Reviewed)
        is_told = last is not None and last.decisions_sha256 == review.decisions_sha256
        if review.signature is None or (is_told and docket.state not in (State.ORDERED, State.CHOSEN)):
            return False
        counts = review.counts
        event = Reviewed(
            by=by, at=self._vault.clock(), decisions_sha256=review.decisions_sha256,
            produced=counts[Verdict.RESPONSIVE], redacted=counts[Verdict.EXEMPT_IN_PART],
            withheld=counts[Verdict.EXEMPT], not_produced=counts[Verdict.NOT_RESPONSIVE],
        )  # fmt: skip
        self.file(review.request, event)
        return True

    # Numbering and handing over

    def basis(self, docket: Docket, review: Review) -> str:
        """SHA-256 over what a production is made of: its order, its choice, its decisions as signed."""
        event = docket.last(Chosen)
        told = (docket.terms, event and _said(event), review.decisions_sha256, review.signature)
        return hashlib.sha256(msgspec.json.encode(told, order="sorted")).hexdigest()

    def reserve(self, number: str, bates: Bates, pages: int, of: str, by: By) -> int:
        """The first of so many pages, which nobody else gets from now on. The same production from the same
        basis has the same numbers again; those that it had from another are burnt.
        """
        for left in reversed(range(_TRIES)):
            last = self._cabinet.last(register.SERIES, bates.prefix)
            before, given = last.number if last else 0, self.register(bates)
            mine = given.of(number)
            if mine and (mine.of, mine.reach.pages, mine.digits) == (of, pages, bates.digits):
                return mine.reach.first
            self._burn(number, "its records, its order or a decision changed after it was numbered", by)
            if mine:
                continue
            act = given.take(number, pages, of, by, self._vault.clock())
            try:
                self._note_numbers(bates.prefix, act, "Bates numbers reserved", before)
            except Suspicious:
                if not left:
                    raise
                continue  # somebody else has reserved at the same moment: the next are ours
            return act.reach.first
        raise Suspicious(f"The numbers of {bates.prefix} could not be reserved: others reserve all the time.")

    def built(self, number: str, event: Built) -> Docket:
        """File that the volumes were written."""
        return self.file(number, event)

    def file(self, number: str, event: AnyEvent, after: int | None = None) -> Docket:
        """File an event of a production, where it may follow; how it stands then.

        `after` is the number of the last paper that whoever decides has seen: `Suspicious` where there is
        another by now. `BadQuestion` says what stands in the way, `PersonNeeded` who may. What is agreed to
        or served must be what was reviewed; giving up burns the numbers.
        """
        docket = self._may(number, type(event), event.by)
        _refuse_if(refusal(docket, event, archive_day(self._vault.clock())))
        if isinstance(event, SignedOff | Served):
            self._check_current(docket)
        self._put(number, event, after=docket.papers if after is None else after)
        if isinstance(event, GivenUp):
            self._burn(number, f"{number} was given up", event.by)
            self._kept.forget(number)
        return self.get(number)

    def check_ready(self, docket: Docket) -> Review:
        """The review that a production is built from. `BadQuestion` says what comes first."""
        _refuse_if(out_of_place(docket, Built))
        review, told = review_of(self._cabinet, docket.number), docket.last(Reviewed)
        if review.signature is None or told is None or told.decisions_sha256 != review.decisions_sha256:
            raise BadQuestion(
                f"Something of {docket.number} was decided or chosen since its review was signed: somebody "
                f"looks at it once more and signs, {Step.SIGN.of(docket.number)}."
            )
        return review

    # Inside

    def _tell_looked(self, number: str, actor: str, records: int) -> None:
        scope = private_or_not(include_private=True)
        self._tell("found records looked at", actor, request=number, records=str(records), scope=scope)

    def _check(self, terms: Terms) -> None:
        check_terms(terms, {account.slug for account in all_accounts(self._vault.books)})
        if terms.hold:
            self._holds.get(terms.hold)

    def _chosen(self, number: str, terms: Terms, event: Chosen, actor: str) -> list[Choice]:
        kept = self._kept.get(number, terms, event.through)
        if kept is not None:
            return kept
        scopes = event.scopes if terms.hold else None
        made = self._choosing.choose(number, terms, actor, event.through, scopes)
        found = versions_sha256(one.hit for one in made.choices)
        if found != event.versions_sha256:
            raise BadQuestion(
                f"The archive is not what it was when the records of {number} were chosen: some were "
                f"lawfully destroyed, or moved. {Step.LEDGER} tells of each; then {_choose(number)}."
            )
        self._kept.put(number, terms, event.through, made.choices)
        return made.choices

    def _check_current(self, docket: Docket) -> None:
        review, built = review_of(self._cabinet, docket.number), docket.last(Built)
        if built is None or review.signature is None or built.decisions_sha256 != review.decisions_sha256:
            raise BadQuestion(
                f"Something of {docket.number} was decided since its volumes were built: have the review "
                "signed and the volumes built again."
            )

    def _burn(self, number: str, why: str, by: By) -> None:
        """No number that a production has will bear anything."""
        for prefix in self.prefixes():
            last = self._cabinet.last(register.SERIES, prefix)
            mine = self.register(Bates(prefix)).of(number)
            if mine is not None and last is not None:
                act = Burnt(production=number, reach=mine.reach, why=why, by=by, at=self._vault.clock())
                self._note_numbers(prefix, act, "Bates numbers burnt", None)

    def _note_numbers(self, prefix: str, event: Reserved | Burnt, what: str, after: int | None) -> None:
        about = {"production": event.production, "prefix": prefix}
        about |= {"first": str(event.reach.first), "last": str(event.reach.last)}
        self._cabinet.file(
            register.SERIES, prefix, register.Act(event), what=what, actor=event.by.actor, about=about,
            after=after, for_ever=True,
        )  # fmt: skip

    def _may(self, number: str, type_: type[Event], by: By) -> Docket:
        docket = self.get(number)
        _refuse_role(type_, by)
        _refuse_if(out_of_place(docket, type_))
        return docket

    def _entry(self, filed: Filed) -> Entry:
        return Entry(filed.number, read_event(self._cabinet.bytes_of(filed)), filed.stored.sha256)

    def _put(self, number: str, event: AnyEvent, after: int) -> Filed:
        what = f"production: {_name_of(type(event))}"
        about = {"production": number}
        return self._cabinet.file(
            SERIES, number, event, what=what, actor=event.by.actor, about=about, after=after
        )


def _name_of(type_: type[Event]) -> str:
    return str(type_.__struct_config__.tag)


def _said(event: Chosen) -> object:
    """What a choice comes to, whoever made it."""
    return event.through, event.versions_sha256, [(one.number, one.versions_sha256) for one in event.answered]


def _choose(number: str) -> str:
    return Step.CHOOSE.of(number)


def _refuse_if(told: str) -> None:
    if told:
        raise BadQuestion(told)


def _refuse_role(type_: type[Event], by: By) -> None:
    may = roles_for(type_)
    if by.role not in may:
        raise PersonNeeded(
            f"{by.name} has the role {by.role}, and “{_name_of(type_)}” of a production needs "
            f"{' or '.join(may)}. Ask somebody who is; {Step.USERS} shows who has which role."
        )
