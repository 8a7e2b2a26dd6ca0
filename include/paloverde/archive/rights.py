"""Which keys may undo what the probe writes: tried on small objects under `probe/`, never assumed.

That a store refuses to delete proves a lock only where the one who asks may delete. The archive's own keys
should not be able to (docs/guide/storage.md), so other keys may be asked beside them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from paloverde.archive.store.interface import Grade, Stored
from paloverde.archive.store.rules import whole_second
from paloverde.archive.store.tamper import Tamper
from paloverde.errors import BadSetting, StoreCannotPromise

LOCK_SECONDS = 30  # long enough for a slow server to be asked, short enough to be gone soon


@dataclass(frozen=True)
class Rights:
    """The first of the keys at hand that may do each of these; None where none of them may."""

    remover: Tamper | None  # deletes what no lock holds
    lifter: Tamper | None  # deletes what a GOVERNANCE lock holds, by the right to lift it
    shortener: Tamper | None  # gives a GOVERNANCE lock an earlier end, by the same right


def rights_of(keys: Sequence[Tamper], name: Callable[[str], str]) -> Rights:
    """Try what each of these keys may do to three objects that the first of them writes.

    What none may delete stays, without a lock half a minute later. Raises what the store raises where it
    cannot be written at all.
    """
    own = keys[0]
    free = own.store.put(name("free"), b"free", locked_until=None)
    remover = _first(keys, lambda key: key.delete(free))
    until = whole_second(datetime.now(UTC) + timedelta(seconds=LOCK_SECONDS))
    earlier = until - timedelta(seconds=LOCK_SECONDS // 2)
    try:
        locked = _locked(own, name("lifted"), until)
        other = _locked(own, name("shortened"), until)
    except StoreCannotPromise:  # it knows no locks, as its own check says
        return Rights(remover, None, None)
    return Rights(
        remover=remover,
        lifter=_first(keys, lambda key: key.delete(locked, bypass=True)),
        shortener=_first(keys, lambda key: key.relock(other, Grade.GOVERNANCE, earlier)),
    )


def _locked(own: Tamper, key: str, until: datetime) -> Stored:
    return own.lock(key, key.encode(), Grade.GOVERNANCE, until)


def _first(keys: Sequence[Tamper], may: Callable[[Tamper], bool]) -> Tamper | None:
    return next((key for key in keys if _is_let(key, may)), None)


def _is_let(key: Tamper, may: Callable[[Tamper], bool]) -> bool:
    """Whether the store lets it happen; keys that may not even look there are let do nothing."""
    try:
        return may(key)
    except (BadSetting, StoreCannotPromise):
        return False
