"""The seal of a run: what it wrote, what it could not get, and the hash of the seal before it.

What no seal names does not exist. Seals are canonical JSON (keys sorted, no spaces), signed with
the City's key, chained by hash; their order is their sequence number.
"""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from enum import StrEnum

import msgspec

from paloverde.archive.signing import Signer, bears_signature
from paloverde.archive.store.interface import Stored
from paloverde.errors import ArchiveDamaged
from paloverde.platforms.conversation import Gap, Listing

FORMAT = 1
FIRST = "0" * 64  # what the first seal names as the seal before it


class Role(StrEnum):
    """What an object of a run is."""

    RECORDS = "records"
    SIGHTINGS = "sightings"
    EXCHANGES = "exchanges"
    MEDIA = "media"
    REMOVED = "removed"
    TOMBSTONES = "tombstones"  # what was lawfully destroyed: ids, hashes and dates, no content


class RunKind(StrEnum):
    NIGHT = "night"
    REMOVAL_CHECK = "removal_check"
    SWEEP = "sweep"  # a short look between two nights
    IMPORT = "import"  # a site's own export, forwarded or handed-in records
    HIDING = "hiding"  # comments hidden at the site, or shown again
    DISPOSITION = "disposition"  # lawful destruction: what stays is written again, the rest is buried
    # A destruction undone, since a hold wants what still lies there: that is named again, as it was.
    REINSTATEMENT = "reinstatement"


class BrokenOff(StrEnum):
    """Why a run ended before it had asked everything; empty where it came to its end."""

    NO = ""
    LIMIT = "limit"  # the site's limit: what was answered until then is good, and another try goes on there
    TROUBLE = "trouble"


class Part(msgspec.Struct, frozen=True):
    """One object that a run wrote.

    `rows` is 0 for what has none (exchanges, media). `earliest` and `latest` bound the posting times
    of its rows: a search by date reads only parts whose bounds meet it. `undated` rows are in no bound.
    """

    role: Role
    key: str
    version_id: str
    sha256: str
    size: int
    rows: int = 0
    undated: int = 0
    earliest: datetime | None = None
    latest: datetime | None = None

    @property
    def stored(self) -> Stored:
        return Stored(key=self.key, version_id=self.version_id, sha256=self.sha256, size=self.size)


class Coverage(msgspec.Struct, frozen=True):
    """What a run asked for, got, and could not get.

    `since` is how far back it asked; None is everything that the site still gives. `until` is up to when what
    it had reaches (the moment at which a site's export was made); None is up to the run itself.
    """

    listings: list[Listing] = []
    gaps: list[Gap] = []
    unread: int = 0  # pieces kept raw that could not be made records
    drifted: int = 0  # records with something set aside
    exchanges: int = 0
    broken_off: BrokenOff = BrokenOff.NO
    since: datetime | None = None
    until: datetime | None = None
    notes: list[str] = []  # what was left out on purpose: nothing that a later run could have


class Superseded(msgspec.Struct, frozen=True):
    """An object of an earlier run that this one takes out of the archive.

    `replaced_by` is the key of the part of this run that holds what stays of it; "" where nothing stays.
    The earlier seal goes on naming it: that its bytes are gone is lawful then, by the order of a disposition.
    A reinstatement takes out what the disposition wrote, in favour of what had lain there before.
    """

    role: Role
    key: str
    version_id: str
    sha256: str
    size: int
    replaced_by: str

    @property
    def stored(self) -> Stored:
        return Stored(key=self.key, version_id=self.version_id, sha256=self.sha256, size=self.size)


class Draft(msgspec.Struct, frozen=True):
    """A run before it is sealed. `digest` is logical: equal for equal observations, however often run."""

    account: str
    platform: str
    day: date
    kind: RunKind
    digest: str
    started_at: datetime
    ended_at: datetime
    parts: list[Part]
    coverage: Coverage
    counts: dict[str, int]
    code_version: str
    superseded: list[Superseded] = []
    order: str = ""  # of a disposition: the order's id; of a reinstatement: that of the one it undoes


class Seal(msgspec.Struct, frozen=True):
    """A sealed run. `previous` is the sha256 of the seal before it."""

    format: int
    sequence: int
    previous: str
    run: Draft
    public_key: str
    signature: str = ""


class _Form(msgspec.Struct):
    """What of a seal every release reads."""

    format: int


def make_seal(draft: Draft, sequence: int, previous: str, signer: Signer) -> tuple[Seal, bytes, str]:
    """The signed seal, its bytes and their sha256."""
    unsigned = Seal(FORMAT, sequence, previous, draft, signer.public_key)
    seal = msgspec.structs.replace(unsigned, signature=signer.sign(_bytes(unsigned)))
    body = _bytes(seal)
    return seal, body, hashlib.sha256(body).hexdigest()


def read_seal(body: bytes, *, where: str) -> Seal:
    """The seal in `body`, its signature checked; `ArchiveDamaged` naming `where` otherwise."""
    seal = unchecked_seal(body, where=where)
    if not bears_signature(body, seal.public_key, seal.signature):
        raise ArchiveDamaged(f"The seal {where} does not bear the signature that it names.")
    return seal


def unchecked_seal(body: bytes, *, where: str) -> Seal:
    """The seal in `body`, for one who knows otherwise that it is true; `ArchiveDamaged` where it is none."""
    try:
        form = msgspec.json.decode(body, type=_Form).format
        if form > FORMAT:
            raise ArchiveDamaged(
                f"The seal {where} has the form {form} of a newer release; this one reads forms up to "
                f"{FORMAT}. Open the archive with that release."
            )
        return msgspec.json.decode(body, type=Seal)
    except msgspec.MsgspecError as error:
        raise ArchiveDamaged(f"The seal {where} cannot be read: {error}") from error


def _bytes(seal: Seal) -> bytes:
    return msgspec.json.encode(seal, order="sorted")
