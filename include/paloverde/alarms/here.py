"""What a look is given, and what it is: how to ask, and how to judge what was answered."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Generic, NamedTuple, TypeVar

import msgspec

from paloverde.alarms.line import Line
from paloverde.installation import Installation
from paloverde.settings import Settings

Facts = TypeVar("Facts")


class Place(NamedTuple):
    """The installation as a look finds it. `opened` is None where the archive could not be opened."""

    settings: Settings
    now: datetime
    opened: Installation | None = None

    @property
    def city(self) -> Installation:
        if self.opened is None:
            raise LookupError("this look needs the archive, and it is not open")
        return self.opened

    @property
    def is_open(self) -> bool:
        """Whether the archive could be opened."""
        return self.opened is not None


class Look(msgspec.Struct, Generic[Facts], frozen=True):
    """One part of the installation: `ask` finds the facts, and may wait; `judge` is pure.

    `seconds` is how long an answer is waited for. Without `needs_city`, it is asked where nothing opens, too.
    """

    key: str
    subject: str
    ask: Callable[[Place], Facts]
    judge: Callable[[Facts], Iterable[Line]]
    seconds: float = 10.0
    needs_city: bool = True


AnyLook = Look[Any]
