"""Searches that are kept: their list, what is new since, and who may take one off it."""

from __future__ import annotations

from typing import Any

from fastapi.responses import Response

from paloverde.desk import reasons, showing
from paloverde.desk.areas.request_frame import Given
from paloverde.desk.areas.search import HERE, look, refused
from paloverde.desk.asked import Wrong, asked_again, asked_of, page_of
from paloverde.desk.rights import Act
from paloverde.desk.visit import Here, Pages, Visit
from paloverde.errors import BadQuestion
from paloverde.installation.searches import Saved
from paloverde.search.newer import Newer
from paloverde.search.scope import Scope
from paloverde.wording import some

pages = Pages()
_PER_PAGE = 20
_SAY_WHY = "This search looks at private records: say why. The ledger keeps the reason."
_NONE = "No search of that name is kept, or it was taken off the list."


@pages.page("/search/kept", Act.SEARCH)
def kept(visit: Here) -> Response:
    """The searches that are kept. Nothing is searched by it."""
    all_ = [one for one in visit.city.searches.all() if _is_open(visit, one)]
    last = max(1, -(-len(all_) // _PER_PAGE))
    page = min(page_of(visit.request.query_params), last)
    rows = [_row(visit, one) for one in all_[(page - 1) * _PER_PAGE : page * _PER_PAGE]]
    return visit.show("search_kept.html", title="Kept searches", here=HERE, rows=rows, page=page, pages=last)


@pages.form("/search/keep", Act.SEARCH, adds=True)
def keep(visit: Here, given: Given) -> Response:
    """Keep a search under a name."""
    asked = asked_of(given)
    try:
        saved = visit.city.searches.keep(str(given.get("name", "")), look(visit, asked, 1, 1), visit.by)
    except Wrong as error:
        return refused(visit, asked, error)
    return visit.go("/search/kept", told=f"The search “{showing.name(saved.name)}” is kept.")


@pages.form("/search/kept/{id_}/news", Act.SEARCH)
def news(visit: Here, id_: str, given: Given) -> Response:
    """Make a kept search again, and say what is new; of private records only once it was said why."""
    saved, page = _of(visit, id_), str(page_of(given))
    if saved.scope.include_private:
        return reasons.ask(visit, _SAY_WHY, f"/search/kept/{saved.id}/news", [("page", page)], here=HERE)
    return _news(visit, saved, page)


@pages.page("/search/kept/{id_}/news", Act.SEARCH)
def private_news(visit: Here, id_: str) -> Response:
    """The same of private records, for the reason that was given."""
    saved, values = _of(visit, id_), visit.request.query_params
    if not saved.scope.include_private:
        return visit.go("/search/kept", told="Choose “What is new?” beside the search.")
    reason = reasons.given(visit, values.get(reasons.WHY, ""))
    if not reason:
        return reasons.ask(visit, _SAY_WHY, here=HERE)
    return _news(visit, saved, str(page_of(values)), reason)


def _news(visit: Visit, saved: Saved, page: str, reason: str = "") -> Response:
    visit.pace("search")
    found = visit.city.searches.news(saved, visit.actor, reason)
    told = f"“{showing.name(saved.name)}”: {in_words(found, saved.hits)}"
    return visit.go(f"/search/kept?page={page}", told=told)


@pages.form("/search/kept/{id_}/drop", Act.SEARCH)
def drop(visit: Here, id_: str) -> Response:
    """Take a search off the list: one's own, or anybody's where one works on requests."""
    if not _is_keeper(visit, _of(visit, id_)):
        visit.need(Act.WORK_REQUESTS)
    saved = visit.city.searches.drop(id_, visit.by)
    return visit.go("/search/kept", told=f"The search “{showing.name(saved.name)}” is off the list.")


def in_words(found: Newer, then: int) -> str:
    """What is new of a search that had so many hits when it was kept."""
    told = [f"{some(found.new, 'hit is', 'hits are')} new." if found.new else "Nothing is new."]
    if (destroyed := then - found.stood) > 0:
        gone = some(destroyed, "earlier hit was", "earlier hits were")
        told.append(f"{gone} destroyed under the retention schedule since.")
    if found.left:
        told.append(f"{some(found.left, 'earlier hit does', 'earlier hits do')} not answer any more.")
    return f"{' '.join(told)} It finds {some(found.hits, 'hit')} now."


def _row(visit: Visit, saved: Saved) -> dict[str, Any]:
    again = asked_again(saved.question, saved.scope)
    return {
        "id": saved.id,
        "name": showing.name(saved.name),
        "question": showing.name(saved.question, 500),
        "scope": _scope_in_words(saved.scope),
        "by": saved.by.name,
        "at": saved.at,
        "hits": saved.hits,
        "path": f"/search?{again.query}",
        "may_drop": _is_keeper(visit, saved) or visit.may(Act.WORK_REQUESTS),
    }


def _of(visit: Visit, id_: str) -> Saved:
    """A kept search that the person may see; `BadQuestion` where there is none."""
    saved = visit.city.searches.get(id_.replace("\0", ""))
    if not _is_open(visit, saved):
        raise BadQuestion(_NONE)
    return saved


def _is_keeper(visit: Visit, saved: Saved) -> bool:
    """Whether it is one's own: by the username, since somebody else may have the name."""
    return bool(saved.by.username) and saved.by.username == visit.by.username


def _scope_in_words(scope: Scope) -> str:
    told = [
        *scope.accounts,
        *(showing.kind_in_words(kind) for kind in scope.kinds),
        *scope.platforms,
        *([f"from {scope.since}"] if scope.since else []),
        *([f"to {scope.until}"] if scope.until else []),
        *(["private records too"] if scope.include_private else []),
    ]
    return showing.name(", ".join(told), 300) or "all accounts"


def _is_open(visit: Visit, saved: Saved) -> bool:
    """Whether somebody may see a kept search: those of private records, and those of other accounts, not."""
    if saved.scope.include_private and not visit.may(Act.SEE_PRIVATE):
        return False
    mine = visit.accounts()
    return not mine or (bool(saved.scope.accounts) and set(saved.scope.accounts) <= set(mine))
