"""What kind of file some bytes are, by the bytes themselves: nobody's word for it is taken."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from paloverde.archive.reader import Archive
from paloverde.bundles.scratch import scratch
from paloverde.search.hits import Hit

PICTURES = ("jpg", "png", "gif", "webp")  # what a page may show; everything else is a link
MEDIA = "data/03_media/"
_PIECE = 1 << 20  # bytes read at a time
_LOOKED_AT = 64  # bytes of a file that tell its kind
_BEGINNINGS = (
    (b"\xff\xd8\xff", "jpg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"%PDF-", "pdf"),
    (b"\x1aE\xdf\xa3", "webm"),
    (b"OggS", "ogg"),
    (b"ID3", "mp3"),
)


def extension(body: bytes) -> str:
    """The extension for some bytes; `bin` for whatever could be active (HTML, SVG) or is not known."""
    for beginning, name in _BEGINNINGS:
        if body.startswith(beginning):
            return name
    if body[:4] == b"RIFF" and body[8:12] in (b"WEBP", b"WAVE"):
        return "webp" if body[8:12] == b"WEBP" else "wav"
    if body[4:8] == b"ftyp":
        return "mov" if body[8:10] == b"qt" else "mp4"
    return "bin"


def kept_media(hits: Iterable[Hit]) -> list[str]:
    """The hashes of all kept pictures, videos and attachments, each once, in order."""
    return sorted({kept.sha256 for hit in hits for kept in hit.media if kept.sha256})


@contextmanager
def fetched(archive: Archive, sha256: str) -> Iterator[tuple[str, Iterator[bytes]]]:
    """A kept file's path among dossiers and its bytes, piece by piece.

    Raises `ArchiveDamaged` where they are not there or not as sealed, before any piece is given.
    """
    with scratch() as folder:
        file = on_disk(archive, sha256, folder)
        yield path_of(sha256, file, within="media/"), _pieces(file)


def on_disk(archive: Archive, sha256: str, folder: Path) -> Path:
    """A kept file, in a folder; `ArchiveDamaged` where its bytes are not there or not as sealed."""
    file = folder / sha256
    archive.store.fetch(archive.media_object(sha256), file)
    return file


def path_of(sha256: str, file: Path, *, within: str = MEDIA) -> str:
    """Where a file with that hash lies, named for the kind of its bytes."""
    with file.open("rb") as opened:
        return f"{within}{sha256}.{extension(opened.read(_LOOKED_AT))}"


def _pieces(file: Path) -> Iterator[bytes]:
    with file.open("rb") as opened:
        while piece := opened.read(_PIECE):
            yield piece
