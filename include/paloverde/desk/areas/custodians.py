"""Custodians of a hold: named, written to, and heard from. The desk sends nothing itself."""

from __future__ import annotations

import hashlib
from datetime import date

from fastapi.responses import Response

from paloverde.desk import showing
from paloverde.desk.areas.holds import HERE, hold_of, letter_path
from paloverde.desk.asked import Wrong
from paloverde.desk.files import brought, taken
from paloverde.desk.rights import Act
from paloverde.desk.steps import Given, Step, done, form
from paloverde.desk.typed import Field, Typed
from paloverde.desk.visit import Here, Pages, Visit
from paloverde.errors import BadQuestion
from paloverde.retention.custodians import Custodian
from paloverde.retention.hold_letter import Letter
from paloverde.retention.holds import Hold

pages = Pages()
_NAMING = (
    Field("name", "Name", required=True),
    Field("contact", "E-mail address, or office", required=True),
)
_AGAIN = Field("again", "It was sent although none is due now", "tick")
_SENT = Field("sent_on", "Day on which it was sent", "date", required=True)
_ACKNOWLEDGED = Field("acknowledged_on", "Day on which it was acknowledged", "date", required=True)


@pages.page("/holds/{id_}/custodian", Act.ORDER_HOLDS)
def name(visit: Here, id_: str) -> Response:
    """Name somebody who has to keep what is in the hold's scope."""
    return form(visit, _naming(hold_of(visit, id_)))


@pages.form("/holds/{id_}/custodian", Act.ORDER_HOLDS)
def named(visit: Here, id_: str, given: Given) -> Response:
    """File a custodian."""
    hold = hold_of(visit, id_)

    def do(typed: Typed) -> Response:
        one = visit.city.holds.notices.name(hold, typed.text("name"), typed.text("contact"), visit.by)
        return visit.go(f"/holds/{hold.id}", told=f"{showing.name(one.name)} is named. Send the notice now.")

    return done(visit, _naming(hold), given, do)


@pages.page("/holds/{id_}/letter", Act.ORDER_HOLDS)
def letter(visit: Here, id_: str, name: str = "") -> Response:
    """The letter that a custodian is to get now, to be sent by hand."""
    hold, custodian = _both(visit, id_, name)
    made = _letter(visit, hold, custodian)
    return visit.show(
        "holds_letter.html",
        title=f"Letter to {showing.name(custodian.name)}",
        here=HERE,
        path=f"/holds/{hold.id}",
        custodian=showing.name(custodian.name),
        sentence=showing.name(custodian.sentence(), 600),
        text="".join(piece for _, piece in showing.said(made.text).pieces),
        page=f"{letter_path(hold, custodian.name).replace('/letter?', '/letter/page?')}",
        name=custodian.name,
        seen=_hash(made),
        today=visit.city.requests.today(),
        signed=custodian.signed_sha256,
        may_acknowledge=custodian.sent_at is not None and not custodian.has_acknowledged,
    )


@pages.page("/holds/{id_}/letter/page", Act.ORDER_HOLDS)
def page(visit: Here, id_: str, name: str = "") -> Response:
    """The same letter as a page to print."""
    hold, custodian = _both(visit, id_, name)
    body = _letter(visit, hold, custodian).page.encode()
    return taken(f"{hold.id}-{custodian.name[:60]}.html", body, "text/html")


@pages.form("/holds/{id_}/sent", Act.ORDER_HOLDS)
def sent(visit: Here, id_: str, given: Given) -> Response:
    """Note that the letter was sent, with its text as it was shown."""
    hold, custodian = _both(visit, id_, str(given.get("name", "")))
    made = _letter(visit, hold, custodian)
    if str(given.get("seen", "")) != _hash(made):
        raise BadQuestion("The letter is another one now than the one that was shown: open its page again.")
    typed = Typed(given, (_AGAIN, _SENT))
    one = visit.city.holds.notices.sent(
        hold, custodian.name, made.text, visit.by, again=typed.is_ticked("again"), on=_day(typed, "sent_on")
    )
    return visit.go(f"/holds/{hold.id}", told=f"Noted: {showing.name(one.sentence(), 400)}")


@pages.form("/holds/{id_}/acknowledged", Act.ORDER_HOLDS)
def acknowledged(visit: Here, id_: str, given: Given) -> Response:
    """Note that a custodian has read and understood the notice, and keep what they signed."""
    hold, custodian = _both(visit, id_, str(given.get("name", "")))
    on = _day(Typed(given, (_ACKNOWLEDGED,)), "acknowledged_on")
    with brought(given, "signed") as files:
        if len(files) > 1:
            raise BadQuestion("These are several files: choose the one that was signed. Nothing was noted.")
        signed = files[0].read_bytes() if files else b""
    one = visit.city.holds.notices.acknowledged(hold, custodian.name, visit.by, on=on, signed=signed)
    return visit.go(f"/holds/{hold.id}", told=f"Noted: {showing.name(one.sentence(), 400)}")


@pages.page("/holds/{id_}/signed/{sha256}", Act.ORDER_HOLDS)
def signed(visit: Here, id_: str, sha256: str) -> Response:
    """What a custodian signed, as a file."""
    hold = hold_of(visit, id_)
    return taken(f"{hold.id}-acknowledgment", visit.city.holds.notices.signed(hold.id, sha256))


def _day(typed: Typed, name: str) -> date:
    """The day of a form that has nothing else to be shown again."""
    try:
        return typed.needed_day(name)
    except Wrong as error:
        raise BadQuestion(f"{error} Nothing was noted.") from None


def _naming(hold: Hold) -> Step:
    path = f"/holds/{hold.id}"
    return Step(
        title=f"Name a custodian of {hold.id}",
        here=HERE,
        action=f"{path}/custodian",
        button="Name this person",
        back=path,
        back_words="Back to the hold",
        fields=_NAMING,
        lead=("Somebody who has to keep what the hold is about, and gets a notice that says so.",),
    )


def _both(visit: Visit, id_: str, name: str) -> tuple[Hold, Custodian]:
    hold = hold_of(visit, id_)
    return hold, visit.city.holds.notices.custodian(hold.id, name)


def _letter(visit: Visit, hold: Hold, custodian: Custodian) -> Letter:
    """The letter as it is today; whoever is signed in is the one to be asked."""
    who = ", ".join(filter(None, (visit.person.name, visit.person.title)))
    return visit.city.holds.letter(hold, custodian, who)


def _hash(made: Letter) -> str:
    return hashlib.sha256(made.text.encode("utf-8", "replace")).hexdigest()
