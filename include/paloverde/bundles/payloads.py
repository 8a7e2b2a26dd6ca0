"""The exact texts that released records were read from, and which of them may not go."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import groupby

import msgspec
import pyarrow as pa

from paloverde.archive.reader import Archive
from paloverde.archive.seal import Part, Role
from paloverde.errors import ArchiveDamaged
from paloverde.requests.redaction import Released
from paloverde.search.hits import Hit

_AT_ONCE = 500  # exact texts looked through together


def payload_lines(
    archive: Archive, records: Sequence[Released], accounts: Sequence[str], payloads: Payloads
) -> Iterator[bytes]:
    """The exact text that each of these records was read from, base64 in a JSON line, each once; read part by
    part. `payloads` notes which may not go.
    """
    parts = {
        sealed.part.key: sealed.part
        for role in (Role.RECORDS, Role.REMOVED)
        for sealed in archive.parts(role, accounts)
    }
    done: set[str] = set()
    hits = [record.hit for record in records if record.hit.payload_sha256]
    for key, group in groupby(sorted(hits, key=lambda hit: (hit.part, hit.row)), key=lambda hit: hit.part):
        found = list(_payloads(archive, parts[key], list(group)))
        for start in range(0, len(found), _AT_ONCE):
            for sha256, raw in payloads.that_may_go(found[start : start + _AT_ONCE]):
                if sha256 not in done:
                    done.add(sha256)
                    line = {"payload_sha256": sha256, "base64": base64.b64encode(raw).decode()}
                    yield msgspec.json.encode(line) + b"\n"


class Payloads:
    """Keeps back exact texts that say words which were redacted from another record: a site's answer about
    one comment may name whom it answers. `holding` tells which of some texts do, each with the records that
    were read from it.
    """

    def __init__(
        self,
        holding: Callable[[Sequence[tuple[Collection[str], bytes]]], set[int]],
        records: Sequence[Released],
    ) -> None:
        self._holding = holding
        self._read_from: dict[str, tuple[str, ...]] = {}
        for record in records:
            sha256 = record.hit.payload_sha256
            self._read_from[sha256] = (*self._read_from.get(sha256, ()), record.control)
        self.kept_back: set[str] = set()

    def without_kept_back(self, records: Sequence[Released]) -> Sequence[Released]:
        """The records, those that were read from a text which may not go without the way to it."""
        if not self.kept_back:
            return records
        return [
            _without(record) if record.hit.payload_sha256 in self.kept_back else record for record in records
        ]

    def that_may_go(self, found: Sequence[tuple[str, bytes]]) -> Iterator[tuple[str, bytes]]:
        held = self._holding([(self._read_from.get(sha256, ()), raw) for sha256, raw in found])
        self.kept_back |= {found[at][0] for at in held}
        return ((sha256, raw) for sha256, raw in found if sha256 not in self.kept_back)


def _payloads(archive: Archive, part: Part, hits: Sequence[Hit]) -> Iterator[tuple[str, bytes]]:
    table = archive.table(part, ["raw"]).take(pa.array([hit.row for hit in hits], pa.int64()))
    for hit, raw in zip(hits, table["raw"], strict=True):
        body = raw.as_py() or b""
        if hashlib.sha256(body).hexdigest() != hit.payload_sha256:
            raise ArchiveDamaged(
                f"Row {hit.row} of {part.key} does not hold the bytes that its payload_sha256 names: "
                "repair it first."
            )
        yield hit.payload_sha256, body


def unplaced(records: Sequence[Released]) -> Sequence[Released]:
    """Records without the names of the archive's files where something of the same run is kept back: such a
    name is the hash of a file that holds what is redacted, too.
    """
    runs = {record.hit.sequence for record in records if record.is_redacted}
    return [
        msgspec.structs.replace(
            record, hit=msgspec.structs.replace(record.hit, part="", row=-1, exchange_key=None)
        )
        if record.hit.sequence in runs
        else record
        for record in records
    ]


def _without(record: Released) -> Released:
    hit = msgspec.structs.replace(
        record.hit, payload_sha256="", exchange_key=None, exchange_offset=None, payload_position=None
    )
    return msgspec.structs.replace(record, hit=hit)
