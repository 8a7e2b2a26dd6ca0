"""Legal holds on objects: set on every object that an active hold keeps, lifted where none keeps it any more.

What should bear one follows from the papers of the holds; what does is read from the store, object by
object. Lifting forgets an object only after its legal hold is off, so that a process that dies leaves work
for the next and never an object that nobody remembers. Whoever sets or lifts has a turn: `changing_holds`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import timedelta
from functools import partial

import msgspec
from sqlalchemy import ColumnElement, Select, and_, exists, func, literal, select, true, tuple_

from paloverde.archive.store.interface import Store, Stored
from paloverde.archive.turns import Turn, turn
from paloverde.archive.vault import Vault
from paloverde.errors import ArchiveDamaged, PaloverdeError, PersonNeeded, StoreCannotPromise, TryAgain
from paloverde.state.books import changing
from paloverde.state.tables import COPIES, HELD_OBJECTS, PARTS, REPAIRS
from paloverde.wording import some

_PAGE = 1_000  # objects that are asked for before the database is told
_THREADS = 8
_TURN = "litigation holds, or a destruction,"  # no account can have this name
_LENGTH = timedelta(hours=1)
_NAMED = 5  # objects that a message names


class Marked(msgspec.Struct, frozen=True):
    """What a reconciliation found: objects in scope and those that bear their legal hold, copies likewise.

    `placed` are the legal holds that were lacking and were set now; `rewritten` objects that a disposition
    has replaced and that are forgotten now. `lacking` says of each object that bears none why.
    """

    objects: int = 0
    bearing: int = 0
    copies: int = 0
    copies_bearing: int = 0
    placed: int = 0
    rewritten: int = 0
    lacking: tuple[str, ...] = ()
    damaged: bool = False

    def sentence(self) -> str:
        told = [f"{self.bearing:,} of {some(self.objects, 'object bears', 'objects bear')} the legal hold"]
        if self.copies:
            told.append(f"{self.copies_bearing:,} of {self.copies:,} second copies do")
        if self.placed:
            told.append(f"{self.placed:,} legal holds were set now")
        if self.rewritten:
            told.append(
                f"{some(self.rewritten, 'object was', 'objects were')} replaced by a disposition and left"
            )
        named = " ".join(self.lacking[:_NAMED])
        more = f" And {len(self.lacking) - _NAMED:,} more." if len(self.lacking) > _NAMED else ""
        return f"{'; '.join(told)}.{f' {named}' if named else ''}{more}"

    def trouble(self) -> PaloverdeError | None:
        """What to raise where not everything bears its legal hold."""
        if not self.lacking:
            return None
        return ArchiveDamaged(self.sentence()) if self.damaged else StoreCannotPromise(self.sentence())


class _Place(msgspec.Struct, frozen=True):
    """One object in one store."""

    store: Store
    stored: Stored
    is_copy: bool


class _Outcome(msgspec.Struct, frozen=True):
    place: _Place
    bears: bool
    placed: bool = False
    lacking: str = ""
    damaged: bool = False


class _Held(msgspec.Struct, frozen=True):
    """An object as the tables name it, and where it lies."""

    key: str
    version_id: str
    places: tuple[_Place, ...]


def changing_holds(vault: Vault, wait: float = 120.0) -> AbstractContextManager[Turn]:
    """The turn of whoever sets, lifts or destroys: one process at a time, none undoes another's work.

    It is waited for up to `wait` seconds; `TryAgain` where another process still has it then.
    """
    return turn(vault.books, _TURN, "change", _LENGTH, vault.clock, wait=wait)


def mark(vault: Vault, ended: Collection[str], keep: Callable[[], None], only: str | None = None) -> Marked:
    """Look at every object that a hold keeps which is not among `ended` (or that the hold `only` keeps), and
    set each legal hold that is lacking.

    Raises what a store raises where it does not answer: the second copy's only after all of the archive's own
    objects were looked at. An object that is missing, or whose legal hold is not kept, is told of in the
    result, and the others are looked at all the same.
    """
    total, unanswered = Marked(rewritten=_drop_rewritten(vault, ended)), None
    wanted = HELD_OBJECTS.c.hold.not_in(list(ended)) if only is None else HELD_OBJECTS.c.hold == only
    with ThreadPoolExecutor(_THREADS) as pool:
        for page in _pages(vault, wanted):
            places = [place for held in page for place in held.places]
            outcomes = list(pool.map(_bear, [place for place in places if not place.is_copy]))
            try:
                copies = [place for place in places if place.is_copy and unanswered is None]
                outcomes += pool.map(_bear, copies)
            except (TryAgain, PersonNeeded) as error:
                unanswered = error
            _note_seen(vault, page, outcomes)
            total = _added(total, outcomes)
            keep()
    if unanswered is not None:
        raise unanswered
    return total


def seen(vault: Vault, hold: str) -> tuple[int, int]:
    """How many of a hold's objects were seen to bear their legal hold, wherever they lie; of how many."""
    query = select(func.count(HELD_OBJECTS.c.seen_at), func.count()).where(HELD_OBJECTS.c.hold == hold)
    with vault.books.connect() as connection:
        bearing, all_ = connection.execute(query).one()
    return bearing, all_


def lift(vault: Vault, ended: Collection[str], keep: Callable[[], None]) -> int:
    """Lift the legal holds of objects that only holds among `ended` keep, and forget those objects; how many.

    An object that another hold keeps is only forgotten on their account. Raises what the store raises; one
    object that is missing stops no other, and is raised at the end. Done again, it goes on where it was.
    """
    _drop_rewritten(vault, ended)
    mine, is_kept = HELD_OBJECTS.c.hold.in_(list(ended)), _kept_by_others(ended)
    freed, troubles = 0, list[PaloverdeError]()
    with ThreadPoolExecutor(_THREADS) as pool:
        for page in _pages(vault, and_(mine, ~is_kept)):
            failed = list(pool.map(_free, page))
            _forget(vault, [held for held, error in zip(page, failed, strict=True) if error is None], mine)
            freed += failed.count(None)
            troubles += [error for error in failed if error is not None]
            keep()
    with changing(vault.books) as connection:
        connection.execute(HELD_OBJECTS.delete().where(mine, is_kept))
    if troubles:
        raise troubles[0]
    return freed


def _bear(place: _Place) -> _Outcome:
    try:
        if place.store.standing(place.stored).legal_hold:
            return _Outcome(place, bears=True)
        place.store.set_legal_hold(place.stored, on=True)
        if place.store.standing(place.stored).legal_hold:
            return _Outcome(place, bears=True, placed=True)
        lacking = f"{place.stored.key} took no legal hold in the {place.store.description}."
        return _Outcome(place, bears=False, lacking=lacking)
    except StoreCannotPromise as error:
        return _Outcome(place, bears=False, lacking=str(error))
    except ArchiveDamaged as error:
        return _Outcome(place, bears=False, lacking=str(error), damaged=True)


def _free(held: _Held) -> PaloverdeError | None:
    try:
        for place in held.places:
            place.store.set_legal_hold(place.stored, on=False)
    except (ArchiveDamaged, StoreCannotPromise) as error:
        return error
    return None


def _added(total: Marked, outcomes: Sequence[_Outcome]) -> Marked:
    copies = [one for one in outcomes if one.place.is_copy]
    own = [one for one in outcomes if not one.place.is_copy]
    return Marked(
        objects=total.objects + len(own),
        bearing=total.bearing + sum(one.bears for one in own),
        copies=total.copies + len(copies),
        copies_bearing=total.copies_bearing + sum(one.bears for one in copies),
        placed=total.placed + sum(one.placed for one in outcomes),
        rewritten=total.rewritten,
        lacking=(*total.lacking, *(one.lacking for one in outcomes if one.lacking)),
        damaged=total.damaged or any(one.damaged for one in outcomes),
    )


def _pages(vault: Vault, wanted: ColumnElement[bool]) -> Iterator[list[_Held]]:
    """The sealed objects that are wanted, each once, page by page in the order of their keys."""
    name = tuple_(HELD_OBJECTS.c.key, HELD_OBJECTS.c.version_id)
    is_sealed = and_(PARTS.c.key == HELD_OBJECTS.c.key, PARTS.c.version_id == HELD_OBJECTS.c.version_id)
    query = (
        select(*name.clauses, func.max(PARTS.c.sha256).label("sha256"), func.max(PARTS.c.size).label("size"))
        .join(PARTS, is_sealed)
        .where(wanted)
        .group_by(*name.clauses)
    )
    yield from _paged(vault, query)


def _paged(vault: Vault, query: Select[tuple[str, ...]]) -> Iterator[list[_Held]]:
    name = tuple_(HELD_OBJECTS.c.key, HELD_OBJECTS.c.version_id)
    query = query.order_by(*name.clauses).limit(_PAGE)
    after: tuple[str, str] | None = None
    while page := _page(vault, query if after is None else query.where(name > after)):
        yield page
        after = page[-1].key, page[-1].version_id


def _page(vault: Vault, query: Select[tuple[str, ...]]) -> list[_Held]:
    with vault.books.connect() as connection:
        objects = [Stored(*row) for row in connection.execute(query)]
        keys = [stored.key for stored in objects]
        repaired = {
            (row.key, row.version_id): row.whole_version_id
            for row in connection.execute(select(REPAIRS).where(REPAIRS.c.key.in_(keys)))
        }
        copied = {
            (row.key, row.version_id): row.copy_version_id
            for row in connection.execute(select(COPIES).where(COPIES.c.key.in_(keys)))
        }
    return [_placed(vault, stored, repaired, copied) for stored in objects]


def _placed(
    vault: Vault, stored: Stored, repaired: dict[tuple[str, str], str], copied: dict[tuple[str, str], str]
) -> _Held:
    """Where an object lies: its whole version where it was repaired, and its second copy where one is."""
    name = (stored.key, stored.version_id)
    at = partial(msgspec.structs.replace, stored)
    places = [_Place(vault.store, at(version_id=repaired.get(name, stored.version_id)), is_copy=False)]
    if vault.second is not None and name in copied:
        places.append(_Place(vault.second, at(version_id=copied[name]), is_copy=True))
    return _Held(*name, tuple(places))


def _note_seen(vault: Vault, page: Sequence[_Held], outcomes: Sequence[_Outcome]) -> None:
    """Write down which objects were seen to bear their legal holds, in every place where they lie.

    One that lacks its legal hold somewhere is seen no longer; one that could not be asked stays as it was.
    """
    lacking = {one.place.stored.key for one in outcomes if not one.bears}
    asked = {(one.place.stored.key, one.place.is_copy) for one in outcomes}
    whole = {held.key for held in page if all((held.key, one.is_copy) in asked for one in held.places)}
    with changing(vault.books) as connection:
        for keys, at in ((whole - lacking, vault.clock()), (lacking, None)):
            these = HELD_OBJECTS.c.key.in_(sorted(keys))
            connection.execute(HELD_OBJECTS.update().where(these).values(seen_at=at))


def _forget(vault: Vault, page: Sequence[_Held], mine: ColumnElement[bool]) -> int:
    """Forget objects that are free, or gone; how many."""
    name = tuple_(HELD_OBJECTS.c.key, HELD_OBJECTS.c.version_id)
    freed = name.in_([(held.key, held.version_id) for held in page])
    with changing(vault.books) as connection:
        connection.execute(HELD_OBJECTS.delete().where(freed, mine))
    return len(page)


def _kept_by_others(ended: Collection[str]) -> ColumnElement[bool]:
    """Whether a hold that is not among `ended` keeps the object."""
    other = HELD_OBJECTS.alias("other")
    return exists().where(
        other.c.key == HELD_OBJECTS.c.key,
        other.c.version_id == HELD_OBJECTS.c.version_id,
        other.c.hold.not_in(list(ended)),
    )


def _drop_rewritten(vault: Vault, ended: Collection[str]) -> int:
    """Forget what a disposition has replaced; how many objects. What stays of them is noted anew.

    One that still lies in a store is freed first, and stays known while a hold in force keeps it: a legal
    hold is never left on an object that nothing names any more.
    """
    name = (HELD_OBJECTS.c.key, HELD_OBJECTS.c.version_id)
    is_sealed = exists().where(PARTS.c.key == name[0], PARTS.c.version_id == name[1])
    # No seal names them, so their hashes are not known: legal holds go by key and version.
    query = select(*name, literal("").label("sha256"), literal(0).label("size")).where(~is_sealed).distinct()
    is_kept, dropped = _kept_by_others(ended), 0
    for page in _paged(vault, query.where(is_kept)):
        dropped += _forget(vault, [held for held in page if not any(map(_lies, held.places))], true())
    for page in _paged(vault, query.where(~is_kept)):
        for place in filter(_lies, (place for held in page for place in held.places)):
            place.store.set_legal_hold(place.stored, on=False)
        dropped += _forget(vault, page, true())
    return dropped


def _lies(place: _Place) -> bool:
    """Whether a store still has an object."""
    try:
        place.store.standing(place.stored)
    except ArchiveDamaged:
        return False
    return True
