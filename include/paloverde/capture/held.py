"""What the archive holds of an account already, for comparing with what an import says.

An export knows less than the API: no names, no visibility, other addresses of the same pictures. So that it
makes no edit where there was none, it is compared by what was said and not by the hash over everything.
"""

from __future__ import annotations

import hashlib
import unicodedata
from datetime import UTC, datetime

import msgspec
import pyarrow as pa

from paloverde.archive.reader import Archive
from paloverde.archive.seal import Role
from paloverde.records import Kind, Record

_COLUMNS = ("kind", "native_id", "text", "posted_at", "count", "payload_sha256", "version_sha256")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Known(msgspec.Struct, frozen=True):
    """An item that the archive holds, and the version of it that says the same."""

    native_id: str
    version_sha256: str


class Held:
    """The versions that the sealed runs of an account hold, read once and only where there are any.

    It takes about 600 bytes of memory a version that is held.
    """

    def __init__(self, archive: Archive, account: str) -> None:
        self._versions: set[bytes] = set()
        self._said: dict[bytes, str] = {}
        self._items: dict[bytes, str] = {}
        self._alike: dict[bytes, Known] = {}
        for sealed in archive.parts(Role.RECORDS, [account]):
            self._add(archive.table(sealed.part, _COLUMNS))

    def _add(self, table: pa.Table) -> None:
        columns = [table[name].to_pylist() for name in _COLUMNS]
        for kind, native_id, text, posted_at, count, payload, version in zip(*columns, strict=True):
            said = _said(kind, native_id, text, count, payload)
            self._versions.add(bytes.fromhex(version))
            self._said[said] = version
            self._items[_key(kind, native_id)] = version
            if posted_at is not None and text:
                self._alike.setdefault(_alike(kind, posted_at, text), Known(native_id, version))

    def version(self, record: Record, version: str, *, exact: bool) -> str | None:
        """The held version of the same item that says the same; None where this one says something new.

        `exact`: only the very same version. Else a record without words says nothing new of a known item.
        """
        if bytes.fromhex(version) in self._versions:
            return version
        if exact:
            return None
        kind = record.kind.value
        if record.text is None and record.kind not in (Kind.SUBSCRIBER_COUNT, Kind.OTHER):
            return self._items.get(_key(kind, record.native_id))
        payload = record.payload_sha256 if record.kind is Kind.OTHER else ""
        return self._said.get(_said(kind, record.native_id, record.text, record.count, payload))

    def alike(self, record: Record) -> Known | None:
        """The item of the same kind that was posted in the same second with the same words."""
        if record.posted_at is None or not record.text or not self._alike:
            return None
        return self._alike.get(_alike(record.kind.value, record.posted_at, record.text))


def _said(kind: str, native_id: str, text: str | None, count: int | None, payload: str) -> bytes:
    is_count, is_other = kind == Kind.SUBSCRIBER_COUNT, kind == Kind.OTHER
    return _key(kind, native_id, _plain(text), str(count) if is_count else "", payload if is_other else "")


def _alike(kind: str, posted_at: datetime, text: str) -> bytes:
    return _key(kind, str(int((posted_at - _EPOCH).total_seconds())), _plain(text))


def _plain(text: str | None) -> str:
    """Words as two sources may both write them: one form of each character, one kind of line end."""
    return unicodedata.normalize("NFC", text or "").replace("\r\n", "\n").strip()


def _key(*parts: str) -> bytes:
    joined = "\x1f".join(parts).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(joined, digest_size=16).digest()
