"""A report over a span of days: what the checks cannot say of one item (rates, skews, inventories). Pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import NamedTuple

import msgspec

from paloverde.watch.book import Book
from paloverde.watch.now import Now


class Table(msgspec.Struct, frozen=True):
    """What a report says. `notes` explain its figures to somebody who is no statistician, and its limits."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()


class Report(NamedTuple):
    """One report. `make` is asked for archive days, the first and the last of them included."""

    name: str  # as in an address: `link-back-rate`
    title: str
    clauses: tuple[str, ...]
    says: str
    read_by: tuple[str, ...]  # roles
    make: Callable[[Now, Book, date, date], Table]
