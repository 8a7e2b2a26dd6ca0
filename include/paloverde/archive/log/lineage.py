"""Which key of the City took the place of which, as the entries of a log tell it themselves.

`archive.keys` is the register that the City works with; this one is for an outsider who has the log's files
and nothing else. A key that was announced by the one before it is vouched for by it. Of a key that replaces a
lost one, nobody but the City says so.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import datetime

import msgspec

from paloverde.archive.signing import signature_holds
from paloverde.errors import ArchiveDamaged
from paloverde.records import archive_day
from paloverde.wording import spoken

REGISTERED = "signing key registered"  # what `archive.keys` writes
_LOST = "lost"
_KEY = re.compile("[0-9a-f]{64}")


class Registered(msgspec.Struct, frozen=True):
    """A key, the ledger entry that registered it, and the key that signed that entry."""

    public_key: str
    entry: int
    announced_by: str
    is_after_loss: bool
    at: datetime
    said: str

    @property
    def day(self) -> str:
        day = archive_day(self.at)
        return f"{spoken(day)}"


class Lineage:
    """The keys of a log, in the order in which they were registered."""

    def __init__(self) -> None:
        self.keys: list[Registered] = []
        self._lost: set[str] = set()

    def take(self, number: int, entry: bytes) -> None:
        """Note the key that an entry registers, where it does.

        `ArchiveDamaged` where it was not signed by one that could announce it.
        """
        found = _registered_in(number, entry)
        if found is None:
            return
        known = {key.public_key for key in self.keys} - self._lost
        by_itself = found.announced_by == found.public_key
        if by_itself:
            could = found.is_after_loss == bool(self.keys)  # the first key, or one after a loss
        else:
            could = found.announced_by in known and not found.is_after_loss
        if not could:
            raise ArchiveDamaged(
                f"Entry {number:,} registers the key {found.public_key}, and none that could has signed it."
            )
        if found.is_after_loss:
            self._lost |= known
        self.keys.append(found)

    def steps(self, given: str, signer: str) -> list[Registered] | None:
        """The changes that lead from one key to another, oldest first; None where none do."""
        path: list[Registered] = []
        places = {key.public_key: at for at, key in enumerate(self.keys)}
        while signer != given:
            at = places.get(signer, 0)
            if at == 0:
                return None
            key = self.keys[at]
            path.insert(0, key)
            signer = self.keys[at - 1].public_key if key.is_after_loss else key.announced_by
        return path if given in places or not path else None


def followed(steps: Sequence[Registered]) -> str:
    """How one key took the place of another, each announced by the one before it."""
    last, entries = steps[-1], ", ".join(f"{step.entry:,}" for step in steps)
    if len(steps) == 1:
        how = f"your key itself announced it, in ledger entry {entries}"
    else:
        how = f"each of {len(steps)} changes was announced by the key before it (ledger entries {entries})"
    return f"which took the place of the key that you gave on {last.day}: {how}"


def broken(steps: Sequence[Registered]) -> str:
    """Why the key that somebody has cannot vouch for what is signed now, and what to do."""
    loss = next(step for step in steps if step.is_after_loss)
    whose = "The key that you gave" if loss is steps[0] else "A key after the one that you gave"
    return (
        f"{whose} was given up as lost on {loss.day} (ledger entry {loss.entry:,}, which says: "
        f"{loss.said!r}). Nobody but the City says so: no earlier key announced the next one, "
        f"{loss.public_key}, so what was signed since is not vouched for by yours. Ask the City, by another "
        "way than these files, whether that is so and which key it uses now, and give that one, too"
    )


def _registered_in(number: int, entry: bytes) -> Registered | None:
    if REGISTERED.encode() not in entry:
        return None
    try:
        said = json.loads(entry)
        event = said["event"]
        if event["what"] != REGISTERED:
            return None
        about, signature = event["about"], str(said["signature"])
        found = Registered(
            str(about["public_key"]), number, str(said["public_key"]), about["cause"] == _LOST,
            datetime.fromisoformat(event["at"]), str(about["said"])[:200],
        )  # fmt: skip
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ArchiveDamaged(f"Entry {number:,} registers a key, and cannot be read.") from error
    if not _KEY.fullmatch(found.public_key):
        raise ArchiveDamaged(f"Entry {number:,} registers a key that is none.")
    unsigned = entry.replace(f'"signature":"{signature}"'.encode(), b'"signature":""')
    if not signature_holds(found.announced_by, unsigned, signature):
        raise ArchiveDamaged(f"Entry {number:,} registers a key, and does not bear its signature.")
    return found
