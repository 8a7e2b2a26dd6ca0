"""Every register as it stood when a round began: what checks look things up in. No I/O once it is made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar, cast

import msgspec

from paloverde.watch.register import Entered, Register

E = TypeVar("E", bound=msgspec.Struct)


class Book:
    """The entries of registers that count (none withdrawn), and the City's own web addresses.

    `papers` has, for each register that keeps versions, every paper of its entries, withdrawals too.
    """

    def __init__(
        self,
        entries: Mapping[str, Iterable[Entered[Any]]],
        day: date,
        city_domains: tuple[str, ...] = (),
        papers: Mapping[str, Iterable[Entered[Any]]] | None = None,
    ) -> None:
        self._entries = {name: {one.id: one for one in of} for name, of in entries.items()}
        self._papers = {name: sorted(of, key=lambda one: one.at) for name, of in (papers or {}).items()}
        self.day, self.city_domains = day, city_domains

    def of(self, register: Register[E]) -> Mapping[str, Entered[E]]:
        """The entries of a register, by id. `KeyError` where it was not read: none would look like none."""
        return cast(Mapping[str, Entered[E]], self._entries[register.name])

    def papers(self, register: Register[E]) -> Sequence[Entered[E]]:
        """Every paper of a register that keeps versions, oldest first: what its entries said when.

        Where none were given, its entries as they stand.
        """
        return cast(Sequence[Entered[E]], self._papers.get(register.name) or [*self.of(register).values()])
