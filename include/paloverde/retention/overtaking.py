"""A hold that was issued between the seal of a destruction and its last deed wins: the destruction is undone.

The rows are out of the archive then, so a look of the hold cannot find them: they are read from the old
objects, which no seal names any more. Where the hold is about any of them, everything of that destruction
that still lies there comes back (`reinstating`), and the hold's next look finds it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime

import msgspec
from sqlalchemy import select

from paloverde.archive.commit import seal_sha256
from paloverde.archive.papers import Cabinet
from paloverde.archive.reader import Archive, SealedPart
from paloverde.archive.seal import Part, Role, RunKind, Seal, Superseded, read_seal
from paloverde.archive.vault import Vault
from paloverde.retention.certificate import SERIES as CERTIFICATES
from paloverde.retention.held import Find
from paloverde.retention.holds import Hold
from paloverde.retention.reinstating import TABLES, lies, reinstate
from paloverde.state.tables import RUNS

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


def undo_overtaken(
    vault: Vault, archive: Archive, cabinet: Cabinet, find: Callable[[Archive], Find], holds: Iterable[Hold],
    actor: str, keep: Callable[[], None],
) -> list[Hold]:  # fmt: skip
    """Undo each destruction that is sealed and not wholly done and that one of these holds, all in force, is
    about; the holds that did. What an earlier try has undone and not told of is told of now.

    The caller has the turn of the holds. Raises what `reinstate` raises.
    """
    won, holds = list[Hold](), list(holds)
    for seal in _unfinished(vault, cabinet):
        hold = next((one for one in holds if _is_about(one, vault, archive, find, seal)), None)
        if hold is not None:
            reinstate(vault, archive, seal, _because(hold, seal), keep)
            won.append(hold)
    _tell(vault, cabinet, actor)
    return won


def _because(hold: Hold, seal: Seal) -> str:
    return (
        f"The destruction of {seal.run.counts['items']:,} items of {seal.run.account} by {seal.run.order} "
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
    """Whether a hold is about something that a seal destroys and of which a row still lies there."""
    tables = [old for old in seal.run.superseded if old.role in TABLES and lies(vault.store, old.stored)]
    if not tables:
        return False
    asked = find(_Before(archive, [_sealed(old, seal) for old in tables]))
    gone = _destroyed_by(archive, seal)
    found = (item for scope in hold.scopes for item in asked(scope, 0, seal.sequence))
    return any((item.kind.value, item.native_id) in gone for item in found)


def _destroyed_by(archive: Archive, seal: Seal) -> set[tuple[str, str]]:
    (sealed,) = archive.parts_of(seal.sequence, Role.TOMBSTONES)
    table = archive.table(sealed.part, ["kind", "native_id"])
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
