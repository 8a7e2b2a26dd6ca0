"""The register of signing keys: which key may have signed what, from the ledger alone.

The first key is registered when the archive begins. Another one is announced by an entry of the ledger that
the key before it signed; where that key is lost, by one that the new key signed itself, which says so. A
seal or an entry is believed only where the register knew its key by then: that it bears the signature of the
key that it names would prove nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum

import msgspec
from sqlalchemy import Connection, Engine, func, select

from paloverde.archive.ledger import Entry
from paloverde.archive.papers import Cabinet
from paloverde.archive.seal import Seal
from paloverde.archive.signing import Signer, bears_signature
from paloverde.errors import ArchiveDamaged, BadSetting, Suspicious
from paloverde.state.tables import FILED, LEDGER, RUNS
from paloverde.wording import spoken

SERIES, SUBJECT = "keys", "signing"
REGISTERED = "signing key registered"


class Cause(StrEnum):
    """Why a key was registered."""

    FIRST = "first"
    ROTATED = "rotated"  # announced by the key before it
    LOST = "lost"  # announced by nobody but itself: the key before it is gone


class KeyPaper(msgspec.Struct, frozen=True):
    """What is filed of a key. `runs` is how many runs were sealed before it: it may sign later ones."""

    public_key: str
    cause: Cause
    replaces: str
    runs: int
    said: str


class KnownKey(msgspec.Struct, frozen=True):
    """A key of the register. `entry` is the ledger entry that announced it, `announced_by` its key.

    `last_run` and `last_entry` are the last that a lost key can have signed; None for every other.
    """

    public_key: str
    cause: Cause
    since: datetime
    actor: str
    said: str
    runs: int
    entry: int
    announced_by: str
    last_run: int | None = None
    last_entry: int | None = None

    def sentence(self) -> str:
        """How it came into the register, plainly."""
        begun = f"The key {self.public_key} has signed since {spoken(self.since)}"
        if self.cause is Cause.FIRST:
            return f"{begun}: the archive began with it."
        if self.cause is Cause.ROTATED:
            return f"{begun}: the key before it, {self.announced_by}, announced it."
        return (
            f"{begun}. The key before it was LOST: no signature but its own announced this one, so what "
            f"vouches for it is the word of {self.actor} ({self.said.rstrip('.')}) and whoever published it."
        )


class KeyRegister:
    """The keys that are known, in the order in which they were registered."""

    def __init__(self, keys: Sequence[KnownKey]) -> None:
        self.keys = list(keys)

    def refuse_seal(self, seal: Seal, where: str) -> None:
        """`ArchiveDamaged` where the key of a seal was not known when it was made."""
        if not self._knows(seal.public_key, seal.sequence, "runs", "last_run"):
            raise ArchiveDamaged(_stranger(f"The seal {where}", seal.public_key))

    def refuse_entry(self, entry: Entry) -> None:
        """The same of a ledger entry."""
        first = self.keys[0].entry if self.keys else 0
        known = [k for k in self.keys if k.public_key == entry.public_key]
        stands = any(
            _announced(k, first) <= entry.sequence <= (k.last_entry or entry.sequence) for k in known
        )
        if self.keys and not stands:
            raise ArchiveDamaged(_stranger(f"Ledger entry {entry.sequence:,}", entry.public_key))

    def refuse_writing(self, entry: Entry) -> None:
        """`BadSetting` where an entry would be signed by a stranger: nobody could believe it, or undo it.

        A key that announces itself after a loss is none.
        """
        event = entry.event
        is_own = event.what == REGISTERED and event.about.get("public_key") == entry.public_key
        if not is_own:
            self.refuse_stranger(entry.public_key)

    def refuse_stranger(self, public_key: str, where: str = "that is in use") -> None:
        """`BadSetting` where a key may not sign now; `where` says where it lies."""
        self.refuse_given_up(public_key, where)
        if not self.knows(public_key):
            raise BadSetting(
                f"The key {where} ({public_key}) is not in the archive's register, so nothing signed with it "
                "would be believed, and nothing is. Put the right file back, or name its place with "
                "PALOVERDE_SIGNING_KEY_FILE; `paloverde keys list` shows the keys. If a store was lost after "
                "`paloverde keys new`, docs/guide/disaster.md says how the new key is announced again. If "
                'the key is lost, run `paloverde keys replace --lost --said "WHAT HAPPENED"`.'
            )

    def refuse_given_up(self, public_key: str, where: str) -> None:
        """`BadSetting` where a key turned up again after its loss was stated, which is for good."""
        if told := self.given_up(public_key, where):
            raise BadSetting(told)

    def given_up(self, public_key: str, where: str) -> str:
        """That a key was given up as lost, and when, in sentences; "" where it was not."""
        for known in self.keys:
            if known.public_key == public_key and known.last_entry is not None:
                loss = next(key for key in self.keys if key.entry > known.last_entry)
                return (
                    f"The key {where} ({public_key}) was given up as lost on {spoken(loss.since)}, and "
                    "nothing that it signs since is believed. Move its file away and put the key in use "
                    f"back: {self.keys[-1].public_key}."
                )
        return ""

    def knows(self, public_key: str) -> bool:
        """Whether a key may sign now. Before the first is registered, any may."""
        return not self.keys or any(k.public_key == public_key and k.last_run is None for k in self.keys)

    def _knows(self, public_key: str, number: int, since: str, last: str) -> bool:
        if not self.keys:
            return True
        known = [k for k in self.keys if k.public_key == public_key]
        return any(
            (k.cause is Cause.FIRST or getattr(k, since) < number) and number <= (getattr(k, last) or number)
            for k in known
        )


def register_of(entries: Iterable[Entry]) -> KeyRegister:
    """The register that some ledger entries tell; entries of other things are passed over.

    `ArchiveDamaged` where a key was announced by one that could not announce it.
    """
    keys: list[KnownKey] = []
    for entry in entries:
        if entry.event.what == REGISTERED:
            found = _known_key(entry)
            _refuse_a_false_announcement(found, keys)
            if found.cause is Cause.LOST:
                keys = [msgspec.structs.replace(k, **_ended(k, found)) for k in keys]
            keys.append(found)
    return KeyRegister(keys)


def key_register(connection: Connection) -> KeyRegister:
    """The register as the ledger in the database tells it."""
    return register_of(entry for entry, _ in key_entries(connection))


def key_entries(connection: Connection) -> list[tuple[Entry, str]]:
    """The ledger entries that announce keys, oldest first, each with its exact text, signatures checked."""
    query = (
        select(LEDGER.c.body)
        .join(FILED, FILED.c.entry == LEDGER.c.sequence)
        .where(FILED.c.series == SERIES)
        .order_by(LEDGER.c.sequence)
    )
    bodies = connection.execute(query).scalars().all()
    return [(read_entry(body.encode(), where="in the database"), body) for body in bodies]


def read_entry(body: bytes, *, where: str) -> Entry:
    """The ledger entry in `body`, its signature checked; `ArchiveDamaged` naming `where` otherwise."""
    try:
        entry = msgspec.json.decode(body, type=Entry)
    except msgspec.MsgspecError as error:
        raise ArchiveDamaged(f"The ledger entry {where} cannot be read: {error}") from error
    if not bears_signature(body, entry.public_key, entry.signature):
        raise ArchiveDamaged(f"The ledger entry {where} does not bear the signature that it names.")
    return entry


def register_key(
    cabinet: Cabinet, books: Engine, signer: Signer, cause: Cause, said: str, actor: str
) -> KeyPaper:
    """File a key in the register. `cabinet` writes with the key that announces it.

    `Suspicious` where somebody else has registered one meanwhile.
    """
    with books.connect() as connection:
        known = key_register(connection).keys
        runs = connection.execute(select(func.max(RUNS.c.sequence))).scalar() or 0
    last = cabinet.last(SERIES, SUBJECT)
    if any(key.public_key == signer.public_key for key in known):
        raise Suspicious(f"The key {signer.public_key} is in the register already.")
    paper = KeyPaper(signer.public_key, cause, known[-1].public_key if known else "", runs, said)
    about = {name: str(value) for name, value in msgspec.structs.asdict(paper).items()}
    cabinet.file(
        SERIES, SUBJECT, paper, what=REGISTERED, actor=actor, about=about,
        after=last.number if last else 0, for_ever=True,
    )  # fmt: skip
    return paper


def _known_key(entry: Entry) -> KnownKey:
    about = entry.event.about
    return KnownKey(
        about["public_key"], Cause(about["cause"]), entry.event.at, entry.event.actor, about["said"],
        int(about["runs"]), entry.sequence, entry.public_key,
    )  # fmt: skip


def _ended(key: KnownKey, after: KnownKey) -> dict[str, int]:
    """Until where the keys before a loss reach: nobody of the City signs with them afterwards."""
    return {
        "last_run": after.runs if key.last_run is None else key.last_run,
        "last_entry": after.entry - 1 if key.last_entry is None else key.last_entry,
    }


def _refuse_a_false_announcement(found: KnownKey, known: list[KnownKey]) -> None:
    by_itself = found.announced_by == found.public_key
    by_another = any(k.public_key == found.announced_by and k.last_run is None for k in known)
    is_right = {
        Cause.FIRST: by_itself and not known,
        Cause.ROTATED: by_another and not by_itself,
        Cause.LOST: by_itself and bool(known),
    }[found.cause]
    if not is_right:
        raise ArchiveDamaged(
            f"Ledger entry {found.entry:,} registers the key {found.public_key}, and was signed by "
            f"{found.announced_by}, which could not announce it: somebody else may have written it."
        )


def _announced(key: KnownKey, first: int) -> int:
    """The first entry that a key may have signed: the archive's own first key every one before it, too."""
    return 0 if key.entry == first else key.entry


def _stranger(what: str, public_key: str) -> str:
    return (
        f"{what} is signed with the key {public_key}, which the register of keys did not know then "
        "(`paloverde keys list`). Nothing signed by a stranger is believed: restore it from the second copy."
    )
