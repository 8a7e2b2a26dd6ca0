"""A hold that was issued between the seal of a destruction and its last deed wins: the destruction is undone.

The rows are out of the archive then, so a look of the hold cannot find them: they are read from the old
objects, which no seal names any more. Where the hold is about any of them, everything of that destruction
that still lies there comes back (`reinstating`), and the hold's next look finds it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime

import msgspec
import pyarrow as pa
from sqlalchemy import select

from paloverde.archive.commit import seal_sha256
from paloverde.archive.papers import Cabinet
from paloverde.archive.reader import Archive, SealedPart
from paloverde.archive.schema import REMOVED
from paloverde.archive.seal import Part, Role, RunKind, Seal, Superseded, read_seal
from paloverde.archive.vault import Vault
from paloverde.errors import PaloverdeError
from paloverde.retention.certificate import SERIES as CERTIFICATES
from paloverde.retention.held import Find
from paloverde.retention.holds import Hold
from paloverde.retention.reinstating import TABLES, lies, put_back, reinstate
from paloverde.state.tables import RUNS
from paloverde.wording import some

SERIES = "reinstatements"


class Reinstated(msgspec.Struct, frozen=True):
    """That a destruction was undone: of which order and account, by which run, and all that it says."""

    order: str
    account: str
    sequence: int
    told: list[str]


class _Before(Archive):
    """The archive as it was before a seal, as far as its old rows still lie there."""

    def __init__(self, archive: Archive, parts: Sequence[SealedPart]) -> None:
        super().__init__(archive.store, archive.books)
        self._parts = parts

    def parts(
        self,
        role: Role,
        accounts: Sequence[str] = (),
        *,
        since: date | None = None,
        until: date | None = None,
        posted_from: datetime | None = None,
        posted_before: datetime | None = None,
    ) -> list[SealedPart]:
        """All of a role; the bounds leave nothing out, since the days of these rows are in no table now."""
        del since, until, posted_from, posted_before
        return [
            one for one in self._parts if one.part.role is role and (not accounts or one.account in accounts)
        ]


class _AllRemoved(_Before):
    """The same, as if all that was destroyed had been found removed: the dossiers that said it are gone."""

    def __init__(self, archive: Archive, parts: Sequence[SealedPart], tombstones: SealedPart) -> None:
        self._marks = msgspec.structs.replace(tombstones.part, role=Role.REMOVED)
        super().__init__(archive, [*parts, msgspec.structs.replace(tombstones, part=self._marks)])

    def table(self, part: Part, columns: Sequence[str] | None = None) -> pa.Table:
        if part != self._marks:
            return super().table(part, columns)
        told = super().table(part)
        known = {name: told[name] for name in REMOVED.names if name in told.column_names}
        rows = [known.get(field.name, pa.nulls(len(told), field.type)) for field in REMOVED]
        return pa.table(rows, schema=REMOVED).select(list(columns or REMOVED.names))


def undo_overtaken(
    vault: Vault, archive: Archive, cabinet: Cabinet, find: Callable[[Archive], Find], holds: Iterable[Hold],
    actor: str, keep: Callable[[], None],
) -> list[Hold]:  # fmt: skip
    """Undo each destruction that is sealed and not wholly done and that one of these holds, all in force, is
    about; the holds that did. What an earlier try has undone and not told of is told of now.

    The caller has the turn of the holds. One that cannot be undone does not stop the others: the first error
    is raised at the end, which `reinstate` and `put_back` name.
    """
    won, holds, errors = list[Hold](), list(holds), list[PaloverdeError]()
    for seal in _unfinished(vault, cabinet) if holds else ():
        try:
            keep()
            mended = put_back(vault, seal)
            hold = next((one for one in holds if _is_about(one, vault, archive, find, seal)), None)
            if hold is not None:
                reinstate(vault, archive, seal, " ".join([_because(hold, seal), *mended]), keep)
                won.append(hold)
        except PaloverdeError as error:
            errors.append(error)
    _tell(vault, cabinet, actor)
    if errors:
        raise errors[0]
    return won


def not_undone(
    vault: Vault, archive: Archive, cabinet: Cabinet, find: Callable[[Archive], Find], hold: Hold
) -> list[Seal]:
    """The destructions, sealed and not wholly done, that a hold is about, or of which nobody can tell."""
    return [seal for seal in _unfinished(vault, cabinet) if _may_be_about(hold, vault, archive, find, seal)]


def _may_be_about(
    hold: Hold, vault: Vault, archive: Archive, find: Callable[[Archive], Find], seal: Seal
) -> bool:
    try:
        return _is_about(hold, vault, archive, find, seal)
    except PaloverdeError:
        return True  # its caller says that the hold is not complete


def _because(hold: Hold, seal: Seal) -> str:
    return (
        f"The destruction of {some(seal.run.counts['items'], 'item')} of {seal.run.account} by "
        f"{seal.run.order} "
        f"(run {seal.sequence:,}) was undone because of the hold {hold.id} ({hold.matter}): what was not "
        "deleted yet is in the archive again, and may be proposed anew once the hold is released and this "
        "order is closed."
    )


def _unfinished(vault: Vault, cabinet: Cabinet) -> list[Seal]:
    """The destructions that are sealed, not certified, and not undone."""
    undone = {(seal.run.order, seal.run.account) for seal in _of_kind(vault, RunKind.REINSTATEMENT)}
    return [
        seal
        for seal in _of_kind(vault, RunKind.DISPOSITION)
        if (seal.run.order, seal.run.account) not in undone
        and cabinet.last(CERTIFICATES, seal.run.order) is None
    ]


def _of_kind(vault: Vault, kind: RunKind) -> list[Seal]:
    query = select(RUNS.c.key, RUNS.c.body).where(RUNS.c.kind == kind.value, ~RUNS.c.pending)
    with vault.books.connect() as connection:
        rows = connection.execute(query.order_by(RUNS.c.sequence)).all()
    return [read_seal(body.encode(), where=key) for key, body in rows]


def _is_about(
    hold: Hold, vault: Vault, archive: Archive, find: Callable[[Archive], Find], seal: Seal
) -> bool:
    """Whether a hold is about something that a seal destroys and of which a row still lies there.

    Words may ask for what was found removed, or not. Once a dossier is gone nobody knows what was: then
    either counts.
    """
    lying = [old for old in seal.run.superseded if old.role in TABLES and lies(vault.store, old.stored)]
    if not lying:
        return False
    (tombstones,) = archive.parts_of(seal.sequence, Role.TOMBSTONES)
    gone, tables = _items_of(archive, tombstones), [_sealed(old, seal) for old in lying]
    scopes = [(_Before(archive, tables), hold.scopes)]
    if any(old.role is Role.REMOVED and old not in lying for old in seal.run.superseded):
        asking = tuple(scope for scope in hold.scopes if scope.words)
        scopes.append((_AllRemoved(archive, tables, tombstones), asking))
    return any(
        (item.kind.value, item.native_id) in gone
        for before, asked in scopes
        for scope in asked
        for item in find(before)(scope, 0, seal.sequence)
    )


def _items_of(archive: Archive, tombstones: SealedPart) -> set[tuple[str, str]]:
    table = archive.table(tombstones.part, ["kind", "native_id"])
    return set(zip(table["kind"].to_pylist(), table["native_id"].to_pylist(), strict=True))


def _sealed(old: Superseded, seal: Seal) -> SealedPart:
    part = Part(old.role, old.key, old.version_id, old.sha256, old.size)
    return SealedPart(part, seal.run.account, seal.run.day, seal.sequence, seal.sequence)


def _tell(vault: Vault, cabinet: Cabinet, actor: str) -> None:
    """File that destructions were undone, each once: whoever sealed it may have died before it said so."""
    for seal in _of_kind(vault, RunKind.REINSTATEMENT):
        run, subject = seal.run, f"run-{seal.sequence}"
        if cabinet.last(SERIES, subject) is None:
            about = {
                "order": run.order,
                "account": run.account,
                "sequence": str(seal.sequence),
                "seal": seal_sha256(vault.books, seal.sequence),
                "why": run.coverage.notes[0],
            }
            paper = Reinstated(run.order, run.account, seal.sequence, run.coverage.notes)
            cabinet.file(
                SERIES, subject, paper, what="destruction undone", actor=actor, about=about, after=0,
                for_ever=True,
            )  # fmt: skip
