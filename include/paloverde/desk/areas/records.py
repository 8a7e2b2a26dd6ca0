"""One record: its text, its versions side by side, its files, its conversation, and how it is cited."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlencode

from fastapi.responses import Response

from paloverde.bundles.media import PICTURES
from paloverde.bundles.wording import changes, origin, poster_missing, remarks, spoken_time, versions_of
from paloverde.desk import reasons, showing
from paloverde.desk.asked import page_of
from paloverde.desk.gone import gone
from paloverde.desk.rights import Act
from paloverde.desk.visit import Here, Pages, Visit
from paloverde.installation.records import ReasonNeeded, is_private
from paloverde.search.conversation import Conversation
from paloverde.search.hits import Hit, Kept
from paloverde.search.item import Item
from paloverde.search.scope import PRIVATE_KINDS
from paloverde.watch.registers.corrections import CORRECTIONS, ties_of

pages = Pages()
HERE = "Search"
_PER_PAGE = 50  # of what was said in a conversation
_VERSIONS = 6  # on a page
_MOST_FILES = 40
_LONGEST_SHOWN = 100 * 1024 * 1024  # bytes of a film that plays on the page


class Named(NamedTuple):
    """A record as an address names it; `why` is the number of a reason to look at it (`desk.reasons`)."""

    item: Item
    version: str
    why: str

    def path(self, page: str = "/record", **more: str) -> str:
        account, kind, native_id = self.item
        pairs = {"account": account, "kind": kind, "id": native_id, "version": self.version}
        pairs |= {reasons.WHY: self.why} | more
        return f"{page}?{urlencode({name: value for name, value in pairs.items() if value})}"


def address_of(hit: Hit, why: str = "") -> str:
    """The page of a record; of a private one with the number of the reason that was given."""
    return Named(hit.item, hit.version_sha256, why if is_private(hit) else "").path()


@pages.page("/record", Act.SEARCH)
def record(visit: Here) -> Response:
    """A record, and all that is known of it."""
    named = named_of(visit)
    found = seen(visit, named)
    if isinstance(found, Response):
        return found
    now = chosen(found, named)
    first = _first_shown(found, now, page_of(visit.request.query_params) if _has_page(visit) else None)
    shown = [_version(found, at, named.why) for at in range(first, min(first + _VERSIONS, len(found)))]
    return visit.show(
        "record_look.html",
        title=f"{showing.kind_in_words(now.kind).capitalize()} by {showing.poster(now)}",
        here=HERE,
        hit=now,
        tags=showing.tags(now),
        said=showing.said(now.text or ""),
        lang=showing.language(now),
        number=found.index(now) + 1,
        count=len(found),
        shown=shown if len(found) > 1 else [],
        pages=-(-len(found) // _VERSIONS),
        page=first // _VERSIONS + 1,
        query=named.path().partition("?")[2],
        remarks=[showing.name(one, 1_000) for one in remarks(now, versions_of(found)[now.item])],
        files=[_file(kept, named, now) for kept in now.media[:_MOST_FILES]],
        facts=[(term, showing.name(value, 1_000)) for term, value in _facts(now) if value],
        holds=visit.city.records.holds_on(named.item) if visit.may(Act.SEE_HOLDS) else None,
        conversation=named.path("/record/conversation"),
        payload=named.path("/record/payload"),
        text=named.path("/record/text"),
        citation=_citation(now),
        ties=_ties(visit, named),
    )


@pages.page("/record/conversation", Act.SEARCH)
def conversation(visit: Here) -> Response:
    """What was said around a record, in order of time."""
    named = named_of(visit)
    found = seen(visit, named, "conversation")
    if isinstance(found, Response):
        return found
    now = chosen(found, named)
    around = visit.city.records.conversation(now, include_private=is_private(now))
    last = max(1, -(-len(around.said) // _PER_PAGE))
    page = min(page_of(visit.request.query_params) if _has_page(visit) else _page_with(around), last)
    lines = around.said[(page - 1) * _PER_PAGE : page * _PER_PAGE]
    return visit.show(
        "record_conversation.html",
        title="The conversation",
        here=HERE,
        record=named.path(),
        around=around,
        lines=[_said(one, named, is_here=around.is_the_hit(one)) for one in lines],
        page=page,
        pages=last,
        query=named.path().partition("?")[2],
    )


def _ties(visit: Visit, named: Named) -> list[tuple[str, str, str]]:
    """What a record corrects, and what corrects it: words, the other's name, its page."""
    if named.item[1] in PRIVATE_KINDS:
        return []
    ties = ties_of("/".join(named.item), visit.city.watch.entries(CORRECTIONS.name).all())
    told = [("This corrects", item) for item in ties.corrects]
    told += [("This was corrected by", item) for item in ties.corrected_by]
    return [(words, showing.name(item), _path_of(item)) for words, item in told]


def _path_of(item: str) -> str:
    account, kind, native_id = item.split("/", 2)
    return Named((account, kind, native_id), "", "").path()


def named_of(visit: Visit) -> Named:
    values = visit.request.query_params
    account, kind, native_id = (values.get(name, "").replace("\0", "") for name in ("account", "kind", "id"))
    return Named((account, kind, native_id), values.get("version", ""), values.get(reasons.WHY, ""))


def seen(visit: Visit, named: Named, look: str = "record") -> list[Hit] | Response:
    """The versions that the person may see; a page that says why none is shown."""
    account, kind, _ = named.item
    visit.need(Act.SEARCH, account)
    if kind in PRIVATE_KINDS:
        visit.need(Act.SEE_PRIVATE, account)
    private = visit.may(Act.SEE_PRIVATE, account)
    try:
        found = visit.city.records.versions(
            named.item,
            visit.actor,
            include_private=private,
            reason=reasons.given(visit, named.why, named.item),
            look=look,
        )
    except ReasonNeeded as error:
        return reasons.ask(visit, str(error), here=HERE)
    if not found:
        return visit.show("told.html", 404, title="Not here", here=HERE, sentence=gone(visit, named.item))
    return found


def chosen(found: Sequence[Hit], named: Named) -> Hit:
    """The version that the address names; else the newest."""
    return next((hit for hit in found if hit.version_sha256 == named.version), found[-1])


def _has_page(visit: Visit) -> bool:
    return "page" in visit.request.query_params


def _first_shown(found: Sequence[Hit], now: Hit, page: int | None) -> int:
    """Which version the page of versions begins with: that of the page asked for, or with the one chosen."""
    at = found.index(now) if page is None else min((page - 1) * _VERSIONS, len(found) - 1)
    return at // _VERSIONS * _VERSIONS


def _version(found: Sequence[Hit], at: int, why: str) -> dict[str, Any]:
    """A version beside the one before it."""
    hit, before = found[at], found[at - 1] if at else None
    most = showing.WHOLE // _VERSIONS
    told = before and showing.compared((before.text or "")[:most], (hit.text or "")[:most])
    return {
        "number": at + 1,
        "path": address_of(hit, why),
        "hit": hit,
        "changes": before and showing.name(changes(before, hit), 1_000),
        "compared": told,
        "said": showing.said(hit.text or "", most=most),
        "is_cut": max(len(hit.text or ""), len((before and before.text) or "")) > most,
    }


def _file(kept: Kept, named: Named, hit: Hit) -> dict[str, Any]:
    """A picture, video or attachment, as the page links or shows it."""
    own = named if is_private(hit) else named._replace(why="")
    path = own.path(f"/media/{kept.sha256}") if kept.sha256 else ""
    kind = (kept.type or "file").lower()
    is_film = ("video" in kind or "reel" in kind) and (kept.size or 0) <= _LONGEST_SHOWN
    return {
        "path": path,
        "is_picture": any(
            word in kind for word in ("photo", "image", "picture", "sticker", "gif", *PICTURES)
        ),
        "is_film": is_film,
        "kind": showing.name(kind.replace("_", " ")),
        "alt": showing.name(kept.alt_text, 500),
        "size": kept.size,
        "reason": showing.name(kept.not_captured, 500) or "no reason was noted",
        "sha256": kept.sha256,
    }


def _facts(hit: Hit) -> Iterator[tuple[str, str | None]]:
    yield "Account", f"{hit.account} ({hit.platform})"
    yield "Poster, display name", hit.poster_name
    yield "Poster, user name", hit.poster_username
    yield "Poster, id", hit.poster_id
    yield "Not known of the poster", poster_missing(hit)
    yield "Posted", showing.moment(hit.posted_at) if hit.posted_at else "The site gives no date."
    yield "Posted, as the site says", hit.posted_text
    yield "Edited", showing.moment(hit.edited_at) if hit.edited_at else None
    yield "Seen by the archive", showing.moment(hit.observed_at)
    yield "Who could see it", hit.visibility
    yield "How it came", origin(hit)
    yield "Language, as the site says", hit.language
    yield "Reply to", hit.parent_id
    yield "Thread", hit.thread_id
    yield "Count", None if hit.count is None else f"{hit.count:,}"
    yield "Address on the site", hit.permalink
    yield "Identifier", hit.native_id
    yield "Set aside", hit.drift


def _citation(hit: Hit) -> str:
    """The record as a letter or a declaration names it."""
    what = showing.kind_in_words(hit.kind).capitalize()
    lines = [
        f"{what} {showing.name(hit.native_id, 300)}, account {hit.account}, by {showing.poster(hit)}.",
        f"Address on the site: {showing.name(hit.permalink, 500) or 'none was given'}.",
        f"Posted: {spoken_time(hit.posted_at) if hit.posted_at else 'no date was given'}.",
        f"Archived: {spoken_time(hit.observed_at)}, sealed run {hit.sequence:,}, {hit.part}, row {hit.row}.",
        f"Version (SHA-256): {hit.version_sha256}.",
        f"What the site sent (SHA-256): {hit.payload_sha256}.",
    ]
    return "\n".join(lines)


def _page_with(around: Conversation) -> int:
    """The page of a conversation on which the record stands."""
    at = next((number for number, one in enumerate(around.said) if around.is_the_hit(one)), 0)
    return at // _PER_PAGE + 1


def _said(one: Hit, named: Named, *, is_here: bool) -> dict[str, Any]:
    return {
        "path": address_of(one, named.why),
        "poster": showing.poster(one),
        "posted_at": one.posted_at,
        "tags": showing.tags(one),
        "kind": showing.kind_in_words(one.kind),
        "lang": showing.language(one),
        "said": showing.said(one.text or "", most=showing.SNIPPET),
        "is_here": is_here,
    }
