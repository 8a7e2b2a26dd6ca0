"""The leak test of a volume: no file of it may hold what is kept back (`bundles.leaks`).

What the forms pack together (a web archive, a file of chats, a table in columns) is unpacked as it streams
and looked at piece by piece: it holds a whole volume again, which is more than a bound on files from outside
lets through, or memory holds. The native files in it were looked at as such. The pages of a document are
known by the text that they were set from: a PDF is made of that, of fixed words and of pixels drawn anew, and
reading it back takes longer than making it.
"""

from __future__ import annotations

import base64
import io
import re
import tempfile
import zipfile
import zlib
from collections import deque
from collections.abc import Collection, Iterable, Iterator
from itertools import chain, islice
from typing import IO

import msgspec
import pyarrow.parquet as pq

from paloverde.bundles.contents import needles_of, texts_of
from paloverde.bundles.leak_standing import refuse_standing, sorted_out
from paloverde.bundles.leaks import Search
from paloverde.productions.document import Document, RecType, Treatment
from paloverde.productions.fields import FIELDS
from paloverde.productions.numbering import Item
from paloverde.productions.plan import Plan
from paloverde.productions.sheets import sheet_of
from paloverde.productions.volume import FILES
from paloverde.requests.redaction import Given, Released

_PIECE, _OVERLAP = 2 << 20, 1 << 16
_OF_ALL = ("DATA/", "RSMF/", "WACZ/")  # what shows every document of a volume
_PLAIN = (".dat", ".opt", ".xml", ".csv", ".jsonl")
_TEXTS, _SMALL, _TOGETHER = (".txt", ".json"), 1 << 16, 2_000  # files, their bytes, and how many at once
_AS_TEXT = "piece.txt"
_PACKED = 1 << 16  # bytes unpacked at a time: what is left over is copied for each member
_LINES = 20_000  # of base64, each whole groups of four letters, decoded in one go
_GZIPPED = 31  # zlib's name for the gzip format
_END_OF_HEAD = b"\r\n\r\n"
_OF_PAGES = re.compile(rb"Content-Type: (text/html|application/warc-fields)")


class Looking:
    """Looks at the files of all volumes of a production; `search` says what was found."""

    def __init__(self, plan: Plan) -> None:
        needles = needles_of(list(_telling(plan)))
        texts = (text for record in records_of(plan) for text in texts_of([record]))
        wanted, standing, known = sorted_out(needles, texts if needles else (), plan.kept.accepted)
        refuse_standing(standing)
        common = _commonplace(plan)
        self._has_needles = bool(wanted)
        self._shown: dict[str, tuple[str, bytes]] = {}
        self._small: list[tuple[str, bytes]] = []
        self._probe = Search(wanted, commonplace=common)
        self.search = Search(
            wanted,
            accepted=plan.kept.accepted,
            commonplace=common,
            known=known,
            shows=self._shows,
            unseen_accepted=plan.kept.unread,
        )

    def begun(self, document: Document) -> None:
        """The files of this document come next."""
        if self._has_needles:
            said = "\n".join(sheet_of(document).texts()).encode("utf-8", "surrogatepass")
            self._shown[document.begin] = document.record.control, said

    def look(self, volume: str, path: str, file: IO[bytes]) -> None:
        """Look at a file; after the last of a volume `Suspicious` where anything was found in any."""
        if self._has_needles:
            self._look(f"{volume}/{path}", path, file)
        if path == FILES:
            self._look_at_small()
            self.search.refuse()
            self._shown.clear()

    def _look(self, name: str, path: str, file: IO[bytes]) -> None:
        """The pages of a document are looked at as the text that they were set from."""
        if path.startswith("IMAGES/"):
            self._small.append((name, self._shown[_begin_of(path)][1]))
        elif path.endswith(_TEXTS) and path != FILES and file.seek(0, io.SEEK_END) <= _SMALL:
            file.seek(0)
            self._small.append((name, file.read()))
        else:
            file.seek(0)
            self._look_at_form(name, path, file)
        if len(self._small) >= _TOGETHER:
            self._look_at_small()

    def _look_at_form(self, name: str, path: str, file: IO[bytes]) -> None:
        pieces = _pieces(path, file)
        if pieces is None:
            self.search.look(name, file)
            return
        for piece in pieces:
            self._probe.look(_AS_TEXT, piece)
            if self._probe.leaks:
                self._probe.leaks.clear()
                self.search.look(name, piece)

    def _look_at_small(self) -> None:
        """Many small files in one go, and each by itself where anything was found in them."""
        together = b"\n\n".join(one for name, body in self._small for one in (name.encode(), body))
        self._probe.look(_AS_TEXT, io.BytesIO(together))
        if self._probe.leaks:
            self._probe.leaks.clear()
            for name, body in self._small:
                self.search.look(name, io.BytesIO(body))
        self._small.clear()

    def _shows(self, path: str, control: str) -> bool:
        inner = path.partition("/")[2]
        return inner.startswith(_OF_ALL) or self._shown.get(_begin_of(path), ("",))[0] == control


def _begin_of(path: str) -> str:
    """The Bates number that a file is named by."""
    return path.rpartition("/")[2].partition(".")[0]


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


def _pieces(path: str, file: IO[bytes]) -> Iterator[IO[bytes]] | None:
    """What a form packs, unpacked in pieces; None of any other file."""
    if path.endswith(".wacz"):
        return _streamed(_archived(file))
    if path.endswith(".rsmf"):
        return _streamed(_chatted(file))
    if path.endswith(".parquet"):
        tables = pq.ParquetFile(file).iter_batches(1_000)
        return _streamed(msgspec.json.encode(batch.to_pylist()) for batch in tables)
    if path.startswith("DATA/") and path.endswith(_PLAIN):
        return _streamed(_chunks(file))
    return None


def _streamed(chunks: Iterable[bytes]) -> Iterator[IO[bytes]]:
    """Chunks in larger pieces, each of which begins with the end of the one before."""
    held = bytearray()
    for chunk in chunks:
        held += chunk
        if len(held) >= _PIECE:
            yield io.BytesIO(held)
            del held[:-_OVERLAP]
    yield io.BytesIO(held)


def _chunks(file: IO[bytes], size: int = _PIECE) -> Iterator[bytes]:
    return iter(lambda: file.read(size), b"")


def _archived(file: IO[bytes]) -> Iterator[bytes]:
    """All of a web archive but the natives in it."""
    with zipfile.ZipFile(file) as zipped:
        for name in zipped.namelist():
            with zipped.open(name) as member:
                yield from _records(_chunks(member, _PACKED)) if name.endswith(".gz") else _chunks(member)
            yield b"\n\n"


def _records(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The records of a WARC file, a gzip member each: pages whole, of natives the head."""
    for member in _members(chunks):
        head, held = b"", False
        for body in member:
            if held:
                continue
            head += body
            begun, end, _ = head.partition(_END_OF_HEAD)
            held = bool(end) and _OF_PAGES.search(begun) is None
            yield begun + b"\n" if held else body


def _members(chunks: Iterable[bytes]) -> Iterator[Iterator[bytes]]:
    """What each of the gzip members, one after the other, holds; each is read to its end before the next."""
    rest, chunks = b"", iter(chunks)

    def one() -> Iterator[bytes]:
        nonlocal rest
        reader = zlib.decompressobj(_GZIPPED)
        while not reader.eof and (rest := rest or next(chunks, b"")):
            yield reader.decompress(rest)
            rest = reader.unused_data

    while rest := rest or next(chunks, b""):
        member = one()
        yield member
        deque(member, maxlen=0)


def _chatted(file: IO[bytes]) -> Iterator[bytes]:
    """The words of a chat file, then of the zip that it carries all but the natives."""
    with tempfile.TemporaryFile() as attached:
        yield from _until_attached(file)
        while lines := b"".join(islice(file, _LINES)):
            attached.write(base64.b64decode(lines.partition(b"--")[0]))  # no line of base64 has a hyphen
        with zipfile.ZipFile(attached) as zipped:
            for name in zipped.namelist():
                yield f"\n{name}\n".encode()
                if name.endswith(_TEXTS):
                    with zipped.open(name) as member:
                        yield from _chunks(member)


def _until_attached(file: IO[bytes]) -> Iterator[bytes]:
    """Up to the empty line behind the head of the part that is the zip."""
    is_head = False
    for line in file:
        yield line
        is_head = is_head or b"rsmf.zip" in line
        if is_head and not line.strip():
            return
