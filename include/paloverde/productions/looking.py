"""The leak test of a volume: no file of it may hold what is kept back (`bundles.leaks`).

What the forms pack together (a web archive, a file of chats, a table in columns) is unpacked as it streams
and looked at piece by piece: it holds a whole volume again, which is more than a bound on files from outside
lets through, or memory holds.
"""

from __future__ import annotations

import base64
import io
import tempfile
import zipfile
import zlib
from collections.abc import Collection, Iterable, Iterator
from itertools import chain
from typing import IO

import msgspec
import pyarrow.parquet as pq

from paloverde.bundles.contents import needles_of, texts_of
from paloverde.bundles.leak_standing import refuse_standing, sorted_out
from paloverde.bundles.leaks import Search
from paloverde.productions.document import RecType, Treatment
from paloverde.productions.fields import FIELDS
from paloverde.productions.numbering import Item
from paloverde.productions.plan import Plan
from paloverde.productions.volume import FILES
from paloverde.requests.redaction import Given, Released

_PIECE, _OVERLAP = 8 << 20, 1 << 16
_OF_ALL = ("DATA/", "RSMF/", "WACZ/")  # what shows every document of a volume
_PLAIN = (".dat", ".opt", ".xml", ".csv", ".jsonl")
_GZIPPED = 31  # zlib's name for the gzip format


class Looking:
    """Looks at the files of all volumes of a production; `search` says what was found."""

    def __init__(self, plan: Plan) -> None:
        needles = needles_of(list(_telling(plan)))
        texts = (text for record in records_of(plan) for text in texts_of([record]))
        wanted, standing, known = sorted_out(needles, texts if needles else (), plan.kept.accepted)
        refuse_standing(standing)
        self._has_needles = bool(wanted)
        self._numbers: dict[str, str] = {}
        self.search = Search(
            wanted,
            accepted=plan.kept.accepted,
            commonplace=_commonplace(plan),
            known=known,
            shows=self._shows,
            unseen_accepted=plan.kept.unread,
        )

    def begun(self, begin: str, control: str) -> None:
        """The document with that first page shows the record of that control number."""
        if self._has_needles:
            self._numbers[begin] = control

    def look(self, volume: str, path: str, file: IO[bytes]) -> None:
        """Look at a file; after the last of a volume `Suspicious` where anything was found in any."""
        if self._has_needles:
            for piece in _pieces(path, file):
                self.search.look(f"{volume}/{path}", piece)
        if path == FILES:
            self.search.refuse()
            self._numbers.clear()

    def _shows(self, path: str, control: str) -> bool:
        inner = path.partition("/")[2]
        if inner.startswith(_OF_ALL):
            return True
        return self._numbers.get(inner.rpartition("/")[2].partition(".")[0]) == control


def items_of(plan: Plan) -> Iterator[Item]:
    """Every reviewed record of a production."""
    return chain.from_iterable(plan.families())


def records_of(plan: Plan) -> Iterator[Released]:
    return (item.record for item in items_of(plan))


def _telling(plan: Plan) -> Iterator[Released]:
    """The records of which something is kept back, and those that share an id with one of them."""
    hidden: set[str] = set()
    for record in chain(plan.kept.records, records_of(plan)):
        if record.needles or record.hidden_id or any(file.given is not Given.WHOLE for file in record.files):
            hidden.add(record.hidden_id)
            yield record
    if hidden - {""}:
        yield from (record for record in records_of(plan) if record.hit.native_id in hidden)


def _commonplace(plan: Plan) -> bytes:
    """What every volume says, whatever its documents say."""
    names: Collection[str] = [
        *(field.name for field in FIELDS), *(field.meaning for field in FIELDS), *RecType, *Treatment,
        plan.production.name, plan.production.agency, plan.production.matter, plan.facts.confidentiality,
        *plan.accounts, *(name for some in plan.facts.custodians.values() for name in some),
    ]  # fmt: skip
    return "\n".join(names).encode()


def _pieces(path: str, file: IO[bytes]) -> Iterator[IO[bytes]]:
    if path.endswith(".wacz"):
        yield from _streamed(_unpacked(file))
    elif path.endswith(".rsmf"):
        yield from _streamed(iter(lambda: file.read(_PIECE), b""))
        file.seek(0)
        with tempfile.TemporaryFile() as attached:
            attached.writelines(_attached(file))
            yield from _streamed(_unpacked(attached))
    elif path.endswith(".parquet"):
        tables = pq.ParquetFile(file).iter_batches(1_000)
        yield from _streamed(msgspec.json.encode(batch.to_pylist()) for batch in tables)
    elif path.startswith("DATA/") and path.endswith(_PLAIN):
        yield from _streamed(iter(lambda: file.read(_PIECE), b""))
    else:
        yield file


def _streamed(chunks: Iterable[bytes]) -> Iterator[IO[bytes]]:
    """Chunks in larger pieces, each of which begins with the end of the one before."""
    held = bytearray()
    for chunk in chunks:
        held += chunk
        if len(held) >= _PIECE:
            yield io.BytesIO(held)
            del held[:-_OVERLAP]
    yield io.BytesIO(held)


def _unpacked(file: IO[bytes]) -> Iterator[bytes]:
    """All that a zip holds, of what is packed by gzip in it what that holds."""
    with zipfile.ZipFile(file) as zipped:
        for name in zipped.namelist():
            with zipped.open(name) as member:
                chunks = iter(lambda opened=member: opened.read(_PIECE), b"")  # type: ignore[misc]
                yield from _gunzipped(chunks) if name.endswith(".gz") else chunks
            yield b"\n\n"


def _gunzipped(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """What gzip members, one after the other, hold."""
    reader = zlib.decompressobj(_GZIPPED)
    for chunk in chunks:
        rest = chunk
        while rest:
            yield reader.decompress(rest)
            rest = reader.unused_data
            if reader.eof:
                reader = zlib.decompressobj(_GZIPPED)


def _attached(file: IO[bytes]) -> Iterator[bytes]:
    """The zip that a chat file carries: the base64 behind the head of its last part."""
    is_in, is_head = False, False
    for line in file:
        if is_head and not line.strip():
            is_in, is_head = True, False
        elif b"rsmf.zip" in line:
            is_head = True
        elif is_in and line.startswith(b"--"):
            return
        elif is_in:
            yield base64.b64decode(line)
