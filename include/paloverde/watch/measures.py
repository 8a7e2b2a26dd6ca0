"""The measures of moderation as data: how many removals are "repeatedly", how long a report may wait.

The table is `measures.toml` beside this file. The policy gives the words, the City the numbers: as shipped
counsel has verified none of them.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any

import msgspec

_FILE = Path(__file__).with_name("measures.toml")


class Origin(StrEnum):
    """Where a number comes from."""

    POLICY = "policy"
    RULEBOOK = "rulebook"
    DESIGN = "design"


class Measure(msgspec.Struct, frozen=True):
    """One number, in its unit, and the clause that it makes a number of."""

    id: str
    says: str
    value: int
    unit: str
    cite: str
    effective_from: date
    seen: Origin
    verified_by: str
    verified_on: str

    @property
    def mark(self) -> str:
        """How far it may be relied on, in words."""
        if self.verified_by and self.verified_on:
            return f"verified by {self.verified_by} on {self.verified_on}"
        return "this program's own number; not verified by counsel"


def read_measures(text: str) -> Mapping[str, Measure]:
    """The measures of a TOML text, by id; `msgspec.ValidationError` names the member that is wrong."""
    tables: dict[str, dict[str, Any]] = tomllib.loads(text)
    return {name: msgspec.convert({"id": name, **table}, Measure) for name, table in tables.items()}


MEASURES = read_measures(_FILE.read_text(encoding="utf-8"))


def measure(id_: str) -> int:
    """The number of that name."""
    return MEASURES[id_].value
