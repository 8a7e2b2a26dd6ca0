"""The fields of a production: one table from which every load file and table is written (rulebook 6.4).

What the archive does not know stays empty. A file of a record tells the record's own facts (who said it,
when, where), and its own name, size and hashes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

import msgspec

from paloverde.productions.document import Document, Elsewhere, Production, Treatment
from paloverde.productions.volume import Parts, Written
from paloverde.records import Provenance
from paloverde.search.words import addresses

LONGEST_TEXT = 32_000  # characters of a text in a load file; a longer one is in its text file alone
_HANDLE = re.compile(r"(?<![\w@.])@\w(?:[\w.-]*\w)?")
_TAG = re.compile(r"(?<!\w)[#＃]\w+")
_METHODS = {
    Provenance.API.value: "API",
    Provenance.EXPORT.value: "EXPORT",
    Provenance.RECORDS.value: "IMPORT",
    Provenance.FORWARDED.value: "FORWARDED",
    Provenance.PERSONAL_DEVICE.value: "UPLOAD",
    Provenance.UPLOAD.value: "UPLOAD",
}


class Type(StrEnum):
    """What a field holds."""

    TEXT = "text"
    TEXTS = "texts"  # several values
    TIME = "time"  # a moment, UTC
    NUMBER = "number"
    YES_NO = "yes or no"


Value = str | tuple[str, ...] | datetime | int | bool | None


class About(NamedTuple):
    """What a field is told from."""

    document: Document
    parts: Parts
    production: Production


class Field(msgspec.Struct, frozen=True):
    """A field: its name, what it holds, what it means, and how it follows."""

    name: str
    type: Type
    meaning: str
    value: Callable[[About], Value]


def _fields() -> Iterator[Field]:
    yield from _numbers()
    yield from _matter()
    yield from _what()
    yield from _who()
    yield from _when()
    yield from _words()
    yield from _files()
    yield from _evidence()


def _numbers() -> Iterator[Field]:
    yield Field("BEGBATES", Type.TEXT, "Bates number of the first page", lambda of: of.document.begin)
    yield Field("ENDBATES", Type.TEXT, "Bates number of the last page", lambda of: of.document.end)
    yield Field("BEGATTACH", Type.TEXT, "First page of the family", lambda of: of.document.family[0])
    yield Field("ENDATTACH", Type.TEXT, "Last page of the family", lambda of: of.document.family[1])
    yield Field(
        "PARENTID", Type.TEXT, "First page of the document that this one belongs to, empty for the first",
        lambda of: of.document.parent,
    )  # fmt: skip
    yield Field("GROUPID", Type.TEXT, "The same for a whole family", lambda of: of.document.family[0])
    yield Field("ATTACHCOUNT", Type.NUMBER, "Documents that belong to it", lambda of: of.document.attached)
    yield Field("PGCOUNT", Type.NUMBER, "Pages", lambda of: of.document.pages)
    yield Field("CONTROLNO", Type.TEXT, "Number in the City's review", lambda of: of.document.control)


def _matter() -> Iterator[Field]:
    yield Field(
        "REQUESTNO", Type.TEXTS, "Demands that it answers (CCP 2031.280(a))", lambda of: of.document.requests
    )
    yield Field("MATTER", Type.TEXT, "The matter", lambda of: of.document.matter)
    yield Field("HOLDID", Type.TEXT, "The litigation hold it is kept under", lambda of: of.document.hold)
    yield Field("PRODVOL", Type.TEXT, "Volume", lambda of: of.document.volume)
    yield Field("CUSTODIAN", Type.TEXTS, "Who keeps the account", lambda of: of.document.custodians)
    yield Field(
        "DUPLICATES", Type.TEXTS, "Records that say the same and are not produced again: account, kind, id",
        lambda of: tuple(map(_place, of.document.also)),
    )  # fmt: skip
    yield Field("CONFIDENTIALITY", Type.TEXT, "Designation", lambda of: of.document.confidentiality)


def _what() -> Iterator[Field]:
    yield Field("PLATFORM", Type.TEXT, "The site", lambda of: of.document.hit.platform)
    yield Field("ACCOUNT", Type.TEXT, "The City's account, as the archive calls it", _account)
    yield Field("ACCOUNTID", Type.TEXT, "The same as the site knows it", lambda of: of.document.account_id)
    yield Field("RECTYPE", Type.TEXT, "What it is", lambda of: of.document.rectype.value)
    yield Field(
        "THREADID", Type.TEXT, "Post or conversation at the root", lambda of: of.document.hit.thread_id
    )
    yield Field("ITEMID", Type.TEXT, "Id at the site", item_id)
    yield Field("PARENTITEMID", Type.TEXT, "Id of what it replies to", lambda of: of.document.hit.parent_id)
    yield Field("PERMALINK", Type.TEXT, "Address at the site", lambda of: of.document.hit.permalink)
    yield Field("VISIBILITY", Type.TEXT, "Who could see it", lambda of: of.document.hit.visibility)
    yield Field("LANGUAGE", Type.TEXT, "As the site tells it", lambda of: of.document.hit.language)


def _who() -> Iterator[Field]:
    yield Field("AUTHORDISPLAY", Type.TEXT, "Display name", lambda of: of.document.hit.poster_name)
    yield Field("AUTHORUSERNAME", Type.TEXT, "User name", lambda of: of.document.hit.poster_username)
    yield Field("AUTHORID", Type.TEXT, "Id at the site", lambda of: of.document.hit.poster_id)
    yield Field(
        "AUTHORMISSING", Type.TEXT, "Why one of these is not known", lambda of: of.document.hit.poster_missing
    )
    yield Field(
        "RECIPIENTS", Type.TEXTS, "Others in the private conversation", lambda of: of.document.recipients
    )


def _when() -> Iterator[Field]:
    yield Field("DATEPOSTED", Type.TIME, "When it was posted", lambda of: of.document.hit.posted_at)
    yield Field("DATEPOSTED_ISO", Type.TEXT, "The same, ISO 8601", lambda of: iso(of.document.hit.posted_at))
    yield Field("TIMEZONE", Type.TEXT, "Zone of all times", lambda _: "UTC")
    yield Field(
        "DATEEDITED", Type.TIME, "The site's own time of an edit", lambda of: of.document.hit.edited_at
    )
    yield Field(
        "EDITCOUNT", Type.NUMBER, "Versions before this one in the production",
        lambda of: of.document.version - 1,
    )  # fmt: skip
    yield Field("DATEREMOVED", Type.TIME, "When it was found removed or hidden", _removed_at)
    yield Field("REMOVEDBY", Type.TEXT, "Who removed it, where known", _removed_by)
    yield Field("REMOVALCAUSE", Type.TEXT, "Cause on record", _cause)
    yield Field("GUIDELINE", Type.TEXTS, "Content guidelines cited", _guidelines)


def _words() -> Iterator[Field]:
    yield Field("BODYTEXT", Type.TEXT, f"The words, to {LONGEST_TEXT:,} characters", _body)
    yield Field(
        "MENTIONS", Type.TEXTS, "Handles in the words", lambda of: _found(_HANDLE, words_of(of.document))
    )
    yield Field("HASHTAGS", Type.TEXTS, "Tags in the words", lambda of: _found(_TAG, words_of(of.document)))
    yield Field("LINKS", Type.TEXTS, "Web addresses in the words", lambda of: _links(words_of(of.document)))
    yield Field("REPLYCOUNT", Type.NUMBER, "Replies or subscribers, as the site counts", _count)


def _files() -> Iterator[Field]:
    yield Field("MEDIANAMES", Type.TEXTS, "Files of the record: SHA-256, or why one is not kept", _media)
    yield Field("FILENAME", Type.TEXT, "Name of the native file", lambda of: _name(of.parts.native))
    yield Field("FILEEXT", Type.TEXT, "Its ending", lambda of: _name(of.parts.native).rpartition(".")[2])
    yield Field(
        "FILESIZE", Type.NUMBER, "Its bytes", lambda of: of.parts.native.size if of.parts.native else None
    )
    yield Field("MD5HASH", Type.TEXT, "MD5 of it", lambda of: of.parts.native.md5 if of.parts.native else "")
    yield Field(
        "SHA256HASH", Type.TEXT, "SHA-256 of it", lambda of: of.parts.native.sha256 if of.parts.native else ""
    )
    yield Field("NATIVELINK", Type.TEXT, "Path of the native file", lambda of: link(of, of.parts.native))
    yield Field("TEXTLINK", Type.TEXT, "Path of the text", lambda of: link(of, of.parts.text))
    yield Field("RSMFLINK", Type.TEXT, "Path of its thread and day as RSMF", rsmf_link)


def _evidence() -> Iterator[Field]:
    yield Field("CAPTUREDATE", Type.TIME, "When it was archived", lambda of: of.document.hit.observed_at)
    yield Field("CAPTUREMETHOD", Type.TEXT, "How it came", _method)
    yield Field("APIVERSION", Type.TEXT, "The site's interface", lambda of: of.document.run.api_version)
    yield Field("RUNID", Type.TEXT, "Sealed run that archived it", lambda of: str(of.document.run.sequence))
    yield Field("RUNSEAL", Type.TEXT, "SHA-256 of that run's seal", lambda of: of.document.run.seal)
    yield Field("MERKLEROOT", Type.TEXT, "Root of the City's signed ledger", lambda of: of.production.root)
    yield Field(
        "TSAGENTIME", Type.TIME, "Time put under it by a timestamping service",
        lambda of: of.production.stamped_at,
    )  # fmt: skip
    yield Field(
        "REDACTED", Type.YES_NO, "Whether anything of it is kept back",
        lambda of: of.document.treatment is not Treatment.WHOLE,
    )  # fmt: skip
    yield Field("EXEMPTION", Type.TEXTS, "Privileges claimed", lambda of: of.document.privileges)


def item_id(of: About) -> str:
    """The id of an item at its site; of what is withheld none is told."""
    return "" if of.document.treatment is Treatment.WITHHELD else of.document.hit.native_id


def words_of(document: Document) -> str:
    """The words of a document: of a record its text, of a file its description."""
    hit = document.hit
    if document.file is None:
        return hit.text or ""
    return hit.media[document.file.number].alt_text or ""


def link(of: About, file: Written | None) -> str:
    r"""The path of a file as load files write it: `.\\VOL001\\TEXT\\0001\\PDC0000001.txt`."""
    return path_as_link(of.document.volume, file.path) if file else ""


def rsmf_link(of: About) -> str:
    """The same of the slice that holds the record."""
    return path_as_link(of.document.volume, of.parts.rsmf) if of.parts.rsmf else ""


def path_as_link(volume: str, path: str) -> str:
    """A path in a volume, relative to the folder in which the volumes are unpacked, with backslashes."""
    return "\\".join((".", volume, *path.split("/")))


def iso(moment: datetime | None) -> str:
    """2026-11-22T20:00:00Z"""
    return moment.isoformat().replace("+00:00", "Z") if moment else ""


class Entry(NamedTuple):
    """A document as every writer is given it: with its files, and each of `FIELDS` by name in their order;
    None, "" and () are nothing known.
    """

    document: Document
    parts: Parts
    told: Mapping[str, Value]


def entry(document: Document, parts: Parts, production: Production) -> Entry:
    """A document, and all that load files tell of it."""
    of = About(document, parts, production)
    return Entry(document, parts, {field.name: field.value(of) for field in FIELDS})


def _account(of: About) -> str:
    return of.document.hit.account


def _place(one: Elsewhere) -> str:
    return f"{one.account} {one.kind} {one.native_id}"


def _removed_at(of: About) -> datetime | None:
    """Of these words: the item of this id may have been removed with others on it."""
    removal = of.document.hit.removed
    return removal.removed_at if removal and removal.of_these_words else None


def _cause(of: About) -> str:
    removal = of.document.hit.removed
    return (removal.cause or "") if removal and removal.of_these_words else ""


def _removed_by(of: About) -> str:
    return of.document.ending.removed_by if of.document.ending else ""


def _guidelines(of: About) -> tuple[str, ...]:
    return of.document.ending.guidelines if of.document.ending else ()


def _body(of: About) -> str:
    words = words_of(of.document)
    return words if len(words) <= LONGEST_TEXT else ""


def _count(of: About) -> int | None:
    return of.document.hit.count if of.document.is_record else None


def _found(pattern: re.Pattern[str], text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(pattern.findall(text)))


def _links(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text[start:end] for start, end in addresses(text)))


def _media(of: About) -> tuple[str, ...]:
    if of.document.file is not None:
        return ()
    return tuple(
        kept.sha256 or f"not kept: {kept.not_captured or 'reason not known'}"
        for kept in of.document.hit.media
    )


def _method(of: About) -> str:
    return _METHODS.get(of.document.hit.provenance or Provenance.API.value, "")


def _name(file: Written | None) -> str:
    return file.path.rpartition("/")[2] if file else ""


FIELDS = tuple(_fields())
