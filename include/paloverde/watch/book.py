"""Every register as it stood when a round began: what checks look things up in. No I/O once it is made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, TypeVar, cast

import msgspec

from paloverde.watch.register import Entered, Register

E = TypeVar("E", bound=msgspec.Struct)


class Book:
    """The entries of all registers that count (none withdrawn), and the City's own web addresses."""

    def __init__(
        self, entries: Mapping[str, Iterable[Entered[Any]]], day: date, city_domains: tuple[str, ...] = ()
    ) -> None:
        self._entries = {name: {one.id: one for one in of} for name, of in entries.items()}
        self.day, self.city_domains = day, city_domains

    def of(self, register: Register[E]) -> Mapping[str, Entered[E]]:
        """The entries of a register, by id."""
        return cast(Mapping[str, Entered[E]], self._entries.get(register.name, {}))
