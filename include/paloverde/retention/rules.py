"""The law of keeping as data: citation, effective date, and whether counsel has verified it.

The table is `rules.toml` beside this file. As shipped no rule is verified by counsel.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any

import msgspec

_FILE = Path(__file__).with_name("rules.toml")


class Seen(StrEnum):
    """Where the wording of a rule comes from."""

    TEXT = "text"  # its text, or a statement of it, was read in a public source
    MEMORY = "memory"  # to be looked up before anybody relies on it
    POLICY = "policy"  # the City's own policy
    DESIGN = "design"  # this program's own choice, on the safe side of the law that it cites


_MARKS = {
    Seen.TEXT: "read in a public source; not verified by counsel",
    Seen.MEMORY: "from memory, to be looked up; not verified by counsel",
    Seen.POLICY: "the City's own policy; not verified by counsel",
    Seen.DESIGN: "this program's own choice; not verified by counsel",
}


class Rule(msgspec.Struct, frozen=True):
    """One rule. `years` are calendar years, where the rule counts some.

    `effective_from` is None where the rule is older than any record of social media.
    """

    id: str
    says: str
    cite: str
    seen: Seen
    verified_by: str
    verified_on: str
    effective_from: date | None = None
    years: int | None = None

    @property
    def is_verified(self) -> bool:
        """Whether counsel has confirmed it, by name and day."""
        return bool(self.verified_by and self.verified_on)

    @property
    def mark(self) -> str:
        """How far it may be relied on, in words."""
        if self.is_verified:
            return f"verified by {self.verified_by} on {self.verified_on}"
        return _MARKS[self.seen]


def read_rules(text: str) -> Mapping[str, Rule]:
    """The rules of a TOML text, by id; `msgspec.ValidationError` names the member that is wrong."""
    tables: dict[str, dict[str, Any]] = tomllib.loads(text)
    return {name: msgspec.convert({"id": name, **table}, Rule) for name, table in tables.items()}


def years_of(rule: Rule) -> int:
    """The calendar years that a rule counts; `ValueError` where it counts none."""
    if rule.years is None:
        raise ValueError(f"The rule {rule.id} in rules.toml counts no years.")
    return rule.years


RULES = read_rules(_FILE.read_text(encoding="utf-8"))
