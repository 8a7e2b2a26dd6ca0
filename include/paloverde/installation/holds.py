"""Holds as the City works with them: issued, widened, released, reconciled; custodians told and reminded."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path

import msgspec
from sqlalchemy import Engine

from paloverde.archive.ledger import Event, Ledger
from paloverde.archive.papers import Cabinet
from paloverde.archive.reader import Archive
from paloverde.archive.settling import complete_pending
from paloverde.archive.vault import Vault
from paloverde.errors import PaloverdeError, TryAgain
from paloverde.records import Kind, archive_day
from paloverde.retention.custodians import Custodian, Notices, Reminder, reminders
from paloverde.retention.facts import HeldBy, HoldKind
from paloverde.retention.held import (
    Gathered,
    counts_of,
    find_objects_again,
    forget,
    gather,
    holds_on,
    last_look,
    proven_items,
    refill,
)
from paloverde.retention.hold_letter import Letter, letter
from paloverde.retention.hold_marks import Marked, changing_holds, lift, mark
from paloverde.retention.hold_orders import HoldPapers
from paloverde.retention.hold_scope import Scope
from paloverde.retention.hold_strays import Strays, last_strays, search_strays
from paloverde.retention.holds import By, Hold, Issued, Trigger
from paloverde.retention.privileged import Privileged
from paloverde.search.holding import items_in, unanswered, understood
from paloverde.settings import Settings

NIGHTLY = "hold reconciliation"  # as the ledger names the actor
WAIT = 120.0  # seconds that another process which changes holds is waited for
Keep = Callable[[], None]


class Kept(msgspec.Struct, frozen=True):
    """A hold after something was ordered about it, what it gathered, and what bears its legal hold."""

    hold: Hold
    gathered: Gathered
    marked: Marked


class Reconciled(msgspec.Struct, frozen=True):
    """What a reconciliation did, and every trouble that it met."""

    gathered: list[Gathered]
    marked: Marked
    lifted: int
    troubles: list[PaloverdeError]

    def sentence(self) -> str:
        told = [self.marked.sentence()]
        if self.lifted:
            told.append(f"{self.lifted:,} objects that no hold keeps any more were freed.")
        return " ".join([*told, *(str(trouble) for trouble in self.troubles)])

    def settle(self) -> None:
        """Raise what stands in the way of 100 %: the first trouble, what can be tried again last."""
        found = [*self.troubles, *filter(None, [self.marked.trouble()])]
        if found:
            raise min(found, key=lambda trouble: isinstance(trouble, TryAgain))


class Holds:
    """A city's holds."""

    def __init__(
        self, settings: Settings, vault: Vault, archive: Archive, ledger: Ledger, cabinet: Cabinet
    ) -> None:
        self._settings, self._vault, self._archive = settings, vault, archive
        self._ledger, self._cabinet = ledger, cabinet
        privileged = Privileged(cabinet, settings.privileged_key_file)
        self.key_made = privileged.key_made  # what to tell once, after the first memo
        self._papers = HoldPapers(cabinet, privileged, vault.clock)
        self.notices = Notices(cabinet, vault.clock)
        self._find = partial(items_in, archive)

    def all(self) -> list[Hold]:
        """Every hold that was ever issued, by id."""
        return self._papers.all()

    def get(self, id_: str) -> Hold:
        """The hold of that id; `BadQuestion` lists those that there are."""
        return self._papers.get(id_)

    def is_active(self, hold: Hold) -> bool:
        """Whether it keeps anything today."""
        return hold.is_active(self._today())

    def counts(self, hold: Hold) -> tuple[int, int]:
        """How many items and objects it keeps."""
        return counts_of(self._vault.books, hold.id)

    def on(self, account: str) -> dict[tuple[Kind, str], tuple[HeldBy, ...]]:
        """The holds on each item of an account; see `paloverde.retention.held.holds_on`."""
        return holds_on(self._vault.books, self._cabinet, account)

    def issue(
        self,
        id_: str,
        matter: str,
        scope: Scope,
        trigger: Trigger,
        by: By,
        kind: HoldKind = HoldKind.LITIGATION,
        wait: float = WAIT,
    ) -> Kept:
        """Issue a hold, freeze what matches, and set its legal holds. The same again completes it.

        It is in force as soon as its paper is filed: `TryAgain` says so where the rest has to wait.
        """
        complete_pending(self._vault)
        scope = understood(self._archive, scope)
        issued = Issued(id_, kind, matter, trigger, scope, by, self._vault.clock())
        return self._complete(self._papers.issue(issued), scope, by.actor, wait)

    def amend(self, id_: str, scope: Scope, reason: str, by: By, wait: float = WAIT) -> Kept:
        """Widen a hold, freeze what matches now beside the rest, and set the legal holds; as `issue` does."""
        complete_pending(self._vault)
        scope = understood(self._archive, scope)
        return self._complete(self._papers.widen(id_, scope, reason, by), scope, by.actor, wait)

    def release(self, id_: str, memo: Path, by: By, wait: float = WAIT) -> int:
        """Release a hold by counsel's memo, then lift what no other hold keeps; how many objects that was."""
        complete_pending(self._vault)
        self._papers.release(id_, memo, by)
        try:
            with changing_holds(self._vault, wait) as turn:
                return self._lift(by.actor, turn.keep)
        except TryAgain as error:
            raise TryAgain(
                f"{id_} is released, and its legal holds are not all lifted yet. {error}"
            ) from error

    def memo(self, id_: str, by: By) -> bytes:
        """The memo that released a hold, for counsel; the ledger notes the look before it is shown."""
        body = self._papers.memo(id_, by)
        self._ledger.append(Event("release memo read", by.actor, self._vault.clock(), {"hold": id_}))
        return body

    def close(self, id_: str, on: date | None, by: By) -> Hold:
        """The records request of a hold was closed on a day, or today: it ends after the settings' tail."""
        return self._papers.close(id_, on, self._settings.request_tail_days, by)

    def reconcile(
        self, actor: str = NIGHTLY, say: Callable[[str], None] | None = None, wait: float = WAIT
    ) -> Reconciled:
        """Let join what new runs brought, see that each object bears its legal hold, free what no hold keeps.

        A hold that cannot look does not stop the others; `settle` of the result raises what was met. Another
        process that changes holds is waited for up to `wait` seconds; `TryAgain` then.
        """
        complete_pending(self._vault)
        with changing_holds(self._vault, wait) as turn:
            gathered, troubles = [], list[PaloverdeError]()
            for hold in filter(self.is_active, self.all()):
                try:
                    gathered.append(self._gather(hold, actor))
                    turn.keep()
                except PaloverdeError as error:
                    troubles.append(error)
            marked = mark(self._vault, self._ended(), turn.keep)
            lifted = 0
            try:
                lifted = self._lift(actor, turn.keep)
            except PaloverdeError as error:
                troubles.append(error)
        done = Reconciled(gathered, marked, lifted, troubles)
        for line in (*(one.sentence() for one in gathered), done.sentence()):
            (say or _silent)(line)
        about = {"objects": str(marked.objects), "bearing": str(marked.bearing), "lifted": str(lifted)}
        about |= {"copies": str(marked.copies), "copies_bearing": str(marked.copies_bearing)}
        self._ledger.append(Event("legal holds reconciled", actor, self._vault.clock(), about))
        return done

    def search_strays(self, actor: str, wait: float = WAIT) -> Strays:
        """Look through both stores for legal holds that no hold wants. None is lifted."""
        with changing_holds(self._vault, wait) as turn:
            return search_strays(self._vault, self._cabinet, actor, turn.keep)

    def last_strays(self) -> Strays | None:
        """What the last search for stray legal holds found; None where there was none."""
        return last_strays(self._cabinet)

    def letter(self, hold: Hold, custodian: Custodian, ask: str) -> Letter:
        """The notice to a custodian, or the reminder where one was sent before."""
        return letter(hold, custodian, self._settings.agency_name, ask, self._today())

    def reminders(self) -> list[Reminder]:
        """Which custodians are to be written to today."""
        return reminders(self._cabinet, self._vault.clock, self._settings.reminder_days)

    def absent(self, scope: Scope) -> list[str]:
        """The items that a scope names and nothing in the archive answers to, yet."""
        return unanswered(self._archive, scope.items)

    def _complete(self, hold: Hold, scope: Scope, actor: str, wait: float) -> Kept:
        try:
            with changing_holds(self._vault, wait) as turn:
                return self._kept(hold, scope, actor, turn.keep)
        except TryAgain as error:
            raise TryAgain(
                f"{hold.id} is in force, and what it keeps is not all gathered and marked yet: run the same "
                f"again, or the next night completes it. {error}"
            ) from error

    def _kept(self, hold: Hold, scope: Scope, actor: str, keep: Keep) -> Kept:
        about = {"hold": hold.id, "question": scope.sentence(), "scope": "with private records"}
        self._ledger.append(Event("search made", actor, self._vault.clock(), about))
        gathered = self._gather(hold, actor)
        marked = mark(self._vault, self._ended(), keep, only=hold.id)
        trouble = marked.trouble()
        if trouble is not None:
            raise trouble
        return Kept(self.get(hold.id), gathered, marked)

    def _gather(self, hold: Hold, actor: str) -> Gathered:
        items, objects = self.counts(hold)
        if items and not objects:  # they could not be found again when the database was rebuilt
            find_objects_again(self._archive, self._cabinet, hold)
        return gather(self._archive, self._cabinet, hold, self._find, self._vault.clock(), actor)

    def _lift(self, actor: str, keep: Keep) -> int:
        over = [hold for hold in self.all() if not hold.lifted and not self.is_active(hold)]
        freed = self._free(over, actor, keep) if over else 0
        # Items go last: until the paper says that the hold is over, a table that lacks them would be a loss.
        forget(self._vault.books, [hold.id for hold in self.all() if hold.lifted])
        return freed

    def _free(self, over: list[Hold], actor: str, keep: Keep) -> int:
        """Lift what only holds that are over keep, then say so in their papers.

        Papers alone say that a hold is over: they are proven before the first legal hold is off.
        """
        self._prove()
        freed = lift(self._vault, self._ended(), keep)
        for hold in over:
            self._papers.lifted(hold, actor)
        return freed

    def _prove(self) -> None:
        """No paper is missing, and the holds in force keep all that they say: their objects stay held."""
        self._cabinet.prove()
        for hold in filter(self.is_active, self.all()):
            proven_items(self._vault.books, last_look(self._cabinet, hold.id))
            find_objects_again(self._archive, self._cabinet, hold)

    def _ended(self) -> list[str]:
        return [hold.id for hold in self.all() if not self.is_active(hold)]

    def _today(self) -> date:
        return archive_day(self._vault.clock())


def _silent(line: str) -> None:
    del line


def refill_holds(vault: Vault, ledger: Ledger, books: Engine, say: Callable[[str], None]) -> None:
    """Fill the tables of what is held again in a database that was rebuilt: the vault's own or another."""
    there = msgspec.structs.replace(vault, books=books)
    refill(Archive(there.store, books), Cabinet(there, ledger), say)
