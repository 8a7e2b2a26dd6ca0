"""What the checks of people compare with: `rules.toml`, read once."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import msgspec

from paloverde.watch.accounts.rules import Sourced

_FILE = Path(__file__).with_name("rules.toml")


class Days(Sourced, frozen=True):
    days: int


class Speaking(Sourced, frozen=True):
    phrases: tuple[str, ...]
    city: tuple[str, ...]
    unless: tuple[str, ...]


class Campaigning(Sourced, frozen=True):
    own: tuple[str, ...]
    beside_a_name: tuple[str, ...]


class Division(Sourced, frozen=True):
    division: str  # as a sentence names it
    words: str  # that a department of it has in its name


class Rules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    access_review: Days
    spokesperson: Speaking
    endorsement: Campaigning
    staff_on_campaign: Days
    designated_user: Division


@cache
def rules() -> Rules:
    return msgspec.toml.decode(_FILE.read_bytes(), type=Rules)
