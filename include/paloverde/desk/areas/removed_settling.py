"""Settling who removed something: what would be filed is shown first, since nothing can be taken back."""

from __future__ import annotations

import secrets

import msgspec
from fastapi.responses import Response

from paloverde.bundles.dossierwords import CAUSES, gone_in_words, removed_by, settled_in_words
from paloverde.desk import showing
from paloverde.desk.areas.removed_forms import path_of, remark, step_about
from paloverde.desk.asked import Wrong
from paloverde.desk.drafts import Drafts
from paloverde.desk.files import brought
from paloverde.desk.rights import Act
from paloverde.desk.steps import Given, Step, done, form
from paloverde.desk.typed import Field, Typed
from paloverde.desk.visit import Here, Pages, Visit
from paloverde.errors import BadQuestion
from paloverde.retention.dossier import RemovalFact, Settled, settlement

pages = Pages()
_SETTLING = (
    Field("cause", "Who or what removed it", "choice", options=(("", "choose one"), *CAUSES.items())),
    Field("because", "By what it is settled", "area", "Such as: the page’s activity log of that day.", True),
    Field("removed_by", "The person, where one is known"),
)
_ANEW = Field("because", "Why it is settled anew", "area", "What was wrong, and what shows it.", True)
_SHOWING = (
    Field(
        "evidence",
        "A file that shows it",
        "file",
        "Such as a picture of the activity log. It is kept as it is.",
    ),
)


class Settling(msgspec.Struct, frozen=True):
    """What somebody would settle, as it was shown; `papers` is how many the dossier had then."""

    item: str
    cause: str
    because: str
    removed_by: str
    papers: int


@pages.page("/removed/settle", Act.SETTLE)
def settle(visit: Here, item: str = "") -> Response:
    """Say who removed it."""
    return form(visit, _settling(visit, item))


@pages.form("/removed/settle", Act.SETTLE)
def settling(visit: Here, given: Given) -> Response:
    """Keep what somebody would settle, and show it first."""
    item = str(given.get("item", ""))

    def do(typed: Typed) -> Response:
        cause = typed.choice("cause")
        if not cause:
            raise Wrong("cause", "Choose who or what removed it.")
        papers = len(visit.city.dossiers.papers(item))
        draft = Settling(item, cause, typed.needed("because"), typed.text("removed_by"), papers)
        id_ = secrets.token_hex(16)
        _drafts(visit).put(id_, visit.person.username, draft)
        return visit.go(f"/removed/settle/{id_}")

    return done(visit, _settling(visit, item), given, do)


@pages.page("/removed/settle/{id_}", Act.SETTLE)
def shown(visit: Here, id_: str) -> Response:
    """What would be filed."""
    draft, sha256 = _drafts(visit).get(id_, visit.person.username, Settling)
    return form(visit, _confirming(visit, id_, draft, sha256))


@pages.form("/removed/settle/{id_}", Act.SETTLE)
def settled(visit: Here, id_: str, given: Given) -> Response:
    """File who removed it as it was shown, with what shows it, where nothing was filed since."""
    seen = str(given.get("seen", ""))
    draft = _drafts(visit).seen(id_, visit.person.username, Settling, seen)
    step = _confirming(visit, id_, draft, seen)

    def do(_: Typed) -> Response:
        if len(visit.city.dossiers.papers(draft.item)) != draft.papers:
            raise BadQuestion(_FILED_MEANWHILE)
        with brought(given, "evidence") as files:
            if len(files) > 1:
                raise Wrong("evidence", "Choose one file: several pictures can be put into one PDF.")
            told = Settled(draft.cause, draft.because, draft.removed_by)
            kept = visit.city.dossiers.settle(draft.item, told, visit.actor, next(iter(files), None))
        _drafts(visit).done(id_, visit.person.username, path_of(draft.item))
        words = "The cause is settled. What the site’s answers show stays beside it."
        return visit.go(path_of(draft.item), told=f"{words}{remark(kept)}")

    return done(visit, step, given, do)


def _settling(visit: Visit, item: str) -> Step:
    step = step_about(visit, item, "Settle who removed it", "settle", "Show what will be filed")
    fact = visit.city.dossiers.removal(item)
    before = settled_in_words(visit.city.dossiers.papers(item))
    facts = [*step.facts, ("What the site’s answers show", _gone(fact))]
    if not before:
        return step._replace(fields=_SETTLING, facts=facts, lead=_SETTLED_IS)
    fields = [_ANEW if field.name == "because" else field for field in _SETTLING]
    facts.append(("Settled so far", showing.name(before, 600)))
    return step._replace(title="Settle anew who removed it", fields=fields, facts=facts, lead=_SETTLED_IS)


def _confirming(visit: Visit, id_: str, draft: Settling, sha256: str) -> Step:
    """What would be filed, to be looked at."""
    step = _settling(visit, draft.item)
    told = removed_by(Settled(draft.cause, draft.because, draft.removed_by))
    because = "Why it is settled anew" if settlement(visit.city.dossiers.papers(draft.item)) else "Settled by"
    facts = [
        *step.facts,
        ("You settle", showing.name(told, 400)),
        (because, showing.name(draft.because, 2_000)),
        ("In the name of", visit.person.name),
    ]
    return step._replace(
        title="Look once more: who removed it", action=f"/removed/settle/{id_}", fields=_SHOWING, facts=facts,
        button="File this for good", hidden=[("seen", sha256)], final=True,
    )  # fmt: skip


def _drafts(visit: Visit) -> Drafts:
    return Drafts(visit.city.settings.home / "desk" / "settlings")


def _gone(fact: RemovalFact) -> str:
    return gone_in_words(fact.item.kind.value, fact.cause, fact.confirmed_by)


_FILED_MEANWHILE = (
    "Something was filed in this dossier since you were shown this, perhaps by yourself: look at "
    "the dossier, then begin again. Nothing was filed now."
)
_SETTLED_IS = (
    "What you say stands in the dossier with your name and the day.",
    "Nothing can be changed or taken back: to correct something, settle it anew. Both then stand there.",
    "Until when it is kept does not change.",
)
