"""WACZ 1.1.1: what is produced as pages that a web archive player opens (rulebook F-5).

The pages are the City's own, one for each document, and say so: they stand at addresses that lead nowhere
(RFC 2606), not at those of the sites. Beside each stands what the site sent of it, byte for byte, or the
file. The raw exchanges stay with the City, since an answer of a site holds more than what is produced.
Unsigned: the format's signatures want a key of another kind than the City's, whose signature is under the
list of all files.
"""

from __future__ import annotations

import hashlib
import mimetypes
import uuid
import zipfile
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import msgspec

from paloverde.archive.exchanges import packed
from paloverde.productions.document import Document, Production
from paloverde.productions.fields import Entry, iso, words_of
from paloverde.productions.formats.wacz_pages import front_page, page_of
from paloverde.productions.volume import Volume

FORMAT = "1.1.1"
_TIME = (1980, 1, 1, 0, 0, 0)
_SPACE = uuid.UUID("8f5b4a52-6f0c-4a3b-9f31-2a6f1a0c7d11")  # of the names of our records
_WARC, _INDEX, _PAGES = "archive/data.warc.gz", "indexes/index.cdxj", "pages/pages.jsonl"
_PACKS = ("text/", "message/", "application/json", "application/warc-fields")  # the others are packed already
Native = Callable[[Document], Iterable[bytes]]


class Wacz:
    """The web archive of one volume. `read` gives the bytes of a document's native file, piece by piece."""

    def __init__(self, volume: Volume, production: Production, read: Native) -> None:
        self._production, self._read = production, read
        self._base = f"https://{production.name.lower()}.{volume.name.lower()}.production.invalid"
        self._target = volume.later(f"WACZ/{volume.name}.wacz")
        self._warc_file, self._pages_file = (self._target.with_suffix(end) for end in (".warc", ".pages"))
        self._warc: IO[bytes] = self._warc_file.open("xb")
        self._pages: IO[bytes] = self._pages_file.open("xb")
        self._index: list[str] = []
        self._documents = 0
        self._record("warcinfo", "", production.made_at, "application/warc-fields", _about(production))
        head = {"format": "json-pages-1.0", "id": "pages", "title": production.name, "hasText": True}
        self._pages.write(msgspec.json.encode(head) + b"\n")

    def add(self, entry: Entry) -> None:
        """Add a document's page, and what is produced of its file."""
        document, native = entry.document, entry.parts.native
        when, name = document.hit.observed_at, native.path.rpartition("/")[2] if native else ""
        url = f"{self._base}/{document.begin}.html"
        self._page(url, when, f"{document.begin}: {document.rectype.value}", words_of(document))
        self._record("resource", url, when, "text/html; charset=utf-8", page_of(entry, name))
        if native is not None:
            kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
            self._record("resource", f"{self._base}/{name}", when, kind, b"".join(self._read(document)))
        self._documents += 1

    def close(self) -> None:
        """Write the front page, the index and the package around them."""
        front = front_page(self._production, self._documents)
        made = self._production.made_at
        self._page(f"{self._base}/", made, self._production.name, "")
        self._record("resource", f"{self._base}/", made, "text/html; charset=utf-8", front)
        self._warc.close()
        self._pages.close()
        with zipfile.ZipFile(self._target, "x") as zipped:
            index = "".join(sorted(self._index)).encode()
            listed = [
                _put(zipped, _WARC, self._warc_file),
                _put(zipped, _INDEX, index),
                _put(zipped, _PAGES, self._pages_file),
            ]
            package = msgspec.json.format(msgspec.json.encode(self._package(listed)))
            _put(zipped, "datapackage.json", package)
            digest = {"path": "datapackage.json", "hash": _sha256(package)}
            _put(zipped, "datapackage-digest.json", msgspec.json.format(msgspec.json.encode(digest)))
        self._warc_file.unlink()
        self._pages_file.unlink()

    def _page(self, url: str, when: datetime, title: str, text: str) -> None:
        page = {"id": _name(url), "url": url, "ts": iso(when), "title": title, "text": text}
        self._pages.write(msgspec.json.encode(page) + b"\n")

    def _record(self, kind: str, url: str, when: datetime, type_: str, block: bytes) -> None:
        """One record of the WARC file; of a page or file its line of the index (CDXJ), too."""
        fields = {
            "WARC-Type": kind,
            **({"WARC-Target-URI": url} if url else {}),
            "WARC-Record-ID": f"<urn:uuid:{_name(url + iso(when))}>",
            "WARC-Date": f"{when:%Y-%m-%dT%H:%M:%SZ}",
            "Content-Type": type_,
        }
        packs = type_.startswith(_PACKS)
        record, offset = packed(fields, block, compressed=not packs), self._warc.tell()
        self._warc.write(record)
        if url:
            told = {
                "url": url, "mime": type_.partition(";")[0], "status": "200", "digest": _sha256(block),
                "length": str(len(record)), "offset": str(offset), "filename": _WARC.rpartition("/")[2],
            }  # fmt: skip
            self._index.append(f"{_surt(url)} {when:%Y%m%d%H%M%S} {msgspec.json.encode(told).decode()}\n")

    def _package(self, listed: list[dict[str, Any]]) -> dict[str, Any]:
        production = self._production
        return {
            "profile": "data-package",
            "wacz_version": FORMAT,
            "title": f"{production.name}: {production.matter}",
            "description": f"Produced by {production.agency}. Pages made by the City of what it archived.",
            "software": production.software,
            "created": iso(production.made_at),
            "modified": iso(production.made_at),
            "mainPageUrl": f"{self._base}/",
            "mainPageDate": iso(production.made_at),
            "resources": listed,
        }


def _about(production: Production) -> bytes:
    return f"software: {production.software}\r\nformat: WARC File Format 1.1\r\n".encode()


def _put(zipped: zipfile.ZipFile, path: str, body: bytes | Path) -> dict[str, Any]:
    """Add a file; its line in the list of resources. What is packed already is stored as it is.

    The player looks for a file right behind its name where the zip's directory has nothing more to say of it:
    the long form of sizes (zip64) may stand in both places or in none.
    """
    info = zipfile.ZipInfo(path, _TIME)
    info.compress_type = zipfile.ZIP_STORED if path == _WARC else zipfile.ZIP_DEFLATED
    digest, size = hashlib.sha256(), 0
    with zipped.open(info, "w", force_zip64=_size(body) > zipfile.ZIP64_LIMIT) as file:
        for piece in _pieces(body):
            digest.update(piece)
            size += len(piece)
            file.write(piece)
    return {
        "name": path.rpartition("/")[2],
        "path": path,
        "hash": f"sha256:{digest.hexdigest()}",
        "bytes": size,
    }


def _size(body: bytes | Path) -> int:
    return len(body) if isinstance(body, bytes) else body.stat().st_size


def _pieces(body: bytes | Path) -> Iterable[bytes]:
    if isinstance(body, bytes):
        yield body
        return
    with body.open("rb") as file:
        yield from iter(lambda: file.read(1 << 20), b"")


def _sha256(body: bytes) -> str:
    return f"sha256:{hashlib.sha256(body).hexdigest()}"


def _name(text: str) -> str:
    """A name that is the same for the same text."""
    return str(uuid.uuid5(_SPACE, text))


def _surt(url: str) -> str:
    """The address as indexes sort it: `invalid,production)/pdc0000001.html`."""
    host, _, path = url.removeprefix("https://").partition("/")
    return f"{','.join(reversed(host.split('.')))})/{path.lower()}"
