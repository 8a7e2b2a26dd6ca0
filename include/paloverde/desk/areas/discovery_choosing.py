"""The records of a production in discovery: chosen as the archive is now, the rest decided in one go."""

from __future__ import annotations

from fastapi.responses import Response

from paloverde.desk import showing
from paloverde.desk.areas.discovery_frame import HERE, docket_of, sha256_of
from paloverde.desk.jobs import JOBS, Progress
from paloverde.desk.rights import Act
from paloverde.desk.steps import Given, Step, done, form
from paloverde.desk.typed import Field, Typed
from paloverde.desk.visit import Here, Pages, Visit
from paloverde.productions.docket import Docket, State
from paloverde.wording import some

pages = Pages()
_CHANGED = "Something was decided or filed meanwhile: this is how it stands now. Look at it again."
_CHOOSING = (
    "The searches of its demands are made in the archive as it is now, and noted in the ledger.",
    "What they find is taken under review. The same again changes nothing.",
)
_ANEW = (
    "What is newly found has to be decided, the review signed once more, and the volumes built again: those "
    "that are built count no more."
)
_PRIVATE = "The order includes private records: the ledger notes that they are looked at, and by whom."


@pages.page("/discovery/{number}/choose", Act.ORDER_PRODUCTIONS)
def choose(visit: Here, number: str) -> Response:
    """What choosing the records does."""
    return form(visit, _choosing(docket_of(visit, number)))


@pages.form("/discovery/{number}/choose", Act.ORDER_PRODUCTIONS)
def chose(visit: Here, number: str) -> Response:
    """Choose the records as the archive is now, and take them under review, as long work."""
    docket, city, by = docket_of(visit, number), visit.city, visit.by
    path = f"/discovery/{number}"

    def work(progress: Progress) -> str:
        progress("The records are looked for.")
        _, choices = city.productions.choose(number, by)
        progress(f"{some(len(choices), 'record is', 'records are')} taken under review.", 0.8)
        city.reviews.gather(number, (choice.hit for choice in choices), by)
        return path

    what, subject = f"The records of {number} are chosen", f"{number} {sha256_of(docket.terms)[:16]}"
    again = f"{path}/choose"
    return visit.go(JOBS.start(visit, what, subject, work, again=again, act=Act.ORDER_PRODUCTIONS))


@pages.page("/discovery/{number}/rest", Act.ORDER_PRODUCTIONS)
def rest(visit: Here, number: str) -> Response:
    """What deciding all that is left would decide."""
    return form(visit, _resting(visit, docket_of(visit, number)))


@pages.form("/discovery/{number}/rest", Act.ORDER_PRODUCTIONS)
def rested(visit: Here, number: str, given: Given) -> Response:
    """Decide that whatever nobody decided on is produced, as long work."""
    docket, city, by = docket_of(visit, number), visit.city, visit.by
    review, path = city.productions.review(number), f"/discovery/{number}"
    if str(given.get("seen", "")) != f"{review.papers} {len(review.undecided)}":
        return visit.go(f"{path}/rest", told=_CHANGED)

    def do(typed: Typed) -> Response:
        title = typed.needed("title")

        def work(progress: Progress) -> str:
            progress("The records are read, and decided.")
            decisions = city.productions.rest(docket, review, by, title)
            hits = city.productions.found(number, by.actor)
            city.reviews.decide(number, decisions, hits, by, review.papers)
            return path

        what, subject = f"The rest of {number} is decided", f"{number} {review.papers}"
        return visit.go(
            JOBS.start(visit, what, subject, work, again=f"{path}/rest", act=Act.ORDER_PRODUCTIONS)
        )

    return done(visit, _resting(visit, docket), given, do)


def _choosing(docket: Docket) -> Step:
    path, warnings = f"/discovery/{docket.number}", list[str]()
    if docket.state not in (State.ORDERED, State.CHOSEN):
        warnings.append(_ANEW)
    if docket.terms.include_private:
        warnings.append(_PRIVATE)
    return Step(
        f"{docket.number}: choose the records", HERE, f"{path}/choose", "Choose the records", path,
        "Back to the production", lead=_CHOOSING, warnings=warnings,
        facts=[("Matter", showing.name(docket.terms.matter)), ("Demands", f"{len(docket.terms.demands):,}")],
    )  # fmt: skip


def _resting(visit: Visit, docket: Docket) -> Step:
    review, path = visit.city.productions.review(docket.number), f"/discovery/{docket.number}"
    left = len(review.undecided)
    title = review.title_of(visit.by.name) or visit.person.title
    hint = "The privilege log names whoever decides, with the title."
    return Step(
        f"{docket.number}: produce all that nobody decided on", HERE, f"{path}/rest",
        f"Produce {some(left, 'record')}" if left else "", path, "Back to the production",
        (Field("title", "Your title", "text", hint, True, value=title),),
        facts=[("Under review", f"{len(review.versions):,}"), ("Nobody decided on", f"{left:,}")],
        lead=(
            "Each of these is decided in your name: produced whole.",
            "What is not among the records that were chosen last is decided as not produced.",
            "Look first through those with suggestions: the review’s list shows them.",
        ),
        links=[("The records with suggestions", f"/requests/{docket.number}/review?show=suggestions")],
        hidden=[("seen", f"{review.papers} {left}")], final=True,
    )  # fmt: skip
