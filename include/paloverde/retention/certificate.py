"""The certificate of a destruction: what went, by what right, and what was found gone where.

It is a paper that is kept for ever. It names ids, hashes and dates, and nothing of what was destroyed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

import msgspec

from paloverde.records import PACIFIC
from paloverde.retention.orders import Approval, Consent, Line, Resolution

SERIES = "certificates"


class Group(msgspec.Struct, frozen=True):
    """What went of an account under one class. The days are those of posting (Pacific), where known.

    `free_since` is the first day from which on nothing kept any of it, `free_until` the one for all of it.
    """

    account: str
    kind: str
    record_class: str
    resolution: str
    items: int
    versions: int
    first_day: date | None
    last_day: date | None
    free_since: date | None
    free_until: date | None


class Gone(msgspec.Struct, frozen=True):
    """When a version was found gone from a store."""

    store: str
    version_id: str
    at: datetime


class Destroyed(msgspec.Struct, frozen=True):
    """An object that is destroyed. `replaced_by` is the key of what stays of it, "" where nothing does."""

    role: str
    key: str
    sha256: str
    size: int
    replaced_by: str
    gone: list[Gone]


class Carried(msgspec.Struct, frozen=True):
    """The sealed run that carried an order out for one account."""

    account: str
    sequence: int
    digest: str
    tombstones: str  # the key of what is still known of each version that went


class Certificate(msgspec.Struct, frozen=True):
    """Everything that anybody can ever ask about one destruction. `kept` says why lines were left out.

    `bundles` is how many released bundles were on file then: each may hold copies, and stays.
    """

    order: str
    lines_sha256: str
    proposed_by: str
    carried_out_by: str
    carried_out_at: datetime
    resolution: Resolution | None
    consent: Consent | None
    approvals: list[Approval]
    items: int
    versions: int
    groups: list[Group]
    kept: list[str]
    runs: list[Carried]
    objects: list[Destroyed]
    stores: list[str]
    bundles: int


def groups_of(tombstones: Iterable[Mapping[str, Any]], lines: Iterable[Line]) -> list[Group]:
    """What went, counted by account, kind and class, from its tombstones."""
    resolutions = {
        (one.item.account, one.item.kind.value, one.item.native_id): one.resolution for one in lines
    }
    rows: dict[tuple[str, str, str, str], list[Mapping[str, Any]]] = defaultdict(list)
    for row in tombstones:
        item = (row["account"], row["kind"], row["native_id"])
        rows[row["account"], row["kind"], row["record_class"], resolutions.get(item, "")].append(row)
    return [_group(*name, rows[name]) for name in sorted(rows)]


def _group(
    account: str, kind: str, record_class: str, resolution: str, rows: list[Mapping[str, Any]]
) -> Group:
    free = [row["keep_until"] for row in rows if row["keep_until"] is not None]
    days = [row["posted_at"].astimezone(PACIFIC).date() for row in rows if row["posted_at"] is not None]
    return Group(
        account,
        kind,
        record_class,
        resolution,
        items=len({row["native_id"] for row in rows}),
        versions=len(rows),
        first_day=min(days, default=None),
        last_day=max(days, default=None),
        free_since=min(free, default=None),
        free_until=max(free, default=None),
    )
