"""What the archive holds of an account already, for comparing with what an import says.

An export knows less than the API: no names, no visibility, other addresses of the same pictures. So that it
makes no edit where there was none, it is compared by what was said and not by the hash over everything.
"""

from __future__ import annotations

import hashlib
import unicodedata
from datetime import UTC, datetime

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from paloverde.archive.reader import Archive
from paloverde.archive.seal import Role
from paloverde.records import Kind, Provenance, Record

_COLUMNS = ("kind", "native_id", "text", "posted_at", "count", "payload_sha256", "version_sha256")
# What a version may lack that a file handed in later, or read with more columns named, says.
_STATED = (
    "posted_at", "poster_name", "poster_username", "poster_id", "parent_id", "thread_id", "permalink",
    "language", "edited_at",
)  # fmt: skip
_FILES = 1 << len(_STATED)  # how many files it has, above the members that it states
_LONG = 200  # characters; what is shorter no export cuts
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Known(msgspec.Struct, frozen=True):
    """An item that the archive holds, and the version of it that says the same."""

    native_id: str
    version_sha256: str


class Held:
    """The versions that the sealed runs of an account hold, read once and only where there are any.

    It takes about 700 bytes of memory a version that is held, and its words where they are long.
    """

    def __init__(self, archive: Archive, account: str) -> None:
        self._versions: set[bytes] = set()
        self._said: dict[bytes, str] = {}
        self._items: dict[bytes, str] = {}
        self._alike: dict[bytes, Known] = {}
        self._long: dict[bytes, dict[str, str]] = {}
        self._has: dict[bytes, int] = {}
        self._asked: set[bytes] = set()
        for sealed in archive.parts(Role.RECORDS, [account]):
            self._add(archive.table(sealed.part, (*_COLUMNS, *_STATED[1:], "media", "provenance")))

    def _add(self, table: pa.Table) -> None:
        columns = [table[name].to_pylist() for name in _COLUMNS]
        for kind, native_id, text, posted_at, count, payload, version in zip(*columns, strict=True):
            said = _said(kind, native_id, text, count, payload)
            self._versions.add(bytes.fromhex(version))
            self._said[said] = version
            self._items[_key(kind, native_id)] = version
            if text and len(text) > _LONG:
                self._long.setdefault(_key(kind, native_id), {})[text] = version
            if posted_at is not None and text:
                self._alike.setdefault(_alike(kind, posted_at, text), Known(native_id, version))

        self._add_stated(table)

    def _add_stated(self, table: pa.Table) -> None:
        """What each version states beside its words, and how many of its files are here."""
        versions = [bytes.fromhex(version) for version in table["version_sha256"].to_pylist()]
        bits = np.zeros(table.num_rows, dtype=np.int64)
        for number, name in enumerate(_STATED):
            bits |= np.asarray(pc.is_valid(table[name])).astype(np.int64) << number
        bits += _FILES * _files_in(table["media"])
        asked = pc.equal(table["provenance"], Provenance.API.value).to_pylist()
        for version, has, is_asked in zip(versions, bits.tolist(), asked, strict=True):
            before = self._has.get(version, 0)
            self._has[version] = (before | has) % _FILES + _FILES * max(before // _FILES, has // _FILES)
            if is_asked:
                self._asked.add(version)

    def lacks(self, version: str, record: Record) -> bool:
        """Whether a version that was handed in before lacks something that the same item now states.

        Of what the site itself said nothing is filled in: the site knows more than any export.
        """
        known = bytes.fromhex(version)
        return known not in self._asked and bool(_stated(record) & ~self._has.get(known, 0))

    def lacks_files(self, version: str, files: int) -> bool:
        """Whether fewer files of a version are here than these."""
        return files > self._has.get(bytes.fromhex(version), 0) // _FILES

    def has(self, version: str) -> bool:
        return bytes.fromhex(version) in self._versions

    def version(self, record: Record, version: str, *, exact: bool, start: str = "") -> str | None:
        """The held version of the same item that says the same; None where this one says something new.

        `exact`: only the very same version. Else a record without words says nothing new of a known item, and
        one whose words may be cut short after `start` says nothing new of one that goes on.
        """
        if bytes.fromhex(version) in self._versions:
            return version
        if exact:
            return None
        kind = record.kind.value
        if record.text is None and record.kind not in (Kind.SUBSCRIBER_COUNT, Kind.OTHER):
            return self._items.get(_key(kind, record.native_id))
        payload = record.payload_sha256 if record.kind is Kind.OTHER else ""
        held = self._said.get(_said(kind, record.native_id, record.text, record.count, payload))
        return held or (self._longer(record, start) if start else None)

    def _longer(self, record: Record, start: str) -> str | None:
        texts = self._long.get(_key(record.kind.value, record.native_id), {})
        return next(
            (version for text, version in texts.items() if _plain(text).startswith(_plain(start))), None
        )

    def alike(self, record: Record) -> Known | None:
        """The item of the same kind that was posted in the same second with the same words."""
        if record.posted_at is None or not record.text or not self._alike:
            return None
        return self._alike.get(_alike(record.kind.value, record.posted_at, record.text))


def _stated(record: Record) -> int:
    poster = record.poster
    members = (
        record.posted_at, poster.name, poster.username, poster.id, record.parent_id, record.thread_id,
        record.permalink, record.language, record.edited_at,
    )  # fmt: skip
    return sum(1 << number for number, member in enumerate(members) if member is not None)


def _files_in(media: pa.ChunkedArray) -> npt.NDArray[np.int64]:
    """How many files of each row are here."""
    rows = [sum(one["sha256"] is not None for one in row or ()) for row in media.to_pylist()]
    return np.asarray(rows, dtype=np.int64)


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
