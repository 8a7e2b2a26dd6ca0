"""Who approved an order of destruction, and what it still lacks.

Gov. Code 34090 asks for the legislative body's resolution and the city attorney's written consent; the
City's own rule adds two different people: one of the clerk's office and one approver. Everything is read
from papers. Whoever prepares an order may be one of the two; whoever hands in the city attorney's consent
may not.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import msgspec

from paloverde.archive.papers import Cabinet, Filed
from paloverde.errors import ArchiveDamaged, BadQuestion
from paloverde.records import add_calendar_years, archive_day
from paloverde.retention.orders import (
    Act,
    Approval,
    Consent,
    Line,
    Order,
    OrderStanding,
    Resolution,
)
from paloverde.steps import Step
from paloverde.wording import some, spoken

ORDERS, FILES, ACTS, CERTIFICATES = "orders", "order-files", "approvals", "certificates"
APPROVING = ("clerk", "approver")  # one person of each
OFFICES = {
    "clerk": "the clerk's office",
    "approver": "the approvers",
    "counsel": "the city attorney's office",
}
LAPSES_AFTER_YEARS = 1


def standing_of(cabinet: Cabinet, order_id: str) -> OrderStanding:
    """Everything that was filed of an order; `BadQuestion` where there is none of that id."""
    filed = cabinet.last(ORDERS, order_id)
    if filed is None:
        raise BadQuestion(
            f"There is no order of destruction {order_id!r}: {Step.ORDERS} shows those there are."
        )
    order = cabinet.read(filed, Order)
    files = {one.stored.sha256 for one in cabinet.history(FILES, order.lines_sha256)}
    acts = cabinet.history(ACTS, order_id)
    reported = {order.lines_sha256, order.report_sha256, order.table_sha256} <= files
    standing = OrderStanding(order, reported=reported, acts=len(acts))
    for paper in acts:
        if paper.entry > filed.entry:  # whatever was filed before the order speaks of another
            standing = _after(standing, cabinet.read(paper, Act))
    certificate = cabinet.last(CERTIFICATES, order_id)
    return msgspec.structs.replace(standing, certificate=certificate.stored.sha256 if certificate else "")


def all_orders(cabinet: Cabinet) -> list[OrderStanding]:
    """Every order there is, by its name."""
    return [standing_of(cabinet, filed.subject) for filed in cabinet.newest(ORDERS)]


def lines_of(cabinet: Cabinet, order_id: str) -> list[Line]:
    """Exactly the items that an order names."""
    order = standing_of(cabinet, order_id).order
    listed = file_of(cabinet, order, order.lines_sha256).splitlines()
    return [msgspec.json.decode(line, type=Line) for line in listed]


def file_of(cabinet: Cabinet, order: Order, sha256: str) -> bytes:
    """A file that an order or an act about it names, by its hash; `ArchiveDamaged` where it is not filed."""
    return cabinet.bytes_of(filed_of(cabinet, order, sha256))


def filed_of(cabinet: Cabinet, order: Order, sha256: str) -> Filed:
    """The paper that a file of an order is: its list, its report, the resolution, the consent.

    The list and the report are filed before there is an order, under the hash of the list: two that are
    proposed at the same moment have the same name until one of them is filed. What comes later is filed
    under the order's name.
    """
    for subject in (order.lines_sha256, order.id):
        for filed in reversed(cabinet.history(FILES, subject)):
            if filed.stored.sha256 == sha256:
                return filed
    raise ArchiveDamaged(
        f"The order {order.id} names a file {sha256}, and no such file is filed with it: the proposal may "
        "have broken off. Withdraw the order, and propose again."
    )


def files_named(standing: OrderStanding) -> list[str]:
    """The hashes of all files that an order and the acts about it name."""
    order, handed_in = standing.order, (standing.resolution, standing.consent)
    reported = [order.lines_sha256, order.report_sha256, order.table_sha256]
    return [*reported, *(one.sha256 for one in handed_in if one is not None)]


def lacking(standing: OrderStanding, today: date) -> list[str]:
    """What is missing before an order may be carried out, in sentences; empty is the only permission."""
    missing = awaited(standing, today)
    if missing:
        return missing
    return list(_of_the_check(standing, today))


def awaited(standing: OrderStanding, today: date) -> list[str]:
    """The same without the last look into the users file, which carrying out takes by itself."""
    ended = closed(standing, today)
    if ended:
        return [ended]
    return [*_of_the_report(standing, today), *_of_the_law(standing, today), *_of_the_approvals(standing)]


def closed(standing: OrderStanding, today: date) -> str:
    """Why nothing more can be done with an order; empty while it is open."""
    order = standing.order
    if standing.certificate:
        certificate = Step.CERTIFICATE.of(order.id)
        return f"{order.id} was carried out. What went, when and by what right, says {certificate}."
    if standing.sealed:
        return ""  # what is sealed can only be completed: it is open until then
    if standing.withdrawn:
        return f"{order.id} was withdrawn: {standing.withdrawn.rstrip('.')}. Propose a new one."
    lapses_on = add_calendar_years(archive_day(order.proposed_at), LAPSES_AFTER_YEARS)
    if today >= lapses_on:
        return (
            f"{order.id} lapsed on {spoken(lapses_on)}: nobody had carried it out within a year. Propose a "
            "new one."
        )
    return ""


def half_done(standing: OrderStanding) -> str:
    """That an order is half carried out, in a sentence, and what to do; empty where it is not."""
    if not standing.sealed:
        return ""
    id_ = standing.order.id
    return (
        f"{id_} is half carried out: the destruction of {some(standing.sealed, 'item')} is sealed and can "
        "only "
        f"be completed. Run `paloverde dispose carry-out {id_}` again."
    )


def warnings_of(standing: OrderStanding, others: list[OrderStanding]) -> list[str]:
    """What is allowed and yet worth a second look: `others` are all orders there are."""
    resolution = standing.resolution
    if resolution is None:
        return []
    found = []
    proposed = archive_day(standing.order.proposed_at)
    if resolution.adopted_on < proposed:
        found.append(
            f"Resolution {resolution.number} was adopted on {spoken(resolution.adopted_on)}, before "
            f"{standing.order.id} was proposed on {spoken(proposed)}: the council cannot have seen this list."
        )
    same = [
        other.order.id
        for other in others
        if other.order.id != standing.order.id
        and other.resolution is not None
        and resolution.number.casefold() == other.resolution.number.casefold()
    ]
    if same:
        found.append(f"Resolution {resolution.number} is also the resolution of {', '.join(same)}.")
    return found


def _after(standing: OrderStanding, act: Act) -> OrderStanding:
    """The standing once one more thing was done. What is said later counts; withdrawn stays withdrawn."""
    return msgspec.structs.replace(
        standing,
        resolution=act.resolution or standing.resolution,
        consent=act.consent or standing.consent,
        approvals=(*standing.approvals, *([act.approval] if act.approval else [])),
        withdrawn=standing.withdrawn or act.withdrawn,
        check=act.check or standing.check,
    )


def _of_the_report(standing: OrderStanding, today: date) -> Iterator[str]:
    order = standing.order
    if not standing.reported:
        yield f"The list or the report of {order.id} is not filed: withdraw it, and propose a new one."
    if today < order.opens_on:
        yield f"The report lies open until {spoken(order.opens_on)}: carry it out on that day or later."


def _of_the_law(standing: OrderStanding, today: date) -> Iterator[str]:
    resolution, consent = standing.resolution, standing.consent
    if resolution is None:
        resolve = Step.RESOLUTION.of(standing.order.id)
        yield f"The council's resolution is missing (Gov. Code 34090): {resolve} files it."
    else:
        yield from _of_the_resolution(resolution, standing.order, today)
    if consent is None:
        consenting = Step.CONSENT.of(standing.order.id)
        yield f"The city attorney's written consent is missing (Gov. Code 34090): {consenting} files it."
    else:
        yield from _of_the_consent(consent, standing.order, today)


def _of_the_resolution(resolution: Resolution, order: Order, today: date) -> Iterator[str]:
    named = f"Resolution {resolution.number} of {spoken(resolution.adopted_on)}"
    if resolution.adopted_on > today:
        yield f"{named} is of a day that has not come yet."
    if resolution.adopted_on < archive_day(order.proposed_at) and not resolution.standing:
        yield (
            f"{named} is older than {order.id}, and was not filed as a "
            f"standing one: {Step.RESOLUTION.of(order.id)} files another."
        )


def _of_the_consent(consent: Consent, order: Order, today: date) -> Iterator[str]:
    if consent.given_on > today:
        yield f"The consent of {consent.name} is dated {spoken(consent.given_on)}, which has not come yet."
    if consent.given_on < archive_day(order.proposed_at):
        yield (
            f"The consent of {consent.name}, {spoken(consent.given_on)}, is older than {order.id}: a consent "
            "to exactly this order is needed."
        )


def _of_the_approvals(standing: OrderStanding) -> Iterator[str]:
    order = standing.order
    counted, told = [], []
    for approval in standing.approvals:
        fault = _fault(approval, standing)
        told += [fault] if fault else []
        counted += [] if fault else [approval]
    by_role = {role: {one.username for one in counted if one.role == role} for role in APPROVING}
    wanting = [role for role, names in by_role.items() if not names]
    for role in wanting:
        yield (
            f"The approval of one of {OFFICES[role]} is missing: {Step.APPROVE.of(order.id)}, or the review "
            "in Airflow."
        )
    if not wanting and len(by_role["clerk"] | by_role["approver"]) < len(APPROVING):
        yield f"Both approvals come from {counted[0].username}: two different people must approve."
    if wanting:
        yield from told


def _fault(approval: Approval, standing: OrderStanding) -> str:
    """Why an approval does not count; empty where it does."""
    order, who = standing.order, f"{approval.username} ({approval.role})"
    if approval.role not in APPROVING:
        return f"The approval of {who} does not count: that role approves no destruction."
    if approval.lines_sha256 != order.lines_sha256:
        return f"The approval of {who} names another list than that of {order.id}, and does not count."
    if approval.given_at < order.proposed_at:
        return (
            f"The approval of {who} was given before the report of {order.id} was filed, and does not count."
        )
    if standing.consent is not None and approval.username == standing.consent.recorded_by:
        return (
            f"{who} handed in the city attorney's consent, and cannot approve as well: a third person must."
        )
    return ""


def _of_the_check(standing: OrderStanding, today: date) -> Iterator[str]:
    """Whether a person of each role still holds that role, by the users file of today."""
    check = standing.check
    if check is None or archive_day(check.checked_at) != today:
        yield (
            "Whether those who approved still hold their roles was not looked up today: carry it out with "
            f"`paloverde dispose carry-out {standing.order.id}`, which does so."
        )
        return
    good = [one for one in standing.approvals if not _fault(one, standing)]
    for role in APPROVING:
        names = sorted({one.username for one in good if one.role == role})
        if not any(check.roles.get(name) == role for name in names):
            yield (
                f"{', '.join(names)} approved as {role}, and is none now by the users file: somebody else of "
                f"{OFFICES[role]} must approve {standing.order.id}."
            )
