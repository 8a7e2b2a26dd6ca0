"""What each letter asks of whoever writes it, and the wish that their words make. What the file of the
request knows (numbers, exemptions, names of those responsible, the bundle) is not asked for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation

from paloverde.desk.areas.letter_claims import claims_of, counts_of, instead_of_review
from paloverde.desk.areas.request_course import ground_fields, grounds_of, until_field
from paloverde.desk.asked import Wrong
from paloverde.desk.people import Person
from paloverde.desk.typed import Field, Typed
from paloverde.requests.costs import Line, Sheet, Work, table
from paloverde.requests.delivery import MOST_DAYS
from paloverde.requests.drafting import Wish
from paloverde.requests.events import WAYS, Produced, Responsible, Way
from paloverde.requests.letters import Delivery
from paloverde.requests.request import Request
from paloverde.settings import Settings
from paloverde.wording import brief

KINDS: Mapping[str, str] = {
    "acknowledgment": "the request is here, its dates, how the archive works",
    "clarification": "your questions; that the days go on and none must be answered",
    "extension": "the grounds with their facts, the new date",
    "disclosable": "in time: there are records, from when, and that they are under review",
    "full": "everything is disclosed, from when",
    "part": "what is withheld under which law, who is responsible, what is released",
    "denied": "the same, where nothing can be released",
    "none": "there are no records; the certificate of that goes with it",
    "not_agency": "another agency may have them, and which",
    "estimate": "what the copy costs: $0.00, or the worksheet",
    "production": "the bundle, its SHA-256, how to verify it, what is withheld",
    "closure": "what was done, and until when the file is kept",
    "clawback": "privileged parts went out by mistake, where they stand, what to do",
}
_COST_LINES = 4
_REASONS = Field("reasons", "Why, in a sentence or two", "area", required=True)
_AVAILABLE = (
    Field(
        "available_on",
        "Day on which records will be available",
        "date",
        "An estimate; the letter gives day and time (Gov. Code 7922.535(a)).",
        required=True,
    ),
    Field("available_time", "Time of day", "time", required=True),
)
_NOT_SAID = ("", "not said in this letter")
_UNTIL = (
    Field(
        "until_on", "Until when a link works: the day", "date", f"At most {MOST_DAYS} days from its making."
    ),
    Field("until_time", "and the time of day", "time"),
)
_SEARCHES = Field(
    "without_searches",
    "Leave out the sentences of the searches: their words would disclose something",
    "tick",
)
_QUESTIONS = (
    Field(
        "questions",
        "Your questions, one a line",
        "area",
        "Never who they are or what it is for.",
        required=True,
    ),
    Field("offers", "Suggestions that may help them, one a line", "area"),
)
_OWN: Mapping[str, Sequence[Field]] = {
    "clarification": _QUESTIONS,
    "disclosable": (_REASONS, *_AVAILABLE, _SEARCHES),
    "denied": (_REASONS, _SEARCHES),
    "none": (_REASONS, _SEARCHES),
    "not_agency": (_REASONS, Field("elsewhere", "Whom to ask", required=True)),
    "closure": (_REASONS,),
}


def ways_offered(settings: Settings) -> list[tuple[str, str]]:
    """The ways in which copies can be handed over: by a link only where links have an address."""
    return [
        (name, way.value) for name, way in WAYS.items() if settings.delivery_address or way is not Way.LINK
    ]


def fields_of(kind: str, request: Request, person: Person, settings: Settings) -> list[Field]:
    """The fields of a letter of that kind, who signs it, and what it may say in place of the review."""
    signing = [
        Field("signer", "Who signs", required=True, value=person.name),
        Field("signer_title", "Title or position of whoever signs", required=True, value=person.title),
    ]
    return [*_own(kind, request, settings), *signing, *instead_of_review(kind)]


def _delivery_fields(settings: Settings) -> Sequence[Field]:
    """How the copies come: what the letter says of that is held to when they are handed over."""
    hint = "What the letter promises is held to when the copies are handed over."
    ways = Field(
        "way", "How copies are handed over", "choice", hint, options=[_NOT_SAID, *ways_offered(settings)]
    )
    where = Field("where", "The address or office where they are")
    return (ways, where, *(_UNTIL if settings.delivery_address else ()))


def _own(kind: str, request: Request, settings: Settings) -> Sequence[Field]:
    match kind:
        case "full" | "part":
            return [_REASONS, *_AVAILABLE, *_delivery_fields(settings), _SEARCHES]
        case "extension":
            return [until_field(request), *ground_fields(request)]
        case "estimate":
            return cost_fields()
        case "production":
            return [_bundle(request), *_delivery_fields(settings), *_NEXT, _SEARCHES]
        case "clawback":
            return [_bundle(request), *_CLAWBACK]
    return _OWN.get(kind, ())


_NEXT = (
    Field("next_on", "Day on which the next instalment is expected", "date", "Left empty on the last."),
    Field("next_time", "Time of day", "time"),
)
_CLAWBACK = (
    Field("privilege", "Which privilege", required=True),
    Field(
        "places",
        "The places by their numbers in the bundle, one a line",
        "area",
        "Never what stands there.",
        required=True,
    ),
    Field("replacement", "What the requester gets instead", required=True),
)


def bundles_of(request: Request) -> list[tuple[str, str]]:
    """The bundles of a request, the newest first: two that bear one name are told apart by their time."""
    return [(made.bundle.sha256, _named(request, made)) for made in reversed(request.all(Produced))]


def _named(request: Request, made: Produced) -> str:
    replaced = ", replaced by a newer one" if request.is_replaced(made) else ""
    return f"{made.bundle.name}, put together {brief(made.at)}{replaced}"


def _bundle(request: Request) -> Field:
    return Field("bundle", "Which bundle", "choice", options=[("", "the last one"), *bundles_of(request)])


def cost_fields() -> list[Field]:
    """What a charge needs. Left empty, the copy costs nothing."""
    grounds = [(code, f"{code}: {rule.says} ({rule.cite})") for code, rule in table().ground.items()]
    fields = [
        Field(
            "cost_ground",
            "Ground for a charge",
            "choice",
            "Searching, reviewing, redacting and copying are never charged.",
            options=[("", "nothing is charged"), *grounds],
        ),
        Field("cost_facts", "What makes the ground true of this request"),
    ]
    works = [("", "none"), *((work.value, work.value) for work in Work)]
    for number in range(1, _COST_LINES + 1):
        fields += [
            Field(f"work_{number}", f"Line {number}: kind of work", "choice", options=works),
            Field(f"what_{number}", f"Line {number}: what is done"),
            Field(f"by_{number}", f"Line {number}: position of whoever does it"),
            Field(f"hours_{number}", f"Line {number}: hours", hint="Such as 2.5."),
            Field(f"rate_{number}", f"Line {number}: dollars an hour", hint="Such as 60.00."),
        ]
    return fields


def sheet_of(typed: Typed) -> Sheet:
    """The cost sheet that the fields make."""
    lines = [_line(typed, number) for number in range(1, _COST_LINES + 1) if typed.text(f"work_{number}")]
    return Sheet(typed.text("cost_ground"), typed.text("cost_facts"), tuple(lines))


def _line(typed: Typed, number: int) -> Line:
    rate = _decimal(typed, f"rate_{number}") * 100
    if rate != int(rate):
        raise Wrong(f"rate_{number}", "Write dollars and whole cents, such as 60.00.")
    return Line(
        work=Work(typed.choice(f"work_{number}")),
        what=typed.text(f"what_{number}"),
        by=typed.text(f"by_{number}"),
        hours=_decimal(typed, f"hours_{number}"),
        rate_cents=int(rate),
    )


def _decimal(typed: Typed, name: str) -> Decimal:
    try:
        number = Decimal(typed.text(name) or "0")
    except InvalidOperation:
        raise Wrong(name, "Write a number with a point, such as 2.5.") from None
    if not number.is_finite() or not 0 <= number < 1_000_000:
        raise Wrong(name, "Write a number of at least 0 and below a million.")
    return number


def wish_of(kind: str, typed: Typed) -> Wish:
    """What somebody says for a letter."""
    return Wish(
        questions=typed.lines("questions"),
        offers=typed.lines("offers"),
        grounds=grounds_of(typed),
        until=typed.day("until"),
        reasons=typed.text("reasons"),
        available_at=typed.moment("available_on", "available_time"),
        next_at=typed.moment("next_on", "next_time"),
        claims=claims_of(typed),
        deniers=typed.people("deniers"),
        counts=counts_of(typed),
        tells_searches=not typed.is_ticked("without_searches"),
        delivery=_delivery(typed),
        elsewhere=typed.text("elsewhere"),
        sheet=sheet_of(typed) if kind == "estimate" else Sheet(),
        bundle=typed.text("bundle"),
        privilege=typed.text("privilege"),
        places=typed.lines("places"),
        replacement=typed.text("replacement"),
    )


def _delivery(typed: Typed) -> Delivery | None:
    if not typed.text("way"):
        return None
    return Delivery(WAYS[typed.choice("way")], typed.text("where"), typed.moment("until_on", "until_time"))


def signer_of(typed: Typed) -> Responsible:
    return Responsible(typed.text("signer"), typed.text("signer_title"))
