"""The other side's paralegal: unpacks the volumes of a production and loads them with readers of her own."""

from __future__ import annotations

import base64
import csv
import gzip
import hashlib
import io
import json
import re
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Collection, Iterator
from datetime import datetime
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pypdfium2 as pdfium
from PIL import Image
from pypdf import PdfReader
from warcio.archiveiterator import ArchiveIterator

from productions.loadfiles import Page, read_dat, read_opt
from productions.rsmf_rules import Read, read

MOMENTS = ("DATEPOSTED", "DATEEDITED", "DATEREMOVED", "CAPTUREDATE", "TSAGENTIME")
STANDARD = {"#From": "AUTHORDISPLAY", "#To": "RECIPIENTS", "#DateSent": "DATEPOSTED",
            "#AttachmentCount": "ATTACHCOUNT", "#FileName": "FILENAME"}  # fmt: skip
FORMS = ("dat", "opt", "xml", "csv", "jsonl", "parquet")


class OtherSide:
    """The volumes of a folder, unpacked into another, and every load file of them read that was asked for."""

    def __init__(self, sent: Path, folder: Path, forms: Collection[str] = FORMS) -> None:
        self.sent, self.folder, self.forms = sent, folder, forms
        self.volumes = sorted(volume.stem for volume in sent.glob("VOL*.zip"))
        for volume in self.volumes:
            with zipfile.ZipFile(sent / f"{volume}.zip") as zipped:
                zipped.extractall(folder)
        self.dat = [row for one in self._data("dat") for row in read_dat(one.read_bytes())]
        self.opt: list[Page] = [line for one in self._data("opt") for line in read_opt(one.read_bytes())]
        self.sheet = [row for one in self._data("csv") for row in _sheet(one)]
        self.lines = [
            json.loads(line) for one in self._data("jsonl") for line in one.read_bytes().splitlines()
        ]
        self.table = [row for one in self._data("parquet") for row in pq.read_table(one).to_pylist()]
        self.xml = [ET.parse(one).getroot() for one in self._data("xml")]

    def _data(self, ending: str) -> list[Path]:
        wanted = self.volumes if ending in self.forms else []
        return [self.folder / volume / "DATA" / f"{volume}.{ending}" for volume in wanted]

    @property
    def documents(self) -> list[ET.Element]:
        return [document for root in self.xml for document in root.iter("Document")]

    @property
    def numbers(self) -> list[str]:
        return [row["BEGBATES"] for row in self.dat]

    def row(self, words: str) -> dict[str, str]:
        """The one line of the load file, not of a file, in whose words these stand."""
        (found,) = [row for row in self.dat if words in row["BODYTEXT"] and row["RECTYPE"] != "MEDIA"]
        return found

    def file(self, link: str) -> Path:
        """What a load file's path leads to, from the folder into which the volumes were unpacked."""
        assert link.startswith(".\\"), link
        return self.folder.joinpath(*link.removeprefix(".\\").split("\\"))

    def text(self, row: dict[str, str]) -> str:
        return self.file(row["TEXTLINK"]).read_bytes().decode("utf-8", "strict")

    def pages(self, number: str) -> Path:
        (line,) = [line for line in self.opt if line.id == number]
        return self.file(line.path)

    def chats(self) -> dict[str, Read]:
        """Every RSMF file by its path from the folder."""
        return {
            chat.relative_to(self.folder).as_posix(): read(chat.read_bytes())
            for chat in sorted(self.folder.glob("*/RSMF/*.rsmf"))
        }

    def web(self) -> dict[str, bytes]:
        """Every page and file of the web archives, by the last part of its address."""
        return {
            record.rec_headers.get_header("WARC-Target-URI").rpartition("/")[
                2
            ]: record.content_stream().read()
            for archive in self.archives()
            for record in ArchiveIterator(io.BytesIO(zipfile.ZipFile(archive).read("archive/data.warc.gz")))
            if record.rec_type == "resource"
        }

    def archives(self) -> list[Path]:
        return sorted(self.folder.glob("*/WACZ/*.wacz"))

    def files(self) -> set[str]:
        """Every file that was unpacked, by its path."""
        return {one.relative_to(self.folder).as_posix() for one in self.folder.rglob("*") if one.is_file()}

    def everything(self) -> Iterator[tuple[str, bytes]]:
        """Every file that was sent, with whatever is packed in it: zips, mails, web archives, pages' words."""
        for one in sorted(self.sent.rglob("*")):
            if one.is_file():
                yield from opened(one.name, one.read_bytes())


def opened(name: str, body: bytes) -> Iterator[tuple[str, bytes]]:
    """A file, and all that it packs, to any depth."""
    yield name, body
    if zipfile.is_zipfile(io.BytesIO(body)):
        with zipfile.ZipFile(io.BytesIO(body)) as zipped:
            for inner in zipped.namelist():
                yield from opened(f"{name}!{inner}", zipped.read(inner))
    elif name.endswith(".gz"):
        yield f"{name}!", gzip.decompress(body)
    elif name.endswith(".rsmf"):
        for part in message_from_bytes(body).walk():
            unpacked = part.get_payload(decode=True)
            yield from opened(f"{name}!part", unpacked) if isinstance(unpacked, bytes) else ()
        yield f"{name}!head", _plain_head(body)
    elif name.endswith(".pdf"):
        yield (
            f"{name}!text",
            "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(body)).pages).encode(),
        )
    elif name.endswith(".parquet"):
        yield f"{name}!rows", repr(pq.read_table(io.BytesIO(body)).to_pylist()).encode()


def drawn(pages: Path) -> Iterator[Image.Image]:
    """The pages of a document as somebody sees them, at 100 dots to the inch."""
    for page in pdfium.PdfDocument(pages):
        yield page.render(scale=100 / 72).to_pil()


def sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def md5(body: bytes) -> str:
    return hashlib.md5(body, usedforsecurity=False).hexdigest()


def said_in(body: bytes, secret: str) -> bool:
    """Whether words stand in bytes: as they are, without breaks and case, or escaped as JSON has them."""
    squeezed = b"".join(body.split()).lower()
    ways = (secret, json.dumps(secret)[1:-1], base64.b64encode(secret.encode()).decode())
    return any("".join(way.split()).lower().encode() in squeezed for way in ways)


def as_json(value: Any) -> Any:
    return value.isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else value


def delimited(value: str, name: str) -> str:
    """A value as the rules of the load file want it (rulebook F-1)."""
    if value in ("True", "False"):
        return value[0].replace("T", "Y").replace("F", "N")
    if name in MOMENTS:
        return f"{datetime.fromisoformat(value):%m/%d/%Y %H:%M:%S}"
    parted = re.sub("[þ®\x14]", " ", value)
    return re.sub("\r\n|[\r\n\u2028]", "®", parted)


def in_a_cell(value: str, name: str) -> str:
    if value in ("True", "False"):
        return value[0].replace("T", "Y").replace("F", "N")
    return re.sub(r"\.\d+Z$", "Z", value) if name in MOMENTS else value


def in_xml(value: str) -> str:
    return value.replace("\x14", "\ufffd")


def _plain_head(body: bytes) -> bytes:
    message: Any = message_from_bytes(body)
    return repr([str(value) for value in message.values()]).encode()


def _sheet(file: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(file.read_bytes().decode("utf-8-sig"), newline="")))
