"""What the checks of accounts compare with: `rules.toml`, read once."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

import msgspec

_FILE = Path(__file__).with_name("rules.toml")


class Sourced(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where a rule comes from, since when (None: as old as the policy), who confirmed it ("": nobody)."""

    cite: str
    source: str
    verified_by: str
    effective: date | None = None


class Disclaimer(Sourced, frozen=True):
    text: str
    altered_from: float
    seen_days: int


class Room(Sourced, frozen=True):
    """Characters that a page's own words hold, at sites where they are few."""

    x: int
    instagram: int
    nextdoor: int

    def of(self, platform: str) -> int | None:
        """None at a site with room enough."""
        few: dict[str, int] = {"x": self.x, "instagram": self.instagram, "nextdoor": self.nextdoor}
        return few.get(platform)


class Sponsor(Sourced, frozen=True):
    words: tuple[str, ...]


class Government(Sourced, frozen=True):
    facebook: tuple[str, ...]
    linkedin: tuple[str, ...]
    x: tuple[str, ...]


class Titles(Sourced, frozen=True):
    in_name: tuple[str, ...]
    in_words: tuple[str, ...]
    spared: tuple[str, ...]


class FinalCapture(Sourced, frozen=True):
    reminded_days: int


class Rules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    disclaimer: Disclaimer
    room: Room
    sponsor: Sponsor
    government: Government
    titles: Titles
    final_capture: FinalCapture


@cache
def rules() -> Rules:
    return msgspec.toml.decode(_FILE.read_bytes(), type=Rules)
