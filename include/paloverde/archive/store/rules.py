"""What every store holds to: which keys, which bytes, which times. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from paloverde.archive.store.interface import Body, Stored
from paloverde.errors import ArchiveDamaged, BadSetting

KEY_LIMIT = 1024  # bytes, the S3 limit
_SEGMENT = re.compile(r"[A-Za-z0-9_=-][A-Za-z0-9_.=-]{0,254}")


def check_key(key: str) -> str:
    """`key` itself; `BadSetting` where it has other characters than letters, digits and `/_.=-`.

    Servers differ in how they read percent signs and spaces, and some die of them; a leading dot or an
    empty part could climb out of a directory.
    """
    if len(key) > KEY_LIMIT or not all(_SEGMENT.fullmatch(part) for part in key.split("/")):
        raise BadSetting(
            f"The object name {key[:200]!r} cannot be stored; use letters, digits and /_.=- only, with no"
            " part that is empty or begins with a dot."
        )
    return key


def check_bytes(key: str, body: Body, expected: str | None) -> str:
    """The SHA-256 of `body` in hex; `ArchiveDamaged` where another one was expected."""
    return check_hash(key, digest_of(body, "sha256").hex(), expected)


def digest_of(body: Body, algorithm: str) -> bytes:
    """The hash of bytes, or of a file read piece by piece."""
    if isinstance(body, bytes):
        return hashlib.new(algorithm, body, usedforsecurity=False).digest()
    with body.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.new(algorithm, usedforsecurity=False)).digest()


def size_of(body: Body) -> int:
    """The length of bytes or of a file."""
    return body.stat().st_size if isinstance(body, Path) else len(body)


def check_hash(key: str, found: str, expected: str | None) -> str:
    """`found` itself; `ArchiveDamaged` where another SHA-256 was expected of the bytes under `key`."""
    if expected is not None and found != expected:
        raise ArchiveDamaged(
            f"The bytes of {key} have the SHA-256 {found} where {expected} was expected; nothing can rely on"
            " them: stop and run the fixity check."
        )
    return found


def write_checked(stored: Stored, pieces: Iterable[bytes], path: Path) -> None:
    """Write an object into a file; `ArchiveDamaged`, and no file, where the pieces are not its bytes."""
    whole = hashlib.sha256()
    try:
        with path.open("wb") as file:
            for piece in pieces:
                file.write(piece)
                whole.update(piece)
        check_hash(stored.key, whole.hexdigest(), stored.sha256)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def whole_second(moment: datetime) -> datetime:
    """The moment in UTC, moved up to a whole second: stores keep lock dates in seconds, and never shorter."""
    if moment.tzinfo is None:
        raise BadSetting(f"The lock date {moment.isoformat()} has no time zone; give it one, best UTC.")
    moment = moment.astimezone(UTC)
    return moment if moment.microsecond == 0 else moment.replace(microsecond=0) + timedelta(seconds=1)


def lock_to_come(moment: datetime | None, now: datetime) -> datetime | None:
    """The date of the lock that an object is put back with; None where it has ended meanwhile."""
    until = None if moment is None else whole_second(moment)
    return until if until is not None and until > now + timedelta(seconds=5) else None


def lock_date(moment: datetime, now: datetime) -> datetime:
    """The date of a new lock in whole seconds; `BadSetting` where it is already past."""
    until = whole_second(moment)
    if until <= now:
        raise BadSetting(
            f"The lock date {until.isoformat()} is already past; check the clock of this machine and the"
            " retention setting."
        )
    return until
