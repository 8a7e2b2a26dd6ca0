"""The single attempts of the probe: each tries one thing on a store and says what came of it.

What only keys that may delete can show is not tried without them, and said so. A lock of decades is asked for
only with keys that were just seen to lift such a lock, and lifted at once.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

import msgspec

from paloverde.archive.rights import LOCK_SECONDS, Rights
from paloverde.archive.store.interface import Grade, Stored
from paloverde.archive.store.rules import whole_second
from paloverde.archive.store.tamper import PREFIX, Tamper
from paloverde.errors import PaloverdeError, StoreCannotPromise

SHORT_LOCK_SECONDS = 3
CLOCK_SECONDS = 120.0  # a larger difference would set locks that end on the wrong day
FAR = (datetime(2038, 1, 20, tzinfo=UTC), datetime(2106, 1, 1, tzinfo=UTC))  # past 2**31 seconds; near 2**32
RESTART = "restart"  # the one that a first examination cannot try, and is no worse for
FARTHER = datetime(2140, 1, 1, tzinfo=UTC)  # past 2**32 seconds


class Need(StrEnum):
    """What a check is needed for."""

    EVERY = "every store"
    LOCKS = "GOVERNANCE and COMPLIANCE"
    COMPLIANCE = "COMPLIANCE"
    NOTHING = "nothing: Paloverde does without it"


class Evidence(msgspec.Struct, frozen=True):
    """The object that one run leaves locked for the next to find."""

    stored: Stored
    mode: Grade
    locked_until: datetime


@dataclass(frozen=True)
class Trial:
    """What a check works with: the attempts, who may undo them, a fresh key, and the evidence of the run
    before.
    """

    tamper: Tamper
    rights: Rights
    run: str
    previous: Evidence | None

    def key(self, name: str) -> str:
        return f"{PREFIX}{self.run}/{name}"

    def locked(self, name: str, mode: Grade) -> tuple[Stored, datetime]:
        """An object locked in this mode for LOCK_SECONDS, and when that ends."""
        until = _in_seconds(LOCK_SECONDS)
        return self.tamper.lock(self.key(name), f"{name} {self.run}".encode(), mode, until), until

    def written(self, name: str, seconds: int) -> tuple[Stored, datetime]:
        """An object written and locked as the archive would, and when its lock ends."""
        until = _in_seconds(seconds)
        return self.tamper.store.put(self.key(name), f"{name} {self.run}".encode(), locked_until=until), until

    def under_compliance(self, name: str) -> tuple[Stored, datetime]:
        """An object under a COMPLIANCE lock; `StoreCannotPromise` where the store knows none."""
        stored, until = self.locked(name, Grade.COMPLIANCE)
        if self.tamper.store.standing(stored).mode is not Grade.COMPLIANCE:
            raise StoreCannotPromise(
                "COMPLIANCE locks are not known here, whoever administers the store can undo a lock."
            )
        return stored, until


def _in_seconds(seconds: int) -> datetime:
    return whole_second(datetime.now(UTC) + timedelta(seconds=seconds))


Finding = tuple[bool | None, str]


_EXAMINER = "examine the store with the examiner's keys once (docs/guide/storage.md)."


def _not_tried(what: str, lacking: str) -> Finding:
    return None, f"{what} was not tried, because no key at hand may {lacking}: {_EXAMINER}"


def leftovers(trial: Trial) -> Finding:
    sweeper = trial.rights.lifter or trial.rights.remover
    if sweeper is None:
        return None, (
            "What examinations write stays under probe/, small and soon without a lock, because no key at "
            "hand may delete it; the next examination with the examiner's keys clears it."
        )
    sweeper.sweep()
    return True, "What earlier examinations left under probe/ is cleared."


def _either(passed: bool, if_so: str, if_not: str) -> Finding:
    return passed, if_so if passed else if_not


def clock(trial: Trial) -> Finding:
    ahead = trial.tamper.clock_difference()
    if ahead is None:
        return True, "The store keeps time by this machine's own clock."
    return _either(
        abs(ahead) <= CLOCK_SECONDS,
        f"The clocks of the store and of this machine agree within {CLOCK_SECONDS:.0f} seconds.",
        f"The store's clock differs from this machine's by {ahead:.0f} seconds; set both clocks first.",
    )


def versions(trial: Trial) -> Finding:
    return _either(
        trial.tamper.keeps_versions(),
        "Every version of an object is kept.",
        "The store is not set to keep versions and locks; use a bucket that was made with Object Lock.",
    )


def expiry_rules(trial: Trial) -> Finding:
    rules = trial.tamper.expiry_rules()
    return _either(
        not rules,
        "No rule of the store deletes objects by itself.",
        f"The store deletes objects by its own rules ({', '.join(rules)}); remove these rules.",
    )


def read_after_write(trial: Trial) -> Finding:
    store = trial.tamper.store
    for number in range(5):
        stored = store.put(trial.key(f"fresh-{number}"), f"{trial.run} {number}".encode(), locked_until=None)
        if store.find(stored.key) != stored or store.get(stored) != f"{trial.run} {number}".encode():
            return False, "What was just written could not be read back at once."
    return True, "What was just written is read back at once and whole."


def damaged_bytes(trial: Trial) -> Finding:
    return _either(
        not trial.tamper.send_damaged(trial.key("md5"), checksum="md5"),
        "Bytes that were damaged on the way are refused.",
        "Bytes that were damaged on the way were accepted.",
    )


def sha256_checked(trial: Trial) -> Finding:
    return _either(
        not trial.tamper.send_damaged(trial.key("sha256"), checksum="sha256"),
        "A wrong SHA-256 is refused by the store itself.",
        "The store does not check SHA-256 itself; Paloverde does at every reading, and MD5 guards the way.",
    )


def encrypted(trial: Trial) -> Finding:
    """With the store's own way of writing, which asks for what is set and refuses what was not done."""
    stored = trial.tamper.store.put(trial.key("encrypted"), trial.run.encode(), locked_until=None)
    how = trial.tamper.how_encrypted(stored)
    if how is None:
        return False, "The store encrypts nothing itself: encrypt the disk that it lies on."
    return not how.startswith("not "), f"What is written is {how}."


def governance_lock(trial: Trial) -> Finding:
    remover = trial.rights.remover
    if remover is None:
        return _not_tried("Whether a lock keeps an object", "delete anything")
    stored, _ = trial.locked("governance", Grade.GOVERNANCE)
    return _either(
        not remover.delete(stored),
        "A locked object cannot be deleted by an ordinary user.",
        "A locked object could be deleted by an ordinary user.",
    )


def compliance_lock(trial: Trial) -> Finding:
    stored, _ = trial.under_compliance("compliance")
    lifter = trial.rights.lifter
    if lifter is None:
        return _not_tried(
            "Whether a COMPLIANCE lock keeps an object from everybody", "lift a GOVERNANCE lock"
        )
    gone = lifter.delete(stored) or lifter.delete(stored, bypass=True)
    return _either(
        not gone,
        "An object under a COMPLIANCE lock cannot be deleted, whatever the right of the user.",
        "An object under a COMPLIANCE lock could be deleted.",
    )


def not_shortened(trial: Trial) -> Finding:
    stored, until = trial.under_compliance("shorten")
    shortener = trial.rights.shortener
    if shortener is None:
        return _not_tried("Whether a COMPLIANCE lock can be shortened", "shorten a GOVERNANCE lock")
    moved = shortener.relock(stored, Grade.COMPLIANCE, until - timedelta(seconds=LOCK_SECONDS // 2))
    return _either(
        not moved,
        "A COMPLIANCE lock cannot be shortened.",
        "A COMPLIANCE lock could be shortened.",
    )


def not_weakened(trial: Trial) -> Finding:
    stored, until = trial.under_compliance("weaken")
    shortener = trial.rights.shortener
    if shortener is None:
        return _not_tried("Whether a COMPLIANCE lock can be weakened", "shorten a GOVERNANCE lock")
    shortener.relock(stored, Grade.GOVERNANCE, until)
    return _either(
        trial.tamper.store.standing(stored).mode is Grade.COMPLIANCE,
        "A COMPLIANCE lock cannot be turned into a GOVERNANCE lock.",
        "A COMPLIANCE lock could be turned into a weaker lock.",
    )


def extended(trial: Trial) -> Finding:
    store = trial.tamper.store
    stored, until = trial.written("extend", LOCK_SECONDS)
    later = until + timedelta(seconds=10)
    store.extend(stored, later)
    return _either(
        store.standing(stored).locked_until == later,
        "A lock can be made longer.",
        "A lock could not be made longer, so a hold could not be placed on what is already locked.",
    )


def overwritten(trial: Trial) -> Finding:
    stored, _ = trial.locked("overwrite", Grade.GOVERNANCE)
    trial.tamper.overwrite(stored.key, b"other bytes")
    return _either(
        trial.tamper.store.get(stored) == f"overwrite {trial.run}".encode(),
        "Writing under the same name leaves the earlier version as it was.",
        "Writing under the same name destroyed the earlier version.",
    )


def legal_hold(trial: Trial) -> Finding:
    store, remover = trial.tamper.store, trial.rights.remover
    stored = store.put(trial.key("hold"), f"hold {trial.run}".encode(), locked_until=None)
    gone = False
    try:
        store.set_legal_hold(stored, on=True)
        gone = remover is not None and remover.delete(stored, bypass=True)
    finally:
        if not gone:  # it has no end of its own
            store.set_legal_hold(stored, on=False)
    if gone:
        return False, "An object under a legal hold could be deleted."
    if remover is None:
        return _not_tried("A legal hold can be set and lifted. Whether it keeps an object", "delete anything")
    return _either(
        remover.delete(stored),
        "A legal hold keeps an object until it is lifted.",
        "After a legal hold was lifted its object could still not be deleted.",
    )


def short_lock_ends(trial: Trial) -> Finding:
    remover = trial.rights.remover
    if remover is None:
        return _not_tried("Whether a lock ends when its time has come", "delete anything")
    stored, until = trial.written("short", SHORT_LOCK_SECONDS)
    if remover.delete(stored):
        return False, "A lock of three seconds did not keep its object."
    time.sleep(max(0.0, (until - datetime.now(UTC)).total_seconds()) + 1.5)
    return _either(
        remover.delete(stored),
        "A lock ends when its time has come, and not before.",
        "A lock of three seconds still held after its time; check the store's clock.",
    )


def multipart(trial: Trial) -> Finding:
    until = _in_seconds(LOCK_SECONDS)
    stored = trial.tamper.multipart(trial.key("multipart"), b"in parts", until)
    if stored is None:
        return False, "The store knows no upload in parts; Paloverde never uses it."
    remover = trial.rights.remover or trial.tamper
    kept = trial.tamper.store.standing(stored).locked_until == until and not remover.delete(stored)
    return _either(
        kept,
        "An upload in parts keeps its lock.",
        "An upload in parts loses its lock; Paloverde never uses it, and other programs must not either.",
    )


def conditional_put(trial: Trial) -> Finding:
    key = trial.key("conditional")
    first, second = trial.tamper.put_if_absent(key, b"first"), trial.tamper.put_if_absent(key, b"second")
    return _either(
        first is True and second is False,
        "Of two programs that write the same new name, one is refused.",
        "Two programs may write the same new name; Paloverde commits in its database instead.",
    )


def wrong_secret(trial: Trial) -> Finding:
    entered = trial.tamper.enter_with_wrong_secret()
    if entered is None:
        return True, "The store has no keys: the operating system says who may read it."
    return _either(
        not entered,
        "A wrong secret key is refused.",
        "A wrong secret key was accepted, so anybody who reaches the store can write and read.",
    )


def _date_is_kept(trial: Trial, lifter: Tamper, until: datetime) -> bool:
    # GOVERNANCE, since this lock must be lifted again: a COMPLIANCE lock until 2106 would stay.
    store, key = trial.tamper.store, trial.key(f"year-{until.year}")
    try:
        stored = trial.tamper.lock(key, str(until.year).encode(), Grade.GOVERNANCE, until)
        kept = store.standing(stored).locked_until == until
    except PaloverdeError:
        kept = False
    left = store.find(key)  # a store that did not keep the date may have kept the object
    if left is not None and not lifter.delete(left, bypass=True):
        raise StoreCannotPromise(
            f"a lock until {until.year} could not be lifted again, though a short one could: {key} stays."
        )
    return kept


def far_dates(trial: Trial) -> Finding:
    lifter = trial.rights.lifter
    if lifter is None:
        return _not_tried("Whether lock dates in 2038 and 2106 are kept", "lift such a lock again")
    return _either(
        all(_date_is_kept(trial, lifter, until) for until in FAR),
        "Lock dates in 2038 and 2106 are kept to the second.",
        "A lock date in 2038 or 2106 was not kept as asked.",
    )


def farther_dates(trial: Trial) -> Finding:
    lifter = trial.rights.lifter
    if lifter is None:
        return _not_tried("Whether lock dates after 2106 are kept", "lift such a lock again")
    return _either(
        _date_is_kept(trial, lifter, FARTHER),
        "Lock dates after 2106 are kept to the second.",
        "Lock dates after February 2106 are not kept; Paloverde stops where a date is not kept as asked.",
    )


def restart(trial: Trial) -> Finding:
    if trial.previous is None:
        return (
            None,
            "Whether locks outlive a restart of the store is not known yet; restart it and ask again.",
        )
    past = trial.previous
    now = trial.tamper.store.standing(past.stored)
    trial.tamper.store.get(past.stored)
    return _either(
        now.mode is past.mode and now.locked_until is not None and now.locked_until >= past.locked_until,
        "What an earlier run of this check locked is still there, whole and locked.",
        "What an earlier run of this check locked is no longer locked; this store must not be trusted.",
    )


CHECKS: tuple[tuple[str, Need, Callable[[Trial], Finding]], ...] = (
    ("leftovers", Need.NOTHING, leftovers),
    ("clock", Need.LOCKS, clock),
    ("versions", Need.LOCKS, versions),
    ("expiry rules", Need.EVERY, expiry_rules),
    ("wrong secret", Need.EVERY, wrong_secret),
    ("read after write", Need.EVERY, read_after_write),
    ("damaged bytes", Need.EVERY, damaged_bytes),
    ("sha-256", Need.NOTHING, sha256_checked),
    ("encryption", Need.NOTHING, encrypted),
    ("overwrite", Need.EVERY, overwritten),
    ("governance lock", Need.LOCKS, governance_lock),
    ("legal hold", Need.LOCKS, legal_hold),
    ("lock extended", Need.LOCKS, extended),
    ("compliance lock", Need.COMPLIANCE, compliance_lock),
    ("lock not shortened", Need.COMPLIANCE, not_shortened),
    ("lock not weakened", Need.COMPLIANCE, not_weakened),
    ("short lock ends", Need.LOCKS, short_lock_ends),
    ("far dates", Need.COMPLIANCE, far_dates),
    ("farther dates", Need.NOTHING, farther_dates),
    (RESTART, Need.EVERY, restart),
    ("multipart", Need.NOTHING, multipart),
    ("conditional put", Need.NOTHING, conditional_put),
)
