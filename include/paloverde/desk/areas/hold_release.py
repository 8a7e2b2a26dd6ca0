"""Releasing a hold: what that would free, shown first, and the memo of counsel that it takes."""

from __future__ import annotations

import hashlib

from fastapi.responses import Response

from paloverde.bundles.scratch import scratch
from paloverde.desk import showing
from paloverde.desk.areas.holds import HERE, hold_of
from paloverde.desk.asked import Wrong
from paloverde.desk.files import brought
from paloverde.desk.jobs import JOBS, Progress
from paloverde.desk.rights import Act
from paloverde.desk.steps import Given, Step, done, form
from paloverde.desk.typed import Field, Typed
from paloverde.desk.visit import Here, Pages, Visit
from paloverde.errors import BadQuestion
from paloverde.wording import some

pages = Pages()
_RELEASED_IS = (
    "A release needs counsel’s memo: it is kept sealed, and only counsel reads it again.",
    "Nothing is destroyed by a release: it takes one reason away.",
)


@pages.page("/holds/{id_}/release", Act.ORDER_LITIGATION_HOLDS)
def release(visit: Here, id_: str) -> Response:
    """What a release would free, and the memo that it takes."""
    return form(visit, _releasing(visit, id_)[0])


@pages.form("/holds/{id_}/release", Act.ORDER_LITIGATION_HOLDS)
def released(visit: Here, id_: str, given: Given) -> Response:
    """Release a hold by counsel's memo, where it is as it was shown."""
    step, papers = _releasing(visit, id_)
    city, by = visit.city, visit.by

    def do(_: Typed) -> Response:
        with brought(given, "memo") as files:
            if len(files) != 1 or not files[0].stat().st_size:
                raise Wrong("memo", "Choose the memo: one file that is not empty.")
            name, body = files[0].name, files[0].read_bytes()
        if str(given.get("seen", "")) != dict(step.hidden)["seen"]:
            raise BadQuestion("The hold has changed meanwhile: look at this page again, then release it.")

        def work(progress: Progress) -> str:
            progress("The memo is sealed, and the legal holds are lifted.")
            with scratch() as folder:
                memo = folder / name
                memo.write_bytes(body)
                city.holds.release(id_, memo, by, after=papers)
            return f"/holds/{id_}"

        again, subject = f"/holds/{id_}", f"{id_} {hashlib.sha256(body).hexdigest()}"
        return visit.go(
            JOBS.start(visit, "A hold is released", subject, work, again=again, act=Act.ORDER_HOLDS)
        )

    return done(visit, step, given, do)


def _releasing(visit: Visit, id_: str) -> tuple[Step, int]:
    """What a release does, and how many papers the hold has."""
    found = hold_of(visit, id_)
    hold, free = visit.city.holds.releasable(found.id, visit.by)
    items, objects = visit.city.holds.counts(hold)
    owed = [one for one in visit.city.holds.notices.custodians(hold.id) if one.first_sent_at is not None]
    told = (hold.id, hold.papers, items, objects, free, [one.name for one in owed])
    seen = hashlib.sha256(repr(told).encode()).hexdigest()
    facts = [
        ("Matter", showing.name(hold.matter, 300)),
        ("It keeps", f"{some(items, 'item')}, which lie in {some(objects, 'stored object')}"),
        ("No other hold keeps", f"{some(free, 'of these objects', 'of these objects')}: they are free then"),
        ("Letters owed", f"{some(len(owed), 'custodian')} to be told in writing"),
    ]
    path = f"/holds/{hold.id}"
    memo = (Field("memo", "Counsel’s memo", "file", required=True),)
    step = Step(
        f"Release the hold {hold.id}", HERE, f"{path}/release", "Release this hold for good", path,
        "Back to the hold, without releasing it", memo, facts=facts, hidden=[("seen", seen)], final=True,
        lead=_RELEASED_IS,
    )  # fmt: skip
    return step, hold.papers
