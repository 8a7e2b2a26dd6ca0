"""What holds keep: their items and objects, gathered from the archive and noted in two derived tables.

A hold is a living query and a frozen set. When it is issued, all that matches is frozen; each night what
new runs brought is asked, and what matches joins. Each look is a paper of the series `hold-items`, which says
up to which run it went and what joined, so that the tables follow from papers and sealed runs alone. The
tables are written first: a process that dies in between has held too much, never too little, and the next
look goes on where the last paper ended.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime, timedelta
from itertools import islice

import msgspec
from sqlalchemy import Engine, func, select

from paloverde.archive.papers import Cabinet
from paloverde.archive.reader import Archive, SealedPart
from paloverde.archive.whereabouts import whereabouts
from paloverde.errors import ArchiveDamaged, PersonNeeded
from paloverde.records import Kind
from paloverde.retention.facts import HeldBy, ItemId
from paloverde.retention.hold_scope import Scope
from paloverde.retention.holds import Hold, holds_in
from paloverde.state.books import changing, insert_into
from paloverde.state.tables import HELD_ITEMS, HELD_OBJECTS, PARTS, RUNS
from paloverde.steps import Step
from paloverde.wording import some

SERIES = "hold-items"
_BATCH = 5_000
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
# Answers which items the rows of runs `after` < sequence <= `through` show to be in a scope.
Find = Callable[[Scope, int, int], Iterable[ItemId]]
Items = Mapping[str, set[tuple[str, str]]]  # by account: kind and native id


class Looked(msgspec.Struct, frozen=True):
    """Up to which run a hold has looked, with how many of its scopes, and how many items it keeps then.

    `digest` is over all of them, so that none can be exchanged for another.
    """

    hold: str
    scopes: int = 0
    through: int = 0
    total: int = 0
    digest: str = ""
    joined_at: datetime = _NEVER


class Joined(msgspec.Struct, frozen=True):
    """One look of a hold, and what joined it then: account -> kind -> ids."""

    hold: str
    scopes: int
    after: int
    through: int
    total: int
    digest: str
    joined_at: datetime
    items: dict[str, dict[str, list[str]]]

    @property
    def count(self) -> int:
        return sum(len(ids) for kinds in self.items.values() for ids in kinds.values())


class Gathered(msgspec.Struct, frozen=True):
    """What one look of a hold brought."""

    hold: str
    after: int
    through: int
    items: int
    objects: int

    def sentence(self) -> str:
        if self.through == self.after and not self.items:
            return f"{self.hold}: no run was sealed since the last look."
        runs = f"runs {self.after + 1:,} to {self.through:,}"
        joined = f"{some(self.items, 'item')} joined, in {some(self.objects, 'more object')}"
        return f"{self.hold}: {runs} were searched, {joined}."


def gather(archive: Archive, cabinet: Cabinet, hold: Hold, find: Find, now: datetime, actor: str) -> Gathered:
    """Ask what runs since the last look brought (all runs, for a new scope), and keep what matches."""
    last, head = last_look(cabinet, hold.id), last_run(archive.books)
    held = proven_items(archive.books, last)
    if last.scopes == len(hold.scopes) and last.through == head:
        return Gathered(hold.id, head, head, 0, 0)
    found = _found(hold, find, last, head)
    fresh = {account: new for account, all_ in found.items() if (new := all_ - held.get(account, set()))}
    moment = max(now, last.joined_at + timedelta(microseconds=1))
    _keep_items(archive.books, hold.id, fresh, moment)
    objects = _keep_objects(archive, hold.id, _parts(archive, held, fresh, last.through, head))
    total = sum(map(len, held.values())) + sum(map(len, fresh.values()))
    digest = _digest({one: held.get(one, set()) | fresh.get(one, set()) for one in {*held, *fresh}})
    joined = Joined(hold.id, len(hold.scopes), last.through, head, total, digest, moment, _sorted(fresh))
    about = {
        "hold": hold.id,
        "through": str(head),
        "items": str(joined.count),
        "scope": "with private records",
    }
    after = _papers(cabinet, hold.id)
    cabinet.file(
        SERIES, hold.id, joined, what="hold looked", actor=actor, about=about, after=after,
        for_ever=bool(joined.items),
    )  # fmt: skip
    return Gathered(hold.id, last.through, head, joined.count, objects)


def holds_on(books: Engine, cabinet: Cabinet, account: str) -> dict[tuple[Kind, str], tuple[HeldBy, ...]]:
    """The holds on each item of an account: kind and native id -> holds. Released ones hold nothing.

    The hold of a closed request is among them with the day on which it ends. `PersonNeeded` where a hold is
    issued or widened and its set is not frozen yet, `ArchiveDamaged` where items of one are lost: nothing may
    be decided then.
    """
    holds = {hold.id: hold for hold in holds_in(cabinet) if not hold.released and not hold.lifted}
    for hold in holds.values():
        last = last_look(cabinet, hold.id)
        _refuse_unfrozen(hold, last)
        proven_items(books, last)
    query = select(HELD_ITEMS.c.kind, HELD_ITEMS.c.native_id, HELD_ITEMS.c.hold).where(
        HELD_ITEMS.c.account == account
    )
    found: dict[tuple[Kind, str], tuple[HeldBy, ...]] = {}
    with books.connect() as connection:
        for kind, native_id, id_ in connection.execute(query.order_by(HELD_ITEMS.c.hold)):
            if id_ in holds:
                item = (Kind(kind), native_id)
                found[item] = (*found.get(item, ()), holds[id_].held_by)
    return found


def last_look(cabinet: Cabinet, hold: str) -> Looked:
    """The last look of a hold."""
    filed = cabinet.last(SERIES, hold)
    return Looked(hold) if filed is None else cabinet.read(filed, Looked)


def last_run(books: Engine) -> int:
    """The number of the newest sealed run."""
    with books.connect() as connection:
        return connection.execute(select(func.max(RUNS.c.sequence)).where(~RUNS.c.pending)).scalar() or 0


def items_of(books: Engine, hold: str, joined_by: datetime | None = None) -> dict[str, set[tuple[str, str]]]:
    """The items that a hold keeps, by account; those that joined by a moment, where one is given."""
    query = select(HELD_ITEMS.c.account, HELD_ITEMS.c.kind, HELD_ITEMS.c.native_id).where(
        HELD_ITEMS.c.hold == hold
    )
    if joined_by is not None:
        query = query.where(HELD_ITEMS.c.joined_at <= joined_by)
    found: dict[str, set[tuple[str, str]]] = {}
    with books.connect() as connection:
        for account, kind, native_id in connection.execute(query):
            found.setdefault(account, set()).add((kind, native_id))
    return found


def counts_of(books: Engine, hold: str) -> tuple[int, int]:
    """How many items and objects a hold keeps."""
    with books.connect() as connection:
        items, objects = (
            connection.execute(
                select(func.count()).select_from(table).where(table.c.hold == hold)
            ).scalar_one()
            for table in (HELD_ITEMS, HELD_OBJECTS)
        )
    return items, objects


def refill(archive: Archive, cabinet: Cabinet, say: Callable[[str], None]) -> None:
    """Fill both tables again from the papers and the sealed runs, after the database was rebuilt.

    What cannot be read is told to `say` and leaves a hold incomplete, which every decision refuses; the next
    reconciliation looks for its objects again.
    """
    with changing(archive.books) as connection:
        for table in (HELD_ITEMS, HELD_OBJECTS):
            connection.execute(table.delete())
    for hold in holds_in(cabinet):
        if not hold.lifted:
            try:
                _refill(archive, cabinet, hold)
            except ArchiveDamaged as error:
                say(f"What the hold {hold.id} keeps could not be gathered again: {error}")


def _refill(archive: Archive, cabinet: Cabinet, hold: Hold) -> None:
    for filed in cabinet.history(SERIES, hold.id):
        joined = cabinet.read(filed, Joined)
        items = {
            account: {(kind, native_id) for kind, ids in kinds.items() for native_id in ids}
            for account, kinds in joined.items.items()
        }
        _keep_items(archive.books, hold.id, items, joined.joined_at)
    find_objects_again(archive, cabinet, hold)


def find_objects_again(archive: Archive, cabinet: Cabinet, hold: Hold) -> int:
    """Note every object of a hold's items, from the first run on; how many were not noted."""
    held, through = items_of(archive.books, hold.id), last_look(cabinet, hold.id).through
    return _keep_objects(archive, hold.id, list(_parts(archive, {}, held, 0, through)))


def _found(hold: Hold, find: Find, last: Looked, head: int) -> dict[str, set[tuple[str, str]]]:
    found: dict[str, set[tuple[str, str]]] = {}
    for number, scope in enumerate(hold.scopes):
        after = last.through if number < last.scopes else 0
        for item in find(scope, after, head) if after < head else ():
            found.setdefault(item.account, set()).add((item.kind.value, item.native_id))
    return found


def _parts(archive: Archive, held: Items, fresh: Items, after: int, head: int) -> Iterator[SealedPart]:
    """The objects of items that joined now, of all runs; and of the others, those that new runs wrote."""
    for account in sorted({*held, *fresh}):
        newer = _runs(archive.books, account, after, head)
        if held.get(account) and newer:
            yield from whereabouts(archive, account, held[account], newer)
        if fresh.get(account):
            yield from whereabouts(archive, account, fresh[account], _runs(archive.books, account, 0, head))


def _runs(books: Engine, account: str, after: int, head: int) -> list[int]:
    """Whose observations were sealed meanwhile: a disposition writes those of earlier runs again."""
    query = select(PARTS.c.of_run).where(
        PARTS.c.account == account, PARTS.c.sequence > after, PARTS.c.sequence <= head
    )
    with books.connect() as connection:
        return list(connection.execute(query.distinct()).scalars())


def _keep_items(
    books: Engine, hold: str, items: Mapping[str, AbstractSet[tuple[str, str]]], at: datetime
) -> None:
    rows = (
        {"account": account, "kind": kind, "native_id": native_id, "hold": hold, "joined_at": at}
        for account, ids in items.items()
        for kind, native_id in sorted(ids)
    )
    insert = insert_into(books, HELD_ITEMS)
    # What a look that died left behind is told of by the next look's paper, not by its own.
    insert = insert.on_conflict_do_update(
        index_elements=list(HELD_ITEMS.primary_key), set_={"joined_at": insert.excluded.joined_at}
    )
    while batch := list(islice(rows, _BATCH)):
        with changing(books) as connection:
            connection.execute(insert, batch)


def _keep_objects(archive: Archive, hold: str, parts: Iterable[SealedPart]) -> int:
    """Note objects as kept; how many of them were not noted before."""
    rows = ({"key": one.part.key, "version_id": one.part.version_id, "hold": hold} for one in parts)
    insert, before = (
        insert_into(archive.books, HELD_OBJECTS).on_conflict_do_nothing(),
        counts_of(archive.books, hold),
    )
    while batch := list(islice(rows, _BATCH)):
        with changing(archive.books) as connection:
            connection.execute(insert, batch)
    return counts_of(archive.books, hold)[1] - before[1]


def forget(books: Engine, holds: Collection[str]) -> None:
    """Take holds that are over, and whose legal holds are lifted, out of both tables."""
    with changing(books) as connection:
        for table in (HELD_ITEMS, HELD_OBJECTS):
            connection.execute(table.delete().where(table.c.hold.in_(list(holds))))


def _papers(cabinet: Cabinet, hold: str) -> int:
    filed = cabinet.last(SERIES, hold)
    return 0 if filed is None else filed.number


def _sorted(items: Items) -> dict[str, dict[str, list[str]]]:
    told: dict[str, dict[str, list[str]]] = {}
    for account, ids in sorted(items.items()):
        for kind, native_id in sorted(ids):
            told.setdefault(account, {}).setdefault(kind, []).append(native_id)
    return told


def _refuse_unfrozen(hold: Hold, last: Looked) -> None:
    if last.scopes < len(hold.scopes):
        raise PersonNeeded(
            f"The hold {hold.id} is issued or widened, and what it keeps is not gathered yet: "
            f"first {Step.HOLDS}. Until then nothing is decided about any record."
        )


def proven_items(books: Engine, last: Looked) -> dict[str, set[tuple[str, str]]]:
    """The items that a hold kept after its last look; `ArchiveDamaged` where the database has other ones."""
    held = items_of(books, last.hold, last.joined_at)
    if sum(map(len, held.values())) < last.total:
        raise ArchiveDamaged(
            f"The database lacks items that the hold {last.hold} keeps: run `paloverde rebuild`. "
            "Until then nothing is decided about any record."
        )
    if last.digest and _digest(held) != last.digest:
        raise ArchiveDamaged(
            f"The items of the hold {last.hold} in the database are not those that its papers name: run "
            "`paloverde rebuild`. Until then nothing is decided about any record."
        )
    return held


def _digest(items: Items) -> str:
    """Over a set of items, in the order of their names."""
    lines = sorted((account, *item) for account, ids in items.items() for item in ids)
    return hashlib.sha256(msgspec.json.encode(lines)).hexdigest()
