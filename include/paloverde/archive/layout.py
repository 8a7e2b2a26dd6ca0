"""Where everything lies: object keys, computed by pure code.

Keys use letters, digits and `/_.=-` only: one server died of a percent sign in a key.
"""

from __future__ import annotations

import re
from datetime import date

LEDGER_ENTRIES = "ledger/entries/"
LOG_TILES, LOG_HEADS, LOG_STAMPS, LOG_WITNESSES = (
    f"ledger/{name}/" for name in ("tile", "heads", "timestamps", "witnesses")
)
TILE_WIDTH = 256  # hashes in a whole tile, entries in a whole bundle
_ALLOWED = re.compile(r"[A-Za-z0-9/_.=-]+\Z")
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\Z")


def is_slug(text: str) -> bool:
    """Whether a text can name an account: lower-case letters and digits, single hyphens between."""
    return bool(_SLUG.match(text)) and len(text) <= 80


def records_key(account: str, day: date, sha256: str) -> str:
    return _key(f"records/account={account}/date={day:%Y-%m-%d}/{sha256}.parquet")


def sightings_key(account: str, day: date, sha256: str) -> str:
    return _key(f"sightings/account={account}/date={day:%Y-%m-%d}/{sha256}.parquet")


def exchanges_key(account: str, day: date, sha256: str) -> str:
    return _key(f"exchanges/account={account}/date={day:%Y-%m-%d}/{sha256}.warc.gz")


def media_key(sha256: str) -> str:
    return _key(f"media/sha256/{sha256[:2]}/{sha256}")


def removed_key(account: str, removal_day: date, native_id: str, sha256: str) -> str:
    return _key(
        f"removed/account={account}/date={removal_day:%Y-%m-%d}/{name_of(native_id)}-{sha256}.parquet"
    )


def run_prefix(sequence: int) -> str:
    """How the key of the run with that number begins, whatever its seal's hash."""
    return f"runs/{sequence:012d}-"


def run_key(sequence: int, sha256: str) -> str:
    return _key(f"{run_prefix(sequence)}{sha256}.json")


def ledger_prefix(sequence: int) -> str:
    """How the key of the ledger entry with that number begins, whatever its hash."""
    return f"{LEDGER_ENTRIES}{sequence:012d}-"


def ledger_key(sequence: int, sha256: str) -> str:
    return _key(f"{ledger_prefix(sequence)}{sha256}.json")


def tile_key(level: int, index: int, width: int) -> str:
    """A tile of hashes of the ledger's Merkle tree (C2SP tlog-tiles); one with less than 256 is partial."""
    return _key(f"{LOG_TILES}{level}/{_place_in_log(index, width)}")


def bundle_of_entries_key(index: int, width: int) -> str:
    """The entries of the ledger that the tile of the same place hashes (C2SP tlog-tiles)."""
    return _key(f"{LOG_TILES}entries/{_place_in_log(index, width)}")


def head_prefix(size: int) -> str:
    """How the key of a signed head over so many entries begins."""
    return f"{LOG_HEADS}{size:012d}-"


def head_key(size: int, sha256: str) -> str:
    return _key(f"{head_prefix(size)}{sha256}")


def timestamp_key(size: int, authority: str, sha256: str) -> str:
    return _key(f"{LOG_STAMPS}{size:012d}-{name_of(authority)}-{sha256}.tsr")


def witness_key(size: int, witness: str, sha256: str) -> str:
    return _key(f"{LOG_WITNESSES}{size:012d}-{name_of(witness)}-{sha256}")


def account_prefix(folder: str, account: str) -> str:
    """How the keys of an account's objects in a folder begin: `records`, `removed`, `exchanges`."""
    return f"{folder}/account={account}/"


def tombstones_key(account: str, day: date, sha256: str) -> str:
    return _key(f"tombstones/account={account}/date={day:%Y-%m-%d}/{sha256}.parquet")


def paper_key(series: str, subject: str, sha256: str) -> str:
    return _key(f"papers/{name_of(series)}/{name_of(subject)}/{sha256}")


def bundle_key(request: str, sha256: str) -> str:
    return _key(f"bundles/{name_of(request)}/{sha256}.zip")


def probe_key(name: str) -> str:
    return _key(f"probe/{name}")


def name_of(native_id: str) -> str:
    """A native id as part of a key: other characters become `_`, at most 80 of them.

    It only helps a person to find the object; the hash beside it tells two apart.
    """
    return re.sub(r"[^A-Za-z0-9_-]", "_", native_id)[:80] or "_"


def _place_in_log(index: int, width: int) -> str:
    """1234067 is `x001/x234/067`; a partial one says its width behind it: `x001/x234/067.p/12`."""
    digits = f"{index:03d}"
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    *above, last = (digits[at : at + 3] for at in range(0, len(digits), 3))
    place = "/".join([*(f"x{part}" for part in above), last])
    return place if width == TILE_WIDTH else f"{place}.p/{width}"


def _key(key: str) -> str:
    if not _ALLOWED.match(key) or ".." in key:
        message = f"{key!r} cannot be an object key: only letters, digits and / _ . = - may stand in one."
        raise ValueError(message)
    return key
