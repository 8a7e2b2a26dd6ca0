"""One volume while it is written: the files of each document, and all forms in one pass."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Protocol

import msgspec

from paloverde.productions.document import Document, Production, Treatment
from paloverde.productions.fields import Entry, entry
from paloverde.productions.formats.dat import Dat
from paloverde.productions.formats.edrm import Edrm
from paloverde.productions.formats.opt import Opt
from paloverde.productions.formats.rsmf import Rsmf
from paloverde.productions.formats.tables import Tables
from paloverde.productions.formats.wacz import Wacz
from paloverde.productions.natives import Native, Natives
from paloverde.productions.plan import Form
from paloverde.productions.tally import Tally
from paloverde.productions.texts import text_of
from paloverde.productions.volume import Parts, Volume, Written
from paloverde.records import Provenance

_OF_LINES = 16 << 10  # bytes that a document takes in load files, tables and lists, besides its words
_TIMES_SAID = 12  # how often its words stand there


class Ready(msgspec.Struct, frozen=True):
    """A document with its files, before it is in a volume; `image` is removed when it is written."""

    document: Document
    native: Native | None = None
    image: Path | None = None

    def weight(self, forms: Iterable[Form]) -> int:
        """Bytes that it takes in a volume at most."""
        native = self.native.size if self.native else 0
        times = 1 + (Form.WACZ in forms) + (1.5 if Form.RSMF in forms and self.document.file else 0)
        image = self.image.stat().st_size if self.image else 0
        words = len((self.document.hit.text or "").encode("utf-8", "replace"))
        return int(native * times) + image + _OF_LINES + _TIMES_SAID * words


class _Writer(Protocol):
    def add(self, entry: Entry) -> None: ...
    def close(self) -> None: ...


class Writing:
    """An open volume with the writers of the forms that are wanted. `close` before the volume is closed."""

    def __init__(
        self, volume: Volume, production: Production, forms: frozenset[Form], natives: Natives
    ) -> None:
        self._volume, self._production, self._natives = volume, production, natives
        self._dat = Dat(volume) if Form.DAT in forms else None
        self._edrm = Edrm(volume, production) if Form.EDRM in forms else None
        self._rsmf = Rsmf(volume, production, natives.read) if Form.RSMF in forms else None
        opt = Opt(volume) if Form.PAGES in forms else None
        tables = Tables(volume) if Form.TABLES in forms else None
        wacz = Wacz(volume, production, natives.read) if Form.WACZ in forms else None
        every: tuple[_Writer | None, ...] = (self._dat, opt, self._edrm, tables, self._rsmf, wacz)
        self._writers = [writer for writer in every if writer is not None]
        self._documents: list[Document] = []
        self._families: set[str] = set()
        self.tally = Tally()

    def add(self, ready: Ready) -> None:
        """Write a document: its files, and its line in every form."""
        document = msgspec.structs.replace(ready.document, volume=self._volume.name)
        if document.file is not None:
            self._documents.append(document)
        self.tally.documents += 1
        entered = entry(document, self._parts(document, ready), self._production)
        for writer in self._writers:
            writer.add(entered)
        self._count(entered)

    def close(self) -> Tally:
        """Close every writer; what was counted. What lay on disk for them is given up."""
        for writer in self._writers:
            writer.close()
        self._natives.drop(self._documents)
        self.tally.families = len(self._families)
        name = self._volume.name
        if self._dat is not None:
            self.tally.replaced |= {
                f"{name}.dat: {sign!r}": count for sign, count in sorted(self._dat.replaced.items())
            }
        if self._edrm is not None and self._edrm.replaced:
            self.tally.replaced[f"{name}.xml: characters that XML does not know"] = self._edrm.replaced
        return self.tally

    def _parts(self, document: Document, ready: Ready) -> Parts:
        native, text = None, self._put("TEXT", document, "txt", text_of(document).encode("utf-8", "replace"))
        if ready.native is not None:
            native = self._put("NATIVES", document, ready.native.ending, ready.native.body)
        image = self._put("IMAGES", document, "pdf", ready.image) if ready.image else None
        if ready.image is not None:
            ready.image.unlink()
        return Parts(native, text, image, self._rsmf.place(document) if self._rsmf else "")

    def _put(self, kind: str, document: Document, ending: str, body: bytes | Path) -> Written:
        path = self._volume.path_of(kind, self.tally.documents, f"{document.begin}.{ending}")
        return self._volume.add(path, body)

    def _count(self, entered: Entry) -> None:
        document, tally = entered.document, self.tally
        tally.pages += document.pages
        self._families.add(document.family[0])
        kind = document.rectype.value
        for counts, number in ((tally.documents_of, 1), (tally.pages_of, document.pages)):
            counts[kind] = counts.get(kind, 0) + number
        _more(tally.treatments, document.treatment.value)
        if entered.parts.native is not None:
            tally.natives += 1
        else:
            _more(tally.empty, _why(document))
        for name in _not_known(document):
            _more(tally.unknown, name)


def _why(document: Document) -> str:
    if document.treatment is Treatment.WITHHELD:
        return "withheld"
    if document.record.is_redacted:
        return "redacted: what the site sent holds what is kept back"
    return "what the site sent holds words that are kept back elsewhere, or was not archived"


def _not_known(document: Document) -> Iterator[str]:
    """What a reader would look for and the archive does not know."""
    hit = document.hit
    if document.file is not None or document.treatment is Treatment.WITHHELD:
        return
    if hit.posted_at is None:
        yield "when it was posted"
    if not (hit.poster_name or hit.poster_username or hit.poster_id):
        yield "who posted it"
    if hit.provenance in (None, Provenance.API.value) and not document.run.api_version:
        yield "which version of the site's interface answered: no seal names it"
    for kept in hit.media:
        if not kept.sha256:
            yield "a picture, video or attachment that was not archived"


def _more(counts: dict[str, int], name: str) -> None:
    counts[name] = counts.get(name, 0) + 1
