"""Comments that a rule hid or proposes to hide: what it named, and the two acts of a person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any
from urllib.parse import quote, urlencode

from fastapi.responses import Response

from paloverde.bundles.pages import visible
from paloverde.desk import showing
from paloverde.desk.areas.records import Named as Record
from paloverde.desk.areas.removed import Named
from paloverde.desk.areas.watch_frame import HERE, shown
from paloverde.desk.asked import page_of
from paloverde.desk.rights import Act
from paloverde.desk.steps import Given, Step, done, form
from paloverde.desk.typed import Field, Typed
from paloverde.desk.visit import Here, Pages, Visit
from paloverde.installation.hiding_cases import item_id
from paloverde.installation.hidings import NO_MORE, Hidden
from paloverde.watch.hiding.deciding import Case, Weighed
from paloverde.watch.hiding.record import Stage

pages = Pages()
_AT = "/watch/hidden"
_PER_PAGE = 50  # of what is on record: the words of each are read from the archive
_BEFORE = (
    "It is hidden at the site, not deleted, and can be shown again. It is archived as it stands; its dossier "
    "names you as who decided. Nobody’s comment is hidden for its opinion (V.B.9)."
)
_REPEATED = "said again and again"
_REASON = (
    Field("reason", "Why it is shown again", "area", "Its dossier keeps this with your name.", required=True),
)


@pages.page("/watch/hidden", Act.SEE_WATCH)
def hidden(visit: Here) -> Response:
    """What is hidden or was shown again, and what rules propose."""
    hidings = visit.city.hidings
    proposed = [one for one in hidings.weighed() if not one.against]
    found = hidings.listed()
    last = max(1, -(-len(found) // _PER_PAGE))
    page = min(page_of(visit.request.query_params), last)
    return shown(
        visit,
        "watch_hidden.html",
        "Hidden by a rule",
        _AT,
        rules=hidings.rules(),
        hindrances=hidings.hindrances(),
        may_send=visit.city.settings.allow_hiding,
        proposed=list(_proposals(proposed)),
        rows=[_row(visit, one) for one in found[(page - 1) * _PER_PAGE : page * _PER_PAGE]],
        page=page,
        pages=last,
    )


@pages.page("/watch/hidden/hide", Act.MODERATE)
def hide(visit: Here, item: str = "") -> Response:
    """Ask before one comment is hidden at the site."""
    return form(visit, _hiding(visit, item))


@pages.form("/watch/hidden/hide", Act.MODERATE)
def hide_now(visit: Here, given: Given) -> Response:
    """Hide one comment that a rule proposes."""
    item = str(given.get("item", ""))

    def do(_: Typed) -> Response:
        visit.city.hidings.hide(item, visit.actor, visit.person.name or visit.person.username)
        return visit.go(_AT, told="It is hidden at the site, and its dossier is kept for two years.")

    return done(visit, _hiding(visit, item), given, do)


@pages.page("/watch/hidden/show", Act.MODERATE)
def show(visit: Here, item: str = "") -> Response:
    """Ask why a comment is shown again."""
    return form(visit, _showing(visit, item))


@pages.form("/watch/hidden/show", Act.MODERATE)
def show_again(visit: Here, given: Given) -> Response:
    """Show a hidden comment again, for good."""
    item = str(given.get("item", ""))

    def do(typed: Typed) -> Response:
        name = visit.person.name or visit.person.username
        visit.city.hidings.show_again(item, visit.actor, name, typed.needed("reason"))
        return visit.go(_AT, told="It is shown again at the site. No rule hides it any more.")

    return done(visit, _showing(visit, item), given, do)


def _hiding(visit: Visit, item: str) -> Step:
    """Whoever decides reads the comment itself, and not only what the rule names in it."""
    weighed = visit.city.hidings.weighed(item_id(item).account)
    facts = _facts(one.case for one in weighed if one.case.item == item)
    return Step(
        "Hide a comment", HERE, "/watch/hidden/hide", "Hide it now", _AT, "Back to the list",
        facts=[("Comment", showing.name(item)), *facts],
        hidden=[("item", item)], lead=(_BEFORE,), links=_record(visit, item),
    )  # fmt: skip


def _showing(visit: Visit, item: str) -> Step:
    return Step(
        "Show a comment again", HERE, "/watch/hidden/show", "Show it again", _AT, "Back to the list", _REASON,
        facts=[("Comment", showing.name(item))], hidden=[("item", item)], links=_record(visit, item),
        lead=("It is shown again at the site, for good: no rule hides it any more.",),
    )  # fmt: skip


def _facts(cases: Iterable[Case]) -> Iterator[tuple[str, str]]:
    """What a comment says, and what the first rule that names it goes by."""
    for case in islice(cases, 1):
        if case.seen is not None:
            yield "It says", visible(case.seen.text)
        yield "What the rule names", ", ".join(_words(case)) or _REPEATED
        yield "Rule", f"{case.rule.id}, V.B.4({case.rule.entry.guideline.value})"


def _record(visit: Visit, item: str) -> list[tuple[str, str]]:
    """The way to the comment with all that is known of it, for whoever may open it."""
    id_ = item_id(item)
    path = Record((id_.account, id_.kind.value, id_.native_id), "", "").path()
    return [("The comment as it is archived", path)] if visit.may(Act.SEARCH, id_.account) else []


def _words(case: Case) -> list[str]:
    return [visible(one) for one in dict.fromkeys(span.words for span in case.spans)]


def _proposals(proposed: list[Weighed]) -> Iterator[dict[str, Any]]:
    for one in proposed:
        case = one.case
        yield {
            "item": showing.name(case.item),
            "words": ", ".join(_words(case)) or _REPEATED,
            "letter": case.rule.entry.guideline.value,
            "rule": case.rule.id,
            "rule_path": f"/watch/registers/hiding-rules/entries/{quote(case.rule.id)}",
            "said": case.seen.said_at if case.seen else None,
            "path": f"/watch/hidden/hide?{urlencode({'item': case.item})}",
        }


def _row(visit: Visit, one: Hidden) -> dict[str, Any]:
    step = one.step
    rule = step.rule.partition("/")[2].partition("#")[0]
    return {
        "item": showing.name(step.item),
        "dossier": Named(item_id(step.item)).path() if step.stage is not Stage.FAILED else "",
        "words": [visible(one) for one in visit.city.hidings.words(step)],
        "letter": step.letter,
        "rule": rule,
        "rule_path": f"/watch/registers/hiding-rules/entries/{quote(rule)}",
        "who": step.by or "the rule alone",
        "at": one.at,
        "state": step.stage.value,
        "why": visible(step.why),
        "path": f"/watch/hidden/show?{urlencode({'item': step.item})}" if step.stage not in NO_MORE else "",
    }
