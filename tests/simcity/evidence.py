"""What lies in the store, read without the product's code: seals, Parquet, WARC, JSON, locks.

File lists come from the seals; every object's bytes are hashed and measured here; the chain of the seals is followed
by hash; a row is led back to the bytes of its exchange with `warcio`.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pyarrow as pa
import pyarrow.parquet as pq
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from warcio.archiveiterator import ArchiveIterator

Tell = Callable[[str, str], None]  # what kind of break, and its words
LOCK_YEARS = 2
TABLES = ("records", "sightings", "removed")


@dataclass
class SealedRun:
    """One seal and the rows of what it names."""

    seal: dict[str, Any]
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    @property
    def run(self) -> dict[str, Any]:
        found: dict[str, Any] = self.seal["run"]
        return found

    @property
    def account(self) -> str:
        return str(self.run["account"])

    @property
    def day(self) -> date:
        return date.fromisoformat(self.run["day"])

    @property
    def listings(self) -> list[dict[str, Any]]:
        return list(self.run["coverage"]["listings"])

    @property
    def gaps(self) -> list[dict[str, Any]]:
        return list(self.run["coverage"]["gaps"])


class Evidence:
    """The objects under one directory; `secrets` are all tokens that were ever given out."""

    def __init__(self, root: Path, tell: Tell) -> None:
        self._root, self._tell = root, tell
        self.secrets: set[str] = set()
        self._searched: set[Path] = set()
        self._named: dict[
            str, tuple[str, date]
        ] = {}  # what seals name: its hash, and until when it is locked
        self._sequence, self._previous = 0, "0" * 64
        self._exchanges: dict[str, bytes] = {}
        self._bodies: dict[tuple[str, int], bytes] = {}
        self.media: dict[str, bytes] = {}

    def new_runs(self) -> list[SealedRun]:
        """The seals that came since the last look, in the order of their chain."""
        folder = self._root / "runs"
        names = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
        self._exchanges.clear()
        self._bodies.clear()
        return [self._run(folder / name) for name in names[self._sequence :]]

    def _run(self, path: Path) -> SealedRun:
        body = self._bytes(path)
        seal = json.loads(body)
        sha256 = hashlib.sha256(body).hexdigest()
        if path.name != f"{seal['sequence']:012d}-{sha256}.json":
            self._tell("chain", f"the seal {path.name} does not bear the number and hash of its own bytes")
        if (seal["sequence"], seal["previous"]) != (self._sequence + 1, self._previous):
            self._tell(
                "chain", f"seal {seal['sequence']} does not follow the seal before it by number and hash"
            )
        if not _is_signed(seal):
            self._tell("chain", f"the signature of seal {seal['sequence']} does not hold")
        self._sequence, self._previous = self._sequence + 1, sha256
        self._named[f"runs/{path.name}"] = sha256, _later(date.fromisoformat(seal["run"]["day"]), LOCK_YEARS)
        found = SealedRun(seal)
        until = _later(found.day, LOCK_YEARS)
        for part in found.run["parts"]:
            self._part(part, found, until)
        return found

    def _part(self, part: dict[str, Any], found: SealedRun, until: date) -> None:
        path = self._root / part["key"]
        if not path.is_file():
            self._tell("bytes", f"{part['key']} is sealed and not there")
            return
        body = self._bytes(path)
        if hashlib.sha256(body).hexdigest() != part["sha256"] or len(body) != part["size"]:
            self._tell("bytes", f"{part['key']} is not what its seal says")
            return
        _, before = self._named.get(part["key"], ("", until))
        self._named[part["key"]] = part["sha256"], max(until, before)
        self._is_locked(part["key"], until)
        if part["role"] in TABLES:
            rows = _table(body).to_pylist()
            found.rows.setdefault(part["role"], []).extend(rows)
            if len(rows) != part["rows"]:
                self._tell("bytes", f"{part['key']} has {len(rows)} rows, and its seal says {part['rows']}")
        elif part["role"] == "exchanges":
            self._exchanges[part["key"]] = body
        else:
            self.media[part["sha256"]] = body

    def _is_locked(self, key: str, until: date) -> None:
        locked = self.locked_until(key)
        if locked is None or locked.date() < until:
            self._tell("lock", f"{key} is locked until {locked}, before {until}")

    def look_at_all_again(self) -> None:
        """Everything that a seal ever named is there, unchanged and locked: once, at the end."""
        for key, (sha256, until) in self._named.items():
            path = self._root / key
            if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
                self._tell("bytes", f"{key} is not what its seal said when it was sealed")
            self._is_locked(key, until)

    def locked_until(self, key: str) -> datetime | None:
        """Until when the store keeps an object, as its lock file says."""
        beside = self._root / ".locks" / f"{key}.json"
        if not beside.is_file():
            return None
        told = json.loads(beside.read_bytes()).get("locked_until")
        return datetime.fromisoformat(told).astimezone(UTC) if told else None

    def media_lock(self, sha256: str) -> datetime | None:
        return self.locked_until(media_key(sha256))

    def body(self, key: str, offset: int) -> bytes | None:
        """The decoded response body of the exchange at an offset of a file sealed just now; None: none there."""
        if (key, offset) not in self._bodies:
            file = self._exchanges.get(key, b"")
            try:
                record = next(iter(ArchiveIterator(io.BytesIO(file[offset:]))), None)
                if record is None or record.rec_type != "response":
                    return None
                self._bodies[key, offset] = record.content_stream().read()
            except Exception:  # noqa: BLE001  whatever the reader makes of it: no exchange begins there
                return None
        return self._bodies[key, offset]

    def _bytes(self, path: Path) -> bytes:
        body = path.read_bytes()
        if path not in self._searched:
            self._searched.add(path)
            self._search(path, _opened(path, body))
        return body

    def search_rest(self, *more: Path) -> None:
        """Looks for secrets in all that no seal names: the ledger, locks, leftovers, the database, the logs."""
        for folder in (self._root, *more):
            for path in sorted(folder.rglob("*")) if folder.is_dir() else [folder]:
                if path.is_file() and path not in self._searched:
                    self._search(path, _opened(path, path.read_bytes()))

    def _search(self, path: Path, texts: Iterable[bytes]) -> None:
        needles = {form for secret in self.secrets for form in _forms(secret)}
        for text in texts:
            for needle in needles:
                if needle in text:
                    self._tell("secret", f"{path.name} holds a token, whole or encoded")
                    return


def media_key(sha256: str) -> str:
    """Where the bytes of a picture lie, as the layout's page says."""
    return f"media/sha256/{sha256[:2]}/{sha256}"


def _is_signed(seal: dict[str, Any]) -> bool:
    unsigned = json.dumps(
        {**seal, "signature": ""}, sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(seal["public_key"]))
        key.verify(bytes.fromhex(seal["signature"]), unsigned.encode())
    except (InvalidSignature, ValueError):
        return False
    return True


def _forms(secret: str) -> Iterable[bytes]:
    plain = secret.encode()
    return {
        plain,
        quote(secret, safe="").encode(),
        base64.b64encode(plain).rstrip(b"="),
        plain.hex().encode(),
    }


def _opened(path: Path, body: bytes) -> Iterator[bytes]:
    """The bytes as they lie, and as they are once unpacked."""
    yield body
    if path.name.endswith(".parquet"):
        yield from _columns(body)
    elif path.name.endswith(".warc.gz"):
        for member in _members(body):
            yield member
            inner = member.find(b"\r\n\r\n\x1f\x8b")  # after the head of WARC or of HTTP
            if inner >= 0:
                yield from _members(member[inner + 4 :].removesuffix(b"\r\n\r\n"))


@lru_cache(maxsize=1)
def _table(body: bytes) -> pa.Table:
    return pq.read_table(pa.BufferReader(body), partitioning=None)


def _columns(body: bytes) -> Iterator[bytes]:
    for column in _table(body).flatten().columns:
        for chunk in column.chunks:
            for buffer in chunk.buffers():
                if buffer is not None:
                    yield buffer.to_pybytes()


def _members(body: bytes) -> Iterator[bytes]:
    """The members of a gzip file; nothing after what is no gzip."""
    while body[:2] == b"\x1f\x8b":
        unpack = zlib.decompressobj(wbits=31)
        try:
            text = unpack.decompress(body)
        except zlib.error:
            return
        yield text
        body = unpack.unused_data


def _later(day: date, years: int) -> date:
    """So many calendar years later; never on an earlier day of the year."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


later = _later
