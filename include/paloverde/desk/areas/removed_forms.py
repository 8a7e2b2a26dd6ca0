"""What people add to a dossier: under which guideline it was removed, a note; and the policy in force."""

from __future__ import annotations

from urllib.parse import urlencode

from fastapi.responses import Response

from paloverde.desk import showing
from paloverde.desk.areas.removed import HERE, called
from paloverde.desk.asked import Wrong
from paloverde.desk.files import brought_alone
from paloverde.desk.private import need
from paloverde.desk.rights import Act
from paloverde.desk.steps import Choices, Given, Step, done, form
from paloverde.desk.typed import Field, Typed
from paloverde.desk.visit import Here, Pages, Visit
from paloverde.installation.dossier_checks import doubt_of_citing
from paloverde.installation.dossiers import Kept
from paloverde.retention.dossier import Cited
from paloverde.retention.facts import ItemId
from paloverde.retention.guidelines import GUIDELINES

pages = Pages()


_DECIDED = (("person", "a person decided"), ("rule", "a rule of the site acted by itself"))
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
_ALTHOUGH = Field("although", "The City hid or removed it as well", "tick")
_NOTING = (Field("note", "The note", "area", "Never what counsel said: it is kept apart.", True),)
_FILING = (Field("document", "The policy’s text, as a file", "file", required=True),)


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
        if step.warnings and not typed.is_ticked("although"):
            raise Wrong("although", f"{step.warnings[0]} Tick this where it did; else settle the cause anew.")
        visit.city.dossiers.cite(item, told, visit.actor, although=typed.is_ticked("although"))
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
        return visit.go("/removed/guidelines", told=f"{words}{remark(kept)}")

    return done(visit, _POLICY, given, do)


_FILED_ALREADY = "This very text is filed already; nothing was filed."
_POLICY = Step(
    "File the Social Media Policy", HERE, "/removed/policy", "File this policy", "/removed/guidelines",
    "To the guidelines", _FILING,
    lead=("Each citation of a guideline names the policy that was in force then. Hand in a new text once.",),
)  # fmt: skip


def step_about(visit: Visit, item: str, title: str, action: str, button: str) -> Step:
    """A form about one removed item, which may be one that few may know of."""
    found = item_of(visit, item)
    fact = visit.city.dossiers.removal(item)
    facts = [
        ("Item", called(fact)),
        ("Account", found.account),
        ("Number at the site", showing.name(found.native_id)),
    ]
    path = f"/removed/{action}"
    return Step(
        title, HERE, path, button, path_of(item), "Back to the dossier", hidden=[("item", item)], facts=facts
    )


def item_of(visit: Visit, text: str) -> ItemId:
    """The item that is named so. What was written to the City in private is for those whose role needs it."""
    found = visit.city.dossiers.item(text.replace("\0", ""))
    need(visit, found)
    return found


def path_of(item: str) -> str:
    """The page of a dossier."""
    return f"/removed/look?{urlencode({'item': item}, errors='replace')}"


def _citing(visit: Visit, item: str, chosen: tuple[str, ...] = ()) -> Step:
    clauses = [(clause.letter, clause.sentence) for clause in GUIDELINES.values()]
    boxes = Choices("guideline", "Guidelines, in the words of policy V.B.4", clauses, chosen)
    step = step_about(visit, item, "Cite a guideline", "cite", "Cite what is ticked")
    doubt = doubt_of_citing(visit.city.dossiers.removal(item), visit.city.dossiers.papers(item))
    if not doubt:
        return step._replace(fields=_CITING, choices=boxes)
    return step._replace(fields=(*_CITING, _ALTHOUGH), choices=boxes, warnings=[doubt])


def _noting(visit: Visit, item: str) -> Step:
    return step_about(visit, item, "Add a note", "note", "Add this note")._replace(fields=_NOTING)


def remark(kept: Kept) -> str:
    """What to look at again of a file that was handed in."""
    return f" Look again: {kept.remark}" if kept.remark else ""
