"""Orders of destruction: what is proposed, who approved it, and what it still lacks.

Destruction needs a council resolution, the city attorney's written consent (Gov. Code 34090) and the approval
of two different people, after a report has lain open for some days. Nothing here destroys anything.
"""

from __future__ import annotations

from datetime import date, datetime

import msgspec

from paloverde.retention.facts import ItemId


class Line(msgspec.Struct, frozen=True):
    """One item that an order would destroy, with all its versions."""

    item: ItemId
    record_class: str  # id of the schedule's class
    resolution: str  # of the schedule that says so
    keep_until: date  # the first day from which on nothing kept it
    versions: int


class Order(msgspec.Struct, frozen=True):
    """A proposal to destroy. `lines_sha256` fixes exactly which items: their list is a paper of its own.

    `report_sha256` and `table_sha256` name the report that lies open, as a page and as a table.
    """

    id: str
    proposed_at: datetime
    proposed_by: str
    opens_on: date  # the first day on which it may be carried out: the report lies open until then
    accounts: list[str]
    items: int
    versions: int
    lines_sha256: str
    report_sha256: str = ""
    table_sha256: str = ""


class Resolution(msgspec.Struct, frozen=True):
    """The council's resolution. The file itself is a paper. `recorded_by` is who handed it in.

    A `standing` one was adopted before the order was proposed, for destructions to come.
    """

    number: str
    adopted_on: date
    sha256: str
    recorded_by: str = ""
    standing: bool = False


class Consent(msgspec.Struct, frozen=True):
    """The city attorney's written consent. The file itself is a paper. `recorded_by` is who handed it in."""

    name: str
    given_on: date
    sha256: str
    recorded_by: str = ""


class Approval(msgspec.Struct, frozen=True):
    """A person's approval of exactly the lines that `lines_sha256` names."""

    username: str
    role: str
    given_at: datetime
    lines_sha256: str
    how: str  # "command line", or "Airflow: <dag>, <run>, <task>"


class PeopleCheck(msgspec.Struct, frozen=True):
    """What the users file said when somebody set out to carry an order out: the role of each who approved.

    Whoever is not in `roles` may no longer sign in.
    """

    checked_at: datetime
    roles: dict[str, str]


class Act(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing that was done about an order: exactly one of these. Each is a paper of its own."""

    resolution: Resolution | None = None
    consent: Consent | None = None
    approval: Approval | None = None
    check: PeopleCheck | None = None
    withdrawn: str = ""  # why


class OrderStanding(msgspec.Struct, frozen=True):
    """Everything that was filed of an order so far.

    `reported` says that the list and the report which the order names are filed. `check` is the newest one.
    `sealed` is how many items' destruction is sealed while there is no certificate yet, as the runs say.
    `acts` is how many acts are filed about it: whoever files the next one names it.
    """

    order: Order
    resolution: Resolution | None = None
    consent: Consent | None = None
    approvals: tuple[Approval, ...] = ()
    withdrawn: str = ""  # why, where somebody withdrew it
    certificate: str = ""  # SHA-256 of the certificate, once it was carried out
    reported: bool = False
    check: PeopleCheck | None = None
    acts: int = 0
    sealed: int = 0
