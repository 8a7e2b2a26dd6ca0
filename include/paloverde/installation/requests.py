"""Public Records Act requests as the City works with them: taken in, searched, filed step by step."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path

import msgspec

from paloverde.archive.papers import Cabinet, Filed
from paloverde.archive.vault import Vault
from paloverde.errors import BadQuestion, PaloverdeError, PersonNeeded, Suspicious, TryAgain
from paloverde.installation.found import Found
from paloverde.installation.holds import Holds
from paloverde.installation.request_holds import RequestHolds
from paloverde.installation.review_papers import review_of
from paloverde.records import archive_day
from paloverde.requests.clock import Clock, clock
from paloverde.requests.closures import Closures, adopt, adopted, read_closures
from paloverde.requests.deadlines import Alarm, alarm, due, is_new
from paloverde.requests.events import (
    DOCUMENTS,
    SERIES,
    AnyEvent,
    Closed,
    Document,
    Event,
    Litigated,
    MinutesSpent,
    Noted,
    Received,
    Reminded,
    Reopened,
    ReviewFinished,
    Searched,
    read_event,
    stamped,
)
from paloverde.requests.exemptions import Forum
from paloverde.requests.intake import check_intake, next_number
from paloverde.requests.lifecycle import (
    ASKS_REVIEW,
    TIMER,
    name_of,
    out_of_place,
    refusal,
    roles_for,
    says_all,
)
from paloverde.requests.next_command import at_hand
from paloverde.requests.request import Entry, Request
from paloverde.requests.review_checks import check_open
from paloverde.requests.review_state import ReviewState, review_state
from paloverde.requests.reviewing import Review, Version, finished
from paloverde.requests.searching import Replayed, kept_by, replayed, searched
from paloverde.retention.holds import By, Hold
from paloverde.search.answer import Answer
from paloverde.search.hits import Hit
from paloverde.search.question import Question
from paloverde.steps import Step

_TRIES = 5  # to file what does not depend on anything that somebody else files meanwhile
_INDEPENDENT = (Searched, MinutesSpent, Noted, Reminded, ReviewFinished)
WATCH = By("daily look at the deadlines", TIMER, "Airflow")


class Requests:
    """The requests of one installation. `search` is that of the installation."""

    forum = Forum.REQUEST  # what may be claimed in their reviews

    def __init__(
        self, vault: Vault, cabinet: Cabinet, holds: Holds, search: Callable[..., Answer], found: Found
    ) -> None:
        self._vault, self._cabinet, self._search, self._found = vault, cabinet, search, found
        self._holds = RequestHolds(holds)

    # Looking

    def numbers(self) -> list[str]:
        """The number of every request, in order."""
        return [filed.subject for filed in self._cabinet.newest(SERIES)]

    def get(self, number: str) -> Request:
        """The request of that number; `BadQuestion` where there is none."""
        history = self._cabinet.history(SERIES, number)
        if not history:
            raise BadQuestion(f"There is no request {number!r}: {Step.REQUESTS} names them.")
        return Request(tuple(self._entry(filed) for filed in history))

    def all(self) -> Iterator[Request]:
        """Every request, by number."""
        return (self.get(number) for number in self.numbers())

    def open(self) -> list[tuple[Request, Clock]]:
        """Those that are not closed, by what is due first: the target, or the date of the extension."""
        found = [
            self.get(filed.subject)
            for filed in self._cabinet.newest(SERIES)
            if not isinstance(self._event(filed), Closed)
        ]
        closures = self.closures()
        timed = [(request, self.clock(request, closures)) for request in found if request.is_open]
        return sorted(timed, key=lambda pair: (_by(*pair), pair[0].number))

    def clock(self, request: Request, closures: Closures | None = None) -> Clock:
        """The dates of a request, by the City's own table of closed days."""
        return clock(request.received.received_on, self.closures() if closures is None else closures)

    def today(self) -> date:
        return archive_day(self._vault.clock())

    def now(self) -> datetime:
        return self._vault.clock()

    # Closed days

    def closures(self) -> Closures:
        """The closed days that the City has adopted; none where it has adopted none."""
        return adopted(self._cabinet)

    def adopt_closures(self, body: bytes, file: str, by: By) -> list[int]:
        """Check a table of closed days and file it; the years that say something new by it."""
        _refuse_role(Noted, by)
        table = read_closures(body, file)
        filed = adopt(self._cabinet, table, hashlib.sha256(body).hexdigest(), by.actor)
        return [int(one.subject) for one in filed]

    # Acting

    def receive(self, event: Received) -> Request:
        """Take a request in, under its number, or under the next of its year where that is empty.

        `BadQuestion` where the number is taken, the channel unknown, the text empty or the day still to come.
        """
        _refuse_role(Received, event.by)
        check_intake(event, self.numbers(), self.closures(), self.today())
        while True:
            number = event.number or next_number(event.received_on.year, self.numbers())
            numbered = msgspec.structs.replace(event, number=number)
            try:
                self._put(number, numbered, after=0)
            except Suspicious:
                if event.number or self._cabinet.last(SERIES, number) is None:
                    raise  # else somebody has taken this number at the same moment: the next one is ours
                continue
            return self.get(number)

    def has(self, number: str) -> bool:
        """Whether a request has that number."""
        return self._cabinet.last(SERIES, number) is not None

    def check_open(self, number: str) -> None:
        """`BadQuestion` where the request is closed, so that nothing is decided in it."""
        check_open(self.get(number))

    def file(
        self, number: str, event: AnyEvent, after: int | None = None, files: Sequence[Path] = ()
    ) -> Request:
        """File an event of a request, where it may follow; how the request stands then.

        `after` is the number of the last paper that whoever decides has seen: `Suspicious` where there is
        another by now. `files` are kept first, and become documents of the event, once nothing refuses it.
        `BadQuestion` says what the event lacks or what comes first. Closing ends the hold of
        the request with its tail; opening again places one.
        """
        _refuse_role(type(event), event.by)
        tries = _TRIES if isinstance(event, _INDEPENDENT) and after is None else 1
        for left in reversed(range(tries)):
            request = self.get(number)
            _refuse_if(self.refusal(request, event))
            event, files = self._with(number, event, files), ()
            try:
                self._put(number, event, after=request.papers if after is None else after)
                break
            except Suspicious:
                if not left:
                    raise
        filed = self.get(number)
        if isinstance(event, Closed | Reopened | Litigated):
            self._hold_accordingly(filed, name_of(type(event)))
        return filed

    def search(
        self,
        number: str,
        question: str | Question,
        by: By,
        *,
        include_private: bool = False,
        minutes: int = 0,
        note: str = "",
        **within: object,
    ) -> tuple[Answer, Searched]:
        """Search for a request: keep what may answer it, then file what was searched and found. Words such as
        `last month` are kept as the days that they name today.

        `within` bounds the search as `Installation.search` takes it. All that the search asks for is kept by
        the request's hold, before its event is filed.
        """
        _refuse_role(Searched, by)
        self.check_takes(number, Searched)
        answer = self._search(question, by.actor, include_private=include_private, reason=number, **within)
        event = searched(answer, by, self.now(), minutes, note)
        self._found.keep(number, event, answer.hits)
        if event.hits:
            self._holds.keep(number, kept_by(event), by)
        try:
            self.file(number, event)
        except BadQuestion:  # it was closed meanwhile, and the hold ends with it
            self._holds.follow(self.get(number))
            raise
        return answer, event

    def check_takes(self, number: str, type_: type[Event]) -> None:
        """`BadQuestion` where a request does not take an event of that type as it stands; says what would."""
        _refuse_if(out_of_place(self.get(number), type_))

    def refusal(self, request: Request, event: AnyEvent) -> str:
        """Why an event may not be filed now, in words; "" where it may."""
        asks = isinstance(event, ASKS_REVIEW)
        review = self._review(request, event) if asks else ReviewState()
        return refusal(request, event, self.clock(request), self.today(), review)

    def at_hand(self, number: str) -> str:
        """The step that comes next on the way to an answer; "" where a person has to say what does."""
        return at_hand(self.get(number), review_state(review_of(self._cabinet, number)))

    def review_finished(self, review: Review, by: By) -> bool:
        """File the numbers of a review that was signed; False where they are filed already."""
        told, signature = self.get(review.request).last(ReviewFinished), review.signature
        if signature is None or (told is not None and told.at >= signature.at):
            return False
        self.file(review.request, finished(review, by, self.now()))
        return True

    def replay(self, number: str, by: By) -> list[Replayed]:
        """Repeat every search of a request through the seal that it was made through."""
        return [self._replay(event, by) for event in self.get(number).searches]

    def answer(self, event: Searched, by: By) -> Answer:
        """The answer of a search again, as its event bounds it."""
        _refuse_role(Searched, by)
        return self._found.again(event, by.actor)

    def found(self, number: str, actor: str) -> Mapping[Version, Hit]:
        """Everything that the searches of a request found, each version once, from what was kept of them; a
        record is read when it is first looked at.
        """
        return self._found.of(self.get(number), actor)

    def attach(self, number: str, name: str, body: bytes | Path, by: By) -> Document:
        """File a letter or another file of a request; the document that an event names then."""
        self.get(number)
        about = {"request": number, "file": name}
        filed = self._cabinet.file(
            DOCUMENTS, number, body, what="request document filed", actor=by.actor, about=about
        )
        return Document(name, filed.stored.sha256)

    def document(self, number: str, sha256: str) -> bytes:
        """The bytes of a file of a request."""
        for filed in self._cabinet.history(DOCUMENTS, number):
            if filed.stored.sha256 == sha256:
                return self._cabinet.bytes_of(filed)
        raise BadQuestion(f"{number} has no document {sha256[:16]}…: {Step.REQUEST.of(number)} names them.")

    def holds_of(self, number: str) -> list[Hold]:
        """The holds that keep what a request is about: the first bears its number."""
        return self._holds.of(number)

    # Watching

    def alarms(self) -> list[Alarm]:
        """What is due in every open request, where it is time to say so."""
        closures, today = self.closures(), self.today()
        found = (alarm(request, dates, closures, today) for request, dates in self.open())
        return [one for one in found if one is not None]

    def watch(self, by: By = WATCH) -> list[Alarm]:
        """The alarms that nobody was told of yet, each of which becomes a paper of its request; and whatever
        is overdue, every day.
        """
        found = self.alarms()
        new = [one for one in found if is_new(self.get(one.number), one)]
        for one in new:
            self.file(one.number, Reminded(by=by, at=self.now(), alarm=one.key, told=one.told))
        return [one for one in found if one in new or one.is_overdue]

    def settle_holds(self) -> list[str]:
        """See that the hold of every request is as its file says, after whatever was interrupted; the numbers
        of those where something was done.
        """
        holds, settled = self._holds.all(), list[str]()
        for request in self.all():
            if not request.is_open:
                self._found.forget(request.number)
            if self._holds.follow(request, holds):
                settled.append(request.number)
        return settled

    # Inside

    def _review(self, request: Request, event: AnyEvent) -> ReviewState:
        """How the review stands. Who says that there is no more has everything looked at that was found."""
        review = review_of(self._cabinet, request.number)
        if not says_all(event):
            return review_state(review)
        found = self._found.of(request, event.by.actor)
        return review_state(review, len(found.keys() - {*review.versions}))

    def _hold_accordingly(self, request: Request, step: str) -> None:
        """End the hold of a request that is closed by now; place one again for one that goes on."""
        if not request.is_open:
            self._found.forget(request.number)
        try:
            self._holds.follow(request)
        except PaloverdeError as error:
            told = (
                f"{request.number}: “{step}” is filed, and its hold does not follow yet; the next morning "
                f"tries it again. {error}"
            )
            raise (TryAgain if isinstance(error, TryAgain) else PersonNeeded)(told) from error

    def _with(self, number: str, event: AnyEvent, files: Sequence[Path]) -> AnyEvent:
        """The event with these files among its documents, now that they are kept."""
        kept = [self.attach(number, file.name, file, event.by) for file in files]
        return msgspec.structs.replace(event, documents=(*event.documents, *kept))

    def _entry(self, filed: Filed) -> Entry:
        return Entry(filed.number, self._event(filed), filed.stored.sha256)

    def _event(self, filed: Filed) -> AnyEvent:
        return read_event(self._cabinet.bytes_of(filed))

    def _put(self, number: str, event: AnyEvent, after: int) -> Filed:
        about = {"request": number}
        if isinstance(event, Searched):
            about |= {"question": event.question, "hits": str(event.hits), "through": str(event.through)}
        what = f"request: {name_of(type(event))}"
        return self._cabinet.file(
            SERIES, number, stamped(event), what=what, actor=event.by.actor, about=about, after=after
        )

    def _replay(self, event: Searched, by: By) -> Replayed:
        return replayed(event, self.answer(event, by))


def _refuse_if(told: str) -> None:
    if told:
        raise BadQuestion(told)


def _refuse_role(type_: type[Event], by: By) -> None:
    may = roles_for(type_)
    if by.role not in may:
        raise PersonNeeded(
            f"{by.name} has the role {by.role}, and “{name_of(type_)}” of a request needs "
            f"{' or '.join(may)}. Ask somebody who is; {Step.USERS} shows who has which role."
        )


def _by(request: Request, dates: Clock) -> date:
    """The day on which something is due; what has no date comes last."""
    coming = due(request, dates)
    return coming.day if coming else date.max
