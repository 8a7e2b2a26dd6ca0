"""The letters of a request as the City sends them: drafted from live facts, linted, sent, kept exactly."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta

import msgspec

from paloverde.archive.keys import key_register
from paloverde.archive.papers import Cabinet
from paloverde.archive.reader import Archive
from paloverde.archive.store.interface import Grade
from paloverde.archive.vault import Vault
from paloverde.errors import BadQuestion, PersonNeeded
from paloverde.installation.holds import Holds
from paloverde.installation.requests import Requests
from paloverde.installation.review_papers import review_of
from paloverde.records import PACIFIC, archive_day
from paloverde.requests.asked import Asked
from paloverde.requests.assistance import Holdings, holdings
from paloverde.requests.blacking import without_words
from paloverde.requests.certificate import Certified, Tally, certificate, no_records_certificate
from paloverde.requests.drafting import TITLES, File, Wish, body_of, case_of
from paloverde.requests.events import Litigated, Outcome, Produced, Responsible, ReviewFinished
from paloverde.requests.letters import Bundle, ClawBack, Counts, Letter, Office, Production
from paloverde.requests.lint_words import Finding, Known
from paloverde.requests.lints import findings
from paloverde.requests.paper import Paper
from paloverde.requests.plaintext import as_text
from paloverde.requests.request import Request
from paloverde.requests.review_state import ReviewState, review_state
from paloverde.requests.reviewed import Reviewed
from paloverde.requests.sending import SERIES, Sent, event_of, out_of_time, sent_before
from paloverde.requests.unverified import of_letter, of_request
from paloverde.requests.wording import Written
from paloverde.requests.writing import written
from paloverde.retention.facts import HoldKind
from paloverde.retention.hold_orders import CLERK, COUNSEL
from paloverde.retention.holds import By
from paloverde.settings import Settings
from paloverde.steps import Step
from paloverde.wording import at_time, some, spoken

_KEPT = {
    Grade.APPLICATION: "each is written once, and the program refuses to change or delete any",
    Grade.GOVERNANCE: "each is written once and locked, and the server refuses to change or delete it",
    Grade.COMPLIANCE: "each is written once and locked for everybody until its time is over",
}


class Draft(msgspec.Struct, frozen=True):
    """A letter with its words, and what stops it from being sent."""

    letter: Letter
    written: Written
    findings: list[Finding]

    @property
    def text(self) -> str:
        return as_text(self.written.paper)

    @property
    def enclosure(self) -> Paper | None:
        """The paper that goes with it; None where none does."""
        return self.written.enclosure

    @property
    def unverified(self) -> tuple[str, ...]:
        """The law that it cites and that counsel has not verified: for the City, in no letter."""
        return of_letter(self.letter, self.written.law)


def _no_review(_: str) -> Reviewed | None:
    """What is known of the review where its decisions are kept elsewhere."""
    return None


class Letters:
    """The letters and certificates of one installation's requests.

    `review` gives what the review of a request came to, by its number; None where there is none.
    """

    def __init__(
        self,
        settings: Settings,
        vault: Vault,
        archive: Archive,
        cabinet: Cabinet,
        holds: Holds,
        requests: Requests,
        review: Callable[[str], Reviewed | None] = _no_review,
    ) -> None:
        self._settings, self._vault, self._archive = settings, vault, archive
        self._cabinet, self._holds, self._requests = cabinet, holds, requests
        self._review = review

    def draft(self, number: str, kind: str, wish: Wish, signer: Responsible, on: date | None = None) -> Draft:
        """A letter of that kind as it would go out now, or as it went out on an earlier day (Pacific).

        `BadQuestion` where there is no such request or letter, nothing that it could be about, or where it
        cannot have gone out on that day.
        """
        request, reviewed = self._requests.get(number), self._review(number)
        dates = self._requests.clock(request)
        file = File(
            request=Asked(reviewed.unsaid).request(request) if reviewed else request,
            dates=dates,
            holdings=self.holdings(on),
            reviewed=reviewed,
            bundle=self._bundle(request, wish.bundle, reviewed),
            kept_until=self._kept_until(number),
        )
        letter = Letter(
            case=case_of(request, dates),
            office=self.office(),
            at=self._written_at(on),
            signer=signer,
            body=body_of(kind, wish, file),
        )
        if told := out_of_time(letter, request, self._today()):
            raise BadQuestion(told)
        return self._linted(letter, reviewed, self._state(request, reviewed))

    def linted(self, letter: Letter, reviewed: Reviewed | None = None) -> Draft:
        """The words of a letter that was sent, and what would stop it now, how far the review is apart;
        `reviewed` spares asking for the review again.
        """
        return self._linted(letter, reviewed or self._review(letter.case.number))

    def _linted(self, letter: Letter, reviewed: Reviewed | None, state: ReviewState | None = None) -> Draft:
        words, known = written(letter), self._known(letter, reviewed)
        return Draft(letter, words, findings(letter, words, msgspec.structs.replace(known, review=state)))

    def send(
        self,
        letter: Letter,
        by: By,
        way: str,
        *,
        to: str = "",
        files: Mapping[str, bytes] | None = None,
        posted: Mapping[str, bytes] | None = None,
    ) -> Sent:
        """File that a letter was sent, on its day, with its exact words; and the event of the request that it
        is.

        `files` are kept beside its text: its PDF, by its name; `posted` is what really went out, such as
        a signed scan, without which no letter of an earlier day is noted. That there are no records is sent
        with its certificate. It is linted again first.
        `PersonNeeded` where a lint stands, or the role may not; `BadQuestion` where the request does not take
        its event now, or the same letter was sent already; `Suspicious` where somebody else sends a letter or
        goes on with the request at the same moment. It is not sent then.
        """
        number = letter.case.number
        request, last = self._requests.get(number), self._cabinet.last(SERIES, number)
        draft = self._may_go(request, letter, by)
        if letter.day < self._today() and not posted:
            raise BadQuestion(
                f"The letter went out on {spoken(letter.day)}, and was not kept here then: give the file "
                f"that went out, in {Step.POSTED.of()}."
            )
        if before := sent_before(letter, self.sent(number)):
            raise BadQuestion(
                f"The letter “{TITLES[before.kind]}” of {number} was sent already, by {before.by.name} on "
                f"{at_time(before.at)}: nothing was filed. What only went out once more is noted with "
                f"{Step.NOTE.of(number)}."
            )
        bodies = {f"{letter.kind}-{letter.day}.txt": draft.text.encode(), **(files or {}), **(posted or {})}
        if draft.enclosure is not None:
            bodies[f"enclosure-{letter.day}.txt"] = as_text(draft.enclosure).encode()
        if letter.kind == Outcome.NONE:
            paper = self.certificate(number, none=True, released=True)
            bodies[f"no-records-{letter.day}.txt"] = as_text(paper).encode()
        now = self._vault.clock()
        documents = tuple(self._requests.attach(number, name, body, by) for name, body in bodies.items())
        sent = Sent(
            kind=letter.kind,
            by=by,
            at=now,
            way=way,
            to=to,
            letter=letter,
            documents=documents,
        )
        event = event_of(letter, by, documents, now)
        if event is not None:
            self._requests.file(number, event, after=request.papers)
        about = {"request": number, "letter": letter.kind, "document_sha256": documents[0].sha256}
        after = last.number if last else 0
        self._cabinet.file(SERIES, number, sent, what="letter sent", actor=by.actor, about=about, after=after)
        return sent

    def check(self, letter: Letter, by: By) -> None:
        """Raise what `send` would where the letter may not be sent, by this person or at all."""
        self._may_go(self._requests.get(letter.case.number), letter, by)

    def _may_go(self, request: Request, letter: Letter, by: By) -> Draft:
        """The letter, linted now; raises where it may not be sent, by this person or at all."""
        if by.role not in (CLERK, COUNSEL):
            raise PersonNeeded(f"{by.name} is {by.role}: the clerk's office or counsel sends letters.")
        reviewed = self._review(request.number)
        draft = self._linted(letter, reviewed, self._state(request, reviewed))
        if draft.findings:
            first, more = draft.findings[0], len(draft.findings) - 1
            rest = f" {some(more, 'more lint stands', 'more lints stand')} against it." if more else ""
            raise PersonNeeded(f"The letter was not sent. {first}{rest}")
        if told := out_of_time(letter, request, self._today()):
            raise BadQuestion(f"The letter was not sent. {told}")
        event = event_of(letter, by, (), self._vault.clock())
        if event is not None and (refused := self._requests.refusal(request, event)):
            raise BadQuestion(f"The letter was not sent. {refused}")
        return draft

    def sent(self, number: str) -> list[Sent]:
        """The letters of a request that were sent, oldest first."""
        self._requests.get(number)
        return [self._cabinet.read(filed, Sent) for filed in self._cabinet.history(SERIES, number)]

    def text_of(self, number: str, sent: Sent) -> bytes:
        """The exact words of a letter that was sent, as UTF-8."""
        return self._requests.document(number, sent.documents[0].sha256)

    def certificate(
        self, number: str, *, none: bool = False, released: bool = False, reviewed: Reviewed | None = None
    ) -> Paper:
        """The search certificate of a request; `none` is the one that there are no records.

        `released` is the form for the requester, in which words that are redacted in the records are boxed;
        `reviewed` spares asking for the review again.
        """
        request, held = self._requests.get(number), self.holdings()
        reviewed = reviewed or self._review(number)
        searched = {slug for search in request.searches for slug in search.accounts}
        accounts = tuple(one for one in held.accounts if one.slug in searched)
        facts = msgspec.structs.replace(self._certified(request, reviewed), held=accounts)
        if released and reviewed:
            facts = msgspec.structs.replace(facts, request=Asked(reviewed.unsaid).request(request))
        make = no_records_certificate if none else certificate
        paper = make(facts, released=released)
        return without_words(paper, reviewed.needles) if released and reviewed else paper

    def _certified(self, request: Request, reviewed: Reviewed | None) -> Certified:
        tally, kept_back = None, 0
        if reviewed is not None:
            counts = reviewed.counts
            kept_back = counts.redacted + counts.withheld
            tally = Tally(counts.released + counts.withheld, reviewed.not_responsive, reviewed.undecided)
        today = archive_day(self._vault.clock())
        return Certified(
            request=request,
            agency=self._settings.agency_name,
            day=today,
            tally=tally,
            kept_back=kept_back,
            unverified=of_request(request, [claim.code for claim in reviewed.claims] if reviewed else ()),
        )

    def holdings(self, on: date | None = None) -> Holdings:
        """What the archive holds, lacks and never gets, now or as of an earlier day."""
        today = self._today()
        return holdings(self._archive, on or today, on if on and on < today else None)

    def _today(self) -> date:
        return archive_day(self._vault.clock())

    def _written_at(self, on: date | None) -> datetime:
        """When a letter of that day was written: now, or at noon of another day."""
        if on is None or on == self._today():
            return self._vault.clock()
        return datetime.combine(on, time(12), PACIFIC)

    def office(self) -> Office:
        """Who writes, and where the archive lies."""
        settings = self._settings
        return Office(
            settings.agency_name,
            settings.records_office or "",
            self._technology(),
            settings.archive_location or "",
        )

    def _technology(self) -> str:
        is_file = self._settings.store.startswith("file:")
        kind = "on the disk of a server" if is_file else "in object storage (S3)"
        second = " A second copy lies in another place." if self._vault.second is not None else ""
        kept = _KEPT[self._vault.store.grade]
        return f"The records are files {kind}, as tables, JSON, pictures and videos: {kept}.{second}"

    def _state(self, request: Request, reviewed: Reviewed | None) -> ReviewState:
        """How the review stands, with what the searches found and nobody took under review."""
        review, found = review_of(self._cabinet, request.number), self._certified(request, reviewed).found
        return review_state(review, max(0, found.unreviewed - len(review.undecided)))

    def _known(self, letter: Letter, reviewed: Reviewed | None) -> Known:
        """What the lints compare a letter with."""
        request = self._requests.get(letter.case.number)
        body = letter.body
        named = body.bundle.sha256 if isinstance(body, Production | ClawBack) else ""
        found = self._certified(request, reviewed).found
        return Known(
            bundle=self._bundle(request, named, reviewed) if named else None,
            redacted=reviewed.needles if reviewed else (),
            exposed=reviewed.exposed if reviewed else (),
            private_records=reviewed.private_records if reviewed else 0,
            open_matters=self._open_matters(request),
            responsive=found.responsive,
            unreviewed=found.unreviewed,
            is_searched=bool(request.searches),
            is_signed_off=bool(named) and request.is_signed_off(named),
            has_links=self._settings.delivery_address is not None,
        )

    def _open_matters(self, request: Request) -> frozenset[str]:
        """Pending matters by name and number: litigation holds in force, suits over the request itself."""
        holds = [one for one in self._holds.all() if one.kind is HoldKind.LITIGATION]
        names = [name for hold in holds if self._holds.is_active(hold) for name in (hold.id, hold.matter)]
        return frozenset([*names, *(event.matter for event in request.all(Litigated))])

    def _bundle(self, request: Request, sha256: str, reviewed: Reviewed | None) -> Bundle | None:
        """A sealed bundle of the request, by the beginning of its hash; without one, the last."""
        made = [one for one in request.all(Produced) if one.bundle.sha256.startswith(sha256)]
        if not made:
            return None
        review, last = request.last(ReviewFinished), made[-1]
        redacted, withheld = 0, 0
        if reviewed is not None:
            redacted, withheld = reviewed.counts.redacted, reviewed.counts.withheld
        elif review is not None and len(request.all(Produced)) == 1:
            redacted, withheld = review.exempt_in_part, review.exempt
        # A bundle counts the slips in place of what is withheld whole, too.
        counts = Counts(max(0, last.records - withheld), redacted, withheld)
        return Bundle(last.bundle.name, last.bundle.sha256, self._key_at(last), counts)

    def _key_at(self, made: Produced) -> str:
        """The key that signed when a bundle was put together."""
        with self._vault.books.connect() as connection:
            keys = [key for key in key_register(connection).keys if key.since <= made.at]
        return keys[-1].public_key if keys else self._vault.signer.public_key

    def _kept_until(self, number: str) -> date:
        """The last day of the request's hold, once it is closed; as it would be, were it closed today."""
        ends = [hold.closed.ends_on for hold in self._requests.holds_of(number) if hold.closed]
        today = archive_day(self._vault.clock())
        return max(ends, default=today + timedelta(days=self._settings.request_tail_days))
