"""Both copies of a city's archive: made, compared, repaired, and the database filled from them again."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import msgspec
from sqlalchemy import Engine

from paloverde.archive.agreement import compared
from paloverde.archive.copies import (
    CopyReport,
    copy_all,
    forsaken,
    refill,
    restore_all,
    second_of,
    strays_of,
)
from paloverde.archive.fixity import FixityReport, check_fixity
from paloverde.archive.keys import key_register
from paloverde.archive.ledger import Ledger
from paloverde.archive.rebuild import Rebuilt, rebuild
from paloverde.archive.repair import RepairReport, mend_all, store_what_is_pending
from paloverde.archive.vault import Vault
from paloverde.errors import BadSetting
from paloverde.retention.hold_marks import changing_holds
from paloverde.settings import Settings

Progress = Callable[[str], None]
Refill = Callable[[Engine, Progress], None]
_MIB = 1024 * 1024


def _silently(line: str) -> None:
    del line


def unfinished(settings: Settings) -> Path:
    """The file that is there while the database is filled again, and stays where that was broken off."""
    return settings.home / "rebuild.unfinished"


class Copies:
    """What is done with the two copies, and with the database as the third place where seals stand."""

    def __init__(self, settings: Settings, vault: Vault, ledger: Ledger, also: Refill) -> None:
        """`also` fills, after the tables of the archive, those of the packages that build on it."""
        self._settings, self._vault, self._ledger, self._also = settings, vault, ledger, also

    def copy(self, progress: Progress = _silently) -> CopyReport:
        """Copy what does not lie in the second copy yet. `BadSetting` where there is none."""
        return copy_all(self._vault, progress, partial(changing_holds, self._vault))

    def restore(self, progress: Progress = _silently) -> CopyReport:
        """Put everything of the second copy back into a first store that was lost; then `rebuild`."""
        return restore_all(self._vault, progress)

    def check(self, budget_mb: int | None = None, progress: Progress = _silently) -> FixityReport:
        """Compare the database with the objects, then the objects of both copies with their seals."""
        vault = self._vault
        with compared(vault.books, self._fill) as (agreement, anew):
            listed = None
            if agreement.differences and anew is not vault.books:
                listed = anew  # what the database lists is not to be trusted
                if vault.second is not None:
                    refill(vault.second, anew, vault.clock(), vault.books)
            report = self._check(budget_mb, listed, progress)
        said = [*agreement.differences, *([agreement.unknown] if agreement.unknown else [])]
        notes = [note for note in (agreement.note, forsaken(vault)) if note]
        if not said and (told := self.stranger()):  # else the register is not to be trusted either
            notes.append(told)
        return msgspec.structs.replace(report, database=said, notes=notes)

    def compare(self, budget_mb: int | None = None, progress: Progress = _silently) -> FixityReport:
        """Compare both copies by hash, longest unchecked first; the database is believed."""
        second = second_of(self._vault)
        report = self._check(budget_mb, None, progress)
        return msgspec.structs.replace(report, strays=strays_of(second, self._vault.books))

    def stranger(self) -> str:
        """That the key in use is not in the register, so that nothing is written; "" where it is."""
        with self._vault.books.connect() as connection:
            register = key_register(connection)
        try:
            register.refuse_stranger(self._vault.signer.public_key)
        except BadSetting as error:
            return str(error)
        return ""

    def repair(self, progress: Progress = _silently, wait: float = 120.0) -> RepairReport:
        """Put the database right, then every object that a check found damaged.

        `TryAgain` where another process still destroys, or sets or lifts holds, after `wait` seconds.
        """
        vault = self._vault
        store_what_is_pending(vault)
        with compared(vault.books, self._fill) as (agreement, _):
            rows, unknown = agreement.rows, agreement.unknown
        if rows:
            self._rebuild(progress, vault.books)
        if told := self.stranger():  # each repair is an entry of the ledger
            raise BadSetting(f"The database is right again, and no object was repaired. {told}")
        report = mend_all(vault, self._ledger, progress, partial(changing_holds, vault, wait))
        return msgspec.structs.replace(report, rows=rows, unknown=unknown)

    def rebuild(self, progress: Progress = _silently) -> Rebuilt:
        """Fill the database again from the objects of both copies, what is known of the second copy too."""
        return self._rebuild(progress, None)

    def _rebuild(self, progress: Progress, witness: Engine | None) -> Rebuilt:
        """`witness` is a database that is believed in what it says of the second copy."""
        vault = self._vault
        mark = unfinished(self._settings)
        mark.touch(mode=0o600)
        try:
            rebuilt = rebuild(vault.store, vault.books, progress, second=vault.second)
        except BaseException:  # it is one transaction: the database is as it was
            mark.unlink()
            raise
        if vault.second is not None:
            count = refill(vault.second, vault.books, vault.clock(), witness)
            progress(f"the second copy has {count:,} of the objects")
        self._also(vault.books, progress)
        mark.unlink()
        return rebuilt

    def _fill(self, books: Engine) -> Rebuilt:
        vault = self._vault
        rebuilt = rebuild(vault.store, books, _silently, second=vault.second, witness=vault.books)
        self._also(books, _silently)
        return rebuilt

    def _check(self, budget_mb: int | None, listed: Engine | None, progress: Progress) -> FixityReport:
        vault, settings = self._vault, self._settings
        budget = (settings.fixity_budget_mb if budget_mb is None else budget_mb) * _MIB
        return check_fixity(
            vault.store, vault.books, vault.clock(), budget, second=vault.second,
            days=settings.fixity_days, listed=listed, progress=progress,
        )  # fmt: skip
