"""The forms of searches of own devices: to ask, to remind, to file an answer, to hand in what was found."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from urllib.parse import quote

from paloverde.desk import showing
from paloverde.desk.areas.request_frame import HERE, line, request_of
from paloverde.desk.asked import Wrong
from paloverde.desk.steps import Choices, Step
from paloverde.desk.typed import Field, Typed
from paloverde.desk.visit import Visit
from paloverde.errors import BadQuestion
from paloverde.requests.custodian_search import PLACES, Affidavit, Looked
from paloverde.requests.custodians import Custodian
from paloverde.requests.plaintext import as_text

_PLACES = [(place.id, place.text) for place in PLACES.values()]


def path_of(number: str, place: str = "", name: str = "") -> str:
    told = f"?name={quote(name, safe='')}" if name else ""
    return f"/requests/{number}/custodians{f'/{place}' if place else ''}{told}"


def _step(number: str, title: str, place: str, button: str, fields: Sequence[Field]) -> Step:
    return Step(
        title=f"{number}: {title}",
        here=HERE,
        action=path_of(number, place),
        button=button,
        back=path_of(number),
        back_words="Back to whoever was asked",
        fields=fields,
    )


def asking(visit: Visit, number: str, places: tuple[str, ...] = tuple(PLACES)) -> Step:
    request, today = request_of(visit, number), visit.city.device_searches.today()
    fields = (
        Field("custodian", "Name of whoever may have records that the archive has not", required=True),
        Field("title", "Title or office"),
        Field("contact", "E-mail address or office to which the instruction goes", required=True),
        Field(
            "addresses",
            "E-mail addresses that the person uses, one a line",
            "area",
            "Private ones, too: what is forwarded is known by them.",
        ),
        Field("about", "What to look for", "area", required=True, value=request.received.text),
        Field("words", "Words and phrases to search for, one a line", "area"),
        Field("since", "Records from this day on", "date"),
        Field("until", "Records up to this day", "date"),
        Field("due", "Day by which an answer is asked for", "date", required=True),
        _on("Day on which it is asked", today),
    )
    step = _step(number, "ask for a search of own devices", "ask", "File the question", fields)
    choices = Choices("place", "Where to look", _PLACES, places)
    return step._replace(choices=choices, lead=("The desk sends nothing: you send the instruction.",))


def reminding(visit: Visit, number: str, one: Custodian) -> Step:
    searches = visit.city.device_searches
    text = plain_words(as_text(searches.reminder(number, one.name)))
    fields = (_on("Day on which it was sent", searches.today()),)
    step = _step(number, f"remind {showing.name(one.name)}", "remind", "Note that it was sent", fields)
    links = [("The reminder, as PDF", path_of(number, "reminder.pdf", one.name))]
    return step._replace(text=text, hidden=[("name", one.name)], links=links)


def answering(visit: Visit, number: str, one: Custodian) -> Step:
    today = visit.city.device_searches.today()
    fields = (
        *(
            Field(f"how-{place.id}", place.text, hint="With which words, or how. Empty: not searched.")
            for place in PLACES.values()
        ),
        Field(
            "found", "Records about public business that were found", "number", "0 is none.", required=True
        ),
        Field("personal", "Held back as personal", "number", "Left empty: none."),
        Field("facts", "Facts that show that this is personal", "area", "For the City alone."),
        Field("not_searched", "What was not searched, and why", "area"),
        Field("made", "Day of the statement", "date", required=True, value=str(today)),
        Field("signed", "The statement as it was signed", "file", "It is kept."),
        _on("Day on which the answer came", today),
        Field("note", "Anything else, in a few words"),
    )
    step = _step(number, f"answer of {showing.name(one.name)}", "answer", "File the answer", fields)
    return step._replace(hidden=[("name", one.name)], facts=[("Asked for", line(one.asked.about))])


def handing_in(visit: Visit, number: str, one: Custodian) -> Step:
    today = visit.city.device_searches.today()
    fields = (
        Field("files", "Files as they came: e-mails (.eml, .mbox), pictures, exports", "file", required=True),
        Field(
            "statement",
            "What the custodian declares of files that are no e-mails",
            "area",
            "Left empty: the answer that was filed.",
        ),
        Field("declared", "Day of that declaration", "date"),
        _on("Day on which they were handed in", today),
    )
    title = f"what {showing.name(one.name)} hands in"
    step = _step(number, title, "hand-in", "Archive it", fields)
    lead = ("It is archived as private. A search for this request finds it with private messages included.",)
    return step._replace(hidden=[("name", one.name)], lead=lead)


def stated_in(typed: Typed) -> Affidavit:
    if not typed.text("found"):
        raise Wrong("found", "Write how many were found; 0 is none.")
    looked = tuple(Looked(place, how) for place in PLACES if (how := typed.text(f"how-{place}")))
    if not looked:
        raise BadQuestion("Say of one place at least how it was searched. Nothing was filed.")
    return Affidavit(
        made_on=typed.needed_day("made"),
        looked=looked,
        found=typed.number("found"),
        personal=typed.number("personal"),
        facts=typed.text("facts"),
        not_searched=typed.text("not_searched"),
    )


def _on(what: str, today: date) -> Field:
    return Field("on", what, "date", required=True, value=str(today))


def plain_words(words: str) -> str:
    return "".join(piece for _, piece in showing.said(words).pieces)
