"""The search certificate: what was searched for, where, with what result and what limits, and how to repeat
it.

It is written from the searches, custodians and review that the request's file holds, so that it says no more
than these do. A certificate of no records is the same paper with that as its statement; it is refused where a
search found something that nobody has reviewed.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from datetime import date

import msgspec

from paloverde.errors import BadQuestion
from paloverde.requests.assistance import Held, accounts_grid
from paloverde.requests.custodians import custodians, limits, owing
from paloverde.requests.events import (
    CustodianAnswered,
    CustodianAsked,
    Determined,
    ReviewFinished,
    Searched,
)
from paloverde.requests.in_words import OUTCOMES
from paloverde.requests.paper import Block, Facts, Grid, Heading, Paper, Paragraph, Points
from paloverde.requests.request import Request
from paloverde.search.scope import Scope
from paloverde.steps import Step
from paloverde.wording import at_time, some, spoken

_TRUTH = (
    "Each search covered every version of every record in its scope, removed and hidden content included. "
    "The words inside pictures, videos and attached files were not searched."
)
_NONE = "In that archive the City has no responsive record."
_SAME = (
    "The archive keeps each night sealed, so that the City can ask it the same question as it stood then; it "
    "finds the same record versions."
)
_NO_DIGEST = (
    "The City keeps a digest of what was found. It is not told here, since not all that was found is given "
    "as it is, and a digest would show whether somebody's guess of the rest is right."
)
_SIGNED = (
    "This certificate is written by the City's archive from the file of the request. It is not a sworn "
    "declaration: a person who knows the facts makes that, and signs it."
)


class Tally(msgspec.Struct, frozen=True):
    """What became of the record versions that were found; exempt ones are responsive, too."""

    responsive: int
    not_responsive: int
    unreviewed: int


class Certified(msgspec.Struct, frozen=True, kw_only=True):
    """What a certificate is made of. `day` is the Pacific day of its making; `held` are the accounts of the
    searches as the archive holds them. `kept_back` is of how many found versions something is not given,
    `unverified` the law of the request that counsel has not verified.
    """

    request: Request
    agency: str
    day: date
    held: tuple[Held, ...] = ()
    tally: Tally | None = None
    kept_back: int = 0
    unverified: tuple[str, ...] = ()

    @property
    def gives_all(self) -> bool:
        """Whether the requester is given all that was found, as it is."""
        review = self.request.last(ReviewFinished)
        told = review.exempt_in_part + review.exempt if review is not None else 0
        return not (self.kept_back or told or self.found.not_responsive or self.found.unreviewed)

    @property
    def found(self) -> Tally:
        """What became of the found record versions: as told, else as the last finished review told it."""
        if self.tally is not None:
            return self.tally
        found = max((search.hits for search in self.request.searches), default=0)
        review = self.request.last(ReviewFinished)
        if review is None:
            return Tally(0, 0, found)
        responsive = review.responsive + review.exempt_in_part + review.exempt
        return Tally(responsive, review.not_responsive, max(0, found - review.reviewed))


def certificate(facts: Certified, *, released: bool = False) -> Paper:
    """The certificate of a request's searches. `BadQuestion` where nothing was searched.

    `released` is the form for the requester: of custodians it gives the position, of whoever searched the
    name, and no command by which the City repeats a search.
    """
    if not facts.request.searches:
        number = facts.request.number
        raise BadQuestion(f"Nothing was searched yet for {number}: first {Step.SEARCH.of(number)}.")
    title = f"Search certificate of records request {facts.request.number}"
    return Paper(title, (Heading(title, 1), *_blocks(facts, _statement(facts), released)))


def no_records_certificate(facts: Certified, *, released: bool = False) -> Paper:
    """The certificate that the City has no responsive record.

    `BadQuestion` where something was found responsive, or was found and not reviewed, or a custodian who was
    asked has not answered: then nobody can say so.
    """
    paper = certificate(facts, released=released)
    number = facts.request.number
    if facts.found.responsive:
        found = some(facts.found.responsive, "record version is", "record versions are")
        raise BadQuestion(f"{found} responsive to {number}: it cannot be certified that there are none.")
    if facts.found.unreviewed:
        found = some(facts.found.unreviewed, "record version that was", "record versions that were")
        raise BadQuestion(f"{found} found for {number} nobody has reviewed: review them first.")
    silent = [asked.custodian for asked, answer in questions(facts.request) if answer is None]
    if silent:
        raise BadQuestion(f"{', '.join(silent)} was asked for {number} and has not answered: wait for that.")
    if told := owing(facts.request.events):
        raise BadQuestion(f"It cannot be certified that there are none for {number}. {told}")
    title = f"Certificate of no records for records request {number}"
    return Paper(title, (Heading(title, 1), *paper.blocks[1:]))


def _statement(facts: Certified) -> str:
    searches = some(len(facts.request.searches), "search", "searches")
    begun = f"For this request the City made {searches} of its archive of social media."
    if facts.found.responsive:
        found = some(facts.found.responsive, "version of a record was", "versions of records were")
        return f"{begun} {found} found responsive."
    if facts.found.unreviewed:
        found = some(
            facts.found.unreviewed,
            "version of a record that was found has",
            "versions of records that were found have",
        )
        return f"{begun} {found} not been reviewed yet, and this certificate says nothing of that."
    if facts.found.not_responsive:
        found = some(facts.found.not_responsive, "version of a record was", "versions of records were")
        return f"{begun} {found} found and reviewed, and none is responsive. {_NONE}"
    return f"{begun} None found a record. {_NONE}"


def _blocks(facts: Certified, statement: str, released: bool) -> Iterator[Block]:
    request = facts.request
    yield Facts(
        (
            ("Agency", facts.agency),
            ("Request", request.number),
            ("Received", spoken(request.received.received_on)),
            *(
                ("Determined", f"{spoken(one.sent_on)}: {OUTCOMES[one.outcome]}")
                for one in request.all(Determined)
            ),
            ("Certified on", spoken(facts.day)),
            (
                "Time spent on searching",
                some(sum(one.minutes for one in request.searches), "minute", "minutes"),
            ),
        )
    )
    yield Paragraph(f"The request: “{request.received.text.strip()}”")
    yield Heading("What is certified")
    yield Paragraph(statement)
    yield Paragraph(_TRUTH)
    for number, search in enumerate(request.searches, 1):
        with_digest = not released or facts.gives_all
        yield from _search(search, number, released=released, with_digest=with_digest)
    if facts.held:
        yield Heading("Which days the archive covers")
        yield accounts_grid(facts.held, facts.day)
    yield from _limits(request.searches)
    yield from _custodians(request, released)
    if facts.unverified and not released:
        yield Heading("For the City only: law that counsel has not verified")
        yield Paragraph("What is told in this request rests on these, too. Not verified by counsel yet:")
        yield Points(facts.unverified)
    yield Heading("What this certificate is")
    yield Paragraph(_SIGNED)


def _search(search: Searched, number: int, *, released: bool, with_digest: bool) -> Iterator[Block]:
    yield Heading(f"Search {number}")
    yield Paragraph(search.sentence)
    yield Facts(
        (
            ("The question as it was put", search.question),
            ("Searched by", f"{search.by.name}, {search.by.role}"),
            ("When", at_time(search.at)),
            ("Time spent", some(search.minutes, "minute", "minutes")),
            ("Accounts searched", ", ".join(search.accounts) or "none"),
            ("Scope", _scope(search.scope)),
            ("Record versions covered", f"{search.read:,}"),
            (
                "Found",
                f"{some(search.hits, 'version', 'versions')} of {some(search.items, 'record', 'records')}",
            ),
            ("Of these records, found hidden or removed", f"{search.removed:,}"),
        )
    )
    if search.per_term:
        rows = tuple((term, f"{count:,}") for term, count in search.per_term.items())
        yield Grid("Record versions found by each word or phrase", ("Word or phrase", "Versions"), rows)
    yield from _check(search, number, released=released, with_digest=with_digest)


def _check(search: Searched, number: int, *, released: bool, with_digest: bool) -> Iterator[Block]:
    """How anybody sees that a search is told as it was. How the City repeats it is for the City alone."""
    yield Heading(f"How search {number} can be checked")
    yield Paragraph(_SAME if with_digest else f"{_SAME} {_NO_DIGEST}")
    yield Facts(
        (
            ("Archive as of sealed run", f"{search.through:,}"),
            ("Hash that this run's seal names", search.previous or "none"),
            *([("Digest of what was found (SHA-256)", search.versions_sha256)] if with_digest else []),
        )
    )
    if not released:
        yield Points(
            (
                f"To repeat it at the command line of the City: {replay_command(search)}",
                f"To repeat it in Python: {replay_python(search)}",
            )
        )


def _scope(scope: Scope) -> str:
    parts = [
        f"accounts {', '.join(scope.accounts)}" if scope.accounts else "all accounts",
        f"kinds {', '.join(scope.kinds)}" if scope.kinds else "all kinds of records",
        *([f"sites {', '.join(scope.platforms)}"] if scope.platforms else []),
        *([f"posted on or after {spoken(scope.since)}"] if scope.since else []),
        *([f"posted on or before {spoken(scope.until)}"] if scope.until else []),
        f"private messages and lists of subscribers {'' if scope.include_private else 'not '}included",
    ]
    return "; ".join(parts)


def replay_command(search: Searched) -> str:
    """The command that puts the same question again, up to the same sealed run."""
    scope, words = search.scope, ["paloverde", "search", search.question]
    for option, values in (
        ("--account", scope.accounts),
        ("--platform", scope.platforms),
        ("--kind", scope.kinds),
    ):
        words += [word for value in values for word in (option, value)]
    words += ["--from", str(scope.since)] if scope.since else []
    words += ["--to", str(scope.until)] if scope.until else []
    words += ["--private"] if scope.include_private else []
    return shlex.join([*words, "--through", str(search.through)])


def replay_python(search: Searched) -> str:
    """The same in Python, up to the same sealed run."""
    scope = search.scope
    bounds: list[str] = [
        f"{name}={list(values)!r}"
        for name, values in (
            ("accounts", scope.accounts),
            ("kinds", scope.kinds),
            ("platforms", scope.platforms),
        )
        if values
    ]
    for name, day in (("since", scope.since), ("until", scope.until)):
        bounds += [f"{name}=date({day.year}, {day.month}, {day.day})"] if day else []
    bounds += ["private_because='a search again'"] if scope.include_private else []
    given = ", ".join([repr(search.question), *bounds, f"through={search.through}"])
    return f"paloverde.open_archive().search({given})"


def _limits(searches: Sequence[Searched]) -> Iterator[Block]:
    """All the gaps that touch the searches, each once, then what the sites never give."""
    yield Heading("Limits of the searches")
    gaps = tuple(dict.fromkeys(limit for search in searches for limit in search.limits))
    if gaps:
        yield Paragraph("What the archive may be missing in what was searched:")
        yield Points(gaps)
    else:
        yield Paragraph("No gap is known in what was searched.")
    never = tuple(dict.fromkeys(limit for search in searches for limit in search.standing))
    if never:
        yield Paragraph("What the sites do not give the City:")
        yield Points(never)


def _custodians(request: Request, released: bool) -> Iterator[Block]:
    yield Heading("People who were asked")
    rows = tuple(_told(asked, answer, released) for asked, answer in questions(request))
    if not rows:
        yield Paragraph(
            "Nobody was asked to search what only they have; the searches were of the archive alone."
        )
        return
    headings = ("Who", "Asked on", "Asked for", "Answered on", "Answer")
    yield Grid("Custodians who were asked to search what only they have", headings, rows)
    if open_ := tuple(limits(custodians(request.events), with_names=not released)):
        yield Points(open_)


def _told(asked: CustodianAsked, answer: CustodianAnswered | None, released: bool) -> tuple[str, ...]:
    named = ", ".join(filter(None, (asked.custodian, asked.title)))
    who = (asked.title or asked.custodian) if released else named
    told = (spoken(answer.answered_on), answer.answer) if answer else ("not yet", "")
    return (who, spoken(asked.asked_on), asked.about, *told)


def questions(request: Request) -> Iterator[tuple[CustodianAsked, CustodianAnswered | None]]:
    """Each question to a custodian, with what that person answered last since."""
    events = request.events
    for place, asked in enumerate(events):
        if isinstance(asked, CustodianAsked):
            answers = [
                later
                for later in events[place:]
                if isinstance(later, CustodianAnswered) and later.custodian == asked.custodian
            ]
            yield asked, answers[-1] if answers else None
