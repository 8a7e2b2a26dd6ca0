"""Where everything lies: object keys, computed by pure code.

Keys use letters, digits and `/_.=-` only: one server died of a percent sign in a key.
"""

from __future__ import annotations

import re
from datetime import date

LEDGER_ENTRIES = "ledger/entries/"
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


def ledger_key(sequence: int, sha256: str) -> str:
    return _key(f"{LEDGER_ENTRIES}{sequence:012d}-{sha256}.json")


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


def _key(key: str) -> str:
    if not _ALLOWED.match(key) or ".." in key:
        message = f"{key!r} cannot be an object key: only letters, digits and / _ . = - may stand in one."
        raise ValueError(message)
    return key
