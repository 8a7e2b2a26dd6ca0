"""Comments that a rule hid or proposes to hide: what it named, and the two acts of a person."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode

from fastapi.responses import Response

from paloverde.bundles.pages import visible
from paloverde.desk import showing
from paloverde.desk.areas.removed import Named
from paloverde.desk.areas.watch_frame import HERE, shown
from paloverde.desk.rights import Act
from paloverde.desk.steps import Given, Step, done, form
from paloverde.desk.typed import Field, Typed
from paloverde.desk.visit import Here, Pages, Visit
from paloverde.installation.hiding_cases import item_id
from paloverde.installation.hidings import Hidden
from paloverde.watch.hiding.deciding import Weighed
from paloverde.watch.hiding.record import Stage

pages = Pages()
_AT = "/watch/hidden"
_BEFORE = (
    "It is hidden at the site, not deleted, and can be shown again. It is archived as it stands; its dossier "
    "names you as who decided. Nobody’s comment is hidden for its opinion (V.B.9)."
)
_REASON = (
    Field("reason", "Why it is shown again", "area", "Its dossier keeps this with your name.", required=True),
)


@pages.page("/watch/hidden", Act.SEE_WATCH)
def hidden(visit: Here) -> Response:
    """What is hidden or was shown again, and what rules propose."""
    hidings = visit.city.hidings
    proposed = [one for one in hidings.weighed() if not one.against]
    return shown(
        visit,
        "watch_hidden.html",
        "Hidden by a rule",
        _AT,
        rules=hidings.rules(),
        hindrances=hidings.hindrances(),
        may_send=visit.city.settings.allow_hiding,
        proposed=list(_proposals(proposed)),
        rows=[_row(visit, one) for one in hidings.listed()],
    )


@pages.page("/watch/hidden/hide", Act.MODERATE)
def hide(visit: Here, item: str = "") -> Response:
    """Ask before one comment is hidden at the site."""
    return form(visit, _hiding(item))


@pages.form("/watch/hidden/hide", Act.MODERATE)
def hide_now(visit: Here, given: Given) -> Response:
    """Hide one comment that a rule proposes."""
    item = str(given.get("item", ""))

    def do(_: Typed) -> Response:
        visit.city.hidings.hide(item, visit.actor, visit.person.name or visit.person.username)
        return visit.go(_AT, told="It is hidden at the site, and its dossier is kept for two years.")

    return done(visit, _hiding(item), given, do)


@pages.page("/watch/hidden/show", Act.MODERATE)
def show(visit: Here, item: str = "") -> Response:
    """Ask why a comment is shown again."""
    return form(visit, _showing(item))


@pages.form("/watch/hidden/show", Act.MODERATE)
def show_again(visit: Here, given: Given) -> Response:
    """Show a hidden comment again, for good."""
    item = str(given.get("item", ""))

    def do(typed: Typed) -> Response:
        name = visit.person.name or visit.person.username
        visit.city.hidings.show_again(item, visit.actor, name, typed.needed("reason"))
        return visit.go(_AT, told="It is shown again at the site. No rule hides it any more.")

    return done(visit, _showing(item), given, do)


def _hiding(item: str) -> Step:
    return Step(
        "Hide a comment", HERE, "/watch/hidden/hide", "Hide it now", _AT, "Back to the list",
        facts=[("Comment", showing.name(item))], hidden=[("item", item)],
        lead=(_BEFORE,),
    )  # fmt: skip


def _showing(item: str) -> Step:
    return Step(
        "Show a comment again", HERE, "/watch/hidden/show", "Show it again", _AT, "Back to the list", _REASON,
        facts=[("Comment", showing.name(item))], hidden=[("item", item)],
        lead=("It is shown again at the site, for good: no rule hides it any more.",),
    )  # fmt: skip


def _proposals(proposed: list[Weighed]) -> Iterator[dict[str, Any]]:
    for one in proposed:
        case = one.case
        yield {
            "item": showing.name(case.item),
            "words": [visible(one) for one in dict.fromkeys(span.words for span in case.spans)],
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
        "path": f"/watch/hidden/show?{urlencode({'item': step.item})}" if _may_show(step.stage) else "",
    }


def _may_show(stage: Stage) -> bool:
    return stage in (Stage.HIDDEN, Stage.STILL)
