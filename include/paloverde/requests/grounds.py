"""The grounds on which the time may be extended, and the ways in which a request may come in, as data.

The tables are `grounds.toml` (Gov. Code 7922.535(c)) and `channels.toml` beside this file. As shipped no row
is verified by counsel.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TypeVar

import msgspec

from paloverde.errors import BadQuestion
from paloverde.retention.rules import Seen

_HERE = Path(__file__).parent


class Dated(msgspec.Struct, frozen=True, kw_only=True):
    """A row that applies from one day of receipt to another, both included."""

    id: str
    text: str
    cite: str
    effective_from: date
    effective_to: date | None = None
    seen: Seen
    verified_by: str
    verified_on: str

    @property
    def is_verified(self) -> bool:
        """Whether counsel has confirmed it, by name and day."""
        return bool(self.verified_by and self.verified_on)

    def applies_on(self, day: date) -> bool:
        """Whether it applies to what was received on a Pacific day."""
        return self.effective_from <= day and (self.effective_to is None or day <= self.effective_to)


class Ground(Dated, frozen=True, kw_only=True):
    """An unusual circumstance. `facts` asks for what must be said of the very request."""

    facts: str


class Channel(Dated, frozen=True, kw_only=True):
    """A way in which a request may come in. `designated` changes no date (rulebook R-30)."""

    designated: bool


D = TypeVar("D", bound=Dated)


def _read(name: str, table: str, type_: type[D]) -> tuple[D, ...]:
    rows = tomllib.loads((_HERE / name).read_text(encoding="utf-8"))[table]
    return tuple(msgspec.convert(row, type_) for row in rows)


GROUNDS = _read("grounds.toml", "ground", Ground)
CHANNELS = _read("channels.toml", "channel", Channel)


def grounds_on(day: date) -> Mapping[str, Ground]:
    """The grounds that apply to a request received on a day, by code."""
    return {ground.id: ground for ground in GROUNDS if ground.applies_on(day)}


def channel_on(code: str, day: date) -> Channel:
    """The channel of that code as it stood on a day; `BadQuestion` lists those that there are."""
    found = next((one for one in CHANNELS if one.id == code and one.applies_on(day)), None)
    if found is None:
        known = ", ".join(dict.fromkeys(one.id for one in CHANNELS if one.applies_on(day)))
        raise BadQuestion(f"{code!r} is no way in which a request comes in. There are: {known}.")
    return found
