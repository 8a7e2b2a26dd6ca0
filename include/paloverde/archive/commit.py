"""Committing a run: its seal into the chain, once.

A run is committed in two steps that survive a crash between them. First one transaction decides:
the seal's bytes, its place in the chain and its key are written down as `pending`. Then the seal is
stored, its effects on the register are applied, and the row stops being pending. A pending row is
always rolled forward, by its owner at once, by whoever else finds it once the owner has had time for it;
nothing is ever deleted because an outcome is unknown.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from datetime import datetime
from enum import StrEnum

import msgspec
from sqlalchemy import Connection, Engine, Row, RowMapping, func, select

from paloverde.archive.effects import Effect, moving, places_in, read_effects, returning
from paloverde.archive.gaps import apply_gaps
from paloverde.archive.keys import key_register
from paloverde.archive.layout import run_key, run_prefix
from paloverde.archive.owners import OWNER_SECONDS, is_left
from paloverde.archive.reader import Archive
from paloverde.archive.seal import FIRST, Draft, Part, RunKind, Seal, make_seal, read_seal
from paloverde.archive.signing import Signer
from paloverde.archive.store.interface import Store
from paloverde.errors import ArchiveDamaged
from paloverde.state.books import writing
from paloverde.state.tables import PARTS, RUNS


class Outcome(StrEnum):
    """Whose seal stands for this run now. `Unreachable` is raised where that is not known."""

    MINE = "mine"
    ANOTHERS = "another's"


class Committed(msgspec.Struct, frozen=True):
    outcome: Outcome
    seal: Seal


def already_sealed(books: Engine, draft: Draft) -> Seal | None:
    """The seal of an equal run (account, archive day, kind, logical digest), if there is one."""
    with books.connect() as connection:
        return _equal_run(connection, draft)


def commit(
    store: Store,
    books: Engine,
    signer: Signer,
    draft: Draft,
    locked_until: datetime,
    last_look: Callable[[Connection], None] | None = None,
) -> Committed:
    """Seal a run whose parts are stored. An equal run that is already sealed stands instead.

    `last_look` is done in the deciding transaction, which no other writer shares: it raises where what the
    run was made from is true no more, and nothing is decided then.
    """
    while True:
        settle_pending(store, books, locked_until)
        _refuse_a_fork(store, books)
        decided = _decide(books, signer, draft, last_look)
        if decided is not None:
            row = _pending(books)
            if row is not None and row["sequence"] == decided.seal.sequence:
                _settle(store, books, row, locked_until)
            return decided


def _refuse_a_fork(store: Store, books: Engine) -> None:
    """A second seal with a number that is taken would make two archives of one."""
    following = _head(books) + 1
    is_taken = next(iter(store.walk(run_prefix(following))), None) is not None
    if is_taken and _head(books) < following:  # else another writer has just sealed it
        raise ArchiveDamaged(
            f"The store holds run {following:,}, and the database does not know it: it was lost, or put back "
            "from an older copy. Run `paloverde rebuild`, then the same again."
        )


def _head(books: Engine) -> int:
    """The number of the last run that was decided."""
    with books.connect() as connection:
        return connection.execute(select(func.max(RUNS.c.sequence))).scalar() or 0


def seal_sha256(books: Engine, sequence: int) -> str:
    """The SHA-256 of a run's seal."""
    with books.connect() as connection:
        return str(connection.execute(select(RUNS.c.sha256).where(RUNS.c.sequence == sequence)).scalar_one())


def settle_pending(
    store: Store, books: Engine, locked_until: datetime, *, patience: float = OWNER_SECONDS
) -> None:
    """Store and apply the seal that was decided last, where its owner does not within `patience` seconds."""
    row = _pending(books)
    if row is not None and is_left(lambda: _pending(books) == row, patience):
        _settle(store, books, row, locked_until)


def _pending(books: Engine) -> RowMapping | None:
    """The run that is decided and not yet stored: there is one at most."""
    with books.connect() as connection:
        return connection.execute(select(RUNS).where(RUNS.c.pending)).mappings().first()


def _settle(store: Store, books: Engine, row: RowMapping, locked_until: datetime) -> None:
    stored = store.put(row["key"], row["body"].encode(), locked_until=locked_until, sha256=row["sha256"])
    seal = read_seal(row["body"].encode(), where=row["key"])
    effects: Iterable[Effect] = moving(read_effects(store, seal), seal.sequence)
    before: list[Seal] = []
    if seal.run.kind is RunKind.REINSTATEMENT:
        before = list(Archive(store, books).seals([seal.run.account]))
        effects = returning(store, seal.run, before)
    with writing(books) as connection:
        still = connection.execute(select(RUNS.c.pending).where(RUNS.c.sequence == seal.sequence)).scalar()
        if still:
            apply(connection, seal, effects, before)
            connection.execute(
                RUNS.update()
                .where(RUNS.c.sequence == seal.sequence)
                .values(pending=False, version_id=stored.version_id)
            )


def apply(connection: Connection, seal: Seal, effects: Iterable[Effect], before: Iterable[Seal] = ()) -> None:
    """Write down the parts of a seal and bring the register and the gaps up to it.

    `before` are the account's seals before a reinstatement: what it names again stands where it stood.
    """
    places = _take_out(connection, seal)
    if seal.run.kind is RunKind.REINSTATEMENT:
        stood = places_in(before)
        known = [(part.key, stood[part.stored]) for part in seal.run.parts if part.stored in stood]
        places = {key: {"of_run": of_run, "day": day} for key, (of_run, day) in known}
    if seal.run.parts:
        rows = [_part_row(seal, part) | places.get(part.key, {}) for part in seal.run.parts]
        connection.execute(PARTS.insert(), rows)
    for effect in effects:
        effect(connection)
    apply_gaps(connection, seal)


def _take_out(connection: Connection, seal: Seal) -> dict[str, dict[str, object]]:
    """Forget what a run takes out. What stays of it holds what the same run observed, on its day."""
    places: dict[str, dict[str, object]] = {}
    for old in seal.run.superseded:
        named = (PARTS.c.key == old.key, PARTS.c.version_id == old.version_id)
        row = connection.execute(select(PARTS.c.of_run, PARTS.c.day).where(*named)).mappings().first()
        if row is not None and old.replaced_by:
            places[old.replaced_by] = dict(row)
        connection.execute(PARTS.delete().where(*named))
    return places


def _decide(
    books: Engine, signer: Signer, draft: Draft, last_look: Callable[[Connection], None] | None = None
) -> Committed | None:
    """Give the run its place in the chain; None where another writer's run must be settled first."""
    with writing(books) as connection:
        if connection.execute(select(func.count()).where(RUNS.c.pending)).scalar():
            return None
        equal = _equal_run(connection, draft)
        if equal is not None:
            return Committed(Outcome.ANOTHERS, equal)
        head = connection.execute(select(RUNS).order_by(RUNS.c.sequence.desc()).limit(1)).first()
        if head is not None:
            _refuse_an_altered_head(connection, head)
        if last_look is not None:
            last_look(connection)
        sequence, previous = (head.sequence + 1, head.sha256) if head else (1, FIRST)
        seal, body, sha256 = make_seal(draft, sequence, previous, signer)
        connection.execute(RUNS.insert().values({**run_row(seal, body, sha256), "pending": True}))
    return Committed(Outcome.MINE, seal)


def _refuse_an_altered_head(connection: Connection, head: Row[tuple[object, ...]]) -> None:
    """A seal that follows from an altered one could never be taken back: it is stored, locked, for good."""
    body = head.body.encode()
    if hashlib.sha256(body).hexdigest() != head.sha256:
        raise ArchiveDamaged(
            f"The seal of run {head.sequence:,} was altered in the database; nothing was sealed after it. "
            "Run `paloverde repair`, which puts the database right, then the same again."
        )
    seal = read_seal(body, where=f"of run {head.sequence:,} in the database")
    key_register(connection).refuse_seal(seal, head.key)
    if seal.sequence != head.sequence:
        raise ArchiveDamaged(
            f"Run {head.sequence:,} of the database bears the seal of run {seal.sequence:,}; nothing was "
            "sealed after it. Run `paloverde repair`, which puts the database right, then the same again."
        )


def run_row(seal: Seal, body: bytes, sha256: str) -> dict[str, object]:
    """A seal as a row of the commit log."""
    return {
        "sequence": seal.sequence,
        "account": seal.run.account,
        "day": seal.run.day,
        "kind": seal.run.kind.value,
        "digest": seal.run.digest,
        "key": run_key(seal.sequence, sha256),
        "sha256": sha256,
        "previous": seal.previous,
        "body": body.decode(),
    }


def _equal_run(connection: Connection, draft: Draft) -> Seal | None:
    body = connection.execute(
        select(RUNS.c.body).where(
            RUNS.c.account == draft.account,
            RUNS.c.day == draft.day,
            RUNS.c.kind == draft.kind.value,
            RUNS.c.digest == draft.digest,
        )
    ).scalar()
    return None if body is None else read_seal(body.encode(), where="in the database")


def _part_row(seal: Seal, part: Part) -> dict[str, object]:
    row = msgspec.structs.asdict(part)
    return {
        **row,
        "role": part.role.value,
        "sequence": seal.sequence,
        "of_run": seal.sequence,
        "account": seal.run.account,
        "day": seal.run.day,
    }
