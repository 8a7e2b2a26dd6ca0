"""The native file of each document: what a site sent of a record, byte for byte, or the file itself.

Exact texts are read from the archive part by part, which is not the order of a production, and wait on disk.
One that says what was redacted from another record is kept back (`bundles.payloads`), as in any bundle.
"""

from __future__ import annotations

import base64
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import msgspec

from paloverde.archive.reader import Archive
from paloverde.bundles.box import digest_of
from paloverde.bundles.leaks import Search
from paloverde.bundles.media import extension, on_disk
from paloverde.bundles.payloads import Payloads, payload_lines
from paloverde.errors import ArchiveDamaged
from paloverde.productions.document import Document, RecType
from paloverde.requests.redaction import Released

_AT_ONCE = 20_000  # records whose exact texts are read together: each part of the archive is read so often
_PIECE = 1 << 20


class Native(NamedTuple):
    """The bytes of a document and the ending of its file's name."""

    body: bytes | Path
    ending: str

    @property
    def size(self) -> int:
        return len(self.body) if isinstance(self.body, bytes) else self.body.stat().st_size


class Line(msgspec.Struct):
    payload_sha256: str
    base64: str


class Exact:
    """Exact texts on disk, by their SHA-256; and which may not go."""

    def __init__(self, file: Path) -> None:
        self._file = file.open("w+b")
        self._place: dict[bytes, int] = {}
        self._ends = array("Q", [0])
        self.kept_back: set[str] = set()

    def fill(
        self, archive: Archive, records: Iterable[Released], accounts: Sequence[str], search: Search
    ) -> None:
        """Read the exact texts of these records; `ArchiveDamaged` where one is not as it was archived."""
        rest = (record for record in records if record.hit.payload_sha256)
        while some := list(islice(rest, _AT_ONCE)):
            payloads = Payloads(search.holding, some)
            for line in payload_lines(archive, some, accounts, payloads):
                told = msgspec.json.decode(line, type=Line)
                self._put(told.payload_sha256, base64.b64decode(told.base64))
            self.kept_back |= payloads.kept_back

    def given(self, record: Released) -> Released:
        """A record, without the way to its exact text where that may not go."""
        if record.hit.payload_sha256 not in self.kept_back:
            return record
        hit = msgspec.structs.replace(
            record.hit, payload_sha256="", exchange_key=None, exchange_offset=None, payload_position=None
        )
        return msgspec.structs.replace(record, hit=hit)

    def read(self, sha256: str) -> bytes | None:
        """An exact text; None where there is none, or it may not go."""
        at = self._place.get(bytes.fromhex(sha256)) if sha256 and sha256 not in self.kept_back else None
        if at is None:
            return None
        self._file.seek(self._ends[at])
        return self._file.read(self._ends[at + 1] - self._ends[at])

    def close(self) -> None:
        self._file.close()

    def _put(self, sha256: str, body: bytes) -> None:
        if bytes.fromhex(sha256) not in self._place:
            self._place[bytes.fromhex(sha256)] = len(self._ends) - 1
            self._file.seek(self._ends[-1])
            self._file.write(body)
            self._ends.append(self._ends[-1] + len(body))


class Natives:
    """The native files of a production, those of records from `exact`. Files of the archive lie in `folder`
    from when they are first wanted until as many times `drop`ped as `take`n.
    """

    def __init__(
        self, archive: Archive, exact: Exact, folder: Path, painted: Mapping[str, Path] | None = None
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._archive, self._exact, self._folder = archive, exact, folder
        self._painted = painted or {}
        self._wanted: Counter[str] = Counter()

    def take(self, document: Document) -> Native | None:
        """The native file of a document; None where it has none that may go.

        `ArchiveDamaged` where a file is not there or not as sealed.
        """
        if document.file is None:
            raw = self._exact.read(document.hit.payload_sha256)
            return Native(raw, _ending(raw, document)) if raw is not None else None
        sha256 = document.file.sha256 or ""
        self._wanted[sha256] += 1
        file = self._on_disk(sha256)
        with file.open("rb") as opened:
            return Native(file, extension(opened.read(64)))

    def drop(self, documents: Iterable[Document]) -> None:
        """These documents are written: their files are wanted no more."""
        for document in documents:
            sha256 = document.file.sha256 if document.file else None
            if sha256:
                self._wanted[sha256] -= 1
                if not self._wanted[sha256]:
                    del self._wanted[sha256]
                    (self._folder / sha256).unlink(missing_ok=True)

    def read(self, document: Document) -> Iterator[bytes]:
        """The bytes of a document's native file, piece by piece."""
        if document.file is None:
            yield self._exact.read(document.hit.payload_sha256) or b""
            return
        with self._on_disk(document.file.sha256 or "").open("rb") as file:
            yield from iter(lambda: file.read(_PIECE), b"")

    def _on_disk(self, sha256: str) -> Path:
        if (painted := self._painted.get(sha256)) is not None:
            if digest_of(painted) != sha256:
                raise ArchiveDamaged(
                    f"The redacted picture {painted} is another than was made: make it again."
                )
            return painted
        file = self._folder / sha256
        return file if file.exists() else on_disk(self._archive, sha256, self._folder)


def _ending(raw: bytes, document: Document) -> str:
    """By what it is: sites answer in JSON, people forward mail."""
    if raw.lstrip()[:1] in (b"{", b"["):
        return "json"
    return "eml" if document.rectype is RecType.FORWARDED else "txt"
