"""Feeds of blogs, newsrooms, podcasts and forums: RSS 2.0 and Atom, as their address answers (policy I).

RSS: https://www.rssboard.org/rss-specification; Atom: RFC 4287. Each entry is a record of its own, whose
payload is the very bytes of the entry. A feed holds only the newest entries: what was in it before is in the
files that were handed in before. It is public, whoever asks; what it leaves out is not absent.

The XML is hostile until read: no entity of its own making is expanded, and nothing that it names is fetched.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from xml.parsers import expat

import msgspec

from paloverde.errors import Unreadable
from paloverde.imports.mail import plain_text
from paloverde.imports.members import Member, Sources
from paloverde.imports.said import File, Note, Original, Read, Said, Task, missed
from paloverde.imports.times import time_of
from paloverde.records import Kind, Medium, Missing, Poster, Record, Unread, Visibility

ENDINGS = (".xml", ".rss", ".atom")
_MOST = 64 * 1024 * 1024  # bytes of a feed; those of large blogs have some hundred kilobytes
_START = 64 * 1024  # bytes in which the root of a feed stands
_ROOTS = ("rss", "feed", "RDF")
_ENTRIES = ("item", "entry")
_DEEP = 100  # elements within one another
_ID, _TITLE = ("guid", "id"), ("title",)
_TEXT = ("encoded", "content", "description", "summary")  # the whole before the excerpt
_POSTED, _EDITED = ("pubDate", "published", "date", "updated"), ("updated",)
_AUTHOR = ("creator", "name", "author")
_FILES = ("enclosure", "content", "thumbnail")


class _Entry(msgspec.Struct):
    """One entry while it is read: where its bytes begin and end, and the first words of each name in it."""

    start: int
    end: int = 0
    words: dict[str, str] = {}
    link: str = ""
    files: list[tuple[str, str]] = []

    def says(self, names: tuple[str, ...]) -> str:
        return next((self.words[name].strip() for name in names if self.words.get(name, "").strip()), "")


def is_feed(member: Member) -> bool:
    """Whether a file is a feed, by its root."""
    if member.ending not in (*ENDINGS, ""):
        return False
    start = next(member.chunks(_START), b"").lower()
    return any(f"<{root}".lower().encode() in start for root in ("rss", "feed", "rdf:rdf"))


def read_feed(sources: Sources, task: Task) -> Iterator[Said]:
    """One record an entry. Raises `Unreadable` where none of the files is a feed."""
    found = 0
    for member in sources.members:
        if not is_feed(member):
            continue
        found += 1
        body = member.content(_MOST)
        yield Original(member.name, body)
        try:
            entries = _entries(member, body)
        except Unreadable as error:
            yield missed(member.path or member.name, str(error))
            continue
        read = Read([])
        for entry in entries:
            _take(entry, body, task, read)
        yield read
    if not found:
        raise Unreadable(
            f"{sources.handed[0].name} holds no feed (RSS or Atom). Save what the feed's own address "
            "answers, and hand in that file: the page that a browser shows is none."
        )
    yield Note("a feed holds only the newest entries: older ones are in the files that were handed in before")


def _take(entry: _Entry, body: bytes, task: Task, read: Read) -> None:
    payload = body[entry.start : entry.end]
    text = "\n\n".join(filter(None, (entry.says(_TITLE), plain_text(entry.says(_TEXT)))))
    named = entry.says(_ID) or entry.link
    if not named and not text:
        read.unread.append(Unread(payload, "an entry without an id, a link or words", entry.start))
        return
    told = entry.says(_POSTED)
    posted_at, wrong = time_of(told, task.now, task.zone)
    edited_at, _ = time_of(entry.says(_EDITED), task.now, task.zone)
    record = Record(
        platform=task.account.platform,
        kind=task.kind or Kind.POST,
        native_id=_id_of(named or text),
        payload=payload,
        position=entry.start,
        text=text or None,
        posted_at=posted_at,
        posted_text=told or None,
        edited_at=edited_at if edited_at != posted_at else None,
        poster=_poster(entry.says(_AUTHOR)),
        visibility=Visibility.PUBLIC,
        permalink=entry.link or None,
        media=tuple(Medium(url, type_) for url, type_ in dict.fromkeys(entry.files)),
        drift=wrong,
    )
    read.records.append(record)
    absent = "the feed names its address and does not hold it"
    read.files.extend(File(medium, missing=absent) for medium in record.media)


def _id_of(named: str) -> str:
    """A name that stays: an address may be as long as it likes, and hold any character."""
    return f"feed-{hashlib.sha256(named.encode()).hexdigest()[:32]}"


def _poster(author: str) -> Poster:
    return Poster(author) if author else Poster(missing=Missing.API_NOT_EXPOSED)


def _entries(member: Member, body: bytes) -> list[_Entry]:
    """The entries of a feed. Raises `Unreadable` where it is no whole XML, or makes its own entities."""
    reader = _Reader(member.name, body)
    try:
        reader.parser.Parse(body, True)
    except expat.ExpatError as error:
        raise Unreadable(
            f"{member.name} is no whole feed (line {error.lineno:,}: {expat.ErrorString(error.code)}): save "
            "it again from its address."
        ) from None
    return reader.entries


class _Reader:
    """Goes along the XML once, and keeps what stands directly in each entry, or in its author."""

    def __init__(self, name: str, body: bytes) -> None:
        self.entries: list[_Entry] = []
        self._name, self._body, self._open = name, body, list[str]()
        self._words: list[list[str]] = [[]]
        self._entry: _Entry | None = None
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._said
        self.parser.EntityDeclHandler = self._entity

    def _entity(self, *_: object) -> None:
        raise Unreadable(
            f"{self._name} declares entities of its own, as no feed does: it was kept, and not read."
        )

    def _start(self, name: str, told: dict[str, str]) -> None:
        plain = name.rpartition(" ")[2]
        if len(self._open) >= _DEEP:
            raise Unreadable(f"{self._name} has elements more than {_DEEP} deep: it was kept, and not read.")
        self._open.append(plain)
        self._words.append([])
        if self._entry is None and plain in _ENTRIES:
            self._entry = _Entry(self.parser.CurrentByteIndex, words={}, files=[])
        elif self._entry is not None:
            self._told(plain, told, self._entry)

    def _told(self, plain: str, told: dict[str, str], entry: _Entry) -> None:
        """What an element says in its members: where a link leads, where a file lies."""
        if plain == "link" and told.get("href") and told.get("rel", "alternate") == "alternate":
            entry.link = entry.link or told["href"]
        elif plain == "link" and told.get("rel") == "enclosure" and told.get("href"):
            entry.files.append((told["href"], told.get("type", "file")))
        elif plain in _FILES and told.get("url"):
            entry.files.append((told["url"], told.get("type") or told.get("medium") or "photo"))

    def _said(self, words: str) -> None:
        self._words[-1].append(words)

    def _end(self, _: str) -> None:
        plain, entry, words = self._open.pop(), self._entry, "".join(self._words.pop())
        if entry is None:
            return
        if plain in _ENTRIES and not any(one in _ENTRIES for one in self._open):
            entry.end = self._after(self.parser.CurrentByteIndex)
            self.entries.append(entry)
            self._entry = None
        elif any(one in _TEXT for one in self._open):
            self._words[-1].append(f" {words} ")  # of a text with elements in it (Atom's xhtml)
        elif plain == "link" and words.strip():
            entry.link = entry.link or words.strip()
        elif words.strip() and "source" not in self._open:
            entry.words.setdefault(plain, words)

    def _after(self, at: int) -> int:
        """Where an element ends whose end begins there; one that is empty has no end of its own."""
        return self._body.find(b">", at) + 1 if self._body.startswith(b"</", at) else at
