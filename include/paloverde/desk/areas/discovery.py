"""Productions in discovery: all of them, how one stands, what is next, its history, and the Bates numbers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from fastapi.responses import Response

from paloverde.desk import showing
from paloverde.desk.areas.discovery_frame import (
    FORMS,
    HERE,
    decided,
    docket_of,
    every,
    is_last_word,
    shown,
)
from paloverde.desk.areas.request_frame import line
from paloverde.desk.asked import page_of
from paloverde.desk.rights import Act
from paloverde.desk.todo import Line, Section
from paloverde.desk.visit import Here, Pages, Visit
from paloverde.productions.bates import Bates
from paloverde.productions.docket import Docket, State
from paloverde.productions.in_words import said
from paloverde.productions.order import Built, Chosen, ClawedBack, Served, Terms
from paloverde.requests.reviewing import Review
from paloverde.wording import some, spoken

pages = Pages()
_PER_PAGE = 50
_MOST_LISTED = 200  # demands, limits, items that a page names
_LONGEST = 2_000  # characters of a sentence


class Next(NamedTuple):
    """What is owed next: the words of its link, its page, what somebody must be allowed, and why."""

    words: str
    path: str
    act: Act
    why: str


@pages.page("/discovery", Act.SEE_PRODUCTIONS)
def listed(visit: Here) -> Response:
    """The productions, newest first."""
    dockets = every(visit.city)[::-1]
    last = max(1, -(-len(dockets) // _PER_PAGE))
    page = min(page_of(visit.request.query_params), last)
    return visit.show(
        "discovery_list.html",
        title="Productions in discovery",
        here=HERE,
        rows=[_row(docket) for docket in dockets[(page - 1) * _PER_PAGE : page * _PER_PAGE]],
        count=len(dockets),
        page=page,
        pages=last,
        act=Act,
    )


@pages.page("/discovery/numbers", Act.SEE_PRODUCTIONS)
def numbers(visit: Here) -> Response:
    """Every Bates number that was ever given, by prefix."""
    productions = visit.city.productions
    rows = []
    for prefix in productions.prefixes():
        for one in (given := productions.register(Bates(prefix))).reserved:
            bates = Bates(prefix, one.digits)
            rows.append({
                "first": bates.number(one.reach.first), "last": bates.number(one.reach.last),
                "pages": one.reach.pages, "production": one.production, "at": one.at, "by": one.by.name,
                "is_burnt": one.reach in given.burnt,
            })  # fmt: skip
    last = max(1, -(-len(rows) // _PER_PAGE))
    page = min(page_of(visit.request.query_params), last)
    return visit.show(
        "discovery_numbers.html",
        title="Bates numbers that were given",
        here=HERE,
        rows=rows[::-1][(page - 1) * _PER_PAGE : page * _PER_PAGE],
        count=len(rows),
        page=page,
        pages=last,
    )


@pages.page("/discovery/{number}", Act.SEE_PRODUCTIONS)
def production(visit: Here, number: str) -> Response:
    """A production: what was ordered, how far it is, what is next."""
    docket = docket_of(visit, number)
    review, chosen, terms = visit.city.productions.review(number), docket.last(Chosen), docket.terms
    coming = next_of(docket, review)
    waits_for = _waits_for(visit, docket, coming) if coming else ""
    return shown(
        visit,
        number,
        "discovery_look.html",
        "",
        "",
        path=f"/discovery/{number}",
        state=docket.state.value,
        is_open=docket.is_open,
        has_gone_out=docket.has_gone_out,
        coming=None if waits_for else coming,
        waits_for=waits_for,
        facts=[(term, showing.name(value, _LONGEST)) for term, value in _ordered(terms)],
        demands=_demands(terms, chosen),
        more=max(0, len(terms.demands) - _MOST_LISTED),
        chosen=chosen,
        limits=[line(one) for one in chosen.limits[:_MOST_LISTED]] if chosen else [],
        stand=_stand(review) if review.versions else [],
        built=docket.last(Built),
        served=docket.last(Served),
        back=[showing.name(said(one), _LONGEST) for one in docket.all(ClawedBack)],
    )


@pages.page("/discovery/{number}/history", Act.SEE_PRODUCTIONS)
def history(visit: Here, number: str) -> Response:
    """Every paper of a production, newest first."""
    entries = docket_of(visit, number).entries[::-1]
    last = max(1, -(-len(entries) // _PER_PAGE))
    page = min(page_of(visit.request.query_params), last)
    rows = [
        {
            "number": entry.number,
            "at": entry.event.at,
            "by": showing.name(f"{entry.event.by.name} ({entry.event.by.role})"),
            "said": showing.name(said(entry.event), _LONGEST),
            "note": showing.name(entry.event.note, _LONGEST),
        }
        for entry in entries[(page - 1) * _PER_PAGE : page * _PER_PAGE]
    ]
    return shown(
        visit, number, "discovery_history.html", "History", "/history", rows=rows, count=len(entries),
        page=page, pages=last, path=f"/discovery/{number}/history",
    )  # fmt: skip


def next_of(docket: Docket, review: Review | None = None) -> Next | None:
    """What is owed next of a production; None where nothing is. `review` is how its review stands, where
    that was read.
    """
    number, path = docket.number, f"/discovery/{docket.number}"
    match docket.state:
        case State.ORDERED:
            return Next("Choose the records", f"{path}/choose", Act.ORDER_PRODUCTIONS, "The order stands.")
        case State.CHOSEN if review is not None and review.versions and not review.undecided:
            sign = f"/requests/{number}/review/sign"
            why = "All is decided: somebody who decided nothing looks at it and signs."
            return Next("Sign the review", sign, Act.SIGN_REVIEW, why)
        case State.BUILT | State.AGREED if review is not None and not is_last_word(docket, review):
            why = "Something was decided since its volumes were built: they count no more, do not send them."
            return Next("See what was decided, and sign it", f"/requests/{number}/review", Act.REVIEW, why)
        case State.CHOSEN:
            why = "Counsel decides what is privileged; then somebody else signs."
            return Next("Review for privilege", f"/requests/{number}/review", Act.REVIEW, why)
        case State.REVIEWED:
            return Next("Build the volumes", f"{path}/volumes", Act.BUILD_BUNDLES, "The review is signed.")
        case State.BUILT:
            why = f"{_builder(docket)} built them: somebody else looks at them and agrees."
            return Next("Look at the volumes and agree", f"{path}/volumes", Act.SEE_PRODUCTIONS, why)
        case State.AGREED:
            why = "The volumes may go out: send them, then note it."
            return Next("Note that it was served", f"{path}/step/serve", Act.ORDER_PRODUCTIONS, why)
    return None


def todo_(visit: Visit) -> Section | None:
    """What waits for the person; None for whoever may not see productions."""
    if not visit.may(Act.SEE_PRODUCTIONS):
        return None
    waiting = ((docket, next_of(docket)) for docket in every(visit.city) if docket.is_open)
    return Section(
        HERE,
        [
            Line(f"{docket.number}: {coming.words.lower()}", coming.path, showing.name(docket.terms.matter))
            for docket, coming in waiting
            if coming is not None and visit.may(coming.act) and not _is_builders_own(visit, docket)
        ],
    )


def _is_builders_own(visit: Visit, docket: Docket) -> bool:
    """Whether what is owed is an agreement to volumes that this person built."""
    built = docket.last(Built)
    return docket.state is State.BUILT and built is not None and built.by.is_same_person(visit.by)


def _builder(docket: Docket) -> str:
    built = docket.last(Built)
    return built.by.name if built else "Somebody"


def _waits_for(visit: Visit, docket: Docket, coming: Next) -> str:
    """For whom it waits, and why; "" where it is this person."""
    is_own = coming.path.endswith("/volumes") and _is_builders_own(visit, docket)
    if visit.may(coming.act) and not is_own:
        return ""
    who = "counsel" if coming.act is Act.ORDER_PRODUCTIONS else "somebody else"
    return f"“{coming.words}” is next, and is for {who}. {coming.why}"


def _row(docket: Docket) -> dict[str, Any]:
    built, terms = docket.last(Built), docket.terms
    return {
        "number": docket.number,
        "matter": showing.name(terms.matter, 200),
        "state": docket.state.value,
        "ordered": docket.ordered.at,
        "by": showing.name(docket.ordered.by.name),
        "numbers": f"{built.first} to {built.last}" if built else "",
        "back": len(docket.all(ClawedBack)),
    }


def _ordered(terms: Terms) -> Iterator[tuple[str, str]]:
    """An order in words."""
    yield "Matter", terms.matter
    yield "Bates numbers", f"prefix {terms.prefix}, {terms.digits} digits"
    yield from [("From the hold", terms.hold)] if terms.hold else []
    if terms.items:
        more = f" and {len(terms.items) - 20:,} more" if len(terms.items) > 20 else ""
        yield "From a list", f"{some(len(terms.items), 'item')}: {', '.join(terms.items[:20])}{more}"
    yield "Accounts", ", ".join(terms.accounts) or "all"
    if terms.since or terms.until:
        first, last = (spoken(day) if day else "" for day in (terms.since, terms.until))
        yield (
            "Posted",
            " ".join(filter(None, [f"from {first}" if first else "", f"to {last}" if last else ""])),
        )
    yield "Private records", "included" if terms.include_private else "left out"
    yield (
        "What comes along",
        {"whole": "the whole thread", "parent": "the post", "none": "nothing"}[terms.families],
    )
    for account, names in terms.custodians.items():
        yield f"Custodian of {account}", "; ".join(names)
    yield "Forms", ", ".join(FORMS[form] for form in terms.forms)
    yield from [("Designation", terms.confidentiality)] if terms.confidentiality else []


def _demands(terms: Terms, chosen: Chosen | None) -> list[dict[str, Any]]:
    """Each demand with what answered it when the records were chosen last."""
    answers = {(one.number, one.question): one for one in chosen.answered} if chosen else {}
    rows = []
    for demand in terms.demands[:_MOST_LISTED]:
        answer = answers.get((demand.number, demand.question))
        rows.append({
            "number": showing.name(demand.number) or "none",
            "question": showing.name(demand.question, _LONGEST),
            "hits": answer.hits if answer else None,
            "sentence": line(answer.sentence, _LONGEST) if answer else "",
        })  # fmt: skip
    return rows


def _stand(review: Review) -> list[tuple[str, int]]:
    """The review in numbers."""
    return [
        ("Under review", len(review.versions)), ("Undecided", len(review.undecided)), *decided(review)
    ]  # fmt: skip
