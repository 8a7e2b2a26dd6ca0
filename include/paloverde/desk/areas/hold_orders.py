"""What is ordered about holds: one is placed, widened, completed. What would be is shown first."""

from __future__ import annotations

import hashlib
from datetime import datetime

import msgspec
from fastapi.responses import Response

from paloverde.desk import showing
from paloverde.desk.archived_until import archived_until
from paloverde.desk.areas.holds import HERE, WHY, hold_of, ordering
from paloverde.desk.asked import Wrong
from paloverde.desk.drafts import Drafts
from paloverde.desk.jobs import JOBS, Progress
from paloverde.desk.rights import Act
from paloverde.desk.steps import Choices, Given, Step, done, form
from paloverde.desk.typed import Field, Typed
from paloverde.desk.visit import Here, Pages, Visit
from paloverde.installation import Installation
from paloverde.retention.facts import HoldKind
from paloverde.retention.hold_scope import Scope
from paloverde.retention.holds import By, Hold, Trigger
from paloverde.wording import some

pages = Pages()
_NAMING = (
    Field("name", "Name of the hold", "text", "Letters, digits and dashes, such as LIT-2026-03.", True),
    Field("matter", "Matter", "text", "A short title that the public may read. Nothing privileged.", True),
    Field("trigger", "What made litigation foreseeable", "choice",
          options=[(one.value, words) for one, words in WHY.items()]),
)  # fmt: skip
_REASON = (Field("reason", "Why it is widened", "text", "In words that the public may read.", True),)
_SCOPE = (
    Field("people", "Posted by", "area", "A name, user name or id on each line; empty means everybody."),
    Field("unnamed", "Records whose poster the site does not name, too", "tick", value="yes"),
    Field("since", "Posted on or after", "date", "A record without a date is kept, too."),
    Field("until", "Posted on or before", "date"),
    Field("words", "Words", "text", "A question as in a search; * is every record."),
    Field("items", "Besides, these items", "area", "An address, an id, or account/kind/id on each line."),
)
_COUNSELS = (
    "Only counsel places one. What a records request asks for is kept by itself, from its first search on.",
    "Nothing is ordered yet: the next page says what the hold would keep.",
)
_RECALL = (
    "What counts is one version: an item that matched once is kept with all its versions.",
    "Private messages, hidden and removed content are searched, too.",
)


class Draft(msgspec.Struct, frozen=True):
    """A hold, or the widening of one (`reason` says why), as it was shown before it was ordered."""

    hold: str
    matter: str
    trigger: str
    scope: Scope
    reason: str
    accounts: dict[str, int]
    doubts: list[str]
    through: int
    made_at: datetime

    @property
    def items(self) -> int:
        return sum(self.accounts.values())


@pages.page("/place-hold", Act.ORDER_LITIGATION_HOLDS)
def place(visit: Here, draft: str = "") -> Response:
    """Say what is to be kept, beginning with what was counted before where that is named."""
    if not draft:
        return form(visit, _placing(visit))
    before, _ = _drafts(visit.city).get(draft, visit.person.username, Draft)
    return form(visit, _as_before(_placing(visit, before.scope.accounts), before))


@pages.form("/place-hold", Act.ORDER_LITIGATION_HOLDS)
def placed(visit: Here, given: Given) -> Response:
    """Count what such a hold would keep; nothing is ordered yet."""
    accounts = tuple(map(str, given.getlist("account")))

    def do(typed: Typed) -> Response:
        id_, matter, trigger = typed.text("name"), typed.text("matter"), Trigger(typed.choice("trigger"))
        scope = visit.city.holds.checked(
            id_, matter, _scope(typed, accounts), trigger, visit.by, HoldKind.LITIGATION
        )
        return _count(
            visit, Draft(id_, matter, trigger.value, scope, "", {}, [], 0, visit.city.vault.clock())
        )

    return done(visit, _placing(visit, accounts), given, do)


@pages.page("/holds/{id_}/widen", Act.ORDER_HOLDS)
def widen(visit: Here, id_: str, draft: str = "") -> Response:
    """Say what is to be kept besides."""
    found = hold_of(visit, id_)
    visit.need(ordering(found))
    if not draft:
        return form(visit, _widening(visit, found, found.accounts))
    before, _ = _drafts(visit.city).get(draft, visit.person.username, Draft)
    return form(visit, _as_before(_widening(visit, found, before.scope.accounts), before))


@pages.form("/holds/{id_}/widen", Act.ORDER_HOLDS)
def widened(visit: Here, id_: str, given: Given) -> Response:
    """Count what would be kept besides; nothing is ordered yet."""
    found, accounts = hold_of(visit, id_), tuple(map(str, given.getlist("account")))
    visit.need(ordering(found))

    def do(typed: Typed) -> Response:
        if not typed.text("reason"):
            raise Wrong("reason", "Say why.")
        scope = visit.city.holds.checked_widening(found.id, _scope(typed, accounts), visit.by)
        told = (found.id, found.matter, found.trigger.value, scope, typed.text("reason"))
        return _count(visit, Draft(*told, {}, [], 0, visit.city.vault.clock()))

    return done(visit, _widening(visit, found, accounts), given, do)


@pages.page("/place-hold/{id_}", Act.ORDER_HOLDS)
def shown(visit: Here, id_: str) -> Response:
    """What was counted, to be confirmed."""
    draft, sha256 = _drafts(visit.city).get(id_, visit.person.username, Draft)
    return form(visit, _confirming(visit, id_, draft, sha256))


@pages.form("/place-hold/{id_}", Act.ORDER_HOLDS)
def confirmed(visit: Here, id_: str, given: Given) -> Response:
    """Order exactly what was shown."""
    drafts, username = _drafts(visit.city), visit.person.username
    draft = drafts.seen(id_, username, Draft, str(given.get("seen", "")))
    city, by = visit.city, visit.by

    def work(progress: Progress) -> str:
        progress("The hold is ordered, and what it keeps is marked in the stores.")
        _order(city, draft, by)
        drafts.done(id_, username, f"/holds/{draft.hold}")
        return f"/holds/{draft.hold}"

    what = "A hold is widened" if draft.reason else "A hold is placed"
    subject = f"{draft.hold} {_order_sha256(draft)}"
    return visit.go(JOBS.start(visit, what, subject, work, again=f"/place-hold/{id_}", act=Act.ORDER_HOLDS))


@pages.form("/complete-holds", Act.ORDER_HOLDS)
def complete(visit: Here) -> Response:
    """See that every object that a hold keeps bears its legal hold, as each night does."""
    city, actor = visit.city, visit.actor

    def work(progress: Progress) -> str:
        city.holds.reconcile(actor, progress).settle()
        return "/holds"

    path = JOBS.start(
        visit, "The holds are completed", "all holds", work, again="/holds", act=Act.ORDER_HOLDS
    )
    return visit.go(path)


def _placing(visit: Visit, chosen: tuple[str, ...] = ()) -> Step:
    return Step(
        "Place a litigation hold", HERE, "/place-hold", "Show what it would keep", "/holds", "To all holds",
        (*_NAMING, *_SCOPE), choices=_boxes(visit, chosen),
        lead=(*_COUNSELS, *_RECALL),
    )  # fmt: skip


def _widening(visit: Visit, hold: Hold, chosen: tuple[str, ...]) -> Step:
    path = f"/holds/{hold.id}"
    return Step(
        f"Widen the hold {hold.id}", HERE, f"{path}/widen", "Show what it would keep besides", path,
        "Back to the hold", (*_REASON, *_SCOPE), choices=_boxes(visit, chosen),
        facts=[("Kept so far", showing.name(hold.scope_sentence(), 2_000))],
        lead=("Nothing can be taken out of a hold. What you say here is kept besides.", *_RECALL),
    )  # fmt: skip


def _as_before(step: Step, draft: Draft) -> Step:
    """The form with what was said in it before."""
    scope = draft.scope
    said = {
        "name": draft.hold, "matter": draft.matter, "trigger": draft.trigger, "reason": draft.reason,
        "people": "\n".join(scope.people), "unnamed": "yes" if scope.unnamed else "",
        "since": str(scope.since or ""), "until": str(scope.until or ""), "words": scope.words,
        "items": "\n".join(scope.items),
    }  # fmt: skip
    return step._replace(fields=[field._replace(value=said[field.name]) for field in step.fields])


def _boxes(visit: Visit, chosen: tuple[str, ...]) -> Choices:
    options = [(one.slug, f"{one.slug} ({one.platform})") for one in visit.city.accounts()]
    return Choices("account", "Accounts; none means all", options, chosen)


def _scope(typed: Typed, accounts: tuple[str, ...]) -> Scope:
    since, until = typed.day("since"), typed.day("until")
    return Scope(
        accounts=accounts, people=typed.lines("people"), since=since, until=until, words=typed.text("words"),
        items=typed.lines("items"), unnamed=typed.is_ticked("unnamed"),
    )  # fmt: skip


def _count(visit: Visit, draft: Draft) -> Response:
    """Begin to count what is in scope: every record may have to be read."""
    city, actor, username = visit.city, visit.actor, visit.person.username
    again = _form_of(draft)
    subject = f"{username}: {draft.hold} {_order_sha256(draft)}"

    def work(progress: Progress) -> str:
        progress("The records in scope are counted.")
        told = city.holds.foreseen(draft.scope, actor)
        doubts = city.holds.doubts(draft.scope)
        whole = msgspec.structs.replace(draft, accounts=told.accounts, through=told.through, doubts=doubts)
        _drafts(city).put(progress.id, username, whole)
        return f"/place-hold/{progress.id}"

    what = f"What {draft.hold} would keep{' besides' if draft.reason else ''}"[:80]
    return visit.go(JOBS.start(visit, what, subject, work, again=again))


def _confirming(visit: Visit, id_: str, draft: Draft, sha256: str) -> Step:
    accounts = "; ".join(f"{name}: {count:,}" for name, count in draft.accounts.items())
    facts = [
        ("Hold", draft.hold),
        ("Matter", draft.matter),
        ("Why", draft.reason or WHY.get(Trigger(draft.trigger), draft.trigger)),
        ("To be kept", f"{draft.scope.sentence()}."),
        ("In scope now", f"{some(draft.items, 'item')}{f' ({accounts})' if accounts else ''}"),
        ("Counted", f"{showing.moment(draft.made_at)}, in {archived_until(visit.city, draft.through)}"),
    ]
    return Step(
        "Widen this hold" if draft.reason else "Place this hold", HERE, f"/place-hold/{id_}",
        "Widen the hold" if draft.reason else "Place the hold", "/holds", "To all holds, ordering nothing",
        links=[("Change what it keeps", f"{_form_of(draft)}?draft={id_}")],
        facts=[(term, showing.name(value, 4_000)) for term, value in facts], warnings=draft.doubts[:20],
        hidden=[("seen", sha256)], final=True, lead=_PLACED_IS,
    )  # fmt: skip


_PLACED_IS = (
    "From then on no schedule and no order destroys what is in scope, and each night adds what matches.",
    "Nothing can be taken out of a hold again; only a release ends it.",
)


def _order_sha256(draft: Draft) -> str:
    """Of what is ordered, whenever it was counted: who orders the same again joins the work under way."""
    told = (draft.hold, draft.matter, draft.trigger, draft.scope, draft.reason)
    return hashlib.sha256(msgspec.json.encode(told, order="sorted")).hexdigest()


def _order(city: Installation, draft: Draft, by: By) -> None:
    if draft.reason:
        city.holds.amend(draft.hold, draft.scope, draft.reason, by)
    else:
        city.holds.issue(draft.hold, draft.matter, draft.scope, Trigger(draft.trigger), by)


def _form_of(draft: Draft) -> str:
    """The page on which it was said."""
    return f"/holds/{draft.hold}/widen" if draft.reason else "/place-hold"


def _drafts(city: Installation) -> Drafts:
    return Drafts(city.settings.home / "desk" / "holds")
