"""Holds as the City works with them: issued, widened, released, reconciled; custodians told and reminded."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path

import msgspec
from sqlalchemy import Engine

from paloverde.archive.doctor import last_examination
from paloverde.archive.ledger import Event, Ledger
from paloverde.archive.papers import Cabinet
from paloverde.archive.reader import Archive
from paloverde.archive.settling import complete_pending
from paloverde.archive.store.interface import Grade
from paloverde.archive.vault import Vault
from paloverde.errors import PaloverdeError, PersonNeeded, TryAgain
from paloverde.installation.hold_foresight import Foreseen, foreseen, only_kept_by
from paloverde.records import Kind, archive_day
from paloverde.retention.custodians import Custodian, Notices, Reminder
from paloverde.retention.facts import HeldBy, HoldKind
from paloverde.retention.held import (
    Gathered,
    counts_of,
    find_objects_again,
    forget,
    gather,
    holds_on,
    last_look,
    last_run,
    proven_items,
    refill,
)
from paloverde.retention.hold_letter import Guard, Letter, letter, letter_of_release
from paloverde.retention.hold_marks import Marked, changing_holds, lift, mark, seen
from paloverde.retention.hold_orders import HoldPapers
from paloverde.retention.hold_scope import Scope, names_of
from paloverde.retention.hold_strays import Strays, last_strays, search_strays
from paloverde.retention.holds import By, Hold, Issued, Trigger
from paloverde.retention.overtaking import not_undone, undo_overtaken
from paloverde.retention.privileged import Privileged
from paloverde.search.holding import items_in, known_accounts, strangers, unanswered, understood
from paloverde.settings import Settings
from paloverde.steps import Step
from paloverde.wording import some

NIGHTLY = "hold reconciliation"  # as the ledger names the actor
WAIT = 120.0  # seconds that another process which changes holds is waited for
Keep = Callable[[], None]
_FIND = partial(partial, items_in)  # what a scope finds in an archive


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
            told.append(f"{some(self.lifted, 'object')} that no hold keeps any more were freed.")
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
        self.notices = Notices(cabinet, vault.clock, settings.reminder_days)
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

    def lack(self, hold: Hold) -> str:
        """What a hold in force lacks to be complete, as a sentence; "" where it lacks nothing."""
        if not self.is_active(hold):
            return ""
        if last_look(self._cabinet, hold.id).scopes < len(hold.scopes):
            return f"NOT COMPLETE: what it keeps is not all gathered yet. What to do: {Step.HOLDS}."
        if told := self._not_undone(hold):
            return told
        bearing, objects = seen(self._vault, hold.id)
        if bearing == objects:
            return ""
        return (
            f"NOT COMPLETE: only {bearing:,} of {some(objects, 'object was', 'objects were')} seen to bear "
            f"the legal hold wherever they lie. What to do: {Step.HOLDS}."
        )

    def on(self, account: str) -> dict[tuple[Kind, str], tuple[HeldBy, ...]]:
        """The holds on each item of an account; see `paloverde.retention.held.holds_on`."""
        for hold in filter(self.is_active, self.all()):
            if told := self._not_undone(hold):
                raise PersonNeeded(f"{hold.id}: {told} Until then nothing is decided about any record.")
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

        It is in force as soon as its paper is filed: what is raised after that says so first.
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

    def checked(self, id_: str, matter: str, scope: Scope, trigger: Trigger, by: By, kind: HoldKind) -> Scope:
        """The scope as it is understood, where such a hold could be issued; raises what `issue` would."""
        scope = understood(self._archive, scope)
        self._papers.check_issue(Issued(id_, kind, matter, trigger, scope, by, self._vault.clock()))
        return scope

    def checked_widening(self, id_: str, scope: Scope, by: By) -> Scope:
        """The same of a hold that is to be widened."""
        scope = understood(self._archive, scope)
        self._papers.check_widening(id_, scope, by)
        return scope

    def foreseen(self, scope: Scope, actor: str) -> Foreseen:
        """How much a scope would keep now. The ledger notes the search, which asks private records, too."""
        about = {"question": scope.sentence(), "scope": "with private records"}
        self._ledger.append(Event("search made", actor, self._vault.clock(), about))
        return foreseen(self._archive, scope, last_run(self._vault.books))

    def releasable(self, id_: str, by: By) -> tuple[Hold, int]:
        """A hold that somebody may release, and how many objects no other hold keeps then."""
        hold = self._papers.check_release(id_, by)
        others = [one.id for one in self.all() if one.id != id_ and self.is_active(one)]
        return hold, only_kept_by(self._vault.books, id_, others)

    def bearing(self, hold: Hold) -> tuple[int, int]:
        """How many of a hold's objects were seen to bear the legal hold wherever they lie, of how many."""
        return seen(self._vault, hold.id)

    def release(self, id_: str, memo: Path, by: By, wait: float = WAIT, *, after: int | None = None) -> int:
        """Release a hold by counsel's memo, then lift what no other hold keeps; how many objects that was.

        `after` is how many papers it had (`Hold.papers`) as it was seen; `BadQuestion` where it has more.
        """
        complete_pending(self._vault)
        self._papers.release(id_, memo, by, after)
        try:
            with changing_holds(self._vault, wait) as turn:
                return self._lift(by.actor, turn.keep)
        except PaloverdeError as error:
            told = f"{id_} is released, and its legal holds are not all lifted yet; the next night goes on."
            raise _same(error, f"{told} {error}") from error

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
            try:
                self._undo(list(filter(self.is_active, self.all())), actor, turn.keep)
            except PaloverdeError as error:
                troubles.append(error)
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
        """The notice to a custodian; the reminder where one was sent; the release once the hold is over."""
        agency, today = self._settings.agency_name, self._today()
        if self.is_active(hold):
            return letter(hold, custodian, agency, ask, today, self._guard(hold))
        others = [one for one in self.all() if self.is_active(one) and self._has_told(one, custodian.name)]
        return letter_of_release(hold, custodian, agency, ask, today, others)

    def reminders(self) -> list[Reminder]:
        """Which custodians are to be written to today."""
        return self.notices.reminders()

    def doubts(self, scope: Scope) -> list[str]:
        """What a scope names and nothing in the archive knows: a line for each, and what to look at."""
        lines = [
            f"Nobody in the archive posts under the name, username or id {name!r}: compare the spelling with "
            "the site's. What such a person posts is held as soon as it comes."
            for name in strangers(self._archive, scope.people)
        ]
        known = known_accounts(self._archive)
        for text in self.absent(scope):
            strange = sorted({item.account for item in names_of([text]).whole} - known)
            why = f": no account is named {strange[0]}, see `paloverde accounts list`" if strange else ""
            lines.append(
                f"Nothing in the archive answers to {text} yet{why}. It is held as soon as something does."
            )
        return lines

    def absent(self, scope: Scope) -> list[str]:
        """The items that a scope names and nothing in the archive answers to, yet."""
        return unanswered(self._archive, scope.items)

    def _complete(self, hold: Hold, scope: Scope, actor: str, wait: float) -> Kept:
        try:
            with changing_holds(self._vault, wait) as turn:
                return self._kept(hold, scope, actor, turn.keep)
        except PaloverdeError as error:
            told = (
                f"{hold.id} is in force, and it is NOT COMPLETE: not all that it keeps is gathered and bears "
                f"the legal hold in every store yet. What to do: {Step.HOLDS}, once what follows is mended "
                "or over; each night tries it, too."
            )
            raise _same(error, f"{told} {error}") from error

    def _guard(self, hold: Hold) -> Guard:
        """What may be said of how the archive's own copy is kept: of its store, as the doctor found it."""
        if self._vault.store.grade is Grade.APPLICATION:
            return Guard.PROGRAM
        examined = last_examination(self._vault, self._ledger)
        is_usable = examined is not None and examined.probe.usable
        is_proven = is_usable and self._guards_copies() and self._all_bears(hold)
        return Guard.STORE if is_proven else Guard.UNPROVEN

    def _guards_copies(self) -> bool:
        """Whether the second copy, where there is one, lies in no mere directory."""
        return self._vault.second is None or self._vault.second.grade is not Grade.APPLICATION

    def _all_bears(self, hold: Hold) -> bool:
        """Whether there are objects, of every sealed run, and each was seen to bear its legal hold."""
        looked = last_look(self._cabinet, hold.id).through
        is_current = looked == last_run(self._vault.books)
        return is_current and self.counts(hold)[1] > 0 and not self.lack(hold)

    def _has_told(self, hold: Hold, name: str) -> bool:
        return any(one.name == name and one.first_sent_at for one in self.notices.custodians(hold.id))

    def _kept(self, hold: Hold, scope: Scope, actor: str, keep: Keep) -> Kept:
        about = {"hold": hold.id, "question": scope.sentence(), "scope": "with private records"}
        self._ledger.append(Event("search made", actor, self._vault.clock(), about))
        trouble: PaloverdeError | None = None
        try:
            self._undo([hold], actor, keep)
        except PaloverdeError as error:
            trouble = error  # what is in the archive is kept all the same
        gathered = self._gather(hold, actor)
        marked = mark(self._vault, self._ended(), keep, only=hold.id)
        trouble = trouble or marked.trouble()
        if trouble is not None:
            raise trouble
        return Kept(self.get(hold.id), gathered, marked)

    def _undo(self, holds: list[Hold], actor: str, keep: Keep) -> None:
        """Bring back what these holds are about of destructions that are sealed and not wholly done."""
        undo_overtaken(self._vault, self._archive, self._cabinet, _FIND, holds, actor, keep)

    def _not_undone(self, hold: Hold) -> str:
        """That a destruction which a hold may be about could not be undone yet; "" where there is none."""
        seals = not_undone(self._vault, self._archive, self._cabinet, _FIND, hold)
        if not seals:
            return ""
        named = ", ".join(f"{seal.run.order} of {seal.run.account} (run {seal.sequence:,})" for seal in seals)
        return (
            f"NOT COMPLETE: it is or may be about what {named} has sealed as destroyed and not deleted yet, "
            f"and that is not undone. {Step.HOLDS} says what stands in the way."
        )

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


def _same(error: PaloverdeError, told: str) -> PaloverdeError:
    """An error that asks of its caller what another does, with other words."""
    return TryAgain(told) if isinstance(error, TryAgain) else type(error)(told)


def refill_holds(vault: Vault, ledger: Ledger, books: Engine, say: Callable[[str], None]) -> None:
    """Fill the tables of what is held again in a database that was rebuilt: the vault's own or another."""
    there = msgspec.structs.replace(vault, books=books)
    refill(Archive(there.store, books), Cabinet(there, ledger), say)
