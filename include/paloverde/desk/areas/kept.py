"""Why a record is kept: every reason, with its day and source. In a large archive that is long work."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import urlencode

import msgspec
from fastapi.responses import Response

from paloverde.desk import showing
from paloverde.desk.areas.holds import HERE
from paloverde.desk.drafts import Drafts
from paloverde.desk.jobs import JOBS, Progress
from paloverde.desk.private import need
from paloverde.desk.rights import Act
from paloverde.desk.steps import Given, Step, form
from paloverde.desk.visit import Here, Pages, Visit
from paloverde.errors import BadQuestion
from paloverde.installation import Installation
from paloverde.records import Kind
from paloverde.retention.decision import kept_because
from paloverde.retention.destroyed import destroyed
from paloverde.retention.facts import Ground, ItemId, Reason
from paloverde.wording import some, spoken

pages = Pages()
AT_ONCE = 100_000  # rows that are read while somebody waits
_STRANGE = "No record is named so: open its page, and choose “Why it is kept” there."
_GONE = "The archive has no such record: it was never captured."
_WAITS = "No reason of its own keeps it. Kept for now, because {}."


class Why(msgspec.Struct, frozen=True):
    """What was found about an item."""

    item: ItemId
    reasons: list[Reason]
    waits: str


class Row(NamedTuple):
    """One reason, in words."""

    ground: str
    sentence: str
    source: str
    until: str
    verified: str


@pages.page("/kept", Act.SEE_HOLDS)
def kept(visit: Here, account: str = "", kind: str = "", id: str = "") -> Response:  # noqa: A002 of the address
    """Why an item is kept; where much has to be read for it, a form that begins that."""
    item = _item(visit, account, kind, id)
    rows = visit.city.retention.to_read(item.account)
    if rows <= AT_ONCE:
        return _page(visit, _why(visit.city, item))
    step = Step(
        "Why this record is kept", HERE, "/kept", "Look through them", _record(item), "Back to the record",
        lead=(f"For this, {some(rows, 'record')} of the account {item.account} are read.",),
        hidden=[("account", account), ("kind", kind), ("id", id)],
    )  # fmt: skip
    return form(visit, step)


@pages.form("/kept", Act.SEE_HOLDS)
def looked(visit: Here, given: Given) -> Response:
    """Look for the reasons as long work."""
    item = _item(visit, *(str(given.get(name, "")) for name in ("account", "kind", "id")))
    city, username = visit.city, visit.person.username

    def work(progress: Progress) -> str:
        progress("The records of the account are read.")
        _drafts(city).put(progress.id, username, _why(city, item))
        return f"/kept/{progress.id}"

    subject = f"{username}: {item.account}/{item.kind.value}/{item.native_id}"
    return visit.go(JOBS.start(visit, "Why a record is kept", subject, work, again=_record(item)))


@pages.page("/kept/{id_}", Act.SEE_HOLDS)
def found(visit: Here, id_: str) -> Response:
    """What was found, for whoever asked for it."""
    why, _ = _drafts(visit.city).get(id_, visit.person.username, Why)
    _item(visit, why.item.account, why.item.kind.value, why.item.native_id)
    return _page(visit, why)


def _item(visit: Visit, account: str, kind: str, native_id: str) -> ItemId:
    """An item as an address names it. Private ones are for those whose role needs them."""
    if kind not in set(Kind):
        raise BadQuestion(_STRANGE)
    item = ItemId(account.replace("\0", ""), Kind(kind), native_id.replace("\0", ""))
    need(visit, item)
    return item


def _why(city: Installation, item: ItemId) -> Why:
    try:
        reasons = city.retention.reasons(item)
    except BadQuestion:
        gone = destroyed(city.archive, item.native_id, item.account, item.kind.value)
        raise BadQuestion(gone[0].sentence("This record") if gone else _GONE) from None
    return Why(item, reasons, "" if reasons else city.retention.waits(item))


def _page(visit: Visit, why: Why) -> Response:
    is_free = not why.reasons and why.waits
    sentence = _WAITS.format(why.waits) if is_free else kept_because(why.reasons)
    return visit.show(
        "holds_kept.html",
        title="Why this record is kept",
        here=HERE,
        what=f"{showing.kind_in_words(why.item.kind)} {showing.name(why.item.native_id)}, {why.item.account}",
        record=_record(why.item),
        sentence=showing.name(sentence, 2_000),
        reasons=[_row(one) for one in why.reasons],
    )


def _row(reason: Reason) -> Row:
    is_order = reason.ground in (Ground.LITIGATION, Ground.REQUEST)  # a hold is ordered: it is no rule
    return Row(
        reason.ground.value,
        showing.name(reason.sentence, 600),
        showing.name(reason.source, 600),
        spoken(reason.until) if reason.until else "no day is known",
        "" if is_order else "yes" if reason.verified else "not by counsel yet",
    )


def _record(item: ItemId) -> str:
    pairs = {"account": item.account, "kind": item.kind.value, "id": item.native_id}
    return f"/record?{urlencode(pairs, errors='replace')}"


def _drafts(city: Installation) -> Drafts:
    return Drafts(city.settings.home / "desk" / "kept")
