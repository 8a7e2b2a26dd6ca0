"""What stands beside an entry of a register that somebody files, of a real installation (`watch.filing`)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import cached_property
from typing import Any

from paloverde.watch.now import Now
from paloverde.watch.register import Entered, Entries, Register


class Beside:
    """Nothing is read before it is asked for."""

    def __init__(
        self, now: Callable[[], Now], accounts: Collection[str], entries: Callable[[str], Entries[Any]]
    ) -> None:
        self._now, self._accounts, self._entries = now, accounts, entries

    @cached_property
    def now(self) -> Now:
        return self._now()

    def has_account(self, slug: str) -> bool:
        return slug in self._accounts

    def papers(self, register: Register[Any], id_: str) -> Sequence[Entered[Any]]:
        return self._entries(register.name).history(id_)

    def entries(self, register: Register[Any]) -> Sequence[Entered[Any]]:
        return list(self._entries(register.name).all())
