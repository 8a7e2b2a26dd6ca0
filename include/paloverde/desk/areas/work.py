"""Long work: a page that tells how far it is, and the list of one's own on today's page."""

from __future__ import annotations

from fastapi.responses import Response

from paloverde.desk.jobs import JOBS, Job
from paloverde.desk.rights import Act
from paloverde.desk.todo import Line, Section
from paloverde.desk.visit import Here, Pages, Visit
from paloverde.desk.wording import plain
from paloverde.wording import brief

pages = Pages()
_OUTCOMES = {
    "": "under way",
    "done": "ready",
    "refused": "could not be done",
    "failed": "failed",
    "broken": "broke off",
}


@pages.page("/progress/{id_}", Act.LOOK)
def work(visit: Here, id_: str) -> Response:
    """How far some work is, what came of it, and how it is begun again."""
    job = JOBS.find(visit.city.vault.books, id_.replace("\0", ""))
    if job is None or not job.is_for(visit.person):
        sentence = "No work of this name is yours. What you began lately is on today’s page."
        return visit.show("told.html", 404, title="Not here", sentence=sentence)
    said = plain(job.said)
    return visit.show("work_look.html", title=job.what, job=job, said=said, state=_OUTCOMES[job.outcome])


def todo(visit: Visit) -> Section | None:
    """What the person began and is under way or ended within a day."""
    jobs = JOBS.of(visit.city.vault.books, visit.person)
    return Section("Long work", [_line(job) for job in jobs]) if jobs else None


def _line(job: Job) -> Line:
    share = f", {job.percent}% done" if not job.outcome and job.percent is not None else ""
    told = f"{_OUTCOMES[job.outcome]}{share}, begun {brief(job.began)}"
    return Line(job.what, job.path, told, urgent=job.outcome not in ("", "done"))
