"""A city that can hold: Plaza's account, a cabinet for papers, counsel and a clerk, and stores that fail."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Engine, event, select

from paloverde.archive.ledger import Ledger
from paloverde.archive.papers import Cabinet
from paloverde.archive.reader import Archive
from paloverde.archive.rebuild import rebuild
from paloverde.archive.registry import register
from paloverde.archive.store.interface import Store, Stored
from paloverde.archive.vault import Vault
from paloverde.archive.whereabouts import whereabouts
from paloverde.capture.night import NightReport
from paloverde.errors import PaloverdeError
from paloverde.installation.holds import Holds, refill_holds
from paloverde.records import Account
from paloverde.retention.hold_scope import Scope
from paloverde.retention.holds import By, Trigger
from paloverde.settings import load
from paloverde.state.books import open_books
from paloverde.state.tables import HELD_ITEMS, HELD_OBJECTS, PARTS
from plaza import ACCOUNT, PlazaSite
from plazacity import City

COUNSEL = By("Ana Ruiz", "counsel", "this test")
CLERK = By("Cleo Park", "clerk", "this test")
FIRST, SECOND, THIRD = date(2026, 11, 18), date(2026, 11, 19), date(2026, 11, 20)
SLUG = ACCOUNT.slug


class Killed(BaseException):
    """The process dies here."""


class FailingStore:
    """The real store and database; their write number `fatal` never happens, nor any after it."""

    def __init__(self, store: Store, books: Engine, fatal: int = 10**9) -> None:
        self.real, self.fatal, self.count, self.books = store, fatal, 0, books
        event.listen(books, "before_cursor_execute", self._watch)

    def heal(self) -> None:
        event.remove(self.books, "before_cursor_execute", self._watch)

    def _watch(self, connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        # The turn is given back by this process, which goes on living; that of a dead one is nobody's.
        if statement.startswith(("INSERT", "UPDATE", "DELETE")) and "turns" not in statement:
            self._count()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)

    def put(self, *args: Any, **more: Any) -> Any:
        self._count()
        return self.real.put(*args, **more)

    def set_legal_hold(self, *args: Any, **more: Any) -> None:
        self._count()
        self.real.set_legal_hold(*args, **more)

    def _count(self) -> None:
        self.count += 1
        if self.count >= self.fatal:
            raise Killed


class HoldingCity(City):
    """Plaza's city with its holds."""

    def __init__(
        self, home: Path, site: PlazaSite, second: Store | None = None, books_url: str | None = None
    ) -> None:
        super().__init__(home, site)
        if books_url is not None:
            self.vault = msgspec.structs.replace(self.vault, books=open_books(books_url))
            self.archive = Archive(self.vault.store, self.vault.books)
        self.home, self.failures = home, list[FailingStore]()
        self.vault = msgspec.structs.replace(self.vault, second=second)
        # Plaza is no site that the registry knows, and its account must have a name there.
        register(self.vault.books, Account(SLUG, "other", "100", ACCOUNT.handle), self.clock())
        self.use(self.vault)

    def night(self, day: date, *, since: datetime | None = None) -> tuple[NightReport, PaloverdeError | None]:
        """A night in full: one that broke off would have the test fail later, at what it did not bring."""
        report, trouble = super().night(day, since=since)
        if trouble is not None:
            raise trouble
        return report, trouble

    def use(self, vault: Vault) -> None:
        settings = load({"PALOVERDE_HOME": str(self.home), "PALOVERDE_AGENCY_NAME": "City of Palma Ria"})
        self.archive = Archive(vault.store, vault.books)
        self.ledger = Ledger(vault.store, vault.books, vault.signer, 2)
        self.cabinet = Cabinet(vault, self.ledger)
        self.holds = Holds(settings, vault, self.archive, self.ledger, self.cabinet)

    def failing(self, fatal: int) -> FailingStore:
        """From now on everything ends at that write."""
        store = FailingStore(self.vault.store, self.vault.books, fatal)
        self.failures.append(store)
        given: Any = store
        self.use(msgspec.structs.replace(self.vault, store=given))
        return store

    def healed(self) -> None:
        while self.failures:
            self.failures.pop().heal()
        self.use(self.vault)

    def issue(self, id_: str = "LIT-1", **scope: Any) -> Any:
        wanted = Scope(**scope) if scope else Scope(words="dog")
        return self.holds.issue(id_, "Ruiz v. City", wanted, Trigger.CLAIM, COUNSEL)

    def release(self, id_: str = "LIT-1") -> int:
        memo = self.home / "memo.txt"
        memo.write_text(f"The matter of {id_} is settled.")
        return self.holds.release(id_, memo, COUNSEL)

    def rebuilt(self) -> None:
        """The database filled again from the objects alone."""
        rebuild(self.vault.store, self.vault.books, lambda _: None)
        self.healed()
        refill_holds(
            self.vault,
            self.holds._ledger,
            self.vault.books,
            lambda line: (_ for _ in ()).throw(AssertionError(line)),
        )

    def held(self, hold: str | None = None) -> set[tuple[str, str]]:
        """Kind and id of each item of a hold, or of any."""
        query = select(HELD_ITEMS.c.kind, HELD_ITEMS.c.native_id)
        query = query if hold is None else query.where(HELD_ITEMS.c.hold == hold)
        with self.vault.books.connect() as connection:
            return {(row.kind, row.native_id) for row in connection.execute(query)}

    def tables(self) -> tuple[set[Any], set[Any]]:
        """Both tables of what is held, without when objects were seen."""
        with self.vault.books.connect() as connection:
            items = {tuple(row) for row in connection.execute(select(HELD_ITEMS))}
            objects = {tuple(row)[:3] for row in connection.execute(select(HELD_OBJECTS))}
        return items, objects

    def bearing(self, store: Store | None = None) -> set[str]:
        """The keys of all sealed objects that bear a legal hold, as the store itself says."""
        with self.vault.books.connect() as connection:
            rows = connection.execute(select(PARTS.c.key, PARTS.c.version_id, PARTS.c.sha256, PARTS.c.size))
            sealed = {Stored(*row) for row in rows}
        looked = store or self.vault.store
        return {stored.key for stored in sealed if looked.standing(stored).legal_hold}

    def objects_of(self, *items: tuple[str, str]) -> set[str]:
        """The keys of all objects that hold something of these items."""
        return {one.part.key for one in whereabouts(self.archive, SLUG, set(items))}
