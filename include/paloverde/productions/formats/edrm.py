"""EDRM XML 1.2 interchange file (rulebook F-3): documents with files and tags, then their families.

Written as it streams. Characters that XML 1.0 cannot hold become U+FFFD and are counted for the report.
"""

from __future__ import annotations

import re
from datetime import datetime
from xml.sax.saxutils import escape

from paloverde.productions.document import Production, RecType
from paloverde.productions.fields import FIELDS, Entry, Field, Type, Value, path_as_link
from paloverde.productions.volume import Volume, Written

# XML 1.0 (fifth edition), 2.2: what is no Char.
_NO_CHARACTER = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_PLAIN = re.compile("[ !#-%'-;=?-~\u00a0-\ud7ff]*")  # what stands in an attribute as it is
_ESCAPES = {'"': "&quot;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}
_MESSAGES = (RecType.DM, RecType.FORWARDED)
_STANDARD = {
    "AUTHORDISPLAY": "#From",
    "RECIPIENTS": "#To",
    "DATEPOSTED": "#DateSent",
    "ATTACHCOUNT": "#AttachmentCount",
    "FILENAME": "#FileName",
}
_TYPES = {
    Type.TEXT: "Text",
    Type.TEXTS: "Text",
    Type.TIME: "DateTime",
    Type.NUMBER: "LongInteger",
    Type.YES_NO: "Boolean",
}


class Edrm:
    """The interchange file of one volume; `replaced` counts characters that XML cannot hold."""

    def __init__(self, volume: Volume, production: Production) -> None:
        self.replaced = 0
        self._related: list[tuple[str, str, bool]] = []
        self._file = volume.later(f"DATA/{volume.name}.xml").open("x", encoding="utf-8", newline="\n")
        self._write('<?xml version="1.0" encoding="UTF-8"?>\n')
        self._open(
            "Root",
            MajorVersion="1",
            MinorVersion="2",
            DataInterchangeType="Update",
            CaseId=production.matter,
            Description=f"{production.agency}: {production.name}",
        )
        self._open("Fields")
        for field in FIELDS:
            self._empty("Field", Key=_tag(field), Name=_tag(field), DataType=_TYPES[field.type])
        self._write("</Fields>\n")
        self._open("Batch", name=volume.name)
        self._open("Documents")

    def add(self, entry: Entry) -> None:
        """Write a document; who belongs to whom is told after the last."""
        document, parts, told = entry
        kind = "Message" if document.rectype in _MESSAGES else "File"
        self._open("Document", DocID=document.begin, DocType=kind)
        self._open("Files")
        for name, file in (("Native", parts.native), ("Text", parts.text), ("Image", parts.image)):
            if file:
                self._add_file(name, document.volume, file)
        self._write("</Files>\n")
        self._open("Tags")
        tags = (f"{head}{self._quoted(value)}/>\n" for name, head in _HEADS for value in _each(told[name]))
        self._write("".join(tags))
        self._write("</Tags>\n<Locations>\n")
        for custodian in document.custodians:
            self._write(f"<Location><Custodian>{self._text(custodian)}</Custodian></Location>\n")
        self._write("</Locations>\n</Document>\n")
        if document.parent:
            self._related.append((document.parent, document.begin, document.file is not None))

    def close(self) -> None:
        self._write("</Documents>\n<Relationships>\n")
        for parent, child, is_file in self._related:
            kind = "Attachment" if is_file else "Container"
            self._empty("Relationship", Type=kind, ParentDocID=parent, ChildDocID=child)
        self._write("</Relationships>\n</Batch>\n</Root>\n")
        self._file.close()

    def _add_file(self, kind: str, volume: str, file: Written) -> None:
        folder, _, name = path_as_link(volume, file.path).rpartition("\\")
        self._open("File", FileType=kind)
        self._empty("ExternalFile", FilePath=folder, FileName=name, FileSize=str(file.size), Hash=file.md5,
                    HashType="MD5")  # fmt: skip
        self._write("</File>\n")

    def _open(self, element: str, /, **attributes: str) -> None:
        self._write(f"<{element}{self._attributes(attributes)}>\n")

    def _empty(self, element: str, /, **attributes: str) -> None:
        self._write(f"<{element}{self._attributes(attributes)}/>\n")

    def _attributes(self, attributes: dict[str, str]) -> str:
        return "".join(f" {name}={self._quoted(value)}" for name, value in attributes.items())

    def _text(self, text: str) -> str:
        return self._held(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

    def _quoted(self, value: str) -> str:
        """As the value of an attribute."""
        if _PLAIN.fullmatch(value):
            return f'"{value}"'
        return f'"{escape(self._held(value), _ESCAPES)}"'

    def _held(self, text: str) -> str:
        text, replaced = _NO_CHARACTER.subn("\ufffd", text)
        self.replaced += replaced
        return text

    def _write(self, text: str) -> None:
        self._file.write(text)


def _tag(field: Field) -> str:
    """The name of a tag: the format's own where it has one."""
    return _STANDARD.get(field.name, field.name)


_HEADS = [
    (field.name, f'<Tag TagName="{_tag(field)}" TagDataType="{_TYPES[field.type]}" TagValue=')
    for field in FIELDS
]  # each tag as it begins in every document


def _each(value: Value) -> tuple[str, ...]:
    """The values of a field as the format writes them; none where nothing is known."""
    if isinstance(value, tuple):
        return value
    if value is None or value == "":
        return ()
    if isinstance(value, bool):
        return ("true" if value else "false",)
    if isinstance(value, datetime):
        return (value.isoformat().replace("+00:00", "Z"),)
    return (str(value),)
