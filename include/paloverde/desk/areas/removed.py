"""Removed content: the list, and one dossier, on the page and as a file."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from html import escape
from typing import Any, NamedTuple
from urllib.parse import urlencode

from fastapi.responses import Response

from paloverde.bundles.dossierpages import as_json
from paloverde.bundles.dossierpaper import dossier_paper
from paloverde.bundles.dossierwords import (
    CAUSES,
    Section,
    gone_in_words,
    sections,
    settled_in_words,
    until_in_words,
)
from paloverde.bundles.media import PICTURES
from paloverde.bundles.paperpage import paper_page
from paloverde.bundles.pdf.letters import paper_pdf
from paloverde.capture.removal import Cause
from paloverde.desk import reasons, showing, todo
from paloverde.desk.asked import Wrong, page_of
from paloverde.desk.destructions import destructions
from paloverde.desk.files import taken
from paloverde.desk.private import is_private, may_list
from paloverde.desk.rights import Act
from paloverde.desk.showing import Said
from paloverde.desk.typed import Field, Typed
from paloverde.desk.visit import Here, Pages, Visit
from paloverde.desk.wording import plain
from paloverde.errors import BadQuestion
from paloverde.installation.dossiers import PrivateDossier
from paloverde.installation.removals import Listed
from paloverde.records import archive_day
from paloverde.retention.dossier import Dossier, RemovalFact
from paloverde.retention.facts import ItemId
from paloverde.wording import some

pages = Pages()
HERE = "Removed content"
_PER_PAGE = 50
_CALLED = 90  # characters of the words by which an item is called
_MOST_BYTES = 200_000  # of HTML that the facts of a dossier may take on its page
_MARKED = 40  # bytes of the marks around a piece of text
_MOST_FILES = 40
_MOST_ORDERS = 20  # of destruction, under the list
_ASKED = (
    Field("account", "Account", "choice"),
    Field("cause", "Removed by", "choice"),
    Field("since", "Removed on or after", "date"),
)
_SAY_WHY = "This dossier shows something private: say why you look at it. The ledger keeps the reason."


class Named(NamedTuple):
    """A removed item as an address names it."""

    item: ItemId
    why: str = ""  # the number of a reason to look at something private (`desk.reasons`)

    @property
    def text(self) -> str:
        return f"{self.item.account}/{self.item.kind.value}/{self.item.native_id}"

    def path(self, page: str = "/removed/look", **more: str) -> str:
        pairs = {"item": self.text, **({reasons.WHY: self.why} if self.why else {}), **more}
        return f"{page}?{urlencode(pairs, errors='replace')}"


@pages.page("/removed", Act.SEE_REMOVED)
def removed(visit: Here) -> Response:
    """What was found removed: what nobody knows the cause of first, then the newest."""
    asked, wrong = Typed(visit.request.query_params, _ASKED), {}
    try:
        asked.day("since")
    except Wrong as error:
        asked.values["since"] = ""
        wrong = {error.field: str(error)}
    seen = visit.city.dossiers.removals.seen()
    found = _asked_for(visit, asked, seen.listed)
    last = max(1, -(-len(found) // _PER_PAGE))
    page = min(page_of(visit.request.query_params), last)
    shown = found[(page - 1) * _PER_PAGE : page * _PER_PAGE]
    return visit.show(
        "removed_list.html",
        title=HERE,
        here=HERE,
        rows=[_row(visit, one) for one in shown],
        count=len(found),
        undetermined=sum(one.cause == Cause.UNDETERMINED.value for one in found),
        unread=seen.unread,
        again=f"/removed?{urlencode({**asked.values, 'page': page})}",
        asked=asked.values,
        wrong=wrong,
        accounts=[("", "all accounts"), *((one, one) for one in _accounts(seen.listed))],
        causes=[("", "whoever it was"), (Cause.UNDETERMINED.value, "not known yet"), *CAUSES.items()],
        page=page,
        pages=last,
        query=urlencode(asked.values),
        is_filtered=any(asked.values.values()),
        destroyed=destructions(visit, asked.text("account"))[:_MOST_ORDERS],
        act=Act,
    )


@pages.page("/removed/look", Act.SEE_REMOVED)
def look(visit: Here, item: str = "") -> Response:
    """The dossier of one removed item."""
    found = dossier_of(visit, item)
    if isinstance(found, Response):
        return found
    named = Named(found.item, visit.request.query_params.get(reasons.WHY, ""))
    shown, rest = _cut(sections(found, {}, today(visit)))
    return visit.show(
        "removed_look.html",
        title=f"Removed: {called(found.fact)}",
        here=HERE,
        item=named.text,
        cause=gone_in_words(found.item.kind.value, found.row["cause"], found.row["confirmed_by"]),
        settled=showing.name(settled_in_words(found.papers), 600),
        until=until_in_words(found.retain_until, today(visit)),
        sections=shown,
        rest=rest,
        pictures=[*_pictures(found, named)],
        record=_record(named),
        files=[(words, named.path("/removed/file", form=form)) for form, words in _FORMS.items()],
        advice=named.path("/removed/advice"),
        steps={step: named.path(f"/removed/{step}") for step in ("settle", "cite", "note")},
        act=Act,
    )


@pages.page("/removed/file", Act.SEE_REMOVED)
def file(visit: Here, item: str = "", form: str = "pdf") -> Response:
    """A dossier as a file to print or to keep."""
    if form not in _FORMS:
        raise BadQuestion("A dossier is taken as PDF, as a page or as data: choose one on its page.")
    visit.pace("export")
    found = dossier_of(visit, item, taken_as=form)
    if isinstance(found, Response):
        return found
    now, agency = visit.city.vault.clock(), visit.city.settings.agency_name
    name = f"removed-{archive_day(now):%Y%m%d}-{found.item.account}-{found.item.native_id[:60]}"
    if form == "json":
        return taken(f"{name}.json", as_json(found, today(visit)), "application/json")
    paper = dossier_paper(found, today(visit))
    if form == "html":
        return taken(f"{name}.html", paper_page(paper, agency=agency, made_at=now), "text/html")
    body = paper_pdf(paper, agency=agency, made_at=now, by_name=True)
    return taken(f"{name}.pdf", body, "application/pdf")


def todo_(visit: Visit) -> todo.Section | None:
    """Causes that nobody has settled, and deletions that nobody was consulted on."""
    if not visit.may(Act.SETTLE):
        return None
    seen = visit.city.dossiers.removals.seen(0.1)
    listed = [one for one in seen.listed if may_list(visit, one.fact)]
    open_ = sum(one.cause == Cause.UNDETERMINED.value for one in listed)
    alerts = visit.city.dossiers.consults.alerts_among((one.fact, one.papers) for one in listed)
    unanswered = sum(alert.is_open for alert in alerts)
    lines = []
    if unanswered:
        what = some(unanswered, "deletion")
        lines.append(
            todo.Line(what, "/removed/consults", "on officials’ accounts, and nobody was consulted.", True)
        )
    if open_:
        lines.append(
            todo.Line(
                some(open_, "removal"), "/removed?cause=undetermined", "of which nobody knows the cause yet."
            )
        )
    if seen.unread:
        why = "still being read: look again in a moment."
        lines.append(todo.Line(some(seen.unread, "removal is", "removals are"), "/removed", why))
    return todo.Section(HERE, lines)


def dossier_of(visit: Visit, text: str, *, taken_as: str = "") -> Dossier | Response:
    """The dossier of an item; a page that says why none is shown. A private one needs role and reason."""
    dossiers, text = visit.city.dossiers, text.replace("\0", "")
    try:
        return dossiers.show(text, visit.actor, taken_as=taken_as)
    except PrivateDossier:
        visit.need(Act.SEE_PRIVATE)
    except BadQuestion as error:
        sentence = plain(error)
        return visit.show("told.html", 404, title="Not here", here=HERE, sentence=sentence)
    reason = reasons.given(visit, visit.request.query_params.get(reasons.WHY, ""))
    if not reason:
        return reasons.ask(visit, _SAY_WHY, here=HERE)
    return dossiers.show(text, visit.actor, include_private=True, reason=reason, taken_as=taken_as)


def called(fact: RemovalFact) -> str:
    """A removed item as a person knows it: what it is, who said it, its first words. Of what is private, or
    has no words, its number at the site.
    """
    kind, poster = showing.kind_in_words(fact.item.kind.value), showing.name(fact.poster, 60)
    if is_private(fact):
        return f"private {kind} {showing.name(fact.item.native_id)}"
    words = (
        f"“{showing.name(fact.words, _CALLED)}”" if fact.words.strip() else showing.name(fact.item.native_id)
    )
    return f"{kind} by {poster}: {words}" if poster else f"{kind}: {words}"


def today(visit: Visit) -> date:
    return archive_day(visit.city.vault.clock())


_CHECKS = ("SHA-256 of what the site sent", "The site's answer")  # for whoever checks it by hand
_FORMS = {"pdf": "as PDF", "html": "as a page (HTML)", "json": "as data (JSON)"}


def _asked_for(visit: Visit, asked: Typed, listed: list[Listed]) -> list[Listed]:
    account, cause, since = asked.text("account"), asked.text("cause"), asked.day("since")
    return [
        one
        for one in listed
        if account in ("", one.fact.item.account)
        and cause in ("", one.cause)
        and (since is None or archive_day(one.fact.removed_at) >= since)
        and may_list(visit, one.fact)
    ]


def _accounts(listed: list[Listed]) -> list[str]:
    return sorted({one.fact.item.account for one in listed})


def _row(visit: Visit, one: Listed) -> dict[str, Any]:
    fact = one.fact
    return {
        "path": Named(fact.item).path(),
        "what": called(fact),
        "id": showing.name(fact.item.native_id),
        "account": fact.item.account,
        "removed": fact.removed_at,
        "shown": gone_in_words(fact.item.kind.value, fact.cause, fact.confirmed_by),
        "settled": showing.name(settled_in_words(one.papers), 300),
        "is_open": one.cause == Cause.UNDETERMINED.value,
        "until": until_in_words(fact.retain_until, today(visit)),
    }


def _cut(told: list[Section]) -> tuple[list[dict[str, Any]], int]:
    """The sections as far as a page can hold them, and how many facts it cannot."""
    left, shown, rest = _MOST_BYTES, list[dict[str, Any]](), 0
    for section in told:
        facts, checks = list[tuple[str, Said]](), list[tuple[str, Said]]()
        for term, value in section.facts:
            if left <= 0:
                rest += 1
                continue
            said = showing.said(value, most=min(left, showing.WHOLE))
            fact = (showing.name(term, 300), said)
            (checks if term in _CHECKS else facts).append(fact)
            left -= _weight(*fact)
        shown.append({"title": section.title, "facts": facts, "checks": checks})
    return shown, rest


def _weight(term: str, said: Said) -> int:
    """About how many bytes of HTML a fact takes."""
    texts = [term, *(text for _, text in said.pieces)]
    return sum(len(escape(text).encode("utf-8", "replace")) + _MARKED for text in texts)


def _pictures(found: Dossier, named: Named) -> Iterator[dict[str, str]]:
    for medium in (found.row["media"] or ())[:_MOST_FILES]:
        if medium["sha256"]:
            kind = (medium["type"] or "file").lower()
            yield {
                "path": _record(named, f"/media/{medium['sha256']}"),
                "kind": showing.name(kind),
                "is_picture": "yes" if any(word in kind for word in ("photo", "image", *PICTURES)) else "",
                "alt": showing.name(medium["alt_text"], 500) or "No description of it was given.",
            }


def _record(named: Named, page: str = "/record") -> str:
    account, kind, native_id = named.item.account, named.item.kind.value, named.item.native_id
    pairs = {"account": account, "kind": kind, "id": native_id}
    pairs |= {reasons.WHY: named.why} if named.why else {}
    return f"{page}?{urlencode(pairs, errors='replace')}"
