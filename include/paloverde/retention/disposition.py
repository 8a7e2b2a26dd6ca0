"""Carrying out a lawful order of destruction. Nothing else in the product can destroy a record.

What happens of an order, and in which order:

1. Everything that it needs is read again from the papers; one thing lacking, and nothing happens.
2. Account by account, whatever must stay is left out, and what stays of each object is written anew and
   sealed (`burying`). This is the moment of the destruction: what follows is only ever rolled forward, but
   for a hold that was issued since: it brings back what is not deleted yet (`overtaking`).
3. The old versions are destroyed in both stores and each is looked for once more. The next account follows.
4. The certificate is filed.

The same order again completes what a crash left, and changes nothing once the certificate is there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from functools import partial

import msgspec
from sqlalchemy import select

from paloverde.archive.commit import seal_sha256
from paloverde.archive.seal import Part, Role, RunKind, Seal, Superseded
from paloverde.archive.settling import complete_pending
from paloverde.archive.store import open_destroyer
from paloverde.archive.store.destroyer import Destroyer, Maker, NotPermitted
from paloverde.archive.store.interface import Stored
from paloverde.archive.tombstones import seals_of, undone_of
from paloverde.archive.turns import Turn, turn
from paloverde.archive.vault import Vault
from paloverde.errors import PersonNeeded
from paloverde.records import archive_day
from paloverde.retention.approval import lacking, lines_of, standing_of
from paloverde.retention.blocks import newest_of_holds
from paloverde.retention.burying import Burial, Door, Office, left_out
from paloverde.retention.certificate import SERIES, Carried, Certificate, Destroyed, Gone, groups_of
from paloverde.retention.held import gather
from paloverde.retention.hold_marks import changing_holds, mark
from paloverde.retention.holds import holds_in
from paloverde.retention.orders import Line, OrderStanding
from paloverde.retention.overtaking import undo_overtaken
from paloverde.retention.reinstating import copy_again, lies
from paloverde.state.books import changing
from paloverde.state.tables import CHECKS, COPIES, HELD_OBJECTS, PARTS, REPAIRS, RUNS
from paloverde.steps import Step
from paloverde.wording import some

__all__ = ["Door", "Office", "carry_out"]

_MAKER = Maker()
_BUNDLES = "bundles"  # the series of papers that are bundles handed out
_TURN = timedelta(hours=1)
_LAST = {Role.REMOVED: 1, Role.RECORDS: 2}  # what others lead to goes before the rows
_TOLD = 5  # reasons that a message names
Progress = Callable[[str], None]


def carry_out(office: Office, order_id: str, actor: str, progress: Progress) -> Certificate:
    """Destroy what an order names and the law permits; its certificate.

    `PersonNeeded` says everything that the order lacks; `ArchiveDamaged` names an object that is not whole.
    In both cases nothing is destroyed. So does an order of which nothing can go now, and it stays open. An
    order that was carried out gives its certificate again.
    """
    with changing_holds(office.vault) as mine:
        filed = office.cabinet.last(SERIES, order_id)
        if filed is not None:
            return office.cabinet.read(filed, Certificate)
        complete_pending(office.vault)
        return _Course(office, order_id, actor, progress, mine).carry_out()


class _Course:
    """One order while it is carried out; whoever makes it has the turn of the holds."""

    def __init__(self, office: Office, order_id: str, actor: str, progress: Progress, holds: Turn) -> None:
        self._office, self._order, self._actor = office, order_id, actor
        self._progress, self._holds = progress, holds
        self._standing = standing_of(office.cabinet, order_id)
        self._lines = lines_of(office.cabinet, order_id)
        self._accounts = sorted({line.item.account for line in self._lines})
        self._kept: list[str] = []
        self._objects: list[Destroyed] = []

    def carry_out(self) -> Certificate:
        """Account by account, what an earlier try has sealed first."""
        office, vault = self._office, self._office.vault
        begun = {seal.run.account for seal in seals_of(office.archive, self._order, self._accounts)}
        undone = undone_of(office.archive, self._order, self._accounts)
        self._kept += [note for notes in undone.values() for note in notes]
        missing = lacking(self._standing, archive_day(vault.clock()))
        if missing and not begun:
            raise PersonNeeded(f"{self._order} is not carried out. {' '.join(missing)}")
        doors = _open_doors(office)  # before anything is sealed: without them nothing could be finished
        for slug in sorted(set(self._accounts) - undone.keys(), key=lambda slug: (slug not in begun, slug)):
            with turn(vault.books, slug, "disposition", _TURN, vault.clock) as mine:
                if slug in begun:
                    self._progress(f"{slug}: sealed before; what is left of it is completed")
                else:
                    self._seal(slug, missing, mine)
                for seal in seals_of(office.archive, self._order, [slug]):
                    self._objects += self._finish(doors, seal, mine)
        seals = seals_of(office.archive, self._order, self._accounts)
        if not seals:
            raise PersonNeeded(self._nothing())
        stores = [one.description for one in doors]
        return _certify(
            office, self._standing, self._lines, self._actor, seals, self._kept, self._objects, stores
        )

    def _seal(self, slug: str, missing: Sequence[str], mine: Turn) -> None:
        of_account = [line for line in self._lines if line.item.account == slug]
        if missing:
            self._kept += [left_out(line.item, " ".join(missing)) for line in of_account]
            return
        burial = Burial(
            self._office, self._order, slug, of_account, self._progress, partial(self._keep, mine)
        )
        self._kept += burial.seal()

    def _finish(self, doors: Sequence[Destroyer], seal: Seal, mine: Turn) -> list[Destroyed]:
        """Copy what stays, then destroy what a run took out, in both stores; what was found gone.

        Rows go last: while they lie there, a hold that was issued meanwhile finds what it is about, and
        brings back what is left.
        """
        vault, run, looked, gone = self._office.vault, seal.run, -1, list[Destroyed]()
        for part in run.parts:
            self._keep(mine)
            _copy(vault, part)
        superseded = sorted(run.superseded, key=lambda old: _LAST.get(old.role, 0))
        for done, old in enumerate(superseded, 1):
            self._keep(mine)
            with vault.books.connect() as connection:
                newest = newest_of_holds(connection)
            if newest != looked and self._is_undone(run.account):
                return []
            looked = newest
            try:
                why = _stays(vault, old)
                gone += [] if why else [_destroy(vault, doors, run.order, old)]
            except NotPermitted:  # a store refuses what somebody stored, and locked, just now
                if not (why := _stays(vault, old)):
                    raise
            if why and lies(vault.store, old.stored):  # its copy may be gone, now or by an earlier try
                copy_again(vault, old.stored)
            self._kept += [why] if why else []
            if done % 100 == 0 or done == len(superseded):
                self._progress(
                    f"{run.account}: {done:,} of {some(len(superseded), 'object is', 'objects are')} gone"
                )
        return gone

    def _is_undone(self, slug: str) -> bool:
        """Whether a hold in force undoes what is sealed of an account; it then looks at what came back."""
        office, vault = self._office, self._office.vault
        today, find = archive_day(vault.clock()), office.find
        holds = [hold for hold in holds_in(office.cabinet) if hold.is_active(today)]
        won = undo_overtaken(
            vault, office.archive, office.cabinet, find, holds, self._actor, self._holds.keep
        )
        for hold in won:
            gather(office.archive, office.cabinet, hold, find(office.archive), vault.clock(), self._actor)
            mark(vault, (), self._holds.keep, only=hold.id)
        undone = undone_of(office.archive, self._order, [slug])
        self._kept += undone.get(slug, [])
        return slug in undone

    def _keep(self, mine: Turn) -> None:
        self._holds.keep()
        mine.keep()

    def _nothing(self) -> str:
        """Why there is no certificate, and what to do about it."""
        order, archive = self._order, self._office.archive
        undone = [
            seal.run
            for seal in archive.seals(self._accounts)
            if seal.run.order == order and seal.run.kind is RunKind.REINSTATEMENT
        ]
        more = f" And {len(self._kept) - _TOLD:,} more." if len(self._kept) > _TOLD else ""
        why, gone = f"{' '.join(self._kept[:_TOLD])}{more}", sum(run.counts["gone"] for run in undone)
        told = f" {some(gone, 'object was', 'objects were')} deleted before that." if gone else ""
        if {run.account for run in undone} == set(self._accounts):
            return (
                f"{order} was undone by a hold, so no certificate is filed.{told} Withdraw it: "
                f"{Step.WITHDRAW.of(order)}. {why}"
            )
        nothing = "Nothing more" if gone else "Nothing"
        return (
            f"{nothing} of {order} can be destroyed now, so it is not carried out and no certificate is "
            f"filed. It stays open until it lapses: try again later, or withdraw it.{told} {why}"
        )


def _stays(vault: Vault, old: Superseded) -> str:
    """Why an object that was to go stays after all; "" where it goes.

    A picture is stored under its hash, whoever brings it: a run that stores it again finds it there and locks
    it anew, so that no store lets it go from then on. Some time later the run is sealed, and names it.
    """
    if _is_named(vault, old.key):
        return f"{old.key} stays: the same bytes were archived again after the destruction was sealed."
    if old.role is Role.MEDIA and lies(vault.store, old.stored):
        until = vault.store.standing(old.stored).locked_until
        if until is not None and until > vault.clock():
            return f"{old.key} stays: the same bytes were stored again and locked until {archive_day(until)}."
    return ""


def _is_named(vault: Vault, key: str) -> bool:
    """Whether a run names an object again that is sealed, or decided and not yet stored."""
    decided = select(RUNS.c.key).where(RUNS.c.pending, RUNS.c.body.contains(key, autoescape=True))
    with vault.books.connect() as connection:
        queries = (select(PARTS.c.key).where(PARTS.c.key == key), decided)
        return any(connection.execute(query).first() is not None for query in queries)


def _destroy(vault: Vault, doors: Sequence[Destroyer], order: str, old: Superseded) -> Destroyed:
    """Destroy every version of an object, damaged ones too, the second copy's first; look for each again."""
    aims = [
        (door, stored)
        for is_copy, door in reversed(list(enumerate(doors)))
        for stored in door.versions(old.key) or [_gone_before(vault, old, is_copy=bool(is_copy))]
    ]
    gone = []
    with _MAKER.permit(order, [stored for _, stored in aims]) as permission:
        for door, stored in aims:
            door.destroy(stored, permission, vault.clock())
            gone.append(Gone(door.description, stored.version_id, vault.clock()))
    with changing(vault.books) as connection:
        for table in (COPIES, REPAIRS, CHECKS, HELD_OBJECTS):
            named = (table.c.key == old.key, table.c.version_id == old.version_id)
            connection.execute(table.delete().where(*named))
    return Destroyed(old.role.value, old.key, old.sha256, old.size, old.replaced_by, gone)


def _gone_before(vault: Vault, old: Superseded, *, is_copy: bool) -> Stored:
    """The version to look for where a store has none any more: an earlier try destroyed it."""
    if not is_copy:
        return old.stored
    query = select(COPIES.c.copy_version_id).where(
        COPIES.c.key == old.key, COPIES.c.version_id == old.version_id
    )
    with vault.books.connect() as connection:
        known = connection.execute(query).scalar()
    return msgspec.structs.replace(old.stored, version_id=known or old.version_id)


def _copy(vault: Vault, part: Part) -> None:
    """See that a new object is there, and in the second copy too, before anything old goes."""
    standing = vault.store.standing(part.stored)
    if vault.second is None:
        return
    with vault.books.connect() as connection:
        query = select(COPIES.c.copy_version_id).where(
            COPIES.c.key == part.key, COPIES.c.version_id == part.version_id
        )
        if connection.execute(query).first() is not None:
            return
    copy = vault.second.put(part.key, vault.store.get(part.stored), locked_until=standing.locked_until)
    row = {
        "key": part.key, "version_id": part.version_id, "copy_version_id": copy.version_id,
        "sha256": copy.sha256, "size": copy.size, "copied_at": vault.clock(),
    }  # fmt: skip
    with changing(vault.books) as connection:
        connection.execute(COPIES.insert().values(row))


def _certify(
    office: Office, standing: OrderStanding, lines: Iterable[Line], actor: str, seals: Sequence[Seal],
    kept: Sequence[str], objects: list[Destroyed], stores: list[str],
) -> Certificate:  # fmt: skip
    order, runs, rows = standing.order, [], []
    for seal in seals:
        (sealed,) = office.archive.parts_of(seal.sequence, Role.TOMBSTONES)
        rows += office.archive.table(sealed.part).to_pylist()
        runs.append(Carried(seal.run.account, seal.sequence, seal.run.digest, sealed.part.key))
    certificate = Certificate(
        order=order.id,
        lines_sha256=order.lines_sha256,
        proposed_by=order.proposed_by,
        carried_out_by=actor,
        carried_out_at=office.vault.clock(),
        resolution=standing.resolution,
        consent=standing.consent,
        approvals=list(standing.approvals),
        items=sum(seal.run.counts["items"] for seal in seals),
        versions=sum(seal.run.counts["versions"] for seal in seals),
        groups=groups_of(rows, lines),
        kept=[*(note for seal in seals for note in seal.run.coverage.notes), *kept],
        runs=runs,
        objects=objects,
        stores=stores,
        bundles=sum(1 for _ in office.cabinet.newest(_BUNDLES)),
    )
    about = {"order": order.id, "items": str(certificate.items), "objects": str(len(objects))}
    hashes = ((one.sequence, seal_sha256(office.vault.books, one.sequence)) for one in seals)
    about["seals"] = " ".join(f"{sequence}:{sha256}" for sequence, sha256 in hashes)
    office.cabinet.file(
        SERIES, order.id, certificate, what="destruction carried out", actor=actor, about=about, after=0,
        for_ever=True,
    )  # fmt: skip
    return certificate


def _was_copied(vault: Vault) -> bool:
    with vault.books.connect() as connection:
        return connection.execute(select(COPIES.c.key).limit(1)).first() is not None


def _open_doors(office: Office) -> list[Destroyer]:
    """The destroyers of both stores; `BadSetting` where the keys of one are not set."""
    doors = [office.first]
    if office.vault.second is None and _was_copied(office.vault):
        raise PersonNeeded(
            "There are second copies, and no second store is set: what is destroyed would stay there. IT "
            "sets PALOVERDE_SECOND_STORE again; then carry the order out."
        )
    if office.vault.second is not None:
        if office.second is None:
            raise PersonNeeded(
                "What is destroyed is destroyed in both copies; set the second one's keys too."
            )
        doors.append(office.second)
    return [open_destroyer(**msgspec.structs.asdict(door)) for door in doors]
