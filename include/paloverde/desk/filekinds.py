"""What a file that somebody brings is, by its first bytes. Its name alone says nothing.

Taken are the kinds in which letters, pictures, e-mails and documents come; no program is among them.
"""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import NamedTuple

_HEAD = 64 * 1024  # bytes that are looked at
TAKEN = (
    "a PDF, a picture (JPEG, PNG, GIF, TIFF, WebP, HEIC), a text (TXT, CSV), an e-mail (EML, MSG), or a "
    "document of Word, Excel, PowerPoint or LibreOffice"
)


class Kind(NamedTuple):
    """A kind of file: its name in a sentence, and how its name may end."""

    title: str
    endings: tuple[str, ...]


_PDF = Kind("a PDF", ("pdf",))
_OLD_OFFICE = Kind("a document of an older Office, or an e-mail of Outlook", ("doc", "xls", "ppt", "msg"))
_RTF = Kind("a document (RTF)", ("rtf", "doc"))
_TEXT = Kind("a text", ("txt", "text", "csv", "tsv", "eml", "md", "htm", "html", "xml", "json", "log", "ics"))
_OFFICE = Kind("a document of Office or LibreOffice", ("docx", "xlsx", "pptx", "odt", "ods", "odp"))
_BY_BEGINNING = (
    (b"\xff\xd8\xff", Kind("a picture (JPEG)", ("jpg", "jpeg", "jpe", "jfif"))),
    (b"\x89PNG\r\n\x1a\n", Kind("a picture (PNG)", ("png",))),
    (b"GIF8", Kind("a picture (GIF)", ("gif",))),
    (b"II*\0", Kind("a picture (TIFF)", ("tif", "tiff"))),
    (b"MM\0*", Kind("a picture (TIFF)", ("tif", "tiff"))),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", _OLD_OFFICE),
    (b"{\\rtf", _RTF),
)  # fmt: skip
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_LEGIBLE = frozenset(b"\t\n\f\r\x1b")  # of the control characters, those that a text may hold


def wrong_with(file: Path, name: str) -> str:
    """Why a file is not taken, in a sentence; nothing where it is."""
    with file.open("rb") as opened:
        head = opened.read(_HEAD)
    if not head:
        return f"{name} is empty: save it anew where it was made, and choose it again."
    kind, ending = _kind(file, head), name.rpartition(".")[2].lower() if "." in name else ""
    if kind is None:
        return f"{name} is not what its name says, or of a kind that is not taken. Choose {TAKEN}."
    if ending not in kind.endings and (ending or kind is not _TEXT):
        return (
            f"{name} is {kind.title} by what it holds, and not by its name: give it a name that ends with "
            f".{kind.endings[0]}, or choose another file."
        )
    return ""


def _kind(file: Path, head: bytes) -> Kind | None:
    if b"%PDF-" in head[:1024]:
        return _PDF
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return Kind("a picture (WebP)", ("webp",))
    if head[4:12] in (b"ftypheic", b"ftypheix", b"ftypmif1", b"ftypmsf1"):
        return Kind("a picture (HEIC)", ("heic", "heif"))
    if head.startswith(b"PK\x03\x04"):
        return _OFFICE if _is_office(file) else None
    found = next((kind for begins, kind in _BY_BEGINNING if head.startswith(begins)), None)
    return found or (_TEXT if _is_text(head) else None)


def _is_office(file: Path) -> bool:
    """Whether a ZIP is the document of an office program, and not just any files."""
    try:
        with zipfile.ZipFile(file) as opened:
            names = set(opened.namelist())
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
        return False
    return "[Content_Types].xml" in names or {"mimetype", "content.xml"} <= names


def _is_text(head: bytes) -> bool:
    """Whether it can be read as a text: in UTF-8 or 16, or in an old encoding of one byte a letter."""
    if head.startswith(_UTF_16):
        return True
    return not any(byte < 0x20 and byte not in _LEGIBLE for byte in head)
