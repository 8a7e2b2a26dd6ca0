"""The ledger as the installation writes it: one entry for each thing done, and by whom."""

from __future__ import annotations

from collections.abc import Sequence

from paloverde.archive.commit import seal_sha256
from paloverde.archive.gaps import of_run
from paloverde.archive.ledger import Event, Ledger
from paloverde.archive.owners import OWNER_SECONDS, is_left
from paloverde.archive.seal import RunKind
from paloverde.archive.telling import untold
from paloverde.archive.vault import Vault

_SEALED = {
    RunKind.NIGHT.value: "night sealed",
    RunKind.REMOVAL_CHECK.value: "removal check sealed",
    RunKind.SWEEP.value: "sweep sealed",
    RunKind.IMPORT.value: "import sealed",
    RunKind.HIDING.value: "hiding sealed",
}
_LATE = "noticed at an opening (whoever sealed it ended before it could tell)"
_GAPS_NAMED = 20  # in one ledger entry; the seal that it names holds them all
_NOTES_NAMED = 20  # likewise
_LONGEST_NOTE = 500  # characters


class Journal:
    """Writes entries under the vault's clock."""

    def __init__(self, vault: Vault, ledger: Ledger) -> None:
        self._vault, self._ledger = vault, ledger

    def tell(self, what: str, actor: str, **about: str) -> None:
        """Note what happened. An entry that names a run names its seal, too: whoever publishes the ledger
        publishes by it what was sealed.
        """
        if "sequence" in about:
            about["seal"] = seal_sha256(self._vault.books, int(about["sequence"]))
        self._ledger.append(Event(what, actor, self._vault.clock(), about))

    def tell_what_was_left(self, patience: float = OWNER_SECONDS) -> int:
        """Tell of runs whose owner ended between sealing and telling; how many.

        One that lives tells within `patience` seconds. What destroys tells in its certificate, and when.
        """
        books = self._vault.books
        found = {n: run for n, run in untold(books).items() if run[2] in _SEALED}
        if not found or not is_left(lambda: not found.keys().isdisjoint(untold(books)), patience):
            return 0
        left = [sequence for sequence in untold(books) if sequence in found]
        for sequence in left:
            account, day, kind = found[sequence]
            self.tell(_SEALED[kind], _LATE, account=account, day=day, sequence=str(sequence))
            self.tell_gaps(account, sequence, _LATE)
        return len(left)

    def tell_gaps(self, slug: str, sequence: int, actor: str) -> None:
        """One entry for all gaps that a run opened, and one for all that it closed."""
        with self._vault.books.connect() as connection:
            opened, closed = of_run(connection, sequence)
        for what, gaps in (("gaps opened", opened), ("gaps closed", closed)):
            if gaps:
                about = {"account": slug, "sequence": str(sequence), "number": str(len(gaps))}
                self.tell(what, actor, **about, gaps=" ".join(str(gap) for gap in gaps[:_GAPS_NAMED]))


def in_one_entry(notes: Sequence[str]) -> str:
    """The first notes of a run, as an entry of the ledger has room for them; its seal holds all of them."""
    told = [note if len(note) <= _LONGEST_NOTE else f"{note[:_LONGEST_NOTE]}…" for note in notes]
    rest = len(told) - _NOTES_NAMED
    return "; ".join(told[:_NOTES_NAMED] + ([f"and {rest:,} more in the seal"] if rest > 0 else []))


def private_or_not(include_private: bool) -> str:
    """Whether whoever is told of has looked at private records: in the same words everywhere."""
    return "with private records" if include_private else "without private records"
