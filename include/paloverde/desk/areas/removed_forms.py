"""What people add to a dossier: who removed it, under which guideline, a note; and the policy in force."""

from __future__ import annotations

from urllib.parse import urlencode

from fastapi.responses import Response

from paloverde.bundles.dossierwords import gone_in_words
from paloverde.desk import showing
from paloverde.desk.areas.removed import CAUSES, HERE
from paloverde.desk.asked import Wrong
from paloverde.desk.files import brought, brought_alone
from paloverde.desk.private import need
from paloverde.desk.rights import Act
from paloverde.desk.steps import Choices, Given, Step, done, form
from paloverde.desk.typed import Field, Typed
from paloverde.desk.visit import Here, Pages, Visit
from paloverde.installation.dossiers import Kept
from paloverde.retention.dossier import Cited, Settled
from paloverde.retention.facts import ItemId
from paloverde.retention.guidelines import GUIDELINES

pages = Pages()
_DECIDED = (("person", "a person decided"), ("rule", "a rule of the site acted by itself"))
_SETTLING = (
    Field("cause", "Who or what removed it", "choice", options=CAUSES),
    Field("because", "By what it is settled", "area", "Such as: the page’s activity log of that day.", True),
    Field("removed_by", "The person, where one is known"),
    Field(
        "evidence",
        "A file that shows it",
        "file",
        "Such as a picture of the activity log. It is kept as it is.",
    ),
)
_CITING = (
    Field("how", "How it was decided", "choice", options=_DECIDED),
    Field("who", "Who decided, or which rule", "text", "A name; or the rule, such as: word filter.", True),
    Field("removed_by", "Who removed it at the site, where it was somebody else"),
    Field(
        "counsel_on", "Day on which counsel was consulted", "date", "Leave it empty where counsel was not. "
        "What counsel said belongs on no form but counsel’s own.",
    ),
    Field("counsel_by", "Who consulted counsel"),
)  # fmt: skip
_NOTING = (Field("note", "The note", "area", "Never what counsel said: it is kept apart.", True),)
_FILING = (Field("document", "The policy’s text, as a file", "file", required=True),)


@pages.page("/removed/settle", Act.SETTLE)
def settle(visit: Here, item: str = "") -> Response:
    """Say who removed it."""
    return form(visit, _settling(visit, item))


@pages.form("/removed/settle", Act.SETTLE)
def settled(visit: Here, given: Given) -> Response:
    """File who removed it, with what shows it."""
    item = str(given.get("item", ""))
    step = _settling(visit, item)

    def do(typed: Typed) -> Response:
        told = Settled(typed.choice("cause"), typed.needed("because"), typed.text("removed_by"))
        with brought(given, "evidence") as files:
            if len(files) > 1:
                raise Wrong("evidence", "Choose one file: several pictures can be put into one PDF.")
            kept = visit.city.dossiers.settle(item, told, visit.actor, next(iter(files), None))
        words = "The cause is settled. What the site’s answers show stays beside it."
        return visit.go(step.back, told=f"{words}{_remark(kept)}")

    return done(visit, step, given, do)


@pages.page("/removed/cite", Act.SETTLE)
def cite(visit: Here, item: str = "") -> Response:
    """Say under which Content Guidelines it was removed."""
    return form(visit, _citing(visit, item))


@pages.form("/removed/cite", Act.SETTLE)
def cited(visit: Here, given: Given) -> Response:
    """File the guidelines, and who decided."""
    item, letters = str(given.get("item", "")), tuple(map(str, given.getlist("guideline")))
    step = _citing(visit, item, letters)

    def do(typed: Typed) -> Response:
        who, counsel_on = typed.needed("who"), typed.day("counsel_on")
        is_rule = typed.choice("how") == "rule"
        told = Cited(
            letters, "" if is_rule else who, who if is_rule else "", typed.text("removed_by"),
            counsel_on is not None, counsel_on, typed.text("counsel_by"),
        )  # fmt: skip
        visit.city.dossiers.cite(item, told, visit.actor)
        return visit.go(step.back, told=f"Noted: guideline {', '.join(letters)} of policy V.B.4.")

    return done(visit, step, given, do)


@pages.page("/removed/note", Act.SETTLE)
def note(visit: Here, item: str = "") -> Response:
    """Add a note."""
    return form(visit, _noting(visit, item))


@pages.form("/removed/note", Act.SETTLE)
def noted(visit: Here, given: Given) -> Response:
    """File a note."""
    item = str(given.get("item", ""))
    step = _noting(visit, item)

    def do(typed: Typed) -> Response:
        visit.city.dossiers.note(item, typed.text("note"), visit.actor)
        return visit.go(step.back, told="The note stands in the dossier.")

    return done(visit, step, given, do)


@pages.page("/removed/guidelines", Act.SEE_REMOVED)
def guidelines(visit: Here) -> Response:
    """The clauses, and who may decide each."""
    return visit.show(
        "removed_guidelines.html", title="The Content Guidelines", here=HERE, clauses=GUIDELINES.values(),
        policy=visit.city.dossiers.policy(), act=Act,
    )  # fmt: skip


@pages.page("/removed/policy", Act.SETTLE)
def policy(visit: Here) -> Response:
    """Hand in the policy that is in force from now on."""
    return form(visit, _POLICY)


@pages.form("/removed/policy", Act.SETTLE)
def policy_filed(visit: Here, given: Given) -> Response:
    """File the policy's text."""

    def do(_: Typed) -> Response:
        with brought_alone(given) as file:
            kept = visit.city.dossiers.file_policy(file, visit.actor)
        words = "The policy is filed; citations name it from now on." if kept.is_new else _FILED_ALREADY
        return visit.go("/removed/guidelines", told=f"{words}{_remark(kept)}")

    return done(visit, _POLICY, given, do)


_FILED_ALREADY = "This very text is filed already; nothing was filed."
_POLICY = Step(
    "File the Social Media Policy", HERE, "/removed/policy", "File this policy", "/removed/guidelines",
    "To the guidelines", _FILING,
    lead=("Each citation of a guideline names the policy that was in force then. Hand in a new text once.",),
)  # fmt: skip


def _step(visit: Visit, item: str, title: str, action: str, button: str) -> Step:
    """A form about one removed item, which may be one that few may know of."""
    found = item_of(visit, item)
    back = f"/removed/look?{urlencode({'item': item}, errors='replace')}"
    step = Step(
        title, HERE, f"/removed/{action}", button, back, "Back to the dossier", hidden=[("item", item)]
    )
    facts = [("Item", f"{found.kind.value} {showing.name(found.native_id)} of {found.account}")]
    return step._replace(facts=facts)


def item_of(visit: Visit, text: str) -> ItemId:
    """The item that is named so. What was written to the City in private is for those whose role needs it."""
    found = visit.city.dossiers.item(text.replace("\0", ""))
    need(visit, found)
    return found


def _settling(visit: Visit, item: str) -> Step:
    step = _step(visit, item, "Settle who removed it", "settle", "Settle it")
    fact = visit.city.dossiers.removal(item)
    shown = gone_in_words(fact.item.kind.value, fact.cause, fact.confirmed_by)
    facts = [*step.facts, ("What the site’s answers show", shown)]
    return step._replace(fields=_SETTLING, facts=facts, lead=_SETTLED_IS)


_SETTLED_IS = (
    "What you say stands in the dossier with your name and the day.",
    "Nothing can be changed or taken back: to correct something, settle it again.",
    "Until when it is kept does not change.",
)


def _citing(visit: Visit, item: str, chosen: tuple[str, ...] = ()) -> Step:
    clauses = [(clause.letter, clause.sentence) for clause in GUIDELINES.values()]
    boxes = Choices("guideline", "Guidelines, in the words of policy V.B.4", clauses, chosen)
    step = _step(visit, item, "Cite a guideline", "cite", "Cite what is ticked")
    return step._replace(fields=_CITING, choices=boxes)


def _noting(visit: Visit, item: str) -> Step:
    return _step(visit, item, "Add a note", "note", "Add this note")._replace(fields=_NOTING)


def _remark(kept: Kept) -> str:
    return f" Look again: {kept.remark}" if kept.remark else ""
