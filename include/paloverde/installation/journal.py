"""The ledger as the installation writes it: one entry for each thing done, and by whom."""

from __future__ import annotations

from paloverde.archive.gaps import of_run
from paloverde.archive.ledger import Event, Ledger
from paloverde.archive.vault import Vault

_GAPS_NAMED = 20  # in one ledger entry; the seal that it names holds them all


class Journal:
    """Writes entries under the vault's clock."""

    def __init__(self, vault: Vault, ledger: Ledger) -> None:
        self._vault, self._ledger = vault, ledger

    def tell(self, what: str, actor: str, **about: str) -> None:
        self._ledger.append(Event(what, actor, self._vault.clock(), about))

    def tell_gaps(self, slug: str, sequence: int, actor: str) -> None:
        """One entry for all gaps that a run opened, and one for all that it closed."""
        with self._vault.books.connect() as connection:
            opened, closed = of_run(connection, sequence)
        for what, gaps in (("gaps opened", opened), ("gaps closed", closed)):
            if gaps:
                about = {"account": slug, "sequence": str(sequence), "number": str(len(gaps))}
                self.tell(what, actor, **about, gaps=" ".join(str(gap) for gap in gaps[:_GAPS_NAMED]))
