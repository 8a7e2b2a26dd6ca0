"""How far a build has come, so that who was interrupted goes on after the last whole volume.

A folder beside the volumes holds `state.json` and the page counts. A volume is listed when it is whole; one
that was begun and is not listed is written again. Whatever changed in between is refused: half of a
production from before and half from after a change would be neither.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from paloverde.bundles.box import digest_of
from paloverde.errors import BadSetting
from paloverde.productions.document import Production
from paloverde.productions.hashes import HASHES
from paloverde.productions.plan import Plan
from paloverde.productions.tally import Tally

FOLDER, _STATE = ".unfinished", "state.json"
_ENCODER = msgspec.msgpack.Encoder(order="deterministic")


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """A volume that is whole: its zip, and what was counted while it was written."""

    name: str
    file: str
    sha256: str
    size: int
    first: str
    last: str
    tally: Tally


class State(msgspec.Struct, kw_only=True):
    """The state of a build: what it is built from, the first page, what is done and what was begun. `unread`
    are files that could not be looked into for what is kept back, and were accepted.
    """

    fingerprint: str
    production: Production
    pages: int
    first: int
    done: list[Done] = []
    begun: str = ""
    unread: list[str] = []

    @property
    def documents(self) -> int:
        return sum(volume.tally.documents for volume in self.done)


class Unfinished:
    """The folder of an unfinished build, held by one process at a time."""

    def __init__(self, out: Path) -> None:
        self.out, self.folder = out, out / FOLDER
        self._state, self._counts = self.folder / _STATE, self.folder / "pages"

    def counts(self, fingerprint: str) -> array[int] | None:
        """The page counts of a production of that fingerprint, where they are there."""
        file = self._counts.with_suffix(f".{fingerprint[:16]}")
        if not file.exists():
            return None
        return array("I", file.read_bytes())

    def keep_counts(self, fingerprint: str, counts: array[int]) -> None:
        _write(self._counts.with_suffix(f".{fingerprint[:16]}"), counts.tobytes())

    def state(self, fingerprint: str) -> State | None:
        """What was done before; None where nothing was numbered yet.

        `BadSetting` where the production is another than the one that was begun here, or a volume that was
        written is not there or not as it was.
        """
        if not self._state.exists():
            return None
        state = msgspec.json.decode(self._state.read_bytes(), type=State)
        if state.fingerprint != fingerprint:
            raise BadSetting(
                f"{self.out} holds the begun volumes of this production as it was before something of it "
                "changed (a record, a decision, a form or the software). Build it into an empty folder; the "
                "numbers that were reserved then are not given again."
            )
        for volume in state.done:
            _check(self.out / volume.file, volume)
        if state.begun:
            (self.out / f"{state.begun}.zip").unlink(missing_ok=True)
        return state

    def keep(self, state: State) -> None:
        _write(self._state, msgspec.json.encode(state))


def is_begun(out: Path) -> bool:
    """Whether a build into `out` was begun and not yet filed. What lies there without a state beside a whole
    list is the rest of one that was filed: somebody was interrupted while it was cleared away.
    """
    folder = out / FOLDER
    return folder.exists() and ((folder / _STATE).exists() or not (out / HASHES).exists())


@contextmanager
def opened(out: Path) -> Iterator[Unfinished]:
    """The folder for a build into `out`, for this user alone: it holds words that are kept back.
    `BadSetting` where another process builds there.
    """
    begun = Unfinished(out)
    try:
        out.mkdir(parents=True, exist_ok=True, mode=0o700)
        begun.folder.mkdir(exist_ok=True, mode=0o700)
        lock = (begun.folder / "lock").open("w")
    except OSError as error:
        raise BadSetting(
            f"{out} cannot be written: {error.strerror or error}. Make room there, or choose another place."
        ) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BadSetting(f"Another process is building into {out} now: wait for it.") from error
        for half in out.glob(".VOL*.zip.*"):  # of a process that was killed: nobody has looked it through
            half.unlink()
        yield begun


def fingerprint_of(plan: Plan) -> str:
    """SHA-256 over all that decides what is written, but for the time and the head of the ledger, which are
    those of the beginning.
    """
    digest = hashlib.sha256()
    production = msgspec.structs.asdict(plan.production)
    for name in ("made_at", "root", "stamped_at"):
        del production[name]
    told = (production, plan.bates, sorted(plan.forms), plan.most_bytes, plan.most_documents, plan.by_name)
    digest.update(_ENCODER.encode(told))
    facts = plan.facts
    flat = [facts.matter, facts.hold, facts.confidentiality]
    tables = (facts.custodians, facts.account_ids, facts.runs, facts.endings, facts.recipients)
    digest.update(_ENCODER.encode((flat, [sorted(table.items(), key=repr) for table in tables])))
    for family in plan.families():
        digest.update(_ENCODER.encode(family))
    return digest.hexdigest()


def _check(file: Path, volume: Done) -> None:
    if not file.exists() or digest_of(file) != volume.sha256:
        raise BadSetting(
            f"{file} was written whole and is now not there or another: put it back, or build into an empty "
            "folder."
        )


def _write(file: Path, body: bytes) -> None:
    """Whole or not at all, and on disk."""
    new = file.with_name(f"{file.name}.new")
    with new.open("wb") as opened_file:
        opened_file.write(body)
        opened_file.flush()
        os.fsync(opened_file.fileno())
    new.replace(file)
