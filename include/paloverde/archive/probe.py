"""What a store keeps when somebody tries: `paloverde doctor` asks before the archive promises anything.

Every store says that it locks; some do not (`docs/guide/storage.md`). The probe writes small objects
under `probe/`, tries what must not be possible, and says in plain sentences what the store can and
cannot promise. Each attempt uses locks of seconds, or lifts a longer one at once, so that nothing is left
behind locked, except one evidence object, whose lock the next run finds again, whatever restart lay between.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta

import msgspec

from paloverde.archive.attempts import CHECKS, RESTART, Evidence, Finding, Need, Trial
from paloverde.archive.rights import rights_of
from paloverde.archive.store.interface import Grade
from paloverde.archive.store.rules import whole_second
from paloverde.archive.store.tamper import EVIDENCE, PREFIX, Tamper
from paloverde.errors import PaloverdeError

EVIDENCE_DAYS = 35  # a nightly or monthly run finds the evidence of the one before still locked


class Check(msgspec.Struct, frozen=True):
    """One thing tried. `passed` is None where it could not be tried yet, and `sentence` says why."""

    name: str
    passed: bool | None
    sentence: str
    needed_for: Need


class Probe(msgspec.Struct, frozen=True):
    """What was tried on a store, when, and what follows. Times are UTC.

    A verdict is None where nothing speaks against it, and something that it needs could not be tried.
    """

    store: str
    grade: Grade
    began: datetime
    ended: datetime
    checks: tuple[Check, ...]
    evidence: Evidence | None
    promises: tuple[str, ...]
    cannot_promise: tuple[str, ...]
    not_tried: tuple[str, ...]
    usable: bool | None  # whether the archive may be kept here in the grade that is set
    compliance_allowed: bool | None  # whether COMPLIANCE may be set

    def as_json(self) -> bytes:
        """Canonical JSON (sorted names, no spaces): the bytes that are signed and kept."""
        return msgspec.json.encode(self, order="sorted")


def probe(tamper: Tamper, *, previous: Evidence | None = None, others: Sequence[Tamper] = ()) -> Probe:
    """Try everything on the store of `tamper`. `previous` is the evidence in the last kept result.

    `others` are the same store under other keys, which may delete where those of `tamper` may not. Raises
    `Unreachable` or `BadSetting` where the store cannot be asked at all.
    """
    began = datetime.now(UTC)
    store = tamper.store
    run = uuid.uuid4().hex[:12]
    rights = rights_of([tamper, *others], f"{PREFIX}{run}/may-be-{{}}".format)
    trial = Trial(tamper, rights, run, previous)
    checks = tuple(_carry_out(trial, *row) for row in CHECKS)
    usable = _verdict(checks, _needs(store.grade))
    return Probe(
        store=store.description,
        grade=store.grade,
        began=began,
        ended=datetime.now(UTC),
        checks=checks,
        # A store that failed keeps the old evidence: a lost lock is not forgotten at the next run.
        evidence=previous if usable is False else _leave_evidence(trial),
        promises=tuple(check.sentence for check in checks if check.passed),
        cannot_promise=tuple(check.sentence for check in checks if check.passed is False),
        not_tried=tuple(check.sentence for check in checks if check.passed is None),
        usable=usable,
        compliance_allowed=_verdict(checks, _needs(Grade.COMPLIANCE)),
    )


def _verdict(checks: Iterable[Check], needs: set[Need]) -> bool | None:
    needed = [check for check in checks if check.needed_for in needs]
    if any(check.passed is False for check in needed):
        return False
    return None if any(check.passed is None and check.name != RESTART for check in needed) else True


def _needs(grade: Grade) -> set[Need]:
    needs = {Need.EVERY}
    if grade is not Grade.APPLICATION:
        needs.add(Need.LOCKS)
    if grade is Grade.COMPLIANCE:
        needs.add(Need.COMPLIANCE)
    return needs


def _carry_out(trial: Trial, name: str, need: Need, try_it: Callable[[Trial], Finding]) -> Check:
    try:
        passed, sentence = try_it(trial)
    except PaloverdeError as error:
        # An error in the middle of an attempt is an answer too: the store could not do it properly.
        passed, sentence = False, f"Failed at {name}: {error}"
    return Check(name=name, passed=passed, sentence=sentence, needed_for=need)


def _leave_evidence(trial: Trial) -> Evidence:
    """Lock an object for the next run to find, or lock the one that is there for longer."""
    store = trial.tamper.store
    until = whole_second(datetime.now(UTC) + timedelta(days=EVIDENCE_DAYS))
    if trial.previous is not None and trial.previous.mode is store.grade:
        stored = trial.previous.stored
        store.extend(stored, until)
    else:
        stored = store.put(f"{EVIDENCE}{trial.run}", trial.run.encode(), locked_until=until)
    return Evidence(stored=stored, mode=store.grade, locked_until=until)
