"""Searching: a question with live help, its filters, what it finds in numbers, and page by page.

A search is an address, so that it can be kept as a bookmark. Each page of hits that is looked at is noted in
the ledger, as a search at the command line is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import msgspec
from fastapi.responses import Response

from paloverde.archive.registry import all_accounts
from paloverde.bundles.pages import visible
from paloverde.desk import reasons, showing
from paloverde.desk.areas.records import address_of
from paloverde.desk.asked import OLDEST, Asked, Wrong, asked_of, page_of
from paloverde.desk.charts import over_time, shares
from paloverde.desk.rights import Act
from paloverde.desk.visit import Here, Pages, Visit
from paloverde.errors import BadQuestion, UnknownAccount
from paloverde.platforms import PLATFORMS
from paloverde.records import Kind, archive_day
from paloverde.search.described import described
from paloverde.search.hits import Hit
from paloverde.search.overview import Overview
from paloverde.search.scope import PRIVATE_KINDS

pages = Pages()
PER_PAGE = 50
MOST_PAGES = 2_000  # that are paged through; finding those far behind takes seconds
_MOST_LIMITS, _MOST_TERMS = 60, 50  # shown of each; the rest is told by its number
HERE = "Search"


@pages.page("/search", Act.SEARCH)
def search(visit: Here) -> Response:
    """The question, and what it finds."""
    values = visit.request.query_params
    asked = asked_of(values)
    if "q" not in values:
        return form(visit, asked)
    try:
        seen = look(visit, asked, page_of(values))
    except Wrong as error:
        return refused(visit, asked, error)
    return visit.show(
        "search_look.html",
        title="Search",
        here=HERE,
        asked=asked,
        wrong={},
        meaning=_meaning(visit, asked),
        options=_options(visit),
        act=Act,
        seen=seen,
        sentence=visible(seen.sentence),
        hits=_lines(seen.hits, asked),
        month=over_time(seen.counts.per_month),
        tables=_tables(seen),
        limits=_limits(seen),
        citation=_citation(visit, seen),
        reason=showing.name(reasons.given(visit, asked.why), reasons.MOST) if asked.private else "",
        without_why=asked._replace(why="").query,
        turned=asked._replace(order="" if asked.order else OLDEST).query,
    )


@pages.page("/search/help", Act.SEARCH)
def meaning(visit: Here, q: str = "") -> Response:
    """What a question means, while it is typed. Nothing is searched by it."""
    told, wrong = "", ""
    try:
        told = _meaning(visit, Asked(q)) if q.strip() else ""
    except Wrong as error:
        wrong = visible(str(error))
    return visit.show(
        "search_help.html", title="What the question means", here=HERE, meaning=told, wrong={"q": wrong}
    )


def form(visit: Visit, asked: Asked, wrong: Mapping[str, str] | None = None, status: int = 200) -> Response:
    """The page without hits: to begin with, or to mend a mistake."""
    return visit.show(
        "search_look.html",
        status,
        title="Search",
        here=HERE,
        asked=asked,
        wrong={field: visible(sentence) for field, sentence in (wrong or {}).items()},
        meaning="",
        options=_options(visit),
        act=Act,
        seen=None,
    )


def refused(visit: Visit, asked: Asked, error: Wrong) -> Response:
    """The form with what is wrong in it; the page that asks for a reason, where that is what lacks."""
    if error.field == reasons.WHY:
        return reasons.ask(visit, str(error), "/search", asked.pairs(), here=HERE)
    return form(visit, asked, {error.field: str(error)}, status=400)


def look(visit: Visit, asked: Asked, page: int, per_page: int = PER_PAGE, reason: str = "") -> Overview:
    """What a search finds, noted in the ledger with why private records are searched: `reason`, or the one
    that was given. Raises `Wrong` for a mistake in a field.
    """
    reason = reason_for(visit, asked, reason)
    if page > MOST_PAGES:
        told = f"Only the first {MOST_PAGES:,} pages are shown: turn the order round, or narrow the days."
        raise Wrong("since", told)
    question = asked.question(_today(visit))
    scope = asked.scope(visit.accounts(asked.accounts))
    visit.pace("search")
    bounds: dict[str, Any] = msgspec.structs.asdict(scope)
    try:
        return visit.city.overview(
            question,
            visit.actor,
            page=page,
            per_page=per_page,
            newest_first=asked.order != OLDEST,
            reason=reason,
            **bounds,
        )
    except UnknownAccount as error:
        raise Wrong("q", _unknown_account(visit, error)) from error
    except BadQuestion as error:
        raise Wrong("q", _without_switches(visit, error)) from error


def reason_for(visit: Visit, asked: Asked, reason: str = "") -> str:
    """Why it is searched, as far as that is known; `Wrong` names `why` where private records need it."""
    if not asked.private:
        return reason
    visit.need(Act.SEE_PRIVATE)
    reason = reason or reasons.given(visit, asked.why)
    if not reason:
        raise Wrong(reasons.WHY, "Say why you look at private records. The ledger keeps the reason.")
    return reason


def _meaning(visit: Visit, asked: Asked) -> str:
    return visible(f"It finds every record {described(asked.question(_today(visit)).tree)}.")


def _today(visit: Visit) -> date:
    return archive_day(visit.city.vault.clock())


def _unknown_account(visit: Visit, error: UnknownAccount) -> str:
    """Whoever sees some accounts alone is not told the names of the others."""
    if not visit.person.accounts:
        return str(error)
    return f"The question names an account that is not yours. Yours: {', '.join(visit.person.accounts)}."


def _without_switches(visit: Visit, error: BadQuestion) -> str:
    """The sentence without the switches of the command line."""
    sentence = str(error)
    if "--private" not in sentence:
        return sentence
    mend = (
        "Tick “Search private messages and lists of subscribers too”, or leave them out."
        if visit.may(Act.SEE_PRIVATE)
        else "Your role may not see them: leave them out of the question."
    )
    return f"The question asks for private records, and those are not searched. {mend}"


def _options(visit: Visit) -> dict[str, list[tuple[str, str]]]:
    """What can be chosen in the filters: values and their words."""
    mine = visit.accounts()
    accounts = [one for one in all_accounts(visit.city.vault.books) if not mine or one.slug in mine]
    sites = sorted({one.platform for one in accounts})
    kinds = [kind.value for kind in Kind if visit.may(Act.SEE_PRIVATE) or kind.value not in PRIVATE_KINDS]
    titles = {name: platform.title for name, platform in PLATFORMS.items()}
    return {
        "account": [(one.slug, f"{one.slug} ({showing.name(one.handle)})") for one in accounts],
        "kind": [(kind, showing.kind_in_words(kind)) for kind in kinds],
        "site": [(site, titles.get(site, "Other sites")) for site in sites],
    }


def _lines(hits: Sequence[Hit], asked: Asked) -> list[dict[str, Any]]:
    """The hits of a page, each with which it is where several versions of one record are among them."""
    editions = showing.editions(hits)
    return [_line(hit, asked, editions.get((*hit.item, hit.version_sha256), [])) for hit in hits]


def _line(hit: Hit, asked: Asked, edition: Sequence[str]) -> dict[str, Any]:
    """A hit as the list shows it."""
    marks = hit.snippet.marks
    return {
        "path": address_of(hit, asked.why if asked.private else ""),
        "kind": showing.kind_in_words(hit.kind),
        "account": hit.account,
        "poster": showing.poster(hit),
        "posted_at": hit.posted_at,
        "tags": [*showing.tags(hit), *edition],
        "media": len(hit.media),
        "lang": showing.language(hit),
        "where": hit.snippet.where,
        "said": showing.said(hit.snippet.text, marks, showing.SNIPPET),
    }


def _tables(seen: Overview) -> list[tuple[str, str, Sequence[Any]]]:
    """The counts: caption, heading of the names, bars."""
    kinds = {showing.kind_in_words(kind): number for kind, number in seen.counts.per_kind.items()}
    return [
        ("Hits by account", "Account", shares(seen.counts.per_account)),
        ("Hits by kind", "Kind", shares(kinds)),
    ]


def _limits(seen: Overview) -> dict[str, Any]:
    """What the search could not cover, in words: of the nights, and of what the sites never give."""
    gaps = [showing.name(str(limit), 600) for limit in seen.limits[:_MOST_LIMITS]]
    standing = [str(limit) for limit in seen.standing[:_MOST_LIMITS]]
    rest = max(0, len(seen.limits) - len(gaps))
    terms = [(showing.name(term), number) for term, number in seen.counts.per_term.items()]
    return {"gaps": gaps, "rest": rest, "standing": standing, "terms": terms[:_MOST_TERMS]}


def _citation(visit: Visit, seen: Overview) -> str:
    """The search as a letter or a declaration names it."""
    searched, seal = seen.searched, visit.city.searches.seal(seen.searched.last_seal)
    lines = [
        seen.sentence,
        f"Question as it was put: {seen.question}",
        f"Searched on {showing.moment(visit.city.vault.clock())} by {visit.person.name}.",
    ]
    if seal:
        lines.append(f"Last sealed run: {searched.last_seal:,}, with the SHA-256 {seal}.")
        lines.append(
            f"The same search through sealed run {searched.last_seal} gives the same answer at any time, "
            "but for records that were destroyed under the retention schedule since."
        )
    return visible("\n".join(lines))
